"""Times of rival ways, taken in turn, so that a busy minute of the machine falls on all of them alike."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time

ROUNDS = 5


@dataclass(frozen=True)
class Spent:
    """What some work took: how many things it did, the seconds that passed and those of the processor."""

    number: int
    wall: float
    cpu: float


Work = Callable[[], object]
"""Work that is timed from outside, unless it returns what it `Spent`, timed where it was done."""

Way = Callable[[], tuple[Work, int]]
"""Makes work ready, and says how many things it does."""


@dataclass(frozen=True)
class Measured:
    """Rounds of rival ways, each told as a ratio to `base`; `by_cpu` where processor time is what counts."""

    name: str
    title: str
    base: str
    rounds: Mapping[str, list[Spent]]
    by_cpu: bool = False

    def rate(self, way: str) -> float:
        """Things done a second: of the time that passes, or of the processor's."""
        return median(self._rates(way))

    def cpu(self, way: str) -> float:
        """Microseconds of the processor for each."""
        return median(spent.cpu / spent.number * 1e6 for spent in self.rounds[way])

    def value(self, way: str, of: str = "") -> float:
        """The ratio to another way (the base), as the median of the rounds' ratios."""
        pairs = zip(self._rates(way), self._rates(of or self.base), strict=True)
        return median(rate / other for rate, other in pairs)

    def __contains__(self, way: str) -> bool:
        return way in self.rounds

    def _rates(self, way: str) -> list[float]:
        return [spent.number / max(spent.cpu if self.by_cpu else spent.wall, 1e-9) for spent in self.rounds[way]]

    def show(self) -> None:
        """Print a table: each way's rate, processor time and ratio to the base."""
        seconds = "s of processor" if self.by_cpu else "s"
        print(f"\n{self.title}")
        for way in self.rounds:
            figures = f"{self.rate(way):>12,.0f} /{seconds}{self.cpu(way):>10,.0f} us cpu{self.value(way):>9.2f}"
            print(f"  {way:<44}{figures}")

    def told(self) -> dict[str, object]:
        """The figures as they are kept."""
        return {
            way: {"ratio": _short(self.value(way)), "rate": _short(self.rate(way)), "cpu_us": _short(self.cpu(way))}
            for way in self.rounds
        }


@dataclass(frozen=True)
class Told:
    """Figures that stand for themselves, in one unit."""

    name: str
    title: str
    unit: str
    figures: Mapping[str, float]

    def value(self, way: str, of: str = "") -> float:
        return self.figures[way] / (self.figures[of] if of else 1)

    def __contains__(self, way: str) -> bool:
        return way in self.figures

    def show(self) -> None:
        """Print a table."""
        print(f"\n{self.title}")
        for way, figure in self.figures.items():
            print(f"  {way:<44}{figure:>12,.2f} {self.unit}")

    def told(self) -> dict[str, object]:
        """The figures as they are kept."""
        return {way: {"value": _short(figure), "unit": self.unit} for way, figure in self.figures.items()}


Result = Measured | Told


class NotHere(RuntimeError):
    """A way cannot be taken on this machine: something that it needs is not installed."""


def in_turn(
    name: str, title: str, ways: Mapping[str, Way], *, base: str, rounds: int = ROUNDS, by_cpu: bool = False
) -> Measured:
    """Measure every way once per round. One that cannot be taken here is left out, with a word about it."""
    rounds_of: dict[str, list[Spent]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way in list(rounds_of):
            try:
                work, number = ways[way]()
            except NotHere as lack:
                print(f"\n{name}: without {way}: {lack}")
                del rounds_of[way]
                continue
            gc.collect()
            rounds_of[way].append(spent_on(work, number))
    return Measured(name, title, base if base in rounds_of else next(iter(rounds_of)), rounds_of, by_cpu)


def spent_on(work: Work, number: int) -> Spent:
    """Do work and say what it took."""
    began, cpu_began = perf_counter(), process_time()
    outcome = work()
    wall, cpu = perf_counter() - began, process_time() - cpu_began
    return outcome if isinstance(outcome, Spent) else Spent(number, wall, cpu)


def _short(figure: float) -> float:
    return float(f"{figure:.4g}")
