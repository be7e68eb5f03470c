"""The targets, each with its number in one place (bench/targets.toml), and whether they are reached."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.material.timing import Result

FILE = Path(__file__).parents[1] / "targets.toml"

SLACK = 0.25
"""By how much a figure may fall short on a machine that does other things besides."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A figure to be reached: in which measure, for which of its ways, as a ratio to which other (its base).

    `gated` is false where the figure is an absolute time or size of the machine at hand.
    """

    number: str
    what: str
    measure: str
    way: str
    of: str = ""
    at_least: float | None = None
    at_most: float | None = None
    gated: bool = True

    @property
    def limit(self) -> float:
        """The figure with slack."""
        if self.at_least is not None:
            return self.at_least * (1 - SLACK)
        return (self.at_most or 0) * (1 + SLACK)

    @property
    def aim(self) -> str:
        return f">= {self.at_least:g}" if self.at_least is not None else f"<= {self.at_most:g}"

    def kept(self, figure: float) -> bool:
        """Whether a figure lies within the limit."""
        return figure >= self.limit if self.at_least is not None else figure <= self.limit

    def judged(self, figure: float | None) -> str:
        """A word for a figure."""
        if figure is None:
            return "not measured"
        reached = figure >= self.at_least if self.at_least is not None else figure <= (self.at_most or 0)
        return "reached" if reached else "within slack" if self.kept(figure) else "MISSED"

    def found(self, results: Iterable[Result]) -> float | None:
        """The figure in these results, None where it was not measured."""
        for result in results:
            if result.name == self.measure and self.way in result and (not self.of or self.of in result):
                return result.value(self.way, self.of)
        return None


def read_targets(file: Path = FILE) -> list[Target]:
    """All targets, in their order."""
    return [Target(**told) for told in tomllib.loads(file.read_text(encoding="utf-8"))["target"]]


def show(targets: Iterable[Target], results: list[Result]) -> bool:
    """Print each target, its limit with slack, and what was measured; True unless a gated one is missed."""
    print(f"\n{'':<5}{'target':<66}{'aim':>10}{'limit':>9}{'measured':>10}")
    kept = True
    for target in targets:
        figure = target.found(results)
        measured = "-" if figure is None else f"{figure:.2f}"
        if figure is not None and target.gated and not target.kept(figure):
            kept = False
        aim = f"{target.number:<5}{target.what:<66}{target.aim:>10}{target.limit:>9.2f}"
        print(f"{aim}{measured:>10}  {target.judged(figure)}")
    return kept
