"""Who was in school, as one list for page, sheet and programs: breaches first, then who was exempt from a check, then
what nobody has reported."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from marshmallow import Schema, ValidationError, validates_schema

from domain.vocabulary import Purpose, Role, VisitKind
from projections import open_requests
from projections import presences as view
from projections.presences import Certainty, Presence
from projections.view import Row, replace
from providers.clearance import ClearanceStatus
from providers.known import NOW, CheckOnDay, ClearedOnDay, cleared_on_day, known_by
from providers.vetting import VettingPolicy
from web.access.context import Snapshot
from web.access.identity import ListScope
from web.access.name_cache import rows_of
from web.access.policy import Action
from web.access.restricted import hidden_from
from web.brokerage.vetting_policy import policy_on
from web.commands.fields import day_field, person_field, provider_field
from web.commands.listing import ListEndpoint, Listing
from web.commands.resource import Values
from web.layout.filter_fields import school_filter
from web.layout.paging import page_after

USUAL_DAYS = 28
"""How many days are shown where no period is asked for."""

MOST = 100_000
"""More than all schools of an authority have in some years."""


class InSchool(Row):
    """Somebody who was, or was to be, in a school on a day. `number` is that of the session, none for a visit.

    `certainty` is how it is known; `recorder` recorded what became of it on `recorded_on`. `clearance` is how the
    person stood on that day by what is known now, and `clearance_then` by what was known on the day: null for the
    service's own staff, whose vetting is not recorded here. `in_breach`: they came and were not cleared; `missing` is
    what stands against that now, `missing_then` what stood then, `found_missing` what their record says was missing.
    `checks` are all that was asked of them. A school is told whether they were cleared, and not by what.
    """

    record: UUID
    number: int | None
    school: UUID
    on: date
    person: UUID
    provider: UUID | None
    request: UUID | None
    visit_kind: VisitKind | None
    purpose: Purpose | None
    subject: str
    remote: bool
    certainty: Certainty
    recorded_on: date | None
    recorder: UUID | None
    in_breach: bool
    clearance: ClearanceStatus | None = None
    clearance_then: ClearanceStatus | None = None
    missing: tuple[str, ...] = ()
    missing_then: tuple[str, ...] = ()
    found_missing: tuple[str, ...] = ()
    found_later_on: date | None = None
    checks: tuple[CheckOnDay, ...] = ()
    reference: str = ""

    @property
    def days_late(self) -> int:
        """How many days after the day itself it was recorded what became of it."""
        return (self.recorded_on - self.on).days if self.recorded_on and self.recorded_on > self.on else 0


class InSchoolFilters(Schema):
    school = school_filter()
    on = day_field("On", required=False, description="One day; instead of a period")
    since = day_field("From", required=False, description="The first day; four weeks up to the last by default")
    until = day_field("To", required=False, description="The last day; today by default")
    person = person_field(metadata={"label": "Person"})
    provider = provider_field(metadata={"label": "Provider"})

    @validates_schema
    def check_period(self, values: Mapping[str, Any], **_: object) -> None:
        since, until = values.get("since"), values.get("until")
        if since and until and until < since:
            raise ValidationError("The last day must be on or after the first", "until")


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose presences somebody is told of: at their schools, and for the requests that they broker."""

    schools: frozenset[UUID] | None
    requests: frozenset[UUID]

    def shows_checks(self, row: Presence) -> bool:
        """Whether they are told what cleared somebody; a school is told only whether they were."""
        return self.schools is None or row.request in self.requests


def reach_of(snapshot: Snapshot, scope: ListScope) -> Reach:
    """How far the person who asks sees."""
    if scope.everything:
        return Reach(None, frozenset())
    brokered = open_requests.requests.table.c
    own = sa.select(brokered.id).where(brokered.broker == snapshot.user.person)
    is_broker = snapshot.user.holds(Role.BROKER)
    return Reach(scope.schools, frozenset(snapshot.connection.execute(own).scalars()) if is_broker else frozenset())


def period(filters: Values, today: date) -> tuple[date, date]:
    """The first and the last day asked for. Nobody has been in a school after today."""
    if on := filters.get("on"):
        return on, min(on, today)
    last = min(filters.get("until") or today, today)
    return filters.get("since") or last - timedelta(days=USUAL_DAYS - 1), last


def _found(snapshot: Snapshot, reach: Reach, filters: Values) -> list[Presence]:
    first, last = period(filters, snapshot.services.today())
    return view.presences(
        snapshot.connection,
        first=first,
        last=last,
        schools=reach.schools,
        requests=reach.requests,
        school=filters.get("school"),
        person=filters.get("person"),
        provider=filters.get("provider"),
    )


