"""The numbers of references, each drawn once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; what is in the log already is counted when the first number is drawn."""
    op.create_table(
        "reference_numbers",
        sa.Column("prefix", sa.Text, primary_key=True),
        sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Refused, as every step back is: what was recorded since would not fit."""
    raise NotImplementedError("there is no way back; restore the copy made before the upgrade")
