"""A safeguarding concern, or an allegation against a person: whether, when and to whom it was referred.

What it is about is kept by those to whom it is referred, not here (Working together to safeguard children; Keeping
children safe in education, part four). The service asks for the referral alone, and waits for nobody's decision.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.aggregate import Event, Refusal, requires
from domain.concern.parts import ConcernKind
from domain.concern.state import CaseState
from domain.text import plain
from domain.vocabulary import LabelledEnum

WHAT_IT_SAYS = "A safeguarding concern, or an allegation against a person. What happened is kept by others."
"""What such a concern says, in place of a text of somebody's own."""


class ReferredTo(LabelledEnum):
    """Who takes a referral."""

    DESIGNATED_OFFICER = "designated_officer"
    SOCIAL_CARE = "social_care"
    POLICE = "police"

    @property
    def label(self) -> str:
        return _LABELS[self.value]


_LABELS = {
    "designated_officer": "The local authority designated officer",
    "social_care": "Children's social care",
    "police": "The police",
}


@dataclass(frozen=True, slots=True)
class SafeguardingReferral:
    to: ReferredTo
    on: date
    reference: str
    recorded_by: UUID | None


class NotSafeguarding(Refusal):
    """A referral is recorded of a safeguarding concern."""


class NotAReferenceNumber(Refusal):
    """The reference of a referral holds a number, and is no name or account of what happened."""


class SafeguardingReferred(Event):
    """`reference` is the one that those to whom it was referred gave, empty where they gave none."""

    TOPIC = "concern.safeguarding-referred"
    says = "{by} recorded that it was referred on {on} to {whom}{reference: (their reference …)}"
    to: ReferredTo
    on: date
    reference: str = ""

    @property
    def whom(self) -> str:
        label = self.to.label
        return label[:1].lower() + label[1:]

    def apply(self, case: Safeguarded) -> None:
        by = self.meta.signature.actor
        case.safeguarding_referrals.append(SafeguardingReferral(self.to, self.on, self.reference, by))


def reference_number(text: str, *, field: str) -> str:
    """The reference as it is kept. Raises NotAReferenceNumber where it could be a name: it has no digit, or more than
    two words."""
    kept = plain(text)
    if kept and (not re.search(r"\d", kept) or len(kept.split()) > 2):
        raise NotAReferenceNumber(
            "Enter only the reference that you were given, like MASH/2041. Do not include a name or what happened",
            field=field,
        )
    return kept


def must_be_about_safeguarding(case: Safeguarded, _: date) -> None:
    if case.kind is not ConcernKind.SAFEGUARDING:
        raise NotSafeguarding("This is not a safeguarding concern")


class Safeguarded(CaseState, part=True):
    """A case that may be about safeguarding."""

    kind: ConcernKind

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.safeguarding_referrals: list[SafeguardingReferral] = []

    @requires(must_be_about_safeguarding)
    def record_safeguarding_referral(self, to: ReferredTo, *, on: date, reference: str = "") -> None:
        """Record that it was referred, also of a case that is paused or over. Raises NotSafeguarding,
        NotAReferenceNumber, OccurredInTheFuture."""
        kept = reference_number(reference, field="reference")
        self._take(SafeguardingReferred(to=to, on=on, reference=kept), occurred=on, purpose=self.purpose)
