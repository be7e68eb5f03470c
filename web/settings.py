"""What a deployment sets, read from the environment once at start."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from web.secret_key import secret_keys

VAR = Path("var")

DEMONSTRATION = "demonstration"
"""The name of the database file where SIS_DATABASE_URL names none."""


@dataclass(frozen=True)
class Settings:
    """Where the database is, and how the door behaves.

    `database_url` is a SQLAlchemy URL, `replica_url` that of a PostgreSQL standby which answers readings.
    `secret_key` signs cookies and form tokens, `older_keys` are still known. `secure_cookies` is on behind HTTPS.
    """

    database_url: str
    secret_key: str
    replica_url: str = ""
    secure_cookies: bool = False
    testing: bool = False
    older_keys: tuple[str, ...] = ()


def settings_from_environment(*, database_url: str | None = None) -> Settings:
    """The settings of this deployment: SIS_DATABASE_URL, SIS_REPLICA_URL, SIS_SECURE_COOKIES, and the secret key.

    Raises BadSecretKey (web.secret_key) where there is no key to be had.
    """
    key, *older = secret_keys(VAR / "secret_key")
    return Settings(
        database_url=database_url or named_database(),
        secret_key=key,
        older_keys=tuple(older),
        replica_url=os.environ.get("SIS_REPLICA_URL", ""),
        secure_cookies=os.environ.get("SIS_SECURE_COOKIES") == "1",
    )


def named_database() -> str:
    """The URL of the database of this deployment: SIS_DATABASE_URL, else the demonstration's."""
    return os.environ.get("SIS_DATABASE_URL") or database_of(DEMONSTRATION)


def serves_several() -> bool:
    """Whether this deployment serves the authorities of a directory, not one alone."""
    return bool(os.environ.get("SIS_AUTHORITIES"))


def authorities_url() -> str:
    """The URL of the directory of authorities: SIS_AUTHORITIES, an address or the path of a SQLite file."""
    named = os.environ.get("SIS_AUTHORITIES") or str(VAR / "authorities.sqlite")
    return named if "://" in named else f"sqlite:///{Path(named).absolute()}"


def database_of(authority: str) -> str:
    """The URL of an authority's own database file under `var/`."""
    return f"sqlite:///{(VAR / f'{authority}.sqlite').absolute()}"
