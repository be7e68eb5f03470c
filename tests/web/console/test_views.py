"""`sis views`: the views filled anew, and proven."""

from __future__ import annotations

import re
from contextlib import closing

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from projections import audit_trail
from tests.databases import Databases, with_views
from tests.sample_authority import Clock, SampleAuthority
from web.about.health import health_of
from web.cli import main
from web.console.views import views
from web.runtime.registered_views import DECIDED_BY, VIEWS
from web.runtime.services import Services


def run(*words: str) -> Result:
    return CliRunner().invoke(views, words)


def test_all_views_are_filled_anew(services: Services, sample: SampleAuthority) -> None:
    sample.school()
    with services.write() as connection:
        connection.execute(sa.text("DELETE FROM schools"))

    result = run("rebuild")

    assert result.exit_code == 0, result.output
    assert f"{len(VIEWS)} views refilled from 2 events" in result.stdout
    assert run("check").exit_code == 0


def test_one_view_is_filled_anew_by_its_name(services: Services, sample: SampleAuthority) -> None:
    sample.school()
    with services.write() as connection:
        connection.execute(sa.text("DELETE FROM schools"))
        connection.execute(sa.text("DELETE FROM names"))

    assert "1 view refilled" in run("rebuild", "names").stdout

    with services.read() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM names")).scalar() == 1
        assert connection.execute(sa.text("SELECT count(*) FROM schools")).scalar() == 0


def test_a_view_that_nobody_keeps_cannot_be_filled() -> None:
    assert run("rebuild", "gossip").exit_code == 2


def test_views_that_are_what_the_log_says_pass_the_check(sample: SampleAuthority) -> None:
    sample.school()

    result = run("check")

    assert result.exit_code == 0, result.output
    assert f"All {len(VIEWS)} views are what the log says" in result.stdout


def test_a_row_that_the_log_does_not_say_is_found(services: Services, sample: SampleAuthority) -> None:
    school = sample.school("Ashgrove High School")
    with services.write() as connection:
        connection.execute(sa.text("UPDATE names SET name = 'Elm Grove' WHERE kind = 'school'"))

    result = run("check")

    assert result.exit_code == 1
    assert str(school) in result.output
    assert "Elm Grove" in result.output
    assert "1 row differs from the log; run `sis views rebuild`" in result.output
    (line,) = [line for line in result.output.splitlines() if "Elm Grove" in line]
    assert line.startswith("names, ")
    assert line.endswith(': name is "Elm Grove", by the log "Ashgrove High School"')
    assert "Difference(" not in result.output


def test_status_fails_after_a_check_that_failed_until_the_view_is_refilled_or_checked_again(
    services: Services, sample: SampleAuthority
) -> None:
    sample.school("Ashgrove High School")
    spoil = sa.text("UPDATE names SET name = 'Elm Grove' WHERE kind = 'school'")
    for mend in (("rebuild", "names"), ("check", "--record")):
        with services.write() as connection:
            connection.execute(spoil)
        assert run("check", "--record").exit_code == 1
        told = run("status")
        assert told.exit_code == 1
        assert "The view names failed the last check: run `sis views rebuild names`" in told.output
        assert run("rebuild", "schools").exit_code == 0
        assert run("status").exit_code == 1
        if mend[0] == "check":
            with services.write() as connection:
                connection.execute(sa.text("UPDATE names SET name = 'Ashgrove High School' WHERE kind = 'school'"))
        assert run(*mend).exit_code == 0
        told = run("status")
        assert told.exit_code == 0, told.output
        assert ("names was refilled from the log on" in told.output) is (mend[0] == "rebuild")
    assert "All" in run("status").output


def test_rows_of_a_journal_that_are_changed_deleted_or_of_no_event_are_each_counted_once(
    services: Services, sample: SampleAuthority
) -> None:
    for number in range(4):
        sample.school(f"School {number}")
    table = audit_trail.VIEW.tables[0].table
    with services.write() as connection:
        rows = connection.execute(table.select()).all()
        key = [each.position for each in rows]
        connection.execute(table.update().where(table.c.position == key[0]).values(topic="x"))
        connection.execute(table.delete().where(table.c.position == key[1]))
    assert "2 rows differ from the log" in run("check").output
    with services.write() as connection:
        for more in (1000, 2000):
            copied = {**rows[2]._mapping, "position": key[2] + more}
            connection.execute(table.insert().values(copied))
    told = run("check").output
    assert "4 rows differ from the log" in told
    assert "2 rows that no event made" in told


