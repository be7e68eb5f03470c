"""What is asked ends where another act leaves nothing to decide, and not where that only has to wait."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from domain.aggregate import Aggregate
from domain.decision import Decision, Question, Route
from domain.delegation import Act, Decider
from domain.support_request import Route as Help
from domain.support_request import SupportLevel, SupportRequest
from domain.vocabulary import Side
from tests.domain.brokered import BROKER, LEAD, a_need
from tests.domain.test_concern import a_paused_concern, an_assessed_concern, start
from tests.grants import approve
from tests.scenario import TODAY, signed
from web import resources
from web.commands.decided import act_of
from web.commands.overtaking import refused_for_good, settled


def nothing_left(record: Aggregate, decision: Decision) -> str:
    """Why there is nothing left to decide, empty where there is."""
    act = act_of(decision)
    return refused_for_good(record, act, TODAY) or settled(record, act, decision.question.net)


def asked(record: Aggregate, act: Act, command: str, answers: str = "{}", net: Decimal | None = None) -> Decision:
    """What is asked about a record."""
    assert resources.RESOURCES, "which name the commands that are asked for"
    question = Question(
        act, record.KIND, record.id, record.reference, command=command, answers=answers, terms=(), net=net
    )
    with signed(by=BROKER):
        return Decision.ask(
            "DN-2026-0001", question, Route("S3", (Decider.DIRECTOR,)), reason="Needed", deciders=[LEAD], rules=()
        )


def a_request() -> SupportRequest:
    request = SupportRequest.raise_("SR-2026-0001", **a_need())
    request.triage(broker=BROKER, level=SupportLevel.TARGETED, route=Help.BROKERED)
    return request


CASES: dict[str, tuple[Callable[[], Any], tuple[Any, ...], Callable[[Any], object], str]] = {
    "more is approved than was asked": (
        a_request,
        (Act.APPROVE_SPENDING, "approve", "{}", Decimal(6000)),
        lambda request: approve(request, 7000),
        "£7,000 is approved for SR-2026-0001 already",
    ),
    "less is approved than was asked": (
        a_request,
        (Act.APPROVE_SPENDING, "approve", "{}", Decimal(6000)),
        lambda request: approve(request, 5000),
        "",
    ),
    "the request is declined": (
        a_request,
        (Act.APPROVE_SPENDING, "approve", "{}", Decimal(6000)),
        lambda request: request.decline(side=Side.SERVICE, reason="Out of scope"),
        "The status of SR-2026-0001 is now “Declined”",
    ),
    "the case is paused": (
        an_assessed_concern,
        (Act.START_INTERVENTION, "start-intervention"),
        lambda case: case.pause(reason="The school is closed"),
        "",
    ),
    "the paused case is resumed": (
        a_paused_concern,
        (Act.START_INTERVENTION, "start-intervention"),
        lambda case: case.resume(reason="It is open"),
        "",
    ),
    "the intervention has started": (
        an_assessed_concern,
        (Act.START_INTERVENTION, "start-intervention"),
        start,
        "An intervention has already started. Change its plan instead.",
    ),
}


@pytest.mark.parametrize("what", CASES)
def test_what_leaves_nothing_to_decide_says_so_and_what_passes_does_not(what: str) -> None:
    begin, question, act, why = CASES[what]
    with signed(by=BROKER):
        record = begin()
    decision = asked(record, *question)
    assert nothing_left(record, decision) == ""
    with signed(by=BROKER):
        act(record)
    assert nothing_left(record, decision) == why
    with signed(by=BROKER):
        decision.overtaken_by_act(why or "Something else")
        decision.overtaken_by_act("Once")
    assert [type(event).TOPIC for event in decision.pending] == ["decision.asked", "decision.overtaken-by-act"]
