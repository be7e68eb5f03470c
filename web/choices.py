"""People and providers as forms offer them: reference and name."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from domain.vocabulary import Role
from projections import people
from web.office import office

Choices = list[tuple[str, str]]

SERVICE_ROLES = (Role.OFFICER, Role.STRATEGIC_LEAD, Role.DIRECTOR, Role.BROKER, Role.CPD_MANAGER)


def holders(connection: sa.Connection, roles: Iterable[Role]) -> Choices:
    """Everybody who holds one of these posts today, by name."""
    return [
        (person.reference, person.name) for person in people.holders_on(connection, tuple(roles), office().today())
    ]


def officers(connection: sa.Connection) -> Choices:
    """The officers and directors of today."""
    return holders(connection, (Role.OFFICER, Role.DIRECTOR))


def authorisers(connection: sa.Connection) -> Choices:
    """Those who may answer for a formal decision: directors and officers."""
    return holders(connection, (Role.DIRECTOR, Role.OFFICER))
