"""What happens to a provider: facts of its record, each with its sentence and its effect."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from domain.aggregate import Event
from domain.correction import Correction
from domain.provider.checks import Check, Evidence, Requirement
from domain.provider.offer import (
    Capability,
    Capacity,
    Conflict,
    ConflictNature,
    Duty,
    ProviderKind,
    Rate,
    Specialist,
    Suspension,
)
from domain.vocabulary import Personal, Phase, SchoolId, ServiceType

if TYPE_CHECKING:
    from domain.provider.record import Provider


class Registered(Event):
    """`trading_as` is an organisation's name, `name` a sole practitioner's own; one of them is there.

    `authority` is the other authority to which the provider belongs, empty for this one or none.
    """

    TOPIC = "provider.registered"
    says = "{by} registered provider{trading_as: …}{name: …} ({reference})"
    reference: str
    kind: ProviderKind
    trading_as: str
    name: Personal | None
    host_school: SchoolId | None
    authority: str
    email: str
    telephone: str
    website: str

    def apply(self, provider: Provider) -> None:
        provider.reference = self.reference
        provider.kind = self.kind
        provider.trading_as = self.trading_as
        provider.practitioner = self.name
        provider.host_school = self.host_school
        provider.authority = self.authority
        provider.email = self.email
        provider.telephone = self.telephone
        provider.website = self.website


class Renamed(Event):
    TOPIC = "provider.renamed"
    says = "{by} changed the provider's name to{trading_as: …}{name: …}"
    trading_as: str
    name: Personal | None

    def apply(self, provider: Provider) -> None:
        provider.trading_as = self.trading_as
        provider.practitioner = self.name


class Corrected(Correction):
    """What was entered of the provider was wrong from the start: a name that it had and changed is told by Renamed.
    `known_as` is the name that everybody knows it by from now on, where that is another."""

    TOPIC = "provider.corrected"
    says = "{by} corrected what was entered of the provider: {restated}. {reason}"
    RESTATES = {
        "trading_as": "Name or trading name",
        "practitioner": "The person's name",
        "kind": "Type",
        "host_school": "Host school",
        "authority": "Authority",
    }
    trading_as: str | None = None
    trading_as_was: str | None = None
    practitioner: Personal | None = None
    practitioner_was: Personal | None = None
    kind: ProviderKind | None = None
    kind_was: ProviderKind | None = None
    host_school: SchoolId | None = None
    host_school_was: SchoolId | None = None
    authority: str | None = None
    authority_was: str | None = None
    known_as: str = ""


class ContactChanged(Event):
    TOPIC = "provider.contact-changed"
    says = "{by} changed the provider's contact details"
    email: str
    telephone: str
    website: str

    def apply(self, provider: Provider) -> None:
        provider.email = self.email
        provider.telephone = self.telephone
        provider.website = self.website


class CapabilityOffered(Event):
    TOPIC = "provider.capability-offered"
    says = "{by} added to the provider's offer: {subject}, {phase}, {service}"
    subject: str
    phase: Phase
    service: ServiceType

    def apply(self, provider: Provider) -> None:
        offer = Capability(self.subject, self.phase, self.service)
        provider.capabilities = (*provider.capabilities, offer)


class CapabilityWithdrawn(Event):
    TOPIC = "provider.capability-withdrawn"
    says = "{by} removed from the provider's offer: {subject}, {phase}, {service}"
    subject: str
    phase: Phase
    service: ServiceType

    def apply(self, provider: Provider) -> None:
        gone = Capability(self.subject, self.phase, self.service)
        provider.capabilities = tuple(offer for offer in provider.capabilities if offer != gone)


class CoverageSet(Event):
    """`areas` are authorities or regions by name; none means anywhere."""

    TOPIC = "provider.coverage-set"
    says = "{by} changed where the provider works: {places}"
    areas: tuple[str, ...]

    @property
    def places(self) -> tuple[str, ...]:
        """The areas as the sentence tells them."""
        return self.areas or ("anywhere",)

    def apply(self, provider: Provider) -> None:
        provider.areas = self.areas


class RateSet(Event):
    """`day_rate` is in pounds without VAT; `vat_registered` is None where nobody has told it."""

    TOPIC = "provider.rate-set"
    says = "{by} set the provider's day rate to {day_rate} excluding VAT from {from_}"
    from_: date
    day_rate: Decimal
    vat_registered: bool | None

    def apply(self, provider: Provider) -> None:
        rate = Rate(self.from_, self.day_rate, self.vat_registered)
        others = (other for other in provider.rates if other.from_ != self.from_)
        provider.rates = tuple(sorted((*others, rate), key=lambda rate: rate.from_))


class CapacityDeclared(Event):
    TOPIC = "provider.capacity-declared"
    says = "{by} recorded the provider's availability: {days} from {from_} to {to}"
    from_: date
    to: date
    days: Decimal

    def apply(self, provider: Provider) -> None:
        capacity = Capacity(self.from_, self.to, self.days)
        others = (other for other in provider.capacities if (other.from_, other.to) != (self.from_, self.to))
        provider.capacities = tuple(sorted((*others, capacity), key=lambda capacity: capacity.from_))


class SpecialistAdded(Event):
    TOPIC = "provider.specialist-added"
    says = "{by} added {person} to the provider's specialists{duties: (…)}"
    person: UUID
    subjects: tuple[str, ...]
    teaches: bool
    duties: tuple[Duty, ...] = ()

    def apply(self, provider: Provider) -> None:
        joined_on = self.meta.occurred_on
        specialist = Specialist(self.person, self.subjects, self.teaches, joined_on, duties=self.duties)
        provider.specialists[self.person] = specialist


class DutiesChanged(Event):
    """What a specialist does, on which it depends what is checked of them."""

    TOPIC = "provider.duties-changed"
    says = "{by} recorded that {person} {taught}{duties: and: …}"
    person: UUID
    teaches: bool
    duties: tuple[Duty, ...]

    @property
    def taught(self) -> str:
        return "teaches pupils" if self.teaches else "does not teach pupils"

    def apply(self, provider: Provider) -> None:
        specialist = provider.specialists[self.person]
        provider.specialists[self.person] = replace(specialist, teaches=self.teaches, duties=self.duties)


class SpecialistLeft(Event):
    TOPIC = "provider.specialist-left"
    says = "{by} recorded that {person} no longer works for the provider: {reason}"
    person: UUID

    def apply(self, provider: Provider) -> None:
        specialist = provider.specialists[self.person]
        provider.specialists[self.person] = replace(specialist, left_on=self.meta.occurred_on)


class RequirementMet(Event):
    TOPIC = "provider.requirement-met"
    DOERS = ("checked_by",)
    says = (
        "{by} recorded a check: {item}{person: for …}, checked on {checked_on} ({evidence})"
        "{checked_by:, naming … as having checked it}"
    )
    item: Requirement
    person: UUID | None
    checked_on: date
    checked_by: UUID | None
    evidence: Evidence
    expires: date | None

    def apply(self, provider: Provider) -> None:
        check = Check(self.item, self.person, self.checked_on, self.expires)
        provider.checks = (*provider.checks, check)


class RequirementExempted(Event):
    TOPIC = "provider.requirement-exempted"
    says = "{by} granted an exemption from {item}{person: for …} until {until}: {reason}"
    item: Requirement
    person: UUID | None
    until: date

    def apply(self, provider: Provider) -> None:
        exemption = Check(self.item, self.person, self.meta.occurred_on, self.until, exempt=True)
        provider.checks = (*provider.checks, exemption)


class ExemptionGranted(Event):
    """By the decision `decided_in`; `safeguard` says who supervises meanwhile."""

    TOPIC = "provider.exemption-granted"
    says = (
        "{by} {on_behalf:recorded that … granted}{own_act:granted} an exemption from {item}{person: for …} "
        "until {until} ({decided_in}): {reason}{safeguard:. Meanwhile: …}"
    )
    item: Requirement
    person: UUID | None
    until: date
    decided_in: str
    safeguard: str

    def apply(self, provider: Provider) -> None:
        provider.checks = (*provider.checks, self.exemption)

    @property
    def exemption(self) -> Check:
        """What counts as a check for as long as it lasts."""
        return Check(
            self.item, self.person, self.meta.occurred_on, self.until, exempt=True, decided_in=self.decided_in
        )


class RequirementRevoked(Event):
    TOPIC = "provider.requirement-revoked"
    says = "{by} revoked {item}{person: for …} from {occurred}: {reason}"
    item: Requirement
    person: UUID | None

    def apply(self, provider: Provider) -> None:
        day = self.meta.occurred_on
        provider.checks = tuple(check.revoked(self.item, self.person, day) for check in provider.checks)


class ConflictDeclared(Event):
    TOPIC = "provider.conflict-declared"
    says = "{by} recorded a conflict of interest{person: of …} with{body: …}{school: …} ({nature})"
    body: str
    school: SchoolId | None
    person: UUID | None
    nature: ConflictNature
    from_: date
    to: date | None

    def apply(self, provider: Provider) -> None:
        conflict = Conflict(self.body, self.school, self.person, self.nature, self.from_, self.to)
        provider.conflicts = (*provider.conflicts, conflict)


class Suspended(Event):
    TOPIC = "provider.suspended"
    says = "{by} suspended the provider from {from_}: {reason}"
    from_: date

    def apply(self, provider: Provider) -> None:
        provider.suspensions = (*provider.suspensions, Suspension(self.from_))


class Reinstated(Event):
    TOPIC = "provider.reinstated"
    says = "{by} lifted the provider's suspension with effect from {from_}: {reason}"
    from_: date

    def apply(self, provider: Provider) -> None:
        *earlier, last = provider.suspensions
        ended = replace(last, to=self.from_ - timedelta(days=1))
        provider.suspensions = (*earlier, ended)


class Removed(Event):
    TOPIC = "provider.removed"
    says = "{by} removed the provider from the list: {reason}"

    def apply(self, provider: Provider) -> None:
        provider.removed_on = self.meta.occurred_on
