"""What is served or followed waits for a database that is away, at its start as later."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import structlog

from domain.service import Unavailable
from projections.event_log.faults import OUT_OF_REACH, first_line
from web.serving.logs import write_log

T = TypeVar("T")

log = structlog.get_logger()

LONGEST_PAUSE = 10
"""Seconds before a database that is away is tried again; half of one at first."""


def patiently(make: Callable[[], T]) -> T:
    """What needs the database, tried again for as long as the database is away."""
    pause = 0.5
    while True:
        try:
            return make()
        except (Unavailable, *OUT_OF_REACH) as error:
            log.warning("waiting for the database", said=first_line(error), again_in_seconds=pause)
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


def patiently_found(url: str, find: Callable[[], None]) -> None:
    """Find a database in order: a server that is away is waited for, what is wrong with a file is said at once."""
    if url.startswith("sqlite"):
        find()
    else:
        write_log()
        patiently(find)
