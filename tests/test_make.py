"""The Makefile: its list is whole, and what is set up already is not set up again."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

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
    explained = re.findall(r"^make (\w+) +\S.*$", make(clone), re.MULTILINE)

    assert explained == targets.split()
    assert make(clone, "help") == make(clone)


@pytest.mark.parametrize("target", ["run", "reset", "test", "lint"])
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
