"""Provider, the record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from domain.aggregate import Aggregate, in_order, must_have_come, reasoned, requires
from domain.delegation import Act, Granted
from domain.money import half_days
from domain.names import spelt
from domain.provider import events
from domain.provider.checks import Check, Evidence, Requirement, VettingFacts
from domain.provider.exemptions import SafeguardNeeded, act_of_exemption, must_be_exemptible
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
from domain.provider.rules import (
    AlreadyASpecialist,
    AlreadyOffered,
    AlreadySuspended,
    CheckedOneself,
    ContactStandsWithThePerson,
    HostSchoolNeeded,
    NameNeeded,
    NotASpecialist,
    NothingToRevoke,
    NotOffered,
    PeriodsOverlap,
    WhoseRequirement,
    must_be_listed,
    must_be_suspended,
    must_end_where_it_always_does,
    must_have_been_checked,
    must_have_specialists,
    must_not_be_suspended,
    must_offer_something,
    must_show,
    positive_rate,
    text,
)
from domain.text import plain
from domain.vocabulary import About, Personal, Phase, ServiceType


class Provider(Aggregate):
    """An organisation, or a person working on their own account, who can help schools.

    Application and approval are folded into registration: being listed clears nobody, whether a specialist is
    cleared follows for each day from the checks recorded here (`facts`). Reference requests and quality visits
    are not kept apart from the checks that rest on them.
    """

    KIND = "provider"
    prefix = "PV"

    kind: ProviderKind
    trading_as: str
    practitioner: Personal | None
    host_school: UUID | None
    authority: str
    email: str
    telephone: str
    website: str

    Registered: TypeAlias = events.Registered
    Renamed: TypeAlias = events.Renamed
    Corrected: TypeAlias = events.Corrected
    ContactChanged: TypeAlias = events.ContactChanged
    CapabilityOffered: TypeAlias = events.CapabilityOffered
    CapabilityWithdrawn: TypeAlias = events.CapabilityWithdrawn
    CoverageSet: TypeAlias = events.CoverageSet
    RateSet: TypeAlias = events.RateSet
    CapacityDeclared: TypeAlias = events.CapacityDeclared
    SpecialistAdded: TypeAlias = events.SpecialistAdded
    DutiesChanged: TypeAlias = events.DutiesChanged
    SpecialistLeft: TypeAlias = events.SpecialistLeft
    RequirementMet: TypeAlias = events.RequirementMet
    RequirementExempted: TypeAlias = events.RequirementExempted
    ExemptionGranted: TypeAlias = events.ExemptionGranted
    RequirementRevoked: TypeAlias = events.RequirementRevoked
    ConflictDeclared: TypeAlias = events.ConflictDeclared
    Suspended: TypeAlias = events.Suspended
    Reinstated: TypeAlias = events.Reinstated
    Removed: TypeAlias = events.Removed

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.capabilities: tuple[Capability, ...] = ()
        self.areas: tuple[str, ...] | None = None
        self.rates: tuple[Rate, ...] = ()
        self.capacities: tuple[Capacity, ...] = ()
        self.specialists: dict[UUID, Specialist] = {}
        self.checks: tuple[Check, ...] = ()
        self.conflicts: tuple[Conflict, ...] = ()
        self.suspensions: tuple[Suspension, ...] = ()
        self.removed_on: date | None = None

    @property
    def name(self) -> str:
        """The name that everybody knows the provider by."""
        return self.trading_as or str(self.practitioner)

    @property
    def facts(self) -> VettingFacts:
        """What the provider's clearance rests on."""
        teachers = frozenset(person for person, specialist in self.specialists.items() if specialist.teaches)
        duties = frozenset((each.person, duty) for each in self.specialists.values() for duty in each.duties)
        return VettingFacts(self.kind, teachers, self.checks, duties)

    def about(self) -> About:
        people = (self.practitioner.person,) if self.practitioner else ()
        return About(school=self.host_school, provider=self.id, people=people)

    def rate_on(self, day: date) -> Rate | None:
        """The rate of a day; None before the first one."""
        return next((rate for rate in reversed(self.rates) if rate.from_ <= day), None)

    def suspension_on(self, day: date) -> Suspension | None:
        """The suspension that holds on that day, if one does."""
        return next((suspension for suspension in self.suspensions if suspension.holds_on(day)), None)

    def is_suspended_on(self, day: date) -> bool:
        """Whether the provider gets no invitations and does no work on that day."""
        return self.suspension_on(day) is not None

    def offers(self, subject: str, phase: Phase, service: ServiceType) -> bool:
        """Whether the provider offers that subject in that phase by that type of service."""
        wanted = Capability(subject, phase, service)
        return any(offer.matches(wanted) for offer in self.capabilities)

    def specialists_on(self, day: date) -> list[Specialist]:
        """Those who work for the provider on that day."""
        return [specialist for specialist in self.specialists.values() if specialist.is_there_on(day)]

    def conflicts_on(self, day: date, school: UUID) -> list[Conflict]:
        """The declared ties to a school that hold on that day."""
        return [conflict for conflict in self.conflicts if conflict.school == school and conflict.holds_on(day)]

    @classmethod
    def register(
        cls,
        reference: str,
        *,
        trading_as: str,
        kind: ProviderKind,
        host_school: UUID | None = None,
        authority: str = "",
        email: str = "",
        telephone: str = "",
        website: str = "",
    ) -> Provider:
        """List an organisation; email and telephone are its own, nobody's in person."""
        return cls._begin(
            reference,
            kind=kind,
            trading_as=text(trading_as, NameNeeded("Enter the provider's name", field="trading_as")),
            name=None,
            host_school=host_school,
            authority=plain(authority),
            email=plain(email),
            telephone=plain(telephone),
            website=plain(website),
        )

    @classmethod
    def register_practitioner(
        cls,
        reference: str,
        *,
        person: UUID,
        name: str,
        kind: ProviderKind,
        teaches: bool,
        trading_as: str = "",
        host_school: UUID | None = None,
        authority: str = "",
        website: str = "",
    ) -> Provider:
        """List a person who works on their own account; they are their own first specialist.

        Raises NameNeeded, MixedScripts.
        """
        provider = cls._begin(
            reference,
            kind=kind,
            trading_as=plain(trading_as),
            name=Personal(person, text(spelt(name), NameNeeded("Enter the person's name", field="name"))),
            host_school=host_school,
            authority=plain(authority),
            email="",
            telephone="",
            website=plain(website),
        )
        provider.add_specialist(person=person, teaches=teaches)
        return provider

    @classmethod
    def _begin(
        cls, reference: str, *, kind: ProviderKind, host_school: UUID | None, authority: str, **details: Any
    ) -> Provider:
        _must_have_a_host(kind, host_school, authority)
        provider = cls.named(reference)
        provider.record(
            cls.Registered(reference=reference, kind=kind, host_school=host_school, authority=authority, **details)
        )
        return provider

    @requires(must_be_listed)
    def rename(self, *, trading_as: str = "", name: str = "") -> None:
        """Change the name of an organisation, or a sole practitioner's own or trading name. Raises MixedScripts."""
        trading_as, name = plain(trading_as), spelt(name)
        if self.practitioner is None:
            own = None
            text(trading_as, NameNeeded("Enter the provider's name", field="trading_as"))
        else:
            own = Personal(self.practitioner.person, name) if name else self.practitioner
        if (trading_as, own) != (self.trading_as, self.practitioner):
            self.record(self.Renamed(trading_as=trading_as, name=own))

    def correct(
        self,
        *,
        reason: str,
        trading_as: str | None = None,
        name: str | None = None,
        kind: ProviderKind | None = None,
        host_school: UUID | None = None,
        authority: str | None = None,
    ) -> None:
        """Put right what was entered wrongly of the provider and never was so; `name` is a sole practitioner's own.
        Raises NothingToCorrect, NameNeeded, MixedScripts, HostSchoolNeeded, ReasonNeeded."""
        own = None
        if self.practitioner is None and name:
            raise NameNeeded("This is an organisation. Correct its name or trading name", field="name")
        if self.practitioner is not None and name is not None:
            named = text(spelt(name), NameNeeded("Enter the person's name", field="name"))
            own = Personal(self.practitioner.person, named)
        if trading_as is not None and self.practitioner is None:
            text(plain(trading_as), NameNeeded("Enter the provider's name", field="trading_as"))
        entered = {
            "trading_as": None if trading_as is None else plain(trading_as),
            "practitioner": own,
            "kind": kind,
            "host_school": host_school,
            "authority": None if authority is None else plain(authority),
        }
        known_as = entered["trading_as"] or (str(own) if own and not self.trading_as else "")
        corrected = self.Corrected.of(self, entered, known_as=known_as if known_as != self.name else "")
        _must_have_a_host(
            kind or self.kind,
            host_school or self.host_school,
            self.authority if authority is None else plain(authority),
        )
        self.record(corrected, reason=reasoned(reason, "Enter what was wrong"))

    @requires(must_be_listed)
    def change_contact(self, *, email: str = "", telephone: str = "", website: str = "") -> None:
        """Note how the organisation is reached; by what is left empty it is not. Nothing is recorded where nothing
        differs."""
        email, telephone, website = plain(email), plain(telephone), plain(website)
        if self.practitioner is not None and (email or telephone):
            raise ContactStandsWithThePerson(
                "Change the email address and phone number on this person's own page",
                field="email" if email else "telephone",
            )
        if (email, telephone, website) != (self.email, self.telephone, self.website):
            self.record(self.ContactChanged(email=email, telephone=telephone, website=website))

    @requires(must_be_listed)
    def offer(self, *, subject: str, phase: Phase, service: ServiceType) -> None:
        """List something that the provider can do."""
        subject = text(subject, NameNeeded("Enter the subject", field="subject"))
        if self.offers(subject, phase, service):
            raise AlreadyOffered("This provider already offers that", field="subject")
        self.record(self.CapabilityOffered(subject=subject, phase=phase, service=service))

    @requires(must_be_listed, must_offer_something)
    def withdraw(self, *, subject: str, phase: Phase, service: ServiceType) -> None:
        """Strike out something that the provider no longer does."""
        gone = Capability(plain(subject), phase, service)
        offer = next((offer for offer in self.capabilities if offer.matches(gone)), None)
        if offer is None:
            raise NotOffered("Choose something this provider offers", field="subject")
        self.record(self.CapabilityWithdrawn(subject=offer.subject, phase=phase, service=service))

    @requires(must_be_listed)
    def set_coverage(self, areas: Iterable[str]) -> None:
        """Name the authorities or regions where the provider works; none means anywhere."""
        named = tuple(dict.fromkeys(plain(area) for area in areas if plain(area)))
        if named != self.areas:
            self.record(self.CoverageSet(areas=named))

    @requires(must_be_listed)
    def set_rate(self, *, from_: date, day_rate: Decimal, vat_registered: bool | None) -> None:
        """Set the price of a day, in pounds without VAT, from a day on; `vat_registered` is None where not told."""
        rate = self.RateSet(from_=from_, day_rate=positive_rate(day_rate), vat_registered=vat_registered)
        self.record(rate)

    @requires(must_be_listed)
    def declare_capacity(self, *, from_: date, to: date, days: Decimal) -> None:
        """Note the days free in a period; the same period declared again replaces the former answer."""
        in_order(from_, to, field="to")
        if any(
            (other.from_, other.to) != (from_, to) and other.from_ <= to and from_ <= other.to
            for other in self.capacities
        ):
            raise PeriodsOverlap("Part of this period is already recorded. Choose other dates", field="from_")
        self.record(self.CapacityDeclared(from_=from_, to=to, days=half_days(days)))

    @requires(must_be_listed)
    def add_specialist(
        self, *, person: UUID, subjects: Iterable[str] = (), teaches: bool, duties: Iterable[Duty] = ()
    ) -> None:
        """Add a person who works for the provider; without subjects, for all that it offers."""
        there = self.specialists.get(person)
        if there is not None and there.is_there_on(self.today):
            raise AlreadyASpecialist("This person already works for the provider", field="person")
        named = tuple(dict.fromkeys(plain(subject) for subject in subjects if plain(subject)))
        added = self.SpecialistAdded(person=person, subjects=named, teaches=teaches, duties=_in_order(duties))
        self.record(added, people=[person])

    @requires(must_be_listed, must_have_specialists)
    def change_duties(self, *, person: UUID, teaches: bool, duties: Iterable[Duty] = ()) -> None:
        """Say what a specialist does, on which it depends what is checked; recorded where something differs."""
        there, changed = self._specialist_of_today(person), _in_order(duties)
        if (teaches, changed) != (there.teaches, there.duties):
            self.record(self.DutiesChanged(person=person, teaches=teaches, duties=changed), people=[person])

    @requires(must_have_specialists)
    def note_leaving(self, *, person: UUID, reason: str, on: date | None = None) -> None:
        """Note that a specialist left; `on` is the first day on which they are no longer there."""
        left_on = on or self.today
        specialist = self._specialist_of_today(person)
        in_order(specialist.joined_on, left_on, field="on")
        self.record(self.SpecialistLeft(person=person), occurred=left_on, reason=reasoned(reason), people=[person])

    @requires(must_be_listed)
    def meet(
        self,
        item: Requirement,
        *,
        checked_on: date,
        evidence: Evidence,
        person: UUID | None = None,
        expires: date | None = None,
    ) -> None:
        """Record that a requirement was checked and met, by whoever records it; `expires` is the last day on which it
        holds. Raises CheckedOneself, DoesNotShow, EndNeeded, and for a wrong `person` or day."""
        self._must_concern(item, person)
        must_have_come(checked_on, self.today, "checked_on")
        must_show(item, evidence)
        must_end_where_it_always_does(item, expires)
        if expires is not None:
            in_order(checked_on, expires, field="expires")
        checker = self.signature.actor
        if person is not None and checker == person:
            raise CheckedOneself(
                "You cannot check your own evidence. Somebody else records what they saw", field="person"
            )
        met = self.RequirementMet(
            item=item,
            person=person,
            checked_on=checked_on,
            checked_by=checker,
            evidence=evidence,
            expires=expires,
        )
        self.record(met, occurred=checked_on, dated="checked_on", people=[person])

    def must_be_exemptible(self, item: Requirement, person: UUID | None, *, until: date, safeguard: str) -> None:
        """Raises the refusals that stand against an exemption today, whoever grants it: NeverExempt, NotBackwards,
        NotYetSafe, ExemptBefore, SafeguardNeeded, CheckedOneself, and those for a wrong `person`."""
        self._must_concern(item, person)
        if person is not None and self.signature.actor == person:
            raise CheckedOneself("You cannot be exempt by your own act. Ask someone else to", field="person")
        must_be_exemptible(item, person, self.checks, until=until, today=self.today)
        if item is Requirement.ENHANCED_DBS and not plain(safeguard):
            raise SafeguardNeeded("Enter who at the school supervises every session", field="safeguard")

    @requires(must_be_listed)
    def exempt(
        self,
        item: Requirement,
        *,
        until: date,
        reason: str,
        granted: Granted,
        person: UUID | None = None,
        safeguard: str = "",
        rules: tuple[str, ...] = (),
    ) -> None:
        """Do without a requirement from today until the end of a day, as a decision granted it. Raises NotCovered,
        and what stands against the exemption."""
        self.must_be_exemptible(item, person, until=until, safeguard=safeguard)
        granted.must_cover(act_of_exemption(item), self.id)
        exempted = self.ExemptionGranted(
            item=item,
            person=person,
            until=until,
            decided_in=granted.reference,
            safeguard=plain(safeguard),
        )
        self.record(
            exempted,
            reason=reasoned(reason),
            people=[person],
            rules=rules,
            decision=granted.decision,
        )

    @requires(must_have_been_checked)
    def revoke(self, item: Requirement, *, reason: str, person: UUID | None = None, on: date | None = None) -> None:
        """Withdraw what was recorded of a requirement, met or exempted, from a day on."""
        day = on or self.today
        if not any(check.is_of(item, person, day) for check in self.checks):
            raise NothingToRevoke(f"{item.label} was not recorded on or before that date", field="item")
        revoked = self.RequirementRevoked(item=item, person=person)
        self.record(revoked, occurred=day, reason=reasoned(reason), people=[person])

    @requires(must_be_listed)
    def declare_conflict(
        self,
        *,
        nature: ConflictNature,
        from_: date,
        to: date | None = None,
        school: UUID | None = None,
        body: str = "",
        person: UUID | None = None,
    ) -> None:
        """Note a tie to a school or to another named body."""
        body = plain(body)
        if school is None:
            text(body, NameNeeded("Choose a school or enter the other organisation", field="body"))
        if to is not None:
            in_order(from_, to, field="to")
        declared = self.ConflictDeclared(body=body, school=school, person=person, nature=nature, from_=from_, to=to)
        self.record(declared, people=[person])

    @requires(must_be_listed, must_not_be_suspended)
    def suspend(self, *, reason: str, from_: date | None = None) -> None:
        """Send the provider no invitations and let it do no work from a day on; what becomes of its engagements is
        decided of each."""
        begins = from_ or self.today
        if any(suspension.holds_on(begins) for suspension in self.suspensions):
            raise AlreadySuspended("This provider was already suspended on that date", field="from_")
        self.record(self.Suspended(from_=begins), reason=reasoned(reason))

    @requires(must_be_listed, must_be_suspended)
    def reinstate(self, *, reason: str, granted: Granted, from_: date | None = None) -> None:
        """End a suspension, as a decision granted it: `from_` is the first day on which it no longer holds. Until it
        is over, it may be ended on another day; nothing is recorded where that is the day it ends on already. Raises
        NotCovered."""
        granted.must_cover(Act.REINSTATE, self.id)
        ends, suspension = from_ or self.today, self.suspensions[-1]
        in_order(suspension.from_, ends, field="from_")
        if suspension.to != ends - timedelta(days=1):
            self.record(self.Reinstated(from_=ends), reason=reasoned(reason), decision=granted.decision)

    @requires(must_be_listed)
    def remove(self, *, reason: str) -> None:
        """Take the provider off the list for good; what it did stays on record."""
        self.record(self.Removed(), reason=reasoned(reason))

    def _specialist_of_today(self, person: UUID) -> Specialist:
        specialist = self.specialists.get(person)
        if specialist is None or not specialist.is_there_on(self.today):
            raise NotASpecialist("This person does not work for the provider", field="person")
        return specialist

    def _must_concern(self, item: Requirement, person: UUID | None) -> None:
        if item.of_organisation != (person is None):
            whose = "the provider itself, not one of its specialists" if person else "one of the specialists"
            raise WhoseRequirement(f"{item.label}: choose {whose}", field="person")
        if person is not None and person not in self.specialists:
            raise NotASpecialist("This person does not work for the provider", field="person")


def _in_order(duties: Iterable[Duty]) -> tuple[Duty, ...]:
    named = set(duties)
    return tuple(duty for duty in Duty if duty in named)


def _must_have_a_host(kind: ProviderKind, host_school: UUID | None, authority: str) -> None:
    if kind is ProviderKind.SCHOOL_BASED and host_school is None and not authority:
        raise HostSchoolNeeded(
            "Choose the host school, or enter its authority if it is outside this one", field="host_school"
        )
