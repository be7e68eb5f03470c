"""Links between schools, taken in as proposals; a person confirms or declines each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from domain.aggregate import Refusal
from domain.school import School, Source
from domain.school.rules import HasMerged
from domain.service import Service, UnitOfWork
from providers.catalogue.links import PREDECESSOR, SUCCESSOR, LinkRow
from providers.catalogue.source import RowProblem
from providers.intake.batches import Known, RecordChange, Saved, Taken, batches, carry_out, must_be_dated


class NotThatSchool(Refusal):
    """The school chosen as the later one does not have the URN that was proposed."""


@dataclass(slots=True)
class LinksReport(Taken):
    """What became of the rows, each of which has one outcome.

    `other` counts links in which neither school follows the other, `unknown` those of which the product does not know
    both schools. Of two rows that tell one succession from both ends one proposes it, and the other is `unchanged`.
    """

    proposed: int = 0
    unchanged: int = 0
    other: int = 0


@dataclass(frozen=True, slots=True)
class _Link:
    """One succession, as the register tells it in a line; `also` is the line that tells it from the other end."""

    line: int
    earlier: int
    later: int
    kind: str
    on: date | None
    also: tuple[int, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows tell it."""
        return 1 + len(self.also)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proposal(RecordChange):
    school: UUID
    link: _Link
    source: Source

    def act(self, work: UnitOfWork) -> None:
        work.find(School, self.school).propose_succession(
            self.link.later, kind=self.link.kind, on=self.link.on, source=self.source
        )


def import_links(
    service: Service,
    rows: Iterable[LinkRow | RowProblem],
    *,
    source: Source,
    known: Known,
    progress: Saved | None = None,
) -> LinksReport:
    """Propose the successions that a list of links tells; the caller has signed.

    One that its school refuses is among the problems, and the others are proposed without it.
    """
    must_be_dated(source)
    report = LinksReport(source)
    steps: list[_Proposal] = []
    found = [row for batch in batches(rows) for row in report.sort_out(batch, known)]
    for batch in batches(_successions(found, report).values()):
        there = known([urn for link in batch for urn in (link.earlier, link.later)])
        for link in batch:
            earlier, later = there.get(link.earlier), there.get(link.later)
            if earlier is None or later is None:
                report.is_unknown(link.line, *link.also)
            elif earlier.id == later.id or link.later in earlier.successors:
                report.unchanged += link.rows
            else:
                urn, key = str(link.earlier), f"URN {link.earlier} to {link.later}"
                steps.append(
                    _Proposal(
                        line=link.line,
                        also=link.also,
                        value=urn,
                        key=key,
                        school=earlier.id,
                        link=link,
                        source=source,
                    )
                )
    steps.sort(key=lambda step: step.school)
    told = sum(step.link.rows for step in steps) + len(report.problems)
    report.proposed = carry_out(service, steps, report, progress)[_Proposal]
    report.unchanged += told - len(report.problems) - report.proposed
    return report


def confirm_succession(
    service: Service, school: UUID, urn: int, *, later: UUID, reason: str, at: int | None = None
) -> None:
    """Confirm that a school goes on under the URN of a later record: one institution with both URNs.

    The earlier institution keeps its history and takes the later one's URN, details and groups, and its link officer,
    need category and open proposals, where it has none of its own; the later one merges into it, and its inspections
    stand with the school from there. Both are saved together.
    Raises NotThatSchool, NotFound, Stale or the school's refusal.
    """

    def command(work: UnitOfWork) -> None:
        stays, goes = work.find(School, school, at=at), work.find(School, later)
        if urn not in goes.urns:
            raise NotThatSchool(f"This school does not have URN {urn}. Choose the one that has", field="later")
        on = next((succession.on for succession in stays.proposed if succession.urn == urn), None)
        stays.go_on_as(
            urn,
            name=goes.name,
            details=goes.details,
            head=goes.head,
            dated=goes.dated,
            reason=reason,
            further=[goes.successions[each] for each in goes.urns[goes.urns.index(urn) + 1 :]],
        )
        _carry_over(goes, stays, reason)
        goes.merge_into(stays.id, on=on, reason=reason)

    service.do(command)


def confirm_merger(
    service: Service, school: UUID, urn: int, *, into: UUID, reason: str, at: int | None = None
) -> None:
    """Confirm that a school ended by going into another one, which answers to the proposed URN.

    Raises NotThatSchool, NotFound, Stale or the school's refusal.
    """

    def command(work: UnitOfWork) -> None:
        goes, stays = work.find(School, school, at=at), work.find(School, into)
        if urn not in stays.urns:
            raise NotThatSchool(f"This school does not have URN {urn}. Choose the one that has", field="into")
        if stays.merged_into is not None:
            raise HasMerged("That school went into another one itself. Choose the other one", field="into")
        on = next((succession.on for succession in goes.proposed if succession.urn == urn), None)
        goes.merge_into(stays.id, on=on, reason=reason)

    service.do(command)


def _carry_over(goes: School, stays: School, reason: str) -> None:
    today = stays.today
    need = goes.need_on(today)
    _carry_over_officer(goes, stays, reason)
    if need is not None and stays.need_on(today) is None:
        stays.keep_need(need)
    for group in goes.groups.values():
        source = goes.group_sources[group.uid]
        stays.join_group(group.uid, name=group.name, kind=group.kind, joined=group.joined, source=source)
    for succession in goes.proposed:
        stays.propose_succession(succession.urn, kind=succession.kind, on=succession.on, source=succession.source)


def _carry_over_officer(goes: School, stays: School, reason: str) -> None:
    """Let whoever looks after the later record look after the school, where nobody does: since when they have, unless
    somebody else did then."""
    today = stays.today
    period = next((each for each in goes.link_officers if each.covers(today)), None)
    if period is None or stays.link_officer_on(today) is not None:
        return
    before = [each.until for each in stays.link_officers if each.until is not None]
    stays.assign_link_officer(
        period.officer, from_=max([period.from_, *(day + timedelta(1) for day in before)]), reason=reason
    )
    for cover in goes.covers:
        if cover.to >= today and not any(each.from_ <= cover.to and cover.from_ <= each.to for each in stays.covers):
            stays.arrange_cover(cover.officer, from_=max(cover.from_, period.from_), to=cover.to, reason=reason)


def _successions(rows: Iterable[LinkRow], report: LinksReport) -> dict[tuple[int, int], _Link]:
    """Each succession once, in the successor's words where both ends tell it."""
    found: dict[tuple[int, int], _Link] = {}
    for row in rows:
        if row.direction == SUCCESSOR:
            before = found.get((row.urn, row.linked_urn))
            on = row.on or (before.on if before else None)
            also = (before.line, *before.also) if before else ()
            found[row.urn, row.linked_urn] = _Link(row.line, row.urn, row.linked_urn, row.kind, on, also)
        elif row.direction == PREDECESSOR:
            link = _Link(row.line, row.linked_urn, row.urn, row.kind, row.on)
            first = found.setdefault((link.earlier, link.later), link)
            if first is not link:
                found[link.earlier, link.later] = replace(first, also=(*first.also, row.line))
        else:
            report.other += 1
    return found
