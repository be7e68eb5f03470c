"""Whose turn it is to have a password looked at, played with a clock that stands until it is moved."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.exceptions import ServiceUnavailable

from tests.web.accounts.conftest import PASSWORD
from web.accounts.passwords import cheap_passwords
from web.accounts.turns import COME_BACK, KEPT, LATE, MOST_TICKETS, Turns, network_of

PLACES = 2
WORK = 0.15
"""Seconds that a password takes, one at a time."""

STEP = 0.01


class Service:
    """Two places before one who works, and a clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.turns = Turns(PLACES)
        self.queue: list[str] = []
        self.worked_on = 0
        self.done_at = 0.0

    def asks(self, network: str) -> bool:
        if not self.turns.enter(network, self.now):
            return False
        if not self.queue:
            self.done_at = self.now + WORK
        self.queue.append(network)
        assert len(self.queue) <= PLACES
        assert len(set(self.queue)) == len(self.queue), "one place to a network"
        return True

    def passes(self) -> None:
        self.now += STEP
        if self.queue and self.now >= self.done_at:
            self.turns.leave(self.queue.pop(0))
            self.worked_on += 1
            self.done_at = self.now + WORK


def rounds_of_an_honest_newcomer(service: Service, crowd: Iterator[list[str]], *, late: float = 0.0) -> int:
    """How often somebody asks who comes once the crowd is there, and comes back as they are told, so much late."""
    due, rounds = 5.0, 0
    while True:
        for network in next(crowd):
            service.asks(network)
        if service.now >= due:
            rounds += 1
            if service.asks("honest"):
                return rounds
            due = service.now + COME_BACK + late
        service.passes()
        assert rounds < 100


def hammering(networks: int) -> Iterator[list[str]]:
    while True:
        yield [f"hammer {each}" for each in range(networks)]


def new_each_time() -> Iterator[list[str]]:
    moment = 0
    while True:
        moment += 1
        yield [f"once {moment}"]


@pytest.mark.parametrize("late", [0.0, 0.4, 7.0])
def test_while_fifty_networks_ask_all_the_time_an_honest_newcomer_is_let_in_within_a_few_rounds(late: float) -> None:
    assert rounds_of_an_honest_newcomer(Service(), hammering(50), late=late) <= 6


@pytest.mark.parametrize("late", [0.0, 0.4, 7.0])
def test_networks_that_ask_once_and_never_come_back_hold_nobody_up(late: float) -> None:
    assert rounds_of_an_honest_newcomer(Service(), new_each_time(), late=late) <= 3


def test_many_who_never_come_back_push_nobodys_ticket_out_who_does() -> None:
    def crowd() -> Iterator[list[str]]:
        moment = 0
        while True:
            moment += 1
            yield [f"{moment} {each}" for each in range(MOST_TICKETS // 300)]

    assert rounds_of_an_honest_newcomer(Service(), crowd()) <= 3


def test_whoever_hammers_gets_no_more_than_the_others_do() -> None:
    service, let_in = Service(), dict.fromkeys(["hammer 0", "hammer 1", "hammer 2", "polite"], 0)
    due = 0.0
    while service.now < 20:
        for each in range(3):
            let_in[f"hammer {each}"] += service.asks(f"hammer {each}")
        if service.now >= due:
            let_in["polite"] += service.asks("polite")
            due = service.now + COME_BACK
        service.passes()
    assert let_in["polite"] >= 20 / COME_BACK / 2, "let in the second time that they ask, whenever they do"


def test_nobody_stands_idle_while_there_is_somebody_to_serve() -> None:
    service, crowd = Service(), hammering(50)
    service.turns.enter("never comes back", 0.0)
    service.turns.leave("never comes back")
    while service.now < 10:
        for network in next(crowd):
            service.asks(network)
        service.passes()
    assert service.worked_on >= 0.9 * 10 / (WORK + STEP)


def test_one_network_does_not_hold_both_places() -> None:
    turns = Turns(PLACES)
    assert turns.enter(network_of("192.0.2.1"), 0)
    assert not turns.enter(network_of("192.0.2.254"), 0)
    assert turns.enter(network_of("198.51.100.1"), 0)


def test_who_was_refused_first_goes_first_and_a_free_place_is_held_for_them() -> None:
    turns = Turns(1)
    assert turns.enter("inside", 0)
    assert not turns.enter("first", 1)
    assert not turns.enter("second", 2)
    turns.leave("inside")
    assert not turns.enter("second", 3)
    assert turns.enter("first", 3)


def test_a_ticket_that_nobody_comes_for_is_thrown_away() -> None:
    turns = Turns(1)
    assert turns.enter("inside", 0)
    assert not turns.enter("gone", 0)
    turns.leave("inside")
    assert not turns.enter("somebody else", COME_BACK + LATE)
    assert turns.enter("somebody else", KEPT)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::/64", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_an_address_is_counted_by_its_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_place_is_the_networks_of_whoever_signs_in() -> None:
    passwords = cheap_passwords()
    kept = passwords.hash(PASSWORD)
    with passwords.place("192.0.2.1"):
        with pytest.raises(ServiceUnavailable):
            passwords.verify(kept, PASSWORD, address="192.0.2.2")
        assert passwords.verify(kept, PASSWORD, address="198.51.100.1")
        with passwords.place("198.51.100.1"):
            assert passwords.hash(PASSWORD), "whoever has a link is no stranger"
