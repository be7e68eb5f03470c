"""The decisions about a record that are not settled: asked and not made yet, or recorded for somebody who has not
confirmed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from marshmallow import Schema, fields

from domain.aggregate import Aggregate
from domain.decision import Decision, DecisionStatus
from domain.decision.parts import OPEN
from domain.delegation import Act, Decider
from projections import decisions as view
from web.access.context import Snapshot
from web.access.deciders import may_decide, unsettled_rows
from web.access.policy import Action, RecordScope
from web.access.restricted import hidden_from
from web.commands.fields import person_field


@dataclass(frozen=True)
class UnsettledDecision:
    """A decision about a record that is asked and not made yet, or was recorded for somebody and is not confirmed.

    `asked_of` are the posts whose move it is today, at the `school`, and `whom` the same in words; empty where it is
    asked of nobody. Those of
    `apart` may not decide, whatever they hold.
    """

    decision: str
    act: Act
    status: DecisionStatus
    net: Decimal | None
    asker: UUID | None
    asked_on: date
    asked_of: tuple[Decider, ...]
    whom: str
    apart: frozenset[UUID]
    school: UUID | None
    lapses_on: date | None
    decider: UUID | None

    @property
    def awaits_answer(self) -> bool:
        """Whether somebody who is to decide has asked a question, and waits for the answer."""
        return self.status is DecisionStatus.MORE_ASKED

    def deciders(self, snapshot: Snapshot) -> tuple[UUID, ...]:
        """Those who hold these posts today and may decide, and their deputies."""
        return tuple(may_decide(snapshot, self.asked_of, self.school, self.apart)) if self.asked_of else ()


def unsettled_decisions(snapshot: Snapshot, record: Aggregate, where: RecordScope) -> list[UnsettledDecision]:
    """The decisions about a record, or its request, that are not settled; none for those who may not read them."""
    if isinstance(record, Decision) or not snapshot.user.may(Action.READ_DECISION, where):
        return []
    today, closed = snapshot.services.today(), hidden_from(snapshot).closed
    return [_unsettled(row, today) for row in unsettled_rows(snapshot, record) if row.id not in closed]


def _unsettled(row: view.DecisionRow, today: date) -> UnsettledDecision:
    posts = view.posts_of(row, today) if row.status in OPEN else ()
    apart = frozenset(each for each in (row.asker, row.first_by, row.first_for, *row.authors) if each is not None)
    return UnsettledDecision(
        row.reference,
        row.act,
        row.status,
        row.net,
        row.asker,
        row.asked_on,
        posts,
        view.whom(row, today) if posts else "",
        apart,
        row.school,
        row.lapses_on if posts and row.stopped_on is None else None,
        row.decider,
    )


class UnsettledDecisionOut(Schema):
    decision_reference = fields.String(
        attribute="decision", metadata={"refers_to": "DN", "description": "The decision."}
    )
    act = fields.Enum(Act, by_value=True)
    status = fields.Enum(DecisionStatus, by_value=True)
    net = fields.Decimal(as_string=True, places=2, allow_none=True)
    asker = person_field(allow_none=True)
    asked_on = fields.Date()
    asked_of = fields.List(fields.Enum(Decider, by_value=True))
    lapses_on = fields.Date(allow_none=True)
    decider = person_field(allow_none=True)
