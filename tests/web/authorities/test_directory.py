"""The directory says where each authority is, and gives no place, host name or domain away twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from web.authorities import places
from web.authorities.directory import Directory, DirectoryRefusal, NoSuchAuthority, address_hash

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)

Place = Callable[[str], str]


@pytest.fixture
def salford(directory: Directory, place: Place) -> str:
    """An authority that is listed."""
    directory.add(
        "salford", label="Salford", database_url=place("salford"), hosts=["Salford.Example."], domains=["@Salford.uk"]
    )
    return "salford"


def test_an_authority_is_listed_as_it_was_entered(directory: Directory, place: Place, salford: str) -> None:
    found = directory.named(salford)
    assert (found.label, found.database_url) == ("Salford", place("salford"))
    assert (found.hosts, found.domains) == ({"salford.example"}, {"salford.uk"})
    assert found.is_served(NOW)
    assert directory.everyone() == [found]


@pytest.mark.parametrize("name", ["", "Salford", "sal ford", "9th", "a" * 41, "sal_ford", "../etc"])
def test_a_name_is_plain(directory: Directory, place: Place, name: str) -> None:
    with pytest.raises(DirectoryRefusal):
        directory.add(name, label="", database_url=place("x"), hosts=["x.example"])


@pytest.mark.parametrize("host", ["https://salford.example", "salford.example:8000", "salford.example/x", ""])
def test_a_host_is_a_host_name_alone(directory: Directory, place: Place, host: str) -> None:
    with pytest.raises(DirectoryRefusal):
        directory.add("salford", label="", database_url=place("x"), hosts=[host])
    assert directory.everyone() == []


def test_a_name_a_place_and_a_domain_are_given_once(directory: Directory, place: Place, salford: str) -> None:
    taken = [
        {"name": salford},
        {"database_url": place("salford")},
        {"domains": ["salford.uk"]},
    ]
    for same in taken:
        other = {"name": "trafford", "label": "", "database_url": place("t"), "hosts": ["t.example"], **same}
        with pytest.raises(DirectoryRefusal):
            directory.add(**other)
    assert len(directory.everyone()) == 1


def test_a_host_may_be_shared(directory: Directory, place: Place, salford: str) -> None:
    directory.add("trafford", label="", database_url=place("t"), hosts=["salford.example", "t.example"])
    assert directory.named("trafford").hosts == {"salford.example", "t.example"}


def test_what_is_given_is_changed_and_nothing_else(directory: Directory, salford: str) -> None:
    directory.change(salford, label="City of Salford", hosts=["sis.salford.example"])
    found = directory.named(salford)
    assert (found.label, found.hosts, found.domains) == ("City of Salford", {"sis.salford.example"}, {"salford.uk"})
    directory.change(salford, is_open=False)
    assert not directory.named(salford).is_served(NOW)


def test_a_replica_is_that_of_the_authority_or_it_is_refused(directory: Directory) -> None:
    server = "postgresql+psycopg://sis@{}/sis?options=-csearch_path%3Dsis_{}"
    directory.add("salford", label="", database_url=server.format("db1", "salford"), hosts=["s.example"])
    directory.change("salford", replica_url=server.format("db2", "salford"))
    assert directory.named("salford").replica_url == server.format("db2", "salford")
    with pytest.raises(DirectoryRefusal, match="same schema"):
        directory.change("salford", replica_url=server.format("db2", "trafford"))
    directory.begin_move("salford", server.format("db3", "salford"))
    directory.end_move("salford", server.format("db3", "salford"))
    assert directory.named("salford").replica_url is None


def test_an_authority_closed_for_a_move_opens_by_itself(directory: Directory, salford: str) -> None:
    directory.close_until(salford, NOW + timedelta(minutes=1))
    found = directory.named(salford)
    assert not found.is_served(NOW)
    assert found.is_served(NOW + timedelta(minutes=1))


def test_the_place_of_a_move_is_taken_from_its_beginning(directory: Directory, place: Place, salford: str) -> None:
    directory.add("trafford", label="", database_url=place("t"), hosts=["t.example"])
    directory.begin_move(salford, place("new"))
    with pytest.raises(DirectoryRefusal):
        directory.begin_move("trafford", place("new"))
    with pytest.raises(DirectoryRefusal):
        directory.end_move("trafford", place("new"))
    directory.end_move(salford, place("new"))
    assert directory.named(salford).database_url == place("new")
    directory.begin_move("trafford", place("salford"))


def test_an_address_is_kept_as_a_hash_that_only_the_deployment_can_make(
    directory: Directory, place: Place, salford: str
) -> None:
    directory.know_address(salford, address_hash("key", "Anna@Example.org"))
    assert directory.of_address({address_hash("key", "anna@example.org ")}, "example.org") == {salford}
    assert directory.of_address({address_hash("another key", "anna@example.org")}, "example.org") == frozenset()
    with places.open_place(directory.url) as database, database.reader.connect() as connection:
        kept = connection.execute(sa.text("SELECT address_hash FROM addresses")).scalars().all()
    assert len(kept) == 1
    assert "anna" not in kept[0]


def test_an_address_that_is_known_counts_before_its_domain(directory: Directory, place: Place, salford: str) -> None:
    directory.add("trafford", label="", database_url=place("t"), hosts=["t.example"])
    assert directory.of_address({"unknown"}, "SALFORD.uk") == {salford}
    directory.know_addresses("trafford", {"hash"})
    assert directory.of_address({"hash"}, "salford.uk") == {"trafford"}
    directory.know_addresses("trafford", {"other"})
    assert directory.of_address({"hash"}, "salford.uk") == {salford}


def test_an_authority_that_is_struck_off_leaves_nothing(directory: Directory, place: Place, salford: str) -> None:
    directory.know_address(salford, "hash")
    directory.remove(salford)
    assert directory.everyone() == []
    assert directory.of_address({"hash"}, "salford.uk") == frozenset()
    with pytest.raises(NoSuchAuthority):
        directory.remove(salford)
    directory.add("trafford", label="", database_url=place("salford"), hosts=["salford.example"])
