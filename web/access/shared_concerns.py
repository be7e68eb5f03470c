"""Which concerns somebody of a school reads: those shared with their post, and those of the time when all were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

import sqlalchemy as sa

from domain.attachment import Attachment
from domain.concern import ConcernCase, Share
from domain.concern.sharing import OF_THE_SCHOOL
from domain.decision import Decision
from domain.note import Note
from domain.vocabulary import Role
from projections import concerns, links
from projections.concerns import ConcernRow
from web.access.context import User
from web.access.policy import SERVICE

_BESIDE = (Note.KIND, Attachment.KIND, Decision.KIND)
"""What stands on a concern, or is decided about it, and is kept with it."""


def reads_from_inside(user: User) -> bool:
    """Whether somebody reads concerns for the service, shared or not."""
    return user.holds(*SERVICE, Role.REVIEWER)


def posts_at(user: User, school: UUID) -> frozenset[Role]:
    """The posts that somebody holds at a school."""
    return frozenset(
        right.role for right in user.rights if right.role in OF_THE_SCHOOL and school in right.school_ids
    )


def is_shared(user: User, case: ConcernCase) -> bool:
    """Whether somebody reads a case: inside the service, or because it is shared with a post of theirs."""
    return reads_from_inside(user) or case.is_open_from_the_start or share_of(user, case) is not None


def share_of(user: User, case: ConcernCase) -> Share | None:
    """By which sharing somebody of the school reads a case; None where they read it otherwise, or not at all."""
    if reads_from_inside(user) or case.is_open_from_the_start:
        return None
    return case.share_with(posts_at(user, case.school))


def read_since(user: User, case: ConcernRow) -> int | None:
    """From which of its versions on somebody of the school reads a case; None where they do not."""
    since = {Role.HEADTEACHER: case.head_since, Role.CHAIR: case.chair_since}
    return min((when for post in posts_at(user, case.school) if (when := since[post]) is not None), default=None)


def kept_inside(connection: sa.Connection, user: User) -> Iterator[UUID]:
    """The concerns at somebody's schools that are not shared with them, and what stands on those."""
    if reads_from_inside(user) or not user.holds(*OF_THE_SCHOOL):
        return
    case, link = concerns.cases.table.c, links.links.table.c
    shared = sa.or_(sa.false(), *_ways(user))
    own = sa.select(case.id).where(case.school.in_(user.schools), sa.not_(shared))
    inside = list(connection.execute(own).scalars())
    yield from inside
    if inside:
        beside = sa.select(link.record).where(link.parent.in_(inside), link.kind.in_(_BESIDE))
        yield from connection.execute(beside).scalars()


def _ways(user: User) -> Iterable[sa.ColumnElement[bool]]:
    case = concerns.cases.table.c
    since = {Role.HEADTEACHER: case.head_since, Role.CHAIR: case.chair_since}
    for right in user.rights:
        if right.role in since:
            yield sa.and_(case.school.in_(right.school_ids), since[right.role].is_not(None))
