"""A person's own sessions and tokens."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from domain.account import TokenScopes
from tests.web.accounts.conftest import Door, SignIn, Whoami
from web.accounts import token_commands


def test_a_person_ends_their_other_sessions(anna: UUID, sign_in: SignIn) -> None:
    here, there = sign_in(anna), sign_in(anna)
    assert "End all other sessions" in here.get("/account")
    assert here.client.post("/account/end-other-sessions").status_code == 303
    assert "End all other sessions" not in here.get("/account")
    there.get("/account", status=303)


def test_a_token_is_shown_once_and_can_be_revoked(anna: UUID, sign_in: SignIn, whoami: Whoami) -> None:
    browser = sign_in(anna)
    answers = {"label": "Timetable", "scopes": "read write", "days": "30"}
    shown = browser.send("/account/tokens/new", answers, status=200).text
    [secret] = set(re.findall(r"sis_[0-9a-f]{8}_[\w-]+", shown))
    assert whoami("/api/v1/visits", Authorization=f"Bearer {secret}") == (None, anna)
    page = browser.get("/account")
    assert secret not in page
    assert secret[:12] in page
    [revoke] = re.findall(r'href="(/account/tokens/[^"]+/revoke)"', page)
    browser.send(revoke, {})
    assert whoami("/api/v1/visits", Authorization=f"Bearer {secret}") == (None, None)
    assert "Revoked" in browser.get("/account")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"label": ""}, "Enter a name"),
        ({"scopes": ""}, "Select what it may do"),
        ({"scopes": "everything"}, "Select what it may do"),
        ({"days": "0"}, "must be"),
        ({"days": "400"}, "must be"),
        ({"days": "soon"}, "must be a whole number"),
    ],
)
def test_a_token_is_not_made_by_halves(anna: UUID, sign_in: SignIn, answer: dict[str, str], told: str) -> None:
    answers = {"label": "Timetable", "scopes": "read", "days": "30", **answer}
    page = sign_in(anna).send("/account/tokens/new", answers, status=422).text
    assert "There is a problem" in page
    assert told in page


def test_a_token_form_sent_twice_makes_one_token(anna: UUID, sign_in: SignIn) -> None:
    browser = sign_in(anna)
    form = browser.get("/account/tokens/new")
    answers = {"label": "Timetable", "scopes": "read", "days": "30"}
    browser.send_page("/account/tokens/new", form, answers, status=200)
    again = browser.send_page("/account/tokens/new", form, answers, status=422).text
    assert "shown only once" in again
    assert len(re.findall("/revoke", browser.get("/account"))) == 1


def test_the_token_of_another_is_not_there(anna: UUID, ada: UUID, sign_in: SignIn, door: Door) -> None:
    with door.acting(ada):
        token_commands.make(door.services, ada, label="Reports", scopes=TokenScopes.READ, days=1)
    [revoke] = re.findall(r'href="(/account/tokens/[^"]+/revoke)"', sign_in(ada).get("/account"))
    sign_in(anna).get(revoke, status=404)
    sign_in(anna).client.post(revoke)
    assert "Revoked" not in sign_in(ada).get("/account")
