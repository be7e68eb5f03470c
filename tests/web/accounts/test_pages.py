"""Signing in and out, and setting a password by a link, on pages."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.sample_authority import SampleAuthority
from tests.web.accounts.conftest import ANNAS, PASSWORD, Door, SignIn, Whoami
from web.accounts import password_commands
from web.accounts.attempts import AT_UNKNOWN
from web.accounts.pages import own_path
from web.accounts.passwords import EXTENSION, Passwords
from web.accounts.sessions import COOKIE


def cookie_of(client: FlaskClient) -> str | None:
    found = client.get_cookie(COOKIE)
    return found.value if found else None


def test_signing_in_leads_onward_with_a_cookie_that_scripts_cannot_read(anna: UUID, client: FlaskClient) -> None:
    response = client.post("/sign-in", data={**ANNAS, "next": "/account?tab=2"})
    assert (response.status_code, response.location) == (303, "/account?tab=2")
    [cookie] = [line for line in response.headers.getlist("Set-Cookie") if line.startswith(f"{COOKIE}=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    assert client.get("/account").status_code == 200


def test_behind_https_the_cookie_travels_by_https_alone(app: Flask, anna: UUID, client: FlaskClient) -> None:
    app.config["SESSION_COOKIE_SECURE"] = True
    response = client.post("/sign-in", data=ANNAS, base_url="https://localhost")
    [cookie] = [line for line in response.headers.getlist("Set-Cookie") if line.startswith(f"__Host-{COOKIE}=")]
    assert "Secure" in cookie


def test_the_session_changes_at_sign_in_so_that_nobody_can_plant_one(
    anna: UUID, client: FlaskClient, sample: SampleAuthority, whoami: Whoami
) -> None:
    name, planted = sample.session_of(anna)
    client.set_cookie(name, planted)
    client.post("/sign-in", data=ANNAS)
    begun = cookie_of(client)
    assert begun not in (None, planted)
    assert whoami(Cookie=f"{COOKIE}={planted}") == (None, None)
    assert whoami(Cookie=f"{COOKIE}={begun}") == (anna, None)


@pytest.mark.parametrize(
    "answers",
    [
        {"sign_in_name": "anna@example.org", "password": "wrong horse battery"},
        {"sign_in_name": "nobody@example.org", "password": PASSWORD},
        {"sign_in_name": "anna@example.org", "password": ""},
        {"sign_in_name": "anna", "password": PASSWORD},
        {},
    ],
)
def test_a_wrong_sign_in_is_told_and_lets_nobody_in(anna: UUID, client: FlaskClient, answers: dict[str, str]) -> None:
    response = client.post("/sign-in", data=answers)
    assert response.status_code == 422
    assert "There is a problem" in response.text
    assert PASSWORD not in response.text
    assert cookie_of(client) is None


def test_wrong_name_and_wrong_password_are_told_alike(anna: UUID, client: FlaskClient) -> None:
    def told(name: str, password: str) -> str:
        page = client.post("/sign-in", data={"sign_in_name": name, "password": password}).text
        return re.sub(r"[a-z]+@example.org|nonce-?=?\S+|name=\"csrf_token\" value=\"[^\"]+\"", "", page)

    assert told("anna@example.org", "wrong horse battery") == told("nobody@example.org", PASSWORD)


def test_after_too_many_failures_the_page_says_how_long_to_wait(anna: UUID, client: FlaskClient) -> None:
    for _ in range(AT_UNKNOWN.after):
        client.post("/sign-in", data={**ANNAS, "password": "wrong horse battery"})
    response = client.post("/sign-in", data=ANNAS)
    assert response.status_code == 429
    assert "Try again in 10 seconds" in response.text
    assert response.headers["Retry-After"] == "10"


def test_ones_own_browser_is_known_while_somebody_guesses_at_the_same_address(
    app: Flask, anna: UUID, client: FlaskClient
) -> None:
    client.post("/sign-in", data=ANNAS)
    client.post("/sign-out")
    stranger = app.test_client()
    for _ in range(AT_UNKNOWN.after + 1):
        stranger.post("/sign-in", data={**ANNAS, "password": "wrong horse battery"})
    assert stranger.post("/sign-in", data=ANNAS).status_code == 429
    assert client.post("/sign-in", data=ANNAS).status_code == 303


@pytest.mark.parametrize("made_up", ["", "made-up", "W10.x", "eyJhIjoiYiJ9.x"])
def test_a_made_up_cookie_makes_no_browser_known(anna: UUID, client: FlaskClient, made_up: str) -> None:
    client.set_cookie("sis_device", made_up)
    for _ in range(AT_UNKNOWN.after):
        client.post("/sign-in", data={**ANNAS, "password": "wrong horse battery"})
    assert client.post("/sign-in", data=ANNAS).status_code == 429


def test_a_browser_is_known_for_those_alone_who_signed_in_with_it(anna: UUID, ada: UUID, client: FlaskClient) -> None:
    client.post("/sign-in", data={**ANNAS, "sign_in_name": "ada@example.org"})
    client.post("/sign-out")
    for _ in range(AT_UNKNOWN.after):
        client.post("/sign-in", data={**ANNAS, "password": "wrong horse battery"})
    assert client.post("/sign-in", data=ANNAS).status_code == 429


def test_where_too_many_sign_in_at_once_the_form_comes_back_with_when_to_send_it_again(
    app: Flask, anna: UUID, client: FlaskClient
) -> None:
    usual = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = full = Passwords(at_once=1, waiting=0)
    try:
        with full.place(), ThreadPoolExecutor(1) as other:
            response = other.submit(client.post, "/sign-in", data=ANNAS).result()
    finally:
        app.extensions[EXTENSION] = usual
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
    assert "Many people are signing in" in response.text
    assert 'value="anna@example.org"' in response.text
    assert PASSWORD not in response.text


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/path\\evil",
        "",
        "/sign-out",
    ],
)
def test_signing_in_leads_nowhere_else(anna: UUID, client: FlaskClient, elsewhere: str) -> None:
    assert own_path(elsewhere) == "/"
    assert client.post("/sign-in", data={**ANNAS, "next": elsewhere}).location == "/"


@pytest.mark.parametrize("own", ["/", "/schools?q=st+john%27s&page=2", "/visits/V-2026-0001#record"])
def test_signing_in_leads_to_any_page_of_the_service(own: str) -> None:
    assert own_path(own) == own


def test_the_sign_in_page_keeps_where_one_was_going(client: FlaskClient, sample: SampleAuthority) -> None:
    page = client.get("/sign-in?next=/schools?q=ash").text
    assert 'name="next" value="/schools?q=ash"' in page


def test_who_is_signed_in_is_not_asked_again(anna: UUID, sign_in: SignIn) -> None:
    assert sign_in(anna).client.get("/sign-in?next=/account").location == "/account"


def test_signing_out_takes_a_button(anna: UUID, client: FlaskClient) -> None:
    client.post("/sign-in", data=ANNAS)
    assert "Sign out" in client.get("/sign-out").text
    assert client.get("/account").status_code == 200
    kept = cookie_of(client)
    assert client.post("/sign-out").location == "/sign-in"
    assert cookie_of(client) is None
    client.set_cookie(COOKIE, str(kept))
    assert client.get("/account").status_code == 303


def test_forms_of_another_site_are_refused(app: Flask, anna: UUID, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post("/sign-in", data=ANNAS).status_code == 400
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token is not None
    assert client.post("/sign-in", data={**ANNAS, "csrf_token": token[1]}).status_code == 303


@pytest.fixture
def link(door: Door, anna: UUID) -> str:
    with door.acting():
        return f"/password/{password_commands.make_password_link(door.services, anna)}"


def test_a_link_sets_a_password_and_looking_at_it_does_not_use_it_up(link: str, client: FlaskClient) -> None:
    for _ in range(2):
        page = client.get(link)
        assert page.status_code == 200
        assert "anna@example.org" in page.text
    assert client.post(link, data={"password": "another horse battery"}).location == "/sign-in"
    assert client.post("/sign-in", data=ANNAS).status_code == 422
    assert client.post("/sign-in", data={**ANNAS, "password": "another horse battery"}).status_code == 303


def test_a_used_link_says_that_it_is_used(link: str, client: FlaskClient) -> None:
    client.post(link, data={"password": "another horse battery"})
    for response in (client.get(link), client.post(link, data={"password": "third horse battery"})):
        assert response.status_code == 410
        assert "can no longer be used" in response.text
    assert client.post("/sign-in", data={**ANNAS, "password": "third horse battery"}).status_code == 422


def test_a_made_up_link_says_the_same(client: FlaskClient, sample: SampleAuthority) -> None:
    assert client.get("/password/made-up").status_code == 410


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("", "Enter a password"),
        ("short", "Password must be 12 characters or more"),
        ("password1234", "harder to guess"),
        ("anna@example.org", "harder to guess"),
        ("ab cd ef gh " * 30, "Password must be 128 characters or fewer"),
    ],
)
def test_a_password_that_will_not_do_leaves_the_link_as_it_was(
    link: str, client: FlaskClient, password: str, told: str
) -> None:
    response = client.post(link, data={"password": password})
    assert response.status_code == 422
    assert told in response.text
    assert 'href="#password"' in response.text
    assert client.get(link).status_code == 200
