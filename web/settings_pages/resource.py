"""The authority as a resource: it has one address."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from domain.authority import AUTHORITY, Authority
from web.access.policy import Action
from web.commands.resource import Resource
from web.settings_pages import schemas

ADDRESS = "authority"
"""The one address of the one authority of a database."""


def _of_address(_: sa.Connection, address: str) -> UUID | None:
    return AUTHORITY if address == ADDRESS else None


settings: Resource[Authority] = Resource(
    "settings",
    Authority,
    one="authority",
    read=Action.KEEP_SETTINGS,
    out=schemas.AuthorityOut,
    locate=_of_address,
    address=lambda _: ADDRESS,
    called=lambda authority: authority.name,
)
