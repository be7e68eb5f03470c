"""Council staff come by the council's own sign-in, and who is disabled there is out here."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import requests
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from werkzeug.test import TestResponse

from tests.council import Council, a_council
from tests.sample_authority import SampleAuthority
from tests.web.accounts.conftest import ANNAS, PASSWORD, Door, SignIn
from tests.web.accounts.test_second_factor import TOKEN, set_up
from tests.web.conftest import Browser
from web.accounts import openid, password_commands, security_trail
from web.accounts.security_trail import SecurityEvent
from web.cli import main
from web.runtime.settings import CouncilSignIn, settings_from_environment

SITE = "http://localhost"


@pytest.fixture(scope="module")
def serving() -> Iterator[Council]:
    with a_council() as council:
        yield council


@pytest.fixture
def council(serving: Council, app: Flask) -> Council:
    """The council's sign-in, used by the application, with nobody signed in there."""
    serving.signed_in, serving.typing, serving.is_up, serving.answers, serving.asked = None, "olive", True, {}, []
    serving.claims = lambda _: {"auth_time": int(time.time())}
    app.extensions.pop(openid.EXTENSION, None)
    settings = CouncilSignIn(serving.issuer, "sis", "the client's secret")
    app.config["SIS_SETTINGS"] = replace(app.config["SIS_SETTINGS"], public_url=SITE, council=settings)
    return serving


def there(client: FlaskClient, href: str) -> str:
    """Follow a link of the service to the council's sign-in; the address at which that leads back."""
    response = client.get(href)
    assert response.status_code == 303, response.text
    answer = requests.get(response.location, allow_redirects=False, timeout=120)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].removeprefix(SITE)


def by_council(client: FlaskClient, href: str = "/sign-in/council?next=/account") -> TestResponse:
    """Go to the council's sign-in and come back."""
    return client.get(there(client, href))


@pytest.fixture
def linked(anna: UUID, council: Council, sign_in: SignIn) -> UUID:
    """Anna, who has linked her council account, and is signed out at both since."""
    browser = sign_in(anna)
    assert by_council(browser.client, "/account/council/link").location == "/account"
    browser.client.post("/sign-out")
    council.signed_in = None
    return anna


def test_who_proves_who_they_are_links_their_council_account_and_signs_in_with_it_alone(
    anna: UUID, council: Council, sign_in: SignIn, client: FlaskClient, door: Door
) -> None:
    browser, elsewhere = sign_in(anna), sign_in(anna)
    assert "/account/council" in browser.get("/account")
    assert "/account/council/link" in browser.get("/account/council")
    assert by_council(browser.client, "/account/council/link").location == "/account"
    assert "From now on, sign in with your council account" in browser.get("/account")
    elsewhere.get("/account", status=303)
    assert client.post("/sign-in", data=ANNAS).status_code == 422
    assert "Sign in with your council account" in client.get("/sign-in").text
    assert by_council(client).location == "/account"
    assert "You sign in with your council account" in client.get("/account").text
    with door.services.read_present() as connection:
        trail = security_trail.entries(connection, person=anna)
    assert [entry.kind for entry in trail if entry.kind is SecurityEvent.COUNCIL_LINKED] == [
        SecurityEvent.COUNCIL_LINKED
    ]
    assert "by council account" in [entry.detail for entry in trail if entry.kind is SecurityEvent.SIGNED_IN]


def test_a_link_of_the_administrator_lets_somebody_link_their_council_account_once(
    anna: UUID, council: Council, client: FlaskClient, door: Door
) -> None:
    with door.acting():
        link = f"/password/{password_commands.make_password_link(door.services, anna)}"
    assert f'href="{link}/council"' in client.get(link).text
    assert by_council(client, f"{link}/council").location == "/"
    assert client.get("/account").status_code == 200
    assert client.get(link).status_code == 410
    council.signed_in, council.typing = None, "mallory"
    other = client.application.test_client()
    assert by_council(other, f"{link}/council").status_code == 410
    assert other.get("/account").status_code == 303


