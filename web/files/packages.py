"""Documents that are a zip of parts: Word, Excel and PowerPoint since 2007 (ECMA-376), and OpenDocument."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import unquote

from providers.archives import HoldsTooMuch, opened_zip
from web.files.compound import is_compound
from web.files.parts import Attributes, Count, has_command, read
from web.runtime.refused_files import FETCHED, ContentIsOtherwise, HasMacros, HasPassword, HoldsMore, IsActive

ZIP = b"PK\x03\x04"
MOST_PARTS, LARGEST = 5_000, 100 * 1024 * 1024
"""Parts of a document, and bytes of them all, unpacked."""

DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)

PROGRAMS = re.compile(r"vbaproject|vbadata|(^|/)macrosheets/|(^|/)(basic|scripts)/.", re.IGNORECASE)
MACRO_TYPES = re.compile(r"macroEnabled|vbaProject|ms-excel\.(?:macrosheet|intlmacrosheet)", re.IGNORECASE)
OUTSIDE_OF_OFFICE = re.compile(r"(^|/)(activex|ctrlprops)/", re.IGNORECASE)
WITHIN = re.compile(r"(^|/)(embeddings|package)/[^/]*\.(docx|xlsx|pptx)$", re.IGNORECASE)
EMBEDDED = re.compile(r"(^|/)embeddings/.", re.IGNORECASE)
EMBEDS = "has another file or program embedded in it"
LINKS = ("/hyperlink", "/externalLinkPath", "/xlPathMissing", "/xlStartup", "/xlLibrary")
"""Relationships to the outside that do nothing until somebody follows them, or says that values may be updated:
Excel shows what it last read of another workbook, wherever that is, and asks before it reads it again."""

SCRIPTS = (
    "{urn:oasis:names:tc:opendocument:xmlns:script:1.0}event-listener",
    "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}script",
)
DDE_OF_OPEN_DOCUMENTS = frozenset({"dde-source", "dde-connection-decl", "dde-connection", "dde-link"})
SCRIPT_ADDRESS = "vnd.sun.star.script:"
HREF = "{http://www.w3.org/1999/xlink}href"
FOLLOWED = frozenset({"a", "form", "table-source"})
"""Elements of OpenDocument whose address is followed when somebody says so, as LINKS are; all others are loaded."""

TEMPLATE = "template"
"""Tells from which template a text was made, which is on the writer's own disk as a rule and may be missing."""

OUTSIDE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|[/\\]|(?:\./)*\.\.(?:/|\Z))", re.IGNORECASE)
REMOTE = re.compile(r"\s*(?:(?!file:/(?:localhost/|//)?[^/])[a-z][a-z0-9+.-]+:|//|\\\\)", re.IGNORECASE)
"""Addresses that lead out of a package, and those that lead to another machine."""

ENCRYPTED = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}encryption-data"

Check = Callable[[str, bytes], None]


def unpacked(content: bytes) -> int:
    """How many bytes a package holds when it is unpacked, none where the bytes are no package. Raises HoldsMore."""
    if not _names(content):
        return 0
    with _opened(content) as package:
        return sum(member.file_size for member in package.infolist())


def is_office(folder: str) -> Callable[[bytes], bool]:
    """Whether bytes are a package whose parts stand in a folder."""

    def is_so(content: bytes) -> bool:
        names = _names(content)
        return "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)

    return is_so


def is_open_document(kind: str) -> Callable[[bytes], bool]:
    """Whether bytes are a package that names its type in an entry of its own."""

    def is_so(content: bytes) -> bool:
        if "mimetype" not in _names(content):
            return False
        with _opened(content) as package:
            return package.read("mimetype") == f"application/vnd.oasis.opendocument.{kind}".encode()

    return is_so


def check_office(_: str, content: bytes, within: Check) -> None:
    """Raises HasMacros or IsActive; HoldsMore, ContentIsOtherwise."""
    with _opened(content) as package:
        names, count = package.namelist(), Count()
        if any(PROGRAMS.search(name) for name in names):
            raise HasMacros
        read(package.read("[Content_Types].xml"), count, _check_type)
        if any(OUTSIDE_OF_OFFICE.search(name) for name in names):
            raise IsActive(EMBEDS)
        for name in names:
            if WITHIN.search(name):
                within(name, package.read(name))
            elif EMBEDDED.search(name) and not name.lower().endswith(".rels"):
                raise IsActive(EMBEDS)
            elif name.lower().endswith(".rels"):
                read(package.read(name), count, _check_relationship)
            elif has_command(package.read(name), count):
                raise IsActive(FETCHED)


def check_open_document(_: str, content: bytes, __: Check) -> None:
    """Raises HasMacros, IsActive, HasPassword; HoldsMore, ContentIsOtherwise."""
    with _opened(content) as package:
        names, count = package.namelist(), Count()
        if any(PROGRAMS.search(name) for name in names):
            raise HasMacros
        if "META-INF/manifest.xml" in names:
            read(package.read("META-INF/manifest.xml"), count, _check_manifest)
        for name in names:
            if name.endswith(".xml"):
                read(package.read(name), count, _check_scripts)
        if any(is_compound(package.read(name)) for name in names if name.startswith("Object ")):
            raise IsActive(EMBEDS)


def _check_type(_: str, attributes: Attributes) -> None:
    if any(MACRO_TYPES.search(value) for value in attributes.values()):
        raise HasMacros


def _check_relationship(_: str, attributes: Attributes) -> None:
    outside = attributes.get("TargetMode", "").strip().lower() == "external"
    if outside and not attributes.get("Type", "").endswith(LINKS):
        raise IsActive(FETCHED)


def _check_manifest(tag: str, _: Attributes) -> None:
    if tag == ENCRYPTED:
        raise HasPassword


def _check_scripts(tag: str, attributes: Attributes) -> None:
    if tag.rpartition("}")[2] in DDE_OF_OPEN_DOCUMENTS:
        raise IsActive(FETCHED)
    _check_address(tag.rpartition("}")[2], unquote(attributes.get(HREF, "")))
    if tag in SCRIPTS or any(SCRIPT_ADDRESS in value.lower() for value in attributes.values()):
        raise HasMacros


def _check_address(name: str, address: str) -> None:
    if name in FOLLOWED or address.lower().startswith(SCRIPT_ADDRESS):
        return
    if (REMOTE if name == TEMPLATE else OUTSIDE).match(address):
        raise IsActive(FETCHED)


def _names(content: bytes) -> list[str]:
    """What is in a package; nothing in anything else. Raises HoldsMore."""
    if not content.startswith(ZIP):
        return []
    try:
        with opened_zip(io.BytesIO(content), most=MOST_PARTS, largest=LARGEST) as package:
            return package.namelist()
    except HoldsTooMuch:
        raise HoldsMore from None
    except DAMAGED:
        return []


@contextmanager
def _opened(content: bytes) -> Iterator[zipfile.ZipFile]:
    """The package, where it holds no more than is taken, and each part once. Raises HoldsMore, HasPassword."""
    try:
        with opened_zip(io.BytesIO(content), most=MOST_PARTS, largest=LARGEST) as package:
            members = package.infolist()
            if len({member.filename.lower() for member in members}) < len(members):
                raise ContentIsOtherwise("A part of the document is in it twice. Save it anew and choose it again.")
            if any(member.flag_bits & 1 for member in members):
                raise HasPassword
            yield package
    except HoldsTooMuch:
        raise HoldsMore from None
