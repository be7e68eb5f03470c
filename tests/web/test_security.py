"""What docs/security.md says is so: tests that there are, the numbers published, the figures of the code."""

from __future__ import annotations

import ast
import re
import socket
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser, SharedAuthority
from web.access import session_user
from web.accounts import accounts, attempts, factors, passwords, security_trail, sessions, strength
from web.runtime.requests import DEEPEST, LONGEST, MOST_FIELDS, MOST_TYPED
from web.serving.front import Bounds

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in row.split("|")] for row in re.findall(r"^\| (\d.*) \|$", TEXT, re.M)]

LEVELS = {
    1: "2.1.1 2.2.1-2 2.3.1 3.2.1-2 3.3.1 3.4.1-2 3.5.1-3 4.1.1 4.4.1 5.2.1-2 5.3.1-2 6.1.1 6.2.1-8 6.3.1-2 6.4.1-2 "
    "7.2.1-4 7.4.1-2 8.1.1 8.2.1-2 8.3.1 11.3.1-2 11.4.1 13.4.1 14.2.1 14.3.1",
    2: "2.1.2-3 2.2.3 2.3.2-4 2.4.1 3.3.2-4 3.4.3-6 3.5.4-5 3.7.1-2 "
    "4.1.2-3 4.2.1 4.3.1-2 4.4.2-4 5.1.1 5.2.3 "
    "5.4.1-3 6.1.2-3 6.2.9-12 6.3.3-4 6.4.3-4 6.5.1-5 6.6.1-3 6.8.1-4 "
    "7.1.1-3 7.3.1-2 7.4.3-5 7.5.1-2 7.6.1-2 8.1.2 8.2.3 "
    "8.4.1 11.1.1-2 11.2.1-3 11.3.3 11.4.2-4 11.5.1 11.6.1 13.1.1 13.2.1-5 13.3.1-2 13.4.2-5 14.1.1-2 14.2.2-4 "
    "14.3.2-3 16.1.1 16.2.1-5 16.3.1-4 16.4.1-3 16.5.1-3",
}
"""The numbers that ASVS 5.0 publishes for each level, in the chapters of the table."""


def published() -> dict[str, int]:
    found = {}
    for level, numbers in LEVELS.items():
        for each in numbers.split():
            section, _, span = each.rpartition(".")
            first, _, last = span.partition("-")
            found |= {f"{section}.{number}": level for number in range(int(first), int(last or first) + 1)}
    return found


@cache
def functions_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_requirement_of_its_chapters_has_one_row_of_its_level() -> None:
    assert [(number, int(level)) for number, level, *_ in ROWS] == [
        (number, level)
        for number, level in sorted(published().items(), key=lambda each: [*map(int, each[0].split("."))])
    ]


def test_each_row_names_a_test_that_there_is_or_says_why_not() -> None:
    for number, _, asks, here, state, test in ROWS:
        assert asks, number
        assert here, number
        assert state in {"met", "in part", "not met", "does not apply"}, number
        assert bool(test) is (state in {"met", "in part"}) or state == "not met", number
        if test:
            path, name = test.strip("`").split("::")
            assert name.startswith("test_"), number
            assert name in functions_in(path), (number, test)