def test_a_link_of_the_administrator_does_not_go_round_the_second_factor(
    anna: UUID, council: Council, client: FlaskClient, door: Door, sign_in: SignIn, sample: SampleAuthority
) -> None:
    phone, _ = set_up(sign_in(anna), sample)
    with door.acting():
        link = f"/password/{password_commands.make_password_link(door.services, anna)}"
    assert f"{link}/council" not in client.get(link).text
    refused = by_council(client, f"{link}/council")
    assert refused.status_code == 403
    assert "This account has a second factor" in refused.text
    assert client.get("/account").status_code == 303
    client.post(link, data={"password": PASSWORD})
    assert client.post("/sign-in", data=ANNAS).location == "/sign-in/code"
    client.post("/sign-in/code", data={"code": phone.code()})
    assert by_council(client, "/account/council/link").location == "/account"
    assert "Your second factor here is removed" in client.get("/account").text
    with door.services.read_present() as connection:
        removed = security_trail.entries(connection, kind=SecurityEvent.FACTOR_REMOVED)
    assert [(entry.person, entry.by) for entry in removed] == [(anna, anna)]


def test_a_link_of_the_administrator_links_nobody_of_a_school(
    council: Council, client: FlaskClient, sample: SampleAuthority, door: Door
) -> None:
    head = sample.headteacher(sample.school("Ashgrove High School"))
    door.opens(head, "head@example.org")
    with door.acting():
        link = f"/password/{password_commands.make_password_link(door.services, head)}"
    refused = by_council(client, f"{link}/council")
    assert refused.status_code == 403
    assert "Only council staff can use a council account" in refused.text
    assert client.get(link).status_code == 200


def test_an_email_address_links_nobody(anna: UUID, council: Council, client: FlaskClient) -> None:
    council.claims = lambda _: {"email": "anna@example.org", "email_verified": True}
    answer = by_council(client)
    assert answer.status_code == 401
    assert "This council account is not linked to anybody here" in answer.text
    assert client.get("/account").status_code == 303


def test_a_council_account_is_one_persons(linked: UUID, ada: UUID, council: Council, sign_in: SignIn) -> None:
    browser = sign_in(ada)
    by_council(browser.client, "/account/council/link")
    assert "Somebody else uses this council account here" in browser.get("/account")
    assert browser.client.post("/sign-in", data={"sign_in_name": "ada@example.org", "password": PASSWORD}).location


def test_linking_asks_for_proof(anna: UUID, council: Council, sign_in: SignIn, sample: SampleAuthority) -> None:
    browser = sign_in(anna)
    sample.clock.pass_by(minutes=11)
    assert browser.client.get("/account/council/link").location == "/account/council"
    asked = browser.get("/account/council", status=401)
    shown = browser.send_page("/account/council", asked, {"proof_password": PASSWORD}, status=200)
    assert "/account/council/link" in shown.text


def test_who_comes_back_twice_or_in_another_browser_is_not_let_in(
    linked: UUID, app: Flask, council: Council, client: FlaskClient
) -> None:
    back = there(client, "/sign-in/council")
    other = app.test_client()
    assert other.get(back).status_code == 401
    assert "started signing in on another browser" in other.get(back).text
    assert client.get(back).status_code == 303
    client.post("/sign-out")
    assert client.get(back).status_code == 401
    assert client.get("/account").status_code == 303


OURS, MALLORYS = (RSAKey.generate_key(2048, {"kid": "new"}) for _ in range(2))

Change = Callable[[dict[str, Any]], dict[str, Any]]


def tell(council: Council, change: Change, *, key: RSAKey = OURS, header: dict[str, str] | None = None) -> None:
    """Let the council tell something else than it means, by a new key of its own unless another is given."""

    def forged(answer: Any) -> bytes:
        told = json.loads(b"".join(answer))
        payload = told["id_token"].split(".")[1]
        claims = jwt_claims(payload)
        if header and header["alg"] == "none":
            told["id_token"] = f"{_b64(header)}.{_b64(change(claims))}."
        else:
            told["id_token"] = jwt.encode(header or {"alg": "RS256", "kid": "new"}, change(claims), key)
        return json.dumps(told).encode()

    council.answers["/oauth2/token"] = forged
    council.answers["/jwks"] = lambda _: json.dumps(KeySet([OURS]).as_dict(private=False)).encode()


