"""Who somebody is today: name, posts and schools, found in one question together with the session or token that
brings them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.authority import AUTHORITY
from domain.vocabulary import Role, Team
from projections import people, schools
from projections.event_log import EVENTS
from projections.names import names
from projections.schools import covers, link_officers
from projections.tables import GENERATIONS


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
