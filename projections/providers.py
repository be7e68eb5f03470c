"""Providers: those who can help, what they offer, who works for them, and what is known of their vetting."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any, TypeAlias
from uuid import UUID

import sqlalchemy as sa

from domain import subjects as subject_words
from domain.provider import Capability, Check, Duty, Provider, ProviderKind, Requirement, VettingFacts
from domain.subjects import subject_key
from domain.vocabulary import Phase, SchoolId, ServiceType
from projections.view import Key, Row, View, ViewTable, replace


class ListedProvider(Row):
    """`suspended_to` is the last day of the last suspension; `areas` are None where the provider has not told them.

    `name_key` is the name as it is searched and sorted.
    """

    id: UUID
    reference: str
    name: str
    name_key: str
    practitioner: UUID | None
    kind: ProviderKind
    host_school: SchoolId | None
    authority: str
    areas: tuple[str, ...] | None = None
    capabilities: tuple[Capability, ...] = ()
    suspended_from: date | None = None
    suspended_to: date | None = None
    removed_on: date | None = None
    restated_on: date | None = None

    def is_suspended_on(self, day: date) -> bool:
        """Whether the last suspension holds on that day."""
        begun = self.suspended_from is not None and self.suspended_from <= day
        return begun and (self.suspended_to is None or day <= self.suspended_to)


class Offered(Row):
    """`subject_key` is the subject as it is searched."""

    provider: UUID
    subject: str
    phase: Phase
    service: ServiceType
    subject_key: str


class ProviderSpecialist(Row):
    provider: UUID
    person: UUID
    subjects: tuple[str, ...]
    teaches: bool
    joined_on: date
    left_on: date | None = None
    duties: tuple[Duty, ...] = ()

    def works_on(self, day: date) -> bool:
        """Whether they work for the provider on a day."""
        return self.left_on is None or self.left_on > day


class VettingFact(Row):
    """All checks of one requirement. `holder` is the specialist or the provider itself; `expires` the last day on
    which any of the checks holds by its own dates, None if nothing ends it."""

    provider: UUID
    item: Requirement
    holder: UUID
    person: UUID | None
    checks: tuple[Check, ...]
    checked_on: date
    expires: date | None
    exempt: bool


providers = ViewTable("providers", ListedProvider, key=("id",), indexes=[("name_key", "reference"), ("reference",)])
offers = ViewTable(
    "provider_offers", Offered, key=("provider", "subject", "phase", "service"), indexes=[("subject_key", "phase")]
)
specialists = ViewTable("provider_specialists", ProviderSpecialist, key=("provider", "person"), indexes=[("person",)])
vetting = ViewTable("provider_vetting", VettingFact, key=("provider", "item", "holder"), indexes=[("expires",)])

AS_THEY_CAME = (specialists.table.c.joined_on, specialists.table.c.person)
"""The order in which people are listed."""

ON_THE_LIST = providers.table.c.removed_on.is_(None)
BY_NAME = (providers.table.c.name_key, providers.table.c.reference)

BY_HOLDER = (vetting.table.c.holder, vetting.table.c.item)
"""The order in which checks are listed."""


@providers.on(Provider.Registered)
def provider_registered(_: ListedProvider | None, event: Provider.Registered) -> ListedProvider:
    name = event.trading_as or str(event.name)
    return ListedProvider(
        id=event.meta.stream,
        reference=event.reference,
        name=name,
        name_key=name.casefold(),
        practitioner=event.name.person if event.name else None,
        kind=event.kind,
        host_school=event.host_school,
        authority=event.authority,
    )


@providers.on(Provider.Renamed)
def provider_renamed(row: ListedProvider | None, event: Provider.Renamed) -> ListedProvider | None:
    name = event.trading_as or str(event.name)
    return row and replace(row, name=name, name_key=name.casefold())


@providers.on(Provider.Corrected)
def provider_corrected(row: ListedProvider | None, event: Provider.Corrected) -> ListedProvider | None:
    if row is None:
        return None
    name = event.known_as or row.name
    return replace(
        row,
        name=name,
        name_key=name.casefold(),
        kind=event.kind or row.kind,
        host_school=event.host_school or row.host_school,
        authority=row.authority if event.authority is None else event.authority,
        restated_on=event.meta.occurred_on,
    )


@providers.on(Provider.CoverageSet)
def coverage_set(row: ListedProvider | None, event: Provider.CoverageSet) -> ListedProvider | None:
    return row and replace(row, areas=event.areas)


@providers.on(Provider.CapabilityOffered)
def capability_listed(row: ListedProvider | None, event: Provider.CapabilityOffered) -> ListedProvider | None:
    offer = Capability(event.subject, event.phase, event.service)
    return row and replace(row, capabilities=(*row.capabilities, offer))


@providers.on(Provider.CapabilityWithdrawn)
def capability_struck_out(row: ListedProvider | None, event: Provider.CapabilityWithdrawn) -> ListedProvider | None:
    gone = Capability(event.subject, event.phase, event.service)
    return row and replace(row, capabilities=tuple(offer for offer in row.capabilities if offer != gone))


@providers.on(Provider.Suspended)
def provider_suspended(row: ListedProvider | None, event: Provider.Suspended) -> ListedProvider | None:
    return row and replace(row, suspended_from=event.from_, suspended_to=None)


@providers.on(Provider.Reinstated)
def provider_reinstated(row: ListedProvider | None, event: Provider.Reinstated) -> ListedProvider | None:
    return row and replace(row, suspended_to=event.from_ - timedelta(days=1))


@providers.on(Provider.Removed)
def provider_removed(row: ListedProvider | None, event: Provider.Removed) -> ListedProvider | None:
    return row and replace(row, removed_on=event.meta.occurred_on)


def by_offer(event: Provider.CapabilityOffered | Provider.CapabilityWithdrawn) -> Key:
    return (event.meta.stream, event.subject, event.phase, event.service)


@offers.on(Provider.CapabilityOffered, key=by_offer)
def capability_offered(_: Offered | None, event: Provider.CapabilityOffered) -> Offered:
    return Offered(
        provider=event.meta.stream,
        subject=event.subject,
        phase=event.phase,
        service=event.service,
        subject_key=subject_key(event.subject),
    )


@offers.on(Provider.CapabilityWithdrawn, key=by_offer)
def capability_withdrawn(_row: Offered | None, _event: Provider.CapabilityWithdrawn) -> None:
    return None


def by_specialist(event: Provider.SpecialistAdded | Provider.DutiesChanged | Provider.SpecialistLeft) -> Key:
    return (event.meta.stream, event.person)


@specialists.on(Provider.SpecialistAdded, key=by_specialist)
def specialist_added(_: ProviderSpecialist | None, event: Provider.SpecialistAdded) -> ProviderSpecialist:
    return ProviderSpecialist(
        provider=event.meta.stream,
        person=event.person,
        subjects=event.subjects,
        teaches=event.teaches,
        joined_on=event.meta.occurred_on,
        duties=event.duties,
    )


@specialists.on(Provider.DutiesChanged, key=by_specialist)
def duties_changed(row: ProviderSpecialist | None, event: Provider.DutiesChanged) -> ProviderSpecialist | None:
    return row and replace(row, teaches=event.teaches, duties=event.duties)


@specialists.on(Provider.SpecialistLeft, key=by_specialist)
def specialist_left(row: ProviderSpecialist | None, event: Provider.SpecialistLeft) -> ProviderSpecialist | None:
    return row and replace(row, left_on=event.meta.occurred_on)


VettingEvent: TypeAlias = (
    Provider.RequirementMet | Provider.RequirementExempted | Provider.ExemptionGranted | Provider.RequirementRevoked
)


def by_requirement(event: VettingEvent) -> Key:
    return (event.meta.stream, event.item, event.person or event.meta.stream)


@vetting.on(Provider.RequirementMet, key=by_requirement)
def requirement_met(row: VettingFact | None, event: Provider.RequirementMet) -> VettingFact:
    check = Check(event.item, event.person, event.checked_on, event.expires)
    return _vetted(event, (*(row.checks if row else ()), check))


@vetting.on(Provider.RequirementExempted, key=by_requirement)
def requirement_exempted(row: VettingFact | None, event: Provider.RequirementExempted) -> VettingFact:
    exemption = Check(event.item, event.person, event.meta.occurred_on, event.until, exempt=True)
    return _vetted(event, (*(row.checks if row else ()), exemption))


@vetting.on(Provider.ExemptionGranted, key=by_requirement)
def exemption_granted(row: VettingFact | None, event: Provider.ExemptionGranted) -> VettingFact:
    return _vetted(event, (*(row.checks if row else ()), event.exemption))


@vetting.on(Provider.RequirementRevoked, key=by_requirement)
def requirement_revoked(row: VettingFact | None, event: Provider.RequirementRevoked) -> VettingFact | None:
    day = event.meta.occurred_on
    return row and _vetted(event, tuple(check.revoked(event.item, event.person, day) for check in row.checks))


def _vetted(event: VettingEvent, checks: tuple[Check, ...]) -> VettingFact:
    latest = max(checks, key=lambda check: check.from_)
    ends = [check.last_day for check in checks]
    return VettingFact(
        provider=event.meta.stream,
        item=event.item,
        holder=event.person or event.meta.stream,
        person=event.person,
        checks=checks,
        checked_on=latest.from_,
        expires=None if None in ends else max(end for end in ends if end is not None),
        exempt=latest.exempt,
    )


def listed(
    connection: sa.Connection,
    *,
    text: str = "",
    formerly: sa.Select[tuple[UUID]] | None = None,
    subject_keys: Collection[str] = (),
    phase: Phase | None = None,
    service: ServiceType | None = None,
    kind: ProviderKind | None = None,
    kinds: Collection[ProviderKind] = (),
    among: Collection[UUID] | None = None,
    after: str | None = None,
) -> sa.Select[Any]:
    """Providers on the list by name; `text` is part of a name, also one that they were `formerly` called by, or of a
    reference, `after` the reference of the last one seen, `subject_keys` those of all words for the subject looked
    for. With `among`, only of these. Raises ValueError for an `after` that is nobody's reference."""
    table = providers.table
    query = table.select().where(ON_THE_LIST)
    if text.strip():
        wanted = text.strip()
        query = query.where(
            table.c.name_key.contains(wanted.casefold(), autoescape=True)
            | table.c.reference.contains(wanted.upper(), autoescape=True)
            | (sa.false() if formerly is None else table.c.id.in_(formerly))
        )
    if kind is not None:
        query = query.where(table.c.kind == kind)
    if kinds:
        query = query.where(table.c.kind.in_(kinds))
    if among is not None:
        query = query.where(table.c.id.in_(among))
    if subject_keys or phase or service:
        query = query.where(table.c.id.in_(_offering(subject_keys, phase, service)))
    if after is not None:
        last = provider_of_reference(connection, after)
        if last is None:
            raise ValueError(after)
        place = sa.tuple_(sa.literal(last.name_key), sa.literal(last.reference))
        query = query.where(sa.tuple_(table.c.name_key, table.c.reference) > place)
    return query.order_by(*BY_NAME)


