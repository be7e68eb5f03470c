"""The directory of authorities: where each one's database is, and at which addresses it is served.

It is kept in a place of its own and holds nothing of any authority's data. Of the people who sign in at an address
that several authorities share it holds a keyed hash of the e-mail address alone.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from domain.aggregate import Refusal
from projections.columns import Utc
from projections.database import alone, open_database
from web.authorities import places
from web.runtime.migrate import refuse_foreign
from web.runtime.tables import lock

TABLES = sa.MetaData()

AUTHORITIES = sa.Table(
    "authorities",
    TABLES,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("database_url", sa.Text, nullable=False),
    sa.Column("is_open", sa.Boolean, nullable=False),
    sa.Column("closed_until", Utc),
    sa.Column("moving_to", sa.Text),
    sa.Column("replica_url", sa.Text),
)
"""`is_open` says whether it is served at all; `closed_until` is renewed all the while it is moved, so that it opens
by itself if the move is killed; `moving_to` is where a move has begun to copy it; `replica_url` names a standby that
answers readings."""

HOSTS = sa.Table(
    "hosts",
    TABLES,
    sa.Column("host", sa.Text, primary_key=True),
    sa.Column("authority", sa.Text, sa.ForeignKey("authorities.name"), primary_key=True),
)
"""A host that several authorities share has a row for each."""

DOMAINS = sa.Table(
    "mail_domains",
    TABLES,
    sa.Column("domain", sa.Text, primary_key=True),
    sa.Column("authority", sa.Text, sa.ForeignKey("authorities.name"), nullable=False),
)

ADDRESSES = sa.Table(
    "addresses",
    TABLES,
    sa.Column("address_hash", sa.Text, primary_key=True),
    sa.Column("authority", sa.Text, sa.ForeignKey("authorities.name"), primary_key=True),
)

NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")

SCHEMA = "sis_authorities"
"""Where a PostgreSQL address that names no schema keeps the directory."""


class DirectoryRefusal(Refusal):
    """The directory cannot be changed like that."""


class NoDirectory(DirectoryRefusal):
    """No authority was ever listed at this place."""


class NoSuchAuthority(DirectoryRefusal):
    """No authority of that name is listed."""


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """One authority as the directory knows it."""

    name: str
    label: str
    database_url: str
    is_open: bool
    closed_until: datetime | None
    moving_to: str | None
    replica_url: str | None
    hosts: frozenset[str]
    domains: frozenset[str]

    def is_moving(self, now: datetime) -> bool:
        """Whether it is closed for the moment, as it is being moved."""
        return self.closed_until is not None and now < self.closed_until

    def is_served(self, now: datetime) -> bool:
        """Whether requests are let through to it."""
        return self.is_open and not self.is_moving(now)


def address_hash(key: str, address: str) -> str:
    """What the directory holds of an e-mail address; without the deployment's key nobody can try addresses on it."""
    return hmac.new(key.encode(), address.strip().casefold().encode(), hashlib.sha256).hexdigest()


