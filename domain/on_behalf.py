"""On another's behalf: what somebody decided or agreed elsewhere, as others recorded it for them.

It is theirs once they confirm it; until then it is said to be recorded, and by whom. What they disown stays in the
history, and nothing more may rest on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol
from uuid import UUID

from domain.aggregate import Meta, Refusal
from domain.text import plain
from domain.vocabulary import LabelledEnum

CONFIRM_WITHIN = 5
"""Working days in which somebody is asked to say whether what was recorded for them is theirs."""

LATE_AFTER = 2
"""What was decided or agreed elsewhere is recorded within so many working days."""


class Heard(LabelledEnum):
    """How what was decided or agreed elsewhere reached whoever records it."""

    MEETING = "meeting"
    EMAIL = "email"
    TELEPHONE = "telephone"
    LETTER = "letter"


class Confirmation(LabelledEnum):
    """What somebody says of what others recorded as theirs."""

    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"
    DISOWNED = "disowned"


class EvidenceNeeded(Refusal):
    """What somebody decided or agreed is recorded for them without saying how it is known."""


class NotYours(Refusal):
    """The decision is for a post that this person does not hold, or for somebody else by name."""


class AlreadyAnswered(Refusal):
    """Somebody decided, or it is no longer asked."""


class RestsOnDisowned(Refusal):
    """A further step would rest on what was recorded for somebody who says that it is not theirs."""


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """That `recorder` wrote down what somebody else decided or agreed on `came_on`: the person `whose` it is, None
    where nobody of the school or provider is named. Of what was recorded before this was kept nobody knows how it was
    `heard`, and nobody was asked to confirm it by a day. `said_by` said on `said_on` whether it is theirs, and `why`
    not."""

    whose: UUID | None
    recorder: UUID | None
    came_on: date
    heard: Heard | None = None
    evidence: str = ""
    confirm_by: date | None = None
    confirmation: Confirmation = Confirmation.NOT_CONFIRMED
    said_by: UUID | None = None
    said_on: date | None = None
    why: str = ""

    @property
    def is_disowned(self) -> bool:
        return self.confirmation is Confirmation.DISOWNED

    def said(self, confirmation: Confirmation, meta: Meta) -> OnBehalf:
        """The same as whoever acts speaks of it."""
        return replace(
            self,
            confirmation=confirmation,
            said_by=meta.signature.actor,
            said_on=meta.occurred_on,
            why=meta.reason,
        )


class RecordedEvent(Protocol):
    """An event that records for somebody what they decided or agreed, for the person `whose` it is or, where nobody
    is named, for a school or provider."""

    @property
    def meta(self) -> Meta: ...
    @property
    def whose(self) -> UUID | None: ...
    @property
    def heard(self) -> Heard: ...
    @property
    def evidence(self) -> str: ...
    @property
    def confirm_by(self) -> date | None: ...


def recorded_by(event: RecordedEvent) -> OnBehalf:
    """What an event recorded for somebody, on the day on which it occurred."""
    meta = event.meta
    return OnBehalf(
        event.whose,
        meta.signature.actor,
        meta.occurred_on,
        event.heard,
        event.evidence,
        event.confirm_by,
    )


def evidenced(evidence: str, what: str = "what they said") -> str:
    """The evidence as it is kept. Raises EvidenceNeeded where there is none."""
    if not plain(evidence):
        raise EvidenceNeeded(f"Enter what shows {what}, like the minute or the email", field="evidence")
    return plain(evidence)


def must_await_word(recorded: OnBehalf | None) -> OnBehalf:
    """What somebody is still to say whether it is theirs. Raises AlreadyAnswered where nothing is."""
    if recorded is None or recorded.confirmation is not Confirmation.NOT_CONFIRMED:
        raise AlreadyAnswered("There is nothing to confirm")
    return recorded


def must_not_be_recorder(recorded: OnBehalf, person: UUID | None) -> None:
    """Raises NotYours where whoever recorded it would also say that it is somebody else's."""
    if person is None or person == recorded.recorder:
        raise NotYours("You recorded this, so the people it was recorded for say whether it is theirs")
