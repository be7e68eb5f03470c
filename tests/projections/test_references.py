"""The references view: which record has which reference, and which number comes next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from domain.aggregate import Aggregate
from domain.note import Note, NoteType
from domain.person import Person
from domain.school import School, Source
from domain.service import Service
from projections import references
from projections.database import Database
from projections.event_log import open_log
from projections.rebuilding import rebuild
from projections.references import draw, find, give_back, reference_of
from projections.tables import NUMBERS
from tests.projections.conftest import Ask
from tests.scenario import TODAY, signed

VIEWS = [references.VIEW]

Draw = Callable[[type[Aggregate], int], str]


def a_person(service: Service, reference: str, name: str = "Anna Kowalski") -> UUID:
    with signed():
        return service.add(lambda: Person.register(reference, name=name)).id


def a_note(service: Service, reference: str, school: UUID) -> UUID:
    with signed():
        return service.add(
            lambda: Note.write(
                reference,
                on_kind="school",
                on_record=school,
                note_type=next(iter(NoteType)),
                heading="Roof",
                text="It leaks",
                school=school,
            )
        ).id


@pytest.fixture
def drawn(database: Database, service: Service) -> Draw:
    """Draw a reference, as a command does before it saves."""

    def one(kind: type[Aggregate], year: int) -> str:
        with database.writer.begin() as connection:
            return draw(connection, kind, year)

    return one


def test_numbers_are_counted_within_prefix_and_year(service: Service, drawn: Draw) -> None:
    for reference in ("PE-2026-0001", "PE-2026-0007", "PE-2025-0040"):
        a_person(service, reference)

    assert drawn(Person, 2026) == "PE-2026-0008"
    assert drawn(Person, 2025) == "PE-2025-0041"
    assert drawn(Person, 2027) == "PE-2027-0001"
    assert drawn(Note, 2026) == "N-2026-0001"


def test_a_number_is_drawn_once_whether_it_is_used_or_not(service: Service, drawn: Draw) -> None:
    assert [drawn(Person, 2026) for _ in range(3)] == ["PE-2026-0001", "PE-2026-0002", "PE-2026-0003"]

    a_person(service, "PE-2026-0012")
    assert drawn(Person, 2026) == "PE-2026-0013"


def test_a_number_that_was_not_used_is_drawn_again_unless_others_have_drawn_since(
    database: Database, drawn: Draw
) -> None:
    def back(reference: str) -> None:
        with database.writer.begin() as connection:
            give_back(connection, reference)

    back(drawn(Person, 2026))
    assert [drawn(Person, 2026), drawn(Person, 2026)] == ["PE-2026-0001", "PE-2026-0002"]
    back("PE-2026-0001")
    assert drawn(Person, 2026) == "PE-2026-0003"


@pytest.mark.parametrize("lost", [(NUMBERS,), (references.references.table,), (NUMBERS, references.references.table)])
def test_a_number_of_the_log_is_not_given_again_whatever_else_is_lost(
    service: Service, database: Database, drawn: Draw, lost: tuple[sa.Table, ...]
) -> None:
    for _ in range(3):
        a_person(service, drawn(Person, 2026))
    with database.writer.begin() as connection:
        for table in lost:
            connection.execute(table.delete())

    assert drawn(Person, 2026) == "PE-2026-0004"
    rebuild(open_log(database), references.VIEW)
    assert drawn(Person, 2026) == "PE-2026-0005"


def test_a_record_is_found_by_its_reference_in_whatever_case(service: Service, ask: Ask) -> None:
    school = uuid4()
    anna, note = a_person(service, "PE-2026-0001"), a_note(service, "NO-2026-0001", school)

    found = ask(find, " no-2026-0001 ")

    assert (found.id, found.kind, found.school, found.begun_on) == (note, "note", school, TODAY)
    assert (ask(find, "PE-2026-0001").id, ask(reference_of, anna)) == (anna, "PE-2026-0001")
    assert ask(find, "PE-2026-0002") is None
    assert ask(reference_of, uuid4()) is None


def test_later_events_leave_the_reference_as_it_was(service: Service, ask: Ask) -> None:
    anna = a_person(service, "PE-2026-0001")
    before = ask(find, "PE-2026-0001")
    with signed(date(2026, 11, 9)):
        service.change(Person, anna, lambda person: person.rename("Anna Nowak"))

    assert ask(find, "PE-2026-0001") == before


def test_a_school_has_no_reference_of_this_kind(service: Service, ask: Ask) -> None:
    with signed():
        school = service.add(
            lambda: School.register(
                105900, name="Lark Hill", details={}, head=None, source=Source("register.csv", TODAY)
            )
        )

    assert ask(reference_of, school.id) is None


@pytest.mark.parametrize(
    "damage",
    [
        "DROP TABLE record_references",
        "ALTER TABLE record_references RENAME COLUMN number TO digits",
        "ALTER TABLE record_references ADD COLUMN more TEXT",
    ],
)
def test_a_table_that_is_lost_or_damaged_is_made_anew(
    service: Service, database: Database, ask: Ask, damage: str
) -> None:
    anna = a_person(service, "PE-2026-0001")
    with database.writer.begin() as connection:
        connection.exec_driver_sql(damage)

    rebuilt = rebuild(open_log(database), references.VIEW)

    assert (rebuilt.events, rebuilt.differing) == (1, None)
    assert ask(reference_of, anna) == "PE-2026-0001"
