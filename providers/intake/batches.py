"""Many small changes, saved together in transactions of bearable size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Protocol, TypeVar
from uuid import UUID, uuid5

from domain.aggregate import Refusal, must_have_come
from domain.school import Source
from domain.school.tellings import Tellings
from domain.service import AlreadyDone, Service, UnitOfWork
from domain.signature import acting, current_signature
from domain.text import day_in_words
from providers.catalogue.problems import Line, Loss, RowProblem, Sorted

T = TypeVar("T")

AT_ONCE = 1000
"""Records changed in one transaction, and rows looked up at once."""

Saved = Callable[[int, int], None]
"""Called after each transaction with the number of records saved so far and of all to be saved."""


class SchoolToChange(Protocol):
    """What an import has to know of a school that the product knows."""

    @property
    def id(self) -> UUID: ...
    @property
    def urn(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def tellings(self) -> Tellings: ...
    @property
    def head_name(self) -> str | None: ...
    @property
    def head_dated(self) -> date | None: ...
    @property
    def dated(self) -> date: ...
    @property
    def successors(self) -> tuple[int, ...]: ...
    @property
    def left_on(self) -> date | None: ...


Known = Callable[[Sequence[int]], Mapping[int, SchoolToChange]]
"""Looks up the schools that answer to these URNs, present or past."""


class TooMuchMissing(Refusal):
    """A file lacks more than a tenth of what is known.

    `missing` names it, the message the first `most` of it, and what was `lost` of the file, which may be why.
    """

    def __init__(
        self, what: str, known: int, missing: Sequence[str], *, lost: Sequence[str] = (), most: int = 100
    ) -> None:
        named = "; ".join(missing[:most]) + (f"; and {len(missing) - most:,} more" if missing[most:] else "")
        super().__init__(
            f"The file lacks {len(missing):,} of the {known:,} {what} that are known. Nothing was changed. "
            f"{''.join(f'{each}. ' for each in lost)}Choose a full file, or say that this one is a part. "
            f"It lacks {named}",
            field="part",
        )
        self.what, self.known, self.missing, self.lost = what, known, tuple(missing), tuple(lost)

    def naming(self, most: int) -> TooMuchMissing:
        """The same, with so many named in its message."""
        return TooMuchMissing(self.what, self.known, self.missing, lost=self.lost, most=most)


MOST_MISSING = 0.1
"""Of what is known, beyond which a file that lacks it is not believed to be full."""


def must_be_full(what: str, known: int, missing: Sequence[str], problems: Iterable[RowProblem]) -> None:
    """Raises TooMuchMissing where a file lacks more than a tenth of what is known."""
    if len(missing) > known * MOST_MISSING:
        lost = [
            f"Line {each.line:,}: {each.reason}" for each in problems if each.loss is Loss.MANY and not each.column
        ]
        raise TooMuchMissing(what, known, missing, lost=lost)


class OlderThanKnown(Refusal):
    """A file is older than one that told otherwise."""

    def __init__(self, dated: date, known: date) -> None:
        super().__init__(
            f"The file is of {day_in_words(dated)}, but a file of {day_in_words(known)} told otherwise. "
            "Nothing was changed. Choose a newer file, or force this one",
            field="dated",
        )
        self.dated = dated
        self.known = known


@dataclass(slots=True)
class Taken(Sorted):
    """What became of a file. `unknown` counts the rows of schools that the product does not know, which is no
    fault."""

    source: Source
    unknown: int = 0

    def sort_out(self, found: Iterable[Line | RowProblem], known: Known | None = None) -> list[Line]:
        """The rows among what was found. With `known`, a problem of a school that the product does not know is
        counted with the rows of such."""
        before = len(self.problems)
        rows = Sorted.sort_out(self, found)
        new = self.problems[before:]
        there = known([each.urn for each in new if each.urn is not None]) if known and new else {}
        ours = [each for each in new if known is None or each.urn is None or each.urn in there]
        self.unknown += len(new) - len(ours)
        self.problems[before:] = ours
        return rows

    def is_unknown(self, *lines: int) -> None:
        """The school of these rows is not known."""
        self.unknown += len(lines)
        for line in lines:
            self.leave_out(line)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChange:
    """One change to one record, which the file tells in `line`. `column` and `value` are the cell to look at where
    the record refuses it; `key` tells it from the other changes of the same file. `also` are further lines that tell
    the same change: what is refused is a problem of each."""

    line: int
    column: str = "URN"
    value: str
    key: str
    also: tuple[int, ...] = ()

    def act(self, work: UnitOfWork) -> None:
        """Make the change. Raises the record's refusal."""
        raise NotImplementedError


def batches(items: Iterable[T]) -> Iterator[list[T]]:
    """The items in lists of bearable size."""
    remaining = iter(items)
    while batch := list(islice(remaining, AT_ONCE)):
        yield batch


class _SomeRefused(Refusal):
    """Records refused these steps of a transaction, of which nothing was saved."""

    def __init__(self, refused: dict[int, Refusal]) -> None:
        super().__init__("")
        self.refused = refused


def carry_out(
    service: Service, steps: Sequence[RecordChange], report: Taken, saved: Saved | None = None
) -> Counter[type[RecordChange]]:
    """Carry out all steps, a thousand in a transaction, each signed as whoever acts now; how many of each kind were
    carried out. One that its record refuses is a problem of the report.

    A transaction of which a part is refused is decided again without it, so that nothing half done is saved. The
    command of each transaction follows from the present one and all its steps, so that sending the whole again after
    a break changes nothing twice, and no other steps count as done.
    """
    signature = current_signature()
    carried_out: Counter[type[RecordChange]] = Counter()
    done = 0
    for batch in batches(steps):
        command = uuid5(signature.command, "\n".join(f"{step.key} {step.value}" for step in batch))
        remaining = batch
        while remaining:
            try:
                with acting(replace(signature, command=command)), suppress(AlreadyDone):
                    service.do(_all(remaining))
                break
            except _SomeRefused as some:
                for place, refusal in some.refused.items():
                    _leave_out(remaining[place], refusal, report)
                remaining = [step for place, step in enumerate(remaining) if place not in some.refused]
        carried_out.update(map(type, remaining))
        done += len(batch)
        if saved is not None:
            saved(done, len(steps))
    report.settle()
    return carried_out


def _all(batch: Sequence[RecordChange]) -> Callable[[UnitOfWork], None]:
    def command(work: UnitOfWork) -> None:
        refused: dict[int, Refusal] = {}
        for place, step in enumerate(batch):
            try:
                step.act(work)
            except Refusal as refusal:
                refused[place] = refusal
        if refused:
            raise _SomeRefused(refused)

    return command


def _leave_out(step: RecordChange, refusal: Refusal, report: Taken) -> None:
    for line in (step.line, *step.also):
        report.leave_out(line)
        report.problems.append(RowProblem(line, step.column, step.value, str(refusal)))


def must_be_dated(source: Source) -> None:
    """Raises OccurredInTheFuture where a file is said to be of a day to come."""
    must_have_come(source.dated, current_signature().today, "dated")
