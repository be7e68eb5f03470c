"""Signing in: one answer to every wrong try, and few tries."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from tests.web.accounts.conftest import PASSWORD, Door
from tests.world import Clock
from web.accounts import keeping, sessions
from web.accounts.attempts import PER_ADDRESS, PER_NAME, TooManyAttempts
from web.accounts.signing_in import WrongNameOrPassword, sign_in, sign_out

ANNA, BEN = uuid4(), uuid4()
HERE, THERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture(autouse=True)
def accounts(door: Door) -> None:
    door.opens(ANNA, "anna@example.org")
    door.opens(BEN, "ben@example.org", password=None)


Try = Callable[..., str]


@pytest.fixture
def attempt(door: Door) -> Try:
    def attempt(name: str = "anna@example.org", password: str = PASSWORD, *, address: str = HERE) -> str:
        return sign_in(door.office, door.passwords, sign_in_name=name, password=password, address=address)

    return attempt


def refusal(attempt: Try, name: str, password: str) -> str:
    with pytest.raises(WrongNameOrPassword) as refused:
        attempt(name, password)
    return str(refused.value)


def fail(attempt: Try, times: int, *, name: str = "anna@example.org", address: str = HERE) -> None:
    for _ in range(times):
        with pytest.raises(WrongNameOrPassword):
            attempt(name, "wrong horse battery", address=address)


def test_the_right_password_begins_a_session(door: Door, attempt: Try, clock: Clock) -> None:
    cookie = attempt("ANNA@Example.org")
    with door.office.read() as connection:
        session = sessions.find(connection, cookie, clock.now)
    assert session is not None
    assert (session.person, session.method) == (ANNA, "password")


def test_an_unknown_name_and_every_other_wrong_try_get_the_same_answer(door: Door, attempt: Try) -> None:
    wrong = refusal(attempt, "anna@example.org", "wrong horse battery")
    assert refusal(attempt, "nobody@example.org", PASSWORD) == wrong
    assert refusal(attempt, "ben@example.org", PASSWORD) == wrong
    with door.acting():
        keeping.disable(door.office, ANNA, reason="Has left")
    assert refusal(attempt, "anna@example.org", PASSWORD) == wrong


def test_after_five_failures_a_name_waits_out_a_quarter_of_an_hour(attempt: Try, clock: Clock) -> None:
    fail(attempt, 1)
    clock.pass_by(minutes=5)
    fail(attempt, PER_NAME - 1)
    with pytest.raises(TooManyAttempts, match="Wait 10 minutes") as refused:
        attempt()
    assert refused.value.minutes == 10
    with pytest.raises(TooManyAttempts):
        attempt(" ANNA@example.org", address=THERE)
    clock.pass_by(minutes=9, seconds=30)
    with pytest.raises(TooManyAttempts, match="Wait 1 minute,"):
        attempt()
    clock.pass_by(seconds=30)
    assert attempt()


def test_four_failures_are_forgiven(attempt: Try) -> None:
    fail(attempt, PER_NAME - 1)
    assert attempt()


def test_an_unknown_name_waits_as_a_known_one_does(attempt: Try) -> None:
    fail(attempt, PER_NAME, name="nobody@example.org")
    with pytest.raises(TooManyAttempts):
        attempt("nobody@example.org")


def test_after_twenty_failures_an_address_waits_and_other_addresses_do_not(attempt: Try) -> None:
    for number in range(PER_ADDRESS):
        fail(attempt, 1, name=f"guess{number}@example.org")
    with pytest.raises(TooManyAttempts):
        attempt()
    assert attempt(address=THERE)


def test_signing_in_rightly_is_not_counted(attempt: Try) -> None:
    for _ in range(PER_ADDRESS + 1):
        assert attempt()


def test_a_refused_attempt_does_not_lengthen_the_wait(attempt: Try, clock: Clock) -> None:
    fail(attempt, PER_NAME)
    for _ in range(3):
        clock.pass_by(minutes=4)
        with pytest.raises(TooManyAttempts):
            attempt()
    clock.pass_by(minutes=3)
    assert attempt()


def test_signing_out_ends_the_session(door: Door, attempt: Try, clock: Clock) -> None:
    cookie = attempt()
    sign_out(door.office, cookie)
    sign_out(door.office, None)
    with door.office.read() as connection:
        assert sessions.find(connection, cookie, clock.now) is None
