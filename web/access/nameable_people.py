"""Whom somebody may name: everybody, for those who may read people; else those with whom their posts bring them
together. Anybody else is to them as somebody who does not exist, so that no name is learnt by writing a number."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from projections import people, providers, schools
from web.access.context import User, current_context
from web.access.policy import Action
from web.runtime.services import services


def may_name(connection: sa.Connection, asking: User, person: UUID) -> bool:
    """Whether somebody may name a person in what they send."""
    if asking.may(Action.READ_PEOPLE) or person == asking.person:
        return True
    return person in current_context().kept(Acquaintances, lambda: _acquainted(connection, asking)).people


def colleagues(connection: sa.Connection, asking: User) -> list[UUID]:
    """Those who work for the same provider today, and who lead the same school, each once."""
    today = services().today()
    beside = [each.id for provider in asking.providers for each in people.of_provider(connection, provider, today)]
    leading = [post.person for id in asking.schools for post in people.heads_and_chairs(connection, id, today)]
    return list(dict.fromkeys((*beside, *leading)))


@dataclass(frozen=True)
class Acquaintances:
    """Those with whom the user's posts bring them together."""

    people: frozenset[UUID]


def _acquainted(connection: sa.Connection, asking: User) -> Acquaintances:
    """Colleagues, specialists of the same provider, and the officers of the same school."""
    today = services().today()
    found = set(colleagues(connection, asking))
    for provider in asking.providers:
        found |= {each.person for each in providers.specialists_of(connection, provider, today)}
    for care in schools.looked_after(connection, asking.schools, today=today).values():
        found |= {each for each in (care.link_officer, care.cover_officer) if each}
    return Acquaintances(frozenset(found))
