"""Formulas of a table: whether one runs a command by an old way of Windows (DDE) or fetches from elsewhere."""

from __future__ import annotations

import re

FETCHING = ("WEBSERVICE", "DDE", "IMAGE", "RTD", "CALL", "EXEC", "REGISTER", r"REGISTER\.ID", r"SQL\.REQUEST")
CALLS = re.compile(rf"(?<![\w.])(?:_xlfn\.|_xlws\.|COM\.MICROSOFT\.)?(?:{'|'.join(FETCHING)})\s*+\(", re.IGNORECASE)
"""Functions of Excel and LibreOffice that ask another program or address; IMAGE does with any it is given."""

QUOTED, ARRAY = re.compile(r"\"[^\"]*+\"|'[^']*+'"), re.compile(r"\{[^{}]*+\}")
BEGINS = re.compile(r"\A[^\w=+\-@＝＋－＠]*+[=+\-@＝＋－＠]")  # noqa: RUF001  # Excel takes the wide ones too


def fetches(formula: str) -> bool:
    """Whether a formula of a workbook does: outside of quotes and rows of values, a | is a sign of DDE alone."""
    bare = ARRAY.sub("", QUOTED.sub("''", formula))
    return "|" in bare or bool(CALLS.search(bare))


def cell_fetches(cell: str) -> bool:
    """Whether a cell of a table as text is such a formula, to whichever program reads it: DDE names a command before
    a | and a !."""
    begun = BEGINS.match(cell)
    if not begun:
        return False
    _, _, after = cell[begun.end() :].partition("|")
    return "!" in after or bool(CALLS.search(cell))
