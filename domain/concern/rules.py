"""What a concern case refuses, by the name of the rule."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from domain.aggregate import Refusal
from domain.concern.parts import Finding, Objective


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


class NotPaused(Refusal):
    """The case is not paused."""


class ReviewInThePast(Refusal):
    """The next review would be on a day gone by."""


class NextReviewNeeded(Refusal):
    """An intervention that goes on has a day of its next review."""


class ReviewBeforeTheLast(Refusal):
    """Reviews follow each other by date, and follow the beginning of the intervention."""


class NoObjectives(Refusal):
    """A plan has objectives, each with a measure of its success, numbered from 1."""


class FindingsDoNotFit(Refusal):
    """A review finds on every objective of the plan once, with a commentary."""


class NoDecisionToEnd(Refusal):
    """An intervention ends after a review that decided to end it."""


class ObjectiveWithFindings(Refusal):
    """An objective on which a review has found is not dropped from the plan."""


class NotAPurposeOfConcern(Refusal):
    """A concern is raised to challenge or to monitor; support and intervention are what may follow."""


class TextNeeded(Refusal):
    """Something that has to be said was left empty."""


class GroundNeeded(Refusal):
    """A formal step names its authority or legal ground."""


def written(value: str, message: str, *, field: str) -> str:
    """The text without blanks around it. Raises TextNeeded if nothing is left."""
    if not value.strip():
        raise TextNeeded(message, field=field)
    return value.strip()


def numbered(objectives: Iterable[Objective]) -> tuple[Objective, ...]:
    """The objectives of a plan. Raises NoObjectives unless they are 1, 2, 3... and each is complete."""
    given = tuple(objectives)
    complete = all(objective.text.strip() and objective.measure.strip() for objective in given)
    if not given or not complete or [objective.number for objective in given] != list(range(1, len(given) + 1)):
        raise NoObjectives("Give at least one objective, each with a measure of success", field="objectives")
    return given


def fitting(findings: Iterable[Finding], objectives: tuple[Objective, ...]) -> tuple[Finding, ...]:
    """The findings in the order of the objectives. Raises FindingsDoNotFit."""
    ordered = tuple(sorted(findings, key=lambda finding: finding.objective))
    explained = all(finding.commentary.strip() for finding in ordered)
    if not explained or [finding.objective for finding in ordered] != [each.number for each in objectives]:
        raise FindingsDoNotFit("Rate each objective once and say what shows it", field="findings")
    return ordered


def not_past(review_on: date, today: date, *, field: str) -> date:
    """The day of a review to come. Raises ReviewInThePast."""
    if review_on < today:
        raise ReviewInThePast("Choose today or a later day for the review", field=field)
    return review_on
