"""Signing in: one answer to every wrong try, and few tries."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import uuid4

import pytest
import sqlalchemy as sa
from werkzeug.exceptions import ServiceUnavailable

from tests.sample_authority import Clock
from tests.web.accounts.conftest import PASSWORD, Door
from web.accounts import account_commands, attempts, sessions
from web.accounts.accounts import AccountRow
from web.accounts.attempts import AGAIN, AT_ADDRESS, AT_KNOWN, AT_UNKNOWN, TooManyAttempts
from web.accounts.passwords import Passwords, cheap_passwords
from web.accounts.signing_in import WrongNameOrPassword, check_password, sign_out
from web.runtime.tables import SIGN_IN_ATTEMPTS

ANNA, BEN = uuid4(), uuid4()
HERE, THERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture(autouse=True)
def accounts(door: Door) -> None:
    door.opens(ANNA, "anna@example.org")
    door.opens(BEN, "ben@example.org", password=None)


Try = Callable[..., AccountRow]


@pytest.fixture
def attempt(door: Door) -> Try:
    def attempt(
        name: str = "anna@example.org", password: str = PASSWORD, *, address: str = HERE, device: str | None = None
    ) -> AccountRow:
        return check_password(
            door.services, door.passwords, sign_in_name=name, password=password, address=address, device=device
        )

    return attempt


def refusal(attempt: Try, name: str, password: str) -> str:
    with pytest.raises(WrongNameOrPassword) as refused:
        attempt(name, password)
    return str(refused.value)


def fail(attempt: Try, times: int, *, name: str = "anna@example.org", address: str = HERE) -> None:
    for _ in range(times):
        with pytest.raises(WrongNameOrPassword):
            attempt(name, "wrong horse battery", address=address)


def test_the_right_password_is_known_whatever_the_case_of_the_name(attempt: Try) -> None:
    assert attempt("ANNA@Example.org").person == ANNA


def test_a_password_is_not_to_be_renewed_by_date(attempt: Try, clock: Clock) -> None:
    clock.pass_by(days=3 * 366)
    assert attempt().person == ANNA


def test_an_unknown_name_and_every_other_wrong_try_get_the_same_answer(door: Door, attempt: Try) -> None:
    wrong = refusal(attempt, "anna@example.org", "wrong horse battery")
    assert refusal(attempt, "nobody@example.org", PASSWORD) == wrong
    assert refusal(attempt, "ben@example.org", PASSWORD) == wrong
    with door.acting():
        account_commands.disable(door.services, ANNA, reason="Has left")
    assert refusal(attempt, "anna@example.org", PASSWORD) == wrong


def test_after_five_failures_a_name_waits_longer_and_longer(attempt: Try, clock: Clock) -> None:
    fail(attempt, AT_UNKNOWN.after)
    for seconds in (10, 20, 40):
        with pytest.raises(TooManyAttempts, match=f"Try again in {seconds} seconds") as refused:
            attempt()
        assert refused.value.seconds == seconds
        clock.pass_by(seconds=seconds)
        fail(attempt, 1)
    clock.pass_by(seconds=79)
    with pytest.raises(TooManyAttempts, match=r"Try again in 1 second$"):
        attempt()
    clock.pass_by(seconds=1)
    assert attempt()


def test_the_wait_grows_to_a_quarter_of_an_hour_and_is_forgotten_after_a_day(attempt: Try, clock: Clock) -> None:
    for _ in range(40):
        fail(attempt, 1)
        clock.pass_by(minutes=15)
    fail(attempt, 1)
    with pytest.raises(TooManyAttempts, match="Try again in 15 minutes"):
        attempt()
    clock.pass_by(hours=24)
    fail(attempt, AT_UNKNOWN.after - 1)
    assert attempt()


@pytest.mark.parametrize("guesses", [AT_UNKNOWN.after, AT_ADDRESS.after, 100])
def test_nobody_is_locked_out_by_guesses_from_elsewhere(attempt: Try, clock: Clock, guesses: int) -> None:
    for _ in range(guesses):
        fail(attempt, 1, address=THERE)
        clock.pass_by(minutes=15)
    fail(attempt, 1, address=THERE)
    assert attempt(address=HERE)


def test_four_failures_are_forgiven_and_signing_in_begins_the_count_anew(attempt: Try) -> None:
    for _ in range(3):
        fail(attempt, AT_UNKNOWN.after - 1)
        assert attempt()


def test_an_unknown_name_waits_as_a_known_one_does(attempt: Try) -> None:
    fail(attempt, AT_UNKNOWN.after, name="nobody@example.org")
    with pytest.raises(TooManyAttempts, match="10 seconds"):
        attempt("nobody@example.org")


def test_who_tries_many_names_from_one_address_is_slowed_down_and_other_addresses_are_not(
    attempt: Try, clock: Clock
) -> None:
    for number in range(AT_ADDRESS.after):
        fail(attempt, 1, name=f"guess{number}@example.org")
    with pytest.raises(TooManyAttempts, match="Try again in 5 seconds"):
        attempt()
    assert attempt(address=THERE)
    clock.pass_by(seconds=5)
    assert attempt()


def test_who_has_signed_in_from_an_address_is_let_in_while_somebody_tries_many_names_there(attempt: Try) -> None:
    assert attempt()
    for number in range(AT_ADDRESS.after + 1):
        with suppress(TooManyAttempts):
            fail(attempt, 1, name=f"guess{number}@example.org")
    assert attempt()


def test_guesses_at_ones_own_address_hold_one_up_for_half_a_minute_at_most(attempt: Try, clock: Clock) -> None:
    assert attempt()
    for _ in range(30):
        fail(attempt, 1)
        clock.pass_by(seconds=30)
    assert attempt()


def test_a_browser_of_ones_own_is_not_held_up_by_guesses_at_the_same_address(attempt: Try) -> None:
    fail(attempt, AT_UNKNOWN.after)
    assert attempt(device="hers")


def test_a_stolen_browser_is_slowed_down_too(attempt: Try) -> None:
    for _ in range(AT_KNOWN.after):
        with pytest.raises(WrongNameOrPassword):
            attempt("anna@example.org", "wrong horse battery", device="hers")
    with pytest.raises(TooManyAttempts, match="Try again in 5 seconds"):
        attempt(device="hers")


def test_one_line_with_many_addresses_of_ipv6_is_one_address(attempt: Try) -> None:
    for number in range(AT_UNKNOWN.after):
        fail(attempt, 1, address=f"2001:db8:1:2::{number:x}")
    with pytest.raises(TooManyAttempts):
        attempt(address="2001:db8:1:2:ffff::1")
    assert attempt(address="2001:db8:1:3::1")


def test_signing_in_rightly_again_and_again_is_slowed_down_for_that_name_alone(
    door: Door, attempt: Try, clock: Clock
) -> None:
    door.opens(uuid4(), "cara@example.org")
    for number in range(AGAIN.after):
        assert attempt(address=f"192.0.2.{number}", device="hers" if number % 2 else None)
    with pytest.raises(TooManyAttempts, match=r"This has been tried too many times\. Try again in 5 seconds"):
        attempt()
    assert attempt("cara@example.org")
    clock.pass_by(seconds=5)
    assert attempt()
    clock.pass_by(minutes=10)
    assert attempt()


def test_two_who_sign_in_at_the_same_moment_are_both_let_in_and_counted(door: Door, clock: Clock) -> None:
    with door.services.write() as connection:
        first, second = (attempts.begin(connection, "anna@example.org", HERE, clock.now) for _ in range(2))
    for each in (first, second):
        with door.services.write() as connection:
            attempts.succeed(connection, each)
    with door.services.read_present() as connection:
        kept = connection.execute(sa.select(SIGN_IN_ATTEMPTS.c.id, SIGN_IN_ATTEMPTS.c.succeeded)).all()
    assert set(kept) == {(first.id, True), (second.id, True)}


def test_two_codes_that_are_right_at_the_same_moment_are_both_forgiven(door: Door, clock: Clock) -> None:
    with door.services.write() as connection:
        both = [attempts.begin(connection, "code of anna", HERE, clock.now) for _ in range(2)]
        for each in both:
            attempts.forgive(connection, each)
        assert not connection.execute(SIGN_IN_ATTEMPTS.select()).all()


def test_who_is_refused_takes_no_place_from_others(door: Door, attempt: Try) -> None:
    fail(attempt, AT_UNKNOWN.after)
    door.passwords = Passwords(cheap_passwords()._hasher, at_once=1, waiting=0)
    with door.passwords.place(), pytest.raises(TooManyAttempts):
        attempt()


def test_a_known_browser_is_let_in_while_strangers_hold_all_places(door: Door, attempt: Try) -> None:
    door.passwords = Passwords(cheap_passwords()._hasher, at_once=2, waiting=0)
    with door.passwords.place("198.51.100.1"), door.passwords.place("203.0.113.1"):
        with pytest.raises(ServiceUnavailable):
            attempt()
        assert attempt(device="hers").person == ANNA


def test_a_refused_attempt_does_not_lengthen_the_wait(attempt: Try, clock: Clock) -> None:
    fail(attempt, AT_UNKNOWN.after)
    for _ in range(3):
        clock.pass_by(seconds=3)
        with pytest.raises(TooManyAttempts):
            attempt()
    clock.pass_by(seconds=1)
    assert attempt()


def test_who_finds_no_room_in_the_queue_is_told_so_and_counts_as_no_failure(door: Door, attempt: Try) -> None:
    door.passwords = Passwords(cheap_passwords()._hasher, at_once=1, waiting=0)
    with door.passwords.place(), ThreadPoolExecutor(1) as other:
        for _ in range(AT_UNKNOWN.after):
            sent = other.submit(attempt, "anna@example.org", "wrong horse battery")
            with pytest.raises(ServiceUnavailable, match="Try again in 2 seconds"):
                sent.result()
    assert attempt()


def test_signing_out_ends_the_session(door: Door, clock: Clock) -> None:
    with door.services.write() as connection:
        cookie = sessions.begin(connection, ANNA, clock.now)
    sign_out(door.services, cookie)
    sign_out(door.services, None)
    with door.services.read() as connection:
        assert sessions.find(connection, cookie, clock.now) is None
