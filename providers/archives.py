"""How much a zip may hold: whoever opens one from outside asks here first."""

from __future__ import annotations

from zipfile import ZipFile, ZipInfo


class HoldsTooMuch(Exception):
    """A zip holds more files, or more bytes when it is unpacked, than is taken."""


def members_of(archive: ZipFile, *, most: int, largest: int) -> list[ZipInfo]:
    """What a zip holds, where it is no more than so many files and bytes. Raises HoldsTooMuch.

    No file of a zip is ever read beyond the size that the zip tells for it, so that the sum of these is the most that
    can come of it.
    """
    members = archive.infolist()
    if len(members) > most or sum(member.file_size for member in members) > largest:
        raise HoldsTooMuch(f"it holds more than {most:,} files or {largest:,} bytes")
    return members
