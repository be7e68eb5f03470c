"""Opens the database: an embedded SQLite file with full durability, or PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2
import sqlalchemy as sa

from projections.database_file import locked, make_database_file, use
from projections.driver import run

SAFE_SQLITE = (3, 51, 3)
"""From this version on SQLite has no WAL-reset bug, which could corrupt a file with several connections."""

DRIVERS = frozenset({"sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg"})

BUSY_SECONDS = 30
CONNECT_SECONDS = 2
"""How long a PostgreSQL server may take to answer before the next one of the address is tried."""

SCHEMA = "SELECT current_schema()"


class UnsafeSqlite(RuntimeError):
    """The SQLite library at hand could corrupt the file under several connections."""


class NotADatabase(ValueError):
    """The address names neither a SQLite file nor a PostgreSQL database."""


class NoDatabase(FileNotFoundError):
    """There is no file at the address of a database that is only to be read."""


@dataclass(frozen=True)
class Database:
    """The ways to one database, each for a purpose of its own; `close()` lets go of all connections.

    A `writer`'s transactions may change things. A `reader` sees one moment and locks nothing; it may be a replica.
    Never behind what was saved, as a replica is: the `primary`, which a command asks single questions, each a
    transaction of its own, and `snapshot`, where many questions see one and the same moment.
    """

    writer: sa.Engine
    reader: sa.Engine
    primary: sa.Engine
    snapshot: sa.Engine
    uses: list[int] = field(default_factory=list)
    """The descriptor by which others see that the file is used, until `close()`."""

    def close(self) -> None:
        """Close the connections that nobody uses."""
        for engine in (self.writer, self.reader, self.primary):
            engine.dispose()
        while self.uses:
            os.close(self.uses.pop())


def address_of(url: str) -> sa.URL:
    """A SQLAlchemy address of a SQLite file or a PostgreSQL database. Raises NotADatabase for anything else."""
    try:
        address = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise NotADatabase(f"{url.partition('://')[0] or 'nothing'}... is no address of a database") from None
    if address.drivername not in DRIVERS:
        raise NotADatabase(f"{address.drivername} is neither sqlite nor postgresql")
    if address.get_backend_name() == "sqlite" and (not address.database or address.query or address.host):
        raise NotADatabase("a SQLite address has four strokes before its path, and nothing after it")
    return address


def open_database(url: str, *, replica_url: str | None = None, to_read: bool = False) -> Database:
    """The database at a SQLAlchemy address; readings go to the replica where there is one.

    A SQLite file is made where there is none, for its owner alone, with its folder; a database that is opened only
    `to_read` is neither made nor changed.
    A PostgreSQL address may name several hosts of which only the one that takes writes is used
    (`?host=a:5432&host=b:5432&target_session_attrs=read-write`).
    Raises UnsafeSqlite for a SQLite library with the WAL-reset bug, NotADatabase for an address of another kind,
    NoDatabase where there is nothing to read, OSError where a file cannot be made.
    """
    address = address_of(url)
    if address.get_backend_name() == "sqlite":
        return _open_sqlite(address, to_read=to_read)
    return _open_postgresql(address, address_of(replica_url) if replica_url else address, to_read=to_read)


def one_statement(reader: sa.Engine) -> sa.Engine:
    """The reader for connections that ask a single question, and need no transaction to be consistent."""
    if reader.dialect.name == "postgresql":
        return reader.execution_options(isolation_level="AUTOCOMMIT")
    return reader.execution_options(**{_ONE_STATEMENT: True})


@contextmanager
def unless_busy(primary: sa.Engine) -> Iterator[sa.Connection | None]:
    """A connection to write a little without waiting for anybody; None where somebody else is writing to the file."""
    with primary.connect() as connection:
        if connection.dialect.name != "sqlite":
            yield connection
            return
        run(connection, "PRAGMA busy_timeout = 0")
        try:
            if _is_begun(connection):
                yield connection
                still_in_place(connection)()
                run(connection, "COMMIT")
            else:
                yield None
        except BaseException:
            with suppress(sa.exc.DBAPIError):
                run(connection, "ROLLBACK")
            raise
        finally:
            run(connection, f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")


def _is_begun(connection: sa.Connection) -> bool:
    try:
        run(connection, "BEGIN IMMEDIATE")
    except sa.exc.OperationalError as error:
        if getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
            return False
        raise
    return True


@contextmanager
def alone(writer: sa.Engine, work: str, busy: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Let only one process of the deployment at a time do this work on this database.

    `busy` is called once when another process is at it, before waiting for that one to end.
    The lock goes with the process that holds it, however it ends.
    """
    if writer.dialect.name == "postgresql":
        with writer.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            key = f"{connection.exec_driver_sql(SCHEMA).scalar()} {work}"
            asked = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
            try:
                if not connection.exec_driver_sql(asked, (key,)).scalar():
                    busy()
                    connection.exec_driver_sql("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (key,))
                yield
            finally:
                # The lock ends with its connection, also where the work or the connection itself has failed.
                connection.invalidate()
    else:
        with locked(f"{writer.url.database}.{work}-lock", busy):
            yield


_FILE = "sis_file"
"""Where a connection remembers which files it has open."""

Identities = tuple[tuple[int, int] | None, tuple[int, int] | None]

_ONE_STATEMENT = "sis_one_statement"

_AS_MANY_AS_ASK = 0
"""The pool's size for a connection to each thread that wants one at the moment; all are kept, for opening is dear."""


def _open_sqlite(address: sa.URL, *, to_read: bool) -> Database:
    if pysqlite3.dbapi2.sqlite_version_info < SAFE_SQLITE:
        raise UnsafeSqlite(pysqlite3.dbapi2.sqlite_version)
    path = Path(address.database or "")
    if not to_read:
        make_database_file(path)
    elif not path.is_file():
        raise NoDatabase(f"There is no database {path}")
    options: dict[str, Any] = {"module": pysqlite3.dbapi2, "connect_args": {"timeout": BUSY_SECONDS}}
    # One writing connection per process: threads queue for it in order, where SQLite would have them poll.
    writer = sa.create_engine(address, pool_size=1, max_overflow=0, pool_timeout=BUSY_SECONDS, **options)
    reader = sa.create_engine(address, pool_size=_AS_MANY_AS_ASK, **options)
    for engine, begin in ((writer, "BEGIN IMMEDIATE"), (reader, "BEGIN")):
        sa.event.listen(engine, "do_connect", partial(_to_existing_file, path))
        if not to_read:
            sa.event.listen(engine, "first_connect", partial(_on_first_connect, f"{address.database}.open-lock"))
        sa.event.listen(engine, "connect", partial(_on_connect, to_read=to_read))
        sa.event.listen(engine, "connect", partial(_remember_file, path))
        sa.event.listen(engine, "checkout", partial(_reopen_if_displaced, path))
        sa.event.listen(engine, "begin", partial(_on_begin, begin))
    sa.event.listen(writer, "commit", must_be_in_place)
    uses = [] if to_read else [use(path)]
    return Database(writer, reader, one_statement(reader), reader, uses=uses)


def _to_existing_file(path: Path, _dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> None:
    # A connection that comes later makes no file in place of one that has gone, open to whomever the umask lets in.
    arguments[0] = f"{path.absolute().as_uri()}?mode=rw"
    options["uri"] = True


def _on_first_connect(lock: str, connection: Any, _: Any) -> None:
    # A file keeps its mode; but while it is to get it, SQLite waits for nobody else who has it open.
    with locked(lock):
        connection.execute("PRAGMA journal_mode = WAL").close()


def _on_connect(connection: Any, _: Any, *, to_read: bool) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    if to_read:
        cursor.execute("PRAGMA query_only = ON")
    cursor.close()


class FileDisplaced(Exception):
    """Another file, or none, is at the place of the one that is open."""


def must_be_in_place(connection: sa.Connection) -> None:
    """Raises OperationalError of FileDisplaced where what is committed goes into a file that nobody will find."""
    still_in_place(connection)()


def still_in_place(connection: sa.Connection) -> Callable[[], None]:
    """To be called once the connection has committed, before anybody is told: see must_be_in_place."""
    opened, path = connection.info.get(_FILE), connection.engine.url.database

    def must_be() -> None:
        if opened is not None and path is not None and _identities(Path(path)) != opened:
            raise sa.exc.OperationalError(None, None, FileDisplaced("another file is at the place of the database"))

    return must_be


def _identities(path: Path) -> Identities:
    """Which files hold the database: it itself, and what was committed and is not in it yet (SQLite's `-wal`)."""
    return _identity(path), _identity(path.with_name(f"{path.name}-wal"))


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _remember_file(path: Path, connection: Any, record: Any) -> None:
    # Once something was read SQLite has both files open, and keeps them while it has the connection.
    connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").close()
    record.info[_FILE] = _identities(path)


def _reopen_if_displaced(path: Path, _: Any, record: Any, __: Any) -> None:
    # Where only the `-wal` is gone, who has it open can still read, and nobody else could: it stays open.
    if record.info[_FILE][0] != _identity(path):
        raise sa.exc.DisconnectionError("another file is at the place of the database")


def _on_begin(begin: str, connection: sa.Connection) -> None:
    if not connection.get_execution_options().get(_ONE_STATEMENT):
        run(connection, begin)


def _open_postgresql(address: sa.URL, replica: sa.URL, *, to_read: bool) -> Database:
    pool, options = {"pool_size": _AS_MANY_AS_ASK}, _postgresql_options(address)
    # A lost connection is told from the failed command itself: asking first would cost each command a round trip.
    writer = sa.create_engine(address, isolation_level="READ COMMITTED", connect_args=options, **pool)
    # psycopg ends a standby's or a reader's transaction without a word; what was read stays one moment's.
    reader = sa.create_engine(
        replica,
        isolation_level="REPEATABLE READ",
        pool_pre_ping=True,
        connect_args=_postgresql_options(replica),
        **pool,
    )
    # Connections of its own: to turn those of another engine to and fro takes longer than most questions.
    primary = sa.create_engine(
        address, isolation_level="AUTOCOMMIT", skip_autocommit_rollback=True, connect_args=options, **pool
    )
    if to_read:
        for engine in (writer, reader, primary):
            sa.event.listen(engine, "connect", _keep_from_changes)
    return Database(writer, reader, primary, writer.execution_options(isolation_level="REPEATABLE READ"))


def _keep_from_changes(connection: Any, _: Any) -> None:
    # Not among the options of the address: the server would be taken for a standby (target_session_attrs=read-write).
    connection.execute("SET default_transaction_read_only = on")
    connection.commit()


def _postgresql_options(address: sa.URL) -> dict[str, Any]:
    given = address.query.get("options", "")
    return {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "sis",
        "options": f"{given if isinstance(given, str) else ' '.join(given)} -c timezone=UTC".strip(),
    }