def test_what_is_said_of_passwords_guesses_sessions_and_bounds_is_so() -> None:
    said = " ".join(TEXT.split())
    unknown, known, place = attempts.AT_UNKNOWN, attempts.AT_KNOWN, attempts.AT_ADDRESS
    again = attempts.AGAIN
    assert (unknown.after, known.after) == (5, 5)
    for sentence in (
        f"{strength.SHORTEST} to {strength.LONGEST} characters of any kind",
        f"when {strength.GUESSES // 10**9} billion guesses find them",
        f"one waits {unknown.first.seconds} s, then twice as long each time, up to",
        f"up to {unknown.longest.seconds // 60} min",
        f"signed in from before, {known.first.seconds} s up to {known.longest.seconds} s",
        f"up to {place.longest.seconds} s",
        f"signs in rightly {again.after} times within {again.within.seconds // 60} min waits from "
        f"{again.first.seconds} s up to {again.longest.seconds} s",
        f"after {session_user.IDLE.seconds // 60} min unused and after {sessions.LASTS.seconds // 3600} h",
        f"given more than {session_user.PROOF_LASTS.seconds // 60} min ago",
        f"{MOST_TYPED // 2**20} MiB of what is typed, {MOST_FIELDS:,} fields, lists of {LONGEST:,} entries",
        f"{DEEPEST} levels",
        f"{Bounds().seconds:.0f} s for a request to arrive",
    ):
        assert sentence in said
    assert place.after == 20
    assert place.within == timedelta(hours=1)
    assert (passwords.AT_ONCE, passwords.WAITING, passwords.KEPT) == (1, 1, 1)
    assert all(f"`{word}`" in said for word in strength.COMMON_PLACES)
    assert timedelta(days=2) == accounts.LINK_LASTS
    assert factors.STEP == 30
    assert timedelta(days=365) <= security_trail.KEPT


IN_USE = {"argon2", "authlib", "cryptography", "hashlib", "hmac", "itsdangerous", "joserfc", "pyotp", "secrets"}
OTHERS = {
    "Crypto",
    "authlib",
    "bcrypt",
    "jose",
    "joserfc",
    "jwcrypto",
    "jwt",
    "nacl",
    "passlib",
    "random",
    "rsa",
    "ssl",
}


def test_the_inventory_of_algorithms_is_complete() -> None:
    """Whatever module begins to use another library of cryptography, or another hash, has to be told of there."""
    used = set()
    hashes = set()
    for path in (
        each for floor in ("domain", "projections", "providers", "web") for each in (ROOT / floor).rglob("*.py")
    ):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                used |= {name.name.partition(".")[0] for name in node.names}
            if isinstance(node, ast.ImportFrom) and node.module:
                used.add(node.module.partition(".")[0])
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "hashlib":
                hashes.add(node.attr)
    assert used & (IN_USE | OTHERS) == IN_USE | {"random"}
    assert hashes == {"sha256", "file_digest"}


