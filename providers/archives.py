"""How much a zip may hold: whoever opens one from outside opens it here."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO
from zipfile import ZipFile

_END, _END_MARK = struct.Struct("<4s4H2LH"), b"PK\x05\x06"
_LONGEST_COMMENT = 0xFFFF
_LONGEST_ENTRY = 1024
"""Bytes that the list of a zip may spend on each file: a name as long as a file system takes, and more beside it."""


class HoldsTooMuch(Exception):
    """A zip holds more files, or more bytes when it is unpacked, than is taken."""


@contextmanager
def opened_zip(file: IO[bytes], *, most: int, largest: int) -> Iterator[ZipFile]:
    """A zip that holds no more than so many files and bytes. Raises HoldsTooMuch, and what `ZipFile` raises.

    The list of its files is not read where its end tells that it is too long: to read the list of 100,000 files costs
    seconds, of which a small file can ask for many. No file of a zip is ever read beyond the size that the list tells
    for it, so that the sum of these is the most that can come of it.
    """
    if _is_listed_too_long(file, most):
        raise HoldsTooMuch(_too_much(most, largest))
    with ZipFile(file) as archive:
        members = archive.infolist()
        if len(members) > most or sum(member.file_size for member in members) > largest:
            raise HoldsTooMuch(_too_much(most, largest))
        yield archive


def _too_much(most: int, largest: int) -> str:
    return f"it holds more than {most:,} files or {largest:,} bytes"


def _is_listed_too_long(file: IO[bytes], most: int) -> bool:
    """Whether the end of a zip tells of too many files, or of a list too long for so many; more than 65,535 files or
    4 GiB (Zip64) are told elsewhere, and the numbers here are then at their highest."""
    start = max(0, file.seek(0, 2) - _LONGEST_COMMENT - _END.size)
    file.seek(start)
    end = file.read()
    file.seek(0)
    place = end.rfind(_END_MARK)
    if place < 0 or len(end) < place + _END.size:
        return False
    _, _, _, _, files, length, _, _ = _END.unpack_from(end, place)
    return bool(files > most or length > most * _LONGEST_ENTRY)
