"""`sis import`: files taken in from the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from domain.vocabulary import Channel
from projections import providers, schools
from projections.database import alone
from projections.event_log import EVENTS
from web.console.imports import imports
from web.runtime.services import Services

HEADER = "URN,EstablishmentName,LA (name),EstablishmentStatus (name),Town,OpenDate"
ASHGROVE = "900001,Ashgrove High School,Wexmoor,Open,Wexmoor,01-09-1999"
LARK_HILL = "900002,Lark Hill Primary School,Wexmoor,Open,Larkton,"
ELSEWHERE = "900003,Far Away School,Elsewhere,Open,Farton,"

MEGABYTE = 1024


def run(*words: object) -> Result:
    return CliRunner().invoke(imports, list(map(str, words)))


def file_of(name: str, *lines: str) -> Path:
    path = Path(name)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def taken_in(*words: object) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


def taken_in_part(*words: object) -> str:
    """What an import tells that could not take everything, which its exit status says."""
    result = run(*words)
    assert result.exit_code == 1, result.output
    return result.output


def events_of(services: Services) -> int:
    """How much was recorded of anything but imports themselves."""
    with services.read() as connection:
        others = sa.select(sa.func.count()).where(EVENTS.c.topic.not_like("import.%"))
        return int(connection.execute(others).scalar_one())


def test_a_register_is_taken_in_with_its_source_and_day(services: Services) -> None:
    register = file_of("register_2024-06-17.csv", HEADER, ASHGROVE, LARK_HILL)

    told = taken_in("schools", register)

    assert "treated as dated 17 June 2024, by its name" in told
    assert "2 schools registered, 0 brought up to date, 0 unchanged" in told
    with services.read() as connection:
        school = schools.by_urn(connection, 900001)
    assert school is not None
    assert (school.name, school.source, school.dated) == ("Ashgrove High School", register.name, date(2024, 6, 17))
    created = next(iter(services.store.get(school.id)))
    assert created.meta.signature.channel is Channel.IMPORT


def test_the_same_file_again_records_nothing_of_schools(services: Services) -> None:
    register = file_of("register_2024-06-17.csv", HEADER, ASHGROVE, LARK_HILL)
    taken_in("schools", register)
    before = events_of(services)

    assert "0 schools registered, 0 brought up to date, 2 unchanged" in taken_in("schools", register)
    assert events_of(services) == before


def test_a_newer_file_records_its_differences_only(services: Services) -> None:
    taken_in("schools", file_of("register_2024-06-17.csv", HEADER, ASHGROVE, LARK_HILL))

    newer = file_of("register_2024-07-17.csv", HEADER, ASHGROVE, LARK_HILL.replace("Larkton", "Wexmoor"))

    assert "0 schools registered, 1 brought up to date, 1 unchanged" in taken_in("schools", newer)


def test_an_authority_that_has_no_school_in_the_file_is_refused(services: Services) -> None:
    register = file_of("register_2024-06-17.csv", HEADER, ASHGROVE)
    before = events_of(services)

    result = run("schools", register, "--la", "Slaford")

    assert result.exit_code == 1
    told = result.output.splitlines()[-1]
    assert told.startswith(f"Error: {register.name} has no school of Slaford. The names most like it are: Salford;")
    assert told.endswith("The authorities in the file are: Wexmoor")
    assert events_of(services) == before


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_read(services: Services) -> None:
    register = file_of("register_2024-06-17.csv", HEADER, ASHGROVE)
    before = events_of(services)

    for report in ("nowhere/problems.csv", register):
        result = run("schools", register, "--report", report)
        assert result.exit_code == 2
        assert "--report" in result.output

    assert events_of(services) == before
    assert register.read_text(encoding="utf-8").startswith("URN,")


def test_one_authority_is_taken_out_of_a_larger_file() -> None:
    register = file_of("register_2024-06-17.csv", HEADER, ASHGROVE, LARK_HILL, ELSEWHERE)

    assert "2 schools registered" in taken_in("schools", register, "--la", "wexmoor")


def test_a_day_given_counts_more_than_the_name(services: Services) -> None:
    register = file_of("register_2024-06-17.csv", HEADER, ASHGROVE)

    told = taken_in("schools", register, "--dated", "2024-06-19")

    assert "is treated as dated" not in told
    with services.read() as connection:
        school = schools.by_urn(connection, 900001)
    assert school is not None
    assert school.dated == date(2024, 6, 19)


def test_a_file_without_a_day_is_of_today_and_that_is_said(services: Services) -> None:
    told = taken_in("schools", file_of("register.csv", HEADER, ASHGROVE))

    assert "as neither --dated nor its name gives a date" in told
    with services.read() as connection:
        school = schools.by_urn(connection, 900001)
    assert school is not None
    assert school.dated == services.today()


def test_a_day_ahead_is_no_day_of_a_file(services: Services) -> None:
    result = run("schools", file_of("register.csv", HEADER, ASHGROVE), "--dated", "2999-01-01")

    assert result.exit_code == 2
    assert "cannot be in the future" in result.stderr
    assert events_of(services) == 0


def test_an_older_file_leaves_what_a_newer_one_told_unless_it_is_forced(services: Services) -> None:
    taken_in("schools", file_of("register_2024-06-17.csv", HEADER, ASHGROVE))
    older = file_of("register_2023-06-17.csv", HEADER, ASHGROVE.replace("High", "Secondary"))
    before = events_of(services)

    assert "1 cell told otherwise by a newer file" in taken_in("schools", older)
    assert events_of(services) == before
    assert "1 brought up to date" in taken_in("schools", older, "--force")


def test_a_second_import_at_a_time_is_refused(services: Services) -> None:
    register = file_of("register_2024-06-17.csv", HEADER, ASHGROVE)
    with alone(services.writer, "import"):
        refused = run("schools", register)
        assert "1 school registered" in taken_in("schools", register, "--dry-run")

    assert refused.exit_code == 1
    assert refused.stderr.splitlines()[-1].startswith("Error: Another import is running")
    assert events_of(services) == 0
    assert "1 school registered" in taken_in("schools", register)


def test_bad_rows_are_listed_while_good_ones_count() -> None:
    register = file_of(
        "register_2024-06-17.csv",
        HEADER,
        ASHGROVE,
        "12,No Such Number,Wexmoor,Open,,",
        LARK_HILL.replace("Open", "Ajar"),
    )

    told = taken_in_part("schools", register)

    assert "2 schools registered" in told
    assert "Problems: 2. See register_2024-06-17-problems.csv" in told
    listed = Path("register_2024-06-17-problems.csv").read_text(encoding="utf-8-sig").splitlines()
    assert listed[0] == "Line,Column,Value,Reason,What happened to the row"
    assert [line.split(",")[:3] for line in listed[1:]] == [
        ["3", "URN", "12"],
        ["4", "EstablishmentStatus (name)", "Ajar"],
    ]


def test_the_report_goes_where_it_is_asked_for() -> None:
    register = file_of("register_2024-06-17.csv", HEADER, "12,No Such Number,Wexmoor,Open,,")

    taken_in_part("schools", register, "--report", "here.csv")

    assert "12" in Path("here.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("command", ["schools", "links", "inspections", "groups", "providers"])
@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\x1f\x8bnot really packed", b"\x00\xff\x00"])
def test_a_file_of_something_else_is_refused_in_one_line(services: Services, command: str, content: bytes) -> None:
    Path("wrong.csv").write_bytes(content)

    result = run(command, "wrong.csv")

    assert result.exit_code == 1, result.output
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("Error: wrong.csv is not")
    assert events_of(services) == 0


def test_links_are_proposed_once_and_wait_for_a_person(services: Services) -> None:
    taken_in("schools", file_of("register_2024-06-17.csv", HEADER, ASHGROVE, LARK_HILL))
    links = file_of(
        "links_2024-07-01.csv", "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate", "900001,900002,x,Successor,"
    )

    assert "1 succession proposed, 0 known already" in taken_in("links", links)
    assert "0 successions proposed, 1 known already" in taken_in("links", links)
    with services.read() as connection:
        assert [proposal.urn for proposal in schools.proposed_successions(connection)] == [900002]


def test_inspections_are_recorded_once(services: Services) -> None:
    taken_in("schools", file_of("register_2024-06-17.csv", HEADER, ASHGROVE))
    rows = ("URN,Rating,Inspection Date", "900001,Good,2019-03-05", "900009,Good,2019-03-05")
    inspections = file_of("inspections_2020.csv", *rows)

    assert "1 inspection recorded, 0 known already, 1 of schools not in the" in taken_in("inspections", inspections)
    assert "0 inspections recorded, 1 known already" in taken_in("inspections", inspections)


MEMBERSHIPS = ("URN,Group UID,Group Name,Group Type,Joined date", "900001,77,The Wexmoor Trust,Multi-academy trust,")


def test_groups_are_noted_and_left(services: Services) -> None:
    taken_in("schools", file_of("register_2024-06-17.csv", HEADER, ASHGROVE))

    assert "1 membership noted" in taken_in("groups", file_of("groups_2024-06-18.csv", *MEMBERSHIPS))
    with services.read() as connection:
        school = schools.by_urn(connection, 900001)
        assert school is not None
        assert [group.name for group in schools.groups_of(connection, school.id)] == ["The Wexmoor Trust"]


def test_the_list_of_groups_tells_which_have_closed(services: Services) -> None:
    taken_in("schools", file_of("register_2024-06-17.csv", HEADER, ASHGROVE))
    memberships = file_of("group_links_2024-06-18.csv", *MEMBERSHIPS)
    taken_in("groups", memberships)

    listed = ("Group UID,Group Name,Group Type,Group Status", "77,The Wexmoor Trust,Multi-academy trust,Closed")
    closed = file_of("groups_2024-06-19.csv", *listed)

    assert "0 memberships noted, 1 ended" in taken_in("groups", closed, memberships)


def test_providers_are_registered_from_the_services_own_list(services: Services) -> None:
    own = file_of("ours.csv", "name,kind,subjects,phases", "Fractions Ltd,private,mathematics,secondary")

    assert "1 provider registered, 0 brought up to date" in taken_in("providers", own)
    assert "0 providers registered, 0 brought up to date, 1 unchanged" in taken_in("providers", own)
    with services.read() as connection:
        assert [found.reference for found in providers.providers_named(connection, "Fractions Ltd")] == [
            f"PV-{services.today().year}-0001"
        ]


def test_providers_of_a_published_list_of_names_are_of_the_kind_that_is_said(services: Services) -> None:
    names = file_of("bodies.csv", "name,type", "Wexmoor Teaching School Hub,teaching_school_hub")

    assert "1 provider registered" in taken_in("providers", names, "--kind", "public")
    with services.read() as connection:
        assert [found.kind for found in providers.providers_named(connection, "wexmoor teaching school hub")] == [
            "public"
        ]


@pytest.mark.real_data
def test_every_real_file_of_schools_is_taken_in(services: Services, real_data: Path) -> None:
    gias, salford = real_data / "gias", real_data / "salford_355"
    searched = gias / "search_results_hampshire_850_primary_2022-04-20.csv"
    groups, memberships = gias / "groups_2022-07.csv.gz", gias / "group_links_2022-07.csv.gz"

    sample = gias / "edubasealldata_format_sample_2021-05.csv"
    assert "99 schools registered" in taken_in("schools", sample, "--la", "all")
    assert "520 schools registered" in taken_in("schools", searched, "--la", "850")
    assert "91 schools registered" in taken_in("schools", salford / "register_2022-04.csv", "--la", "355")
    cut = taken_in("schools", gias / "register_2022-04_mainstream_open.csv.gz", "--la", "Salford")
    assert "0 schools registered, 0 brought up to date, 91 unchanged" in cut
    whole = taken_in("schools", salford / "register_2024-06_all_establishments.csv", "--la", "355")
    assert "195 schools registered" in whole
    assert "successions proposed" in taken_in("links", gias / "links_edubasealldata_2025-04-22.csv.gz")
    assert "0 successions proposed, " in taken_in("links", searched)
    assert "0 ended, 0 unchanged" in taken_in("groups", groups, memberships)
    assert "0 memberships noted, 0 ended" in taken_in("groups", memberships)
    assert "inspections recorded" in taken_in("inspections", real_data / "ofsted" / "inspections_2005-2020.csv.gz")
    before = events_of(services)
    for other in (gias / "establishment_types_2025-04-22.csv", salford / "census_2022-23.csv"):
        assert run("schools", other).exit_code == 1
    assert run("groups", groups).exit_code == 1
    assert events_of(services) == before


@pytest.mark.long
@pytest.mark.real_data
def test_the_national_register_is_taken_in_within_its_memory(real_data: Path) -> None:
    gias = real_data / "gias"
    register = gias / "register_2024-06_all_establishments.csv.gz"

    told, kilobytes = measured("schools", register, "--la", "all")
    assert "51,012 schools registered" in told
    assert kilobytes < 400 * MEGABYTE

    told, _ = measured("schools", register, "--la", "all")
    assert "0 schools registered, 0 brought up to date, 51,012 unchanged" in told


MEASURED = """
from web.console.imports import imports
try:
    imports()
finally:
    print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM:")))
"""


def measured(*words: object) -> tuple[str, int]:
    """What an import in a process of its own tells, and its largest memory in KiB.

    The process reads its own high-water mark: the one that the system keeps of a child begins at its parent's size.
    """
    command = [sys.executable, "-c", MEASURED, *map(str, words)]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **HERE}, check=False
    )
    assert done.returncode == 0, done.stdout
    return done.stdout, int(done.stdout.split("VmHWM:")[1].split()[0])


HERE = {"PYTHONPATH": str(Path(__file__).parents[3])}