def test_the_service_opens_no_connection_of_its_own_but_to_its_database(
    shared: SharedAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shared.authority.sample.services.writer.dialect.name != "sqlite":
        pytest.skip("needs SQLite")
    went: list[object] = []

    def connect(_: socket.socket, address: object) -> None:
        went.append(address)
        raise OSError("nobody is let out")

    monkeypatch.setattr(socket.socket, "connect", connect)
    browser = shared.browser(shared.authority.director)
    for path in (
        "/caseload",
        "/schools/",
        "/visits/",
        "/requests/",
        "/concerns/",
        "/help",
        "/readyz",
        "/visits/coverage",
    ):
        assert browser.get(path).status_code == 200, path
    assert went == []


def test_browsers_keep_to_https_for_a_year_and_for_all_subdomains(shared: SharedAuthority) -> None:
    answer = shared.app.test_client().get("/help", base_url="https://sis.example")
    told = answer.headers["Strict-Transport-Security"]
    assert int(told.split(";")[0].removeprefix("max-age=")) >= 365 * 24 * 3600
    assert "includeSubDomains" in told
    assert "Strict-Transport-Security" not in shared.app.test_client().get("/help").headers


@pytest.mark.parametrize(
    "path", ["/help", "/sign-in", "/caseload", "/api/v1/schools", "/static/service.js", "/nowhere"]
)
def test_no_answer_lets_another_origin_read_it(shared: SharedAuthority, path: str) -> None:
    for method in ("get", "options"):
        with getattr(shared.browser(shared.authority.director), method)(
            path, headers={"Origin": "https://evil.example"}
        ) as answer:
            assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_every_text_says_that_it_is_utf_8(shared: SharedAuthority) -> None:
    browser = shared.browser(shared.authority.director)
    for path in (
        "/help",
        "/caseload",
        "/brand.css",
        "/healthz",
        "/static/service.js",
        "/static/service.css",
        "/nowhere",
    ):
        with browser.get(path) as answer:
            assert re.fullmatch(r"text/[a-z]+; charset=utf-8", answer.content_type), path
    for path in ("/api/v1/openapi.json", "/readyz"):
        assert browser.get(path).content_type == "application/json"
    assert shared.app.test_client().get("/api/v1/schools").content_type == "application/problem+json"


def test_passwords_are_masked_and_may_be_pasted_and_filled_in(sample: SampleAuthority, app: Flask) -> None:
    page = app.test_client().get("/sign-in").text
    [field] = re.findall(r'<input[^>]+name="password"[^>]*>', page)
    assert 'type="password"' in field
    assert 'autocomplete="current-password"' in field
    assert "onpaste" not in page
    for script in (ROOT / "web" / "static").glob("*.js"):
        assert "paste" not in script.read_text(encoding="utf-8")


def test_signing_in_asks_for_no_secret_question(sample: SampleAuthority, app: Flask) -> None:
    asked = re.findall(r'<input[^>]+name="([^"]+)"', app.test_client().get("/sign-in").text)
    assert set(asked) == {"csrf_token", "next", "sign_in_name", "password"}


def test_no_folder_is_listed_and_nothing_but_static_files_is_served(shared: SharedAuthority) -> None:
    browser = shared.browser(shared.authority.director)
    for path in (
        "/static/",
        "/static/vendor/",
        "/static/../policy.py",
        "/static/%2e%2e/policy.py",
        "/.git/config",
        "/setup.cfg",
        "/var/secret_key",
        "/static/..%2f..%2fsetup.cfg",
    ):
        answer = browser.get(path)
        assert answer.status_code == 404, path


def test_trace_gives_nothing_back(shared: SharedAuthority) -> None:
    for browser in (shared.app.test_client(), shared.browser(shared.authority.director)):
        answer = browser.open("/help", method="TRACE", headers={"X-Told": "canary-4711"})
        assert answer.status_code == 405
        assert "canary-4711" not in answer.text


@pytest.mark.parametrize("path", ["/caseload", "/schools/", "/account", "/help", "/nowhere"])
def test_every_page_of_somebody_signed_in_offers_to_sign_out(shared: SharedAuthority, path: str) -> None:
    assert 'action="/sign-out"' in shared.browser(shared.authority.director).get(path).text


def test_signing_out_lets_the_browser_forget(sample: SampleAuthority, sign_in: Callable[[UUID], Browser]) -> None:
    answer = sign_in(sample.reviewer()).send("/sign-out", {})
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_a_fault_shows_nothing_of_the_inside(
    shared: SharedAuthority, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down() -> str:
        raise RuntimeError("SELECT secret FROM inside")

    monkeypatch.setitem(shared.app.view_functions, "about.help_page", break_down)
    assert shared.app.debug is False
    answer = shared.app.test_client().get("/help")
    assert answer.status_code == 500
    assert "SELECT secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    assert "SELECT secret" in caplog.text


def test_each_cookie_that_is_set_says_same_site() -> None:
    said: dict[str, object] = {}
    for file in (ROOT / "web").rglob("*.py"):
        for found in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            where = f"{file.relative_to(ROOT)}:{getattr(found, 'lineno', 0)}"
            if isinstance(found, ast.Call) and isinstance(found.func, ast.Attribute):
                if found.func.attr in {"set_cookie", "delete_cookie"} and not isinstance(found.func.value, ast.Call):
                    told = {each.arg: each.value for each in found.keywords}
                    said[where] = ast.literal_eval(told["samesite"]) if "samesite" in told else None
            elif isinstance(found, ast.Dict):
                for key, value in zip(found.keys, found.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "SESSION_COOKIE_SAMESITE":
                        said[where] = ast.literal_eval(value)
    assert len(said) >= 8
    assert set(said.values()) == {"Lax"}, said
