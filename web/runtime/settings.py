"""What a deployment sets, read from the environment once at start."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from flask import current_app

from web.runtime.environment import BadSetting, day, secret, whole
from web.runtime.proxy import Network, networks, public_url
from web.runtime.secret_key import secret_keys
from web.runtime.virus_scanner import Scanner, scanner_at

VAR = Path("var")

TOKENS_FOR = timedelta(days=30)

API_LIMIT = 600
"""Requests a minute."""

IMPORT_MIB, MOST_IMPORT_MIB = 100, 500
"""MiB of the files of one import: the national register with all its columns has about 60 MB. A worker holds no more
than the second of all files together."""

LOOPBACK = {"localhost", "127.0.0.1", "::1"}

DEMONSTRATION = "demonstration"
"""The name of the database file where SIS_DATABASE_URL names none."""


@dataclass(frozen=True)
class CouncilSignIn:
    """The council's own sign-in (OpenID Connect): its address, and as what it knows this service.

    A session is renewed there after `renewed_every`; tokens of somebody who was not there for `tokens_for` wait.
    """

    issuer: str
    client_id: str
    client_secret: str
    renewed_every: timedelta = timedelta(hours=8)
    tokens_for: timedelta = TOKENS_FOR


@dataclass(frozen=True)
class DeploymentSettings:
    """Where the database is, and how the web layer behaves.

    `database_url` is a SQLAlchemy URL, `replica_url` that of a PostgreSQL standby which answers readings.
    `secret_key` signs cookies and form tokens, `older_keys` are still known. With `secure_cookies` every cookie is
    for HTTPS alone, else each that is asked for by HTTPS. `trusted_proxies` are those whose word on client, scheme
    and host is taken; `public_url` is the address that people use. From the day `second_factor_from` on,
    administrators, directors and reviewers need a second factor. `council` is the council's own sign-in, if used. The
    `scanner` looks at every file that is added. `api_limit` is how many requests a minute are answered for a token,
    `import_mib` how many MiB the files of an import may have together.
    """

    database_url: str
    secret_key: str
    replica_url: str = ""
    secure_cookies: bool = False
    testing: bool = False
    older_keys: tuple[str, ...] = ()
    trusted_proxies: tuple[Network, ...] = ()
    public_url: str = ""
    second_factor_from: date | None = None
    council: CouncilSignIn | None = None
    scanner: Scanner | None = None
    api_limit: int = API_LIMIT
    import_mib: int = IMPORT_MIB

    @property
    def tokens_for(self) -> timedelta:
        """How long the tokens of somebody count whom the council's sign-in has not confirmed again."""
        return self.council.tokens_for if self.council else TOKENS_FOR


def settings_from_environment(*, database_url: str | None = None) -> DeploymentSettings:
    """The settings of this deployment: SIS_DATABASE_URL, SIS_REPLICA_URL, SIS_SECURE_COOKIES,
    SIS_TRUSTED_PROXIES, SIS_PUBLIC_URL, the secret key, SIS_SCANNER, the address of clamd,
    SIS_SECOND_FACTOR_FROM, the day from which administrators, directors and reviewers need a second
    factor, SIS_API_LIMIT, SIS_IMPORT_MIB, and what `_council` reads.

    Raises BadSecretKey (web.runtime.secret_key) where there is no key to be had, BadSetting
    (web.runtime.environment).
    """
    url = public_url(os.environ.get("SIS_PUBLIC_URL", ""))
    key, *older = secret_keys(VAR / "secret_key")
    return DeploymentSettings(
        database_url=database_url or named_database(),
        secret_key=key,
        older_keys=tuple(older),
        replica_url=os.environ.get("SIS_REPLICA_URL", ""),
        secure_cookies=os.environ.get("SIS_SECURE_COOKIES") == "1" or url.startswith("https:"),
        trusted_proxies=networks(os.environ.get("SIS_TRUSTED_PROXIES", "")),
        public_url=url,
        second_factor_from=day("SIS_SECOND_FACTOR_FROM"),
        council=_council(url),
        scanner=scanner_at(os.environ.get("SIS_SCANNER", "")),
        api_limit=whole("SIS_API_LIMIT", API_LIMIT),
        import_mib=whole("SIS_IMPORT_MIB", IMPORT_MIB, most=MOST_IMPORT_MIB),
    )


def _council(url: str) -> CouncilSignIn | None:
    """SIS_OIDC_ISSUER, SIS_OIDC_CLIENT_ID, SIS_OIDC_CLIENT_SECRET (or its file), SIS_OIDC_RENEW_HOURS and
    SIS_OIDC_TOKEN_DAYS. Raises BadSetting."""
    issuer = os.environ.get("SIS_OIDC_ISSUER", "")
    if not issuer:
        return None
    if serves_several():
        raise BadSetting("SIS_OIDC_ISSUER is for a deployment of one authority, and SIS_AUTHORITIES is set")
    at = urlsplit(issuer)
    if at.query or at.fragment or not (at.scheme == "https" or (at.scheme == "http" and at.hostname in LOOPBACK)):
        raise BadSetting("SIS_OIDC_ISSUER is the address of the council's sign-in, as https://login.example.gov.uk")
    council = CouncilSignIn(
        issuer,
        os.environ.get("SIS_OIDC_CLIENT_ID", ""),
        secret("SIS_OIDC_CLIENT_SECRET"),
        timedelta(hours=whole("SIS_OIDC_RENEW_HOURS", 8)),
        timedelta(days=whole("SIS_OIDC_TOKEN_DAYS", 30)),
    )
    if not council.client_id or not council.client_secret or not url:
        raise BadSetting(
            "SIS_OIDC_ISSUER takes SIS_OIDC_CLIENT_ID, SIS_OIDC_CLIENT_SECRET (or _FILE) and SIS_PUBLIC_URL with it"
        )
    return council


def current_settings() -> DeploymentSettings:
    """The settings of the application that answers the present request."""
    settings: DeploymentSettings = current_app.config["SIS_SETTINGS"]
    return settings


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
