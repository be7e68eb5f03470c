"""Holds an authority still while the last of it is copied, and sees to it that nobody writes at its old place after.

A process that has not yet heard of the move answers, as for a lost database, that the service is busy: nothing that
was acknowledged is left behind.
"""

from __future__ import annotations

import sqlalchemy as sa

from projections.event_log import LOG_TABLES, SqlLog
from projections.event_log.faults import MOVED
from web.runtime.moved_away import MARK
from web.runtime.tables import DOOR_TABLES

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
