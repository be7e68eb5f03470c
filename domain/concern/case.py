"""ConcernCase, the record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeAlias
from uuid import UUID

from domain.aggregate import Event, reasoned, requires
from domain.concern import content, events, informant, meetings, referral, sharing
from domain.concern.ladder import events as ladder
from domain.concern.ladder.record import FormalLadder
from domain.concern.ladder.rules import must_have_nothing_open
from domain.concern.parts import (
    CaseStatus,
    ConcernKind,
    ConcernSource,
    Rating,
    Severity,
    StepKind,
)
from domain.concern.rules import (
    SHORT_PAUSE,
    DecisionNeeded,
    KeptSoAlready,
    NotAPurposeOfConcern,
    NotByVisit,
    PauseInThePast,
    WhistleblowingStaysRestricted,
    must_be_intervention,
    must_be_over,
    must_be_paused,
    must_be_worked_on,
    must_have_decided_to_end,
    must_not_be_intervention,
    written,
)
from domain.delegation import Act, Excluded, Granted, Separation
from domain.vocabulary import About, Purpose, Role, Sensitivity


class ConcernCase(FormalLadder, sharing.Shareable, referral.Safeguarded, informant.Informed, meetings.Meetings):
    """One case from first worry to end: raised, assessed, then closed or made an intervention that is reviewed
    and ended.

    The improvement plan with its objectives and their reviews is folded into the intervention (`Intervention`);
    notices and powers, in the order that the law sets them, are the `FormalLadder`.
    """

    KIND = "concern"
    prefix = "CC"

    school: UUID
    source: ConcernSource
    severity: Severity
    raised_on: date
    raised_by: UUID | None
    named_authoriser: UUID | None
    visit: UUID | None

    Raised: TypeAlias = events.Raised
    Assessed: TypeAlias = events.Assessed
    FoundCausingConcern: TypeAlias = events.FoundCausingConcern
    InterventionDecided: TypeAlias = events.InterventionDecided
    FormalStepTaken: TypeAlias = events.FormalStepTaken
    EndDecided: TypeAlias = events.EndDecided
    ReopeningDecided: TypeAlias = events.ReopeningDecided
    InterventionStarted: TypeAlias = events.InterventionStarted
    PlanRevised: TypeAlias = events.PlanRevised
    MeetingsPromised: TypeAlias = meetings.MeetingsPromised
    ReviewHeld: TypeAlias = events.ReviewHeld
    StepRecorded: TypeAlias = events.StepRecorded
    ReviewRecorded: TypeAlias = events.ReviewRecorded
    ReviewDecided: TypeAlias = events.ReviewDecided
    Paused: TypeAlias = events.Paused
    PauseDecided: TypeAlias = events.PauseDecided
    Resumed: TypeAlias = events.Resumed
    InterventionEnded: TypeAlias = events.InterventionEnded
    Closed: TypeAlias = events.Closed
    Reopened: TypeAlias = events.Reopened
    SensitivityChanged: TypeAlias = events.SensitivityChanged
    Corrected: TypeAlias = content.Corrected
    Reworded: TypeAlias = content.Reworded
    Withdrawn: TypeAlias = content.Withdrawn
    EvidenceModerated: TypeAlias = ladder.EvidenceModerated
    StepWaived: TypeAlias = ladder.StepWaived
    PreWarningSent: TypeAlias = ladder.PreWarningSent
    NoticeGiven: TypeAlias = ladder.NoticeGiven
    SchoolAnswered: TypeAlias = ladder.SchoolAnswered
    ComplianceAssessed: TypeAlias = ladder.ComplianceAssessed
    IntentionNotified: TypeAlias = ladder.IntentionNotified
    BodyContacted: TypeAlias = ladder.BodyContacted
    ConsentReceived: TypeAlias = ladder.ConsentReceived
    CategoryRecorded: TypeAlias = ladder.CategoryRecorded
    PowerTaken: TypeAlias = ladder.PowerTaken
    PowerEnded: TypeAlias = ladder.PowerEnded
    NoticeWithdrawn: TypeAlias = ladder.NoticeWithdrawn
    NationalStepRecorded: TypeAlias = ladder.NationalStepRecorded
    Referred: TypeAlias = ladder.Referred
    ReferralAnswered: TypeAlias = ladder.ReferralAnswered
    CeasedToBeMaintained: TypeAlias = ladder.CeasedToBeMaintained
    SafeguardingReferred: TypeAlias = referral.SafeguardingReferred
    Shared: TypeAlias = sharing.Shared
    SourceNamed: TypeAlias = informant.SourceNamed

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.ended_on: date | None = None
        self.end_reason = ""
        self.ended_by: UUID | None = None
        self.end_named: UUID | None = None
        self.outcome = ""

    def about(self) -> About:
        return About(school=self.school)

    def over(self, status: CaseStatus, event: Event, *, by: UUID | None, named: UUID | None = None) -> None:
        """Remember how the case came to its end, and who ended it; `named` as having authorised it, where that was
        another."""
        self.status = status
        self.ended_on = event.meta.occurred_on
        self.end_reason = event.meta.reason
        self.ended_by, self.end_named = by, named
        self.next_review_on = None

    def open_again(self) -> None:
        """Forget assessment, intervention and end; reviews and steps stay."""
        self.assessment = None
        self.forget_intervention()
        self.begin_ladder_again()
        self.moderated_on = None
        self.outcome = self.end_reason = ""
        self.ended_on = self.ended_by = self.end_named = None
        self.status = CaseStatus.RAISED

    @classmethod
    def raise_(
        cls,
        reference: str,
        *,
        school: UUID,
        kind: ConcernKind,
        source: ConcernSource,
        severity: Severity,
        detail: str,
        purpose: Purpose,
        sensitivity: Sensitivity = Sensitivity.ORDINARY,
        on: date | None = None,
        visit: UUID | None = None,
        assess_by: date | None = None,
        refer_by: date | None = None,
        about_posts: Iterable[Role] = (),
        rules: tuple[str, ...] = (),
    ) -> ConcernCase:
        """Begin a case. `purpose` is challenge or monitoring; `on` is the day of the worry, today by default; `visit`
        is the one that it came from.

        `assess_by` is the last day to assess it, `refer_by` to record to whom it was referred, `rules` the version of
        the settings that they follow from.
        What came by whistleblowing is never ordinary: it is restricted at least, so that the school does not read it.
        """
        if purpose not in {Purpose.CHALLENGE, Purpose.MONITORING}:
            raise NotAPurposeOfConcern("Choose challenge or monitoring", field="purpose")
        if visit is not None and source is not ConcernSource.VISIT:
            raise NotByVisit("Enter a visit only if that is how you found out about the concern", field="visit")
        case = cls.named(reference)
        raised = cls.Raised(
            reference=reference,
            school=school,
            kind=kind,
            source=source,
            severity=severity,
            detail=written(detail, "Enter what the concern is", field="detail"),
            visit=visit,
            assess_by=assess_by,
            refer_by=refer_by,
            is_inside=True,
            about_posts=tuple(post for post in sharing.OF_THE_SCHOOL if post in set(about_posts)),
        )
        if source is ConcernSource.WHISTLEBLOWING and sensitivity is Sensitivity.ORDINARY:
            sensitivity = Sensitivity.RESTRICTED
        case.record(raised, occurred=on, purpose=purpose, sensitivity=sensitivity, rules=rules)
        return case

    @requires(
        must_be_worked_on, must_not_be_intervention("This concern has an intervention. Record a review instead")
    )
    def assess(
        self, *, assessment: str, rating: Rating, decide_by: date | None = None, rules: tuple[str, ...] = ()
    ) -> None:
        """Say what was found, or found anew as long as there is no intervention; `decide_by` is the last day to close
        the case or to make it an intervention. Raises DecisionNeeded where the school would cause concern."""
        if rating is Rating.CAUSING_CONCERN:
            raise DecisionNeeded("Somebody else decides that a school causes concern", field="rating")
        text = written(assessment, "Enter what you found", field="assessment")
        self._take(
            self.Assessed(assessment=text, rating=rating, decide_by=decide_by), purpose=self.purpose, rules=rules
        )

    @requires(
        must_be_worked_on, must_not_be_intervention("This concern has an intervention. Record a review instead")
    )
    def assess_as_causing_concern(
        self, *, assessment: str, granted: Granted, decide_by: date | None = None, rules: tuple[str, ...] = ()
    ) -> None:
        """Find that the school causes concern, as was decided. Raises NotCovered, OwnAsk."""
        text = written(assessment, "Enter what you found", field="assessment")
        decider = self._decided(Act.ASSESS_AS_CAUSING_CONCERN, granted)
        found = self.FoundCausingConcern(assessment=text, decide_by=decide_by, decider=decider)
        self._take(found, decider, purpose=self.purpose, decision=granted.decision, rules=rules)

    @requires(must_be_worked_on)
    def record_step(self, *, on: date, kind: StepKind, text: str) -> None:
        """Note an informal step, a meeting, or evidence that was gathered. Raises DecisionNeeded for a formal step:
        each is an act of its own."""
        if kind is StepKind.FORMAL:
            raise DecisionNeeded("Choose the formal step itself: somebody else decides on it", field="kind")
        said = written(text, "Enter what was done", field="text")
        purpose = Purpose.INTERVENTION if self.status is CaseStatus.INTERVENTION else self.purpose
        self._take(self.StepRecorded(on=on, kind=kind, text=said, ground=""), occurred=on, purpose=purpose)

    @requires(must_be_worked_on)
    def pause(self, *, reason: str, until: date | None = None) -> None:
        """Stop work on the case until a day, by default for 20 days. Raises DecisionNeeded for a longer pause,
        PauseInThePast."""
        longest = self.today + SHORT_PAUSE
        day = self._pause_ends(until or longest)
        if day > longest:
            raise DecisionNeeded("Somebody else decides on a pause of more than 20 days", field="until")
        self._take(self.Paused(until=day), reason=reasoned(reason))

    @requires(must_be_worked_on)
    def pause_longer(self, *, until: date, reason: str, granted: Granted, rules: tuple[str, ...] = ()) -> None:
        """Stop work on the case until a later day, as was decided. Raises PauseInThePast, NotCovered."""
        decider = self._decided(Act.PAUSE_CONCERN, granted)
        paused = self.PauseDecided(until=self._pause_ends(until), decider=decider)
        self._take(paused, decider, decision=granted.decision, reason=reasoned(reason), rules=rules)

    def _pause_ends(self, day: date) -> date:
        if day <= self.today:
            raise PauseInThePast("Choose a later date than today", field="until")
        return day

    @requires(must_be_paused)
    def resume(self, *, reason: str) -> None:
        """Take up work on the case again."""
        self._take(self.Resumed(), reason=reasoned(reason))

    @requires(must_be_worked_on, must_be_intervention, must_have_decided_to_end, must_have_nothing_open)
    def end_intervention(self, *, outcome: str, reason: str, granted: Granted, rules: tuple[str, ...] = ()) -> None:
        """End the intervention, as was decided after a review that found so.

        Raises NotCovered, OneHand where whoever decided has assessed the concern.
        """
        text = written(outcome, "Enter the outcome of the intervention", field="outcome")
        decider = self._decided(Act.END_INTERVENTION, granted)
        ended = self.EndDecided(outcome=text, decider=decider)
        self._take(ended, decider, decision=granted.decision, reason=reasoned(reason), rules=rules)

    @requires(
        must_be_worked_on,
        must_not_be_intervention("This concern has an intervention. End the intervention instead"),
        must_have_nothing_open,
    )
    def close(self, *, reason: str) -> None:
        """Close the case without an intervention."""
        self._take(self.Closed(), purpose=self.purpose, reason=reasoned(reason))

    @requires(must_be_over)
    def reopen(
        self, *, reason: str, granted: Granted, assess_by: date | None = None, rules: tuple[str, ...] = ()
    ) -> None:
        """Open a case that is over, as was decided; it has to be assessed anew, by `assess_by` if that is set."""
        decider = self._decided(Act.REOPEN_CONCERN, granted)
        reopened = self.ReopeningDecided(assess_by=assess_by, decider=decider)
        self._take(
            reopened,
            decider,
            purpose=self.purpose,
            decision=granted.decision,
            reason=reasoned(reason),
            rules=rules,
        )

    def change_sensitivity(self, sensitivity: Sensitivity, *, reason: str) -> None:
        """Restrict the case or open it, also one that is over; what hangs on it follows."""
        if sensitivity is self.sensitivity:
            raise KeptSoAlready(f"This concern is {sensitivity.label.lower()} already", field="sensitivity")
        if self.source is ConcernSource.WHISTLEBLOWING and sensitivity is Sensitivity.ORDINARY:
            raise WhistleblowingStaysRestricted(
                "Concerns from whistleblowing stay restricted, so that the school cannot read them",
                field="sensitivity",
            )
        self.record(
            self.SensitivityChanged(becomes=sensitivity, was=self.sensitivity),
            purpose=self.purpose,
            reason=reasoned(reason),
            sensitivity=sensitivity,
        )

    def excluded_from(self, act: Act) -> tuple[Excluded, ...]:
        """Who may not decide an act of this case, because of what they did in it before: whoever raised it does not
        assess it, and of assessing, starting and ending nobody decides two, but for ending after a review what one
        started."""
        excluded: dict[UUID | None, Separation] = {}
        assessed = self.assessment
        if act is Act.ASSESS_AS_CAUSING_CONCERN:
            excluded[self.raised_by] = Separation.RAISED
        elif act in {Act.START_INTERVENTION, Act.END_INTERVENTION} and assessed is not None:
            excluded |= dict.fromkeys((assessed.by, assessed.named_authoriser), Separation.ONE_HAND)
        if act is Act.END_INTERVENTION and not self.reviews_of_this_plan:
            excluded |= dict.fromkeys((self.intervention_by, self.intervention_named), Separation.ONE_HAND)
        separated = (Excluded(person, why) for person, why in excluded.items() if person is not None)
        return (*separated, *self.waiver_excludes(act))
