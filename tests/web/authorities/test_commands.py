"""`sis authorities`, and `--authority` with every other command."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from tests.databases import Databases
from tests.scenario import TODAY
from tests.web.authorities.conftest import Place, places_of
from web.authorities import moving, places
from web.authorities.directory import Directory, address_hash
from web.cli import main
from web.demonstration.loading import SEED
from web.demonstration.register import write_register
from web.runtime.services import Services

Sis = Callable[..., Result]

HELD = """
SELECT 'relation', relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
UNION ALL SELECT 'function', proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT 'type', typname::text FROM pg_type WHERE typnamespace = 'public'::regnamespace ORDER BY 1, 2
"""
"""What others keep in the schema of a database that everybody shares."""


@pytest.fixture
def place(each_databases: Databases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Place]:
    """Places beside the directory of a deployment."""
    with each_databases.like() as url:
        monkeypatch.setenv("SIS_AUTHORITIES", places_of(url)("sis-authorities"))
        monkeypatch.setenv("SIS_SECRET_KEY", "only for tests")
        monkeypatch.setattr(moving, "HEARD_WITHIN", 0)
        monkeypatch.chdir(tmp_path)
        yield places_of(url)


@pytest.fixture
def sis(place: Place) -> Sis:
    """Run a command; what is typed, and the status it must end with, are given beside it."""

    def run(*words: str, typed: str = "", status: int = 0) -> Result:
        told = CliRunner().invoke(main, words, input=typed)
        assert told.exit_code == status, told.output
        return told

    return run


@pytest.fixture
def directory(place: Place) -> Iterator[Directory]:
    with closing(Directory(place("sis-authorities"))) as directory:
        yield directory


def test_an_authority_is_made_beside_the_directory_and_listed(sis: Sis, directory: Directory) -> None:
    told = sis("authorities", "create", "salford", "--host", "salford.example", "--label", "City of Salford")
    found = directory.named("salford")
    assert places.is_same_place(found.database_url, places.default_place(directory.url, "salford"))
    assert places.printable(found.database_url) in told.output
    listed = sis("authorities", "list").output
    assert re.search(r"^salford +open +salford\.example ", listed, re.M)
    assert "All" in sis("views", "check", "--authority", "salford").output


def test_one_that_cannot_be_made_is_not_listed(sis: Sis, directory: Directory) -> None:
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:1/nowhere"
    create = ("authorities", "create", "salford")
    assert "cannot be reached" in sis(*create, "--host", "s.example", "--database", nowhere, status=1).output
    assert "neither" in sis(*create, "--host", "s.example", "--database", "mysql://x/y", status=1).output
    assert "no host name" in sis(*create, "--host", "http://s.example", status=1).output
    assert "--host" in sis(*create, status=2).output
    assert directory.everyone() == []


def test_a_key_that_cannot_be_used_is_said_before_anything_is_made(
    sis: Sis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SIS_SECRET_KEY")
    monkeypatch.setenv("SIS_AUTHORITIES", str(tmp_path / "deployment" / "authorities.sqlite"))
    (tmp_path / "key").write_text("0" * 64)
    (tmp_path / "key").chmod(0o644)
    monkeypatch.setenv("SIS_SECRET_KEY_FILE", str(tmp_path / "key"))
    sis("authorities", "create", "salford", "--host", "salford.example", status=1)
    assert [each.name for each in tmp_path.iterdir()] == ["key"]


def test_an_empty_directory_is_said(sis: Sis, directory: Directory) -> None:
    assert directory.everyone() == []
    assert "No authorities yet" in sis("authorities", "list").output


def test_the_place_that_an_authority_has_left_is_not_taken_in(sis: Sis, directory: Directory, place: Place) -> None:
    sis("authorities", "create", "salford", "--host", "salford.example")
    left = directory.named("salford").database_url
    sis("authorities", "move", "salford", "--to", place("elsewhere"))
    taking = ("authorities", "create", "trafford", "--host", "t.example", "--database", left)
    assert "The authority has moved to" in sis(*taking, status=1).output
    assert [each.name for each in directory.everyone()] == ["salford"]


def test_what_is_there_is_taken_in_only_if_it_is_named(sis: Sis, directory: Directory) -> None:
    create = ("authorities", "create", "salford", "--host", "salford.example")
    sis(*create)
    url = directory.named("salford").database_url
    directory.remove("salford")
    assert "say --database" in sis(*create, status=1).output
    sis(*create, "--database", url)
    assert directory.named("salford").database_url == url


def test_each_command_is_for_the_authority_that_it_names(sis: Sis, tmp_path: Path) -> None:
    write_register(tmp_path / "register.csv", seed=SEED, on=TODAY)
    for name in ("salford", "trafford"):
        sis("authorities", "create", name, "--host", f"{name}.example")
    sis("import", "schools", "register.csv", "--dated", str(TODAY), "--authority", "salford")
    assert re.search("has [1-9][0-9]+ events", sis("views", "status", "--authority", "salford").output)
    assert "has 0 events" in sis("views", "status", "--authority", "trafford").output


def test_the_environment_names_the_authority_too(sis: Sis, monkeypatch: pytest.MonkeyPatch) -> None:
    sis("authorities", "create", "salford", "--host", "salford.example")
    monkeypatch.setenv("SIS_DATABASE_URL", "sqlite:////nowhere/at/all.sqlite")
    monkeypatch.setenv("SIS_AUTHORITY", "salford")
    assert "The log has 0 events" in sis("views", "status").output


def test_an_authority_that_is_not_listed_is_said(sis: Sis) -> None:
    assert "There is no authority salford" in sis("views", "status", "--authority", "salford", status=1).output
    assert "There is no authority salford" in sis("authorities", "drop", "salford", status=1).output


def test_every_command_that_opens_a_database_takes_the_authority() -> None:
    def leaves(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
        for name, command in group.commands.items():
            if isinstance(command, click.Group):
                yield from leaves(command, (*path, name))
            else:
                yield " ".join((*path, name)), command

    without = {
        path
        for path, command in leaves(main)
        if not any("--authority" in option.opts for option in command.params) and not path.startswith("authorities ")
    }
    assert without == {"run", "reset", "licences"}


def test_accounts_that_are_opened_are_known_in_the_directory(sis: Sis, directory: Directory, place: Place) -> None:
    from tests.sample_authority import Clock, SampleAuthority

    sis("authorities", "create", "salford", "--host", "sis.example")
    sis("authorities", "create", "trafford", "--host", "sis.example")
    with closing(Services(directory.named("salford").database_url)) as services:
        services.prepare_views()
        sample = SampleAuthority(services, Clock())
        reference = sample.reference(sample.administrator())
    told = sis("accounts", "create", reference, "ada@home.example", "--authority", "salford")
    assert told.stdout.startswith("/at/salford/password/")
    assert directory.of_address({address_hash("only for tests", "ada@home.example")}, "home.example") == {"salford"}
    sis("authorities", "change", "trafford", "--host", "trafford.example")
    assert sis("accounts", "link", "ada@home.example", "--authority", "salford").stdout.startswith("/password/")


def test_an_authority_is_closed_opened_and_changed(sis: Sis, directory: Directory) -> None:
    sis("authorities", "create", "salford", "--host", "salford.example")
    sis("authorities", "close", "salford")
    assert "closed" in sis("authorities", "list").output
    sis("authorities", "open", "salford")
    sis("authorities", "change", "salford", "--host", "a.example", "--host", "b.example", "--domain", "salford.uk")
    found = directory.named("salford")
    assert (found.is_open, found.hosts, found.domains) == (True, {"a.example", "b.example"}, {"salford.uk"})


def test_an_authority_is_moved(sis: Sis, directory: Directory, place: Place, tmp_path: Path) -> None:
    write_register(tmp_path / "register.csv", seed=SEED, on=TODAY)
    sis("authorities", "create", "salford", "--host", "salford.example")
    sis("import", "schools", "register.csv", "--dated", str(TODAY), "--authority", "salford")
    told = sis("authorities", "move", "salford", "--to", place("elsewhere")).output
    assert re.search(r"\d+ events up to position \d+, sha256 [0-9a-f]{64}", told)
    assert directory.named("salford").database_url == place("elsewhere")
    assert "All" in sis("views", "check", "--authority", "salford").output
    refused = sis("authorities", "move", "salford", "--to", place("elsewhere"), status=1).output
    assert "there already" in refused


def test_to_a_database_that_holds_something_an_authority_is_moved_into_a_schema_of_its_own(
    sis: Sis, directory: Directory, postgresql_database: str
) -> None:
    """The refusal names the address with which it is done, and what is there stays as it was."""
    with places.open_place(postgresql_database) as council, council.writer.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE council_tax (band text)")
        before = connection.exec_driver_sql(HELD).all()
    sis("authorities", "create", "salford-east", "--host", "salford.example")

    refused = sis("authorities", "move", "salford-east", "--to", postgresql_database, status=1).output

    named = re.search(r"\((postgresql\S+)\)", refused)
    assert named is not None, refused
    assert directory.named("salford-east").moving_to is None
    told = sis("authorities", "move", "salford-east", "--to", named[1]).output
    assert "up to position" in told
    assert "All" in sis("views", "check", "--authority", "salford-east").output
    with places.open_place(postgresql_database) as council, council.reader.connect() as connection:
        assert connection.exec_driver_sql(HELD).all() == before
    sis("authorities", "close", "salford-east")
    sis("authorities", "drop", "salford-east", typed="salford-east\n")
    with places.open_place(postgresql_database) as council, council.reader.connect() as connection:
        assert connection.exec_driver_sql(HELD).all() == before


def test_an_authority_is_dropped_when_its_name_is_typed(sis: Sis, directory: Directory) -> None:
    for name in ("salford", "trafford"):
        sis("authorities", "create", name, "--host", f"{name}.example")
    urls = {each.name: each.database_url for each in directory.everyone()}
    assert "close it first" in sis("authorities", "drop", "salford", status=1).output
    sis("authorities", "close", "salford")
    assert "Nothing was deleted" in sis("authorities", "drop", "salford", typed="trafford\n", status=1).output
    assert not places.is_empty(urls["salford"])
    sis("authorities", "drop", "salford", typed="salford\n")
    assert places.is_empty(urls["salford"])
    assert not places.is_empty(urls["trafford"])
    sis("authorities", "drop", "trafford", "--yes")
    assert directory.everyone() == []
    assert places.is_empty(urls["trafford"])
