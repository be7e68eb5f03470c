"""Whom, and which schools and providers, somebody may name.

Everybody, for those who may read people; else those with whom their posts bring them together. The schools and
providers that they may find or read, and those with which their own school or provider works. Anybody and anything
else is to them as if it did not exist, so that no name is learnt by writing a number.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from projections import engagements, people, providers, schools, tenders
from web.access.context import Snapshot
from web.access.policy import ASKED_ONLY, SERVICE, Action, RecordScope
from web.access.restricted import hidden_from


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
    """Colleagues, specialists of the same provider, the officers of the same school; for who decides from outside the
    service, everybody in it."""
    connection, user, today = snapshot.connection, snapshot.user, snapshot.services.today()
    found = set(colleagues(snapshot))
    for provider in user.providers:
        found |= {each.person for each in providers.specialists_of(connection, provider, today)}
    if user.holds(*ASKED_ONLY):
        found |= {each.id for each in people.holders_on(connection, SERVICE, today)}
    for care in schools.looked_after(connection, user.schools, today=today).values():
        found |= {each for each in (care.link_officer, care.cover_officer) if each}
    return Acquaintances(frozenset(found))


def may_name_school(snapshot: Snapshot, school: UUID) -> bool:
    """Whether the person who asks may name a school in what they send."""
    user = snapshot.user
    found = user.may(Action.FIND_SCHOOLS, RecordScope(school=school))
    return found or _work_together(snapshot, [school], user.providers)


def may_name_provider(snapshot: Snapshot, provider: UUID) -> bool:
    """Whether the person who asks may name a provider in what they send."""
    user = snapshot.user
    found = user.may(Action.READ_PROVIDER, RecordScope(provider=provider))
    return found or _work_together(snapshot, user.schools, [provider])


def _work_together(snapshot: Snapshot, schools: Collection[UUID], providers: Collection[UUID]) -> bool:
    """Whether one of these providers was engaged at one of these schools, or was invited to a tender for it."""
    closed = hidden_from(snapshot).closed
    work, tender, invited = engagements.engagements.table.c, tenders.tenders.table.c, tenders.invitations.table.c
    engaged = sa.select(work.id).where(work.school.in_(schools), work.provider.in_(providers), work.id.not_in(closed))
    asked = sa.select(tender.id).where(
        tender.id == invited.tender,
        tender.school.in_(schools),
        invited.provider.in_(providers),
        tender.id.not_in(closed),
    )
    return snapshot.connection.execute(sa.select(sa.or_(engaged.exists(), asked.exists()))).scalar_one()
