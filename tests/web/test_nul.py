"""A NUL character, which PostgreSQL takes in no text, is refused at every door and never a fault."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import SharedAuthority

ADDRESSES = ["/schools", "/providers", "/people", "/caseload", "/requests", "/engagements", "/search", "/audit"]


@pytest.fixture
def browser(shared: SharedAuthority) -> FlaskClient:
    return shared.browser(shared.authority.director)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_nul_in_a_question_is_refused_on_pages(browser: FlaskClient, address: str) -> None:
    assert browser.get(f"{address}?q=%00").status_code == 422
    assert browser.get(f"{address}?after=SR-2026-0001&after=a%00").status_code == 422
    assert browser.get(f"{address}?%00=x").status_code == 422


@pytest.mark.parametrize("path", ["/schools/9000%0001", "/requests/SR-2026-0001%00/pause", "/%00"])
def test_there_is_nothing_at_an_address_with_a_nul(browser: FlaskClient, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_a_nul_is_refused_in_the_api(shared: SharedAuthority) -> None:
    program = shared.program(shared.authority.director)
    answer = program.get("/schools?text=%00", status=422)
    assert answer.mimetype == "application/problem+json"
    assert "NUL" in answer.get_json()["detail"]
    assert program.get("/schools/9000%0001", status=404).mimetype == "application/problem+json"


def test_a_sign_in_name_with_a_nul_is_nobodys(shared: SharedAuthority) -> None:
    client = shared.app.test_client()
    answer = client.post("/sign-in", data={"sign_in_name": "a\0b@example.org", "password": "wrong horse\0 battery"})
    assert answer.status_code == 422
