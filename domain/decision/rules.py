"""The rules of a decision, each named as it is broken."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from domain.aggregate import Refusal, Rule
from domain.decision.parts import CAME_TO_NOTHING, OPEN, DecisionStatus
from domain.on_behalf import AlreadyAnswered

if TYPE_CHECKING:
    from domain.decision.record import Decision


class NobodyMayDecide(Refusal):
    """Nobody else holds a post that may decide what is asked."""


class SamePerson(Refusal):
    """Two people decide, and one would be both."""


class NotAsShown(Refusal):
    """The terms are not those that the decider was shown."""


class Lapsed(Refusal):
    """Nobody decided in time."""


class NotTheirs(Refusal):
    """A decision is recorded for somebody who may not make it."""


class NotALimit(Refusal):
    """A lower limit that is none: no sum was asked for, or this is not below it."""


class TwoDecide(Refusal):
    """Two people decide, and one would be enough."""


class ConditionStands(Refusal):
    """The first of two people gave it on a condition, and the second would set another."""


class ConditionDuePast(Refusal):
    """A condition is due before it is set."""


class DecidedTooEarly(Refusal):
    """A decision is recorded for a day before there was anything to decide."""


class NotTheAsker(Refusal):
    """Somebody who neither asked nor has taken over the request would do what is the asker's to do."""


class NothingToRead(Refusal):
    """Nothing has come of what is asked yet, or whoever asked has read it."""


class NotToAskAgain(Refusal):
    """What is asked waits for an answer still, or was approved or withdrawn."""


class AskedMoreAlready(Refusal):
    """Somebody who is to decide has asked a question already, and waits for the answer."""


class NothingToAnswer(Refusal):
    """Nobody who is to decide waits for an answer."""


class NoSuchCondition(Refusal):
    """There is no condition to be met."""


_ENDED = {
    DecisionStatus.GIVEN: "This has been approved",
    DecisionStatus.REFUSED: "This has been refused",
    DecisionStatus.WITHDRAWN: "This is no longer asked",
    DecisionStatus.OVERTAKEN: "The terms have changed since this was asked. It has to be asked again",
    DecisionStatus.UNCONFIRMED: "This was recorded as decided already",
    DecisionStatus.CONFIRMED: "This was recorded as decided already",
    DecisionStatus.DISOWNED: "This was recorded as decided already",
}


def must_be_asked(decision: Decision, today: date) -> None:
    if decision.status not in OPEN:
        raise AlreadyAnswered(_ENDED[decision.status])
    if decision.status_on(today) is DecisionStatus.LAPSED:
        raise Lapsed("Nobody decided this in time. It has to be asked again")


def must_have_all_answered(decision: Decision, _: date) -> None:
    if decision.open_enquiry is not None:
        raise AskedMoreAlready(f"Somebody has asked already: {decision.open_enquiry.text}")


def must_be_enquired(decision: Decision, _: date) -> None:
    if decision.open_enquiry is None:
        raise NothingToAnswer("Nobody who decides has asked a question")


def only_when(*statuses: DecisionStatus, why: str) -> Rule[Decision]:
    def must_stand_so(decision: Decision, _: date) -> None:
        if decision.status not in statuses:
            raise AlreadyAnswered(why)

    return must_stand_so


def must_have_an_outcome(decision: Decision, today: date) -> None:
    if decision.is_outcome_read or not decision.has_outcome(today):
        raise NothingToRead("There is nothing new to read")


def must_have_come_to_nothing(decision: Decision, today: date) -> None:
    if decision.status_on(today) not in CAME_TO_NOTHING:
        raise NotToAskAgain("Only what was refused, not decided in time or overtaken can be asked again")


def must_be_disowned(decision: Decision, _: date) -> None:
    if decision.status is not DecisionStatus.DISOWNED:
        raise AlreadyAnswered("The person named has not disowned this")
    if decision.settled_because:
        raise AlreadyAnswered("What followed from this being disowned is recorded already")


def must_have_a_condition(decision: Decision, _: date) -> None:
    if decision.condition is None or decision.condition.met_on is not None:
        raise NoSuchCondition("There is no condition left to meet")
