"""Records of visit as pages and API know them: their list, and which copy each reader gets."""

from __future__ import annotations

import dataclasses
from copy import copy
from typing import Any

import sqlalchemy as sa

from domain.record_of_visit import RecordOfVisit, RecordStatus
from projections import records_of_visit as view
from projections.view import replace
from web.access.context import RequestContext, Snapshot
from web.access.identity import ListScope
from web.access.policy import Action, RecordScope
from web.commands.listing import Listing, TableQuery
from web.commands.resource import Resource, Values, Visibility
from web.records import schemas
from web.records.api_schema import RecordOut


def _is_open(context: RequestContext, record: RecordOfVisit, where: RecordScope) -> bool:
    """A school sees nothing of a record before it is issued."""
    return record.is_issued or context.user.may(Action.READ_DRAFT_RECORD, where)


def _copy_for(context: RequestContext, record: RecordOfVisit, where: RecordScope) -> RecordOfVisit:
    """The record without what is not for this reader: restricted sections, and corrections in progress.

    A copy to be read: what is done is done to the record itself.
    """
    user, seen = context.user, copy(record)
    if not user.may(Action.READ_DRAFT_RECORD, where):
        seen.content = record.in_force
        seen.correction = ""
        seen.status = RecordStatus.CLOSED if record.status is RecordStatus.CLOSED else RecordStatus.ISSUED
    if not user.may(Action.READ_RESTRICTED, where):
        seen.content = seen.content.without_restricted()
        seen.versions = [
            dataclasses.replace(version, content=version.content.without_restricted()) for version in record.versions
        ]
    return seen


IN_PROGRESS = frozenset({RecordStatus.CORRECTING, RecordStatus.SUBMITTED, RecordStatus.ASSURED})
"""How a record may stand inside the service while the version that was issued stands for everybody else."""


def _records(snapshot: Snapshot, scope: ListScope, filters: Values, after: str | None) -> sa.Select[Any]:
    inside = snapshot.user.may(Action.READ_DRAFT_RECORD)
    asked = set(filters.get("status") or ())
    if not inside and RecordStatus.ISSUED in asked:
        asked |= IN_PROGRESS
    elif not inside and asked:
        asked &= {RecordStatus.CLOSED}
    return view.listed(
        schools=scope.narrowed(filters.get("school")),
        issued_only=not inside,
        statuses=asked if filters.get("status") else None,
        awaited=[filters["awaited"]] if filters.get("awaited") else None,
        after=after,
    )


def _as_told(snapshot: Snapshot, rows: list[view.RecordRow]) -> list[view.RecordRow]:
    return rows if snapshot.user.may(Action.READ_DRAFT_RECORD) else [_as_issued(row) for row in rows]


def _as_issued(row: view.RecordRow) -> view.RecordRow:
    return replace(row, status=RecordStatus.ISSUED) if row.status in IN_PROGRESS else row


records: Resource[RecordOfVisit] = Resource(
    "records",
    RecordOfVisit,
    one="record of visit",
    read=Action.READ_RECORD,
    out=RecordOut,
    listing=Listing(
        view.RecordRow,
        TableQuery(view.records, _records, _as_told),
        lambda row: row.reference,
        schemas.RecordFilters,
        names={"issues": "issue_count", "actions": "action_numbers", "completed": "completed_numbers"},
    ),
    visibility=Visibility(_is_open, _copy_for),
)
