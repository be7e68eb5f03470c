"""What a provider's record refuses, by the name of the rule."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from domain.aggregate import Refusal
from domain.money import NotMoney, pounds
from domain.provider.checks import Evidence, Requirement
from domain.text import plain

if TYPE_CHECKING:
    from domain.provider.record import Provider


class NameNeeded(Refusal):
    """A provider has no name."""


class HostSchoolNeeded(Refusal):
    """A school-based provider belongs to no school, neither of the register nor of another authority."""


class ContactStandsWithThePerson(Refusal):
    """A sole practitioner's address and number are their own and stand in their personal record."""


class NotOnTheList(Refusal):
    """The provider was removed."""


class AlreadyOffered(Refusal):
    """The provider offers this already."""


class NotOffered(Refusal):
    """The provider does not offer this."""


class RateNotPositive(Refusal):
    """A day rate has to be more than nothing."""


class PeriodsOverlap(Refusal):
    """A day would belong to two declared capacities."""


class AlreadyASpecialist(Refusal):
    """The person works for the provider already."""


class NotASpecialist(Refusal):
    """The person does not work for the provider."""


class WhoseRequirement(Refusal):
    """Personal requirements are shown by a specialist, the others by the provider itself."""


class CheckedOneself(Refusal):
    """Nobody checks themselves, or exempts themselves from a check."""


class DoesNotShow(Refusal):
    """What was seen is no evidence of the requirement."""


class EndNeeded(Refusal):
    """A check of what always ends, as insurance does, is recorded without its last day."""


class NothingToRevoke(Refusal):
    """Nothing of that requirement holds."""


class AlreadySuspended(Refusal):
    """The provider is suspended already."""


class NotSuspended(Refusal):
    """The provider is not suspended."""


def must_be_listed(provider: Provider, _: date) -> None:
    if provider.removed_on is not None:
        raise NotOnTheList("This provider was removed from the list. Register it again to work with it.")


def must_offer_something(provider: Provider, _: date) -> None:
    if not provider.capabilities:
        raise NotOffered("No subjects are listed for this provider")


def must_have_specialists(provider: Provider, today: date) -> None:
    if not provider.specialists_on(today):
        raise NotASpecialist("Nobody works for this provider today")


def must_have_been_checked(provider: Provider, _: date) -> None:
    if all(check.revoked_on is not None for check in provider.checks):
        raise NothingToRevoke("No checks or exemptions are recorded for this provider")


def must_not_be_suspended(provider: Provider, _: date) -> None:
    if provider.suspensions and provider.suspensions[-1].to is None:
        raise AlreadySuspended("This provider is already suspended")


def must_not_be_suspended_today(provider: Provider, today: date) -> None:
    if provider.is_suspended_on(today):
        raise AlreadySuspended("This provider is still suspended today")


def must_be_suspended(provider: Provider, today: date) -> None:
    """A suspension whose last day is known is one until that day is over, and may end on another."""
    if not provider.suspensions or provider.suspensions[-1].is_over_on(today):
        raise NotSuspended("This provider is not suspended")


def must_show(item: Requirement, evidence: Evidence) -> None:
    """Raises DoesNotShow."""
    if evidence not in item.evidence:
        fitting = " or ".join(each.label.lower() for each in item.evidence)
        raise DoesNotShow(f"{item.label}: this is shown by: {fitting}", field="evidence")


def must_end_where_it_always_does(item: Requirement, expires: date | None) -> None:
    """Raises EndNeeded."""
    if item.always_ends and expires is None:
        raise EndNeeded("Enter the last day of the insurance", field="expires")


def text(value: str, otherwise: Refusal) -> str:
    """The text without blanks around it; raises `otherwise` if nothing is left."""
    if not plain(value):
        raise otherwise
    return plain(value)


def positive_rate(amount: Decimal) -> Decimal:
    """A day rate in pounds and pence. Raises RateNotPositive."""
    try:
        rate = pounds(amount)
    except NotMoney:
        rate = Decimal(0)
    if rate <= 0:
        raise RateNotPositive("Enter a day rate above £0, like 450 or 450.00", field="day_rate")
    return rate
