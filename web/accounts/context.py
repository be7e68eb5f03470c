"""What anybody who knows a person and this service would try first as a password."""

from __future__ import annotations

from web.accounts.accounts import Account
from web.authority import authority
from web.known import names_of
from web.office import office


def context_of(account: Account) -> list[str]:
    """The person's name and address, and the names of the authority and its service."""
    with office().read_present() as connection:
        name = names_of(connection, [account.person]).get(account.person, "")
    return [account.sign_in_name, name, authority().name, authority().service_name]
