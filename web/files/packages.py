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
from web.files import formulas
from web.files.compound import is_compound
from web.files.fields import ELSEWHERE
from web.files.parts import Attributes, ElementLimit, has_command, is_web_page, is_xml, read
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
FOLDERS = {"word/": ".docx", "xl/": ".xlsx", "ppt/": ".pptx"}
PROGRAM_BEGINS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"L\0\0\0\x01\x14\x02")
"""Programs of Windows, Linux, Java and macOS, scripts, and shortcuts of Windows."""

TEXT_BEGINS = re.compile(rb"\s*+(?:MIME-Version:|From:|\{\\rt|%PDF-|@echo)", re.IGNORECASE)
"""Documents that are no part of another one: archived web pages, Rich Text Format, PDF; scripts of Windows."""
EMBEDS = "has another file or program embedded in it"
LINKS = ("/hyperlink", "/externalLinkPath", "/xlPathMissing", "/xlStartup", "/xlLibrary")
"""Relationships to the outside that do nothing until somebody follows them, or says that values may be updated:
Excel shows what it last read of another workbook, wherever that is, and asks before it reads it again."""

BRINGS = (
    "/oleObject",
    "/aFChunk",
    "/control",
    "/activeXControlBinary",
    "/ctrlProp",
    "/frame",
    "/subDocument",
    "/attachedTemplate",
    "/mailMergeSource",
    "/mailMergeHeaderSource",
)
"""Relationships to a program, or to a document that is put into this one, wherever it stands."""

SCRIPTS = (
    "{urn:oasis:names:tc:opendocument:xmlns:script:1.0}event-listener",
    "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}script",
)
DDE_OF_OPEN_DOCUMENTS = frozenset({"dde-source", "dde-connection-decl", "dde-connection", "dde-link"})
SCRIPT_ADDRESS = re.compile(r"vnd\.sun\.star\.script:|\A\s*macro:", re.IGNORECASE)
OPEN_DOCUMENTS, LONGEST_HEAD = b"urn:oasis:names:tc:opendocument:", 4096
HOLD_FORMULAS = ("formula", "condition", "expression")
HREF = "{http://www.w3.org/1999/xlink}href"
FOLLOWED = frozenset({"a", "form"})
"""Elements of OpenDocument whose address is followed when somebody says so; all others are loaded."""

BESIDE = frozenset({"template", "table-source"})
"""Tell from which template a text was made, and to which other workbook a table is linked: on the writer's own disk
as a rule, and may be missing."""

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
        names, count = package.namelist(), ElementLimit()
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
            else:
                part = package.read(name)
                _check_part(part, within)
                if has_command(part, count):
                    raise IsActive(FETCHED)


def check_open_document(_: str, content: bytes, within: Check) -> None:
    """Raises HasMacros, IsActive, HasPassword; HoldsMore, ContentIsOtherwise."""
    with _opened(content) as package:
        names, count = package.namelist(), ElementLimit()
        if any(PROGRAMS.search(name) for name in names):
            raise HasMacros
        if "META-INF/manifest.xml" in names:
            read(package.read("META-INF/manifest.xml"), count, _check_manifest)
        for name in names:
            part = package.read(name)
            _check_part(part, within)
            if name.lower().endswith(".xml") or (is_xml(part) and OPEN_DOCUMENTS in part[:LONGEST_HEAD]):
                read(part, count, _check_element)


def _check_part(part: bytes, within: Check) -> None:
    """Raises what stands against a part as a file of its own; IsActive for one that belongs in no document."""
    if is_compound(part) or part.startswith(PROGRAM_BEGINS) or TEXT_BEGINS.match(part) or is_web_page(part):
        raise IsActive(EMBEDS)
    if part.startswith(ZIP):
        ending = next((each for folder, each in FOLDERS.items() if is_office(folder)(part)), None)
        if ending is None:
            raise IsActive(EMBEDS)
        within(f"part{ending}", part)


def _check_type(_: str, attributes: Attributes) -> None:
    if any(MACRO_TYPES.search(value) for value in attributes.values()):
        raise HasMacros


def _check_relationship(_: str, attributes: Attributes) -> None:
    type, target = attributes.get("Type", "").strip(), attributes.get("Target", "")
    outside = attributes.get("TargetMode", "").strip().lower() == "external" or ELSEWHERE.search(target)
    if outside and not type.endswith(LINKS):
        raise IsActive(FETCHED)
    if type.endswith(BRINGS):
        raise IsActive(EMBEDS)


def _check_manifest(tag: str, _: Attributes) -> None:
    if tag == ENCRYPTED:
        raise HasPassword


def _check_element(tag: str, attributes: Attributes) -> None:
    if tag in SCRIPTS or any(SCRIPT_ADDRESS.search(value) for value in attributes.values()):
        raise HasMacros
    name = tag.rpartition("}")[2]
    told = {each.rpartition("}")[2]: value for each, value in attributes.items()}
    if told.get("action") == "execute":
        raise IsActive("runs another program")
    address = unquote(attributes.get(HREF, ""))
    followed = name in FOLLOWED and told.get("actuate") != "onLoad"
    fetched = not followed and (REMOTE if name in BESIDE else OUTSIDE).match(address)
    computed = any(formulas.fetches(told.get(each, "")) for each in HOLD_FORMULAS)
    if fetched or computed or name in DDE_OF_OPEN_DOCUMENTS:
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
                raise ContentIsOtherwise(
                    "The document is damaged: it contains a part twice. Save it again and choose it again."
                )
            if any(member.flag_bits & 1 for member in members):
                raise HasPassword
            yield package
    except HoldsTooMuch:
        raise HoldsMore from None
