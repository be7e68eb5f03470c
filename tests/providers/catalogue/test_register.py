from __future__ import annotations

import csv
import re
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from providers.catalogue.register import NotARegister, SchoolRow, UnknownAuthority, read_register
from providers.catalogue.source import RowProblem
from tests.providers.catalogue.conftest import Written
from tests.providers.catalogue.reading import problem, read, rows

NARROW = "URN,EstablishmentName,LA (name),PhaseOfEducation (name),Gender (name),EstablishmentStatus (name)\r\n"
NEEDED = "URN,EstablishmentName,EstablishmentStatus (name)"


def one(written: Written, headings: str, cells: str) -> dict[str, object]:
    """What is known of one open school from further columns."""
    path = written("register.csv", f"{NEEDED},{headings}\r\n100000,The School,Open,{cells}\r\n")
    (school,) = rows(read_register(path))
    return {name: value for name, value in school.known.items() if name not in ("name", "status")}


def test_a_layout_tells_only_what_it_has_columns_for(written: Written) -> None:
    path = written("r.csv", NARROW + "100000,The Aldgate School,City of London,Primary,,Open\r\n")
    (school,) = rows(read_register(path))
    assert school == SchoolRow(
        2,
        100000,
        {
            "name": "The Aldgate School",
            "la_name": "City of London",
            "phase": "primary",
            "gender": None,
            "status": "Open",
        },
    )


@pytest.mark.parametrize(
    ("published", "phase"),
    [
        ("Nursery", "nursery"),
        ("Primary", "primary"),
        ("Middle deemed primary", "middle_deemed_primary"),
        ("Secondary", "secondary"),
        ("Middle deemed secondary", "middle_deemed_secondary"),
        ("All-through", "all_through"),
        ("16 plus", "sixteen_plus"),
        ("Not applicable", "not_applicable"),
        ("", None),
    ],
)
def test_a_phase_has_the_services_own_word(written: Written, published: str, phase: str | None) -> None:
    assert one(written, "PhaseOfEducation (name)", published) == {"phase": phase}


@pytest.mark.parametrize(
    ("heading", "cell", "detail", "value"),
    [
        ("LA (code)", "355", "la_code", "355"),
        ("EstablishmentNumber", "45", "establishment_number", "0045"),
        ("OpenDate", "01-01-1900", "opened", None),
        ("CloseDate", "31-08-2022", "closed", date(2022, 8, 31)),
        ("ReasonEstablishmentOpened (name)", "Not applicable", "reason_opened", None),
        ("ReligiousCharacter (name)", "Does not apply", "religious_character", None),
        ("ReligiousCharacter (name)", "None", "religious_character", None),
        ("SchoolCapacity", "19.0", "capacity", 19),
        ("PercentageFSM", "13.7", "percent_fsm", Decimal("13.7")),
        ("TelephoneNum", "2072831147", "telephone", "02072831147"),
        ("SchoolWebsite", "www.a.sch.uk", "website", "http://www.a.sch.uk"),
        ("Trusts (code)", "2053", "trust_code", "2053"),
        ("Trusts (name)", "", "trust_name", None),
        ("OfstedRating (name)", "Special Measures", "inspection_rating", "Special Measures"),
        ("OfstedLastInsp", "", "last_inspected", None),
        ("Easting", "", "easting", None),
    ],
)
def test_each_detail_is_read_as_what_it_is(
    written: Written, heading: str, cell: str, detail: str, value: object
) -> None:
    assert one(written, heading, cell) == {detail: value}


def test_a_post_in_the_place_of_the_heads_title_becomes_the_job_title(written: Written) -> None:
    both = "HeadTitle (name),HeadPreferredJobTitle"
    assert one(written, both, "Principal,") == {"head_title": None, "head_job_title": "Principal"}
    assert one(written, both, "Headteacher,Head of School") == {
        "head_title": None,
        "head_job_title": "Head of School",
    }
    assert one(written, both, "Mrs,") == {"head_title": "Mrs", "head_job_title": None}
    assert one(written, "HeadTitle (name)", "Principal") == {"head_title": None}


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",The School,Salford,Primary,Mixed,Open", "URN", "is not a URN of 5 or 6 digits"),
        ("10x,The School,Salford,Primary,Mixed,Open", "URN", "is not a URN of 5 or 6 digits"),
        ("100000, ,Salford,Primary,Mixed,Open", "EstablishmentName", "is missing"),
        ("100000,Not applicable,Salford,Primary,Mixed,Open", "EstablishmentName", "is missing"),
    ],
)
def test_a_row_without_urn_or_name_does_not_count(written: Written, row: str, column: str, reason: str) -> None:
    good, problems = read(
        read_register(written("r.csv", f"{NARROW}{row}\r\n100001,B,Salford,Primary,Mixed,Open\r\n"))
    )
    assert [school.urn for school in good] == [100001]
    assert [(found.line, found.column, found.reason) for found in problems] == [(2, column, reason)]


