"""What a record belongs to: the visit or concern that it names, as far as whoever names or reads it may open that."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import copy
from datetime import date
from typing import TypeVar
from uuid import UUID

from domain.aggregate import Aggregate, Refusal
from domain.concern import ConcernCase
from domain.school import School, rules
from domain.service import Service
from domain.support_request import SupportRequest
from domain.visit import Visit
from projections import schools
from web.access.context import ContextRule, RequestContext, Snapshot
from web.access.policy import RecordScope
from web.access.restricted import hidden_from, plain_visit
from web.commands.attachments import is_open_to, resource_of
from web.runtime.authority import authority
from web.runtime.bulk_load import load_records

R = TypeVar("R", bound=Aggregate)

LINKS: Mapping[str, str] = {"visit": Visit.KIND, "concern": ConcernCase.KIND}
"""The names under which a record keeps what it belongs to, and the kinds of record that these are."""


class BelongsElsewhere(Refusal):
    """A visit, concern or request of another school is named."""


def must_be_of_school(
    service: Service,
    school: UUID,
    *,
    visit: UUID | None = None,
    concern: UUID | None = None,
    request: UUID | None = None,
) -> None:
    """Raises BelongsElsewhere unless what is named of visit, concern and request is the school's own."""
    if visit is not None and service.find(Visit, visit).school != school:
        raise BelongsElsewhere("This visit was to another school", field="visit")
    if concern is not None and service.find(ConcernCase, concern).school != school:
        raise BelongsElsewhere("This concern is about another school", field="concern")
    if request is not None and service.find(SupportRequest, request).school != school:
        raise BelongsElsewhere("This request is that of another school", field="request")


@ContextRule
def must_be_open_here(context: RequestContext, school: School) -> None:
    """Raises SchoolIsElsewhere or SchoolIsClosed where nothing begins at a school any more."""
    rules.must_be_open_here(school, authority(context.services).own_code)


def must_be_open_school(context: RequestContext, school: UUID, on: date, *, field: str) -> None:
    """Raises SchoolIsElsewhere or SchoolIsClosed where something that begins on a day would begin at a school that is
    another authority's then, or closed: such a school takes late facts of the time before alone."""
    with context.read() as snapshot:
        known = schools.by_id(snapshot.connection, school)
    if known is not None:
        rules.must_be_there(known.details, on, authority=authority(context.services).own_code, field=field)


def with_open_links(context: RequestContext, record: R, _: RecordScope) -> R:
    """The record without what it belongs to, where that is not open to the person who asks; a visit that hangs on
    something restricted as a plain one."""
    if isinstance(record, Visit):
        with context.read() as snapshot:
            if record.id in hidden_from(snapshot).plain:
                return plain_visit(record)
    kept = ((name, kind, getattr(record, name, None)) for name, kind in LINKS.items())
    closed = [name for name, kind, id in kept if id is not None and not is_open_to(context, kind, id)]
    if not closed:
        return record
    seen = copy(record)
    vars(seen).update(dict.fromkeys(closed))
    return seen


def concerns_among(snapshot: Snapshot, ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of some concerns that are open to the person who asks."""
    resource = resource_of(ConcernCase.KIND)
    if resource is None or not ids:
        return frozenset()
    user = snapshot.user
    opened = set()
    for id, case in load_records(snapshot.services, snapshot.connection, dict.fromkeys(ids, ConcernCase)).items():
        where = resource.concerned(snapshot, case)
        if user.may(resource.read, where) and resource.opens(snapshot, case, where):
            opened.add(id)
    return frozenset(opened)
