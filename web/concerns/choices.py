"""What forms about concerns offer: schools, those who may authorise a step, and the objectives of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from domain.concern import ConcernCase
from projections import people, schools
from projections.row_queries import RowQueries, RowQuery
from web.access.context import Snapshot, User
from web.access.identity import list_scope
from web.access.name_cache import reference_of
from web.access.policy import Action
from web.commands.choices import APPROVERS, authorisers, school_in_words
from web.concerns import schemas
from web.runtime.served_schools import is_ours

Lookups = Mapping[str, Any]

_held, _person, _school = people.posts.table.c, people.people.table.c, schools.schools.table.c
_today = sa.bindparam("today", type_=sa.Date)
_approving = sa.select(_held.person).where(people.held_on(_today), _held.role.in_(APPROVERS))

_RAISING = RowQueries(
    schools=RowQuery(schools.schools, _school.merged_into.is_(None), (_school.closed, _school.sought, _school.id)),
    approving=RowQuery(people.people, _person.id.in_(_approving), (_person.sorting, _person.id)),
)


def for_raising(snapshot: Snapshot, _: ConcernCase | None) -> Lookups:
    """Schools that have closed or gone to another authority are among those offered, the last of them: for worries of
    the time before."""
    limited, here = list_scope(snapshot, Action.RAISE_CONCERN).narrowed(), snapshot.services
    found = _RAISING.rows(snapshot.connection, today=here.today())
    return {
        schemas.SCHOOLS: [
            (str(school.urn), f"{school_in_words(school)}{', ' + school.ending if school.ending else ''}")
            for school in found["schools"]
            if (limited is None or school.id in limited)
            and (is_ours(here, school.la_code) or school.left_on is not None)
        ],
        schemas.AUTHORISERS: [(person.reference, person.name) for person in found["approving"]],
    }


def default_authoriser(snapshot: Snapshot, user: User) -> Lookups:
    """Whoever raises a concern authorises it, if they hold a post that may."""
    return {"authoriser": reference_of(snapshot, user.person)} if user.holds(*APPROVERS) else {}


def for_step(snapshot: Snapshot, _: ConcernCase | None) -> Lookups:
    return {schemas.AUTHORISERS: authorisers(snapshot)}


def objectives_to_review(snapshot: Snapshot, case: ConcernCase | None) -> Lookups:
    """The objectives that a review rates, by number and in words."""
    objectives = case.objectives_to_review if case else []
    return {
        schemas.AUTHORISERS: authorisers(snapshot),
        schemas.OBJECTIVES: [(str(each.number), f"{each.number}. {each.text}") for each in objectives],
    }
