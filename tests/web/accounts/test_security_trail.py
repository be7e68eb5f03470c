"""Sign-ins, failures, refusals and changes of accounts stand in the security trail and in the log."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pyotp
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from domain.account import TokenScopes
from domain.service import Unavailable
from tests.sample_authority import SampleAuthority
from tests.web.accounts.conftest import ANNAS, Door, SignIn
from tests.web.accounts.test_second_factor import TOKEN, set_up
from web.accounts import (
    account_commands,
    council_commands,
    factor_commands,
    factors,
    password_commands,
    security_trail,
    session_commands,
    sessions,
    signing_in,
    token_commands,
)
from web.accounts.attempts import AT_UNKNOWN
from web.accounts.security_trail import SecurityEvent
from web.runtime.settings import DeploymentSettings
from web.runtime.tables import DOOR_TABLES, SECURITY_TRAIL

SETTINGS = DeploymentSettings("", secret_key="only for tests")

WRONG = {**ANNAS, "password": "wrong horse battery"}


def kinds(door: Door, person: UUID | None = None) -> list[SecurityEvent]:
    with door.services.read_present() as connection:
        return [entry.kind for entry in security_trail.entries(connection, person=person)][::-1]


def test_signing_in_and_out_and_failing_is_told(anna: UUID, client: FlaskClient, door: Door) -> None:
    with capture_logs() as logged:
        client.post("/sign-in", data=WRONG)
        client.post("/sign-in", data=ANNAS)
        client.post("/sign-out")
    assert set(kinds(door, anna)) - {SecurityEvent.ACCOUNT_OPENED} == {
        SecurityEvent.SIGN_IN_FAILED,
        SecurityEvent.SIGNED_IN,
        SecurityEvent.SIGNED_OUT,
    }
    told = [(line["kind"], line["person"]) for line in logged if line["event"] == "security"]
    assert told == [(each, str(anna)) for each in ("sign-in failed", "signed in", "signed out")]
    assert not any("horse" in str(line) for line in logged)


def test_a_name_that_nobody_has_is_told_without_the_name(anna: UUID, client: FlaskClient, door: Door) -> None:
    client.post("/sign-in", data={**WRONG, "sign_in_name": "sunny.purple@kettle.example"})
    with door.services.read_present() as connection:
        [entry] = security_trail.entries(connection, kind=SecurityEvent.SIGN_IN_FAILED)
    assert (entry.person, entry.address) == (None, "127.0.0.1")
    assert "kettle" not in entry.detail


def test_refusals_are_told_once_in_a_minute(
    anna: UUID, client: FlaskClient, door: Door, sample: SampleAuthority
) -> None:
    for _ in range(AT_UNKNOWN.after + 3):
        client.post("/sign-in", data=WRONG)
    assert kinds(door).count(SecurityEvent.SIGN_IN_REFUSED) == 1
    sample.clock.pass_by(minutes=2)
    client.post("/sign-in", data=WRONG)
    client.post("/sign-in", data=WRONG)
    assert kinds(door).count(SecurityEvent.SIGN_IN_REFUSED) == 2


PROOFS = {
    "before a token is made": ("/account/tokens/new", {**TOKEN, "proof_password": "x"}),
    "to change the password": ("/account/password", {"current": "x", "password": "three random words here"}),
}


@pytest.mark.parametrize("proof", PROOFS)
def test_a_proof_that_fails_or_is_refused_is_told(
    proof: str, anna: UUID, sign_in: SignIn, door: Door, sample: SampleAuthority
) -> None:
    browser, (path, answers) = sign_in(anna), PROOFS[proof]
    sample.clock.pass_by(minutes=11)
    for _ in range(AT_UNKNOWN.after + 3):
        browser.client.post(path, data=answers)
    told = kinds(door, anna)
    assert (told.count(SecurityEvent.PROOF_FAILED), told.count(SecurityEvent.PROOF_REFUSED)) == (AT_UNKNOWN.after, 1)
    with door.services.read_present() as connection:
        [refused] = security_trail.entries(connection, kind=SecurityEvent.PROOF_REFUSED)
    assert (refused.person, refused.by, refused.address) == (anna, anna, "127.0.0.1")
    assert "too many times" in refused.detail


def test_a_code_that_fails_or_is_refused_is_told(
    anna: UUID, client: FlaskClient, sign_in: SignIn, door: Door, sample: SampleAuthority
) -> None:
    browser = sign_in(anna)
    set_up(browser, sample)
    client.post("/sign-in", data=ANNAS)
    for _ in range(AT_UNKNOWN.after + 1):
        client.post("/sign-in/code", data={"code": "none"})
    told = kinds(door, anna)
    assert (told.count(SecurityEvent.SIGN_IN_FAILED), told.count(SecurityEvent.SIGN_IN_REFUSED)) == (
        AT_UNKNOWN.after,
        1,
    )
    sample.clock.pass_by(minutes=11)
    for _ in range(AT_UNKNOWN.after + 1):
        browser.client.post("/account/tokens/new", data={**PROOFS["before a token is made"][1], "proof_code": "none"})
    assert kinds(door, anna).count(SecurityEvent.PROOF_REFUSED) == 1
    assert SecurityEvent.PROOF_FAILED in kinds(door, anna)


def test_who_is_refused_what_their_posts_do_not_allow_is_told(anna: UUID, sign_in: SignIn, door: Door) -> None:
    sign_in(anna).get("/accounts", status=403)
    with door.services.read_present() as connection:
        [entry] = security_trail.entries(connection, kind=SecurityEvent.ACCESS_REFUSED)
    assert (entry.person, entry.detail) == (anna, "GET /accounts")


def test_changes_of_accounts_are_told_with_who_made_them(anna: UUID, ada: UUID, sign_in: SignIn, door: Door) -> None:
    browser = sign_in(ada)
    browser.send_page(f"/accounts/{anna}/password-link", browser.get(f"/accounts/{anna}"), {}, status=200)
    browser.send(f"/accounts/{anna}/disable", {"reason": "On leave"})
    browser.send_page(f"/accounts/{anna}/enable", browser.get(f"/accounts/{anna}"), {})
    with door.services.read_present() as connection:
        told = {(entry.kind, entry.by) for entry in security_trail.entries(connection, person=anna)}
    assert {
        (SecurityEvent.LINK_MADE, ada),
        (SecurityEvent.ACCOUNT_DISABLED, ada),
        (SecurityEvent.ACCOUNT_ENABLED, ada),
    } <= told


def test_the_administrator_reads_the_trail_by_what_happened_and_whose_it_is(
    anna: UUID, ada: UUID, client: FlaskClient, sign_in: SignIn
) -> None:
    client.post("/sign-in", data=WRONG)
    client.post("/sign-in", data=ANNAS)
    browser = sign_in(ada)

    def rows(query: str) -> list[str]:
        page = browser.get(f"/accounts/security{query}")
        body = page[page.index("<tbody") :] if "<tbody" in page else ""
        return re.findall(r"Sign-in failed|Signed in|Account created", body)

    assert rows("?kind=sign-in+failed") == ["Sign-in failed"]
    assert set(rows(f"?person={anna}")) == {"Sign-in failed", "Signed in", "Account created"}
    assert rows(f"?person={ada}") == ["Account created"]
    assert rows("?kind=second+factor+removed") == []
    sign_in(anna).get("/accounts/security", status=403)


@pytest.mark.parametrize("query", ["?after=yesterday", "?after=2026-11-02~x", "?person=anna"])
def test_a_place_that_the_trail_never_gave_out_is_nowhere(ada: UUID, sign_in: SignIn, query: str) -> None:
    sign_in(ada).get(f"/accounts/security{query}", status=404)


def test_the_trail_is_read_page_by_page(
    anna: UUID, ada: UUID, sign_in: SignIn, door: Door, sample: SampleAuthority
) -> None:
    for number in range(120):
        security_trail.note(door.services, SecurityEvent.SIGNED_IN, person=anna, detail=f"No. {number:03}")
        sample.clock.pass_by(seconds=number % 2)
    browser, href, seen = sign_in(ada), "/accounts/security?kind=signed+in", []
    while href:
        page = browser.get(href)
        seen += re.findall(r"No\. \d{3}", page)
        following = re.search(r'href="([^"]+)" rel="next"|rel="next"[^>]*href="([^"]+)"', page)
        href = (following[1] or following[2]).replace("&amp;", "&") if following else ""
    assert sorted(seen) == [f"No. {number:03}" for number in range(120)]


def test_what_is_older_than_a_year_is_thrown_away(anna: UUID, door: Door, sample: SampleAuthority) -> None:
    security_trail.note(door.services, SecurityEvent.SIGNED_IN, person=anna)
    sample.clock.pass_by(days=367)
    security_trail.note(door.services, SecurityEvent.SIGNED_OUT, person=anna)
    assert kinds(door) == [SecurityEvent.SIGNED_OUT]


def _set_up_a_factor(door: Door, person: UUID) -> None:
    new = factors.NewFactor.drawn()
    code = pyotp.TOTP(new.secret).at(door.services.now())
    factor_commands.set_up(door.services, door.account(person), new, code, SETTINGS)


def _make_a_token(door: Door, person: UUID) -> None:
    token_commands.make(door.services, person, label="Timetable", scopes=TokenScopes.READ, days=1)


def _end_the_others(door: Door, person: UUID) -> None:
    with door.services.read_present() as connection:
        kept, _ = sessions.of_person(connection, person, door.services.now())
    session_commands.end_other_sessions(door.services, kept)


def _link_a_council_account(door: Door, person: UUID) -> None:
    council_commands.link(door.services, door.account(person), "https://login.example", "subject")


ACTS: dict[str, Callable[[Door, UUID], object]] = {
    "an account is opened": lambda door, _: account_commands.open_account(door.services, uuid4(), "ben@example.org"),
    "it is disabled": lambda door, person: account_commands.disable(door.services, person, reason="Has left"),
    "a link is made": lambda door, person: password_commands.make_password_link(door.services, person),
    "a password is changed": lambda door, person: password_commands.change_password(
        door.services, door.account(person), "hash"
    ),
    "a second factor is set up": _set_up_a_factor,
    "a council account is linked": _link_a_council_account,
    "a token is made": _make_a_token,
    "other sessions are ended": _end_the_others,
}


def everything(door: Door) -> dict[str, object]:
    """All that the log and the web layer's tables hold, but for the security trail."""
    with door.services.read_present() as connection:
        found: dict[str, object] = {
            table.name: connection.execute(table.select()).all()
            for table in DOOR_TABLES.sorted_tables
            if table is not SECURITY_TRAIL
        }
        return {**found, "log": connection.exec_driver_sql("SELECT count(*) FROM events").scalar()}


@pytest.mark.parametrize("act", ACTS)
def test_what_cannot_be_told_is_not_done(act: str, anna: UUID, door: Door) -> None:
    with door.services.write() as connection:
        cookies = [sessions.begin(connection, anna, door.services.now()) for _ in range(2)]
        connection.exec_driver_sql("ALTER TABLE security_trail RENAME TO elsewhere")
    before = everything(door)
    with door.acting(), pytest.raises((sa.exc.DBAPIError, Unavailable)):
        ACTS[act](door, anna)
    with pytest.raises(sa.exc.DBAPIError):
        signing_in.sign_out(door.services, cookies[0])
    assert everything(door) == before
