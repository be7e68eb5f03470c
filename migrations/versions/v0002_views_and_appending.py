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
    own integer[], shared integer[], looked_at uuid[], looked_at_versions integer[], clock timestamptz
) RETURNS TABLE (recorded timestamptz, generation bigint) LANGUAGE plpgsql AS $$
DECLARE
    space integer := (SELECT oid::integer FROM pg_namespace WHERE nspname = current_schema());
    moved uuid;
BEGIN
    -- Before any position is drawn, so that a reader can tell a position still on its way from one given up.
    PERFORM pg_advisory_xact_lock_shared(space, 0);
    -- In one order for everybody, so that nobody waits in a circle.
    PERFORM CASE WHEN is_own THEN pg_advisory_xact_lock(space, number)
                 ELSE pg_advisory_xact_lock_shared(space, number) END
    FROM (
        SELECT number, is_own
        FROM (SELECT unnest(own), true UNION ALL SELECT unnest(shared), false) AS wanted (number, is_own)
        ORDER BY number
    ) AS ordered;
    IF cardinality(looked_at) > 0 THEN
        SELECT held.stream INTO moved
        FROM unnest(looked_at, looked_at_versions) AS held (stream, version)
        WHERE held.version <> coalesce((SELECT max(e.version) FROM events e WHERE e.stream_id = held.stream), 0)
        LIMIT 1;
        IF FOUND THEN
            RAISE unique_violation USING MESSAGE = format('record %s has moved on', moved);
        END IF;
    END IF;
    RETURN QUERY SELECT
        greatest(
            coalesce(clock, clock_timestamp()), (SELECT e.recorded_at FROM events e ORDER BY e.position DESC LIMIT 1)
        ),
        coalesce((SELECT max(g.number) FROM view_generations g), 0);
END
$$
"""

APPEND_EVENTS = """
CREATE FUNCTION append_events(
    streams uuid[], versions integer[], event_ids uuid[], topics text[], metas text[], states text[],
    own integer[], shared integer[], looked_at uuid[], looked_at_versions integer[], clock timestamptz
) RETURNS TABLE (positions bigint[], recorded timestamptz, generation bigint) LANGUAGE plpgsql AS $$
BEGIN
    SELECT b.recorded, b.generation INTO recorded, generation
    FROM begin_append(own, shared, looked_at, looked_at_versions, clock) AS b;
    WITH appended AS (
        INSERT INTO events (stream_id, version, event_id, topic, recorded_at, meta, state)
        SELECT stream, version, event_id, topic, recorded, meta, state
        FROM unnest(streams, versions, event_ids, topics, metas, states) WITH ORDINALITY
            AS t (stream, version, event_id, topic, meta, state, ordinal)
        ORDER BY ordinal
        RETURNING position
    )
    SELECT array_agg(a.position ORDER BY a.position) INTO positions FROM appended AS a;
    RETURN NEXT;
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
