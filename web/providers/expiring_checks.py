"""What ends soon in the vetting of all providers, what has ended, and what was never checked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from uuid import UUID

from marshmallow import Schema, fields

from domain.provider import Requirement
from domain.vocabulary import LabelledEnum
from projections import providers as view
from projections.view import Row
from providers.board import BoardRequirement, CheckStatus, lines
from web.access.context import Snapshot
from web.access.identity import ListScope
from web.access.name_cache import rows_of
from web.access.policy import Action
from web.brokerage.vetting_policy import policy_on
from web.commands.listing import ListEndpoint, Listing
from web.commands.resource import Values
from web.layout.paging import page_after

MOST = 100_000
"""More providers than any authority lists."""


class VettingStatus(LabelledEnum):
    """What is asked for: all that does not simply hold."""

    ENDED = "ended"
    REVOKED = "revoked"
    ENDS_SOON = "ends_soon"
    MISSING = "missing"

    @property
    def label(self) -> str:
        return CheckStatus(self.value).label


class VettingLine(Row):
    """A requirement of a provider, or of one of its people, that does not simply hold. `person` and `person_name` are
    not there for the provider's own; `good_to` is the last day on which it holds, `why` says why it does not."""

    provider: str
    provider_name: str
    person: str | None
    person_name: str
    item: Requirement
    status: CheckStatus
    good_to: date | None
    why: str


class VettingFilters(Schema):
    status = fields.List(
        fields.Enum(VettingStatus, by_value=True),
        metadata={"label": "Status", "description": "Expired, revoked and expiring soon by default"},
    )


def _asked(snapshot: Snapshot, scope: ListScope, filters: Values, after: str | None, limit: int) -> list[VettingLine]:
    named = filters.get("status") or (VettingStatus.ENDED, VettingStatus.REVOKED, VettingStatus.ENDS_SOON)
    wanted = {CheckStatus(urgency.value) for urgency in named}
    found = [line for line in _lines(snapshot, scope) if line.status in wanted]
    return page_after(sorted(found, key=_urgency), cursor, after, limit)


def cursor(line: VettingLine) -> str:
    """What tells a line from all others."""
    return "/".join((line.provider, line.person or "", line.item.value))


def _urgency(line: VettingLine) -> tuple[bool, date, str, str]:
    return line.status is CheckStatus.MISSING, line.good_to or date.min, line.provider_name, cursor(line)


def _lines(snapshot: Snapshot, scope: ListScope) -> Iterator[VettingLine]:
    today = snapshot.services.today()
    policy = policy_on(snapshot.services, today)
    asked = view.listed(snapshot.connection, among=None if scope.everything else scope.providers)
    listed = view.providers.rows(snapshot.connection, asked.limit(MOST))
    ids = [provider.id for provider in listed]
    people = view.specialists_among(snapshot.connection, ids)
    facts = view.facts_from(listed, people, view.vetting_among(snapshot.connection, ids))
    staff: dict[UUID, list[UUID]] = defaultdict(list)
    for each in people:
        if each.works_on(today):
            staff[each.provider].append(each.person)
    named = rows_of(snapshot, {person for there in staff.values() for person in there})
    for provider in listed:
        for line in lines(facts[provider.id], staff[provider.id], today, policy):
            if line.status is not CheckStatus.HOLDS:
                person = named.get(line.person) if line.person else None
                yield _told(provider, line, person.detail if person else None, person.name if person else "")


def _told(provider: view.ListedProvider, line: BoardRequirement, person: str | None, name: str) -> VettingLine:
    return VettingLine(
        provider=provider.reference,
        provider_name=provider.name,
        person=person,
        person_name=name,
        item=line.item,
        status=line.status,
        good_to=line.good_to,
        why=line.why,
    )


vetting = ListEndpoint(
    "vetting",
    Action.READ_PROVIDER,
    Listing(
        VettingLine,
        _asked,
        cursor,
        VettingFilters,
        place=str,
        names={"good_to": "valid_until", "why": "reason"},
    ),
    "List the checks that have expired, expire soon or are missing",
)
