"""Behind a proxy: its word is taken where it is trusted, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.sample_authority import SampleAuthority
from tests.web.conftest import HIDDEN, Program
from web import create_app
from web.accounts import account_commands
from web.accounts.passwords import cheap_passwords
from web.runtime.environment import BadSetting
from web.runtime.proxy import BehindProxy, networks, public_url
from web.runtime.services import Services
from web.runtime.settings import DeploymentSettings

HERE = "https://sis.example.gov.uk"

FORWARDED = {
    "HTTP_X_FORWARDED_FOR": "203.0.113.9, 198.51.100.7, 10.0.0.2",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_HOST": "sis.example",
}


def seen(peer: str, *, trusted: str = "10.0.0.0/8", url: str = "", **told: str) -> tuple[str, str, str]:
    """Client, scheme and host as the application sees them."""
    found: dict[str, Any] = {}

    def application(environ: dict[str, Any], _: object) -> Iterable[bytes]:
        found.update(environ)
        return []

    environ = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", "HTTP_HOST": "inside:8000", **FORWARDED, **told}
    BehindProxy(application, networks(trusted), public_url(url))(environ, None)
    assert not any(name in found for name in FORWARDED)
    return found["REMOTE_ADDR"], found["wsgi.url_scheme"], found["HTTP_HOST"]


def test_the_word_of_a_trusted_proxy_is_taken() -> None:
    assert seen("10.0.0.1") == ("198.51.100.7", "https", "sis.example")


def test_a_network_may_be_named_by_any_address_in_it() -> None:
    assert seen("10.0.0.1", trusted="10.1.2.3/8") == seen("10.0.0.1")


def test_the_word_of_anybody_else_is_not() -> None:
    assert seen("192.0.2.4") == ("192.0.2.4", "http", "inside:8000")
    assert seen("10.0.0.1", trusted="") == ("10.0.0.1", "http", "inside:8000")


def test_what_a_client_says_of_itself_before_the_proxy_does_not_count() -> None:
    assert seen("10.0.0.1", HTTP_X_FORWARDED_FOR="10.9.9.9, 203.0.113.9")[0] == "203.0.113.9"
    assert seen("10.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.9, not an address")[0] == "10.0.0.1"
    assert seen("10.0.0.1", HTTP_X_FORWARDED_PROTO="javascript")[1] == "http"


def test_the_public_address_counts_before_any_host_header() -> None:
    told = seen("192.0.2.4", url="https://sis.example.gov.uk/", HTTP_HOST="evil.example")
    assert told[1:] == ("https", "sis.example.gov.uk")


@pytest.mark.parametrize("wrong", ["sis.example", "ftp://sis.example", "https://sis.example/path", "https:///"])
def test_a_public_address_is_scheme_and_host(wrong: str) -> None:
    with pytest.raises(BadSetting):
        public_url(wrong)


def test_a_proxy_is_an_address_or_a_network() -> None:
    with pytest.raises(BadSetting):
        networks("proxy.example")


@pytest.fixture
def public(services: Services) -> Flask:
    settings = DeploymentSettings(
        "", secret_key="only for tests", testing=True, public_url="https://sis.example.gov.uk"
    )
    return create_app(settings, services=services)


def test_behind_https_cookies_are_for_https_alone_and_browsers_are_told_to_stay(
    sample: SampleAuthority, public: Flask
) -> None:
    client = public.test_client()
    name, value = sample.session_of(sample.reviewer())
    client.set_cookie(f"__Host-{name}", value, domain="sis.example.gov.uk", secure=True)
    answer = client.get("/audit", base_url=HERE)
    assert answer.status_code == 200
    assert answer.headers["Strict-Transport-Security"]
    set_here = answer.headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in set_here} == {"__Host-session", "__Host-sis_signed_in_last"}
    for cookie in set_here:
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
    told = client.get("/cookies", base_url=HERE).text
    assert all(f"__Host-{each}" in told for each in ("sis_session", "session", "sis_signed_in_last", "sis_device"))


def test_signing_in_and_out_behind_https_sets_and_takes_protected_cookies(
    sample: SampleAuthority, public: Flask
) -> None:
    person, hashed = sample.reviewer(), cheap_passwords().hash("correct horse battery")
    with sample.acting():
        account_commands.open_account(sample.services, person, "rea@example.org", password_hash=hashed)
    client = public.test_client()

    def send(path: str, **answers: str) -> TestResponse:
        hidden = dict(HIDDEN.findall(client.get(path, base_url=HERE).text))
        return client.post(path, data={**hidden, **answers}, base_url=HERE, headers={"Referer": f"{HERE}{path}"})

    answer = send("/sign-in", sign_in_name="rea@example.org", password="correct horse battery")
    assert answer.status_code == 303
    names = {cookie.partition("=")[0] for cookie in answer.headers.getlist("Set-Cookie")}
    assert {"__Host-sis_session", "__Host-sis_device"} <= names
    assert all(name.startswith("__Host-") for name in names)
    assert client.get("/account", base_url=HERE).status_code == 200
    assert send("/sign-out").status_code == 303
    assert client.get_cookie("__Host-sis_session", domain="sis.example.gov.uk") is None


def test_behind_https_a_cookie_that_another_host_may_have_planted_is_nobodys(
    sample: SampleAuthority, public: Flask
) -> None:
    name, value = sample.session_of(sample.reviewer())
    planted = public.test_client()
    planted.set_cookie(name, value, domain="sis.example.gov.uk")
    assert planted.get("/account", base_url=HERE).status_code == 303
    planted.set_cookie(f"__Host-{name}", value, domain="sis.example.gov.uk", secure=True)
    assert planted.get("/account", base_url=HERE).status_code == 200


def test_an_etag_that_a_proxy_made_weak_is_the_same_version(sample: SampleAuthority, program: Any) -> None:
    director = sample.director()
    asked: Program = program(director)
    body = {
        "school": str(sample.urn(sample.school())),
        "kind": "achievement",
        "source": "data",
        "severity": "high",
        "detail": "Results fell",
        "purpose": "challenge",
    }
    etag = asked.post("/concerns/raise", body, key="raise-it-1", status=201).headers["ETag"]
    why = {"reason": "Snow"}
    asked.post("/concerns/CC-2026-0001/pause", why, key="pause-it-1", at=f"W/{etag}")
    tag = asked.get("/concerns/CC-2026-0001").headers["ETag"]
    asked.get("/concerns/CC-2026-0001", 304, **{"If-None-Match": f"W/{tag}"})
