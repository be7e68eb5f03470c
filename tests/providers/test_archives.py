"""A zip that holds too much is refused before anything of it is unpacked, whichever door it comes by."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from providers.archives import HoldsTooMuch, opened_zip
from providers.catalogue.register import NotARegister, read_register
from tests import zip_bombs
from web.files.contents import check_content
from web.files.packages import LARGEST
from web.runtime.refused_files import HoldsMore

Bomb = Callable[..., bytes]
BOMBS = (zip_bombs.of_ten_gigabytes, zip_bombs.of_many_entries)


def test_the_bombs_are_what_they_say() -> None:
    with zipfile.ZipFile(io.BytesIO(zip_bombs.of_ten_gigabytes("register.csv"))) as archive:
        assert sum(member.file_size for member in archive.infolist()) == 10 << 30
        with archive.open("register.csv") as file:
            assert file.read(1 << 20) == bytes(1 << 20)
    assert len(zip_bombs.of_ten_gigabytes("register.csv")) < 4 << 20
    with zipfile.ZipFile(io.BytesIO(zip_bombs.of_many_entries("register.csv"))) as archive:
        assert len(archive.namelist()) == 100_000


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("names", [("register.csv",), ("[Content_Types].xml", "xl/workbook.xml")])
def test_a_register_is_no_bomb(tmp_path: Path, bomb: Bomb, names: tuple[str, ...]) -> None:
    path = tmp_path / "register.zip"
    path.write_bytes(bomb(*names))
    with pytest.raises(NotARegister, match=r"it holds more than 1,000 files or 1,073,741,824 bytes"):
        read_register(path)


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize(
    ("file_name", "names"),
    [
        ("letter.docx", ("[Content_Types].xml", "word/document.xml")),
        ("sums.xlsx", ("[Content_Types].xml", "xl/workbook.xml")),
        ("talk.pptx", ("[Content_Types].xml", "ppt/presentation.xml")),
        ("letter.odt", ("mimetype", "content.xml")),
    ],
)
def test_an_uploaded_document_is_no_bomb(bomb: Bomb, file_name: str, names: tuple[str, ...]) -> None:
    with pytest.raises(HoldsMore, match="This file contains too much"):
        check_content(file_name, bomb(*names))


class Counted(io.BytesIO):
    """Bytes that count how many of them are read."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.taken += len(found)
        return found


def test_the_list_of_a_zip_that_is_too_long_is_not_read() -> None:
    content = Counted(zip_bombs.of_many_entries())
    with pytest.raises(HoldsTooMuch), opened_zip(content, most=1000, largest=1000):
        pass
    assert content.taken < 100_000 < len(content.getvalue())


def test_documents_within_a_document_share_what_it_may_hold() -> None:
    def document(**within: bytes) -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            for name, content in within.items():
                archive.writestr(f"word/{name}", content)
        return file.getvalue()

    large = document(**{"media/picture.png": bytes(LARGEST * 2 // 5)})
    assert len(large) < 1 << 20
    check_content("letter.docx", document(**{"embeddings/1.docx": large, "embeddings/2.docx": large}))
    three = {f"embeddings/{number}.docx": large for number in range(3)}
    with pytest.raises(HoldsMore):
        check_content("letter.docx", document(**three))
