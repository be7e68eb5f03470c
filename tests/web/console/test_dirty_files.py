"""Files with one fault each, taken in at the command line: what is taken, what is said, and the exit status."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.provider import Provider
from projections import providers
from tests.web.console.test_imports import HEADER, events_of, file_of, run, taken_in, taken_in_part
from web.runtime.services import Services

KINDLESS = ("name,type,website,email,day rate", "Acme Ltd,private,https://acme.example,info@acme.example,450")


def test_what_an_unclosed_quotation_mark_took_is_said_in_plain_sight() -> None:
    rows = [
        f'9000{n:02},"School {n},Wexmoor,Open,,' if n == 9 else f"9000{n:02},School,Wexmoor,Open,," for n in range(20)
    ]
    told = taken_in_part("schools", file_of("register_2024-06-17.csv", HEADER, *rows))
    assert "9 schools registered" in told
    assert "Line 11: a quotation mark is not closed: 11 lines, from line 11 on, are not taken" in told


def test_a_file_that_lacks_what_a_quotation_mark_took_is_refused_with_that_line() -> None:
    """Else it looks like a part, and taken as one it would be short in silence."""
    rows = [f"9000{n:02},School {n},Wexmoor,Open,," for n in range(20)]
    taken_in("schools", file_of("register_2024-06-17.csv", HEADER, *rows))
    rows[9] = '900009,"School 9,Wexmoor,Open,,'
    refused = run("schools", file_of("register_2024-06-24.csv", HEADER, *rows))
    assert refused.exit_code == 1
    assert "The file lacks 11 of the 20 schools" in refused.stderr
    assert "Line 11: a quotation mark is not closed: 11 lines, from line 11 on, are not taken" in refused.stderr


def test_a_column_that_is_not_taken_is_said_in_plain_sight() -> None:
    told = taken_in_part(
        "schools", file_of("register_2024-06-17.csv", HEADER, "900001,Ashgrove,Wexmoor,Open,,12/31/1999")
    )
    assert "1 school registered" in told
    assert "Line 2, OpenDate (12/31/1999): the day stands second; no date of this column is taken" in told


def test_doubles_and_closing_lines_are_counted_and_no_fault() -> None:
    row = "900001,Ashgrove High School,Wexmoor,Open,Wexmoor,"
    told = taken_in("schools", file_of("register_2024-06-17.csv", HEADER, row, row, "", "Rows: 2"))
    assert "1 school registered, 0 brought up to date, 0 unchanged, 2 doubles and closing lines passed over" in told


def test_one_inspection_of_a_day_to_come_costs_itself_alone() -> None:
    taken_in("schools", file_of("register_2024-06-17.csv", HEADER, "900001,Ashgrove,Wexmoor,Open,,"))
    days = ["2006-01-01", "2031-05-05", "2007-02-05"]
    told = taken_in_part(
        "inspections", file_of("i.csv", "URN,Rating,Inspection Date", *[f"900001,Good,{day}" for day in days])
    )
    assert "2 inspections recorded" in told
    assert "3,Inspection Date,2031-05-05," in Path("i-problems.csv").read_text(encoding="utf-8-sig")


def test_a_fault_in_a_row_of_a_school_of_others_is_counted_with_them() -> None:
    taken_in("schools", file_of("register_2024-06-17.csv", HEADER, "900001,Ashgrove,Wexmoor,Open,,"))
    rows = ("URN,Rating,Inspection Date", "900001,Good,2019-03-05", "900777,Splendid,2019-03-05")
    assert "1 inspection recorded, 0 known already, 1 of schools" in taken_in("inspections", file_of("i.csv", *rows))


def test_a_list_of_providers_may_say_type_for_kind(services: Services) -> None:
    assert "1 provider registered" in taken_in("providers", file_of("ours.csv", *KINDLESS))
    with services.read() as connection:
        [found] = providers.providers_named(connection, "Acme Ltd")
    acme = services.service.find(Provider, found.id)
    assert (found.kind, acme.email, acme.website) == ("private", "info@acme.example", "https://acme.example")


def test_a_column_that_a_list_of_providers_does_not_have_is_said() -> None:
    told = taken_in_part("providers", file_of("ours.csv", "name,kind,web site", "Acme Ltd,private,acme.example"))
    assert "1 provider registered" in told
    assert "Line 1, web site: is no column of a list of providers" in told


@pytest.mark.real_data
def test_every_dirty_file_is_taken_or_refused_as_it_should_be(services: Services, real_data: Path) -> None:
    dirty = real_data / "dirty"
    doubled = run("schools", dirty / "doubled_heading.csv")
    assert doubled.exit_code == 1
    assert "EstablishmentName" in doubled.stderr
    assert events_of(services) == 0

    swallowed = taken_in_part("schools", dirty / "open_quotation_mark.csv")
    assert "9 schools registered" in swallowed
    assert "82 lines, from line 11 on" in swallowed

    american = taken_in_part("schools", dirty / "american_dates.csv")
    assert "82 schools registered" in american
    assert "here and in 43 more; no date of this column is taken" in american
    assert "0 schools registered, 82 brought up to date, 9 unchanged" in taken_in("schools", dirty / "semicolons.csv")
    for name in ("title_lines.csv", "register_as_downloaded.zip"):
        assert "91 unchanged" in taken_in("schools", dirty / name)

    inspections = taken_in_part("inspections", dirty / "inspections_one_in_the_future.csv")
    assert "200 inspections recorded" in inspections
    assert "1 provider registered" in taken_in("providers", dirty / "providers_type_for_kind.csv")
