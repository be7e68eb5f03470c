"""Opening an outside file: packing, encoding, header and rows, in bounded memory and never raising on a row."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import zlib
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from re import finditer
from typing import Any

from providers.catalogue.cells import PartlyRead, tidy

Progress = Callable[[int, int], None]
"""Called now and then with the bytes read so far and the size of the file, both as on the disk."""

_CHUNK = 1 << 16
_LARGEST = 1 << 30
_LARGEST_DOCUMENT = 1 << 26
_ROWS_BETWEEN_REPORTS = 500
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row, or one cell of it, does not count. Lines count from 1, the header included."""

    line: int
    column: str
    value: str
    reason: str


class WrongFile(Exception):
    """The file is not what the reader reads; nothing of it counts. `missing` names the columns it lacks."""

    what = "a file that can be read here"

    def __init__(self, path: Path, reason: str, missing: Sequence[str] = ()) -> None:
        super().__init__(f"{path.name} is not {self.what}: {reason}")
        self.path = path
        self.missing = tuple(missing)


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row; `more` are filled cells beyond the header where the source allows them."""

    line: int
    cells: Sequence[str]
    more: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One detail, how its cell is read, and the headings under which the layouts have it."""

    detail: str
    read: Callable[[str], Any]
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the wanted columns stand in one file; a column that the file lacks is left out."""

    places: tuple[tuple[int, str, Column], ...]

    def known(self, row: Row) -> tuple[dict[str, Any], list[Problem]]:
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
                problems.append(Problem(row.line, heading, tidy(row.cells[place]), str(reason)))
        return known, problems


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file whose header has been seen; `rows` reads it anew each time."""

    path: Path
    encoding: str
    header: tuple[str, ...]
    _places: dict[str, int] = field(repr=False)

    def place(self, heading: str) -> int | None:
        """Where the heading stands, whatever its case; None if the file has no such column."""
        return self._places.get(heading.casefold())

    def layout(self, columns: Iterable[Column]) -> Layout:
        """Where each of the columns stands, under the first of its headings that the file has."""
        places = []
        for column in columns:
            for heading in column.headings:
                place = self.place(heading)
                if place is not None:
                    places.append((place, heading, column))
                    break
        return Layout(tuple(places))

    def missing(self, headings: Iterable[str]) -> list[str]:
        return [heading for heading in headings if self.place(heading) is None]

    def known(
        self, columns: Sequence[Column], needed: Sequence[str], progress: Progress | None = None
    ) -> Iterator[tuple[int, dict[str, Any]] | Problem]:
        """The line and the details of every row that has those needed, and every problem on the way."""
        layout = self.layout(columns)
        for row in self.rows(progress):
            if isinstance(row, Problem):
                yield row
                continue
            known, problems = layout.known(row)
            yield from problems
            if all(detail in known for detail in needed):
                yield row.line, known

    def rows(self, progress: Progress | None = None, *, repeats_last: bool = False) -> Iterator[Row | Problem]:
        """Every filled row below the header.

        A row that is too short counts for the cells it has and is also a problem. A row that is too
        long is a problem only, because its cells may stand under the wrong headings, unless
        `repeats_last`: then the surplus is further values of the last column. So is a short one that goes on over
        several lines: a quotation mark that is not closed has taken other rows into one of its cells.
        """
        width = len(self.header)
        found = _filled(records(self.path, self.encoding, progress))
        for record in _after_header(found):
            if isinstance(record, Problem):
                yield record
                continue
            surplus = [cell for cell in map(tidy, record.cells[width:]) if cell]
            if surplus and not repeats_last:
                yield Problem(record.line, "", surplus[0], f"has {len(record.cells)} cells, the header {width}")
                continue
            if len(record.cells) < width:
                yield Problem(record.line, self.header[len(record.cells)], "", _too_short(record, width))
                if _lines_taken_in(record):
                    continue
            yield Row(record.line, record.cells[:width], surplus)


def _filled(found: Iterator[Row | Problem]) -> Iterator[Row | Problem]:
    return (record for record in found if isinstance(record, Problem) or any(map(tidy, record.cells)))


def _after_header(found: Iterator[Row | Problem]) -> Iterator[Row | Problem]:
    next(found, None)
    return found


def _too_short(record: Row, width: int) -> str:
    lost = _lines_taken_in(record)
    hint = f"; a quotation mark may not be closed, by which {lost:,} more lines are lost" if lost else ""
    return f"has {len(record.cells)} cells, the header {width}{hint}"


def _lines_taken_in(record: Row) -> int:
    return sum(cell.count("\n") for cell in record.cells)


