"""The log of events, which is only added to, and the web layer's own tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)

SQLITE_GUARD = (
    """
    CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'the log is only added to: an event is never changed'); END
    """,
    """
    CREATE TRIGGER events_are_not_removed BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'the log is only added to: an event is never removed'); END
    """,
)

POSTGRESQL_GUARD = (
    """
    CREATE FUNCTION refuse_to_touch_the_log() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE integrity_constraint_violation
            USING MESSAGE = format('the log is only added to: an event is never %s', TG_ARGV[0]);
    END
    $$
    """,
    """
    CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
    EXECUTE FUNCTION refuse_to_touch_the_log('changed')
    """,
    """
    CREATE TRIGGER events_are_not_removed BEFORE DELETE OR TRUNCATE ON events
    EXECUTE FUNCTION refuse_to_touch_the_log('removed')
    """,
)

GUARDS = {"sqlite": SQLITE_GUARD, "postgresql": POSTGRESQL_GUARD}


def upgrade() -> None:
    """Make every table of the first version."""
    _log()
    _ways_in()
    _attempts()
    _work_in_hand()


def downgrade() -> None:
    """Refused: it would throw the log away."""
    raise NotImplementedError("the log is never thrown away; remove the database file to begin afresh")


def _log() -> None:
    op.create_table(
        "events",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("stream_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("meta", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.UniqueConstraint("stream_id", "version", name="events_stream_version"),
    )
    for statement in GUARDS[op.get_context().dialect.name]:
        op.execute(statement)


def _ways_in() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person", sa.Uuid, nullable=False, unique=True),
        sa.Column("sign_in_name", sa.Text, nullable=False, unique=True),
        sa.Column("password_hash", sa.Text),
        sa.Column("disabled_at", TIME),
    )
    op.create_table(
        "password_links",
        sa.Column("token_hash", sa.Text, primary_key=True),
        sa.Column("account", sa.Uuid, sa.ForeignKey("accounts.id"), nullable=False, index=True),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME),
    )
    op.create_table(
        "sessions",
        sa.Column("id_hash", sa.Text, primary_key=True),
        sa.Column("person", sa.Uuid, nullable=False, index=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("last_seen_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("revoked_at", TIME),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person", sa.Uuid, nullable=False, index=True),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("prefix", sa.Text, nullable=False, unique=True),
        sa.Column("hash", sa.Text, nullable=False, unique=True),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("last_used_at", TIME),
        sa.Column("revoked_at", TIME),
    )


def _attempts() -> None:
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("name_hash", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False, index=True),
        sa.Column("succeeded", sa.Boolean, nullable=False),
    )


def _work_in_hand() -> None:
    op.create_table(
        "drafts",
        sa.Column("person", sa.Uuid, primary_key=True),
        sa.Column("form_key", sa.Text, primary_key=True),
        sa.Column("saved_at", TIME, nullable=False),
        sa.Column("answers", sa.Text, nullable=False),
    )
    op.create_table(
        "uploads",
        sa.Column("sha256", sa.Text, primary_key=True),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("stored_at", TIME, nullable=False),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("person", sa.Uuid, primary_key=True),
        sa.Column("route", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("body", sa.LargeBinary),
        sa.Column("content_type", sa.Text),
        sa.Column("headers", sa.Text),
        sa.Column("created_at", TIME, nullable=False, index=True),
    )
