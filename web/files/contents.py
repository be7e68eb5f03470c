"""Whether the bytes of a file are what its name says, and do nothing by themselves when it is opened."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from domain.aggregate import Refusal
from web.files import compound, packages, plain_text, rtf
from web.runtime.refused_files import ContentIsOtherwise, HoldsMore

PNG, JPEG, GIF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", (b"GIF87a", b"GIF89a")
PDF, BLANK = b"%PDF-", b"\xef\xbb\xbf\xff\xfe\x00\t\n\f\r "
"""How a PDF begins, and what programs have put before it: a mark of the letters, blanks."""

LONGEST_BLANK = 1024
HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
DEEPEST = 3
"""Files within files: a workbook behind a chart in a presentation that came with a message."""

Check = Callable[[str, bytes], None]


@dataclass
class SizeLimit:
    """How many bytes a file may still hold unpacked, with all that is packed within it."""

    left: int = packages.LARGEST

    def take(self, content: bytes) -> None:
        """Raises HoldsMore."""
        self.left -= packages.unpacked(content)
        if self.left < 0:
            raise HoldsMore


def check_content(file_name: str, content: bytes, depth: int = 0, room: SizeLimit | None = None) -> None:
    """Raises ContentIsOtherwise, HasMacros, IsActive, HasPassword or HoldsMore. Endings that are not known here are
    refused by the attachment."""
    if depth > DEEPEST:
        raise HoldsMore
    ending = PurePosixPath(file_name).suffix.lower()
    known = _KINDS.get(ending)
    if known is None:
        return
    looks_like, look_within = known
    if not looks_like(content):
        compound.must_not_be_locked(ending, content)
        raise ContentIsOtherwise(f"This is not really a {ending[1:].upper()} file. Choose another.")
    shared = room or SizeLimit()
    shared.take(content)
    try:
        look_within(ending, content, lambda name, inner: check_content(name, inner, depth + 1, shared))
    except Refusal:
        raise
    except Exception:  # whatever a damaged file makes of the libraries that read it
        raise ContentIsOtherwise("The file is damaged. Save it again and choose it again.") from None


def _begins(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(signatures)


def _is_heic(content: bytes) -> bool:
    return content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS


def _nothing_more(ending: str, content: bytes, _: Check) -> None:
    """A picture is no archive too, as a file may be that is made to pass for either."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise ContentIsOtherwise(f"This file is a {ending[1:].upper()} file and an archive at once. Choose another.")


def _is_pdf(content: bytes) -> bool:
    return content[:LONGEST_BLANK].lstrip(BLANK).startswith(PDF)


def _pdf(ending: str, content: bytes, within: Check) -> None:
    from web.files import pdf

    _nothing_more(ending, content, within)
    pdf.check(content[content.index(PDF) :])


_KINDS: Mapping[str, tuple[Callable[[bytes], bool], Callable[[str, bytes, Check], None]]] = {
    ".pdf": (_is_pdf, _pdf),
    ".png": (_begins(PNG), _nothing_more),
    ".jpg": (_begins(JPEG), _nothing_more),
    ".jpeg": (_begins(JPEG), _nothing_more),
    ".heic": (_is_heic, _nothing_more),
    ".gif": (_begins(*GIF), _nothing_more),
    ".docx": (packages.is_office("word/"), packages.check_office),
    ".xlsx": (packages.is_office("xl/"), packages.check_office),
    ".pptx": (packages.is_office("ppt/"), packages.check_office),
    ".odt": (packages.is_open_document("text"), packages.check_open_document),
    ".ods": (packages.is_open_document("spreadsheet"), packages.check_open_document),
    ".doc": (compound.is_word, compound.check_word),
    ".msg": (compound.is_message, compound.check_message),
    ".rtf": (rtf.is_rtf, rtf.check_rtf),
    ".csv": (plain_text.is_text, plain_text.check_csv),
    ".txt": (plain_text.is_text, plain_text.check_text),
}
"""How the bytes of a kind of file begin, and what is looked for within. A GIF comes with messages only."""
