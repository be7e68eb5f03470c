from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from providers.catalogue.links import LinkRow, NotLinks, direction_of, read_links
from tests.providers.catalogue.conftest import Written
from tests.providers.catalogue.reading import problem, read, rows

HEADER = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\r\n"
SEARCHED = "URN,EstablishmentName,Linked establishments\r\n"


def test_a_link_tells_who_followed_whom_and_when(written: Written) -> None:
    path = written("l.csv", HEADER + "100006,134643,Ysgol Môn,Predecessor - merged,01-01-2022\r\n", "cp1252")
    assert rows(read_links(path)) == [
        LinkRow(2, 100006, 134643, "Predecessor - merged", "predecessor", "Ysgol Môn", date(2022, 1, 1))
    ]


@pytest.mark.parametrize(
    ("kind", "direction"),
    [
        ("Successor", "successor"),
        ("Successor - Split School", "successor"),
        ("Predecessor - amalgamated", "predecessor"),
        ("Result of Amalgamation", "other"),
        ("Merged - change in age range", "other"),
        ("Sixth Form Centre Link", "other"),
        ("Closure", "other"),
    ],
)
def test_a_kind_of_link_has_a_direction(kind: str, direction: str) -> None:
    assert direction_of(kind) == direction


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("100006,134643,A,,01-01-2022", "LinkType"),
        ("100006,none,A,Successor,01-01-2022", "LinkURN"),
        ("100006,100006,A,Successor,01-01-2022", "LinkURN"),
    ],
)
def test_a_link_that_links_nothing_does_not_count(written: Written, row: str, column: str) -> None:
    good, problems = read(read_links(written("l.csv", f"{HEADER}{row}\r\n100006,100007,B,Successor,\r\n")))
    assert [(link.linked_urn, link.on) for link in good] == [(100007, None)]
    assert [(found.line, found.column) for found in problems] == [(2, column)]


def test_a_link_of_unreadable_date_counts_without_it(written: Written) -> None:
    good, problems = read(read_links(written("l.csv", HEADER + "100006,100007,B,Successor,soon\r\n")))
    assert good == [LinkRow(2, 100006, 100007, "Successor", "successor", "B", None)]
    assert [found.value for found in problems] == ["soon"]


def test_a_link_counts_once(written: Written) -> None:
    row = "100006,100007,B,Successor,\r\n"
    good, problems = read(read_links(written("l.csv", HEADER + row + row)))
    assert len(good) == 1
    assert problems[0].reason == "stands already in line 2"


def test_links_are_read_from_search_results_with_those_beyond_the_header(written: Written) -> None:
    text = SEARCHED + "116018,A,115961 Predecessor,148215 Successor\r\n116019,B,Does not have links\r\n116020,C,\r\n"
    links = rows(read_links(written("s.csv", text)))
    assert [(link.line, link.urn, link.linked_urn, link.direction) for link in links] == [
        (2, 116018, 115961, "predecessor"),
        (2, 116018, 148215, "successor"),
    ]


def test_a_link_in_search_results_that_names_no_school_is_a_problem(written: Written) -> None:
    found = problem(read_links(written("s.csv", SEARCHED + "116018,A,Successor\r\n")))
    assert (found.line, found.column, found.value) == (2, "Linked establishments", "Successor")


def test_a_file_without_links_is_refused_at_once(written: Written) -> None:
    with pytest.raises(NotLinks) as refused:
        read_links(written("l.csv", "URN,EstablishmentName\r\n100006,A\r\n"))
    assert refused.value.missing == ("LinkURN", "LinkType")


@pytest.mark.real_data
def test_the_real_links_are_read_to_the_last_row(real_data: Path) -> None:
    links = rows(read_links(real_data / "gias/links_edubasealldata_2025-04-22.csv.gz"))
    assert len(links) == 33_801
    assert len({link.kind for link in links}) == 17
    assert sum(link.on is None for link in links) == 8_253
    directions = Counter(link.direction for link in links)
    assert directions == {"successor": 16_793, "predecessor": 16_661, "other": 347}


@pytest.mark.real_data
def test_the_links_of_the_real_search_results_stand_in_the_list_of_links(real_data: Path) -> None:
    searched = rows(read_links(real_data / "gias/search_results_hampshire_850_primary_2022-04-20.csv"))
    listed = rows(read_links(real_data / "gias/links_edubasealldata_2025-04-22.csv.gz"))
    assert len(searched) == 145
    known = {(link.urn, link.linked_urn, link.direction) for link in listed}
    assert sum((link.urn, link.linked_urn, link.direction) in known for link in searched) >= 140
