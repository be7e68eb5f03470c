"""The tests' PostgreSQL is a real one: it survives a kill, is followed by a standby, and leaves with the tests."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from tests.postgresql import Server
from tests.postgresql_programs import ABSENT, Failed, binaries

pytestmark = pytest.mark.skipif(binaries() is None, reason=ABSENT)


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that the test may kill, and that keeps what it acknowledged."""
    with Server() as server:
        yield server


def state(process: int) -> str | None:
    """What a process is doing, None where it has ended."""
    try:
        found = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return None
    return None if found == "Z" else found


def children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def test_each_database_is_empty_and_its_own(postgresql: Server, postgresql_database: str) -> None:
    with postgresql.database() as other:
        for url in (postgresql_database, other):
            engine = sa.create_engine(url)
            with engine.begin() as connection:
                assert sa.inspect(connection).get_table_names() == []
                connection.exec_driver_sql("CREATE TABLE notes (line TEXT)")
            engine.dispose()
            assert (engine.url.database,) in postgresql.execute("SELECT datname FROM pg_database")


def test_a_database_is_gone_after_its_test_whoever_still_uses_it(postgresql: Server) -> None:
    with postgresql.database() as url:
        left_open = psycopg.connect(url.replace("+psycopg", ""))
    assert (sa.make_url(url).database,) not in postgresql.execute("SELECT datname FROM pg_database")
    with pytest.raises(psycopg.OperationalError):
        left_open.execute("SELECT 1")
    left_open.close()


def test_a_database_can_be_made_like_another(postgresql: Server) -> None:
    with postgresql.database() as model:
        name = str(sa.make_url(model).database)
        postgresql.execute("CREATE TABLE notes AS SELECT 'kept' AS line", database=name)
        with postgresql.database(name) as copy:
            copied = str(sa.make_url(copy).database)
            assert postgresql.execute("SELECT line FROM notes", database=copied) == [("kept",)]


def test_text_sorts_by_code_point_and_any_letter_has_its_case(postgresql: Server) -> None:
    letters = "SELECT string_agg(letter, '' ORDER BY letter), lower('É') FROM unnest(ARRAY['é', 'a', 'Z']) AS letter"
    assert postgresql.execute(letters) == [("Zaé", "é")]


def test_what_was_written_before_a_kill_is_there_after_the_next_start(server: Server) -> None:
    server.execute("CREATE TABLE notes AS SELECT 'kept' AS line")
    family = server.processes
    assert len(family) > 3
    server.kill()
    assert [state(process) for process in family] == [None] * len(family)
    with pytest.raises(psycopg.OperationalError):
        server.execute("SELECT 1")
    server.start()
    assert server.execute("SELECT line FROM notes") == [("kept",)]


def test_it_can_be_stopped_while_clients_are_there_and_started_again(server: Server) -> None:
    with psycopg.connect(server.url().replace("+psycopg", "")) as client:
        client.execute("SELECT 1")
        server.stop()
        with pytest.raises(psycopg.OperationalError):
            client.execute("SELECT 1")
    assert server.start().execute("SELECT 1") == [(1,)]


def test_settings_hold_at_once_or_from_the_next_start(server: Server) -> None:
    assert server.execute("SHOW fsync") == [("on",)]
    server.configure(fsync="off", max_connections=17)
    server.stop()
    server.start()
    assert server.execute("SELECT current_setting('fsync'), current_setting('max_connections')") == [("off", "17")]


def test_a_server_that_cannot_start_says_why() -> None:
    server = Server(max_connections="many")
    with pytest.raises(Failed, match="max_connections"):
        server.start()
    server.close()
    assert not server.folder.exists()


def test_a_standby_follows_and_takes_over_when_its_primary_is_killed(server: Server) -> None:
    server.configure(synchronous_standby_names="reserve", synchronous_commit="remote_apply")
    server.execute("SET synchronous_commit = local; CREATE TABLE notes (line TEXT)")
    with server.basebackup("reserve") as standby:
        server.execute("INSERT INTO notes VALUES ('followed')")
        assert standby.execute("SELECT line FROM notes") == [("followed",)]
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            standby.execute("DELETE FROM notes")
        server.kill()
        standby.configure(synchronous_standby_names="")
        standby.promote()
        standby.execute("INSERT INTO notes VALUES ('taken over')")
        assert standby.execute("SELECT line FROM notes") == [("followed",), ("taken over",)]


def test_a_server_goes_with_a_session_that_is_killed() -> None:
    program = """
from tests.postgresql import QUICK, Server
server = Server(**QUICK).start()
print(server.processes[0], server.folder, flush=True)
input()
"""
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as session:
        assert session.stdout
        pid, folder = session.stdout.readline().decode().split()
        ends = [os.pidfd_open(process) for process in children(session.pid)]
        assert int(pid) in children(session.pid)
        session.kill()
    for end in ends:
        assert select.select([end], [], [], 20)[0] == [end]
        os.close(end)
    assert state(int(pid)) is None
    assert not Path(folder).exists()
