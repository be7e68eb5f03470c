"""`sis licences` lists what the service runs on, and nothing that only its tests need."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

from click.testing import CliRunner

from web.cli import main

ROOT = Path(__file__).parents[3]


def test_every_package_that_is_run_is_listed_with_version_and_licence() -> None:
    told = CliRunner().invoke(main, ["licences"])
    assert told.exit_code == 0, told.output
    rows = {
        name: (release, licence) for name, release, licence in (row.split("\t") for row in told.output.splitlines())
    }
    asked = (ROOT / "setup.cfg").read_text(encoding="utf-8").split("install_requires =")[1].split("[")[0]
    assert rows["flask"] == (version("flask"), "BSD-3-Clause")
    assert {"granian", "psycopg-binary", "werkzeug"} <= rows.keys()
    assert {"pytest", "ruff", "sis-brokerage"} & rows.keys() == set()
    assert "alembic" in asked
    assert all(licence for _, licence in rows.values())
    locked = (ROOT / "locked" / "run.txt").read_text(encoding="utf-8")
    assert rows.keys() <= set(re.findall(r"^([a-z0-9-]+)==", locked, re.M))
