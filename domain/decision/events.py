"""What happens to a decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from domain.aggregate import Event
from domain.decision.parts import Basis, Condition, DecisionStatus, Earlier, Enquiry, Question, Route
from domain.delegation import Act, Decider
from domain.on_behalf import Heard

if TYPE_CHECKING:
    from domain.decision.record import Decision


class _Begun(Event):
    """How a decision begins: with its question and the row of the scheme by which it is decided, and where the same
    was asked before and came to nothing, with that."""

    reference: str
    question: Question
    route: Route
    earlier: Earlier | None = None

    @property
    def act(self) -> str:
        """What it is about, as it stands in a sentence."""
        return act_in_words(self.question)

    @property
    def on_record(self) -> UUID:
        """The record that it is about, on which it hangs."""
        return self.question.subject

    @property
    def asked_before(self) -> str:
        """The reference of the earlier ask."""
        return self.earlier.reference if self.earlier else ""

    def begin(self, decision: Decision, status: DecisionStatus, basis: Basis) -> None:
        decision.reference, decision.question, decision.route = self.reference, self.question, self.route
        decision.earlier = self.earlier
        decision.asker, decision.asked_on, decision.asked_because = (
            self.meta.signature.actor,
            self.meta.signature.today,
            self.meta.reason,
        )
        decision.status, decision.basis = status, basis


class Asked(_Begun):
    TOPIC = "decision.asked"
    says = "{by} asked {whom} to {act}{asked_before:, as before in …}: {reason}"

    @property
    def whom(self) -> str:
        """The posts that are asked, as they stand in a sentence."""
        whom = self.route.whom(self.meta.occurred_on)
        return f"{whom}," if self.route.countersigns else whom

    def apply(self, decision: Decision) -> None:
        self.begin(decision, DecisionStatus.ASKED, Basis.OWN_ACT)


class DecidedAlone(_Begun):
    """Asked and given in one act by one person, within their own limit."""

    TOPIC = "decision.decided-alone"
    says = "{by} decided within their own limit ({row}) to {act}{reason:: …}"

    @property
    def row(self) -> str:
        return self.route.row

    def apply(self, decision: Decision) -> None:
        self.begin(decision, DecisionStatus.GIVEN, Basis.OWN_AUTHORITY)
        decision.decided(self.meta.signature.actor, self.meta.occurred_on)


class RecordedForAnother(_Begun):
    """`decider` decided outside the service, on `decided_on`, and whoever acts recorded it for them."""

    TOPIC = "decision.recorded-for-another"
    says = "{by} recorded that {decider} agreed ({heard}, {decided_on}) to {act}. Evidence: {evidence}"
    decider: UUID
    heard: Heard
    decided_on: date
    evidence: str
    confirm_by: date | None = None

    def apply(self, decision: Decision) -> None:
        self.begin(decision, DecisionStatus.UNCONFIRMED, Basis.ON_BEHALF)
        decision.heard, decision.evidence = self.heard, self.evidence
        decision.confirm_by = self.confirm_by
        decision.decided(self.decider, self.decided_on)


class DecidedAfterwards(_Begun):
    """What was carried out on a recorded decision that the person named disowned (`earlier`) is decided now, with
    this day's date: it changes nothing of what was done before."""

    TOPIC = "decision.decided-afterwards"
    says = "{by} decided now to {act}, which was recorded in {asked_before} as a decision and disowned: {reason}"
    post: Decider

    def apply(self, decision: Decision) -> None:
        self.begin(decision, DecisionStatus.GIVEN, Basis.OWN_ACT)
        decision.decided(self.meta.signature.actor, self.meta.occurred_on, post=self.post)


class _ByDecider(Event):
    """What somebody does who is to decide, as `post`; a deputy for the `principal` who holds it."""

    post: Decider
    principal: UUID | None = None

    @property
    def deputy_for(self) -> str:
        """The post for whose holder a deputy acts, in a sentence."""
        return self.post.in_a_sentence.removeprefix("a ") if self.principal else ""


class MoreAsked(_ByDecider):
    """Somebody who is to decide wants to know more first: the days until it lapses are not counted meanwhile."""

    TOPIC = "decision.more-asked"
    says = "{by}{deputy_for:, for the …}{principal: (…),} asked: {enquiry}"
    enquiry: str

    def apply(self, decision: Decision) -> None:
        decision.status = DecisionStatus.MORE_ASKED
        decision.enquiries.append(Enquiry(self.enquiry, self.meta.signature.actor, self.meta.occurred_on))


class Answered(Event):
    """It is asked on as `question` puts it now, until other days. Where it `is_restated`, both of two people who
    decide begin anew; `changed` are the terms that are others."""

    TOPIC = "decision.answered"
    says = "{by} answered: {answer}{changes:. It is asked on other terms now. …}"
    answer: str
    question: Question
    changed: tuple[str, ...]
    is_restated: bool
    passes_on: date | None
    lapses_on: date | None

    @property
    def changes(self) -> str:
        """What is another in it, in sentences."""
        return ". ".join(self.changed)

    def apply(self, decision: Decision) -> None:
        decision.enquiries[-1] = replace(
            decision.enquiries[-1],
            answer=self.answer,
            answered_by=self.meta.signature.actor,
            answered_on=self.meta.occurred_on,
            changed=self.changed,
        )
        decision.question = self.question
        decision.route = replace(decision.route, passes_on=self.passes_on, lapses_on=self.lapses_on)
        if self.is_restated:
            decision.first_by = decision.first_post = decision.first_on = decision.first_for = None
            decision.limit = decision.condition = None
        decision.status = DecisionStatus.HALF_GIVEN if decision.first_by else DecisionStatus.ASKED


