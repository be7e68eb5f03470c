"""Workbooks of Excel (.xlsx), read row by row as the text that their cells show."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

if TYPE_CHECKING:
    from openpyxl import Workbook

_MOST_CELLS = 2000
"""Cells of a row beyond which the rest is left out: the widest of the official files has some 330."""

_UNREADABLE = (BadZipFile, zlib.error, ParseError, EOFError, KeyError, ValueError, TypeError)


class DamagedWorkbook(ValueError):
    """The workbook cannot be read."""


def sheets_of(path: Path) -> list[str]:
    """The names of the sheets that hold cells. Raises Damaged."""
    with closing(_opened(path)) as book:
        return [sheet.title for sheet in book.worksheets]


def rows_of(path: Path, sheet: str) -> Iterator[list[str]]:
    """Every row of a sheet, blank ones included. Raises Damaged."""
    with closing(_opened(path)) as book:
        try:
            for row in book[sheet].iter_rows(values_only=True):
                yield [_text(cell) for cell in islice(row, _MOST_CELLS)]
        except _UNREADABLE as error:
            raise DamagedWorkbook(str(error)) from error


def _opened(path: Path) -> Workbook:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        return load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except (InvalidFileException, *_UNREADABLE) as error:
        raise DamagedWorkbook(str(error)) from error


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)
