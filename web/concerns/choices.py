"""What forms about concerns offer: schools, and the objectives of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.concern import ConcernCase, ReferredTo
from projections import schools
from projections.row_queries import RowQueries, RowQuery
from web.access.context import Snapshot
from web.access.identity import list_scope
from web.access.policy import Action
from web.commands.choices import school_in_words
from web.concerns import schemas
from web.runtime.authority import settings_of
from web.runtime.served_schools import is_ours

Lookups = Mapping[str, Any]

CONTACTS = "contacts"
"""Whom to call about safeguarding, with name and telephone."""

_school = schools.schools.table.c

_RAISING = RowQueries(
    schools=RowQuery(schools.schools, _school.merged_into.is_(None), (_school.closed, _school.sought, _school.id)),
)


def for_raising(snapshot: Snapshot, _: ConcernCase | None) -> Lookups:
    """Schools that have closed or gone to another authority are among those offered, the last of them: for worries of
    the time before."""
    limited, here = list_scope(snapshot, Action.RAISE_CONCERN).narrowed(), snapshot.services
    found = _RAISING.rows(snapshot.connection)
    return {
        schemas.SCHOOLS: [
            (str(school.urn), f"{school_in_words(school)}{', ' + school.ending if school.ending else ''}")
            for school in found["schools"]
            if (limited is None or school.id in limited)
            and (is_ours(here, school.la_code) or school.left_on is not None)
        ],
    }


def for_safeguarding(snapshot: Snapshot, case: ConcernCase | None) -> Lookups:
    """The schools, and whom to call now."""
    settings, _ = settings_of(snapshot.services)
    told = {
        ReferredTo.DESIGNATED_OFFICER: settings.designated_officer,
        ReferredTo.SOCIAL_CARE: settings.social_care,
        ReferredTo.POLICE: settings.police,
    }
    return {**for_raising(snapshot, case), CONTACTS: [(whom.label, how) for whom, how in told.items()]}


def objectives_to_review(_: Snapshot, case: ConcernCase | None) -> Lookups:
    """The objectives that a review rates, by number and in words."""
    objectives = case.objectives_to_review if case else []
    return {
        schemas.OBJECTIVES: [(str(each.number), f"{each.number}. {each.text}") for each in objectives],
    }
