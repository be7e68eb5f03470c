from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from providers.catalogue.report import write_report
from providers.catalogue.source import RowProblem


def lines(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_the_report_names_line_column_value_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    assert (
        write_report(
            [
                RowProblem(7, "URN", "12", "is not a URN", row_taken=False),
                RowProblem(9, "Town", "", "is missing", row_taken=True),
            ],
            path,
        )
        == 2
    )
    assert lines(path) == [
        ["Line", "Column", "Value", "Reason", "What happened to the row"],
        ["7", "URN", "12", "is not a URN", "left out"],
        ["9", "Town", "", "is missing", "taken, except for this"],
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_report_is_a_formula(tmp_path: Path, start: str) -> None:
    path = tmp_path / "report.csv"
    write_report([RowProblem(7, "URN", f"{start}HYPERLINK(1)", f"{start}reason")], path)
    assert lines(path)[1][:4] == ["7", "URN", f"'{start}HYPERLINK(1)", f"'{start}reason"]


def test_a_report_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_report([RowProblem(7, "URN", "12", "is not a URN")], tmp_path / "report.csv")
    finally:
        os.umask(before)
    assert oct((tmp_path / "report.csv").stat().st_mode & 0o777) == "0o600"
