"""The web layer's own tables: accounts, sessions, tokens, kept forms, uploads, idempotency keys. None holds a
secret.

What lets somebody in (a session cookie, a password link, an API token) is stored as its SHA-256 alone.
"""

from __future__ import annotations

import hashlib
from typing import Any

import sqlalchemy as sa

from projections.columns import Packed, Utc

DOOR_TABLES = sa.MetaData()
"""These tables, owned by the migrations."""

ACCOUNTS = sa.Table(
    "accounts",
    DOOR_TABLES,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("person", sa.Uuid, nullable=False, unique=True),
    sa.Column("sign_in_name", sa.Text, nullable=False, unique=True),
    sa.Column("password_hash", sa.Text),
    sa.Column("disabled_at", Utc),
)

PASSWORD_LINKS = sa.Table(
    "password_links",
    DOOR_TABLES,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("account", sa.Uuid, sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("expires_at", Utc, nullable=False),
    sa.Column("used_at", Utc),
)

SESSIONS = sa.Table(
    "sessions",
    DOOR_TABLES,
    sa.Column("id_hash", sa.Text, primary_key=True),
    sa.Column("person", sa.Uuid, nullable=False, index=True),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("last_seen_at", Utc, nullable=False),
    sa.Column("expires_at", Utc, nullable=False),
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("revoked_at", Utc),
    sa.Column("proved_at", Utc),
    sa.Column("renew_by", Utc),
)
"""`renew_by` is when the council's sign-in has to confirm a session that it began."""

TOKENS = sa.Table(
    "tokens",
    DOOR_TABLES,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("person", sa.Uuid, nullable=False, index=True),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("prefix", sa.Text, nullable=False, unique=True),
    sa.Column("hash", sa.Text, nullable=False, unique=True),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("expires_at", Utc, nullable=False),
    sa.Column("last_used_at", Utc),
    sa.Column("revoked_at", Utc),
)

SIGN_IN_ATTEMPTS = sa.Table(
    "sign_in_attempts",
    DOOR_TABLES,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("name_hash", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False, index=True),
    sa.Column("succeeded", sa.Boolean, nullable=False),
    sa.Column("device", sa.Text),
    sa.Index("sign_in_attempts_of_name", "name_hash", "at"),
    sa.Index("sign_in_attempts_at_address", "address", "at"),
)

SECOND_FACTORS = sa.Table(
    "second_factors",
    DOOR_TABLES,
    sa.Column("account", sa.Uuid, sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("confirmed_at", Utc),
    sa.Column("last_step", sa.BigInteger, nullable=False),
    sa.Column("recovery", Packed(list[str]), nullable=False),
)
"""What codes are made from (encrypted), the step of the last code used, and the hashes of the recovery codes left."""

COUNCIL_ACCOUNTS = sa.Table(
    "council_accounts",
    DOOR_TABLES,
    sa.Column("person", sa.Uuid, primary_key=True),
    sa.Column("issuer", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("confirmed_at", Utc, nullable=False),
    sa.UniqueConstraint("issuer", "subject"),
)
"""As whom the council's own sign-in (OpenID Connect) knows a person, and when it last confirmed them."""

REQUEST_COUNTS = sa.Table(
    "request_counts",
    DOOR_TABLES,
    sa.Column("key", sa.Uuid, primary_key=True),
    sa.Column("minute", sa.BigInteger, nullable=False),
    sa.Column("used", sa.BigInteger, nullable=False),
)
"""What has been taken of the API's limit in the last minute (since 1970) that a token, or a person, asked in."""

SECURITY_TRAIL = sa.Table(
    "security_trail",
    DOOR_TABLES,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("at", Utc, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("person", sa.Uuid, index=True),
    sa.Column("by", sa.Uuid),
    sa.Column("address", sa.Text),
    sa.Column("detail", sa.Text, nullable=False),
)
"""What happened to accounts and at sign-in (web.accounts.security_trail)."""

KEPT_FORMS = sa.Table(
    "kept_forms",
    DOOR_TABLES,
    sa.Column("person", sa.Uuid, primary_key=True),
    sa.Column("kept_as", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True, index=True),
    sa.Column("kept_at", Utc, nullable=False, index=True),
    sa.Column("path", sa.Text),
    sa.Column("fingerprint", sa.Text),
    sa.Column("answers", Packed(Any)),
)
"""What is kept of forms: that they were carried out, working copies, and answers of people who were signed out
(web.forms.kept)."""

UPLOADS = sa.Table(
    "uploads",
    DOOR_TABLES,
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("stored_at", Utc, nullable=False),
)

WAITING_FILES = sa.Table(
    "waiting_files",
    DOOR_TABLES,
    sa.Column("person", sa.Uuid, primary_key=True),
    sa.Column("form", sa.Uuid, primary_key=True),
    sa.Column("field", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("kept_at", Utc, nullable=False),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
)
"""The files of forms whose answers are being checked, in numbered pieces (web.forms.waiting_files)."""

IDEMPOTENCY_KEYS = sa.Table(
    "idempotency_keys",
    DOOR_TABLES,
    sa.Column("person", sa.Uuid, primary_key=True),
    sa.Column("route", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("body", sa.LargeBinary),
    sa.Column("content_type", sa.Text),
    sa.Column("headers", Packed(dict[str, str])),
    sa.Column("created_at", Utc, nullable=False, index=True),
    sa.Column("record", sa.Uuid),
    sa.Column("version", sa.Integer),
)
"""Requests of the API that were carried out, with the version of the record that answers them, or the answer itself
where there is no one record."""


def fingerprint(secret: str) -> str:
    """What is stored of a long random secret: enough to know it again, not enough to use it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def lock(connection: sa.Connection, table: sa.Table) -> None:
    """Let nobody else change a table until this transaction is over; in SQLite nobody else changes anything."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))


def is_let_in(person: sa.Column[Any]) -> sa.ColumnElement[bool]:
    """The condition that a column's person has no account that is disabled."""
    return ~sa.exists().where(ACCOUNTS.c.person == person, ACCOUNTS.c.disabled_at.is_not(None))
