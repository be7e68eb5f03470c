"""The audit trail finds what happened by whom, what and when it concerns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from domain.concern import ConcernCase, ConcernKind, ConcernSource, Severity
from domain.note import Note, NoteType
from domain.person import Person
from domain.service import Service
from domain.signature import LONDON, current_signature
from domain.vocabulary import Purpose, Role, Sensitivity, Team
from projections import audit_trail
from projections.audit_trail import TrailEntry, TrailFilter
from projections.view import View
from tests.scenario import TODAY, signed

VIEWS: list[View] = [audit_trail.VIEW]

Ask = Callable[..., Any]

OAK, ASH = uuid4(), uuid4()
ANNE, BEN = uuid4(), uuid4()
LAST_WEEK = TODAY - timedelta(days=7)


def worry(number: int, school: UUID, *, purpose: Purpose = Purpose.CHALLENGE, on: date | None = None) -> ConcernCase:
    return ConcernCase.raise_(
        f"CC-2026-{number:04}",
        school=school,
        kind=next(iter(ConcernKind)),
        source=next(iter(ConcernSource)),
        severity=next(iter(Severity)),
        detail="Attendance falls",
        purpose=purpose,
        on=on,
    )


@pytest.fixture
def oak(service: Service) -> ConcernCase:
    """A concern at Oak, raised by Anne for a day of last week."""
    with signed(by=ANNE):
        return service.add(lambda: worry(1, OAK, on=LAST_WEEK))


@pytest.fixture
def ash(service: Service, oak: ConcernCase) -> ConcernCase:
    """A concern at Ash, raised by Ben afterwards, and assessed with a reason by nobody in particular."""
    with signed(by=BEN):
        return service.add(lambda: worry(2, ASH, purpose=Purpose.MONITORING))


def found(ask: Ask, after: int | None = None, limit: int = 50, **wanted: Any) -> list[UUID]:
    """The records of the entries that are found, in order."""
    rows: list[TrailEntry] = ask(audit_trail.entries, TrailFilter(**wanted), after, limit)
    return [row.stream for row in rows]


def test_the_newest_entry_comes_first(ask: Ask, oak: ConcernCase, ash: ConcernCase) -> None:
    assert found(ask) == [ash.id, oak.id]


def test_an_entry_tells_when_it_happened_and_when_it_was_recorded(ask: Ask, oak: ConcernCase) -> None:
    [entry] = ask(audit_trail.entries, TrailFilter(), None, 50)
    assert (entry.kind, entry.topic, entry.school) == ("concern", "concern.raised", OAK)
    assert entry.occurred_on == LAST_WEEK
    assert entry.recorded_at.tzinfo is not None
    assert entry.recorded_at.date() != LAST_WEEK


def test_entries_are_found_by_school(ask: Ask, oak: ConcernCase, ash: ConcernCase) -> None:
    assert found(ask, school=OAK) == [oak.id]
    assert [row.stream for row in ask(audit_trail.of_school, ASH)] == [ash.id]


def test_a_persons_part_is_told_from_what_concerns_them(ask: Ask, service: Service) -> None:
    with signed(by=ANNE):
        ben = service.add(lambda: Person.register("PE-2026-0001", name="Ben Hall"))
    with signed(by=ben.id):
        own = service.add(lambda: worry(3, OAK))
    assert found(ask, person=ben.id) == [own.id, ben.id]
    assert found(ask, person=ben.id, acted=True) == [own.id]
    assert found(ask, person=ANNE, acted=True) == [ben.id]
    assert found(ask, person=uuid4()) == []


def test_entries_are_found_by_kind_and_by_purpose(ask: Ask, service: Service, oak: ConcernCase) -> None:
    with signed(by=ANNE):
        anne = service.add(lambda: Person.register("PE-2026-0001", name="Anne Webb"))
    assert found(ask, kinds=["person"]) == [anne.id]
    assert found(ask, kinds=["person", "concern"]) == [anne.id, oak.id]
    assert found(ask, purposes=[Purpose.CHALLENGE]) == [oak.id]
    assert found(ask, purposes=[None]) == [anne.id]
    assert found(ask, purposes=[None, Purpose.CHALLENGE]) == [anne.id, oak.id]
    assert found(ask, purposes=[Purpose.SUPPORT]) == []
    assert found(ask, without=["person.registered"]) == [oak.id]


def test_a_day_may_be_that_of_the_fact_or_of_its_recording(ask: Ask, oak: ConcernCase, ash: ConcernCase) -> None:
    assert found(ask, since=LAST_WEEK, until=LAST_WEEK) == [oak.id]
    assert found(ask, since=LAST_WEEK + timedelta(days=1)) == [ash.id]
    [newest, _] = ask(audit_trail.entries, TrailFilter(), None, 50)
    recorded_on = newest.recorded_at.astimezone(LONDON).date()
    assert found(ask, since=recorded_on, until=recorded_on, by_recording=True) == [ash.id, oak.id]
    assert found(ask, since=recorded_on + timedelta(days=1), by_recording=True) == []
    assert found(ask, until=recorded_on - timedelta(days=1), by_recording=True) == []


def test_entries_with_a_reason_are_told_from_those_without(ask: Ask, service: Service, oak: ConcernCase) -> None:
    with signed(by=ANNE):
        anne = service.add(lambda: Person.register("PE-2026-0001", name="Anne Webb"))
    with signed(by=ANNE):
        service.change(
            Person, anne.id, lambda person: person.take_post(Role.OFFICER, team=Team.PRIMARY, from_=LAST_WEEK)
        )
    with signed(by=ANNE):
        service.change(Person, anne.id, lambda person: person.end_post(1, until=TODAY, reason="Moved to Vale"))
    assert len(found(ask, reasoned=True)) == 1
    assert len(found(ask, reasoned=False)) == 3
    assert len(found(ask, stream=anne.id)) == 3


def test_a_long_trail_is_walked_by_cursor_without_gap_or_repetition(ask: Ask, service: Service) -> None:
    raised = []
    for number in range(1, 8):
        with signed(by=ANNE):
            raised.append(service.add(partial(worry, number, OAK)).id)
    walked: list[TrailEntry] = []
    while page := ask(audit_trail.entries, TrailFilter(school=OAK), walked[-1].position if walked else None, 3):
        walked += page
    assert [entry.stream for entry in walked] == list(reversed(raised))


def test_what_is_restricted_is_marked(ask: Ask, service: Service) -> None:
    with signed(by=ANNE):
        service.add(
            lambda: Note.write(
                "N-2026-0001",
                on_kind="concern",
                on_record=uuid4(),
                note_type=NoteType.MEETING,
                heading="About the head",
                text="In confidence",
                sensitivity=Sensitivity.RESTRICTED,
            )
        )
    [entry] = ask(audit_trail.entries, TrailFilter(), None, 50)
    assert entry.sensitivity is Sensitivity.RESTRICTED


def test_what_one_command_saved_is_found_together(ask: Ask, service: Service, oak: ConcernCase) -> None:
    def two(work: Any) -> None:
        work.add(worry(2, OAK))
        work.add(worry(3, ASH))

    with signed(by=ANNE):
        service.do(two)
        command = current_signature().command
    rows = ask(audit_trail.entries, TrailFilter(), None, 2)
    assert ask(audit_trail.of_command, command) == sorted(row.position for row in rows)


@pytest.mark.parametrize(
    ("index", "wanted"),
    [
        ("trail_by_school_position", TrailFilter(school=OAK)),
        ("trail_by_stream_position", TrailFilter(stream=OAK)),
        ("trail_by_kind_position", TrailFilter(kinds=["concern"])),
        ("trail_by_purpose_position", TrailFilter(purposes=[Purpose.SUPPORT])),
        ("trail_by_occurred_on_position", TrailFilter(since=LAST_WEEK, until=TODAY)),
        ("trail_by_recorded_at_position", TrailFilter(since=LAST_WEEK, until=TODAY, by_recording=True)),
        ("trail_by_correlation_position", TrailFilter(correlation="3f")),
        ("trail_people", TrailFilter(person=ANNE)),
        ("trail_people", TrailFilter(person=ANNE, named=True)),
        ("trail_by_decision_position", TrailFilter(only=audit_trail.trail.table.c.decision == OAK)),
        ("trail_by_named_deciders_position", TrailFilter(only=audit_trail.trail.table.c.named_deciders)),
    ],
)
def test_a_search_goes_by_an_index(reader: sa.Engine, service: Service, index: str, wanted: TrailFilter) -> None:
    with reader.connect() as connection:
        query = audit_trail.asked(wanted, None, 50).compile(connection, compile_kwargs={"literal_binds": True})
        if connection.dialect.name == "sqlite":
            plan = " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}"))
        else:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # it is best while a table is empty
            plan = " ".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {query}"))
    assert "SCAN trail" not in plan
    assert "Seq Scan" not in plan
    assert index in plan
