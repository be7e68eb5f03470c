"""Who may decide by their posts, in the words of the scheme of delegation."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from domain.aggregate import Aggregate
from domain.delegation import Decider, Deputising
from domain.person import Person, Post
from domain.service import UnitOfWork
from domain.vocabulary import Role, Team
from projections import decisions, people
from projections.decisions import DecisionRow
from projections.people import DeputyRow, PostRow
from web.access.asked_only import ASKED_AS
from web.access.context import RequestContext, Snapshot
from web.access.identity import teams_of
from web.access.policy import Action
from web.access.restricted import hidden_from

DECIDES_AS = {
    Role.BROKER: Decider.BROKER,
    Role.CPD_MANAGER: Decider.CPD_MANAGER,
    Role.DIRECTOR: Decider.DIRECTOR,
    **ASKED_AS,
}
"""As what the holder of a post decides; an officer does where they lead the team of the school."""


def _decides_as(post: Post | PostRow, team: Team | None) -> Decider | None:
    if post.role is Role.OFFICER:
        leads = post.leads_team and (team is None or post.team is team)
        return Decider.SENIOR_OFFICER if leads else None
    return DECIDES_AS.get(post.role)


def held_by(person: Person, day: date, team: Team | None) -> frozenset[Decider]:
    """As what somebody decides on a day, about a school for which a team answers."""
    held = (_decides_as(post, team) for post in person.posts if post.held_on(day))
    return frozenset(post for post in held if post is not None)


def held_by_user(snapshot: Snapshot, school: UUID | None) -> frozenset[Decider]:
    """As what the person who asks decides today, about a school, by the posts that their session tells."""
    return _held_for(snapshot, team_for(snapshot, school))


def _held_for(snapshot: Snapshot, team: Team | None) -> frozenset[Decider]:
    held = {DECIDES_AS.get(right.role) for right in snapshot.user.rights if right.role is not Role.OFFICER}
    if any(right.leads and (team is None or right.leads is team) for right in snapshot.user.rights):
        held.add(Decider.SENIOR_OFFICER)
    return frozenset(post for post in held if post is not None)


def decided_by_user(snapshot: Snapshot) -> list[DecisionRow]:
    """What waits for the decision of the person who asks, what was asked first in front: never what they asked
    themselves or wrote part of, and as a deputy from the day on which it passes to them."""
    found = snapshot.context.kept(WaitingDecisions)
    if found.rows is None:
        found.rows = _decided_by_user(snapshot) if snapshot.user.may(Action.DECIDE) else []
    return found.rows


@dataclass
class WaitingDecisions:
    """What waits for the user's decision, looked up once while a request is answered."""

    rows: list[DecisionRow] | None = None


def _decided_by_user(snapshot: Snapshot) -> list[DecisionRow]:
    today, person, closed = snapshot.services.today(), snapshot.user.person, hidden_from(snapshot).closed
    rows = [row for row in decisions.open_on(snapshot.connection, today) if row.id not in closed]
    teams = teams_of(snapshot, [row.school for row in rows if row.school is not None])
    found = []
    for row in rows:
        team = None if row.school is None else teams[row.school]
        if row.may_be_decided_by(person, _held_for(snapshot, team), today, _deputising(snapshot, person, team)):
            found.append(row)
    return found


@dataclass
class _InPost:
    """Who holds the posts that decide today, and who is their deputy, looked up once while a request is answered."""

    rows: list[tuple[PostRow, DeputyRow | None]] | None = None


def _in_post(snapshot: Snapshot) -> list[tuple[PostRow, DeputyRow | None]]:
    known = snapshot.context.kept(_InPost)
    if known.rows is None:
        roles = [*DECIDES_AS, Role.OFFICER]
        known.rows = people.held_with_deputies(snapshot.connection, roles, snapshot.services.today())
    return known.rows


def deputies_today(snapshot: Snapshot) -> list[tuple[DeputyRow, PostRow]]:
    """Who is the deputy of the holder of which post today."""
    return [(row, held) for held, row in _in_post(snapshot) if row is not None]


def _deputising(snapshot: Snapshot, person: UUID, team: Team | None) -> list[Deputising]:
    return [
        Deputising(post, row.person)
        for row, held in deputies_today(snapshot)
        if row.deputy == person and (post := _decides_as(held, team)) is not None
    ]


def deputies_by_post(snapshot: Snapshot) -> list[tuple[Decider, DeputyRow]]:
    """Who is whose deputy today, by the posts that they decide as."""
    found = [(_decides_as(held, None), row) for row, held in deputies_today(snapshot)]
    return [(post, row) for post, row in found if post is not None]


