"""Taking in trusts and federations: who joined, who left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.school import School, Source
from domain.service import Service
from projections.schools import groups_of, known_groups
from providers.catalogue.groups import MembershipRow
from providers.catalogue.source import RowProblem
from providers.intake.batches import OlderThanKnown
from providers.intake.groups import GroupsReport, import_groups
from tests.projections.conftest import Ask
from tests.providers.intake.conftest import Lookup
from tests.scenario import signed

REGISTER = Source("register_2026-04.csv", date(2026, 4, 25))
JULY, OCTOBER = Source("group_links_2026-07.csv", date(2026, 7, 31)), Source("later.csv", date(2026, 10, 30))
MAT = "Multi-academy trust"

Import = Callable[..., GroupsReport]


def row(urn: int, uid: str = "2058", name: str = "Lark Trust", **known: Any) -> MembershipRow:
    kind = "Federation" if "Federation" in name else MAT
    return MembershipRow(known.pop("line", 2), urn, uid, name, kind, **{"group_status": "Open", **known})


@pytest.fixture
def schools(service: Service) -> tuple[UUID, UUID]:
    def register(urn: int) -> UUID:
        with signed():
            return service.add(
                lambda: School.register(urn, name="Lark Hill", details={}, head=None, source=REGISTER)
            ).id

    return register(105900), register(105901)


@pytest.fixture
def take_in(service: Service, known: Lookup, ask: Ask, schools: tuple[UUID, UUID]) -> Import:
    def taken_in(*rows: MembershipRow | RowProblem, source: Source = JULY, **options: Any) -> GroupsReport:
        with signed():
            return import_groups(
                service, rows, source=source, known=known, known_groups=lambda: ask(known_groups), **options
            )

    return taken_in


def groups(ask: Ask, school: UUID) -> list[str]:
    return [group.name for group in ask(groups_of, school)]


def test_schools_join_the_groups_that_the_file_names(take_in: Import, ask: Ask, schools: tuple[UUID, UUID]) -> None:
    report = take_in(row(105900), row(105900, "77", "Lark Federation"), row(105901), row(999999))

    assert (report.joined, report.left, report.unknown) == (3, 0, 1)
    assert groups(ask, schools[0]) == ["Lark Federation", "Lark Trust"]
    assert groups(ask, schools[1]) == ["Lark Trust"]


def test_the_same_file_again_records_nothing(take_in: Import, told: Callable[[], list[Any]]) -> None:
    rows = row(105900, joined=date(2020, 4, 1)), row(105901)
    take_in(*rows)
    before = len(told())

    report = take_in(*rows, source=OCTOBER)

    assert (report.joined, report.left, report.unchanged, len(told())) == (0, 0, 2, before)


def test_a_school_leaves_a_group_that_the_file_names_without_it(
    take_in: Import, ask: Ask, schools: tuple[UUID, UUID]
) -> None:
    take_in(row(105900), row(105901))

    report = take_in(row(105901), source=OCTOBER)

    assert (report.joined, report.left, report.unchanged) == (0, 1, 1)
    assert (groups(ask, schools[0]), groups(ask, schools[1])) == ([], ["Lark Trust"])


def test_a_school_leaves_a_group_that_is_closed(take_in: Import, ask: Ask, schools: tuple[UUID, UUID]) -> None:
    take_in(row(105900))

    assert take_in(row(105900, group_status="Closed"), source=OCTOBER).left == 1
    assert groups(ask, schools[0]) == []


def test_a_file_tells_nothing_of_groups_that_it_does_not_name(
    take_in: Import, ask: Ask, schools: tuple[UUID, UUID]
) -> None:
    take_in(row(105900))

    assert take_in(row(105901, "77", "Lark Federation"), source=OCTOBER).left == 0
    assert groups(ask, schools[0]) == ["Lark Trust"]


def test_a_renamed_group_is_noted(take_in: Import, ask: Ask, schools: tuple[UUID, UUID]) -> None:
    take_in(row(105900))

    assert take_in(row(105900, name="Skylark Trust"), source=OCTOBER).joined == 1
    assert groups(ask, schools[0]) == ["Skylark Trust"]


@pytest.mark.parametrize("rows", [(row(105901),), (row(105900, name="Old Trust"), row(105901))])
def test_an_older_file_over_a_newer_one_is_refused_unless_forced(
    take_in: Import, told: Callable[[], list[Any]], rows: tuple[MembershipRow, ...]
) -> None:
    take_in(row(105900), row(105901), source=OCTOBER)
    before = len(told())

    with pytest.raises(OlderThanKnown):
        take_in(*rows)
    assert len(told()) == before

    take_in(*rows, force=True)
    assert len(told()) == before + 1


@pytest.mark.parametrize("options", [{}, {"full": True}])
def test_a_school_that_the_file_tells_in_two_academy_trusts_stays_where_it_is_known_to_be(
    take_in: Import, ask: Ask, schools: tuple[UUID, UUID], told: Callable[[], list[Any]], options: dict[str, bool]
) -> None:
    take_in(row(105900), row(105901))
    before = len(told())
    rows = (
        row(105900, "2060", "Skylark Trust", line=2),
        row(105900, "2061", "Wren Trust", line=3),
        row(105900, "77", "Lark Federation", line=4),
        row(105901, line=5),
    )

    report = take_in(*rows, source=OCTOBER, **options)

    assert [(problem.line, problem.column, problem.value) for problem in report.problems] == [
        (2, "Group UID", "2060"),
        (3, "Group UID", "2061"),
    ]
    assert all("several academy trusts (Skylark Trust; Wren Trust)" in each.reason for each in report.problems)
    assert groups(ask, schools[0]) == ["Lark Federation", "Lark Trust"]
    assert (report.joined, report.left, len(told())) == (1, 0, before + 1)


def test_problems_are_reported(take_in: Import) -> None:
    problem = RowProblem(3, "Group UID", "", "is missing")

    assert take_in(problem, row(105900)).problems == [problem]
