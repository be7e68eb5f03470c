"""A school, or somebody of the service for it, asks for support."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from domain.references import record_id
from domain.support_request import RequestStatus, SupportRequest
from domain.vocabulary import Side
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program, text_of

SignIn = Callable[[UUID], Browser]
Programs = Callable[..., Program]

RAISE = "/requests/raise"


@pytest.fixture
def answers(sample: SampleAuthority, stages: BrokerageStages) -> dict[str, Any]:
    """What a school types to ask for a specialist."""
    return {
        "school": str(sample.urn(stages.school)),
        "kind": "specialist",
        "subject": "Mathematics",
        "phase": "secondary",
        "need": "Two new teachers need help with planning",
        "outcome_wanted": "Planning that holds for the whole key stage",
        **day("needed_from", 9, 11, 2026),
        **day("needed_by", 26, 3, 2027),
        "urgency": "soon",
        "budget": "3,000",
    }


def day(name: str, day: int, month: int, year: int) -> dict[str, str]:
    return {f"{name}-day": str(day), f"{name}-month": str(month), f"{name}-year": str(year)}


def found(sample: SampleAuthority, reference: str = "SR-2026-0001") -> SupportRequest:
    return sample.services.service.find(SupportRequest, record_id(SupportRequest.KIND, reference))


def test_a_request_with_wrong_dates_is_put_right_until_something_rests_on_them(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn, answers: dict[str, Any]
) -> None:
    head, broker = sign_in(stages.head), sign_in(stages.broker)
    href = head.send(RAISE, answers).headers["Location"]

    meant = {**day("needed_by", 26, 2, 2027), "reason": "The wrong month"}
    head.send_page(f"{href}/correct", head.get(f"{href}/correct"), meant)

    for browser in (head, broker):
        page = " ".join(text_of(browser.get(href)).split())
        assert "Help needed until 26 February 2027 26 March 2027" in page
        assert "help needed until: 26 February 2027 (entered as 26 March 2027). The wrong month" in page
        assert "Restated on" in text_of(browser.get("/requests/"))
    assert found(sample).needed_by.month == 2
    stages.an_approved_request(2)
    refused = head.get("/requests/SR-2026-0002/correct", status=409)
    assert "Spending was approved for this as it was entered, so one person alone cannot correct it" in refused


def test_a_head_asks_for_the_own_school(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn, answers: dict[str, Any]
) -> None:
    head = sign_in(stages.head)
    assert 'value="secondary" selected' in head.get(RAISE)

    answer = head.send(RAISE, answers)

    assert answer.headers["Location"] == "/requests/SR-2026-0001"
    raised = found(sample)
    assert (raised.school, raised.raised_by, raised.status) == (stages.school, Side.SCHOOL, RequestStatus.RAISED)
    page = head.get("/requests/SR-2026-0001")
    assert "Mathematics for Ashgrove High School" in page
    assert "£3,000 excluding VAT" in page
    assert "Next: triage request." in page


def test_an_officer_asks_for_any_school(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn, answers: dict[str, Any]
) -> None:
    sign_in(sample.officer()).send(RAISE, answers)

    assert found(sample).raised_by is Side.SERVICE


def test_a_head_asks_for_no_other_school(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn, answers: dict[str, Any]
) -> None:
    other = sample.headteacher(sample.school("Beech Lane High School"), "Hugo Head")

    answer = sign_in(other).send(RAISE, answers, status=422)

    assert "Select the school" in answer.text
    assert "Two new teachers need help with planning" in answer.text


def test_a_program_of_a_head_asks_for_no_other_school(
    stages: BrokerageStages, sample: SampleAuthority, program: Programs, answers: dict[str, Any]
) -> None:
    other = sample.headteacher(sample.school("Beech Lane High School"), "Hugo Head")

    program(other).post("/requests/raise", in_the_api(answers), key="another-school", status=422)


def in_the_api(answers: dict[str, Any], **changes: Any) -> dict[str, Any]:
    body = {name: value for name, value in answers.items() if not name.startswith("needed_")}
    return body | {"budget": "3000.00", "needed_from": "2026-11-09", "needed_by": "2027-03-26"} | changes


def test_a_program_asks_once_with_one_key(
    stages: BrokerageStages, sample: SampleAuthority, program: Programs, answers: dict[str, Any]
) -> None:
    head = program(stages.head)
    body = in_the_api(answers)

    first = head.post("/requests/raise", body, key="asked-once", status=201)
    again = head.post("/requests/raise", body, key="asked-once", status=201)

    assert first.json == again.json
    assert (first.json["reference"], first.json["status"], first.json["budget"]) == (
        "SR-2026-0001",
        "raised",
        "3000.00",
    )
    assert [each["reference"] for each in head.get("/requests").json["items"]] == ["SR-2026-0001"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"subject": ""}, "Select a subject or enter another one"),
        ({"other_subject": "Latin"}, "Select a subject or enter another one, not both"),
        ({"need": " "}, "Enter what the school needs help with"),
        ({"kind": "training"}, "Enter how many people the training is for"),
        ({"delegates": "12"}, "Only training has delegates"),
        (day("needed_by", 1, 11, 2026), "must be today or in the future"),
        (day("needed_by", 31, 2, 2027), "must be a real date"),
        ({"budget": "plenty"}, "Budget must be"),
        ({"visit": "2019"}, "Enter a reference like V-2026-0001"),
        ({"visit": "SR-2026-0001"}, "Enter a reference like V-2026-0001"),
        ({"visit": "V-2026-0009"}, "There is no visit with that reference, or you cannot open it"),
    ],
)
def test_what_will_not_do_is_said_and_the_rest_kept(
    stages: BrokerageStages, sign_in: SignIn, answers: dict[str, Any], change: dict[str, str], said: str
) -> None:
    answer = sign_in(stages.head).send(RAISE, answers | change, status=422)

    assert said in answer.text
    assert "Planning that holds for the whole key stage" in answer.text


def test_a_subject_that_is_not_on_the_list_is_asked_about_and_taken_with_a_reason(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn, program: Programs, answers: dict[str, Any]
) -> None:
    other, head = answers | {"subject": "", "other_subject": "Mathmatics"}, sign_in(stages.head)

    asked = head.send(RAISE, other, status=422)
    refused = (
        program(stages.head)
        .post("/requests/raise", in_the_api(answers, subject="Mathmatics"), key="asked-about", status=422)
        .json
    )

    sentence = "“Mathmatics” is not on the list of subjects, which has Mathematics. If this is right, say why"
    assert sentence in asked.text
    assert sentence in refused["errors"]["json"]["why_unusual"][0]
    assert refused["to_confirm"] == ["unknown_subject"]
    right = {"other_subject": "Mandarin", "unusual": "unknown_subject", "why_unusual": "For the new exchange"}
    head.send(RAISE, other | right)
    assert found(sample).subject == "Mandarin"
    assert "Confirmed as right: For the new exchange" in head.get("/requests/SR-2026-0001")


def test_another_word_for_a_subject_is_that_subject_and_leaves_out_nobody_who_offers_it(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn, answers: dict[str, Any]
) -> None:
    head = sign_in(stages.head)

    head.send(RAISE, answers | {"subject": "", "other_subject": "MATHS "})

    assert found(sample).subject == "Mathematics"
    assert "/requests/SR-2026-0001" in head.get("/requests/?subject=numeracy")


def test_a_training_request_says_for_how_many(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn, answers: dict[str, Any]
) -> None:
    sign_in(stages.head).send(RAISE, answers | {"kind": "training", "delegates": "12"})

    assert found(sample).delegates == 12


def test_a_reviewer_asks_for_nothing(sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn) -> None:
    sign_in(sample.reviewer()).get(RAISE, status=403)


@pytest.mark.parametrize(
    "change",
    [
        {"school": "000000"},
        {"school": ["900001"]},
        {"kind": "wizardry"},
        {"phase": None},
        {"needed_from": "yesterday"},
        {"needed_by": "9999-12-31"},
        {"budget": "-5"},
        {"budget": "1e30"},
        {"delegates": 10**20},
        {"need": ""},
        {"subject": 7},
        {"concern": "CC-0000-0000"},
        {"unheard_of": True},
    ],
)
def test_a_program_that_sends_nonsense_is_told_so(
    stages: BrokerageStages, program: Programs, answers: dict[str, Any], change: dict[str, Any]
) -> None:
    body = in_the_api(answers) | change

    refused = program(stages.head).post("/requests/raise", body, key="nonsense-1", status=422)

    assert next(iter(change)) in refused.json["errors"]["json"]