CAUSES = {
    "a table is missing": ("DROP TABLE schools", "schools", r"A table of the view schools is damaged \(.*schools"),
    "a column is missing": (
        "ALTER TABLE names RENAME COLUMN name TO called",
        "names",
        "A table of the view names is",
    ),
    "of another release": ("UPDATE views SET fingerprint = '-' WHERE name = 'names'", "names", "not filled by this"),
    "never filled": ("DELETE FROM views WHERE name = 'names'", "names", "not filled by this release"),
    "stopped": ("UPDATE views SET stopped_at = 1, error = 'odd' WHERE name = 'names'", "names", "STOPPED at event 1"),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_status_fails_and_names_the_view_where_the_service_is_not_ready(
    services: Services, sample: SampleAuthority, cause: str
) -> None:
    sample.school()
    assert run("status").exit_code == 0
    statement, view, line = CAUSES[cause]
    with services.write() as connection:
        connection.execute(sa.text(statement))
    (of_health,) = health_of(services).causes

    told = run("status")

    assert told.exit_code == 1
    assert re.search(rf"^{view} +{line}", told.output, re.M), told.output
    assert of_health in told.output.partition("Error: ")[2]
    assert told.output.count("kept in step by every command") == len(VIEWS) - 1


def test_a_check_names_the_view_whose_table_is_missing_and_proves_the_others(
    services: Services, sample: SampleAuthority
) -> None:
    sample.school()
    with services.write() as connection:
        connection.execute(sa.text("DROP TABLE schools"))
    told = run("check")
    assert told.exit_code == 1
    assert "run `sis views rebuild schools`" in told.output
    assert f"1 view cannot be checked; {len(VIEWS) - 1} other views are what the log says" in told.output
    assert run("rebuild", "schools").exit_code == 0
    assert run("check").exit_code == 0
    assert run("status").exit_code == 0


def test_a_table_that_is_missing_is_not_taken_for_a_database_out_of_reach(services: Services) -> None:
    with services.write() as connection:
        connection.execute(sa.text("DROP TABLE views"))
    told = CliRunner().invoke(main, ["views", "status"])
    assert told.exit_code == 1
    assert "A table of the database is missing" in told.output
    assert "server" not in told.output


def test_the_last_check_is_told_with_what_it_found(services: Services, sample: SampleAuthority) -> None:
    sample.school()
    assert "The log has not been checked yet" in run("status").stdout
    assert run("check").exit_code == 0
    assert "The log has not been checked yet" in run("status").stdout

    assert run("check", "--record").exit_code == 0
    assert f": All {len(VIEWS)} views are what the log says" in health_of(services).checked
    with services.write() as connection:
        connection.execute(sa.text("UPDATE names SET name = 'Elm Grove' WHERE kind = 'school'"))
    assert run("check", "--record").exit_code == 1
    assert "The log was last checked on " in run("status").stdout
    assert ": 1 row differs from the log; run `sis views rebuild`" in run("status").stdout


def test_a_rebuild_that_would_hold_up_everybody_is_given_up_in_plain_words(
    postgresql_databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.event_log.postgresql._GIVE_UP", "SET LOCAL lock_timeout = '50ms'")
    with postgresql_databases.like(with_views) as url, closing(Services(url)) as services:
        monkeypatch.setenv("SIS_DATABASE_URL", url)
        SampleAuthority(services, Clock()).school()
        with services.read() as connection:
            connection.execute(sa.text("SELECT name FROM names")).all()
            result = run("rebuild", "names")
        assert result.exit_code == 1
        assert "others have been reading or writing for too long; nothing was changed: try again" in result.output
        assert run("rebuild", "names").exit_code == 0


def test_a_view_follows_and_is_kept_in_step_again(services: Services, sample: SampleAuthority) -> None:
    assert run("follow", "caseload").exit_code == 0
    assert "make sure that `sis follow` runs" in run("follow", "caseload").stdout
    sample.link_officer(sample.school())
    told = run("status")
    assert told.exit_code == 0, told.output
    assert re.search(r"caseload +follows, [1-9][0-9]* events behind", told.stdout)
    checked = run("check")
    assert checked.exit_code == 0
    assert re.search(r"caseload was only checked up to .*: it is behind, and lacks", checked.stdout)
    assert run("inline", "caseload").exit_code == 0
    assert re.search(r"caseload +kept in step by every command", run("status").stdout)
    assert run("check").exit_code == 0


@pytest.mark.parametrize("view", [view.name for view in DECIDED_BY])
def test_what_commands_decide_by_does_not_follow(services: Services, view: str) -> None:
    refused = run("follow", view)
    assert refused.exit_code == 1
    assert f"Commands decide by {view}" in refused.output
