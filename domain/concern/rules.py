"""What a concern case refuses, by the name of the rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

from domain.aggregate import Refusal
from domain.concern.parts import CaseStatus, Finding, Objective, Rating, ReviewDecision
from domain.text import day_in_words, plain

if TYPE_CHECKING:
    from domain.concern.intervention import Intervention
    from domain.concern.state import CaseState

S = TypeVar("S", bound="CaseState")
N = TypeVar("N", bound="Intervention")

SHORT_PAUSE = timedelta(days=20)
"""The longest pause that needs nobody else's decision."""

A_YEAR = timedelta(days=366)
"""The longest time from one look at an intervention to the next."""


class KeptSoAlready(Refusal):
    """The case is as ordinary or restricted as it would be made."""


class WhistleblowingStaysRestricted(Refusal):
    """What came by whistleblowing is never ordinary, so that the school does not read it."""


class DecisionNeeded(Refusal):
    """Only a decision finds that a school causes concern."""


class NotAssessed(Refusal):
    """There is no intervention before an assessment."""


class NotCausingConcern(Refusal):
    """There is no intervention in a school whose assessment does not say that it causes concern."""


class NoIntervention(Refusal):
    """Only an intervention has a plan and reviews."""


class InterventionUnderWay(Refusal):
    """A case with an intervention is not assessed anew nor closed beside it: it is reviewed and ended."""


class CaseIsOver(Refusal):
    """The case was ended or closed."""


class CaseIsOpen(Refusal):
    """Only a case that is over is opened again."""


class PausedCaseRefusesWork(Refusal):
    """A paused case is resumed before anything else happens in it."""

    passes = True


class NotPaused(Refusal):
    """The case is not paused."""


class ReviewInThePast(Refusal):
    """The next review would be on a day gone by."""


class ReviewTooFarAhead(Refusal):
    """An intervention is looked at again within a year: objectives and need categories are set for a school year, and
    one that nobody reviews for longer has been given up without saying so."""


class NothingToDecide(Refusal):
    """What becomes of an intervention is decided after a review, once."""


class NotALevel(Refusal):
    """An intervention is stepped up or down; going on and ending it are decided by others."""


class PauseInThePast(Refusal):
    """A pause would end on a day gone by."""


class ReviewBeforeTheLast(Refusal):
    """Reviews follow each other by date, and follow the beginning of the intervention."""


class NoObjectives(Refusal):
    """A plan has objectives, each with a measure of its success, numbered from 1."""


class FindingsDoNotFit(Refusal):
    """A review finds on every objective of the plan once, with a commentary."""


class NoDecisionToEnd(Refusal):
    """An intervention ends after a review."""


class DueBeforeThePlan(Refusal):
    """What an objective asks for lies ahead on the day on which it comes into the plan."""


class ObjectiveWithFindings(Refusal):
    """An objective on which a review has found keeps its number and its words, so that no rating is read as one of
    something else; it is withdrawn, not dropped from the plan."""


class NotAPurposeOfConcern(Refusal):
    """A concern is raised to challenge or to monitor; support and intervention are what may follow."""


class NotByVisit(Refusal):
    """A visit is named of a concern that came to the service in another way."""


class TextNeeded(Refusal):
    """Something that has to be said was left empty."""


class NotMaintained(Refusal):
    """A local authority has powers of intervention at maintained schools alone (Education and Inspections Act 2006,
    section 59), by what the school was on the day of the step."""


def must_be_worked_on(case: S, _: date) -> None:
    if not case.status.is_open:
        over = "withdrawn" if case.status is CaseStatus.WITHDRAWN else "closed"
        raise CaseIsOver(f"This concern is {over}. Reopen it to work on it.")
    if case.is_paused:
        raise PausedCaseRefusesWork("This concern is paused. Resume it first.")


@dataclass(frozen=True, slots=True)
class _NotIntervention:
    otherwise: str

    def __call__(self, case: S, _: date) -> None:
        if case.status is CaseStatus.INTERVENTION:
            raise InterventionUnderWay(self.otherwise)


def must_not_be_intervention(otherwise: str) -> _NotIntervention:
    """That no intervention is under way; `otherwise` says what can be done with one."""
    return _NotIntervention(otherwise)


