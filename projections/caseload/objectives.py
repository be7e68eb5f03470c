"""What waits about the objectives of an intervention: one whose day comes is work until a review finds it reached, it
is given another day, or the intervention ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from domain.aggregate import Event
from domain.concern import ConcernCase, Finding, Objective, Rag
from projections.caseload.concerns import Over, Paused, Started
from projections.caseload.item import Item, Task, WaitingFor, item, items, key_of, resting, taken_up
from projections.view import Key, replace

OBJECTIVES = "objectives"

Reviewed = ConcernCase.ReviewRecorded | ConcernCase.ReviewHeld


def objectives(event: Event) -> Key:
    """The key of the item that says which objective is due next."""
    return key_of(event, OBJECTIVES)


@items.on(ConcernCase.InterventionStarted, ConcernCase.InterventionDecided, key=objectives)
def objectives_set(_: Item | None, event: Started) -> Item | None:
    due = item(event, Task.REACH_OBJECTIVE, WaitingFor.OFFICER, part=OBJECTIVES)
    return _next(replace(due, awaited=_told(event.objectives)))


@items.on(ConcernCase.PlanRevised, key=objectives)
def objectives_revised(row: Item | None, event: ConcernCase.PlanRevised) -> Item | None:
    return row and _next(replace(row, awaited=_told(event.objectives)))


@items.on(ConcernCase.ReviewRecorded, ConcernCase.ReviewHeld, key=objectives)
def objectives_reviewed(row: Item | None, event: Reviewed) -> Item | None:
    if row is None:
        return None
    found = {each.objective: _found(each, event.on) for each in event.findings}
    kept = [each for each in row.gathered if int(each.split()[0]) not in found]
    return _next(replace(row, gathered=tuple(sorted([*kept, *found.values()]))))


@items.on(ConcernCase.Paused, ConcernCase.PauseDecided, key=objectives)
def objectives_rest(row: Item | None, event: Paused) -> Item | None:
    return resting(row, event)


@items.on(ConcernCase.Resumed, key=objectives)
def objectives_taken_up(row: Item | None, event: ConcernCase.Resumed) -> Item | None:
    return taken_up(row, event)


@items.on(
    ConcernCase.InterventionEnded, ConcernCase.EndDecided, ConcernCase.Closed, ConcernCase.Withdrawn, key=objectives
)
def objectives_over(_: Item | None, __: Over) -> None:
    """An intervention that is started anew has objectives of its own."""


def _told(objectives: Iterable[Objective]) -> tuple[str, ...]:
    """Each objective that is to be reached by its day, number and text, the earliest first."""
    return tuple(sorted(f"{each.due} {each.number} {each.text}" for each in objectives if not each.withdrawn))


def _found(finding: Finding, on: date) -> str:
    return f"{finding.objective} {on} {finding.rag.value}"


def _next(row: Item) -> Item:
    """The same about the earliest objective that no review has found reached on its day or later."""
    found = {number: (date.fromisoformat(on), Rag(rag)) for number, on, rag in map(str.split, row.gathered)}
    for told in row.awaited:
        day, number, text = told.split(" ", 2)
        due, seen = date.fromisoformat(day), found.get(number)
        if seen is None or seen[0] < due or seen[1] is not Rag.GREEN:
            state = f" ({seen[1].label.lower()} when last reviewed)" if seen else ""
            return replace(
                row,
                task=Task.REACH_OBJECTIVE,
                waiting_for=WaitingFor.OFFICER,
                due=due,
                detail=f"Objective {number}: {text}{state}",
            )
    return replace(row, task=None, waiting_for=None)
