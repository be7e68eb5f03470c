"""How what is done to an account is recorded: told to the log, then done at the door.

Each runs within `office.acting(...)`, one command to a signature. The log is told first, so that nothing is done
untold; should the second half fail, the same act given again completes it. What neither half would change is refused,
and nothing is noted of it.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import sqlalchemy as sa

from domain.account import Account as Record
from domain.account import NothingToChange
from domain.acting import current_signature
from domain.aggregate import Refusal
from domain.service import AlreadyDone
from web.accounts import security_trail
from web.accounts.accounts import account_id
from web.accounts.security_trail import Kind
from web.office import Office


class ShownOnlyOnce(Refusal):
    """The form was sent twice; what it made was shown after the first time."""


def note_act(office: Office, kind: Kind, person: UUID, detail: str = "") -> None:
    security_trail.note(office, kind, person=person, by=current_signature().actor, detail=detail)


def carry_out(
    office: Office,
    person: UUID,
    decide: Callable[[Record], None],
    at_door: Callable[[sa.Connection], bool],
    *,
    kind: Kind,
    detail: str = "",
) -> None:
    """Tell the log, do it `at_door`, which answers whether that changed anything, and note what was done.

    What the log tells already may have been broken off before it was done: then it is done now. Raises what `decide`
    does, NothingToChange only where there is nothing left to do.
    """
    refused: NothingToChange | None = None
    told = False
    try:
        tell(office, person, decide)
        told = True
    except NothingToChange as nothing:
        refused = nothing
    except AlreadyDone:
        pass
    with office.write() as connection:
        done = at_door(connection)
    if refused is not None and not done:
        raise refused
    if told or done:
        note_act(office, kind, person, detail)


def tell(office: Office, person: UUID, decide: Callable[[Record], None]) -> None:
    office.service.change(Record, account_id(person), decide)


def once(tell: Callable[[], None]) -> None:
    try:
        tell()
    except AlreadyDone:
        raise ShownOnlyOnce(
            "This was made already, and is shown only once. Make another if you did not copy it"
        ) from None
