"""Where an authority's data lies: a SQLite file of its own, or a schema of its own in a PostgreSQL database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from projections.database import Database, NotADatabase, address_of, open_database
from projections.database_file import files_of, make_database_file

SEARCH_PATH = re.compile(r"-c\s*search_path\s*=\s*([a-z_][a-z0-9_]*)(?=\s|$)")

SHARED = "public"
"""The schema of a PostgreSQL address that names none."""


def schema_of(url: str) -> str | None:
    """The schema that a PostgreSQL address names (`?options=-csearch_path%3Dsis_salford`), None for a SQLite file.

    Raises NotADatabase for an address of another kind, or with options of which the schema cannot be read.
    """
    address = address_of(url)
    if address.get_backend_name() == "sqlite":
        return None
    given = address.query.get("options", ())
    options = given if isinstance(given, str) else " ".join(given)
    if "search_path" not in options:
        return SHARED
    named = SEARCH_PATH.search(options)
    if named is None:
        raise NotADatabase("name one schema, in small letters: ?options=-csearch_path%3Dsis_salford")
    return named[1]


def in_schema(url: str, schema: str) -> str:
    """The address of a schema in the PostgreSQL database that an address names."""
    address = sa.make_url(url).update_query_dict({"options": f"-csearch_path={schema}"})
    return address.render_as_string(hide_password=False)


def default_place(directory_url: str, name: str) -> str:
    """Where a new authority goes if nobody says: where the directory itself lies, in a file or schema of its own."""
    if schema_of(directory_url) is not None:
        return in_schema(directory_url, f"sis_{name.replace('-', '_')}")
    return f"sqlite:///{_file(directory_url).absolute().with_name(f'{name}.sqlite')}"


def printable(url: str) -> str:
    """An address as it may be printed."""
    return sa.make_url(url).render_as_string(hide_password=True)


def is_same_place(one: str, other: str) -> bool:
    """Whether two addresses name the same file, or the same schema of the same database."""
    first, second = sa.make_url(one), sa.make_url(other)
    if schema_of(one) is None or schema_of(other) is None:
        return schema_of(one) is schema_of(other) and _file(one).absolute() == _file(other).absolute()
    servers = {str(address.query.get("host") or (address.host, address.port)) for address in (first, second)}
    return len(servers) == 1 and (first.database, schema_of(one)) == (second.database, schema_of(other))


def is_copied_by(url: str, replica_url: str) -> bool:
    """Whether an address may be that of a PostgreSQL standby which has a place too."""
    schemas = {schema_of(url), schema_of(replica_url)}
    return (
        None not in schemas and len(schemas) == 1 and len({sa.make_url(u).database for u in (url, replica_url)}) == 1
    )


@contextmanager
def open_place(url: str, *, to_read: bool = False) -> Iterator[Database]:
    """The database at a place, let go of afterwards."""
    database = open_database(url, to_read=to_read)
    try:
        yield database
    finally:
        database.close()


def make(url: str) -> None:
    """Make the folder of the file, or the schema, where it is not there yet."""
    schema = schema_of(url)
    if schema is None:
        make_database_file(_file(url))
    elif schema != SHARED:
        _once(url, f"CREATE SCHEMA IF NOT EXISTS {schema}")


_HELD = """
SELECT EXISTS (
    SELECT FROM (
        SELECT 'pg_class'::regclass AS kind, oid, relnamespace AS place FROM pg_class
        UNION ALL SELECT 'pg_proc'::regclass, oid, pronamespace FROM pg_proc
        UNION ALL SELECT 'pg_type'::regclass, oid, typnamespace FROM pg_type
    ) held
    WHERE place = current_schema()::regnamespace AND NOT EXISTS (
        SELECT FROM pg_depend WHERE classid = held.kind AND objid = held.oid AND deptype = 'e'
    )
)
"""
"""Whether a schema holds tables, views, sequences, functions or types that came with no extension."""


def is_empty(url: str) -> bool:
    """Whether there is nothing of anybody's at the place, or no such place."""
    if schema_of(url) is None and not _file(url).exists():
        return True
    with open_place(url, to_read=True) as database, database.reader.connect() as connection:
        if connection.dialect.name == "postgresql":
            return not connection.exec_driver_sql(_HELD).scalar_one()
        found = sa.inspect(connection)
        return not found.get_table_names() and not found.get_view_names()


def remove(url: str) -> None:
    """Throw away the file, or the schema, with all that it holds. The schema `public` is only emptied."""
    schema = schema_of(url)
    if schema is None:
        for each in files_of(_file(url)):
            each.unlink()
        return
    _once(url, f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    if schema == SHARED:
        _once(url, f"CREATE SCHEMA {schema}")


def _once(url: str, statement: str) -> None:
    with open_place(url) as database, database.writer.begin() as connection:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtextextended('sis schemas', 0))")
        connection.exec_driver_sql(statement)


def _file(url: str) -> Path:
    return Path(sa.make_url(url).database or "")