def open_table(path: Path, required: Iterable[str], wrong: type[WrongFile]) -> Table:
    """The table in the file; raises `wrong` if it lacks a required column, is empty or is damaged."""
    encoding = encoding_of(path, wrong)
    first = next(_filled(records(path, encoding)), None)
    if not isinstance(first, Row):
        raise wrong(path, "it has no header")
    header = tuple(tidy(cell) for cell in first.cells)
    table = Table(path, encoding, header, {heading.casefold(): n for n, heading in enumerate(header)})
    if missing := table.missing(required):
        raise wrong(path, f"it has no column {', '.join(missing)}", missing)
    return table


def records(path: Path, encoding: str, progress: Progress | None = None) -> Iterator[Row | Problem]:
    """Every record of a CSV file with the line on which it starts, the header and blank ones included."""
    size = path.stat().st_size
    with _opened(path) as (raw, stream), io.TextIOWrapper(stream, encoding, "replace", newline="") as text:
        reader = csv.reader(text)
        line, count = 1, 0
        while True:
            try:
                record: Row | Problem = Row(line, next(reader))
            except StopIteration:
                break
            except csv.Error as error:
                record = Problem(line, "", "", f"cannot be read as CSV: {error}")
            line = reader.line_num + 1
            count += 1
            if progress is not None and count % _ROWS_BETWEEN_REPORTS == 0:
                progress(raw.tell(), size)
            yield record
    if progress is not None:
        progress(size, size)


def encoding_of(path: Path, wrong: type[WrongFile]) -> str:
    """The encoding, from a byte order mark, else UTF-8 if all of it is, else cp1252.

    The whole file is read once in small pieces, so that a damaged or endless one raises `wrong`
    before any of its rows counts.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    encoding, length, start = "utf-8", 0, b""
    try:
        with _opened(path) as (_, stream):
            while piece := stream.read(_CHUNK):
                start = start or piece[:4]
                length += len(piece)
                if length > _LARGEST:
                    raise wrong(path, f"it is larger than {_LARGEST} bytes")
                if encoding == "utf-8":
                    encoding = _still_utf8(decoder, piece)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise wrong(path, "it is damaged and cannot be unpacked") from error
    if encoding == "utf-8":
        encoding = _still_utf8(decoder, b"", final=True)
    return next((name for mark, name in _MARKS if start.startswith(mark)), encoding)


def _still_utf8(decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool = False) -> str:
    try:
        decoder.decode(piece, final)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def read_document(path: Path, wrong: type[WrongFile]) -> Any:
    """The JSON document in a file, packed or not; raises `wrong` if it is none or is larger than 64 MiB."""
    try:
        with _opened(path) as (_, stream):
            text = stream.read(_LARGEST_DOCUMENT + 1)
        if len(text) > _LARGEST_DOCUMENT:
            raise wrong(path, f"it is larger than {_LARGEST_DOCUMENT} bytes")
        return json.loads(text)
    except (gzip.BadGzipFile, EOFError, zlib.error, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise wrong(path, "it is no JSON document") from error


@contextmanager
def _opened(path: Path) -> Iterator[tuple[io.BufferedReader, io.BufferedReader | gzip.GzipFile]]:
    """The file as it lies on the disk and, unpacked if it is gzip whatever its name, its content."""
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        if packed:
            with gzip.GzipFile(fileobj=raw) as stream:
                yield raw, stream
        else:
            yield raw, raw


def date_in_name(path: Path) -> date | None:
    """The day that the file's name gives: 2024-06-17, 20240617 or 17-06-2024 anywhere in it.

    A name that gives a month only (2022-04) means its last day: what the file tells was not true
    before its true day, and a file of a day within that month is never taken for a newer one. In the
    running month this lies ahead; whoever asks takes the earlier of it and today. Spans of years
    (2005-2020, 2021-22) are no dates.
    """
    name = path.name
    for pattern, order in _DATES_IN_NAMES:
        for found in finditer(pattern, name):
            parts = dict(zip(order, map(int, found.groups()), strict=True))
            year, month = parts["year"], parts["month"]
            if not (1990 <= year < 2100 and 1 <= month <= 12):
                continue
            last = monthrange(year, month)[1]
            if 1 <= parts.get("day", last) <= last:
                return date(year, month, parts.get("day", last))
    return None


_DATES_IN_NAMES = (
    (r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)", ("year", "month", "day")),
    (r"(?<!\d)(\d{2})-(\d{2})-(\d{4})(?!\d)", ("day", "month", "year")),
    (r"(?<!\d)(\d{4})(\d{2})(\d{2})(?!\d)", ("year", "month", "day")),
    (r"(?<![\d-])(\d{4})-(\d{2})(?![\d-])", ("year", "month")),
)
