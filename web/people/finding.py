"""People as lists show them: who they are, and the posts that they hold today."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.person import Person
from projections import people as view
from projections.names import formerly
from projections.view import Row
from web.access.context import Snapshot
from web.access.identity import ListScope
from web.access.name_cache import names_of
from web.commands.choices import post_in_words
from web.commands.listing import Listing, TableQuery
from web.commands.resource import Values
from web.people.schemas import PeopleFilters


class ListedPerson(Row):
    """A person in a list; `posts` are those of today, in words."""

    id: UUID
    reference: str
    name: str
    email: str | None
    left_on: date | None
    posts: tuple[str, ...]
    restated_on: date | None


def _asked(snapshot: Snapshot, _: ListScope, filters: Values, after: str | None) -> sa.Select[Any]:
    """The people asked for, by last name."""
    return view.listed(
        snapshot.connection,
        today=snapshot.services.today(),
        text=filters.get("q", ""),
        formerly=formerly(Person.KIND, filters["q"]) if filters.get("q", "").strip() else None,
        roles=filters.get("role", ()),
        team=filters.get("team"),
        gone=filters.get("gone", False),
        after=after,
    )


def _with_posts(snapshot: Snapshot, rows: list[view.PersonRow]) -> list[ListedPerson]:
    held = view.posts_of_each(snapshot.connection, [row.id for row in rows], snapshot.services.today())
    names = names_of(snapshot, {place for post in held for place in (post.school, post.provider) if place})
    posts: dict[UUID, list[str]] = defaultdict(list)
    for post in held:
        posts[post.person].append(post_in_words(post, names))
    return [
        ListedPerson(
            id=row.id,
            reference=row.reference,
            name=row.name,
            email=row.email,
            left_on=row.left_on,
            posts=tuple(posts[row.id]),
            restated_on=row.restated_on,
        )
        for row in rows
    ]


LISTING = Listing(
    ListedPerson,
    TableQuery(view.people, _asked, _with_posts),
    lambda row: row.reference,
    PeopleFilters,
    names={"posts": "post_titles"},
)
