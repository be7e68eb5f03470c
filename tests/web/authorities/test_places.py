"""An authority has a file or a schema of its own, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from projections.database import NotADatabase
from tests.databases import with_views
from web.authorities import places

SERVER = "postgresql+psycopg://sis@db1:5432/sis"


def test_the_schema_is_read_from_the_address() -> None:
    assert places.schema_of("sqlite:////srv/sis/salford.sqlite") is None
    assert places.schema_of(SERVER) == "public"
    assert places.schema_of(f"{SERVER}?options=-csearch_path%3Dsis_salford") == "sis_salford"
    assert places.schema_of(f"{SERVER}?options=-c%20work_mem%3D8MB%20-c%20search_path%3Dsis_salford") == "sis_salford"


@pytest.mark.parametrize("named", ["sis_salford,public", "Salford", '"sis; DROP"'])
def test_a_schema_that_is_not_one_plain_name_is_refused(named: str) -> None:
    with pytest.raises(NotADatabase):
        places.schema_of(places.in_schema(SERVER, named))


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(NotADatabase):
        places.schema_of("mysql://db1/sis")


def test_a_new_authority_goes_beside_the_directory() -> None:
    assert (
        places.default_place("sqlite:////srv/sis/authorities.sqlite", "salford")
        == "sqlite:////srv/sis/salford.sqlite"
    )
    beside = places.default_place(places.in_schema(SERVER, "sis_authorities"), "south-holland")
    assert places.schema_of(beside) == "sis_south_holland"
    assert sa.make_url(beside).host == "db1"


def test_a_password_is_not_shown() -> None:
    assert "secret" not in places.printable("postgresql+psycopg://sis:secret@db1/sis")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("sqlite:////srv/a.sqlite", "sqlite:////srv/a.sqlite", True),
        ("sqlite:////srv/a.sqlite", "sqlite:////srv/b.sqlite", False),
        ("sqlite:////srv/a.sqlite", SERVER, False),
        (SERVER, f"{SERVER}?options=-csearch_path%3Dpublic", True),
        (SERVER, f"{SERVER}?options=-csearch_path%3Dsis_salford", False),
        (SERVER, SERVER.replace("db1", "db2"), False),
        (SERVER, SERVER.replace("/sis", "/other"), False),
    ],
)
def test_two_addresses_of_one_place_are_told(one: str, other: str, same: bool) -> None:
    assert places.is_same_place(one, other) is same


def test_a_replica_has_the_same_schema_of_the_same_database() -> None:
    salford = places.in_schema(SERVER, "sis_salford")
    assert places.is_copied_by(salford, salford.replace("db1", "db2"))
    assert not places.is_copied_by(salford, salford.replace("salford", "trafford"))
    assert not places.is_copied_by(salford, SERVER.replace("db1", "db2"))
    assert not places.is_copied_by(salford, salford.replace("/sis?", "/other?"))
    assert not places.is_copied_by("sqlite:////srv/a.sqlite", "sqlite:////srv/a.sqlite")


def test_a_place_is_made_filled_and_removed_without_touching_the_one_beside(place: Callable[[str], str]) -> None:
    for name in ("salford", "salford-east"):
        assert places.is_empty(place(name))
        places.make(place(name))
        with_views(place(name))
        assert not places.is_empty(place(name))
    places.remove(place("salford"))
    assert places.is_empty(place("salford"))
    assert not places.is_empty(place("salford-east"))


ANSWER = "CREATE FUNCTION answer() RETURNS int LANGUAGE sql AS 'SELECT 42'"


@pytest.mark.parametrize(
    "held",
    [
        "CREATE TABLE council_tax (band text)",
        "CREATE VIEW bands AS SELECT 'A' AS band",
        "CREATE SEQUENCE receipts",
        "CREATE TYPE band AS ENUM ('A')",
        ANSWER,
    ],
)
def test_a_schema_in_which_somebody_keeps_anything_is_not_empty(postgresql_database: str, held: str) -> None:
    """An authority that went there would be dropped together with it."""
    assert places.is_empty(postgresql_database)
    with places.open_place(postgresql_database) as database, database.writer.begin() as connection:
        connection.exec_driver_sql(held)
    assert not places.is_empty(postgresql_database)
    assert places.is_empty(places.in_schema(postgresql_database, "sis_salford"))


def test_what_an_extension_has_brought_is_nobodys(postgresql_database: str) -> None:
    with places.open_place(postgresql_database) as database, database.writer.begin() as connection:
        connection.exec_driver_sql(ANSWER)
        connection.exec_driver_sql("ALTER EXTENSION plpgsql ADD FUNCTION answer()")
    assert places.is_empty(postgresql_database)
