"""What a full file says by what it lacks or tells elsewhere: nothing closes, ends or moves unsaid."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from domain.authority import Authority
from domain.vocabulary import Channel
from projections import schools
from tests.web.console.test_imports import events_of, file_of, run, taken_in
from web.runtime.services import Services

HEADER = "URN,EstablishmentName,LA (code),LA (name),EstablishmentStatus (name)"
JULY = date(2024, 7, 17)


def school(n: int, la: str = "350,Wexmoor") -> str:
    return f"9000{n:02},School {n},{la},Open"


def register(name: str, *rows: str) -> Path:
    return file_of(name, HEADER, *rows)


@pytest.fixture
def twelve(services: Services) -> list[str]:
    rows = [school(n) for n in range(12)]
    taken_in("schools", register("register_2024-06-17.csv", *rows))
    return rows


def known(services: Services, urn: int) -> schools.KnownSchool:
    with services.read() as connection:
        found = schools.by_urn(connection, urn)
    assert found is not None
    return found


def test_a_file_that_lacks_more_than_a_tenth_changes_nothing_and_names_it(
    services: Services, twelve: list[str]
) -> None:
    before = events_of(services)
    part = register("register_2024-07-17.csv", twelve[0].replace("School 0", "Other"), *twelve[1:10])

    result = run("schools", part)

    assert result.exit_code == 1
    assert "lacks 2 of the 12 schools that are known" in result.stderr
    assert "School 10 (URN 900010); School 11 (URN 900011)" in result.stderr
    assert events_of(services) == before
    assert "0 schools registered, 1 brought up to date, 9 unchanged" in taken_in("schools", part, "--part")
    with services.read() as connection:
        assert schools.missed_schools(connection) == []


def test_a_school_that_vanished_is_put_before_a_person_and_stays_open(services: Services, twelve: list[str]) -> None:
    newer = register("register_2024-07-17.csv", *twelve[:11])

    told = taken_in("schools", newer)

    assert "Missing from the file, to be answered at /schools/missed: School 11 (URN 900011)" in told
    vanished = known(services, 900011)
    assert (vanished.status, vanished.closed) == ("Open", False)
    with services.read() as connection:
        assert [each.school for each in schools.missed_schools(connection)] == [vanished.id]
    before = events_of(services)
    taken_in("schools", register("register_2024-08-17.csv", *twelve[:11]))
    assert events_of(services) == before + 11, "missed once; the eleven that are named are confirmed"
    taken_in("schools", register("register_2024-09-17.csv", *twelve))
    with services.read() as connection:
        assert schools.missed_schools(connection) == []


def test_a_school_told_under_another_authority_goes_there_from_the_files_day(
    services: Services, twelve: list[str]
) -> None:
    moved = register("register_2024-07-17.csv", school(0, "351,Elsewhere"), *twelve[1:])

    told = taken_in("schools", moved)

    assert "No longer this authority's: School 0 (URN 900000) is now in Elsewhere" in told
    gone = known(services, 900000)
    assert (gone.left_on, gone.la_name, gone.closed, gone.status) == (JULY, "Elsewhere", True, "Open")
    before = events_of(services)
    taken_in("schools", moved)
    assert events_of(services) == before
    taken_in("schools", register("register_2024-08-17.csv", *twelve))
    assert (known(services, 900000).left_on, known(services, 900000).closed) == (None, False)


def test_schools_of_another_authority_are_not_taken_unless_they_are_named(
    services: Services, twelve: list[str]
) -> None:
    both = register("register_2024-07-17.csv", *twelve, school(50, "351,Elsewhere"))

    assert "0 schools registered, 0 brought up to date, 12 unchanged, 1 of other authorities" in taken_in(
        "schools", both
    )
    assert "1 school registered" in taken_in("schools", both, "--la", "Elsewhere")


def test_the_authority_of_the_database_is_the_one_that_is_taken(services: Services) -> None:
    with services.acting(None, "administrator", Channel.COMMAND_LINE):
        services.service.add(lambda: Authority.begin(name="Elsewhere Council", la_code="351", service_name="SIS"))
    both = register("register_2024-07-17.csv", school(1), school(50, "351,Elsewhere"))
    assert "1 school registered, 0 brought up to date, 0 unchanged, 1 of other" in taken_in("schools", both)
    assert known(services, 900050).la_code == "351"


def test_a_file_of_several_authorities_needs_one_to_be_named(services: Services) -> None:
    both = register("register_2024-07-17.csv", school(1), school(50, "351,Elsewhere"))

    result = run("schools", both)

    assert result.exit_code == 1
    assert "The schools are of Elsewhere, Wexmoor. Choose one authority with --la" in result.stderr
    assert events_of(services) == 0
    assert "2 schools registered" in taken_in("schools", both, "--la", "all")


def groups(name: str, *rows: str) -> Path:
    return file_of(name, "URN,Group UID,Group Name,Group Type,Joined date", *rows)


def test_an_academy_that_moved_leaves_the_trust_that_the_file_no_longer_names(
    services: Services, twelve: list[str]
) -> None:
    taken_in("groups", groups("groups_2024-06-18.csv", "900001,7,Old Trust,Single-academy trust,"))
    for options in ((), ("--part",)):
        moved = groups("groups_2024-07-18.csv", "900001,8,New Trust,Multi-academy trust,2024-07-01")
        taken_in("groups", moved, *options)
        with services.read() as connection:
            named = [group.name for group in schools.groups_of(connection, known(services, 900001).id)]
        assert named == ["New Trust"]


def test_memberships_that_a_full_file_no_longer_holds_end_and_those_beside_a_part_stand(
    services: Services, twelve: list[str]
) -> None:
    rows = [f"9000{n:02},{n},Federation {n},Federation," for n in range(12)]
    taken_in("groups", groups("groups_2024-06-18.csv", *rows))

    refused = run("groups", groups("groups_2024-07-18.csv", *rows[:6]))
    assert refused.exit_code == 1
    assert "lacks 6 of the 12 schools in groups" in refused.stderr
    assert "0 memberships noted, 0 ended, 6 unchanged" in taken_in(
        "groups", groups("groups_2024-07-18.csv", *rows[:6]), "--part"
    )
    assert "0 memberships noted, 1 ended, 11 unchanged" in taken_in(
        "groups", groups("groups_2024-08-18.csv", *rows[:11])
    )


@pytest.mark.real_data
def test_the_dirty_registers_change_only_what_they_say(services: Services, real_data: Path) -> None:
    dirty = real_data / "dirty"
    taken_in("schools", real_data / "salford_355" / "register_2022-04.csv")
    before = events_of(services)
    lacking = dirty / "register_lacking_52_schools.csv"

    refused = run("schools", lacking, "--dated", "2022-05-25")

    assert refused.exit_code == 1
    assert refused.stderr.count("(URN ") == 52
    assert events_of(services) == before
    taken_in("schools", lacking, "--dated", "2022-05-25", "--part")
    moved = taken_in("schools", dirty / "register_one_school_now_in_bolton.csv", "--dated", "2022-05-26", "--part")
    assert moved.count("is now in Bolton") == 1


def test_an_older_list_of_inspections_over_a_newer_one_is_refused(services: Services, twelve: list[str]) -> None:
    def listed(name: str, rating: str) -> Path:
        return file_of(name, "URN,Rating,Inspection Date", f"900001,{rating},2019-03-05")

    taken_in("inspections", listed("inspections_2020-01-31.csv", "Good"))
    older = listed("inspections_2019-12-31.csv", "Outstanding")
    before = events_of(services)

    refused = run("inspections", older)

    assert refused.exit_code == 1
    assert "a file of 31 January 2020 told otherwise" in refused.stderr
    assert events_of(services) == before
    assert "1 inspection recorded" in taken_in("inspections", older, "--force")
