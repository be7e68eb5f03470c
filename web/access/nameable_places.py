"""Which schools and providers somebody may name: those that they may find or read, and those with which their own
school or provider works. Any other is to them as one that does not exist."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa

from projections import engagements, tenders
from web.access.context import Snapshot
from web.access.policy import Action, RecordScope
from web.access.restricted import hidden_from


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
