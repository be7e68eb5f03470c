"""Engagements as pages and API know them, and the list of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.engagement import BrokeredEngagement
from projections import engagements as view
from providers.delivery import Delivery
from web.access.context import Snapshot
from web.access.identity import ListScope
from web.access.policy import Action
from web.brokerage.broker_rights import vetting_of
from web.brokerage.outlooks import as_of_today
from web.commands.doubts import with_doubts
from web.commands.listing import Listing, TableQuery
from web.commands.resource import Execution, Resource, Values, Visibility
from web.engagements import schemas
from web.engagements.api_schema import EngagementOut, copy_for
from web.runtime.authority import subjects_of


def _one(id: UUID | None) -> list[UUID] | None:
    return None if id is None else [id]


def _listed(snapshot: Snapshot, scope: ListScope, filters: Values, after: str | None) -> sa.Select[Any]:
    return view.listed(
        schools=_one(filters.get("school")),
        providers=_one(filters.get("provider")),
        statuses=filters.get("status", ()),
        kind=filters.get("kind"),
        subjects=subjects_of(snapshot.services).words_for(filters.get("subject", "")),
        awaiting=filters.get("awaiting"),
        evaluation_due=filters.get("evaluation_due", False),
        among=None if scope.everything else (scope.schools, scope.providers),
        after=after,
    )


def _as_told(snapshot: Snapshot, rows: list[view.EngagementRow]) -> list[view.EngagementRow]:
    return with_doubts(view.EngagementRow)(snapshot, as_of_today(snapshot, rows))


engagements: Resource[BrokeredEngagement] = Resource(
    "engagements",
    BrokeredEngagement,
    one="engagement",
    read=Action.READ_ENGAGEMENT,
    out=EngagementOut,
    visibility=Visibility(copy=copy_for),
    listing=Listing(
        view.EngagementRow,
        TableQuery(view.engagements, _listed, _as_told),
        lambda row: row.reference,
        schemas.EngagementFilters,
        names={"cleared_to": "cleared_until", "exempt": "exemptions", "whose": "on_behalf_of"},
    ),
)


def delivery(execution: Execution[Any]) -> Delivery:
    """How commands that look at clearance are carried out."""
    return Delivery(execution.service, vetting_of(execution.services))
