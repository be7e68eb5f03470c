"""Whether the bytes of a file are what its name says."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from domain.aggregate import Refusal

PDF, PNG, JPEG, ZIP = b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"PK\x03\x04"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\f\r\x1a")
LONGEST_MIMETYPE = 200


class ContentIsOtherwise(Refusal):
    """The bytes of a file are not of the type that its name says."""


class HasMacros(Refusal):
    """A document brings a program with it."""


def check_content(file_name: str, content: bytes) -> None:
    """Raises ContentIsOtherwise, or HasMacros. Endings that are not known here are refused by the attachment."""
    ending = PurePosixPath(file_name).suffix.lower()
    is_so = _LOOKS_LIKE.get(ending)
    if is_so is not None and not is_so(content):
        raise ContentIsOtherwise(
            f"The content of this file is not that of a {ending[1:].upper()} file. Choose another.",
            field="file",
        )


def _begins(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(signatures)


def _office(folder: str) -> Callable[[bytes], bool]:
    """A Word or Excel document: a package whose parts stand in a folder."""

    def is_so(content: bytes) -> bool:
        names = _entries(content)
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise HasMacros("Documents with macros are not taken. Save it without and choose it again.", field="file")
        return "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)

    return is_so


def _open_document(kind: str) -> Callable[[bytes], bool]:
    """An OpenDocument: a package that names its type in an entry of its own."""

    def is_so(content: bytes) -> bool:
        if "mimetype" not in _entries(content):
            return False
        with zipfile.ZipFile(io.BytesIO(content)) as package, package.open("mimetype") as entry:
            return entry.read(LONGEST_MIMETYPE) == f"application/vnd.oasis.opendocument.{kind}".encode()

    return is_so


def _entries(content: bytes) -> list[str]:
    if not content.startswith(ZIP):
        return []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return package.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return []


def _text(content: bytes) -> bool:
    if content.startswith(UTF_16):
        try:
            content.decode("utf-16")
        except UnicodeDecodeError:
            return False
        return True
    return len(content.translate(None, CONTROLS)) == len(content)


_LOOKS_LIKE: Mapping[str, Callable[[bytes], bool]] = {
    ".pdf": _begins(PDF),
    ".png": _begins(PNG),
    ".jpg": _begins(JPEG),
    ".jpeg": _begins(JPEG),
    ".docx": _office("word/"),
    ".xlsx": _office("xl/"),
    ".odt": _open_document("text"),
    ".ods": _open_document("spreadsheet"),
    ".csv": _text,
    ".txt": _text,
}
