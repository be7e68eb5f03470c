"""The settings of an authority: what it may set for itself, how they are told, and what they have to be."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from domain.aggregate import Refusal
from domain.calendar import TermDates, default_terms
from domain.delegation import OWN_LIMIT, DelegationRow, check_scheme, scheme_with
from domain.establishments import STATE_FUNDED, EstablishmentType
from domain.money import MOST, in_pounds
from domain.subjects import Subject, SubjectList, list_of, subject_key
from domain.text import counted

DECIDED_BY_OTHERS = ("delegation", "approval_ceiling", "exemption_days", "vetting")
"""The settings by which others decide or people are kept safe: an administrator asks for them to be changed, and they
are not changed for days on which they were gone by."""


class NotASetting(Refusal):
    """A setting has a value that cannot be used."""


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

    def __str__(self) -> str:
        months = f", for {counted(self.months, 'month')}" if self.months else ""
        who = ", of teachers" if self.of_teachers else ""
        return f"{self.provider_kind}: {self.requirement}{months}{who}".replace("_", " ")


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

    A second person reads, before it is issued, each of an officer's first records (`assured_first`), those of schools
    of so many of the lowest need categories (`assured_categories`), and of schools with an open case.

    The service works with the open establishments of the served types; one whose type nobody told is not left out.
    Windows are in working days, `renewal_days` in calendar days, money in pounds. No terms of a year, no vetting
    demands, no weights and no subjects mean the service's own: the published rule of terms, the common vetting
    policy, the common ranking, the usual subjects. `delegation` are the rows of the scheme of delegation that the
    authority has set in place of the common ones.
    """

    colour: str = "#1d4f71"
    contact_email: str = ""
    designated_officer: str = ""
    social_care: str = ""
    police: str = "999 if a child is in danger now, otherwise 101"
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
    assured_first: int = 0
    assured_categories: int = 1
    assured_cases: bool = True
    terms: tuple[TermDates, ...] = ()
    vetting: tuple[VettingDemand, ...] = ()
    matching_weights: tuple[Weight, ...] = ()
    vat_percent: Decimal = Decimal(20)
    approval_ceiling: Decimal = Decimal("5000.00")
    served_types: tuple[EstablishmentType, ...] = STATE_FUNDED
    delegation: tuple[DelegationRow, ...] = ()
    subjects: tuple[Subject, ...] = ()
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

    @property
    def subject_list(self) -> SubjectList:
        """The subjects and themes in which support is asked for and offered."""
        return list_of(self.subjects)

    def with_row(self, row: DelegationRow) -> Settings:
        """The same with a row of the scheme of delegation; the limit of what a broker decides alone is a setting of
        its own. Raises NotASetting."""
        ceiling = self.approval_ceiling
        if row.code == OWN_LIMIT:
            must(row.up_to is not None, "Enter the limit up to which a broker decides alone", "up_to")
            ceiling = row.up_to or ceiling
        others = [each for each in self.delegation if each.code != row.code]
        return replace(self, approval_ceiling=ceiling, delegation=(*others, row))

    def changed_in(self, other: Settings) -> tuple[str, ...]:
        """The names of the settings that are others in other settings."""
        return tuple(each.name for each in fields(self) if getattr(self, each.name) != getattr(other, each.name))

    @property
    def lowest_categories(self) -> frozenset[str]:
        """The need categories whose records are assured: those listed last, but never all of them."""
        codes = [category.code for category in self.need_categories]
        return frozenset(codes[1:][-self.assured_categories :] if self.assured_categories else ())

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
    "designated_officer": "how to reach the local authority designated officer",
    "social_care": "how to reach children's social care",
    "police": "how to reach the police",
    "need_categories": "levels of support",
    "vetting": "vetting requirements",
    "matching_weights": "weights in ranking providers",
    "renewal_days": "days before a check ends that its renewal is due",
    "assured_first": "first records of an officer that are quality assured",
    "assured_categories": "lowest levels of support whose records are quality assured",
    "assured_cases": "quality assurance of records at schools with an open concern",
    "vat_percent": "VAT percentage",
    "approval_ceiling": "spending that a broker may approve",
    "delegation": "scheme of delegation",
    "subjects": "list of subjects",
    "served_types": "types of school we work with",
    "retention": "how long records are kept",
}
"""What people call the settings whose own name says it otherwise."""


def compared(name: str, settings: Settings, other: Settings) -> str:
    """A setting as sentences write it, beside that of other settings."""
    return rows_compared(name, settings, other) or in_words(name, getattr(settings, name))


