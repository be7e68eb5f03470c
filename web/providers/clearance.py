"""Who of a provider is cleared on a day, as pages and programs ask it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from marshmallow import Schema

from projections.view import Row
from providers.vetting import Clearance, ClearanceStatus, cleared_on
from web.access.context import Snapshot
from web.access.identity import ListScope
from web.access.name_cache import rows_of
from web.access.policy import Action
from web.brokerage.vetting_policy import policy_on, vetting_facts, vetting_of
from web.commands.fields import day_field, provider_field
from web.commands.listing import ListEndpoint, Listing
from web.commands.resource import Values
from web.layout.paging import page_after


class ClearedPerson(Row):
    """A specialist's clearance on a day. `missing`, `exemptions` and `renewals` are sentences, `valid_to` is the last
    day on which it stays so, `policy` the version of the vetting policy that was asked. Who is cleared with an
    exemption has the status of one."""

    person: str
    name: str
    provider: str
    on: date
    cleared: bool
    status: ClearanceStatus
    exemptions: tuple[str, ...]
    renewals: tuple[str, ...]
    missing: tuple[str, ...]
    valid_to: date | None
    policy: str


class ClearanceFilters(Schema):
    provider = provider_field(required=True)
    on = day_field("Date", required=False, description="The date to check; today by default")


def clearances(snapshot: Snapshot, provider: UUID, day: date) -> dict[UUID, Clearance]:
    """The clearance of everybody who works for a provider on a day."""
    found, policy = vetting_of(snapshot.connection, provider), policy_on(snapshot.services, day)
    facts = vetting_facts(found)
    if facts is None:
        return {}
    people = [row.person for row in found["people"] if row.works_on(day)]
    return {person: cleared_on(facts, person, day, policy) for person in people}


def _asked(
    snapshot: Snapshot, scope: ListScope, filters: Values, after: str | None, limit: int
) -> list[ClearedPerson]:
    provider, day = filters["provider"], filters.get("on") or snapshot.services.today()
    if not scope.everything and provider not in scope.providers:
        return []
    found = clearances(snapshot, provider, day)
    named = rows_of(snapshot, {provider, *found})
    version = policy_on(snapshot.services, day).version
    rows = [
        ClearedPerson(
            person=named[person].detail,
            name=named[person].name,
            provider=named[provider].detail,
            on=day,
            cleared=clearance.cleared,
            status=clearance.status,
            exemptions=tuple(map(str, clearance.exempt)),
            renewals=tuple(map(str, clearance.due)),
            missing=tuple(missing.why for missing in clearance.missing),
            valid_to=clearance.valid_to,
            policy=version,
        )
        for person, clearance in found.items()
    ]
    return page_after(sorted(rows, key=lambda row: (row.name, row.person)), lambda row: row.person, after, limit)


cleared_people = ListEndpoint(
    "clearances",
    Action.READ_PROVIDER,
    Listing(ClearedPerson, _asked, lambda row: row.person, ClearanceFilters, names={"valid_to": "valid_until"}),
    "Check clearance for a date",
)
