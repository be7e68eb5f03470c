from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest

from providers.catalogue.cells import PartlyRead, needed
from providers.catalogue.source import (
    Layout,
    RowProblem,
    SourceColumn,
    SourceRow,
    TablePart,
    WrongFile,
    date_in_name,
    encoding_of,
    open_table,
    read_document,
)
from tests.providers.catalogue.conftest import Written
from tests.providers.catalogue.reading import problem, read, rows

HEADER = "URN,Name\r\n"


def cells(path: Path, *, repeats_last: bool = False) -> list[list[str]]:
    table = open_table(path, ("URN",), WrongFile)
    return [[*row.cells, *row.more] for row in rows(table.rows(repeats_last=repeats_last))]


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "upload-without-a-suffix.gz"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_is_read_whatever_its_packing_encoding_and_line_ends(
    written: Written, name: str, encoding: str, end: str
) -> None:
    path = written(name, f"URN,Name{end}100000,Ysgol Môn \u2013 St Mary\u2019s{end}", encoding)
    if name.startswith("upload"):
        path = path.rename(path.with_suffix(""))
    assert cells(path) == [["100000", "Ysgol Môn \u2013 St Mary\u2019s"]]


def test_a_letter_that_is_not_utf8_far_into_the_file_makes_it_cp1252(written: Written) -> None:
    path = written("a.csv", HEADER + "100000,plain\r\n" * 20_000 + "100001,Môn\r\n", "cp1252")
    assert encoding_of(TablePart(path), WrongFile) == "cp1252"


def test_a_letter_on_the_edge_of_a_piece_is_still_utf8(written: Written) -> None:
    for before in range((1 << 16) - 3, (1 << 16) + 1):
        assert encoding_of(TablePart(written("a.csv", "x" * before + "\u2019")), WrongFile) == "utf-8"


def test_a_file_that_ends_within_a_letter_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("Môn".encode()[:2])
    assert encoding_of(TablePart(path), WrongFile) == "cp1252"


def test_a_damaged_packed_file_is_refused_before_a_row_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress((HEADER + "100000,Môn\r\n" * 5000).encode("cp1252"))[:-20])
    with pytest.raises(WrongFile, match="damaged"):
        open_table(path, ("URN",), WrongFile)


def test_an_empty_file_is_refused(written: Written) -> None:
    with pytest.raises(WrongFile, match="no header"):
        open_table(written("a.csv", "\r\n\r\n"), ("URN",), WrongFile)


def test_a_file_without_the_columns_is_refused_by_their_names(written: Written) -> None:
    with pytest.raises(WrongFile) as refused:
        open_table(written("a.csv", HEADER), ("URN", "LinkURN", "LinkType"), WrongFile)
    assert refused.value.missing == ("LinkURN", "LinkType")
    assert "LinkURN, LinkType" in str(refused.value)


def test_the_lines_of_rows_are_those_of_the_file(written: Written) -> None:
    path = written("a.csv", '\n\nURN,Name\n100000,"two\nlines"\n\n100001,b\n,\n100002,c\n')
    table = open_table(path, ("URN",), WrongFile)
    assert [row.line for row in rows(table.rows())] == [4, 7, 9]


def test_a_short_row_counts_for_the_cells_it_has(written: Written) -> None:
    path = written("a.csv", "URN,Name,Town\n100000,a\n100001,b,c\n")
    good, problems = read(open_table(path, ("URN",), WrongFile).rows())
    assert [row.cells for row in good] == [["100000", "a"], ["100001", "b", "c"]]
    assert problems == [RowProblem(2, "Town", "", "has 2 cells, the header 3")]


def test_a_long_row_does_not_count_because_its_cells_may_have_shifted(written: Written) -> None:
    path = written("a.csv", "URN,Name\n100000,Grange, The\n100001,b\n")
    good, problems = read(open_table(path, ("URN",), WrongFile).rows())
    assert [row.cells for row in good] == [["100001", "b"]]
    assert problems == [RowProblem(2, "", "The", "has 3 cells, the header 2")]


