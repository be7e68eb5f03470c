"""The first administrator of an authority, and the way back in."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from domain.account import Account
from domain.authority import AUTHORITY, Authority
from domain.vocabulary import Channel, Role
from projections import people
from tests.web.conftest import Browser, an_app
from web import open_services
from web.accounts import accounts
from web.cli import main
from web.console import beginning
from web.runtime.services import Services
from web.runtime.settings import settings_from_environment

PASSWORD = "gorse and heather on the moor"
JO = ("--administrator", "Jo Smith", "--email", "jo@example.org")
SAM = ("--administrator", "Sam Jones", "--email", "sam@example.org")


@pytest.fixture(autouse=True)
def deployment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIS_DATABASE_URL", f"sqlite:///{tmp_path / 'new.sqlite'}")
    monkeypatch.setenv("SIS_SECRET_KEY", "only for tests")
    monkeypatch.delenv("SIS_AUTHORITIES", raising=False)


def sis(*words: str, status: int = 0) -> Result:
    result = CliRunner().invoke(main, words)
    assert result.exit_code == status, result.output
    return result


def begin(*words: str, authority: str = "355", status: int = 0) -> Result:
    return sis("begin", "--authority", authority, *words, status=status)


def sign_in(services: Services, link: str, email: str) -> Browser:
    """Set the password at a link and sign in with it; the browser in which that was done."""
    client = an_app(services).test_client()
    assert client.post(link.strip(), data={"password": PASSWORD}).status_code == 303
    assert client.post("/sign-in", data={"sign_in_name": email, "password": PASSWORD}).status_code == 303
    return Browser(client)


@pytest.fixture
def reopened() -> Callable[[], Services]:
    return lambda: open_services(settings_from_environment())


def test_an_empty_database_gets_an_administrator_who_can_sign_in_and_register_others(
    reopened: Callable[[], Services],
) -> None:
    link = begin(*JO).stdout
    services = reopened()
    jo = sign_in(services, link, "jo@example.org")
    jo.send("/people/register", {"name": "Olive Officer", "email": "olive@example.org"})
    assert "Salford" in jo.get("/people/")
    with services.read() as connection:
        assert [person.name for person in people.everybody(connection)] == ["Olive Officer", "Jo Smith"]
        (first,) = people.holders_on(connection, [Role.ADMINISTRATOR], services.today())
    record = services.service.find(Authority, AUTHORITY)
    assert (record.name, record.la_code) == ("Salford", "355")
    signed = [event.meta.signature for event in services.store.get(first.id)]  # type: ignore[attr-defined]
    assert {(each.actor, each.channel.value) for each in signed} == {(None, "command_line")}
    services.close()


@pytest.mark.parametrize("again", [JO, SAM])
def test_an_authority_with_an_administrator_is_not_begun_again(
    again: tuple[str, ...], reopened: Callable[[], Services]
) -> None:
    services = reopened()
    sign_in(services, begin(*JO).stdout, "jo@example.org")
    result = begin(*again, status=1)
    assert "Jo Smith is an administrator already" in result.stderr
    assert result.stdout == ""
    with services.read() as connection:
        assert len(people.everybody(connection)) == 1
    services.close()


@pytest.mark.parametrize("step", ["open_way_in", "print_link"])
def test_broken_off_it_goes_on(step: str, monkeypatch: pytest.MonkeyPatch, reopened: Callable[[], Services]) -> None:
    def broken_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(beginning, step, broken_off)
        begin(*JO, status=1)
    services = reopened()
    sign_in(services, begin(*JO).stdout, "jo@example.org")
    with services.read() as connection:
        assert len(people.everybody(connection)) == 1
    services.close()


def test_access_is_recovered_with_a_reason_and_every_administrator_is_told(reopened: Callable[[], Services]) -> None:
    services = reopened()
    jo = sign_in(services, begin(*JO).stdout, "jo@example.org")
    recover = (*SAM, "--recover")
    assert "Give a --reason" in begin(*recover, status=1).stderr
    link = begin(*recover, "--reason", "Jo Smith has left").stdout
    sam = sign_in(services, link, "sam@example.org")
    for told in (jo, sam):
        assert "Sam Jones was let in as an administrator from the command line: Jo Smith has left" in told.get(
            "/accounts"
        )
    trail = services.service.find_with_history(Authority, AUTHORITY)[1]
    assert [type(event).__name__ for event in trail] == ["Named", "FirstHolderAppointed", "AccessRecovered"]
    services.close()


def test_who_can_sign_in_as_an_administrator_is_named_and_not_let_in_anew(reopened: Callable[[], Services]) -> None:
    services = reopened()
    jo = sign_in(services, begin(*JO).stdout, "jo@example.org")
    refused = begin(*JO, "--recover", "--reason", "Forgot", status=1)
    assert "Jo Smith is an administrator already, whose account lets them sign in" in refused.stderr
    assert "sis accounts --help" in refused.stderr
    assert refused.stdout == ""
    assert "was let in as an administrator" not in jo.get("/accounts")
    let_in = begin(*SAM, "--recover", "--reason", "Jo Smith has left")
    assert "Jo Smith is an administrator already" in let_in.stderr
    assert "Sam Jones is an administrator already" not in let_in.stderr
    services.close()


def test_a_disabled_administrator_can_be_let_in_again(reopened: Callable[[], Services]) -> None:
    services = reopened()
    sign_in(services, begin(*JO).stdout, "jo@example.org")
    with services.read() as connection:
        account = accounts.by_sign_in_name(connection, "jo@example.org")
    assert account is not None
    with services.acting(None, "administrator", Channel.COMMAND_LINE):
        services.service.change(Account, account.id, lambda record: record.disable(reason="By mistake"))
    with services.write() as connection:
        accounts.disable(connection, account, services.now())
    link = begin(*JO, "--recover", "--reason", "Nobody else is left").stdout
    trail = sign_in(services, link, "jo@example.org").get("/audit")
    assert "let Jo Smith in as an administrator: Nobody else is left" in trail
    assert "made Jo Smith an administrator" not in trail
    services.close()


def test_where_there_was_nobody_nothing_is_recovered() -> None:
    result = begin(*JO, "--recover", "--reason", "Lost", status=1)
    assert "leave out --recover" in result.stderr


def test_a_name_with_anothers_address_is_refused() -> None:
    begin(*JO)
    result = begin("--administrator", "Sam Jones", "--email", "JO@example.org", status=1)
    assert "Jo Smith signs in as jo@example.org" in result.stderr


def test_the_database_of_another_authority_is_left_alone() -> None:
    begin(*JO)
    result = begin(*JO, authority="Bolton", status=1)
    assert "This database is that of Salford (355)" in result.stderr


def test_an_authority_that_is_not_known_needs_its_code_and_name(reopened: Callable[[], Services]) -> None:
    assert "--code" in begin(*JO, authority="Wexmoor", status=1).stderr
    assert "names most like it are: Salford" in begin(*JO, authority="Slaford City Council", status=1).stderr
    begin(*JO, "--code", "399", "--called", "Wexmoor Council", authority="Wexmoor")
    services = reopened()
    assert services.service.find(Authority, AUTHORITY).name == "Wexmoor Council"
    services.close()


def test_each_of_several_authorities_is_begun_by_its_name_in_the_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIS_AUTHORITIES", str(tmp_path / "directory.sqlite"))
    for name in ("salford", "trafford"):
        sis("authorities", "create", name, "--host", "sis.example", "--label", name.title())
        said = begin(*JO, authority=name)
        assert re.match(rf"/\S*{name}/password/|/password/", said.stdout)
    assert "salford, trafford" in begin(*JO, authority="bolton", status=1).stderr
    assert "Jo Smith signs in" not in begin(*SAM, authority="salford", status=1).stderr
