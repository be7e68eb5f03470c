"""Moves an authority to another database: most is copied while it is served, the rest while it is closed.

Called again after it was broken off, at whatever point, it goes on from there. Until the directory points to the new
place the old one is whole; once nobody may write at the old one, the new one is whole and proven.

A process that has not yet heard of the move answers, as for a lost database, that the service is busy: nothing that
was acknowledged is left behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import sqlalchemy as sa

from projections.database import Database
from projections.event_log import LOG_TABLES, SqlLog, open_log
from projections.event_log.faults import MOVED
from projections.following import let_follow
from projections.view_status import view_statuses
from web.authorities import places
from web.authorities.copying import LogCopy, Progress, Proof, compare_tables, copy_tables
from web.authorities.directory import Directory, DirectoryEntry, DirectoryRefusal
from web.runtime.migrate import MARK, moved_to, upgrade
from web.runtime.services import Services
from web.runtime.tables import DOOR_TABLES

LEASE = timedelta(seconds=60)
"""So long an authority stays closed after a move was killed."""

RENEWED_EVERY = 15.0
"""Seconds."""

HEARD_WITHIN = 2.0
"""Seconds in which every process of the deployment has heard that an authority is closed."""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Moved:
    """What came of a move: the log as it was proven, the rows of other tables, and the place left behind."""

    proof: Proof
    tables: dict[str, int]
    left: str


def move(
    directory: Directory,
    name: str,
    to: str,
    *,
    tell: Tell = lambda _: None,
    progress: Progress = lambda _: None,
    heard_within: float = HEARD_WITHIN,
) -> Moved:
    """Move an authority. `tell` is told each step, `progress` the positions copied.

    Raises DirectoryRefusal where it cannot go there, CopyDiffers where what arrived is not what was sent.
    """
    authority = directory.named(name)
    _refuse(authority, to)
    directory.begin_move(name, to)
    places.make(to)
    with ExitStack() as stack:
        old, new = (stack.enter_context(places.open_place(url)) for url in (authority.database_url, to))
        source, target = _log(old), _log(new)
        copy = LogCopy(source, target, progress)
        tell("Copying the log")
        copy.advance()
        with _closed(directory, name, heard_within):
            tell("Closed; copying the rest")
            tables = _settle(source, target, copy, to, tell)
            directory.end_move(name, to)
    return Moved(copy.read, tables, authority.database_url)


def _settle(source: SqlLog, target: SqlLog, copy: LogCopy, to: str, tell: Tell) -> dict[str, int]:
    with source.writer.begin() as held:
        hold_still(source, held)
        gone = moved_to(held)
        _refuse_elsewhere(gone, to)
        copy.finish(held)
        with target.writer.begin() as writing:
            if gone is None:
                copy_tables(held, writing)
            tables = compare_tables(held, writing)
        tell("Checked; filling the views")
        _fill_views(to, {name for name, status in view_statuses(held).items() if status.follows})
        if gone is None:
            retire(held, to)
    return tables


def _fill_views(to: str, follow: set[str]) -> None:
    with closing(Services(to)) as services:
        services.prepare_views()
        for view in services.follower.views:
            if view.name in follow:
                let_follow(services.log, view)


@contextmanager
def _closed(directory: Directory, name: str, heard_within: float) -> Iterator[None]:
    """No request is let through meanwhile; those who were let through before are given time to end."""
    over = Event()

    def keep_closed() -> None:
        while not over.wait(RENEWED_EVERY):
            directory.close_until(name, datetime.now(UTC) + LEASE)

    directory.close_until(name, datetime.now(UTC) + LEASE)
    renewing = Thread(target=keep_closed, daemon=True)
    renewing.start()
    try:
        over.wait(heard_within)
        yield
    finally:
        over.set()
        renewing.join()
        directory.close_until(name, None)


def _log(database: Database) -> SqlLog:
    upgrade(database.writer)
    return open_log(database)


def _refuse(authority: DirectoryEntry, to: str) -> None:
    if places.is_same_place(authority.database_url, to):
        raise DirectoryRefusal(f"{authority.name} is there already")
    begun = authority.moving_to
    if begun is not None and places.is_same_place(begun, to):
        return
    if begun is not None and not places.is_empty(begun):
        raise DirectoryRefusal(
            f"{authority.name} is on its way to {places.printable(begun)}: "
            "move it there, or remove what arrived there"
        )
    if not places.is_empty(to):
        raise DirectoryRefusal(
            "There is something at that place already: name an empty one, in a PostgreSQL database that holds other "
            f"things a schema of its own ({places.printable(to).partition('?')[0]}?options=-csearch_path%3Dsis_"
            f"{authority.name.replace('-', '_')})"
            if places.schema_of(to) is not None
            else "There is something at that place already: name a file that is not there yet"
        )


def _refuse_elsewhere(gone: str | None, to: str) -> None:
    if gone is not None and not places.is_same_place(gone, to):
        raise DirectoryRefusal(f"It went to {places.printable(gone)}: move it there")


TABLES = tuple(table.name for table in (*LOG_TABLES.sorted_tables, *DOOR_TABLES.sorted_tables))

_REFUSE = f"""
CREATE FUNCTION refuse_as_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE cannot_connect_now USING MESSAGE = '{MOVED}';
END
$$
"""

_GUARD_SQLITE = f"""
CREATE TRIGGER moved_{{verb}}_{{table}} BEFORE {{verb}} ON {{table}}
BEGIN SELECT RAISE(ABORT, '{MOVED}'); END
"""
_GUARDS = {
    "postgresql": [
        "CREATE TRIGGER a_moved BEFORE INSERT OR UPDATE OR DELETE ON {table} EXECUTE FUNCTION refuse_as_moved()"
    ],
    "sqlite": [_GUARD_SQLITE.replace("{verb}", verb) for verb in ("INSERT", "UPDATE", "DELETE")],
}
"""SQLite calls this a broken rule, PostgreSQL a fault: by what they say both are told apart from other errors
(projections.event_log.faults)."""


def hold_still(log: SqlLog, connection: sa.Connection) -> None:
    """Let nobody append to the log or write to the web layer's tables until this transaction ends."""
    log.hold_still(connection)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"LOCK TABLE {', '.join(TABLES)} IN SHARE ROW EXCLUSIVE MODE")


def retire(connection: sa.Connection, place: str) -> None:
    """Refuse whatever would be written here from now on, as the authority is at another place."""
    MARK.create(connection)
    connection.execute(MARK.insert().values(place=place))
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_REFUSE)
    for table in TABLES:
        for guard in _GUARDS[connection.dialect.name]:
            connection.exec_driver_sql(guard.replace("{table}", table))
