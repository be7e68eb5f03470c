"""What a request of the API was answered with, as the version of a record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what was kept before is still given as it stands."""
    op.add_column("idempotency_keys", sa.Column("record", sa.Uuid))
    op.add_column("idempotency_keys", sa.Column("version", sa.Integer))


def downgrade() -> None:
    """Refused, as every step back is: what was recorded since would not fit."""
    raise NotImplementedError("there is no way back; restore the copy made before the upgrade")