class Directory:
    """The directory at a SQLAlchemy address, made where it is not there yet unless it is only `to_read`.

    Raises NoDirectory where there is nothing to read, Unfit (web.runtime.migrate) for the database of another
    program, and what open_database raises.
    """

    def __init__(self, url: str, *, to_read: bool = False) -> None:
        if places.schema_of(url) == places.SHARED:
            url = places.in_schema(url, SCHEMA)
        self.url = url
        is_empty = places.is_empty(url)
        if is_empty and to_read:
            raise NoDirectory(
                f"no directory of authorities is at {places.printable(url)}: see sis authorities create"
            )
        if not is_empty:
            with places.open_place(url, to_read=True) as database, database.primary.connect() as connection:
                refuse_foreign(connection, AUTHORITIES.name)
        if not to_read:
            places.make(url)
        self._database = open_database(url, to_read=to_read)
        self._writer, self._reader = self._database.writer, self._database.reader
        if to_read:
            return
        with alone(self._writer, "directory"):
            TABLES.create_all(self._writer)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    @contextmanager
    def _changing(self) -> Iterator[sa.Connection]:
        with self._writer.begin() as connection:
            lock(connection, AUTHORITIES)
            yield connection

    def everyone(self) -> list[DirectoryEntry]:
        """All authorities, by name."""
        with self._reader.begin() as connection:
            return _listed(connection)

    def named(self, name: str) -> DirectoryEntry:
        """The authority of a name. Raises NoSuchAuthority."""
        with self._reader.begin() as connection:
            return _named(connection, name)

    def of_address(self, hashes: Collection[str], domain: str) -> frozenset[str]:
        """The names of the authorities at which an address is known, else of the one to which its domain belongs."""
        with self._reader.begin() as connection:
            known = sa.select(ADDRESSES.c.authority).where(ADDRESSES.c.address_hash.in_(hashes))
            found = frozenset(connection.execute(known).scalars())
            by_domain = sa.select(DOMAINS.c.authority).where(DOMAINS.c.domain == domain.casefold())
            return found or frozenset(connection.execute(by_domain).scalars())

    def add(
        self, name: str, *, label: str, database_url: str, hosts: Iterable[str], domains: Iterable[str] = ()
    ) -> None:
        """List an authority. Raises DirectoryRefusal for a name, host or place that cannot be."""
        if not NAME.fullmatch(name):
            raise DirectoryRefusal("A name has only small letters, digits and hyphens, and starts with a letter")
        places.schema_of(database_url)
        with self._changing() as connection:
            everyone = _listed(connection)
            if any(other.name == name for other in everyone):
                raise DirectoryRefusal(f"There is an authority {name} already")
            _refuse_taken(everyone, database_url)
            values = {"name": name, "label": label, "database_url": database_url, "is_open": True}
            connection.execute(AUTHORITIES.insert().values(values))
            _set_hosts(connection, name, hosts)
            _set_domains(connection, name, domains)

    def change(
        self,
        name: str,
        *,
        label: str | None = None,
        hosts: Collection[str] = (),
        domains: Collection[str] = (),
        is_open: bool | None = None,
        replica_url: str | None = None,
    ) -> None:
        """Change what is given; hosts and domains replace those there were, and an empty replica is none.

        Raises DirectoryRefusal.
        """
        given = {"label": label, "is_open": is_open, "replica_url": replica_url}
        values = {column: value for column, value in given.items() if value is not None}
        with self._changing() as connection:
            authority = _named(connection, name)
            if replica_url and not places.is_copied_by(authority.database_url, replica_url):
                raise DirectoryRefusal("A replica holds the same schema of the same database at another server")
            if values:
                _update(connection, name, **values)
            if hosts:
                connection.execute(HOSTS.delete().where(HOSTS.c.authority == name))
                _set_hosts(connection, name, hosts)
            if domains:
                connection.execute(DOMAINS.delete().where(DOMAINS.c.authority == name))
                _set_domains(connection, name, domains)

    def remove(self, name: str) -> None:
        """Strike an authority off. Raises NoSuchAuthority."""
        with self._changing() as connection:
            _named(connection, name)
            for table in (HOSTS, DOMAINS, ADDRESSES):
                connection.execute(table.delete().where(table.c.authority == name))
            connection.execute(AUTHORITIES.delete().where(AUTHORITIES.c.name == name))

    def begin_move(self, name: str, to: str) -> None:
        """An authority is being copied to a place, which nobody else may take. Raises DirectoryRefusal."""
        with self._changing() as connection:
            _refuse_taken([other for other in _listed(connection) if other.name != name], to)
            _update(connection, name, moving_to=to)

    def close_until(self, name: str, until: datetime | None) -> None:
        """Let no request through to an authority until then; None lets them through at once."""
        with self._changing() as connection:
            _update(connection, name, closed_until=until)

    def end_move(self, name: str, to: str) -> None:
        """From now on an authority is at its new place, which has no replica yet.

        Raises DirectoryRefusal if it was to go elsewhere.
        """
        with self._changing() as connection:
            if _named(connection, name).moving_to != to:
                raise DirectoryRefusal(f"{name} is on its way to another place")
            _update(connection, name, database_url=to, moving_to=None, closed_until=None, replica_url=None)

    def know_address(self, name: str, hashed: str) -> None:
        """Somebody can sign in at an authority with the address of this hash."""
        with self._changing() as connection:
            _know(connection, name, [hashed])

    def know_addresses(self, name: str, hashes: Collection[str]) -> None:
        """These are the addresses with which people sign in at an authority, all of them."""
        with self._reader.begin() as connection:
            of_it = sa.select(ADDRESSES.c.address_hash).where(ADDRESSES.c.authority == name)
            known = set(connection.execute(of_it).scalars())
        if known == set(hashes):
            return
        with self._changing() as connection:
            connection.execute(ADDRESSES.delete().where(ADDRESSES.c.authority == name))
            _know(connection, name, hashes)


