"""The search at the top of every page."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from projections import people
from tests.web.conftest import Browser
from tests.world import World

SignIn = Callable[[UUID], Browser]


def leads_to(browser: Browser, typed: str) -> str:
    response = browser.client.get("/search", query_string={"q": typed})
    assert response.status_code == 303
    return response.headers["Location"]


@pytest.mark.parametrize("typed", ["{reference}", " {lower} "])
def test_a_reference_leads_to_its_record(world: World, sign_in: SignIn, typed: str) -> None:
    director = world.director()
    with world.office.read() as connection:
        person = people.by_id(connection, director)
    assert person is not None
    browser = sign_in(director)
    told = typed.format(reference=person.reference, lower=person.reference.lower())
    assert leads_to(browser, told) == f"/people/{person.reference}"


def test_anything_else_leads_to_the_schools(world: World, sign_in: SignIn) -> None:
    browser = sign_in(world.director())
    assert leads_to(browser, "St Paul's & co") == "/schools/?q=St+Paul%27s+%26+co"
    assert leads_to(browser, "SR-2026-9999") == "/schools/?q=SR-2026-9999"


def test_a_specialist_is_told_that_nothing_was_found(world: World, sign_in: SignIn) -> None:
    page = sign_in(world.specialist(uuid4())).get("/search?q=<b>nothing")
    assert "There is no record" in page
    assert "<b>nothing" not in page