@pytest.mark.parametrize(
    ("heading", "detail", "cell"),
    [
        ("PhaseOfEducation (name)", "phase", "Tertiary"),
        ("OpenDate", "opened", "31-02-2020"),
        ("NumberOfPupils", "pupils", "many"),
        ("Postcode", "postcode", "2036"),
        ("SchoolWebsite", "website", "javascript:alert(1)"),
    ],
)
def test_a_bad_cell_costs_its_detail_only(written: Written, heading: str, detail: str, cell: str) -> None:
    path = written("r.csv", f"{NEEDED},Town,{heading}\r\n100000,The School,Open,Salford,{cell}\r\n")
    good, problems = read(read_register(path))
    assert good[0].known == {"name": "The School", "status": "Open", "town": "Salford"}
    assert [(found.line, found.column, found.value) for found in problems] == [(2, heading, cell)]


@pytest.mark.parametrize("status", ["Gone", ""])
def test_a_school_of_unknown_status_counts_without_it(written: Written, status: str) -> None:
    good, problems = read(read_register(written("r.csv", f"{NEEDED}\r\n100000,The School,{status}\r\n")))
    assert good[0].known == {"name": "The School"}
    assert problems[0].column == "EstablishmentStatus (name)"


def test_the_second_row_of_a_urn_does_not_count(written: Written) -> None:
    path = written("r.csv", f"{NEEDED}\r\n100000,First,Open\r\n100001,B,Open\r\n100000,Second,Closed\r\n")
    good, problems = read(read_register(path))
    assert [school.known["name"] for school in good] == ["First", "B"]
    assert problems == [RowProblem(4, "URN", "100000", "stands already in line 2")]


def test_a_short_row_says_nothing_of_what_it_lacks(written: Written) -> None:
    path = written("r.csv", f"{NEEDED},Town,Postcode\r\n100000,The School,Open,Salford\r\n")
    good, problems = read(read_register(path))
    assert good[0].known == {"name": "The School", "status": "Open", "town": "Salford"}
    assert [(found.line, found.column) for found in problems] == [(2, "Postcode")]


def test_further_links_beyond_the_header_do_no_harm(written: Written) -> None:
    path = written(
        "r.csv", f"{NEEDED},Linked establishments\r\n100000,A,Open,100001 Successor,100002 Predecessor\r\n"
    )
    assert rows(read_register(path))[0].known == {"name": "A", "status": "Open"}


def test_the_list_of_opening_and_closing_dates_is_a_register_of_few_columns(written: Written) -> None:
    path = written(
        "dates.csv",
        "urn,name,town,postcode,lead_school,open_date,close_date\n100000, A ,London,EC3A 5DE,false,,01-09-2001\n",
    )
    assert rows(read_register(path))[0].known == {
        "name": "A",
        "town": "London",
        "postcode": "EC3A 5DE",
        "opened": None,
        "closed": date(2001, 9, 1),
    }


CODED = f'{NEEDED},LA (code),LA (name)\r\n100000,A,Open,355,Salford\r\n100001,B,Open,801,"Bristol, City of"\r\n'
NAMED = f'{NARROW}100000,A,Salford,Primary,Mixed,Open\r\n100001,B,"Bristol, City of",Primary,Mixed,Open\r\n'


@pytest.mark.parametrize("content", [CODED, NAMED])
@pytest.mark.parametrize(("la", "urn"), [("355", 100000), ("SALFORD", 100000), ("801", 100001), ("bristol", 100001)])
def test_one_authoritys_schools_are_picked_by_code_or_name(written: Written, content: str, la: str, urn: int) -> None:
    assert [school.urn for school in rows(read_register(written("r.csv", content), la=la))] == [urn]


def test_a_register_that_has_codes_only_is_picked_by_name_too(written: Written) -> None:
    path = written("r.csv", f"{NEEDED},LA (code)\r\n100000,A,Open,355\r\n100001,B,Open,801\r\n")
    assert [school.urn for school in rows(read_register(path, la="Salford"))] == [100000]


def test_problems_of_other_authorities_are_not_ours(written: Written) -> None:
    path = written("r.csv", CODED + "bad,C,Open,801,x\r\n")
    assert len(rows(read_register(path, la="355"))) == 1


