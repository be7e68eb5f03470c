"""The scheme of delegation is read by everybody whom it concerns, and changed by a dated setting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from domain.authority import AUTHORITY, Authority, Settings
from domain.decision import DecisionStatus
from domain.delegation import Act, row_for
from domain.person import Person
from domain.vocabulary import Role
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program
from tests.web.decisions.conftest import decision
from tests.web.decisions.test_approving import MUCH, REQUEST, SignIn, give, triaged
from web.settings_pages.schemas import SettingsOut

__all__ = ["triaged"]

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


def authority_of(sample: SampleAuthority) -> Authority:
    return sample.services.service.find(Authority, AUTHORITY)


def scheme(program: Program, on: date) -> dict[str, dict[str, object]]:
    return {each["scheme_row"]: each for each in program.get(f"/scheme?on={on}").get_json()["items"]}


def test_the_page_says_who_decides_what_who_holds_it_and_what_nobody_can_decide(
    triaged: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    page = sign_in(stages.broker).get("/scheme")
    assert "Up to £10,000" in page
    assert "A senior officer or a director" in page
    assert "Director: Dora Director" in page
    assert "These rows also decide: raise the approved limit once prices are known; select a provider other" in page
    assert "These rows also decide: send" in page, "a pre-warning letter goes by the row of formal steps"
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


def decide(browser: Browser, sample: SampleAuthority, number: int = 1, *, status: int = 303, refuse: str = "") -> str:
    """Somebody approves a question, or refuses it with a reason."""
    asked = decision(sample, number)
    answers = {"version": str(asked.version), "command": str(uuid4())}
    answers |= {"reason": refuse} if refuse else {"shown": asked.question.fingerprint}
    command = "refuse" if refuse else "give"
    return browser.send_page(f"/decisions/{asked.reference}/{command}", "", answers, status=status).text


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
    assert authority_of(sample).versions == []
    decide(sign_in(stages.director), sample)
    authority = authority_of(sample)
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
    decide(sign_in(stages.director), sample, 2)
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
    assert authority_of(sample).versions == []


def test_other_settings_are_changed_without_losing_the_rows(
    sample: SampleAuthority, ada: UUID, sign_in: SignIn
) -> None:
    sign_in(ada).send(
        CHANGE, {**S2, "row": "S1", "up_to": "2,500", "decides": ["broker"], "deputies": [], "may_decide_own": "yes"}
    )
    settings, _ = authority_of(sample).settings_on(TOMORROW)
    assert settings.approval_ceiling == Decimal(2500)
    assert settings.scheme[0].may_decide_own


OWN_LIMIT = {"row": "S1", "up_to": "90,000", "decides": ["broker"], "deputies": [], "may_decide_own": "yes"}
SETTINGS = "/settings/authority/change"


def test_an_administrator_asks_for_a_larger_limit_and_director_and_chief_officer_decide(
    sample: SampleAuthority, ada: UUID, sign_in: SignIn, program: Callable[..., Program]
) -> None:
    director, chief = sample.director(), sample.person("Chloe Chief", Role.CHIEF_OFFICER)
    page = sign_in(ada)
    assert page.send(CHANGE, {**S2, **OWN_LIMIT}).headers["Location"].endswith("/decisions/DN-2026-0001")
    assert "Spending that a broker may approve" in page.get("/decisions/DN-2026-0001")
    assert "from £5,000 to £90,000" in page.get("/decisions/DN-2026-0001")
    assert "Nobody is today" in page.get("/decisions/DN-2026-0001")
    assert "a broker" in page.get("/decisions/DN-2026-0001")
    assert page.get("/decisions/DN-2026-0001/give", status=403)

    decide(sign_in(director), sample)
    assert authority_of(sample).versions == []
    assert "somebody else is the second" in decide(sign_in(director), sample, status=409).lower()
    decide(sign_in(chief), sample)

    event = list(sample.services.store.get(AUTHORITY))[-1]
    assert isinstance(event, Authority.SchemeChanged)
    assert (event.meta.signature.actor, event.meta.decision) == (chief, decision(sample).id)
    assert [authority_of(sample).settings_on(day)[0].approval_ceiling for day in (TODAY, TOMORROW)] == [5000, 90000]
    assert "Chloe Chief approved a change of" in page.get("/settings/authority")


def test_other_settings_are_the_administrator_s_own_and_those_of_safety_are_asked_for_with_the_program_told(
    sample: SampleAuthority, ada: UUID, program: Callable[..., Program]
) -> None:
    sample.director(), sample.person("Chloe Chief", Role.CHIEF_OFFICER)
    api = program(ada)
    in_force = SettingsOut().dump(Settings())
    body = {**in_force, "contact_email": "help@wexmoor.example", "from": TODAY.isoformat(), "reason": "As agreed"}
    api.post(SETTINGS, {**body, "response_days": 15}, key="own-setting-1", at='"1"')
    assert authority_of(sample).settings_on(TODAY)[0].response_days == 15
    longer = {**body, "exemption_days": 250}
    refused = api.post(SETTINGS, longer, key="safety-setting-1", at='"2"', status=422)
    assert "tomorrow or later" in refused.text
    later = {**longer, "from": TOMORROW.isoformat()}
    answer = api.post(SETTINGS, later, key="safety-setting-2", at='"2"', status=202)
    assert answer.headers["Location"].endswith("/decisions/DN-2026-0001")
    assert authority_of(sample).settings_on(TOMORROW)[0].exemption_days == 20


def test_what_is_approved_after_the_day_asked_for_holds_from_the_next_and_never_backwards(
    sample: SampleAuthority, ada: UUID, sign_in: SignIn
) -> None:
    director, chief = sample.director(), sample.person("Chloe Chief", Role.CHIEF_OFFICER)
    sign_in(ada).send(CHANGE, {**S2, **OWN_LIMIT})
    sample.clock.go_to(date(2026, 11, 9))
    decide(sign_in(director), sample)
    decide(sign_in(chief), sample)
    assert [version.from_ for version in authority_of(sample).versions] == [date(2026, 11, 10)]


def test_a_refused_change_of_the_scheme_changes_nothing(sample: SampleAuthority, ada: UUID, sign_in: SignIn) -> None:
    sample.director()
    chief = sample.person("Chloe Chief", Role.CHIEF_OFFICER)
    sign_in(ada).send(CHANGE, {**S2, **OWN_LIMIT})
    decide(sign_in(chief), sample, refuse="Too much for one person")
    assert authority_of(sample).versions == []
    assert "Too much for one person" in sign_in(ada).get("/decisions/DN-2026-0001")


def test_a_post_that_fell_vacant_is_no_setting_up_and_who_asks_does_not_decide(
    sample: SampleAuthority, sign_in: SignIn
) -> None:
    both, chief = sample.administrator("Dual Director"), sample.person("Chloe Chief", Role.CHIEF_OFFICER)

    def change(person: UUID, what: Callable[[Person], object]) -> None:
        with sample.acting():
            sample.services.service.change(Person, person, what)

    change(both, lambda person: person.take_post(Role.DIRECTOR, from_=date(2026, 9, 1)))
    alone = sign_in(both).send(CHANGE, {**S2, **OWN_LIMIT}, status=422)
    assert "Nobody else is a director" in alone.text
    sample.director()
    change(chief, lambda person: person.end_post(1, until=date(2026, 11, 1), reason="A new post"))
    vacant = sign_in(both).send(CHANGE, {**S2, **OWN_LIMIT}, status=422)
    assert "Nobody else is a chief officer" in vacant.text
    assert authority_of(sample).versions == []
