"""The limit of the API goes by token and person, and is one for all workers."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from domain.account import TokenScopes
from tests.databases import Databases, with_views
from tests.running_service import Served, served
from tests.sample_authority import Clock, SampleAuthority
from tests.web.conftest import Browser, Program, an_office
from web.accounts import tokens
from web.api.limit import AT_ONCE, Counts
from web.runtime.services import Services
from web.runtime.tables import REQUEST_COUNTS

LIMIT = 600


@pytest.fixture
def limited(app: Flask) -> Callable[[int], None]:
    """Let the application answer so many requests a minute."""

    def limit(number: int) -> None:
        app.config["RATELIMIT_ENABLED"] = True
        app.config["SIS_SETTINGS"] = replace(app.config["SIS_SETTINGS"], api_limit=number)

    return limit


def test_who_asks_too_often_is_told_when_to_ask_again(
    limited: Callable[[int], None], sample: SampleAuthority, program: Callable[..., Program]
) -> None:
    limited(3)
    asking = program(sample.broker())
    sample.clock.pass_by(seconds=20)
    for _ in range(3):
        asking.get("/schools")
    refused = asking.get("/schools", status=429)
    assert refused.headers["Retry-After"] == "40"
    assert refused.json is not None
    assert refused.json["detail"] == "3 requests a minute are answered for a token, and 6 for a person"
    sample.clock.pass_by(seconds=39)
    asking.get("/schools", status=429)
    sample.clock.pass_by(seconds=1)
    asking.get("/schools")


def test_people_at_one_address_do_not_count_for_each_other(
    limited: Callable[[int], None], sample: SampleAuthority, program: Callable[..., Program]
) -> None:
    limited(2)
    one, other = program(sample.broker("Bea Broker")), program(sample.broker("Ben Broker"))
    for _ in range(2):
        one.get("/schools")
    one.get("/schools", status=429)
    other.get("/schools")


def test_a_person_has_twice_the_limit_of_a_token_however_many_they_make(
    limited: Callable[[int], None],
    sample: SampleAuthority,
    program: Callable[..., Program],
    sign_in: Callable[..., Browser],
) -> None:
    limited(2)
    broker = sample.broker()
    wild, other, third = (program(broker) for _ in range(3))
    for _ in range(2):
        wild.get("/schools")
    wild.get("/schools", status=429)
    other.get("/schools")
    sign_in(broker).get("/api/v1/schools")
    third.get("/schools", status=429)
    sign_in(broker).get("/api/v1/schools", status=429)


def test_pages_and_what_is_open_to_everybody_do_not_count(
    limited: Callable[[int], None],
    sample: SampleAuthority,
    program: Callable[..., Program],
    sign_in: Callable[..., Browser],
) -> None:
    limited(1)
    broker = sample.broker()
    for _ in range(3):
        sign_in(broker).get("/schools/")
        sign_in(broker).get("/api/v1/openapi.json")
    program(broker).get("/schools")


@pytest.fixture
def shared(each_databases: Databases) -> Iterator[tuple[Services, Clock]]:
    with an_office(each_databases) as opened:
        yield opened


@contextmanager
def writing(services: Services) -> Iterator[list[str]]:
    """What is written into the table meanwhile."""
    written: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        if "request_counts" in statement:
            written.append(statement)

    sa.event.listen(services.log.primary, "before_cursor_execute", note)
    yield written
    sa.event.remove(services.log.primary, "before_cursor_execute", note)


def test_two_workers_answer_the_limit_together_and_seldom_write(shared: tuple[Services, Clock]) -> None:
    services, clock = shared
    token, workers = uuid4(), cycle([Counts(), Counts()])
    with writing(services) as written:
        answered = sum(next(workers).is_within(services, {token: LIMIT}, clock.now) for _ in range(2 * LIMIT))
    assert answered == LIMIT
    assert len(written) <= LIMIT / AT_ONCE * 2


def test_what_a_worker_has_taken_and_is_not_asked_for_is_a_twentieth(shared: tuple[Services, Clock]) -> None:
    services, clock = shared
    token, idle, busy = uuid4(), Counts(), Counts()
    assert idle.is_within(services, {token: LIMIT}, clock.now)
    answered = sum(busy.is_within(services, {token: LIMIT}, clock.now) for _ in range(2 * LIMIT))
    assert answered == LIMIT - LIMIT // AT_ONCE


def test_a_request_waits_for_nobody_who_writes_and_is_counted_afterwards(databases: Databases) -> None:
    with an_office(databases) as (services, clock):
        token, worker, other = uuid4(), Counts(), Counts()
        with services.write() as held:
            held.execute(REQUEST_COUNTS.insert().values(key=uuid4(), minute=0, used=0))
            assert [worker.is_within(services, {token: 3}, clock.now) for _ in range(2)] == [True, True]
        assert worker.is_within(services, {token: 3}, clock.now)
        assert not other.is_within(services, {token: 3}, clock.now)


def test_a_new_minute_begins_anew_for_every_worker(shared: tuple[Services, Clock]) -> None:
    services, clock = shared
    token, one, other = uuid4(), Counts(), Counts()
    assert [one.is_within(services, {token: 2}, clock.now) for _ in range(3)] == [True, True, False]
    clock.pass_by(minutes=1)
    assert [each.is_within(services, {token: 2}, clock.now) for each in (other, one, other)] == [True, True, False]


def test_requests_whose_times_are_told_late_do_not_throw_away_what_is_left(shared: tuple[Services, Clock]) -> None:
    services, clock = shared
    token, worker, before = uuid4(), Counts(), clock.now
    clock.pass_by(minutes=1)
    answered = sum(
        worker.is_within(services, {token: LIMIT}, now) for _ in range(LIMIT) for now in (clock.now, before)
    )
    assert answered == LIMIT


def ask(service: Served, token: str) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=120)) as connection:
        connection.request("GET", "/api/v1/schools", headers={"Authorization": f"Bearer {token}"})
        return connection.getresponse().status


def test_two_servers_of_one_database_answer_the_limit_that_is_set(
    sqlite_databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one minute of the real clock: begun again, where that ends meanwhile."""
    monkeypatch.setenv("SIS_API_LIMIT", "20")
    with sqlite_databases.like(with_views) as url:
        with closing(Services(url)) as services:
            services.prepare_views()
            sample = SampleAuthority(services, Clock())
            brokers = [sample.broker(f"Broker {number}") for number in range(9)]
            with services.write() as connection:
                made = [
                    tokens.create(connection, broker, "test", TokenScopes.READ, services.now()) for broker in brokers
                ]
        with served(url, tmp_path / "one") as one, served(url, tmp_path / "other") as other:
            one.until(lambda: one.has_started(1), "the worker did not start")
            other.until(lambda: other.has_started(1), "the worker did not start")
            for token in made:
                minute = int(time.time()) // 60
                answers = [ask(each, token.secret) for _ in range(15) for each in (one, other)]
                if int(time.time()) // 60 == minute:
                    break
    assert answers == [200] * 20 + [429] * 10
