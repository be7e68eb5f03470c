"""`sis views`: the views filled anew, and proven."""

from __future__ import annotations

import sqlalchemy as sa
from click.testing import CliRunner, Result

from tests.world import World
from web.console.views import views
from web.office import Office
from web.views import VIEWS


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
