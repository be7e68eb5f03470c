"""A database that an older release has made and used is brought up to date, and what it holds is as it was.

`tests/releases/` holds what releases have left, whole, as SQL: a town with one record of every kind about two
schools, and a director with a password and a token. None is ever changed; a later release adds its own.
"""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from click.testing import CliRunner
from sqlalchemy.dialects.postgresql import BOOLEAN

from projections import audit_trail, references
from projections.database import open_database
from projections.event_log import EVENTS
from tests.databases import Databases
from tests.sample_authority import Clock
from tests.web.conftest import Browser, Program, an_app
from web import open_services
from web.accounts.passwords import EXTENSION as PASSWORDS
from web.accounts.passwords import cheap_passwords
from web.cli import main
from web.history.record_addresses import record_href
from web.runtime.migrate import alembic_config
from web.runtime.services import Services
from web.runtime.settings import DeploymentSettings

RELEASES = sorted((Path(__file__).parents[1] / "releases").glob("*.sql.gz"))
NAME, PASSWORD = "director@wexmoor.example", "three small owls in May"
TOKEN = "sis_78d0ac03_XtEd5sHh4QaciM9D79cmegdZNP4c6niJhB2pubIZ2GA"


@pytest.fixture(params=RELEASES, ids=lambda path: path.name)
def left(request: pytest.FixtureRequest) -> str:
    """What a release has left, as SQL."""
    return gzip.decompress(request.param.read_bytes()).decode()


@pytest.fixture
def url(each_databases: Databases, left: str) -> Iterator[str]:
    """A database that holds it, of one kind and of the other."""
    with each_databases.like() as url:
        if url.startswith("sqlite"):
            with closing(sqlite3.connect(str(sa.make_url(url).database))) as file:
                file.executescript(left)
        else:
            with closing(sqlite3.connect(":memory:")) as told:
                told.executescript(left)
                _copy(told, url)
        yield url


def _copy(told: sqlite3.Connection, url: str) -> None:
    """Make the tables as the migrations of that day did, and fill them; a view fills itself."""
    [[revision]] = told.execute("SELECT version_num FROM alembic_version").fetchall()
    with closing(open_database(url)) as database, database.writer.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        for table in sa.inspect(connection).get_table_names():
            if table in {"alembic_version", "views", "view_generations", "view_rebuilds"}:
                continue
            _fill(connection, sa.Table(table, sa.MetaData(), autoload_with=connection), told)
        connection.exec_driver_sql("SELECT setval('events_position_seq', (SELECT max(position) FROM events))")


def _fill(connection: sa.Connection, table: sa.Table, told: sqlite3.Connection) -> None:
    names = table.columns.keys()
    for row in told.execute(f"SELECT {', '.join(names)} FROM {table.name}"):
        values = [
            bool(value) if isinstance(table.columns[name].type, BOOLEAN) else value
            for name, value in zip(names, row, strict=True)
        ]
        marks = ", ".join(["%s"] * len(values))
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})", tuple(values))


def rows_of_log(url: str) -> list[Any]:
    with closing(open_database(url, to_read=True)) as database, database.reader.connect() as connection:
        return list(connection.execute(EVENTS.select().order_by(EVENTS.c.position)))


@pytest.fixture
def services(url: str) -> Iterator[Services]:
    """services of this release on it, a day after it was left."""
    open_services(DeploymentSettings(url, secret_key="only for tests")).close()
    clock = Clock()
    clock.pass_by(days=1)
    with closing(Services(url, clock=clock)) as services:
        yield services


def sis(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, list(words))
    return done.exit_code, done.output


def test_who_only_reads_changes_nothing_and_is_told_what_to_do(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIS_DATABASE_URL", url)
    for words in (("views", "status"), ("views", "check")):
        status, said = sis(*words)
        assert status == 1
        assert "of an older release of the service: make a backup, then let `sis serve`" in said
    with closing(open_database(url, to_read=True)) as database, database.reader.connect() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == "0003"


def test_an_upgrade_keeps_every_event_to_the_letter_and_the_views_are_what_they_say(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows_of_log(url)
    assert len(before) == 90
    open_services(DeploymentSettings(url, secret_key="only for tests")).close()
    assert rows_of_log(url) == before
    monkeypatch.setenv("SIS_DATABASE_URL", url)
    status, said = sis("views", "status")
    assert status == 0, said
    assert "The log has 90 events" in said
    assert sis("views", "check")[0] == 0


def test_people_come_in_as_before_and_every_record_and_entry_opens(services: Services) -> None:
    app = an_app(services)
    app.extensions[PASSWORDS] = cheap_passwords()
    browser = Browser(app.test_client())
    browser.send("/sign-in", {"sign_in_name": NAME, "password": PASSWORD})
    with services.read() as connection:
        found = references.references.rows(connection)
        entries = audit_trail.trail.rows(connection)
    kinds = {row.kind for row in found if record_href(row.kind, row.reference)}
    assert kinds >= {
        "visit",
        "record-of-visit",
        "support-request",
        "tender",
        "engagement",
        "concern",
        "note",
        "attachment",
    }
    for row in found:
        if href := record_href(row.kind, row.reference):
            browser.get(href)
    for path in ("/caseload", "/schools/", "/providers/", "/visits/coverage", "/audit"):
        browser.get(path)
    assert len(entries) == 90
    assert "sentence" in Program(app.test_client(), TOKEN).get("/audit?limit=100").text


def test_the_work_goes_on_from_where_it_was(services: Services) -> None:
    program = Program(an_app(services).test_client(), TOKEN)
    with services.read() as connection:
        begun = [row.reference for row in references.references.rows(connection) if row.kind == "concern"]
        urn = connection.execute(sa.text("SELECT min(urn) FROM schools")).scalar_one()
    old = program.get(f"/concerns/{min(begun)}")
    body = {"reason": "The school has answered"}
    changed = program.post(f"/concerns/{min(begun)}/pause", body, key="pause-it-1", at=old.headers["ETag"])
    assert changed.headers["ETag"] != old.headers["ETag"]
    raised = {
        "school": str(urn),
        "kind": "achievement",
        "source": "data",
        "severity": "high",
        "detail": "Results fell",
        "purpose": "challenge",
    }
    made = program.post("/concerns/raise", raised, key="raise-it-1", status=201).json
    assert made["reference"] > max(begun)
    with services.read() as connection:
        assert len(audit_trail.trail.rows(connection)) == 92
