"""Decisions: whoever decides is the one who acts, on what they were shown, and silence decides nothing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.aggregate import OccurredInTheFuture, ReasonNeeded
from domain.decision import Basis, Condition, Decision, DecisionStatus, Heard, Question, Route, Term
from domain.decision.parts import SUM
from domain.decision.rules import (
    AskedMoreAlready,
    ConditionDuePast,
    ConditionStands,
    DecidedTooEarly,
    Lapsed,
    NobodyMayDecide,
    NoSuchCondition,
    NotALimit,
    NotAsShown,
    NothingToAnswer,
    NothingToRead,
    NotTheAsker,
    NotTheirs,
    SamePerson,
    TwoDecide,
)
from domain.delegation import (
    COMMON_SCHEME,
    Act,
    BandsDoNotFit,
    Decider,
    DelegationRow,
    Deputising,
    Granted,
    NotCovered,
    OwnAsk,
    check_scheme,
    one_of,
    row_for,
    scheme_with_limit,
)
from domain.on_behalf import AlreadyAnswered, EvidenceNeeded, NotYours
from tests.domain.brokered import BROKER, GRACE, HEAD, LEAD, SCHOOL
from tests.scenario import TODAY, given, signed

REQUEST = UUID("5e0e5700-0000-4000-8000-000000000001")
DIRECTOR, OTHER, FINANCE = LEAD, GRACE, HEAD
IS_DIRECTOR, IS_BROKER, IS_COUNTERSIGNER = {Decider.DIRECTOR}, {Decider.BROKER}, {Decider.COUNTERSIGNER}
ENTRY = UUID("e7e70000-0000-4000-8000-000000000001")
TOMORROW, LAST_DAY = TODAY + timedelta(days=1), TODAY + timedelta(days=14)


def a_question(net: int | None = 3600, **changes: Any) -> Question:
    terms = (Term("School", "Ashgrove High"), Term(SUM, f"£{net}"), *changes.pop("terms", ()))
    fields: dict[str, Any] = {
        "act": Act.APPROVE_SPENDING,
        "kind": "support-request",
        "subject": REQUEST,
        "subject_reference": "SR-2026-0001",
        "command": "approve",
        "answers": f'{{"ceiling":"{net}"}}',
        "terms": terms,
        "net": None if net is None else Decimal(net),
        "school": SCHOOL,
        "request": REQUEST,
    }
    return Question(**fields | changes)


def a_route(**changes: Any) -> Route:
    fields: dict[str, Any] = {"row": "S3", "decides": (Decider.DIRECTOR,), "lapses_on": LAST_DAY}
    return Route(**fields | changes)


def ask(
    question: Question | None = None, *, by: UUID = BROKER, reason: str = "Two terms of help", **route: Any
) -> Decision:
    with signed(by=by, post="broker"):
        return Decision.ask(
            "DN-2026-0001",
            question or a_question(),
            a_route(**route),
            reason=reason,
            deciders=[DIRECTOR],
            rules=("settings-1",),
        )


def give(decision: Decision, now: Question | None = None, **answers: Any) -> Granted | None:
    answers = {"shown": decision.question.fingerprint, "held": IS_DIRECTOR} | answers
    return decision.give(now or decision.question, **answers)


def record_for(**changes: Any) -> tuple[Decision, Granted]:
    fields: dict[str, Any] = {
        "decider": DIRECTOR,
        "held": IS_DIRECTOR,
        "heard": Heard.EMAIL,
        "decided_on": TODAY,
        "evidence": "Email of 2 November, filed with the request",
        "rules": ("settings-1",),
    }
    with signed(by=BROKER, post="broker"):
        return Decision.record_for("DN-2026-0002", a_question(), a_route(), **fields | changes)


def test_what_is_asked_waits_for_a_post_and_not_for_a_person() -> None:
    decision = ask()
    given(decision).then_holds(lambda it: it.status_on(TODAY) is DecisionStatus.ASKED).then_holds(
        lambda it: it.asked_of(TODAY) == (Decider.DIRECTOR,)
    )
    assert decision.asker == BROKER
    assert decision.about().request == REQUEST
    with pytest.raises(ReasonNeeded):
        ask(reason=" ")


@pytest.mark.parametrize("authors", [(), (DIRECTOR,)])
def test_nobody_is_asked_where_nobody_else_may_decide(authors: tuple[UUID, ...]) -> None:
    with pytest.raises(NobodyMayDecide, match="Nobody else is a director"):
        ask(a_question(authors=authors), by=BROKER if authors else DIRECTOR)


def test_the_decider_acts_and_what_they_give_covers_that_act_on_that_record() -> None:
    decision = ask()
    given(decision).when(give, by=DIRECTOR).then(Decision.Given, post=Decider.DIRECTOR).then_holds(
        lambda it: (it.status, it.decider, it.decided_on) == (DecisionStatus.GIVEN, DIRECTOR, TODAY)
    )
    decision = ask()
    with signed(by=DIRECTOR):
        granted = give(decision)
    assert granted == Granted(decision.id, Act.APPROVE_SPENDING, REQUEST, Decimal(3600), DIRECTOR, decision.reference)
    granted.must_cover(Act.APPROVE_SPENDING, REQUEST, net=Decimal(3600))
    with pytest.raises(NotCovered, match="£3,600"):
        granted.must_cover(Act.APPROVE_SPENDING, REQUEST, net=Decimal("3600.01"))
    with pytest.raises(NotCovered):
        granted.must_cover(Act.APPROVE_SPENDING, SCHOOL)


def test_nobody_decides_who_asked_wrote_a_term_or_holds_no_post_of_the_row() -> None:
    given(ask()).when(lambda it: give(it, held=IS_DIRECTOR | IS_BROKER), by=BROKER).then_refused(OwnAsk)
    wrote = ask(a_question(authors=(OTHER,)))
    given(wrote).when(give, by=OTHER).then_refused(OwnAsk)
    given(ask()).when(lambda it: give(it, held=IS_BROKER), by=OTHER).then_refused(NotYours)
    given(ask()).when(lambda it: it.refuse(held=IS_BROKER, reason="Too much"), by=OTHER).then_refused(NotYours)
    given(ask()).when(lambda it: it.refuse(held=IS_DIRECTOR, reason="Too much"), by=BROKER).then_refused(OwnAsk)
    with pytest.raises(OwnAsk):
        ask().must_be_decided_by(BROKER, IS_DIRECTOR, TODAY)
    ask().must_be_decided_by(DIRECTOR, IS_DIRECTOR, TODAY)


def test_only_what_was_shown_is_given() -> None:
    given(ask()).when(lambda it: give(it, shown="another"), by=DIRECTOR).then_refused(NotAsShown)
    moved = a_question(terms=(Term("Approved before", "£9,000"),))
    given(ask()).when(lambda it: give(it, moved), by=DIRECTOR).then_refused(NotAsShown)
    given(ask()).when(lambda it: give(it, a_question(4100)), by=DIRECTOR).then_refused(NotAsShown)
    given(ask()).when(lambda it: give(it, a_question(3200)), by=DIRECTOR).then(Decision.Given)


def test_a_decider_gives_less_or_on_a_condition_that_somebody_meets_by_a_day() -> None:
    condition = Condition("Tell governors the sum", HEAD, TOMORROW)
    decision = ask()
    given(decision).when(lambda it: give(it, limit=Decimal(3000), condition=condition), by=DIRECTOR).then(
        Decision.Given, limit=Decimal("3000.00")
    ).when(lambda it: it.meet_condition("Told on 2 November"), by=HEAD).then(Decision.ConditionMet)
    given(decision).when(lambda it: it.meet_condition("Again"), by=HEAD).then_refused(NoSuchCondition)
    with signed(by=DIRECTOR):
        granted = give(ask(), limit=Decimal(3000))
    assert granted is not None
    assert granted.net == Decimal(3000)
    for limit in (3600, 4000, 0):
        given(ask()).when(lambda it, limit=limit: give(it, limit=Decimal(limit)), by=DIRECTOR).then_refused(
            NotALimit, field="limit"
        )
    given(ask(a_question(None))).when(lambda it: give(it, limit=Decimal(5)), by=DIRECTOR).then_refused(NotALimit)


def test_silence_grants_nothing_and_a_deputy_is_asked_after_some_days() -> None:
    decision = ask(passes_on=TOMORROW, deputies=(Decider.CHIEF_OFFICER,))
    deputy = {Decider.CHIEF_OFFICER}
    given(decision).when(lambda it: give(it, held=deputy), by=OTHER, on=TOMORROW).then_refused(NotYours)
    given(decision).when(give, by=DIRECTOR, on=LAST_DAY + timedelta(days=1)).then_refused(Lapsed)
    assert decision.status_on(LAST_DAY) is DecisionStatus.ASKED
    assert decision.status_on(LAST_DAY + timedelta(days=1)) is DecisionStatus.LAPSED
    given(decision).when(lambda it: give(it, held=deputy), by=OTHER, on=LAST_DAY).then(
        Decision.Given, post=Decider.CHIEF_OFFICER
    )


def test_the_second_answer_is_told_of_the_first() -> None:
    refused = given(ask()).when(lambda it: it.refuse(held=IS_DIRECTOR, reason="Ask for less"), by=DIRECTOR)
    refused.then(Decision.Refused, reason="Ask for less").when(give, by=OTHER).then_refused(AlreadyAnswered)
    given(ask()).when(give, by=DIRECTOR).then(Decision.Given).when(
        lambda it: it.refuse(held=IS_DIRECTOR, reason="No"), by=OTHER
    ).then_refused(AlreadyAnswered)
    given(ask()).when(lambda it: it.refuse(held=IS_DIRECTOR, reason=""), by=DIRECTOR).then_refused(ReasonNeeded)


def test_two_people_decide_where_the_row_says_so_one_of_each_post() -> None:
    two = {"row": "S4", "countersigns": (Decider.COUNTERSIGNER,)}
    both = IS_DIRECTOR | IS_COUNTERSIGNER
    assert ask(**two).whom(TODAY) == "a director, and a countersigner", "both, and not either"
    with signed(by=DIRECTOR):
        assert give(ask(**two), held=both) is None, "nothing is granted by the first alone"
    half = given(ask(**two)).when(give, by=DIRECTOR).then(Decision.FirstGiven)
    half.when(lambda it: give(it, held=both), by=DIRECTOR).then_refused(SamePerson)
    half.when(give, by=OTHER).then_refused(NotYours)
    half.when(lambda it: give(it, held=IS_COUNTERSIGNER), by=FINANCE).then(Decision.Given)
    other_way = (
        given(ask(**two)).when(lambda it: give(it, held=IS_COUNTERSIGNER), by=FINANCE).then(Decision.FirstGiven)
    )
    other_way.when(give, by=DIRECTOR).then(Decision.Given)
    given(ask(**two)).when(lambda it: give(it, limit=Decimal(3000)), by=DIRECTOR).then(Decision.FirstGiven).when(
        lambda it: give(it, held=IS_COUNTERSIGNER), by=FINANCE
    ).then(Decision.Given, limit=Decimal(3000))


def test_of_two_who_decide_one_alone_is_never_enough_and_neither_loses_a_condition() -> None:
    two: dict[str, Any] = {"row": "S4", "countersigns": (Decider.COUNTERSIGNER,)}
    with signed(by=BROKER), pytest.raises(TwoDecide):
        Decision.record_for(
            "DN-2026-0002",
            a_question(),
            a_route(**two),
            decider=DIRECTOR,
            held=IS_DIRECTOR,
            heard=Heard.TELEPHONE,
            decided_on=TODAY,
            evidence="She said so",
            rules=(),
        )
    with signed(by=BROKER), pytest.raises(OwnAsk):
        Decision.decide_alone(
            "DN-2026-0002", a_question(), a_route(**two, may_decide_own=True), held=IS_DIRECTOR, rules=()
        )
    condition = Condition("Only with the governors' minute", HEAD, TOMORROW)
    half = given(ask(**two)).when(lambda it: give(it, condition=condition), by=DIRECTOR).then(Decision.FirstGiven)
    another = Condition("Another", HEAD, TOMORROW)
    half.when(lambda it: give(it, held=IS_COUNTERSIGNER, condition=another), by=FINANCE).then_refused(
        ConditionStands, field="condition"
    )
    half.when(lambda it: give(it, held=IS_COUNTERSIGNER), by=FINANCE).then(Decision.Given, condition=condition)


def test_a_condition_is_due_on_a_day_to_come() -> None:
    past = Condition("Tell governors", HEAD, TODAY - timedelta(days=1))
    given(ask()).when(lambda it: give(it, condition=past), by=DIRECTOR).then_refused(ConditionDuePast, field="due")


def test_what_could_not_be_carried_out_is_asked_still() -> None:
    given(ask()).when(lambda it: it.giving_failed("Not cleared since an hour ago"), by=DIRECTOR).then(
        Decision.GivingFailed
    ).when(give, by=DIRECTOR).then(Decision.Given)


def test_what_is_asked_ends_when_the_asker_withdraws_it_or_its_terms_change() -> None:
    given(ask()).when(lambda it: it.withdraw(reason="Met in-house"), by=OTHER).then_refused(NotTheAsker)
    given(ask()).when(lambda it: it.withdraw(reason="Met in-house"), by=BROKER).then(Decision.Withdrawn).when(
        give, by=DIRECTOR
    ).then_refused(AlreadyAnswered)
    given(ask()).when(lambda it: it.overtake(("The price is £4,100",)), by=DIRECTOR).then(Decision.Overtaken).when(
        give, by=DIRECTOR
    ).then_refused(AlreadyAnswered)


def test_whoever_asked_or_took_over_marks_as_read_what_came_of_it_once() -> None:
    refused = given(ask()).when(lambda it: it.refuse(held=IS_DIRECTOR, reason="Ask for less"), by=DIRECTOR)
    refused.when(lambda it: it.mark_read(), by=OTHER).then_refused(NotTheAsker)
    refused.when(lambda it: it.mark_read(taken_over_by=OTHER), by=OTHER).then(Decision.OutcomeRead).when(
        lambda it: it.mark_read(), by=BROKER
    ).then_refused(NothingToRead)
    given(ask()).when(lambda it: it.mark_read(), by=BROKER).then_refused(NothingToRead)
    lapsed = given(ask()).when(lambda it: it.mark_read(), by=BROKER, on=LAST_DAY + timedelta(days=1))
    lapsed.then(Decision.OutcomeRead)
    failing = given(ask()).when(lambda it: it.giving_failed("Not cleared"), by=DIRECTOR)
    failing.when(lambda it: it.mark_read(), by=BROKER).then(Decision.OutcomeRead).when(
        lambda it: it.giving_failed("Not cleared still"), by=DIRECTOR
    ).then(Decision.GivingFailed).when(lambda it: it.mark_read(), by=BROKER).then(Decision.OutcomeRead)


def test_within_an_own_limit_one_person_asks_and_decides() -> None:
    with signed(by=BROKER, post="broker"):
        alone = a_route(row="S1", decides=(Decider.BROKER,), may_decide_own=True)
        decision, granted = Decision.decide_alone("DN-2026-0003", a_question(2400), alone, held=IS_BROKER, rules=())
        assert granted.net == Decimal(2400)
        assert (decision.asker, decision.decider) == (BROKER, BROKER)
        with pytest.raises(OwnAsk):
            Decision.decide_alone("DN-2026-0004", a_question(), a_route(), held=IS_DIRECTOR, rules=())
        with pytest.raises(NotYours):
            Decision.decide_alone("DN-2026-0004", a_question(2400), alone, held=IS_COUNTERSIGNER, rules=())


def test_a_decision_made_elsewhere_is_recorded_and_confirmed_or_disowned_by_its_maker() -> None:
    decision, granted = record_for()
    assert granted.net == Decimal(3600)
    assert decision.status is DecisionStatus.UNCONFIRMED
    given(decision).when(lambda it: it.confirm(), by=BROKER).then_refused(NotYours)
    given(decision).when(lambda it: it.confirm(), by=DIRECTOR).then(Decision.Confirmed).when(
        lambda it: it.disown(reason="Not I"), by=DIRECTOR
    ).then_refused(AlreadyAnswered)
    given(record_for()[0]).when(lambda it: it.disown(reason="I said no"), by=DIRECTOR).then(Decision.Disowned)
    given(ask()).when(lambda it: it.confirm(), by=DIRECTOR).then_refused(AlreadyAnswered)


def decide_afterwards(decision: Decision, *, held: set[Decider] = IS_DIRECTOR, **route: Any) -> Decision:
    how = {"reason": "It is needed all the same", "excluded": (), "rules": ("settings-1",)}
    return decision.decide_afterwards("DN-2026-0003", a_route(**route), held=held, **how)


def disowned() -> Decision:
    decision = record_for()[0]
    given(decision).when(lambda it: it.disown(reason="I said no"), by=DIRECTOR)
    return decision


def take_up(by: UUID = DIRECTOR, recorder: UUID = BROKER) -> Decision:
    with signed(by=by):
        return Decision.take_up(
            "DN-2026-0003",
            a_question(),
            a_route(),
            entry=ENTRY,
            recorded_by=recorder,
            recorded_on=TODAY - timedelta(days=60),
            decided_on=TODAY - timedelta(days=63),
        )


def test_who_was_named_before_decisions_were_kept_confirms_or_disowns_it_and_nobody_else() -> None:
    decision = take_up()
    assert (decision.entry, decision.asker, decision.decider) == (ENTRY, BROKER, DIRECTOR)
    assert (decision.basis, decision.asked_on) == (Basis.BEFORE_DECISIONS, TODAY - timedelta(days=60))
    given(take_up()).when(lambda it: it.confirm(), by=BROKER).then_refused(NotYours)
    given(take_up()).when(lambda it: it.confirm(), by=DIRECTOR).then(Decision.Confirmed)
    given(decision).when(lambda it: it.disown(reason="I was never asked"), by=DIRECTOR).then(Decision.Disowned)
    given(decision).when(lambda it: it.confirm(), by=DIRECTOR).then_refused(AlreadyAnswered)
    with pytest.raises(NotYours):
        take_up(by=BROKER)


def test_what_was_done_on_a_disowned_decision_is_decided_now_by_a_decision_of_its_own() -> None:
    decision = disowned()
    for who, refusal in ((BROKER, OwnAsk), (OTHER, None)):
        with signed(by=who):
            if refusal is not None:
                with pytest.raises(refusal):
                    decide_afterwards(decision)
                continue
            anew = decide_afterwards(decision)
    assert (anew.status, anew.decider, anew.decided_on) == (DecisionStatus.GIVEN, OTHER, TODAY)
    assert (anew.question, anew.earlier.decision) == (decision.question, decision.id)
    assert decision.status is DecisionStatus.DISOWNED
    given(decision).when(lambda it: decide_afterwards(it, held=IS_BROKER), by=OTHER).then_refused(NotYours)
    countersigned = {"countersigns": (Decider.COUNTERSIGNER,)}
    given(decision).when(lambda it: decide_afterwards(it, **countersigned), by=OTHER).then_refused(TwoDecide)
    given(record_for()[0]).when(decide_afterwards, by=OTHER).then_refused(AlreadyAnswered)


def test_what_was_ended_or_corrected_after_a_decision_was_disowned_is_recorded_once() -> None:
    settled = given(disowned()).when(lambda it: it.settle(reason="The work was cancelled"), by=DIRECTOR)
    settled.then(Decision.Settled).when(lambda it: it.settle(reason="Again"), by=DIRECTOR).then_refused(
        AlreadyAnswered
    )


def test_a_decision_made_elsewhere_needs_evidence_a_day_and_somebody_who_may_make_it() -> None:
    with pytest.raises(EvidenceNeeded):
        record_for(evidence=" ")
    with pytest.raises(NotTheirs, match="Only a director"):
        record_for(held=IS_BROKER)
    with pytest.raises(OwnAsk):
        record_for(decider=BROKER)
    with pytest.raises(OccurredInTheFuture):
        record_for(decided_on=TOMORROW)
    with pytest.raises(DecidedTooEarly, match="2 November 2026 or a later date"):
        record_for(decided_on=TODAY - timedelta(days=1), not_before=TODAY)
    with pytest.raises(OwnAsk, match="asked for this themselves"):
        record_for(asked_by=DIRECTOR)


def test_each_sum_has_one_row_and_a_limit_that_reaches_further_takes_bands_away() -> None:
    scheme = scheme_with_limit(Decimal(2500))
    assert [row_for(scheme, Act.APPROVE_SPENDING, Decimal(net)).code for net in (2500, 2501, 10001, 99999)] == [
        "S1",
        "S2",
        "S3",
        "S4",
    ]
    assert row_for(scheme, Act.APPROVE_SPENDING, None).code == "S4"
    assert [row.code for row in scheme_with_limit(Decimal(12000), COMMON_SCHEME[:4])] == ["S1", "S3", "S4"]
    check_scheme(COMMON_SCHEME)
    spending = tuple(row for row in COMMON_SCHEME if row.act is Act.APPROVE_SPENDING)
    for rows in (spending[:-1], (*spending, spending[-1])):
        with pytest.raises(BandsDoNotFit):
            check_scheme(rows)
    with pytest.raises(BandsDoNotFit):
        row_for(spending[:-1], Act.APPROVE_SPENDING, Decimal(30000))
    for act in (Act.SELECT_ABOVE_LIMIT, Act.VARY_ABOVE_LIMIT):
        found = [row_for(COMMON_SCHEME, act, Decimal(net)).code for net in (3000, 10000, 10100, 25001)]
        assert found == ["S2", "S2", "S3", "S4"], "as spending on the new total, and never the asker's own limit"
    assert row_for(COMMON_SCHEME, Act.SELECT_NOT_BEST, Decimal(20000)).code == "S2"
    assert one_of(DelegationRow("X", Act.APPROVE_SPENDING, None, tuple(Decider)[1:4]).decides) == (
        "a CPD manager, a senior officer or a director"
    )


FOR_DIRECTOR = (Deputising(Decider.DIRECTOR, DIRECTOR),)


def test_a_deputy_decides_for_the_holder_of_the_post_and_never_what_they_may_not_decide_themselves() -> None:
    deputy: dict[str, Any] = {"held": set(), "deputises": FOR_DIRECTOR}
    decision = ask()
    given(decision).when(lambda it: give(it, **deputy), by=OTHER).then(
        Decision.Given, post=Decider.DIRECTOR, principal=DIRECTOR
    ).then_holds(lambda it: (it.decider, it.decided_for, it.basis) == (OTHER, DIRECTOR, Basis.DEPUTY))
    given(ask()).when(lambda it: it.refuse(reason="Too much", **deputy), by=OTHER).then(
        Decision.Refused, post=Decider.DIRECTOR, principal=DIRECTOR
    )
    given(ask()).when(lambda it: give(it, held=IS_DIRECTOR, deputises=FOR_DIRECTOR), by=OTHER).then(
        Decision.Given, principal=None
    )
    with signed(by=DIRECTOR):
        own = Decision.ask(
            "DN-2026-0001", a_question(), a_route(), reason="Needed", deciders=[OTHER], rules=("settings-1",)
        )
    given(own).when(lambda it: give(it, **deputy), by=OTHER).then_refused(OwnAsk)
    given(ask()).when(lambda it: give(it, a_question(authors=(DIRECTOR,)), **deputy), by=OTHER).then_refused(OwnAsk)
    given(ask(by=OTHER)).when(lambda it: give(it, **deputy), by=OTHER).then_refused(OwnAsk)
    for_others = (Deputising(Decider.COUNTERSIGNER, FINANCE),)
    given(ask()).when(lambda it: give(it, held=set(), deputises=for_others), by=OTHER).then_refused(NotYours)


def test_a_person_and_their_deputy_are_not_the_two_people_who_decide() -> None:
    two = ask(countersigns=(Decider.COUNTERSIGNER,))
    with signed(by=OTHER):
        give(two, held=set(), deputises=FOR_DIRECTOR)
    assert (two.first_by, two.first_for) == (OTHER, DIRECTOR)
    given(two).when(lambda it: give(it, held=IS_COUNTERSIGNER), by=DIRECTOR).then_refused(SamePerson)
    both = ask(countersigns=(Decider.COUNTERSIGNER,))
    with signed(by=DIRECTOR):
        give(both)
    as_second = (Deputising(Decider.COUNTERSIGNER, DIRECTOR),)
    given(both).when(lambda it: give(it, held=set(), deputises=as_second), by=OTHER).then_refused(SamePerson)


def ask_more(decision: Decision, enquiry: str = "Why two terms?", *, by: UUID = DIRECTOR) -> None:
    with signed(TOMORROW, by=by):
        decision.ask_more(enquiry, held=IS_DIRECTOR)


def answer(decision: Decision, now: Question | None = None, **answers: Any) -> None:
    days = {"passes_on": None, "lapses_on": LAST_DAY + timedelta(days=30)} | answers
    decision.answer("The exams are in June", now or decision.question, **days)


def test_whoever_decides_may_ask_first_and_while_they_wait_for_the_answer_it_neither_lapses_nor_is_given() -> None:
    decision = ask(passes_on=TOMORROW, deputies=(Decider.CHIEF_OFFICER,))
    given(decision).when(lambda it: it.ask_more("Why?", held=IS_BROKER), by=OTHER).then_refused(NotYours)
    given(decision).when(lambda it: it.ask_more(" ", held=IS_DIRECTOR), by=DIRECTOR).then_refused(ReasonNeeded)
    given(decision).when(answer, by=BROKER).then_refused(NothingToAnswer)
    ask_more(decision)
    late = LAST_DAY + timedelta(days=20)
    assert (decision.status_on(late), decision.asked_of(late)) == (DecisionStatus.MORE_ASKED, (Decider.DIRECTOR,))
    given(decision).when(give, by=OTHER).then_refused(AskedMoreAlready)
    given(decision).when(lambda it: it.ask_more("When?", held=IS_DIRECTOR), by=OTHER).then_refused(AskedMoreAlready)
    given(decision).when(answer, by=OTHER).then_refused(NotTheAsker)
    with signed(late, by=BROKER):
        answer(decision)
    [said] = decision.enquiries
    assert (said.by, said.on, said.answer, said.answered_by, said.answered_on, said.changed) == (
        DIRECTOR,
        TOMORROW,
        "The exams are in June",
        BROKER,
        late,
        (),
    )
    with signed(late, by=DIRECTOR):
        assert give(decision) is not None
    refused = ask()
    ask_more(refused)
    with signed(TOMORROW, by=DIRECTOR):
        refused.refuse(held=IS_DIRECTOR, reason="I know enough")
    assert refused.open_enquiry is None


def test_an_answer_on_other_terms_is_another_question_which_both_of_two_people_decide_anew() -> None:
    decision = ask(countersigns=(Decider.COUNTERSIGNER,))
    with signed(by=DIRECTOR):
        give(decision, limit=Decimal(3000))
    assert (decision.first_by, decision.first_on) == (DIRECTOR, TODAY)
    shown = decision.question.fingerprint
    with signed(TOMORROW, by=FINANCE):
        decision.ask_more("Why so much?", held=IS_COUNTERSIGNER)
    with signed(TOMORROW, by=BROKER):
        answer(decision)
    assert (decision.status, decision.first_by) == (DecisionStatus.HALF_GIVEN, DIRECTOR)
    with signed(TOMORROW, by=FINANCE):
        decision.ask_more("Why not less?", held=IS_COUNTERSIGNER)
    with signed(TOMORROW, by=BROKER):
        answer(decision, a_question(3200))
    assert decision.enquiries[-1].changed == (f"{SUM}: £3600 was shown, and it is now £3200",)
    assert (decision.status, decision.first_by, decision.first_on, decision.limit) == (
        DecisionStatus.ASKED,
        None,
        None,
        None,
    )
    with signed(TOMORROW, by=FINANCE):
        with pytest.raises(NotAsShown):
            give(decision, shown=shown, held=IS_COUNTERSIGNER)
        assert give(decision, held=IS_COUNTERSIGNER) is None
    with signed(TOMORROW, by=DIRECTOR):
        granted = give(decision)
    assert granted is not None
    assert granted.net == Decimal(3200)
