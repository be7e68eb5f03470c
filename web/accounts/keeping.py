"""What can be done to an account: told to the log, then done at the door.

Each runs within `office.acting(...)`, one command to a signature. The log is told first, so that nothing is done
untold; should the second half fail, the same act given again completes it. What neither half would change is refused,
and nothing is noted of it.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import sqlalchemy as sa

from domain.account import Account as Record
from domain.account import NothingToChange, TokenScopes
from domain.acting import current_signature
from domain.aggregate import Refusal
from domain.service import AlreadyDone, NotFound, Work
from web.accounts import accounts, administrators, council, factors, security_trail, sessions, tokens
from web.accounts.accounts import Account, account_id, as_sign_in_name
from web.accounts.security_trail import Kind
from web.accounts.tokens import NewToken, NoSuchToken
from web.office import Office
from web.settings import Settings


class NoAccount(Refusal):
    """The person has no account."""


class ShownOnlyOnce(Refusal):
    """The form was sent twice; what it made was shown after the first time."""


def open_account(office: Office, person: UUID, sign_in_name: str, *, password_hash: str | None = None) -> Account:
    """Open an account. Without a password the person needs a link to set one.

    Raises NotAnEmailAddress, HasAnAccount or SignInNameInUse.
    """
    name = as_sign_in_name(sign_in_name)
    with office.read_present() as connection:
        accounts.check_new(connection, person, name)

    def begin(work: Work) -> None:
        try:
            record = work.find(Record, account_id(person))
        except NotFound:
            record = work.add(Record.open_for(person, name))
        if password_hash is not None:
            record.set_password()

    office.service.do(begin)
    with office.write() as connection:
        opened = accounts.create(connection, person, name, password_hash=password_hash)
    office.on_account(name)
    _note(office, Kind.ACCOUNT_OPENED, person)
    return opened


def make_password_link(office: Office, person: UUID) -> str:
    """Make a one-time link for a person to set a password; returns its secret part, kept nowhere.

    Raises NoAccount, AccountIsDisabled or ShownOnlyOnce.
    """
    account = find(office, person)
    now = office.now()
    _once(
        lambda: _tell(office, person, lambda record: record.make_password_link(expires_at=now + accounts.LINK_LASTS))
    )
    with office.write() as connection:
        secret = accounts.add_link(connection, account, now)
    _note(office, Kind.LINK_MADE, person)
    return secret


def use_password_link(office: Office, token: str, password_hash: str) -> None:
    """Set the password for which a link was made, which uses the link up. Raises LinkNoLongerValid."""
    with office.read_present() as connection:
        account = accounts.account_of_link(connection, token, office.now())
    _tell(office, account.person, lambda record: record.set_password())
    with office.write() as connection:
        accounts.use_link(connection, token, password_hash, office.now())
    _note(office, Kind.PASSWORD_SET, account.person, "by a link")


def change_password(office: Office, account: Account, password_hash: str) -> str:
    """Set a person's new password, which ends their sessions and tokens; returns the cookie of a session begun anew.

    Raises AccountIsDisabled.
    """
    _tell(office, account.person, lambda record: record.set_password())
    with office.write() as connection:
        accounts.set_password(connection, account, password_hash, office.now())
        value = sessions.begin(connection, account.person, office.now())
    _note(office, Kind.PASSWORD_SET, account.person)
    return value


def disable(office: Office, person: UUID, *, reason: str) -> None:
    """Let a person in no more.

    Raises NoAccount, ReasonNeeded, OwnAccount, NothingToChange, OnlyAdministrator.
    """
    account = find(office, person)

    def decide(record: Record) -> None:
        record.disable(reason=reason)
        with office.read_present() as connection:
            administrators.must_be_left(connection, person, office.today())

    _carry_out(
        office,
        person,
        decide,
        lambda connection: accounts.disable(connection, account, office.now()),
        kind=Kind.ACCOUNT_DISABLED,
        detail=reason.strip(),
    )


def enable(office: Office, person: UUID) -> None:
    """Let a person in again. Raises NoAccount, NothingToChange."""
    account = find(office, person)
    _carry_out(
        office,
        person,
        lambda record: record.enable(),
        lambda connection: accounts.enable(connection, account),
        kind=Kind.ACCOUNT_ENABLED,
    )


def make_token(office: Office, person: UUID, *, label: str, scopes: TokenScopes, days: int) -> NewToken:
    """Make an API token for a person's program; its text is kept nowhere.

    Raises NoAccount, AccountIsDisabled, TokenLifeOutOfRange or ShownOnlyOnce.
    """
    find(office, person)
    now = office.now()
    expires_on = tokens.expiry(days, now).date()
    new = NewToken.drawn()
    _once(
        lambda: _tell(
            office,
            person,
            lambda record: record.make_token(label=label, scopes=scopes, prefix=new.prefix, expires_on=expires_on),
        )
    )
    with office.write() as connection:
        tokens.create(connection, person, label, scopes, now, days=days, new=new)
    _note(office, Kind.TOKEN_MADE, person, f"{label}, sis_{new.prefix}")
    return new


def revoke_token(office: Office, person: UUID, id: UUID) -> None:
    """Accept one of a person's tokens no more. Raises NoSuchToken."""
    with office.read_present() as connection:
        token = tokens.by_id(connection, person, id)
    if token is None or token.revoked_at is not None:
        raise NoSuchToken("There is no such token, or it is revoked already")
    _carry_out(
        office,
        person,
        lambda record: record.revoke_token(token.prefix),
        lambda connection: tokens.revoke(connection, token, office.now()),
        kind=Kind.TOKEN_REVOKED,
        detail=f"{token.label}, sis_{token.prefix}",
    )


