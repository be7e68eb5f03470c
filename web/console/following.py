"""`sis follow`: brings the views that follow forward, for as long as it is let."""

from __future__ import annotations

import signal
import sys
import time
from types import FrameType

import click
from eventsourcing.persistence import IntegrityError
from sqlalchemy.exc import DBAPIError

from domain.service import Unavailable
from projections.event_log.faults import FAULTS, first_line, meant
from projections.follower import Superseded
from projections.following import Following
from web.console.opening import opened, present_settings
from web.serving.waiting import patiently_found

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds before the database is tried again: doubled each time that it does not answer."""


@click.command()
def follow() -> None:
    """Bring the views that follow the log forward whenever something is saved, until stopped.

    While another process does this, this one waits and takes over when that one ends. If the database cannot be
    reached, it tries again.
    """
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, _end)
    # What else stands in the way from the first is said and ends the command.
    patiently_found(present_settings().database_url, _open_once)
    pause = FIRST_PAUSE
    while True:
        began = time.monotonic()
        try:
            _follow()
        except Superseded as superseded:
            raise click.ClickException(str(superseded)) from superseded
        except (Unavailable, IntegrityError, *FAULTS) as error:
            if isinstance(error, DBAPIError) and meant(error) is error:
                raise
            if time.monotonic() - began > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            click.echo(f"Lost the database ({first_line(error)}): trying again in {pause:g} seconds", err=True)
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def _open_once() -> None:
    with opened():
        pass


def _follow() -> None:
    with opened() as services:
        Following(services.log, services.follower).run(lambda: True, busy=_wait)


def _wait() -> None:
    click.echo("Another process follows: waiting to take over", err=True)


def _end(_: int, __: FrameType | None) -> None:
    # Whatever was begun is undone, and done again by whoever follows next.
    sys.exit(0)
