"""Trusts, federations and other groups, taken in: which school joined and which left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from domain.school import Membership, School, Source
from domain.service import Service, UnitOfWork
from providers.catalogue.groups import MembershipRow
from providers.catalogue.source import RowProblem
from providers.intake.batches import (
    Known,
    OlderThanKnown,
    RecordChange,
    Saved,
    Taken,
    batches,
    carry_out,
    must_be_dated,
    must_be_full,
)

CLOSED = "closed"

ACADEMY_TRUSTS = frozenset({"single-academy trust", "multi-academy trust"})
"""Kinds of groups, in the register's own words in small letters, of which a school belongs to one at a time."""


class KnownMembership(Protocol):
    """What an import has to know of a membership that the product knows."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def joined(self) -> date | None: ...
    @property
    def dated(self) -> date: ...
    @property
    def school_name(self) -> str: ...
    @property
    def school_closed(self) -> bool: ...


Key = tuple[UUID, str]
"""A school and the number of a group."""

Told = dict[Key, tuple[int, Membership]]

KnownGroups = Callable[[], Mapping[tuple[UUID, str], KnownMembership]]
"""Looks up all memberships, by school and number of the group."""


@dataclass(slots=True)
class GroupsReport(Taken):
    """What became of the rows."""

    joined: int = 0
    left: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Joining(RecordChange):
    school: UUID
    group: Membership
    source: Source

    def act(self, work: UnitOfWork) -> None:
        group = self.group
        work.find(School, self.school).join_group(
            group.uid, name=group.name, kind=group.kind, joined=group.joined, source=self.source
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leaving(RecordChange):
    school: UUID
    uid: str
    source: Source

    def act(self, work: UnitOfWork) -> None:
        work.find(School, self.school).leave_group(self.uid, source=self.source)


def import_groups(
    service: Service,
    rows: Iterable[MembershipRow | RowProblem],
    *,
    source: Source,
    known: Known,
    known_groups: KnownGroups,
    full: bool = False,
    force: bool = False,
    progress: Saved | None = None,
) -> GroupsReport:
    """Take in which school belongs to which group; the caller has signed.

    A school leaves a group that the file names without it, or as closed; of groups that the file does not name it
    tells nothing, unless it is `full`: then every membership that it does not hold is over. A row of a URN that its
    school no longer has lets a membership stand, but begins none. A school is in one academy trust at a time: one
    that the file tells in another has left the one before, and of one that it tells in two it tells nothing.
    Raises TooMuchMissing where a full file lacks more than a tenth of the schools known to be in groups, and
    OlderThanKnown where a newer file told otherwise, unless forced; then nothing is changed.
    """
    must_be_dated(source)
    report = GroupsReport(source)
    told, former, closed, named = _members(rows, known, report)
    contested = _in_two_trusts(told)
    for problem in _take_out(told, contested):
        report.leave_out(problem.line)
        report.problems.append(problem)
    there = known_groups()
    in_doubt = {key for key, group in there.items() if key[0] in contested and _is_academy_trust(group)}
    remaining = (former | in_doubt) - told.keys()
    joining = [
        _Joining(line=line, value=group.name, key=f"{school} in {uid}", school=school, group=group, source=source)
        for (school, uid), (line, group) in told.items()
        if not _is_known(group, there.get((school, uid)))
    ]
    if full:
        _must_be_full(there, {*told, *remaining, *closed}, report.problems)
    moved = _in_academy_trusts(told)
    gone = [
        key
        for key, group in there.items()
        if key not in told
        and key not in remaining
        and (full or key[1] in named or (key[0] in moved and _is_academy_trust(group)))
    ]
    differing = [key for key, (_, group) in told.items() if key in there and not _is_known(group, there[key])]
    changed = [there[key] for key in (*gone, *differing)]
    newest = max((membership.dated for membership in changed), default=source.dated)
    if newest > source.dated and not force:
        raise OlderThanKnown(source.dated, newest)
    report.unchanged = len(told) + len(remaining) - len(joining)
    leaving = [
        _Leaving(
            line=1, value=there[school, uid].name, key=f"{school} out of {uid}", school=school, uid=uid, source=source
        )
        for school, uid in gone
    ]
    done = carry_out(service, [*leaving, *joining], report, progress)
    report.joined, report.left = done[_Joining], done[_Leaving]
    return report


def _members(
    rows: Iterable[MembershipRow | RowProblem], known: Known, report: GroupsReport
) -> tuple[Told, set[Key], set[Key], set[str]]:
    """The memberships that the file tells of known schools, with their lines, those of URNs that they no longer have,
    those of groups that have closed, and the groups that it names."""
    told: Told = {}
    former: set[Key] = set()
    closed: set[Key] = set()
    named: set[str] = set()
    for batch in batches(rows):
        found = report.sort_out(batch, known)
        schools = known([row.urn for row in found])
        for row in found:
            named.add(row.group_uid)
            school = schools.get(row.urn)
            if school is None:
                report.is_unknown(row.line)
            elif (row.group_status or "").casefold() == CLOSED:
                closed.add((school.id, row.group_uid))
            elif school.urn != row.urn:
                former.add((school.id, row.group_uid))
            else:
                group = Membership(row.group_uid, row.group_name, row.group_kind, row.joined)
                told.setdefault((school.id, row.group_uid), (row.line, group))
    return told, former, closed, named


def _in_two_trusts(told: Told) -> set[UUID]:
    """The schools that the file itself tells in several academy trusts."""
    trusts = Counter(school for (school, _), (_, group) in told.items() if _is_academy_trust(group))
    return {school for school, number in trusts.items() if number > 1}


def _take_out(told: Told, contested: Collection[UUID]) -> list[RowProblem]:
    """Take the academy trusts of these schools out of what is told: which one is right is not guessed."""
    doubted = {key: told[key] for key in told if key[0] in contested and _is_academy_trust(told[key][1])}
    for key in doubted:
        del told[key]
    return [
        RowProblem(
            line, "Group UID", uid, f"the file tells one school in several academy trusts ({names}): none is taken"
        )
        for (school, uid), (line, _) in doubted.items()
        for names in ["; ".join(group.name for (other, _), (_, group) in doubted.items() if other == school)]
    ]


def _in_academy_trusts(told: Told) -> set[UUID]:
    return {school for (school, _), (_, group) in told.items() if _is_academy_trust(group)}


def _is_academy_trust(group: Membership | KnownMembership) -> bool:
    return group.kind.casefold() in ACADEMY_TRUSTS


def _must_be_full(
    there: Mapping[Key, KnownMembership], told: Collection[Key], problems: Iterable[RowProblem]
) -> None:
    known = {school: member.school_name for (school, _), member in there.items() if not member.school_closed}
    missing = known.keys() - {school for school, _ in told}
    must_be_full("schools in groups", len(known), sorted(known[school] for school in missing), problems)


def _is_known(group: Membership, there: KnownMembership | None) -> bool:
    return there is not None and (group.name, group.kind, group.joined) == (there.name, there.kind, there.joined)
