"""Tender, the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from domain.aggregate import Aggregate, must_have_come, reasoned, requires
from domain.delegation import Act, Granted
from domain.money import in_pounds
from domain.tender import events
from domain.tender.parts import (
    OPEN_INVITATION,
    DeclineReason,
    Invitation,
    InvitationStatus,
    Question,
    Quote,
    TenderStatus,
    Terms,
)
from domain.tender.rules import (
    AboveCeiling,
    AlreadyInvited,
    DatesOutOfOrder,
    NoSuchQuestion,
    NotTheBest,
    SingleProviderRoute,
    given,
    must_be_a_choice,
    must_be_days_to_come,
    must_be_in_time,
    must_be_invited,
    must_be_open,
    must_have_a_question_to_answer,
    must_have_quoted,
    must_not_have_quoted,
    nobody_must_have_time_to_reply,
    priced,
    questions_must_be_open,
    somebody_must_be_selected,
    somebody_must_have_quoted,
    somebody_must_not_have_replied,
    time_to_reply_must_be_over,
)
from domain.text import day_in_words, plain
from domain.vocabulary import About, Side

SELECTIONS = frozenset({Act.SELECT_PROVIDER, Act.SELECT_NOT_BEST, Act.SELECT_ABOVE_LIMIT, Act.SELECT_ALONE_ABOVE})
"""What a decision may have granted that lets a quote be selected, each covering the ones before it."""


class Tender(Aggregate):
    """The invitations and quotes for one support request, up to one selection.

    `brief` is the text as sent to all. Folded: the comparison of quotes and its scorers into the rationale of the
    selection; telling those who were not chosen follows from the selection.
    """

    KIND = "tender"
    prefix = "TN"

    status: TenderStatus
    request: UUID
    school: UUID
    brief: str
    reply_by: date
    question_deadline: date
    single_provider: bool
    alone_up_to: Decimal | None

    Opened: TypeAlias = events.Opened
    ProviderInvited: TypeAlias = events.ProviderInvited
    QuestionAsked: TypeAlias = events.QuestionAsked
    QuestionAnswered: TypeAlias = events.QuestionAnswered
    ReplyByExtended: TypeAlias = events.ReplyByExtended
    InvitationDeclined: TypeAlias = events.InvitationDeclined
    QuoteReceived: TypeAlias = events.QuoteReceived
    QuoteRevised: TypeAlias = events.QuoteRevised
    QuoteWithdrawn: TypeAlias = events.QuoteWithdrawn
    InvitationLapsed: TypeAlias = events.InvitationLapsed
    SchoolPreferred: TypeAlias = events.SchoolPreferred
    ProviderSelected: TypeAlias = events.ProviderSelected
    QuoteSelected: TypeAlias = events.QuoteSelected
    SelectionWithdrawn: TypeAlias = events.SelectionWithdrawn
    ClosedWithoutSelection: TypeAlias = events.ClosedWithoutSelection

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.invitations: dict[UUID, Invitation] = {}
        self.questions: tuple[Question, ...] = ()
        self.preferred: UUID | None = None
        self.selected: UUID | None = None
        self.rationale = ""

    @property
    def quotes(self) -> dict[UUID, Quote]:
        """The quotes that stand, by provider."""
        return {each.provider: each.quote for each in self.invitations.values() if each.quote is not None}

    @property
    def unanswered(self) -> list[UUID]:
        """The providers who have not replied."""
        return [each.provider for each in self.invitations.values() if each.status is InvitationStatus.INVITED]

    @classmethod
    def open(
        cls,
        reference: str,
        *,
        request: UUID,
        school: UUID,
        brief: str,
        reply_by: date,
        question_deadline: date | None = None,
        alone: Granted | None = None,
        reason: str = "",
    ) -> Tender:
        """Begin to invite; `alone` grants that one provider alone is asked, up to a net sum, and needs a reason.

        Raises BriefNeeded, DatesOutOfOrder, NotCovered, ReasonNeeded.
        """
        if alone is not None:
            alone.must_cover(Act.ASK_ONE_ALONE, request)
        tender = cls.named(reference)
        questions_by = question_deadline or reply_by
        must_be_days_to_come(reply_by, questions_by, tender.today)
        tender.record(
            cls.Opened(
                reference=reference,
                request=request,
                school=school,
                brief=given(brief, "Enter the brief for providers", "brief"),
                reply_by=reply_by,
                question_deadline=questions_by,
                single_provider=alone is not None,
                alone_up_to=alone.net if alone else None,
            ),
            reason=reasoned(reason, "Enter why only one provider is asked") if alone else plain(reason),
            decision=alone.decision if alone else None,
        )
        return tender

    @requires(must_be_open, must_be_in_time)
    def invite(self, provider: UUID, *, clearance: str, rules: tuple[str, ...]) -> None:
        """Invite a provider to quote; one who declined or let it lapse may be invited again.

        Raises TenderNotOpen, ReplyByHasPassed, AlreadyInvited, SingleProviderRoute.
        """
        known = self.invitations.get(provider)
        if known is not None and known.status in OPEN_INVITATION:
            raise AlreadyInvited("This provider is already invited", field="provider")
        if self.single_provider and self.invitations.keys() - {provider}:
            raise SingleProviderRoute("This tender is for one provider only", field="provider")
        invited = self.ProviderInvited(provider=provider, clearance=clearance, reply_by=self.reply_by)
        self.record(invited, provider=provider, rules=rules)

    def ask(self, provider: UUID, question: str) -> None:
        """A provider asks about the brief. Raises NotInvited, TenderNotOpen, QuestionsHaveClosed."""
        self._invited(provider)
        questions_must_be_open(self, self.today)
        asked = self.QuestionAsked(
            number=len(self.questions) + 1,
            provider=provider,
            question=given(question, "Enter the question", "question"),
        )
        self.record(asked, provider=provider)

    @requires(must_be_open, must_have_a_question_to_answer)
    def answer(self, number: int, answer: str) -> None:
        """Answer a question to all who are invited. Raises NoSuchQuestion."""
        if not any(each.number == number and not each.answer for each in self.questions):
            raise NoSuchQuestion("Choose a question that has no answer yet", field="number")
        text = given(answer, "Enter the answer", "answer")
        self.record(self.QuestionAnswered(number=number, answer=text))

    @requires(must_be_open)
    def extend(self, *, reply_by: date, reason: str) -> None:
        """Extend the deadline, also after the day has passed. Raises DatesOutOfOrder."""
        if reply_by <= self.reply_by or reply_by < self.today:
            raise DatesOutOfOrder("Enter a date after the current deadline, today or in the future", field="reply_by")
        event = self.ReplyByExtended(reply_by=reply_by, unanswered=tuple(self.unanswered))
        self.record(event, reason=reasoned(reason))

    def decline(
        self,
        provider: UUID,
        *,
        why: DeclineReason,
        reason: str,
        side: Side = Side.PROVIDER,
        unavailable_until: date | None = None,
        came_on: date | None = None,
    ) -> None:
        """An invitation or quote is turned down by the provider, or by another side; `came_on` is the day on which
        that reached the service, today where none is given. Raises NotInvited, TenderNotOpen, OccurredInTheFuture,
        DatesOutOfOrder.
        """
        self._may_have_come(came_on, self._invited(provider).invited_on)
        declined = self.InvitationDeclined(provider=provider, side=side, why=why, unavailable_until=unavailable_until)
        self.record(declined, occurred=came_on, provider=provider, reason=reasoned(reason))

    def quote(
        self,
        provider: UUID,
        terms: Terms,
        *,
        rules: tuple[str, ...] = (),
        reason: str = "",
        came_on: date | None = None,
    ) -> None:
        """A provider quotes; the price follows from its terms.

        `rules` are the versions of those that gave the rate of VAT, `came_on` is the day on which the quote reached
        the service, today where none is given. Raises NotInvited, TenderNotOpen, ReplyByHasPassed, AlreadyQuoted,
        NotHalfDays, NotAPrice, DatesOutOfOrder, BriefNeeded, OccurredInTheFuture.
        """
        invitation = self._invited(provider)
        must_not_have_quoted(provider)(self, self.today)
        self._may_have_come(came_on, invitation.invited_on)
        must_be_in_time(self, came_on or self.today)
        quoted = self.QuoteReceived(provider=provider, **priced(terms))
        self.record(
            quoted,
            occurred=came_on,
            provider=provider,
            people=(terms.specialist,),
            rules=rules,
            reason=plain(reason),
        )

    def revise_quote(
        self,
        provider: UUID,
        terms: Terms,
        *,
        reason: str,
        rules: tuple[str, ...] = (),
        came_on: date | None = None,
    ) -> None:
        """A provider changes its quote while there is time. Raises NoQuote, and as for `quote`."""
        quoted = self._quoted(provider)
        self._invited(provider)
        self._may_have_come(came_on, quoted.received_on)
        must_be_in_time(self, came_on or self.today)
        revised = self.QuoteRevised(provider=provider, **priced(terms))
        self.record(
            revised,
            occurred=came_on,
            provider=provider,
            people=(terms.specialist,),
            rules=rules,
            reason=reasoned(reason),
        )

    def withdraw_quote(self, provider: UUID, *, reason: str) -> None:
        """A provider takes its quote back. Raises NoQuote, TenderNotOpen."""
        self._quoted(provider)
        self._invited(provider)
        self.record(self.QuoteWithdrawn(provider=provider), provider=provider, reason=reasoned(reason))

    @requires(must_be_open, time_to_reply_must_be_over, somebody_must_not_have_replied)
    def lapse_unanswered(self) -> None:
        """Invitations without a reply end once the reply date has passed. Raises NotYetDue, AllHaveReplied."""
        for provider in self.unanswered:
            self.record(self.InvitationLapsed(provider=provider, reply_by=self.reply_by), provider=provider)

    @requires(must_be_open, somebody_must_have_quoted)
    def prefer(self, provider: UUID, preference: str) -> None:
        """The school says whom it would rather have, and why. Raises NoQuote."""
        self._quoted(provider)
        text = given(preference, "Enter what the school said", "preference")
        self.record(self.SchoolPreferred(provider=provider, preference=text), provider=provider)

    @requires(must_be_open, somebody_must_have_quoted, nobody_must_have_time_to_reply, must_be_a_choice)
    def select(
        self,
        provider: UUID,
        *,
        rationale: str,
        granted: Granted,
        ceiling: Decimal,
        tie: str = "",
        counted: Decimal | None = None,
        rules: tuple[str, ...] = (),
    ) -> None:
        """Choose one quote, as a decision granted it. `ceiling` is the net sum approved for the request, `counted`
        the part of the quote that counts against it (all of it where none is given), and `tie` what connects the
        asker with the school or a provider.

        Raises TenderNotOpen, NoQuote, NotYetDue, OneProviderIsNoChoice, AboveCeiling, NotTheBest, NotCovered.
        """
        quote = self._quoted(provider)
        counted = quote.net if counted is None else counted
        takes = self.authority_for(provider, ceiling=ceiling, tie=tie, counted=counted)
        if takes in (Act.SELECT_ABOVE_LIMIT, Act.SELECT_ALONE_ABOVE) and granted.act is not takes:
            above = in_pounds(counted - min(ceiling, self.alone_up_to or ceiling))
            raise AboveCeiling(f"The quote is {above} above the approved limit", field="provider")
        if takes is Act.SELECT_NOT_BEST and granted.act is Act.SELECT_PROVIDER:
            raise NotTheBest("This is not the best quote of the comparison", field="provider")
        covering = granted.act if granted.act in SELECTIONS else takes
        granted.must_cover(covering, self.id, net=counted or None, field="provider")
        selected = self.QuoteSelected(provider=provider, specialist=quote.specialist, net=quote.net, tie=plain(tie))
        self.record(
            selected,
            provider=provider,
            people=(quote.specialist,),
            reason=reasoned(rationale, "Enter why this provider is the best choice"),
            rules=rules,
            decision=granted.decision,
        )

    def place_of(self, provider: UUID) -> int:
        """The place of a quote among those that stand, the lowest net price first. Raises NoQuote."""
        net = self._quoted(provider).net
        return 1 + sum(quote.net < net for quote in self.quotes.values())

    def authority_for(
        self, provider: UUID, *, ceiling: Decimal, tie: str = "", counted: Decimal | None = None
    ) -> Act:
        """What it takes to select a quote where so much is approved for the request; one of which nothing counts is
        for the school that pays it to prefer. Raises NoQuote."""
        net = self._quoted(provider).net
        counted = net if counted is None else counted
        if self.alone_up_to is not None and counted > self.alone_up_to:
            return Act.SELECT_ALONE_ABOVE
        if counted > ceiling:
            return Act.SELECT_ABOVE_LIMIT
        is_best = not counted or self.place_of(provider) == 1
        return Act.SELECT_PROVIDER if is_best and not plain(tie) else Act.SELECT_NOT_BEST

    @requires(somebody_must_be_selected)
    def withdraw_selection(self, *, reason: str) -> None:
        """Undo the selection; the quotes stand again. Raises NothingSelected."""
        if self.selected is not None:
            withdrawn = self.SelectionWithdrawn(provider=self.selected)
            self.record(withdrawn, provider=self.selected, reason=reasoned(reason))

    @requires(must_be_open)
    def close(self, *, reason: str) -> None:
        """End the tender without a selection."""
        self.record(self.ClosedWithoutSelection(), reason=reasoned(reason))

    def was_selected(self, provider: UUID, rationale: str) -> None:
        """Remember whose quote was chosen, and why."""
        self.status, self.selected, self.rationale = TenderStatus.SELECTED, provider, rationale
        self.remember(provider, status=InvitationStatus.SELECTED)

    def remember(self, provider: UUID, **changes: Any) -> None:
        """Remember what became of an invitation."""
        self.invitations[provider] = replace(self.invitations[provider], **changes)

    def about(self) -> About:
        return About(school=self.school, request=self.request)

    def _may_have_come(self, day: date | None, since: date) -> None:
        if day is None:
            return
        must_have_come(day, self.today, "came_on")
        if day < since:
            raise DatesOutOfOrder(
                "The date must be on or after the day on which the provider was invited or last quoted, "
                f"{day_in_words(since)}",
                field="came_on",
            )

    def _invited(self, provider: UUID) -> Invitation:
        must_be_invited(provider)(self, self.today)
        return self.invitations[provider]

    def _quoted(self, provider: UUID) -> Quote:
        must_have_quoted(provider)(self, self.today)
        return self.quotes[provider]
