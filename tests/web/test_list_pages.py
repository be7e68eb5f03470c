"""A list as a page: how much there is, in which order it stands, and what is said where there is nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.exceptions import BadRequest

from domain.concern import CaseStatus, ConcernCase, ConcernKind, ConcernSource, Severity
from domain.support_request import Urgency
from domain.vocabulary import Purpose, Role, Sensitivity
from projections import readings
from tests import grants
from tests.request_context import sent_by
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Browser, SharedAuthority
from web.access.context import Snapshot
from web.access.identity import ListScope, list_scope
from web.commands.listing import Listing, Order, RowsShown
from web.concerns import pages as concerns_room
from web.concerns.commands import concerns
from web.engagements import pages as engagements_room
from web.layout.list_pages import ListColumn, ListPage, Names
from web.layout.paging import in_all
from web.records import pages as records_room
from web.requests import pages as requests_room
from web.schools import pages as schools_room
from web.tenders import pages as tenders_room
from web.visits import pages as visits_room

SignIn = Callable[[UUID], Browser]

COUNT = re.compile(r'class="[^"]*app-filter__count" role="status">([^<]*)<')
CASE = re.compile(r'role="rowheader"[^>]*><a[^>]*href="/concerns/([^"]*)"')
HEADING = re.compile(r'role="columnheader"[^>]*aria-sort="(\w+)"><a[^>]*href="([^"]*)">([^<]*)</a>')
ROW = re.compile(r'role="rowheader"[^>]*>(.*?)</th>', re.DOTALL)
NEXT = re.compile(r'href="([^"]+)" rel="next"')


def worry(sample: SampleAuthority, number: int, school: UUID, **more: Any) -> UUID:
    case = partial(
        ConcernCase.raise_,
        f"CC-2026-{number:04}",
        school=school,
        **{
            "kind": ConcernKind.STAFFING,
            "source": ConcernSource.VISIT,
            "severity": Severity.LOW,
            "detail": "Staff leave",
            "purpose": Purpose.MONITORING,
            "assess_by": TODAY + timedelta(days=7),
            **more,
        },
    )
    with sample.acting(sample.director(), "director"):
        return sample.services.service.add(case).id


def cases(page: str) -> list[str]:
    return [reference.removeprefix("CC-2026-") for reference in CASE.findall(page)]


def headings(page: str) -> dict[str, tuple[str, str]]:
    """By its text, how the list is sorted by a column, and where its heading leads."""
    return {text: (sort, href.replace("&amp;", "&")) for sort, href, text in HEADING.findall(page)}


def following(page: str) -> str:
    found = NEXT.search(page)
    assert found is not None
    return found[1].replace("&amp;", "&")


# How much there is


def test_a_list_says_which_of_how_many_rows_it_shows(sample: SampleAuthority, sign_in: SignIn) -> None:
    school = sample.school()
    for number in range(1, 53):
        worry(sample, number, school)
    director = sign_in(sample.director())

    first = director.get("/concerns/")
    second = director.get(following(first))

    assert COUNT.findall(first) == ["1 to 50 of 52 concerns"]
    assert COUNT.findall(second) == ["51 to 52 of 52 concerns"]
    assert len(cases(first) + cases(second)) == len(set(cases(first) + cases(second))) == 52


@pytest.mark.parametrize(
    ("first", "shown", "total", "said"),
    [
        (1, 1, 1, "1 visit"),
        (1, 20, 20, "20 visits"),
        (1, 20, 143, "1 to 20 of 143 visits"),
        (141, 3, 143, "141 to 143 of 143 visits"),
        (143, 1, 143, "143 of 143 visits"),
        (951, 50, None, "951 to 1,000 of more than 1,000 visits"),
        (None, 50, None, "50 visits after the first 1,000"),
    ],
)
def test_the_number_of_rows_is_said_as_far_as_it_is_known(
    first: int | None, shown: int, total: int | None, said: str
) -> None:
    assert in_all(("visit", "visits"), first, shown, total, 1000) == said


def test_a_total_does_not_tell_of_restricted_cases(sample: SampleAuthority, sign_in: SignIn) -> None:
    school = sample.school()
    head = sample.headteacher(school)
    for number in range(1, 53):
        case = worry(sample, number, school)
        with sample.acting(sample.director(), "director"):
            sample.services.service.change(ConcernCase, case, grants.assess_and_share)
    for number in range(60, 70):
        worry(sample, number, school, sensitivity=Sensitivity.RESTRICTED)

    for query in ("", "?sort=severity", "?sort=-school"):
        page = sign_in(head).get(f"/concerns/{query}")
        assert COUNT.findall(page) == ["1 to 50 of 52 concerns"]
        assert not {f"{number:04}" for number in range(60, 70)} & set(cases(page))
    assert COUNT.findall(sign_in(sample.director()).get("/concerns/")) == ["1 to 50 of 62 concerns"]


def test_a_restricted_case_is_noted_as_read_where_it_was_shown(sample: SampleAuthority, sign_in: SignIn) -> None:
    school = sample.school()
    made = [worry(sample, number, school, sensitivity=Sensitivity.RESTRICTED) for number in range(1, 53)]
    director = sample.director()

    sign_in(director).get("/concerns/")
    with sample.services.read() as connection:
        table = readings.readings.table
        noted = readings.readings.rows(connection, sa.select(table).where(table.c.reader == director))

    assert {each.record for each in noted} == set(made[2:])


# In which order


def test_a_column_sorts_the_list_one_way_and_then_the_other(sample: SampleAuthority, sign_in: SignIn) -> None:
    school = sample.school()
    for number, severity in enumerate([Severity.HIGH, Severity.LOW, Severity.HIGH, Severity.MEDIUM], 1):
        worry(sample, number, school, severity=severity)
    director = sign_in(sample.director())

    usual = director.get("/concerns/")
    assert cases(usual) == ["0004", "0003", "0002", "0001"]
    assert {sort for sort, _ in headings(usual).values()} == {"none"}

    upwards = director.get(headings(usual)["Severity"][1])
    assert cases(upwards) == ["0002", "0004", "0003", "0001"]
    assert headings(upwards)["Severity"][0] == "ascending"
    assert headings(upwards)["Concern"][0] == "none"
    assert "by severity, ascending" in upwards

    downwards = director.get(headings(upwards)["Severity"][1])
    assert cases(downwards) == ["0003", "0001", "0004", "0002"]
    assert headings(downwards)["Severity"][0] == "descending"


def test_the_order_keeps_the_filters_and_goes_on_page_by_page(sample: SampleAuthority, sign_in: SignIn) -> None:
    school, other = sample.school(), sample.school("Beech School")
    for number in range(1, 61):
        worry(sample, number, school if number % 6 else other, severity=list(Severity)[number % 3])
    director = sign_in(sample.director())
    urn = sample.urn(school)

    narrowed = director.get(f"/concerns/?school={urn}")
    newest_first = [number for number in range(60, 0, -1) if number % 6]
    assert COUNT.findall(narrowed) == ["50 concerns"]
    first = director.get(headings(narrowed)["Severity"][1])
    assert cases(first) == [f"{number:04}" for number in sorted(newest_first, key=lambda number: number % 3)]

    every = director.get("/concerns/?sort=severity&status=raised")
    rest = director.get(following(every))
    assert COUNT.findall(rest) == ["51 to 60 of 60 concerns"]
    assert len(set(cases(every) + cases(rest))) == 60
    assert headings(rest)["Severity"][0] == "ascending"
    assert 'name="sort" value="severity"' in rest
    director.get("/concerns/?sort=severity&after=CC-2026-9999", status=400)


def test_what_is_no_column_leaves_the_usual_order(sample: SampleAuthority, sign_in: SignIn) -> None:
    worry(sample, 1, school := sample.school())
    worry(sample, 2, school)
    assert cases(sign_in(sample.director()).get("/concerns/?sort=weather")) == ["0002", "0001"]


@pytest.mark.parametrize(
    ("values", "upwards"),
    [
        ([3, None, 1], [1, 3, None]),
        (["b", "", "A"], ["A", "b", ""]),
        ([date(2026, 3, 1), None, date(2025, 3, 1)], [date(2025, 3, 1), date(2026, 3, 1), None]),
        ([Urgency.URGENT, Urgency.ROUTINE], sorted([Urgency.URGENT, Urgency.ROUTINE], key=list(Urgency).index)),
    ],
)
def test_what_is_empty_stands_last_in_either_order(values: list[Any], upwards: list[Any]) -> None:
    column: ListColumn[Any] = ListColumn("Value", lambda row, _: row)
    filled, empty = [each for each in upwards if each], [each for each in upwards if not each]

    assert column.in_order(values, {}, backwards=False) == upwards
    assert column.in_order(values, {}, backwards=True) == filled[::-1] + empty


LISTS = [
    "/visits/",
    "/records/",
    "/requests/",
    "/requests/gaps",
    "/tenders/",
    "/invitations/",
    "/engagements/",
    "/providers/",
    "/providers/vetting?standing=ended&standing=ends_soon&standing=missing",
    "/concerns/",
    "/people/?gone=true",
    "/notes/",
    "/files/",
    "/imports/",
    "/schools/",
    "/schools/successions",
    "/schools/missed",
]


NOTHING_THERE = {"/requests/gaps", "/schools/successions", "/schools/missed"}
"""Lists of which the authority has nothing."""


@pytest.mark.parametrize("path", LISTS)
def test_every_list_is_sorted_by_each_of_its_columns(shared: SharedAuthority, path: str) -> None:
    seen = 0
    for person in {shared.authority.people[role] for role in (Role.DIRECTOR, Role.ADMINISTRATOR, Role.SPECIALIST)}:
        browser = shared.browser(person)
        page = browser.get(path)
        for _, href in headings(page.text).values() if page.status_code == 200 else ():
            for each in (href, href.replace("sort=", "sort=-")):
                in_order = browser.get(each)
                seen += 1
                assert in_order.status_code == 200, each
                assert sorted(ROW.findall(in_order.text)) == sorted(ROW.findall(page.text)), each
    assert seen or path in NOTHING_THERE


BY_COLUMNS = [
    (page, column)
    for page in (
        concerns_room.LIST,
        engagements_room.LIST,
        records_room.LIST,
        requests_room.LIST,
        schools_room.LIST,
        tenders_room.LIST,
        visits_room.LIST,
    )
    for column in page.columns
    if column.by
]


@pytest.mark.parametrize(
    ("page", "column"), BY_COLUMNS, ids=[f"{page.title}-{column.key}" for page, column in BY_COLUMNS]
)
def test_a_column_of_the_view_sorts_as_what_is_shown_would(
    shared: SharedAuthority, page: ListPage[Any], column: ListColumn[Any]
) -> None:
    """Sorted by the columns alone, or by the rows as this reader is shown them: a column that is told otherwise to
    some would betray by its order what they are not shown."""
    assert page.source.read is not None
    seen = 0
    for role in (Role.DIRECTOR, Role.OFFICER, Role.HEADTEACHER, Role.SPECIALIST):
        with sent_by(shared.app, shared.authority.people[role]) as context, context.read() as snapshot:
            if not snapshot.user.may(page.source.read):
                continue
            of = list_scope(snapshot, page.source.read)
            for backwards in (False, True):
                sort = partial(column.in_order, names=Names({}, snapshot.services), backwards=backwards)
                by_columns, as_shown = (
                    page.listing.counted_page(snapshot, of, {}, None, limit=200, order=Order(sort, by)).rows
                    for by in (column.by, ())
                )
                assert by_columns == as_shown
                seen += len(as_shown)
    assert seen


def test_a_list_sorted_by_a_column_is_walked_page_by_page_however_long_it_is(office: Snapshot) -> None:
    listing, of = short(2, 2), ListScope(everything=True)
    order = Order(lambda rows: sorted(rows, key=lambda row: row.severity.value), ["severity"])
    pages = [listing.counted_page(office, of, {}, None, limit=2, order=order)]
    while pages[-1].following:
        pages.append(listing.counted_page(office, of, {}, pages[-1].following, limit=2, order=order))

    assert [numbers(each) for each in pages] == [[5, 4], [3, 2], [1]]
    assert {(each.is_sorted, each.total) for each in pages} == {(True, 5)}
    assert [each.first for each in pages] == [1, 3, 5]
    with pytest.raises(BadRequest):
        listing.counted_page(office, of, {}, "CC-2026-0999", limit=2, order=order)


# What is too long to be counted or sorted


@pytest.fixture
def office(app: Flask, sample: SampleAuthority) -> Iterator[Snapshot]:
    """What a director reads in a place with five cases."""
    school = sample.school()
    for number in range(1, 6):
        worry(sample, number, school)
    with sent_by(app, sample.director()) as context, context.read() as snapshot:
        yield snapshot


def short(counted_to: int, sorted_to: int) -> Listing:
    assert concerns.listing is not None
    return replace(concerns.listing, counted_to=counted_to, sorted_to=sorted_to)


def numbers(shown: RowsShown) -> list[int]:
    return [int(row.reference[-4:]) for row in shown.rows]


def test_a_list_that_is_too_long_to_be_counted_goes_on_all_the_same(office: Snapshot) -> None:
    listing, of = short(3, 3), ListScope(everything=True)

    pages = [listing.counted_page(office, of, {}, after, limit=2) for after in (None, "CC-2026-0004", "CC-2026-0002")]

    assert [numbers(each) for each in pages] == [[5, 4], [3, 2], [1]]
    assert [each.first for each in pages] == [1, 3, None]
    assert [each.total for each in pages] == [None, None, None]
    assert [each.following for each in pages] == ["CC-2026-0004", "CC-2026-0002", None]


def test_a_list_that_is_too_long_to_be_sorted_stays_in_its_usual_order(office: Snapshot) -> None:
    of, backwards = ListScope(everything=True), Order(lambda rows: rows[::-1])

    long = short(3, 4).counted_page(office, of, {}, None, limit=2, order=backwards)
    whole = short(3, 5).counted_page(office, of, {}, None, limit=2, order=backwards)

    assert (numbers(long), long.is_sorted, long.total) == ([5, 4], False, None)
    assert (numbers(whole), whole.is_sorted, whole.total) == ([1, 2], True, 5)


def test_a_page_goes_on_behind_a_case_that_is_not_listed_any_more(office: Snapshot) -> None:
    shown = short(9, 9).counted_page(
        office, ListScope(everything=True), {"status": [CaseStatus.RAISED]}, "CC-2026-0004", limit=2
    )
    assert (numbers(shown), shown.first, shown.total) == ([3, 2], 3, 5)
