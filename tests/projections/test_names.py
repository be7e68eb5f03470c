"""The names view: what the ids in lists and sentences are called."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from domain.authority import AUTHORITY, Authority
from domain.note import Note, NoteType
from domain.person import Person
from domain.provider import Provider, ProviderKind
from domain.school import School, Source
from domain.service import Service
from projections import names
from projections.names import names_of
from tests.projections.conftest import Ask
from tests.scenario import signed

VIEWS = [names.VIEW]

APRIL = Source("register_2026-04.csv", date(2026, 4, 25))
DECEMBER = date(2026, 12, 1)
OCTOBER = Source("register_2026-10.csv", date(2026, 10, 30))


@pytest.fixture
def schools(service: Service) -> tuple[UUID, UUID]:
    def register(urn: int, name: str) -> UUID:
        with signed():
            return service.add(lambda: School.register(urn, name=name, details={}, head=None, source=APRIL)).id

    return register(105900, "Lark Hill Primary School"), register(105999, "Cedar High School")


def test_a_school_is_called_as_the_register_calls_it_now(
    service: Service, ask: Ask, schools: tuple[UUID, UUID]
) -> None:
    lark_hill, cedar = schools
    with signed():
        service.change(
            School,
            lark_hill,
            lambda school: school.refresh({"name": "Lark Hill Academy", "town": "Salford"}, source=OCTOBER),
        )
    with signed():
        service.change(School, cedar, lambda school: school.refresh({"town": "Eccles"}, source=OCTOBER))

    assert ask(names_of, schools) == {lark_hill: "Lark Hill Academy", cedar: "Cedar High School"}


def test_a_school_that_goes_on_under_a_later_urn_has_its_later_name(
    service: Service, ask: Ask, schools: tuple[UUID, UUID]
) -> None:
    lark_hill, cedar = schools

    def go_on(school: School) -> None:
        school.propose_succession(148001, kind="Successor", on=None, source=OCTOBER)
        school.go_on_as(
            148001, name="Lark Hill Academy", details={}, head=None, dated=OCTOBER.dated, reason="Converted"
        )

    with signed():
        service.change(School, lark_hill, go_on)

    found = {row.id: (row.name, row.detail) for row in ask(names.rows_of, schools)}
    assert found == {lark_hill: ("Lark Hill Academy", "148001"), cedar: ("Cedar High School", "105999")}


def test_a_person_is_called_by_the_latest_name(service: Service, ask: Ask) -> None:
    with signed():
        anna = service.add(lambda: Person.register("PE-2026-0001", name="Anna Kowalski")).id
    with signed():
        bilal = service.add(lambda: Person.register("PE-2026-0002", name="Bilal Hussain")).id
    with signed():
        service.change(Person, anna, lambda person: person.rename("Anna Nowak"))

    assert ask(names_of, [anna, bilal]) == {anna: "Anna Nowak", bilal: "Bilal Hussain"}


def test_a_record_is_found_by_the_names_it_had_and_called_by_that_of_a_day(
    service: Service, ask: Ask, schools: tuple[UUID, UUID]
) -> None:
    lark_hill, _ = schools
    with signed():
        anna = service.add(lambda: Person.register("PE-2026-0001", name="Anna Kowalski")).id
    with signed(DECEMBER):
        service.change(Person, anna, lambda person: person.rename("Anna Nowak"))
    for name in ("Lark Hill Academy", "St Anne's Academy"):
        with signed(DECEMBER):
            service.change(
                School, lark_hill, lambda school, name=name: school.refresh({"name": name}, source=OCTOBER)
            )

    def found(kind: str, text: str) -> list[UUID]:
        return [row.id for row in ask(names.like, kind, text, limit=5)]

    assert found(Person.KIND, "kowalski") == found(Person.KIND, "nowak") == [anna]
    assert found(School.KIND, "hill academy") == found(School.KIND, "Lark Hill Primary") == [lark_hill]
    assert found(School.KIND, "hill school") == [lark_hill]
    assert found(School.KIND, "…") == []
    [row] = ask(names.rows_of, [anna])
    assert (row.on(DECEMBER - timedelta(days=1)), row.on(DECEMBER)) == ("Anna Kowalski", "Anna Nowak")
    assert ask(names.called_before, School.KIND) == {"105900": "Lark Hill Academy"}


def test_an_organisation_is_called_by_its_trading_name_and_a_practitioner_by_their_own(
    service: Service, ask: Ask
) -> None:
    person = uuid4()
    with signed():
        hub = service.add(
            lambda: Provider.register("PV-2026-0001", trading_as="Wexmoor Maths Hub", kind=ProviderKind.PUBLIC)
        ).id
    with signed():
        sam = service.add(
            lambda: Provider.register_practitioner(
                "PV-2026-0002", person=person, name="Sam Specialist", kind=ProviderKind.PRIVATE, teaches=True
            )
        ).id
    assert ask(names_of, [hub, sam]) == {hub: "Wexmoor Maths Hub", sam: "Sam Specialist"}

    with signed():
        service.change(Provider, hub, lambda provider: provider.rename(trading_as="Lune Maths Hub"))

    assert ask(names_of, [hub, sam]) == {hub: "Lune Maths Hub", sam: "Sam Specialist"}


def a_note(service: Service, number: int, school: UUID | None = None) -> UUID:
    with signed():
        return service.add(
            lambda: Note.write(
                f"NO-2026-{number:04d}",
                on_kind="school",
                on_record=school or uuid4(),
                note_type=next(iter(NoteType)),
                heading="Roof",
                text="It leaks",
                school=school,
            )
        ).id


def test_a_record_without_a_name_is_called_by_its_reference(service: Service, ask: Ask) -> None:
    first, second = a_note(service, 1), a_note(service, 2)

    assert ask(names_of, [first, second]) == {first: "NO-2026-0001", second: "NO-2026-0002"}


def test_whatever_nobody_names_is_left_out(service: Service, ask: Ask) -> None:
    with signed():
        service.add(lambda: Authority.begin(name="Wexmoor", la_code="399", service_name="School improvement"))

    assert ask(names_of, [AUTHORITY, uuid4()]) == {}


def test_many_names_are_found_at_once(service: Service, ask: Ask, schools: tuple[UUID, UUID]) -> None:
    assert set(ask(names_of, [*(uuid4() for _ in range(1000)), *schools])) == set(schools)
