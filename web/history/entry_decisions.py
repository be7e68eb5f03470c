"""Who asked for what an event did, who decided it, by what, and whether they have confirmed it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import Event
from domain.calendar import working_days_after
from domain.decision import Basis, Decision, DecisionStatus
from domain.on_behalf import LATE_AFTER, Confirmation
from domain.vocabulary import LabelledEnum
from projections import decisions
from projections.audit_trail import kind_of, parts, trail
from projections.decisions import DecisionRow
from projections.event_log import EVENTS
from web.access.context import Snapshot
from web.access.policy import Action
from web.runtime.terms import bank_holidays

_SAID = {
    DecisionStatus.UNCONFIRMED: Confirmation.NOT_CONFIRMED,
    DecisionStatus.CONFIRMED: Confirmation.CONFIRMED,
    DecisionStatus.DISOWNED: Confirmation.DISOWNED,
}


_GRAVEST_FIRST = (Confirmation.DISOWNED, Confirmation.NOT_CONFIRMED, Confirmation.CONFIRMED)
"""Of several people who are named, what is to be known of an entry."""


class DecisionFilter(LabelledEnum):
    """What a reviewer looks for among decisions."""

    ASKED_AND_DECIDED = "asked_and_decided"
    NOT_CONFIRMED = "not_confirmed"
    DISOWNED = "disowned"
    LATE = "late"
    BEFORE_DECISIONS = "before_decisions"

    @property
    def label(self) -> str:
        return _FILTERS[self.value]


_FILTERS = {
    "asked_and_decided": "Asked and decided by one person",
    "not_confirmed": "Not confirmed by the person named",
    "disowned": "Disowned by the person named",
    "late": "Recorded late",
    "before_decisions": "Recorded before decisions were kept",
}


@dataclass(frozen=True, slots=True)
class EntryDecision:
    """The decision behind an event. `asker` and `deciders` are ids; `decision` is its reference, empty where it was
    recorded before decisions were kept: then the deciders are those whom the asker named. There is no `basis` while
    nobody has decided what is asked."""

    decision: str
    asker: UUID | None
    deciders: tuple[UUID, ...]
    basis: Basis | None
    confirmation: Confirmation | None
    late: bool


def decisions_behind(snapshot: Snapshot, events: Sequence[Event]) -> Mapping[UUID, EntryDecision]:
    """The decisions behind events, by the events' ids, as far as the user may read decisions."""
    if not snapshot.user.may(Action.READ_DECISION):
        return {}
    asked = {event.meta.event_id: id for event in events if (id := _decision_of(event)) is not None}
    rows = _rows(snapshot, set(asked.values()))
    found = {event: _of_row(rows[id]) for event, id in asked.items() if id in rows}
    before = {event.meta.event_id: event for event in events if event.said_to_decide}
    before = {id: event for id, event in before.items() if id not in asked}
    said = decisions.answers_for(snapshot.connection, before)
    return found | {id: _before(event, said.get(id, ())) for id, event in before.items()}


def ids_in_decisions(behind: Iterable[EntryDecision]) -> Iterator[UUID]:
    """The people who need a name."""
    for each in behind:
        yield from each.deciders
        if each.asker is not None:
            yield each.asker


def _decision_of(event: Event) -> UUID | None:
    return event.meta.stream if kind_of(event) == Decision.KIND else event.meta.decision


def _rows(snapshot: Snapshot, ids: set[UUID]) -> Mapping[UUID, DecisionRow]:
    if not ids:
        return {}
    table = decisions.decisions
    return {
        row.id: row for row in table.rows(snapshot.connection, table.table.select().where(table.table.c.id.in_(ids)))
    }


def _of_row(row: DecisionRow) -> EntryDecision:
    return EntryDecision(
        decision=row.reference,
        asker=row.asker,
        deciders=(row.decider,) if row.decider is not None else (),
        basis=None if row.basis is Basis.OWN_ACT and row.decider is None else row.basis,
        confirmation=_SAID.get(row.status),
        late=row.late and row.decided_on is not None and _is_late(row.decided_on, row.asked_on),
    )