def _listed(connection: sa.Connection, name: str | None = None) -> list[DirectoryEntry]:
    def of_each(column: sa.Column[str], authority: sa.Column[str]) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for owner, value in connection.execute(sa.select(authority, column)):
            found.setdefault(owner, set()).add(value)
        return found

    hosts, domains = of_each(HOSTS.c.host, HOSTS.c.authority), of_each(DOMAINS.c.domain, DOMAINS.c.authority)
    query = AUTHORITIES.select().order_by(AUTHORITIES.c.name)
    return [
        DirectoryEntry(
            **row, hosts=frozenset(hosts.get(row["name"], ())), domains=frozenset(domains.get(row["name"], ()))
        )
        for row in connection.execute(query if name is None else query.where(AUTHORITIES.c.name == name)).mappings()
    ]


def _named(connection: sa.Connection, name: str) -> DirectoryEntry:
    found = _listed(connection, name)
    if not found:
        raise NoSuchAuthority(f"There is no authority {name}")
    return found[0]


def _refuse_taken(others: Iterable[DirectoryEntry], place: str) -> None:
    for other in others:
        if any(places.is_same_place(place, taken) for taken in (other.database_url, other.moving_to) if taken):
            raise DirectoryRefusal(f"The authority {other.name} has that place")


def _update(connection: sa.Connection, name: str, **values: object) -> None:
    connection.execute(AUTHORITIES.update().where(AUTHORITIES.c.name == name).values(values))


def _set_hosts(connection: sa.Connection, name: str, hosts: Iterable[str]) -> None:
    for host in {host.casefold().rstrip(".") for host in hosts}:
        if not HOST.fullmatch(host):
            raise DirectoryRefusal(f"{host} is no host name: leave out scheme, port and path")
        connection.execute(HOSTS.insert().values(host=host, authority=name))


def _set_domains(connection: sa.Connection, name: str, domains: Iterable[str]) -> None:
    for domain in {domain.casefold().lstrip("@") for domain in domains}:
        of_whom = sa.select(DOMAINS.c.authority).where(DOMAINS.c.domain == domain)
        if (taken := connection.execute(of_whom).scalar()) is not None:
            raise DirectoryRefusal(f"Addresses at {domain} belong to {taken} already")
        connection.execute(DOMAINS.insert().values(domain=domain, authority=name))


def _know(connection: sa.Connection, name: str, hashes: Iterable[str]) -> None:
    of_it = sa.select(ADDRESSES.c.address_hash).where(ADDRESSES.c.authority == name)
    known = set(connection.execute(of_it).scalars())
    for hashed in set(hashes) - known:
        connection.execute(ADDRESSES.insert().values(address_hash=hashed, authority=name))
