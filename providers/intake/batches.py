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


S = TypeVar("S", bound=Step)

Refused = Callable[[S, Refusal], None]
"""Called for each step that its record refuses."""


def batches(items: Iterable[T]) -> Iterator[list[T]]:
    """The items in lists of bearable size."""
    remaining = iter(items)
    while batch := list(islice(remaining, AT_ONCE)):
        yield batch


def carry_out(
    service: Service, steps: Sequence[S], saved: Saved | None = None, *, refused: Refused[S] | None = None
) -> None:
    """Carry out all steps, a thousand in a transaction, each signed as whoever acts now.

    `refused` is told of each step that its record refuses, and the others are carried out without it. Where it is
    None, the refusal is raised, and nothing of its transaction is saved.

    The command of each transaction follows from the present one and its first step, so that sending the whole again
    after a break changes nothing twice.
    """
    signature = current_signature()
    done = 0
    for batch in batches(steps):
        command = uuid5(signature.command, f"from {batch[0].key}")
        with acting(replace(signature, command=command)), suppress(AlreadyDone):
            for step, refusal in service.do(_all(batch, keep_going=refused is not None)):
                if refused is not None:
                    refused(step, refusal)
        done += len(batch)
        if saved is not None:
            saved(done, len(steps))


def _all(batch: Sequence[S], *, keep_going: bool) -> Callable[[Work], list[tuple[S, Refusal]]]:
    def command(work: Work) -> list[tuple[S, Refusal]]:
        refused: list[tuple[S, Refusal]] = []
        for step in batch:
            try:
                step.act(work)
            except Refusal as refusal:
                if not keep_going:
                    raise
                refused.append((step, refusal))
        return refused

    return command


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