def end_other_sessions(office: Office, kept: sessions.Session) -> None:
    """End every session of a person but this one. Raises NothingToChange."""
    with office.write() as connection:
        ended = sessions.end_others(connection, kept, office.now())
    if not ended:
        raise NothingToChange("You are signed in nowhere else")
    security_trail.note(office, Kind.SESSIONS_ENDED, person=kept.person, by=kept.person, detail="all but the present")


def end_session(office: Office, person: UUID, number: str) -> None:
    """End one of a person's own sessions. Raises NothingToChange."""
    with office.write() as connection:
        ended = sessions.end_one(connection, person, number, office.now())
    if not ended:
        raise NothingToChange("That session has ended already")
    security_trail.note(office, Kind.SESSIONS_ENDED, person=person, by=person, detail="one")


def link_council_account(office: Office, account: Account, issuer: str, subject: str) -> bool:
    """Let a person in by their council account alone; whether a second factor is removed with it.

    Raises AccountIsDisabled, CouncilAccountInUse, NothingToChange.
    """
    with office.read_present() as connection:
        council.check_free(connection, account.person, issuer, subject)
    if find(office, account.person).comes_by_council:
        raise NothingToChange("This person signs in with a council account already. Remove that first")

    had_factor = False

    def link(connection: sa.Connection) -> bool:
        nonlocal had_factor
        if not council.link(connection, account, issuer, subject, office.now()):
            return False
        had_factor = factors.is_set_up(connection, account.id)
        factors.remove(connection, account.id)
        return True

    _carry_out(
        office,
        account.person,
        lambda record: record.link_council_account(issuer=issuer),
        link,
        kind=Kind.COUNCIL_LINKED,
        detail=issuer,
    )
    if had_factor:
        _note(office, Kind.FACTOR_REMOVED, account.person, "with the council account, which has its own")
    return had_factor


def remove_council_account(office: Office, person: UUID, *, reason: str) -> None:
    """Let a person in by their council account no more; it takes a link to let them in again.

    Raises NoAccount, ReasonNeeded, NothingToChange.
    """
    account = find(office, person)

    def remove(connection: sa.Connection) -> bool:
        if not council.remove(connection, person):
            return False
        accounts.shut_out(connection, account, office.now())
        return True

    _carry_out(
        office,
        person,
        lambda record: record.remove_council_account(reason=reason),
        remove,
        kind=Kind.COUNCIL_REMOVED,
        detail=reason.strip(),
    )


def find(office: Office, person: UUID) -> Account:
    """A person's account. Raises NoAccount."""
    with office.read_present() as connection:
        account = accounts.of_person(connection, person)
    if account is None:
        raise NoAccount("This person has no account")
    return account


