"""People and providers as forms offer them: reference and name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

import sqlalchemy as sa

from domain.vocabulary import Role
from projections import people, schools
from web.identity import reach
from web.known import names_of, references_of
from web.office import office
from web.policy import Action

Choices = list[tuple[str, str]]

SERVICE_ROLES = (Role.OFFICER, Role.STRATEGIC_LEAD, Role.DIRECTOR, Role.BROKER, Role.CPD_MANAGER)

APPROVERS = (Role.DIRECTOR, Role.OFFICER)
"""Whose posts let them answer for a formal decision."""

EVERY_SCHOOL = 100_000
EVERYBODY = 10_000


def open_schools(connection: sa.Connection, action: Action) -> Choices:
    """The open schools about which the person who asks may do something, by name."""
    limited = reach(connection, action).narrowed()
    known = schools.listed(connection, today=office().today(), limit=EVERY_SCHOOL)
    return [
        (str(school.urn), school_in_words(school))
        for school in known
        if not school.closed and (limited is None or school.id in limited)
    ]


def school_in_words(school: schools.KnownSchool) -> str:
    """A school as a list offers it: by name, town and URN."""
    return f"{school.name}, {school.detail('town') or school.urn} ({school.urn})"


def holders(connection: sa.Connection, roles: Iterable[Role]) -> Choices:
    """Everybody who holds one of these posts today, by name."""
    return [
        (person.reference, person.name) for person in people.holders_on(connection, tuple(roles), office().today())
    ]


def holders_of_each(connection: sa.Connection, asked: Mapping[str, Collection[Role]]) -> dict[str, Choices]:
    """For each name, everybody who holds one of its posts today, by name."""
    roles = {role for each in asked.values() for role in each}
    held = people.roles_of_holders(connection, roles, office().today())
    return {
        name: [(person.reference, person.name) for person, theirs in held if theirs.intersection(wanted)]
        for name, wanted in asked.items()
    }


def everybody(connection: sa.Connection) -> Choices:
    """Everybody known to the service, by last name; the reference tells people of one name apart."""
    known = people.everybody(connection, limit=EVERYBODY)
    return [(person.reference, f"{person.name} ({person.reference})") for person in known]


def officers(connection: sa.Connection) -> Choices:
    """The officers and directors of today."""
    return holders(connection, (Role.OFFICER, Role.DIRECTOR))


def authorisers(connection: sa.Connection) -> Choices:
    """Those who may answer for a formal decision: directors and officers."""
    return holders(connection, APPROVERS)


def provider_options(connection: sa.Connection, providers: Iterable[UUID]) -> Choices:
    """Providers by reference and name, in the order given."""
    wanted = list(providers)
    named, refs = names_of(connection, wanted), references_of(connection, wanted)
    return [(refs[id], named[id]) for id in wanted if id in refs]
