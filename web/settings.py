"""What a deployment sets, read from the environment once at start."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

VAR = Path("var")


@dataclass(frozen=True)
class Settings:
    """Where the database is, and how the door behaves.

    `database_url` is a SQLAlchemy URL, `replica_url` that of a PostgreSQL standby which answers readings.
    `secret_key` signs form tokens; `secure_cookies` is on behind HTTPS.
    """

    database_url: str
    secret_key: str
    replica_url: str = ""
    secure_cookies: bool = False
    testing: bool = False


def settings_from_environment(*, database_url: str | None = None) -> Settings:
    """The settings of this deployment: SIS_DATABASE_URL, SIS_REPLICA_URL, SIS_SECRET_KEY, SIS_SECURE_COOKIES."""
    return Settings(
        database_url=database_url or os.environ.get("SIS_DATABASE_URL") or database_of("demonstration"),
        secret_key=os.environ.get("SIS_SECRET_KEY") or _kept_secret(),
        replica_url=os.environ.get("SIS_REPLICA_URL", ""),
        secure_cookies=os.environ.get("SIS_SECURE_COOKIES") == "1",
    )


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


def _kept_secret() -> str:
    """A secret of this installation's own, made once, so that a restart signs nobody's forms out."""
    path = VAR / "secret_key"
    if not path.exists():
        VAR.mkdir(exist_ok=True)
        path.write_text(secrets.token_hex(32), encoding="ascii")
        path.chmod(0o600)
    return path.read_text(encoding="ascii").strip()
