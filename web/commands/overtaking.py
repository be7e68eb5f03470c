"""What is asked ends where another act leaves nothing to decide: once, for every kind of record and every command.

What is missed here, as where both happen at one moment, is refused when it is given.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from domain.aggregate import Aggregate
from domain.decision import Decision
from domain.money import in_pounds
from domain.service import UnitOfWork
from domain.vocabulary import LabelledEnum
from projections import decisions as view
from web.commands.decided import DECIDED, DecidedAct
from web.runtime.services import Services


def overtake_asks(services: Services, work: UnitOfWork) -> None:
    """End what is asked about the records that a command changes, where nothing is left to decide."""
    kinds = {kind for kind, _ in DECIDED}
    changed = [each for each in work.records if each.KIND in kinds and each.has_changed and each.saved_version]
    if not changed:
        return
    today = services.today()
    with services.read_present() as connection:
        asked = view.open_about(connection, [each.id for each in changed], today)
    for row in asked:
        act = DECIDED[row.on_kind, row.command]
        if why := _nothing_left(services, work, act, row):
            work.find(Decision, row.id).overtaken_by_act(why)


def _nothing_left(services: Services, work: UnitOfWork, act: DecidedAct[Any], row: view.DecisionRow) -> str:
    """Why nothing is left to decide about a record, in a sentence; empty where there is."""
    record = work.find(act.resource.kind, row.on_record)
    if why := refused_for_good(record, act, services.today()) or settled(record, act, row.net):
        return why
    return act.moot(services, record, work.find(Decision, row.id).question)


def settled(record: Aggregate, act: DecidedAct[Any], net: Decimal | None) -> str:
    """That so much is approved already, in a sentence; empty where it is not."""
    stands = act.stands(record)
    if stands is None or net is None or stands < net:
        return ""
    return f"{in_pounds(stands)} is approved for {record.reference} already"


def refused_for_good(record: Aggregate, act: DecidedAct[Any], today: date) -> str:
    """Why the record would refuse the act now whatever is answered, in a sentence; empty where it would not, or only
    until something has passed."""
    method = act.commands[0].method
    refused = record.refusal_to(method, today) if method else None
    if refused is None or refused.passes:
        return ""
    status = getattr(record, "status", None)
    if isinstance(status, LabelledEnum) and status.label in str(refused):
        return f"The status of {record.reference} is now “{status.label}”"
    return str(refused)
