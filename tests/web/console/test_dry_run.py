"""What an import would change, shown without changing anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.console.test_imports import ASHGROVE, HEADER, LARK_HILL, MEMBERSHIPS, events_of, file_of, run, taken_in
from web.runtime.services import Services

INSPECTED = ("URN,Rating,Inspection Date", "900001,Good,2019-03-05", "900001,Good,2031-03-05")
LINKED = ("URN,LinkURN,LinkName,LinkType,LinkEstablishedDate", "900001,900002,x,Successor,")
LISTED = ("name,kind", "Fractions Ltd,private", "Decimals Ltd,private")


@pytest.mark.parametrize(
    ("command", "lines", "summary", "sentence"),
    [
        (
            "schools",
            (HEADER, ASHGROVE.replace("High", "Secondary"), LARK_HILL, ASHGROVE.replace("900001", "900004")),
            "1 school registered, 1 brought up to date, 1 unchanged",
            "900001: An import updated the school's details",
        ),
        ("links", LINKED, "1 succession proposed", "900001: An import recorded from"),
        ("inspections", INSPECTED, "1 inspection recorded", "900001: An import recorded the inspection"),
        ("groups", MEMBERSHIPS, "1 membership noted", "that the school belongs to The Wexmoor Trust"),
        ("providers", LISTED, "2 providers registered", "Fractions Ltd"),
    ],
)
def test_a_dry_run_tells_what_would_be_recorded_and_records_nothing(
    services: Services, command: str, lines: tuple[str, ...], summary: str, sentence: str
) -> None:
    taken_in("schools", file_of("register_2024-06-17.csv", HEADER, ASHGROVE, LARK_HILL))
    file = file_of("file_2024-06-18.csv", *lines)
    before = events_of(services)

    tried = run(command, file, "--dry-run")

    assert events_of(services) == before
    assert "This is a dry run: nothing was changed" in tried.stdout
    assert summary in tried.stdout
    assert sentence in tried.stdout
    done = run(command, file)
    assert done.exit_code == tried.exit_code
    assert summary in done.stdout, "what was said would be is what came"
    assert events_of(services) > before


def test_a_dry_run_tells_the_first_hundred_and_counts_the_rest(services: Services) -> None:
    rows = [f"9001{n:02},School {n},Wexmoor,Open,," for n in range(100)] + ["900300,Last,Wexmoor,Open,,"]
    told = taken_in("schools", file_of("register_2024-06-17.csv", HEADER, *rows), "--dry-run")
    assert told.count("Would be recorded:") == 101
    assert "Would be recorded: 1 more" in told
    assert events_of(services) == 0


def test_what_a_file_lacks_is_refused_in_a_dry_run_too(services: Services) -> None:
    taken_in("schools", file_of("register_2024-06-17.csv", HEADER, ASHGROVE, LARK_HILL))
    refused = run("schools", file_of("register_2024-06-18.csv", HEADER, ASHGROVE), "--dry-run")
    assert refused.exit_code == 1
    assert "lacks 1 of the 2 schools" in refused.stderr
    assert not Path("register_2024-06-18-problems.csv").exists()


def test_a_dry_run_tells_the_schools_of_which_nothing_changes_in_one_line(services: Services) -> None:
    rows = [f"{900100 + n},School {n},Wexmoor,Open,," for n in range(120)]
    taken_in("schools", file_of("register_2024-06-17.csv", HEADER, *rows))
    rows[-1] = rows[-1].replace("School", "Academy")
    told = taken_in("schools", file_of("register_2024-07-17.csv", HEADER, *rows), "--dry-run")
    assert told.count("Would be recorded:") == 2
    assert "from “School 119” to “Academy 119”" in told
    assert "An import confirmed unchanged school details from register_2024-07-17.csv of 17 July 2024" in told
    assert "120" in next(line for line in told.splitlines() if "confirmed unchanged school details" in line)
