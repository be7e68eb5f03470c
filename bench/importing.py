"""How fast a national register comes in: 50,000 new records in batches, with two views."""

from __future__ import annotations

import resource
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.material.case import VIEWS, Case, Desk, signed
from projections.checking import check

RECORDS, BATCH = 50_000, 1000


def main() -> None:
    with TemporaryDirectory() as folder:
        desk = Desk(f"sqlite:///{folder}/import.sqlite", VIEWS[:2])
        before = _peak()
        began = perf_counter()
        for _ in range(RECORDS // BATCH):
            with signed():
                desk.service.do(lambda work: [work.add(Case.open()) for _ in range(BATCH)])
        seconds = perf_counter() - began
        assert check(desk.log, VIEWS[:2]) == []
        desk.close()
    print(f"{RECORDS:,} records in batches of {BATCH:,} with two views: {seconds:.1f} s, {RECORDS / seconds:,.0f} /s")
    print(f"peak memory {before:.0f} MiB before, {_peak():.0f} MiB after the check of all rows")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
