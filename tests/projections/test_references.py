"""The references view: which record has which reference, and which number comes next."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from domain.note import Note, NoteType
from domain.person import Person
from domain.school import School, Source
from domain.service import Service
from projections import references
from projections.references import find, next_number, reference_of
from tests.projections.conftest import Ask
from tests.scenario import TODAY, signed

VIEWS = [references.VIEW]


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


def test_numbers_are_counted_within_prefix_and_year(service: Service, ask: Ask) -> None:
    for reference in ("PE-2026-0001", "PE-2026-0007", "PE-2025-0040"):
        a_person(service, reference)

    assert ask(next_number, "PE", 2026) == 8
    assert ask(next_number, "PE", 2025) == 41
    assert ask(next_number, "PE", 2027) == 1
    assert ask(next_number, "NO", 2026) == 1


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