def test_empty_cells_beyond_the_header_do_no_harm(written: Written) -> None:
    assert cells(written("a.csv", "URN,Name\n100000,a,, ,\n")) == [["100000", "a"]]


def test_cells_beyond_the_header_are_more_of_the_last_column_where_it_repeats(written: Written) -> None:
    assert cells(written("a.csv", "URN,Links\n100000,a,b,c\n"), repeats_last=True) == [["100000", "a", "b", "c"]]


def test_an_unclosed_quotation_mark_is_suspected(written: Written) -> None:
    path = written("a.csv", 'URN,Name,Town\n100000,"a,b\n100001,c,d\n')
    assert "quotation mark" in problem(open_table(path, ("URN",), WrongFile).rows()).reason


def test_rows_taken_into_one_cell_by_a_quotation_mark_are_no_row(written: Written) -> None:
    path = written("r.csv", 'URN,Name,Town\n1,A,Oldham\n2,"B,Bury\n3,C,Leigh\n4,D,Sale\n')
    rows = list(open_table(path, ("URN",), WrongFile).rows())
    assert [row.cells[0] for row in rows if isinstance(row, SourceRow)] == ["1"]
    [lost] = [row for row in rows if isinstance(row, RowProblem)]
    assert (lost.line, lost.reason) == (
        3,
        "a quotation mark is not closed: 3 lines, from line 3 on, are not taken",
    )


def test_a_cell_of_monstrous_size_is_a_problem_and_reading_goes_on(written: Written) -> None:
    path = written("a.csv", f"URN,Name\n100000,{'x' * 140_000}\n100001,b\n")
    good, problems = read(open_table(path, ("URN",), WrongFile).rows())
    assert [row.cells for row in good] == [["100001", "b"]]
    assert (problems[0].line, "field larger" in problems[0].reason) == (2, True)


def test_progress_ends_at_the_size_of_the_file(written: Written) -> None:
    path = written("a.csv.gz", HEADER + "100000,a\n" * 3000)
    seen: list[tuple[int, int]] = []
    rows(open_table(path, ("URN",), WrongFile).rows(lambda read, size: seen.append((read, size))))
    size = path.stat().st_size
    assert len(seen) > 3
    assert seen[-1] == (size, size)
    assert all(read <= size == of for read, of in seen)
    assert [read for read, _ in seen] == sorted(read for read, _ in seen)


def test_a_cell_that_is_partly_read_counts_with_what_was_read() -> None:
    def half(text: str) -> str:
        raise PartlyRead("half of it is unreadable", text[:2])

    table_row = SourceRow(5, ["100000", "abcd"])
    columns = ((0, "URN", SourceColumn("urn", needed, ("URN",))), (1, "Name", SourceColumn("name", half, ("Name",))))
    known, problems = Layout(columns).known(table_row)
    assert known == {"urn": "100000", "name": "ab"}
    assert problems == [RowProblem(5, "Name", "abcd", "half of it is unreadable")]


def test_what_is_no_json_is_refused(written: Written) -> None:
    assert read_document(written("a.json.gz", '{"a": 1}'), WrongFile) == {"a": 1}
    with pytest.raises(WrongFile, match="no JSON"):
        read_document(written("b.json", "URN,Name"), WrongFile)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("search_results_hampshire_850_primary_2022-04-20.csv", date(2022, 4, 20)),
        ("edubasealldata20220425.csv", date(2022, 4, 25)),
        ("results 25-04-2022.csv", date(2022, 4, 25)),
        ("register_2022-04_mainstream_open.csv.gz", date(2022, 4, 30)),
        ("register_2024-02.csv", date(2024, 2, 29)),
        ("inspections_2005-2020.csv.gz", None),
        ("census_2022-23.csv", None),
        ("register_2022-02-30.csv", None),
        ("provider_10080446.csv", None),
        ("register.csv", None),
    ],
)
def test_the_date_of_a_file_is_in_its_name(name: str, day: date | None) -> None:
    assert date_in_name(Path("in-2019-01-01-folder") / name) == day
