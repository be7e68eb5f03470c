"""Trusts, federations and other groups, taken in: which school joined and which left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from uuid import UUID

from domain.school import Membership, School, Source
from domain.service import Service, Work
from providers.catalogue.groups import MembershipRow
from providers.catalogue.source import Problem
from providers.intake.batches import Known, OlderThanKnown, Saved, Step, batches, carry_out

CLOSED = "closed"


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


KnownGroups = Callable[[], Mapping[tuple[UUID, str], KnownMembership]]
"""Looks up all memberships, by school and number of the group."""


@dataclass(slots=True)
class GroupsReport:
    """What became of the rows; `unknown` counts those of schools that the product does not know."""

    source: Source
    joined: int = 0
    left: int = 0
    unchanged: int = 0
    unknown: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Joining:
    school: UUID
    group: Membership
    source: Source

    @property
    def key(self) -> str:
        return f"{self.school} in {self.group.uid}"

    def act(self, work: Work) -> None:
        group = self.group
        work.find(School, self.school).join_group(
            group.uid, name=group.name, kind=group.kind, joined=group.joined, source=self.source
        )


@dataclass(frozen=True, slots=True)
class _Leaving:
    school: UUID
    uid: str
    source: Source

    @property
    def key(self) -> str:
        return f"{self.school} out of {self.uid}"

    def act(self, work: Work) -> None:
        work.find(School, self.school).leave_group(self.uid, source=self.source)


def import_groups(
    service: Service,
    rows: Iterable[MembershipRow | Problem],
    *,
    source: Source,
    known: Known,
    known_groups: KnownGroups,
    force: bool = False,
    progress: Saved | None = None,
) -> GroupsReport:
    """Take in which school belongs to which group; the caller has signed.

    A school leaves a group that the file names without it, or as closed; of groups that the file does not name it
    tells nothing. A row of a URN that its school no longer has lets a membership stand, but begins none.
    Raises OlderThanKnown, and changes nothing, where a newer file told otherwise, unless forced.
    """
    report = GroupsReport(source)
    told, former, named = _members(rows, known, report)
    there = known_groups()
    standing = former - told.keys()
    joining: list[Step] = [
        _Joining(school, group, source)
        for (school, uid), group in told.items()
        if not _is_known(group, there.get((school, uid)))
    ]
    gone = [key for key in there if key[1] in named and key not in told and key not in standing]
    changed = [there[key] for key in (*gone, *told) if key in there and not _is_known(told.get(key), there[key])]
    newest = max((membership.dated for membership in changed), default=source.dated)
    if newest > source.dated and not force:
        raise OlderThanKnown(source.dated, newest)
    report.joined, report.left, report.unchanged = len(joining), len(gone), len(told) + len(standing) - len(joining)
    carry_out(service, [*joining, *(_Leaving(school, uid, source) for school, uid in gone)], progress)
    return report


def _members(
    rows: Iterable[MembershipRow | Problem], known: Known, report: GroupsReport
) -> tuple[dict[tuple[UUID, str], Membership], set[tuple[UUID, str]], set[str]]:
    """The memberships that the file tells of known schools, those of URNs that they no longer have, and the groups
    that it names."""
    told: dict[tuple[UUID, str], Membership] = {}
    former: set[tuple[UUID, str]] = set()
    named: set[str] = set()
    for batch in batches(rows):
        report.problems += (row for row in batch if isinstance(row, Problem))
        found = [row for row in batch if isinstance(row, MembershipRow)]
        schools = known([row.urn for row in found])
        for row in found:
            named.add(row.group_uid)
            school = schools.get(row.urn)
            if school is None:
                report.unknown += 1
            elif (row.group_status or "").casefold() == CLOSED:
                continue
            elif school.urn != row.urn:
                former.add((school.id, row.group_uid))
            else:
                group = Membership(row.group_uid, row.group_name, row.group_kind, row.joined)
                told.setdefault((school.id, row.group_uid), group)
    return told, former, named


def _is_known(group: Membership | None, there: KnownMembership | None) -> bool:
    if group is None or there is None:
        return False
    return (group.name, group.kind, group.joined) == (there.name, there.kind, there.joined)
