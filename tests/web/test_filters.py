"""A filter that cannot be read is said to be wrong, and nothing is shown as if it were the answer."""

from __future__ import annotations

import inspect
import re

import pytest
from marshmallow import Schema

from domain.vocabulary import Role
from tests.web.conftest import SharedAuthority
from web.commands.listing import Listing
from web.resources import LIST_ENDPOINTS, RESOURCES

UNREADABLE = [
    ("/requests/?school=zzz", "school", "No school has that URN or name"),
    ("/requests/?status=zzz", "status", "Status: select one of the options"),
    ("/requests/?status=triaged&status=zzz", "status", "Status: select one of the options"),
    ("/requests/?urgency=zzz", "urgency", "Urgency: select one of the options"),
    ("/requests/?open=zzz", "open", "Open or ended: select one of the options"),
    ("/requests/gaps?since=zzz", "since", "Recorded since must be a real date"),
    ("/tenders/?school=zzz", "school", "No school has that URN or name"),
    ("/engagements/?kind=zzz", "kind", "Type of support: select one of the options"),
    ("/visits/?from=zzz", "since", "From must be a real date"),
    ("/visits/coverage?year=zzz", "academic_year", "School year must be a whole number"),
    ("/visits/coverage?term=zzz", "term", "Term: select one of the options"),
    ("/records/?status=zzz", "status", "Status: select one of the options"),
    ("/concerns/?review_before=zzz", "review_before", "Review due before must be a real date"),
    ("/providers/?phase=zzz", "phase", "Phase: select one of the options"),
    ("/providers/vetting?standing=zzz", "status", "Status: select one of the options"),
    ("/people/?team=zzz", "team", "Team: select one of the options"),
    ("/notes/?record=zzz", "record", "Enter the reference of a record"),
    ("/files/?record=zzz", "record", "Enter the reference of a record"),
    ("/schools/?status=zzz", "status", "Status: select one of the options"),
    ("/schools/900002/file?purpose=zzz", "purpose", "Purpose: select one of the options"),
    ("/audit?since=zzz", "since", "Enter a real date"),
    ("/audit?purpose=zzz", "purpose", "Purpose: select one of the options"),
]


@pytest.mark.parametrize(("href", "control", "told"), UNREADABLE, ids=[href for href, *_ in UNREADABLE])
def test_a_list_whose_filter_cannot_be_read_shows_nothing_but_what_is_wrong(
    shared: SharedAuthority, href: str, control: str, told: str
) -> None:
    browser = shared.browser(shared.authority.people[Role.DIRECTOR])
    answer = browser.get(href)
    page = answer.text

    assert answer.status_code == 422
    assert re.search(rf'href="#filter-{control}">{told}', page)
    assert f'id="filter-{control}"' in page
    assert re.search(rf'class="govuk-error-message"[^>]*>.*?{told}', page, re.DOTALL)
    assert "Nothing is shown because a filter is wrong" in page
    assert re.search(r"<title\s*>\s*Error: ", page)
    assert 'role="rowheader"' not in page
    assert 'class="app-timeline__item"' not in page
    assert "Filters applied" not in page or "status=triaged" in href


def test_a_filter_that_can_be_read_answers_as_before(shared: SharedAuthority) -> None:
    answer = shared.browser(shared.authority.people[Role.DIRECTOR]).get("/requests/?school=900002")

    assert answer.status_code == 200
    assert "There is a problem" not in answer.text
    assert 'role="rowheader"' in answer.text


@pytest.mark.parametrize("path", ["visits", "records", "requests", "tenders", "engagements", "concerns"])
def test_every_list_is_filtered_by_a_school_as_people_call_it(shared: SharedAuthority, path: str) -> None:
    browser = shared.browser(shared.authority.people[Role.DIRECTOR])
    urn = shared.authority.sample.urn(shared.authority.ours.school)
    by_urn, by_name = (browser.get(f"/{path}/?school={school}").text for school in (urn, "Ashgrove"))

    assert by_name.count('role="rowheader"') == by_urn.count('role="rowheader"') > 0
    assert 'href="#filter-school">Several have that name' in browser.get(f"/{path}/?school=school").text


LISTINGS = [
    *(resource.listing for resource, _ in RESOURCES if resource.listing),
    *(endpoint.listing for endpoint in LIST_ENDPOINTS),
]


@pytest.mark.parametrize("listing", LISTINGS, ids=[listing.row.__name__ for listing in LISTINGS])
def test_a_list_asks_for_no_filter_that_it_does_not_have(listing: Listing) -> None:
    source = inspect.getsource(inspect.getmodule(listing.query) or listing.query)
    asked = set(re.findall(r'\bfilters(?:\.get\(|\[)"(\w+)"', source))
    owned = {name for schema in _filters_beside(listing) for name in schema().fields}

    assert asked <= owned


def _filters_beside(listing: Listing) -> list[type[Schema]]:
    """The filters of the lists whose rows come from the same module."""
    return [
        each.filters
        for each in LISTINGS
        if each.filters and inspect.getmodule(each.query) is inspect.getmodule(listing.query)
    ]
