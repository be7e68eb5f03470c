"""Requests as pages and API know them: the resource, its list, and how its commands are declared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Unpack

import sqlalchemy as sa
from marshmallow import Schema

from domain.signature import current_signature
from domain.support_request import SupportRequest
from domain.tender import Tender
from domain.vocabulary import Side
from projections import open_requests as view
from projections.recorded import Recorded
from web.access.context import RequestContext, Snapshot
from web.access.identity import ListScope
from web.access.policy import SCHOOL, Action
from web.access.restricted import restricted_records
from web.brokerage.broker_rights import BROKERING, action_for
from web.commands.doubts import with_doubts
from web.commands.listing import Listing, TableQuery
from web.commands.resource import Carry, CommandOptions, Resource, Values, Visibility
from web.requests import api_schema
from web.runtime.authority import subjects_of


def _listed(snapshot: Snapshot, scope: ListScope, filters: Values, after: str | None) -> sa.Select[Any]:
    asked = {name: value for name, value in filters.items() if name not in {"school", "status", "open", "subject"}}
    return view.listed(
        schools=scope.narrowed(filters.get("school")),
        statuses=filters.get("status", ()),
        subject_keys=subjects_of(snapshot.services).keys_of(filters.get("subject", "")),
        is_open=filters.get("open"),
        today=snapshot.services.today(),
        unasked=restricted_records(snapshot),
        after=after,
        **asked,
    )


class MarkedRequest(view.RequestRow):
    """A support request with what of its decisions nobody has confirmed, or somebody has disowned."""

    recorded_for_others: Recorded = ()


def _as_told(snapshot: Snapshot, rows: list[view.RequestRow]) -> list[MarkedRequest]:
    unasked, today = restricted_records(snapshot), snapshot.services.today()
    rows = [view.as_of(row, today) for row in rows]
    rows = [view.as_unasked(row) if row.id in unasked else row for row in rows]
    return with_doubts(MarkedRequest)(snapshot, rows)


requests: Resource[SupportRequest] = Resource(
    "requests",
    SupportRequest,
    one="support request",
    read=Action.READ_REQUEST,
    out=api_schema.RequestOut,
    listing=Listing(
        MarkedRequest,
        TableQuery(view.requests, _listed, _as_told),
        lambda row: row.reference,
        api_schema.RequestFilters,
        inside=("id", "subject_key", "asked"),
        names={"raised_by": "raised_by_side", "whose": "on_behalf_of"},
        kept_back=api_schema.columns_withheld,
    ),
    visibility=Visibility(copy=api_schema.copy_for),
)


def tender_of(context: RequestContext, request: SupportRequest) -> Tender | None:
    """The tender by which help is sought."""
    return None if request.tender is None else context.services.service.find(Tender, request.tender)


def broker_command(
    name: str, title: str, schema: type[Schema], *, done: str, **options: Unpack[CommandOptions[SupportRequest]]
) -> Callable[[Carry[SupportRequest]], Carry[SupportRequest]]:
    """Declare a command of whoever brokers requests of its kind."""
    first, *others = BROKERING
    options["or_actions"] = others
    options["action_of"] = lambda _, request: action_for(request.kind)
    return requests.command(name, title, first, schema, done=done, **options)


def acting_side() -> Side:
    """Whose act it is follows from the post in which somebody acts."""
    return Side.SCHOOL if current_signature().post in SCHOOL else Side.SERVICE
