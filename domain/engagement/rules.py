"""The rules of a brokered engagement, each named as it is broken."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol, TypeVar

from domain.aggregate import Refusal
from domain.engagement.parts import (
    AWAITING_AGREEMENT,
    AWAITING_EVALUATION,
    BEFORE_START,
    GOING_ON,
    KEPT,
    EngagementStatus,
    Outcome,
    SessionStatus,
    Work,
)
from domain.money import half_days, pounds
from domain.on_behalf import RestsOnDisowned, must_await_word
from domain.text import plain
from domain.vocabulary import Side

if TYPE_CHECKING:
    from domain.engagement.state import EngagementState

S = TypeVar("S", bound="EngagementState")


class EngagementRule(Protocol):
    """A rule for any part of an engagement."""

    def __call__(self, engagement: S, today: date, /) -> None: ...


class TermsIncomplete(Refusal):
    """Nobody could agree to work that is not described."""


class DatesOutOfOrder(Refusal):
    """The work would end before it begins."""


class NotAPrice(Refusal):
    """A sum below nothing, or more VAT than price."""


class NotAtThisStage(Refusal):
    """The act belongs to another stage of the engagement's life."""


class AlreadyAgreed(Refusal):
    """This side has agreed to the terms."""


class NotAllAgreed(Refusal):
    """School, provider and service have to agree before the work is confirmed."""


class NotCleared(Refusal):
    """The specialist is not cleared on those dates."""


class OutsideTheAgreedDates(Refusal):
    """A session before the work begins or after it ends."""


class MoreThanAgreed(Refusal):
    """Days delivered and planned would exceed those agreed."""


class LessThanUsed(Refusal):
    """A variation below what is delivered, planned or spent."""


class NoSuchSession(Refusal):
    """No session of that number is planned."""


class NoOpenBreach(Refusal):
    """No session was held in breach, or it was followed up."""


class NoBreachToClose(Refusal):
    """No breach was followed up that is not closed."""


class DeliveredInTheFuture(Refusal):
    """A session cannot have taken place on a day to come."""


class NotATime(Refusal):
    """Minutes, or people present, below one."""


class SameSpecialist(Refusal):
    """Nobody is replaced by themselves."""


class OnePersonForBoth(Refusal):
    """One person agrees to other terms for the school and for the provider too."""


class SessionsStillPlanned(Refusal):
    """Sessions are planned that neither took place nor were cancelled."""


class NothingDelivered(Refusal):
    """The work cannot be complete without a session."""


class HasStarted(Refusal):
    """Sessions took place: the work can be ended early, not cancelled."""


class NotARating(Refusal):
    """Ratings go from 1 to 5."""


class OutcomeNeeded(Refusal):
    """Each objective, and nothing else, needs its outcome."""


class EvaluationDue(Refusal):
    """The school has not evaluated the work, and nobody waived that."""


def only_when(*statuses: EngagementStatus) -> EngagementRule:
    """The rule that an act belongs to these stages of the engagement's life."""

    def must_be_at_that_stage(engagement: S, _: date) -> None:
        if engagement.status not in statuses:
            raise NotAtThisStage(
                f"You cannot do this while the status of the engagement is “{engagement.status.label}”"
            )

    return must_be_at_that_stage


def must_await(side: Side) -> EngagementRule:
    """The rule that a side has still to agree to the terms."""

    def must_be_awaited(engagement: S, _: date) -> None:
        if side in engagement.agreed_by:
            raise AlreadyAgreed(f"The {side} has already agreed")

    return must_be_awaited


def all_must_have_agreed(engagement: S, _: date) -> None:
    if engagement.status is EngagementStatus.PROPOSED:
        missing = ", ".join(side for side in Side if side not in engagement.agreed_by)
        raise NotAllAgreed(f"Still waiting for agreement to the terms from: {missing}")


def may_still_be_agreed(engagement: S, today: date) -> None:
    """The terms wait for agreement; also while work goes on that rests on one that is disowned."""
    if not engagement.disowned or engagement.status not in GOING_ON | BEFORE_START:
        only_when(*AWAITING_AGREEMENT)(engagement, today)


def must_rest_on_agreements(engagement: S, _: date) -> None:
    for side, agreed in engagement.disowned.items():
        why = f": {agreed.recorded.why.rstrip('.')}" if agreed.recorded else ""
        raise RestsOnDisowned(
            f"The {side} says that it did not agree to the terms{why}. Nothing more rests on them until it agrees"
        )


