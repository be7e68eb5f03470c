"""Second factors: time-based codes (RFC 6238) from an app on a person's phone, and codes for when it is lost.

The secret is encrypted with a key that follows from the deployment's, so that a copy of the database alone gives
nobody a code. Each code lets in once.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from textwrap import wrap
from typing import Self
from uuid import UUID

import pyotp
import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from domain.aggregate import Refusal
from web.runtime.settings import DeploymentSettings
from web.runtime.tables import SECOND_FACTORS, fingerprint

STEP = 30
"""Seconds for which a code holds; the one before and the one after are taken too, for clocks that differ."""

RECOVERY_CODES = 10

SEALED_FOR = 3600
"""Seconds for which a page can be sent that shows a new key."""

FACTOR = SECOND_FACTORS.c


class WrongCode(Refusal):
    """It is neither a code of this moment that has not been used, nor a recovery code."""


@dataclass(frozen=True, slots=True)
class NewFactor:
    """A factor that is being set up: its key, and the recovery codes that go with it. It is kept nowhere: the page
    that shows the key carries all of it, sealed, so that each page that is open has its own and none spoils
    another."""

    secret: str
    codes: tuple[str, ...]

    @classmethod
    def drawn(cls) -> Self:
        """One of fresh random bytes; a recovery code has 128 bits."""
        return cls(
            pyotp.random_base32(), tuple("-".join(wrap(secrets.token_hex(16), 8)) for _ in range(RECOVERY_CODES))
        )

    def address(self, name: str, service: str) -> str:
        """What an app reads from the picture: `name` is whom the codes let in, `service` where."""
        return pyotp.TOTP(self.secret, interval=STEP).provisioning_uri(name=name, issuer_name=service)

    def sealed(self, account: UUID, now: datetime, settings: DeploymentSettings) -> str:
        """What the page of this account carries, which nobody can read or change."""
        told = json.dumps([str(account), self.secret, self.codes])
        return _box(settings).encrypt_at_time(told.encode(), int(now.timestamp())).decode()

    def step(self, code: str, now: datetime) -> int:
        """The half minute of a first code. Raises WrongCode."""
        found = _step(self.secret, _plain(code), now)
        if found is None:
            raise WrongCode("The code is wrong. Enter the code that the app shows now", field="code")
        return found


def unsealed(carried: str, account: UUID, now: datetime, settings: DeploymentSettings) -> NewFactor | None:
    """The new factor that a page carries; None where it is not this account's, or was opened too long ago."""
    try:
        told = _box(settings).decrypt_at_time(carried.encode(), SEALED_FOR, int(now.timestamp()))
    except InvalidToken:
        return None
    whose, secret, codes = json.loads(told)
    return NewFactor(secret, tuple(codes)) if whose == str(account) else None


@dataclass(frozen=True, slots=True)
class Factor:
    """A person's second factor, which counts. `secret` is None where the key that encrypted it is gone, `recovery`
    the hashes of the recovery codes that are left."""

    secret: str | None
    confirmed_at: datetime
    last_step: int
    recovery: tuple[str, ...]

    def left_of(self, new: NewFactor) -> list[str]:
        """The recovery codes of a new factor that has come to be this one, as far as they are unused."""
        if new.secret != self.secret:
            return []
        return [code for code in new.codes if fingerprint(_plain(code)) in self.recovery]


def of_account(
    connection: sa.Connection, account: UUID, settings: DeploymentSettings, *, to_use: bool = False
) -> Factor | None:
    """The factor of an account; `to_use`, nobody else uses it until the transaction is over."""
    query = SECOND_FACTORS.select().where(_counts(account))
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
    return bool(connection.execute(sa.select(sa.exists().where(_counts(account)))).scalar())


def put(
    connection: sa.Connection,
    account: UUID,
    new: NewFactor,
    code: str,
    *,
    now: datetime,
    settings: DeploymentSettings,
) -> None:
    """Let a new factor count from now on by its first code, which is used up; the present one counts no more.

    Raises WrongCode.
    """
    step = new.step(code, now)
    remove(connection, account)
    connection.execute(
        SECOND_FACTORS.insert().values(
            account=account,
            secret=_box(settings).encrypt(new.secret.encode()).decode(),
            confirmed_at=now,
            last_step=step,
            recovery=[fingerprint(_plain(each)) for each in new.codes],
        )
    )


def remove(connection: sa.Connection, account: UUID) -> bool:
    """Ask this account for no code any more. Whether it was asked before."""
    counted = is_set_up(connection, account)
    connection.execute(SECOND_FACTORS.delete().where(FACTOR.account == account))
    return counted


def use(connection: sa.Connection, account: UUID, typed: str, now: datetime, settings: DeploymentSettings) -> bool:
    """Use a code up; whether it was a recovery code. Raises WrongCode."""
    factor, code = of_account(connection, account, settings, to_use=True), _plain(typed)
    if factor is not None:
        if factor.secret is not None and _use_step(connection, account, factor.secret, code, now):
            return False
        if _use_recovery(connection, account, factor.recovery, code):
            return True
        if factor.secret is None:
            raise WrongCode(
                "We can no longer check codes from your app, because the service's key was replaced. Use a "
                "recovery code, or ask an administrator to remove your second factor",
                field="code",
            )
    raise WrongCode("The code is wrong, or has been used. Wait for the next one", field="code")


def encrypt_anew(connection: sa.Connection, settings: DeploymentSettings) -> None:
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


def _counts(account: UUID) -> sa.ColumnElement[bool]:
    """Which row is an account's; an earlier release kept those too that were begun and never confirmed."""
    return sa.and_(FACTOR.account == account, FACTOR.confirmed_at.is_not(None))


def _step(secret: str, code: str, now: datetime) -> int | None:
    """The half minute of a code, None where it is of none that is taken now."""
    codes = pyotp.TOTP(secret, interval=STEP)
    present = int(now.timestamp()) // STEP
    steps = (present, present - 1, present + 1)
    return next((step for step in steps if compare_digest(codes.generate_otp(step).encode(), code.encode())), None)


def _use_step(connection: sa.Connection, account: UUID, secret: str, code: str, now: datetime) -> bool:
    step = _step(secret, code, now)
    if step is None:
        return False
    unused = sa.and_(FACTOR.account == account, FACTOR.last_step < step)
    return bool(connection.execute(SECOND_FACTORS.update().where(unused).values(last_step=step)).rowcount)


def _use_recovery(connection: sa.Connection, account: UUID, left: Sequence[str], code: str) -> bool:
    hashed = fingerprint(code)
    if hashed not in left:
        return False
    same = sa.and_(FACTOR.account == account, FACTOR.recovery == list(left))
    others = [each for each in left if each != hashed]
    return bool(connection.execute(SECOND_FACTORS.update().where(same).values(recovery=others)).rowcount)


def _box(settings: DeploymentSettings) -> MultiFernet:
    """Encrypts with the deployment's key, and reads what an earlier one encrypted."""
    return MultiFernet([Fernet(_key(key)) for key in (settings.secret_key, *settings.older_keys)])


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"second factor of " + secret.encode()).digest())