def test_an_authority_without_a_school_in_the_file_is_refused_with_the_names_that_it_may_have_meant(
    written: Written,
) -> None:
    with pytest.raises(UnknownAuthority) as refused:
        read(read_register(written("r.csv", NAMED), la="Slaford City Council"))
    assert str(refused.value).startswith(
        "r.csv has no school of Slaford City Council. The names most like it are: Salf"
    )
    assert str(refused.value).endswith("The authorities in the file are: Bristol, City of; Salford")


def test_an_authority_asked_for_by_its_code_is_named_and_is_not_among_the_names_most_like_it(
    written: Written,
) -> None:
    for asked in ("350", "Bolton"):
        with pytest.raises(UnknownAuthority) as refused:
            read(read_register(written("r.csv", NAMED), la=asked))
        said, alike, *_ = str(refused.value).split(". ")
        assert said == "r.csv has no school of Bolton"
        assert "Bolton" not in alike


def test_an_authority_is_picked_by_any_of_its_names_and_codes_from_any_layout(written: Written) -> None:
    for content in (CODED, NAMED):
        path = written("r.csv", content)
        for la in ("Salford City Council", "E08000006", "0355", "City of Salford"):
            assert [school.urn for school in rows(read_register(path, la=la))] == [100000]


def test_a_reorganised_authority_is_picked_by_the_name_it_had(written: Written) -> None:
    path = written(
        "r.csv",
        f"{NEEDED},LA (name)\r\n100000,A,Closed,Pre-LGR 2023 Cumbria\r\n100001,B,Open,Cumberland\r\n"
        "100002,C,Closed,Pre-LGR 2019 Dorset\r\n100003,D,Open,Dorset\r\n",
    )
    for la in ("909", "Cumbria", "pre-lgr 2023 cumbria"):
        assert [school.urn for school in rows(read_register(path, la=la))] == [100000]
    assert [school.urn for school in rows(read_register(path, la="Dorset"))] == [100003]
    assert [school.urn for school in rows(read_register(path, la="835"))] == [100002]


def test_a_code_that_nobody_has_is_refused_where_the_file_has_names_only(written: Written) -> None:
    with pytest.raises(UnknownAuthority, match="999"):
        read_register(written("r.csv", NAMED), la="999")


def test_of_whom_a_register_is_that_names_no_authorities_counts_as_told_where_somebody_says_it(
    written: Written,
) -> None:
    path = written("r.csv", f"{NEEDED}\r\n100000,A,Open\r\n")
    with pytest.raises(NotARegister, match=r"does not name an authority\. Choose one authority"):
        read_register(path, la="355")
    for asked, told in (
        ("355", {"la_code": "355", "la_name": "Salford"}),
        ("salford", {"la_code": "355", "la_name": "Salford"}),
        ("Wexmoor", {"la_name": "Wexmoor"}),
    ):
        (school,) = rows(read_register(path, la=asked, is_la_told=True))
        assert school.known == {"name": "A", "status": "Open", **told}
    with pytest.raises(UnknownAuthority, match="999"):
        read_register(path, la="999", is_la_told=True)


def test_the_list_of_opening_and_closing_dates_is_of_all_authorities(written: Written) -> None:
    path = written("r.csv", "urn,name,open_date,close_date\r\n100000,A,,\r\n")
    with pytest.raises(NotARegister, match="lists schools of all authorities and names none"):
        read_register(path, la="355", is_la_told=True)


def test_a_file_that_is_no_register_is_refused_at_once(written: Written) -> None:
    with pytest.raises(NotARegister) as refused:
        read_register(written("r.csv", "URN,EstablishmentName,Group UID\r\n100000,A,1\r\n"))
    assert refused.value.missing == ("EstablishmentStatus (name)",)


def test_a_register_without_a_school_is_a_problem(written: Written) -> None:
    assert problem(read_register(written("r.csv", NARROW))).reason == "no school is in the file"


REGISTERS = {
    "gias/register_2024-06_all_establishments.csv.gz": (51_012, 0),
    "gias/register_2022-04_mainstream_open.csv.gz": (20_185, 1),
    "gias/search_results_hampshire_850_primary_2022-04-20.csv": (520, 0),
    "gias/edubasealldata_format_sample_2021-05.csv": (99, 0),
    "gias/open_close_dates_2022-04.csv.gz": (49_514, 1),
    "salford_355/register_2022-04.csv": (91, 0),
    "salford_355/register_2024-06_all_establishments.csv": (286, 0),
}


@pytest.mark.real_data
@pytest.mark.parametrize("name", REGISTERS)
def test_every_real_register_is_read_to_its_last_row(real_data: Path, name: str) -> None:
    good, problems = read(read_register(real_data / name))
    assert (len(good), len(problems)) == REGISTERS[name]
    assert len({school.urn for school in good}) == len(good)


