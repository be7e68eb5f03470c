"""What anybody who knows a person and this service would try first as a password."""

from __future__ import annotations

from web.access.context import RequestContext
from web.access.name_cache import names_of
from web.accounts.accounts import AccountRow
from web.runtime.authority import authority


def guessable_words(context: RequestContext, account: AccountRow) -> list[str]:
    """The person's name and address, and the names of the authority and its service."""
    with context.read_present() as snapshot:
        name = names_of(snapshot, [account.person]).get(account.person, "")
    shown = authority(context.services)
    return [account.sign_in_name, name, shown.name, shown.service_name]
