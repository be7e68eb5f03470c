"""Decisions in lists and in the caseload: for whom they wait, until they are made."""

from __future__ import annotations

from uuid import UUID

import pytest

from domain.decision import Decision
from domain.delegation import Decider
from domain.service import Service
from projections import caseload
from projections import decisions as view
from tests.domain.brokered import BROKER
from tests.domain.test_decision import DIRECTOR, FINANCE, IS_COUNTERSIGNER, IS_DIRECTOR, a_question, a_route, give
from tests.projections.conftest import Ask
from tests.scenario import TODAY, signed

VIEWS = [caseload.VIEW, view.VIEW]


@pytest.mark.parametrize(
    ("first", "held", "second"),
    [(DIRECTOR, IS_DIRECTOR, Decider.COUNTERSIGNER), (FINANCE, IS_COUNTERSIGNER, Decider.DIRECTOR)],
)
def test_of_two_people_the_second_is_asked_still_and_no_longer_the_first(
    service: Service, ask: Ask, first: UUID, held: set[Decider], second: Decider
) -> None:
    route = a_route(row="S4", countersigns=(Decider.COUNTERSIGNER,))

    def asked(reference: str) -> Decision:
        return Decision.ask(
            reference, a_question(), route, reason="Two terms of help", deciders=[DIRECTOR], rules=("settings-1",)
        )

    with signed(by=BROKER):
        two = service.add(lambda: asked("DN-2026-0001"))
    with signed(by=BROKER):
        service.add(lambda: asked("DN-2026-0002"))

    def waits_for(record: Decision) -> set[str]:
        found = ask(caseload.waiting, record=record.id, in_time_on=TODAY)
        return {item.waiting_for.value for item in found if item.waiting_for}

    assert waits_for(two) == {"director", "countersigner"}
    with signed(by=first):
        service.change(Decision, two.id, lambda decision: give(decision, held=held))
    assert waits_for(two) == {second.value}
    row = next(row for row in ask(view.about, a_question().subject) if row.reference == "DN-2026-0001")
    assert view.as_told(row, TODAY).posts == service.find(Decision, two.id).asked_of(TODAY) == (second,)
    assert not row.may_be_decided_by(first, {*Decider}, TODAY)
