"""People and their posts: who holds what on a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.names import look
from domain.person import SCHOOL_ROLES, Person
from domain.vocabulary import Phase, Role, SchoolId, Team
from projections.view import Key, Row, View, ViewTable, replace


class PersonRow(Row):
    """Somebody known to the service; `sorting` is the name as lists are ordered by it, `look` as readers see it."""

    id: UUID
    reference: str
    name: str
    sorting: str
    look: str
    email: str | None
    left_on: date | None = None
    restated_on: date | None = None


class PostRow(Row):
    """A post for a period, first and last day included; `capacity` is the share of full time."""

    person: UUID
    post: int
    role: Role
    school: SchoolId | None
    provider: UUID | None
    team: Team | None
    phase: Phase | None
    leads_team: bool
    capacity: Decimal
    theme: str | None
    from_: date
    until: date | None


class ProposalRow(Row):
    """A proposed post that nobody has decided on yet; `held_as` is its number where it is held already."""

    person: UUID
    proposal: int
    role: Role
    from_: date
    proposed_by: UUID | None
    proposed_on: date
    held_as: int | None


class DeputyRow(Row):
    """Somebody named to decide for the holder (`person`) of a post, first and last day included."""

    person: UUID
    number: int
    post: int
    deputy: UUID
    from_: date
    until: date


people = ViewTable("people", PersonRow, key=("id",), indexes=[("sorting", "id"), ("reference",), ("look",)])
posts = ViewTable("posts", PostRow, key=("person", "post"), indexes=[("role", "from_"), ("school",), ("provider",)])

proposals = ViewTable("proposed_posts", ProposalRow, key=("person", "proposal"))

deputies = ViewTable("deputies", DeputyRow, key=("person", "number"), indexes=[("until",)])

AS_TAKEN = (posts.table.c.from_, posts.table.c.person, posts.table.c.post)
"""The order in which posts were taken."""


def _sorting(name: str) -> str:
    """By the last name, then the others."""
    *first, last = name.casefold().split()
    return " ".join((last, *first))


@people.on(Person.Registered)
def registered(_: PersonRow | None, event: Person.Registered) -> PersonRow:
    return PersonRow(
        id=event.meta.stream,
        reference=event.reference,
        name=event.name.value,
        sorting=_sorting(event.name.value),
        look=look(event.name.value),
        email=event.email.value if event.email else None,
    )


@people.on(Person.NameChanged)
def name_changed(row: PersonRow | None, event: Person.NameChanged) -> PersonRow | None:
    name = event.name.value
    return row and replace(row, name=name, sorting=_sorting(name), look=look(name))


@people.on(Person.Corrected)
def name_corrected(row: PersonRow | None, event: Person.Corrected) -> PersonRow | None:
    if row is None or event.name is None:
        return row
    name, day = event.name.value, event.meta.occurred_on
    return replace(row, name=name, sorting=_sorting(name), look=look(name), restated_on=day)


@people.on(Person.EmailChanged)
def email_changed(row: PersonRow | None, event: Person.EmailChanged) -> PersonRow | None:
    return row and replace(row, email=event.email.value if event.email else None)


@people.on(Person.Left)
def left(row: PersonRow | None, event: Person.Left) -> PersonRow | None:
    return row and replace(row, left_on=event.on)


@people.on(Person.PostTaken)
def came_back(row: PersonRow | None, event: Person.PostTaken) -> PersonRow | None:
    if row is None or row.left_on is None or event.from_ <= row.left_on:
        return row
    return replace(row, left_on=None)


def by_post(event: Person.PostTaken | Person.PostEnded) -> Key:
    return (event.meta.stream, event.post)


@posts.on(Person.PostTaken, key=by_post)
def post_taken(_: PostRow | None, event: Person.PostTaken) -> PostRow:
    return PostRow(
        person=event.meta.stream,
        post=event.post,
        role=event.role,
        school=event.school,
        provider=event.provider,
        team=event.team,
        phase=event.phase,
        leads_team=event.leads_team,
        capacity=event.capacity,
        theme=event.theme,
        from_=event.from_,
        until=event.until,
    )


@posts.on(Person.PostEnded, key=by_post)
def post_ended(row: PostRow | None, event: Person.PostEnded) -> PostRow | None:
    return replace(row, until=event.until) if row and event.until else None


@posts.on_each(Person.Left, keys=lambda event: [(event.meta.stream, post) for post in event.posts])
def post_given_up(row: PostRow | None, event: Person.Left, _: Key) -> PostRow | None:
    return None if row is None or row.from_ > event.on else replace(row, until=event.on)


def by_proposal(
    event: Person.PostProposed | Person.PostConfirmed | Person.PostDeclined | Person.PostProposalWithdrawn,
) -> Key:
    return (event.meta.stream, event.proposal)


@proposals.on(Person.PostProposed, key=by_proposal)
def post_proposed(_: ProposalRow | None, event: Person.PostProposed) -> ProposalRow:
    return ProposalRow(
        person=event.meta.stream,
        proposal=event.proposal,
        role=event.role,
        from_=event.from_,
        proposed_by=event.meta.signature.actor,
        proposed_on=event.meta.occurred_on,
        held_as=event.post,
    )


@proposals.on(Person.PostConfirmed, Person.PostDeclined, Person.PostProposalWithdrawn, key=by_proposal)
def post_decided(_: ProposalRow | None, __: object) -> None:
    return None


@deputies.on(Person.DeputyNamed, key=lambda event: (event.meta.stream, event.number))
def deputy_named(_: DeputyRow | None, event: Person.DeputyNamed) -> DeputyRow:
    return DeputyRow(
        person=event.meta.stream,
        number=event.number,
        post=event.post,
        deputy=event.deputy,
        from_=event.from_,
        until=event.until,
    )


@deputies.on(Person.DeputyEnded, key=lambda event: (event.meta.stream, event.number))
def deputy_ended(row: DeputyRow | None, event: Person.DeputyEnded) -> DeputyRow | None:
    return replace(row, until=event.until) if row and event.until else None


def by_id(connection: sa.Connection, person: UUID) -> PersonRow | None:
    return people.get(connection, person)


def alike(connection: sa.Connection, person: UUID) -> list[PersonRow]:
    """Others whose names a reader may take for that person's (domain.names)."""
    return _people(connection, [looking_like(person)])


