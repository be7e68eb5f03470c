"""What a decision is made of: its question, the way that the scheme sends it, and the answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.delegation import Act, Decider, Excluded, one_of
from domain.vocabulary import LabelledEnum, SchoolId


class DecisionStatus(LabelledEnum):
    """How a decision stands. What is decided lasts; `LAPSED` follows from the day alone."""

    ASKED = "asked"
    MORE_ASKED = "more_asked"
    HALF_GIVEN = "half_given"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    OVERTAKEN = "overtaken"
    LAPSED = "lapsed"
    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    DISOWNED = "disowned"

    @property
    def label(self) -> str:
        return _LABELS.get(self.value) or super().label


_LABELS = {
    "more_asked": "Waiting for an answer",
    "half_given": "Approved by one of two",
    "given": "Approved",
    "lapsed": "Not decided in time",
    "unconfirmed": "Recorded, not yet confirmed",
    "disowned": "Recorded, and disowned",
}

OPEN = frozenset({DecisionStatus.ASKED, DecisionStatus.MORE_ASKED, DecisionStatus.HALF_GIVEN})
"""Somebody is still to decide."""

CAME_TO_NOTHING = frozenset({DecisionStatus.REFUSED, DecisionStatus.OVERTAKEN, DecisionStatus.LAPSED})
"""What was asked was not given, and whoever asked has to be told: they may ask again."""


class Basis(LabelledEnum):
    """By what somebody decided. Of what was recorded before decisions were kept there is no record of a decision."""

    OWN_ACT = "own_act"
    DEPUTY = "deputy"
    OWN_AUTHORITY = "own_authority"
    ON_BEHALF = "on_behalf"
    BEFORE_DECISIONS = "before_decisions"

    @property
    def label(self) -> str:
        return _BASES[self.value]


_BASES = {
    "own_act": "Asked and decided",
    "deputy": "Asked, and decided by a deputy",
    "own_authority": "Decided within their own limit",
    "on_behalf": "Recorded for somebody else",
    "before_decisions": "Recorded before decisions were kept",
}


WAS_ASKED = frozenset({Basis.OWN_ACT, Basis.DEPUTY})
"""One person asked, and another decides."""


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that the decider is shown and that the decision rests on; less of what is measured is covered."""

    label: str
    value: str
    measure: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be decided: one command on one record, on these terms.

    `answers` are those of the command, as JSON; `net` is the sum in pounds that the limits count, and `terms` are
    what the decider sees. `authors` wrote a term and decide no more than whoever asks; nor do
    those who are `excluded` by another rule of separation. `matter` tells apart what can be asked of one record at
    once, as for two of its people. `together` is the sum with what the same provider, or the same school and need,
    had in twelve months, where another row of the scheme would decide that.
    """

    act: Act
    kind: str
    subject: UUID
    subject_reference: str
    command: str
    answers: str
    terms: tuple[Term, ...]
    net: Decimal | None = None
    school: SchoolId | None = None
    request: UUID | None = None
    provider: UUID | None = None
    authors: tuple[UUID, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    matter: str = ""
    together: Decimal | None = None

    @property
    def others(self) -> frozenset[UUID]:
        """Those who may not decide it, beside whoever asks."""
        return frozenset((*self.authors, *(each.person for each in self.excluded)))

    @property
    def fingerprint(self) -> str:
        """The same for the same command on the same terms, and for no others: what the decider was shown."""
        said = [self.act, str(self.subject), self.command, self.answers, str(self.net)]
        said += [f"{term.label}\n{term.value}" for term in self.terms]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]

    def changed_in(self, now: Question) -> tuple[str, ...]:
        """The terms that are others now, as sentences; none where only the sum, or what is measured, is less."""
        is_less = self.net is not None and now.net is not None and now.net < self.net
        return tuple(
            _other(label, shown, stands)
            for label, shown, stands in self._beside(now)
            if not _covers(shown, stands) and not (is_less and label == SUM)
        )

    def differs_in(self, now: Question) -> tuple[str, ...]:
        """The terms that are others now, as sentences, also where they are less."""
        return tuple(
            _other(label, shown, stands) for label, shown, stands in self._beside(now) if shown.value != stands.value
        )

    def _beside(self, now: Question) -> Iterator[tuple[str, Term, Term]]:
        """Each term by its label, as it was shown and as it is now; without those that no page showed then."""
        before, after = ({term.label: term for term in each.terms} for each in (self, now))
        nothing = Term("", "nothing")
        for label in (each for each in dict.fromkeys([*before, *after]) if each in before or each not in SHOWN_LATER):
            yield label, before.get(label, nothing), after.get(label, nothing)


def _other(label: str, shown: Term, stands: Term) -> str:
    return f"{label}: {shown.value} was shown, and it is now {stands.value}"


def _covers(shown: Term, stands: Term) -> bool:
    if shown.measure is not None and stands.measure is not None:
        return stands.measure <= shown.measure
    return shown.value == stands.value


SHOWN_LATER = frozenset(
    {"Who pays", "The same provider in the last 12 months", "The same school and need in the last 12 months"}
)
"""Terms that what was asked in earlier releases did not show: it is decided on what it showed."""

SUM = "Total excluding VAT"
"""The term that says the sum; where it falls, what was approved covers it still."""


@dataclass(frozen=True, slots=True)
class Route:
    """Who is asked, by which row of the scheme, and until when; the days are the last on which each holds."""

    row: str
    decides: tuple[Decider, ...]
    countersigns: tuple[Decider, ...] = ()
    deputies: tuple[Decider, ...] = ()
    may_decide_own: bool = False
    passes_on: date | None = None
    lapses_on: date | None = None

    def asked_of(self, day: date, first: Decider | None) -> tuple[Decider, ...]:
        """The posts whose move it is on a day; `first` is as what the first of two people approved it already."""
        if first is not None:
            return self.decides if first in self.countersigns else self.countersigns
        return (*self.decides, *self.countersigns, *self._deputies_asked(day))

    def whom(self, day: date, first: Decider | None = None) -> str:
        """The same as it stands in a sentence: "a director, and a countersigner" where both have to decide."""
        if first is not None:
            return one_of(self.asked_of(day, first))
        either = one_of((*self.decides, *self._deputies_asked(day)))
        return f"{either}, and {one_of(self.countersigns)}" if self.countersigns else either

    def _deputies_asked(self, day: date) -> tuple[Decider, ...]:
        has_passed_on = self.passes_on is not None and day > self.passes_on
        return self.deputies if has_passed_on else ()


@dataclass(frozen=True, slots=True)
class Earlier:
    """An ask of the same that came to nothing."""

    decision: UUID
    reference: str


@dataclass(frozen=True, slots=True)
class Enquiry:
    """What somebody who is to decide wants to know first, and what they were told; `changed` are the terms that are
    others since, as sentences."""

    text: str
    by: UUID | None
    on: date
    answer: str = ""
    answered_by: UUID | None = None
    answered_on: date | None = None
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """What is to be done besides, by whom and by when."""

    text: str
    owner: UUID
    due: date
    met_on: date | None = None
