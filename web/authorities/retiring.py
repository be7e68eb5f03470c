"""Holds an authority still while the last of it is copied, and sees to it that nobody writes at its old place after.

A process that has not yet heard of the move answers, as for a lost database, that the service is busy: nothing that
was acknowledged is left behind.
"""

from __future__ import annotations

import sqlalchemy as sa

from projections.event_log import LOG_TABLES, SqlLog
from web.runtime.tables import DOOR_TABLES

MARK = sa.Table("moved_away", sa.MetaData(), sa.Column("place", sa.Text, nullable=False))
"""Says where the authority went."""

TABLES = tuple(table.name for table in (*LOG_TABLES.sorted_tables, *DOOR_TABLES.sorted_tables))

_REFUSE = """
CREATE FUNCTION refuse_as_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE cannot_connect_now USING MESSAGE = 'the authority has moved to another place';
END
$$
"""

_GUARD_SQLITE = """
CREATE TRIGGER moved_{verb}_{table} BEFORE {verb} ON {table}
BEGIN SELECT json('the authority has moved to another place'); END
"""
_GUARDS = {
    "postgresql": [
        "CREATE TRIGGER a_moved BEFORE INSERT OR UPDATE OR DELETE ON {table} EXECUTE FUNCTION refuse_as_moved()"
    ],
    "sqlite": [_GUARD_SQLITE.replace("{verb}", verb) for verb in ("INSERT", "UPDATE", "DELETE")],
}
"""In SQLite the trigger reads JSON that is none: this is told as a fault of the database, as PostgreSQL tells it, and
not as a rule that was broken."""


def hold_still(log: SqlLog, connection: sa.Connection) -> None:
    """Let nobody append to the log or write at the door until this transaction ends."""
    log.hold_still(connection)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"LOCK TABLE {', '.join(TABLES)} IN SHARE ROW EXCLUSIVE MODE")


def moved_to(connection: sa.Connection) -> str | None:
    """Where the authority went from here, None while it is here."""
    if not sa.inspect(connection).has_table(MARK.name):
        return None
    return connection.execute(sa.select(MARK.c.place)).scalar()


def retire(connection: sa.Connection, place: str) -> None:
    """Refuse whatever would be written here from now on, as the authority is at another place."""
    MARK.create(connection)
    connection.execute(MARK.insert().values(place=place))
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_REFUSE)
    for table in TABLES:
        for guard in _GUARDS[connection.dialect.name]:
            connection.exec_driver_sql(guard.replace("{table}", table))
