"""Records that outsiders begin from a visit of a restricted concern: those who see it as a plain one may not know
that it is of one, so what they write carries nothing of it, and is seen as on any visit.

Whoever could read the concern when they wrote, or earlier, is no outsider, though they have another post since: what
they knew they know.
"""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa

from domain.vocabulary import Phase, Team
from projections import people, schools, visits
from projections.links import links
from web.access.identity import team_of
from web.access.policy import POLICY, Action, Scope


@cache
def begun_by_outsider() -> sa.ColumnElement[bool]:
    """The condition that a record was begun from a visit by somebody to whom the restricted concerns of the school
    were never open by then, and who was not to make the visit; to be put where links are asked for."""
    link, visit = links.table.c, visits.visits.table.c
    making = visits.ever_visiting.table.c
    from_a_visit = sa.exists().where(visit.id == link.parent)
    made_it = sa.exists().where(
        making.visit == link.parent, making.person == link.begun_by, making.since <= link.begun_on
    )
    insiders = (made_it, _by_post(), _by_school())
    return sa.and_(from_a_visit, link.begun_by.is_not(None), *(sa.not_(each) for each in insiders))


def _by_post() -> sa.ColumnElement[bool]:
    """Whoever held a post that reads of all restricted concerns, or led the team of the school."""
    link, post, school = links.table.c, people.posts.table.c, schools.schools.table.c
    of = {scope: [role for role, its in POLICY[Action.READ_RESTRICTED].items() if its is scope] for scope in Scope}
    teams = sa.exists().where(school.id == link.school, sa.or_(*(_is_of_team(team) for team in Team)))
    teams = teams.correlate_except(schools.schools.table)
    leads = sa.and_(post.role.in_(of[Scope.TEAM]), post.leads_team, teams)
    held = sa.and_(post.person == link.begun_by, post.from_ <= link.begun_on)
    return sa.exists().where(held, sa.or_(post.role.in_(of[Scope.ALL]), leads))


def _is_of_team(team: Team) -> sa.ColumnElement[bool]:
    phases = [phase.value for phase in Phase if team_of(phase) is team]
    here = schools.is_of_phases(phases, with_phaseless=team_of(None) is team)
    return sa.and_(people.posts.table.c.team == team, here)


def _by_school() -> sa.ColumnElement[bool]:
    """Whoever was link or cover officer of the school; not who was to be one and never began."""
    link, linked, cover = links.table.c, schools.link_officers.table.c, schools.covers.table.c
    began = sa.or_(linked.until.is_(None), linked.until >= linked.from_)
    as_link = sa.exists().where(
        linked.school == link.school, linked.officer == link.begun_by, linked.from_ <= link.begun_on, began
    )
    as_cover = sa.exists().where(
        cover.school == link.school, cover.officer == link.begun_by, cover.from_ <= link.begun_on
    )
    return sa.or_(as_link, as_cover)