def jwt_claims(payload: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found


def _b64(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def without(name: str) -> Change:
    return lambda claims: {each: value for each, value in claims.items() if each != name}


def test_what_is_told_as_it_should_be_lets_in(linked: UUID, council: Council, client: FlaskClient) -> None:
    """So the refusals below are for what is wrong in each, and for nothing else."""
    tell(council, lambda claims: claims)
    assert by_council(client).location == "/account"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda claims: {**claims, "iss": "https://login.mallory.example"}, id="of another issuer"),
        pytest.param(lambda claims: {**claims, "aud": "another service"}, id="for another service"),
        pytest.param(lambda claims: {**claims, "aud": ["x", "y"], "azp": "sis"}, id="for others, by us"),
        pytest.param(lambda claims: {**claims, "exp": int(time.time()) - 120}, id="expired"),
        pytest.param(lambda claims: {**claims, "nonce": "of another sign-in"}, id="of another sign-in"),
        pytest.param(lambda claims: {**claims, "sub": ""}, id="of nobody"),
        *(pytest.param(without(name), id=f"without {name}") for name in ("iss", "aud", "exp", "nonce", "sub")),
    ],
)
def test_what_is_told_otherwise_lets_nobody_in(
    change: Change, linked: UUID, council: Council, client: FlaskClient, door: Door
) -> None:
    tell(council, change)
    answer = by_council(client)
    assert answer.status_code == 401
    assert "The council&#39;s sign-in did not confirm who you are" in answer.text
    assert client.get("/account").status_code == 303
    with door.services.read_present() as connection:
        assert security_trail.entries(connection, kind=SecurityEvent.SIGN_IN_FAILED)


@pytest.mark.parametrize(
    ("key", "header"), [(MALLORYS, None), (OURS, {"alg": "none"})], ids=["by another key", "unsigned"]
)
def test_what_another_has_signed_lets_nobody_in(
    key: RSAKey, header: dict[str, str] | None, linked: UUID, council: Council, client: FlaskClient
) -> None:
    tell(council, lambda claims: claims, key=key, header=header)
    assert by_council(client).status_code == 401
    assert client.get("/account").status_code == 303


def test_a_code_without_the_verifier_of_this_browser_lets_nobody_in(
    linked: UUID, council: Council, client: FlaskClient, app: Flask
) -> None:
    """A code that was stolen on its way back is brought to the thief's own sign-in."""
    code = re.findall(r"code=[^&]+", there(client, "/sign-in/council"))[0]
    thief = app.test_client()
    back = there(thief, "/sign-in/council")
    assert thief.get(re.sub(r"code=[^&]+", code, back)).status_code == 401


def test_one_that_names_itself_otherwise_is_not_asked(council: Council, client: FlaskClient) -> None:
    council.answers["/.well-known/openid-configuration"] = lambda answer: b"".join(answer).replace(
        council.issuer.encode() + b'"', b'https://login.mallory.example"'
    )
    assert client.get("/sign-in/council").status_code == 503


def test_where_it_cannot_be_reached_nobody_is_let_in_and_passwords_work(
    linked: UUID, ada: UUID, council: Council, client: FlaskClient
) -> None:
    back = there(client, "/sign-in/council")
    council.is_up = False
    answer = client.get(back)
    assert answer.status_code == 503
    assert "We cannot reach the council&#39;s sign-in. Try again in a few minutes." in answer.text
    asked = len(council.asked)
    assert client.get("/sign-in/council").status_code == 503
    assert len(council.asked) == asked, "each sign-in waited for what had just not answered"
    response = client.post("/sign-in", data={"sign_in_name": "ada@example.org", "password": PASSWORD})
    assert response.status_code == 303


def test_where_it_has_never_been_reached_one_sentence_says_so(council: Council, client: FlaskClient) -> None:
    council.is_up = False
    answer = client.get("/sign-in/council")
    assert (answer.status_code, "We cannot reach the council&#39;s sign-in" in answer.text) == (503, True)


@pytest.fixture
def signed_in(linked: UUID, council: Council, client: FlaskClient) -> Browser:
    """Anna, who came by her council account and has just used the service, eight hours ago."""
    assert by_council(client).location == "/account"
    return Browser(client)


def work(sample: SampleAuthority, browser: Browser, hours: float) -> None:
    """Use the service every quarter of an hour."""
    for _ in range(int(hours * 4)):
        browser.get("/help")
        sample.clock.pass_by(minutes=15)


