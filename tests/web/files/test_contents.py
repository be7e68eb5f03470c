"""Whether the bytes of a file are what its name says."""

from __future__ import annotations

import io
import zipfile

import pytest

from web.files.contents import ContentIsOtherwise, HasMacros, check_content

OPEN_TEXT = "application/vnd.oasis.opendocument.text"


def package(**entries: str) -> bytes:
    """A zip archive with these entries; two underscores stand for a folder."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for name, text in entries.items():
            archive.writestr(name.replace("__", "/"), text)
    return kept.getvalue()


def office_package(folder: str, **more: str) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for name in ("[Content_Types].xml", f"{folder}/document.xml", *more):
            archive.writestr(name, "<xml/>")
    return kept.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("report.pdf", b"%PDF-1.7 ..."),
        ("chart.PNG", b"\x89PNG\r\n\x1a\n..."),
        ("photo.jpeg", b"\xff\xd8\xff\xe0..."),
        ("letter.docx", office_package("word")),
        ("sums.xlsx", office_package("xl")),
        ("letter.odt", package(mimetype=OPEN_TEXT)),
        ("list.csv", "name,mark\nCafé,1\n".encode("cp1252")),
        ("list.txt", "name\tmark\r\n".encode("utf-16")),
    ],
)
def test_a_file_that_is_what_its_name_says_is_taken(name: str, content: bytes) -> None:
    check_content(name, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("report.pdf", b"MZ\x90\x00"),
        ("chart.png", b"\xff\xd8\xff\xe0..."),
        ("letter.docx", b"PK\x03\x04 broken"),
        ("letter.docx", office_package("xl")),
        ("letter.docx", package(word__document="<xml/>")),
        ("sums.ods", package(mimetype=OPEN_TEXT)),
        ("letter.odt", package(content="<xml/>")),
        ("list.csv", b"a,b\x00,c"),
        ("list.txt", b"\xff\xfe\x00"),
    ],
)
def test_a_file_that_is_something_else_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(ContentIsOtherwise, match="Choose another"):
        check_content(name, content)


def test_a_document_with_macros_is_refused() -> None:
    with pytest.raises(HasMacros):
        check_content("letter.docx", office_package("word", **{"word/vbaProject.bin": ""}))
