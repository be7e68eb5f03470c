"""The SQLite file: durable, safe with several connections."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pysqlite3.dbapi2
import pytest
import sqlalchemy as sa

from projections import database
from projections.database import SAFE_SQLITE, UnsafeSqlite, one_statement, open_database

Engines = tuple[sa.Engine, sa.Engine]


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[Engines]:
    database = open_database(f"sqlite:///{tmp_path / 'service.sqlite'}")
    with database.writer.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE shelf (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("CREATE TABLE book (shelf INTEGER NOT NULL REFERENCES shelf)")
    yield database.writer, database.reader
    database.close()


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 30_000)]
)
def test_each_connection_is_durable_and_keeps_the_keys(
    engines: Engines, which: int, pragma: str, value: object
) -> None:
    engine = engines[which]
    with engine.connect() as one:
        assert one.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
        if engine is engines[1]:
            with engine.connect() as another:
                assert another.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_a_new_file_is_opened_by_many_at_once(tmp_path: Path) -> None:
    """SQLite waits for nobody where a file is to have its first write-ahead log."""

    def opened(number: int) -> int:
        database = open_database(f"sqlite:///{tmp_path / f'{number}.sqlite'}")
        ready.wait(120)
        for engine in (database.writer, database.reader):
            with engine.begin() as connection:
                assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            engine.dispose()
        return 1

    ready = threading.Barrier(8)
    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(opened, [number // 8 for number in range(160)])) == 160


def test_a_key_to_nothing_is_refused(engines: Engines) -> None:
    with pytest.raises(sa.exc.IntegrityError), engines[0].begin() as connection:
        connection.exec_driver_sql("INSERT INTO book VALUES (7)")


def test_the_library_in_use_has_no_wal_reset_bug(engines: Engines) -> None:
    with engines[1].connect() as connection:
        version = connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
    assert tuple(int(part) for part in version.split(".")) >= SAFE_SQLITE


def test_a_library_that_could_corrupt_the_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pysqlite3.dbapi2, "sqlite_version_info", (3, 51, 2))
    with pytest.raises(UnsafeSqlite):
        open_database(f"sqlite:///{tmp_path / 'service.sqlite'}")


def test_a_writer_takes_the_lock_at_once_and_another_program_waits(
    tmp_path: Path, engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    another = open_database(f"sqlite:///{tmp_path / 'service.sqlite'}")
    other = another.writer
    with engines[0].begin(), pytest.raises(sa.exc.OperationalError, match="locked"), other.begin():
        pass
    with other.begin() as connection:
        connection.exec_driver_sql("INSERT INTO shelf VALUES (1)")
    another.close()


def test_threads_of_one_program_queue_to_write(engines: Engines) -> None:
    writer, _ = engines
    began = threading.Event()

    def write() -> None:
        began.set()
        with writer.begin() as connection:
            connection.exec_driver_sql("INSERT INTO shelf VALUES (2)")

    with writer.begin() as connection:
        connection.exec_driver_sql("INSERT INTO shelf VALUES (1)")
        thread = threading.Thread(target=write)
        thread.start()
        assert began.wait(timeout=120)
    thread.join(timeout=120)
    with engines[1].connect() as connection:
        assert connection.exec_driver_sql("SELECT id FROM shelf ORDER BY id").scalars().all() == [1, 2]


def test_a_reader_sees_one_state_however_long_it_reads(engines: Engines) -> None:
    writer, reader = engines
    count = "SELECT count(*) FROM shelf"
    with reader.connect() as reading:
        assert reading.exec_driver_sql(count).scalar() == 0
        with writer.begin() as writing:
            writing.exec_driver_sql("INSERT INTO shelf VALUES (1)")
        assert reading.exec_driver_sql(count).scalar() == 0
    with reader.connect() as reading:
        assert reading.exec_driver_sql(count).scalar() == 1


def test_a_single_question_is_asked_without_a_transaction(engines: Engines) -> None:
    writer, reader = engines
    with one_statement(reader).connect() as reading:
        assert reading.exec_driver_sql("SELECT count(*) FROM shelf").scalar() == 0
        assert not reading.connection.driver_connection.in_transaction  # type: ignore[union-attr]  # a live connection
        with writer.begin() as writing:
            writing.exec_driver_sql("INSERT INTO shelf VALUES (1)")
        assert reading.exec_driver_sql("SELECT count(*) FROM shelf").scalar() == 1


def test_what_was_begun_and_failed_is_undone(engines: Engines) -> None:
    def fail() -> None:
        with engines[0].begin() as connection:
            connection.exec_driver_sql("INSERT INTO shelf VALUES (1)")
            connection.exec_driver_sql("CREATE TABLE half (done)")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    with engines[1].connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM shelf").scalar() == 0
        assert "half" not in sa.inspect(connection).get_table_names()
