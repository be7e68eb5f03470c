"""How fast a national register comes in: 50,000 new records in batches, with two views, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from time import perf_counter

from bench.material.apart import HERE
from bench.material.case import VIEWS, Case, CaseSystem, signed
from bench.material.place import Place
from bench.material.process import peak_mib
from bench.material.timing import Told
from projections.checking import check

RECORDS, BATCH = 50_000, 1000


def of_records(place: Place) -> Told:
    """New records on a file; and the memory that the import, and then the check of all rows, added."""
    asked = [sys.executable, "-m", "bench.importing", f"sqlite:///{place.file()}"]
    told = subprocess.run(asked, cwd=HERE, capture_output=True, text=True, check=True).stdout
    figures: dict[str, float] = json.loads(told)
    return Told("importing", f"{RECORDS:,} records in batches of {BATCH:,} with two views", "", figures)


def _import(url: str) -> dict[str, float]:
    desk = CaseSystem(url, VIEWS[:2])
    before = peak_mib()
    began = perf_counter()
    for _ in range(RECORDS // BATCH):
        with signed():
            desk.service.do(lambda work: [work.add(Case.open()) for _ in range(BATCH)])
    seconds = perf_counter() - began
    imported = peak_mib()
    assert check(desk.log, VIEWS[:2]) == []
    desk.close()
    return {
        "records a second": RECORDS / seconds,
        "MiB more after the import": imported - before,
        "MiB more after the check": peak_mib() - before,
    }


if __name__ == "__main__":
    print(json.dumps(_import(sys.argv[1])))
