"""What a provider offers and with whom: the parts of a provider's record other than its vetting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.vocabulary import LabelledEnum, Phase, SchoolId, ServiceType


class ProviderKind(LabelledEnum):
    """Whose the provider is: it decides which vetting requirements stand.

    A school-based provider is a lead teacher, lead department or advanced skills teacher of a school, in the
    authority or outside it; an internal one is a service of the authority, as its music service.
    """

    PRIVATE = "private"
    PUBLIC = "public"
    INTERNAL = "internal"
    SCHOOL_BASED = "school_based"

    @property
    def label(self) -> str:
        return "School-based" if self is ProviderKind.SCHOOL_BASED else super().label


@dataclass(frozen=True, slots=True)
class Capability:
    """A subject in a phase by a type of service. Subjects are compared without regard to case."""

    subject: str
    phase: Phase
    service: ServiceType

    def matches(self, other: Capability) -> bool:
        """Whether both are the same offer."""
        same_subject = self.subject.casefold() == other.subject.casefold()
        return same_subject and (self.phase, self.service) == (other.phase, other.service)

    def __str__(self) -> str:
        return f"{self.subject}, {self.phase.label.lower()}, {self.service.label.lower()}"


@dataclass(frozen=True, slots=True)
class Rate:
    """The price of a day from a day on, in pounds without VAT; `vat_registered` is None where nobody has told it."""

    from_: date
    day_rate: Decimal
    vat_registered: bool | None


@dataclass(frozen=True, slots=True)
class Capacity:
    """Days of support free in a period, both of whose ends belong to it."""

    from_: date
    to: date
    days: Decimal


class Duty(LabelledEnum):
    """What a specialist does, or where they lived, on account of which more is checked.

    A section 128 direction bars from management, as of an acting headteacher or a trustee, and from no visiting
    specialist's work; disqualification from childcare concerns early years; who lived abroad is checked there too
    (Keeping children safe in education, part three).
    """

    MANAGES = "manages"
    EARLY_YEARS = "early_years"
    LIVED_ABROAD = "lived_abroad"

    @property
    def label(self) -> str:
        return {
            "manages": "Takes part in the management of a school",
            "early_years": "Works in early years or out-of-hours childcare",
            "lived_abroad": "Has lived or worked outside the UK",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Specialist:
    """A person who works for the provider. Without subjects of their own, all that the provider offers.

    `teaches` says that the person teaches pupils, and so has to be a qualified teacher. `left_on` is the first
    day on which the person is no longer there.
    """

    person: UUID
    subjects: tuple[str, ...]
    teaches: bool
    joined_on: date
    left_on: date | None = None
    duties: tuple[Duty, ...] = ()

    def is_there_on(self, day: date) -> bool:
        """Whether the person works for the provider on that day."""
        return self.left_on is None or day < self.left_on


class ConflictNature(LabelledEnum):
    """What ties a provider or its specialist to a body that it might work with."""

    FAMILY = "family"
    EMPLOYMENT = "employment"
    GOVERNANCE = "governance"
    FINANCIAL = "financial"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A declared tie to a body, which is a school of the register or named in `body`."""

    body: str
    school: SchoolId | None
    person: UUID | None
    nature: ConflictNature
    from_: date
    to: date | None

    def holds_on(self, day: date) -> bool:
        return self.from_ <= day and (self.to is None or day <= self.to)


@dataclass(frozen=True, slots=True)
class Suspension:
    """A period without invitations and without work; `to` is its last day, None while it lasts."""

    from_: date
    to: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.from_ <= day and not self.is_over_on(day)

    def is_over_on(self, day: date) -> bool:
        return self.to is not None and self.to < day
