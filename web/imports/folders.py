"""Folders in which the files of an import lie while they are read, so that what somebody sent stays on no disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, gettempdir

PREFIX = "sis-import-"


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that is gone with the end of this block; where the process was killed before, with the next one."""
    _clear_away()
    with TemporaryDirectory(prefix=PREFIX) as name, _held(name, LOCK_EX):
        yield Path(name)


@contextmanager
def _held(name: str | Path, how: int) -> Iterator[None]:
    """Holds a folder until the block or the process ends. Raises OSError with LOCK_NB where another one holds it."""
    handle = os.open(name, os.O_RDONLY)
    try:
        flock(handle, how)
        yield
    finally:
        os.close(handle)


def _clear_away() -> None:
    """Remove the folders of processes that ended before they could; one that is not held yet is still empty."""
    for each in Path(gettempdir()).glob(f"{PREFIX}*"):
        try:
            with _held(each, LOCK_EX | LOCK_NB):
                if any(each.iterdir()):
                    rmtree(each)
        except OSError:
            continue
