"""Who is asking, and what their posts of today let them do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from flask import g
from werkzeug.exceptions import Forbidden, Unauthorized

from domain.vocabulary import About, Channel, Phase, Role, Team
from projections import names, people, schools
from web.office import office
from web.policy import POLICY, Action, Concerned, Right, Scope, right_to, widest

TEAM_OF = {
    Phase.NURSERY: Team.PRIMARY,
    Phase.PRIMARY: Team.PRIMARY,
    Phase.MIDDLE_DEEMED_PRIMARY: Team.PRIMARY,
    Phase.SECONDARY: Team.SECONDARY,
    Phase.MIDDLE_DEEMED_SECONDARY: Team.SECONDARY,
    Phase.ALL_THROUGH: Team.SECONDARY,
    Phase.SIXTEEN_PLUS: Team.SECONDARY,
}
"""The phase team that answers for a school; special and other schools without a phase are the primary team's."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in person with the rights of today. `may_change` is false for a token that only reads."""

    person: UUID
    name: str
    rights: tuple[Right, ...]
    channel: Channel = Channel.SCREEN
    may_change: bool = True

    @property
    def post_title(self) -> str:
        """The posts held, as the header shows them."""
        return ", ".join(dict.fromkeys(right.role.label for right in self.rights))

    def holds(self, *roles: Role) -> bool:
        """Whether any of these posts is held today."""
        return any(right.role in roles for right in self.rights)

    def may(self, action: Action, concerned: Concerned | None = None) -> bool:
        """Whether the policy lets this person do something, to this record or at all."""
        return right_to(action, self.rights, self.person, concerned) is not None

    @property
    def schools(self) -> frozenset[UUID]:
        """The schools of this person's posts."""
        return frozenset(school for right in self.rights for school in right.school_ids)

    @property
    def providers(self) -> frozenset[UUID]:
        """The providers that this person works for."""
        return frozenset(right.provider for right in self.rights if right.provider)


@dataclass(frozen=True, slots=True)
class Reach:
    """To which records a list is narrowed for somebody; `everything` leaves it whole."""

    everything: bool = False
    schools: frozenset[UUID] = field(default_factory=frozenset)
    providers: frozenset[UUID] = field(default_factory=frozenset)
    person: UUID | None = None

    def narrowed(self, school: UUID | None = None) -> frozenset[UUID] | None:
        """The schools to which a list is narrowed, by the reader's rights and a school asked for; None for all."""
        if school is None:
            return None if self.everything else self.schools
        return frozenset({school}) if self.everything or school in self.schools else frozenset()


def visitor() -> Visitor | None:
    """The person who is asking, None when nobody is signed in."""
    if "visitor" not in g:
        g.visitor = _visitor()
    found: Visitor | None = g.visitor
    return found


def signed_in() -> Visitor:
    """The person who is asking. Raises Unauthorized when nobody is signed in."""
    found = visitor()
    if found is None:
        raise Unauthorized("Sign in to go on")
    return found


def allow(action: Action, concerned: Concerned | None = None) -> Right:
    """The right by which the person who is asking may do this. Raises Unauthorized or Forbidden."""
    asking = signed_in()
    right = right_to(action, asking.rights, asking.person, concerned)
    if right is None:
        raise Forbidden(f"Your posts do not let you {action}{' here' if concerned else ''}")
    return right


def allow_any(actions: Sequence[Action]) -> None:
    """Raises Unauthorized, or Forbidden where no post of the person who is asking lets them do any of these."""
    if not any(signed_in().may(action) for action in actions):
        allow(actions[0])


def concerned(connection: sa.Connection, about: About) -> Concerned:
    """What the policy needs to know of a record, from whom and what the record concerns."""
    team = None
    if about.school is not None:
        school = schools.by_id(connection, about.school)
        team = team_of(school.phase) if school else None
    return Concerned(about.school, team, about.provider, frozenset(about.people))


def team_of(phase: str | None) -> Team:
    """The phase team that answers for schools of a phase."""
    return TEAM_OF.get(Phase(phase), Team.PRIMARY) if phase else Team.PRIMARY


def reach(connection: sa.Connection, action: Action) -> Reach:
    """How far the person who is asking sees in a list. Raises Forbidden where the list is not theirs at all."""
    allow(action)
    asking = signed_in()
    scope = widest(action, asking.rights)
    if scope is Scope.ALL:
        return Reach(everything=True)
    own = _schools_of_rights(action, asking.rights)
    if scope is Scope.TEAM:
        teams = {right.leads for right in asking.rights if right.leads}
        phases = [phase.value for phase, team in TEAM_OF.items() if team in teams]
        own |= schools.ids_of_phases(connection, phases, with_phaseless=Team.PRIMARY in teams)
    return Reach(schools=own, providers=asking.providers, person=asking.person)


def _schools_of_rights(action: Action, rights: Iterable[Right]) -> frozenset[UUID]:
    row = POLICY[action]
    return frozenset(school for right in rights if right.role in row for school in right.school_ids)


def _visitor() -> Visitor | None:
    token = g.get("token")
    person: UUID | None = token.person if token is not None else g.get("session_person")
    if person is None:
        return None
    today = office().today()
    with office().read() as connection:
        name = names.names_of(connection, [person]).get(person, "")
        held = people.posts_on(connection, person, today)
        link = schools.ids_of_officer(connection, person, today)
    rights = tuple(_right(post, link) for post in held)
    if token is not None:
        return Visitor(person, name, rights, Channel.API, may_change=token.may_write)
    return Visitor(person, name, rights)


def _right(post: people.PostRow, link: frozenset[UUID]) -> Right:
    linked = link if post.role in {Role.OFFICER, Role.DIRECTOR} else frozenset()
    return Right(
        role=post.role,
        school_ids=frozenset({post.school}) if post.school else linked,
        provider=post.provider,
        leads=post.team if post.leads_team else None,
    )
