"""How views stand to the log, and PostgreSQL's own part in appending to it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

BEGIN_APPEND = """
CREATE FUNCTION begin_append(
    locks integer[], looked_at uuid[], looked_at_versions integer[], clock timestamptz,
    OUT recorded timestamptz, OUT generation bigint
) LANGUAGE plpgsql AS $$
DECLARE
    space integer := current_schema()::regnamespace::oid;
    number integer;
    held text;
    moved uuid;
BEGIN
    -- Before any position is drawn, so that a reader can tell a position still on its way from one given up.
    held := pg_advisory_xact_lock_shared(space, 0);
    -- They come in one order for everybody, so that nobody waits in a circle; below zero stands what is shared.
    FOREACH number IN ARRAY locks LOOP
        IF number > 0 THEN
            held := pg_advisory_xact_lock(space, number);
        ELSE
            held := pg_advisory_xact_lock_shared(space, -number);
        END IF;
    END LOOP;
    IF cardinality(looked_at) > 0 THEN
        SELECT held_at.stream INTO moved
        FROM unnest(looked_at, looked_at_versions) AS held_at (stream, version)
        WHERE held_at.version <> coalesce((SELECT max(e.version) FROM events e WHERE e.stream_id = held_at.stream), 0)
        LIMIT 1;
        IF FOUND THEN
            RAISE unique_violation USING MESSAGE = format('record %s has moved on', moved);
        END IF;
    END IF;
    SELECT
        greatest(
            coalesce(clock, clock_timestamp()), (SELECT e.recorded_at FROM events e ORDER BY e.position DESC LIMIT 1)
        ),
        coalesce((SELECT max(g.number) FROM view_generations g), 0)
    INTO recorded, generation;
END
$$
"""

APPEND_EVENTS = """
CREATE FUNCTION append_events(
    streams uuid[], versions integer[], event_ids uuid[], topics text[], metas text[], states text[],
    locks integer[], looked_at uuid[], looked_at_versions integer[], clock timestamptz,
    OUT positions bigint[], OUT recorded timestamptz, OUT generation bigint
) LANGUAGE plpgsql AS $$
DECLARE
    begun record;
    drawn bigint;
BEGIN
    begun := begin_append(locks, looked_at, looked_at_versions, clock);
    recorded := begun.recorded;
    generation := begun.generation;
    -- One by one: most commands save one event or two, for which a set costs more than it saves.
    FOR each IN 1 .. cardinality(streams) LOOP
        INSERT INTO events (stream_id, version, event_id, topic, recorded_at, meta, state)
        VALUES (
            streams[each], versions[each], event_ids[each], topics[each], recorded, metas[each], states[each]
        )
        RETURNING position INTO drawn;
        positions[each] := drawn;
    END LOOP;
END
$$
"""


def upgrade() -> None:
    """Add the tables, and on PostgreSQL the functions that append."""
    op.create_table(
        "views",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("follows", sa.Boolean, nullable=False),
        sa.Column("position", WHOLE, nullable=False),
        sa.Column("stopped_at", WHOLE),
        sa.Column("error", sa.Text),
    )
    op.create_table(
        "view_rebuilds",
        sa.Column("view", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("suffix", sa.Text, nullable=False),
        sa.Column("position", WHOLE, nullable=False),
        sa.Column("is_writing", sa.Boolean, nullable=False),
    )
    op.create_table(
        "view_generations",
        sa.Column("number", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.Text, nullable=False),
    )
    if op.get_context().dialect.name == "postgresql":
        op.execute(BEGIN_APPEND)
        op.execute(APPEND_EVENTS)


def downgrade() -> None:
    """Refused, as every step back is: what was recorded since would not fit."""
    raise NotImplementedError("there is no way back; restore the copy made before the upgrade")
