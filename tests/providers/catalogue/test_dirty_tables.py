"""Tables with one fault each: read for what they are, or refused by what is wrong with them."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from providers.catalogue.inspections import NotInspections, read_inspections
from providers.catalogue.register import NotARegister, SchoolRow, read_register
from providers.catalogue.source import Loss, RowProblem
from tests.providers.catalogue.conftest import Written
from tests.providers.catalogue.reading import problem, read, rows

HEADER = "URN,EstablishmentName,EstablishmentStatus (name),OpenDate,CloseDate,Town"
FIRST = "100000,First School,Open,01-09-1999,,Bury"
SECOND = "100001,Second School,Open,25-12-1999,,Sale"


def register(*lines: str) -> str:
    return "\r\n".join((HEADER, *lines)) + "\r\n"


def names(path: Path) -> list[object]:
    return [school.known["name"] for school in rows(read_register(path))]


@pytest.mark.parametrize("again", ["EstablishmentName", "establishmentname", " Town "])
def test_a_doubled_heading_is_refused_by_its_name(written: Written, again: str) -> None:
    path = written("r.csv", f"{HEADER},{again}\n{FIRST},OTHER\n")
    with pytest.raises(NotARegister, match=again.strip() + " stands twice"):
        read_register(path)


def test_two_headings_that_tell_the_same_are_refused(written: Written) -> None:
    with pytest.raises(NotARegister, match="EstablishmentName and name tell the same"):
        read_register(written("r.csv", f"{HEADER},name\n{FIRST},Other\n"))


def test_blank_headings_may_stand_twice(written: Written) -> None:
    assert names(written("r.csv", f"{HEADER},,\n{FIRST},,\n")) == ["First School"]


def test_a_column_of_dates_with_the_day_second_is_not_taken_and_said_once(written: Written) -> None:
    path = written(
        "r.csv", register(FIRST.replace("01-09-1999", "02/13/1999"), SECOND.replace("25-12-1999", "3/4/99"))
    )
    lines = [line.replace("3/4/99", "3/4/1999") for line in path.read_text().splitlines()]
    path.write_text("\n".join(lines))

    good, problems = read(read_register(path))

    assert ["opened" in school.known for school in good] == [False, False]
    [said] = problems
    assert (said.line, said.column, said.value, said.loss) == (2, "OpenDate", "02/13/1999", Loss.MANY)
    assert "no date of this column is taken" in said.reason


def test_a_column_that_could_be_either_is_not_believed_beside_one_with_the_day_second(written: Written) -> None:
    path = written("r.csv", register("100000,First,Open,02/13/1999,03/04/2020,Bury"))
    good, problems = read(read_register(path))
    assert not {"opened", "closed"} & good[0].known.keys()
    assert {found.column for found in problems} == {"OpenDate", "CloseDate"}


def test_dates_with_the_day_first_are_taken_beside_a_column_that_is_not(written: Written) -> None:
    path = written(
        "r.csv", register("100000,First,Open,02/13/1999,31/08/2020,Bury", "100001,Second,Open,,03/04/2020,Bury")
    )
    good, problems = read(read_register(path))
    assert [school.known["closed"] for school in good] == [date(2020, 8, 31), date(2020, 4, 3)]
    assert [found.column for found in problems] == ["OpenDate"]


def test_a_list_of_which_no_date_can_be_read_is_refused(written: Written) -> None:
    with pytest.raises(NotInspections, match="Inspection Date in line 2 is 02/13/2019"):
        read_inspections(written("i.csv", "URN,Rating,Inspection Date\n100000,Good,02/13/2019\n"))


@pytest.mark.parametrize("end", ["", "\r\n"])
def test_an_unclosed_quotation_mark_tells_how_many_lines_it_took(written: Written, end: str) -> None:
    text = "\r\n".join((HEADER, FIRST, SECOND.replace("Second", '"Second'), *[FIRST] * 5)) + end
    good, problems = read(read_register(written("r.csv", text)))
    assert [school.urn for school in good] == [100000]
    [lost] = problems
    assert (lost.line, lost.loss) == (3, Loss.MANY)
    assert lost.reason == "a quotation mark is not closed: 6 lines, from line 3 on, are not taken"


def test_a_quotation_mark_closed_by_a_later_one_does_not_swallow_rows_in_silence(written: Written) -> None:
    text = register('100000,"First,Open,,,Bury', '100001,Second,Open,,,"Sale"', "100002,Third,Open,,,Leigh")
    good, problems = read(read_register(written("r.csv", text)))
    assert [school.urn for school in good] == [100002]
    assert [(found.line, found.loss) for found in problems] == [(2, Loss.MANY)]


def test_a_cell_may_hold_lines_of_its_own(written: Written) -> None:
    assert names(written("r.csv", register('100000,"First\nSchool",Open,,,Bury'))) == ["First School"]


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_separators_are_read(written: Written, separator: str) -> None:
    text = register(FIRST, SECOND).replace(",", separator)
    assert names(written("r.csv", text)) == ["First School", "Second School"]
    assert names(written("s.csv", f"sep={separator}\r\n{text}")) == ["First School", "Second School"]


@pytest.mark.parametrize("above", ["Download of 25/04/2022\n\n", "sep=,\n", "Title, with a comma\nAnother\n\n"])
def test_lines_above_the_headings_are_passed_over_and_lines_count_from_the_top(written: Written, above: str) -> None:
    path = written("r.csv", above + register(FIRST, "12,Bad,Open,,,"))
    good, problems = read(read_register(path))
    assert [school.line for school in good] == [above.count("\n") + 2]
    assert [found.line for found in problems] == [above.count("\n") + 3]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_letters_are_read_with_and_without_their_mark(written: Written, encoding: str) -> None:
    assert names(written("r.csv", register(FIRST.replace("First", "Môn")), encoding)) == ["Môn School"]


def test_an_exact_double_is_no_fault_and_another_row_of_the_school_is_one(written: Written) -> None:
    found = read(read_register(written("r.csv", register(FIRST, FIRST, FIRST.replace("First", "Other")))))[1]
    assert [(each.line, each.loss) for each in found] == [(3, Loss.NONE), (4, Loss.ONE)]


@pytest.mark.parametrize("closing", ["Total rows,2", "End of file", "© Crown copyright 2024", "2 schools"])
def test_a_line_that_closes_the_file_is_no_fault(written: Written, closing: str) -> None:
    found = problem(read_register(written("r.csv", register(FIRST, SECOND, "", closing))))
    assert (found.line, found.loss) == (5, Loss.NONE)


@pytest.mark.parametrize("last", ["x12,Third,Open,,,", ",Third,,,,", "100002,,,,,"])
def test_a_bad_row_at_the_end_is_not_taken_for_a_closing_line(written: Written, last: str) -> None:
    found = read(read_register(written("r.csv", register(FIRST, last))))[1]
    assert found
    assert all(each.loss is Loss.ONE for each in found)


def test_words_in_the_middle_are_a_bad_row(written: Written) -> None:
    found = read(read_register(written("r.csv", register(FIRST, "Schools of Sale", SECOND))))[1]
    assert {(each.line, each.loss) for each in found} == {(3, Loss.ONE)}


def zipped(path: Path, **members: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("_csv", ".csv"), text)
    return path


def test_the_one_register_in_a_zip_is_read(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "extract.zip", edubasealldata_csv=register(FIRST), links_csv="URN,LinkURN,LinkType\n", notes="x"
    )
    assert names(path) == ["First School"]


def test_a_zip_of_several_registers_is_refused_by_their_names(tmp_path: Path) -> None:
    path = zipped(tmp_path / "extract.zip", all_csv=register(FIRST), open_csv=register(FIRST))
    with pytest.raises(NotARegister, match=r"all\.csv, open\.csv"):
        read_register(path)


def test_a_zip_without_a_table_is_refused_by_what_it_holds(tmp_path: Path) -> None:
    with pytest.raises(NotARegister, match="it holds letter"):
        read_register(zipped(tmp_path / "extract.zip", letter="Dear head"))


def test_a_zip_that_unpacks_beyond_measure_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "extract.zip", a_csv=register(*[FIRST] * 1000))
    monkeypatch.setattr("providers.catalogue.opening.LARGEST", 10_000)
    with pytest.raises(NotARegister, match="holds more than"):
        read_register(path)


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = Workbook()
    del book[book.sheetnames[0]]
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    book.save(path)
    return path


SHEET: list[list[object]] = [HEADER.split(","), [100000, "First School", "Open", date(1999, 9, 1), None, "Bury"]]


def test_a_workbook_is_read_with_its_numbers_and_dates(tmp_path: Path) -> None:
    path = workbook(tmp_path / "r.xlsx", Notes=[["Printed today"]], Register=[["Schools"], [], *SHEET])
    [school] = rows(read_register(path))
    assert isinstance(school, SchoolRow)
    assert (school.line, school.urn, school.known["opened"]) == (4, 100000, date(1999, 9, 1))


def test_a_workbook_of_several_registers_is_refused_by_its_sheets(tmp_path: Path) -> None:
    with pytest.raises(NotARegister, match="One, Two"):
        read_register(workbook(tmp_path / "r.xlsx", One=SHEET, Two=SHEET))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Excel workbook"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\r\n<!doctype html><html>", "web page"),
        (b"PK\x03\x04 and nothing else", "damaged zip"),
        (b"PK\x05\x06" + bytes(18), "nothing in it"),
    ],
)
def test_a_file_of_another_kind_is_refused_for_what_it_is(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "register.csv"
    path.write_bytes(content)
    with pytest.raises(NotARegister, match=what):
        read_register(path)


def test_problems_tell_whose_row_it_is(written: Written) -> None:
    found = problem(read_register(written("r.csv", f"{HEADER},Postcode\n{FIRST},nowhere\n")))
    assert (found, found.urn) == (RowProblem(2, "Postcode", "nowhere", "is not a postcode"), 100000)
