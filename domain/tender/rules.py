"""The rules of a tender, each named as it is broken."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.aggregate import Refusal, Rule
from domain.money import MOST, Price, half_days, pounds
from domain.tender.parts import LEFT, OPEN_INVITATION, TenderStatus, Terms
from domain.text import plain

if TYPE_CHECKING:
    from domain.tender.record import Tender


class BriefNeeded(Refusal):
    """Providers, or the service, would not know what is meant."""


class DatesOutOfOrder(Refusal):
    """Days are past, or a later one lies before an earlier one."""


class TenderNotOpen(Refusal):
    """Somebody was selected, or the tender was closed."""


class AlreadyInvited(Refusal):
    """The provider holds an invitation."""


class NotInvited(Refusal):
    """The provider was not invited, or declined."""


class SingleProviderRoute(Refusal):
    """The tender was opened for one provider alone."""


class OneProviderIsNoChoice(Refusal):
    """A selection among several providers, though only one was invited."""


class ReplyByHasPassed(Refusal):
    """Replies were due before today, and nobody recorded an extension."""


class QuestionsHaveClosed(Refusal):
    """The day for questions is past."""


class NoSuchQuestion(Refusal):
    """There is no question of that number, or it was answered."""


class AlreadyQuoted(Refusal):
    """The provider has quoted; the quote can be revised."""


class NoQuote(Refusal):
    """The provider has no quote that stands."""


class NotAPrice(Refusal):
    """A rate or percentage below nothing, or a sum larger than any."""


class NotYetDue(Refusal):
    """Others still have time to reply."""

    passes = True


class AllHaveReplied(Refusal):
    """There is no invitation without a reply."""


class AboveCeiling(Refusal):
    """The quote is above the approved ceiling, and nobody approved that."""


class NotTheBest(Refusal):
    """Another quote is lower, or a tie is declared, and nobody but the broker decided."""


class NothingSelected(Refusal):
    """There is no selection to withdraw."""


def must_be_open(tender: Tender, _: date) -> None:
    if tender.status is TenderStatus.SELECTED:
        raise TenderNotOpen("A provider has been selected. Only the service can withdraw the selection.")
    if tender.status is TenderStatus.CLOSED:
        raise TenderNotOpen("This tender is closed")


def must_be_days_to_come(reply_by: date, questions_by: date, today: date) -> None:
    """Raises DatesOutOfOrder unless providers can ask and reply from today on."""
    if reply_by < today:
        raise DatesOutOfOrder("The date for replies must be today or in the future", field="reply_by")
    if not today <= questions_by <= reply_by:
        raise DatesOutOfOrder(
            "The date for questions must be today or in the future, and no later than the date for replies",
            field="question_deadline",
        )


def must_be_in_time(tender: Tender, day: date) -> None:
    if day > tender.reply_by:
        raise ReplyByHasPassed(
            "The deadline for replies has passed. Only the service can extend it, for all providers."
        )


def questions_must_be_open(tender: Tender, today: date) -> None:
    if today > tender.question_deadline:
        raise QuestionsHaveClosed("The deadline for questions has passed")


def must_have_a_question_to_answer(tender: Tender, _: date) -> None:
    if all(each.answer for each in tender.questions):
        raise NoSuchQuestion("There are no questions to answer", field="number")


def must_be_for_several(tender: Tender, _: date) -> None:
    if tender.single_provider:
        raise SingleProviderRoute("This tender is for one provider only", field="provider")


def somebody_must_be_invited(tender: Tender, _: date) -> None:
    if not any(each.status in OPEN_INVITATION for each in tender.invitations.values()):
        raise NotInvited("No provider has an open invitation. Invite one first", field="provider")


def must_be_invited(provider: UUID) -> Rule[Tender]:
    """The rule that a provider may still answer. What became of the tender is nothing to one that has left it: that
    it has left comes first."""

    def must_hold_an_open_invitation(tender: Tender, today: date) -> None:
        invitation = tender.invitations.get(provider)
        if invitation is None or invitation.status in LEFT:
            raise NotInvited(
                "This provider has no open invitation. Only the service can invite providers", field="provider"
            )
        must_be_open(tender, today)

    return must_hold_an_open_invitation


def must_not_have_quoted(provider: UUID) -> Rule[Tender]:
    """The rule that a provider has no quote that stands."""

    def must_have_no_quote(tender: Tender, _: date) -> None:
        if provider in tender.quotes:
            raise AlreadyQuoted("This provider has quoted. Revise the quote instead.", field="provider")

    return must_have_no_quote


def must_have_quoted(provider: UUID) -> Rule[Tender]:
    """The rule that a provider has a quote that stands."""

    def must_have_its_quote(tender: Tender, _: date) -> None:
        if provider not in tender.quotes:
            raise NoQuote("This provider has no current quote", field="provider")

    return must_have_its_quote


def somebody_must_have_quoted(tender: Tender, _: date) -> None:
    if not tender.quotes:
        raise NoQuote("There are no current quotes", field="provider")


def time_to_reply_must_be_over(tender: Tender, today: date) -> None:
    if today <= tender.reply_by:
        raise NotYetDue("Providers still have time to reply")


def somebody_must_not_have_replied(tender: Tender, _: date) -> None:
    if not tender.unanswered:
        raise AllHaveReplied("All invited providers have replied")


def nobody_must_have_time_to_reply(tender: Tender, today: date) -> None:
    if tender.unanswered and today <= tender.reply_by:
        raise NotYetDue("Other invited providers still have time to reply")


def must_be_a_choice(tender: Tender, _: date) -> None:
    if len(tender.invitations) == 1 and not tender.single_provider:
        raise OneProviderIsNoChoice(
            "Only one provider was invited. Invite another, or open a tender for one provider."
        )


def somebody_must_be_selected(tender: Tender, _: date) -> None:
    if tender.selected is None:
        raise NothingSelected("No provider is selected")


def given(text: str, message: str, field: str) -> str:
    """The text without blanks around it. Raises BriefNeeded when nothing is left."""
    if not plain(text):
        raise BriefNeeded(message, field=field)
    return plain(text)


def priced(terms: Terms) -> dict[str, Any]:
    """The fields of a quote, with its price. Raises NotHalfDays, NotAPrice, DatesOutOfOrder, BriefNeeded."""
    if terms.day_rate < 0:
        raise NotAPrice("The day rate must be £0 or more", field="day_rate")
    if not 0 <= terms.vat_percent <= 100:
        raise NotAPrice("The VAT rate must be between 0 and 100", field="vat_percent")
    if terms.available_to < terms.available_from:
        raise DatesOutOfOrder("The last day must be the same as or after the first day", field="available_to")
    days, day_rate = half_days(terms.days), pounds(terms.day_rate)
    if days * day_rate > MOST:
        raise NotAPrice(f"The total price must be no more than £{MOST:,}", field="day_rate")
    price = Price.of(days * day_rate, vat_percent=terms.vat_percent)
    return {
        "specialist": terms.specialist,
        "days": days,
        "day_rate": day_rate,
        "net": price.net,
        "vat": price.vat,
        "approach": given(terms.approach, "Enter how the work would be done", "approach"),
        "available_from": terms.available_from,
        "available_to": terms.available_to,
    }
