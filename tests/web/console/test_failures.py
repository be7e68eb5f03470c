"""What stands in the way of a command is told in a sentence with the way on, by every command alike."""

from __future__ import annotations

import hashlib
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from projections.database import open_database
from tests.databases import Databases
from tests.scenario import TODAY
from tests.web.console.test_running import a_free_port
from web import open_services
from web.authorities import places
from web.authorities.directory import Directory
from web.cli import main
from web.demonstration.loading import SEED
from web.demonstration.register import write_register
from web.runtime.settings import DeploymentSettings

WORDS = {
    "accounts create": "PE-2026-0001",
    "accounts link": "jo@council.example",
    "accounts remove-council-account": "jo@council.example --reason Away",
    "accounts remove-second-factor": "jo@council.example --reason Lost",
    "authorities change": "salford --label Salford",
    "authorities close": "salford",
    "authorities create": "salford --host s.example",
    "authorities drop": "salford --yes",
    "authorities list": "",
    "authorities move": "salford --to sqlite:///elsewhere.sqlite",
    "authorities open": "salford",
    "begin": "--authority Salford --administrator Jo --email jo@council.example",
    "confirm-links": "--reason Converted",
    "follow": "",
    "import groups": "groups.csv",
    "import inspections": "inspections.csv",
    "import links": "links.csv",
    "import providers": "providers.csv",
    "import schools": "register.csv",
    "run": "--port PORT",
    "serve": "--port PORT",
    "views check": "",
    "views follow": "caseload",
    "views inline": "caseload",
    "views rebuild": "",
    "views status": "",
}
"""Every command that uses a database, with what it has to be given."""

WITHOUT_A_DATABASE = {"licences", "openapi", "reset"}

READING = ["authorities list", "openapi", "views check", "views status"]

FILES = {
    "groups.csv": "URN,Linked UID,Group Name,Group Type,Joined date\n",
    "inspections.csv": "URN,Inspection start date,Publication date,Overall effectiveness\n",
    "links.csv": "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n",
    "providers.csv": "Name,Kind\n",
}


