"""Whose caseload somebody begins with, and how the page says so."""

from __future__ import annotations

import re

import pytest

from domain.vocabulary import Role
from tests.web.conftest import Standing

CHOSEN = re.compile(r'<option value="(\w+)" selected>')


@pytest.mark.parametrize("role", [Role.OFFICER, Role.BROKER, Role.CPD_MANAGER, Role.HEADTEACHER, Role.CHAIR])
def test_who_has_work_of_their_own_begins_with_it(role: Role, standing: Standing) -> None:
    page = standing.browser(standing.town.people[role]).get("/caseload").text
    assert CHOSEN.findall(page) == ["mine"]


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.STRATEGIC_LEAD, Role.REVIEWER])
def test_who_looks_at_the_work_of_others_begins_with_everybodys(role: Role, standing: Standing) -> None:
    person = standing.town.people[role]
    page = standing.browser(person).get("/caseload").text
    assert CHOSEN.findall(page) == ["everybody"]
    assert "Nothing to do" not in page
    listed = standing.program(person).get("/caseload").json
    assert listed == standing.program(person).get("/caseload?whose=everybody").json


def test_every_page_leads_to_ones_own_account(standing: Standing) -> None:
    browser = standing.browser(standing.town.people[Role.HEADTEACHER])
    assert 'href="/account"' in browser.get("/caseload").text
    assert "Your account" in browser.get("/account").text