def looking_like(person: UUID | sa.BindParameter[UUID]) -> sa.ColumnElement[bool]:
    """The condition that somebody is another whose name looks like that person's."""
    columns, other = people.table.c, people.table.alias().c
    return sa.and_(
        columns.id != person, columns.look == sa.select(other.look).where(other.id == person).scalar_subquery()
    )


def by_reference(connection: sa.Connection, reference: str) -> PersonRow | None:
    """The person of a reference, in whatever case it was typed."""
    found = _people(connection, [people.table.c.reference == reference.strip().upper()])
    return found[0] if found else None


def listed(
    connection: sa.Connection,
    *,
    today: date,
    text: str = "",
    formerly: sa.Select[tuple[UUID]] | None = None,
    roles: Collection[Role] = (),
    team: Team | None = None,
    gone: bool = False,
    after: str | None = None,
) -> sa.Select[Any]:
    """People by last name whose name holds every word of the text, or who were `formerly` called so, and who hold
    such a post today; those who have left only with `gone`. `after` is the reference of the last one of a page."""
    columns, held = people.table.c, posts.table.c
    called = sa.and_(
        sa.true(), *(columns.sorting.contains(word, autoescape=True) for word in text.casefold().split())
    )
    conditions = [called if formerly is None else sa.or_(called, columns.id.in_(formerly))]
    asked = ([held.role.in_(roles)] if roles else []) + ([held.team == team] if team else [])
    if asked:
        conditions.append(sa.exists().where(held.person == columns.id, held_on(today), *asked))
    if not gone:
        conditions.append(sa.or_(columns.left_on.is_(None), columns.left_on >= today))
    if after is not None:
        last = by_reference(connection, after)
        if last is None:
            return _by_name([sa.false()])
        conditions.append(sa.tuple_(columns.sorting, columns.id) > sa.tuple_(last.sorting, last.id, types=_PLACE))
    return _by_name(conditions)


def posts_of_each(connection: sa.Connection, asked: Collection[UUID], day: date) -> list[PostRow]:
    """The posts that these people hold on a day."""
    return _posts(connection, day, posts.table.c.person.in_(asked))


def everybody(connection: sa.Connection, *, limit: int = 50) -> list[PersonRow]:
    """All people by last name."""
    return _people(connection, [], limit)


def posts_on(connection: sa.Connection, person: UUID, day: date) -> list[PostRow]:
    """The posts that a person holds on a day."""
    return _posts(connection, day, posts.table.c.person == person)


def holders_on(connection: sa.Connection, roles: Collection[Role], day: date) -> list[PersonRow]:
    """Everybody who holds a post of one of these roles on a day, by last name."""
    return _holding(connection, day, posts.table.c.role.in_(roles))


def holders_ever(connection: sa.Connection, role: Role) -> list[PersonRow]:
    """Everybody who holds, held or is to hold a post of that role."""
    return _people(
        connection, [sa.exists().where(posts.table.c.person == people.table.c.id, posts.table.c.role == role)]
    )


