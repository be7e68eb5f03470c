"""Who may decide by their posts, in the words of the scheme of delegation."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from domain.delegation import Decider
from domain.person import Person, Post
from domain.vocabulary import Role, Team
from projections import people
from projections.people import PostRow
from web.access.context import Snapshot
from web.access.identity import teams_of

DECIDES_AS = {
    Role.BROKER: Decider.BROKER,
    Role.CPD_MANAGER: Decider.CPD_MANAGER,
    Role.DIRECTOR: Decider.DIRECTOR,
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
    team = team_for(snapshot, school)
    held = {DECIDES_AS.get(right.role) for right in snapshot.user.rights if right.role is not Role.OFFICER}
    if any(right.leads and (team is None or right.leads is team) for right in snapshot.user.rights):
        held.add(Decider.SENIOR_OFFICER)
    return frozenset(post for post in held if post is not None)


def team_for(snapshot: Snapshot, school: UUID | None) -> Team | None:
    """The phase team that answers for a school."""
    return None if school is None else teams_of(snapshot, [school])[school]


def holders_of(snapshot: Snapshot, posts: Iterable[Decider], school: UUID | None) -> list[UUID]:
    """Those who may decide today as one of these posts, about a school."""
    wanted, team = {*posts}, team_for(snapshot, school)
    roles: Collection[Role] = [*DECIDES_AS, Role.OFFICER]
    held = people.posts_of_roles(snapshot.connection, roles, snapshot.services.today())
    return list(dict.fromkeys(post.person for post in held if _decides_as(post, team) in wanted))
