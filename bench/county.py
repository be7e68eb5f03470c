"""`python -m bench.county`: ten years of a county, about a million events, and every page on them (T17, T7).

    --schools N    another size (an authority has 99)
    --years N      other years
    --database P   the SQLite file to make or use, instead of one kept in the system's folder for such files
    --pages        ask for every page
    --memory       rebuild the views and see how much memory that takes

Without a question only the database is made. It is made anew when the model or the code of its events has changed.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, time
from functools import partial
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from bench import browsing, memory
from bench.material import history, targets
from bench.material.apart import HERE
from bench.material.timing import Result, Told
from bench.workload.keeping import keep
from bench.workload.model import Model, fingerprint, read_model
from bench.workload.world import World
from bench.workload.years import new_world
from domain.vocabulary import Team
from web.runtime.migrate import upgrade
from web.runtime.services import Services

SOURCES = ("domain", "migrations", "projections/codec.py")
NOON = time(11, tzinfo=UTC)


def database(schools: int | None = None, years: int | None = None, file: Path | None = None) -> Path:
    """The SQLite file with those years, made where there is none."""
    model = read_model()
    schools, years = schools or model.sizes.county, model.school_years_before if years is None else years
    file = file or _kept(f"county-{schools}x{years}")
    if not file.exists():
        making = file.with_suffix(".making")
        making.unlink(missing_ok=True)
        world = new_world(model, schools, years=years)
        kept = keep(world, f"sqlite:///{making}")
        print(
            f"{kept.events:,} events of {schools} schools in {years} years and the present one: made in"
            f" {kept.making:.0f} s, encoded in {kept.encoding:.0f} s, written in {kept.writing:.0f} s"
            f" ({kept.events / kept.writing:,.0f} /s), views filled in {kept.views:.0f} s"
            f" ({kept.events / kept.views:,.0f} events /s); {making.stat().st_size / 1e6:,.0f} MB"
        )
        people = {name: str(id) for name, id in people_in(world).items()}
        file.with_suffix(".json").write_text(json.dumps(people), encoding="utf-8")
        making.rename(file)
    return file


def office_of(file: Path) -> Services:
    """The services on such a file, on the day after its last."""
    model = read_model()
    services = Services(f"sqlite:///{file}", clock=partial(noon, model))
    upgrade(services.writer)
    services.prepare_views()
    return services


def people_of(file: Path) -> dict[str, UUID]:
    """One holder of each post in such a file."""
    told = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    return {name: UUID(id) for name, id in told.items()}


def pages(file: Path) -> Told:
    """Every page, by the people concerned: p50 and p99 of all, and p50 of each kind."""
    services = office_of(file)
    times = browsing.browse(services, people_of(file))
    services.close()
    browsing.show(times)
    walls, cpus = zip(*(taken for of_kind in times.values() for taken in of_kind), strict=True)
    figures = {
        "all pages, p50": browsing.percentile(walls, 0.5),
        "all pages, p99": browsing.percentile(walls, 0.99),
        "all pages, p50 of processor time": browsing.percentile(cpus, 0.5),
        "all pages, p99 of processor time": browsing.percentile(cpus, 0.99),
    }
    return Told("county_pages", "Pages on the county's events, one worker", "ms", figures)


def people_in(world: World) -> dict[str, UUID]:
    """One holder of each post."""
    school = world.schools[0]
    specialist = next(iter(world.outside.values()))[0].specialist
    return {
        "officer, primary": world.officers[Team.PRIMARY][0],
        "officer, secondary": world.officers[Team.SECONDARY][0],
        "director": world.director,
        "broker": world.broker,
        "cpd manager": world.cpd_manager,
        "headteacher": school.head,
        "chair": school.chair,
        "specialist": specialist,
        "reviewer": world.reviewer,
        "administrator": world.administrator,
    }


def _kept(name: str) -> Path:
    folder = Path(tempfile.gettempdir()) / f"sis-bench-{os.getuid()}"
    folder.mkdir(mode=0o755, exist_ok=True)
    code = sha256(b"".join(file.read_bytes() for file in _sources())).hexdigest()[:12]
    return folder / f"{name}-{fingerprint()}-{code}.sqlite"


def _sources() -> Iterator[Path]:
    for source in SOURCES:
        path = HERE / source
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def noon(model: Model) -> datetime:
    """The moment at which pages are asked for: noon of the history's last day."""
    return datetime.combine(model.ends, NOON)


def main() -> None:
    asked = _asked()
    file = database(asked.schools, asked.years, asked.database)
    print(file)
    results: list[Result] = []
    if asked.pages:
        results.append(pages(file))
    if asked.memory:
        results.append(memory.of_rebuilds(file))
    for told in results:
        told.show()
        if asked.schools is None and asked.years is None:
            history.keep(told, postgresql="")
    if results:
        named = {told.name for told in results}
        targets.show([each for each in targets.read_targets() if each.measure in named], results)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.county", description="A county's years.")
    parser.add_argument("--schools", type=int)
    parser.add_argument("--years", type=int)
    parser.add_argument("--database", type=Path)
    parser.add_argument("--pages", action="store_true", help="ask for every page")
    parser.add_argument("--memory", action="store_true", help="rebuild the views and tell the memory that takes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
