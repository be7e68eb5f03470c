"""A disk that is full: commands are refused in clear words, nothing is half written, and then it goes on."""

from __future__ import annotations

import os
import re
import resource
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner

from domain.account import TokenScopes
from domain.note import Note
from domain.service import TooManyAtOnce, Unavailable
from projections.rebuilding import rebuild
from tests.databases import with_views
from tests.notebook import VIEWS, Notebook, NotebookSystem, command
from tests.processes import processes
from tests.running_service import served
from tests.sample_authority import Clock, SampleAuthority
from web.accounts import sessions, tokens
from web.cli import main
from web.runtime.services import Services

ROOM = 2_000_000
"""Bytes that a file may have, or half of what the disk has."""

ROOM_OF_SERVICE = 8_000_000
LONG = "x" * 4000
NOTE = {"note_type": "telephone", "heading": "A call", "visible_to": "service"}
THREADS = 8
PATIENCE = 180

COMMANDS_ON_A_FULL_DISK = {
    "views status": "kept in step by every command.*The disk of the database has [0-9,]+ bytes free: free some space",
    "views check --record": "views are what the log says\nThis was not written down. There is no room left on",
    "views rebuild": "There is no room left on the disk .*: free some space",
}

MakeRoom = Callable[[], None]


@contextmanager
def a_limit(_: Path) -> Iterator[MakeRoom]:
    """No file of this process may grow beyond a size, until there is more room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, hard))
    yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def a_small_disk(folder: Path, size: int = 2 * ROOM) -> Iterator[MakeRoom]:
    """A disk of its own, of which something else takes a part until there is more room."""
    filler = folder / "filler"
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], check=True)
    try:
        filler.write_bytes(bytes(ROOM))
        yield filler.unlink
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def can_mount() -> bool:
    tried = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
    return os.geteuid() == 0 and subprocess.run(tried, capture_output=True, check=False).returncode == 0


may_mount = pytest.mark.skipif(not can_mount(), reason="only root may mount a disk of its own")

WAYS = [a_limit, pytest.param(a_small_disk, marks=may_mount)]


def fill(way: Callable[[Path], contextmanager[MakeRoom]], folder: Path) -> str:
    """Write until the disk is full, and on; returns what was said when it was."""
    with way(folder) as make_room:
        desk = NotebookSystem(folder / "desk.sqlite")
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


def write(desk: NotebookSystem, id: UUID, line: str, written: list[str]) -> str:
    """Write a line; returns why it was refused, if it was: for the disk, or as others wrote each time before."""
    try:
        with command():
            desk.service.change(Notebook, id, lambda notebook: notebook.write(line, line[:4]))
    except (TooManyAtOnce, Unavailable) as refused:
        return str(refused)
    written.append(line)
    return ""


def is_as_it_was(desk: NotebookSystem, id: UUID, written: list[str]) -> bool:
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


@pytest.mark.fire
@may_mount
def test_a_service_on_a_full_disk_says_so_loses_nothing_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    disk, log = tmp_path / "disk", tmp_path / "log"
    disk.mkdir()
    with a_small_disk(disk, size=ROOM_OF_SERVICE):
        url = f"sqlite:///{disk / 'a.sqlite'}"
        with_views(url)
        with closing(Services(url)) as services:
            services.prepare_views()
            sample = SampleAuthority(services, Clock())
            director, urn = sample.director(), sample.urn(sample.school())
            with services.write() as connection:
                token = tokens.create(connection, director, "fire", TokenScopes.READ_WRITE, services.now()).secret
                cookie = sessions.begin(connection, director, services.now())
        with served(url, log) as service:
            service.cookie = cookie
            service.until(lambda: service.has_started(1), "the service did not start")
            acknowledged = []

            def write(text: str) -> tuple[int, str]:
                status, said = service.post("/api/v1/notes/write", {**NOTE, "record": str(urn), "text": text}, token)
                if status == 201:
                    acknowledged.append(text)
                return status, said

            assert write("while there is room")[0] == 201
            filler = disk / "more"
            with suppress(OSError), filler.open("wb", buffering=0) as file:
                while file.write(bytes(4096)):
                    pass
            status, said = 201, ""
            while status == 201:  # what the database holds already may have room for some
                status, said = write(LONG)
            assert status == 503
            assert "There is no room left on the disk. Nothing was saved" in said
            assert service.get("/readyz") == (503, '{"status":"not ready"}\n')
            # Reading goes on, and so does being refused what one's posts do not allow.
            assert [service.get(path)[0] for path in ("/healthz", "/schools/", "/service-status")] == [200, 200, 403]
            for words, found in COMMANDS_ON_A_FULL_DISK.items():
                done = CliRunner().invoke(main, words.split(), env={"SIS_DATABASE_URL": url, "SIS_SECRET_KEY": "x"})
                assert done.exit_code == 1, done.output
                assert re.search(found, done.output, re.S), done.output
            filler.unlink()
            assert service.get("/readyz") == (200, '{"status":"ready"}\n')
            assert write("when there is room again")[0] == 201
        with closing(Services(url)) as services, services.read_present() as connection:
            events = list(services.store.everything(connection))
        assert [event.text for event in events if isinstance(event, Note.Written)] == acknowledged