def _offering(
    subject_keys: Collection[str], phase: Phase | None, service: ServiceType | None
) -> sa.Select[tuple[UUID]]:
    table = offers.table
    query = sa.select(table.c.provider)
    if subject_keys:
        query = query.where(table.c.subject_key.in_(subject_keys))
    if phase is not None:
        query = query.where(table.c.phase == phase)
    if service is not None:
        query = query.where(table.c.service == service)
    return query


def subjects(connection: sa.Connection) -> list[str]:
    """Every subject that some provider offers, in the order of the alphabet."""
    found = connection.execute(
        sa.select(offers.table.c.subject_key, sa.func.min(offers.table.c.subject)).group_by("subject_key")
    )
    return [subject for _, subject in sorted(tuple(row) for row in found)]


def provider_of_reference(connection: sa.Connection, reference: str) -> ListedProvider | None:
    """The provider with that reference, also one removed."""
    found = providers.rows(connection, providers.table.select().where(providers.table.c.reference == reference))
    return found[0] if found else None


def providers_named(connection: sa.Connection, name: str) -> list[ListedProvider]:
    """The providers on the list with just that name, without regard to case."""
    table = providers.table
    query = table.select().where(table.c.name_key == name.casefold(), table.c.removed_on.is_(None))
    return providers.rows(connection, query.order_by(table.c.reference))