def must_await_word_of(side: Side) -> EngagementRule:
    """The rule that a side is still to say whether it agreed, as others recorded."""

    def must_be_unconfirmed(engagement: S, _: date) -> None:
        agreed = engagement.agreements.get(side)
        must_await_word(agreed.recorded if agreed else None)

    return must_be_unconfirmed


def must_have_days_left(engagement: S, _: date) -> None:
    if engagement.left_days <= 0:
        raise MoreThanAgreed("All the agreed days are already used or planned. Agree a variation first", field="days")


def must_have_a_planned_session(engagement: S, _: date) -> None:
    if not engagement.planned_sessions:
        raise NoSuchSession("No session is planned", field="number")


def must_have_a_session_whose_day_has_come(engagement: S, today: date) -> None:
    if not any(session.on <= today for session in engagement.planned_sessions):
        raise NoSuchSession("No session is planned for today or an earlier date", field="number")


def must_have_a_delivered_session(engagement: S, _: date) -> None:
    if not engagement.delivered_sessions:
        raise NoSuchSession("No session is recorded as held", field="number")


def must_have_a_session_to_correct(engagement: S, _: date) -> None:
    if not any(session.status in KEPT for session in engagement.sessions.values()):
        raise NoSuchSession("No session is planned or recorded as held", field="number")


def must_have_a_breach_to_close(engagement: S, _: date) -> None:
    if not any(session.is_followed_up_breach for session in engagement.sessions.values()):
        raise NoBreachToClose("No session was held in breach that is followed up and not closed")


def must_have_an_open_breach(engagement: S, _: date) -> None:
    if not any(session.is_open_breach for session in engagement.sessions.values()):
        raise NoOpenBreach("No session was held in breach that is not followed up")


def must_have_no_planned_session(engagement: S, _: date) -> None:
    if engagement.planned_sessions:
        raise SessionsStillPlanned("Record or cancel the sessions that are still planned first")


def must_have_been_delivered(engagement: S, _: date) -> None:
    if not any(each.status is SessionStatus.DELIVERED for each in engagement.sessions.values()):
        raise NothingDelivered("No sessions were delivered. End the work early, or cancel it.")


def must_not_have_started(engagement: S, _: date) -> None:
    if engagement.used_days:
        raise HasStarted("Some days are already used. End the work early instead.")


def evaluation_must_not_be_waived(engagement: S, _: date) -> None:
    if engagement.evaluation_waived:
        raise NotAtThisStage("You have already recorded that there will be no evaluation")


def must_have_been_evaluated(engagement: S, _: date) -> None:
    if engagement.status in AWAITING_EVALUATION and not engagement.evaluation_waived:
        raise EvaluationDue(
            "The school has not evaluated the work. Ask for an evaluation, or record that there will be none."
        )


def check_work(work: Work) -> None:
    """Raises TermsIncomplete, DatesOutOfOrder, NotHalfDays, NotAPrice."""
    if not plain(work.scope):
        raise TermsIncomplete("Enter what the provider will do", field="scope")
    if not any(plain(objective) for objective in work.objectives):
        raise TermsIncomplete("Enter at least one objective", field="objectives")
    if work.ends < work.begins:
        raise DatesOutOfOrder("The last day must be the same as or after the first day", field="ends")
    half_days(work.days)
    check_price(work.net, work.vat)


def check_price(net: Decimal, vat: Decimal) -> None:
    """Raises NotAPrice unless both sums are £0 or more, and the VAT no more than the price that it is on."""
    for field, amount in (("net", net), ("vat", vat)):
        if pounds(amount) < 0:
            raise NotAPrice("Enter £0 or more", field=field)
    if vat > net:
        raise NotAPrice("VAT must not be more than the price excluding VAT", field="vat")


def check_count(number: int | None, field: str) -> None:
    """Raises NotATime where a number is given that is below one."""
    if number is not None and number < 1:
        raise NotATime("Enter 1 or more, or leave this blank", field=field)


def check_ratings(**ratings: int) -> None:
    """Raises NotARating unless each is from 1 to 5."""
    for field, rating in ratings.items():
        if not 1 <= rating <= 5:
            raise NotARating("Choose a rating from 1 to 5", field=field)


def check_outcomes(outcomes: tuple[Outcome, ...], objectives: tuple[str, ...]) -> None:
    """Raises OutcomeNeeded unless each objective has its outcome."""
    if sorted(each.objective for each in outcomes) != sorted(objectives):
        raise OutcomeNeeded("Select how far each objective was met", field="outcomes")


def must_be_cleared(cleared: bool) -> None:
    if not cleared:
        raise NotCleared("The specialist is not cleared on those dates", field="specialist")
