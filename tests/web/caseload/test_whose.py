"""Whose caseload somebody begins with, and how the page says so."""

from __future__ import annotations

import re

import pytest

from domain.vocabulary import Role
from tests.web.conftest import SharedAuthority

CHOSEN = re.compile(r'<option value="(\w+)" selected>')


@pytest.mark.parametrize("role", [Role.OFFICER, Role.BROKER, Role.CPD_MANAGER, Role.HEADTEACHER, Role.CHAIR])
def test_who_has_work_of_their_own_begins_with_it(role: Role, shared: SharedAuthority) -> None:
    page = shared.browser(shared.authority.people[role]).get("/caseload").text
    assert CHOSEN.findall(page) == ["mine"]


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.STRATEGIC_LEAD, Role.REVIEWER])
def test_who_looks_at_the_work_of_others_begins_with_everybodys(role: Role, shared: SharedAuthority) -> None:
    person = shared.authority.people[role]
    page = shared.browser(person).get("/caseload").text
    assert CHOSEN.findall(page) == ["everybody"]
    assert "Nothing to do" not in page
    listed = shared.program(person).get("/caseload").json
    assert listed == shared.program(person).get("/caseload?whose=everybody").json


def test_every_page_leads_to_ones_own_account(shared: SharedAuthority) -> None:
    browser = shared.browser(shared.authority.people[Role.HEADTEACHER])
    assert 'href="/account"' in browser.get("/caseload").text
    assert "Your account" in browser.get("/account").text
