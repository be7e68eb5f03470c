"""What a process knows of the directory: read again every second, kept while the directory cannot be reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from time import monotonic

import sqlalchemy as sa
import structlog

from web.authorities.directory import Directory, DirectoryEntry

FRESH_SECONDS = 1.0

log = structlog.get_logger()


class DirectoryCache:
    """The authorities by host."""

    def __init__(self, directory: Directory, seconds: Callable[[], float] = monotonic) -> None:
        self._directory = directory
        self._seconds = seconds
        self._reading = Lock()
        self._at: Mapping[str, Mapping[str, DirectoryEntry]] = {}
        self._read_at = 0.0
        self._read()

    def at(self, host: str) -> Mapping[str, DirectoryEntry]:
        """The authorities that are served at a host, by name."""
        if self._seconds() - self._read_at >= FRESH_SECONDS and self._reading.acquire(blocking=False):
            try:
                self._read()
            except sa.exc.DBAPIError as error:
                log.warning("the directory cannot be read", error=str(error))
                self._read_at = self._seconds()
            finally:
                self._reading.release()
        return self._at.get(host, {})

    def _read(self) -> None:
        at: dict[str, dict[str, DirectoryEntry]] = {}
        for authority in self._directory.everyone():
            for host in authority.hosts:
                at.setdefault(host, {})[authority.name] = authority
        self._at = at
        self._read_at = self._seconds()
