"""Sign-ins, failures, refusals and changes of accounts stand in the security trail and in the log."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from tests.web.accounts.conftest import ANNAS, Door, SignIn
from tests.web.accounts.test_second_factor import TOKEN, set_up
from tests.world import World
from web.accounts import security_trail
from web.accounts.attempts import AT_UNKNOWN
from web.accounts.security_trail import Kind

WRONG = {**ANNAS, "password": "wrong horse battery"}


def kinds(door: Door, person: UUID | None = None) -> list[Kind]:
    with door.services.read_present() as connection:
        return [entry.kind for entry in security_trail.entries(connection, person=person)][::-1]


def test_signing_in_and_out_and_failing_is_told(anna: UUID, client: FlaskClient, door: Door) -> None:
    with capture_logs() as logged:
        client.post("/sign-in", data=WRONG)
        client.post("/sign-in", data=ANNAS)
        client.post("/sign-out")
    assert set(kinds(door, anna)) - {Kind.ACCOUNT_OPENED} == {Kind.SIGN_IN_FAILED, Kind.SIGNED_IN, Kind.SIGNED_OUT}
    told = [(line["kind"], line["person"]) for line in logged if line["event"] == "security"]
    assert told == [(each, str(anna)) for each in ("sign-in failed", "signed in", "signed out")]
    assert not any("horse" in str(line) for line in logged)


def test_a_name_that_nobody_has_is_told_without_the_name(anna: UUID, client: FlaskClient, door: Door) -> None:
    client.post("/sign-in", data={**WRONG, "sign_in_name": "sunny.purple@kettle.example"})
    with door.services.read_present() as connection:
        [entry] = security_trail.entries(connection, kind=Kind.SIGN_IN_FAILED)
    assert (entry.person, entry.address) == (None, "127.0.0.1")
    assert "kettle" not in entry.detail


def test_refusals_are_told_once_in_a_minute(anna: UUID, client: FlaskClient, door: Door, world: World) -> None:
    for _ in range(AT_UNKNOWN.after + 3):
        client.post("/sign-in", data=WRONG)
    assert kinds(door).count(Kind.SIGN_IN_REFUSED) == 1
    world.clock.pass_by(minutes=2)
    client.post("/sign-in", data=WRONG)
    client.post("/sign-in", data=WRONG)
    assert kinds(door).count(Kind.SIGN_IN_REFUSED) == 2


PROOFS = {
    "before a token is made": ("/account/tokens/new", {**TOKEN, "proof_password": "x"}),
    "to change the password": ("/account/password", {"current": "x", "password": "three random words here"}),
}


@pytest.mark.parametrize("proof", PROOFS)
def test_a_proof_that_fails_or_is_refused_is_told(
    proof: str, anna: UUID, sign_in: SignIn, door: Door, world: World
) -> None:
    browser, (path, answers) = sign_in(anna), PROOFS[proof]
    world.clock.pass_by(minutes=11)
    for _ in range(AT_UNKNOWN.after + 3):
        browser.client.post(path, data=answers)
    told = kinds(door, anna)
    assert (told.count(Kind.PROOF_FAILED), told.count(Kind.PROOF_REFUSED)) == (AT_UNKNOWN.after, 1)
    with door.services.read_present() as connection:
        [refused] = security_trail.entries(connection, kind=Kind.PROOF_REFUSED)
    assert (refused.person, refused.by, refused.address) == (anna, anna, "127.0.0.1")
    assert "too many times" in refused.detail


def test_a_code_that_fails_or_is_refused_is_told(
    anna: UUID, client: FlaskClient, sign_in: SignIn, door: Door, world: World
) -> None:
    browser = sign_in(anna)
    set_up(browser, world)
    client.post("/sign-in", data=ANNAS)
    for _ in range(AT_UNKNOWN.after + 1):
        client.post("/sign-in/code", data={"code": "none"})
    told = kinds(door, anna)
    assert (told.count(Kind.SIGN_IN_FAILED), told.count(Kind.SIGN_IN_REFUSED)) == (AT_UNKNOWN.after, 1)
    world.clock.pass_by(minutes=11)
    for _ in range(AT_UNKNOWN.after + 1):
        browser.client.post("/account/tokens/new", data={**PROOFS["before a token is made"][1], "proof_code": "none"})
    assert kinds(door, anna).count(Kind.PROOF_REFUSED) == 1
    assert Kind.PROOF_FAILED in kinds(door, anna)


def test_who_is_refused_what_their_posts_do_not_allow_is_told(anna: UUID, sign_in: SignIn, door: Door) -> None:
    sign_in(anna).get("/accounts", status=403)
    with door.services.read_present() as connection:
        [entry] = security_trail.entries(connection, kind=Kind.ACCESS_REFUSED)
    assert (entry.person, entry.detail) == (anna, "GET /accounts")


def test_changes_of_accounts_are_told_with_who_made_them(anna: UUID, ada: UUID, sign_in: SignIn, door: Door) -> None:
    browser = sign_in(ada)
    browser.send_page(f"/accounts/{anna}/password-link", browser.get(f"/accounts/{anna}"), {}, status=200)
    browser.send(f"/accounts/{anna}/disable", {"reason": "On leave"})
    browser.send_page(f"/accounts/{anna}/enable", browser.get(f"/accounts/{anna}"), {})
    with door.services.read_present() as connection:
        told = {(entry.kind, entry.by) for entry in security_trail.entries(connection, person=anna)}
    assert {(Kind.LINK_MADE, ada), (Kind.ACCOUNT_DISABLED, ada), (Kind.ACCOUNT_ENABLED, ada)} <= told


def test_the_administrator_reads_the_trail_by_what_happened_and_whose_it_is(
    anna: UUID, ada: UUID, client: FlaskClient, sign_in: SignIn
) -> None:
    client.post("/sign-in", data=WRONG)
    client.post("/sign-in", data=ANNAS)
    browser = sign_in(ada)

    def rows(query: str) -> list[str]:
        page = browser.get(f"/accounts/security{query}")
        body = page[page.index("<tbody") :] if "<tbody" in page else ""
        return re.findall(r"Sign-in failed|Signed in|Account opened", body)

    assert rows("?kind=sign-in+failed") == ["Sign-in failed"]
    assert set(rows(f"?person={anna}")) == {"Sign-in failed", "Signed in", "Account opened"}
    assert rows(f"?person={ada}") == ["Account opened"]
    assert rows("?kind=second+factor+removed") == []
    sign_in(anna).get("/accounts/security", status=403)


@pytest.mark.parametrize("query", ["?after=yesterday", "?after=2026-11-02~x", "?person=anna"])
def test_a_place_that_the_trail_never_gave_out_is_nowhere(ada: UUID, sign_in: SignIn, query: str) -> None:
    sign_in(ada).get(f"/accounts/security{query}", status=404)


def test_the_trail_is_read_page_by_page(anna: UUID, ada: UUID, sign_in: SignIn, door: Door, world: World) -> None:
    for number in range(120):
        security_trail.note(door.services, Kind.SIGNED_IN, person=anna, detail=f"No. {number:03}")
        world.clock.pass_by(seconds=number % 2)
    browser, href, seen = sign_in(ada), "/accounts/security?kind=signed+in", []
    while href:
        page = browser.get(href)
        seen += re.findall(r"No\. \d{3}", page)
        following = re.search(r'href="([^"]+)" rel="next"|rel="next"[^>]*href="([^"]+)"', page)
        href = (following[1] or following[2]).replace("&amp;", "&") if following else ""
    assert sorted(seen) == [f"No. {number:03}" for number in range(120)]


def test_what_is_older_than_a_year_is_thrown_away(anna: UUID, door: Door, world: World) -> None:
    security_trail.note(door.services, Kind.SIGNED_IN, person=anna)
    world.clock.pass_by(days=367)
    security_trail.note(door.services, Kind.SIGNED_OUT, person=anna)
    assert kinds(door) == [Kind.SIGNED_OUT]
