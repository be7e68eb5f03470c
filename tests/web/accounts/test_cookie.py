"""Whom a request is taken to come from: a cookie on pages, a token at the API."""

from __future__ import annotations

from uuid import UUID

from flask.testing import FlaskClient

from domain.account import TokenScopes
from tests.sample_authority import Clock, SampleAuthority
from tests.web.accounts.conftest import Door, Whoami
from web.accounts import token_commands, tokens
from web.accounts.sessions import COOKIE


def test_a_token_counts_at_the_api_alone(anna: UUID, sample: SampleAuthority, door: Door, whoami: Whoami) -> None:
    with door.acting(anna):
        secret = token_commands.make(door.services, anna, label="Timetable", scopes=TokenScopes.READ, days=1).secret
    bearer = f"Bearer {secret}"
    assert whoami("/api/v1/visits", Authorization=bearer) == (None, anna)
    assert whoami("/api/v1/visits", "POST", Authorization=bearer) == (None, anna)
    assert whoami("/account", Authorization=bearer) == (None, None)
    assert whoami("/api/v1/visits", Authorization="Bearer made-up") == (None, None)
    assert whoami("/api/v1/visits", Authorization=f"Basic {secret}") == (None, None)


def test_a_wrong_token_is_not_made_good_by_a_cookie(anna: UUID, sample: SampleAuthority, whoami: Whoami) -> None:
    cookie = "=".join(sample.session_of(anna))
    assert whoami("/api/v1/visits", Authorization="Bearer made-up", Cookie=cookie) == (None, None)


def test_a_cookie_reads_at_the_api_and_changes_nothing(anna: UUID, sample: SampleAuthority, whoami: Whoami) -> None:
    cookie = "=".join(sample.session_of(anna))
    assert whoami("/api/v1/visits", "GET", Cookie=cookie) == (anna, None)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert whoami("/api/v1/visits", method, Cookie=cookie) == (None, None)


def test_being_seen_keeps_a_session_awake(anna: UUID, sample: SampleAuthority, clock: Clock, whoami: Whoami) -> None:
    cookie = "=".join(sample.session_of(anna))
    for _ in range(3):
        clock.pass_by(minutes=29)
        assert whoami(Cookie=cookie) == (anna, None)
    clock.pass_by(minutes=30)
    assert whoami(Cookie=cookie) == (None, None)


def test_a_session_of_nobody_is_not_a_session(client: FlaskClient, sample: SampleAuthority) -> None:
    client.set_cookie(COOKIE, "made-up")
    assert client.get("/account").location == "/sign-in?next=/account"


def test_reading_waits_for_nobody_who_writes(
    anna: UUID, sample: SampleAuthority, clock: Clock, door: Door, whoami: Whoami
) -> None:
    with door.acting(anna):
        secret = token_commands.make(door.services, anna, label="Timetable", scopes=TokenScopes.READ, days=1).secret
    cookie = "=".join(sample.session_of(anna))
    clock.pass_by(minutes=2)
    with door.services.write():
        assert whoami("/api/v1/visits", Authorization=f"Bearer {secret}") == (None, anna)
        assert whoami(Cookie=cookie) == (anna, None)
        with door.services.read() as connection:
            # In PostgreSQL nobody who writes elsewhere stands in the way of noting it.
            noted = [] if sample.services.writer.dialect.name == "sqlite" else [clock.now]
            assert [at for token in tokens.of_person(connection, anna) if (at := token.last_used_at)] == noted
    assert whoami("/api/v1/visits", Authorization=f"Bearer {secret}") == (None, anna)
    with door.services.read() as connection:
        assert [token.last_used_at for token in tokens.of_person(connection, anna)] == [clock.now]
