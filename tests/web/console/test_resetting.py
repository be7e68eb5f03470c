"""`sis reset` says what it will delete and asks, and deletes only what `sis run` has made."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.test_make import PINS
from web.cli import main
from web.console.resetting import mark_as_made
from web.console.running import made_whole
from web.runtime.services import Services

Reset = Callable[..., Result]

ROOT = Path(__file__).parents[3]


@pytest.fixture
def reset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reset:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var").mkdir()
    return lambda *words, typed="": CliRunner().invoke(main, ["reset", *words], input=typed)


def a_database(name: str, *, made_by_run: bool = True) -> Path:
    path = Path("var") / name
    if made_by_run:
        made_whole(f"sqlite:///{path.absolute()}", lambda _: None)
    else:
        Services(f"sqlite:///{path.absolute()}").close()
    return path


def test_it_says_what_it_will_delete_and_deletes_it_if_it_may(reset: Reset) -> None:
    path = a_database("demonstration.sqlite")
    kept = reset(typed="n\n")
    assert kept.exit_code == 1
    assert str(path) in kept.output
    assert path.exists()

    assert reset(typed="y\n").exit_code == 0
    assert list(Path("var").glob("*.sqlite*")) == []


def test_without_somebody_to_ask_it_deletes_nothing_unless_told(reset: Reset) -> None:
    path = a_database("demonstration.sqlite")
    assert reset().exit_code == 1
    assert path.exists()
    assert reset("--yes").exit_code == 0
    assert not path.exists()
    assert "nothing to delete" in reset("--yes").output


def test_it_deletes_what_run_has_made_and_nothing_else_under_var(reset: Reset) -> None:
    made = a_database("authority-355.sqlite")
    broken_off = a_database("authority-399.sqlite.making", made_by_run=False)
    others = [
        a_database("salford.sqlite", made_by_run=False),
        a_database("authority-353.sqlite", made_by_run=False),
        Path(shutil.copy(made, "var/backup-of-355.sqlite")),
    ]
    assert reset("--yes").exit_code == 0
    assert not made.exists()
    assert not broken_off.exists()
    assert [path for path in others if not path.exists()] == []


def test_what_takes_the_place_of_one_that_was_taken_away_is_not_deleted_unmarked(reset: Reset) -> None:
    a_database("authority-355.sqlite")
    assert reset("--yes").exit_code == 0
    later = a_database("authority-355.sqlite", made_by_run=False)
    reset("--yes")
    assert later.exists()


def test_it_refuses_while_a_server_has_one_of_them_open(reset: Reset) -> None:
    used, other = a_database("authority-355.sqlite"), a_database("demonstration.sqlite")
    with closing(Services(f"sqlite:///{used.absolute()}")):
        refused = reset("--yes")
    assert refused.exit_code == 1
    assert "authority-355.sqlite is in use: stop its server first. Nothing was deleted" in refused.output
    assert used.exists()
    assert other.exists()


def test_a_mark_without_a_database_is_nothing_to_delete(reset: Reset) -> None:
    mark_as_made(Path("var/authority-1.sqlite").absolute())
    assert "nothing to delete" in reset("--yes").output


def test_make_reset_asks_too(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)

    def told(*words: str) -> str:
        done = subprocess.run(
            ["make", "--dry-run", "reset", *words],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout

    (tmp_path / "locked").mkdir()
    for name in PINS:
        (tmp_path / name).touch()
    assert "--yes" not in told()
    assert "sis reset --yes" in told("YES=1")