def leaves(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        else:
            yield " ".join((*path, name))


def test_every_command_is_tried() -> None:
    assert set(leaves(main)) == WORDS.keys() | WITHOUT_A_DATABASE


@pytest.fixture(scope="module")
def incoming(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("incoming")
    write_register(folder / "register.csv", seed=SEED, on=TODAY)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def sis(command: str) -> Result:
    words = WORDS.get(command, "").replace("PORT", str(a_free_port()))
    return CliRunner().invoke(main, [*command.split(), *words.split()])


@pytest.fixture
def place(tmp_path: Path, incoming: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, with files to take in."""
    shutil.copytree(incoming, tmp_path / "work")
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("SIS_SECRET_KEY", "only for tests")
    return tmp_path


@pytest.fixture(scope="module")
def of_newer_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("newer") / "a.sqlite"
    with (
        closing(open_services(DeploymentSettings(f"sqlite:///{path}", secret_key=""))) as services,
        services.write() as connection,
    ):
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'v9999'"))
    return path


def a_newer_one(place: Path, newer: Path) -> str:
    return f"sqlite:///{shutil.copy(newer, place / 'a.sqlite')}"


def another_program_s(place: Path, _: Path) -> str:
    with closing(sqlite3.connect(place / "a.sqlite")) as connection:
        connection.execute("CREATE TABLE customers (name)")
    return f"sqlite:///{place / 'a.sqlite'}"


def no_database(place: Path, _: Path) -> str:
    (place / "a.sqlite").write_text("Dear all,\n" * 500, encoding="utf-8")
    return f"sqlite:///{place / 'a.sqlite'}"


def a_folder_that_cannot_be_made(place: Path, _: Path) -> str:
    (place / "file").touch()
    return f"sqlite:///{place / 'file' / 'a.sqlite'}"


SITUATIONS = {
    "of a newer release": a_newer_one,
    "of another program": another_program_s,
    "no database": no_database,
    "a folder in the way": a_folder_that_cannot_be_made,
    "a folder itself": lambda place, _: f"sqlite:///{place}",
    "unreachable": lambda *_: "postgresql+psycopg://nobody@127.0.0.1:1/nowhere",
    "another kind": lambda *_: "mysql://nobody@127.0.0.1/nowhere",
    "another driver": lambda *_: "postgresql+asyncpg://nobody@127.0.0.1/nowhere",
    "no port": lambda *_: "postgresql://127.0.0.1:port/nowhere",
    "no file": lambda *_: "sqlite://",
    "no address": lambda *_: "salford.sqlite://",
    "nonsense": lambda *_: "://",
}


def everything_in(folder: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith("-lock")
    }


WAITED_FOR = [("serve", "unreachable"), ("follow", "unreachable")]
"""A server that is away is waited for by what is to run for ever (tests/web/serving)."""


@pytest.mark.parametrize(
    ("command", "situation"), [each for each in product(WORDS, SITUATIONS) if each not in WAITED_FOR]
)
def test_a_command_tells_what_stands_in_its_way_and_changes_nothing(
    command: str, situation: str, place: Path, of_newer_release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = SITUATIONS[situation](place, of_newer_release)
    monkeypatch.setenv("SIS_DATABASE_URL", url)
    if command.startswith("authorities"):
        monkeypatch.setenv("SIS_AUTHORITIES", url)
    before = everything_in(place)

    told = sis(command)

    assert isinstance(told.exception, SystemExit), told.exception
    assert told.exit_code == 1, told.output
    assert told.output.splitlines()[-1].startswith("Error: "), told.output
    assert "Traceback" not in told.output
    assert everything_in(place) == before


@pytest.mark.parametrize(
    ("situation", "way_on"),
    [
        ("of a newer release", r"of a newer release of the service \(v9999\): use that release, or the backup"),
        ("of another program", r"tables of another program \(customers\): name an empty one"),
        ("no database", r"file is not a database\): check its address"),
        ("a folder in the way", r"a\.sqlite: Not a directory\. Check that the folder exists"),
        (
            "unreachable",
            r"cannot be reached or used \(connection failed: .*\): check that its address is right, that its",
        ),
        ("another kind", r"\(mysql is neither sqlite nor postgresql\): give one as sqlite:////srv"),
    ],
)
def test_the_sentence_tells_the_way_on(
    situation: str, way_on: str, place: Path, of_newer_release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIS_DATABASE_URL", SITUATIONS[situation](place, of_newer_release))
    assert click.unstyle(sis("begin").output).count("\n") == 1
    assert re.search(way_on, sis("begin").output), sis("begin").output


@pytest.mark.parametrize("command", READING)
def test_a_command_that_reads_makes_nothing(command: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SIS_DATABASE_URL", "SIS_AUTHORITIES", "SIS_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    before = everything_in(place)
    told = sis(command)
    assert told.exit_code == (0 if command == "openapi" else 1), told.output
    lack = {"authorities list": "no directory of authorities is at", "openapi": "openapi"}
    assert lack.get(command, "There is no database") in told.output
    assert everything_in(place) == before
    assert not Path("var").exists()


def test_commands_that_read_neither_upgrade_nor_refill_what_an_older_release_left(
    each_databases: Databases, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with each_databases.like() as url:
        monkeypatch.setenv("SIS_DATABASE_URL", url)
        open_database(url).close()
        for command in ("views status", "views check"):
            assert "The database is empty, or of an older release" in sis(command).output
        assert places.is_empty(url)

        with (
            closing(open_services(DeploymentSettings(url, secret_key=""))) as services,
            services.write() as connection,
        ):
            connection.execute(sa.text("UPDATE views SET fingerprint = 'older' WHERE name = 'caseload'"))
        told = sis("views status")
        assert "caseload           not filled by this release: run `sis views rebuild`" in told.output
        assert "caseload: not filled by this release" in sis("views check").output
        with (
            closing(open_services(DeploymentSettings(url, secret_key=""), to_read=True)) as services,
            services.read() as connection,
        ):
            query = sa.text("SELECT fingerprint FROM views WHERE name = 'caseload'")
            assert connection.execute(query).scalar() == "older"


def test_what_is_opened_to_be_read_cannot_be_changed(each_databases: Databases) -> None:
    with each_databases.like() as url:
        open_services(DeploymentSettings(url, secret_key="")).close()
        with closing(open_services(DeploymentSettings(url, secret_key=""), to_read=True)) as services:
            for engine in (services.writer, services.reader):
                with pytest.raises(sa.exc.DBAPIError, match=r"read-?only"), engine.begin() as connection:
                    connection.execute(sa.text("DELETE FROM views"))


def test_reading_works_where_the_file_and_its_folder_may_not_be_written(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{place / 'srv' / 'a.sqlite'}"
    open_services(DeploymentSettings(url, secret_key="")).close()
    before = everything_in(place)
    monkeypatch.setenv("SIS_DATABASE_URL", url)
    assert "The log has 0 events" in sis("views status").output
    assert sis("views check").exit_code == 0
    assert everything_in(place) == before
    assert sorted(each.name for each in (place / "srv").iterdir() if "lock" not in each.name) == ["a.sqlite"]


def test_a_directory_is_not_made_in_the_database_of_another_program(place: Path) -> None:
    url = another_program_s(place, place)
    with pytest.raises(RuntimeError, match="another program"):
        Directory(url)
    assert sorted(each.name for each in place.iterdir()) == ["a.sqlite", "work"]


@pytest.mark.parametrize("situation", ["of another program", "another kind", "a folder in the way"])
def test_a_deployment_of_several_is_not_served_on_a_directory_that_cannot_be_used(
    situation: str, place: Path, of_newer_release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SIS_DATABASE_URL", raising=False)
    monkeypatch.setenv("SIS_AUTHORITIES", SITUATIONS[situation](place, of_newer_release))
    told = sis("serve")
    assert isinstance(told.exception, SystemExit)
    assert told.exit_code == 1
    assert told.output.splitlines()[-1].startswith("Error: ")


def test_reading_finds_the_primary_among_several_servers(
    postgresql_databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgresql_databases.like() as url:
        open_services(DeploymentSettings(url, secret_key="")).close()
        among = sa.make_url(url).update_query_dict({"target_session_attrs": "read-write"})
        monkeypatch.setenv("SIS_DATABASE_URL", among.render_as_string(hide_password=False))
        assert "The log has 0 events" in sis("views status").output
