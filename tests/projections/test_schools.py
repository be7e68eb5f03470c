"""The schools view: what the register tells, found by name, URN or postcode; who looks after a school on a day."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest

from domain.school import Inspection, School, Source, Value
from domain.service import Service
from domain.text import folded
from domain.vocabulary import Phase
from projections import schools
from projections.schools import looked_after, search
from tests.grants import set_need_category
from tests.projections.conftest import Ask, rows_of
from tests.scenario import TODAY, signed

list_rows = rows_of(schools.schools, schools.listed)
VIEWS = [schools.VIEW]

APRIL = Source("register_2026-04.csv", date(2026, 4, 25))
OCTOBER = Source("register_2026-10.csv", date(2026, 10, 30))
SEPTEMBER, NEXT_YEAR = date(2026, 9, 1), date(2027, 1, 4)
ANNA, BILAL = uuid4(), uuid4()

ST_ANNES = "St. Anne\N{RIGHT SINGLE QUOTATION MARK}s RC High School"
ST_PAULS = (
    (105912, "Heathside Grove", "M28 3HB"),
    (105931, "Broughton Road East", "M6 6GF"),
    (105935, "Liverpool Road", "M30 0SE"),
    (105960, "Nursery Street", "M6 5HX"),
)


def register(service: Service, urn: int, name: str, **details: Value) -> UUID:
    known = {"status": "Open", "phase": "primary", "la_code": "355", "la_name": "Salford", **details}
    with signed():
        return service.add(
            lambda: School.register(urn, name=name, details=known, head="Ms J Okafor", source=APRIL)
        ).id


@pytest.fixture
def lark_hill(service: Service) -> UUID:
    return register(service, 105900, "Lark Hill Primary School", town="Salford", postcode="M5 4BJ")


@pytest.fixture
def st_annes(service: Service) -> UUID:
    return register(service, 105999, ST_ANNES, town="Ashton-under-Lyne", postcode="OL6 8AP", phase="secondary")


def ids(found: list[schools.KnownSchool]) -> set[UUID]:
    return {school.id for school in found}


def names(found: list[schools.KnownSchool]) -> list[str]:
    return [school.name for school in found]


@pytest.mark.parametrize(
    "text",
    [
        "st annes",
        "ST ANNE'S",
        "St Anne\N{RIGHT SINGLE QUOTATION MARK}s high",
        "anne",
        "105999",
        "ol68ap",
        "OL6 8AP",
        "ashton under lyne",
        "lyne-rc",
    ],
)
def test_a_school_is_found_by_name_urn_town_or_postcode(
    service: Service, ask: Ask, lark_hill: UUID, st_annes: UUID, text: str
) -> None:
    assert [school.id for school in ask(search, text)] == [st_annes]


@pytest.mark.parametrize("text", ["", " ' ", "%", "anne hill", "105998"])
def test_what_no_school_holds_in_full_finds_none(
    service: Service, ask: Ask, lark_hill: UUID, st_annes: UUID, text: str
) -> None:
    assert ask(search, text) == []


def test_accents_do_not_hinder_a_search() -> None:
    assert folded("École  Saint-Exupéry") == "ecole saint exupery"


def test_four_schools_of_one_name_are_told_apart_by_their_addresses(service: Service, ask: Ask) -> None:
    for urn, street, postcode in ST_PAULS:
        register(service, urn, "St Paul's CofE Primary School", street=street, town="Salford", postcode=postcode)

    found = ask(search, "st pauls")

    assert {(school.urn, school.address) for school in found} == {
        (urn, f"{street}, Salford, {postcode}") for urn, street, postcode in ST_PAULS
    }


def test_a_search_may_keep_to_one_authority(service: Service, ask: Ask, lark_hill: UUID) -> None:
    register(service, 116000, "Lark Rise Infant School", la_code="850", la_name="Hampshire")

    assert names(ask(search, "lark", la="850")) == ["Lark Rise Infant School"]
    assert names(ask(search, "lark", la="salford")) == ["Lark Hill Primary School"]


def test_the_schools_of_one_authority_are_those_of_every_layout_in_which_it_is_told(
    service: Service, ask: Ask, lark_hill: UUID
) -> None:
    by_name = register(service, 116000, "By name", la_code=None)
    by_code = register(service, 116001, "By code", la_name=None)
    unknown = register(service, 116002, "Unknown", la_code=None, la_name=None)
    another = register(service, 116003, "Another", la_code=None, la_name="Bolton")

    for salford in ("355", "Salford City Council", "E08000006"):
        found = ask(list_rows, today=TODAY, la=salford)
        assert {school.id for school in found} == {lark_hill, by_name, by_code}
    ours = schools.Remit(["Community school"], "355")
    assert ids(ask(list_rows, today=TODAY, served=ours)) == {lark_hill, by_name, by_code, unknown}
    assert ids(ask(list_rows, today=TODAY, not_served=ours)) == {another}


def test_the_service_works_with_open_schools_of_its_types_and_with_those_of_which_nobody_told(
    service: Service, ask: Ask, lark_hill: UUID
) -> None:
    academy = register(service, 116000, "Academy", school_type="Academy Converter")
    closing = register(service, 116001, "Closing", status="Open, but proposed to close")
    no_status = register(service, 116002, "No status", status=None)
    others = {
        register(service, 116003, "Grammar", school_type="Other independent school"),
        register(service, 116004, "To come", status="Proposed to open"),
        register(service, 116005, "Gone", status="Closed", school_type="Academy converter"),
    }
    remit = schools.Remit(("Community school", "Academy converter"))

    served = ask(list_rows, today=TODAY, served=remit)
    assert {school.id for school in served} == {lark_hill, academy, closing, no_status}
    assert {school.id for school in ask(list_rows, today=TODAY, not_served=remit)} == others
    assert sum(each.number for each in ask(schools.by_type)) == 7


def test_pages_follow_each_other_with_closed_schools_last(service: Service, ask: Ask) -> None:
    for urn, name, status in (
        (1001, "Beech", "Closed"),
        (1002, "Cedar", "Open"),
        (1003, "Alder", "Open"),
        (1004, "Alder", "Open"),
        (1005, "Ash", "Closed"),
    ):
        register(service, urn, name, status=status)

    found, after = [], None
    while page := ask(list_rows, today=TODAY, limit=2, after=after):
        found += page
        after = str(page[-1].id)

    assert [school.urn for school in found] == [1003, 1004, 1002, 1005, 1001]


def test_a_page_after_an_unknown_school_is_empty(service: Service, ask: Ask, lark_hill: UUID) -> None:
    assert ask(list_rows, today=TODAY, after=str(uuid4())) == []


def test_a_list_keeps_what_is_asked_for(service: Service, ask: Ask, lark_hill: UUID, st_annes: UUID) -> None:
    assert names(ask(list_rows, today=TODAY, phases=[Phase.PRIMARY])) == ["Lark Hill Primary School"]
    assert names(ask(list_rows, today=TODAY, status="Closed")) == []
    assert len(ask(list_rows, today=TODAY, status="Open")) == 2


def test_a_newer_file_changes_one_school_alone(service: Service, ask: Ask, lark_hill: UUID, st_annes: UUID) -> None:
    before = ask(schools.by_urn, 105999)
    with signed():
        service.change(
            School,
            lark_hill,
            lambda school: (
                school.refresh(
                    {"name": "Lark Hill Academy", "phase": "all_through", "town": None, "telephone": "0161"},
                    source=OCTOBER,
                ),
                school.name_head("Mr T Ashworth", source=OCTOBER),
            ),
        )

    after = ask(schools.by_urn, 105900)
    assert (after.name, after.phase, after.head_name) == ("Lark Hill Academy", Phase.ALL_THROUGH, "Mr T Ashworth")
    assert (after.detail("telephone"), after.detail("town"), after.detail("postcode")) == ("0161", None, "M5 4BJ")
    assert (after.source, after.dated, after.version) == (OCTOBER.file, OCTOBER.dated, 3)
    assert names(ask(search, "academy")) == ["Lark Hill Academy"]
    assert ask(schools.by_urn, 105999) == before


def test_what_an_older_file_tells_leaves_the_school_dated_by_the_newer(
    service: Service, ask: Ask, lark_hill: UUID
) -> None:
    with signed():
        service.change(
            School,
            lark_hill,
            lambda school: school.refresh({"town": "Eccles"}, source=Source("old", date(2020, 1, 1)), force=True),
        )

    school = ask(schools.by_urn, 105900)
    assert (school.detail("town"), school.dated, school.source) == ("Eccles", APRIL.dated, APRIL.file)


def assign(service: Service, school: UUID, officer: UUID, from_: date) -> None:
    with signed():
        service.change(
            School, school, lambda school: school.assign_link_officer(officer, from_=from_, reason="Balance of work")
        )


def test_who_looks_after_a_school_depends_on_the_day(
    service: Service, ask: Ask, lark_hill: UUID, st_annes: UUID
) -> None:
    assign(service, lark_hill, ANNA, SEPTEMBER)
    assign(service, lark_hill, BILAL, NEXT_YEAR)
    assign(service, st_annes, ANNA, SEPTEMBER)

    def officers(day: date) -> list[UUID | None]:
        found = ask(looked_after, [lark_hill, st_annes], today=day)
        return [found[school].link_officer for school in (lark_hill, st_annes)]

    assert officers(date(2026, 8, 31)) == [None, None]
    assert officers(TODAY) == [ANNA, ANNA]
    assert officers(NEXT_YEAR) == [BILAL, ANNA]
    assert names(ask(schools.of_officer, ANNA, today=TODAY)) == [
        "Lark Hill Primary School",
        ST_ANNES,
    ]
    assert names(ask(schools.of_officer, ANNA, today=NEXT_YEAR)) == [ST_ANNES]
    assert names(ask(schools.of_officer, BILAL, today=TODAY)) == []
    assert names(ask(schools.linked_to, BILAL, today=TODAY)) == ["Lark Hill Primary School"]
    assert len(ask(schools.of_team, [ANNA, BILAL], today=NEXT_YEAR)) == 2


def test_a_released_officer_keeps_the_school_to_the_last_day(
    service: Service, ask: Ask, lark_hill: UUID, st_annes: UUID
) -> None:
    assign(service, lark_hill, ANNA, SEPTEMBER)
    assign(service, st_annes, ANNA, SEPTEMBER)
    with signed():
        service.change(School, lark_hill, lambda school: school.release_link_officer(until=TODAY, reason="Retires"))

    assert len(ask(schools.of_officer, ANNA, today=TODAY)) == 2
    assert names(ask(schools.of_officer, ANNA, today=NEXT_YEAR)) == [ST_ANNES]
    assert ask(looked_after, [lark_hill], today=NEXT_YEAR)[lark_hill].link_officer is None


def test_whoever_stands_in_has_the_school_for_those_days(
    service: Service, ask: Ask, lark_hill: UUID, st_annes: UUID
) -> None:
    assign(service, lark_hill, ANNA, SEPTEMBER)
    with signed():
        service.change(
            School,
            lark_hill,
            lambda school: school.arrange_cover(BILAL, from_=TODAY, to=date(2026, 11, 30), reason="Leave"),
        )
    assert names(ask(schools.of_officer, BILAL, today=date(2026, 11, 30))) == ["Lark Hill Primary School"]

    with signed():
        service.change(School, lark_hill, lambda school: school.end_cover(until=date(2026, 11, 6), reason="Back"))

    cared_for = ask(looked_after, [lark_hill], today=TODAY)[lark_hill]
    assert (cared_for.link_officer, cared_for.cover_officer, cared_for.cover_to) == (ANNA, BILAL, date(2026, 11, 6))
    assert ask(schools.of_officer, BILAL, today=date(2026, 11, 7)) == []
    assert names(ask(list_rows, today=TODAY, officers=[BILAL])) == ["Lark Hill Primary School"]


def test_a_need_category_counts_until_the_next_one(
    service: Service, ask: Ask, lark_hill: UUID, st_annes: UUID
) -> None:
    for category, from_ in (("B", SEPTEMBER), ("C", NEXT_YEAR)):
        with signed():
            service.change(
                School,
                lark_hill,
                lambda school, category=category, from_=from_: set_need_category(
                    school,
                    category,
                    among=("B", "C"),
                    from_=from_,
                    review_due=date(2027, 7, 1),
                    rationale="Results",
                    scheme="settings-0",
                ),
            )

    assert ask(looked_after, [lark_hill], today=TODAY)[lark_hill].need_category == "B"
    assert names(ask(list_rows, today=TODAY, category="B")) == ["Lark Hill Primary School"]
    assert ask(list_rows, today=TODAY, category="C") == []
    assert names(ask(list_rows, today=NEXT_YEAR, category="C")) == ["Lark Hill Primary School"]
    assert ask(list_rows, today=NEXT_YEAR, category="B") == []


def propose(service: Service, school: UUID, urn: int) -> None:
    with signed():
        service.change(
            School,
            school,
            lambda school: school.propose_succession(urn, kind="Successor", on=SEPTEMBER, source=OCTOBER),
        )


def test_a_school_is_found_by_every_urn_it_ever_had(
    service: Service, ask: Ask, lark_hill: UUID, st_annes: UUID
) -> None:
    propose(service, lark_hill, 148001)
    with signed():
        service.change(
            School,
            lark_hill,
            lambda school: school.go_on_as(
                148001,
                name="Lark Hill Academy",
                details={"status": "Open"},
                head=None,
                dated=OCTOBER.dated,
                reason="Converted",
            ),
        )

    now = ask(schools.by_urn, 148001)
    assert (now.id, now.urn, now.urns, now.name) == (lark_hill, 148001, (105900, 148001), "Lark Hill Academy")
    assert ask(schools.by_urn, 105900) == now
    assert ask(search, "105900") == ask(search, "148001") == [now]
    assert ask(schools.by_urn, 105999).id == st_annes
    assert ask(schools.proposed_successions) == []


def test_a_proposed_succession_waits_until_it_is_declined(
    service: Service, ask: Ask, lark_hill: UUID, st_annes: UUID
) -> None:
    propose(service, lark_hill, 148001)
    propose(service, st_annes, 148002)
    assert [(each.school, each.urn) for each in ask(schools.proposed_successions)] == [
        (lark_hill, 148001),
        (st_annes, 148002),
    ]

    with signed():
        service.change(School, lark_hill, lambda school: school.decline_succession(148001, reason="Another school"))

    assert [(each.school, each.urn) for each in ask(schools.proposed_successions)] == [(st_annes, 148002)]
    assert ask(schools.by_urn, 105900).successors == (148001,)


def test_a_merged_school_answers_as_the_one_it_went_into(
    service: Service, ask: Ask, lark_hill: UUID, st_annes: UUID
) -> None:
    good = Inspection(105900, date(2019, 1, 30), "Good", "common inspection framework, 2015")
    with signed():
        service.change(
            School,
            lark_hill,
            lambda school: (
                school.record_inspection(good, source=OCTOBER),
                school.merge_into(st_annes, on=SEPTEMBER, reason="Amalgamated"),
            ),
        )

    assert ask(schools.by_urn, 105900).id == st_annes
    assert [each.id for each in ask(search, "lark hill")] == [st_annes]
    assert names(ask(schools.merged_schools, st_annes)) == ["Lark Hill Primary School"]
    assert [each.rating for each in ask(schools.inspections_of, st_annes)] == ["Good"]


def test_groups_and_inspections_stand_with_their_school(
    service: Service, ask: Ask, lark_hill: UUID, st_annes: UUID
) -> None:
    good = Inspection(105900, date(2019, 1, 30), "Good", "common inspection framework, 2015")
    for school in (lark_hill, st_annes):
        with signed():
            service.change(
                School,
                school,
                lambda school: school.join_group(
                    "2058", name="Lark Trust", kind="Multi-academy trust", joined=None, source=APRIL
                ),
            )
    with signed():
        service.change(
            School,
            lark_hill,
            lambda school: (
                school.record_inspection(good, source=OCTOBER),
                school.leave_group("2058", source=OCTOBER),
            ),
        )

    assert ask(schools.groups_of, lark_hill) == []
    assert [group.name for group in ask(schools.groups_of, st_annes)] == ["Lark Trust"]
    assert list(ask(schools.known_groups)) == [(st_annes, "2058")]
    assert ask(schools.inspections_of, st_annes) == []
    assert list(ask(schools.known_inspections, [lark_hill, st_annes])) == [(lark_hill, date(2019, 1, 30), 105900)]
