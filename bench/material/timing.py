"""Times of rival ways, taken in turn, so that a busy minute of the machine falls on all of them alike."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from time import perf_counter

ROUNDS = 5

Work = Callable[[], object]


@dataclass(frozen=True)
class Measured:
    """How many per second, each the median of the rounds."""

    title: str
    rates: Mapping[str, float]

    def ratio(self, name: str, to: str) -> float:
        return self.rates[name] / self.rates[to]


def in_turn(
    title: str, ways: Mapping[str, Callable[[], tuple[Work, int]]], clock: Callable[[], float] = perf_counter
) -> Measured:
    """Measure every way once per round. A way makes its work ready and says how many things the work does.

    `clock` is the time that passes, or `process_time` for what waits for nobody.
    """
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, make in ways.items():
            work, number = make()
            gc.collect()
            began = clock()
            work()
            times[name].append(number / (clock() - began))
    return Measured(title, {name: median(found) for name, found in times.items()})


def show(measured: Measured, base: str, targets: Mapping[str, float]) -> None:
    """Print one table: each way's rate, its ratio to the base, and the ratio aimed at."""
    print(f"\n{measured.title}")
    for name, rate in measured.rates.items():
        aim = f"   aim {targets[name]:.2f}" if name in targets else ""
        print(f"  {name:<44}{rate:>12,.0f} /s{measured.ratio(name, base):>9.2f}{aim}")