class RecordedBefore(_Begun):
    """Whoever acts takes up what `recorded_by` recorded before decisions were kept, naming them as having decided
    it on `decided_on`: the `entry` of the log, which stays as it is."""

    TOPIC = "decision.recorded-before"
    says = "{by} answered for what {recorded_by} had recorded on {recorded_on} as their decision, to {act}"
    entry: UUID
    recorded_by: UUID | None
    recorded_on: date
    decided_on: date

    def apply(self, decision: Decision) -> None:
        self.begin(decision, DecisionStatus.UNCONFIRMED, Basis.BEFORE_DECISIONS)
        decision.asker, decision.asked_on, decision.entry = self.recorded_by, self.recorded_on, self.entry
        decision.decided(self.meta.signature.actor, self.decided_on)


class _Approval(_ByDecider):
    """Somebody approved what was `shown` to them: as far as a limit, and on a condition."""

    shown: str
    limit: Decimal | None
    condition: Condition | None

    @property
    def on_condition(self) -> str:
        """The condition in words."""
        return self.condition.text if self.condition else ""


class FirstGiven(_Approval):
    TOPIC = "decision.first-given"
    says = (
        "{by}{deputy_for:, for the …}{principal: (…),} approved it as the first of two"
        "{limit:, up to …}{on_condition:, on condition: …}"
    )

    def apply(self, decision: Decision) -> None:
        decision.status = DecisionStatus.HALF_GIVEN
        decision.first_by, decision.first_post = self.meta.signature.actor, self.post
        decision.first_on, decision.first_for = self.meta.occurred_on, self.principal
        decision.limit, decision.condition = self.limit, self.condition


class Given(_Approval):
    """The command that was asked for is carried out in the same transaction."""

    TOPIC = "decision.given"
    says = (
        "{by}{deputy_for:, for the …}{principal: (…),} approved it{limit:, up to …}{on_condition:, on condition: …}"
    )

    def apply(self, decision: Decision) -> None:
        decision.status = DecisionStatus.GIVEN
        decision.limit, decision.condition = self.limit, self.condition
        decision.decided(self.meta.signature.actor, self.meta.occurred_on, post=self.post, principal=self.principal)


class Refused(_ByDecider):
    TOPIC = "decision.refused"
    says = "{by}{deputy_for:, for the …}{principal: (…),} refused it: {reason}"

    def apply(self, decision: Decision) -> None:
        decision.status, decision.is_outcome_read = DecisionStatus.REFUSED, False
        decision.refused_because = self.meta.reason
        decision.decided(self.meta.signature.actor, self.meta.occurred_on, post=self.post, principal=self.principal)


class Withdrawn(Event):
    TOPIC = "decision.withdrawn"
    says = "{by} no longer asks for it: {reason}"

    def apply(self, decision: Decision) -> None:
        decision.status = DecisionStatus.WITHDRAWN


class Overtaken(Event):
    TOPIC = "decision.overtaken"
    says = "The terms had changed when {by} was about to approve it. {changed}"
    changed: tuple[str, ...]

    def apply(self, decision: Decision) -> None:
        decision.status, decision.is_outcome_read = DecisionStatus.OVERTAKEN, False
        decision.changed = self.changed


class OvertakenByAct(Event):
    """What was done to the record leaves nothing to decide."""

    TOPIC = "decision.overtaken-by-act"
    says = "There was nothing left to decide after what {by} had done. {why}"
    why: str

    def apply(self, decision: Decision) -> None:
        decision.status, decision.is_outcome_read = DecisionStatus.OVERTAKEN, False
        decision.changed = (self.why,)


class GivingFailed(Event):
    """A rule stood against the command that was asked for: nothing was approved, and it is asked still."""

    TOPIC = "decision.giving-failed"
    says = "{by} would have approved it, and it could not be carried out: {why}"
    why: str

    def apply(self, decision: Decision) -> None:
        decision.failed_because, decision.is_outcome_read = self.why, False


class OutcomeRead(Event):
    """Whoever asked has read that nothing came of it, or why it could not be carried out."""

    TOPIC = "decision.outcome-read"
    says = "{by} read what came of it"

    def apply(self, decision: Decision) -> None:
        decision.is_outcome_read = True


class Confirmed(Event):
    TOPIC = "decision.confirmed"
    says = "{by} confirmed that they decided this"

    def apply(self, decision: Decision) -> None:
        decision.status = DecisionStatus.CONFIRMED
        decision.confirmed_on = self.meta.occurred_on


class Disowned(Event):
    TOPIC = "decision.disowned"
    says = "{by} said that they did not decide this: {reason}"

    def apply(self, decision: Decision) -> None:
        decision.status = DecisionStatus.DISOWNED
        decision.disowned_because = self.meta.reason


class Settled(Event):
    """What rested on a disowned decision was ended or corrected: nobody decides on it anew."""

    TOPIC = "decision.settled"
    says = "{by} recorded what followed from this being disowned: {reason}"

    def apply(self, decision: Decision) -> None:
        decision.settled_because = self.meta.reason


class ConditionMet(Event):
    TOPIC = "decision.condition-met"
    says = "{by} recorded that the condition is met: {note}"
    note: str

    def apply(self, decision: Decision) -> None:
        decision.condition_met(self.meta.occurred_on)


def act_in_words(question: Question) -> str:
    """What a question asks for, as it stands behind "to": "approve spending of up to £3,600 on SR-2026-0142"."""
    return f"{act_said(question.act, question.net)} for {question.subject_reference}"


def act_said(act: Act, net: Decimal | None) -> str:
    """The same without what it is for."""
    said = act.with_sum(net)
    return f"{said[0].lower()}{said[1:]}{' excluding VAT' if net is not None else ''}"
