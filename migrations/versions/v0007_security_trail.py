"""The security trail, and when somebody last proved who they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the column."""
    op.create_table(
        "security_trail",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("person", sa.Uuid, index=True),
        sa.Column("by", sa.Uuid),
        sa.Column("address", sa.Text),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.add_column("sessions", sa.Column("proved_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Refused, as every step back is: what was recorded since would not fit."""
    raise NotImplementedError("there is no way back; restore the copy made before the upgrade")
