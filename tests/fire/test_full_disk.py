"""A disk that is full: commands are refused in clear words, nothing is half written, and then it goes on."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

import pytest

from domain.service import Unavailable
from projections.rebuilding import rebuild
from tests.notebook import VIEWS, Desk, Notebook, command
from tests.processes import processes

ROOM = 2_000_000
"""Bytes that a file may have, or half of what the disk has."""

LONG = "x" * 4000
THREADS = 8
PATIENCE = 60

MakeRoom = Callable[[], None]


@contextmanager
def a_limit(_: Path) -> Iterator[MakeRoom]:
    """No file of this process may grow beyond a size, until there is more room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, hard))
    yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def a_small_disk(folder: Path) -> Iterator[MakeRoom]:
    """A disk of its own, of which something else takes a half until there is more room."""
    filler = folder / "filler"
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={2 * ROOM}", "none", folder], check=True)
    try:
        filler.write_bytes(bytes(ROOM))
        yield filler.unlink
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def can_mount() -> bool:
    tried = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
    return os.geteuid() == 0 and subprocess.run(tried, capture_output=True, check=False).returncode == 0


WAYS = [a_limit, *([a_small_disk] if can_mount() else [])]


def fill(way: Callable[[Path], contextmanager[MakeRoom]], folder: Path) -> str:
    """Write until the disk is full, and on; returns what was said when it was."""
    with way(folder) as make_room:
        desk = Desk(folder / "desk.sqlite")
        with command():
            id = desk.service.add(Notebook.open).id
        written, refused = [], ""
        while not refused:
            refused = write(desk, id, f"{len(written)} {LONG}", written)
        assert is_as_it_was(desk, id, written)
        lines = [f"at once {number} {LONG}" for number in range(THREADS)]
        with ThreadPoolExecutor(THREADS) as threads:
            said = set(threads.map(lambda line: write(desk, id, line, written), lines))
        assert is_as_it_was(desk, id, written)
        for view in VIEWS:
            with suppress(Unavailable):  # a few rows may find room
                rebuild(desk.log, view)
        assert is_as_it_was(desk, id, written)

        make_room()
        assert not write(desk, id, "there is room again", written)
        for view in VIEWS:
            rebuild(desk.log, view)
        assert is_as_it_was(desk, id, written)
        desk.close()
        return "; ".join({refused, *said})


def write(desk: Desk, id: UUID, line: str, written: list[str]) -> str:
    """Write a line; returns why it was refused, if it was."""
    try:
        with command():
            desk.service.change(Notebook, id, lambda notebook: notebook.write(line, line[:4]))
    except Unavailable as refused:
        return str(refused)
    written.append(line)
    return ""


def is_as_it_was(desk: Desk, id: UUID, written: list[str]) -> bool:
    assert sorted(desk.service.find(Notebook, id).lines) == sorted(written)
    assert desk.differences() == []
    return bool(desk.read(lambda connection: connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"))


@pytest.mark.fire
@pytest.mark.parametrize("way", WAYS)
def test_a_disk_that_is_full_is_said_and_nothing_is_half_written(
    way: Callable[[Path], contextmanager[MakeRoom]], tmp_path: Path
) -> None:
    with processes(1) as apart:
        said = apart.submit(fill, way, tmp_path).result(timeout=PATIENCE)
    assert {"database or disk is full", "disk I/O error"} & set(said.split("; ")), said
    assert "savepoint" not in said
