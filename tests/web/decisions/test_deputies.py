"""A deputy decides for the holder of a post, from the first day named to the last, and says for whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from domain.decision import Basis
from domain.person import Person
from domain.vocabulary import Team
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program
from tests.web.decisions.conftest import MUCH, REQUEST, a_request, decision

SignIn = Callable[[UUID], Browser]
Programs = Callable[..., Program]

ASKED = "/decisions/DN-2026-0001"
DAYS = {
    "number": "1",
    "from-day": "4",
    "from-month": "11",
    "from-year": "2026",
    "until-day": "6",
    "until-month": "11",
    "until-year": "2026",
}


def to_decide(program: Program) -> list[str]:
    items = program.get("/caseload?whose=mine").json["items"]
    return [each["record"] for each in items if each["task"] == "decide_what_is_asked"]


def name_deputy(sample: SampleAuthority, principal: UUID, deputy: UUID) -> None:
    with sample.acting(principal, "director"):
        sample.services.service.change(
            Person, principal, lambda it: it.name_deputy(1, deputy, from_=TODAY, until=date(2026, 12, 12))
        )


def give(browser: Browser, sample: SampleAuthority, *, status: int = 303) -> None:
    browser.send(f"{ASKED}/give", {"shown": decision(sample).question.fingerprint}, status=status)


def test_a_deputy_has_what_is_asked_from_the_first_day_and_decides_it_for_the_director_and_not_after_the_last(
    asked: Browser, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    deputy = sample.officer("Rae Abbotsley", team=Team.PRIMARY)
    director = f"/people/{sample.reference(stages.director)}"
    named = {"deputy": sample.reference(deputy), **DAYS}
    sign_in(deputy).get(f"{director}/name-deputy", status=403)
    sign_in(sample.administrator()).get(f"{director}/name-deputy", status=403)
    sign_in(stages.director).send(
        f"{director}/name-deputy", named | {"deputy": sample.reference(stages.broker)}, status=422
    )
    sign_in(stages.director).send(f"{director}/name-deputy", named)
    assert "Rae Abbotsley" in sign_in(stages.director).get(director)
    assert program(stages.director).get(director).json["named_deputies"] == [
        {
            "number": 1,
            "role_number": 1,
            "deputy": sample.reference(deputy),
            "from": "2026-11-04",
            "until": "2026-11-06",
        }
    ]
    assert to_decide(program(deputy)) == []
    sign_in(deputy).get(f"{ASKED}/give", status=403)
    sample.clock.go_to(date(2026, 11, 4))
    assert to_decide(program(deputy)) == ["DN-2026-0001"]
    assert to_decide(program(stages.director)) == ["DN-2026-0001"]
    assert "Rae Abbotsley" in sign_in(stages.broker).get(ASKED)
    assert "deputy until 6 November 2026: Rae Abbotsley" in sign_in(stages.broker).get("/scheme")
    sample.clock.go_to(date(2026, 11, 7))
    assert to_decide(program(deputy)) == []
    sign_in(deputy).get(f"{ASKED}/give", status=403)
    sample.clock.go_to(date(2026, 11, 6))
    give(sign_in(deputy), sample)
    given = decision(sample)
    assert (given.decider, given.decided_for, given.basis) == (deputy, stages.director, Basis.DEPUTY)
    page = sign_in(stages.broker).get(ASKED)
    assert "Rae Abbotsley, for the director (" in page
    told = program(stages.director).get("/audit?basis=deputy").json["items"]
    assert {each["record"] for each in told} == {"DN-2026-0001", "SR-2026-0001"}


def test_a_deputy_who_asked_is_not_offered_and_with_nobody_else_nobody_is_asked(
    sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    """The director asks, and their deputy may not decide for them what they may not decide themselves."""
    other = sample.officer("Rae Abbotsley", team=Team.PRIMARY)
    name_deputy(sample, stages.director, other)
    a_request(sample, stages)
    director = sign_in(stages.director)
    refused = director.send(f"{REQUEST}/approve", MUCH, status=422)
    assert "Nobody else is a senior officer or a director" in refused.text
    broker = sign_in(stages.broker)
    broker.send(f"{REQUEST}/approve", MUCH)
    assert "Rae Abbotsley" in broker.get(ASKED)
    sign_in(other).get(f"/people/{sample.reference(other)}/name-deputy", status=409)
    with sample.acting(other, "officer"):
        sample.services.service.change(
            Person, stages.director, lambda it: it.end_post(1, until=date(2026, 11, 1), reason="Moved on")
        )
    sign_in(other).get(f"{ASKED}/give", status=403)


def test_a_leaver_is_shown_with_what_they_asked_or_alone_may_decide_and_who_holds_the_post_next_has_it(
    asked: Browser, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    keeper = sign_in(sample.administrator())
    only = "decision that nobody else may make at present (DN-2026-0001)"
    assert only in keeper.get(f"/people/{sample.reference(stages.director)}/leave")
    asker = keeper.get(f"/people/{sample.reference(stages.broker)}/end-post")
    assert "decision that they asked for (DN-2026-0001)" in asker
    assert only not in asker
    with sample.acting():
        sample.services.service.change(
            Person, stages.director, lambda it: it.end_post(1, until=date(2026, 11, 2), reason="Moved on")
        )
    sample.clock.go_to(date(2026, 11, 3))
    assert "Nobody at present" in sign_in(stages.broker).get(ASKED)
    successor = sample.director("Nora Next")
    assert to_decide(program(successor)) == ["DN-2026-0001"]
    give(sign_in(successor), sample)
    assert decision(sample).decider == successor
