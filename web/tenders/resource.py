"""Tenders as pages and API know them: the resource, its list, and how its commands are declared."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Unpack
from uuid import UUID

import sqlalchemy as sa
from marshmallow import Schema

from domain.tender import Tender
from projections import open_requests
from projections import tenders as view
from projections.open_requests import RequestRow
from projections.recorded import Recorded
from projections.row_queries import RowQuery
from web.access.context import RequestContext, Snapshot
from web.access.identity import ListScope
from web.access.policy import Action
from web.brokerage.broker_rights import BROKERING, action_for
from web.commands.doubts import with_doubts
from web.commands.listing import Listing, TableQuery
from web.commands.resource import Carry, CommandOptions, Resource, Values
from web.tenders import schemas


def _listed(_: Snapshot, scope: ListScope, filters: Values, after: str | None) -> sa.Select[Any]:
    return view.listed(
        schools=scope.narrowed(filters.get("school")),
        statuses=filters.get("status", ()),
        after=after,
    )


class MarkedTender(view.TenderRow):
    """A tender with what of its decisions nobody has confirmed, or somebody has disowned."""

    recorded_for_others: Recorded = ()


tenders: Resource[Tender] = Resource(
    "tenders",
    Tender,
    one="tender",
    read=Action.READ_INVITATION,
    out=schemas.TenderOut,
    listing=Listing(
        MarkedTender,
        TableQuery(view.tenders, _listed, with_doubts(MarkedTender)),
        lambda row: row.reference,
        schemas.TenderFilters,
        names={"whose": "on_behalf_of"},
    ),
)


_requests = open_requests.requests
REQUEST = {"request": RowQuery(_requests, _requests.table.c.id == sa.bindparam("request", type_=sa.Uuid))}
"""What is asked for the request of a tender beside other things."""


@dataclass
class RequestsOfTenders:
    """The requests that tenders are for, by id."""

    by_id: dict[UUID, RequestRow] = field(default_factory=dict)


def request_of(context: RequestContext, tender: Tender, found: Iterable[RequestRow] = ()) -> RequestRow:
    """The request that a tender is for, looked up once while a page or command is answered; `found` is the row of it
    where that was asked for already."""
    known = context.kept(RequestsOfTenders).by_id
    known |= {row.id: row for row in found}
    if tender.request not in known:
        with context.read() as snapshot:
            row = open_requests.requests.get(snapshot.connection, tender.request)
        if row is None:
            raise LookupError(f"tender {tender.reference} is for no request")
        known[tender.request] = row
    return known[tender.request]


def broker_command(
    name: str, title: str, schema: type[Schema], *, done: str, **options: Unpack[CommandOptions[Tender]]
) -> Callable[[Carry[Tender]], Carry[Tender]]:
    """Declare a command of whoever brokers needs of the kind that the tender is for."""
    first, *others = BROKERING
    options["or_actions"] = others
    options["action_of"] = lambda context, tender: action_for(request_of(context, tender).kind)
    return tenders.command(name, title, first, schema, done=done, **options)
