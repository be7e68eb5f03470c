"""Accounts and password links: one account to a person, one password to a link."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
import sqlalchemy as sa

from domain.account import Account as Record
from domain.account import AccountIsDisabled
from tests.sample_authority import Clock
from tests.web.accounts.conftest import PASSWORD, Door
from web.accounts import account_commands, accounts, password_commands, sessions
from web.accounts.accounts import HasAnAccount, LinkNoLongerValid, NotAnEmailAddress, SignInNameInUse, account_id
from web.runtime.tables import DOOR_TABLES

ANNA, BEN = uuid4(), uuid4()


def topics(door: Door, person: object = ANNA) -> list[str]:
    return [event.TOPIC for event in door.services.store.get(account_id(person))]  # type: ignore[attr-defined, arg-type]


def a_link(door: Door) -> str:
    with door.acting():
        return password_commands.make_password_link(door.services, ANNA)


def set_by(door: Door, link: str, password: str = "another horse battery") -> None:
    with door.acting():
        password_commands.use_password_link(door.services, link, door.passwords.hash(password))


def test_an_account_is_kept_under_its_name_in_small_letters(door: Door) -> None:
    account = door.opens(ANNA, " Anna.Able@Example.ORG ", password=None)
    assert account.sign_in_name == "anna.able@example.org"
    with door.services.read() as connection:
        assert accounts.by_sign_in_name(connection, "ANNA.ABLE@example.org") == account
        assert accounts.of_person(connection, ANNA) == account
        assert accounts.all_accounts(connection) == [account]
    assert topics(door) == ["account.opened"]


@pytest.mark.parametrize("name", ["", "anna", "anna@", "@example.org", "an na@example.org", "a" * 250 + "@b.org"])
def test_a_sign_in_name_is_an_email_address(door: Door, name: str) -> None:
    with pytest.raises(NotAnEmailAddress):
        door.opens(ANNA, name)
    with door.services.read() as connection:
        assert accounts.all_accounts(connection) == []


def test_a_person_has_one_account_at_most(door: Door) -> None:
    door.opens(ANNA, "anna@example.org")
    with pytest.raises(HasAnAccount):
        door.opens(ANNA, "anna2@example.org")


def test_a_name_belongs_to_one_account(door: Door) -> None:
    door.opens(ANNA, "anna@example.org")
    with pytest.raises(SignInNameInUse):
        door.opens(BEN, "ANNA@example.org")
    assert topics(door, BEN) == []


def test_an_account_opened_in_the_log_alone_is_completed_when_opened_again(door: Door) -> None:
    with door.acting():
        door.services.service.add(lambda: Record.open_for(ANNA, "anna@example.org"))
    assert door.opens(ANNA, "anna@example.org", password=None).person == ANNA
    assert topics(door) == ["account.opened"]


def test_a_link_sets_a_password(door: Door) -> None:
    door.opens(ANNA, "anna@example.org", password=None)
    set_by(door, a_link(door))
    assert door.passwords.verify(door.account(ANNA).password_hash, "another horse battery")
    assert topics(door) == ["account.opened", "account.password-link-made", "account.password-set"]


def test_a_link_works_once(door: Door) -> None:
    door.opens(ANNA, "anna@example.org", password=None)
    link = a_link(door)
    set_by(door, link)
    with pytest.raises(LinkNoLongerValid):
        set_by(door, link, "third horse battery")
    assert door.passwords.verify(door.account(ANNA).password_hash, "another horse battery")
    assert topics(door).count("account.password-set") == 1


def test_a_link_used_twice_at_the_same_moment_sets_one_password(door: Door) -> None:
    door.opens(ANNA, "anna@example.org", password=None)
    for _ in range(5):
        link, together = a_link(door), Barrier(2)

        def use(password: str, link: str = link, together: Barrier = together) -> bool:
            together.wait()
            try:
                set_by(door, link, password)
            except LinkNoLongerValid:
                return False
            return True

        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(use, ["first horse battery", "second horse battery"])) == [False, True]


def test_a_link_works_for_two_days(door: Door, clock: Clock) -> None:
    door.opens(ANNA, "anna@example.org", password=None)
    link = a_link(door)
    clock.pass_by(hours=47, minutes=59)
    with door.services.read() as connection:
        assert accounts.account_of_link(connection, link, clock.now).person == ANNA
    clock.pass_by(minutes=1)
    with pytest.raises(LinkNoLongerValid):
        set_by(door, link)


def test_a_newer_link_replaces_an_older_one(door: Door) -> None:
    door.opens(ANNA, "anna@example.org", password=None)
    older, newer = a_link(door), a_link(door)
    with pytest.raises(LinkNoLongerValid, match="was replaced by a newer one"):
        set_by(door, older)
    set_by(door, newer)


def test_a_link_of_one_person_leaves_the_links_of_others_alone(door: Door) -> None:
    door.opens(ANNA, "anna@example.org")
    door.opens(BEN, "ben@example.org")
    link = a_link(door)
    with door.acting():
        password_commands.make_password_link(door.services, BEN)
    set_by(door, link)
    assert door.passwords.verify(door.account(BEN).password_hash, PASSWORD)


def test_a_made_up_link_is_worth_nothing(door: Door) -> None:
    with pytest.raises(LinkNoLongerValid):
        set_by(door, "made-up")


def test_a_new_password_ends_the_sessions_of_the_old_one(door: Door, clock: Clock) -> None:
    door.opens(ANNA, "anna@example.org")
    with door.services.write() as connection:
        cookie = sessions.begin(connection, ANNA, clock.now)
    set_by(door, a_link(door))
    with door.services.read() as connection:
        assert sessions.find(connection, cookie, clock.now) is None


def test_disabling_ends_sessions_and_links_and_enabling_brings_neither_back(door: Door, clock: Clock) -> None:
    door.opens(ANNA, "anna@example.org")
    link = a_link(door)
    with door.services.write() as connection:
        cookie = sessions.begin(connection, ANNA, clock.now)
    with door.acting():
        account_commands.disable(door.services, ANNA, reason="Has left")
    assert door.account(ANNA).status == "disabled"
    with pytest.raises(LinkNoLongerValid):
        set_by(door, link)
    with door.acting():
        account_commands.enable(door.services, ANNA)
    assert door.account(ANNA).status == "active"
    with pytest.raises(LinkNoLongerValid):
        set_by(door, link)
    with door.services.read() as connection:
        assert sessions.find(connection, cookie, clock.now) is None
    assert topics(door)[-2:] == ["account.disabled", "account.enabled"]


def test_a_disabled_account_is_given_no_link(door: Door) -> None:
    door.opens(ANNA, "anna@example.org")
    with door.acting():
        account_commands.disable(door.services, ANNA, reason="Has left")
    with pytest.raises(AccountIsDisabled):
        a_link(door)


def test_nobody_without_an_account_is_given_a_link(door: Door) -> None:
    with pytest.raises(account_commands.NoAccount):
        a_link(door)


def test_no_secret_is_kept_in_any_table_nor_in_the_log(door: Door, clock: Clock) -> None:
    door.opens(ANNA, "anna@example.org")
    link = a_link(door)
    with door.services.write() as connection:
        cookie = sessions.begin(connection, ANNA, clock.now)
    everything = ""
    with door.services.read() as connection:
        for table in (*DOOR_TABLES.sorted_tables, sa.table("events", sa.column("state"), sa.column("meta"))):
            everything += "".join(str(tuple(row)) for row in connection.execute(sa.select(table)))
    assert "anna@example.org" in everything
    for secret in (PASSWORD, link, cookie):
        assert secret not in everything
