"""Authority: whose service it is, and its settings, each version in force from a day on."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise, zip_longest
from uuid import UUID

from domain.aggregate import Aggregate, Event, Refusal, reasoned
from domain.calendar import TermDates, default_terms
from domain.delegation import OWN_LIMIT, DelegationRow, check_scheme, scheme_with
from domain.establishments import STATE_FUNDED, EstablishmentType
from domain.money import MOST, in_pounds
from domain.references import record_id
from domain.text import counted, plain
from domain.vocabulary import LabelledEnum, Role

AUTHORITY = record_id("authority", "settings")
"""The id of the one authority that a database belongs to."""

SEVERAL = "000"
"""Stands for an authority's code where a database holds the schools of several."""


@dataclass(frozen=True, slots=True)
class NeedCategory:
    """One rating of a school's need, with the visits a term that it gives: core ones and extra ones."""

    code: str
    label: str
    core_visits: int
    extra_visits: int


@dataclass(frozen=True, slots=True)
class VettingDemand:
    """A requirement that a kind of provider has to show, in the words of providers; `months` bounds how long a
    check is good for (None: as long as its paper says), `of_teachers` leaves out those who teach no pupils."""

    provider_kind: str
    requirement: str
    months: int | None = None
    of_teachers: bool = False


@dataclass(frozen=True, slots=True)
class Weight:
    """How much one criterion counts in ranking providers."""

    criterion: str
    weight: int


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many years after it is closed a class of record is kept before it is reviewed."""

    record_class: str
    years: int

    def __str__(self) -> str:
        return f"{self.record_class.replace('_', ' ').capitalize()}: {counted(self.years, 'year')}"


@dataclass(frozen=True, slots=True)
class Settings:
    """What an authority may set for itself.

    The service works with the open establishments of the served types; one whose type nobody told is not left out.
    Windows are in working days, `renewal_days` in calendar days, money in pounds. No terms of a year, no vetting
    demands and no weights mean the service's own: the published rule of terms, the common vetting policy, the common
    ranking. `delegation` are the rows of the scheme of delegation that the authority has set in place of the common
    ones.
    """

    colour: str = "#1d4f71"
    contact_email: str = ""
    writing_days: int = 10
    response_days: int = 10
    presentation_days: int = 60
    assessment_days: int = 10
    decision_days: int = 10
    information_days: int = 10
    evaluation_days: int = 20
    closing_days: int = 10
    exemption_days: int = 20
    renewal_days: int = 30
    need_categories: tuple[NeedCategory, ...] = (
        NeedCategory("A", "Self-sustaining", 1, 0),
        NeedCategory("B", "Light support", 1, 1),
        NeedCategory("C", "Targeted support", 1, 3),
        NeedCategory("D", "Intensive support", 1, 6),
    )
    terms: tuple[TermDates, ...] = ()
    vetting: tuple[VettingDemand, ...] = ()
    matching_weights: tuple[Weight, ...] = ()
    vat_percent: Decimal = Decimal(20)
    approval_ceiling: Decimal = Decimal("5000.00")
    served_types: tuple[EstablishmentType, ...] = STATE_FUNDED
    delegation: tuple[DelegationRow, ...] = ()
    retention: tuple[Retention, ...] = (
        Retention("visit", 7),
        Retention("support_request", 7),
        Retention("engagement", 7),
        Retention("concern", 25),
        Retention("provider", 7),
        Retention("person", 7),
    )

    def terms_of(self, academic_year: int, holidays: Container[date] = frozenset()) -> tuple[TermDates, ...]:
        """The terms of a school year as set, by the published rule where they are not."""
        own = tuple(term for term in self.terms if term.academic_year == academic_year)
        return own or default_terms(academic_year, holidays)

    @property
    def scheme(self) -> tuple[DelegationRow, ...]:
        """Who may decide what."""
        return scheme_with(self.delegation, self.approval_ceiling)

    def with_row(self, row: DelegationRow) -> Settings:
        """The same with a row of the scheme of delegation; the limit of what a broker decides alone is a setting of
        its own. Raises NotASetting."""
        ceiling = self.approval_ceiling
        if row.code == OWN_LIMIT:
            _must(row.up_to is not None, "Enter the limit up to which a broker decides alone", "up_to")
            ceiling = row.up_to or ceiling
        others = [each for each in self.delegation if each.code != row.code]
        return replace(self, approval_ceiling=ceiling, delegation=(*others, row))

    def category(self, code: str) -> NeedCategory | None:
        """The need category of that code, None if the scheme has none."""
        return next((category for category in self.need_categories if category.code == code), None)


WINDOWS = {
    "writing_days": "days to write a record of visit",
    "response_days": "days to respond to a record of visit",
    "presentation_days": "days to present a record to governors",
    "assessment_days": "days to assess a concern",
    "decision_days": "days to decide on an assessed concern",
    "information_days": "days to answer a question about a request",
    "evaluation_days": "days to evaluate an engagement",
    "closing_days": "days to close an engagement after its evaluation",
    "exemption_days": "days an exemption lasts while a check is awaited, at the most",
}
"""The settings that say within how many working days something is to be done, and what people call them."""

CALLED = WINDOWS | {
    "contact_email": "contact email address",
    "need_categories": "levels of support",
    "vetting": "vetting requirements",
    "matching_weights": "weights in ranking providers",
    "renewal_days": "days before a check ends that its renewal is due",
    "vat_percent": "VAT percentage",
    "approval_ceiling": "spending that a broker may approve",
    "delegation": "scheme of delegation",
    "served_types": "types of school we work with",
    "retention": "how long records are kept",
}
"""What people call the settings whose own name says it otherwise."""


@dataclass(frozen=True, slots=True)
class Version:
    """Settings in force from a day until a later version's."""

    number: int
    from_: date
    settings: Settings


