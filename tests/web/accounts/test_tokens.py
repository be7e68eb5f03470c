"""API tokens are shown once, and count until they expire, are revoked, or their person is shut out."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from domain.account import TokenScopes
from tests.sample_authority import Clock
from tests.web.accounts.conftest import Door
from web.accounts import account_commands, token_commands, tokens
from web.accounts.recording import ShownOnlyOnce
from web.accounts.tokens import NewToken, NoSuchToken, Token, TokenLifeOutOfRange

ANNA, BEN = uuid4(), uuid4()
READ, READ_WRITE = TokenScopes.READ, TokenScopes.READ_WRITE


@pytest.fixture(autouse=True)
def accounts(door: Door) -> None:
    door.opens(ANNA, "anna@example.org")
    door.opens(BEN, "ben@example.org")


def made(door: Door, *, scopes: TokenScopes = READ, days: int = 30) -> NewToken:
    with door.acting(ANNA):
        return token_commands.make(door.services, ANNA, label="Timetable", scopes=scopes, days=days)


def found(door: Door, text: str) -> Token | None:
    with door.services.read() as connection:
        return tokens.find(connection, text, door.services.now())


def test_a_token_names_itself_and_its_prefix(door: Door) -> None:
    new = made(door)
    assert re.fullmatch(rf"sis_{new.prefix}_[A-Za-z0-9_-]{{43}}", new.secret)


def test_a_token_is_found_by_its_full_text_only(door: Door) -> None:
    new = made(door)
    token = found(door, new.secret)
    assert token is not None
    assert (token.person, token.label, token.prefix) == (ANNA, "Timetable", new.prefix)
    assert found(door, new.secret[:-1]) is None
    assert found(door, f"sis_{new.prefix}_") is None


@pytest.mark.parametrize(("scopes", "may_write"), [(READ, False), (READ_WRITE, True)])
def test_a_token_may_do_what_its_scopes_say(door: Door, scopes: TokenScopes, may_write: bool) -> None:
    token = found(door, made(door, scopes=scopes).secret)
    assert token is not None
    assert token.may_write is may_write
    assert ("write" in token.scopes) is may_write


def test_a_token_expires(door: Door, clock: Clock) -> None:
    new = made(door, days=2)
    clock.pass_by(days=2, seconds=-1)
    assert found(door, new.secret)
    clock.pass_by(seconds=1)
    assert found(door, new.secret) is None


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_token_lasts_from_a_day_to_a_year(door: Door, days: int) -> None:
    with pytest.raises(TokenLifeOutOfRange):
        made(door, days=days)
    with door.services.read() as connection:
        assert tokens.of_person(connection, ANNA) == []


def test_a_revoked_token_counts_no_more_and_another_still_does(door: Door) -> None:
    revoked, kept = made(door), made(door)
    token = found(door, revoked.secret)
    assert token is not None
    with door.acting(ANNA):
        token_commands.revoke(door.services, ANNA, token.id)
    assert found(door, revoked.secret) is None
    assert found(door, kept.secret)
    with door.acting(ANNA), pytest.raises(NoSuchToken):
        token_commands.revoke(door.services, ANNA, token.id)


def test_nobody_revokes_the_token_of_another(door: Door) -> None:
    new = made(door)
    token = found(door, new.secret)
    assert token is not None
    with door.acting(BEN), pytest.raises(NoSuchToken):
        token_commands.revoke(door.services, BEN, token.id)
    assert found(door, new.secret)


def test_the_tokens_of_a_disabled_account_do_not_count(door: Door) -> None:
    new = made(door)
    with door.acting():
        account_commands.disable(door.services, ANNA, reason="Has left")
    assert found(door, new.secret) is None


def test_a_form_sent_twice_makes_one_token(door: Door) -> None:
    with door.acting(ANNA):
        token_commands.make(door.services, ANNA, label="Timetable", scopes=READ, days=30)
        with pytest.raises(ShownOnlyOnce):
            token_commands.make(door.services, ANNA, label="Timetable", scopes=READ, days=30)
    with door.services.read() as connection:
        assert len(tokens.of_person(connection, ANNA)) == 1


def test_use_is_written_down_once_a_minute_at_most(door: Door, clock: Clock) -> None:
    new = made(door)
    token = found(door, new.secret)
    assert token is not None
    assert token.was_used_long_ago(clock.now)
    with door.services.write() as connection:
        connection.execute(tokens.touched(token, clock.now))
    token = found(door, new.secret)
    assert token is not None
    assert token.last_used_at == clock.now
    clock.pass_by(seconds=59)
    assert not token.was_used_long_ago(clock.now)
    clock.pass_by(seconds=1)
    assert token.was_used_long_ago(clock.now)
