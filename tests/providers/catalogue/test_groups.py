from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from providers.catalogue.groups import (
    GroupRow,
    MembershipRow,
    NotGroups,
    NotMemberships,
    companies_house_number,
    read_groups,
    read_memberships,
)
from tests.providers.catalogue.conftest import Written
from tests.providers.catalogue.reading import read, rows

GROUPS = "Group UID,Group Name,Companies House Number,Group Type,Open date,Group Status,Group County\n"
MEMBERSHIPS = ",URN,Group UID,Group Name,Group Type,Group Status,Joined date\n"


@pytest.mark.parametrize(
    ("published", "number"),
    [
        ("6893415.0", "06893415"),
        ("11893415.0", "11893415"),
        ("06893415", "06893415"),
        ("oc301234", "OC301234"),
        ("", None),
    ],
)
def test_a_company_number_that_became_a_decimal_is_repaired(published: str, number: str | None) -> None:
    assert companies_house_number(published) == number


@pytest.mark.parametrize("published", ["6893415.5", "123456789", "OC12", "applied for"])
def test_what_is_no_company_number_is_refused(published: str) -> None:
    with pytest.raises(ValueError, match="Companies House"):
        companies_house_number(published)


def test_a_group_is_read(written: Written) -> None:
    path = written(
        "g.csv", GROUPS + "2053,United  Learning,6893415.0,Multi-academy trust,1900-01-01,Open,Not recorded\n"
    )
    assert rows(read_groups(path)) == [
        GroupRow(
            2,
            "2053",
            "United Learning",
            "Multi-academy trust",
            status="Open",
            companies_house_number="06893415",
            opened=None,
            county=None,
        )
    ]


def test_a_group_counts_once_and_with_a_name_and_number(written: Written) -> None:
    text = (
        GROUPS + "1,A,,Trust,,Open,\n1,B,,Trust,,Open,\n2,,,Trust,,Open,\nx,C,,Trust,,Open,\n3,D,,Trust,soon,Open,\n"
    )
    good, problems = read(read_groups(written("g.csv", text)))
    assert [group.name for group in good] == ["A", "D"]
    assert [(found.line, found.column) for found in problems] == [
        (3, "Group UID"),
        (4, "Group Name"),
        (5, "Group UID"),
        (6, "Open date"),
    ]


def test_a_school_may_be_in_two_groups_but_only_once_in_each(written: Written) -> None:
    text = (
        MEMBERSHIPS
        + "0,100000,1,A,Trust,Open,2018-09-01\n1,100000,2,B,Federation,Open,1900-01-01\n2,100000,1,A,Trust,Open,\n"
    )
    good, problems = read(read_memberships(written("m.csv", text)))
    assert good == [
        MembershipRow(2, 100000, "1", "A", "Trust", "Open", date(2018, 9, 1)),
        MembershipRow(3, 100000, "2", "B", "Federation", "Open", None),
    ]
    assert [(found.line, found.reason) for found in problems] == [
        (4, "this school in this group stands already in line 2")
    ]


def test_groups_and_memberships_are_not_taken_for_each_other(written: Written) -> None:
    with pytest.raises(NotGroups, match="lists schools in groups"):
        read_groups(written("m.csv", MEMBERSHIPS))
    with pytest.raises(NotMemberships) as refused:
        read_memberships(written("g.csv", GROUPS))
    assert refused.value.missing == ("URN",)


@pytest.mark.real_data
def test_the_real_groups_are_read_to_the_last_row(real_data: Path) -> None:
    groups = rows(read_groups(real_data / "gias/groups_2022-07.csv.gz"))
    assert len(groups) == 6_904
    numbers = [group.companies_house_number for group in groups if group.companies_house_number]
    assert len(numbers) == 3_080 + 393
    assert all(re.fullmatch(r"\d{8}", number) for number in numbers)
    assert sum(group.county is not None for group in groups) == 3
    assert all(group.ukprn is None or re.fullmatch(r"1\d{7}", group.ukprn) for group in groups)


@pytest.mark.real_data
def test_the_real_memberships_are_of_the_real_groups(real_data: Path) -> None:
    memberships = rows(read_memberships(real_data / "gias/group_links_2022-07.csv.gz"))
    assert len(memberships) == 20_613
    assert sum(membership.joined is None for membership in memberships) == 1_376
    groups = {group.uid for group in rows(read_groups(real_data / "gias/groups_2022-07.csv.gz"))}
    assert {membership.group_uid for membership in memberships} <= groups
