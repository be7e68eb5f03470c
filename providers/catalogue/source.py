"""Tables in outside files: heading, rows and cells, in bounded memory and never raising on a row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from providers.catalogue.cells import PartlyRead, tidy
from providers.catalogue.dated_names import date_in_name
from providers.catalogue.opening import TablePart, encoding_of, parts_of, read_document
from providers.catalogue.problems import Loss, RowProblem, WrongFile
from providers.catalogue.records import Progress, SourceRow, not_closed, records

__all__ = [
    "Layout",
    "Loss",
    "Progress",
    "RowProblem",
    "SourceColumn",
    "SourceRow",
    "Table",
    "TablePart",
    "WrongFile",
    "date_in_name",
    "encoding_of",
    "open_first",
    "open_table",
    "read_document",
    "records",
]

_LINES_ABOVE = 20
"""Filled lines in which the headings are sought: a download may begin with titles."""

_SEPARATORS = (",", ";", "\t", "|")
_NUMBERS = ("URN", "Group UID")
"""Headings of numbers without which a row tells of nothing: a line of words in such a table closes it."""

_CLOSING_LINES = 20


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """One detail, how its cell is read, and the headings under which the layouts have it; `dated`: holds dates."""

    detail: str
    read: Callable[[str], Any]
    headings: tuple[str, ...]
    dated: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the wanted columns stand in one file; a column that the file lacks is left out, and so is one of dates
    that are not day first, of which `problems` tell."""

    places: tuple[tuple[int, str, SourceColumn], ...]
    problems: tuple[RowProblem, ...] = ()

    def known(self, row: SourceRow) -> tuple[dict[str, Any], list[RowProblem]]:
        """The details that this row tells, and a problem for each cell that cannot be read."""
        known: dict[str, Any] = {}
        problems = []
        for place, heading, column in self.places:
            if place >= len(row.cells):
                continue
            try:
                known[column.detail] = column.read(row.cells[place])
            except ValueError as reason:
                if isinstance(reason, PartlyRead):
                    known[column.detail] = reason.value
                told = known.get("urn")
                problems.append(RowProblem(row.line, heading, tidy(row.cells[place]), str(reason), urn=told))
        return known, problems


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose headings have been seen, in line `line`; `rows` reads it anew each time."""

    part: TablePart
    encoding: str
    separator: str
    line: int
    header: tuple[str, ...]
    wrong: type[WrongFile]
    _places: dict[str, int] = field(repr=False)

    @property
    def path(self) -> Path:
        return self.part.path

    def place(self, heading: str) -> int | None:
        """Where the heading stands, whatever its case; None if the file has no such column."""
        return self._places.get(heading.casefold())

    def layout(self, columns: Iterable[SourceColumn], needed: Sequence[str] = ()) -> Layout:
        """Where each of the columns stands.

        Raises the table's `wrong` where two headings tell one detail, and where a column `needed` is of dates that
        cannot be read.
        """
        places: list[tuple[int, str, SourceColumn]] = []
        for column in columns:
            there = [(place, heading) for heading in column.headings if (place := self.place(heading)) is not None]
            if len({place for place, _ in there}) > 1:
                raise self.wrong(self.path, f"{' and '.join(heading for _, heading in there)} tell the same")
            places += [(place, heading, column) for place, heading in there[:1]]
        unread = self._month_first([place for place, _, column in places if column.dated])
        problems = []
        for place, heading, column in places:
            if place in unread:
                line, value, reason = unread[place]
                if column.detail in needed:
                    raise self.wrong(self.path, f"{heading} in line {line} is {value}: {reason}")
                reason = f"{reason}; no date of this column is taken"
                problems.append(RowProblem(line, heading, value, reason, Loss.MANY, row_taken=True))
        return Layout(tuple(each for each in places if each[0] not in unread), tuple(problems))

    def missing(self, headings: Iterable[str]) -> list[str]:
        return [heading for heading in headings if self.place(heading) is None]

    def known(
        self, columns: Sequence[SourceColumn], needed: Sequence[str], progress: Progress | None = None
    ) -> Iterator[tuple[int, dict[str, Any]] | RowProblem]:
        """The line and the details of every row that has those needed, and every problem on the way.

        Raises as `layout`, before anything is read.
        """
        layout = self.layout(columns, needed)
        return self._known(layout, needed, progress)

    def _known(
        self, layout: Layout, needed: Sequence[str], progress: Progress | None
    ) -> Iterator[tuple[int, dict[str, Any]] | RowProblem]:
        yield from layout.problems
        for row in self.rows(progress):
            if isinstance(row, RowProblem):
                yield row
                continue
            known, problems = layout.known(row)
            yield from problems
            if all(detail in known for detail in needed):
                yield row.line, known

    def rows(
        self, progress: Progress | None = None, *, repeats_last: bool = False
    ) -> Iterator[SourceRow | RowProblem]:
        """Every filled row below the header.

        A row that is too short counts for the cells it has and is also a problem. A row that is too
        long is a problem only, because its cells may stand under the wrong headings, unless
        `repeats_last`: then the surplus is further values of the last column. So is one into which a quotation mark
        that is not closed has taken others. Lines of words at the end of a table of numbered rows close it.
        """
        closing: list[SourceRow] = []
        numbered = any(self.place(heading) is not None for heading in _NUMBERS)
        for record in self._below_header(progress):
            if isinstance(record, SourceRow) and numbered and len(closing) < _CLOSING_LINES and _may_close(record):
                closing.append(record)
                continue
            for held in closing:
                yield from self._row(held, repeats_last=repeats_last)
            closing = []
            if isinstance(record, RowProblem):
                yield record
            else:
                yield from self._row(record, repeats_last=repeats_last)
        for held in closing:
            yield RowProblem(held.line, self.header[0], tidy(held.cells[0]), "closes the file", Loss.NONE)

    def _row(self, record: SourceRow, *, repeats_last: bool) -> Iterator[SourceRow | RowProblem]:
        width = len(self.header)
        surplus = [cell for cell in map(tidy, record.cells[width:]) if cell]
        if self._took_in_others(record):
            yield not_closed(record.line, record.last)
            return
        if surplus and not repeats_last:
            yield RowProblem(record.line, "", surplus[0], f"has {len(record.cells)} cells, the header {width}")
            return
        if len(record.cells) < width:
            reason = f"has {len(record.cells)} cells, the header {width}"
            yield RowProblem(record.line, self.header[len(record.cells)], "", reason)
        yield SourceRow(record.line, record.cells[:width], surplus, record.last)

    def _took_in_others(self, record: SourceRow) -> bool:
        """Whether a row over several lines is several rows: it has not the header's width, or one of its cells holds
        as many separators as a row has."""
        if record.last <= record.line:
            return False
        width = len(self.header)
        return len(record.cells) != width or any(
            "\n" in cell and cell.count(self.separator) >= width - 1 > 1 for cell in record.cells
        )

    def _below_header(self, progress: Progress | None = None) -> Iterator[SourceRow | RowProblem]:
        found = records(self.part, self.encoding, progress, separator=self.separator)
        return (record for record in _filled(found) if record.line > self.line)

    def _month_first(self, places: Sequence[int]) -> Mapping[int, tuple[int, str, str]]:
        """Line, value and reason of each column whose dates cannot be, or need not be, day first.

        One date that can only be month first costs its column; then a column whose dates could all be either is not
        believed to be day first in the same file.
        """
        day_first: set[int] = set()
        either: dict[int, SourceRow] = {}
        month_first: dict[int, SourceRow] = {}
        others: Counter[int] = Counter()
        for record in self._below_header() if places else ():
            if isinstance(record, RowProblem):
                continue
            for place in places:
                match = _SLASHED.match(record.cells[place]) if place < len(record.cells) else None
                if match is None:
                    continue
                first, second = int(match[1]), int(match[2])
                if second > 12 >= first:
                    others[place] += month_first.setdefault(place, record) is not record
                elif first > 12 >= second:
                    day_first.add(place)
                else:
                    either.setdefault(place, record)
        unread = {}
        for place, found in month_first.items():
            reason = f"the day stands second, here and in {others[place]:,} more" if others[place] else _SECOND
            unread[place] = (found.line, tidy(found.cells[place]), reason)
        for place, record in either.items():
            if month_first and place not in day_first and place not in unread:
                reason = "in this file the day stands second in other columns, and may here"
                unread[place] = (record.line, tidy(record.cells[place]), reason)
        return unread


_SECOND = "the day stands second"
_SLASHED = re.compile(r"\s*(\d{1,2})[-/](\d{1,2})[-/]\d{4}", re.ASCII)


def _filled(found: Iterator[SourceRow | RowProblem]) -> Iterator[SourceRow | RowProblem]:
    return (record for record in found if isinstance(record, RowProblem) or any(map(tidy, record.cells)))


def _may_close(record: SourceRow) -> bool:
    """Whether a row is nothing but words in its first cell, with at most a number beside a word for a sum."""
    cells = [tidy(cell) for cell in record.cells]
    beside = [cell for cell in cells[1:] if cell]
    if not any(letter.isalpha() for letter in cells[0]):
        return False
    return not beside or (len(beside) == 1 and beside[0].isdigit() and _SUM.search(cells[0]) is not None)


_SUM = re.compile(r"total|count|rows|records|number", re.IGNORECASE)


def open_first(path: Path, layouts: Sequence[Sequence[str]], wrong: type[WrongFile]) -> Table:
    """The table in the file that has all the columns of one of these layouts, the first that fits.

    Raises `wrong` as `open_table` does for the last of them.
    """
    for required in layouts[:-1]:
        try:
            return open_table(path, required, wrong)
        except WrongFile as refused:
            if not refused.missing:
                raise
    return open_table(path, layouts[-1], wrong)


def open_table(path: Path, required: Sequence[str], wrong: type[WrongFile]) -> Table:
    """The one table in the file that has the required columns: of a zip the one file, of a workbook the one sheet.

    Raises `wrong` if there is none or more than one, if a heading stands twice, or if it is empty or damaged.
    """
    parts = parts_of(path, wrong)
    tables = [_table(part, required, wrong) for part in parts]
    fitting = [table for table in tables if table is not None and not table.missing(required)]
    if len(fitting) > 1:
        names = ", ".join(table.part.name for table in fitting)
        raise wrong(path, f"it holds several tables that fit ({names}); choose one and save it by itself")
    if fitting:
        _refuse_doubled(fitting[0])
        return fitting[0]
    nearest = min((table for table in tables if table), key=lambda table: len(table.missing(required)), default=None)
    if nearest is None:
        raise wrong(path, "it has no header")
    missing = nearest.missing(required)
    raise wrong(path, f"it has no column {', '.join(missing)}", missing)


def _table(part: TablePart, required: Sequence[str], wrong: type[WrongFile]) -> Table | None:
    """The table with the best of the part's first lines as its header, None where the part is empty."""
    encoding = "" if part.sheet else encoding_of(part, wrong)
    best: Table | None = None
    for separator in ("",) if part.sheet else _SEPARATORS:
        found = _filled(records(part, encoding, separator=separator))
        for record in islice(found, _LINES_ABOVE):
            if isinstance(record, RowProblem):
                continue
            header = tuple(tidy(cell) for cell in record.cells)
            places = {heading.casefold(): place for place, heading in reversed(list(enumerate(header)))}
            table = Table(part, encoding, separator, record.line, header, wrong, places)
            if best is None or len(table.missing(required)) < len(best.missing(required)):
                best = table
            if not table.missing(required):
                return table
    return best


def _refuse_doubled(table: Table) -> None:
    seen: set[str] = set()
    for heading in filter(None, table.header):
        if heading.casefold() in seen:
            raise table.wrong(
                table.path, f"its heading {heading} stands twice, so that it cannot be said which counts"
            )
        seen.add(heading.casefold())
