"""What changes nothing at an account is refused, on pages and at the console: neither the audit trail nor the
security trail, nor the day since when something is so, tells of an act that never happened."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pyotp
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from domain.account import Account, NothingToChange, TokenScopes
from tests.sample_authority import Clock, SampleAuthority
from tests.web.accounts.conftest import Door, SignIn
from tests.web.conftest import HIDDEN, Browser
from web.accounts import (
    account_commands,
    accounts,
    council_accounts,
    council_commands,
    factor_commands,
    factors,
    security_trail,
    session_commands,
    sessions,
    token_commands,
)
from web.console.accounts import accounts as console
from web.runtime.services import Services
from web.runtime.settings import DeploymentSettings
from web.runtime.tables import ACCOUNTS, COUNCIL_ACCOUNTS, SECOND_FACTORS, SECURITY_TRAIL, SESSIONS, TOKENS

Act = Callable[[Door, UUID], object]

WHY = {"reason": "Lost phone"}


def set_up_factor(door: Door, person: UUID) -> None:
    new, now = factors.NewFactor.drawn(), door.services.now()
    code = pyotp.TOTP(new.secret).at(now)
    factor_commands.set_up(
        door.services, door.account(person), new, code, DeploymentSettings("", secret_key="only for tests")
    )


def link_council(door: Door, person: UUID) -> None:
    council_commands.link(door.services, door.account(person), "https://login.example", uuid4().hex)


ACTS: dict[str, Act] = {
    "disable": lambda door, person: account_commands.disable(door.services, person, reason="Has left"),
    "enable": lambda door, person: account_commands.enable(door.services, person),
    "set up a second factor": set_up_factor,
    "remove the second factor": lambda door, person: factor_commands.remove(door.services, person, reason="Lost"),
    "link a council account": link_council,
    "remove the council account": lambda door, person: council_commands.remove(door.services, person, reason="Moved"),
}

BEFORE = {
    "enable": ["disable"],
    "remove the second factor": ["set up a second factor"],
    "remove the council account": ["link a council account"],
}
"""What makes an act change something, where a fresh account does not."""


def everything(door: Door, person: UUID) -> list[object]:
    """What the log and the web layer's tables hold of accounts."""
    told: list[object] = list(door.services.store.get(accounts.account_id(person)))
    with door.services.read_present() as connection:
        for table in (ACCOUNTS, COUNCIL_ACCOUNTS, SECOND_FACTORS, SECURITY_TRAIL, SESSIONS, TOKENS):
            told += [tuple(row) for row in connection.execute(sa.select(table))]
    return told


def noted_of(door: Door, person: UUID) -> int:
    with door.services.read_present() as connection:
        return len(security_trail.entries(connection, person=person))


def does(door: Door, act: str, person: UUID) -> None:
    with door.acting():
        ACTS[act](door, person)


@pytest.mark.parametrize("act", ACTS)
def test_an_act_that_was_done_already_is_refused_and_told_nowhere(
    act: str, anna: UUID, door: Door, clock: Clock
) -> None:
    for each in (*BEFORE.get(act, []), act):
        does(door, each, anna)
    clock.pass_by(days=1)
    before = everything(door, anna)
    with pytest.raises(NothingToChange) as refusal:
        does(door, act, anna)
    assert str(refusal.value).strip()
    assert everything(door, anna) == before


@pytest.mark.parametrize("act", BEFORE)
def test_what_never_was_is_not_undone(act: str, anna: UUID, door: Door) -> None:
    before = everything(door, anna)
    with pytest.raises(NothingToChange):
        does(door, act, anna)
    assert everything(door, anna) == before


TOLD_ALONE: dict[str, Callable[[Account], None]] = {
    "disable": lambda record: record.disable(reason="Has left"),
    "enable": Account.enable,
    "remove the second factor": lambda record: record.remove_second_factor(reason="Lost"),
    "remove the council account": lambda record: record.remove_council_account(reason="Moved"),
}
"""What an earlier release told the log before it did the same at the door."""


