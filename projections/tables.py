"""The tables of the log, owned by the migrations: the events, and how each view stands to them."""

from __future__ import annotations

import sqlalchemy as sa

from projections.columns import Utc

LOG_TABLES = sa.MetaData()

_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

EVENTS = sa.Table(
    "events",
    LOG_TABLES,
    sa.Column("position", _WHOLE, primary_key=True),
    sa.Column("stream_id", sa.Uuid, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("event_id", sa.Uuid, nullable=False, unique=True),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("recorded_at", Utc, nullable=False),
    sa.Column("meta", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.UniqueConstraint("stream_id", "version", name="events_stream_version"),
)

VIEWS = sa.Table(
    "views",
    LOG_TABLES,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("follows", sa.Boolean, nullable=False),
    sa.Column("position", _WHOLE, nullable=False),
    sa.Column("stopped_at", _WHOLE),
    sa.Column("error", sa.Text),
)
"""How each view stands. `position` is the last event in its tables: for a view that is kept in step inline, the last
one when it was last filled, as every event since then brought its rows along. `stopped_at` is the event that
the view could not take, and `error` why."""

REBUILDS = sa.Table(
    "view_rebuilds",
    LOG_TABLES,
    sa.Column("view", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("suffix", sa.Text, nullable=False),
    sa.Column("position", _WHOLE, nullable=False),
    sa.Column("is_writing", sa.Boolean, nullable=False),
)
"""Views being built beside their live tables, up to which position; `is_writing` while rows are half written."""

GENERATIONS = sa.Table(
    "view_generations",
    LOG_TABLES,
    sa.Column("number", _WHOLE, primary_key=True, autoincrement=False),
    sa.Column("changed_at", Utc, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
)
"""Each change of how views stand. Whoever saves events is told the last number with the save, and so knows when what
it remembers of the views is out of date."""

NUMBERS = sa.Table(
    "reference_numbers",
    LOG_TABLES,
    sa.Column("prefix", sa.Text, primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("last", sa.Integer, nullable=False),
)
"""The last number drawn for references of a prefix and year (projections.references)."""

CHECKS = sa.Table(
    "checks",
    LOG_TABLES,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("checked_at", Utc, nullable=False),
    sa.Column("said", sa.Text, nullable=False),
)
"""What was tried last, when, and what came of it: whether anything can be saved (web.about.health)."""
