"""Which passwords will do, and how they are kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Literal

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from web.accounts.passwords import (
    BANNED,
    LONGEST,
    SHORTEST,
    Passwords,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
    check,
)

GOOD = "correct horse battery"


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("abcdefgh123", PasswordTooShort),
        ("", PasswordTooShort),
        ("correct horse " * 20, PasswordTooLong),
        ("password1234", PasswordTooCommon),
        ("PASSWORD1234", PasswordTooCommon),
        ("aaaaaaaaaaaaaa", PasswordTooCommon),
        ("121212121212", PasswordTooCommon),
        ("J.Smith@example.org", PasswordTooCommon),
    ],
)
def test_a_password_that_is_easily_guessed_will_not_do(password: str, rule: type[Exception]) -> None:
    with pytest.raises(rule) as refused:
        check(password, sign_in_name="j.smith@example.org")
    assert getattr(refused.value, "field", None) == "password"


def test_passwords_of_the_shortest_and_the_longest_length_will_do() -> None:
    varied = "abcdefghijkm" * 22
    check(varied[:SHORTEST])
    check(varied[:LONGEST])


def test_every_banned_password_is_long_enough_to_need_banning() -> None:
    assert all(len(banned) >= SHORTEST and banned == banned.casefold() for banned in BANNED)


def test_a_password_is_kept_as_an_argon2id_hash_at_the_librarys_own_cost() -> None:
    kept = extract_parameters(Passwords().hash(GOOD))
    assert kept.type is Type.ID
    assert (kept.memory_cost, kept.time_cost) == (PasswordHasher().memory_cost, PasswordHasher().time_cost)


def test_the_right_password_is_known_again_and_no_other(passwords: Passwords) -> None:
    kept = passwords.hash(GOOD)
    assert passwords.verify(kept, GOOD)
    assert not passwords.verify(kept, GOOD + "!")
    assert not passwords.verify(kept, "")


def test_the_same_letters_from_another_keyboard_are_the_same_password(passwords: Passwords) -> None:
    assert passwords.verify(passwords.hash("caf\u00e9 correct horse"), "cafe\u0301 correct horse")


def test_a_password_longer_than_allowed_is_wrong_though_it_begins_rightly(passwords: Passwords) -> None:
    longest = ("abcdefghijkm" * 22)[:LONGEST]
    kept = passwords.hash(longest)
    assert passwords.verify(kept, longest)
    assert not passwords.verify(kept, longest + "x")


class CountingHasher(PasswordHasher):
    """Counts verifications, and how many run at the same moment."""

    def __init__(self) -> None:
        super().__init__(time_cost=20, memory_cost=512, parallelism=1)
        self.lock = Lock()
        self.running = self.most = self.verified = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        with self.lock:
            self.verified += 1
            self.running += 1
            self.most = max(self.most, self.running)
        try:
            return super().verify(hash, password)
        finally:
            with self.lock:
                self.running -= 1


def test_nobodys_password_costs_the_same_work_as_somebodys() -> None:
    hasher = CountingHasher()
    passwords = Passwords(hasher)
    assert not passwords.verify(None, GOOD)
    assert not passwords.verify(None, "x" * 1000)
    assert hasher.verified == 2


def test_no_more_than_two_hashes_are_worked_on_at_once() -> None:
    hasher = CountingHasher()
    passwords = Passwords(hasher)
    kept = passwords.hash(GOOD)
    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(lambda _: passwords.verify(kept, GOOD), range(24)))
    assert hasher.verified == 24
    assert hasher.most == 2
