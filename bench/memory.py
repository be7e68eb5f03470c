"""How much memory a rebuild of the county's views takes beyond that of a service that answers (T7).

`python -m bench.memory FILE VIEW` tells the peak in MB of one view, in a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from bench.material.apart import HERE
from bench.material.process import peak_mib
from bench.material.timing import Told
from projections.rebuilding import rebuild
from web.runtime.registered_views import VIEWS
from web.runtime.services import Services

STREAMED = "audit_trail"
"""A view with a row for each event, of which none is needed again."""

FOLDED = ("caseload", "notes", "visits")
"""Views with a row for each of many records, which later events change."""


def of_rebuilds(file: Path) -> Told:
    """Some views of such a file, each rebuilt in a process of its own."""
    folded = {name: _extra(file, name) for name in FOLDED}
    figures = {"streaming": _extra(file, STREAMED), "folded": max(folded.values()), **folded}
    return Told("county_memory", "Extra memory of a rebuild over the county's events", "MB", figures)


def _extra(file: Path, view: str) -> float:
    asked = [sys.executable, "-m", "bench.memory", str(file), view]
    told = subprocess.run(asked, cwd=HERE, capture_output=True, text=True, check=True).stdout
    before, after = json.loads(told.splitlines()[-1])
    return float(after - before)


def _main(file: str, name: str) -> None:
    services = Services(f"sqlite:///{file}")
    services.prepare_views()
    with services.read() as connection:
        view = next(view for view in VIEWS if view.name == name)
        for view_table in view.tables:
            view_table.rows(connection, view_table.table.select().limit(1000))
    before = peak_mib()
    rebuild(services.log, view)
    print(json.dumps([before, peak_mib()]))


if __name__ == "__main__":
    _main(*sys.argv[1:])
