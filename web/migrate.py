"""Brings a database, empty or of an earlier day, to the schema that the code expects."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import migrations
from projections.event_log import LOG_TABLES
from projections.view import VIEW_TABLES
from web.accounts.tables import DOOR_TABLES

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
