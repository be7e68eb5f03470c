"""Counts of an import that had broken off: those of its last run, with what the runs before had saved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from domain.aggregate import Event
from domain.imports import Count, Import, Outcome
from domain.provider import Provider
from domain.school import School
from domain.vocabulary import Channel
from web.runtime.services import Services

_ONE_EACH: dict[type[Event], Outcome] = {
    School.Registered: Outcome.SCHOOLS_REGISTERED,
    School.MovedToAuthority: Outcome.MOVED,
    School.SuccessionProposed: Outcome.SUCCESSIONS_PROPOSED,
    School.InspectionRecorded: Outcome.INSPECTIONS_RECORDED,
    School.JoinedGroup: Outcome.MEMBERSHIPS_NOTED,
    School.LeftGroup: Outcome.MEMBERSHIPS_ENDED,
    School.MissedInRegister: Outcome.MISSED_FIRST,
    Provider.Registered: Outcome.PROVIDERS_REGISTERED,
}
"""Events of which a step of an import records one."""

_OF_ONE_RECORD = (
    School.DetailsRefreshed,
    School.HeadNamed,
    School.CameBackToAuthority,
    Provider.ContactChanged,
    Provider.CapabilityOffered,
    Provider.CoverageSet,
    Provider.RateSet,
)
"""Events of which a step may record several, which bring one record up to date."""

_NOT_READ_AGAIN = (Outcome.MOVED, Outcome.MEMBERSHIPS_ENDED, Outcome.MISSED_FIRST)
"""What is told by no row that a later run would count as known."""


def of_whole(services: Services, record: Import, counts: Sequence[Count]) -> list[Count]:
    """The counts of all runs of an import, from those of the last. What an earlier run saved is taken out of what the
    last one found unchanged, because it read those rows again."""
    with services.read_present() as connection:
        began = services.store.get(record.id, lte=1)
        position = next(event.meta.position for event in began if isinstance(event, Event))
        saved = _saved(_events_of(record, services.store.everything(connection, after=(position or 1) - 1)))
    numbers = {count.outcome: count.number for count in counts}
    before = sum(
        number - numbers.get(outcome, 0) for outcome, number in saved.items() if outcome not in _NOT_READ_AGAIN
    )
    told = [
        replace(count, number=max(0, count.number - before))
        if count.outcome in (Outcome.UNCHANGED, Outcome.KNOWN)
        else replace(count, number=saved.get(count.outcome, count.number))
        for count in counts
    ]
    return [*told, *(Count(outcome, number) for outcome, number in saved.items() if outcome not in numbers)]


def _events_of(record: Import, events: Iterable[Event]) -> Iterator[Event]:
    for event in events:
        signature = event.meta.signature
        if signature.channel is Channel.IMPORT and signature.correlation == record.reference:
            yield event


def _saved(events: Iterable[Event]) -> Counter[Outcome]:
    """What was saved, by outcome. A record that one command registers it does not bring up to date as well."""
    found: Counter[Outcome] = Counter()
    registered, updated = set(), set()
    for event in events:
        outcome, step = _ONE_EACH.get(type(event)), (event.meta.stream, event.meta.signature.command)
        if outcome is not None:
            found[outcome] += 1
        if isinstance(event, School.Registered | Provider.Registered):
            registered.add(step)
        if isinstance(event, _OF_ONE_RECORD):
            updated.add(step)
    brought = len(updated - registered)
    return found + Counter({Outcome.BROUGHT_UP_TO_DATE: brought})
