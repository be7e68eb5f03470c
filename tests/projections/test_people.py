"""The people view: who holds which post on a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from domain.person import Person
from domain.service import Service
from domain.vocabulary import Phase, Role, Team
from projections import people
from tests.projections.conftest import Ask
from tests.scenario import TODAY, at_the_machine, signed

VIEWS = [people.VIEW]

OFFICERS = (Role.OFFICER,)

SEPTEMBER, YESTERDAY, NEXT_YEAR = date(2026, 9, 1), date(2026, 11, 1), date(2027, 1, 4)
SCHOOL, OTHER_SCHOOL, PROVIDER = uuid4(), uuid4(), uuid4()


def register(service: Service, number: int, name: str, email: str | None = None) -> UUID:
    with signed():
        return service.add(lambda: Person.register(f"PE-2026-{number:04d}", name=name, email=email)).id


def take(service: Service, person: UUID, role: Role, from_: date = SEPTEMBER, **place: Any) -> int:
    with at_the_machine():
        return service.change(Person, person, lambda person: person.take_post(role, from_=from_, **place))


def an_officer(service: Service, number: int, name: str, team: Team = Team.PRIMARY, **place: Any) -> UUID:
    person = register(service, number, name)
    take(service, person, Role.OFFICER, team=team, **place)
    return person


def names(found: list[people.PersonRow]) -> list[str]:
    return [person.name for person in found]


def test_people_are_listed_by_last_name(service: Service, ask: Ask) -> None:
    for number, name in enumerate(("Zoe Adams", "Amir Zaman", "Bea adams", "Cher"), 1):
        register(service, number, name)

    assert names(ask(people.everybody)) == ["Bea adams", "Zoe Adams", "Cher", "Amir Zaman"]
    assert names(ask(people.everybody, limit=1)) == ["Bea adams"]


def test_a_person_is_found_by_reference(service: Service, ask: Ask) -> None:
    anna = register(service, 1, "Anna Kowalski", "anna@example.org")
    register(service, 2, "Bilal Hussain")

    assert ask(people.by_reference, "pe-2026-0001") == ask(people.by_id, anna)
    assert ask(people.by_id, anna).email == "anna@example.org"
    assert ask(people.by_reference, "PE-2026-0003") is None


def test_a_new_name_and_address_belong_to_one_person_alone(service: Service, ask: Ask) -> None:
    anna, bilal = register(service, 1, "Anna Kowalski", "anna@example.org"), register(service, 2, "Bilal Hussain")
    before = ask(people.by_id, bilal)

    with signed():
        service.change(Person, anna, lambda person: (person.rename("Anna Nowak"), person.change_email(None)))

    after = ask(people.by_id, anna)
    assert (after.name, after.sorting, after.email) == ("Anna Nowak", "nowak anna", None)
    assert ask(people.by_id, bilal) == before


def test_posts_are_held_on_their_days(service: Service, ask: Ask) -> None:
    anna = an_officer(service, 1, "Anna Kowalski", phase=Phase.PRIMARY, capacity=Decimal("0.6"), leads_team=True)
    an_officer(service, 2, "Bilal Hussain", Team.SECONDARY)
    take(service, anna, Role.STRATEGIC_LEAD, NEXT_YEAR, theme="Assessment")

    assert [post.role for post in ask(people.posts_on, anna, TODAY)] == [Role.OFFICER]
    assert [post.role for post in ask(people.posts_on, anna, NEXT_YEAR)] == [Role.OFFICER, Role.STRATEGIC_LEAD]
    assert ask(people.posts_on, anna, date(2026, 8, 31)) == []
    assert ask(people.posts_on, anna, TODAY)[0].capacity == Decimal("0.6")


def test_whoever_holds_a_post_on_a_day_is_listed_by_name(service: Service, ask: Ask) -> None:
    an_officer(service, 1, "Anna Kowalski")
    an_officer(service, 2, "Bilal Hussain", Team.SECONDARY)
    take(service, register(service, 3, "Cher"), Role.BROKER)

    assert names(ask(people.holders_on, (Role.BROKER, Role.OFFICER), TODAY)) == [
        "Cher",
        "Bilal Hussain",
        "Anna Kowalski",
    ]


def test_heads_and_chairs_belong_to_their_school_on_the_day(service: Service, ask: Ask) -> None:
    head, chair = register(service, 1, "Hana Head"), register(service, 2, "Chris Chair")
    take(service, head, Role.HEADTEACHER, school=SCHOOL)
    take(service, head, Role.HEADTEACHER, school=OTHER_SCHOOL)
    take(service, chair, Role.CHAIR, school=SCHOOL)

    assert {(post.person, post.role) for post in ask(people.heads_and_chairs, SCHOOL, TODAY)} == {
        (head, Role.HEADTEACHER),
        (chair, Role.CHAIR),
    }
    assert [post.person for post in ask(people.heads_and_chairs, OTHER_SCHOOL, TODAY)] == [head]
    assert ask(people.heads_and_chairs, SCHOOL, date(2026, 8, 31)) == []


def test_a_provider_knows_its_people(service: Service, ask: Ask) -> None:
    sam = register(service, 1, "Sam Specialist")
    take(service, sam, Role.SPECIALIST, provider=PROVIDER)
    take(service, register(service, 2, "Pat Other"), Role.SPECIALIST, provider=uuid4())

    assert names(ask(people.of_provider, PROVIDER, TODAY)) == ["Sam Specialist"]


def test_an_ended_post_is_held_to_its_last_day(service: Service, ask: Ask) -> None:
    anna = an_officer(service, 1, "Anna Kowalski")
    bilal = an_officer(service, 2, "Bilal Hussain")
    with signed():
        service.change(Person, anna, lambda person: person.end_post(1, until=TODAY, reason="Promoted"))

    assert {person.id for person in ask(people.holders_on, OFFICERS, TODAY)} == {anna, bilal}
    assert [person.id for person in ask(people.holders_on, OFFICERS, NEXT_YEAR)] == [bilal]


def test_whoever_leaves_gives_up_all_posts_and_gets_none_back_by_coming_back(service: Service, ask: Ask) -> None:
    anna = an_officer(service, 1, "Anna Kowalski")
    bilal = an_officer(service, 2, "Bilal Hussain")
    take(service, anna, Role.CPD_MANAGER, NEXT_YEAR)
    with signed():
        service.change(Person, anna, lambda person: person.leave(on=YESTERDAY, reason="Retires"))

    assert [post.role for post in ask(people.posts_on, anna, YESTERDAY)] == [Role.OFFICER]
    assert [person.id for person in ask(people.holders_on, OFFICERS, TODAY)] == [bilal]
    assert ask(people.posts_on, anna, NEXT_YEAR) == []
    assert ask(people.by_id, anna).left_on == YESTERDAY

    take(service, anna, Role.BROKER, TODAY)

    assert [post.role for post in ask(people.posts_on, anna, NEXT_YEAR)] == [Role.BROKER]
    assert ask(people.by_id, anna).left_on is None