def specialists_of(connection: sa.Connection, provider: UUID, today: date) -> list[ProviderSpecialist]:
    """Those who work for the provider today, in the order in which they came."""
    query = specialists.table.select().where(working(provider, today))
    return specialists.rows(connection, query.order_by(*AS_THEY_CAME))


def working(provider: UUID | sa.BindParameter[UUID], day: date | sa.BindParameter[date]) -> sa.ColumnElement[bool]:
    """The condition that a specialist works for a provider on a day."""
    columns = specialists.table.c
    return sa.and_(columns.provider == provider, sa.or_(columns.left_on.is_(None), columns.left_on > day))


def specialists_among(connection: sa.Connection, ids: Collection[UUID]) -> list[ProviderSpecialist]:
    """Everybody who works or worked for one of these providers, in the order in which they came."""
    return specialists.rows(connection, _of(specialists, ids).order_by(*AS_THEY_CAME))


def vetting_among(connection: sa.Connection, ids: Collection[UUID]) -> list[VettingFact]:
    """What is known of the vetting of these providers, by holder and requirement."""
    return vetting.rows(connection, _of(vetting, ids).order_by(*BY_HOLDER))


def vetting_of(connection: sa.Connection, provider: UUID) -> list[VettingFact]:
    """What is known of a provider's vetting, by holder and requirement."""
    table = vetting.table
    query = table.select().where(table.c.provider == provider)
    return vetting.rows(connection, query.order_by(*BY_HOLDER))


def facts_from(
    listed: Iterable[ListedProvider], people: Iterable[ProviderSpecialist], checked: Iterable[VettingFact]
) -> dict[UUID, VettingFacts]:
    """The vetting facts of these providers, from the rows of their people and checks."""
    teachers: dict[UUID, set[UUID]] = {}
    duties: dict[UUID, set[tuple[UUID, Duty]]] = {}
    for row in people:
        if row.teaches:
            teachers.setdefault(row.provider, set()).add(row.person)
        duties.setdefault(row.provider, set()).update((row.person, duty) for duty in row.duties)
    checks: dict[UUID, list[Check]] = {}
    for fact in checked:
        checks.setdefault(fact.provider, []).extend(fact.checks)
    return {
        row.id: VettingFacts(
            row.kind,
            frozenset(teachers.get(row.id, ())),
            tuple(checks.get(row.id, ())),
            frozenset(duties.get(row.id, ())),
        )
        for row in listed
    }


def _of(view_table: ViewTable[Any], ids: Collection[UUID]) -> sa.Select[Any]:
    return view_table.table.select().where(view_table.table.c.provider.in_(ids))


VIEW = View("providers", providers, offers, specialists, vetting, told_in=[subject_words])
