"""What docs/scale.md says is true: its commands run, chapter by chapter, on servers of the tests' own."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.postgresql import QUICK, Server
from tests.postgresql_programs import ABSENT, binaries, locale, nobody, open_to_all, programs
from tests.scenario import TODAY
from web.demonstration.loading import SEED
from web.demonstration.register import write_register

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
CHAPTERS = {
    chapter.splitlines()[0]: re.findall(r"```sh\n(.*?)```", chapter, re.S)
    for chapter in re.split(r"^## ", TEXT, flags=re.M)[1:]
}
WITH_COMMANDS = [name for name, blocks in CHAPTERS.items() if blocks]

BEGIN = """
set -euo pipefail
trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT
"""

AS_NOBODY = """
pg_basebackup() { setpriv --reuid=%d --regid=%d --clear-groups "$(type -P pg_basebackup)" "$@"; }
pg_ctl() { setpriv --reuid=%d --regid=%d --clear-groups "$(type -P pg_ctl)" "$@"; }
"""
"""As the tests may run as root, which PostgreSQL's own programs do not."""


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@dataclass
class Site:
    """Where the commands run: a folder in place of /srv, a server in place of db1, ports that are free."""

    folder: Path
    db1: Server
    web: int
    db2: int

    def here(self, script: str) -> str:
        """The script with the addresses of this site."""
        for told, meant in {
            "/srv/": f"{self.folder}/",
            "8000": str(self.web),
            "8001": str(free_port()),
            "-h db1": f"-h 127.0.0.1 -p {self.db1.port}",
            "@db1/": f"@127.0.0.1:{self.db1.port}/",
            "@db2/": f"@127.0.0.1:{self.db2}/",
            "host=db1:5432": f"host=127.0.0.1:{self.db1.port}",
            "host=db2:5432": f"host=127.0.0.1:{self.db2}",
            "host=db1 ": f"host=127.0.0.1 port={self.db1.port} ",
            # Of before 17, as operate.md says.
            "--locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C": " ".join(locale()),
            # A machine with other work to do starts a service later, and its answer is waited for.
            "--retry 30": "--retry 900",
            "-w start": f"-o '-p {self.db2} -k {self.folder}/postgresql -c listen_addresses=127.0.0.1' -w start",
        }.items():
            script = script.replace(told, meant)
        return script

    def run(self, script: str) -> str:
        """What a script says; it must go through."""
        user, group = nobody()
        begin = BEGIN + (AS_NOBODY % (user, group, user, group) if os.geteuid() == 0 else "")
        path = f"{programs()}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SIS_")}
        with (self.folder / "said").open("w+", encoding="utf-8") as said:
            # Into a file: a server that outlives the script would keep a pipe open.
            done = subprocess.run(
                ["bash", "-c", begin + self.here(script)],
                cwd=self.folder / "work",
                env={**environment, "PATH": path, "TOKEN": "sis_nobody_s"},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                check=False,
                timeout=1700,
            )
            said.seek(0)
            told = said.read()
        assert done.returncode == 0, told[-6000:]
        return told


@pytest.fixture
def site() -> Iterator[Site]:
    if binaries() is None:
        pytest.skip(ABSENT)
    folder = Path(tempfile.mkdtemp(prefix="sis-scale-", dir=open_to_all(tempfile.gettempdir())))
    folder.chmod(0o755)
    for part in ("sis", "backup", "work", "postgresql"):
        (folder / part).mkdir()
    if os.geteuid() == 0:
        os.chown(folder / "postgresql", *nobody())
    write_register(folder / "work" / "register.csv", seed=SEED, on=TODAY)
    try:
        with Server(**QUICK) as db1:
            yield Site(folder, db1, free_port(), free_port())
    finally:
        shutil.rmtree(folder)


ROLE_AND_DATABASE = CHAPTERS["PostgreSQL, several workers and a follower"][0]

IN_USE = """
export SIS_DATABASE_URL=sqlite:////srv/sis/authority.sqlite
sis import schools register.csv --la 399 --dated 2026-09-01
python -c "import pysqlite3; pysqlite3.connect('/srv/sis/authority.sqlite').executescript('DELETE FROM names')"
"""
"""A service whose view is not what the log says."""

BEFORE = {
    "When a view stops": IN_USE,
    "A standby that takes over": ROLE_AND_DATABASE,
    "Several authorities": ROLE_AND_DATABASE,
}
"""What must stand already for a chapter: the one it rests on."""

SAID = {
    "One machine": ['"status":"ready"', "what the log says"],
    "PostgreSQL, several workers and a follower": ["audit_trail +follows", "what the log says"],
    "When a view stops": [
        "differ from the log",
        "rows or more were not what the log says",
        "views refilled",
        "All .* what the log says",
    ],
    "A standby that takes over": ["db2 +. (sync|async|potential)", "what the log says"],
    "Several authorities": ["100 schools registered", "^401$", "sha256 [0-9a-f]{64}", "trafford is gone"],
}

KEPT = {"One machine", "PostgreSQL, several workers and a follower", "A standby that takes over"}
"""Where a database is restored, or another takes over: it must hold all that was saved, and that is not nothing."""


def test_every_chapter_is_tried() -> None:
    assert set(SAID) == set(WITH_COMMANDS)


@pytest.mark.long
@pytest.mark.parametrize("chapter", WITH_COMMANDS)
def test_the_commands_of_a_chapter_run(site: Site, chapter: str) -> None:
    script = BEFORE.get(chapter, "") + "\n" + "\n".join(CHAPTERS[chapter])
    process = site.db1.processes[0]
    # The primary is lost at the moment for which the chapter says what to do.
    script = script.replace("pg_ctl -D /srv/postgresql/data -w promote", f"kill -KILL {process}\n\\g<0>")
    script = script.replace("\\g<0>", "pg_ctl -D /srv/postgresql/data -w promote")
    try:
        told = site.run(script)
    finally:
        if (site.folder / "postgresql/data/postmaster.pid").exists():
            site.run("pg_ctl -D /srv/postgresql/data -m immediate stop")
    if chapter in KEPT:
        before, *after = [int(count.replace(",", "")) for count in re.findall("The log has ([0-9,]+) events", told)]
        assert before >= 100
        assert after
        assert set(after) == {before}
    for said in SAID[chapter]:
        assert re.search(said, told, re.M), f"{said}\n{told[-6000:]}"
