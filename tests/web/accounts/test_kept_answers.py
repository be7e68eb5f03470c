"""Nothing typed is lost when a session ends while somebody writes, and nobody else ever sees it."""

from __future__ import annotations

import io
import re
from base64 import b64encode
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from domain.concern import ConcernCase
from domain.references import record_id
from tests.sample_authority import Clock, SampleAuthority
from tests.web.accounts.conftest import PASSWORD, Door
from tests.web.conftest import Browser
from web.forms.kept import LASTS, MOST_BYTES, MOST_OF_PERSON, KeptAs, find_answers, keep_answers, keep_unread
from web.runtime.tables import KEPT_FORMS

RAISE = "/concerns/raise"
CASE = "/concerns/CC-2026-0001"
DETAIL = "Results in mathematics fell twice, and we do not know why"


@pytest.fixture
def dora(sample: SampleAuthority, door: Door) -> UUID:
    person = sample.director("Dora Director")
    door.opens(person, "dora@example.org")
    return person


@pytest.fixture
def rita(sample: SampleAuthority, door: Door) -> UUID:
    person = sample.director("Rita Reid")
    door.opens(person, "rita@example.org")
    return person


@pytest.fixture
def answers(sample: SampleAuthority) -> dict[str, Any]:
    school = sample.urn(sample.school())
    return {
        "school": str(school),
        "kind": "achievement",
        "source": "data",
        "severity": "high",
        "detail": DETAIL,
        "purpose": "challenge",
    }


class SharedComputer:
    """One browser, in which people sign in by their password."""

    def __init__(self, client: FlaskClient) -> None:
        self.browser = Browser(client)
        self.client = client

    def sign_in(self, name: str, href: str = "/sign-in") -> str:
        """Sign in at a page; returns where that leads."""
        page = self.browser.get(href)
        answer = self.browser.send_page(
            "/sign-in", page, {"sign_in_name": f"{name}@example.org", "password": PASSWORD}
        )
        return str(answer.location)

    def send(self, href: str, page: str, answers: dict[str, Any], status: int = 303) -> TestResponse:
        return self.browser.send_page(href, page, answers, status=status)


@pytest.fixture
def desk(client: FlaskClient) -> SharedComputer:
    return SharedComputer(client)


def left_alone(desk: SharedComputer, clock: Clock, answers: dict[str, Any], href: str = RAISE) -> str:
    """Sign in, begin to write, be called away, and send it after all; returns where that leads."""
    desk.sign_in("dora")
    page = desk.browser.get(href)
    clock.pass_by(minutes=31)
    return str(desk.send(href, page, answers).location)


def kept(sample: SampleAuthority) -> int:
    with sample.services.read() as connection:
        return connection.execute(
            sa.select(sa.func.count()).where(KEPT_FORMS.c.kept_as == KeptAs.ANSWERS)
        ).scalar_one()


def cases(sample: SampleAuthority) -> int:
    with sample.services.read() as connection:
        return sum(event.TOPIC == "concern.raised" for event in sample.services.store.everything(connection))


# Signed out


def test_what_was_typed_comes_back_after_signing_in_again_and_can_be_sent(
    dora: UUID, sample: SampleAuthority, desk: SharedComputer, clock: Clock, answers: dict[str, Any]
) -> None:
    to_sign_in = left_alone(desk, clock, answers)
    assert "We have kept what you typed" in desk.browser.get(to_sign_in)
    back = desk.sign_in("dora", to_sign_in)

    assert back.startswith(f"{RAISE}?kept=")
    page = desk.browser.get(back)
    assert DETAIL in page
    assert "You were signed out before this was sent. Nothing is saved yet." in page
    assert cases(sample) == 0
    assert desk.send(back, page, answers).location == CASE
    assert cases(sample) == 1
    assert kept(sample) == 0
    assert DETAIL not in desk.browser.get(back)


