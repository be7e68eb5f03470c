"""The files of a form while its answers are checked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "waiting_files",
        sa.Column("person", sa.Uuid, primary_key=True),
        sa.Column("form", sa.Uuid, primary_key=True),
        sa.Column("field", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Refused, as every step back is: what was recorded since would not fit."""
    raise NotImplementedError("there is no way back; restore the copy made before the upgrade")
