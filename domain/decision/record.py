"""Decision, the record."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from domain.aggregate import Aggregate, must_have_come, reasoned, requires
from domain.decision import events
from domain.decision.parts import (
    CAME_TO_NOTHING,
    OPEN,
    Basis,
    Condition,
    DecisionStatus,
    Earlier,
    Enquiry,
    Question,
    Route,
)
from domain.decision.rules import (
    ConditionDuePast,
    ConditionStands,
    DecidedTooEarly,
    NobodyMayDecide,
    NotALimit,
    NotAsShown,
    NotTheAsker,
    NotTheirs,
    SamePerson,
    TwoDecide,
    must_be_asked,
    must_be_disowned,
    must_be_enquired,
    must_have_a_condition,
    must_have_all_answered,
    must_have_an_outcome,
    only_when,
)
from domain.delegation import Decider, Deputising, Excluded, Granted, OwnAsk, is_held, must_not_be_excluded, one_of
from domain.money import in_pounds, pounds
from domain.on_behalf import Heard, NotYours, evidenced
from domain.signature import on_behalf_of
from domain.text import day_in_words, plain
from domain.vocabulary import About


class Decision(Aggregate):
    """What somebody is asked to decide, of posts and not of a name, and what came of it.

    Whoever decides acts themselves: nobody else decides for them, and silence decides nothing. The command that is
    asked for is carried out with what `give` returns, in the same transaction; where it is refused, nothing was
    given. Which posts somebody holds is worked out by the caller, on the day and in that transaction.
    """

    KIND = "decision"
    prefix = "DN"

    question: Question
    route: Route
    status: DecisionStatus
    basis: Basis
    asker: UUID | None
    asked_on: date
    asked_because: str

    Asked: TypeAlias = events.Asked
    DecidedAlone: TypeAlias = events.DecidedAlone
    RecordedForAnother: TypeAlias = events.RecordedForAnother
    MoreAsked: TypeAlias = events.MoreAsked
    Answered: TypeAlias = events.Answered
    FirstGiven: TypeAlias = events.FirstGiven
    Given: TypeAlias = events.Given
    Refused: TypeAlias = events.Refused
    Withdrawn: TypeAlias = events.Withdrawn
    Overtaken: TypeAlias = events.Overtaken
    OvertakenByAct: TypeAlias = events.OvertakenByAct
    GivingFailed: TypeAlias = events.GivingFailed
    OutcomeRead: TypeAlias = events.OutcomeRead
    Confirmed: TypeAlias = events.Confirmed
    Disowned: TypeAlias = events.Disowned
    DecidedAfterwards: TypeAlias = events.DecidedAfterwards
    RecordedBefore: TypeAlias = events.RecordedBefore
    Settled: TypeAlias = events.Settled
    ConditionMet: TypeAlias = events.ConditionMet

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.enquiries: list[Enquiry] = []
        self.first_by: UUID | None = None
        self.first_post: Decider | None = None
        self.first_on: date | None = None
        self.first_for: UUID | None = None
        self.decided_for: UUID | None = None
        self.decider: UUID | None = None
        self.decided_as: Decider | None = None
        self.decided_on: date | None = None
        self.limit: Decimal | None = None
        self.condition: Condition | None = None
        self.heard: Heard | None = None
        self.evidence = ""
        self.confirm_by: date | None = None
        self.confirmed_on: date | None = None
        self.refused_because = ""
        self.disowned_because = ""
        self.settled_because = ""
        self.failed_because = ""
        self.changed: tuple[str, ...] = ()
        self.earlier: Earlier | None = None
        self.entry: UUID | None = None
        self.is_outcome_read = False

    @classmethod
    def ask(
        cls,
        reference: str,
        question: Question,
        route: Route,
        *,
        reason: str,
        deciders: Collection[UUID],
        rules: tuple[str, ...],
        earlier: Earlier | None = None,
    ) -> Decision:
        """Ask for somebody's authority; `deciders` are those who hold a post of the route today, `rules` the version
        of the scheme, `earlier` an ask of the same that came to nothing. Raises NobodyMayDecide, ReasonNeeded."""
        decision = cls.named(reference)
        if not {*deciders} - {decision.signature.actor, *question.others}:
            raise NobodyMayDecide(f"Nobody else is {one_of(route.decides)}, so there is nobody to ask")
        why = reasoned(reason, "Enter why this is needed")
        asked = cls.Asked(reference=reference, question=question, route=route, earlier=earlier)
        decision.record(asked, reason=why, rules=rules)
        return decision

    @classmethod
    def decide_alone(
        cls,
        reference: str,
        question: Question,
        route: Route,
        *,
        held: Collection[Decider],
        reason: str = "",
        rules: tuple[str, ...],
        earlier: Earlier | None = None,
    ) -> tuple[Decision, Granted]:
        """Decide within one's own limit. Raises OwnAsk, NotYours, OneHand, LinkOfficerDecides."""
        decision = cls.named(reference)
        must_not_be_excluded(decision.signature.actor, question.excluded)
        if not route.may_decide_own or route.countersigns:
            raise OwnAsk("You are asking for this, so somebody else decides")
        decision._post(route.decides, held)
        decided = cls.DecidedAlone(reference=reference, question=question, route=route, earlier=earlier)
        decision.record(decided, reason=plain(reason), rules=rules)
        return decision, decision._granted()

    @classmethod
    def record_for(
        cls,
        reference: str,
        question: Question,
        route: Route,
        *,
        decider: UUID,
        held: Collection[Decider],
        heard: Heard,
        decided_on: date,
        evidence: str,
        rules: tuple[str, ...],
        not_before: date | None = None,
        asked_by: UUID | None = None,
        confirm_by: date | None = None,
        reason: str = "",
        earlier: Earlier | None = None,
    ) -> tuple[Decision, Granted]:
        """Record what `decider`, who held the posts `held` on that day, decided outside the service; they are to
        confirm it by a day. `not_before` is the day on which what it is about began, `asked_by` who asked for the
        same before.

        Raises EvidenceNeeded, NotTheirs, OwnAsk, TwoDecide, DecidedTooEarly, OccurredInTheFuture.
        """
        decision = cls.named(reference)
        if route.countersigns:
            first, second = one_of(route.decides), one_of(route.countersigns)
            raise TwoDecide(f"Two people decide this, {first} and {second}. Ask them instead")
        if decider == decision.signature.actor:
            raise OwnAsk("This is your own decision, so it is not recorded for somebody else", field="decider")
        if decider == asked_by:
            raise OwnAsk("They asked for this themselves, so somebody else decides", field="decider")
        if decider in question.authors:
            raise OwnAsk("They wrote part of what is to be decided, so somebody else decides", field="decider")
        must_not_be_excluded(decider, question.excluded, field="decider")
        if is_held(route.decides, held) is None:
            raise NotTheirs(f"Only {one_of(route.decides)} may decide this. Choose one of them", field="decider")
        must_have_come(decided_on, decision.today, "decided_on")
        if not_before is not None and decided_on < not_before:
            raise DecidedTooEarly(f"Enter {day_in_words(not_before)} or a later date", field="decided_on")
        evidence = evidenced(evidence, "the decision")
        with on_behalf_of(decider):
            decision.record(
                cls.RecordedForAnother(
                    reference=reference,
                    question=question,
                    route=route,
                    earlier=earlier,
                    decider=decider,
                    heard=heard,
                    decided_on=decided_on,
                    evidence=evidence,
                    confirm_by=confirm_by,
                ),
                reason=plain(reason),
                rules=rules,
                people=(decider,),
            )
        return decision, decision._granted()

    @property
    def open_enquiry(self) -> Enquiry | None:
        """What somebody who is to decide waits to be told."""
        return self.enquiries[-1] if self.status is DecisionStatus.MORE_ASKED else None

    @classmethod
    def take_up(
        cls,
        reference: str,
        question: Question,
        route: Route,
        *,
        entry: UUID,
        recorded_by: UUID | None,
        recorded_on: date,
        decided_on: date,
    ) -> Decision:
        """Answer for what `recorded_by` recorded in one's name before decisions were kept, by confirming or
        disowning it next. Raises NotYours where one recorded it oneself."""
        decision = cls.named(reference)
        if decision.signature.actor in (None, recorded_by):
            raise NotYours("You recorded this yourself, so there is nothing to confirm")
        decision.record(
            cls.RecordedBefore(
                reference=reference,
                question=question,
                route=route,
                entry=entry,
                recorded_by=recorded_by,
                recorded_on=recorded_on,
                decided_on=decided_on,
            ),
            people=(recorded_by,),
        )
        return decision

    def status_on(self, day: date) -> DecisionStatus:
        """How it stands on a day: what nobody decided in time has lapsed, but while an answer is awaited."""
        lapses_on = self.route.lapses_on
        if self.status in OPEN and lapses_on is not None and self._counted_to(day) > lapses_on:
            return DecisionStatus.LAPSED
        return self.status

    def has_outcome(self, day: date) -> bool:
        """Whether there is something that whoever asked has to read: that nothing came of it, or why it could not be
        carried out."""
        status = self.status_on(day)
        return status in CAME_TO_NOTHING or (status in OPEN and bool(self.failed_because))

    def asked_of(self, day: date) -> tuple[Decider, ...]:
        """The posts whose move it is on a day."""
        return self.route.asked_of(self._counted_to(day), self.first_post)

    def is_asked_of(self, posts: Collection[Decider], day: date) -> bool:
        """Whether one of these posts decides it, had its part in it, or is a deputy's to whom it has passed."""
        concerned = {*self.route.decides, *self.route.countersigns, *self.asked_of(day)}
        return not concerned.isdisjoint(posts)

    def whom(self, day: date) -> str:
        """The same as it stands in a sentence."""
        return self.route.whom(self._counted_to(day), self.first_post)

    def must_be_decided_by(
        self, person: UUID, held: Collection[Decider], day: date, deputises: Collection[Deputising] = ()
    ) -> None:
        """Raises NotYours, OwnAsk, SamePerson where it is not somebody's to decide on a day."""
        self._decider(person, held, day, deputises)

    def must_be_of(self, person: UUID | None) -> None:
        """Raises NotYours unless it is this person's decision that was recorded."""
        if person != self.decider:
            raise NotYours("Only the person whose decision was recorded can say whether it is theirs")

    def must_be_asked_by(self, person: UUID | None, taken_over_by: UUID | None = None) -> None:
        """Raises NotTheAsker unless a person asked, or has taken over the request that it belongs to."""
        if person is None or person not in (self.asker, taken_over_by):
            raise NotTheAsker("Only the person who asked, or who has taken over the request, can do this")

    def must_have_condition_of(self, person: UUID | None) -> None:
        """Raises NotYours unless the condition is this person's to meet."""
        if self.condition is None or person not in (self.condition.owner, self.decider):
            raise NotYours("Only the person who has to meet the condition, or who set it, can record that")

    @requires(must_be_asked, must_have_all_answered)
    def ask_more(self, enquiry: str, *, held: Collection[Decider], deputises: Collection[Deputising] = ()) -> None:
        """Ask whoever asked a question, before it is decided; the days until it lapses are not counted until they
        answer. Raises NotYours, OwnAsk, SamePerson, ReasonNeeded, AskedMoreAlready."""
        post, principal = self._decider(self.signature.actor, held, self.today, deputises)
        text = reasoned(enquiry, "Enter your question")
        self.record(self.MoreAsked(enquiry=text, post=post, principal=principal), people=(self.asker, principal))

    @requires(must_be_asked, must_be_enquired)
    def answer(
        self,
        answer: str,
        now: Question,
        *,
        passes_on: date | None,
        lapses_on: date | None,
        taken_over_by: UUID | None = None,
        rules: tuple[str, ...] = (),
    ) -> None:
        """Answer what a decider wants to know, and ask on, as `now` puts it. Where that is another question, both of
        two people who decide begin anew. Raises NotTheAsker, ReasonNeeded, NothingToAnswer."""
        self.must_be_asked_by(self.signature.actor, taken_over_by)
        is_restated = now.fingerprint != self.question.fingerprint
        answered = self.Answered(
            answer=reasoned(answer, "Enter your answer"),
            question=now if is_restated else self.question,
            changed=self.question.differs_in(now),
            is_restated=is_restated,
            passes_on=passes_on,
            lapses_on=lapses_on,
        )
        self.record(answered, people=(self.enquiries[-1].by,), rules=rules)

    @requires(must_be_asked, must_have_all_answered)
    def give(
        self,
        now: Question,
        *,
        shown: str,
        held: Collection[Decider],
        deputises: Collection[Deputising] = (),
        limit: Decimal | None = None,
        condition: Condition | None = None,
        rules: tuple[str, ...] = (),
    ) -> Granted | None:
        """Approve what is asked, as far as `limit` and on a condition; None after the first of two people.

        `shown` is the fingerprint of what was on the page, `now` the question as it stands at this moment,
        `deputises` what somebody who holds no such post decides for those who do, `rules`
        the version of the scheme. Raises NotYours, OwnAsk, SamePerson, NotAsShown, NotALimit, ConditionStands,
        ConditionDuePast, AskedMoreAlready.
        """
        post, principal = self._decider(self.signature.actor, held, self.today, deputises, now)
        must_not_be_excluded(self.signature.actor, now.excluded)
        if self.signature.actor in now.authors:
            raise OwnAsk("You wrote part of what is to be decided, so somebody else decides")
        if shown != self.question.fingerprint or self.question.changed_in(now):
            raise NotAsShown(
                " ".join(self.question.changed_in(now)) or "Read it again: the terms are others now", field="shown"
            )
        limit = self._limit(limit)
        if condition is not None and self.condition is not None:
            raise ConditionStands(f"A condition is set already: {self.condition.text}", field="condition")
        if condition is not None and condition.due < self.today:
            raise ConditionDuePast("The date must be today or in the future", field="due")
        condition = condition or self.condition
        given: type[events.FirstGiven | events.Given] = self.Given
        if self.route.countersigns and self.first_by is None:
            given = self.FirstGiven
        self.record(
            given(post=post, principal=principal, shown=shown, limit=limit, condition=condition),
            people=(self.asker, principal, condition.owner if condition else None),
            rules=rules,
        )
        return self._granted() if given is self.Given else None

    @requires(must_be_asked)
    def refuse(self, *, held: Collection[Decider], reason: str, deputises: Collection[Deputising] = ()) -> None:
        """Refuse what is asked. Raises NotYours, OwnAsk, SamePerson, ReasonNeeded."""
        post, principal = self._decider(self.signature.actor, held, self.today, deputises)
        refused = self.Refused(post=post, principal=principal)
        self.record(refused, reason=reasoned(reason), people=(self.asker, principal))

    @requires(must_be_asked)
    def withdraw(self, *, reason: str, taken_over_by: UUID | None = None) -> None:
        """No longer ask. Raises NotTheAsker, ReasonNeeded."""
        self.must_be_asked_by(self.signature.actor, taken_over_by)
        self.record(self.Withdrawn(), reason=reasoned(reason), people=(self.asker,))

    @requires(must_have_an_outcome)
    def mark_read(self, *, taken_over_by: UUID | None = None) -> None:
        """Whoever asked has read what came of it. Raises NotTheAsker."""
        self.must_be_asked_by(self.signature.actor, taken_over_by)
        self.record(self.OutcomeRead())

    @requires(must_be_asked)
    def overtake(self, changed: tuple[str, ...]) -> None:
        """The terms are others than those that were asked about: it has to be asked again."""
        self.record(self.Overtaken(changed=changed), people=(self.asker,))

    def overtaken_by_act(self, why: str) -> None:
        """What was done to the record leaves nothing to decide; nothing happens where nobody is asked any more."""
        if self.status in OPEN and self.status_on(self.today) in OPEN:
            self.record(self.OvertakenByAct(why=plain(why)), people=(self.asker,))

    @requires(must_be_asked)
    def giving_failed(self, why: str) -> None:
        """What is asked for could not be carried out, and nothing was given."""
        self.record(self.GivingFailed(why=plain(why)), people=(self.asker,))

    @requires(only_when(DecisionStatus.UNCONFIRMED, why="There is nothing to confirm"))
    def confirm(self) -> None:
        """The person whose decision was recorded says that it is theirs. Raises NotYours."""
        self.must_be_of(self.signature.actor)
        self.record(self.Confirmed(), people=(self.asker,))

    @requires(only_when(DecisionStatus.UNCONFIRMED, why="There is nothing to confirm"))
    def disown(self, *, reason: str) -> None:
        """The person whose decision was recorded says that it is not theirs. Raises NotYours, ReasonNeeded."""
        self.must_be_of(self.signature.actor)
        self.record(self.Disowned(), reason=reasoned(reason), people=(self.asker,))

    @requires(must_be_disowned)
    def decide_afterwards(
        self,
        reference: str,
        route: Route,
        *,
        held: Collection[Decider],
        reason: str,
        excluded: Collection[Excluded],
        rules: tuple[str, ...],
    ) -> Decision:
        """Decide now, by the scheme of today, what was carried out on this decision, which is disowned: a decision of
        its own, whose decider signs it. `excluded` are those who may not decide it today.

        Raises NotYours, OwnAsk, TwoDecide, ReasonNeeded, AlreadyAnswered.
        """
        if route.countersigns:
            raise TwoDecide(f"Two people decide this, {one_of(route.decides)} and {one_of(route.countersigns)}")
        person = self.signature.actor
        if person is None or person == self.asker:
            raise OwnAsk("You recorded this, so somebody else decides")
        if person in self.question.authors:
            raise OwnAsk("You wrote part of what is to be decided, so somebody else decides")
        must_not_be_excluded(person, excluded)
        post = self._post((*route.decides, *route.deputies), held)
        decision = type(self).named(reference)
        decision.record(
            self.DecidedAfterwards(
                reference=reference,
                question=self.question,
                route=route,
                earlier=Earlier(self.id, self.reference),
                post=post,
            ),
            reason=reasoned(reason),
            rules=rules,
            people=(self.asker, self.decider),
        )
        return decision

    @requires(must_be_disowned)
    def settle(self, *, reason: str) -> None:
        """What rested on it was ended or corrected. Raises AlreadyAnswered, ReasonNeeded."""
        self.record(self.Settled(), reason=reasoned(reason, "Enter what was done"), people=(self.asker,))

    @requires(must_have_a_condition)
    def meet_condition(self, note: str) -> None:
        """What the decision was given on is done. Raises NotYours, ReasonNeeded."""
        self.must_have_condition_of(self.signature.actor)
        met = self.ConditionMet(note=reasoned(note, "Enter what was done"))
        self.record(met, people=(self.condition.owner if self.condition else None,))

    def decided(
        self, by: UUID | None, on: date, *, post: Decider | None = None, principal: UUID | None = None
    ) -> None:
        """Remember who decided, when, as what and for whom."""
        self.decider, self.decided_on, self.decided_as, self.decided_for = by, on, post, principal
        if principal is not None:
            self.basis = Basis.DEPUTY

    def condition_met(self, on: date) -> None:
        """Remember that nothing is left to be done."""
        if self.condition is not None:
            self.condition = replace(self.condition, met_on=on)

    def about(self) -> About:
        asked = self.question
        people = dict.fromkeys(each for each in (self.asker, self.decider) if each is not None)
        return About(school=asked.school, request=asked.request, provider=asked.provider, people=tuple(people))

    @property
    def passes_on(self) -> date | None:
        """The day after which deputies are asked too; None while an answer is awaited."""
        return None if self.open_enquiry else self.route.passes_on

    @property
    def lapses_on(self) -> date | None:
        """The last day to decide; None while an answer is awaited."""
        return None if self.open_enquiry else self.route.lapses_on

    def _counted_to(self, day: date) -> date:
        """The day to which it is counted whether it passes on or has lapsed: none while an answer is awaited."""
        return day if self.open_enquiry is None else min(day, self.open_enquiry.on)

    def _granted(self) -> Granted:
        sums = [each for each in (self.question.net, self.limit) if each is not None]
        asked = self.question
        net = min(sums, default=None)
        return Granted(self.id, asked.act, asked.subject, net, self.decider, self.reference, self.first_by)

    def _limit(self, limit: Decimal | None) -> Decimal | None:
        most = self.limit or self.question.net
        if limit is None:
            return self.limit
        if most is None:
            raise NotALimit("No sum is asked for, so there is none to lower", field="limit")
        if not 0 < pounds(limit) < most:
            raise NotALimit(f"Enter less than the {in_pounds(most)} asked for, or leave this blank", field="limit")
        return pounds(limit)

    def _decider(
        self,
        person: UUID | None,
        held: Collection[Decider],
        day: date,
        deputises: Collection[Deputising] = (),
        now: Question | None = None,
    ) -> tuple[Decider, UUID | None]:
        """As what a person decides, and as whose deputy where they hold no such post. A deputy decides nothing that
        their principal may not. Raises NotYours, OwnAsk, SamePerson.
        """
        if person is None or person == self.asker:
            raise OwnAsk("You asked for this, so somebody else decides")
        if person in self.question.authors:
            raise OwnAsk("You wrote part of what is to be decided, so somebody else decides")
        must_not_be_excluded(person, self.question.excluded)
        if person == self.first_by:
            raise SamePerson("You approved it as the first of two people. Somebody else is the second")
        if person == self.first_for:
            raise SamePerson("Your deputy approved it for you as the first of two. Somebody else is the second")
        asked = self.asked_of(day)
        if is_held(asked, held) is None and (theirs := [each for each in deputises if each.post in asked]):
            return self._for_principal(theirs, now or self.question)
        return self._post(asked, held), None

    def _for_principal(self, theirs: Collection[Deputising], now: Question) -> tuple[Decider, UUID]:
        """For whom of several a deputy decides. Raises OwnAsk, SamePerson where none of them may decide."""
        apart = {self.asker, *self.question.others, *now.others}
        may = [each for each in theirs if each.principal not in apart]
        if not may:
            raise OwnAsk("The person you are the deputy of may not decide this, so somebody else decides")
        first = {self.first_by, self.first_for}
        for each in may:
            if each.principal not in first:
                return each.post, each.principal
        raise SamePerson(
            "The person you are the deputy of approved it as the first of two. Somebody else is the second"
        )

    @staticmethod
    def _post(asked: Collection[Decider], held: Collection[Decider]) -> Decider:
        post = is_held(asked, held)
        if post is None:
            raise NotYours(f"Only {one_of(asked)} may decide this")
        return post
