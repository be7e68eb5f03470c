"""While the database is down every door says so, in plain words and when to come back; after it, all goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient

from domain.service import OutcomeUnknown
from tests.databases import with_views
from tests.postgresql import Server
from tests.postgresql_programs import ABSENT, binaries
from tests.sample_authority import Clock, SampleAuthority
from tests.web.conftest import Program, a_program, an_app
from web.runtime.problems import problem_of
from web.runtime.services import Services


@dataclass(frozen=True)
class Doors:
    server: Server
    browser: FlaskClient
    stranger: FlaskClient
    program: Program


@pytest.fixture
def doors() -> Iterator[Doors]:
    """A service on a server of its own, with somebody signed in."""
    if binaries() is None:
        pytest.skip(ABSENT)
    clock = Clock()
    with Server() as server, server.database() as url:
        with_views(url)
        with closing(Services(url, clock=clock)) as services:
            sample, app = SampleAuthority(services, clock), an_app(services)
            director = sample.director()
            browser = app.test_client()
            browser.set_cookie(*sample.session_of(director))
            yield Doors(server, browser, app.test_client(), a_program(app, sample, director))
        server.stop()
        server.start()


def test_every_door_says_so_and_all_goes_on_afterwards(doors: Doors) -> None:
    assert doors.browser.get("/caseload").status_code == 200
    doors.server.kill()
    answers = [
        doors.browser.get("/caseload"),
        doors.browser.get("/"),
        doors.stranger.post("/sign-in", data={"sign_in_name": "anna@example.org", "password": "three random words"}),
        doors.program.get("/schools", status=503),
    ]
    for answer in answers[:3]:
        assert "Sorry, the service is unavailable" in answer.text
        assert "send it again: it will only be done once" in answer.text
        assert "safe" not in answer.text
    for answer in answers:
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "127.0.0.1" not in answer.text
        assert "SELECT" not in answer.text
    assert doors.stranger.get("/readyz").status_code == 503
    assert doors.stranger.get("/healthz").status_code == 200

    doors.server.start()
    assert doors.browser.get("/caseload").status_code == 200
    doors.program.get("/schools")


def test_whoever_cannot_know_whether_it_was_saved_is_told_to_send_it_again() -> None:
    problem = problem_of(OutcomeUnknown("server closed the connection"))
    assert (problem.status, problem.kind) == (503, "service-unavailable")
    assert "only be done once" in problem.detail
    assert "server closed" not in problem.detail