def changes_in_words(before: Settings, after: Settings, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What the settings of these names are called, and from what to what they change."""
    for name in names:
        was, becomes = compared(name, before, after), compared(name, after, before)
        yield CALLED.get(name, name.replace("_", " ")), f"from {was or 'others'} to {becomes or 'others'}"


def rows_compared(name: str, settings: Settings, other: Settings) -> str:
    """The rows of the scheme of delegation, or the subjects, that other settings have otherwise."""
    if name == "subjects":
        there = set(other.subject_list.subjects)
        return "; ".join(str(subject) for subject in settings.subject_list.subjects if subject not in there)
    if name != "delegation":
        return ""
    rows = {row.code: row for row in other.scheme}
    return "; ".join(str(row) for row in settings.scheme if rows.get(row.code) != row)


def in_words(name: str, value: object) -> str:
    """A setting as sentences write it; nothing for a list, and for a colour, which has a code alone."""
    if name == "approval_ceiling" and isinstance(value, Decimal):
        return in_pounds(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}%"
    if name in ("contact_email", "designated_officer", "social_care", "police"):
        return str(value) or "none"
    if name == "vetting" and isinstance(value, tuple):
        return "; ".join(map(str, value)) or "the usual ones"
    return str(value) if isinstance(value, int) else ""


def check_settings(settings: Settings) -> None:
    codes = [category.code for category in settings.need_categories]
    must(
        re.fullmatch(r"#[0-9a-fA-F]{6}", settings.colour) is not None, "Enter a colour, for example #1d4f71", "colour"
    )
    for window in WINDOWS:
        must(getattr(settings, window) > 0, "Enter a number of working days, 1 or more", window)
    must(settings.renewal_days > 0, "Enter a number of days, 1 or more", "renewal_days")
    for number in ("assured_first", "assured_categories"):
        must(getattr(settings, number) >= 0, "Enter a number, 0 or more", number)
    check_scheme(settings.scheme)
    must(bool(codes), "Enter at least one level of support", "need_categories")
    must(len(set(codes)) == len(codes), "Give each level of support its own code", "need_categories")
    must(
        all(category.core_visits >= 1 and category.extra_visits >= 0 for category in settings.need_categories),
        "Enter 1 or more core visits a term",
        "need_categories",
    )
    must(bool(settings.served_types), "Choose at least one type of establishment", "served_types")
    must(_in_their_order(settings.terms), "Each term must end after it starts, and terms must not overlap", "terms")
    must(_half_terms_within(settings.terms), "Enter the first and last day of a half-term, within its term", "terms")
    must(_within(settings.vat_percent, Decimal(100)), "Enter a percentage from 0 to 100", "vat_percent")
    must(_within(settings.approval_ceiling, MOST), "Enter a sum in pounds, 0 or more", "approval_ceiling")
    must(
        all(weight.weight >= 0 for weight in settings.matching_weights),
        "Enter a weight of 0 or more",
        "matching_weights",
    )
    check_subjects(settings.subjects)
    must(all(kept.years > 0 for kept in settings.retention), "Enter a number of years, 1 or more", "retention")


def check_subjects(subjects: tuple[Subject, ...]) -> None:
    """Raises NotASetting where a word stands for two subjects, or for none."""
    stands_for: dict[str, str] = {}
    for subject in subjects:
        for word in subject.words:
            must(bool(subject_key(word)), "Enter the name of each subject in letters", "subjects")
        for key in {subject_key(word) for word in subject.words}:
            other = stands_for.setdefault(key, subject.name)
            must(other == subject.name, f"“{key}” stands both for {other} and for {subject.name}", "subjects")
    names = [subject_key(subject.name) for subject in subjects]
    must(len(set(names)) == len(names), "Name each subject once", "subjects")


def _in_their_order(terms: tuple[TermDates, ...]) -> bool:
    in_order = sorted(terms, key=lambda term: term.begins)
    apart = all(first.ends < second.begins for first, second in pairwise(in_order))
    return apart and all(term.begins < term.ends for term in terms)


def _half_terms_within(terms: tuple[TermDates, ...]) -> bool:
    return all(
        (term.half_term_begins is None) == (term.half_term_ends is None)
        and term.begins < (term.half_term_begins or term.ends) <= (term.half_term_ends or term.ends) <= term.ends
        for term in terms
    )


def _within(number: Decimal, most: Decimal) -> bool:
    return number.is_finite() and 0 <= number <= most


def must(holds: bool, message: str, field: str) -> None:
    if not holds:
        raise NotASetting(message, field=field)
