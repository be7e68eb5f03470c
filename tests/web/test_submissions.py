"""A form is carried out once, never with other answers than its own, and nobody begins a record twice unawares."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from domain.concern import ConcernCase
from domain.references import record_id
from tests.sample_authority import Clock, SampleAuthority
from tests.web.conftest import HIDDEN, Browser, Program
from web import SWEPT_EVERY
from web.forms.kept import JUST_NOW, SENT_LASTS
from web.runtime.tables import KEPT_FORMS

SignIn = Callable[[UUID], Browser]

RAISE = "/concerns/raise"
FIRST, SECOND = "/concerns/CC-2026-0001", "/concerns/CC-2026-0002"
TWIN = "You have just saved"


@pytest.fixture
def answers(sample: SampleAuthority) -> dict[str, Any]:
    return {
        "school": str(sample.urn(sample.school())),
        "kind": "achievement",
        "source": "data",
        "severity": "high",
        "detail": "Results in mathematics fell twice",
        "purpose": "challenge",
    }


@pytest.fixture
def browser(sample: SampleAuthority, sign_in: SignIn) -> Browser:
    return sign_in(sample.director())


def cases(sample: SampleAuthority) -> int:
    with sample.services.read() as connection:
        return sum(event.TOPIC == "concern.raised" for event in sample.services.store.everything(connection))


# The same form with other answers


def test_other_answers_under_the_number_of_a_form_that_was_sent_are_not_dropped(
    sample: SampleAuthority, browser: Browser, answers: dict[str, Any]
) -> None:
    page = browser.get(RAISE)
    browser.send_page(RAISE, page, answers)
    other = {**answers, "detail": "The chair of governors resigned"}

    told = browser.send_page(RAISE, page, other, status=422).text

    assert "You have already sent this form with different answers, and those are saved" in told
    assert f'href="{FIRST}"' in told
    assert other["detail"] in told
    assert cases(sample) == 1
    assert browser.send_page(RAISE, told, other).location == SECOND


def test_a_form_that_was_refused_is_corrected_under_its_own_number(
    sample: SampleAuthority, browser: Browser, answers: dict[str, Any]
) -> None:
    browser.send(RAISE, answers)
    page = browser.get(f"{FIRST}/pause")

    for reason in (" ", ""):
        refused = browser.send_page(f"{FIRST}/pause", page, {"reason": reason}, status=422).text
        assert "You have already sent this form" not in refused
        page = refused


def test_other_answers_to_a_change_that_was_made_are_told_with_what_changed(
    sample: SampleAuthority, browser: Browser, answers: dict[str, Any]
) -> None:
    browser.send(RAISE, answers)
    page = browser.get(f"{FIRST}/pause")
    browser.send_page(f"{FIRST}/pause", page, {"reason": "Snow"})

    told = browser.send_page(f"{FIRST}/pause", page, {"reason": "A flood"}, status=422).text

    assert "You have already sent this form with different answers" in told
    assert "This record changed while you were writing" in told
    assert "A flood" in told


def test_other_answers_that_do_not_stand_any_more_are_told_too(
    sample: SampleAuthority, browser: Browser, answers: dict[str, Any]
) -> None:
    browser.send(RAISE, answers)
    page = browser.get(f"{FIRST}/pause")
    browser.send_page(f"{FIRST}/pause", page, {"reason": "Snow"})

    told = browser.send_page(f"{FIRST}/pause", page, {"reason": ""}, status=422).text

    assert "You have already sent this form with different answers" in told


def test_blanks_and_line_ends_make_no_other_answers(
    sample: SampleAuthority, browser: Browser, answers: dict[str, Any]
) -> None:
    page = browser.get(RAISE)
    first = browser.send_page(RAISE, page, {**answers, "detail": "One line\r\nand another"})

    again = browser.send_page(RAISE, page, {**answers, "detail": " One line\nand another\n"})

    assert again.location == first.location
    assert cases(sample) == 1


# Another form with the same answers


def test_the_same_answers_sent_from_a_form_that_was_opened_anew_are_asked_about(
    sample: SampleAuthority, browser: Browser, answers: dict[str, Any]
) -> None:
    browser.send(RAISE, answers)

    asked = browser.send(RAISE, answers, status=409).text

    assert TWIN in asked
    assert f'href="{FIRST}"' in asked
    assert cases(sample) == 1


def test_another_one_like_it_takes_a_deliberate_choice(
    sample: SampleAuthority, browser: Browser, answers: dict[str, Any]
) -> None:
    browser.send(RAISE, answers)
    asked = browser.send(RAISE, answers, status=409).text

    assert browser.send_page(RAISE, asked, {"another": "yes"}).location == SECOND
    assert cases(sample) == 2


def test_the_answers_can_be_changed_instead(
    sample: SampleAuthority, browser: Browser, answers: dict[str, Any]
) -> None:
    browser.send(RAISE, answers)
    asked = browser.send(RAISE, answers, status=409).text

    form = browser.send_page(RAISE, asked, {"change": "yes"}, status=200).text

    assert answers["detail"] in form
    other = {**answers, "detail": "The chair of governors resigned"}
    assert browser.send_page(RAISE, form, other).location == SECOND


def test_a_repetition_of_the_first_form_is_still_answered_alike(
    sample: SampleAuthority, browser: Browser, answers: dict[str, Any]
) -> None:
    page = browser.get(RAISE)
    browser.send_page(RAISE, page, answers)
    asked = browser.send(RAISE, answers, status=409).text
    browser.send_page(RAISE, asked, {"another": "yes"})

    assert browser.send_page(RAISE, page, answers).location == FIRST
    assert cases(sample) == 2


def test_nobody_is_asked_about_other_answers_or_another_persons_or_those_of_long_ago(
    sample: SampleAuthority, clock: Clock, browser: Browser, sign_in: SignIn, answers: dict[str, Any]
) -> None:
    browser.send(RAISE, answers)

    browser.send(RAISE, {**answers, "severity": "low"})
    sign_in(sample.director("Rita Reid")).send(RAISE, answers)
    clock.pass_by(seconds=JUST_NOW.total_seconds())
    browser.send(RAISE, answers)

    assert cases(sample) == 4


def test_a_file_is_asked_about_by_its_bytes_and_is_chosen_again(
    sample: SampleAuthority, browser: Browser, answers: dict[str, Any]
) -> None:
    def sent(content: bytes) -> dict[str, Any]:
        return {"record": answers["school"], "file": (io.BytesIO(content), "Plan.txt")}

    browser.send("/files/add", sent(b"One plan"))
    browser.send("/files/add", sent(b"Another plan"))
    asked = browser.send("/files/add", sent(b"One plan"), status=409).text

    assert "F-2026-0001" in asked
    assert 'type="file"' in asked
    browser.send_page("/files/add", asked, {"another": "yes", "file": (io.BytesIO(b"One plan"), "Plan.txt")})


def test_programs_are_not_asked(
    sample: SampleAuthority, program: Callable[..., Program], answers: dict[str, Any]
) -> None:
    api = program(sample.director())

    for number in range(2):
        api.post("/concerns/raise", answers, key=f"the-same-again-{number}", status=201)

    assert cases(sample) == 2


def test_what_was_sent_is_forgotten_after_some_days(
    sample: SampleAuthority, clock: Clock, browser: Browser, answers: dict[str, Any]
) -> None:
    browser.send(RAISE, answers)
    clock.pass_by(seconds=(SENT_LASTS + SWEPT_EVERY).total_seconds())
    browser = Browser(browser.client)
    browser.client.set_cookie(*sample.session_of(sample.director("Rita Reid")))

    browser.send(RAISE, {**answers, "severity": "low"})

    with sample.services.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(KEPT_FORMS)).scalar_one() == 1


def test_a_form_of_one_record_is_not_taken_for_that_of_another(
    sample: SampleAuthority, browser: Browser, answers: dict[str, Any]
) -> None:
    for severity in ("high", "low"):
        browser.send(RAISE, {**answers, "severity": severity})
    director = {"reason": "Snow"}
    page = browser.get(f"{FIRST}/pause")
    browser.send_page(f"{FIRST}/pause", page, director)

    told = browser.send_page(f"{SECOND}/pause", page, director, status=422).text

    assert "You have already sent this form" in told
    assert not sample.services.service.find(ConcernCase, record_id("concern", "CC-2026-0002")).is_paused
    assert dict(HIDDEN.findall(told))["command"] != dict(HIDDEN.findall(page))["command"]
