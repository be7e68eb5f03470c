"""What would let a stranger at somebody's desk stay asks for proof again, and goes on with what was sent."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from domain.account import Account
from domain.vocabulary import Role, Team
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.accounts.conftest import ANNAS, PASSWORD, Door, SignIn, Whoami
from tests.web.conftest import Browser
from tests.web.schools.school_changes import day
from web.accounts import accounts, security_trail
from web.accounts.attempts import AT_UNKNOWN
from web.accounts.security_trail import SecurityEvent

TOKEN = {"label": "Timetable", "scopes": "read", "days": "30"}
PROOF = {"proof_password": PASSWORD}


def later(browser: Browser, sample: SampleAuthority, minutes: int = 11) -> Browser:
    sample.clock.pass_by(minutes=minutes)
    return browser


def test_a_token_is_made_after_the_proof_with_what_was_sent_before(
    anna: UUID, sample: SampleAuthority, sign_in: SignIn
) -> None:
    browser = later(sign_in(anna), sample)
    asked = browser.send("/account/tokens/new", TOKEN, status=401)
    assert "Confirm that it is you" in asked.text
    assert 'name="label" value="Timetable"' in asked.text
    assert "You have no API tokens" in browser.get("/account")
    shown = browser.send_page("/account/tokens/new", asked.text, PROOF, status=200)
    assert re.search(r"sis_[0-9a-f]{8}_", shown.text)
    browser.send("/account/tokens/new", {**TOKEN, "label": "Another"}, status=200)


def test_who_has_just_signed_in_is_not_asked(anna: UUID, sample: SampleAuthority, sign_in: SignIn) -> None:
    later(sign_in(anna), sample, 9).send("/account/tokens/new", TOKEN, status=200)


def test_a_wrong_proof_does_nothing_and_is_slowed_down(anna: UUID, sample: SampleAuthority, sign_in: SignIn) -> None:
    browser = later(sign_in(anna), sample)
    page = browser.send("/account/tokens/new", TOKEN, status=401).text
    for _ in range(AT_UNKNOWN.after):
        told = browser.send_page("/account/tokens/new", page, {"proof_password": "wrong horse battery"}, status=401)
        assert "The password is wrong" in told.text
        assert "wrong horse battery" not in told.text
    browser.send_page("/account/tokens/new", page, PROOF, status=429)
    assert "You have no API tokens" in browser.get("/account")


@pytest.mark.parametrize(("path", "status"), [("password-link", 200), ("enable", 303)])
def test_what_lets_others_in_asks_for_proof(
    anna: UUID, ada: UUID, sample: SampleAuthority, door: Door, sign_in: SignIn, path: str, status: int
) -> None:
    browser = later(sign_in(ada), sample)
    before = len(list(door.services.store.get(accounts.account_id(anna))))
    asked = browser.client.post(f"/accounts/{anna}/{path}")
    assert asked.status_code == 401
    assert len(list(door.services.store.get(accounts.account_id(anna)))) == before
    done = browser.send_page(f"/accounts/{anna}/{path}", asked.text, PROOF, status=status)
    assert ("/password/" in done.text) is (path == "password-link")
    assert done.location == (f"/accounts/{sample.reference(anna)}" if path == "enable" else None)


def test_opening_an_account_asks_for_proof(ada: UUID, sample: SampleAuthority, door: Door, sign_in: SignIn) -> None:
    rae = sample.person("Rae Reader", Role.BROKER)
    answers = {"person": sample.reference(rae), "sign_in_name": "rae@example.org"}
    browser = later(sign_in(ada), sample)
    asked = browser.send("/accounts/new", answers, status=401)
    assert browser.send_page("/accounts/new", asked.text, PROOF).location == f"/accounts/{sample.reference(rae)}"


@pytest.mark.parametrize(
    ("command", "answers"),
    [
        ("take-post", {"role": "broker", "full_time_share": "1"}),
        ("propose-post", {"role": "director"}),
    ],
)
def test_giving_posts_asks_for_proof(
    ada: UUID, sample: SampleAuthority, sign_in: SignIn, command: str, answers: dict[str, str]
) -> None:
    olive = sample.officer("Olive Officer", team=Team.PRIMARY)
    href = f"/people/{sample.reference(olive)}/{command}"
    browser = later(sign_in(ada), sample)
    asked = browser.send(href, {**answers, **day("from", TODAY)}, status=401)
    assert browser.send_page(href, asked.text, PROOF).location == f"/people/{sample.reference(olive)}"


def test_a_proof_is_never_kept_with_a_form(anna: UUID, sample: SampleAuthority, sign_in: SignIn) -> None:
    browser = later(sign_in(anna), sample)
    page = browser.send("/account/tokens/new", TOKEN, status=401).text
    sample.clock.pass_by(hours=13)
    kept = browser.send_page("/account/tokens/new", page, PROOF).location
    client = browser.client
    client.post("/sign-in", data=ANNAS)
    assert PASSWORD not in client.get(kept.removeprefix("/sign-in?next=")).text


def test_a_person_changes_their_password_which_ends_everything_else(
    anna: UUID, sign_in: SignIn, client: FlaskClient, whoami: Whoami, sample: SampleAuthority
) -> None:
    here, there = sign_in(anna), sign_in(anna)
    shown = here.send("/account/tokens/new", TOKEN, status=200).text
    secret = re.search(r"sis_[0-9a-f]{8}_[\w-]+", shown)
    assert secret is not None
    changed = {"current": PASSWORD, "password": "sunny purple kettle"}
    assert here.send("/account/password", changed).location == "/account"
    assert "Revoked" in here.get("/account")
    there.get("/account", status=303)
    assert whoami("/api/v1/visits", Authorization=f"Bearer {secret[0]}") == (None, None)
    assert client.post("/sign-in", data=ANNAS).status_code == 422
    assert client.post("/sign-in", data={**ANNAS, "password": "sunny purple kettle"}).status_code == 303


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"current": "wrong horse battery", "password": "sunny purple kettle"}, "The password is wrong"),
        ({"current": PASSWORD, "password": "Anna Able 2026"}, "harder to guess"),
        ({"current": PASSWORD, "password": "short"}, "12 characters or more"),
    ],
)
def test_a_password_is_not_changed_without_the_present_one_or_to_a_poor_one(
    anna: UUID, sign_in: SignIn, client: FlaskClient, answers: dict[str, str], told: str
) -> None:
    assert told in sign_in(anna).send("/account/password", answers, status=422).text
    assert client.post("/sign-in", data=ANNAS).status_code == 303


def test_a_wrong_present_password_is_in_the_security_trail_wherever_it_is_asked_for(
    anna: UUID, sample: SampleAuthority, door: Door, sign_in: SignIn
) -> None:
    browser = sign_in(anna)
    wrong = {"current": "wrong horse battery", "password": "sunny purple kettle"}
    browser.send("/account/password", wrong, status=422)
    later(browser, sample)
    page = browser.send("/account/tokens/new", TOKEN, status=401).text
    browser.send_page("/account/tokens/new", page, {"proof_password": "wrong horse battery"}, status=401)
    with door.services.read_present() as connection:
        failed = security_trail.entries(connection, kind=SecurityEvent.PROOF_FAILED)
    assert [(entry.person, entry.by) for entry in failed] == [(anna, anna)] * 2


def test_a_disabled_account_has_no_tokens_when_it_is_enabled_again(
    anna: UUID, ada: UUID, sign_in: SignIn, whoami: Whoami, door: Door
) -> None:
    shown = sign_in(anna).send("/account/tokens/new", TOKEN, status=200).text
    secret = re.search(r"sis_[0-9a-f]{8}_[\w-]+", shown)
    assert secret is not None
    browser = sign_in(ada)
    browser.send(f"/accounts/{anna}/disable", {"reason": "On leave"})
    browser.send_page(f"/accounts/{anna}/enable", browser.get(f"/accounts/{anna}"), {})
    assert whoami("/api/v1/visits", Authorization=f"Bearer {secret[0]}") == (None, None)
    assert not door.services.service.find(Account, accounts.account_id(anna)).tokens


def test_a_person_ends_one_of_their_sessions_and_nobody_elses(anna: UUID, ada: UUID, sign_in: SignIn) -> None:
    here, there, third, hers = sign_in(anna), sign_in(anna), sign_in(anna), sign_in(ada)
    ends = re.findall(r'action="(/account/sessions/[0-9a-f]+/end)"', here.get("/account"))
    assert len(ends) == 2
    assert hers.client.post(ends[0]).status_code == 303
    here.get("/account")
    assert len(re.findall(r"sessions/[0-9a-f]+/end", here.get("/account"))) == 2
    here.send_page(ends[0], here.get("/account"), {})
    still = [browser.client.get("/account").status_code for browser in (there, third)]
    assert sorted(still) == [200, 303]
