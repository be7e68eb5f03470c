"""The Makefile: its list is whole, and what is set up already is not set up again."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser import test_journeys

PROJECT = Path(__file__).parents[1]
PINS = (
    "setup.cfg",
    "pyproject.toml",
    "constraints.txt",
    "locked/build.txt",
    "locked/run.txt",
    "locked/test.txt",
)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files that decide what make does, as a fresh clone has them."""
    for name in ("Makefile", *PINS):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(PROJECT / name, tmp_path / name)
    return tmp_path


def make(clone: Path, *words: str) -> str:
    return subprocess.run(
        ["make", "--no-print-directory", *words],
        cwd=clone,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def set_up(clone: Path, stamp: str) -> None:
    (clone / ".venv").mkdir(exist_ok=True)
    (clone / ".venv" / stamp).touch()


def make_older(clone: Path, name: str, seconds: int) -> None:
    now = (clone / name).stat().st_mtime
    os.utime(clone / name, (now - seconds, now - seconds))


def test_make_alone_explains_every_target_in_a_line_each(clone: Path) -> None:
    (targets,) = re.findall(r"^\.PHONY: (.*)$", (clone / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    explained = re.findall(r"^make ([\w-]+) +\S.*$", make(clone), re.MULTILINE)

    assert explained == targets.split()
    assert make(clone, "help") == make(clone)


@pytest.mark.parametrize("target", ["run", "reset", "quick", "test", "test-long", "lint"])
def test_a_fresh_clone_is_set_up_first(clone: Path, target: str) -> None:
    assert "tools/make_venv" in make(clone, "--dry-run", target)


def test_a_second_run_sets_nothing_up(clone: Path) -> None:
    set_up(clone, ".installed")

    assert "tools/make_venv" not in make(clone, "--dry-run", "run")


def test_a_run_needs_nothing_that_only_the_tests_need(clone: Path) -> None:
    assert "tools/make_venv python3\n" in make(clone, "--dry-run", "run")
    assert "tools/make_venv python3 test\n" in make(clone, "--dry-run", "lint")


@pytest.mark.parametrize("changed", PINS)
def test_new_pins_are_installed_before_the_next_run(clone: Path, changed: str) -> None:
    set_up(clone, ".installed")
    for pin in PINS:
        make_older(clone, pin, 60)
    make_older(clone, ".venv/.installed", 30)

    assert "tools/make_venv" not in make(clone, "--dry-run", "run")
    (clone / changed).touch()
    assert "tools/make_venv" in make(clone, "--dry-run", "run")


# Which tests run where

LONG = {
    "tests/browser/test_deciding.py",
    "tests/browser/test_journeys.py",
    "tests/web/clients/test_generated.py",
    "tests/web/console/test_imports.py",
    "tests/web/test_scale.py",
}
"""Where tests are that only `make test-long` runs: they repeat what others find, and take too long for every day."""


def marked(clone: Path, target: str) -> str:
    """The expression by which a target chooses its tests by their marks."""
    begun = make(clone, "--dry-run", target)
    (expression,) = re.findall(r'-m "([^"]*)\$but"', begun)
    return expression


def test_what_one_of_the_two_runs_leaves_out_the_other_does(clone: Path) -> None:
    assert marked(clone, "test") == "not long"
    assert marked(clone, "test-long") == "(long or hypothesis)"


def test_both_runs_are_made_of_every_change() -> None:
    run = (PROJECT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.findall(r"^(?:exec )?make ([\w-]+)", run, re.MULTILINE) == ["test", "test-long"]
    assert "set -e" in run


def test_nothing_else_is_left_to_the_long_run() -> None:
    marks = re.compile(r"\bmark\.long\b")
    files = (path for path in (PROJECT / "tests").rglob("*.py") if marks.search(path.read_text(encoding="utf-8")))
    assert {path.relative_to(PROJECT).as_posix() for path in files} == LONG


@pytest.mark.parametrize("by", ["way", "journey"])
def test_each_way_through_the_service_and_each_journey_is_tried_in_every_run(by: str) -> None:
    ways = [
        test_journeys.test_a_journey_by_mouse_on_a_telephone,
        test_journeys.test_a_journey_without_javascript_on_a_tablet,
        test_journeys.test_a_journey_by_keyboard_alone_on_a_desk,
    ]
    in_every_run = [(way, journey.id) for way in ways for journey in way.pytestmark[0].args[1] if not journey.marks]

    assert len({way if by == "way" else journey for way, journey in in_every_run}) == 3
    assert len(in_every_run) == 3


@pytest.fixture
def run_of_tests(clone: Path) -> Path:
    """The clone with a program in place of Python, which leaves a file in its folder for passing things and fails."""
    for stamp in (".installed", ".installed-for-tests"):
        set_up(clone, stamp)
    (clone / ".venv" / "bin").mkdir()
    python = clone / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\necho "$TMPDIR" >folder\ntouch "$TMPDIR/left"\nexit 3\n', encoding="utf-8")
    python.chmod(0o755)
    return clone


def test_a_run_of_tests_leaves_nothing_behind_and_says_how_it_ended(run_of_tests: Path) -> None:
    done = subprocess.run(["make", "fire"], cwd=run_of_tests, capture_output=True, check=False)
    folder = Path((run_of_tests / "folder").read_text(encoding="utf-8").strip())

    assert done.returncode == 2
    assert folder.name.startswith("sis-tests-")
    assert not folder.exists()
