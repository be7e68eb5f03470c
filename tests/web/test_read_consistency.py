"""Whoever has done something sees it done, though views follow and readings go to a replica."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from projections import concerns
from projections.following import Following, let_follow
from tests.databases import Databases, with_views
from tests.postgresql import Server
from tests.postgresql_programs import ABSENT, binaries
from tests.sample_authority import Clock, SampleAuthority
from tests.web.conftest import Browser, Program, a_program, an_app
from tests.web.test_doors import A_CONCERN
from web.runtime import log_position, read_consistency
from web.runtime.services import Services

CASE = "CC-2026-0001"


class PagesAndApi:
    """A service with one school, whose officer is at the pages and at the API."""

    def __init__(self, app: Flask, sample: SampleAuthority) -> None:
        self.services = sample.services
        self.app = app
        school = sample.school()
        self.officer: UUID = sample.link_officer(school)
        self.concern: dict[str, Any] = {**A_CONCERN, "school": str(sample.urn(school))}
        self.sample = sample

    def browser(self) -> Browser:
        client = self.app.test_client()
        client.set_cookie(*self.sample.session_of(self.officer))
        return Browser(client)

    def program(self) -> Program:
        return a_program(self.app, self.sample, self.officer)

    def catch_up(self) -> None:
        following = Following(self.services.log, self.services.follower)
        while following.step():
            pass


@pytest.fixture
def services(each_databases: Databases, clock: Clock) -> Iterator[Services]:
    """services on a database of one kind and of the other."""
    with each_databases.like(with_views) as url, closing(Services(url, clock=clock)) as services:
        yield services


@pytest.fixture
def desk(app: Flask, sample: SampleAuthority) -> PagesAndApi:
    return PagesAndApi(app, sample)


@pytest.fixture
def following(desk: PagesAndApi, monkeypatch: pytest.MonkeyPatch) -> PagesAndApi:
    """A service whose view of concerns follows, though only when the test lets it."""
    monkeypatch.setattr(read_consistency, "PATIENCE", 0.05)
    monkeypatch.setattr(read_consistency, "GIVEN_UP_SECONDS", 0)
    let_follow(desk.services.log, concerns.VIEW)
    return desk


@contextmanager
def asked(services: Services) -> Iterator[list[str]]:
    """How views stand is asked so often."""
    heard: list[str] = []

    def hear(_: Any, __: Any, statement: str, *___: Any) -> None:
        if re.search(r"\bFROM views\b", statement):
            heard.append(statement)

    for engine in (services.writer, services.reader):
        sa.event.listen(engine, "before_cursor_execute", hear)
    yield heard
    for engine in (services.writer, services.reader):
        sa.event.remove(engine, "before_cursor_execute", hear)


def meanwhile(question: Callable[[], Any], work: Callable[[], None]) -> Any:
    """What is answered to a question while work is done that it may wait for."""
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(question)
        while not answer.done():
            work()
        return answer.result()


def not_behind(program: Program, position: str, status: int = 200) -> TestResponse:
    """The list of concerns, as of a position or later."""
    headers: dict[str, Any] = {"Min-Position": position}
    return program.get("/concerns", status, **headers)


def test_a_page_after_a_form_waits_for_the_view_that_follows(
    following: PagesAndApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, other = following.browser(), following.browser()
    browser.send("/concerns/raise", following.concern)
    assert CASE not in other.get("/concerns/")
    monkeypatch.setattr(read_consistency, "PATIENCE", 60)
    assert CASE in meanwhile(lambda: browser.get("/concerns/"), following.catch_up)


def test_a_view_that_does_not_come_is_not_waited_for_long(following: PagesAndApi) -> None:
    browser = following.browser()
    browser.send("/concerns/raise", following.concern)
    assert CASE not in browser.get("/concerns/")


def test_after_one_has_waited_in_vain_the_next_does_not(
    following: PagesAndApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_consistency, "GIVEN_UP_SECONDS", 3600)
    browser = following.browser()
    browser.send("/concerns/raise", following.concern)
    browser.get("/concerns/")
    monkeypatch.setattr(read_consistency, "PATIENCE", 3600)
    assert CASE not in browser.get("/concerns/")


def test_a_program_says_what_it_must_not_be_behind(following: PagesAndApi, monkeypatch: pytest.MonkeyPatch) -> None:
    program = following.program()
    told = program.post("/concerns/raise", following.concern, key="raised-once", status=201)
    position = told.headers["Position"]
    assert len(position) == len("A" * 98), "sealed, and as long for every place in the log"
    assert program.get("/concerns").json == {"items": [], "next": None}
    monkeypatch.setattr(read_consistency, "PATIENCE", 60)
    listed = meanwhile(lambda: not_behind(program, position), following.catch_up)
    assert [item["reference"] for item in listed.json["items"]] == [CASE]


@pytest.mark.parametrize("position", ["soon", "-1", "1234", "A" * 98])
def test_a_position_is_one_that_was_told(desk: PagesAndApi, position: str) -> None:
    answer = not_behind(desk.program(), position, status=400)
    assert answer.json
    assert "Min-Position" in answer.json["detail"]
    assert desk.app.test_client().get("/api/v1/concerns", headers={"Min-Position": position}).status_code == 401


def test_positions_tell_nothing_of_what_others_saved_between_them(following: PagesAndApi) -> None:
    """Not by their bytes, nor by their lengths, nor by which is the greater; the same one is told anew each time."""
    program, browser = following.program(), following.browser()
    told = [
        program.post("/concerns/raise", following.concern, key=f"raised-{number}", status=201).headers["Position"]
        for number in range(2)
    ]
    cookie = browser.send("/concerns/raise", following.concern).headers["Set-Cookie"]
    last = following.services.log.max_notification_id() or 0
    assert len({len(each) for each in told}) == 1
    for each in (*told, re.split("[=;]", cookie)[1]):
        assert not each.isdecimal()
        held = base64.urlsafe_b64decode(f"{each}==")
        for number in range(1, last + 1):
            assert number.to_bytes(8, "big") not in held


def test_whoever_decides_waits_for_all_that_was_saved(
    following: PagesAndApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    following.browser().send("/concerns/raise", following.concern)
    monkeypatch.setattr(read_consistency, "PATIENCE", 60)
    program = following.program()

    def raise_another() -> Any:
        return program.post("/concerns/raise", following.concern, key="another-one", status=201)

    # Raising needs no view that follows, but the door cannot know: it waits for all.
    assert meanwhile(raise_another, following.catch_up).json["reference"] == "CC-2026-0002"


def test_nothing_is_asked_or_told_where_nothing_can_be_behind(desk: PagesAndApi) -> None:
    browser, program = desk.browser(), desk.program()
    with asked(desk.services) as heard:
        sent = browser.send("/concerns/raise", desk.concern)
        assert CASE in browser.get("/concerns/")
        told = program.post("/concerns/raise", desk.concern, key="another-one", status=201)
    assert heard == []
    assert log_position.COOKIE not in " ".join(sent.headers.getlist("Set-Cookie"))
    assert "Position" not in told.headers


# A replica


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    """A primary and its standby."""
    if binaries() is None:
        pytest.skip(ABSENT)
    with Server() as primary:
        standby = primary.basebackup("replica", recovery_min_apply_delay="0")
        with standby:
            yield primary, standby


def until_seen(standby: Server, primary: Server) -> None:
    [(position,)] = primary.execute("SELECT pg_current_wal_lsn()")
    while standby.execute(f"SELECT pg_last_wal_replay_lsn() >= '{position}'") != [(True,)]:
        pass


def test_a_replica_answers_whoever_is_not_ahead_of_it(servers: tuple[Server, Server], clock: Clock) -> None:
    primary, standby = servers
    with primary.database() as url:
        with_views(url)
        name = str(sa.make_url(url).database)
        until_seen(standby, primary)
        with closing(Services(url, replica_url=standby.url(name), clock=clock)) as services:
            desk = PagesAndApi(an_app(services), SampleAuthority(services, clock))
            browser, other, program = desk.browser(), desk.browser(), desk.program()
            until_seen(standby, primary)
            assert CASE not in other.get("/concerns/")

            standby.configure(recovery_min_apply_delay="1h")
            browser.send("/concerns/raise", desk.concern)
            assert CASE in browser.get("/concerns/")
            assert CASE in browser.get(f"/concerns/{CASE}")
            assert CASE not in other.get("/concerns/")
            told = program.post("/concerns/raise", desk.concern, key="another-one", status=201)
            assert program.get("/concerns").json == {"items": [], "next": None}
            listed = not_behind(program, told.headers["Position"]).json
            assert listed
            assert [item["reference"] for item in listed["items"]] == ["CC-2026-0002", CASE]

            standby.configure(recovery_min_apply_delay="0")
            until_seen(standby, primary)
            assert CASE in other.get("/concerns/")
        standby.stop()
