"""Opens the database that a command is given, made or brought up to date first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.vocabulary import Channel
from web import open_office
from web.office import Office
from web.settings import Settings, settings_from_environment

ADMINISTRATOR = "administrator"
"""The post that signs what is done at the command line: who sits there, the machine's own records tell."""


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[Office]:
    """The office on the settings' database, closed afterwards."""
    settings = settings or settings_from_environment()
    make_room(settings.database_url)
    office = open_office(settings)
    try:
        yield office
    finally:
        office.close()


@contextmanager
def at_the_console(settings: Settings | None = None, channel: Channel = Channel.COMMAND_LINE) -> Iterator[Office]:
    """An office in which the administrator acts, by the command line or an import."""
    with opened(settings) as office, office.acting(None, ADMINISTRATOR, channel):
        yield office


def make_room(database_url: str) -> None:
    """Make the folder that a SQLite file is to lie in."""
    if database_url.startswith("sqlite:///"):
        Path(database_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
