"""The mark that an authority leaves at the place from which it moved (web.authorities.retiring)."""

from __future__ import annotations

import sqlalchemy as sa

MARK = sa.Table("moved_away", sa.MetaData(), sa.Column("place", sa.Text, nullable=False))
"""Says where the authority went."""


def moved_to(connection: sa.Connection) -> str | None:
    """Where the authority went from here, None while it is here."""
    if not sa.inspect(connection).has_table(MARK.name):
        return None
    return connection.execute(sa.select(MARK.c.place)).scalar()


def of_move(connection: sa.Connection) -> str:
    """The sentence that says where the authority went, with the way on; "" while it is here."""
    place = moved_to(connection)
    if place is None:
        return ""
    shown = sa.make_url(place).render_as_string(hide_password=True)
    return (
        f"The authority has moved to {shown}: what is left here takes nothing any more. Use that address, in "
        "SIS_DATABASE_URL or by --authority, and start the service there"
    )
