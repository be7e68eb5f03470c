"""Rows as CSV that a spreadsheet opens safely, told piece by piece."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""

BYTE_ORDER_MARK = "\ufeff"
"""By this a spreadsheet knows the text as UTF-8."""


def csv_of(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The rows as CSV, each as soon as it is there."""
    yield BYTE_ORDER_MARK
    line = io.StringIO(newline="")
    sheet = csv.writer(line)
    for row in rows:
        sheet.writerow([as_text(cell) for cell in row])
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def as_text(cell: str) -> str:
    """The cell with a leading quote where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
