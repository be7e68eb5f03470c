"""Files that are a small file system (OLE2, MS-CFB): Word before 2007, and messages of Outlook (MS-OXMSG)."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import PurePosixPath

import olefile

from domain.attachment import MEDIA_TYPES
from web.files import word
from web.runtime.refused_files import FETCHED, HasMacros, HasPassword, IsActive

MACRO_PARTS = frozenset({"macros", "vba", "_vba_project", "_vba_project_cur", "vbaproject.bin", "\x01vba"})
EMBEDDED_PARTS = frozenset({"\x01ole10native", "\x01ole10embed", "package", "\x03ocxname", "\x03ocxdata"})
FIB_FLAGS, FIB_ENCRYPTED = 0x0A, 0x01
"""Where the head of a document of Word says that it has a password (MS-DOC 2.5.2): the second byte of its flags."""

PROPERTIES, BYTES_OF, NAMES_OF = "__properties_version1.0", "__substg1.0_37010102", ("3707", "3704", "3001")
"""Streams of a message: its properties; an attachment's bytes and names."""

BESIDE = frozenset({".gif", ".vcf", ".ics"})
"""What comes with many messages and is not taken by itself."""

Check = Callable[[str, bytes], None]


def is_compound(content: bytes) -> bool:
    """Whether bytes are a compound file, whatever is in it."""
    return content.startswith(olefile.MAGIC)


def must_not_be_locked(ending: str, content: bytes) -> None:
    """Raises HasPassword for an office document with a password, which is wrapped in a compound file."""
    if ending in (".docx", ".xlsx", ".pptx") and _has(content, "EncryptedPackage"):
        raise HasPassword


def is_word(content: bytes) -> bool:
    """Whether bytes are a document of Word before 2007."""
    return _has(content, "WordDocument")


def is_message(content: bytes) -> bool:
    """Whether bytes are a message as Outlook saves it."""
    return _has(content, PROPERTIES)


def check_word(_: str, content: bytes, __: Check) -> None:
    """Raises HasMacros, IsActive or HasPassword."""
    with _opened(content) as file:
        _check_parts(file)
        document = file.openstream("WordDocument").read()
        if document[FIB_FLAGS + 1] & FIB_ENCRYPTED:
            raise HasPassword
        table = word.table_named(document)
        if word.has_command(document, file.openstream(table).read() if file.exists(table) else b""):
            raise IsActive(FETCHED)


def check_message(_: str, content: bytes, within: Check) -> None:
    """Raises HasMacros or IsActive, and what stands against anything that came with it."""
    with _opened(content) as file:
        _check_parts(file)
        for path in file.listdir(streams=True, storages=False):
            if path[-1].lower() == BYTES_OF:
                _check_attachment(_name_of(file, path[:-1]), file.openstream(path).read(), within)


def _check_attachment(name: str, content: bytes, within: Check) -> None:
    ending = PurePosixPath(name).suffix.lower()
    if ending not in MEDIA_TYPES and ending not in BESIDE:
        raise IsActive(f"brings a file with it that is not taken ({name or 'without a name'})")
    if content:
        within(name if ending not in (".vcf", ".ics") else f"{name}.txt", content)


def _name_of(file: olefile.OleFileIO, attachment: list[str]) -> str:
    for property in NAMES_OF:
        for coding, kind in (("utf-16-le", "001F"), ("cp1252", "001E")):
            path = [*attachment, f"__substg1.0_{property}{kind}"]
            if file.exists(path):
                name: str = file.openstream(path).read().decode(coding, "replace").rstrip("\0")
                return name
    return ""


def _check_parts(file: olefile.OleFileIO) -> None:
    parts = {part.lower() for path in file.listdir(streams=True, storages=True) for part in path}
    if parts & MACRO_PARTS:
        raise HasMacros
    if parts & EMBEDDED_PARTS:
        raise IsActive("has another file or program embedded in it")


def _opened(content: bytes) -> olefile.OleFileIO:
    """The file system; the library takes few bytes that are handed to it as they are for the name of a file."""
    return olefile.OleFileIO(io.BytesIO(content))


def _has(content: bytes, part: str) -> bool:
    if not is_compound(content):
        return False
    try:
        with _opened(content) as file:
            return bool(file.exists(part))
    except (OSError, ValueError, IndexError):
        return False
