"""`sis views`: the views filled anew, and proven."""

from __future__ import annotations

import re
from contextlib import closing

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from tests.databases import Databases, with_views
from tests.world import Clock, World
from web.about.health import health_of
from web.console.views import views
from web.office import Office
from web.views import DECIDED_BY, VIEWS


def run(*words: str) -> Result:
    return CliRunner().invoke(views, words)


def test_all_views_are_filled_anew(office: Office, world: World) -> None:
    world.school()
    with office.write() as connection:
        connection.execute(sa.text("DELETE FROM schools"))

    result = run("rebuild")

    assert result.exit_code == 0, result.output
    assert f"{len(VIEWS)} views refilled from 2 events" in result.stdout
    assert run("check").exit_code == 0


def test_one_view_is_filled_anew_by_its_name(office: Office, world: World) -> None:
    world.school()
    with office.write() as connection:
        connection.execute(sa.text("DELETE FROM schools"))
        connection.execute(sa.text("DELETE FROM names"))

    assert "1 views refilled" in run("rebuild", "names").stdout

    with office.read() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM names")).scalar() == 1
        assert connection.execute(sa.text("SELECT count(*) FROM schools")).scalar() == 0


def test_a_view_that_nobody_keeps_cannot_be_filled() -> None:
    assert run("rebuild", "gossip").exit_code == 2


def test_views_that_are_what_the_log_says_pass_the_check(world: World) -> None:
    world.school()

    result = run("check")

    assert result.exit_code == 0, result.output
    assert f"All {len(VIEWS)} views are what the log says" in result.stdout


def test_a_row_that_the_log_does_not_say_is_found(office: Office, world: World) -> None:
    school = world.school("Ashgrove High School")
    with office.write() as connection:
        connection.execute(sa.text("UPDATE names SET name = 'Elm Grove' WHERE kind = 'school'"))

    result = run("check")

    assert result.exit_code == 1
    assert str(school) in result.output
    assert "Elm Grove" in result.output
    assert "1 rows differ from the log; run `sis views rebuild`" in result.output


def test_the_last_check_is_told_with_what_it_found(office: Office, world: World) -> None:
    world.school()
    assert "The log has not been checked yet" in run("status").stdout
    assert run("check").exit_code == 0
    assert "The log has not been checked yet" in run("status").stdout

    assert run("check", "--record").exit_code == 0
    assert f": All {len(VIEWS)} views are what the log says" in health_of(office).checked
    with office.write() as connection:
        connection.execute(sa.text("UPDATE names SET name = 'Elm Grove' WHERE kind = 'school'"))
    assert run("check", "--record").exit_code == 1
    assert "The log was last checked on " in run("status").stdout
    assert ": 1 rows differ from the log; run `sis views rebuild`" in run("status").stdout


def test_a_rebuild_that_would_hold_up_everybody_is_given_up_in_plain_words(
    postgresql_databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.event_log.postgresql._GIVE_UP", "SET LOCAL lock_timeout = '50ms'")
    with postgresql_databases.like(with_views) as url, closing(Office(url)) as office:
        monkeypatch.setenv("SIS_DATABASE_URL", url)
        World(office, Clock()).school()
        with office.read() as connection:
            connection.execute(sa.text("SELECT name FROM names")).all()
            result = run("rebuild", "names")
        assert result.exit_code == 1
        assert "others have been reading or writing for too long; nothing was changed: try again" in result.output
        assert run("rebuild", "names").exit_code == 0


def test_a_view_follows_and_is_kept_in_step_again(office: Office, world: World) -> None:
    assert run("follow", "caseload").exit_code == 0
    assert "see to it that `sis follow` runs" in run("follow", "caseload").stdout
    world.link_officer(world.school())
    told = run("status")
    assert told.exit_code == 0, told.output
    assert re.search(r"caseload +follows, [1-9][0-9]* events behind", told.stdout)
    assert run("check").exit_code == 0
    assert run("inline", "caseload").exit_code == 0
    assert re.search(r"caseload +kept in step by every command", run("status").stdout)
    assert run("check").exit_code == 0


@pytest.mark.parametrize("view", [view.name for view in DECIDED_BY])
def test_what_commands_decide_by_does_not_follow(office: Office, view: str) -> None:
    refused = run("follow", view)
    assert refused.exit_code == 1
    assert f"Commands decide by {view}" in refused.output
