"""Groups of schools (trusts, federations, sponsors) and which school belongs to which."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from providers.catalogue.cells import day, needed, postcode, present, tidy, ukprn, urn
from providers.catalogue.source import Loss, Progress, RowProblem, SourceColumn, WrongFile, open_table


class NotGroups(WrongFile):
    """The file has not the columns of a list of groups."""

    what = "a list of groups of schools"


class NotMemberships(WrongFile):
    """The file has not the columns of a list of schools in groups."""

    what = "a list of schools in groups"


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group. `uid` is the register's number of it; `group_id` (TR.., SP.., FD..) may be absent or shared."""

    line: int
    uid: str
    name: str
    kind: str
    status: str | None = None
    group_id: str | None = None
    companies_house_number: str | None = None
    ukprn: str | None = None
    opened: date | None = None
    closed: date | None = None
    incorporated: date | None = None
    street: str | None = None
    locality: str | None = None
    address3: str | None = None
    town: str | None = None
    county: str | None = None
    postcode: str | None = None
    head_title: str | None = None
    head_first_name: str | None = None
    head_last_name: str | None = None


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """One school's place in one group; a school may be in several. `joined` is None where unknown."""

    line: int
    urn: int
    group_uid: str
    group_name: str
    group_kind: str
    group_status: str | None = None
    joined: date | None = None


Known = tuple[int, dict[str, Any]]
"""The line of a row, and what it tells."""


def read_groups(path: Path, *, progress: Progress | None = None) -> Iterator[GroupRow | RowProblem]:
    """The groups of the register; one without number, name or kind, or whose number came before, does not
    count. Raises NotGroups before anything is read."""
    table = open_table(path, ("Group UID", "Group Name", "Group Type"), NotGroups)
    if table.place("URN") is not None:
        raise NotGroups(path, "it lists schools in groups")
    return _groups(table.known(_GROUP_COLUMNS, ("uid", "name", "kind"), progress))


def read_memberships(path: Path, *, progress: Progress | None = None) -> Iterator[MembershipRow | RowProblem]:
    """The memberships of the register; one without school or group, or that came before, does not count.
    Raises NotMemberships before anything is read."""
    table = open_table(path, ("URN", "Group UID", "Group Name", "Group Type"), NotMemberships)
    identity = ("urn", "group_uid", "group_name", "group_kind")
    return _memberships(table.known(_MEMBERSHIP_COLUMNS, identity, progress))


def _groups(rows: Iterator[Known | RowProblem]) -> Iterator[GroupRow | RowProblem]:
    firsts: dict[str, Known] = {}
    for found in rows:
        if isinstance(found, RowProblem):
            yield found
            continue
        line, known = found
        earlier, told = firsts.setdefault(known["uid"], found)
        if earlier == line:
            yield GroupRow(line, **known)
        else:
            loss = Loss.NONE if known == told else Loss.ONE
            yield RowProblem(line, "Group UID", known["uid"], f"stands already in line {earlier}", loss)


def _memberships(rows: Iterator[Known | RowProblem]) -> Iterator[MembershipRow | RowProblem]:
    firsts: dict[tuple[int, str], Known] = {}
    for found in rows:
        if isinstance(found, RowProblem):
            yield found
            continue
        line, known = found
        earlier, told = firsts.setdefault((known["urn"], known["group_uid"]), found)
        if earlier == line:
            yield MembershipRow(line, **known)
        else:
            reason = f"this school in this group stands already in line {earlier}"
            loss = Loss.NONE if known == told else Loss.ONE
            yield RowProblem(line, "URN", str(known["urn"]), reason, loss, known["urn"])


def companies_house_number(text: str) -> str | None:
    """The 8 characters of a company number; '6893415.0', as a spreadsheet left it, is '06893415'."""
    found = present(text)
    if found is None:
        return None
    number = re.sub(r"\.0+$", "", found).upper()
    number = number.zfill(8) if number.isdigit() else number
    if not re.fullmatch(r"\d{8}|[A-Z]{2}\d{6}", number, re.ASCII):
        raise ValueError("is not a Companies House number")
    return number


def _uid(text: str) -> str:
    found = tidy(text)
    if not re.fullmatch(r"\d{1,7}", found, re.ASCII):
        raise ValueError("is not the number of a group")
    return found


_GROUP_COLUMNS = (
    SourceColumn("uid", _uid, ("Group UID",)),
    SourceColumn("name", needed, ("Group Name",)),
    SourceColumn("kind", needed, ("Group Type",)),
    SourceColumn("status", present, ("Group Status",)),
    SourceColumn("group_id", present, ("Group ID",)),
    SourceColumn("companies_house_number", companies_house_number, ("Companies House Number",)),
    SourceColumn("ukprn", ukprn, ("UKPRN",)),
    SourceColumn("opened", day, ("Open date",), dated=True),
    SourceColumn("closed", day, ("Closed Date",), dated=True),
    SourceColumn("incorporated", day, ("Incorporated on (open date)",), dated=True),
    SourceColumn("street", present, ("Group Street",)),
    SourceColumn("locality", present, ("Group Locality",)),
    SourceColumn("address3", present, ("Group Address 3",)),
    SourceColumn("town", present, ("Group Town",)),
    SourceColumn("county", present, ("Group County",)),
    SourceColumn("postcode", postcode, ("Group Postcode",)),
    SourceColumn("head_title", present, ("Head of Group Title",)),
    SourceColumn("head_first_name", present, ("Head of Group First Name",)),
    SourceColumn("head_last_name", present, ("Head of Group Last Name",)),
)

_MEMBERSHIP_COLUMNS = (
    SourceColumn("urn", urn, ("URN",)),
    SourceColumn("group_uid", _uid, ("Group UID",)),
    SourceColumn("group_name", needed, ("Group Name",)),
    SourceColumn("group_kind", needed, ("Group Type",)),
    SourceColumn("group_status", present, ("Group Status",)),
    SourceColumn("joined", day, ("Joined date",), dated=True),
)
