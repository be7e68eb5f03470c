"""How each view stands to the log: kept in step inline, following, or stopped by an event that it cannot take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from projections.tables import EVENTS, GENERATIONS, VIEWS
from projections.view import View


@dataclass(frozen=True)
class ViewStatus:
    """How one view stands (tables.VIEWS); `fingerprint` is of the code that filled it."""

    name: str
    fingerprint: str
    follows: bool
    position: int
    stopped_at: int | None
    error: str | None

    def is_of(self, view: View) -> bool:
        """Whether the view as it is now filled the tables."""
        return self.fingerprint == view.fingerprint


def view_statuses(connection: sa.Connection) -> dict[str, ViewStatus]:
    """How every view stands, by name."""
    return {row.name: ViewStatus(*row) for row in connection.execute(VIEWS.select())}


def generation(connection: sa.Connection) -> int:
    """The number of the last change; 0 before the first."""
    return connection.execute(sa.select(sa.func.max(GENERATIONS.c.number))).scalar() or 0


def count_after(connection: sa.Connection, position: int) -> int:
    """How many events stand after a position, of which PostgreSQL leaves some unused."""
    after = sa.select(sa.func.count()).select_from(EVENTS).where(EVENTS.c.position > position)
    return connection.execute(after).scalar_one()


def count_to(connection: sa.Connection, position: int) -> int:
    """How many events stand up to a position."""
    to = sa.select(sa.func.count()).select_from(EVENTS).where(EVENTS.c.position <= position)
    return connection.execute(to).scalar_one()


def is_behind(connection: sa.Connection, position: int | None) -> bool | None:
    """Whether a view that follows has not taken yet what was saved up to a position; for None, all that was saved.

    The answer is None where the connection sees no event at that position.
    """
    last = sa.select(sa.func.max(EVENTS.c.position)).scalar_subquery()
    to = last if position is None else sa.literal(position)
    lags = VIEWS.c.follows & VIEWS.c.stopped_at.is_(None) & (VIEWS.c.position < to)
    asked = sa.select(sa.exists().where(EVENTS.c.position == to), sa.exists().where(lags))
    is_there, is_lagging = connection.execute(asked).one()
    return bool(is_lagging) if is_there else None


def behind_since(connection: sa.Connection) -> dict[str, datetime]:
    """The views that follow and have not taken all of the log yet: by name, when the first event that each lacks was
    recorded. One that is stopped is told by its status."""
    lacking = (
        sa.select(EVENTS.c.recorded_at)
        .where(EVENTS.c.position > VIEWS.c.position)
        .order_by(EVENTS.c.position)
        .limit(1)
        .scalar_subquery()
    )
    asked = sa.select(VIEWS.c.name, lacking).where(VIEWS.c.follows & VIEWS.c.stopped_at.is_(None))
    return {name: since for name, since in connection.execute(asked) if since is not None}


def filled(connection: sa.Connection, views: Sequence[View], position: int) -> None:
    """The tables of these views are what all events up to a position make them."""
    _one_at_a_time(connection)
    known = view_statuses(connection)
    for view in views:
        changed = {"fingerprint": view.fingerprint, "position": position, "stopped_at": None, "error": None}
        if view.name in known:
            connection.execute(VIEWS.update().where(VIEWS.c.name == view.name).values(changed))
        else:
            connection.execute(VIEWS.insert().values(name=view.name, follows=False, **changed))
    _changed(connection, "filled: " + ", ".join(view.name for view in views))


def stop(connection: sa.Connection, name: str, position: int, error: str) -> None:
    """A view cannot take the event at a position; the others go on. What stopped it first is kept."""
    _one_at_a_time(connection)
    goes_on = (VIEWS.c.name == name) & VIEWS.c.stopped_at.is_(None)
    connection.execute(VIEWS.update().where(goes_on).values(stopped_at=position, error=error))
    _changed(connection, f"stopped: {name}")


def resume(connection: sa.Connection, name: str) -> None:
    """Let a following view try again the event that stopped it."""
    _one_at_a_time(connection)
    connection.execute(VIEWS.update().where(VIEWS.c.name == name).values(stopped_at=None, error=None))
    _changed(connection, f"resumed: {name}")


def set_following(connection: sa.Connection, name: str, follows: bool, position: int) -> None:
    """Let a view follow from a position on, or be kept in step inline from there on."""
    _one_at_a_time(connection)
    connection.execute(VIEWS.update().where(VIEWS.c.name == name).values(follows=follows, position=position))
    _changed(connection, f"{'follows' if follows else 'inline'}: {name}")


def schools_merged(connection: sa.Connection, number: int) -> None:
    """So many schools went into others: whoever knows which did has to look again."""
    _one_at_a_time(connection)
    _changed(connection, f"schools merged: {number}")


def hold(connection: sa.Connection, name: str) -> None:
    """Let nobody else change how a view stands until this transaction ends. First of all: whoever brings a view
    forward and whoever puts new tables in its place would else wait for each other."""
    connection.execute(VIEWS.update().where(VIEWS.c.name == name).values(name=name))


def moved(connection: sa.Connection, name: str, old: int, new: int) -> bool:
    """Say that a following view was brought from one position to another; False if somebody else did so before."""
    is_there = (VIEWS.c.name == name) & (VIEWS.c.position == old) & VIEWS.c.follows & VIEWS.c.stopped_at.is_(None)
    return connection.execute(VIEWS.update().where(is_there).values(position=new)).rowcount == 1


def _one_at_a_time(connection: sa.Connection) -> None:
    """Each change has a number of its own. SQLite lets one transaction write at a time anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(current_schema()::regnamespace::oid::int, -1)")


def _changed(connection: sa.Connection, what: str) -> None:
    number = generation(connection) + 1
    connection.execute(GENERATIONS.insert().values(number=number, changed_at=datetime.now(UTC), what=what))
