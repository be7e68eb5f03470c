"""The production server, as `sis serve` starts it: what holds it up, kills it, or wants its place."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from domain.account import TokenScopes
from domain.note import Note
from projections.following import let_follow
from projections.view_status import view_statuses
from tests.databases import SqliteDatabases, with_views
from tests.postgresql import Server
from tests.running_service import Served, running, served, until
from tests.sample_authority import Clock, SampleAuthority
from web.accounts import tokens
from web.runtime.registered_views import VIEWS
from web.runtime.services import Services

HELD = 64
FORM = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 999\r\n\r\nemail="
HALF = b"POST /sign-in HTTP/1.1\r\nHost: x\r\n" + FORM


def test_half_sent_requests_keep_nobody_from_being_answered(service: Served) -> None:
    with ExitStack() as held:
        for _ in range(HELD):
            held.enter_context(service.sends(HALF))
            held.enter_context(service.sends(b"GET /sign-in HTTP/1.1\r\nHos"))
        assert service.get("/healthz") == (200, "ok\n")
        status, page = service.get("/schools/")
        assert status == 200
        assert "Dora Director" in page


def test_a_body_that_does_not_arrive_in_time_is_refused_and_its_connection_closed(service: Served) -> None:
    with service.sends(HALF) as sending, sending.makefile("rb") as answer:
        said = answer.read()
    assert said.startswith(b"HTTP/1.1 408 ")
    assert said.endswith(b"The request did not arrive in time\n")


@pytest.mark.parametrize("begun", [b"", b"GET /healthz HTTP/1.1\r\nHo"], ids=["nothing sent", "half of the headers"])
def test_a_connection_that_does_not_say_what_it_wants_is_closed(service: Served, begun: bytes) -> None:
    with service.sends(begun) as sending:
        assert sending.recv(1) == b""


A_FILE = b"POST /files/add HTTP/1.1\r\n"
A_FORM = b"POST /concerns/raise HTTP/1.1\r\n"
A_FILE_BY_PROGRAM = b"POST /api/v1/files/add HTTP/1.1\r\n"
TWO_MB = b"Host: x\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 2000000\r\n"
PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="plan.txt"\r\n\r\n'
END = b"\r\n--x--\r\n"
MADE_UP = b"Cookie: sis_session=made-up\r\nAuthorization: Bearer sis_00000000_made-up\r\n"


def answered(service: Served, sent: bytes) -> bytes:
    """The answer to what is sent, be it the whole of a request or not."""
    with service.sends(sent) as sending, sending.makefile("rb") as answer:
        return answer.read()


@pytest.mark.parametrize(
    "begun", [A_FORM, b"POST /api/v1/concerns/raise HTTP/1.1\r\n", b"POST /nowhere HTTP/1.1\r\n"]
)
def test_more_than_is_typed_is_refused_before_it_is_sent_where_no_files_are_taken(
    service: Served, begun: bytes
) -> None:
    said = answered(service, begun + service.signed_in + TWO_MB + b"\r\n")
    assert said.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("who", [b"", MADE_UP], ids=["no session", "a made-up session"])
def test_a_file_is_read_of_nobody(service: Served, who: bytes) -> None:
    page, program = (answered(service, begun + who + TWO_MB + b"\r\n") for begun in (A_FILE, A_FILE_BY_PROGRAM))
    assert page.startswith(b"HTTP/1.1 303 ")
    assert b"\r\nlocation: /sign-in?next=/files/add" in page
    assert program.startswith(b"HTTP/1.1 401 ")


def test_a_file_is_read_of_somebody_who_is_signed_in(service: Served) -> None:
    with service.sends(A_FILE + service.signed_in + TWO_MB + b"Connection: close\r\n\r\n") as sending:
        sending.sendall(PART + bytes(2_000_000 - len(PART) - len(END)) + END)
        with sending.makefile("rb") as answer:
            said = answer.read()
    assert said.startswith(b"HTTP/1.1 400 ")
    assert b"This page was opened before you signed in, or did not come from this service" in said


@pytest.mark.parametrize("begun", [b"POST /sign-in HTTP/1.1\r\n", A_FORM, A_FILE])
def test_a_body_in_chunks_is_no_larger_than_what_is_typed(service: Served, begun: bytes) -> None:
    with service.sends(begun + service.signed_in + b"Host: x\r\nTransfer-Encoding: chunked\r\n\r\n") as sending:
        with suppress(ConnectionError):  # it may be refused before all of it was sent
            sending.sendall(b"180000\r\n" + bytes(0x180000) + b"\r\n0\r\n\r\n")
        assert sending.recv(12) == b"HTTP/1.1 413"


def test_a_header_with_an_underscore_does_not_pass_for_the_one_with_a_hyphen(service: Served) -> None:
    """Which a proxy would have set or taken away."""
    asked = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX_Request_ID: smuggled-in\r\nConnection: close\r\n\r\n"
    with service.sends(asked) as sending, sending.makefile("rb") as answer:
        assert b"smuggled-in" not in answer.read()


def test_the_log_is_a_line_of_json_for_each_event(service: Served) -> None:
    service.get("/healthz?name=Dora")
    lines = [json.loads(line) for line in service.log.read_text().splitlines()]
    assert {"event", "level", "timestamp"} <= set.intersection(*map(set, lines))
    asked = next(line for line in lines if line["event"] == "request" and line["path"] == "/healthz")
    assert asked["status"] == 200
    assert asked["method"] == "GET"
    assert "Dora" not in service.log.read_text()


def test_killed_workers_are_replaced_however_soon_they_die_again(service: Served) -> None:
    for _ in range(2):
        killed = service.workers()
        for worker in killed:
            os.kill(worker, signal.SIGKILL)
        service.until(lambda: not set(killed) & set(service.workers()), "the workers were not replaced")  # noqa: B023
    assert service.get("/healthz") == (200, "ok\n")


def test_a_second_service_at_the_same_port_is_refused(service: Served, tmp_path: Path) -> None:
    database = tmp_path / "other.sqlite"
    command = [sys.executable, "-c", "from web.cli import main; main()", "serve", "--port", str(service.port)]
    second = subprocess.run(
        command,
        env=os.environ | {"SIS_DATABASE_URL": f"sqlite:///{database}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert second.stderr.startswith(f"Error: Cannot listen at 127.0.0.1:{service.port} (Address already in use)")
    assert not database.exists()


def test_a_service_and_each_of_its_workers_wait_for_a_database_that_is_away(tmp_path: Path) -> None:
    with Server(fsync="off") as server, server.database() as url:
        with_views(url)
        server.kill()
        with served(url, tmp_path / "log") as service:

            def has_waited(times: int) -> bool:
                return service.log.read_text().count('"again_in_seconds": 0.5') == times

            service.until(lambda: has_waited(1), "the service did not wait")
            server.start()
            assert service.get("/healthz") == (200, "ok\n")
            server.kill()
            os.kill(service.workers()[0], signal.SIGKILL)
            service.until(lambda: has_waited(2), "the worker did not wait")
            server.start()
            assert service.get("/healthz") == (200, "ok\n")


def test_a_follower_waits_for_a_database_that_is_away(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Server(fsync="off") as server, server.database() as url:
        with_views(url)
        with closing(Services(url)) as services:
            services.prepare_views()
            let_follow(services.log, next(view for view in VIEWS if view.name == "notes"))
            server.kill()
            with running(url, log, "follow"):
                until(lambda: '"again_in_seconds": 0.5' in log.read_text(), "the follower did not wait")
                server.start()
                SampleAuthority(services, Clock()).director()

                def has_followed() -> bool:
                    with services.read_present() as connection:
                        return view_statuses(connection)["notes"].position == services.log.last_position(connection)

                until(has_followed, "the follower did not go on")


def test_what_was_acknowledged_outlives_the_file_of_the_last_changes(
    sqlite_databases: SqliteDatabases, tmp_path: Path
) -> None:
    """Deleted by somebody who tidied up: nothing more is said to be saved, and a restart finds what was."""
    with sqlite_databases.like(with_views) as url:
        with closing(Services(url)) as services:
            services.prepare_views()
            sample = SampleAuthority(services, Clock())
            director, urn = sample.director(), sample.urn(sample.school())
            with services.write() as connection:
                token = tokens.create(connection, director, "tidy", TokenScopes.READ_WRITE, services.now()).secret
        note = {"note_type": "telephone", "heading": "A call", "visible_to": "service", "record": str(urn)}
        with served(url, tmp_path / "log", "--workers", "2") as service:
            service.until(lambda: service.has_started(2), "the workers did not start")
            answers = [service.post("/api/v1/notes/write", {**note, "text": f"{n}"}, token)[0] for n in range(4)]
            Path(f"{url.removeprefix('sqlite:///')}-wal").unlink()
            later = [service.post("/api/v1/notes/write", {**note, "text": f"later {n}"}, token)[0] for n in range(4)]
            assert service.get("/readyz")[0] == 503
        assert (answers, later) == ([201] * 4, [503] * 4)
        with closing(Services(url)) as services, services.read_present() as connection:
            written = [each.text for each in services.store.everything(connection) if isinstance(each, Note.Written)]
        assert written == ["0", "1", "2", "3"]