@pytest.mark.parametrize("act", TOLD_ALONE)
def test_an_act_that_is_broken_off_leaves_nothing_and_can_be_done_again(
    act: str, anna: UUID, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in BEFORE.get(act, []):
        does(door, each, anna)
    before, noted = everything(door, anna), noted_of(door, anna)
    with monkeypatch.context() as broken:
        for at, name in (
            (accounts, "disable"),
            (accounts, "enable"),
            (factors, "remove"),
            (council_accounts, "remove"),
        ):
            broken.setattr(at, name, lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            does(door, act, anna)
    assert everything(door, anna) == before
    does(door, act, anna)
    assert noted_of(door, anna) == noted + 1


@pytest.mark.parametrize("act", TOLD_ALONE)
def test_what_an_earlier_release_told_the_log_and_did_not_do_is_done(act: str, anna: UUID, door: Door) -> None:
    for each in BEFORE.get(act, []):
        does(door, each, anna)
    with door.acting():
        door.services.service.change(Account, accounts.account_id(anna), TOLD_ALONE[act])
    told, noted = len(list(door.services.store.get(accounts.account_id(anna)))), noted_of(door, anna)
    does(door, act, anna)
    assert len(list(door.services.store.get(accounts.account_id(anna)))) == told
    assert noted_of(door, anna) == noted + 1
    with pytest.raises(NothingToChange):
        does(door, act, anna)


@pytest.mark.parametrize(
    ("path", "answers", "says"),
    [
        ("second-factor", WHY, "has no second factor"),
        ("council-account", WHY, "has no council account"),
        ("enable", {}, "is not disabled"),
    ],
)
def test_the_pages_say_that_there_is_nothing_to_do(
    path: str, answers: dict[str, str], says: str, anna: UUID, ada: UUID, sign_in: SignIn, door: Door
) -> None:
    browser = sign_in(ada)
    page = browser.get(f"/accounts/{anna}")
    before = everything(door, anna)
    assert says in _sent(browser, f"/accounts/{anna}/{path}", page, answers)
    assert everything(door, anna) == before


NOTHING_TO_DO = {
    "second-factor": "This person has no second factor",
    "council-account": "This person has no council account",
}


@pytest.mark.parametrize("path", NOTHING_TO_DO)
def test_a_form_that_would_be_refused_is_not_shown_but_why(
    path: str, anna: UUID, ada: UUID, sample: SampleAuthority, sign_in: SignIn, door: Door
) -> None:
    page = sign_in(ada).get(f"/accounts/{anna}/{path}", status=409)
    assert NOTHING_TO_DO[path] in page
    assert f'href="/accounts/{sample.reference(anna)}"' in page
    assert "Why are you removing it?" not in page
    does(door, BEFORE[{"second-factor": "remove the second factor"}.get(path, "remove the council account")][0], anna)
    told = len(list(door.services.store.get(accounts.account_id(anna))))
    assert "Why are you removing it?" in sign_in(ada).get(f"/accounts/{anna}/{path}")
    assert len(list(door.services.store.get(accounts.account_id(anna)))) == told


def test_an_account_that_is_not_to_be_disabled_says_so_before_a_reason_is_typed(
    anna: UUID, ada: UUID, sign_in: SignIn, door: Door
) -> None:
    browser = sign_in(ada)
    assert "You cannot disable your own account" in browser.get(f"/accounts/{ada}/disable", status=409)
    browser.get(f"/accounts/{anna}/disable")
    does(door, "disable", anna)
    assert "This account is already disabled" in browser.get(f"/accounts/{anna}/disable", status=409)
    assert door.account(ada).disabled_at is None


def test_what_an_earlier_release_told_and_did_not_do_can_still_be_done_by_its_form(
    anna: UUID, ada: UUID, sign_in: SignIn, door: Door
) -> None:
    does(door, "set up a second factor", anna)
    with door.acting():
        door.services.service.change(Account, accounts.account_id(anna), TOLD_ALONE["remove the second factor"])
    browser = sign_in(ada)
    page = browser.get(f"/accounts/{anna}/second-factor")
    with door.services.read_present() as connection:
        assert factors.is_set_up(connection, accounts.account_id(anna))
    browser.send_page(f"/accounts/{anna}/second-factor", page, WHY)
    with door.services.read_present() as connection:
        assert not factors.is_set_up(connection, accounts.account_id(anna))


def test_a_token_that_is_revoked_is_not_offered_to_be_revoked(anna: UUID, sign_in: SignIn, door: Door) -> None:
    browser = sign_in(anna)
    with door.acting(anna):
        token_commands.make(door.services, anna, label="Timetable", scopes=TokenScopes.READ, days=1)
    with door.services.read_present() as connection:
        [id] = connection.execute(sa.select(TOKENS.c.id)).scalars()
    browser.send(f"/account/tokens/{id}/revoke", {})
    assert "already been revoked" in browser.get(f"/account/tokens/{id}/revoke", status=409)


def test_the_day_since_when_an_account_is_disabled_stays(
    anna: UUID, ada: UUID, sign_in: SignIn, sample: SampleAuthority, door: Door
) -> None:
    does(door, "disable", anna)
    since = door.account(anna).disabled_at
    sample.clock.pass_by(days=3)
    browser = sign_in(ada)
    page = browser.get(f"/accounts/{anna}")
    assert "is already disabled" in _sent(browser, f"/accounts/{anna}/disable", page, WHY)
    assert door.account(anna).disabled_at == since


def _sent(browser: Browser, href: str, page: str, answers: dict[str, str]) -> str:
    """The sentence of a refusal: on the form, or on the page to which it leads."""
    hidden = dict(HIDDEN.findall(page))
    return browser.client.post(href, data={**hidden, **answers}, follow_redirects=True).text


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("remove-second-factor", "has no second factor"),
        ("remove-council-account", "has no council account"),
    ],
)
def test_the_console_says_that_there_is_nothing_to_do(
    command: str, says: str, anna: UUID, door: Door, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.set_clock(None)
    monkeypatch.setenv("SIS_DATABASE_URL", str(services.writer.url))
    monkeypatch.setenv("SIS_SECRET_KEY", "only for tests")
    before = everything(door, anna)
    result = CliRunner().invoke(console, [command, "anna@example.org", "--reason", "Lost phone"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert says in result.stderr
    assert everything(door, anna) == before


def test_ending_sessions_of_which_there_are_none_is_told_nowhere(anna: UUID, door: Door, clock: Clock) -> None:
    with door.services.write() as connection:
        value = sessions.begin(connection, anna, clock.now)
    with door.services.read_present() as connection:
        own = sessions.find(connection, value, clock.now)
    assert own is not None
    before = everything(door, anna)
    with pytest.raises(NothingToChange):
        session_commands.end_other_sessions(door.services, own)
    with pytest.raises(NothingToChange):
        session_commands.end_session(door.services, anna, "0" * 16)
    assert everything(door, anna) == before
