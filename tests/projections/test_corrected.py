"""What was entered wrongly and put right stands in every view as if it had been entered rightly at first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import msgspec
import sqlalchemy as sa

from domain.aggregate import Aggregate
from domain.calendar import default_term_on
from domain.engagement import BrokeredEngagement
from domain.service import Service
from domain.visit import Visit, Visitor
from domain.vocabulary import Purpose, VisitKind
from projections import caseload, engagements, open_requests, presences, provider_history, visits
from projections.view import View
from tests.domain.brokered import RULES, a_confirmed_engagement
from tests.projections.conftest import Ask
from tests.scenario import TODAY, signed

VIEWS: list[View] = [
    visits.VIEW,
    engagements.VIEW,
    presences.VIEW,
    caseload.VIEW,
    provider_history.VIEW,
    open_requests.VIEW,
]
OFFICER = uuid4()
NOT_ALIKE = {"id", "record", "case", "visit", "reference", "restated_on", "engagement", "request", "since"}
"""What differs between two records, and when something was recorded of them."""


def rows_of(connection: sa.Connection, record: UUID) -> dict[str, list[Any]]:
    """All that the views hold of a record, but for what is its own and its mark."""
    found: dict[str, list[Any]] = {}
    for table in (table for view in VIEWS for table in view.tables):
        rows = table.rows(connection, table.table.select())
        theirs = [msgspec.structs.asdict(row) for row in rows]
        found[table.table.name] = sorted(
            (
                sorted((name, repr(value)) for name, value in row.items() if name not in NOT_ALIKE)
                for row in theirs
                if record in {row.get(name) for name in ("id", "record", "case", "visit")}
            ),
        )
    return found


def do(service: Service, record: Aggregate, *acts: Callable[[Any], None]) -> None:
    for act in acts:
        with signed(by=OFFICER):
            service.change(type(record), record.id, act)


def test_a_corrected_visit_stands_where_one_entered_rightly_does(service: Service, ask: Ask) -> None:
    def visit(reference: str, held: bool, **entered: Any) -> Visit:
        visitors, term = [Visitor(OFFICER, "officer")], default_term_on(TODAY)
        plan: dict[str, Any] = {
            "on": TODAY,
            "term": term,
            "visitors": visitors,
            "lead": OFFICER,
            "focus": "Attendance",
        }
        with signed(by=OFFICER):
            made = service.add(lambda: Visit.plan(reference, **plan, **entered))
        if held:
            do(service, made, lambda it: it.hold(on=TODAY, minutes=60, attendees="the head", write_by=TODAY))
        return made

    meant = {"school": uuid4(), "kind": VisitKind.CORE, "purpose": Purpose.CHALLENGE}
    for number, held in enumerate((False, True)):
        entered = {"school": uuid4(), "kind": VisitKind.FOLLOW_UP, "purpose": Purpose.SUPPORT}
        wrong, right = visit(f"V-2026-000{number}", held, **entered), visit(f"V-2026-001{number}", held, **meant)
        do(service, wrong, lambda it: it.correct(**meant, reason="Wrong line"))
        assert ask(rows_of, wrong.id) == ask(rows_of, right.id)


def test_a_corrected_session_counts_as_one_entered_rightly_does(service: Service, ask: Ask) -> None:
    tomorrow, half = TODAY + timedelta(days=1), Decimal("0.5")
    planned: dict[str, Any] = {"on": TODAY, "days": Decimal(1), "cleared": True, "rules": RULES}
    with signed():
        made = service.add(a_confirmed_engagement)
    do(
        service,
        made,
        lambda it: it.plan_session(**planned),
        lambda it: it.plan_session(**planned),
        lambda it: it.deliver_session(1, **planned),
        lambda it: it.correct_session(1, days=half, reason="It was a morning"),
        lambda it: it.correct_session(2, on=tomorrow, days=half, reason="A day later"),
    )
    now = service.find(BrokeredEngagement, made.id)

    row = ask(engagements.engagements.get, made.id)
    assert (row.used_days, row.cost) == (now.used_days, now.cost) == (half, now.sessions[1].net)
    assert [(each.on, each.days) for each in row.coming] == [(tomorrow, half)]
    assert [each.number for each in ask(presences.presences, first=tomorrow, last=tomorrow)] == [2]
    assert ask(provider_history.histories.get, now.work.provider).days == half