def renewal(client: FlaskClient, href: str) -> str:
    """Where the page leads that is shown when the session has to be confirmed."""
    response = client.get(href)
    assert response.status_code == 303
    page = client.get(response.location)
    assert page.status_code == 200
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text)
    assert found is not None
    return found[1].replace("&amp;", "&")


def test_a_session_is_confirmed_every_eight_hours_without_a_question(
    signed_in: Browser, council: Council, sample: SampleAuthority
) -> None:
    work(sample, signed_in, 7.75)
    signed_in.get("/account")
    sample.clock.pass_by(minutes=15)
    council.asked.clear()
    assert by_council(signed_in.client, renewal(signed_in.client, "/account")).location == "/account"
    assert "/oauth2/authorize" in council.asked
    signed_in.get("/account")
    work(sample, signed_in, 3.75)
    signed_in.client.get("/account")
    sample.clock.pass_by(minutes=15)
    assert signed_in.client.get("/account").location == "/sign-in?next=/account", "a session lasts twelve hours"


def test_who_is_disabled_there_is_out_here_when_the_session_is_to_be_confirmed(
    signed_in: Browser, council: Council, sample: SampleAuthority, door: Door, linked: UUID
) -> None:
    work(sample, signed_in, 8)
    council.signed_in = None
    answer = by_council(signed_in.client, renewal(signed_in.client, "/account"))
    assert answer.location == "/sign-in?next=/account"
    shown = signed_in.get(answer.location)
    assert "did not confirm that you are still signed in there" in shown
    signed_in.get("/account", status=303)
    with door.services.read_present() as connection:
        [ended, *_] = security_trail.entries(connection, kind=SecurityEvent.SESSIONS_ENDED, person=linked)
    assert ended.detail == "not confirmed by council account"


def test_until_it_is_confirmed_a_session_reads_and_does_nothing(signed_in: Browser, sample: SampleAuthority) -> None:
    work(sample, signed_in, 8)
    assert signed_in.client.get("/api/v1/schools").status_code == 401
    signed_in.get("/caseload", status=303)


def test_what_was_typed_is_there_after_the_session_is_confirmed(signed_in: Browser, sample: SampleAuthority) -> None:
    work(sample, signed_in, 7.75)
    page = signed_in.get("/account/tokens/new")
    sample.clock.pass_by(minutes=15)
    sent = signed_in.send_page("/account/tokens/new", page, TOKEN)
    shown = signed_in.client.get(sent.location)
    href = re.search(r"0; url=([^\"]+)", shown.text)
    assert href is not None
    onward = by_council(signed_in.client, href[1].replace("&amp;", "&")).location
    assert 'value="Timetable"' in signed_in.get(onward)


def test_who_left_the_desk_is_not_brought_back_by_the_council_account(
    signed_in: Browser, sample: SampleAuthority
) -> None:
    sample.clock.pass_by(minutes=31)
    shown = signed_in.get(signed_in.client.get("/account").location)
    assert "refresh" not in shown


def test_tokens_wait_when_the_sign_in_has_not_been_for_thirty_days(
    signed_in: Browser, council: Council, sample: SampleAuthority, client: FlaskClient
) -> None:
    asked = signed_in.send("/account/tokens/new", TOKEN, status=401)
    [proof] = re.findall(r'href="(/account/council/proof[^"]+)"', asked.text)
    onward = by_council(signed_in.client, proof).location
    shown = signed_in.send(onward, {**TOKEN, "days": "90"}, status=200).text
    [secret] = re.findall(r"sis_[0-9a-f]{8}_[\w-]+", shown)
    bearer = {"Authorization": f"Bearer {secret}"}
    sample.clock.pass_by(days=29, hours=23)
    assert client.get("/api/v1/schools", headers=bearer).status_code == 200
    sample.clock.pass_by(hours=1)
    assert client.get("/api/v1/schools", headers=bearer).status_code == 401
    by_council(client)
    assert client.get("/api/v1/schools", headers=bearer).status_code == 200


def test_who_is_disabled_here_is_out_whatever_the_council_says(
    signed_in: Browser, linked: UUID, ada: UUID, sign_in: SignIn, council: Council
) -> None:
    sign_in(ada).send(f"/accounts/{linked}/disable", {"reason": "On leave"})
    signed_in.get("/account", status=303)
    answer = by_council(signed_in.client)
    assert "Your account is disabled" in answer.text
    signed_in.get("/account", status=303)


