"""Who asks comes first: nobody learns anything by what they send, and what somebody may not read is not searched."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from domain.vocabulary import Role
from tests.web.conftest import SharedAuthority
from web.open_routes import OPEN_ROUTES
from web.resources import RESOURCES

OF_EACH_ANSWER = {"X-Request-ID", "Date"}
"""Headers that are drawn anew for each answer."""

QUERIES = (
    "",
    "person=Crossthwaite&after=CC-2026-0001&limit=x",
    "q=%00&limit=1&limit=2&unknown=1",
    "school=%FF%FE&on=31-02-2026&kept=" + "k" * 40,
    "a=" + "x" * 1500,
)

BODIES: tuple[dict[str, Any], ...] = (
    {},
    {"data": b"{" * 5000, "content_type": "application/json"},
    {"json": {"school": 900001, "person": "PE-2026-0001", "unknown": [1] * 100}},
    {"data": {"command": "no number", "version": "-1", "csrf_token": "made up", "confirmed": "yes"}},
    {"data": {"file": (io.BytesIO(b"%PDF-1.7"), "plan.pdf")}},
    {"data": b"\xff\xfe\x00", "content_type": "text/plain"},
)

HEADERS: tuple[dict[str, str], ...] = (
    {},
    {"Idempotency-Key": "x", "If-Match": "*", "Min-Position": "made up", "Accept": "application/json"},
    {"Authorization": "Bearer sis_00000000_made-up", "If-None-Match": 'W/"3"', "Range": "bytes=0-1"},
    {"Authorization": "Basic %%%", "Cookie": "sis_session=made-up; session=made-up; sis_since=9"},
)


def routes(app: Flask) -> Iterator[tuple[str, Rule]]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in OPEN_ROUTES:
            for method in sorted((rule.methods or set()) - {"HEAD"}):
                yield method, rule


def references(rule: Rule, shared: SharedAuthority) -> list[str]:
    """Addresses of a route: of what there is, of what there is not, and of what cannot be."""
    authority = shared.authority
    here = [
        resource.address(
            authority.sample.services.service.find(resource.kind, authority.ours.records[resource.kind.KIND])
        )
        for resource, _ in RESOURCES
        if rule.rule.removeprefix("/api/v1").startswith(f"/{resource.path}/")
        and resource.kind.KIND in authority.ours.records
    ]
    values = [
        *here,
        str(authority.sample.urn(authority.ours.school)),
        "CC-2026-9999",
        "0",
        str(authority.ours.head),
        str(uuid4()),
    ]
    return sorted({re.sub(r"<([^<>]+:)?\w+>", value, rule.rule) for value in values})


def told(response: TestResponse) -> tuple[int, list[tuple[str, str]], bytes | str]:
    """An answer but for what is drawn anew for each, and the way back."""
    headers = [
        (name, re.sub(r"nonce-[\w-]+", "nonce", re.sub(r"next=.*", "next=", value)))
        for name, value in response.headers.items()
        if name not in OF_EACH_ANSWER
    ]
    drawn = response.headers.get("X-Request-ID", "no id")
    body: bytes | str = re.sub(r"next=[^\"<]*", "next=", response.text.replace(drawn, ""))
    body = re.sub(r'nonce="[^"]*"|name="csrf_token" value="[^"]*"', "", body)
    if response.mimetype == "application/problem+json":
        body = json.dumps({**response.get_json(), "request_id": ""})
    return response.status_code, [each for each in headers if each[0] != "Content-Length"], body


def test_nobody_is_answered_alike_whatever_they_send(shared: SharedAuthority) -> None:
    nobody = shared.app.test_client(use_cookies=False)
    for method, rule in routes(shared.app):
        answers = set()
        addresses = references(rule, shared)
        for turn in range(max(len(addresses), len(QUERIES), len(BODIES), len(HEADERS))):
            address, query, body, headers = (
                several[turn % len(several)] for several in (addresses, QUERIES, BODIES, HEADERS)
            )
            sent = {"method": method, "query_string": query, "headers": headers, **fresh(body)}
            answers.add(repr(told(nobody.open(address, **sent))))
        assert len(answers) == 1, f"{method} {rule.rule}:\n" + "\n".join(sorted(answers)[:4])


def fresh(body: dict[str, Any]) -> dict[str, Any]:
    """A body whose file has not been read yet."""
    if isinstance(body.get("data"), dict) and "file" in body["data"]:
        return {"data": {"file": (io.BytesIO(b"%PDF-1.7"), "plan.pdf")}}
    return body


@pytest.mark.parametrize("address", ["/api/v1/no-such-thing", "/api/v1/audit?person=Crossthwaite", "/api/v1/"])
def test_at_the_api_nobody_learns_whether_there_is_such_an_address(shared: SharedAuthority, address: str) -> None:
    nobody = shared.app.test_client(use_cookies=False)
    answers = {repr(told(nobody.open(address, method=method))) for method in ("GET", "POST", "PUT", "DELETE")}
    assert answers == {repr(told(nobody.get("/api/v1/concerns")))}
    assert nobody.get(address).status_code == 401


def test_nothing_but_the_session_is_looked_up_for_nobody(shared: SharedAuthority) -> None:
    """A body that nobody has signed is not even read."""

    class Unread(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise AssertionError("the body was read")

        readline = read  # type: ignore[assignment]

    nobody = shared.app.test_client(use_cookies=False)
    for method, rule in routes(shared.app):
        if method == "POST":
            address = references(rule, shared)[0]
            answer = nobody.open(
                address, method="POST", input_stream=Unread(), content_length=100, content_type="application/json"
            )
            assert answer.status_code in {303, 401}, rule.rule


@pytest.mark.parametrize("role", [Role.HEADTEACHER, Role.SPECIALIST, Role.ADMINISTRATOR])
def test_a_list_that_somebody_may_not_read_is_refused_before_its_filters_are_looked_at(
    shared: SharedAuthority, role: Role
) -> None:
    client: FlaskClient = shared.browser(shared.authority.people[role])
    client.get("/help")
    refused = 0
    for rule in shared.app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.arguments or rule.endpoint in OPEN_ROUTES:
            continue
        plain = client.get(rule.rule)
        if plain.status_code != 403:
            continue
        refused += 1
        for query in QUERIES[1:]:
            if "%00" not in query:
                assert told(client.get(rule.rule, query_string=query)) == told(plain), rule.rule
    assert refused


def test_an_open_route_takes_no_more_than_it_needs(shared: SharedAuthority) -> None:
    nobody = shared.app.test_client(use_cookies=False)
    answer = nobody.post("/sign-in", data={"sign_in_name": "a@b.example", "password": "x" * 20_000})
    assert answer.status_code == 413


def test_without_cookie_or_token_nothing_is_looked_up(shared: SharedAuthority) -> None:
    asked: list[str] = []
    services = shared.authority.sample.services

    def ask(_: object, __: object, statement: str, *___: object) -> None:
        asked.append(statement)

    for engine in (services.writer, services.reader):
        sa.event.listen(engine, "before_cursor_execute", ask)
    try:
        shared.app.test_client(use_cookies=False).get("/api/v1/audit?person=Crossthwaite")
    finally:
        for engine in (services.writer, services.reader):
            sa.event.remove(engine, "before_cursor_execute", ask)
    assert asked == []