def _asked(snapshot: Snapshot, scope: ListScope, filters: Values, after: str | None, limit: int) -> list[InSchool]:
    reach, hidden = reach_of(snapshot, scope), hidden_from(snapshot)
    found = [row for row in _found(snapshot, reach, filters) if row.record not in hidden.closed]
    told = partial(_told, today=snapshot.services.today(), reach=reach, plain=hidden.plain)
    rows = [told(row, now, then) for row, now, then in _with_clearance(snapshot, found)]
    named = rows_of(snapshot, {id for row in rows for id in (row.school, row.person, row.record)})
    rows = [replace(row, reference=named[row.record].detail) for row in rows if row.record in named]
    names = {id: row.name for id, row in named.items()}
    return page_after(sorted(rows, key=partial(_place, names=names)), cursor, after, limit)


def _with_clearance(
    snapshot: Snapshot, found: Sequence[Presence]
) -> Iterator[tuple[Presence, ClearedOnDay | None, ClearedOnDay | None]]:
    """Each with how the person stood on the day, by what is known now and by what was known on the day."""
    days: dict[UUID, set[date]] = {}
    for row in found:
        if row.provider is not None:
            days.setdefault(row.provider, {NOW}).add(row.on)
    histories = snapshot.services.store.histories(snapshot.connection, list(days)) if days else {}
    known = {provider: known_by(histories.get(provider, []), asked) for provider, asked in days.items()}
    policies: dict[date, VettingPolicy] = {}
    for row in found:
        of_provider = known.get(row.provider, {}) if row.provider else {}
        if not of_provider:
            yield row, None, None
            continue
        policy = policies.setdefault(row.on, policy_on(snapshot.services, row.on))
        then = of_provider.get(row.on)
        yield (
            row,
            cleared_on_day(of_provider[NOW], row.person, row.on, policy),
            cleared_on_day(then, row.person, row.on, policy) if then else None,
        )


def _told(
    row: Presence,
    now: ClearedOnDay | None,
    then: ClearedOnDay | None,
    *,
    today: date,
    reach: Reach,
    plain: frozenset[UUID],
) -> InSchool:
    certainty = row.certainty(today)
    against = now.against if now else ()
    told = InSchool(
        record=row.record,
        number=row.number or None,
        school=row.school,
        on=row.on,
        person=row.person,
        provider=row.provider,
        request=None if row.record in plain else row.request,
        visit_kind=None if row.record in plain else row.visit_kind,
        purpose=None if row.record in plain else row.purpose,
        subject=row.subject,
        remote=row.is_remote and row.record not in plain,
        certainty=certainty,
        recorded_on=row.recorded_on,
        recorder=row.recorder,
        in_breach=certainty.was_there and bool(row.missing or against),
        clearance=_status(now, reach.shows_checks(row)) if now else None,
        clearance_then=_status(then, reach.shows_checks(row)) if then else None,
        found_later_on=row.found_later_on,
    )
    if not reach.shows_checks(row) or now is None:
        return told
    return replace(
        told,
        missing=against,
        missing_then=then.against if then else (),
        found_missing=row.missing,
        checks=now.checks,
    )


def _status(cleared: ClearedOnDay, shows_checks: bool) -> ClearanceStatus:
    """A school is told whether somebody was cleared; with an exemption, that they were exempt."""
    if shows_checks:
        return cleared.status
    if cleared.against:
        return ClearanceStatus.NOT_CLEARED
    return ClearanceStatus.EXEMPT if cleared.status is ClearanceStatus.EXEMPT else ClearanceStatus.CLEARED


def _place(row: InSchool, names: Mapping[UUID, str]) -> tuple[int, int, str, str, str]:
    school, person = names.get(row.school, ""), names.get(row.person, "")
    return _rank(row), -row.on.toordinal(), school.casefold(), person.casefold(), cursor(row)


def _rank(row: InSchool) -> int:
    if row.in_breach:
        return 0
    if ClearanceStatus.EXEMPT in {row.clearance, row.clearance_then}:
        return 1
    return 2 if row.certainty is Certainty.NOT_REPORTED else 3


def cursor(row: InSchool) -> str:
    """What tells a row from all others."""
    return f"{row.record}/{row.number or 0}/{row.person}"


def everybody(snapshot: Snapshot, scope: ListScope) -> Mapping[str, Collection[UUID]]:
    """The people and providers by whom the list can be narrowed: those of whom somebody is told in it."""
    closed = hidden_from(snapshot).closed
    reach = reach_of(snapshot, scope)
    found = view.parties(snapshot.connection, schools=reach.schools, requests=reach.requests)
    told = [each for each in found if each.record not in closed]
    return {
        "person": {each.person for each in told},
        "provider": {each.provider for each in told if each.provider},
    }


in_school = ListEndpoint(
    "in-school",
    Action.READ_PRESENCE,
    Listing(
        InSchool,
        _asked,
        cursor,
        InSchoolFilters,
        place=str,
        inside=["reference"],
        names={"clearance": "clearance_now", "evidence": "evidence_seen", "why": "reason"},
        counted_to=MOST,
        sorted_to=MOST,
    ),
    "List who was in school",
)