def test_the_proof_of_who_comes_by_the_council_is_to_sign_in_there_again(
    signed_in: Browser, council: Council, sample: SampleAuthority
) -> None:
    """To be signed in there still is none: that may be a stranger at their desk."""
    asked = signed_in.send("/account/tokens/new", TOKEN, status=401)
    assert 'type="password"' not in asked.text
    [proof] = re.findall(r'href="(/account/council/proof[^"]+)"', asked.text)
    kept = by_council(signed_in.client, proof).location
    shown = signed_in.get(kept)
    assert "You had to confirm who you are first. Nothing is saved yet." in shown
    assert 'value="Timetable"' in shown
    assert re.search(r"sis_[0-9a-f]{8}_", signed_in.send_page(kept, shown, TOKEN, status=200).text)


@pytest.mark.parametrize(
    ("change", "typing"),
    [
        pytest.param(lambda claims: {**claims, "auth_time": int(time.time()) - 600}, "olive", id="long ago"),
        pytest.param(without("auth_time"), "olive", id="nobody says when"),
        pytest.param(lambda claims: claims, "mallory", id="somebody else"),
    ],
)
def test_a_proof_that_is_none_is_refused(
    change: Change, typing: str, signed_in: Browser, council: Council, door: Door
) -> None:
    asked = signed_in.send("/account/tokens/new", TOKEN, status=401)
    [proof] = re.findall(r'href="(/account/council/proof[^"]+)"', asked.text)
    council.typing = typing
    tell(council, change)
    by_council(signed_in.client, proof)
    signed_in.send("/account/tokens/new", TOKEN, status=401)
    with door.services.read_present() as connection:
        assert len(security_trail.entries(connection, kind=SecurityEvent.PROOF_FAILED)) == 1


def test_a_button_that_asked_for_proof_is_found_again(
    ada: UUID, anna: UUID, council: Council, sign_in: SignIn, sample: SampleAuthority
) -> None:
    browser = sign_in(ada)
    by_council(browser.client, "/account/council/link")
    sample.clock.pass_by(minutes=11)
    asked = browser.client.post(f"/accounts/{anna}/password-link")
    [proof] = re.findall(r'href="(/account/council/proof[^"]+)"', asked.text)
    onward = by_council(browser.client, proof).location
    assert onward == f"/accounts/{anna}"
    browser.send_page(f"/accounts/{anna}/password-link", browser.get(onward), {}, status=200)


def test_the_council_account_has_its_own_second_factor(
    council: Council, ada: UUID, sign_in: SignIn, sample: SampleAuthority, app: Flask, client: FlaskClient
) -> None:
    browser = sign_in(ada)
    set_up(browser, sample)
    by_council(browser.client, "/account/council/link")
    settings = app.config["SIS_SETTINGS"]
    app.config["SIS_SETTINGS"] = replace(settings, second_factor_from=date(2026, 1, 1))
    browser.get("/accounts")
    assert "You sign in with your council account" in browser.get("/account/second-factor", status=409)
    assert by_council(client).location == "/account"
    client.get("/accounts")
    told = browser.get("/audit")
    assert "removed Ada Admin&#39;s second factor: The council account has its own second factor" in told
    assert "linked Ada Admin&#39;s account to a council account" in told


def test_an_administrator_removes_a_council_account_with_a_reason_and_a_link_lets_in_again(
    signed_in: Browser, linked: UUID, ada: UUID, council: Council, sign_in: SignIn, client: FlaskClient
) -> None:
    browser = sign_in(ada)
    page = browser.get(f"/accounts/{linked}")
    assert "Make a password link" not in page
    browser.client.post(f"/accounts/{linked}/password-link")
    assert "signs in with a council account" in browser.get(f"/accounts/{linked}")
    browser.send(f"/accounts/{linked}/council-account", {"reason": ""}, status=422)
    browser.send(f"/accounts/{linked}/council-account", {"reason": "Moved to the trust"})
    signed_in.get("/account", status=303)
    assert by_council(client).status_code == 401
    page = browser.get(f"/accounts/{linked}")
    shown = browser.send_page(f"/accounts/{linked}/password-link", page, {}, status=200).text
    client.post(re.findall(r"/password/[\w-]+", shown)[0], data={"password": PASSWORD})
    client.post("/sign-in", data=ANNAS)
    assert "Ada Admin removed your council account: Moved to the trust" in client.get("/account").text
    assert "removed Anna Able&#39;s council account: Moved to the trust" in browser.get("/audit")


