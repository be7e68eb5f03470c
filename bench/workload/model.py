"""The model of an authority's years, read from bench/workload.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

FILE = Path(__file__).parents[1] / "workload.toml"


@dataclass(frozen=True, slots=True)
class Schools:
    """Shares are parts of 1."""

    a_school_per_officer: int
    secondary: float
    schools_per_provider: int


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits a school a year."""

    core: int
    by_need: float
    cancelled: float


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests a school a year, and what becomes of them; what is left of the shares is met in house."""

    least: float
    most: float
    training: float
    quotes: int
    endings: dict[str, float]


@dataclass(frozen=True, slots=True)
class Bookings:
    """Places on courses a school a year."""

    least: int
    most: int
    evaluated: float


@dataclass(frozen=True, slots=True)
class Sizes:
    """Numbers of schools, and of the authorities into which the nation's are divided."""

    authority: int
    county: int
    nation: int
    nation_authorities: int


@dataclass(frozen=True, slots=True)
class Model:
    """What an authority's years are made of."""

    seed: int
    ends: date
    school_years_before: int
    schools: Schools
    visits: Visits
    requests: Requests
    bookings: Bookings
    sizes: Sizes

    @property
    def authorities(self) -> list[int]:
        """How many schools each authority of the nation has: some few, some many, the sum being the nation's."""
        dice = Random(f"authorities {self.seed}")
        shares = [dice.lognormvariate(0, 0.6) for _ in range(self.sizes.nation_authorities)]
        schools = [max(5, round(share * self.sizes.nation / sum(shares))) for share in shares]
        schools[schools.index(max(schools))] += self.sizes.nation - sum(schools)
        return schools


def read_model(file: Path = FILE) -> Model:
    """The model as the file has it. Raises TypeError for a figure that the model has not, or lacks."""
    told: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    groups = {"schools": Schools, "visits": Visits, "requests": Requests, "bookings": Bookings, "sizes": Sizes}
    return Model(**{name: groups[name](**value) if name in groups else value for name, value in told.items()})


def fingerprint(file: Path = FILE) -> str:
    """Changes with the model and with the code that makes its events."""
    sources = [file, *sorted(Path(__file__).parent.glob("*.py"))]
    return sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]
