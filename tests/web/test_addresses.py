"""What people see in the address line, and on pages outside "Technical details": names, references and days as they
write them; and where an address leads however it is written."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from domain.vocabulary import Role
from tests.databases import Databases
from tests.full_authority import FullAuthority
from tests.sample_authority import SampleAuthority
from tests.web.conftest import SharedAuthority, an_app, an_office
from tests.web.read_routes import ALIKE, form_of
from web.layout.paging import place_asked, shortened
from web.open_routes import OPEN_ROUTES
from web.runtime.requests import present

AN_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
CODES = re.compile(rf"{AN_ID.pattern}|\b[0-9a-f]{{16,}}\b|\b20\d\d-\d\d-\d\d\b|\b(settings|vetting|authority)[-/]\d")
"""Ids, fingerprints, days as programs write them, and versions of settings and policies."""


def links(page: str) -> set[str]:
    """Where a page leads, and where its forms are sent."""
    found = re.findall(r'(?:href|action|formaction)="([^"#]*)', page)
    return {unescape(href) for href in found if re.match(r"/(?!/|static/)|\?", unescape(href))}


def shown(page: str) -> str:
    """What the middle of a page says to everybody: not within "Technical details", nor as code."""
    main = page.partition("<main")[2].partition("</main>")[0]
    main = re.sub(
        r"<details[^>]*>\s*<summary[^>]*>\s*<span[^>]*>Technical details.*?</details>", "", main, flags=re.S
    )
    return unescape(re.sub(r"<(script|style|svg|code)\b.*?</\1>|<[^>]+>", " ", main, flags=re.S))


@pytest.fixture(scope="module")
def shared(databases: Databases) -> Iterator[SharedAuthority]:
    """An authority of its own: whoever walks it reads what is restricted, which is recorded."""
    with an_office(databases) as (services, clock):
        yield SharedAuthority(an_app(services), FullAuthority(SampleAuthority(services, clock)))


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.DIRECTOR, Role.OFFICER, Role.HEADTEACHER, Role.SPECIALIST])
def test_no_page_shows_a_code_or_leads_to_an_address_with_an_id(shared: SharedAuthority, role: Role) -> None:
    browser = shared.browser(shared.authority.people[role])
    seen, waiting, alike = set[str](), deque(["/"]), Counter[str]()
    while waiting:
        href = waiting.popleft()
        if alike[form_of(href)] == ALIKE:
            continue
        alike[form_of(href)] += 1
        answer = browser.get(href)
        if answer.mimetype == "text/html":
            if not href.startswith("/api"):
                assert not (found_codes := CODES.search(shown(answer.text))), f"{href} shows {found_codes}"
            for each in links(answer.text) | {urlsplit(answer.location or "").path} - {""}:
                assert not AN_ID.search(each), f"{href} leads to {each}"
                onward = href.partition("?")[0] + each if each.startswith("?") else each
                path, _, query = onward.partition("?")
                questions = parse_qsl(query, keep_blank_values=True)
                assert list(present(path, questions)) == questions, f"{href} leads to {each}, by an old name"
                if onward not in seen:
                    seen.add(onward)
                    waiting.append(onward)
        answer.close()
    assert len(alike) > 10


@given(st.lists(st.uuids() | st.text("abc09-/|", max_size=9), max_size=3), st.sampled_from("/~|"))
def test_a_place_in_a_list_is_short_in_an_address_and_found_again(parts: list[UUID | str], between: str) -> None:
    place = between.join(str(part) for part in parts) or "first"
    short = shortened(place)
    assert not AN_ID.search(short) or not any(isinstance(part, UUID) for part in parts)
    assert place_asked({"after": short}) == place_asked({"after": place}) == place


def read_paths(app: Flask) -> Iterator[tuple[str, str]]:
    """Every address that is read, pages and API, without regard to what stands there, and its endpoint."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or set()) and "<path:" not in rule.rule and rule.rule != "/":
            path = re.sub(r"<(int:|float:)\w+>", "1", rule.rule)
            yield re.sub(r"<([^<>]+:)?\w+>", "X-2026-0001", path), rule.endpoint


def with_or_without_slash(path: str) -> str:
    return path.rstrip("/") if path.endswith("/") else f"{path}/"


def test_an_address_with_and_without_its_last_slash_leads_to_the_same_page(shared: SharedAuthority) -> None:
    browser = shared.browser(shared.authority.people[Role.DIRECTOR])
    paths = {path for path, _ in read_paths(shared.app)}
    assert len(paths) > 200
    for path in paths:
        other = with_or_without_slash(path)
        answer = browser.get(f"{other}?since=2026-11-02&q=a+b%26c")
        assert answer.status_code == 308, other
        assert answer.location.removeprefix("http://localhost") == f"{path}?since=2026-11-02&q=a+b%26c"
        answer.close()


def test_nobody_is_led_to_open_pages_alone_by_an_address_with_another_slash(shared: SharedAuthority) -> None:
    nobody = shared.app.test_client(use_cookies=False)
    led = 0
    for path, endpoint in read_paths(shared.app):
        for other in (with_or_without_slash(path), f"{path.rstrip('/')}//", f"/{path[1:].replace('/', '//')}/"):
            seen = [other]
            while (answer := nobody.get(seen[-1])).status_code == 308:
                seen.append(answer.location.removeprefix("http://localhost"))
            if endpoint in OPEN_ROUTES:
                assert seen[-1] == path, seen
                led += 1
            else:
                assert seen == [other]
                assert (answer.status_code, answer.headers.get("Location")) == asked_to_sign_in(other)
            answer.close()
    assert led > 30


def asked_to_sign_in(path: str) -> tuple[int, str | None]:
    return (401, None) if path.startswith("/api/") else (303, f"/sign-in?{urlencode({'next': path}, safe='/')}")


def test_a_slash_too_many_leads_nowhere_else(shared: SharedAuthority) -> None:
    browser = shared.browser(shared.authority.people[Role.DIRECTOR])
    assert browser.get("/nowhere/").status_code == 404
    assert browser.get("/visits/V-2026-0001/nothing-of-the-kind/").status_code == 404
    assert browser.post("/caseload/").status_code == 404
    for elsewhere in ("//evil.example/caseload/", "/caseload//", "/%2F/evil.example/"):
        assert "evil" not in urlsplit(browser.get(elsewhere).location or "").netloc