def roles_of_holders(
    connection: sa.Connection, roles: Collection[Role], day: date
) -> list[tuple[PersonRow, frozenset[Role]]]:
    """Everybody who holds a post of one of these roles on a day, by last name, with those of the roles that they
    hold."""
    columns, held = people.table.c, posts.table.c
    query = (
        sa.select(people.table, held.role)
        .join(posts.table, held.person == columns.id)
        .where(held_on(day), held.role.in_(roles))
        .order_by(columns.sorting, columns.id)
    )
    found: dict[PersonRow, set[Role]] = {}
    for row in connection.execute(query).mappings():
        person = PersonRow(**{name: row[name] for name in people.columns})
        found.setdefault(person, set()).add(row["role"])
    return [(person, frozenset(theirs)) for person, theirs in found.items()]


def held_with_deputies(
    connection: sa.Connection, roles: Collection[Role], day: date
) -> list[tuple[PostRow, DeputyRow | None]]:
    """The posts of these roles that are held on a day, each with who may decide for its holder then: somebody who
    holds a post themselves."""
    columns, held, own = deputies.table.c, posts.table.c, posts.table.alias("own").c
    works_here = sa.exists().where(
        own.person == columns.deputy, own.from_ <= day, sa.or_(own.until.is_(None), own.until >= day)
    )
    names_one = sa.and_(
        columns.person == held.person,
        columns.post == held.post,
        columns.from_ <= day,
        columns.until >= day,
        works_here,
    )
    query = (
        sa.select(*held, columns.number, columns.deputy, columns.from_.label("first"), columns.until.label("last"))
        .select_from(posts.table.outerjoin(deputies.table, names_one))
        .where(held_on(day), held.role.in_(list(roles)))
        .order_by(*AS_TAKEN)
    )
    found: list[tuple[PostRow, DeputyRow | None]] = []
    for row in connection.execute(query).mappings():
        post = PostRow(**{name: row[name] for name in posts.columns})
        deputy = row["deputy"] and DeputyRow(
            person=post.person,
            number=row["number"],
            post=post.post,
            deputy=row["deputy"],
            from_=row["first"],
            until=row["last"],
        )
        found.append((post, deputy))
    return found


def heads_and_chairs(connection: sa.Connection, school: UUID, day: date) -> list[PostRow]:
    """The headteacher's and chair's posts of a school on a day."""
    return _posts(connection, day, leading(school, day))


def leading(school: UUID | sa.BindParameter[UUID], day: date | sa.BindParameter[date]) -> sa.ColumnElement[bool]:
    """The condition that a post is that of a school's headteacher or chair on a day."""
    columns = posts.table.c
    return sa.and_(columns.school == school, columns.role.in_(SCHOOL_ROLES), held_on(day))


def of_provider(connection: sa.Connection, provider: UUID, day: date) -> list[PersonRow]:
    """The people who hold a post with a provider on a day, by last name."""
    return _holding(connection, day, posts.table.c.provider == provider)


def open_proposals(connection: sa.Connection) -> list[ProposalRow]:
    """The posts that wait to be decided on, the oldest first."""
    columns = proposals.table.c
    query = proposals.table.select().order_by(columns.proposed_on, columns.person, columns.proposal)
    return proposals.rows(connection, query)


def was_ever_held(connection: sa.Connection, role: Role) -> bool:
    """Whether anybody has held a post of a role, or is to."""
    return bool(connection.execute(sa.select(sa.exists().where(posts.table.c.role == role))).scalar())


def _posts(connection: sa.Connection, day: date, *conditions: sa.ColumnElement[bool]) -> list[PostRow]:
    query = posts.table.select().where(held_on(day), *conditions)
    return posts.rows(connection, query.order_by(*AS_TAKEN))


def _holding(connection: sa.Connection, day: date, *conditions: sa.ColumnElement[bool]) -> list[PersonRow]:
    columns = posts.table.c
    holds = sa.exists().where(columns.person == people.table.c.id, held_on(day), *conditions)
    return _people(connection, [holds])


def held_on(day: date | sa.BindParameter[date]) -> sa.ColumnElement[bool]:
    """The condition that a post is held on a day."""
    columns = posts.table.c
    return sa.and_(columns.from_ <= day, sa.or_(columns.until.is_(None), columns.until >= day))


def in_post(roles: Collection[Role], day: date) -> sa.Select[Any]:
    """The people who hold one of these posts on a day."""
    columns = posts.table.c
    return sa.select(columns.person).where(columns.role.in_(list(roles)), held_on(day))


def _people(
    connection: sa.Connection, conditions: Iterable[sa.ColumnElement[bool]], limit: int | None = None
) -> list[PersonRow]:
    return people.rows(connection, _by_name(conditions).limit(limit))


def _by_name(conditions: Iterable[sa.ColumnElement[bool]]) -> sa.Select[Any]:
    return people.table.select().where(*conditions).order_by(people.table.c.sorting, people.table.c.id)


_PLACE = [people.table.c.sorting.type, people.table.c.id.type]

VIEW = View("people", people, posts, proposals, deputies)
