"""Opening an outside file: what it is, how it is packed and in which letters, in bounded memory.

A file is read as it is published: plain or gzipped text, a zip with the table in it, or a workbook of Excel. What
it is shows in its first bytes, never in its name. Anything else is refused for what it is.
"""

from __future__ import annotations

import codecs
import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from providers.archives import HoldsTooMuch, opened_zip
from providers.catalogue.problems import WrongFile
from providers.catalogue.workbooks import DamagedWorkbook, sheets_of

LARGEST = 1 << 30
"""Bytes, unpacked, beyond which a file is refused."""

_CHUNK = 1 << 16
_LARGEST_DOCUMENT = 1 << 26
_LARGEST_TEXTS = 1 << 28
_MOST_MEMBERS = 1000
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNREADABLE = (gzip.BadGzipFile, BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError)
"""What damaged packing raises when it is read."""

_TEXTS = frozenset({".csv", ".txt", ".tsv", ".tab"})
_STRANGERS = (
    (b"\xd0\xcf\x11\xe0", "it is an old Excel workbook (.xls) or has a password; save it as .xlsx or CSV"),
    (b"%PDF", "it is a PDF; choose the CSV file or workbook"),
    (b"<!DOCTYPE", "it is a web page; the download may have asked to be confirmed or signed in to"),
    (b"<!DOC", "it is a web page; the download may have asked to be confirmed or signed in to"),
    (b"<HTML", "it is a web page; the download may have asked to be confirmed or signed in to"),
    (b"PK\x05\x06", "it is a zip with nothing in it"),
    (b"7Z\xbc\xaf", "it is a 7-Zip archive; unpack it first"),
    (b"RAR!", "it is a RAR archive; unpack it first"),
)


@dataclass(frozen=True, slots=True)
class TablePart:
    """What may hold one table: a file of text, a `member` of a zip, or a `sheet` of a workbook."""

    path: Path
    member: str = ""
    sheet: str = ""

    @property
    def name(self) -> str:
        """What people call it: the member or sheet, else the file."""
        return self.member or self.sheet or self.path.name


def parts_of(path: Path, wrong: type[WrongFile]) -> list[TablePart]:
    """What the file holds; raises `wrong` for a file of a kind that is not read."""
    try:
        with _unpacked(path) as (_, stream):
            start = stream.read(1024)
    except _UNREADABLE as error:
        raise wrong(path, "it is damaged and cannot be unpacked") from error
    capitals = start.lstrip(b"\xef\xbb\xbf \t\r\n").upper()
    for mark, reason in _STRANGERS:
        if capitals.startswith(mark.upper()):
            raise wrong(path, reason)
    if start.startswith(b"PK\x03\x04"):
        return _in_zip(path, wrong)
    return [TablePart(path)]


def _in_zip(path: Path, wrong: type[WrongFile]) -> list[TablePart]:
    try:
        with path.open("rb") as file, opened_zip(file, most=_MOST_MEMBERS, largest=LARGEST) as archive:
            members = archive.infolist()
    except HoldsTooMuch as error:
        raise wrong(path, str(error)) from error
    except (*_UNREADABLE, ValueError, OSError) as error:
        raise wrong(path, "it is a damaged zip and cannot be unpacked") from error
    names = {member.filename for member in members}
    if any(member.flag_bits & 1 for member in members):
        raise wrong(path, "it is a zip with a password; save it without one")
    if "xl/workbook.xml" in names:
        if any(member.file_size > _LARGEST_TEXTS for member in members if "sharedStrings" in member.filename):
            raise wrong(path, f"its texts are larger than {_LARGEST_TEXTS:,} bytes; save it as CSV")
        try:
            return [TablePart(path, sheet=sheet) for sheet in sheets_of(path)]
        except DamagedWorkbook as error:
            raise wrong(path, "it is a damaged workbook") from error
    if "xl/workbook.bin" in names:
        raise wrong(path, "it is a binary Excel workbook (.xlsb); save it as .xlsx or CSV")
    if "[Content_Types].xml" in names or "mimetype" in names:
        raise wrong(path, "it is a document of an office program; save the table as .xlsx or CSV")
    tables = [TablePart(path, member.filename) for member in members if _is_text(member)]
    if not tables:
        raise wrong(path, f"it is a zip without a CSV file: it holds {', '.join(sorted(names)[:5]) or 'nothing'}")
    return tables


def _is_text(member: ZipInfo) -> bool:
    name = PurePosixPath(member.filename)
    hidden = name.name.startswith(".") or "__MACOSX" in name.parts
    return not member.is_dir() and not hidden and name.suffix.lower() in _TEXTS


@contextmanager
def opened(part: TablePart) -> Iterator[tuple[IO[bytes], IO[bytes] | gzip.GzipFile]]:
    """The file as it lies on the disk, and the bytes of its text."""
    if not part.member:
        with _unpacked(part.path) as both:
            yield both
        return
    with part.path.open("rb") as raw, ZipFile(raw) as archive, archive.open(part.member) as stream:
        yield raw, stream


@contextmanager
def _unpacked(path: Path) -> Iterator[tuple[IO[bytes], IO[bytes] | gzip.GzipFile]]:
    """The file as it lies on the disk and, unpacked if it is gzip whatever its name, its content."""
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        if packed:
            with gzip.GzipFile(fileobj=raw) as stream:
                yield raw, stream
        else:
            yield raw, raw


def encoding_of(part: TablePart, wrong: type[WrongFile]) -> str:
    """The encoding, from a byte order mark or the zero bytes of UTF-16, else UTF-8 if all of it is, else cp1252.

    The whole text is read once in small pieces, so that a damaged or endless one raises `wrong`
    before any of its rows counts.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    encoding, length, start = "utf-8", 0, b""
    try:
        with opened(part) as (_, stream):
            while piece := stream.read(_CHUNK):
                start = start or piece[:4]
                length += len(piece)
                if length > LARGEST:
                    raise wrong(part.path, f"it is larger than {LARGEST:,} bytes")
                if encoding == "utf-8":
                    encoding = _still_utf8(decoder, piece)
    except _UNREADABLE as error:
        raise wrong(part.path, "it is damaged and cannot be unpacked") from error
    if encoding == "utf-8":
        encoding = _still_utf8(decoder, b"", final=True)
    return _by_its_start(start) or encoding


def _by_its_start(start: bytes) -> str | None:
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    zeros = "".join("0" if byte == 0 else "x" for byte in start)
    return {"x0x0": "utf-16-le", "0x0x": "utf-16-be"}.get(zeros)


def _still_utf8(decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool = False) -> str:
    try:
        decoder.decode(piece, final)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def read_document(path: Path, wrong: type[WrongFile]) -> Any:
    """The JSON document in a file, packed or not; raises `wrong` if it is none or is larger than 64 MiB."""
    try:
        with _unpacked(path) as (_, stream):
            text = stream.read(_LARGEST_DOCUMENT + 1)
        if len(text) > _LARGEST_DOCUMENT:
            raise wrong(path, f"it is larger than {_LARGEST_DOCUMENT} bytes")
        return json.loads(text)
    except (*_UNREADABLE, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise wrong(path, "it is no JSON document") from error