def replace_factor(
    office: Office,
    account: Account,
    factor: factors.Factor,
    code: str,
    settings: Settings,
    *,
    kept: sessions.Session | None,
) -> list[str]:
    """Have another factor count in the place of the present one, which counts until then; its recovery codes.

    Other sessions and all tokens end. Raises WrongCode, AccountIsDisabled, ComesByCouncil, NothingToChange or
    ShownOnlyOnce.
    """
    factors.check_first(factor, code, office.now())
    codes: list[str] = []

    def decide(record: Record) -> None:
        record.remove_second_factor(reason="Another was set up")
        record.set_up_second_factor()

    def confirm(connection: sa.Connection) -> bool:
        codes.extend(factors.replace(connection, account.id, factor, code, now=office.now(), settings=settings))
        if codes:
            _end_others(connection, office, account, kept)
        return bool(codes)

    detail = "in the place of another; other sessions and tokens end with it"
    _carry_out(office, account.person, decide, confirm, kind=Kind.FACTOR_SET_UP, detail=detail)
    if not codes:
        raise ShownOnlyOnce("Your second factor was set up already. Its recovery codes are shown only once")
    return codes


def _end_others(connection: sa.Connection, office: Office, account: Account, kept: sessions.Session | None) -> None:
    tokens.revoke_all(connection, account.person, office.now())
    if kept is not None:
        sessions.end_others(connection, kept, office.now())
    else:
        sessions.end_all(connection, account.person, office.now())


def set_up_factor(office: Office, account: Account, *, kept: sessions.Session | None = None) -> list[str]:
    """Have signing in take a code; returns the recovery codes, kept as hashes alone.

    What was opened without a code ends: all tokens, and all sessions but the one that is kept.
    Raises AccountIsDisabled, ComesByCouncil, NothingToChange, ShownOnlyOnce.
    """
    codes: list[str] = []

    def confirm(connection: sa.Connection) -> bool:
        codes.extend(factors.confirm(connection, account.id, office.now()))
        if codes:
            _end_others(connection, office, account, kept)
        return bool(codes)

    _carry_out(
        office,
        account.person,
        lambda record: record.set_up_second_factor(),
        confirm,
        kind=Kind.FACTOR_SET_UP,
        detail="other sessions and tokens end with it",
    )
    if not codes:
        raise ShownOnlyOnce("Your second factor was set up already. Its recovery codes are shown only once")
    return codes


def remove_factor(office: Office, person: UUID, *, reason: str) -> None:
    """Have signing in take no code any more. Raises NoAccount, ReasonNeeded, NothingToChange."""
    account = find(office, person)
    asking = current_signature().actor

    def remove(connection: sa.Connection) -> bool:
        if not factors.remove(connection, account.id):
            return False
        if asking != person:
            sessions.end_all(connection, person, office.now())
        return True

    _carry_out(
        office,
        person,
        lambda record: record.remove_second_factor(reason=reason),
        remove,
        kind=Kind.FACTOR_REMOVED,
        detail=reason.strip(),
    )


def _note(office: Office, kind: Kind, person: UUID, detail: str = "") -> None:
    security_trail.note(office, kind, person=person, by=current_signature().actor, detail=detail)


def _carry_out(
    office: Office,
    person: UUID,
    decide: Callable[[Record], None],
    at_door: Callable[[sa.Connection], bool],
    *,
    kind: Kind,
    detail: str = "",
) -> None:
    """Tell the log, do it `at_door`, which answers whether that changed anything, and note what was done.

    What the log tells already may have been broken off before it was done: then it is done now. Raises what `decide`
    does, NothingToChange only where there is nothing left to do.
    """
    refused: NothingToChange | None = None
    told = False
    try:
        _tell(office, person, decide)
        told = True
    except NothingToChange as nothing:
        refused = nothing
    except AlreadyDone:
        pass
    with office.write() as connection:
        done = at_door(connection)
    if refused is not None and not done:
        raise refused
    if told or done:
        _note(office, kind, person, detail)


def _tell(office: Office, person: UUID, decide: Callable[[Record], None]) -> None:
    office.service.change(Record, account_id(person), decide)


def _once(tell: Callable[[], None]) -> None:
    try:
        tell()
    except AlreadyDone:
        raise ShownOnlyOnce(
            "This was made already, and is shown only once. Make another if you did not copy it"
        ) from None
