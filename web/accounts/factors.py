"""Second factors: time-based codes (RFC 6238) from an app on a person's phone, and codes for when it is lost.

The secret is encrypted with a key that follows from the deployment's, so that a copy of the database alone gives
nobody a code. Each code lets in once.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from uuid import UUID

import pyotp
import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy.dialects.postgresql import insert

from domain.aggregate import Refusal
from web.accounts.tables import SECOND_FACTORS, fingerprint
from web.settings import Settings

STEP = 30
"""Seconds for which a code holds; the one before and the one after are taken too, for clocks that differ."""

RECOVERY_CODES = 10

FACTOR = SECOND_FACTORS.c


class WrongCode(Refusal):
    """It is neither a code of this moment that has not been used, nor a recovery code."""


@dataclass(frozen=True, slots=True)
class Factor:
    """A person's second factor; it counts once it is confirmed by a code. `secret` is None where the key that
    encrypted it is gone, `recovery` the hashes of the recovery codes that are left."""

    secret: str | None
    confirmed_at: datetime | None
    last_step: int
    recovery: tuple[str, ...]

    def address(self, name: str, service: str) -> str:
        """What an app reads from the picture: `name` is whom the codes let in, `service` where."""
        return pyotp.TOTP(self.secret or "", interval=STEP).provisioning_uri(name=name, issuer_name=service)


def of_account(
    connection: sa.Connection, account: UUID, settings: Settings, *, to_use: bool = False
) -> Factor | None:
    """The factor of an account, confirmed or not; `to_use`, nobody else uses it until the transaction is over."""
    query = SECOND_FACTORS.select().where(FACTOR.account == account)
    row = connection.execute(query.with_for_update() if to_use else query).first()
    if row is None:
        return None
    try:
        secret = _box(settings).decrypt(row.secret.encode()).decode()
    except InvalidToken:
        secret = None
    return Factor(secret, row.confirmed_at, row.last_step, tuple(row.recovery))


def is_set_up(connection: sa.Connection, account: UUID) -> bool:
    """Whether signing in takes a code."""
    counts = sa.and_(FACTOR.account == account, FACTOR.confirmed_at.is_not(None))
    return bool(connection.execute(sa.select(sa.exists().where(counts))).scalar())


def fresh() -> Factor:
    """A factor with a new key, kept nowhere yet."""
    return Factor(pyotp.random_base32(), None, 0, ())


def sealed(factor: Factor, account: UUID, settings: Settings) -> str:
    """The key of an account's fresh factor, to be carried by the browser, which cannot read it."""
    return _box(settings).encrypt(f"{account} {factor.secret}".encode()).decode()


def unsealed(carried: str, account: UUID, settings: Settings) -> Factor | None:
    """The fresh factor whose key the browser carries; None where it is not this account's."""
    try:
        whose, secret = _box(settings).decrypt(carried.encode()).decode().split(" ")
    except InvalidToken:
        return None
    return Factor(secret, None, 0, ()) if whose == str(account) else None


def replace(
    connection: sa.Connection, account: UUID, factor: Factor, code: str, *, now: datetime, settings: Settings
) -> list[str]:
    """Let a fresh factor count in the place of the present one, by its first code; returns its recovery codes.

    None where it counts already. Raises WrongCode.
    """
    check_first(factor, code, now)
    present = of_account(connection, account, settings)
    if present is not None and present.secret == factor.secret:
        return []
    remove(connection, account)
    begin(connection, account, settings, factor)
    _use_step(connection, account, factor.secret or "", _plain(code), now)
    return confirm(connection, account, now)


def check_first(factor: Factor, code: str, now: datetime) -> None:
    """Raises WrongCode where it is not the code of a fresh factor at this moment."""
    if not pyotp.TOTP(factor.secret or "", interval=STEP).verify(_plain(code), for_time=now, valid_window=1):
        raise WrongCode("The code is not right", field="code")


