"""Groups of schools (trusts, federations, sponsors) and which school belongs to which."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from providers.catalogue.cells import day, needed, postcode, present, tidy, ukprn, urn
from providers.catalogue.source import Column, Loss, Problem, Progress, WrongFile, open_table


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


def read_groups(path: Path, *, progress: Progress | None = None) -> Iterator[GroupRow | Problem]:
    """The groups of the register; one without number, name or kind, or whose number came before, does not
    count. Raises NotGroups before anything is read."""
    table = open_table(path, ("Group UID", "Group Name", "Group Type"), NotGroups)
    if table.place("URN") is not None:
        raise NotGroups(path, "it lists schools in groups")
    return _groups(table.known(_GROUP_COLUMNS, ("uid", "name", "kind"), progress))


def read_memberships(path: Path, *, progress: Progress | None = None) -> Iterator[MembershipRow | Problem]:
    """The memberships of the register; one without school or group, or that came before, does not count.
    Raises NotMemberships before anything is read."""
    table = open_table(path, ("URN", "Group UID", "Group Name", "Group Type"), NotMemberships)
    identity = ("urn", "group_uid", "group_name", "group_kind")
    return _memberships(table.known(_MEMBERSHIP_COLUMNS, identity, progress))


def _groups(rows: Iterator[Known | Problem]) -> Iterator[GroupRow | Problem]:
    firsts: dict[str, Known] = {}
    for found in rows:
        if isinstance(found, Problem):
            yield found
            continue
        line, known = found
        earlier, told = firsts.setdefault(known["uid"], found)
        if earlier == line:
            yield GroupRow(line, **known)
        else:
            loss = Loss.NONE if known == told else Loss.ONE
            yield Problem(line, "Group UID", known["uid"], f"stands already in line {earlier}", loss)


def _memberships(rows: Iterator[Known | Problem]) -> Iterator[MembershipRow | Problem]:
    firsts: dict[tuple[int, str], Known] = {}
    for found in rows:
        if isinstance(found, Problem):
            yield found
            continue
        line, known = found
        earlier, told = firsts.setdefault((known["urn"], known["group_uid"]), found)
        if earlier == line:
            yield MembershipRow(line, **known)
        else:
            reason = f"this school in this group stands already in line {earlier}"
            loss = Loss.NONE if known == told else Loss.ONE
            yield Problem(line, "URN", str(known["urn"]), reason, loss, known["urn"])


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
    Column("uid", _uid, ("Group UID",)),
    Column("name", needed, ("Group Name",)),
    Column("kind", needed, ("Group Type",)),
    Column("status", present, ("Group Status",)),
    Column("group_id", present, ("Group ID",)),
    Column("companies_house_number", companies_house_number, ("Companies House Number",)),
    Column("ukprn", ukprn, ("UKPRN",)),
    Column("opened", day, ("Open date",), dated=True),
    Column("closed", day, ("Closed Date",), dated=True),
    Column("incorporated", day, ("Incorporated on (open date)",), dated=True),
    Column("street", present, ("Group Street",)),
    Column("locality", present, ("Group Locality",)),
    Column("address3", present, ("Group Address 3",)),
    Column("town", present, ("Group Town",)),
    Column("county", present, ("Group County",)),
    Column("postcode", postcode, ("Group Postcode",)),
    Column("head_title", present, ("Head of Group Title",)),
    Column("head_first_name", present, ("Head of Group First Name",)),
    Column("head_last_name", present, ("Head of Group Last Name",)),
)

_MEMBERSHIP_COLUMNS = (
    Column("urn", urn, ("URN",)),
    Column("group_uid", _uid, ("Group UID",)),
    Column("group_name", needed, ("Group Name",)),
    Column("group_kind", needed, ("Group Type",)),
    Column("group_status", present, ("Group Status",)),
    Column("joined", day, ("Joined date",), dated=True),
)
