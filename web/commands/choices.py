"""People and providers as forms offer them: reference and name, people of one name told apart."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.names import look
from domain.person import Post
from domain.vocabulary import Role
from projections import people, schools
from projections.people import PostRow
from web.access.context import ContextRule, RequestContext, Snapshot
from web.access.identity import list_scope
from web.access.name_cache import id_of_reference, names_of, references_of
from web.access.policy import Action
from web.commands.resource import NothingToChoose
from web.runtime.authority import authority
from web.runtime.served_schools import is_ours

Choices = list[tuple[str, str]]

SERVICE_ROLES = (Role.OFFICER, Role.STRATEGIC_LEAD, Role.DIRECTOR, Role.BROKER, Role.CPD_MANAGER)

APPROVERS = (Role.DIRECTOR, Role.OFFICER)
"""Whose posts let them answer for a formal decision."""

EVERY_SCHOOL = 100_000
EVERYBODY = 10_000


def open_schools(snapshot: Snapshot, action: Action) -> Choices:
    """This authority's open schools about which the person who asks may do something, by name."""
    limited = list_scope(snapshot, action).narrowed()
    here = snapshot.services
    asked = schools.listed(snapshot.connection, today=here.today()).limit(EVERY_SCHOOL)
    known = schools.schools.rows(snapshot.connection, asked)
    return [
        (str(school.urn), school_in_words(school))
        for school in known
        if not school.closed and is_ours(here, school.la_code) and (limited is None or school.id in limited)
    ]


def school_in_words(school: schools.KnownSchool) -> str:
    """A school as a list offers it: by name, town and URN."""
    return f"{school.name}, {school.detail('town') or school.urn} ({school.urn})"


def post_in_words(post: Post | PostRow, names: Mapping[UUID, str]) -> str:
    """A post as people call it: its role, and where or for what it is held."""
    at = post.school or post.provider
    named = names.get(at, "") if at else post.theme or (f"{post.team.label} team" if post.team else "")
    return f"{post.role.label}, {named}" if named else post.role.label


def distinct_options(snapshot: Snapshot, offered: Iterable[tuple[str, str]]) -> Choices:
    """People by reference and name, those whose names look alike with their posts of today, and with the reference
    where that does not do."""
    choices = list(offered)
    alike = _alike(choices)
    if not alike:
        return choices
    ids = {reference: id for reference, _ in alike if (id := id_of_reference(reference))}
    held = people.posts_of_each(snapshot.connection, list(ids.values()), snapshot.services.today())
    places = names_of(snapshot, [place for post in held for place in (post.school, post.provider) if place])
    posts: dict[UUID, list[str]] = defaultdict(list)
    for post in held:
        posts[post.person].append(post_in_words(post, places))
    with_posts = [
        (reference, ", ".join((name, *posts[ids[reference]])) if (reference, name) in alike else name)
        for reference, name in choices
    ]
    still = _alike(with_posts)
    return [(each[0], f"{each[1]} ({each[0]})" if each in still else each[1]) for each in with_posts]


def distinct_names(snapshot: Snapshot, ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of these people, told apart from all others whose names look alike."""
    named = names_of(snapshot, list(ids))
    for id in named:
        if others := people.alike(snapshot.connection, id):
            reference = references_of(snapshot, [id])[id]
            namesakes = [(each.reference, each.name) for each in others]
            named[id] = dict(distinct_options(snapshot, [(reference, named[id]), *namesakes]))[reference]
    return named


def _alike(choices: Choices) -> frozenset[tuple[str, str]]:
    """Those of several people whose texts look alike."""
    looks = Counter(look(text) for _, text in {*choices})
    return frozenset(each for each in choices if looks[look(each[1])] > 1)


def holders_of_roles(snapshot: Snapshot, roles: Iterable[Role]) -> Choices:
    """Everybody who holds one of these posts today, by name."""
    held = people.holders_on(snapshot.connection, tuple(roles), snapshot.services.today())
    return distinct_options(snapshot, [(person.reference, person.name) for person in held])


def everybody(connection: sa.Connection) -> Choices:
    """Everybody known to the service, by last name."""
    return [(person.reference, person.name) for person in people.everybody(connection, limit=EVERYBODY)]


def officers(snapshot: Snapshot) -> Choices:
    """The officers and directors of today."""
    return holders_of_roles(snapshot, (Role.OFFICER, Role.DIRECTOR))


def provider_options(snapshot: Snapshot, providers: Iterable[UUID]) -> Choices:
    """Providers by reference and name, in the order given."""
    wanted = list(providers)
    named, refs = names_of(snapshot, wanted), references_of(snapshot, wanted)
    return [(refs[id], named[id]) for id in wanted if id in refs]


@dataclass
class Choosable:
    """What there is to choose: whether somebody holds one of some roles today, and about which schools something may
    be done."""

    holders: dict[tuple[Role, ...], bool] = field(default_factory=dict)
    schools: dict[Action, bool] = field(default_factory=dict)


def must_be_held(context: RequestContext, roles: tuple[Role, ...], why: str) -> None:
    """Raises NothingToChoose, with this sentence, where nobody holds one of these roles today."""
    held = context.kept(Choosable).holders
    if roles not in held:
        with context.read() as snapshot:
            held[roles] = bool(people.holders_on(snapshot.connection, roles, context.services.today()))
    if not held[roles]:
        raise NothingToChoose(why)


def needs_school(action: Action, *, also_closed: bool = False) -> ContextRule[Any]:
    """The rule that there is a school about which the person who asks may do something."""

    def check(context: RequestContext, _: object) -> None:
        found = context.kept(Choosable).schools
        if action not in found:
            found[action] = is_there(context)
        if not found[action]:
            raise NothingToChoose("There are no open schools for which you can do this")

    def is_there(context: RequestContext) -> bool:
        columns, ours = schools.schools.table.c, authority(context.services).own_code
        asked = sa.select(columns.id).limit(1)
        if not also_closed:
            asked = asked.where(~columns.closed)
        if not also_closed and ours is not None:
            asked = asked.where(sa.or_(columns.la_code.is_(None), columns.la_code == ours))
        with context.read() as snapshot:
            limited = list_scope(snapshot, action).narrowed()
            if limited is not None:
                asked = asked.where(columns.id.in_(limited))
            return snapshot.connection.execute(asked).first() is not None

    return ContextRule(check)
