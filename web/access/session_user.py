"""Who somebody is today: name, posts and schools, found in one question together with the session or token by which
they are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.account import TokenScopes
from domain.authority import AUTHORITY
from domain.vocabulary import Role, Team
from projections import people, schools
from projections.event_log import EVENTS
from projections.names import names
from projections.schools import covers, link_officers
from projections.tables import GENERATIONS

IDLE = timedelta(minutes=30)
PROOF_LASTS = timedelta(minutes=10)
"""How long somebody who has proved who they are is not asked to do so again."""

TOUCHED_EVERY = timedelta(minutes=1)
"""The use of a session or token is written down at most this often, so that reading rarely takes the write lock."""


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post that somebody holds today."""

    role: Role
    school: UUID | None
    provider: UUID | None
    team: Team | None
    leads_team: bool


@dataclass(frozen=True, slots=True)
class SessionUser:
    """Somebody with what today lets them do. `looks_after` are the schools that they are link or cover officer for;
    `settings_version` is that of the authority's own record at this moment, 0 where it was not begun, and
    `views_generation` the number of the last change of how the views stand."""

    person: UUID
    name: str
    posts: tuple[HeldPost, ...]
    looks_after: frozenset[UUID]
    settings_version: int
    views_generation: int


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """One browser in which a person is signed in. `session_user` is who they are today."""

    id_hash: str
    person: UUID
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    method: str
    revoked_at: datetime | None
    proved_at: datetime | None
    renew_by: datetime | None
    session_user: SessionUser | None = field(default=None, compare=False)

    def is_alive(self, now: datetime) -> bool:
        """Whether it still counts: not ended, not too old, not left alone too long."""
        return self.revoked_at is None and now < self.expires_at and now < self.last_seen_at + IDLE

    def is_proved(self, now: datetime) -> bool:
        """Whether the person has proved of late who they are: by signing in, or since."""
        return self.proved_at is not None and now < self.proved_at + PROOF_LASTS

    def needs_renewal(self, now: datetime) -> bool:
        """Whether it counts again only once the council's sign-in has confirmed the person anew."""
        return self.renew_by is not None and now >= self.renew_by

    @property
    def number(self) -> str:
        """By what the person's own page names it."""
        return self.id_hash[:16]

    def was_seen_long_ago(self, now: datetime) -> bool:
        """Whether it is time to write down that it is in use."""
        return now >= self.last_seen_at + TOUCHED_EVERY


@dataclass(frozen=True, slots=True)
class Token:
    """A token by which a program signs in. `session_user` is who its person is today."""

    id: UUID
    person: UUID
    label: str
    prefix: str
    scopes: TokenScopes
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    session_user: SessionUser | None = field(default=None, compare=False)

    @property
    def may_write(self) -> bool:
        """Whether it may change anything."""
        return self.scopes is TokenScopes.READ_WRITE

    def is_alive(self, now: datetime) -> bool:
        """Whether it still counts."""
        return self.revoked_at is None and now < self.expires_at

    def was_used_long_ago(self, now: datetime) -> bool:
        """Whether it is time to write down that it is in use."""
        return self.last_used_at is None or now >= self.last_used_at + TOUCHED_EVERY


def with_person(asked: sa.FromClause) -> sa.Select[Any]:
    """The rows of what is asked, with its person's name, posts and schools on the day `:today`: one row for each
    post and school, at least one. `asked` has a column `person`."""
    held, link, cover = people.posts.table, link_officers.table, covers.table
    today = sa.bindparam("today", type_=sa.Date)
    version = sa.select(sa.func.max(EVENTS.c.version)).where(EVENTS.c.stream_id == AUTHORITY).scalar_subquery()
    generation = sa.select(sa.func.max(GENERATIONS.c.number)).scalar_subquery()
    return (
        sa.select(
            asked,
            names.table.c.name.label("name_of_person"),
            *(held.c[name].label(f"post_{name}") for name in ("post", *HeldPost.__dataclass_fields__)),
            link.c.school.label("linked"),
            cover.c.school.label("covered"),
            version.label("settings_version"),
            generation.label("views_generation"),
        )
        .outerjoin(names.table, names.table.c.id == asked.c.person)
        .outerjoin(held, sa.and_(held.c.person == asked.c.person, people.held_on(today)))
        .outerjoin(link, sa.and_(link.c.officer == asked.c.person, schools.link_in_force(today)))
        .outerjoin(cover, sa.and_(cover.c.officer == asked.c.person, schools.cover_in_force(today)))
        .order_by(held.c.from_, held.c.post)
    )


def session_user(rows: Sequence[sa.RowMapping]) -> SessionUser:
    """Who it is that the rows of `with_person` tell of."""
    first = rows[0]
    posts = {row["post_post"]: row for row in rows if row["post_post"] is not None}
    return SessionUser(
        person=first["person"],
        name=first["name_of_person"] or "",
        posts=tuple(
            HeldPost(*(row[f"post_{name}"] for name in HeldPost.__dataclass_fields__)) for row in posts.values()
        ),
        looks_after=frozenset(school for row in rows for school in (row["linked"], row["covered"]) if school),
        settings_version=first["settings_version"] or 0,
        views_generation=first["views_generation"] or 0,
    )


_SOMEBODY = with_person(sa.select(sa.bindparam("person", type_=sa.Uuid).label("person")).subquery())


def of_person(connection: sa.Connection, person: UUID, today: date) -> SessionUser:
    """Who a person is on a day, whether or not a session brings them."""
    return session_user(connection.execute(_SOMEBODY, {"person": person, "today": today}).mappings().all())