@dataclass(frozen=True, slots=True)
class Recovery:
    """An administrator let in from the command line, because nobody could sign in as one any more."""

    person: UUID
    on: date
    reason: str


class NotASetting(Refusal):
    """A setting has a value that cannot be used."""


class NothingChanged(Refusal):
    """The settings are what they were."""


class SchemeNeverBack(Refusal):
    """The scheme of delegation would be changed for days on which it was gone by."""


class Authority(Aggregate):
    """The one authority of a database. Version 0 of its settings is the service's defaults."""

    KIND = "authority"

    name: str
    la_code: str
    service_name: str

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.versions: list[Version] = []
        self.recoveries: list[Recovery] = []

    @property
    def own_code(self) -> str | None:
        """The code that tells this authority's schools from those of others, None where it has those of several."""
        return None if self.la_code == SEVERAL else self.la_code

    class Named(Event):
        TOPIC = "authority.named"
        says = "{by} named the authority {name} ({la_code}) and its service {service_name}"
        name: str
        la_code: str
        service_name: str

        def apply(self, authority: Authority) -> None:
            authority.name, authority.la_code = self.name, self.la_code
            authority.service_name = self.service_name

    class SettingsChanged(Event):
        """`changed` names the settings that differ from those in force on `from_` before; `before` says in words, in
        the same order, what those were that are no lists, and `after` what they are where one list
        alone does not tell it; `settings` are all."""

        TOPIC = "authority.settings-changed"
        says = "{by} changed {changes}, with effect from {from_}: {reason}"
        settings_version: int
        from_: date
        changed: tuple[str, ...]
        settings: Settings
        before: tuple[str, ...] = ()
        after: tuple[str, ...] = ()

        @property
        def changes(self) -> str:
            told = []
            for words, before, compared in zip_longest(self.changed, self.before, self.after):
                name = words.replace(" ", "_")
                after = compared or _in_words(name, getattr(self.settings, name))
                values = (f" from {before}" if before else "") + (f" to {after}" if after else "")
                told.append(CALLED.get(name, words) + values)
            return "; ".join(told)

        def apply(self, authority: Authority) -> None:
            authority.versions.append(Version(self.settings_version, self.from_, self.settings))

    class AccessRecovered(Event):
        TOPIC = "authority.access-recovered"
        says = "{by} let {person} in as an administrator: {reason}"
        person: UUID

        def apply(self, authority: Authority) -> None:
            authority.recoveries.append(Recovery(self.person, self.meta.occurred_on, self.meta.reason))

    class FirstHolderAppointed(Event):
        """Saved with the post itself: of two first appointments at the same moment, the later is decided anew."""

        TOPIC = "authority.first-holder-appointed"
        says = "{by} added {person} as {role} when there was nobody to confirm it"
        person: UUID
        role: Role

        def apply(self, authority: Authority) -> None:
            """The post is the person's; nothing of the authority changes."""

    @classmethod
    def begin(cls, *, name: str, la_code: str, service_name: str) -> Authority:
        """The authority of a new database. Raises NotASetting."""
        authority = cls.named("settings")
        authority.rename(name=name, la_code=la_code, service_name=service_name)
        return authority

    def rename(self, *, name: str, la_code: str, service_name: str) -> None:
        """Give authority and service their names. Raises NotASetting, NothingChanged."""
        _must(bool(plain(name)), "Enter the authority's name", "name")
        _must(re.fullmatch(r"\d{3}", la_code) is not None, "Enter the authority's 3-digit code", "la_code")
        _must(bool(plain(service_name)), "Enter the service's name", "service_name")
        named = self.Named(name=plain(name), la_code=la_code, service_name=plain(service_name))
        if self.version and (self.name, self.la_code, self.service_name) == (named.name, la_code, named.service_name):
            raise NothingChanged("You have not changed either name. Change at least one")
        self.record(named)

    def change_settings(self, settings: Settings, *, from_: date, reason: str) -> str:
        """Put settings in force from a day; returns the version's name.

        Raises NotASetting, NothingChanged, ReasonNeeded, SchemeNeverBack, and what stands against the scheme.
        """
        _check(settings)
        before, _ = self.settings_on(from_)
        names = [each.name for each in fields(Settings) if getattr(before, each.name) != getattr(settings, each.name)]
        changed = tuple(name.replace("_", " ") for name in names)
        if not changed:
            raise NothingChanged("You have not changed any settings. Change at least one")
        if "delegation" in names and from_ <= self.today:
            raise SchemeNeverBack("A change of the scheme takes effect tomorrow or later", field="from_")
        number = len(self.versions) + 1
        event = self.SettingsChanged(
            settings_version=number,
            from_=from_,
            changed=changed,
            settings=settings,
            before=tuple(_compared(name, before, settings) for name in names),
            after=tuple(_rows_compared(name, settings, before) for name in names) if "delegation" in names else (),
        )
        self.record(event, occurred=from_ if from_ <= self.today else None, reason=reasoned(reason))
        return version_name(number)

    def recover_access(self, person: UUID, *, reason: str) -> None:
        """Let a person in as an administrator where those there are cannot sign in. Raises ReasonNeeded."""
        self.record(self.AccessRecovered(person=person), reason=reasoned(reason), people=[person])

    def appoint_first_holder(self, person: UUID, role: Role) -> None:
        """Tell that a person was given a post that takes two people, while there was nobody for the second."""
        self.record(self.FirstHolderAppointed(person=person, role=role), people=[person])

    def settings_on(self, day: date) -> tuple[Settings, str]:
        """The settings in force on a day, and the name of their version for decisions to name."""
        begun = [version for version in self.versions if version.from_ <= day]
        if not begun:
            return Settings(), version_name(0)
        latest = max(begun, key=lambda version: (version.from_, version.number))
        return latest.settings, version_name(latest.number)

    def state_of(self, version: Version, day: date) -> VersionState:
        """How a version stands on a day."""
        if any(each.from_ == version.from_ and each.number > version.number for each in self.versions):
            return VersionState.REPLACED
        if version.from_ > day:
            return VersionState.TO_COME
        _, in_force = self.settings_on(day)
        return VersionState.IN_FORCE if version_name(version.number) == in_force else VersionState.EARLIER


