"""What the readers' tests read: small files made for one oddity each, and the real files where they are."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Protocol

import pytest


class Written(Protocol):
    def __call__(self, name: str, text: str, encoding: str = "utf-8") -> Path: ...


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes a text as a file, packed if its name ends in .gz."""

    def write(name: str, text: str, encoding: str = "utf-8") -> Path:
        content = text.encode(encoding)
        path = tmp_path / name
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return write


@pytest.fixture
def real_data() -> Path:
    """The folder of the real files."""
    named = os.environ.get("SIS_REAL_DATA")
    if not named:
        pytest.skip("SIS_REAL_DATA is not set: the real files are not read")
    folder = Path(named)
    if not folder.is_dir():
        pytest.skip(f"SIS_REAL_DATA names no folder: {folder}")
    return folder
