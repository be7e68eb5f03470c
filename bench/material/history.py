"""What was measured before: one JSON file per measure in bench/results, an entry for each run."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pysqlite3.dbapi2 as sqlite

from bench.material.timing import Result

FOLDER = Path(__file__).parents[1] / "results"


def keep(result: Result, *, postgresql: str) -> None:
    """Add a result to its history. `postgresql` is the server's version, empty where none was at hand."""
    FOLDER.mkdir(exist_ok=True)
    file = FOLDER / f"{result.name}.json"
    entries = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    entries.append(
        {
            "date": f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}",
            "commit": _commit(),
            "python": platform.python_version(),
            "cores": os.cpu_count(),
            "sqlite": sqlite.sqlite_version,
            "postgresql": postgresql,
            "title": result.title,
            "figures": result.told(),
        }
    )
    file.write_text(json.dumps(entries, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _commit() -> str:
    """The commit measured; marked where the product's own files differ from it."""
    asked = ["git", "describe", "--always", "--dirty", "--abbrev=10", "--exclude=*"]
    return subprocess.run(asked, cwd=FOLDER.parent, capture_output=True, text=True, check=False).stdout.strip()
