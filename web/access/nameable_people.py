"""Whom somebody may name: everybody, for those who may read people; else those with whom their posts bring them
together. Anybody else is to them as somebody who does not exist, so that no name is learnt by writing a number."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from projections import people, providers, schools
from web.access.context import Snapshot
from web.access.policy import Action


def may_name(snapshot: Snapshot, person: UUID) -> bool:
    """Whether the person who asks may name another in what they send."""
    user = snapshot.user
    if user.may(Action.READ_PEOPLE) or person == user.person:
        return True
    return person in snapshot.context.kept(Acquaintances, lambda: _acquainted(snapshot)).people


def colleagues(snapshot: Snapshot) -> list[UUID]:
    """Those who work for the provider of whoever asks today, and who lead their school, each once."""
    connection, user, today = snapshot.connection, snapshot.user, snapshot.services.today()
    fellow_workers = [
        each.id for provider in user.providers for each in people.of_provider(connection, provider, today)
    ]
    leading = [post.person for id in user.schools for post in people.heads_and_chairs(connection, id, today)]
    return list(dict.fromkeys((*fellow_workers, *leading)))


@dataclass(frozen=True)
class Acquaintances:
    """Those with whom the user's posts bring them together."""

    people: frozenset[UUID]


def _acquainted(snapshot: Snapshot) -> Acquaintances:
    """Colleagues, specialists of the same provider, and the officers of the same school."""
    connection, user, today = snapshot.connection, snapshot.user, snapshot.services.today()
    found = set(colleagues(snapshot))
    for provider in user.providers:
        found |= {each.person for each in providers.specialists_of(connection, provider, today)}
    for care in schools.looked_after(connection, user.schools, today=today).values():
        found |= {each for each in (care.link_officer, care.cover_officer) if each}
    return Acquaintances(frozenset(found))
