"""One table for what is kept of forms: carried out, working copies, and sent by somebody signed out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ROWS = (
    "INSERT INTO kept_forms (person, kept_as, key, kept_at, fingerprint)"
    " SELECT person, 'sent', key, created_at, fingerprint FROM idempotency_keys WHERE route = 'form'",
    "DELETE FROM idempotency_keys WHERE route = 'form'",
    "INSERT INTO kept_forms (person, kept_as, key, kept_at, answers)"
    " SELECT person, 'draft', form_key, saved_at, answers FROM drafts",
    "INSERT INTO kept_forms (person, kept_as, key, kept_at, path, answers)"
    " SELECT person, 'answers', key_hash, kept_at, path, answers FROM kept_answers",
)
"""What was kept before."""


def upgrade() -> None:
    """Add the table, bring the rows over, and drop the tables in which they were."""
    op.create_table(
        "kept_forms",
        sa.Column("person", sa.Uuid, primary_key=True),
        sa.Column("kept_as", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True, index=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("path", sa.Text),
        sa.Column("fingerprint", sa.Text),
        sa.Column("answers", sa.Text),
    )
    for statement in ROWS:
        op.execute(statement)
    op.drop_table("drafts")
    op.drop_table("kept_answers")


def downgrade() -> None:
    """Refused, as every step back is: what was recorded since would not fit."""
    raise NotImplementedError("there is no way back; restore the copy made before the upgrade")
