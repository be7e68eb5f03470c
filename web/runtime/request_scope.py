"""What belongs to one request whoever sends it: its id, and what is found once while it is answered.

The runtime reads it here. Everything above is handed the context that extends it (web.access.context).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

from flask import g

T = TypeVar("T")


class RequestScope:
    """The part of a request's context that does not depend on who sends it."""

    def __init__(self) -> None:
        self.id = str(uuid4())
        self.nonce = secrets.token_urlsafe(16)
        self.began = time.perf_counter()
        self._kept: dict[type[Any], Any] = {}

    @property
    def settings_version(self) -> int | None:
        """The version of the authority's settings that was found with the user, None where it is not known."""
        return None

    @property
    def person(self) -> UUID | None:
        """Who sends the request, as far as that was asked for."""
        return None

    def kept(self, kind: type[T], make: Callable[[], T] | None = None) -> T:
        """The one object of a kind that belongs to this request, made where it is first asked for."""
        if kind not in self._kept:
            self._kept[kind] = (make or kind)()
        return cast("T", self._kept[kind])

    def forget(self, kind: type[Any]) -> None:
        """Make the object of a kind again where it is next asked for."""
        self._kept.pop(kind, None)


def request_scope() -> RequestScope:
    """The scope of the present request."""
    found: RequestScope = g.context
    return found
