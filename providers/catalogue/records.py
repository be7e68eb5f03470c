"""The records of an outside file, one after another: of text with separators, or of a workbook's sheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from providers.catalogue.opening import TablePart, opened
from providers.catalogue.problems import Loss, RowProblem
from providers.catalogue.workbooks import DamagedWorkbook, rows_of

Progress = Callable[[int, int], None]
"""Called now and then with the bytes read so far and the size of the file, both as on the disk."""

_ROWS_BETWEEN_REPORTS = 500


@dataclass(frozen=True, slots=True)
class SourceRow:
    """The cells of one row; `more` are filled cells beyond the header where the source allows them; `last` is the
    line on which it ends."""

    line: int
    cells: Sequence[str]
    more: Sequence[str] = ()
    last: int = 0


def records(
    part: TablePart, encoding: str, progress: Progress | None = None, *, separator: str = ","
) -> Iterator[SourceRow | RowProblem]:
    """Every record of a file with the line on which it starts, the header and blank ones included."""
    if part.sheet:
        yield from _of_sheet(part, progress)
        return
    size = part.path.stat().st_size
    with opened(part) as (raw, stream), io.TextIOWrapper(stream, encoding, "replace", newline="") as text:
        reader = csv.reader(text, delimiter=separator, strict=True)
        line, count = 1, 0
        while True:
            try:
                cells = next(reader)
                record: SourceRow | RowProblem = SourceRow(line, cells, last=reader.line_num)
            except StopIteration:
                break
            except csv.Error as error:
                record = RowProblem(line, "", "", f"cannot be read as CSV: {error}")
                if reader.line_num > line or "end of data" in str(error):
                    record = not_closed(line, reader.line_num)
            line = reader.line_num + 1
            count += 1
            if progress is not None and count % _ROWS_BETWEEN_REPORTS == 0:
                progress(raw.tell(), size)
            yield record
    if progress is not None:
        progress(size, size)


def _of_sheet(part: TablePart, progress: Progress | None) -> Iterator[SourceRow | RowProblem]:
    line = 0
    try:
        for line, cells in enumerate(rows_of(part.path, part.sheet), 1):
            yield SourceRow(line, cells, last=line)
    except DamagedWorkbook:
        yield RowProblem(line + 1, "", "", "the workbook is damaged from here on", Loss.MANY)
    if progress is not None:
        size = part.path.stat().st_size
        progress(size, size)


def not_closed(line: int, last: int) -> RowProblem:
    """What is said of lines that a quotation mark has swallowed."""
    lost = last - line + 1
    lines = f"{lost:,} lines, from line {line:,} on, are" if lost > 1 else f"line {line:,} is"
    reason = f"a quotation mark is not closed: {lines} not taken"
    return RowProblem(line, "", "", reason, Loss.MANY)
