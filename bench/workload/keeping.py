"""Writes an authority's years into a database, a thousand events at once, as an import would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from time import perf_counter
from typing import Any

from bench.workload.world import World
from bench.workload.years import acts
from domain.aggregate import Event
from projections.codec import stored
from web.runtime.migrate import upgrade
from web.runtime.services import Services

BATCH = 1000


@dataclass(slots=True)
class Kept:
    """What was written, its bytes of state and meta, and the seconds spent on making, encoding and writing it."""

    events: int = 0
    state: int = 0
    meta: int = 0
    making: float = 0
    encoding: float = 0
    writing: float = 0
    views: float = 0


def keep(world: World, url: str) -> Kept:
    """Make a database with the years of an authority: the log first, then the views from it."""
    services = Services(url)
    upgrade(services.writer)
    kept = Kept()
    before = perf_counter()
    for moment, events in _batches(world):
        made = perf_counter()
        records: list[Any] = [stored(event) for event in events]
        encoded = perf_counter()
        services.set_clock(partial(_still, moment))
        services.log.insert_events(records)
        written = perf_counter()
        kept.events += len(records)
        kept.state += sum(len(record.state.encode()) for record in records)
        kept.meta += sum(len(record.meta.encode()) for record in records)
        kept.making += made - before
        kept.encoding += encoded - made
        kept.writing += written - encoded
        before = perf_counter()
    services.prepare_views()
    kept.views = perf_counter() - before
    services.close()
    return kept


def _batches(world: World) -> Iterator[tuple[datetime, list[Event]]]:
    """Acts by the thousand events, with the moment of the last; no act is divided."""
    batch: list[Event] = []
    for moment, events in acts(world):
        batch += events
        if len(batch) >= BATCH:
            yield moment, batch
            batch = []
    if batch:
        yield moment, batch


def _still(moment: datetime) -> datetime:
    return moment
