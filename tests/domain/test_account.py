"""What is told of accounts: every way in that was given or taken, and no secret."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from domain.account import Account, AccountIsDisabled, NothingToChange, OwnAccount, TokenScopes
from domain.aggregate import ReasonNeeded
from domain.references import record_id
from domain.vocabulary import Personal
from tests.scenario import given, signed

PERSON, ADMINISTRATOR = uuid4(), uuid4()
LATER = datetime(2026, 11, 4, 10, tzinfo=UTC)


def an_account() -> Account:
    with signed(by=ADMINISTRATOR, post="administrator"):
        return Account.open_for(PERSON, "j.smith@example.org")


def a_disabled_account() -> Account:
    account = an_account()
    with signed(by=ADMINISTRATOR, post="administrator"):
        account.disable(reason="Has left the authority")
    return account


def an_account_with_a_token() -> Account:
    account = an_account()
    with signed(by=PERSON):
        account.make_token(label="Timetable", scopes=TokenScopes.READ, prefix="0a1b2c3d", expires_on=date(2027, 2, 1))
    return account


def test_an_account_is_opened_for_a_person_and_found_by_that_person() -> None:
    account = an_account()
    assert account.id == record_id("account", str(PERSON))
    [opened] = account.collect_events()
    assert isinstance(opened, Account.Opened)
    assert opened.sign_in_name == Personal(PERSON, "j.smith@example.org")
    assert opened.meta.about.people == (PERSON,)


def test_a_password_link_is_told_with_its_end_and_without_its_secret() -> None:
    scenario = given(an_account()).when(lambda account: account.make_password_link(expires_at=LATER))
    scenario.then(Account.PasswordLinkMade, person=PERSON, expires_at=LATER)


def test_that_a_password_was_set_is_told() -> None:
    given(an_account()).when(lambda account: account.set_password(), by=PERSON).then(Account.PasswordSet)


def test_an_account_is_disabled_with_a_reason() -> None:
    scenario = given(an_account()).when(lambda account: account.disable(reason="Has left"), by=ADMINISTRATOR)
    scenario.then(Account.Disabled, reason="Has left").then_holds(lambda account: account.is_disabled)


def test_an_account_is_not_disabled_without_a_reason() -> None:
    scenario = given(an_account()).when(lambda account: account.disable(reason="  "))
    scenario.then_refused(ReasonNeeded, field="reason")


def test_nobody_disables_their_own_account() -> None:
    given(an_account()).when(lambda account: account.disable(reason="Enough"), by=PERSON).then_refused(OwnAccount)


def test_disabling_a_disabled_account_is_refused() -> None:
    scenario = given(a_disabled_account()).when(lambda account: account.disable(reason="Again"))
    scenario.then_refused(NothingToChange)


def test_a_disabled_account_is_enabled_again() -> None:
    scenario = given(a_disabled_account()).when(lambda account: account.enable())
    scenario.then(Account.Enabled).then_holds(lambda account: not account.is_disabled)


@pytest.mark.parametrize(
    "act",
    [
        lambda account: account.enable(),
        lambda account: account.revoke_token("0a1b2c3d"),
        lambda account: account.remove_second_factor(reason="Lost phone"),
        lambda account: account.remove_council_account(reason="Has left the council"),
    ],
)
def test_what_would_change_nothing_is_refused(act: Callable[[Account], None]) -> None:
    given(an_account()).when(act).then_refused(NothingToChange)


def test_a_disabled_account_is_given_no_password_link() -> None:
    scenario = given(a_disabled_account()).when(lambda account: account.make_password_link(expires_at=LATER))
    scenario.then_refused(AccountIsDisabled)


def test_a_disabled_account_is_given_no_password() -> None:
    given(a_disabled_account()).when(lambda account: account.set_password()).then_refused(AccountIsDisabled)


def test_a_disabled_account_is_given_no_token() -> None:
    def make_token(account: Account) -> None:
        account.make_token(label="Timetable", scopes=TokenScopes.READ, prefix="0a1b2c3d", expires_on=date(2027, 2, 1))

    given(a_disabled_account()).when(make_token).then_refused(AccountIsDisabled)


def test_a_token_is_told_by_what_it_may_do_and_how_it_begins() -> None:
    def make_token(account: Account) -> None:
        account.make_token(
            label="Timetable", scopes=TokenScopes.READ_WRITE, prefix="0a1b2c3d", expires_on=date(2027, 2, 1)
        )

    given(an_account()).when(make_token, by=PERSON).then(
        Account.TokenMade,
        label="Timetable",
        scopes=TokenScopes.READ_WRITE,
        prefix="0a1b2c3d",
        expires_on=date(2027, 2, 1),
    )


def test_a_token_is_revoked_by_how_it_begins() -> None:
    scenario = given(an_account_with_a_token()).when(lambda account: account.revoke_token("0a1b2c3d"))
    scenario.then(Account.TokenRevoked, label="Timetable", prefix="0a1b2c3d")
    scenario.then_holds(lambda account: not account.tokens)


def test_a_second_factor_is_set_up_once() -> None:
    account = an_account()
    with signed(by=PERSON):
        account.set_up_second_factor()
    given(account).when(lambda account: account.set_up_second_factor(), by=PERSON).then_refused(NothingToChange)


def test_a_council_account_takes_the_place_of_no_other() -> None:
    account = an_account()
    with signed(by=PERSON):
        account.link_council_account(issuer="https://login.example")
    scenario = given(account).when(lambda account: account.link_council_account(issuer="https://other.example"))
    scenario.then_refused(NothingToChange)
