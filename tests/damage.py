"""What no release of the service does to its log: events that this one cannot read, and rows changed by hand."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from projections.event_log import EVENTS

UNGUARD = {
    "sqlite": ["DROP TRIGGER events_are_not_changed", "DROP TRIGGER events_are_not_removed"],
    "postgresql": ["ALTER TABLE events DISABLE TRIGGER USER"],
}


def write_strange_event(writer: sa.Engine, **columns: object) -> int:
    """Write an event as a release of another day might: the last one but for these columns, on a record of its own.
    On PostgreSQL some positions before it stay unused. Returns its position."""
    with writer.begin() as connection:
        last = connection.execute(EVENTS.select().order_by(EVENTS.c.position.desc())).mappings().first()
        assert last is not None
        new = {"position": _next(connection, last["position"]), "stream_id": uuid4(), "event_id": uuid4()}
        row = {**last, "version": 1, **new, **columns}
        connection.execute(EVENTS.insert().values(**row))
    position: int = row["position"]
    return position


def _next(connection: sa.Connection, last: int) -> int:
    if connection.dialect.name == "sqlite":
        return last + 1
    drawn = [connection.execute(sa.text("SELECT nextval('events_position_seq')")).scalar_one() for _ in range(5)]
    return int(drawn[-1])


def damage(writer: sa.Engine, position: int, **columns: Any) -> None:
    """Change a row of the log past the triggers that guard it; a value in SQL is given as `sa.text`."""
    with writer.begin() as connection:
        for statement in UNGUARD[connection.dialect.name]:
            connection.exec_driver_sql(statement)
        done = connection.execute(EVENTS.update().where(EVENTS.c.position == position).values(**columns))
        assert done.rowcount == 1
