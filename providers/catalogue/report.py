"""The report of problems that an import leaves beside the rows that count."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from providers.catalogue.problems import WHAT_OF_ROW, RowProblem

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_report(problems: Iterable[RowProblem], path: Path) -> int:
    """Writes the problems as CSV that a spreadsheet opens safely; the number of problems written."""
    count = 0
    # What stands in a file about people is for whoever took the file in.
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        report = csv.writer(file)
        report.writerow(("Line", "Column", "Value", "Reason", "What happened to the row"))
        for problem in problems:
            told = map(_as_text, (problem.column, problem.value, problem.reason))
            report.writerow((problem.line, *told, WHAT_OF_ROW[problem.row_taken]))
            count += 1
    return count


def _as_text(cell: str) -> str:
    """The cell with a leading quote where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
