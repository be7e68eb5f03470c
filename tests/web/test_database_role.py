"""The service under a role that may read and write rows, and make, change or drop nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from projections.database import open_database
from tests.databases import with_views
from tests.sample_authority import Clock, SampleAuthority
from web import create_app, open_services
from web.about.health import health_of
from web.cli import main
from web.runtime.settings import DeploymentSettings

SERVES = "sis_serves"
OPERATE = Path(__file__).parents[2] / "docs" / "operate.md"


@pytest.fixture
def owner(postgresql_database: str) -> str:
    """The address of a database for the one who made its tables."""
    with_views(postgresql_database)
    return postgresql_database


@pytest.fixture
def served_as(owner: str) -> Iterator[str]:
    """Its address for the role that serves it, with the rights that operate.md gives it."""
    (rights,) = re.findall(r"```sql\n(CREATE ROLE sis_serves.*?)```", OPERATE.read_text(), re.DOTALL)
    with closing(open_database(owner)) as database, database.writer.begin() as connection:
        connection.exec_driver_sql(rights.replace("FOR ROLE sis ", ""))
    yield sa.make_url(owner).set(username=SERVES).render_as_string(hide_password=False)
    with closing(open_database(owner)) as database, database.writer.begin() as connection:
        connection.exec_driver_sql(f"DROP OWNED BY {SERVES}")
        connection.exec_driver_sql(f"DROP ROLE {SERVES}")


def test_it_serves_and_saves(served_as: str) -> None:
    settings = DeploymentSettings(served_as, secret_key="only for tests, and long enough", testing=True)
    with closing(open_services(settings)) as services:
        services.set_clock(clock := Clock())
        sample = SampleAuthority(services, clock)
        director = sample.director()
        sample.school("Ashgrove High School")
        client = create_app(settings, services=services).test_client()
        client.set_cookie(*sample.session_of(director))
        assert "Ashgrove High School" in client.get("/schools/").text
        assert client.get("/readyz").status_code == 200
        assert health_of(services).causes == ()


@pytest.mark.parametrize(
    "forbidden",
    ["UPDATE events SET topic = 'x'", "DELETE FROM events", "TRUNCATE events", "DROP TABLE events",
     "CREATE TABLE mine (x int)", "ALTER TABLE events DISABLE TRIGGER ALL"],
)  # fmt: skip
def test_it_changes_no_event_and_no_table(served_as: str, forbidden: str) -> None:
    with (
        closing(open_database(served_as)) as database,
        pytest.raises(sa.exc.ProgrammingError, match=r"permission denied|must be owner"),
        database.writer.begin() as connection,
    ):
        connection.exec_driver_sql(forbidden)


def test_what_it_may_not_do_it_says_whose_work_it_is(
    served_as: str, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And once the owner has done it, it serves again: what the owner makes anew it may read too."""
    with closing(open_database(owner)) as database, database.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE views SET fingerprint = 'of another release' WHERE name = 'names'")
    monkeypatch.setenv("SIS_DATABASE_URL", served_as)
    refused = CliRunner().invoke(main, ["views", "rebuild", "names"])
    assert refused.exit_code == 1
    assert "use the address of the database's owner for this" in refused.output
    monkeypatch.setenv("SIS_DATABASE_URL", owner)
    assert CliRunner().invoke(main, ["views", "rebuild", "names"]).exit_code == 0
    monkeypatch.setenv("SIS_DATABASE_URL", served_as)
    assert "Not ready" not in (told := CliRunner().invoke(main, ["views", "check"])).output
    assert told.exit_code == 0
