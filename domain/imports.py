"""Import: a file that was taken in, of which day, by whom, and what came of it. The file itself is not kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from textwrap import shorten
from typing import Any
from uuid import UUID

from domain.aggregate import Aggregate, Event, Refusal
from domain.vocabulary import Channel, LabelledEnum

MOST_PROBLEMS = 100
"""Of what was wrong in a file, so many are kept one by one; all are counted."""

LONGEST = 300
"""Characters that are kept of a heading or a reason, which come from the file in part."""

LONGEST_REFUSAL = 3000
"""The same of why a whole file was refused, which may name what it lacks or has instead."""

DAY_ASSUMED = ", the date of the import, because the file has no date"

COUNTED_AFTER_A_BREAK = "The import was interrupted: what was saved before it restarted is counted as already known"


class ImportKind(LabelledEnum):
    """What a file tells of."""

    SCHOOLS = "schools"
    LINKS = "links"
    INSPECTIONS = "inspections"
    GROUPS = "groups"
    PROVIDERS = "providers"

    @property
    def label(self) -> str:
        return _LABELS[self.value]


_LABELS = {
    "schools": "Register of schools",
    "links": "Predecessors and successors of schools",
    "inspections": "Inspections",
    "groups": "Trusts and other groups of schools",
    "providers": "List of providers",
}


class Outcome(LabelledEnum):
    """What became of a row of a file, or of what the file is compared with."""

    SCHOOLS_REGISTERED = "schools_registered"
    PROVIDERS_REGISTERED = "providers_registered"
    BROUGHT_UP_TO_DATE = "brought_up_to_date"
    SUCCESSIONS_PROPOSED = "successions_proposed"
    INSPECTIONS_RECORDED = "inspections_recorded"
    MEMBERSHIPS_NOTED = "memberships_noted"
    MEMBERSHIPS_ENDED = "ended"
    UNCHANGED = "unchanged"
    OUTDATED = "cells_told_otherwise_by_a_newer_file"
    KNOWN = "known_already"
    OF_OTHER_AUTHORITIES = "of_other_authorities"
    MOVED = "told_under_another_authority"
    MISSED = "not_in_the_file"
    MISSED_FIRST = "not_in_the_file_for_the_first_time"
    OF_UNKNOWN_SCHOOLS = "of_schools_not_in_the_register"
    OF_OTHER_KINDS = "links_of_other_kinds"
    PASSED_OVER = "doubles_and_closing_lines_passed_over"

    @property
    def label(self) -> str:
        return "Memberships ended" if self is Outcome.MEMBERSHIPS_ENDED else super().label


class SchoolChange(LabelledEnum):
    """What an import did to a school that a person may have to know of."""

    CAME = "came"
    CAME_BACK = "came_back"
    WENT = "went_to_another_authority"
    CLOSED = "closed"
    OPENED = "opened"
    MISSED = "not_in_the_file"
    FOUND = "found_again"

    @property
    def label(self) -> str:
        return _CHANGES[self.value]


_CHANGES = {
    "came": "New here",
    "came_back": "Came back from another authority",
    "went_to_another_authority": "No longer this authority's",
    "closed": "Closed",
    "opened": "Opened",
    "not_in_the_file": "Missing from the file for the first time",
    "found_again": "Back in the file",
}


@dataclass(frozen=True, slots=True)
class Count:
    """How often a file had one outcome."""

    outcome: Outcome
    number: int

    def __str__(self) -> str:
        counted, _, became = self.outcome.value.partition("_")
        if self.number == 1 and not became.startswith("and_"):
            counted = counted.removesuffix("s")
        return f"{self.number:,} {counted} {became.replace('_', ' ')}".rstrip()


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row, or one cell of it, was not taken. Lines count from 1, the header included. What the cell held is not
    kept, because it may be about a person: line and column lead to it. `row_taken` says whether the row was taken all
    the same, without that cell; of a column, whether the rows were. None where it was not kept."""

    line: int
    column: str
    reason: str
    row_taken: bool | None = None


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file by its name and the SHA-256 of its bytes in hexadecimal digits; `size` is their number."""

    name: str
    size: int
    sha256: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Begun:
    """One beginning of an import: the first, or one after it had broken off."""

    at: datetime
    by: UUID | None
    channel: Channel


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be taken in: of files that tell of a day, and of whose schools. `authority` is a name or code,
    `all`, or empty where the file is not of schools or was refused before anybody knew; `part` and `forced` are what
    somebody has said of the file; `day_assumed` says that nobody and no name told its day, so that it is taken as the
    day of the import."""

    what: ImportKind
    files: tuple[ImportedFile, ...]
    dated: date
    authority: str = ""
    part: bool = False
    forced: bool = False
    day_assumed: bool = False


class NotAHash(Refusal):
    """The hash of the bytes is not a SHA-256 in hexadecimal digits."""


class ImportIsFinished(Refusal):
    """An import that came to its end, or was refused, neither goes on nor ends once more."""


