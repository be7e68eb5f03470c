"""Files that are a small file system (OLE2, MS-CFB): Word before 2007, and messages of Outlook (MS-OXMSG)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import PurePosixPath

import olefile
from compressed_rtf import decompress

from domain.attachment import MEDIA_TYPES
from web.files import word
from web.runtime.refused_files import FETCHED, HasMacros, HasPassword, HoldsMore, IsActive

MACRO_PARTS = frozenset({"macros", "vba", "_vba_project", "_vba_project_cur", "vbaproject.bin", "\x01vba"})
EMBEDDED_PARTS = frozenset({"\x01ole10native", "\x01ole10embed", "package", "\x03ocxname", "\x03ocxdata"})
POOL = "objectpool"
OBJECT_PARTS = frozenset(
    {"\x01ole", "\x01compobj", "\x03linkinfo", "contents", "equation native", "workbook", "book", "worddocument"}
    | {"powerpoint document", "encryptedpackage"}
)
"""Where a document of Word keeps what is embedded in it, and parts by which such a thing is known elsewhere."""
FIB_FLAGS, FIB_ENCRYPTED = 0x0A, 0x01
"""Where the head of a document of Word says that it has a password (MS-DOC 2.5.2): the second byte of its flags."""

PROPERTIES, BYTES_OF, NAMES_OF = "__properties_version1.0", "__substg1.0_37010102", ("3707", "3704", "3001")
"""Streams of a message: its properties; an attachment's bytes and names."""

LETTERS_OF, WRITTEN_IN, RTF_BODY = ("001e", "001f"), ("__substg1.0_1000", "__substg1.0_0037"), "__substg1.0_10090102"
"""Properties that are letters; what somebody wrote himself, text and subject; the text with its form."""

ON_A_SHARE = re.compile(r"\s*+(?:[\\/]{2}|file:)", re.IGNORECASE)
SHORTEST_BODY, LONGEST_BODY = 16, 2 * 1024 * 1024
"""Bytes of a text with its form, which grows to nine times as many; of its head alone (MS-OXRTFCP)."""

EMBEDS = "has another file or program embedded in it"

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
        named = word.table_named(document)
        table = file.openstream(named).read() if file.exists(named) else b""
        if word.has_command(document, table) or word.names_elsewhere(document, table):
            raise IsActive(FETCHED)


def check_message(_: str, content: bytes, within: Check) -> None:
    """Raises HasMacros or IsActive, and what stands against anything that came with it."""
    with _opened(content) as file:
        _check_parts(file)
        for path in file.listdir(streams=True, storages=False):
            if not all(part.startswith(("__", "\x05")) for part in path):
                raise IsActive(EMBEDS)
            property = path[-1].lower()
            if property.endswith(LETTERS_OF) and not property.startswith(WRITTEN_IN):
                _check_address(file.openstream(path).read(), property)
            elif property == RTF_BODY:
                _check_body(file.openstream(path).read(), within)
            elif property == BYTES_OF:
                _check_attachment(_name_of(file, path[:-1]), file.openstream(path).read(), within)


def _check_address(content: bytes, property: str) -> None:
    """Raises IsActive where a property is a file on another machine, which is asked for it when the message is read:
    a file that is not in the message itself, the sound of a reminder."""
    if ON_A_SHARE.match(content.decode("utf-16-le" if property.endswith("f") else "cp1252", "replace")):
        raise IsActive("fetches a file from elsewhere when it is opened")


def _check_body(content: bytes, within: Check) -> None:
    """Raises what stands against a body in Rich Text Format; HoldsMore. One of less than its head is empty."""
    if len(content) < SHORTEST_BODY:
        return
    if len(content) > LONGEST_BODY:
        raise HoldsMore
    body = content if content.startswith(b"{") else decompress(content)
    if body.strip(b"\0"):
        within("body.rtf", body)


def _check_attachment(name: str, content: bytes, within: Check) -> None:
    ending = PurePosixPath(name).suffix.lower()
    if ending not in MEDIA_TYPES and ending not in BESIDE:
        raise IsActive(f"contains a type of file that is not allowed ({name or 'without a name'})")
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
    paths = file.listdir(streams=True, storages=True)
    parts = {part.lower() for path in paths for part in path}
    if parts & MACRO_PARTS:
        raise HasMacros
    within = {part.lower() for path in paths for part in path[1:]}
    if parts & EMBEDDED_PARTS or within & OBJECT_PARTS or any(path[0].lower() == POOL for path in paths if path[1:]):
        raise IsActive(EMBEDS)


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
