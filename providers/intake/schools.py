"""The register of schools, taken in: new schools, and what a newer file tells differently."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from domain.local_authorities import code_of
from domain.school import Details, School, Source, Value
from domain.school.tellings import NAME, news
from domain.service import Service, UnitOfWork
from providers.catalogue.register import Detail, Others, SchoolRow, ToldElsewhere, is_of
from providers.catalogue.source import RowProblem
from providers.intake.batches import (
    Known,
    RecordChange,
    Saved,
    SchoolToChange,
    Taken,
    batches,
    carry_out,
    must_be_dated,
    must_be_full,
)

HEAD = ("head_title", "head_first_name", "head_last_name")


@dataclass(slots=True)
class ImportReport(Taken):
    """What became of the rows of a register; `unchanged` counts those that told nothing new, `others` those of other
    authorities, `outdated` the cells that a newer file told otherwise, which stay as it did. `moved` counts the
    schools that it tells under another authority, `missed` names those that it lacks, `missed_first` counts those
    that no register lacked before."""

    registered: int = 0
    refreshed: int = 0
    unchanged: int = 0
    others: int = 0
    outdated: int = 0
    moved: int = 0
    missed: list[str] = field(default_factory=list)
    missed_first: int = 0


@dataclass(frozen=True, slots=True)
class _Told:
    """What one row tells; `tells_head` says whether the layout names heads at all."""

    line: int
    urn: int
    name: str
    details: Details
    tells_head: bool
    head: str | None

    @property
    def all(self) -> Details:
        """The details with the name among them."""
        return {NAME: self.name, **self.details}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Registration(RecordChange):
    told: _Told
    source: Source

    def act(self, work: UnitOfWork) -> None:
        told = self.told
        work.add(
            School.register(
                told.urn,
                name=told.name,
                details=told.details,
                head=told.head,
                source=self.source,
                tells_head=told.tells_head,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Confirmation(RecordChange):
    """A row of a school that is known: what it tells otherwise, and that the rest is as it was."""

    school: UUID
    told: _Told
    source: Source
    force: bool

    def act(self, work: UnitOfWork) -> None:
        school, told = work.find(School, self.school), self.told
        school.come_back(source=self.source)
        school.be_found(source=self.source)
        school.take_in(told.all, head=told.head, tells_head=told.tells_head, source=self.source, force=self.force)


class _Refreshment(_Confirmation):
    """One that tells something otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moving(RecordChange):
    school: UUID
    told: ToldElsewhere
    source: Source

    def act(self, work: UnitOfWork) -> None:
        told = self.told
        name = told.la_name or str(told.la_code)
        code = told.la_code or code_of(name)
        work.find(School, self.school).move_to(la_name=name, la_code=code, source=self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Missing(RecordChange):
    school: UUID
    source: Source

    def act(self, work: UnitOfWork) -> None:
        work.find(School, self.school).miss(source=self.source)


class Expected(Protocol):
    """What a register is compared with: a school that is open and this authority's."""

    @property
    def id(self) -> UUID: ...
    @property
    def urn(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def la_code(self) -> str | None: ...
    @property
    def la_name(self) -> str | None: ...
    @property
    def la_dated(self) -> date | None: ...
    @property
    def dated(self) -> date: ...


@dataclass(frozen=True)
class Whole:
    """What makes a register a full one: the schools `expected` in it, those `missed` by one before, and the `others`
    that its reader found under other authorities than `la` (None: it was read whole)."""

    expected: Callable[[], Sequence[Expected]]
    missed: Callable[[], Collection[UUID]]
    la: str | None = None
    others: Others = field(default_factory=dict)
    part: bool = False


def import_schools(
    service: Service,
    rows: Iterable[SchoolRow | RowProblem],
    *,
    source: Source,
    known: Known,
    whole: Whole | None = None,
    force: bool = False,
    progress: Saved | None = None,
) -> ImportReport:
    """Take in a register; the caller has signed. A row of a URN that its school no longer has tells nothing.

    With `whole`, a school that it tells under another authority goes there, and one that it lacks is noted as missed,
    unless it is said to be a part; nothing is ever closed because it is absent.

    An older file fills in what no newer one told; what one told otherwise stays, unless this one is forced.

    All rows are read before the first change is saved. Raises OccurredInTheFuture for a file of a day to come, and
    TooMuchMissing where it lacks more than a tenth of the schools expected and is not said to be a part; then nothing
    is changed.
    """
    must_be_dated(source)
    report = ImportReport(source)
    steps: list[RecordChange] = []
    missed_before = frozenset(whole.missed()) if whole else frozenset()
    told_of: set[int] = set()
    for batch in batches(rows):
        told = [_told(row) for row in report.sort_out(batch)]
        told_of.update(each.urn for each in told)
        there = known([each.urn for each in told])
        for each in told:
            school = there.get(each.urn)
            if school is None:
                steps.append(
                    _Registration(
                        line=each.line, value=str(each.urn), key=f"URN {each.urn}", told=each, source=source
                    )
                )
                continue
            if school.urn != each.urn:
                report.unchanged += 1
                continue
            kind = _what_is_new(each, school, source.dated, report, force=force)
            report.unchanged += kind is not _Refreshment
            if kind is not None or school.id in missed_before:
                steps.append(
                    (kind or _Confirmation)(
                        line=each.line,
                        value=str(each.urn),
                        key=f"URN {each.urn}",
                        school=school.id,
                        told=each,
                        source=source,
                        force=force,
                    )
                )
    if whole is not None:
        steps += _absent(whole, told_of, missed_before, report)
    done = carry_out(service, steps, report, progress)
    report.registered, report.refreshed = done[_Registration], done[_Refreshment]
    report.moved, report.missed_first = done[_Moving], done[_Missing]
    return report


def _what_is_new(
    told: _Told, school: SchoolToChange, dated: date, report: ImportReport, *, force: bool
) -> type[_Confirmation] | None:
    """What a row of a file of a day does to its school; what a newer file told otherwise is counted."""
    found = news(school.tellings, told.all, dated, force=force)
    is_head_newer = school.head_dated is not None and school.head_dated > dated and not force
    is_head_other = told.tells_head and told.head != school.head_name
    report.outdated += len(found.outdated) + (is_head_other and is_head_newer)
    comes_back = school.left_on is not None and school.left_on <= dated
    if found.changes or comes_back or (is_head_other and not is_head_newer):
        return _Refreshment
    is_head_confirmed = told.tells_head and not is_head_other and (school.head_dated or date.min) < dated
    return _Confirmation if found.confirms or is_head_confirmed else None


def _absent(
    whole: Whole, told_of: Collection[int], before: Collection[UUID], report: ImportReport
) -> list[RecordChange]:
    """What is to be noted of the expected schools that the file does not tell as this authority's."""
    source = report.source
    report.others = len(whole.others)
    ours = is_of(whole.la) if whole.la is not None else None
    expected = [each for each in whole.expected() if ours is None or ours(each.la_code, each.la_name)]
    steps: list[RecordChange] = []
    missing: list[Expected] = []
    for school in expected:
        told = whole.others.get(school.urn)
        if school.urn in told_of:
            continue
        if told is None or not (told.la_name or told.la_code):
            if school.dated <= source.dated:
                missing.append(school)
            continue
        if school.la_dated is not None and school.la_dated > source.dated:
            report.outdated += 1
            continue
        named = told.la_name or str(told.la_code)
        moving = _Moving(
            line=told.line,
            column="LA (name)",
            value=named,
            key=f"URN {school.urn} elsewhere",
            school=school.id,
            told=told,
            source=source,
        )
        steps.append(moving)
        report.counting[told.line] += 1
    if whole.part:
        return steps
    names = [f"{school.name} (URN {school.urn})" for school in missing]
    must_be_full("schools", len(expected), names, report.problems)
    report.missed += names
    for school in missing:
        if school.id not in before:
            urn, key = str(school.urn), f"URN {school.urn} is missed"
            steps.append(_Missing(line=1, value=urn, key=key, school=school.id, source=source))
    return steps


def _told(row: SchoolRow) -> _Told:
    details = {
        detail: _value(value) for detail, value in row.known.items() if detail != "name" and detail not in HEAD
    }
    tells_head = "head_last_name" in row.known
    return _Told(
        row.line, row.urn, str(row.known["name"]), details, tells_head, _head(row.known) if tells_head else None
    )


def _head(known: Mapping[str, Detail]) -> str | None:
    """The head's name with title, None where the register has no surname."""
    if not known.get("head_last_name"):
        return None
    return " ".join(str(known[part]) for part in HEAD if known.get(part))


def _value(value: Detail) -> Value:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
