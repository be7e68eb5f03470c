"""The answer to "cleared?": what is missing, what rests on an exemption or a renewal, and until when it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.provider import Check, Requirement
from domain.text import day_in_words
from domain.vocabulary import LabelledEnum


class Gap(LabelledEnum):
    """Why a requirement does not hold: it ends within the time asked about, or it ended, was revoked or never was."""

    ENDS = "ends"
    ENDED = "ended"
    REVOKED = "revoked"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Missing:
    """A requirement that does not hold, whose it is (None: the provider's own), and why, as a sentence.

    `item` is None where nobody is there of whom anything could be asked. `last` is the check that held last, None
    where none has begun.
    """

    item: Requirement | None
    person: UUID | None
    why: str
    last: Check | None = None
    gap: Gap = Gap.NEVER


@dataclass(frozen=True, slots=True)
class Exemption:
    """A requirement that holds by an exemption alone, until when and by which decision; that is empty where it was
    recorded before decisions were kept."""

    item: Requirement
    person: UUID | None
    until: date
    decided_in: str = ""

    @property
    def until_when(self) -> str:
        """As "until 14 December 2026 (DN-2026-0004)"."""
        by = f" ({self.decided_in})" if self.decided_in else ""
        return f"until {day_in_words(self.until)}{by}"

    def __str__(self) -> str:
        return f"Exempt {self.until_when}: {self.item.label}"


@dataclass(frozen=True, slots=True)
class Renewal:
    """A check that holds and ends by its own date: by which day it is to be renewed."""

    item: Requirement
    person: UUID | None
    by: date

    def __str__(self) -> str:
        return f"Renew by {day_in_words(self.by)}: {self.item.label}"


class ClearanceStatus(LabelledEnum):
    """The answer in a word; with an exemption or on a condition it is never "cleared"."""

    CLEARED = "cleared"
    RENEWAL_DUE = "renewal_due"
    ON_CONDITION = "on_condition"
    EXEMPT = "exempt"
    NOT_CLEARED = "not_cleared"
    EXPIRED = "expired"
    REVOKED = "revoked"

    @property
    def label(self) -> str:
        return _LABELS.get(self.value) or super().label


_LABELS = {
    "on_condition": "Cleared on condition",
    "expired": "Not cleared: expired",
    "revoked": "Not cleared: revoked",
}


@dataclass(frozen=True, slots=True)
class Clearance:
    """The answer. `valid_to` is the last day on which it stays so by today's facts; None if nothing ends it,
    or if not cleared. `exempt` are the requirements that hold by an exemption alone, `conditions` those that have to
    be renewed within the time asked about, and `due` those whose renewal is due by the policy."""

    cleared: bool
    missing: tuple[Missing, ...]
    valid_to: date | None
    exempt: tuple[Exemption, ...] = ()
    conditions: tuple[Renewal, ...] = ()
    due: tuple[Renewal, ...] = ()

    @property
    def status(self) -> ClearanceStatus:
        if not self.cleared:
            return self._why_not
        if self.exempt:
            return ClearanceStatus.EXEMPT
        if self.conditions:
            return ClearanceStatus.ON_CONDITION
        return ClearanceStatus.RENEWAL_DUE if self.due else ClearanceStatus.CLEARED

    @property
    def _why_not(self) -> ClearanceStatus:
        gaps = {each.gap for each in self.missing}
        if Gap.REVOKED in gaps:
            return ClearanceStatus.REVOKED
        return ClearanceStatus.EXPIRED if gaps == {Gap.ENDED} else ClearanceStatus.NOT_CLEARED

    @property
    def terms(self) -> tuple[str, ...]:
        """On what it rests: exemptions, and what is to be renewed."""
        return tuple(map(str, (*self.exempt, *self.conditions)))

    def __str__(self) -> str:
        """As pages, invitations and files tell it."""
        if not self.cleared:
            return "; ".join(each.why for each in self.missing)
        if terms := self.terms or tuple(map(str, self.due)):
            return "; ".join(terms)
        return "Cleared" if self.valid_to is None else f"Cleared until {day_in_words(self.valid_to)}"
