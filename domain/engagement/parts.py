"""The words of a brokered engagement, and what it holds: the work, its sessions and its evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.money import Price
from domain.on_behalf import OnBehalf
from domain.vocabulary import LabelledEnum, Personal, Phase, SchoolId, Side, SupportKind


class EngagementStatus(LabelledEnum):
    """Where an engagement stands; `cancelled` and `closed` are ends."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    CONFIRMED = "confirmed"
    IN_DELIVERY = "in_delivery"
    PAUSED = "paused"
    COMPLETED = "completed"
    ENDED_EARLY = "ended_early"
    EVALUATED = "evaluated"
    CLOSED = "closed"
    CANCELLED = "cancelled"


RUNNING = frozenset({EngagementStatus.CONFIRMED, EngagementStatus.IN_DELIVERY})
GOING_ON = RUNNING | {EngagementStatus.PAUSED}
"""While the work is under way, or stopped for a while."""

BEFORE_START = frozenset({EngagementStatus.PROPOSED, EngagementStatus.AGREED, EngagementStatus.CONFIRMED})
AWAITING_AGREEMENT = frozenset({EngagementStatus.PROPOSED, EngagementStatus.AGREED})
AWAITING_EVALUATION = frozenset({EngagementStatus.COMPLETED, EngagementStatus.ENDED_EARLY})


class SessionStatus(LabelledEnum):
    """What became of a session."""

    PLANNED = "planned"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    NOT_HELD = "not_held"
    """Planned, and nobody held it."""

    WRONGLY_REPORTED = "wrongly_reported"
    """Reported as delivered, and never held."""


class BreachAnswer(LabelledEnum):
    """What a breach came to: the check held and was recorded late, or the session was held without it."""

    EVIDENCE_FOUND = "evidence_found"
    UPHELD = "upheld"


KEPT = frozenset({SessionStatus.PLANNED, SessionStatus.DELIVERED})
"""Sessions that take place, or are to."""


class SessionOutlook(LabelledEnum):
    """How a planned session stands by what is known today: it can be held, or can if a check that ends before it is
    renewed, or cannot."""

    READY = "ready"
    WAITING_FOR_RENEWAL = "waiting_for_renewal"
    ON_HOLD = "on_hold"


class Attainment(LabelledEnum):
    """How far an objective was met."""

    MET = "met"
    PARTLY_MET = "partly_met"
    NOT_MET = "not_met"


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done: the terms that school, provider and service agree. Money in pounds."""

    school: SchoolId
    provider: UUID
    specialist: UUID
    kind: SupportKind
    subject: str
    phase: Phase
    scope: str
    objectives: tuple[str, ...]
    days: Decimal
    net: Decimal
    vat: Decimal
    begins: date
    ends: date
    fund: str = ""

    @property
    def gross(self) -> Decimal:
        """The price with VAT."""
        return self.price.gross

    @property
    def price(self) -> Price:
        """What is paid for all of it."""
        return Price(self.net, self.vat)

    def price_at(self, net: Decimal) -> Price:
        """The price of another net sum at the VAT rate of this work."""
        return Price.of(net, vat_percent=self.price.vat_percent)


@dataclass(frozen=True, slots=True)
class Session:
    """One occasion of the work. `days` counts against those agreed, `minutes` is how long it lasts.

    `net` is what it cost: its share of the price as agreed when it was delivered, or cancelled at a charge.
    `reason` is why it was cancelled or not held; `reported_on` is the day on which
    it was recorded what became of it. `missing` is of what it was held in breach: what the specialist was not
    cleared by, or that the provider was suspended; `told` and `followed` are who was told of that, and what came of
    it. `answer` is how it was closed. `found_later_on` is the day on which it was recorded what shows the breach,
    where nobody knew it at the time. `restated_on` is when what was entered of it was last corrected.
    """

    number: int
    on: date
    days: Decimal
    place: str
    minutes: int | None = None
    status: SessionStatus = SessionStatus.PLANNED
    specialist: UUID | None = None
    chargeable: bool = False
    net: Decimal = Decimal(0)
    note: str = ""
    attended: int | None = None
    cancelled_by: Side | None = None
    reason: str = ""
    missing: tuple[str, ...] = ()
    told: str = ""
    followed: str = ""
    found_later_on: date | None = None
    answer: BreachAnswer | None = None
    reported_on: date | None = None
    restated_on: date | None = None

    @property
    def days_late(self) -> int:
        """How many days after its day it was recorded that it was held, or was not."""
        return max(0, (self.reported_on - self.on).days) if self.reported_on else 0

    @property
    def is_open_breach(self) -> bool:
        """Whether it was held in breach, and nobody has followed that up."""
        return bool(self.missing) and not self.followed

    @property
    def is_followed_up_breach(self) -> bool:
        """Whether it was held in breach, and it is still to be said what that came to."""
        return bool(self.missing and self.followed) and self.answer is None

    @property
    def is_used(self) -> bool:
        """Whether its days are spent."""
        return self.status is SessionStatus.DELIVERED or self.chargeable


@dataclass(frozen=True, slots=True)
class Agreement:
    """Who agreed to the terms for a side, and when; nobody in person where a rule of the service did.

    Where the side agreed elsewhere and `by` wrote it down, `recorded` says how that is known and what the side says
    of it.
    """

    by: UUID | None
    on: date
    recorded: OnBehalf | None = None

    @property
    def on_behalf(self) -> bool:
        """Whether others recorded it for the side."""
        return self.recorded is not None

    @property
    def reason(self) -> str:
        """How it was agreed, where others recorded it."""
        return self.recorded.evidence if self.recorded else ""

    @property
    def is_disowned(self) -> bool:
        return self.recorded is not None and self.recorded.is_disowned


@dataclass(frozen=True, slots=True)
class Consent:
    """Who agreed to other terms for the school and for the provider, and on which day each of them did."""

    school_by: UUID
    school_on: date
    provider_by: UUID
    provider_on: date


@dataclass(frozen=True, slots=True)
class Variation:
    """Other days, price in pounds or last day, agreed by all while the work ran; `consent` is None where nobody
    wrote down who agreed."""

    on: date
    days: Decimal
    net: Decimal
    vat: Decimal
    ends: date
    reason: str
    consent: Consent | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """That the work was given up, before it started or early: by which side, when and why."""

    side: Side
    on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one objective."""

    objective: str
    attainment: Attainment


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the school says of the work: ratings from 1 (poor) to 5 (very good)."""

    quality: int
    impact: int
    comment: Personal
    outcomes: tuple[Outcome, ...]
    evaluator: UUID
