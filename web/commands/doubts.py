"""The marks of lists: on which rows a decision bears that was recorded for somebody who has not confirmed it, or has
disowned it; the same words as of agreements (web.commands.on_behalf)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from domain.decision import DecisionStatus
from domain.on_behalf import Confirmation
from domain.vocabulary import Side
from projections import decisions
from projections.decisions import DecisionRow
from projections.recorded import Recorded, RecordedForOther
from projections.view import Row
from web.access.context import Snapshot
from web.access.identity import list_scope
from web.access.policy import Action
from web.access.restricted import hidden_from
from web.commands.correcting import restated_in_words
from web.commands.on_behalf import doubts_in_words

L = TypeVar("L", bound=Row)


def with_doubts(listed: type[L]) -> Callable[[Snapshot, Sequence[Any]], list[L]]:
    """What makes rows of a list of the rows of a view: with what nobody has confirmed, or somebody has disowned, of
    the decisions on each record or its request, as far as the user may read decisions."""

    def marked(snapshot: Snapshot, rows: Sequence[Any]) -> list[L]:
        found = _doubtful(snapshot, rows)
        return [_marked(row, listed, [each for each in found if _bears_on(each, row)]) for row in rows]

    return marked


def marked_status(row: Any, names: Mapping[UUID, str]) -> dict[str, Any]:
    """The status of a row in a list, and below it what is in doubt, and whether it was corrected."""
    told = (doubts_in_words(row.recorded_for_others, names), restated_in_words(getattr(row, "restated_on", None)))
    return {"tag": row.status, "hint": ". ".join(filter(None, told))}


def _doubtful(snapshot: Snapshot, rows: Sequence[Any]) -> list[DecisionRow]:
    if not snapshot.user.may(Action.READ_DECISION) or not list_scope(snapshot, Action.READ_DECISION).everything:
        return []
    records = {_record(row) for row in rows}
    requests = {request for row in rows if (request := _request(row)) is not None}
    closed = hidden_from(snapshot).closed
    return [row for row in decisions.in_doubt(snapshot.connection, records, requests) if row.id not in closed]


def _record(row: Any) -> UUID:
    id: UUID = row.id if hasattr(row, "id") else row.record
    return id


def _request(row: Any) -> UUID | None:
    request: UUID | None = getattr(row, "request", None)
    return request


def _bears_on(decision: DecisionRow, row: Any) -> bool:
    about = (_record(row), _request(row))
    return decision.on_record in about or (decision.request is not None and decision.request in about)


def _marked(row: Any, listed: type[L], found: Sequence[DecisionRow]) -> L:
    columns = {name: getattr(row, name) for name in listed.__struct_fields__ if hasattr(row, name)}
    before: Recorded = columns.get("recorded_for_others", ())
    return listed(**{**columns, "recorded_for_others": (*before, *map(_mark, found))})


def _mark(row: DecisionRow) -> RecordedForOther:
    is_disowned = row.status is DecisionStatus.DISOWNED
    confirmation = Confirmation.DISOWNED if is_disowned else Confirmation.NOT_CONFIRMED
    return RecordedForOther(Side.SERVICE, row.asker, row.decider, confirmation)
