"""What their posts of today let the person who asks do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from werkzeug.exceptions import Forbidden

from domain.vocabulary import About, Phase, Team
from projections import schools
from web.access.context import RequestContext, Snapshot, User
from web.access.policy import POLICY, Action, RecordScope, Right, Scope, right_to, widest

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
class ListScope:
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


@dataclass
class TeamsOfSchools:
    """The phase teams that answer for schools, None for a school that nobody knows."""

    by_id: dict[UUID, Team | None] = field(default_factory=dict)


@dataclass
class SchoolsOfPhases:
    """The schools of some phases, and of none where that is asked for."""

    found: dict[tuple[tuple[str, ...], bool], frozenset[UUID]] = field(default_factory=dict)


def allow(context: RequestContext, action: Action, concerned: RecordScope | None = None) -> Right:
    """The right by which the person who is asking may do this. Raises Unauthorized or Forbidden."""
    user = context.user
    right = right_to(action, user.rights, user.person, concerned)
    if right is None:
        raise not_allowed(action, here=concerned is not None)
    return right


def not_allowed(action: Action, *, here: bool = True) -> Forbidden:
    """What is said where no post lets somebody do this; `here` to the record in hand, else at all."""
    return Forbidden(f"Your role does not let you {action}{' here' if here else ''}")


def allow_any(context: RequestContext, actions: Sequence[Action]) -> None:
    """Raises Unauthorized, or Forbidden where no post of the person who is asking lets them do any of these."""
    if not any(context.user.may(action) for action in actions):
        allow(context, actions[0])


def concerned(snapshot: Snapshot, about: About) -> RecordScope:
    """What the policy needs to know of a record, from whom and what the record concerns."""
    user = snapshot.context.user_or_none
    leads = user is not None and any(right.leads for right in user.rights)
    team = _team_of_school(snapshot, about.school) if leads and about.school is not None else None
    return RecordScope(about.school, team, about.provider, frozenset(about.people))


def _team_of_school(snapshot: Snapshot, school: UUID) -> Team | None:
    """The team of a school, which matters to those who lead one; looked up once while a page is made."""
    return teams_of(snapshot, [school])[school]


def teams_of(snapshot: Snapshot, asked: Collection[UUID]) -> dict[UUID, Team | None]:
    """The phase teams that answer for schools, None for a school that nobody knows."""
    known = snapshot.context.kept(TeamsOfSchools).by_id
    if unknown := [school for school in asked if school not in known]:
        phases = schools.phases_of(snapshot.connection, unknown)
        known |= {school: team_of(phases[school]) if school in phases else None for school in unknown}
    return {school: known[school] for school in asked}


def know_team(context: RequestContext, school: UUID, phase: object) -> None:
    """Remember which team answers for a school whose phase is at hand, so that nobody has to ask."""
    context.kept(TeamsOfSchools).by_id[school] = team_of(str(phase) if phase else None)


def team_of(phase: str | None) -> Team:
    """The phase team that answers for schools of a phase."""
    return TEAM_OF.get(Phase(phase), Team.PRIMARY) if phase else Team.PRIMARY


def list_scope(snapshot: Snapshot, action: Action) -> ListScope:
    """How far the person who is asking sees in a list. Raises Forbidden where the list is not theirs at all."""
    allow(snapshot.context, action)
    user = snapshot.user
    scope = widest(action, user.rights)
    if scope is Scope.ALL:
        return ListScope(everything=True)
    own = _schools_of_rights(action, user.rights)
    if scope is Scope.TEAM:
        own |= schools_of_teams(snapshot, _teams_led(user))
    return ListScope(schools=own, providers=user.providers, person=user.person)


def is_reached(user: User, action: Action, school: sa.ColumnElement[UUID]) -> sa.ColumnElement[bool] | None:
    """The condition that a right of somebody reaches a school, to be put within another question; None where it
    reaches all."""
    scope = widest(action, user.rights)
    if scope is Scope.ALL:
        return None
    own = school.in_(_schools_of_rights(action, user.rights))
    if scope is not Scope.TEAM:
        return own
    phases, with_phaseless = _phases_of(_teams_led(user))
    led = sa.select(schools.schools.table.c.id).where(schools.is_of_phases(phases, with_phaseless=with_phaseless))
    return sa.or_(own, school.in_(led))


def _teams_led(user: User) -> frozenset[Team]:
    return frozenset(right.leads for right in user.rights if right.leads)


def _phases_of(teams: Collection[Team]) -> tuple[tuple[str, ...], bool]:
    """The phases whose schools are those of some teams, and whether those without one are too."""
    return tuple(phase.value for phase in Phase if team_of(phase) in teams), team_of(None) in teams


def schools_of_teams(snapshot: Snapshot, teams: Collection[Team]) -> frozenset[UUID]:
    """The schools for which phase teams answer; looked up once while a page is made."""
    known = snapshot.context.kept(SchoolsOfPhases).found
    asked = phases, with_phaseless = _phases_of(teams)
    if asked not in known:
        known[asked] = schools.ids_of_phases(snapshot.connection, phases, with_phaseless=with_phaseless)
    return known[asked]


def _schools_of_rights(action: Action, rights: Iterable[Right]) -> frozenset[UUID]:
    row = POLICY[action]
    return frozenset(school for right in rights if right.role in row for school in right.school_ids)
