"""What of the register waits for a person: links between schools to answer, and schools that it no longer names."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

from projections import schools as view
from projections.view import Row
from web.access.context import Snapshot
from web.access.identity import ListScope
from web.access.policy import Action
from web.commands.listing import ListEndpoint, Listing
from web.commands.resource import Values


class WaitingSuccession(Row):
    """A link between two schools that waits for an answer; `later_name` is empty where the register does not know the
    later school."""

    school: UUID
    urn: int
    name: str
    address: str
    later_urn: int
    later_name: str
    later_address: str
    kind: str
    on: date | None
    source: str


def _waiting(snapshot: Snapshot, _: ListScope, __: Values, after: str | None, limit: int) -> list[WaitingSuccession]:
    waiting = view.proposed_successions(snapshot.connection, after=after, limit=limit)
    later = view.known_register(snapshot.connection, [each.urn for each in waiting])
    earlier = view.by_ids(snapshot.connection, [each.school for each in waiting])
    return [
        WaitingSuccession(
            school=each.school,
            urn=earlier[each.school].urn,
            name=earlier[each.school].name,
            address=earlier[each.school].address,
            later_urn=each.urn,
            later_name=later[each.urn].name if each.urn in later else "",
            later_address=later[each.urn].address if each.urn in later else "",
            kind=each.kind,
            on=each.on,
            source=each.source,
        )
        for each in waiting
    ]


def _place(text: str) -> None:
    """Raises ValueError."""
    urn, _, school = text.partition("/")
    if not re.fullmatch(r"[0-9]{1,7}", urn, re.ASCII):
        raise ValueError(text)
    UUID(school)


class MissingSchool(Row):
    """A school that a full register no longer names, and which register that was."""

    school: UUID
    urn: int
    name: str
    address: str
    source: str
    dated: date


def _missed(snapshot: Snapshot, _: ListScope, __: Values, after: str | None, limit: int) -> list[MissingSchool]:
    waiting = view.missed_schools(snapshot.connection, after=UUID(after) if after else None, limit=limit)
    known = view.by_ids(snapshot.connection, [each.school for each in waiting])
    return [
        MissingSchool(
            school=each.school,
            urn=known[each.school].urn,
            name=known[each.school].name,
            address=known[each.school].address,
            source=each.source,
            dated=each.dated,
        )
        for each in waiting
    ]


missed = ListEndpoint(
    "missed-schools",
    Action.KEEP_REGISTER,
    Listing(
        MissingSchool, _missed, lambda row: str(row.school), place=UUID, inside=("urn",), names={"source": "register"}
    ),
    "List schools missing from the register",
)

successions = ListEndpoint(
    "successions",
    Action.KEEP_REGISTER,
    Listing(
        WaitingSuccession,
        _waiting,
        lambda row: f"{row.later_urn}/{row.school}",
        place=_place,
        inside=("urn",),
        names={"kind": "link_type", "source": "register"},
    ),
    "List links between schools that need an answer",
)
