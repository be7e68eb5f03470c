"""What happens on the formal ladder: facts of a concern case, each with its sentence and its effect."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from domain.aggregate import Event
from domain.concern.ladder.parts import (
    Body,
    Compliance,
    Consent,
    Contact,
    Contacted,
    Ground,
    InspectionCategory,
    LadderEntry,
    LadderStep,
    NationalStep,
    Notice,
    NoticeEnd,
    NoticeKind,
    Power,
    PowerUsed,
    PreWarning,
    Referral,
    Waivable,
    Waiver,
)
from domain.text import counted, day_in_words
from domain.vocabulary import Purpose

if TYPE_CHECKING:
    from domain.concern.ladder.state import LadderState

DECIDED = "{by}{first:, with …,} {on_behalf:recorded that … decided}{own_act:decided}"
"""By whom; a second person is named where two decided."""


class Rung(Event):
    """A step of the ladder, dated `on`; `text` is what it says."""

    STEP: ClassVar[LadderStep]
    purpose = Purpose.INTERVENTION
    on: date
    text: str

    @property
    def what(self) -> str:
        """What tells it from another of its kind, in a few words."""
        return ""

    @property
    def people(self) -> tuple[UUID, ...]:
        """Those whom it concerns by name."""
        return ()

    @property
    def decided_by(self) -> UUID | None:
        """Who decided it, else who recorded it."""
        return self.meta.signature.actor

    @property
    def decided_first(self) -> UUID | None:
        """Who decided it together with them."""
        return None

    def take_effect(self, case: LadderState) -> None:
        """Remember what follows from it."""

    def apply(self, case: LadderState) -> None:
        entry = LadderEntry(self.on, self.STEP, self.what, self.text, self.decided_by, self.decided_first)
        case.ladder.append(entry)
        self.take_effect(case)


class DecidedRung(Rung):
    """A step that was decided (`meta.decision`) by `decider`; where two decided, `first` gave it before them."""

    decider: UUID
    first: UUID | None = None

    def apply(self, case: LadderState) -> None:
        case.is_decided_upon = True
        super().apply(case)

    @property
    def people(self) -> tuple[UUID, ...]:
        return tuple(person for person in (self.decider, self.first) if person is not None)

    @property
    def decided_by(self) -> UUID | None:
        return self.decider

    @property
    def decided_first(self) -> UUID | None:
        return self.first


class EvidenceModerated(Rung):
    """A panel looked at the evidence, before anything formal."""

    TOPIC = "concern.evidence-moderated"
    STEP = LadderStep.MODERATION
    says = "{by} recorded that a panel looked at the evidence on {on}: {text}"
    attendees: tuple[UUID, ...] = ()

    @property
    def people(self) -> tuple[UUID, ...]:
        return self.attendees

    def take_effect(self, case: LadderState) -> None:
        case.moderated_on = self.on


class StepWaived(DecidedRung):
    """A step may be left out because of urgency; looked at again by `review_by`."""

    TOPIC = "concern.step-waived"
    STEP = LadderStep.WAIVER
    says = DECIDED + " to leave out a step for urgency ({step}), to be looked at again by {review_by}: {text}"
    step: Waivable
    review_by: date

    @property
    def what(self) -> str:
        return f"{self.step.label}; look at it again by {day_in_words(self.review_by)}"

    def take_effect(self, case: LadderState) -> None:
        case.waivers[self.step] = Waiver(self.step, self.on, self.people, self.review_by)


class PreWarningSent(DecidedRung):
    """`holds_until` is the last day on which a notice can rest on it."""

    TOPIC = "concern.pre-warning-sent"
    STEP = LadderStep.PRE_WARNING
    says = DECIDED + " on the pre-warning letter of {on}, to be answered by {answer_by}: {text}"
    answer_by: date
    holds_until: date

    @property
    def what(self) -> str:
        return f"Answer by {day_in_words(self.answer_by)}"

    def take_effect(self, case: LadderState) -> None:
        case.pre_warning = PreWarning(self.on, self.answer_by, self.holds_until)


class NoticeGiven(DecidedRung):
    """A notice under section 60 or 60A: `text` are the matters on which it rests, `action` what the governing body is
    to do until the end of the compliance period that it states, `intends` the powers that it says may be used.
    `not_copied` are those who should have had a copy at the same time, and had none."""

    TOPIC = "concern.notice-given"
    STEP = LadderStep.NOTICE
    says = (
        DECIDED + " on the notice of {on}: {kind}{ground: (…)}. {text}. Action required by {comply_by}: {action}. "
        "Powers that may be used: {intends}. Copies to: {copies}{not_copied:. No copy to: …}"
    )
    kind: NoticeKind
    ground: Ground | None
    action: str
    comply_by: date
    intends: tuple[Power, ...]
    copies: tuple[Body, ...]
    not_copied: tuple[Body, ...] = ()

    @property
    def what(self) -> str:
        grounds = f": {self.ground.label.lower()}" if self.ground else ""
        missing = f". No copy to: {', '.join(body.label for body in self.not_copied)}" if self.not_copied else ""
        return f"{self.kind.label}{grounds}. Comply by {day_in_words(self.comply_by)}{missing}"

    def take_effect(self, case: LadderState) -> None:
        case.notices.append(Notice(self.kind, self.on, self.comply_by, self.intends))
        case.begin_ladder_again()
        if case.ceased_on is not None:
            case.end_notice(case.ceased_on, NoticeEnd.CEASED)


class SchoolAnswered(Rung):
    """The school's answer to a letter or notice, by its head or chair, or as somebody recorded it. It gates nothing:
    representations ended in 2016 (Education and Adoption Act 2016, section 2)."""

    TOPIC = "concern.school-answered"
    STEP = LadderStep.ANSWER
    says = "{by} {answered_or_recorded} of {on}: {text}"

    @property
    def answered_or_recorded(self) -> str:
        by_school = self.meta.signature.post in ("headteacher", "chair")
        return "gave the school's answer" if by_school else "recorded the school's answer"

    def take_effect(self, case: LadderState) -> None:
        case.answered_on = self.on


class ComplianceAssessed(DecidedRung):
    """How far the school has complied with the notice; one that is complied with ends."""

    TOPIC = "concern.compliance-assessed"
    STEP = LadderStep.COMPLIANCE
    says = DECIDED + " that the notice is {compliance} on {on}: {text}"
    compliance: Compliance

    @property
    def what(self) -> str:
        return self.compliance.label

    def take_effect(self, case: LadderState) -> None:
        case.change_notice(compliance=self.compliance, assessed_on=self.on)
        if self.compliance is Compliance.MET:
            case.end_notice(self.on, NoticeEnd.COMPLIED)


class IntentionNotified(DecidedRung):
    """The governing body was told in writing that powers will be used."""

    TOPIC = "concern.intention-notified"
    STEP = LadderStep.INTENTION
    says = DECIDED + " to notify the governing body on {on} of the intention to use powers ({intends}): {text}"
    intends: tuple[Power, ...]

    @property
    def what(self) -> str:
        return ", ".join(power.label for power in self.intends)

    def take_effect(self, case: LadderState) -> None:
        case.change_notice(intention_on=self.on)


class BodyContacted(Rung):
    """Somebody was consulted, or sent a copy; `text` is what they said."""

    TOPIC = "concern.body-contacted"
    STEP = LadderStep.CONTACT
    says = "{by} recorded for {on}: {body} {contact}{text:. …}"
    body: Body
    contact: Contact

    @property
    def what(self) -> str:
        return f"{self.body.label}: {self.contact.label.lower()}"

    def take_effect(self, case: LadderState) -> None:
        case.contacts.append(Contacted(self.body, self.contact, self.on))


class ConsentReceived(Rung):
    """The Secretary of State consents to an interim executive board; `text` says which letter."""

    TOPIC = "concern.consent-received"
    STEP = LadderStep.CONSENT
    says = "{by} recorded the Secretary of State's consent of {on} to an interim executive board: {text}"

    def take_effect(self, case: LadderState) -> None:
        case.consent = Consent(self.on, self.text)


class CategoryRecorded(Rung):
    """An inspection puts the school into a category, or out of it."""

    TOPIC = "concern.category-recorded"
    STEP = LadderStep.CATEGORY
    says = "{by} recorded the outcome of the inspection of {on}: {category}{text:. …}"
    category: InspectionCategory

    @property
    def what(self) -> str:
        return self.category.label

    def take_effect(self, case: LadderState) -> None:
        case.categories[self.on] = self.category


class PowerTaken(DecidedRung):
    """A power is used from a day on; `members` are those of an interim executive board."""

    TOPIC = "concern.power-used"
    STEP = LadderStep.POWER
    says = DECIDED + " to use a power on {on}: {power}, from {from_}{board:, …}. {text}"
    power: Power
    from_: date
    members: int | None = None

    @property
    def board(self) -> str:
        return "" if self.members is None else counted(self.members, "member")

    @property
    def what(self) -> str:
        return f"{self.power.label}, from {day_in_words(self.from_)}"

    def take_effect(self, case: LadderState) -> None:
        case.powers.append(PowerUsed(self.power, self.on, self.from_))
        if case.ceased_on is not None:  # recorded late: it ended by itself with the others
            case.end_powers(case.ceased_on)


class PowerEnded(DecidedRung):
    """A power is not used any longer, from that day."""

    TOPIC = "concern.power-ended"
    STEP = LadderStep.POWER_ENDED
    says = DECIDED + " to end the use of a power on {on}: {power}. {text}"
    power: Power

    @property
    def what(self) -> str:
        return self.power.label

    def take_effect(self, case: LadderState) -> None:
        case.end_powers(self.on, self.power)


class NoticeWithdrawn(DecidedRung):
    TOPIC = "concern.notice-withdrawn"
    STEP = LadderStep.WITHDRAWN
    says = DECIDED + " to withdraw the notice on {on}: {text}"

    def take_effect(self, case: LadderState) -> None:
        case.end_notice(self.on, NoticeEnd.WITHDRAWN)


class NationalStepRecorded(Rung):
    """What the Secretary of State did; `text` says which letter. Their notice ends the authority's (section 60(4B)),
    which then needs their permission to give another."""

    TOPIC = "concern.national-step-recorded"
    STEP = LadderStep.NATIONAL
    says = "{by} recorded a step of the Secretary of State of {on}: {step} ({text}){ends_ours:. …}"
    step: NationalStep
    ends_notice: bool = False

    @property
    def what(self) -> str:
        return self.step.label

    @property
    def ends_ours(self) -> str:
        return "The authority's own notice ended that day" if self.ends_notice else ""

    def take_effect(self, case: LadderState) -> None:
        if self.step is NationalStep.NOTICE:
            case.national_notice_on, case.may_give_another = self.on, False
            case.end_notice(self.on, NoticeEnd.SUPERSEDED)
        elif self.step is NationalStep.PERMISSION:
            case.may_give_another = True
        elif self.step is NationalStep.NOTICE_ENDED:
            case.national_notice_on = None


class Referred(DecidedRung):
    """The Regions Group was told of a school at which the authority has no powers."""

    TOPIC = "concern.referred"
    STEP = LadderStep.REFERRAL
    says = (
        DECIDED + " to refer the school to the Regions Group on {on}: {text}{trust_informed:. The trust was informed}"
    )
    trust_informed: bool

    @property
    def what(self) -> str:
        return "The trust was informed" if self.trust_informed else "The trust was not informed"

    def take_effect(self, case: LadderState) -> None:
        case.referral = Referral(self.on)


class ReferralAnswered(Rung):
    TOPIC = "concern.referral-answered"
    STEP = LadderStep.REFERRAL_ANSWERED
    says = "{by} recorded the answer of the Regions Group of {on}: {text}"

    def take_effect(self, case: LadderState) -> None:
        if case.referral is not None:
            case.referral = replace(case.referral, answered_on=self.on)


class CeasedToBeMaintained(Rung):
    """From that day the school is no longer the authority's to maintain: notice, intention and powers ended by
    themselves. Whoever acts confirmed what became of the school, and decided nothing about the case."""

    TOPIC = "concern.ceased-to-be-maintained"
    STEP = LadderStep.CEASED
    says = "{text} on {on}, as {by} confirmed{ended:. By itself ended then: …}"
    ended: tuple[str, ...]

    @property
    def what(self) -> str:
        return f"Ended by itself: {', '.join(self.ended)}" if self.ended else ""

    def take_effect(self, case: LadderState) -> None:
        case.ceased_on = self.on
        case.end_notice(self.on, NoticeEnd.CEASED)
        case.end_powers(self.on)