@pytest.mark.parametrize("is_read", [True, False])
def test_what_is_kept_can_be_read_by_nobody_who_has_the_database_alone(
    sample: SampleAuthority, dora: UUID, clock: Clock, is_read: bool
) -> None:
    typed = MultiDict({"password": "correct horse battery"})
    with sample.services.write() as connection:
        if is_read:
            key = keep_answers(connection, dora, "/x", typed, clock(), had_files=False)
        else:
            body, kind = b"password=correct+horse+battery", "application/x-www-form-urlencoded"
            key = keep_unread(connection, dora, "/x", clock(), body=body, content_type=kind)
        assert key is not None
        [row] = connection.execute(KEPT_FORMS.select())
        found = find_answers(connection, key, dora, "/x", clock())

    assert found is not None
    assert found.sent == typed
    assert row.answers.keys() == {"sealed"}
    for told in ("password", b64encode(b"password=correct").decode()[:16], key):
        assert told not in str(row)


def test_a_form_that_was_restored_and_left_alone_again_is_restored_again(
    dora: UUID, sample: SampleAuthority, desk: SharedComputer, clock: Clock, answers: dict[str, Any]
) -> None:
    back = desk.sign_in("dora", left_alone(desk, clock, answers))
    page = desk.browser.get(back)
    clock.pass_by(minutes=31)

    again = desk.sign_in("dora", str(desk.send(back, page, {**answers, "severity": "low"}).location))

    assert again.startswith(f"{RAISE}?kept=")
    assert again.count("kept=") == 1
    assert again != back
    assert re.search(r'value="low" checked', desk.browser.get(again))


def test_nobody_else_is_shown_what_was_typed_and_it_is_thrown_away(
    dora: UUID, rita: UUID, sample: SampleAuthority, desk: SharedComputer, clock: Clock, answers: dict[str, Any]
) -> None:
    to_sign_in = left_alone(desk, clock, answers)
    assert kept(sample) == 1

    back = desk.sign_in("rita", to_sign_in)
    page = desk.browser.get(back)

    assert DETAIL not in page
    assert "signed out" not in page
    assert kept(sample) == 0
    desk.client.post("/sign-out")
    desk.sign_in("dora")
    assert DETAIL not in desk.browser.get(back)


def test_a_form_is_told_what_changed_while_its_writer_was_signed_out(
    dora: UUID,
    rita: UUID,
    sample: SampleAuthority,
    app: Flask,
    desk: SharedComputer,
    clock: Clock,
    answers: dict[str, Any],
) -> None:
    desk.sign_in("dora")
    desk.browser.send(RAISE, answers)
    page = desk.browser.get(f"{CASE}/pause")
    clock.pass_by(minutes=31)
    others = SharedComputer(app.test_client())
    others.sign_in("rita")
    others.browser.send(f"{CASE}/pause", {"reason": "Snow"})
    others.browser.send(f"{CASE}/resume", {"reason": "Thaw"})

    typed = {"reason": "The school is closed for a week"}
    back = desk.sign_in("dora", str(desk.send(f"{CASE}/pause", page, typed).location))
    page = desk.browser.get(back)

    assert "This record changed while you were writing" in page
    assert typed["reason"] in page
    desk.send(back, page, typed)
    assert sample.services.service.find(ConcernCase, record_id("concern", "CC-2026-0001")).is_paused


def test_a_file_has_to_be_chosen_again(
    dora: UUID, sample: SampleAuthority, desk: SharedComputer, clock: Clock, answers: dict[str, Any]
) -> None:
    file = {"record": answers["school"], "file": (io.BytesIO(b"%PDF-1.7"), "Action plan.pdf")}
    back = desk.sign_in("dora", left_alone(desk, clock, file, "/files/add"))

    page = desk.browser.get(back)
    assert "Choose the file again: it could not be kept." in page
    assert f'value="{answers["school"]}"' in page


@pytest.mark.parametrize("mark", ["", "made-up", "ImFiYyI.nonsense"])
def test_a_form_that_does_not_say_in_our_own_hand_for_whom_it_was_made_is_not_kept(
    sample: SampleAuthority, desk: SharedComputer, answers: dict[str, Any], mark: str
) -> None:
    sent = desk.client.post(RAISE, data={**answers, "whose": mark})

    assert sent.location == f"/sign-in?next={RAISE}"
    assert kept(sample) == 0


def test_a_button_pressed_after_the_session_ended_leads_to_the_sign_in_page(
    dora: UUID, desk: SharedComputer, clock: Clock
) -> None:
    desk.sign_in("dora")
    clock.pass_by(minutes=31)

    assert desk.client.post("/account/end-other-sessions").location == "/sign-in"


