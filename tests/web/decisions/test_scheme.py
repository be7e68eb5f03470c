"""The scheme of delegation is read by everybody whom it concerns, and changed by a dated setting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from domain.authority import AUTHORITY, Authority
from domain.decision import DecisionStatus
from domain.delegation import Act, row_for
from domain.vocabulary import Role
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Program
from tests.web.decisions.test_approving import MUCH, REQUEST, SignIn, decision, give, stages, triaged

__all__ = ["stages", "triaged"]

CHANGE = "/settings/authority/change-scheme"
TOMORROW = date(2026, 11, 3)
S2 = {
    "row": "S2",
    "up_to": "8,000",
    "decides": ["director"],
    "deputies": ["chief_officer"],
    "passes_after": "2",
    "lapses_after": "9",
    "from-day": "3",
    "from-month": "11",
    "from-year": "2026",
    "reason": "Agreed by the board",
}


@pytest.fixture
def ada(sample: SampleAuthority) -> UUID:
    return sample.administrator("Ada Admin")


def scheme(program: Program, on: date) -> dict[str, dict[str, object]]:
    return {each["scheme_row"]: each for each in program.get(f"/scheme?on={on}").get_json()["items"]}


def test_the_page_says_who_decides_what_who_holds_it_and_what_nobody_can_decide(
    triaged: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    page = sign_in(stages.broker).get("/scheme")
    assert "Up to £10,000" in page
    assert "A senior officer or a director" in page
    assert "Director: Dora Director" in page
    assert "Nobody can decide row S4 today" in page
    assert "Nobody can decide row S3 today" not in page
    sample.person("Colin Counter", Role.COUNTERSIGNER)
    assert "Nobody can decide row S4 today" not in sign_in(stages.broker).get("/scheme")


def test_asks_are_counted_by_row_with_the_days_until_an_answer(
    triaged: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker = sign_in(stages.broker)
    broker.send(f"{REQUEST}/approve", MUCH)
    sample.clock.go_to(date(2026, 11, 4))
    give(sign_in(stages.director), sample)
    page = sign_in(stages.director).get("/scheme")
    assert "2 working days, 2 at most" in page


@pytest.mark.parametrize("role", [Role.HEADTEACHER, Role.SPECIALIST])
def test_it_is_nothing_to_schools_and_providers(
    sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, role: Role
) -> None:
    person = stages.head if role is Role.HEADTEACHER else stages.calder.specialist
    sign_in(person).get("/scheme", status=403)


def test_a_row_is_changed_from_a_day_and_the_trail_says_from_what_to_what(
    triaged: UUID,
    sample: SampleAuthority,
    stages: BrokerageStages,
    ada: UUID,
    sign_in: SignIn,
    program: Callable[..., Program],
) -> None:
    browser = sign_in(ada)
    form = browser.get(f"{CHANGE}?row=S2")
    assert 'value="10000' in form
    browser.send(CHANGE, S2)
    authority = sample.services.service.find(Authority, AUTHORITY)
    before, after = (authority.settings_on(day)[0].scheme for day in (date(2026, 11, 2), TOMORROW))
    assert row_for(before, Act.APPROVE_SPENDING, Decimal(9000)).code == "S2"
    assert row_for(after, Act.APPROVE_SPENDING, Decimal(9000)).code == "S3"
    told = browser.get("/settings/authority")
    assert (
        "scheme of delegation from S2 (up to £10,000: a senior officer or a director; ends after 10 working days) "
        "to S2 (up to £8,000: a director; passes to a chief officer after 2 working days, and ends after 9 working "
        "days)" in told
    )
    use = program(stages.broker)
    assert scheme(use, date(2026, 11, 2))["S2"]["up_to"] == "10000.00"
    assert scheme(use, TOMORROW)["S2"]["decides"] == ["director"]


def test_what_waits_when_others_decide_from_then_on_has_to_be_asked_again(
    triaged: UUID, sample: SampleAuthority, stages: BrokerageStages, ada: UUID, sign_in: SignIn
) -> None:
    sign_in(stages.broker).send(f"{REQUEST}/approve", MUCH)
    sign_in(ada).send(CHANGE, {**S2, "decides": ["chief_officer"], "deputies": []})
    sample.clock.go_to(TOMORROW)
    assert decision(sample).route.row == "S2"
    assert "It has to be asked again" in give(sign_in(stages.director), sample, status=422)
    assert decision(sample).status is DecisionStatus.OVERTAKEN


@pytest.mark.parametrize(
    ("answers", "refusal"),
    [
        ({"up_to": "25,000"}, "give each row a limit of its own, and one row none"),
        ({"up_to": ""}, "give each row a limit of its own, and one row none"),
        ({"deputies": ["director"]}, "choose each role once"),
        ({"passes_after": "9"}, "would end before it passes to a deputy"),
        ({"from-day": "2"}, "takes effect tomorrow or later"),
        ({"row": "S1", "up_to": ""}, "Enter the limit up to which a broker decides alone"),
        ({"row": "S4", "up_to": "90,000"}, "give each row a limit of its own, and one row none"),
    ],
)
def test_what_does_not_fit_is_refused_when_it_is_saved(
    sample: SampleAuthority, ada: UUID, sign_in: SignIn, answers: dict[str, object], refusal: str
) -> None:
    answer = sign_in(ada).send(CHANGE, {**S2, **answers}, status=422)
    assert refusal in answer.text
    assert sample.services.service.find(Authority, AUTHORITY).versions == []


def test_other_settings_are_changed_without_losing_the_rows(
    sample: SampleAuthority, ada: UUID, sign_in: SignIn
) -> None:
    sign_in(ada).send(
        CHANGE, {**S2, "row": "S1", "up_to": "2,500", "decides": ["broker"], "deputies": [], "may_decide_own": "yes"}
    )
    settings, _ = sample.services.service.find(Authority, AUTHORITY).settings_on(TOMORROW)
    assert settings.approval_ceiling == Decimal(2500)
    assert settings.scheme[0].may_decide_own