def test_nobody_removes_their_own_council_account_by_that_page(ada: UUID, sign_in: SignIn) -> None:
    browser = sign_in(ada)
    assert "Ask another administrator" in browser.get(f"/accounts/{ada}/council-account", status=409)
    assert browser.client.post(f"/accounts/{ada}/council-account", data={"reason": "x"}).status_code == 403


def test_whoever_has_the_machine_lets_somebody_in_while_the_council_cannot(
    linked: UUID, client: FlaskClient, sample: SampleAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIS_DATABASE_URL", sample.services.writer.url.render_as_string(hide_password=False))
    monkeypatch.setenv("SIS_SECRET_KEY", "only for tests")
    remove = ["accounts", "remove-council-account", "anna@example.org", "--reason", "Sign-in is down"]
    said = CliRunner().invoke(main, remove)
    assert said.exit_code == 0, said.output
    client.post(re.findall(r"/password/[\w-]+", said.output)[0], data={"password": PASSWORD})
    assert client.post("/sign-in", data=ANNAS).status_code == 303


def test_only_people_of_the_council_are_offered_it(
    council: Council, sample: SampleAuthority, sign_in: SignIn, door: Door
) -> None:
    head = sample.headteacher(sample.school("Ashgrove High School"))
    door.opens(head, "head@example.org")
    browser = sign_in(head)
    assert "/account/council" not in browser.get("/account")
    assert "Only council staff" in browser.get("/account/council", status=409)
    assert browser.client.get("/account/council/link").location == "/account/council"


def test_where_none_is_set_there_is_none(anna: UUID, sign_in: SignIn, client: FlaskClient) -> None:
    assert "council account" not in client.get("/sign-in").text
    for path in ("/sign-in/council", "/sign-in/council/back?state=x", "/password/x/council"):
        assert client.get(path).status_code == 404
    assert "council account" not in sign_in(anna).get("/account")


GOOD = {
    "SIS_PUBLIC_URL": "https://sis.example",
    "SIS_OIDC_ISSUER": "https://login.example/tenant/v2.0",
    "SIS_OIDC_CLIENT_ID": "sis",
    "SIS_OIDC_CLIENT_SECRET": "s3cret",
}


def given(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> None:
    monkeypatch.setenv("SIS_SECRET_KEY", "only for tests")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


def test_its_settings_are_read_and_the_secret_may_be_in_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("of the file\n", encoding="utf-8")
    given(monkeypatch, {**GOOD, "SIS_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret"), "SIS_OIDC_RENEW_HOURS": "4"})
    found = settings_from_environment().council
    assert found == CouncilSignIn(GOOD["SIS_OIDC_ISSUER"], "sis", "of the file", timedelta(hours=4))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"SIS_OIDC_ISSUER": "http://login.example"}, "SIS_OIDC_ISSUER is the address"),
        ({"SIS_OIDC_CLIENT_ID": ""}, "takes SIS_OIDC_CLIENT_ID"),
        ({"SIS_OIDC_CLIENT_SECRET": ""}, "takes SIS_OIDC_CLIENT_ID"),
        ({"SIS_OIDC_CLIENT_SECRET_FILE": "/nowhere"}, "names /nowhere, which cannot be read"),
        ({"SIS_PUBLIC_URL": ""}, "and SIS_PUBLIC_URL with it"),
        ({"SIS_OIDC_RENEW_HOURS": "none"}, "SIS_OIDC_RENEW_HOURS is a whole number"),
        ({"SIS_OIDC_TOKEN_DAYS": "0"}, "SIS_OIDC_TOKEN_DAYS is a whole number"),
        ({"SIS_AUTHORITIES": "authorities.sqlite"}, "is for a deployment of one authority"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_sentence(
    changed: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, {**GOOD, **changed})
    told = CliRunner().invoke(main, ["accounts", "link", "x@example.org"])
    assert told.exit_code == 1
    assert told.output.startswith("Error: ")
    assert said in told.output