def test_what_is_too_long_is_not_kept_and_that_is_said(
    dora: UUID, sample: SampleAuthority, desk: SharedComputer, clock: Clock, answers: dict[str, Any]
) -> None:
    to_sign_in = left_alone(desk, clock, {**answers, "detail": "x" * MOST_BYTES})

    assert to_sign_in == f"/sign-in?next={RAISE}"
    assert "too long to keep" in desk.browser.get(to_sign_in)
    assert kept(sample) == 0


def test_only_the_latest_forms_of_a_person_are_kept_and_none_for_long(
    dora: UUID, sample: SampleAuthority, desk: SharedComputer, clock: Clock, answers: dict[str, Any]
) -> None:
    desk.sign_in("dora")
    page = desk.browser.get(RAISE)
    clock.pass_by(minutes=31)
    leads = []
    for _ in range(MOST_OF_PERSON + 2):
        clock.pass_by(seconds=1)
        leads.append(str(desk.send(RAISE, page, answers).location))
    assert kept(sample) == MOST_OF_PERSON
    assert DETAIL not in desk.browser.get(desk.sign_in("dora", leads[0]))

    clock.pass_by(seconds=LASTS.total_seconds())
    assert DETAIL not in desk.browser.get(desk.sign_in("dora", leads[-1]))
    clock.pass_by(minutes=31)
    desk.send(RAISE, page, answers)
    assert kept(sample) == 1


def test_a_form_is_opened_again_and_not_carried_out_where_an_account_is_to_be_disabled(
    ada: UUID, anna: UUID, door: Door, desk: SharedComputer, clock: Clock
) -> None:
    disable = f"/accounts/{anna}/disable"
    desk.sign_in("ada")
    page = desk.browser.get(disable)
    clock.pass_by(minutes=31)
    back = desk.sign_in("ada", str(desk.send(disable, page, {"reason": "Has left the service"}).location))

    page = desk.browser.get(back)
    assert "Has left the service" in page
    assert door.account(anna).disabled_at is None
    desk.send(back, page, {"reason": "Has left the service"})
    assert door.account(anna).disabled_at is not None


# Signed in anew


@pytest.fixture
def guarded(app: Flask) -> None:
    """Forms need their token, as they do where the service is deployed."""
    app.config["WTF_CSRF_ENABLED"] = True


def test_a_form_opened_before_signing_in_anew_is_shown_again_with_what_was_typed(
    guarded: None,
    dora: UUID,
    sample: SampleAuthority,
    app: Flask,
    desk: SharedComputer,
    clock: Clock,
    answers: dict[str, Any],
) -> None:
    desk.sign_in("dora")
    page = desk.browser.get(RAISE)
    clock.pass_by(minutes=31)
    desk.sign_in("dora")

    back = str(desk.send(RAISE, page, answers).location)
    shown = desk.browser.get(back)

    assert "You signed in again after opening this page" in shown
    assert DETAIL in shown
    assert cases(sample) == 0
    assert desk.send(back, shown, answers).location == CASE
    assert kept(sample) == 0


def test_a_form_opened_before_somebody_else_signed_in_is_not_shown_to_them(
    guarded: None,
    dora: UUID,
    rita: UUID,
    sample: SampleAuthority,
    desk: SharedComputer,
    clock: Clock,
    answers: dict[str, Any],
) -> None:
    desk.sign_in("dora")
    page = desk.browser.get(RAISE)
    clock.pass_by(minutes=31)
    desk.sign_in("rita")

    refused = desk.send(RAISE, page, answers, status=400)

    assert DETAIL not in refused.text
    assert kept(sample) == 0
    assert cases(sample) == 0


def test_a_form_without_its_token_is_refused_in_plain_words_with_a_way_on(
    guarded: None, dora: UUID, desk: SharedComputer, answers: dict[str, Any]
) -> None:
    desk.sign_in("dora")

    refused = desk.client.post(RAISE, data=answers)

    assert refused.status_code == 400
    assert "CSRF" not in refused.text
    assert "Nothing was saved" in refused.text
    assert f'href="{RAISE}">Open the page again' in refused.text
