"""The rules of a tender, each named as it is broken."""

from __future__ import annotations

from typing import Any

from domain.aggregate import Refusal
from domain.money import MOST, Price, half_days, pounds
from domain.tender.parts import Terms
from domain.text import plain


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


class AboveCeiling(Refusal):
    """The quote is above the approved ceiling, and nobody approved that."""


class NothingSelected(Refusal):
    """There is no selection to withdraw."""


def given(text: str, message: str, field: str) -> str:
    """The text without blanks around it. Raises BriefNeeded when nothing is left."""
    if not plain(text):
        raise BriefNeeded(message, field=field)
    return plain(text)


def priced(terms: Terms) -> dict[str, Any]:
    """The fields of a quote, with its price. Raises NotHalfDays, NotAPrice, DatesOutOfOrder, BriefNeeded."""
    if terms.day_rate < 0:
        raise NotAPrice("Enter £0 or more for a day", field="day_rate")
    if not 0 <= terms.vat_percent <= 100:
        raise NotAPrice("Enter a VAT rate between 0 and 100", field="vat_percent")
    if terms.available_to < terms.available_from:
        raise DatesOutOfOrder("The last day must be on or after the first", field="available_to")
    days, day_rate = half_days(terms.days), pounds(terms.day_rate)
    if days * day_rate > MOST:
        raise NotAPrice(f"Days and price of a day come to more than £{MOST:,}", field="day_rate")
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
