"""Web workers, the follower and the database are killed at any moment under load: nothing is lost or done twice."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from threading import Event

import pytest
import sqlalchemy as sa

from domain.account import TokenScopes
from domain.note import Note
from projections.checking import check
from projections.following import let_follow
from projections.view_status import view_statuses
from tests.databases import SqliteDatabases, with_views
from tests.fire.clerks import Clerks
from tests.fire.deployment import Deployment, deployed
from tests.postgresql import Server
from tests.randomness import MOMENTS
from tests.running_service import until
from tests.sample_authority import Clock, SampleAuthority
from web.accounts import tokens
from web.runtime.registered_views import VIEWS
from web.runtime.services import Services

pytestmark = pytest.mark.fire

CLERKS = 6
FOLLOWING = {"notes", "audit_trail"}


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> Iterator[tuple[str, Server | None]]:
    """A database, and its server where there is one that may be killed."""
    if request.param == "sqlite":
        databases = request.getfixturevalue("sqlite_databases")
        assert isinstance(databases, SqliteDatabases)
        with databases.like(with_views) as url:
            yield url, None
        return
    # What is committed has to outlive the server's own memory, not the machine's.
    with Server(fsync="off") as server, server.database() as url:
        with_views(url)
        yield url, server


@contextmanager
def an_office(url: str) -> Iterator[Services]:
    with closing(Services(url)) as services:
        services.prepare_views()
        yield services


def settle(url: str) -> tuple[str, list[int]]:
    """People a service out; returns a token of its director, and the schools' numbers."""
    with an_office(url) as services:
        sample = SampleAuthority(services, Clock())
        schools = [sample.urn(sample.school(f"School {number}")) for number in range(5)]
        director = sample.director()
        with services.write() as connection:
            token = tokens.create(connection, director, "fire", TokenScopes.READ_WRITE, services.now()).secret
        for view in VIEWS:
            if view.name in FOLLOWING:
                let_follow(services.log, view)
    return token, schools


def texts(services: Services) -> list[str]:
    with services.read() as connection:
        events = list(services.store.everything(connection))
    return [event.text for event in events if isinstance(event, Note.Written | Note.Revised)]


def keep_killing(deployment: Deployment, clerks: Clerks, chance: Random) -> None:
    """Kill whatever it is at any moment, let it go on after a while, and see that work goes on."""
    for _ in range(MOMENTS):
        Event().wait(chance.uniform(0, 0.3))
        victim = chance.choice(deployment.victims)
        deployment.kill(victim)
        Event().wait(chance.choice((0, 0, chance.uniform(0, 0.3))))
        deployment.start(victim)
        before = len(clerks.acknowledged)
        until(lambda: len(clerks.acknowledged) > before + 5, f"after {victim} was killed, nothing was done")  # noqa: B023


def is_caught_up(services: Services) -> bool:
    with services.read() as connection:
        end, known = services.log.last_position(connection), view_statuses(connection)
    return all(known[name].position == end for name in FOLLOWING)


def test_whatever_is_killed_what_was_acknowledged_is_there_and_nothing_is_done_twice(
    place: tuple[str, Server | None], chance: Random, tmp_path: Path
) -> None:
    url, server = place
    token, schools = settle(url)
    with deployed(url, tmp_path, server) as deployment, an_office(url) as services:
        clerks = Clerks(CLERKS, chance, deployment.port, token, schools)
        with clerks.at_work():
            until(lambda: len(clerks.acknowledged) > 10, "nothing was done")
            keep_killing(deployment, clerks, chance)
        done, again = len(clerks.acknowledged), clerks.sent_again
        sys.stdout.write(f"{done} acknowledged, {again} sent again; answers: {dict(clerks.answers)}\n")
        until(lambda: is_caught_up(services), "the views that follow are behind")
    with an_office(url) as services:
        written = Counter(texts(services))
        assert set(written) == set(clerks.acknowledged)
        assert set(written.values()) == {1}
        assert len(clerks.acknowledged) == len(written)
        assert check(services.log, VIEWS) == []
        if server is None:
            with services.read() as connection:
                assert connection.execute(sa.text("PRAGMA integrity_check")).scalar() == "ok"
