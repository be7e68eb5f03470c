"""A log that is damaged is named as that, and the chapter of docs/operate.md leads to a working service again."""

from __future__ import annotations

import os
import re
import subprocess
from contextlib import closing
from functools import partial
from pathlib import Path

import psycopg
import pysqlite3
import pytest
from click.testing import CliRunner

from domain.school import School, Source
from domain.vocabulary import Channel
from tests.postgresql import QUICK, Server
from tests.postgresql_programs import ABSENT, binaries, programs
from tests.scenario import TODAY
from tests.web.test_operate import CHAPTERS, ROOT, block, run, site
from web import create_app, open_services
from web.cli import main
from web.runtime.services import Services
from web.runtime.settings import DeploymentSettings

__all__ = ["site"]


def save_schools(url: str, *urns: int) -> None:
    services = Services(url)
    with closing(services):
        for urn in urns:
            told = {"phase": "primary", "status": "Open", "la_code": "399", "la_name": "Wexmoor"}
            source = Source("register.csv", TODAY)
            begin = partial(School.register, urn, name=f"School {urn}", details=told, head=None, source=source)
            with services.acting(None, "administrator", Channel.COMMAND_LINE):
                services.service.add(begin)


def fails(*words: str) -> str:
    done = CliRunner().invoke(main, list(words))
    assert done.exit_code == 1, done.output
    assert isinstance(done.exception, SystemExit)
    return done.output


LOST = r"^\d+\|? ?20.*\|? ?school\.registered$"


def test_a_damaged_file_is_named_and_the_service_goes_on_from_the_backup_without_what_was_saved_since(
    site: Path,
) -> None:
    file = site / "srv/sis/authority.sqlite"
    save_schools(f"sqlite:///{file}", 990001)
    saved = re.findall(r"The log has \S+ events", run(site, "sis views status"))
    run(site, block("What to back up", "sh"))
    save_schools(f"sqlite:///{file}", 990002, 990003)
    _spoil_page(file, position=20)

    for words in (("views", "status"), ("views", "check")):
        assert "The database is damaged, or is not one (database disk image is malformed)" in fails(*words)
    app = create_app(
        DeploymentSettings(f"sqlite:///{file}", secret_key="only for tests", testing=True),
        services=Services(f"sqlite:///{file}"),
    )
    assert app.test_client().get("/readyz").status_code == 503

    restored, lost = re.findall(r"```sh\n(.*?)```", CHAPTERS["When the log is damaged"], re.S)[:2]
    told = run(site, restored)
    assert re.findall(r"The log has \S+ events", told) == saved
    assert "views are what the log says" in told
    assert len(re.findall(LOST, run(site, lost), re.M)) == 2
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    assert (site / "srv/sis/damaged/authority.sqlite").exists()
    save_schools(f"sqlite:///{file}", 990002)
    assert "views are what the log says" in run(site, "sis views check")


def _spoil_page(file: Path, *, position: int) -> None:
    """Write over the page that holds an event."""
    with closing(pysqlite3.connect(str(file))) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [size] = connection.execute("PRAGMA page_size").fetchone()
        [state] = connection.execute("SELECT state FROM events WHERE position = ?", [position]).fetchone()
    content = file.read_bytes()
    start = content.index(state[:200].encode()) // size * size
    with file.open("r+b") as page:
        page.seek(start)
        page.write(b"\xff" * size)


def test_a_damaged_postgresql_is_named_and_the_service_goes_on_from_the_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if binaries() is None:
        pytest.skip(ABSENT)
    with Server(**QUICK) as server:
        server.execute("CREATE ROLE sis LOGIN SUPERUSER")
        address = {"-h db1": f"-h 127.0.0.1 -p {server.port}", "/srv/backup/": f"{tmp_path}/"}
        url = server.url("sis")
        server.execute("CREATE DATABASE sis TEMPLATE template0")
        open_services(DeploymentSettings(url, secret_key="only for tests")).close()
        save_schools(url, *range(990001, 990030))
        _shell(_block_of_scale("pg_dump"), address)
        save_schools(url, 990031, 990032)
        monkeypatch.setenv("SIS_DATABASE_URL", url)
        with psycopg.connect(server.url("sis").replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            [where] = connection.execute("SELECT pg_relation_filepath('events')").fetchone() or [""]
        server.stop()
        with (server.data / where).open("r+b") as relation:
            relation.write(b"\xff" * 8192)
        server.start()

        for words in (("views", "status"), ("views", "check")):
            assert "The database is damaged, or is not one (invalid page in block 0 of relation" in fails(*words)
        create = "createdb -h db1 -U sis -T template0 sis_restored\n"
        restore = next(line for line in _block_of_scale("pg_restore").splitlines() if line.startswith("pg_restore"))
        _shell(create + restore, address)
        monkeypatch.setenv("SIS_DATABASE_URL", server.url("sis_restored"))
        done = CliRunner().invoke(main, ["views", "check"])
        assert done.exit_code == 0, done.output
        lost = re.findall(r"```sh\n(.*?)```", CHAPTERS["When the log is damaged"], re.S)[-1]
        assert len(re.findall(LOST, _shell(lost, address), re.M)) == 2


def _block_of_scale(command: str) -> str:
    scale = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    return next(each for each in re.findall(r"```sh\n(.*?)```", scale, re.S) if command in each)


def _shell(script: str, places: dict[str, str]) -> str:
    for told, meant in places.items():
        script = script.replace(told, meant)
    environment = {**os.environ, "PATH": f"{programs()}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-euc", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
