"""`python -m bench [measure ...]`: measure, show, keep, and say which targets are reached.

--list        name the measures
--rounds N    how often each is taken (the median counts)
--gate        end with status 1 where a target is missed by more than its slack
--forget      keep no history
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from bench import (
    appends,
    commands,
    following,
    importing,
    loads,
    pages,
    readiness,
    rebuilds,
    register,
    serving,
    sizes,
    writers,
)
from bench.material import history, targets
from bench.material.place import Place, place
from bench.material.timing import ROUNDS, NotHere, Result

Measure = Callable[[Place], Result]

MEASURES: dict[str, Measure] = {
    "commands_sqlite": commands.on_sqlite,
    "commands_postgresql": commands.on_postgresql,
    "appends_postgresql": appends.singly,
    "writers_postgresql": writers.on_postgresql,
    "threads_sqlite": writers.in_threads,
    "loads": loads.of_long_records,
    "rebuilds_sqlite": rebuilds.on_sqlite,
    "rebuilds_postgresql": rebuilds.on_postgresql,
    "imports_sqlite": appends.imports_to_sqlite,
    "imports_postgresql": appends.imports_to_postgresql,
    "following_sqlite": following.on_sqlite,
    "following_postgresql": following.on_postgresql,
    "pages_sqlite": pages.on_sqlite,
    "readiness_sqlite": readiness.on_sqlite,
    "log_size_sqlite": sizes.on_sqlite,
    "log_size_postgresql": sizes.on_postgresql,
    "importing": importing.of_records,
    "register": register.of_schools,
    "serving": serving.held_up,
    "front": serving.beside_direct,
}


def main() -> int:
    asked = _asked()
    if asked.list:
        print(*MEASURES, sep="\n")
        return 0
    results: list[Result] = []
    with place(asked.rounds) as here:
        for name in asked.measures or MEASURES:
            if name.endswith("_postgresql") and not here.has_postgresql:
                print(f"\n{name}: no PostgreSQL is at hand")
                continue
            try:
                result = MEASURES[name](here)
            except NotHere as lack:
                print(f"\n{name}: {lack}")
                continue
            result.show()
            results.append(result)
        if not asked.forget:
            for result in results:
                history.keep(result, postgresql=here.postgresql_version)
    measured = {result.name for result in results}
    wanted = [each for each in targets.read_targets() if each.measure in measured or not asked.measures]
    kept = targets.show(wanted, results)
    return 1 if asked.gate and not kept else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the product beside its raw limits.")
    parser.add_argument("measures", nargs="*", choices=[*MEASURES, []], metavar="measure")
    parser.add_argument("--list", action="store_true", help="name the measures")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each is taken (default %(default)s)")
    parser.add_argument("--gate", action="store_true", help="fail where a target is missed by more than its slack")
    parser.add_argument("--forget", action="store_true", help="keep no history")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
