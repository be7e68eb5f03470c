"""What a concern says, and that it was raised at all: reworded or withdrawn where that was in error."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from domain.aggregate import Event, Refusal, reasoned, requires
from domain.concern.parts import CaseStatus, Severity, Wording
from domain.concern.rules import must_be_worked_on, written
from domain.concern.state import CaseState
from domain.correction import Correction, RestsOnIt
from domain.text import day_in_words
from domain.vocabulary import SchoolId

if TYPE_CHECKING:
    from domain.concern.case import ConcernCase


class SameWords(Refusal):
    """The concern would be reworded to what it says already."""


class DecidedUpon(Refusal):
    """Something was decided on the concern, which is then closed or ended with its outcome, and not withdrawn as if
    nobody had raised it."""


class Reworded(Event):
    """The concern says something else from now on; what it said until then is kept."""

    TOPIC = "concern.reworded"
    says = "{by} reworded the concern: {detail}. Until then it said: {was}. Reason: {reason}"
    detail: str
    was: str

    def apply(self, case: ConcernCase) -> None:
        case.earlier_wordings.append(Wording(self.was, self.meta.occurred_on, self.meta.signature.actor))
        case.detail = self.detail


class Corrected(Correction):
    """What was entered of the concern was wrong. The school that was meant reads it once it is shared with that."""

    TOPIC = "concern.corrected"
    says = "{by} corrected what was entered of the concern: {restated}. {reason}"
    RESTATES = {"school": "School", "severity": "Severity"}
    school: SchoolId | None = None
    school_was: SchoolId | None = None
    severity: Severity | None = None
    severity_was: Severity | None = None

    def apply(self, case: ConcernCase) -> None:
        super().apply(case)
        if self.school is not None:
            case.is_open_from_the_start, case.shares = False, {}


class Withdrawn(Event):
    """The concern was raised in error: it is no concern about the school, and stays to be read as that."""

    TOPIC = "concern.withdrawn"
    says = "{by} withdrew the concern, which was raised in error: {reason}"

    def apply(self, case: ConcernCase) -> None:
        case.over(CaseStatus.WITHDRAWN, self, by=self.meta.signature.actor)


def nothing_must_be_decided_upon(case: Content, _: date) -> None:
    """Raises RestsOnIt where somebody made a decision on the concern as it stands."""
    if case.is_decided_upon:
        found = f" on {day_in_words(case.assessment.on)}" if case.assessment else ""
        raise RestsOnIt(
            f"Somebody decided{found} that the school causes concern, or on a formal step, as the concern stands. "
            "End the intervention or close the concern, and say in the reason what was wrong"
        )


def must_not_be_decided_upon(case: Content, _: date) -> None:
    if case.is_decided_upon:
        raise DecidedUpon(
            "Somebody has made a decision on this concern, so it cannot be withdrawn as raised in error. Close it "
            "or end its intervention, and say in the reason what was wrong"
        )


class Content(CaseState, part=True):
    """A concern in the words in which it stands."""

    detail: str

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.earlier_wordings: list[Wording] = []

    def reword(self, *, detail: str, reason: str) -> None:
        """Say the concern in other words, also when it is over. Raises SameWords, TextNeeded, ReasonNeeded."""
        text = written(detail, "Enter what the concern is", field="detail")
        if text == self.detail:
            raise SameWords("The concern says this already", field="detail")
        self._take(Reworded(detail=text, was=self.detail), purpose=self.purpose, reason=reasoned(reason))

    @requires(nothing_must_be_decided_upon)
    def correct(self, *, reason: str, school: UUID | None = None, severity: Severity | None = None) -> None:
        """Put right at which school, or how severe, the concern is. Raises RestsOnIt, NothingToCorrect,
        ReasonNeeded."""
        corrected = Corrected.of(self, {"school": school, "severity": severity})
        self._take(corrected, purpose=self.purpose, reason=reasoned(reason, "Enter what was wrong"))

    @requires(must_be_worked_on, must_not_be_decided_upon)
    def withdraw(self, *, reason: str) -> None:
        """Take back a concern that was raised in error."""
        self._take(Withdrawn(), purpose=self.purpose, reason=reasoned(reason))
