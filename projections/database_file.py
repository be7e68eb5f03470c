"""The file of a SQLite database: made so that its owner alone can read it, and not deleted while somebody uses it."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

OWNER_ONLY, FOLDER_OF_OWNER = 0o600, 0o700
"""Modes of what is made here. SQLite gives its `-wal` and `-shm` files the mode of the database."""

USE_LOCK = "use-lock"
"""Held shared by every process that has the database open: its file is then not deleted."""

_BESIDE = re.compile(r"(-wal|-shm|-journal|\.[a-z]+-lock)?")


class InUse(RuntimeError):
    """A process, such as a server, has the database open."""


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, where they are missing, for their owner alone."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=FOLDER_OF_OWNER, exist_ok=True)


def make_database_file(path: Path) -> None:
    """Make an empty database, for its owner alone, where there is no file yet."""
    make_folder(path.parent)
    # An existing file is not even opened: to close it would let go of every lock that this process has on it.
    if not path.exists():
        path.touch(mode=OWNER_ONLY)


def files_of(path: Path) -> list[Path]:
    """The database and what lies beside it and is a part of it, as far as it is there."""
    return sorted(
        each for each in path.parent.glob(f"{path.name}*") if _BESIDE.fullmatch(each.name[len(path.name) :])
    )


@contextmanager
def locked(path: str, busy: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Let only one at a time do what the lock file at this path stands for; `busy` is called before waiting."""
    lock = _lock_file(path)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            busy()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def use(path: Path) -> int:
    """Say that the database is used, until the descriptor returned is closed or the process ends, however it ends."""
    lock_path = Path(f"{path}.{USE_LOCK}")
    while True:
        lock = _lock_file(str(lock_path))
        fcntl.flock(lock, fcntl.LOCK_SH)
        with suppress(FileNotFoundError):
            # Not deleted, with the database, while the lock was waited for.
            if os.path.samestat(lock_path.stat(), os.fstat(lock)):
                return lock
        os.close(lock)


def delete_databases(paths: Sequence[Path]) -> list[Path]:
    """Delete databases with all that is a part of them, and say what: all or, where one is in use, none.

    Raises InUse with the path of the one that is.
    """
    locks: list[int] = []
    try:
        for path in paths:
            locks.append(_lock_file(f"{path}.{USE_LOCK}"))
            try:
                fcntl.flock(locks[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InUse(path) from None
        gone = [each for path in paths for each in files_of(path)]
        for each in gone:
            each.unlink()
        return gone
    finally:
        for lock in locks:
            os.close(lock)


def _lock_file(path: str) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, OWNER_ONLY)
