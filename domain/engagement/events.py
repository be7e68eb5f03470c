"""What happens to a brokered engagement."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from domain.aggregate import Event
from domain.engagement.parts import (
    Consent,
    Ending,
    EngagementStatus,
    Evaluation,
    Outcome,
    Session,
    SessionStatus,
    Variation,
    Work,
)
from domain.on_behalf import Confirmation, Heard, recorded_by
from domain.text import counted
from domain.vocabulary import Personal, Phase, Purpose, SchoolId, Side, SupportKind

if TYPE_CHECKING:
    from domain.engagement.record import BrokeredEngagement


class Proposed(Event):
    TOPIC = "engagement.proposed"
    purpose = Purpose.SUPPORT
    says = "{by} proposed {days} of {subject} with {specialist} of {provider} at {net} excluding VAT. {scope}"
    reference: str
    request: UUID
    tender: UUID | None
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
    fund: str
    begins: date
    ends: date

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.reference = self.reference
        engagement.request = self.request
        engagement.tender = self.tender
        engagement.work = Work(
            school=self.school,
            provider=self.provider,
            specialist=self.specialist,
            kind=self.kind,
            subject=self.subject,
            phase=self.phase,
            scope=self.scope,
            objectives=self.objectives,
            days=self.days,
            net=self.net,
            vat=self.vat,
            begins=self.begins,
            ends=self.ends,
            fund=self.fund,
        )
        engagement.proposed_on = self.meta.occurred_on
        engagement.remember_author(self.meta.signature.actor)
        engagement.status = EngagementStatus.PROPOSED


class AgreedBySchool(Event):
    TOPIC = "engagement.agreed-by-school"
    says = (
        "{by} {recorded:recorded that the school agreed}{own_act:agreed} to the terms{own_act: for the school}"
        "{reason:. …}"
    )

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.remember_agreement(Side.SCHOOL, self.meta)


class AgreedByProvider(Event):
    TOPIC = "engagement.agreed-by-provider"
    says = (
        "{by} {recorded:recorded that the provider agreed}{own_act:agreed} to the terms{own_act: for the provider}"
        "{reason:. …}"
    )

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.remember_agreement(Side.PROVIDER, self.meta)


class AgreedByService(Event):
    TOPIC = "engagement.agreed-by-service"
    says = "{by} agreed to the terms for the service"

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.remember_agreement(Side.SERVICE, self.meta)


class AgreementRecorded(Event):
    """A side agreed to the terms elsewhere, and whoever acts recorded it for them; they are asked to confirm it."""

    TOPIC = "engagement.agreement-recorded"
    says = (
        "{by} recorded that {unnamed}{whose:…} agreed to the terms{named_for: for the …} ({heard}, {occurred}). "
        "Evidence: {evidence}"
    )
    DOERS = ("whose",)
    side: Side
    whose: UUID | None
    heard: Heard
    evidence: str
    confirm_by: date | None

    @property
    def unnamed(self) -> str:
        """The side where nobody of it is named."""
        return "" if self.whose else f"the {self.side}"

    @property
    def named_for(self) -> str:
        """For whom the person named agreed."""
        return str(self.side) if self.whose else ""

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.remember_agreement(self.side, self.meta, recorded_by(self))


class AgreementConfirmed(Event):
    TOPIC = "engagement.agreement-confirmed"
    says = "{by} confirmed that the {side} agreed to the terms"
    side: Side

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.remember_word(self.side, Confirmation.CONFIRMED, self.meta)


class AgreementDisowned(Event):
    """What was recorded as agreed was not: the terms wait for that side again; work that goes on rests on it."""

    TOPIC = "engagement.agreement-disowned"
    says = "{by} said that the {side} did not agree to the terms: {reason}"
    side: Side
    kind: SupportKind

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.remember_word(self.side, Confirmation.DISOWNED, self.meta)
        if engagement.status is EngagementStatus.AGREED:
            engagement.status = EngagementStatus.PROPOSED


class ClearanceConfirmed(Event):
    """`valid_to` is the last day of the clearance, None if nothing ends it; `exempt` says from which checks the
    specialist is exempt, until when and by which decision, and `conditions` what is to be renewed by when."""

    TOPIC = "engagement.clearance-confirmed"
    says = "{by} confirmed {specialist}'s clearance for the work{exempt:. …}{conditions:. …}"
    specialist: UUID
    valid_to: date | None
    exempt: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.cleared = True
        engagement.exempt = self.exempt
        engagement.conditions = self.conditions
        engagement.cleared_to = self.valid_to
        engagement.cleared_under = self.meta.rules


class Confirmed(Event):
    TOPIC = "engagement.confirmed"
    says = "{by} confirmed the engagement"

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.status = EngagementStatus.CONFIRMED


class SessionPlanned(Event):
    TOPIC = "engagement.session-planned"
    says = "{by} planned session {number} ({days}) on {on}{where:, …}"
    number: int
    on: date
    days: Decimal
    minutes: int | None
    place: str

    @property
    def where(self) -> str:
        """The place as it stands within a sentence: "at the school"."""
        return self.place[:1].lower() + self.place[1:] if self.place.startswith(("At ", "In ")) else self.place

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.sessions[self.number] = Session(self.number, self.on, self.days, self.place, self.minutes)


class SessionDelivered(Event):
    """`attended` is how many people took part; `net` is the share of the price."""

    TOPIC = "engagement.session-delivered"
    purpose = Purpose.SUPPORT
    DOERS = ("specialist",)
    says = (
        "{by} {specialist:recorded that … delivered}{own_act:delivered} session {number} ({days}) on {on}"
        "{late:, recorded … later}{note:. …}"
    )
    number: int
    on: date
    days: Decimal
    specialist: UUID
    net: Decimal
    note: str
    attended: int | None

    @property
    def late(self) -> str:
        """How long after its day it was recorded, as "8 days"; empty where it was on the day."""
        return _days_after(self.on, self.meta.signature.today)

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.status = EngagementStatus.IN_DELIVERY
        engagement.sessions[self.number] = replace(
            engagement.sessions[self.number],
            on=self.on,
            days=self.days,
            status=SessionStatus.DELIVERED,
            specialist=self.specialist,
            net=self.net,
            note=self.note,
            attended=self.attended,
            reported_on=self.meta.signature.today,
        )


class SessionCancelled(Event):
    """A chargeable session uses up its days and costs `net`, its share of the price."""

    TOPIC = "engagement.session-cancelled"
    says = "{by} cancelled session {number} for the {side}, {charge}: {reason}"
    number: int
    side: Side
    chargeable: bool
    days: Decimal
    net: Decimal

    @property
    def charge(self) -> str:
        return "charged" if self.chargeable else "without charge"

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.sessions[self.number] = replace(
            engagement.sessions[self.number],
            status=SessionStatus.CANCELLED,
            chargeable=self.chargeable,
            net=self.net,
            cancelled_by=self.side,
            reason=self.meta.reason,
        )


class SessionNotHeld(SessionCancelled):
    """The day of a planned session came, and nobody held it: by whose doing, and whether it is paid for."""

    TOPIC = "engagement.session-not-held"
    says = "{by} recorded that session {number} on {on} was not held, because of the {side}, {charge}: {reason}"
    on: date

    def apply(self, engagement: BrokeredEngagement) -> None:
        super().apply(engagement)
        engagement.sessions[self.number] = replace(
            engagement.sessions[self.number], status=SessionStatus.NOT_HELD, reported_on=self.meta.signature.today
        )


class SpecialistSubstituted(Event):
    TOPIC = "engagement.specialist-substituted"
    says = "{by} replaced {old} with {new}: {reason}{exempt:. …}{conditions:. …}"
    old: UUID
    new: UUID
    valid_to: date | None
    exempt: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.work = replace(engagement.work, specialist=self.new)
        engagement.exempt = self.exempt
        engagement.conditions = self.conditions
        engagement.cleared_to = self.valid_to
        engagement.cleared_under = self.meta.rules


class VariationAgreed(Event):
    """`school_by` agreed for the school, and `provider_by` for the provider, each on the day beside them."""

    TOPIC = "engagement.variation-agreed"
    DOERS = ("school_by", "provider_by")
    says = (
        "{by} {recorded:recorded}{own_act:agreed} a variation to {days} at {net} excluding VAT, with {vat} VAT, "
        "until {ends}{school_by:, naming … as having agreed for the school}{school_on: on …}"
        "{provider_by: and … for the provider}{provider_on: on …}: {reason}"
    )
    days: Decimal
    net: Decimal
    vat: Decimal
    ends: date
    school_by: UUID | None = None
    school_on: date | None = None
    provider_by: UUID | None = None
    provider_on: date | None = None

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.work = replace(engagement.work, days=self.days, net=self.net, vat=self.vat, ends=self.ends)
        varied = Variation(
            self.meta.occurred_on,
            self.days,
            self.net,
            self.vat,
            self.ends,
            reason=self.meta.reason,
            consent=self._consent,
        )
        engagement.variations = (*engagement.variations, varied)
        engagement.remember_author(self.meta.signature.actor)

    @property
    def _consent(self) -> Consent | None:
        match self.school_by, self.school_on, self.provider_by, self.provider_on:
            case UUID() as school_by, date() as school_on, UUID() as provider_by, date() as provider_on:
                return Consent(school_by, school_on, provider_by, provider_on)
        return None


class Paused(Event):
    TOPIC = "engagement.paused"
    says = "{by} paused the work: {reason}"

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.status = EngagementStatus.PAUSED
        engagement.paused_because = self.meta.reason


class Resumed(Event):
    TOPIC = "engagement.resumed"
    says = "{by} resumed the work: {reason}"

    def apply(self, engagement: BrokeredEngagement) -> None:
        started = engagement.used_days > 0
        engagement.status = EngagementStatus.IN_DELIVERY if started else EngagementStatus.CONFIRMED


class Completed(Event):
    TOPIC = "engagement.completed"
    says = "{by} recorded that the work is complete{evaluate_by:, to be evaluated by …}"
    evaluate_by: date | None = None

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.status = EngagementStatus.COMPLETED


class EndedEarly(Event):
    """Sessions still planned fall away without charge."""

    TOPIC = "engagement.ended-early"
    says = "{by} ended the work early for the {side}{evaluate_by:, to be evaluated by …}: {reason}"
    side: Side
    evaluate_by: date | None = None

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.status = EngagementStatus.ENDED_EARLY
        engagement.ending = Ending(self.side, self.meta.occurred_on, self.meta.reason)
        engagement.drop_planned_sessions()


class Evaluated(Event):
    TOPIC = "engagement.evaluated"
    purpose = Purpose.MONITORING
    DOERS = ("evaluator",)
    says = (
        "{by} {evaluator:recorded that … rated}{own_act:rated} the quality {quality} and the impact {impact} out of 5"
        "{comment:. …}"
    )
    quality: int
    impact: int
    comment: Personal
    outcomes: tuple[Outcome, ...]
    evaluator: UUID
    close_by: date | None = None

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.status = EngagementStatus.EVALUATED
        engagement.evaluation = Evaluation(self.quality, self.impact, self.comment, self.outcomes, self.evaluator)


class EvaluationWaived(Event):
    TOPIC = "engagement.evaluation-waived"
    says = "{by} waived the evaluation: {reason}"
    close_by: date | None = None

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.evaluation_waived = True
        engagement.waived_because = self.meta.reason


class Closed(Event):
    TOPIC = "engagement.closed"
    says = "{by} closed the engagement after {days}, at a cost of {net} excluding VAT"
    days: Decimal
    net: Decimal

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.status = EngagementStatus.CLOSED


class Cancelled(Event):
    TOPIC = "engagement.cancelled"
    says = "{by} cancelled the engagement for the {side} before it started: {reason}"
    side: Side

    def apply(self, engagement: BrokeredEngagement) -> None:
        engagement.status = EngagementStatus.CANCELLED
        engagement.ending = Ending(self.side, self.meta.occurred_on, self.meta.reason)
        engagement.drop_planned_sessions()


def _days_after(day: date, recorded: date) -> str:
    return counted((recorded - day).days, "day") if recorded > day else ""