def _before(event: Event, said: Iterable[DecisionRow]) -> EntryDecision:
    signature, named = event.meta.signature, tuple(dict.fromkeys(event.said_to_decide))
    answers = {row.decider: _SAID[row.status] for row in said if row.status in _SAID}
    confirmations = {answers.get(each, Confirmation.NOT_CONFIRMED) for each in named if each != signature.actor}
    return EntryDecision(
        decision="",
        asker=signature.actor,
        deciders=named,
        basis=Basis.BEFORE_DECISIONS,
        confirmation=next((each for each in _GRAVEST_FIRST if each in confirmations), None),
        late=_is_late(event.meta.occurred_on, signature.today),
    )


def _is_late(decided: date, recorded: date) -> bool:
    return recorded > working_days_after(decided, LATE_AFTER, bank_holidays())


_trail, _parts, _decisions = trail.table.c, parts.table.c, decisions.decisions.table.c


def entries_with(wanted: DecisionFilter) -> sa.ColumnElement[bool]:
    """The condition that an entry of the trail is such a decision. Of those recorded late it finds some where bank
    holidays lay between: these are not `EntryDecision.late`."""
    before = _trail.named_deciders == sa.true()
    match wanted:
        case DecisionFilter.ASKED_AND_DECIDED:
            return _either(_decisions.asker == _decisions.decider, sa.and_(before, _trail.decided_alone))
        case DecisionFilter.NOT_CONFIRMED:
            unconfirmed = _decisions.status == DecisionStatus.UNCONFIRMED
            return _either(unconfirmed, sa.and_(before, sa.not_(_trail.decided_alone), _named() > _answers()))
        case DecisionFilter.DISOWNED:
            disowned = DecisionStatus.DISOWNED
            return _either(_decisions.status == disowned, sa.and_(before, _answers(disowned) > 0))
        case DecisionFilter.LATE:
            return _either(_decisions.late, sa.and_(before, _trail.late))
        case DecisionFilter.BEFORE_DECISIONS:
            return before


def with_basis(basis: Basis) -> sa.ColumnElement[bool]:
    """The condition that an entry rests on a decision of that basis."""
    before = [_trail.named_deciders == sa.true()] if basis is Basis.BEFORE_DECISIONS else []
    decided = _decisions.basis == basis
    if basis is Basis.OWN_ACT:  # which an ask is kept as from the first
        decided = sa.and_(decided, _decisions.decider.is_not(None))
    return _either(decided, *before)


def asked_by(person: UUID) -> sa.ColumnElement[bool]:
    """The condition that somebody asked for the decision behind an entry."""
    acted = _took_part(person, _parts.acted)
    return _either(_decisions.asker == person, sa.and_(_trail.named_deciders == sa.true(), acted))


def decided_by(person: UUID) -> sa.ColumnElement[bool]:
    """The condition that somebody decided what is behind an entry, or is said to have decided it."""
    named = sa.or_(_took_part(person, _parts.named), sa.and_(_trail.decided_alone, _took_part(person, _parts.acted)))
    return _either(_decisions.decider == person, sa.and_(_trail.named_deciders == sa.true(), named))


def _took_part(person: UUID, how: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(_parts.position == _trail.position, _parts.person == person, how)


def _named() -> sa.ScalarSelect[int]:
    """How many others than whoever acted an entry names."""
    named = sa.select(sa.func.count()).where(_parts.position == _trail.position, _parts.named)
    return named.correlate(trail.table).scalar_subquery()


def _answers(status: DecisionStatus | None = None) -> sa.ScalarSelect[int]:
    """How many of them have said of an entry of the time before decisions were kept whether it is theirs."""
    found = sa.select(sa.func.count(_decisions.decider.distinct())).where(
        EVENTS.c.position == _trail.position, _decisions.entry == EVENTS.c.event_id
    )
    if status is not None:
        found = found.where(_decisions.status == status)
    return found.correlate(trail.table).scalar_subquery()


def _either(decided: sa.ColumnElement[bool], *before: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.or_(_trail.decision.in_(sa.select(_decisions.id).where(decided)), *before)
