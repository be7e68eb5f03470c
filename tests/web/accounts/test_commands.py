"""Accounts from the command line."""

from __future__ import annotations

from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from tests.sample_authority import SampleAuthority
from tests.web.accounts.conftest import PASSWORD, Door
from web.accounts import accounts as kept
from web.console.accounts import accounts
from web.runtime.services import Services


@pytest.fixture
def ada(sample: SampleAuthority) -> UUID:
    return sample.administrator("Ada Admin")


@pytest.fixture(autouse=True)
def deployment(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands find the same database, and share its clock: the machine's."""
    services.set_clock(None)
    monkeypatch.setenv("SIS_DATABASE_URL", str(services.writer.url))
    monkeypatch.setenv("SIS_SECRET_KEY", "only for tests")


def run(*words: str) -> Result:
    return CliRunner().invoke(accounts, words)


def test_an_account_is_opened_and_its_link_sets_a_password(app: Flask, ada: UUID, door: Door) -> None:
    result = run("create", "pe-2026-0001", "Ada@Example.org")
    assert result.exit_code == 0, result.output
    link = result.stdout.strip()
    client = app.test_client()
    assert client.post(link, data={"password": PASSWORD}).status_code == 303
    answers = {"sign_in_name": "ada@example.org", "password": PASSWORD}
    assert client.post("/sign-in", data=answers).status_code == 303
    channels = [event.meta.signature.channel.value for event in door.services.store.get(kept.account_id(ada))]  # type: ignore[attr-defined]
    assert channels == ["command_line", "command_line", "screen"]


def test_without_an_address_the_persons_own_is_taken(ada: UUID, door: Door) -> None:
    assert run("create", "PE-2026-0001").exit_code == 0
    assert door.account(ada).sign_in_name == "pe-2026-0001@wexmoor.example"


def test_a_person_who_is_not_known_gets_no_account(ada: UUID) -> None:
    result = run("create", "PE-2026-0999", "new@example.org")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "There is no person PE-2026-0999" in result.stderr


def test_a_second_account_of_a_person_is_refused(ada: UUID) -> None:
    run("create", "PE-2026-0001")
    result = run("create", "PE-2026-0001", "other@example.org")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "already has an account" in result.stderr


def test_a_new_link_is_made_by_the_sign_in_name(app: Flask, ada: UUID, door: Door) -> None:
    door.opens(ada, "ada@example.org")
    result = run("link", "ADA@example.org")
    assert result.exit_code == 0
    assert app.test_client().get(result.stdout.strip()).status_code == 200


def test_a_name_that_nobody_has_gets_no_link(ada: UUID) -> None:
    result = run("link", "nobody@example.org")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Nobody signs in as nobody@example.org" in result.stderr


def test_a_link_for_a_post_that_takes_two_takes_a_reason_which_every_administrator_is_told(
    app: Flask, ada: UUID, sample: SampleAuthority, door: Door
) -> None:
    door.opens(ada, "ada@example.org")
    door.opens(sample.director("Dora Director"), "dora@example.org")
    refused = run("link", "dora@example.org")
    assert refused.exit_code == 1
    assert "Give a --reason" in refused.output
    made = run("link", "dora@example.org", "--reason", "Nobody could confirm it")
    assert made.stdout.startswith("/password/")
    client = app.test_client()
    client.post("/sign-in", data={"sign_in_name": "ada@example.org", "password": PASSWORD})
    shown = client.get("/account").text
    assert "The system operator made a password link for Dora Director: Nobody could confirm it" in shown
