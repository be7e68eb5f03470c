"""The vetting board of a provider on a day: how each requirement stands, and what was recorded of it by whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.provider import Provider, Requirement
from providers.board import BoardRequirement, CheckStatus, lines
from web.access.context import RequestContext
from web.brokerage.vetting_policy import policy_on
from web.commands.dispatch import events_of


@dataclass(frozen=True, slots=True)
class RecordedCheck:
    """What was last recorded of a requirement: met with some evidence, or exempted with a reason. `recorder` is there
    where they named somebody else as having checked it."""

    on: date
    by: UUID | None
    evidence: str
    recorder: UUID | None = None


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One requirement on the board; `status` is None where the policy does not ask for it."""

    item: Requirement
    status: CheckStatus | None
    good_to: date | None
    why: str
    recorded: RecordedCheck | None


@dataclass(frozen=True, slots=True)
class Board:
    """The requirements of one holder: a specialist, or (None) the provider itself."""

    person: UUID | None
    requirements: list[BoardLine]


def board(context: RequestContext, provider: Provider, day: date) -> list[Board]:
    """The boards of the provider itself and of everybody who works for it on a day; what is empty is left out."""
    policy = policy_on(context.services, day)
    people = [specialist.person for specialist in provider.specialists_on(day)]
    recorded = _recorded(context, provider)
    asked = lines(provider.facts, people, day, policy)
    boards = (Board(whose, list(_of(whose, asked, recorded))) for whose in (None, *people))
    return [each for each in boards if each.requirements]


def recorders(boards: Iterable[Board]) -> set[UUID]:
    """Everybody who recorded something on these boards."""
    recorded = (each.recorded for one in boards for each in one.requirements if each.recorded)
    found = (person for each in recorded for person in (each.by, each.recorder))
    return {by for by in found if by is not None}


def _of(
    whose: UUID | None,
    asked: Iterable[BoardRequirement],
    recorded: Mapping[tuple[Requirement, UUID | None], RecordedCheck],
) -> Iterator[BoardLine]:
    own = [line for line in asked if line.person == whose]
    for line in own:
        yield BoardLine(line.item, line.status, line.good_to, line.why, recorded.get((line.item, whose)))
    demanded = {line.item for line in own}
    for (item, holder), beyond in recorded.items():
        if holder == whose and item not in demanded:
            yield BoardLine(item, None, None, "", beyond)


def _recorded(context: RequestContext, provider: Provider) -> dict[tuple[Requirement, UUID | None], RecordedCheck]:
    """What was last recorded of each requirement and holder; its record keeps only what clearance rests on."""
    found: dict[tuple[Requirement, UUID | None], RecordedCheck] = {}
    for event in events_of(context, provider):
        if isinstance(event, Provider.RequirementMet):
            found[event.item, event.person] = RecordedCheck(
                event.checked_on,
                event.checked_by,
                event.evidence.label,
                recorder=None if event.is_own_act else event.meta.signature.actor,
            )
        elif isinstance(event, Provider.RequirementExempted):
            by, on = event.meta.signature.actor, event.meta.occurred_on
            found[event.item, event.person] = RecordedCheck(on, by, f"Exempt: {event.meta.reason}")
        elif isinstance(event, Provider.ExemptionGranted):
            signature, on = event.meta.signature, event.meta.occurred_on
            by = signature.on_behalf_of or signature.actor
            said = f"Exempt ({event.decided_in}): {event.meta.reason}"
            found[event.item, event.person] = RecordedCheck(on, by, said)
    return found
