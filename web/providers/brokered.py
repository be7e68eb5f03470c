"""What has become of a provider and its people when they were asked: counts and ratings, always with the number of
cases that they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from marshmallow import Schema

from domain.tender import DeclineReason
from projections import provider_history as view
from projections import providers
from projections.recorded import Recorded
from projections.row_queries import RowQueries, RowQuery
from projections.view import Row
from web import formats
from web.access.context import Snapshot
from web.access.identity import ListScope
from web.access.name_cache import rows_of
from web.access.policy import Action
from web.brokerage.provider_past import past_for_reader
from web.brokerage.vetting_policy import PROVIDER
from web.commands.doubts import with_doubts
from web.commands.fields import provider_field
from web.commands.listing import ListEndpoint, Listing
from web.commands.on_behalf import doubts_in_words, ids_in
from web.commands.resource import Values
from web.history.record_addresses import record_href
from web.layout.paging import page_after

CASES_SHOWN = 20


class ProviderHistory(Row):
    """A provider's history or that of one of its people. Days of support, pounds net of VAT; `rating` is the mean of
    quality and impact, from 1 to 5, over the `rated` engagements that were evaluated."""

    holder: str
    name: str
    kind: view.Holder
    invited: int
    declined: int
    lapsed: int
    quoted: int
    selected: int
    engaged: int
    cancelled: int
    ended_early: int
    schools: int
    days: Decimal
    net_cost: Decimal
    rated: int
    rating: Decimal | None

    @property
    def rating_told(self) -> str:
        """The rating in words, never without the number of cases."""
        if self.rating is None:
            return "Not rated"
        return f"{self.rating:.1f} of 5, from {formats.counted(self.rated, 'case')}"


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One invitation or engagement as the page of a provider tells it."""

    reference: str
    href: str
    school: str
    case: view.ProviderCase
    doubts: str

    @property
    def rating_told(self) -> str:
        """What the school said of quality and impact, empty where it has not."""
        if self.case.quality is None or self.case.impact is None:
            return ""
        return f"Quality {self.case.quality}, impact {self.case.impact} of 5"

    @property
    def outcome_told(self) -> str:
        """Where it stands, why it was declined, and how many sessions were held in breach."""
        outcome = self.case.outcome.replace("_", " ").capitalize()
        if self.case.breaches:
            return f"{outcome}, {formats.counted(self.case.breaches, 'session')} held in breach"
        return f"{outcome}: {self.case.declined_for.label.lower()}" if self.case.declined_for else outcome


class BrokeredCase(Row):
    """One invitation or engagement of a provider: `outcome` is where it stands, by the words of its record, `days` of
    support were delivered, `breaches` sessions were held without clearance, and `quality` and `impact`, from 1 to 5,
    are the school's."""

    record: UUID
    kind: view.CaseKind
    school: UUID
    on: date
    outcome: str
    declined_for: DeclineReason | None
    days: Decimal
    breaches: int
    quality: int | None
    impact: int | None
    recorded_for_others: Recorded = ()


class HistoryFilters(Schema):
    provider = provider_field(required=True)


_there = providers.working(PROVIDER, sa.bindparam("today", type_=sa.Date))
_people = sa.select(providers.specialists.table.c.person).where(_there)
_holder = view.histories.table.c.holder
_case = view.cases.table.c

HISTORIES = {"histories": RowQuery(view.histories, sa.or_(_holder == PROVIDER, _holder.in_(_people)))}
"""What is asked for the history of a provider and of those who work for it today."""

LATEST_CASES = {
    "cases": RowQuery(view.cases, _case.holder == PROVIDER, (_case.on.desc(), _case.record.desc()), CASES_SHOWN + 1)
}

_ALONE = RowQueries(**HISTORIES)


def histories(snapshot: Snapshot, found: Iterable[view.BrokeredHistory]) -> list[ProviderHistory]:
    """The history of a provider, then of those who work for it today, by name; who was never asked has none."""
    rows = past_for_reader(snapshot, found)
    named = rows_of(snapshot, [row.holder for row in rows])
    told = [_history(row, named[row.holder].detail, named[row.holder].name) for row in rows]
    return sorted(told, key=lambda row: (row.kind is not view.Holder.PROVIDER, row.name, row.holder))


def _history(row: view.BrokeredHistory, reference: str, name: str) -> ProviderHistory:
    return ProviderHistory(
        holder=reference,
        name=name,
        kind=row.kind,
        invited=row.invited,
        declined=row.declined,
        lapsed=row.lapsed,
        quoted=row.quoted,
        selected=row.selected,
        engaged=row.engaged,
        cancelled=row.cancelled,
        ended_early=row.ended_early,
        schools=len(row.schools),
        days=row.days,
        net_cost=row.net_cost,
        rated=row.rated,
        rating=row.mean_rating,
    )


def cases(snapshot: Snapshot, found: Sequence[view.ProviderCase], *, linked: bool) -> Mapping[str, Any]:
    """The latest cases of a provider for its page, and whether there are more; `linked` gives them addresses."""
    shown = found[:CASES_SHOWN]
    marks = [row.recorded_for_others for row in with_doubts(BrokeredCase)(snapshot, shown)]
    people = {id for row in marks for id in ids_in(row) if id is not None}
    named = rows_of(snapshot, {id for case in shown for id in (case.record, case.school)} | people)
    names = {id: row.name for id, row in named.items()}
    told = [
        CaseLine(
            reference=named[case.record].detail,
            href=record_href(named[case.record].kind, named[case.record].detail) if linked else "",
            school=named[case.school].name,
            case=case,
            doubts=doubts_in_words(recorded, names),
        )
        for case, recorded in zip(shown, marks, strict=True)
    ]
    caption = f"Latest {CASES_SHOWN} items of work" if len(found) > CASES_SHOWN else "All work, latest first"
    return {"cases": told, "cases_caption": caption}


def _asked(
    snapshot: Snapshot, scope: ListScope, filters: Values, after: str | None, limit: int
) -> list[ProviderHistory]:
    if not scope.everything and filters["provider"] not in scope.providers:
        return []
    found = _ALONE.rows(snapshot.connection, provider=filters["provider"], today=snapshot.services.today())[
        "histories"
    ]
    return page_after(histories(snapshot, found), lambda row: row.holder, after, limit)


brokered = ListEndpoint(
    "brokered-history",
    Action.READ_PROVIDER,
    Listing(
        ProviderHistory,
        _asked,
        lambda row: row.holder,
        HistoryFilters,
        inside=("rating_told",),
        names={"schools": "school_count", "selected": "times_selected", "rating": "mean_rating"},
    ),
    "List the record of a provider and of its people in figures",
)


def _cases(
    snapshot: Snapshot, scope: ListScope, filters: Values, after: str | None, limit: int
) -> list[BrokeredCase]:
    provider = filters["provider"]
    if not scope.everything and provider not in scope.providers:
        return []
    last = None if after is None else UUID(after)
    found = view.cases_of(snapshot.connection, provider, after=last, limit=limit)
    return with_doubts(BrokeredCase)(snapshot, found)


brokered_cases = ListEndpoint(
    "brokered-cases",
    Action.READ_PROVIDER,
    Listing(
        BrokeredCase, _cases, lambda row: str(row.record), HistoryFilters, place=UUID, names={"whose": "on_behalf_of"}
    ),
    "List a provider's invitations and engagements, latest first",
)
