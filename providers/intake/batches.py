"""Many small changes, saved together in transactions of bearable size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Protocol, TypeVar
from uuid import UUID, uuid5

from domain.acting import acting, current_signature
from domain.aggregate import Refusal
from domain.school import Details
from domain.service import AlreadyDone, Service, Work

T = TypeVar("T")

AT_ONCE = 1000
"""Records changed in one transaction, and rows looked up at once."""

Saved = Callable[[int, int], None]
"""Called after each transaction with the number of records saved so far and of all to be saved."""


class KnownSchool(Protocol):
    """What an import has to know of a school that the product knows."""

    @property
    def id(self) -> UUID: ...
    @property
    def urn(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def details(self) -> Details: ...
    @property
    def head_name(self) -> str | None: ...
    @property
    def dated(self) -> date: ...
    @property
    def successors(self) -> tuple[int, ...]: ...


Known = Callable[[Sequence[int]], Mapping[int, KnownSchool]]
"""Looks up the schools that answer to these URNs, present or past."""


class OlderThanKnown(Refusal):
    """A file is older than one that told otherwise."""

    def __init__(self, dated: date, known: date) -> None:
        super().__init__(
            f"The file is of {_day(dated)}, but a file of {_day(known)} told otherwise. "
            "Nothing was changed. Choose a newer file, or force this one",
            field="dated",
        )
        self.dated = dated
        self.known = known


class Step(Protocol):
    """One change to one record; `key` tells it from the other changes of the same file."""

    @property
    def key(self) -> str: ...
    def act(self, work: Work) -> None: ...


def batches(items: Iterable[T]) -> Iterator[list[T]]:
    """The items in lists of bearable size."""
    remaining = iter(items)
    while batch := list(islice(remaining, AT_ONCE)):
        yield batch


def carry_out(service: Service, steps: Sequence[Step], saved: Saved | None = None) -> None:
    """Carry out all steps, a thousand in a transaction, each signed as whoever acts now.

    The command of each transaction follows from the present one and its first step, so that sending the whole again
    after a break changes nothing twice.
    """
    signature = current_signature()
    done = 0
    for batch in batches(steps):
        command = uuid5(signature.command, f"from {batch[0].key}")
        with acting(replace(signature, command=command)), suppress(AlreadyDone):
            service.do(_all(batch))
        done += len(batch)
        if saved is not None:
            saved(done, len(steps))


def _all(batch: Sequence[Step]) -> Callable[[Work], None]:
    def command(work: Work) -> None:
        for step in batch:
            step.act(work)

    return command


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
