"""The rules of a support request, each named as it is broken."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from domain.aggregate import Refusal, Rule
from domain.correction import RestsOnIt
from domain.money import pounds
from domain.support_request.parts import ENDS, NEW, RequestStatus, Route
from domain.support_request.payment import Payer, SchoolPays, SchoolPaysNothing
from domain.text import plain
from domain.vocabulary import SupportKind

if TYPE_CHECKING:
    from domain.support_request.record import SupportRequest


class AnswerNeeded(Refusal):
    """Something without which nobody can help was left out."""


class NeededTooEarly(Refusal):
    """The days on which help is needed are past, or end before they begin."""


class DelegatesAreForTraining(Refusal):
    """Training needs at least one delegate; a specialist's visit has none."""


class NotASum(Refusal):
    """A budget or ceiling must be more than nothing."""


class AnswerByIsPast(Refusal):
    """A promise to answer names a day that is gone."""


class NotAtThisStage(Refusal):
    """The act belongs to another stage of the request's life."""


class NotToBeBrokered(Refusal):
    """Triage sent the request another way."""


class NoMoreThanBefore(Refusal):
    """The ceiling of a placed request is lowered, or left as it is."""


class InformationAlreadyAsked(Refusal):
    """The clock has stopped already."""


class NothingWasAsked(Refusal):
    """Information is given though none was asked for."""


class NotInRanking(Refusal):
    """A provider is chosen whom the ranking left out, or did not see."""


class NobodyShortlisted(Refusal):
    """The shortlist holds no provider."""


class StillInvited(Refusal):
    """Providers are still invited to quote for the request."""


class SameSubject(Refusal):
    """The subject of a request is changed to what it is."""


class SameRequest(Refusal):
    """A request cannot be merged into itself."""


def only_when(*statuses: RequestStatus) -> Rule[SupportRequest]:
    """The rule that an act belongs to these stages of the request's life."""

    def must_be_at_that_stage(request: SupportRequest, _: date) -> None:
        if request.status not in statuses:
            raise NotAtThisStage(f"You cannot do this while the status of the request is “{request.status.label}”")

    return must_be_at_that_stage


def must_not_be_triaged(request: SupportRequest, _: date) -> None:
    if request.status is RequestStatus.TRIAGED:
        raise NotAtThisStage("The request is already triaged. Triage it again instead")


def must_be_triaged(request: SupportRequest, _: date) -> None:
    if request.status in NEW:
        raise NotAtThisStage("The request has not been triaged yet")


def must_not_be_approved(request: SupportRequest, _: date) -> None:
    if request.status is not RequestStatus.TRIAGED:
        raise NotAtThisStage("Spending is already approved. Change the approved limit instead")


def must_be_approved(request: SupportRequest, _: date) -> None:
    if request.status is RequestStatus.TRIAGED:
        raise NotAtThisStage("Spending has not been approved yet")


def nothing_must_be_asked(request: SupportRequest, _: date) -> None:
    if request.waiting_since is not None:
        raise InformationAlreadyAsked("The school has not answered the last question yet")


def something_must_be_asked(request: SupportRequest, _: date) -> None:
    if request.waiting_since is None:
        raise NothingWasAsked("Nobody has asked for more information")


def must_be_triaged_for_brokering(request: SupportRequest, _: date) -> None:
    if request.route is not Route.BROKERED:
        raise NotToBeBrokered("The request was not triaged for brokering. Triage it again first.")


def school_must_pay(request: SupportRequest, _: date) -> None:
    if request.paid.payer is Payer.COUNCIL:
        raise SchoolPaysNothing("The council pays for this. Record first that the school pays")


def council_must_pay(request: SupportRequest, _: date) -> None:
    if request.paid.payer is Payer.SCHOOL:
        raise SchoolPays("The school pays from its own budget. It is the school that agrees to the price")


def somebody_must_be_shortlisted(request: SupportRequest, _: date) -> None:
    if not request.shortlist:
        raise NobodyShortlisted("Add at least one provider to the shortlist first")


def nobody_must_be_invited(request: SupportRequest, _: date) -> None:
    if request.status is RequestStatus.INVITING:
        raise StillInvited("Providers are invited to quote. Close the invitations first.")


def nothing_must_rest_on_it(request: SupportRequest, _: date) -> None:
    """Raises RestsOnIt, by the name of what does."""
    if request.status in ENDS:
        raise RestsOnIt(f"The request is {request.status.label.lower()}. Reopen it first")
    if request.engagement is not None:
        raise RestsOnIt("An engagement was proposed for this as it was entered. Cancel it or agree a variation first")
    if request.tender is not None:
        raise RestsOnIt("Providers were invited to quote for this as it was entered. Close the invitations first")
    if request.shortlist:
        raise RestsOnIt("Providers were shortlisted for this as it was entered. Take them off the shortlist first")
    if request.ceiling is not None or request.price_agreed is not None:
        raise RestsOnIt("Spending was approved for this as it was entered, so one person alone cannot correct it")


def given(text: str, field: str) -> str:
    """The text without blanks around it. Raises AnswerNeeded when nothing is left."""
    if not plain(text):
        raise AnswerNeeded(f"Enter the {field.replace('_', ' ')}", field=field)
    return plain(text)


def positive(amount: Decimal, field: str) -> Decimal:
    """The sum in pounds and pence. Raises NotASum unless there is some."""
    if amount <= 0:
        raise NotASum(f"The {field} must be more than £0", field=field)
    return pounds(amount)


def days_ahead(needed_from: date, needed_by: date, today: date) -> None:
    """Raises NeededTooEarly unless the days are in order and not all past."""
    if needed_by < today:
        raise NeededTooEarly("The last date help is needed must be today or in the future", field="needed_by")
    if needed_by < needed_from:
        raise NeededTooEarly("The last day must be the same as or after the first day", field="needed_by")


def enough_delegates(kind: SupportKind, delegates: int | None) -> None:
    """Raises DelegatesAreForTraining unless training, and training alone, says for how many it is."""
    if kind is SupportKind.TRAINING and (delegates is None or delegates < 1):
        raise DelegatesAreForTraining("Enter how many people the training is for", field="delegates")
    if kind is not SupportKind.TRAINING and delegates is not None:
        raise DelegatesAreForTraining("Only training has delegates. Leave this empty.", field="delegates")
