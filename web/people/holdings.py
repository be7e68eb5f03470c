"""What is in a person's hands, as it is shown where they leave or a role of theirs ends."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from domain.person import Person
from domain.visit.parts import AHEAD
from projections import caseload, decisions, schools, visits
from projections.caseload import Item
from web import formats
from web.access.context import Snapshot
from web.access.deciders import asked_of_nobody_else
from web.access.list_filters import items_for_reader
from web.access.name_cache import references_of
from web.access.restricted import hidden_from

NAMED = 8
"""How many schools, and how many tasks, are called by name."""

EVERYTHING = 10_000


def of_person(snapshot: Snapshot, person: Person) -> list[str]:
    """All that a person holds: the schools they are link officer for or stand in for, the visits that they are to
    make with somebody else, the decisions that they asked for or that only they may make, and what waits for them by
    name."""
    looked_after = [*_schools(snapshot, person), *_covers(snapshot, person), *_visits(snapshot.connection, person)]
    return [*looked_after, *_asks(snapshot, person), *_items(snapshot, waiting_for(snapshot.connection, person))]


def waiting_for(connection: sa.Connection, person: Person) -> list[Item]:
    """What waits for a person by name; what came of what they asked is no work that somebody else has to do."""
    return caseload.waiting(
        connection, schools=(), person=person.id, left=None, without=caseload.OF_ASKER, limit=EVERYTHING
    )


def _schools(snapshot: Snapshot, person: Person) -> Iterator[str]:
    linked = schools.linked_to(snapshot.connection, person.id, today=snapshot.services.today())
    yield from (f"{school.name} ({school.urn})" for school in linked[:NAMED])
    yield from _more(len(linked), "more school")


def _covers(snapshot: Snapshot, person: Person) -> Iterator[str]:
    covered = schools.covered_to_come(snapshot.connection, person.id, today=snapshot.services.today())
    yield from (f"covering for {school.name} ({school.urn})" for school in covered[:NAMED])
    yield from _more(len(covered), "more school to cover", "more schools to cover")


def _visits(connection: sa.Connection, person: Person) -> Iterator[str]:
    """What waits for the one who leads it does so by name already."""
    ahead = visits.visits.rows(connection, visits.listed(officers=[person.id], statuses=AHEAD).limit(EVERYTHING))
    accompanied = [visit for visit in ahead if visit.lead != person.id]
    yield from (f"visit with others ({visit.reference})" for visit in accompanied[:NAMED])
    yield from _more(len(accompanied), "more visit with others", "more visits with others")


def _asks(snapshot: Snapshot, person: Person) -> Iterator[str]:
    """The decisions that wait, as far as whoever asks may know of them."""
    closed, today = hidden_from(snapshot).closed, snapshot.services.today()
    waiting = [row for row in decisions.open_on(snapshot.connection, today) if row.id not in closed]
    asked = [row.reference for row in waiting if row.asker == person.id]
    yield from (f"decision that they asked for ({each})" for each in asked[:NAMED])
    yield from _more(len(asked), "more decision that they asked for", "more decisions that they asked for")
    only = [row.reference for row in asked_of_nobody_else(snapshot, person.id)]
    yield from (f"decision that nobody else may make at present ({each})" for each in only[:NAMED])
    yield from _more(len(only), "more decision that only they may make", "more decisions that only they may make")


def _items(snapshot: Snapshot, items: list[Item]) -> Iterator[str]:
    """What waits, by name as far as whoever asks may know of it; that there is more, whatever it is."""
    told = items_for_reader(snapshot, items)
    known = references_of(snapshot, {item.record for item in told[:NAMED]})
    for item in told[:NAMED]:
        task = item.task.label if item.task else item.kind
        yield f"{task[:1].lower()}{task[1:]} ({known.get(item.record, '')})"
    yield from _more(len(told), "more task")
    if untold := len(items) - len(told):
        yield f"{formats.counted(untold, 'task')} that you cannot see"


def _more(number: int, one: str, several: str = "") -> Iterator[str]:
    if number > NAMED:
        yield formats.counted(number - NAMED, one, several)
