"""Somebody is always left who can sign in as an administrator: no post ends, nobody leaves and no account is disabled
where that would shut everybody out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest

from domain.person import Person
from domain.signature import LONDON
from domain.vocabulary import Role
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.accounts.conftest import Door, SignIn
from tests.web.conftest import Browser
from tests.web.schools.school_changes import day
from web.accounts import account_commands, administrators
from web.accounts.administrators import OnlyAdministrator

WAY_ON = "Appoint another first"


def ends_post(browser: Browser, sample: SampleAuthority, person: UUID, on: date, status: int) -> str:
    post = sample.services.service.find(Person, person).posts[0].id
    answers = {"number": str(post), **day("until", on), "reason": "Retires"}
    return browser.send(f"/people/{sample.reference(person)}/end-post", answers, status=status).text


def leaves(browser: Browser, sample: SampleAuthority, person: UUID, on: date, status: int) -> str:
    answers = {**day("on", on), "reason": "Retires"}
    return browser.send(f"/people/{sample.reference(person)}/leave", answers, status=status).text


GOING = [ends_post, leaves]
Going = Callable[[Browser, SampleAuthority, UUID, date, int], str]


@pytest.mark.parametrize("goes", GOING)
@pytest.mark.parametrize("on", [TODAY, TODAY + timedelta(days=40)])
def test_the_only_administrator_stays(
    goes: Going, on: date, ada: UUID, sample: SampleAuthority, sign_in: SignIn
) -> None:
    before = len(list(sample.services.store.get(ada)))
    page = goes(sign_in(ada), sample, ada, on, 422)
    assert "Ada Admin is then the only administrator who can sign in" in page
    assert WAY_ON in page
    assert len(list(sample.services.store.get(ada))) == before


@pytest.mark.parametrize("goes", GOING)
@pytest.mark.parametrize("state", ["no account", "no password", "disabled"])
def test_another_who_cannot_sign_in_is_not_enough(
    goes: Going, state: str, ada: UUID, sample: SampleAuthority, door: Door, sign_in: SignIn
) -> None:
    other = sample.person("Bea Backup", Role.ADMINISTRATOR)
    if state != "no account":
        door.opens(other, "bea@example.org", **({"password": None} if state == "no password" else {}))
    if state == "disabled":
        with door.acting(ada):
            account_commands.disable(door.services, other, reason="On leave")
    assert WAY_ON in goes(sign_in(ada), sample, ada, TODAY, 422)


@pytest.mark.parametrize("goes", GOING)
def test_another_who_can_sign_in_lets_one_go(
    goes: Going, ada: UUID, sample: SampleAuthority, door: Door, sign_in: SignIn
) -> None:
    door.opens(sample.person("Bea Backup", Role.ADMINISTRATOR), "bea@example.org")
    goes(sign_in(ada), sample, ada, TODAY, 303)


@pytest.mark.parametrize("goes", GOING)
def test_whose_own_post_ends_before_is_not_enough(
    goes: Going, ada: UUID, sample: SampleAuthority, door: Door, sign_in: SignIn
) -> None:
    other = sample.person("Bea Backup", Role.ADMINISTRATOR)
    door.opens(other, "bea@example.org")
    browser = sign_in(ada)
    goes(browser, sample, other, TODAY + timedelta(days=7), 303)
    assert WAY_ON in goes(browser, sample, ada, TODAY + timedelta(days=8), 422)
    assert WAY_ON in goes(browser, sample, ada, TODAY + timedelta(days=7), 422)
    goes(browser, sample, ada, TODAY + timedelta(days=6), 303)


def test_the_account_of_the_only_administrator_is_not_disabled(ada: UUID, anna: UUID, door: Door) -> None:
    with pytest.raises(OnlyAdministrator), door.acting(anna):
        account_commands.disable(door.services, ada, reason="By mistake")
    assert door.account(ada).status == "active"
    with door.services.read_present() as connection:
        today = door.services.now().astimezone(LONDON).date()
        assert [each.id for each in administrators.who_can_sign_in(connection, today)] == [ada]


def test_others_come_and_go_as_before(ada: UUID, anna: UUID, sample: SampleAuthority, sign_in: SignIn) -> None:
    browser = sign_in(ada)
    ends_post(browser, sample, anna, TODAY, 303)
    leaves(browser, sample, anna, TODAY, 303)
