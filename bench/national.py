"""`python -m bench.national`: every authority its own SQLite file or PostgreSQL schema, as many as the budget allows.

    --minutes M     how long to go on making authorities (default 3)
    --gigabytes G   how much disk to use (default 1)
    --years N       whole school years before the present one, in each (default 1)
    --postgresql    schemas of one database instead of files

What is measured is then carried on paper to the nation: 152 authorities, 21,980 schools, twenty years.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Protocol
from uuid import UUID

from bench import browsing
from bench.county import noon, people_in
from bench.material import history
from bench.material.place import Place, place
from bench.material.timing import Told
from bench.workload.keeping import Kept, keep
from bench.workload.model import Model, read_model
from bench.workload.years import new_world
from web.authorities import places
from web.runtime.services import Services

TWENTY = 20
DAYS_OF_WORK, HOURS_OF_WORK = 195, 8
"""Of a school year: when most of its events happen."""


class Homes(Protocol):
    """Where authorities live."""

    def new(self, number: int) -> str:
        """The URL of a home for one more."""
        ...

    def size(self) -> int:
        """The bytes that all take."""
        ...


@dataclass(frozen=True)
class Files:
    """A SQLite file each."""

    folder: Path

    def new(self, number: int) -> str:
        return f"sqlite:///{self.folder / f'authority-{number:03}.sqlite'}"

    def size(self) -> int:
        return sum(file.stat().st_size for file in self.folder.glob("authority-*"))


@dataclass(frozen=True)
class Schemas:
    """A schema of one PostgreSQL database each."""

    database: str

    def new(self, number: int) -> str:
        url = places.in_schema(self.database, f"authority_{number:03}")
        places.make(url)
        return url

    def size(self) -> int:
        with places.open_place(self.database) as database, database.reader.connect() as connection:
            found: int = connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one()
        return found


@dataclass(frozen=True)
class Authority:
    """One that was made: where it lives, how many schools it has, who works there, and what making it took."""

    url: str
    schools: int
    people: dict[str, UUID]
    kept: Kept


class Nation:
    """Authorities made one after the other, until the budget is used."""

    def __init__(self, model: Model, homes: Homes) -> None:
        self.model = model
        self.homes = homes
        self.made: list[Authority] = []
        self.alone: list[float] = []
        self.beside: list[float] = []
        self.bytes = 0

    def settle(self, *, minutes: float, gigabytes: float, years: int) -> None:
        """Make authorities; ask for the first one's pages while it is alone, and again when all are there."""
        empty = self.homes.size()
        ends = perf_counter() + minutes * 60
        for number, schools in enumerate(self.model.authorities, 1):
            world = new_world(self.model, schools, name=f"authority {number}", years=years)
            url = self.homes.new(number)
            kept = keep(world, url)
            self.made.append(Authority(url, schools, people_in(world), kept))
            self.bytes = self.homes.size() - empty
            if number == 1:
                self.alone = self._pages()
            if perf_counter() > ends or self.bytes > gigabytes * 1e9:
                break
        self.beside = self._pages()

    def figures(self) -> dict[str, float]:
        """What was measured."""
        events = sum(each.kept.events for each in self.made)
        return {
            "authorities": len(self.made),
            "schools": sum(each.schools for each in self.made),
            "events": events,
            "bytes an event, log and views": self.bytes / events,
            "events made a second": events / sum(each.kept.making for each in self.made),
            "events loaded a second": events / sum(each.kept.writing for each in self.made),
            "events rebuilt a second": events / sum(each.kept.views for each in self.made),
            "p50 of a page, alone, ms": median(self.alone),
            "p99 of a page, alone, ms": browsing.percentile(self.alone, 0.99),
            "p50 of a page, beside all, ms": median(self.beside),
            "p99 of a page, beside all, ms": browsing.percentile(self.beside, 0.99),
        }

    def on_paper(self, figures: dict[str, float], *, years: int) -> Iterator[str]:
        """What follows for the nation."""
        present = years + (self.model.ends.month - 9) % 12 / 12
        a_school = figures["events"] / figures["schools"] / present
        a_year = a_school * self.model.sizes.nation
        of_all, largest = a_year * TWENTY, max(self.model.authorities)
        of_largest = a_school * largest * TWENTY
        loaded, rebuilt = figures["events loaded a second"], figures["events rebuilt a second"]
        size = of_all * figures["bytes an event, log and views"] / 1e9
        yield f"{self.model.sizes.nation:,} schools, {a_school:,.0f} events each a year: {a_year / 1e6:.1f} million"
        yield f"  a year, {a_year / DAYS_OF_WORK / HOURS_OF_WORK / 3600:.1f} a second in working hours"
        yield f"{TWENTY} years: {of_all / 1e6:,.0f} million events, {size:,.0f} GB"
        yield f"  to load: {of_all / loaded / 3600:.1f} hours on one core"
        yield f"  to rebuild all views of all: {of_all / rebuilt / 3600:.1f} hours on one core"
        yield f"the largest authority, {largest:,} schools: {of_largest / 1e6:,.1f} million events in {TWENTY} years,"
        yield f"  views rebuilt in {of_largest / rebuilt / 60:.0f} minutes"

    def _pages(self) -> list[float]:
        first = self.made[0]
        services = Services(first.url, clock=partial(noon, self.model))
        services.prepare_views()
        some = {post: first.people[post] for post in ("officer, primary", "director", "headteacher")}
        times = browsing.browse(services, some)
        services.close()
        return [taken.wall for of_kind in times.values() for taken in of_kind]


@contextmanager
def _homes(here: Place, *, postgresql: bool) -> Iterator[Homes]:
    yield Schemas(here.database()) if postgresql else Files(here.folder)


def main() -> None:
    asked = _asked()
    with place() as here, _homes(here, postgresql=asked.postgresql) as homes:
        nation = Nation(read_model(), homes)
        nation.settle(minutes=asked.minutes, gigabytes=asked.gigabytes, years=asked.years)
        figures = nation.figures()
        name = "national_postgresql" if asked.postgresql else "national_sqlite"
        told = Told(name, "Authorities beside each other, each with a log and views of its own", "", figures)
        told.show()
        print("\nOn paper")
        for line in nation.on_paper(figures, years=asked.years):
            print(f"  {line}")
        history.keep(told, postgresql=here.postgresql_version)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.national", description="The nation's authorities.")
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--gigabytes", type=float, default=1)
    parser.add_argument("--years", type=int, default=1)
    parser.add_argument("--postgresql", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
