"""A school through successions: whatever was recorded of it under whichever URN, in whichever order the links were
confirmed, is the one school's. What stands then is what would stand had the successions come first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import Any, get_args, get_type_hints
from uuid import UUID

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from domain.aggregate import EVENTS, RECORDS
from domain.engagement import BrokeredEngagement
from domain.record_of_visit import RecordOfVisit
from domain.school import School, Source
from domain.visit import Visit
from domain.vocabulary import Side, Team
from projections import audit_trail
from projections import schools as view
from projections.checking import check
from projections.following import Following, let_follow
from projections.view import ViewTable, names_schools
from providers.intake.links import confirm_merger, confirm_succession
from tests.databases import Databases
from tests.full_authority import RULES, FullAuthority, Place
from tests.randomness import FUZZING
from tests.sample_authority import LONG_AGO, SampleAuthority
from tests.web.conftest import Program, a_program, an_app, an_office
from web.access.name_cache import ids_within
from web.runtime.registered_views import DECIDED_BY, VIEWS
from web.runtime.services import Services

OF_THE_MOMENT = {"position", "school_then"}
"""What tells when something was recorded, and under which URN the school was known then."""

LINKS = Source("links.csv", LONG_AGO)
OF_THE_REGISTER = {"schools", "merged_schools", "imports"}
"""The views that tell of each record of the register by itself: what files said of it, and what it went into."""


class Town(SampleAuthority):
    """A sample authority in which the register links its schools to later URNs."""

    at: UUID | None = None
    """Where the next school that somebody asks for is, in place of a new one."""

    def school(self, name: str = "Ashgrove High School", *, phase: str = "secondary", **details: str | int) -> UUID:
        return self.at or super().school(name, phase=phase, **details)

    def link_officer(self, school: UUID, name: str = "Lena Link", **place: object) -> UUID:
        return self.officer(name) if self.at else super().link_officer(school, name, **place)

    def linked(self, *schools: UUID) -> list[int]:
        """The URNs of records of the register, each of which it links to the next."""
        urns = [self.urn(school) for school in schools]
        for school, later in zip(schools, urns[1:], strict=False):
            with self.acting():
                self.services.service.change(School, school, partial(_propose, later=later))
        return urns

    def by_urn(self, urn: int) -> UUID:
        """The school that answers to a URN today."""
        with self.services.read() as connection:
            found = view.by_urn(connection, urn)
        assert found is not None
        return found.id

    def confirm(self, earlier: int, later: int) -> None:
        """Confirm that whoever has the earlier URN goes on under the later one."""
        with self.acting():
            confirm_succession(
                self.services.service, self.by_urn(earlier), later, later=self.by_urn(later), reason="Converted"
            )

    def merge(self, urn: int, into: int) -> None:
        """Confirm that whoever has a URN went into whoever has the other."""
        with self.acting():
            confirm_merger(
                self.services.service, self.by_urn(urn), into, into=self.by_urn(into), reason="Amalgamated"
            )


def _propose(school: School, later: int) -> None:
    school.propose_succession(later, kind="Successor", on=LONG_AGO, source=LINKS)


class Work(FullAuthority):
    """Work of every kind at the schools of a town."""

    def __init__(self, town: Town) -> None:
        self.town = town
        super().__init__(town)

    def done_at(self, urn: int, number: int) -> Place:
        """A head and a chair appointed at whoever has a URN today, and one record of every kind about it, brokered
        with a provider of its own."""
        self.town.at = self.town.by_urn(urn)
        place = self._place(number, "", Team.PRIMARY)
        self.town.at = None
        self._records_of(place)
        work = place.records[BrokeredEngagement.KIND]
        for side in Side:
            self._then(BrokeredEngagement, work, partial(BrokeredEngagement.agree, side=side))
        self._then(
            BrokeredEngagement,
            work,
            lambda one: one.confirm_clearance(cleared=True, valid_to=date(2027, 8, 31), rules=RULES),
            lambda one: one.confirm(),
        )
        return place


@contextmanager
def a_town(databases: Databases) -> Iterator[Town]:
    """A town of which every view is in the end as the log says, and nothing names a school that went into another."""
    with an_office(databases) as (services, clock):
        yield Town(services, clock)
        assert check(services.log, VIEWS) == []
        assert_not_named(services)


def tables() -> list[ViewTable[Any]]:
    return [table for each in VIEWS if each.name not in OF_THE_REGISTER for table in each.tables]


def is_of_the_register(row: Any) -> bool:
    """Whether a row tells of a record of the register by itself: its names, and what happened to it."""
    return getattr(row, "kind", "") == School.KIND


def values_of(row: Any) -> list[tuple[str, Any]]:
    return [(name, getattr(row, name)) for name in row.__struct_fields__]


def assert_not_named(services: Services) -> None:
    with services.read() as connection:
        gone = {row.id for row in view.schools.rows(connection) if row.merged_into is not None}
        for table in tables():
            for row in table.rows(connection):
                named = set(ids_within([value for name, value in values_of(row) if name not in OF_THE_MOMENT]))
                assert is_of_the_register(row) or gone.isdisjoint(named), f"{table.table.name}: {row}"
        kinds = {row.stream: row.kind for row in audit_trail.trail.rows(connection)}
    for stream, kind in kinds.items():
        if kind != School.KIND:
            record = services.service.find(RECORDS[kind], stream)
            assert gone.isdisjoint(ids_within(record)), f"{kind}: {vars(record)}"


def standing(services: Services) -> dict[str, Counter[str]]:
    """Every row of every view but those of the register, without its place in the log."""
    with services.read() as connection:
        return {
            table.table.name: Counter(
                str([(name, value) for name, value in values_of(row) if name not in OF_THE_MOMENT])
                for row in table.rows(connection)
                if not is_of_the_register(row)
            )
            for table in tables()
        }


def played(town: Town, steps: Sequence[tuple[int, bool]]) -> dict[str, Counter[str]]:
    """What stands after steps, each of a record of the register: work is done there, or it goes on under the next
    URN, or, where it is the last one, goes into the first school."""
    work = Work(town)
    urns = [town.linked(*(town.school(f"School {name}{each}") for each in "123")) for name in "AB"]
    numbers = iter(range(10, 99))
    for place, is_work in steps:
        school, which = divmod(place, 3)
        if is_work:
            work.done_at(urns[school][which], next(numbers))
        elif which < 2:
            town.confirm(urns[school][which], urns[school][which + 1])
        else:
            town.merge(urns[school][which], urns[0][0])
    return standing(town.services)


STEPS = st.permutations([(0, False), (1, False), (5, False), (1, True), (2, True), (5, True)])


@pytest.fixture(scope="module")
def kinds_of_database(databases: Databases) -> Databases:
    return databases


@settings(max_examples=3 * FUZZING, phases=[Phase.generate])
@given(steps=STEPS)
def test_in_whatever_order_links_are_confirmed_the_work_is_the_one_schools(
    kinds_of_database: Databases, steps: Sequence[tuple[int, bool]]
) -> None:
    with a_town(kinds_of_database) as town, a_town(kinds_of_database) as other:
        as_it_came = played(town, steps)
        succession_first = played(other, sorted(steps, key=lambda step: step[1]))

    assert as_it_came == succession_first


def answer(program: Program, path: str) -> Any:
    return program.get(path).json


def test_the_head_of_the_academy_has_her_school_before_and_after_its_link_is_confirmed(
    databases: Databases,
) -> None:
    with a_town(databases) as town:
        work = Work(town)
        earlier, academy = town.linked(town.school("Lark Hill School"), town.school("Lark Hill Academy"))
        place = work.done_at(academy, 10)
        told_before = town.headteacher(town.by_urn(earlier), "Helen Head")
        app = an_app(town.services)
        head, old_head, officer = (
            a_program(app, town, person) for person in (place.head, told_before, work.director)
        )
        visit = town.services.service.find(Visit, place.records[Visit.KIND]).reference
        record = town.services.service.find(RecordOfVisit, place.records[RecordOfVisit.KIND]).reference
        assert answer(head, f"/visits/{visit}")["school"] == str(academy)
        assert [each["reference"] for each in answer(head, "/records")["items"]] == [record]
        old_head.get(f"/visits/{visit}", 404)

        town.confirm(earlier, academy)

        for each in (head, old_head):
            assert answer(each, f"/visits/{visit}")["school"] == str(academy)
            assert [row["reference"] for row in answer(each, "/records")["items"]] == [record]
            assert answer(each, f"/schools/{earlier}")["urn"] == academy
        assert record in {row["record"] for row in answer(head, "/caseload")["items"]}
        for path in ("visits", "records", "requests", "concerns", "engagements"):
            for urn in (earlier, academy):
                rows = answer(officer, f"/{path}?school={urn}")["items"]
                assert [row["school"] for row in rows] == [str(academy)], path
        trail = answer(officer, f"/audit?school={earlier}&kind=visit")["items"]
        assert [row["school"] for row in trail] == [str(academy)]


def test_a_view_that_follows_comes_to_the_same(databases: Databases) -> None:
    with a_town(databases) as town:
        services, work = town.services, Work(town)
        earlier, academy = town.linked(town.school("Lark Hill School"), town.school("Lark Hill Academy"))
        following = [each for each in VIEWS if each not in DECIDED_BY]
        for each in following:
            let_follow(services.log, each)
        work.done_at(academy, 10)
        Following(services.log, services.follower).step()
        town.confirm(earlier, academy)
        assert check(services.log, VIEWS[:1]) == []
        work.done_at(academy, 11)
        while Following(services.log, services.follower).step():
            pass


def test_whatever_names_a_school_in_a_view_or_an_event_is_followed() -> None:
    """A field that names a school with a plain id is compared without being followed."""
    rows = {table.row for table in tables() if not table.table.name.startswith("caseload_left")}
    plain = {
        f"{kind.__qualname__}.{name}"
        for kind in (*rows, *EVENTS.values())
        for name, hint in get_type_hints(kind, include_extras=True).items()
        if name.endswith("school") and UUID in (hint, *get_args(hint)) and not names_schools(hint)
    }
    assert plain == set()
