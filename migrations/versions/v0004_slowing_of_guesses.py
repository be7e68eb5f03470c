"""From which browser a sign-in was tried, and what the attempts of a name and of an address are found by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the indexes."""
    op.add_column("sign_in_attempts", sa.Column("device", sa.Text))
    op.create_index("sign_in_attempts_of_name", "sign_in_attempts", ["name_hash", "at"])
    op.create_index("sign_in_attempts_at_address", "sign_in_attempts", ["address", "at"])


def downgrade() -> None:
    """Refused, as every step back is: what was recorded since would not fit."""
    raise NotImplementedError("there is no way back; restore the copy made before the upgrade")
