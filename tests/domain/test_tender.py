"""Invitations and quotes: what may be done in a tender, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from domain.aggregate import OccurredInTheFuture, ReasonNeeded, Refusal
from domain.delegation import COMMON_SCHEME, Act, NotCovered, row_for
from domain.money import MOST, NotHalfDays
from domain.tender import DeclineReason, InvitationStatus, Tender, TenderStatus
from domain.tender.rules import (
    AboveCeiling,
    AlreadyInvited,
    AlreadyQuoted,
    BriefNeeded,
    DatesOutOfOrder,
    NoQuote,
    NoSuchQuestion,
    NotAPrice,
    NothingSelected,
    NotInvited,
    NotTheBest,
    NotYetDue,
    OneProviderIsNoChoice,
    QuestionsHaveClosed,
    ReplyByHasPassed,
    SingleProviderRoute,
    TenderNotOpen,
)
from domain.vocabulary import Side
from tests.domain.brokered import (
    AFTER_REPLY_BY,
    CALDER,
    GRACE,
    HARROP,
    REPLY_BY,
    RULES,
    SCHOOL,
    TOMORROW,
    YESTERDAY,
    a_tender,
    a_tender_with_a_selection,
    a_tender_with_two_invited,
    a_tender_with_two_quotes,
    terms,
)
from tests.grants import DECISION, for_one_alone, for_selection
from tests.scenario import TODAY, given, signed

CEILING = Decimal(2500)


def open_tender(*, reply_by: date = REPLY_BY, questions_by: date | None = None, brief: str = "Planning") -> Tender:
    with signed():
        return Tender.open(
            "TN-2026-0009",
            request=uuid4(),
            school=SCHOOL,
            brief=brief,
            reply_by=reply_by,
            question_deadline=questions_by,
        )


def select(tender: Tender) -> None:
    own = for_selection(tender.id, Act.SELECT_PROVIDER)
    tender.select(CALDER, rationale="Knows the school", granted=own, ceiling=CEILING)


def test_replies_and_questions_are_due_on_days_to_come() -> None:
    with pytest.raises(DatesOutOfOrder, match="date for replies"):
        open_tender(reply_by=YESTERDAY)
    with pytest.raises(DatesOutOfOrder, match="date for questions"):
        open_tender(questions_by=REPLY_BY + timedelta(days=1))
    with pytest.raises(BriefNeeded):
        open_tender(brief=" ")
    assert open_tender().question_deadline == REPLY_BY


def test_asking_one_provider_alone_needs_a_reason() -> None:
    request = uuid4()
    asked = {"request": request, "school": SCHOOL, "brief": "Planning", "reply_by": REPLY_BY}
    with signed(), pytest.raises(ReasonNeeded):
        Tender.open("TN-2026-0009", **asked, alone=for_one_alone(request))
    with signed(), pytest.raises(NotCovered):
        Tender.open("TN-2026-0009", **asked, alone=for_one_alone(uuid4()), reason="Nobody else teaches this")


def test_the_only_quote_above_what_was_decided_alone_takes_those_who_decide_on_one_alone() -> None:
    tender = a_tender(single_provider=True, up_to=Decimal(1000))
    with signed(YESTERDAY):
        tender.invite(CALDER, clearance="Cleared", rules=RULES)
        tender.quote(CALDER, terms())
        assert tender.authority_for(CALDER, ceiling=Decimal(9000)) is Act.SELECT_ALONE_ABOVE
    assert row_for(COMMON_SCHEME, Act.SELECT_ALONE_ABOVE, Decimal(1800)).code == "S7D"
    chosen = {"rationale": "The only one", "ceiling": Decimal(9000)}
    given(tender).when(
        lambda it: it.select(CALDER, granted=for_selection(it.id, Act.SELECT_ABOVE_LIMIT), **chosen)
    ).then_refused(AboveCeiling)
    given(tender).when(
        lambda it: it.select(CALDER, granted=for_selection(it.id, Act.SELECT_ALONE_ABOVE), **chosen)
    ).then(Tender.QuoteSelected, provider=CALDER)


def test_an_invitation_keeps_what_was_known_of_the_clearance() -> None:
    given(a_tender()).when(
        lambda tender: tender.invite(CALDER, clearance="Cleared to 31 August 2027", rules=RULES)
    ).then(Tender.ProviderInvited, provider=CALDER, reply_by=REPLY_BY, rules=RULES).then_holds(
        lambda tender: tender.unanswered == [CALDER]
    )


def test_a_provider_holds_one_invitation_at_a_time() -> None:
    given(a_tender_with_two_invited()).when(
        lambda tender: tender.invite(CALDER, clearance="Cleared", rules=RULES)
    ).then_refused(AlreadyInvited)


def test_one_who_declined_may_be_invited_again() -> None:
    tender = a_tender_with_two_invited()
    with signed():
        tender.decline(CALDER, why=DeclineReason.DATES, reason="Away until Monday")

    given(tender).when(lambda tender: tender.quote(CALDER, terms())).then_refused(NotInvited)
    given(tender).when(lambda tender: tender.invite(CALDER, clearance="Cleared", rules=RULES)).then(
        Tender.ProviderInvited
    )
    given(tender).when(lambda tender: tender.quote(CALDER, terms())).then(Tender.QuoteReceived)


def test_nobody_is_invited_after_the_reply_date() -> None:
    given(a_tender()).when(
        lambda tender: tender.invite(CALDER, clearance="Cleared", rules=RULES), on=AFTER_REPLY_BY
    ).then_refused(ReplyByHasPassed)


def test_a_tender_for_one_provider_invites_no_other() -> None:
    tender = a_tender(single_provider=True)
    with signed():
        tender.invite(CALDER, clearance="Cleared", rules=RULES)

    given(tender).when(lambda tender: tender.invite(HARROP, clearance="Cleared", rules=RULES)).then_refused(
        SingleProviderRoute
    )


def test_questions_are_numbered_and_answered_to_all() -> None:
    tender = a_tender_with_two_invited()
    given(tender).when(lambda tender: tender.ask(HARROP, "Is travel paid?")).then(
        Tender.QuestionAsked, number=1, provider=HARROP
    )
    given(tender).when(lambda tender: tender.answer(1, "No"), on=TOMORROW).then(
        Tender.QuestionAnswered, number=1, answer="No"
    )
    given(tender).when(lambda tender: tender.answer(1, "Yes")).then_refused(NoSuchQuestion)
    given(tender).when(lambda tender: tender.answer(2, "Yes")).then_refused(NoSuchQuestion)


def test_questions_close_on_their_day_and_come_from_those_invited() -> None:
    given(a_tender_with_two_invited()).when(
        lambda tender: tender.ask(HARROP, "Is travel paid?"), on=TOMORROW
    ).then_refused(QuestionsHaveClosed)
    given(a_tender()).when(lambda tender: tender.ask(HARROP, "Is travel paid?")).then_refused(NotInvited)


def test_a_quote_is_priced_from_its_terms() -> None:
    given(a_tender_with_two_invited()).when(lambda tender: tender.quote(CALDER, terms())).then(
        Tender.QuoteReceived, days=Decimal("4.5"), net=Decimal("2025.00"), vat=Decimal("405.00"), specialist=GRACE
    ).then_holds(lambda tender: tender.quotes[CALDER].gross == Decimal("2430.00"))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"days": Decimal("1.25")}, NotHalfDays),
        ({"days": Decimal(0)}, NotHalfDays),
        ({"day_rate": Decimal(-1)}, NotAPrice),
        ({"vat_percent": Decimal(101)}, NotAPrice),
        ({"available_to": YESTERDAY}, DatesOutOfOrder),
        ({"approach": ""}, BriefNeeded),
    ],
)
def test_a_quote_with_impossible_terms_is_refused(changes: dict[str, object], rule: type[NotAPrice]) -> None:
    given(a_tender_with_two_invited()).when(lambda tender: tender.quote(CALDER, terms(**changes))).then_refused(rule)


def test_only_those_invited_quote_and_only_once() -> None:
    given(a_tender()).when(lambda tender: tender.quote(CALDER, terms())).then_refused(NotInvited)
    given(a_tender_with_two_quotes()).when(lambda tender: tender.quote(CALDER, terms())).then_refused(AlreadyQuoted)


def test_a_late_quote_needs_an_extension_to_all() -> None:
    tender = a_tender_with_two_invited()
    given(tender).when(lambda tender: tender.quote(CALDER, terms()), on=AFTER_REPLY_BY).then_refused(ReplyByHasPassed)
    given(tender).when(
        lambda tender: tender.extend(reply_by=AFTER_REPLY_BY, reason="Half term"), on=AFTER_REPLY_BY
    ).then(Tender.ReplyByExtended, reply_by=AFTER_REPLY_BY)
    given(tender).when(lambda tender: tender.quote(CALDER, terms()), on=AFTER_REPLY_BY).then(Tender.QuoteReceived)


def test_an_extension_gives_more_time_not_less() -> None:
    given(a_tender()).when(lambda tender: tender.extend(reply_by=REPLY_BY, reason="A mistake")).then_refused(
        DatesOutOfOrder
    )


def test_a_quote_is_revised_in_time_with_a_reason() -> None:
    def revise(tender: Tender) -> None:
        tender.revise_quote(CALDER, terms(days=Decimal(4)), reason="One day fewer")

    given(a_tender_with_two_quotes()).when(revise).then(
        Tender.QuoteRevised, net=Decimal("1800.00"), reason="One day fewer"
    )
    given(a_tender_with_two_quotes()).when(revise, on=AFTER_REPLY_BY).then_refused(ReplyByHasPassed)
    given(a_tender_with_two_invited()).when(revise).then_refused(NoQuote)


def test_a_quote_taken_back_cannot_be_selected() -> None:
    tender = a_tender_with_two_quotes()
    given(tender).when(lambda tender: tender.withdraw_quote(CALDER, reason="Ill")).then(Tender.QuoteWithdrawn)
    given(tender).when(select).then_refused(NoQuote)


def test_declining_says_which_side_and_how_long_not_to_ask_again() -> None:
    given(a_tender_with_two_invited()).when(
        lambda tender: tender.decline(
            HARROP, why=DeclineReason.NO_CAPACITY, reason="Full", unavailable_until=date(2027, 1, 31)
        )
    ).then(
        Tender.InvitationDeclined,
        provider=HARROP,
        side=Side.PROVIDER,
        why=DeclineReason.NO_CAPACITY,
        unavailable_until=date(2027, 1, 31),
    )


def test_invitations_lapse_only_after_the_reply_date() -> None:
    tender = a_tender_with_two_invited()
    given(tender).when(lambda tender: tender.lapse_unanswered(), on=REPLY_BY).then_refused(NotYetDue)
    given(tender).when(lambda tender: tender.lapse_unanswered(), on=AFTER_REPLY_BY).then(
        Tender.InvitationLapsed, Tender.InvitationLapsed, provider=HARROP
    ).then_holds(lambda tender: tender.unanswered == [])


def test_the_school_prefers_one_of_those_who_quoted() -> None:
    given(a_tender_with_two_quotes()).when(lambda tender: tender.prefer(HARROP, "Came before")).then(
        Tender.SchoolPreferred, provider=HARROP
    )
    given(a_tender_with_two_invited()).when(lambda tender: tender.prefer(HARROP, "Came before")).then_refused(NoQuote)


def test_one_provider_is_selected_with_a_rationale() -> None:
    tender = a_tender_with_two_quotes()
    given(tender).when(select).then(
        Tender.QuoteSelected,
        provider=CALDER,
        net=Decimal("2025.00"),
        reason="Knows the school",
        decision=DECISION,
    ).then_holds(lambda tender: (tender.selected, tender.rationale) == (CALDER, "Knows the school"))
    given(tender).when(select).then_refused(TenderNotOpen)


def test_a_selection_needs_its_rationale() -> None:
    given(a_tender_with_two_quotes()).when(
        lambda tender: tender.select(CALDER, rationale="", granted=for_selection(tender.id), ceiling=CEILING)
    ).then_refused(ReasonNeeded)


def selecting(
    provider: UUID, act: Act, *, ceiling: Decimal = CEILING, tie: str = "", net: Decimal = MOST
) -> Callable[[Tender], None]:
    def select(tender: Tender) -> None:
        granted = for_selection(tender.id, act, net)
        tender.select(provider, rationale="The only one in time", granted=granted, ceiling=ceiling, tie=tie)

    return select


def test_a_quote_above_the_ceiling_is_selected_only_on_a_decision_about_that() -> None:
    tender = a_tender_with_two_quotes()
    for act in (Act.SELECT_PROVIDER, Act.SELECT_NOT_BEST):
        given(tender).when(selecting(HARROP, act)).then_refused(AboveCeiling, field="provider")
    given(tender).when(selecting(HARROP, Act.APPROVE_SPENDING)).then_refused(AboveCeiling, field="provider")
    given(tender).when(selecting(HARROP, Act.SELECT_ABOVE_LIMIT)).then(Tender.QuoteSelected, decision=DECISION)


def test_another_than_the_lowest_quote_or_one_with_a_tie_is_selected_only_on_a_decision_about_that() -> None:
    tender, enough = a_tender_with_two_quotes(), 2 * CEILING
    given(tender).when(selecting(HARROP, Act.SELECT_PROVIDER, ceiling=enough)).then_refused(NotTheBest)
    given(tender).when(selecting(CALDER, Act.SELECT_PROVIDER, tie="My sister works there")).then_refused(NotTheBest)
    given(tender).when(selecting(HARROP, Act.SELECT_NOT_BEST, ceiling=enough)).then(Tender.QuoteSelected)
    given(a_tender_with_two_quotes()).when(selecting(CALDER, Act.SELECT_NOT_BEST, tie="My sister works there")).then(
        Tender.QuoteSelected, tie="My sister works there"
    )


def test_a_decision_covers_its_own_tender_and_no_higher_price() -> None:
    tender = a_tender_with_two_quotes()
    given(tender).when(selecting(CALDER, Act.SELECT_PROVIDER, net=Decimal(2000))).then_refused(NotCovered)
    given(tender).when(selecting(CALDER, Act.APPROVE_SPENDING)).then_refused(NotCovered)
    other = for_selection(SCHOOL)
    given(tender).when(
        lambda tender: tender.select(CALDER, rationale="Best", granted=other, ceiling=CEILING)
    ).then_refused(NotCovered)


def test_nobody_is_selected_while_others_have_time_to_reply() -> None:
    tender = a_tender_with_two_invited()
    with signed():
        tender.quote(CALDER, terms())

    given(tender).when(select).then_refused(NotYetDue)
    given(tender).when(select, on=AFTER_REPLY_BY).then(Tender.QuoteSelected)


@pytest.mark.parametrize("single_provider", [True, False])
def test_one_quote_is_a_choice_only_where_one_was_to_be_asked(*, single_provider: bool) -> None:
    tender = a_tender(single_provider=single_provider)
    with signed():
        tender.invite(CALDER, clearance="Cleared", rules=RULES)
        tender.quote(CALDER, terms())

    selecting = given(tender).when(select)

    if single_provider:
        selecting.then(Tender.QuoteSelected)
    else:
        selecting.then_refused(OneProviderIsNoChoice)


def test_a_selection_withdrawn_leaves_the_quotes_standing() -> None:
    tender = a_tender_with_a_selection()
    given(tender).when(lambda tender: tender.withdraw_selection(reason="Terms not agreed")).then(
        Tender.SelectionWithdrawn, provider=CALDER
    ).then_holds(lambda tender: set(tender.quotes) == {CALDER, HARROP})
    given(tender).when(lambda tender: tender.withdraw_selection(reason="Again")).then_refused(NothingSelected)
    assert tender.invitations[CALDER].status is InvitationStatus.QUOTED


def test_nothing_happens_in_a_closed_tender() -> None:
    tender = a_tender_with_two_invited()
    given(tender).when(lambda tender: tender.close(reason="The school found somebody")).then(
        Tender.ClosedWithoutSelection
    ).then_holds(lambda tender: tender.status is TenderStatus.CLOSED)
    given(tender).when(lambda tender: tender.quote(CALDER, terms())).then_refused(TenderNotOpen)
    given(tender).when(lambda tender: tender.lapse_unanswered(), on=TODAY).then_refused(TenderNotOpen)


def decline(tender: Tender) -> None:
    tender.decline(CALDER, why=DeclineReason.DATES, reason="Away until Monday")


def withdraw(tender: Tender) -> None:
    tender.withdraw_quote(CALDER, reason="Ill")


ANSWERS: dict[str, Callable[[Tender], None]] = {
    "quote": lambda tender: tender.quote(CALDER, terms()),
    "revise": lambda tender: tender.revise_quote(CALDER, terms(), reason="Fewer days"),
    "withdraw": withdraw,
    "ask": lambda tender: tender.ask(CALDER, "Is travel paid?"),
    "decline": decline,
}


def refusal_of(answer: Callable[[Tender], None], tender: Tender) -> str:
    with signed(on=AFTER_REPLY_BY), pytest.raises(Refusal) as refused:
        answer(tender)
    return f"{type(refused.value).__name__}: {refused.value}"


@pytest.mark.parametrize("left", [decline, withdraw, Tender.lapse_unanswered])
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_who_has_left_is_told_nothing_of_what_becomes_of_the_tender(
    left: Callable[[Tender], None], answer: Callable[[Tender], None]
) -> None:
    told = set()
    for became in (lambda _: None, choose_harrop, lambda tender: tender.close(reason="Found elsewhere")):
        tender = a_tender_with_two_invited()
        with signed():
            tender.quote(HARROP, terms())
            if left is withdraw:
                tender.quote(CALDER, terms())
        with signed(on=AFTER_REPLY_BY):
            left(tender)
            became(tender)
        told.add(refusal_of(answer, tender))
    assert len(told) == 1


def choose_harrop(tender: Tender) -> None:
    tender.select(HARROP, rationale="Free sooner", granted=for_selection(tender.id), ceiling=2 * CEILING)


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_who_is_in_the_tender_is_told_that_it_is_settled(answer: Callable[[Tender], None]) -> None:
    for became in (select, choose_harrop, lambda tender: tender.close(reason="Found elsewhere")):
        tender = a_tender_with_two_quotes()
        with signed():
            became(tender)
        assert refusal_of(answer, tender).startswith("TenderNotOpen")


def test_a_quote_larger_than_any_sum_is_refused() -> None:
    given(a_tender_with_two_invited()).when(
        lambda tender: tender.quote(CALDER, terms(days=Decimal(400), day_rate=Decimal(9_999_999)))
    ).then_refused(NotAPrice, field="day_rate")


def test_a_quote_names_the_rules_that_gave_its_vat() -> None:
    given(a_tender_with_two_invited()).when(lambda tender: tender.quote(CALDER, terms(), rules=("settings-3",))).then(
        Tender.QuoteReceived, rules=("settings-3",)
    )
    given(a_tender_with_two_quotes()).when(
        lambda tender: tender.revise_quote(CALDER, terms(), rules=("settings-3",), reason="One day less")
    ).then(Tender.QuoteRevised, rules=("settings-3",))


def test_a_quote_counts_on_the_day_on_which_it_came_though_it_is_written_down_later() -> None:
    given(a_tender_with_two_invited()).when(
        lambda tender: tender.quote(CALDER, terms(), reason="A letter", came_on=REPLY_BY), on=AFTER_REPLY_BY
    ).then(Tender.QuoteReceived, occurred_on=REPLY_BY, reason="A letter").then_holds(
        lambda tender: tender.quotes[CALDER].received_on == REPLY_BY
    )
    given(a_tender_with_two_invited()).when(
        lambda tender: tender.quote(CALDER, terms(), reason="A letter", came_on=AFTER_REPLY_BY), on=AFTER_REPLY_BY
    ).then_refused(ReplyByHasPassed)


def test_no_answer_came_before_the_invitation_or_on_a_day_to_come() -> None:
    early, late = YESTERDAY - timedelta(days=1), TOMORROW
    for day, rule in ((early, DatesOutOfOrder), (late, OccurredInTheFuture)):
        given(a_tender_with_two_invited()).when(
            lambda tender, day=day: tender.quote(CALDER, terms(), came_on=day)
        ).then_refused(rule, field="came_on")
        given(a_tender_with_two_quotes()).when(
            lambda tender, day=day: tender.revise_quote(CALDER, terms(), reason="Less", came_on=day)
        ).then_refused(rule, field="came_on")
        given(a_tender_with_two_invited()).when(
            lambda tender, day=day: tender.decline(CALDER, why=DeclineReason.DATES, reason="Away", came_on=day)
        ).then_refused(rule, field="came_on")