class Import(Aggregate):
    """A file on its way into the service. One that broke off goes on when the same file is begun again; one that was
    refused as a whole changed nothing, and is over.
    """

    KIND = "import"
    prefix = "IM"

    asked: Asked
    scanner: str
    """What looked at the files and found no virus; empty where none looked."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.beginnings: list[Begun] = []
        self.finished_at: datetime | None = None
        self.refused_at: datetime | None = None
        self.refusal = ""
        self.counts: tuple[Count, ...] = ()
        self.are_counts_whole = True
        self.problem_count = 0
        self.problems: tuple[RowProblem, ...] = ()

    class Began(Event):
        TOPIC = "import.began"
        says = "{by} started to import {files} ({what}), dated {dated}{as_assumed}"
        reference: str
        what: ImportKind
        files: tuple[ImportedFile, ...]
        dated: date
        authority: str
        part: bool
        forced: bool
        scanner: str = ""
        day_assumed: bool = False

        @property
        def as_assumed(self) -> str:
            return DAY_ASSUMED if self.day_assumed else ""

        def apply(self, record: Import) -> None:
            record.scanner = self.scanner
            record.reference = self.reference
            record.asked = Asked(
                self.what, self.files, self.dated, self.authority, self.part, self.forced, self.day_assumed
            )
            record.beginnings.append(_begun(self))

    class Resumed(Event):
        TOPIC = "import.resumed"
        says = "{by} restarted the import after it was interrupted"

        def apply(self, record: Import) -> None:
            record.beginnings.append(_begun(self))

    class Finished(Event):
        """`counts` are those of the whole import where `is_whole`, else those since its last beginning: what was
        saved before counts as known. `times_begun` says how often it was begun, None where it was not kept.
        `problems` are the first of all."""

        TOPIC = "import.finished"
        SCHEMA = 3
        says = "{by} finished the import: {counts}; problems: {problem_count}{counted_since}"
        times_begun: int | None
        counts: tuple[Count, ...]
        problem_count: int
        problems: tuple[RowProblem, ...]
        is_whole: bool

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["times_begun"] = None

        @staticmethod
        def upcast_v2_v3(state: dict[str, Any]) -> None:
            state["is_whole"] = state["times_begun"] == 1

        @property
        def counted_since(self) -> str:
            """Since when was counted, where that may not be the whole of the import."""
            if self.times_begun is None:
                return ". What was saved before it was last started is counted as already known"
            return "" if self.is_whole else f". {COUNTED_AFTER_A_BREAK}"

        def apply(self, record: Import) -> None:
            record.finished_at = self.meta.signature.at
            record.counts, record.are_counts_whole = self.counts, self.is_whole
            record.problem_count, record.problems = self.problem_count, self.problems

    class Refused(Event):
        TOPIC = "import.refused"
        says = "The file was refused, and nothing was changed: {reason}"
        reason: str

        def apply(self, record: Import) -> None:
            record.refused_at, record.refusal = self.meta.signature.at, self.reason

    @classmethod
    def begin(cls, reference: str, asked: Asked, *, scanner: str = "") -> Import:
        """Note that a file is being taken in, in which the `scanner` found no virus. Raises NotAHash."""
        if not asked.files or not all(re.fullmatch(r"[0-9a-f]{64}", file.sha256) for file in asked.files):
            raise NotAHash("We did not receive the whole file. Send it again", field="file")
        record = cls.named(reference)
        record.record(
            cls.Began(
                reference=reference,
                what=asked.what,
                files=asked.files,
                dated=asked.dated,
                authority=asked.authority,
                part=asked.part,
                forced=asked.forced,
                scanner=scanner,
                day_assumed=asked.day_assumed,
            )
        )
        return record

    def resume(self) -> None:
        """Note that the same file is begun again after a break. Raises ImportIsFinished."""
        self._must_be_unfinished()
        self.record(self.Resumed())

    def refuse(self, reason: str) -> None:
        """Note that a rule refuses the whole file, of which nothing is taken. Raises ImportIsFinished."""
        self._must_be_unfinished()
        self.record(self.Refused(reason=shorten(reason, LONGEST_REFUSAL, placeholder=" …")))

    def finish(self, counts: Sequence[Count], problems: Sequence[RowProblem]) -> None:
        """Note what became of the file, from its first beginning; of the problems the first hundred are kept. Raises
        ImportIsFinished."""
        self._must_be_unfinished()
        first = tuple(
            RowProblem(each.line, each.column[:LONGEST], each.reason[:LONGEST], each.row_taken) for each in problems
        )
        self.record(
            self.Finished(
                times_begun=len(self.beginnings),
                counts=tuple(counts),
                problem_count=len(problems),
                problems=first[:MOST_PROBLEMS],
                is_whole=True,
            )
        )

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None

    @property
    def is_refused(self) -> bool:
        return self.refused_at is not None

    @property
    def begun(self) -> Begun:
        """The first beginning."""
        return self.beginnings[0]

    @property
    def begun_again(self) -> Sequence[Begun]:
        """The beginnings after it had broken off."""
        return self.beginnings[1:]

    def _must_be_unfinished(self) -> None:
        if self.is_finished or self.is_refused:
            raise ImportIsFinished("This import has finished. Start another one")


def _begun(event: Event) -> Begun:
    signature = event.meta.signature
    return Begun(signature.at, signature.actor, signature.channel)