def must_be_intervention(case: S, _: date) -> None:
    if case.status is not CaseStatus.INTERVENTION:
        raise NoIntervention("Start the intervention first")


def must_cause_concern(case: S, _: date) -> None:
    if case.assessment is None:
        raise NotAssessed("Assess the concern before you start an intervention")
    if case.assessment.rating is not Rating.CAUSING_CONCERN:
        raise NotCausingConcern("The assessment does not rate this school as causing concern")


def must_have_decided_to_end(case: N, _: date) -> None:
    """An intervention ends after a review of which nothing else was decided, or of which that was recorded."""
    reviews = case.reviews_of_this_plan
    if not reviews or reviews[-1].decision not in (None, ReviewDecision.END):
        raise NoDecisionToEnd("First record the review after which the intervention ends")


def must_have_an_open_review(case: N, _: date) -> None:
    reviews = case.reviews_of_this_plan
    if not reviews or reviews[-1].decision is not None:
        raise NothingToDecide("First record a review")


def must_be_paused(case: S, _: date) -> None:
    if not case.is_paused:
        raise NotPaused("This concern is not paused")


def must_be_over(case: S, _: date) -> None:
    if case.status.is_open:
        raise CaseIsOpen("This concern is already open")


def written(value: str, message: str, *, field: str) -> str:
    """The text without blanks around it. Raises TextNeeded if nothing is left."""
    if not plain(value):
        raise TextNeeded(message, field=field)
    return plain(value)


def numbered(objectives: Iterable[Objective]) -> tuple[Objective, ...]:
    """The objectives of a plan. Raises NoObjectives unless they are 1, 2, 3..., each is complete, and at least one is
    not withdrawn."""
    given = tuple(objectives)
    complete = all(plain(objective.text) and plain(objective.measure) for objective in given)
    if not complete or [objective.number for objective in given] != list(range(1, len(given) + 1)):
        raise NoObjectives("Enter a measure of success for each objective", field="objectives")
    if all(objective.withdrawn for objective in given):
        raise NoObjectives("Enter at least one objective that is not withdrawn", field="objectives")
    return given


def due_from(
    day: date, objectives: tuple[Objective, ...], *, known: Iterable[Objective] = ()
) -> tuple[Objective, ...]:
    """The objectives of a plan of that day. Raises DueBeforeThePlan where one is due before it, unless an objective
    that was `known` had that day already."""
    dues = {objective.due for objective in known}
    for objective in objectives:
        if objective.due < day and objective.due not in dues:
            raise DueBeforeThePlan(
                f"Objective {objective.number} must be due on {day_in_words(day)} or later", field="objectives"
            )
    return objectives


def kept_as_rated(objectives: tuple[Objective, ...], rated: tuple[Objective, ...]) -> None:
    """Raises ObjectiveWithFindings unless each objective that a review rated stands under its number as it stood."""
    for objective in rated:
        kept = objectives[objective.number - 1 : objective.number]
        if not kept or plain(kept[0].text) != plain(objective.text):
            raise ObjectiveWithFindings(
                f"A review has rated objective {objective.number}: “{objective.text}”. Keep its wording, or withdraw "
                "it and add another",
                field="objectives",
            )


def fitting(findings: Iterable[Finding], objectives: Iterable[Objective]) -> tuple[Finding, ...]:
    """The findings in the order of the objectives. Raises FindingsDoNotFit."""
    ordered = tuple(sorted(findings, key=lambda finding: finding.objective))
    explained = all(plain(finding.commentary) for finding in ordered)
    if not explained or [finding.objective for finding in ordered] != [each.number for each in objectives]:
        raise FindingsDoNotFit("Rate each objective once and enter the evidence", field="findings")
    return ordered


def review_day(review_on: date, today: date, *, field: str) -> date:
    """The day of a review to come. Raises ReviewInThePast, ReviewTooFarAhead."""
    if review_on < today:
        raise ReviewInThePast("Choose today or a later date for the review", field=field)
    if review_on > today + A_YEAR:
        raise ReviewTooFarAhead("Choose a date within a year from today for the review", field=field)
    return review_on