def deputising_by_user(snapshot: Snapshot, school: UUID | None) -> list[Deputising]:
    """For whom the person who asks is a deputy today, about a school, and as what."""
    person = snapshot.user.person
    is_one = any(row.deputy == person for row, _ in deputies_today(snapshot))
    return _deputising(snapshot, person, team_for(snapshot, school)) if is_one else []


def deputising_in(context: RequestContext, work: UnitOfWork, school: UUID | None) -> list[Deputising]:
    """The same by the records of those whose deputy the person who asks is; it is held to them."""
    person, today = context.user.person, context.services.today()
    with context.read() as snapshot:
        team = team_for(snapshot, school)
        principals = dict.fromkeys(row.person for row, _ in deputies_today(snapshot) if row.deputy == person)
    return [
        Deputising(post, principal)
        for principal in principals
        for held in work.find(Person, principal).deputises(person, today)
        if (post := _decides_as(held, team)) is not None
    ]


def may_decide(
    snapshot: Snapshot, posts: Iterable[Decider], school: UUID | None, apart: Collection[UUID | None]
) -> list[UUID]:
    """Those who may decide today as one of these posts, about a school, and their deputies; but for those `apart`,
    for whom their deputies do not decide either."""
    return _may_decide(snapshot, tuple(posts), team_for(snapshot, school), apart)


def _may_decide(
    snapshot: Snapshot, asked: Collection[Decider], team: Team | None, apart: Collection[UUID | None]
) -> list[UUID]:
    deputies = [
        row.deputy
        for row, held in deputies_today(snapshot)
        if _decides_as(held, team) in asked and row.person not in apart
    ]
    found = dict.fromkeys([*_holders(snapshot, asked, team), *deputies])
    return [each for each in found if each not in apart]


def asked_of_nobody_else(snapshot: Snapshot, person: UUID) -> list[DecisionRow]:
    """What waits for a decision that only one person may make today, or that of one of two: neither another holder of
    the posts that are asked nor a deputy."""
    today, closed = snapshot.services.today(), hidden_from(snapshot).closed
    rows = [row for row in decisions.open_on(snapshot.connection, today) if row.id not in closed]
    teams = teams_of(snapshot, [row.school for row in rows if row.school is not None])
    found = []
    for row in rows:
        team = None if row.school is None else teams[row.school]
        if any(_may_decide(snapshot, posts, team, _apart(row)) == [person] for posts in _sides(row, today)):
            found.append(row)
    return found


def _sides(row: DecisionRow, day: date) -> list[tuple[Decider, ...]]:
    """The posts of which one person each is asked."""
    asked = decisions.posts_of(row, day)
    first = tuple(post for post in asked if post not in row.countersigns)
    second = tuple(post for post in asked if post in row.countersigns)
    return [posts for posts in (first, second) if posts]


def _apart(row: DecisionRow) -> frozenset[UUID | None]:
    return frozenset((row.asker, row.first_by, row.first_for, *row.authors))


HELD_AS = {decider: role for role, decider in DECIDES_AS.items()} | {Decider.SENIOR_OFFICER: Role.OFFICER}
"""The role whose holders decide as each post."""


def never_held(snapshot: Snapshot, posts: Iterable[Decider]) -> tuple[Decider, ...]:
    """Those of these posts that nobody has held, or is to hold: the authority has not filled them yet."""
    return tuple(post for post in posts if not people.was_ever_held(snapshot.connection, HELD_AS[post]))


def team_for(snapshot: Snapshot, school: UUID | None) -> Team | None:
    """The phase team that answers for a school."""
    return None if school is None else teams_of(snapshot, [school])[school]


def holders_of(snapshot: Snapshot, posts: Iterable[Decider], school: UUID | None) -> list[UUID]:
    """Those who may decide today as one of these posts, about a school."""
    return _holders(snapshot, tuple(posts), team_for(snapshot, school))


def _holders(snapshot: Snapshot, posts: Collection[Decider], team: Team | None) -> list[UUID]:
    return list(dict.fromkeys(held.person for held, _ in _in_post(snapshot) if _decides_as(held, team) in posts))


@dataclass
class _Known:
    """The unsettled decisions about records, looked up once while a request is answered."""

    rows: dict[UUID, list[DecisionRow]] = field(default_factory=dict)


def unsettled_rows(snapshot: Snapshot, record: Aggregate) -> list[DecisionRow]:
    """The decisions about a record, or its request, that are asked, or that others recorded and nobody has confirmed,
    whoever asks."""
    known = snapshot.context.kept(_Known).rows
    if record.id not in known:
        request, today = record.about().request, snapshot.services.today()
        known[record.id] = decisions.unsettled(snapshot.connection, record.id, request, today)
    return known[record.id]


def forget_unsettled(context: RequestContext) -> None:
    """Look up anew after a command: it may have asked for a decision, or settled one."""
    context.forget(_Known)