@pytest.mark.real_data
def test_every_other_real_file_is_refused(real_data: Path) -> None:
    others = [
        path
        for folder in ("gias", "ofsted", "salford_355", "providers", "performance", "census", "reference")
        for path in sorted((real_data / folder).iterdir())
        if str(path.relative_to(real_data)) not in REGISTERS
    ]
    assert len(others) > 25
    for path in others:
        with pytest.raises(NotARegister):
            read_register(path)


@pytest.mark.real_data
def test_the_national_register_is_read_in_little_memory(real_data: Path) -> None:
    path = real_data / "gias/register_2024-06_all_establishments.csv.gz"
    assert sum(1 for _ in read_register(path)) == 51_012
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_register(path)) == 51_012
        assert tracemalloc.get_traced_memory()[1] < 16 * 1024 * 1024
    finally:
        tracemalloc.stop()


@pytest.mark.real_data
def test_the_national_register_has_the_published_statuses_and_whole_names(real_data: Path) -> None:
    schools = rows(read_register(real_data / "gias/register_2024-06_all_establishments.csv.gz"))
    assert Counter(school.known["status"] for school in schools) == {
        "Open": 26_997,
        "Open, but proposed to close": 111,
        "Proposed to open": 92,
        "Closed": 23_812,
    }
    assert sum(school.known["gender"] is None for school in schools) == 1_419 + 2_333
    names = [str(school.known["name"]) for school in schools]
    assert "St Stephen\u2019s International" in names
    assert not [name for name in names if re.search(r"[\x00-\x1f\x7f-\x9f]|  |^ | $", name)]


@pytest.mark.real_data
@pytest.mark.parametrize("la", ["355", "salford"])
def test_an_authority_picked_from_the_national_register_is_the_one_cut_out_of_it(real_data: Path, la: str) -> None:
    national = read_register(real_data / "gias/register_2024-06_all_establishments.csv.gz", la=la)
    cut_out = read_register(real_data / "salford_355/register_2024-06_all_establishments.csv")
    assert without_lines(national) == without_lines(cut_out)


def without_lines(found: Iterator[SchoolRow | RowProblem]) -> list[tuple[int, dict[str, object]]]:
    return [(school.urn, dict(school.known)) for school in rows(found)]


@pytest.mark.real_data
def test_the_cp1252_register_has_its_dates_websites_and_telephones(real_data: Path) -> None:
    schools, problems = read(read_register(real_data / "gias/register_2022-04_mainstream_open.csv.gz"))
    known = [school.known for school in schools]
    assert [(found.line, found.column) for found in problems] == [(13172, "SchoolWebsite")]
    assert sum(one["opened"] is None for one in known) == 9_805 + 138
    assert sum(one["closed"] is not None for one in known) == 128
    assert sum(one["telephone"] is None for one in known) == 52
    assert sum("website" in one and one["website"] is None for one in known) == 445
    assert all(str(one["website"]).startswith(("http://", "https://")) for one in known if one.get("website"))
    assert all(re.fullmatch(r"\d{4}", str(one["establishment_number"])) for one in known)
    assert not [one["head_title"] for one in known if one["head_title"] in ("Headteacher", "Principal")]


@pytest.mark.real_data
def test_the_full_download_and_the_search_results_tell_the_same_of_a_school(real_data: Path) -> None:
    narrow = rows(read_register(real_data / "gias/register_2022-04_mainstream_open.csv.gz", la="850"))
    searched = rows(read_register(real_data / "gias/search_results_hampshire_850_primary_2022-04-20.csv"))
    by_urn = {school.urn: school.known for school in searched}
    shared = [(school.known, by_urn[school.urn]) for school in narrow if school.urn in by_urn]
    assert len(shared) > 400
    for detail in (
        "name",
        "la_code",
        "establishment_number",
        "school_type",
        "phase",
        "postcode",
        "opened",
        "easting",
    ):
        assert sum(one[detail] != other[detail] for one, other in shared) <= 5, detail


@pytest.mark.real_data
def test_the_types_of_real_schools_are_the_published_types(real_data: Path) -> None:
    with (real_data / "gias/establishment_types_2025-04-22.csv").open(encoding="ascii", newline="") as file:
        published = {row["type-of-establishment-name"] for row in csv.DictReader(file)}
    for name in REGISTERS:
        if "establishments" in name or "open_close" in name:
            continue
        found = {school.known["school_type"] for school in read(read_register(real_data / name))[0]}
        assert found <= published
        assert found
