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
from domain.service import Service, Work
from providers.catalogue.register import Detail, Others, SchoolRow, ToldElsewhere, is_of
from providers.catalogue.source import Problem
from providers.intake.batches import (
    Known,
    KnownSchool,
    OlderThanKnown,
    Saved,
    Step,
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
    authorities. `moved` names the schools that it tells under another authority, `missed` those that it lacks."""

    registered: int = 0
    refreshed: int = 0
    unchanged: int = 0
    others: int = 0
    moved: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Told:
    """What one row tells; `tells_head` says whether the layout names heads at all."""

    line: int
    urn: int
    name: str
    details: Details
    tells_head: bool
    head: str | None

    def is_known(self, school: KnownSchool) -> bool:
        return (
            self.name == school.name
            and school.left_on is None
            and (not self.tells_head or self.head == school.head_name)
            and all(school.details.get(detail) == value for detail, value in self.details.items())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Registration(Step):
    told: _Told
    source: Source

    def act(self, work: Work) -> None:
        told = self.told
        work.add(School.register(told.urn, name=told.name, details=told.details, head=told.head, source=self.source))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refreshment(Step):
    school: UUID
    told: _Told
    source: Source

    def act(self, work: Work) -> None:
        school = work.find(School, self.school)
        school.come_back(source=self.source)
        school.be_found(source=self.source)
        school.refresh({"name": self.told.name, **self.told.details}, source=self.source)
        if self.told.tells_head:
            school.name_head(self.told.head, source=self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moving(Step):
    school: UUID
    told: ToldElsewhere
    source: Source

    def act(self, work: Work) -> None:
        told = self.told
        name = told.la_name or str(told.la_code)
        code = told.la_code or code_of(name)
        work.find(School, self.school).move_to(la_name=name, la_code=code, source=self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Missing(Step):
    school: UUID
    source: Source

    def act(self, work: Work) -> None:
        work.find(School, self.school).miss(source=self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding(Step):
    school: UUID
    source: Source

    def act(self, work: Work) -> None:
        work.find(School, self.school).be_found(source=self.source)


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
    rows: Iterable[SchoolRow | Problem],
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

    All rows are read before the first change is saved. Raises OccurredInTheFuture for a file of a day to come,
    TooMuchMissing where it lacks more than a tenth of the schools expected and is not said to be a part, and
    OlderThanKnown where it would put something older in the place of something newer, unless forced; then nothing
    is changed.
    """
    must_be_dated(source)
    report = ImportReport(source)
    steps: list[Step] = []
    newest: date | None = None
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
            elif school.urn != each.urn or each.is_known(school):
                report.unchanged += 1
                if school.urn == each.urn and school.id in missed_before:
                    key = f"URN {each.urn} is found"
                    steps.append(
                        _Finding(line=each.line, value=str(each.urn), key=key, school=school.id, source=source)
                    )
            else:
                steps.append(
                    _Refreshment(
                        line=each.line,
                        value=str(each.urn),
                        key=f"URN {each.urn}",
                        school=school.id,
                        told=each,
                        source=source,
                    )
                )
                newest = max(newest or school.dated, school.dated)
    if whole is not None:
        absent = _absent(whole, told_of, missed_before, report)
        newest = max([*([newest] if newest else []), *(day for day, _ in absent)], default=None)
        steps += (step for _, step in absent)
    if newest is not None and newest > source.dated and not force:
        raise OlderThanKnown(source.dated, newest)
    done = carry_out(service, steps, report, progress)
    report.registered, report.refreshed = done[_Registration], done[_Refreshment]
    return report


def _absent(
    whole: Whole, told_of: Collection[int], before: Collection[UUID], report: ImportReport
) -> list[tuple[date, Step]]:
    """What is to be noted of the expected schools that the file does not tell as this authority's, each with the day
    of what is known of it."""
    source = report.source
    report.others = len(whole.others)
    ours = is_of(whole.la) if whole.la is not None else None
    expected = [each for each in whole.expected() if ours is None or ours(each.la_code, each.la_name)]
    steps: list[tuple[date, Step]] = []
    missing: list[Expected] = []
    for school in expected:
        told = whole.others.get(school.urn)
        if school.urn in told_of:
            continue
        if told is None or not (told.la_name or told.la_code):
            if school.dated <= source.dated:
                missing.append(school)
            continue
        named = told.la_name or str(told.la_code)
        report.moved.append(f"{school.name} (URN {school.urn}) is told under {named}")
        moving = _Moving(
            line=told.line,
            column="LA (name)",
            value=named,
            key=f"URN {school.urn} elsewhere",
            school=school.id,
            told=told,
            source=source,
        )
        steps.append((school.dated, moving))
    if whole.part:
        return steps
    names = [f"{school.name} (URN {school.urn})" for school in missing]
    must_be_full("schools", len(expected), names)
    report.missed += names
    for school in missing:
        if school.id not in before:
            urn, key = str(school.urn), f"URN {school.urn} is missed"
            steps.append((date.min, _Missing(line=1, value=urn, key=key, school=school.id, source=source)))
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
