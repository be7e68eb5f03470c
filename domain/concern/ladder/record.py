"""The formal ladder of a concern case, as a part of its record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from domain.aggregate import Rule, requires
from domain.concern.ladder import events
from domain.concern.ladder import rules as _rules
from domain.concern.ladder.parts import (
    Body,
    Compliance,
    Contact,
    Ground,
    InspectionCategory,
    LadderStep,
    NationalStep,
    Notice,
    NoticeKind,
    Power,
    Waivable,
)
from domain.concern.ladder.state import LadderState
from domain.concern.parts import Institution
from domain.concern.rules import must_be_worked_on, written
from domain.delegation import Act, Granted
from domain.text import day_in_words, plain

ACTS = {
    Power.REQUIRE_ARRANGEMENTS: Act.REQUIRE_ARRANGEMENTS,
    Power.APPOINT_GOVERNORS: Act.APPOINT_GOVERNORS,
    Power.INTERIM_BOARD: Act.APPOINT_INTERIM_BOARD,
    Power.SUSPEND_BUDGET: Act.SUSPEND_BUDGET,
    Power.SUSPEND_FOR_MISMANAGEMENT: Act.SUSPEND_BUDGET,
}
"""What has to be decided to use each power."""


class FormalLadder(LadderState, part=True):
    """The formal steps of a case, each one act with its own date, and each decided where the scheme says so.

    A case has one notice at a time. A step is dated `on`, the day of its letter or meeting, by default that on which
    it is recorded.
    """

    # Before a notice

    @requires(must_be_worked_on, _rules.must_stand_assessed, _rules.must_have_evidence)
    def moderate(self, *, text: str, on: date | None = None, attendees: Iterable[UUID] = ()) -> None:
        """A panel looked at the evidence. Raises NothingToModerate."""
        said = written(text, "Enter what the panel found", field="text")
        people = tuple(dict.fromkeys(attendees))
        self._climb(events.EvidenceModerated(on=on or self.today, text=said, attendees=people))

    @requires(must_be_worked_on, _rules.must_stand_assessed)
    def waive_step(
        self, *, step: Waivable, reason: str, review_by: date, granted: Granted, rules: tuple[str, ...] = ()
    ) -> None:
        """Let a step be left out for urgency, as was decided. Raises AlreadyWaived, NotCovered."""
        decider = self._by(Act.WAIVE_STEP, granted)
        taken = self.moderated_on if step is Waivable.MODERATION else self.pre_warning
        if step in self.waivers or taken is not None:
            raise _rules.AlreadyWaived("That step is not in the way", field="step")
        said = written(reason, "Enter a reason", field="reason")
        waived = events.StepWaived(
            on=self.today, text=said, step=step, review_by=review_by, decider=decider, first=granted.first
        )
        self._climb(waived, decision=granted.decision, rules=rules)

    @requires(must_be_worked_on)
    def pre_warn(
        self,
        *,
        text: str,
        answer_by: date,
        holds_until: date,
        institution: Institution,
        granted: Granted,
        on: date | None = None,
        rules: tuple[str, ...] = (),
    ) -> None:
        """Send a pre-warning letter, as was decided: what it says, until when an answer is expected, and until when a
        notice can rest on it. Raises NotMaintained, NotModerated, PeriodTooShort, NotCovered."""
        day = on or self.today
        self._must_be_powers(institution, day, _rules.BEFORE_A_LETTER)
        decider = self._by(Act.PRE_WARN, granted)
        if self.moderated_on is not None:
            _rules.must_follow(day, self.moderated_on, "the panel")
        self._must_end_after(day, answer_by, field="answer_by")
        said = written(text, "Enter what the letter says", field="text")
        sent = events.PreWarningSent(
            on=day, text=said, answer_by=answer_by, holds_until=holds_until, decider=decider, first=granted.first
        )
        self._climb(sent, decision=granted.decision, rules=rules)

    # The notice

    @requires(must_be_worked_on)
    def give_notice(
        self,
        *,
        kind: NoticeKind,
        matters: str,
        action_required: str,
        comply_by: date,
        intends: Iterable[Power],
        copies: Iterable[Body],
        institution: Institution,
        granted: Granted,
        notice_ground: Ground | None = None,
        on: date | None = None,
        rules: tuple[str, ...] = (),
    ) -> None:
        """Give a notice, as was decided, that states the matters it rests on, the action required and until when, and
        the powers that may be used (section 60(4)). Copies that are missing are told, and do not refuse it.

        Raises NotMaintained, NotModerated, NotPreWarned, NoticeStands, NationalNoticeStands, GroundDoesNotFit,
        PeriodTooShort, OnlyOtherPowers, NotCovered.
        """
        day, sent_to, powers = on or self.today, tuple(dict.fromkeys(copies)), tuple(dict.fromkeys(intends))
        self._must_be_powers(institution, day, _rules.BEFORE_A_LETTER)
        decider = self._by(Act.GIVE_NOTICE, granted)
        _rules.must_be_pre_warned(self, day)
        _rules.must_fit(kind, notice_ground)
        self._must_end_after(day, comply_by, field="comply_by")
        if kind is NoticeKind.PAY_AND_CONDITIONS and Power.REQUIRE_ARRANGEMENTS in powers:
            raise _rules.OnlyOtherPowers(
                "After a notice on pay and conditions section 63 cannot be used (section 63(1))", field="intends"
            )
        given = events.NoticeGiven(
            on=day,
            text=written(matters, "Enter the matters on which the notice rests", field="matters"),
            kind=kind,
            ground=notice_ground,
            action=written(action_required, "Enter the action required", field="action_required"),
            comply_by=comply_by,
            intends=powers,
            copies=sent_to,
            not_copied=tuple(body for body in self.copied_with_notice(institution) if body not in sent_to),
            decider=decider,
            first=granted.first,
        )
        self._climb(given, decision=granted.decision, rules=rules)

    @requires(must_be_worked_on, _rules.must_have_a_letter)
    def answer(self, *, text: str, on: date | None = None) -> None:
        """The school answers a letter or notice; it gates nothing. Raises NoNotice."""
        self._climb(events.SchoolAnswered(on=on or self.today, text=written(text, "Enter the answer", field="text")))

    @requires(must_be_worked_on, _rules.must_have_a_notice, _rules.must_be_unassessed)
    def assess_compliance(
        self,
        *,
        compliance: Compliance,
        text: str,
        granted: Granted,
        on: date | None = None,
        rules: tuple[str, ...] = (),
    ) -> None:
        """Say how far the school has complied, as was decided. Raises NoNotice, PeriodRuns, NotCovered."""
        day, notice = on or self.today, self._notice
        decider = self._by(Act.ASSESS_COMPLIANCE, granted)
        _rules.must_follow(day, notice.on, "the notice")
        _rules.must_have_ended(notice, day, compliance)
        said = written(text, "Enter what was found", field="text")
        assessed = events.ComplianceAssessed(
            on=day, text=said, compliance=compliance, decider=decider, first=granted.first
        )
        self._climb(assessed, decision=granted.decision, rules=rules)

    @requires(must_be_worked_on)
    def notify_intention(
        self,
        *,
        text: str,
        intends: Iterable[Power],
        institution: Institution,
        granted: Granted,
        on: date | None = None,
        rules: tuple[str, ...] = (),
    ) -> None:
        """Tell the governing body in writing that powers will be used, as was decided. Raises NotMaintained,
        NoNotice, NotAssessed, NotCovered."""
        day = on or self.today
        self._must_be_powers(institution, day, _rules.BEFORE_AN_INTENTION)
        decider, notice = self._by(Act.NOTIFY_INTENTION, granted), self._notice
        _rules.must_follow(day, notice.assessed_on or notice.on, "the assessment of compliance")
        said = written(text, "Enter what the letter says", field="text")
        powers = tuple(dict.fromkeys(intends))
        notified = events.IntentionNotified(on=day, text=said, intends=powers, decider=decider, first=granted.first)
        self._climb(notified, decision=granted.decision, rules=rules)

    @requires(must_be_worked_on, _rules.must_have_a_notice)
    def withdraw_notice(self, *, reason: str, granted: Granted, rules: tuple[str, ...] = ()) -> None:
        """Withdraw the notice, as was decided. Raises NoNotice, NotCovered."""
        decider = self._by(Act.WITHDRAW_NOTICE, granted)
        said = written(reason, "Enter a reason", field="reason")
        withdrawn = events.NoticeWithdrawn(on=self.today, text=said, decider=decider, first=granted.first)
        self._climb(withdrawn, decision=granted.decision, rules=rules)

    # Facts that powers rest on

    @requires(must_be_worked_on, _rules.must_stand_assessed)
    def record_contact(self, *, contacted: Body, contact: Contact, text: str = "", on: date | None = None) -> None:
        """Somebody was consulted, or sent a copy."""
        self._climb(events.BodyContacted(on=on or self.today, text=plain(text), body=contacted, contact=contact))

    @requires(must_be_worked_on, _rules.must_stand_assessed)
    def record_consent(self, *, on: date, letter: str) -> None:
        """The Secretary of State consents to an interim executive board, by a letter of a day."""
        self._climb(events.ConsentReceived(on=on, text=written(letter, "Enter which letter", field="letter")))

    @requires(must_be_worked_on, _rules.must_stand_assessed)
    def record_category(self, *, inspection_category: InspectionCategory, on: date, text: str = "") -> None:
        """An inspection of a day puts the school into a category, or out of it."""
        self._climb(events.CategoryRecorded(on=on, text=plain(text), category=inspection_category))

    @requires(must_be_worked_on, _rules.must_stand_assessed)
    def record_national_step(self, *, step: NationalStep, on: date, letter: str) -> None:
        """The Secretary of State did something about the school. Raises NoNationalNotice."""
        if step in (NationalStep.PERMISSION, NationalStep.NOTICE_ENDED) and self.national_notice_on is None:
            raise _rules.NoNationalNotice("No notice of the Secretary of State is recorded", field="step")
        said = written(letter, "Enter which letter", field="letter")
        ends = step is NationalStep.NOTICE and self.notice is not None
        self._climb(events.NationalStepRecorded(on=on, text=said, step=step, ends_notice=ends))

    # Powers

    @requires(must_be_worked_on)
    def use_power(
        self,
        power: Power,
        *,
        text: str,
        institution: Institution,
        granted: Granted,
        on: date | None = None,
        from_: date | None = None,
        members: int | None = None,
        rules: tuple[str, ...] = (),
    ) -> None:
        """Use a power, as was decided, from a day on, by default that of the step.

        Raises NotMaintained, NotEligible, SupersededByNational, PeriodRuns, NotAssessed, IntentionNeeded,
        OnlyOtherPowers, PowerTooLate, NotConsulted, NoConsent, TooFewMembers, IebInOffice, PowerInUse, NotCovered.
        """
        day = on or self.today
        self._must_be_powers(institution, day, (_rules.must_stand_assessed,))
        decider = self._by(ACTS[power], granted)
        if power is not Power.SUSPEND_FOR_MISMANAGEMENT:
            _rules.must_be_eligible(self, power, day)
        _rules.must_not_be_in_use(self, power, day)
        _rules.must_be_consulted(self, self.consulted_before(power, institution), day)
        if power is Power.INTERIM_BOARD:
            _rules.must_be_consented(self, day)
            _rules.must_have_members(members or 0)
        _rules.must_follow(from_ or day, day, "the step")
        said = written(text, "Enter what is done", field="text")
        used = events.PowerTaken(
            on=day, text=said, power=power, from_=from_ or day, members=members, decider=decider, first=granted.first
        )
        self._climb(used, decision=granted.decision, rules=rules)

    @requires(must_be_worked_on, _rules.must_use_a_power)
    def end_power(self, *, power: Power, reason: str, granted: Granted, rules: tuple[str, ...] = ()) -> None:
        """End the use of a power, as was decided. Raises PowerNotInUse, NotCovered."""
        decider = self._by(Act.END_POWER, granted)
        if all(each.power is not power or each.ended_on is not None for each in self.powers):
            raise _rules.PowerNotInUse("This power is not in use", field="power")
        said = written(reason, "Enter a reason", field="reason")
        ended = events.PowerEnded(on=self.today, text=said, power=power, decider=decider, first=granted.first)
        self._climb(ended, decision=granted.decision, rules=rules)

    # Where there are none

    @requires(must_be_worked_on)
    def refer(
        self,
        *,
        text: str,
        granted: Granted,
        trust_informed: bool = False,
        on: date | None = None,
        rules: tuple[str, ...] = (),
    ) -> None:
        """Refer the school to the Regions Group, as was decided. Raises NotCovered."""
        decider = self._by(Act.REFER, granted)
        said = written(text, "Enter what was sent to the Regions Group", field="text")
        referred = events.Referred(
            on=on or self.today, text=said, trust_informed=trust_informed, decider=decider, first=granted.first
        )
        self._climb(referred, decision=granted.decision, rules=rules)

    @requires(must_be_worked_on, _rules.must_await_the_regions_group)
    def record_referral_answer(self, *, text: str, on: date | None = None) -> None:
        """The Regions Group answered. Raises NotReferred."""
        said = written(text, "Enter the answer", field="text")
        self._climb(events.ReferralAnswered(on=on or self.today, text=said))

    def cease_to_be_maintained(self, on: date, why: str) -> None:
        """Take in that the school is maintained no more from a day, as was confirmed: what is open ends by itself.
        Nothing is recorded of a case without formal steps, or a second time."""
        if self.ceased_on is not None or not self.ladder:
            return
        notice = self.notice
        ended = [notice.kind.label] if notice else []
        if notice and notice.intention_on:
            ended.append(LadderStep.INTENTION.label)
        ended += [each.power.label for each in self.powers if each.ended_on is None]
        self._climb(events.CeasedToBeMaintained(on=on, text=plain(why), ended=tuple(ended)))

    # What they share

    @property
    def _notice(self) -> Notice:
        if self.notice is None:
            raise _rules.NoNotice("There is no open notice")
        return self.notice

    def _must_be_powers(self, institution: Institution, on: date, rules: Iterable[Rule[FormalLadder]]) -> None:
        """Raises NotMaintained before anything else: nothing is prepared for what could not be used."""
        _rules.must_be_maintained(self, institution, on)
        for rule in rules:
            rule(self, self.today)

    def _by(self, act: Act, granted: Granted) -> UUID:
        """Who decided; whoever did so with them may as well. Raises NotCovered, and the refusals of separation."""
        decider = self._decided(act, granted)
        if granted.first is not None:
            self._must_be_free(act, granted.first)
        return decider

    @staticmethod
    def _must_end_after(on: date, last: date, *, field: str) -> None:
        if last <= on:
            raise _rules.PeriodTooShort(f"Choose a date after {day_in_words(on)}", field=field)

    def _climb(self, rung: events.Rung, *, decision: UUID | None = None, rules: tuple[str, ...] = ()) -> None:
        self._take(rung, *rung.people, occurred=rung.on, decision=decision, rules=rules)
