"""The words of a tender, and what it holds: invitations, quotes and questions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.vocabulary import LabelledEnum, Side


class TenderStatus(LabelledEnum):
    """Where a tender stands; providers may be invited, and quote, only while it is open."""

    OPEN = "open"
    SELECTED = "selected"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return "Provider selected" if self is TenderStatus.SELECTED else super().label


class InvitationStatus(LabelledEnum):
    """What became of one provider's invitation."""

    INVITED = "invited"
    QUOTED = "quoted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    SELECTED = "selected"

    @property
    def label(self) -> str:
        return {"lapsed": "No reply", "withdrawn": "Quote withdrawn"}.get(self.value) or super().label


class DeclineReason(LabelledEnum):
    """Why an invitation came to nothing, in words that can be counted."""

    NO_CAPACITY = "no_capacity"
    DATES = "dates"
    PRICE = "price"
    OUTSIDE_EXPERTISE = "outside_expertise"
    DISTANCE = "distance"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a provider writes into a quote. Pounds a day without VAT; the VAT rate is 0 where none is charged."""

    specialist: UUID
    days: Decimal
    day_rate: Decimal
    approach: str
    available_from: date
    available_to: date
    vat_percent: Decimal


@dataclass(frozen=True, slots=True)
class Quote:
    """What a provider offers: who comes, for how many days, at what price in pounds, and how it is meant.

    `vat` is 0 where none is charged, and where nobody has told whether it is (`vat_is_known`). `recorded_by` wrote it
    down where the provider did not.
    """

    specialist: UUID
    days: Decimal
    day_rate: Decimal
    net: Decimal
    vat: Decimal
    approach: str
    available_from: date
    available_to: date
    received_on: date
    vat_is_known: bool = True
    recorded_by: UUID | None = None

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


@dataclass(frozen=True, slots=True)
class Invitation:
    """One provider's place in the tender, with what was known of its clearance when it was invited."""

    provider: UUID
    clearance: str
    invited_on: date
    status: InvitationStatus = InvitationStatus.INVITED
    quote: Quote | None = None
    declined_by: Side | None = None
    unavailable_until: date | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A question about the brief; question and answer are shown to all who are invited."""

    number: int
    provider: UUID
    text: str
    answer: str = ""


OPEN_INVITATION = frozenset({InvitationStatus.INVITED, InvitationStatus.QUOTED})
LEFT = frozenset({InvitationStatus.DECLINED, InvitationStatus.WITHDRAWN, InvitationStatus.LAPSED})
"""Whoever holds such an invitation is in the tender no longer, unless they are invited again."""