class VersionState(LabelledEnum):
    """How a version of the settings stands on a day."""

    TO_COME = "to_come"
    IN_FORCE = "in_force"
    EARLIER = "earlier"
    REPLACED = "replaced"
    """Another version is for the same day and counts in its place: this one was never in force from then on."""


def version_name(number: int) -> str:
    """As `settings-3`."""
    return f"settings-{number}"


def _compared(name: str, settings: Settings, other: Settings) -> str:
    """A setting as sentences write it, beside that of other settings."""
    return _rows_compared(name, settings, other) or _in_words(name, getattr(settings, name))


def _rows_compared(name: str, settings: Settings, other: Settings) -> str:
    """The rows of the scheme of delegation that other settings have otherwise; nothing for any other setting."""
    if name != "delegation":
        return ""
    rows = {row.code: row for row in other.scheme}
    return "; ".join(str(row) for row in settings.scheme if rows.get(row.code) != row)


def _in_words(name: str, value: object) -> str:
    """A setting as sentences write it; nothing for a list, and for a colour, which has a code alone."""
    if name == "approval_ceiling" and isinstance(value, Decimal):
        return in_pounds(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}%"
    if name == "contact_email":
        return str(value) or "none"
    return str(value) if isinstance(value, int) else ""


def _check(settings: Settings) -> None:
    codes = [category.code for category in settings.need_categories]
    _must(
        re.fullmatch(r"#[0-9a-fA-F]{6}", settings.colour) is not None, "Enter a colour, for example #1d4f71", "colour"
    )
    for window in WINDOWS:
        _must(getattr(settings, window) > 0, "Enter a number of working days, 1 or more", window)
    _must(settings.renewal_days > 0, "Enter a number of days, 1 or more", "renewal_days")
    check_scheme(settings.scheme)
    _must(bool(codes), "Enter at least one level of support", "need_categories")
    _must(len(set(codes)) == len(codes), "Give each level of support its own code", "need_categories")
    _must(
        all(category.core_visits >= 1 and category.extra_visits >= 0 for category in settings.need_categories),
        "Enter 1 or more core visits a term",
        "need_categories",
    )
    _must(bool(settings.served_types), "Choose at least one type of establishment", "served_types")
    _must(_in_their_order(settings.terms), "Each term must end after it starts, and terms must not overlap", "terms")
    _must(_within(settings.vat_percent, Decimal(100)), "Enter a percentage from 0 to 100", "vat_percent")
    _must(_within(settings.approval_ceiling, MOST), "Enter a sum in pounds, 0 or more", "approval_ceiling")
    _must(
        all(weight.weight >= 0 for weight in settings.matching_weights),
        "Enter a weight of 0 or more",
        "matching_weights",
    )
    _must(all(kept.years > 0 for kept in settings.retention), "Enter a number of years, 1 or more", "retention")


def _in_their_order(terms: tuple[TermDates, ...]) -> bool:
    in_order = sorted(terms, key=lambda term: term.begins)
    apart = all(first.ends < second.begins for first, second in pairwise(in_order))
    return apart and all(term.begins < term.ends for term in terms)


def _within(number: Decimal, most: Decimal) -> bool:
    return number.is_finite() and 0 <= number <= most


def _must(holds: bool, message: str, field: str) -> None:
    if not holds:
        raise NotASetting(message, field=field)
