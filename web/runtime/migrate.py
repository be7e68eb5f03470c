"""Brings a database, empty or of an earlier day, to the schema that the code expects; or says why it cannot be used,
as where an authority has moved away (web.authorities.moving)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import migrations
from projections.database import NoDatabase, open_database
from projections.event_log import EVENTS, LOG_TABLES
from projections.view import VIEW_TABLES
from web.runtime.tables import DOOR_TABLES

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' upgrade', 0))"


def is_migrated(name: str | None, kind: str, _: Mapping[str, str | None]) -> bool:
    """Whether migrations own what has this name: a view makes its tables itself."""
    return kind != "table" or name not in VIEW_TABLES.tables


OPTIONS: Mapping[str, Any] = {
    "target_metadata": [LOG_TABLES, DOOR_TABLES],
    "include_name": is_migrated,
    "compare_type": True,
}
"""How Alembic looks at a database of the service."""


def alembic_config() -> Config:
    """Alembic's settings, made here so that no file is needed where the service runs."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__path__[0])).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


class Unfit(RuntimeError):
    """This release cannot use the database as it is; the message says why, and the way on."""


def refuse_unfit(url: str, *, to_read: bool = False) -> None:
    """Look at a database, and change nothing: raises Unfit for one of another program or of a newer release.

    One that is only `to_read` must have been made by this release, or upgraded to it, and its authority must not have
    moved elsewhere: raises Unfit or NoDatabase.
    """
    try:
        database = open_database(url, to_read=True)
    except NoDatabase:
        if to_read:
            raise
        return
    try:
        with database.primary.connect() as connection:
            _refuse_unfit(connection, to_read=to_read)
    finally:
        database.close()


def refuse_foreign(connection: sa.Connection, ours: str) -> None:
    """Raises Unfit where there are tables, and the one that we make first is not among them."""
    tables = sa.inspect(connection).get_table_names()
    if tables and ours not in tables:
        raise Unfit(
            f"The database {connection.engine.url.render_as_string()} holds the tables of another program "
            f"({', '.join(sorted(tables)[:3])}): name an empty one, or one of this service"
        )


def refuse_moved(connection: sa.Connection) -> None:
    """Raises Unfit where the authority has moved to another place."""
    if told := of_move(connection):
        raise Unfit(told)


def _refuse_unfit(connection: sa.Connection, *, to_read: bool) -> None:
    refuse_foreign(connection, EVENTS.name)
    if to_read:
        refuse_moved(connection)
    steps = ScriptDirectory.from_config(alembic_config())
    present = set(MigrationContext.configure(connection).get_current_heads())
    known = {step.revision for step in steps.walk_revisions()}
    if present - known:
        raise Unfit(
            f"The database is of a newer release of the service ({', '.join(sorted(present - known))}): use that "
            "release, or the backup that was made before the upgrade"
        )
    if to_read and present != set(steps.get_heads()):
        raise Unfit(
            "The database is empty, or of an older release of the service: make a backup, then let `sis serve` of "
            "this release bring it up to date"
        )


def upgrade(writer: sa.Engine) -> None:
    """Bring the database to the newest schema: all steps or none, and no two upgrades at once.

    `writer` is the engine whose transactions, in SQLite, take the write lock at once (projections.database).
    """
    config = alembic_config()
    with writer.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(_ONE_AT_A_TIME)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


MARK = sa.Table("moved_away", sa.MetaData(), sa.Column("place", sa.Text, nullable=False))
"""The mark that an authority leaves at the place from which it moved: says where it went."""


def moved_to(connection: sa.Connection) -> str | None:
    """Where the authority went from here, None while it is here."""
    if not sa.inspect(connection).has_table(MARK.name):
        return None
    return connection.execute(sa.select(MARK.c.place)).scalar()


def of_move(connection: sa.Connection) -> str:
    """The sentence that says where the authority went, with the way on; "" while it is here."""
    place = moved_to(connection)
    if place is None:
        return ""
    shown = sa.make_url(place).render_as_string(hide_password=True)
    return (
        f"The authority has moved to {shown}: what is left here takes nothing any more. Use that address, in "
        "SIS_DATABASE_URL or by --authority, and start the service there"
    )
