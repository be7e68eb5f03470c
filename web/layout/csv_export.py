"""Rows as CSV that a spreadsheet opens safely, told piece by piece."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from flask import Response, stream_with_context

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


def csv_response(rows: Iterable[Sequence[str]], name: str) -> Response:
    """The rows as a file of that name, sent as they are read."""
    return Response(
        stream_with_context(csv_of(rows)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def as_text(cell: str) -> str:
    """The cell with a leading quote where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
