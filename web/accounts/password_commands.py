"""Setting passwords, by a one-time link or by the present one."""

from __future__ import annotations

from uuid import UUID

from web.accounts import accounts, sessions
from web.accounts.account_commands import find
from web.accounts.accounts import Account
from web.accounts.recording import note_act, once, tell
from web.accounts.security_trail import Kind
from web.office import Office


def make_password_link(office: Office, person: UUID) -> str:
    """Make a one-time link for a person to set a password; returns its secret part, kept nowhere.

    Raises NoAccount, AccountIsDisabled or ShownOnlyOnce.
    """
    account = find(office, person)
    now = office.now()
    once(lambda: tell(office, person, lambda record: record.make_password_link(expires_at=now + accounts.LINK_LASTS)))
    with office.write() as connection:
        secret = accounts.add_link(connection, account, now)
    note_act(office, Kind.LINK_MADE, person)
    return secret


def use_password_link(office: Office, token: str, password_hash: str) -> None:
    """Set the password for which a link was made, which uses the link up. Raises LinkNoLongerValid."""
    with office.read_present() as connection:
        account = accounts.account_of_link(connection, token, office.now())
    tell(office, account.person, lambda record: record.set_password())
    with office.write() as connection:
        accounts.use_link(connection, token, password_hash, office.now())
    note_act(office, Kind.PASSWORD_SET, account.person, "by a link")


def change_password(office: Office, account: Account, password_hash: str) -> str:
    """Set a person's new password, which ends their sessions and tokens; returns the cookie of a session begun anew.

    Raises AccountIsDisabled.
    """
    tell(office, account.person, lambda record: record.set_password())
    with office.write() as connection:
        accounts.set_password(connection, account, password_hash, office.now())
        value = sessions.begin(connection, account.person, office.now())
    note_act(office, Kind.PASSWORD_SET, account.person)
    return value
