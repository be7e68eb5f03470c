"""Concerns as pages and API show them, each to those who may read it."""

from __future__ import annotations

from copy import copy
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.concern import ConcernCase
from domain.vocabulary import Sensitivity
from projections import concerns as view
from projections.recorded import Recorded
from web.access.context import RequestContext, Snapshot
from web.access.identity import ListScope, list_scope
from web.access.policy import Action, RecordScope
from web.access.restricted import hidden_from
from web.access.shared_concerns import is_shared, reads_from_inside, share_of
from web.commands.doubts import with_doubts
from web.commands.listing import Listing, TableQuery
from web.commands.resource import Resource, Values, Visibility
from web.concerns import schemas


def _cases(snapshot: Snapshot, limited: ListScope, filters: Values, after: str | None) -> sa.Select[Any]:
    return view.listed(
        schools=limited.narrowed(filters.get("school")),
        statuses=filters.get("status", ()),
        review_before=filters.get("review_before"),
        restricted_of=_restricted(snapshot),
        apart_from=() if reads_from_inside(snapshot.user) else hidden_from(snapshot).closed,
        after=after,
    )


def _restricted(snapshot: Snapshot) -> frozenset[UUID] | None:
    """The schools whose restricted cases the person who asks may read; None for all."""
    if not snapshot.user.may(Action.READ_RESTRICTED):
        return frozenset()
    return list_scope(snapshot, Action.READ_RESTRICTED).narrowed()


def _is_told(context: RequestContext, case: ConcernCase, where: RecordScope) -> bool:
    """A restricted case is told to those alone who may read what is restricted there; to the school, one that is
    shared."""
    if case.sensitivity is not Sensitivity.ORDINARY:
        return context.user.may(Action.READ_RESTRICTED, where)
    return is_shared(context.user, case)


def _as_read(context: RequestContext, case: ConcernCase, where: RecordScope) -> ConcernCase:
    """A copy without the name of whoever told the service, for those who may not know it; for somebody of the school,
    in the words in which it is shared, with what was written since."""
    share, knows = share_of(context.user, case), context.user.may(Action.KNOW_SOURCE, where)
    if share is None and (knows or case.source_name is None):
        return case
    seen = copy(case)
    if share is not None:
        seen.as_shared(share)
    if not knows:
        seen.source_name = None
    return seen


class MarkedConcern(view.ConcernRow):
    """A concern with what of its decisions nobody has confirmed, or somebody has disowned."""

    recorded_for_others: Recorded = ()


concerns: Resource[ConcernCase] = Resource(
    "concerns",
    ConcernCase,
    one="concern",
    read=Action.READ_CONCERN,
    out=schemas.ConcernOut,
    listing=Listing(
        MarkedConcern,
        TableQuery(view.cases, _cases, with_doubts(MarkedConcern)),
        lambda row: row.reference,
        schemas.ConcernFilters,
        names={"whose": "on_behalf_of"},
    ),
    visibility=Visibility(is_open=_is_told, copy=_as_read),
)
