"""What has been taken of the API's limit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "request_counts",
        sa.Column("key", sa.Uuid, primary_key=True),
        sa.Column("minute", sa.BigInteger, nullable=False),
        sa.Column("used", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Refused, as every step back is: what was recorded since would not fit."""
    raise NotImplementedError("there is no way back; restore the copy made before the upgrade")
