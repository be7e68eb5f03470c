"""Files taken in again after successions are confirmed: nothing new, and nothing refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.school import School, Source
from domain.service import Service
from projections import schools
from projections.schools import by_urn, groups_of, inspections_of, known_groups, known_inspections
from providers.catalogue.groups import MembershipRow
from providers.catalogue.inspections import InspectionRow, framework_on
from providers.catalogue.links import LinkRow, direction_of
from providers.catalogue.register import SchoolRow
from providers.catalogue.source import RowProblem
from providers.intake.groups import GroupsReport, import_groups
from providers.intake.inspections import InspectionsReport, import_inspections
from providers.intake.links import LinksReport, confirm_merger, confirm_succession, import_links
from providers.intake.schools import import_schools
from tests.projections.conftest import Ask
from tests.providers.intake.conftest import Lookup
from tests.scenario import signed

REGISTER = Source("register_2026-04.csv", date(2026, 4, 25))
LINKS = Source("links_2026-04-22.csv", date(2026, 4, 22))
GROUPS = Source("group_links_2026-07.csv", date(2026, 7, 31))
OFSTED = Source("inspections_2005-2020.csv", date(2020, 2, 26))
SEPTEMBER, JUNE = date(2025, 9, 1), date(2014, 6, 3)

INFANT, JUNIOR, PRIMARY, ACADEMY, NEIGHBOUR = 105900, 105901, 148001, 149002, 105950
NAMES = {
    INFANT: "Lark Hill Infant School",
    JUNIOR: "Lark Hill Junior School",
    PRIMARY: "Lark Hill Primary School",
    ACADEMY: "Lark Hill Academy",
    NEIGHBOUR: "St Anne's",
}
REGISTERED = [SchoolRow(2, urn, {"name": name, "status": "Open"}) for urn, name in NAMES.items()]


def link(urn: int, linked: int, line: int = 2) -> LinkRow:
    return LinkRow(line, urn, linked, "Successor", direction_of("Successor"), None, SEPTEMBER)


def member(urn: int, uid: str, name: str, joined: date | None = SEPTEMBER) -> MembershipRow:
    kind = "Federation" if "Federation" in name else "Multi-academy trust"
    return MembershipRow(2, urn, uid, name, kind, group_status="Open", joined=joined)


def inspected(urn: int, rating: str = "Good") -> InspectionRow:
    return InspectionRow(2, urn, JUNE, rating, framework_on(JUNE))


LINKED = [link(INFANT, PRIMARY), link(JUNIOR, PRIMARY), link(PRIMARY, ACADEMY), link(INFANT, NEIGHBOUR)]
MEMBERS = [
    member(INFANT, "77", "Lark Federation", None),
    member(INFANT, "2058", "Lark Trust", None),
    member(JUNIOR, "77", "Lark Federation", None),
    member(PRIMARY, "2058", "Lark Trust"),
    member(ACADEMY, "2060", "Skylark Trust"),
]
INSPECTED = [inspected(urn) for urn in NAMES]


class Intake:
    """The four files, taken in one after the other."""

    def __init__(self, service: Service, known: Lookup, ask: Ask) -> None:
        self.service, self.known, self.ask = service, known, ask

    def register(self) -> None:
        with signed():
            import_schools(self.service, REGISTERED, source=REGISTER, known=self.known)

    def links(self, *rows: LinkRow | RowProblem, known: Lookup | None = None) -> LinksReport:
        with signed():
            return import_links(self.service, rows, source=LINKS, known=known or self.known)

    def groups(self, *rows: MembershipRow) -> GroupsReport:
        with signed():
            return import_groups(
                self.service, rows, source=GROUPS, known=self.known, known_groups=lambda: self.ask(known_groups)
            )

    def inspections(self, *rows: InspectionRow) -> InspectionsReport:
        with signed():
            return import_inspections(
                self.service,
                rows,
                source=OFSTED,
                known=self.known,
                known_inspections=lambda asked: self.ask(known_inspections, asked),
            )

    def all(self) -> list[RowProblem]:
        self.register()
        reports = self.links(*LINKED), self.groups(*MEMBERS), self.inspections(*INSPECTED)
        return [problem for report in reports for problem in report.problems]

    def id(self, urn: int) -> UUID:
        found: UUID = self.ask(by_urn, urn).id
        return found

    def goes_on(self, earlier: int, later: int) -> None:
        with signed():
            confirm_succession(self.service, self.id(earlier), later, later=self.id(later), reason="Converted")

    def went_into(self, earlier: int, later: int) -> None:
        with signed():
            confirm_merger(self.service, self.id(earlier), later, into=self.id(later), reason="Amalgamated")


@pytest.fixture
def intake(service: Service, known: Lookup, ask: Ask) -> Intake:
    intake = Intake(service, known, ask)
    intake.all()
    return intake


GOES_ON, GOES_ON_AGAIN = (Intake.goes_on, INFANT, PRIMARY), (Intake.goes_on, INFANT, ACADEMY)
WENT_INTO = (Intake.went_into, JUNIOR, PRIMARY)


@pytest.mark.parametrize(
    "confirmed",
    [
        pytest.param([GOES_ON], id="one goes on"),
        pytest.param([GOES_ON, GOES_ON_AGAIN], id="one goes on, and again"),
        pytest.param([WENT_INTO], id="one went into another"),
        pytest.param([GOES_ON, WENT_INTO], id="one goes on, the other went into it"),
        pytest.param([WENT_INTO, GOES_ON], id="one went into it, the other goes on"),
        pytest.param([WENT_INTO, GOES_ON, GOES_ON_AGAIN], id="one went into it, the other goes on, and again"),
    ],
)
def test_groups_links_and_inspections_again_after_confirmed_successions_record_nothing_and_refuse_nothing(
    intake: Intake,
    told: Callable[[], list[Any]],
    confirmed: list[tuple[Callable[[Intake, int, int], None], int, int]],
) -> None:
    for confirm, earlier, later in confirmed:
        confirm(intake, earlier, later)
    before = len(told())

    assert intake.all() == []
    assert told()[before:] == []


def test_a_school_that_goes_on_belongs_to_the_trusts_of_the_later_urn_from_their_own_file(
    intake: Intake, ask: Ask, told: Callable[[], list[Any]]
) -> None:
    before = len(told())

    intake.goes_on(PRIMARY, ACADEMY)

    assert [group.name for group in ask(groups_of, intake.id(ACADEMY))] == ["Lark Trust", "Skylark Trust"]
    assert [event.source for event in told()[before:] if isinstance(event, School.JoinedGroup)] == [GROUPS]


def test_a_school_leaves_the_trust_that_came_with_the_later_urn(intake: Intake, ask: Ask) -> None:
    intake.goes_on(PRIMARY, ACADEMY)

    report = intake.groups(*MEMBERS[:-1], member(NEIGHBOUR, "2060", "Skylark Trust"))

    assert (report.joined, report.left) == (1, 1)
    assert [group.name for group in ask(groups_of, intake.id(ACADEMY))] == ["Lark Trust"]


def test_a_urn_that_a_school_no_longer_has_takes_it_into_no_group(intake: Intake, ask: Ask) -> None:
    intake.went_into(JUNIOR, PRIMARY)

    report = intake.groups(*MEMBERS, member(JUNIOR, "90", "Wren Trust"))

    assert (report.joined, report.left) == (0, 0)
    assert [group.name for group in ask(groups_of, intake.id(JUNIOR))] == ["Lark Trust"]


def test_every_urn_answers_with_the_school_at_the_end(intake: Intake, ask: Ask) -> None:
    infants = intake.id(INFANT)
    intake.went_into(JUNIOR, PRIMARY)
    intake.goes_on(INFANT, PRIMARY)

    assert {ask(by_urn, urn).id for urn in (INFANT, JUNIOR, PRIMARY)} == {infants}
    assert {school.urn for school in ask(schools.merged_schools, infants)} == {JUNIOR, PRIMARY}
    assert {each.urn for each in ask(inspections_of, infants)} == {INFANT, JUNIOR, PRIMARY}


def test_a_rating_put_right_after_a_succession_is_told_once(intake: Intake, ask: Ask) -> None:
    intake.went_into(JUNIOR, PRIMARY)
    intake.goes_on(INFANT, PRIMARY)
    rows = inspected(JUNIOR, "Outstanding"), inspected(PRIMARY, "Inadequate")

    assert intake.inspections(*rows).recorded == 2
    assert intake.inspections(*rows).recorded == 0
    assert sorted((each.urn, each.rating) for each in ask(inspections_of, intake.id(INFANT))) == [
        (INFANT, "Good"),
        (JUNIOR, "Outstanding"),
        (PRIMARY, "Inadequate"),
    ]


def test_a_link_declined_at_the_later_record_is_not_proposed_again(
    intake: Intake, change: Callable[..., None]
) -> None:
    change(PRIMARY, lambda school: school.decline_succession(ACADEMY, reason="Another school"))
    intake.goes_on(INFANT, PRIMARY)

    assert intake.links(*LINKED).proposed == 0


def test_a_link_that_its_school_refuses_is_a_problem_and_the_others_are_proposed(
    intake: Intake, known: Lookup, told: Callable[[], list[Any]]
) -> None:
    urns = [INFANT, JUNIOR, PRIMARY, ACADEMY, NEIGHBOUR]
    before_it_went = dict(known(urns))
    intake.went_into(JUNIOR, PRIMARY)
    before = len(told())

    report = intake.links(link(JUNIOR, ACADEMY, 7), link(NEIGHBOUR, ACADEMY, 8), known=lambda _: before_it_went)

    assert report.proposed == 1
    assert [(problem.line, problem.value) for problem in report.problems] == [(7, str(JUNIOR))]
    assert [event.TOPIC for event in told()[before:]] == [School.SuccessionProposed.TOPIC]
