"""Which passwords will do, and how they are kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier, Event, Lock
from typing import Literal
from uuid import UUID

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type
from flask import Flask
from werkzeug.exceptions import ServiceUnavailable

from tests.web.accounts.conftest import PASSWORD as GOOD
from tests.web.accounts.conftest import Door, SignIn
from web.accounts import password_commands
from web.accounts.passwords import AT_ONCE, EXTENSION, WAITING, Passwords
from web.accounts.strength import LONGEST


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


def test_no_part_of_a_password_is_cut_off(passwords: Passwords) -> None:
    longest = (GOOD * 10)[:LONGEST]
    kept = passwords.hash(longest)
    assert passwords.verify(kept, longest)
    assert not passwords.verify(kept, longest + "x")
    assert not passwords.verify(kept, longest[:-1])


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


def test_one_password_at_a_time_is_worked_on_and_few_wait() -> None:
    hasher = CountingHasher()
    passwords = Passwords(hasher, at_once=1, waiting=7)
    kept = passwords.hash(GOOD)
    with ThreadPoolExecutor(8) as threads:
        networks = [f"192.0.{each}.1" for each in range(8)]
        assert all(threads.map(lambda address: passwords.verify(kept, GOOD, address=address), networks))
    assert hasher.verified == 8
    assert hasher.most == 1


def test_who_comes_when_the_queue_is_full_is_sent_away_at_once() -> None:
    passwords = Passwords(CountingHasher(), at_once=1, waiting=2)
    kept = passwords.hash(GOOD)
    with ExitStack() as places, ThreadPoolExecutor(4) as threads:
        inside, leave = Barrier(4), Event()

        def hold(network: int) -> None:
            with passwords.place(f"192.0.{network}.1"):
                inside.wait()
                leave.wait()

        places.callback(leave.set)
        for network in range(3):
            threads.submit(hold, network)
        inside.wait()
        with pytest.raises(ServiceUnavailable):
            passwords.verify(kept, GOOD)
        leave.set()
    assert passwords.verify(kept, GOOD)


def test_a_known_browser_has_its_turn_while_strangers_hold_all_their_places() -> None:
    passwords = Passwords(CountingHasher())
    kept = passwords.hash(GOOD)
    with ExitStack() as strangers:
        for network in range(AT_ONCE + WAITING):
            strangers.enter_context(passwords.place(f"192.0.{network}.1"))
        with pytest.raises(ServiceUnavailable):
            passwords.verify(kept, GOOD)
        assert passwords.verify(kept, GOOD, known=True)
        with passwords.place(known=True), pytest.raises(ServiceUnavailable):
            passwords.verify(kept, GOOD, known=True)
    assert passwords.verify(kept, GOOD)


def test_where_every_place_is_taken_the_form_says_once_when_to_come_back(
    anna: UUID, app: Flask, door: Door, sign_in: SignIn
) -> None:
    with door.acting():
        link = password_commands.make_password_link(door.services, anna)
    browser, kept = sign_in(anna), app.extensions[EXTENSION]
    with kept.place(known=True), kept.place("198.51.100.1"), kept.place("203.0.113.1"):
        changed = {"current": GOOD, "password": "three other random words"}
        for path, answers in (
            ("/account/password", changed),
            (f"/password/{link}", {"password": changed["password"]}),
        ):
            sent = browser.client.post(path, data=answers)
            assert (sent.status_code, sent.headers["Retry-After"]) == (503, "2")
            assert "Try again in 2 seconds" in sent.text
            assert "few minutes" not in sent.text