def begin(connection: sa.Connection, account: UUID, settings: Settings, factor: Factor | None = None) -> Factor:
    """A fresh factor that does not count yet, in the place of one that was begun and never confirmed."""
    secret = (factor or fresh()).secret or ""
    kept = _box(settings).encrypt(secret.encode()).decode()
    put = insert(SECOND_FACTORS).values(account=account, secret=kept, last_step=0, recovery=[])
    instead = {"secret": put.excluded.secret, "last_step": 0}
    connection.execute(
        put.on_conflict_do_update(index_elements=[FACTOR.account], set_=instead, where=FACTOR.confirmed_at.is_(None))
    )
    return Factor(secret, None, 0, ())


def confirm(connection: sa.Connection, account: UUID, now: datetime) -> list[str]:
    """Let the factor count from now on; returns recovery codes, shown once and kept as hashes.

    None where it counts already.
    """
    codes = [f"{secrets.token_hex(5)}-{secrets.token_hex(5)}" for _ in range(RECOVERY_CODES)]
    kept = [fingerprint(_plain(code)) for code in codes]
    begun = sa.and_(FACTOR.account == account, FACTOR.confirmed_at.is_(None))
    counts = connection.execute(SECOND_FACTORS.update().where(begun).values(confirmed_at=now, recovery=kept)).rowcount
    return codes if counts else []


def remove(connection: sa.Connection, account: UUID) -> bool:
    """Ask this account for no code any more; one that was begun is forgotten. Whether it was asked before."""
    counted = is_set_up(connection, account)
    connection.execute(SECOND_FACTORS.delete().where(FACTOR.account == account))
    return counted


def use(connection: sa.Connection, account: UUID, typed: str, now: datetime, settings: Settings) -> bool:
    """Use a code up; whether it was a recovery code. Raises WrongCode."""
    factor, code = of_account(connection, account, settings, to_use=True), _plain(typed)
    if factor is not None:
        if factor.secret is not None and _use_step(connection, account, factor.secret, code, now):
            return False
        if factor.confirmed_at is not None and _use_recovery(connection, account, factor.recovery, code):
            return True
        if factor.secret is None:
            raise WrongCode(
                "Codes of your app can no longer be checked, because the key of the service was replaced. Use a "
                "recovery code, or ask an administrator to remove your second factor",
                field="code",
            )
    raise WrongCode("The code is not right, or was used before. Wait for the next one", field="code")


def encrypt_anew(connection: sa.Connection, settings: Settings) -> None:
    """Encrypt with the newest key what an older one has encrypted, so that the older one can be taken away."""
    box = _box(settings)
    for row in connection.execute(sa.select(FACTOR.account, FACTOR.secret)).all():
        try:
            renewed = box.rotate(row.secret.encode()).decode()
        except InvalidToken:
            continue
        same = sa.and_(FACTOR.account == row.account, FACTOR.secret == row.secret)
        connection.execute(SECOND_FACTORS.update().where(same).values(secret=renewed))


def _plain(typed: str) -> str:
    return typed.replace(" ", "").replace("-", "").lower()


def _use_step(connection: sa.Connection, account: UUID, secret: str, code: str, now: datetime) -> bool:
    codes = pyotp.TOTP(secret, interval=STEP)
    present = int(now.timestamp()) // STEP
    for step in (present, present - 1, present + 1):
        if compare_digest(codes.generate_otp(step).encode(), code.encode()):
            unused = sa.and_(FACTOR.account == account, FACTOR.last_step < step)
            return bool(connection.execute(SECOND_FACTORS.update().where(unused).values(last_step=step)).rowcount)
    return False


def _use_recovery(connection: sa.Connection, account: UUID, left: Sequence[str], code: str) -> bool:
    hashed = fingerprint(code)
    if hashed not in left:
        return False
    same = sa.and_(FACTOR.account == account, FACTOR.recovery == list(left))
    others = [each for each in left if each != hashed]
    return bool(connection.execute(SECOND_FACTORS.update().where(same).values(recovery=others)).rowcount)


def _box(settings: Settings) -> MultiFernet:
    """Encrypts with the deployment's key, and reads what an earlier one encrypted."""
    return MultiFernet([Fernet(_key(key)) for key in (settings.secret_key, *settings.older_keys)])


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"second factor of " + secret.encode()).digest())
