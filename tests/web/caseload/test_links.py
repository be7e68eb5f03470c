"""What stands on a caseload can be opened by its reader; and what a tender is about is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest

from domain.vocabulary import Role
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, SharedAuthority
from tests.web.html_visitor import Page

SignIn = Callable[[UUID], Browser]

NAMED = re.compile(r'data-label="Waiting for">([^<]+)<span class="app-cell-hint">([^<]+)<')

WITHOUT_WORK = {Role.SPECIALIST, Role.ADMINISTRATOR, Role.CHIEF_OFFICER, Role.COUNTERSIGNER}
"""Who reads no caseload, or is asked for decisions alone."""

READERS = [role for role in Role if role not in WITHOUT_WORK]


def links_of(html: str) -> set[str]:
    """The addresses in the tables of a page."""
    return {
        link.attributes["href"]
        for table in Page(html).root.all("table")
        for link in table.all("a")
        if link.attributes.get("href", "").startswith("/")
    }


@pytest.mark.parametrize("role", READERS)
@pytest.mark.parametrize("query", ["", "?whose=everybody"])
def test_every_link_on_a_caseload_opens(shared: SharedAuthority, role: Role, query: str) -> None:
    browser = shared.browser(shared.authority.people[role])
    links = links_of(browser.get(f"/caseload{query}").text)

    assert links or not query
    assert {link: browser.get(link).status_code for link in links} == dict.fromkeys(links, 200)


@pytest.mark.parametrize("reader", ["officer", "headteacher"])
def test_whoever_may_not_open_a_tender_is_led_to_its_request(
    sample: SampleAuthority, sign_in: SignIn, reader: str
) -> None:
    stages = BrokerageStages(sample)
    stages.a_tender()
    person = sample.link_officer(stages.school) if reader == "officer" else stages.head
    browser = sign_in(person)
    pages = [browser.get("/caseload?whose=everybody"), browser.get(f"/schools/{sample.urn(stages.school)}")]

    for page in pages:
        assert "Reply to the invitation" in page
        assert "TN-2026-0001" not in page
        assert "/requests/SR-2026-0001" in links_of(page)
        for link in links_of(page):
            browser.get(link)


def test_whoever_may_open_a_tender_is_led_to_it(sample: SampleAuthority, sign_in: SignIn) -> None:
    stages = BrokerageStages(sample)
    stages.a_tender()

    assert "/tenders/TN-2026-0001" in links_of(sign_in(stages.broker).get("/caseload"))
    assert "/tenders/TN-2026-0001" in links_of(
        sign_in(stages.director).get(f"/people/{sample.reference(stages.broker)}")
    )


def test_a_tender_names_its_school_and_subject(sample: SampleAuthority, sign_in: SignIn) -> None:
    stages = BrokerageStages(sample)
    stages.a_tender()

    page = Page(sign_in(stages.broker).get("/caseload")).root
    row = next(row.text for row in page.all("tr") if "Get quotes or close the invitations" in row.text)

    assert re.search(r"Ashgrove High School.*Mathematics", row)


def test_nobody_is_named_on_the_other_side(sample: SampleAuthority, sign_in: SignIn) -> None:
    """The provider is named where it is to deliver, not the broker; where the school is to agree, no provider."""
    stages = BrokerageStages(sample)
    stages.proposed()
    named = NAMED.findall(sign_in(stages.broker).get("/caseload?whose=everybody"))
    stages.all_agree()
    with stages.brokering():
        stages.delivery.confirm(stages.engagement("BE-2026-0001").id)
    page = sign_in(stages.broker).get("/caseload")
    at_school = sign_in(stages.broker).get(f"/schools/{sample.urn(stages.school)}")

    assert ("Provider", "Calder Learning") in named
    assert "School" not in dict(named)
    assert NAMED.findall(page) == NAMED.findall(at_school) == [("Provider", "Calder Learning")]
