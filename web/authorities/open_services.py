"""The services of the authorities that are served: opened when first asked for, at most so many at once."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from web import open_services
from web.accounts.accounts import all_accounts
from web.authorities.directory import Directory, DirectoryEntry, address_hash
from web.runtime.services import Services
from web.runtime.settings import DeploymentSettings

MOST_AT_ONCE = 16
"""Each keeps connections of its own: with PostgreSQL three for each thread that answers requests, at most."""

Place = tuple[str, str, str | None]
"""Name and addresses: after a move its services are others."""


def settings_of(settings: DeploymentSettings, authority: DirectoryEntry) -> DeploymentSettings:
    """The settings for one authority: of the deployment's, only what is the same for all of them."""
    return DeploymentSettings(
        authority.database_url,
        settings.secret_key,
        replica_url=authority.replica_url or "",
        secure_cookies=settings.secure_cookies,
        testing=settings.testing,
        older_keys=settings.older_keys,
    )


def open_authority(directory: Directory, authority: DirectoryEntry, settings: DeploymentSettings) -> Services:
    """An authority's services, which tells the directory with which addresses people sign in there."""
    services = open_services(settings_of(settings, authority))
    key = settings.secret_key
    with services.read() as connection:
        known = [account.sign_in_name for account in all_accounts(connection)]
    directory.know_addresses(authority.name, {address_hash(key, name) for name in known})
    services.on_account = lambda name: directory.know_address(authority.name, address_hash(key, name))
    return services


@dataclass
class _Kept:
    opening: Lock = field(default_factory=Lock)
    services: Services | None = None
    users: int = 0


class ServicesPool:
    """Keeps offices open, at most so many; the one not used for longest is closed, but never while it is in use."""

    def __init__(self, directory: Directory, settings: DeploymentSettings, most: int = MOST_AT_ONCE) -> None:
        self._directory = directory
        self._settings = settings
        self._most = most
        self._kept: OrderedDict[Place, _Kept] = OrderedDict()
        self._lock = Lock()

    def borrow(self, authority: DirectoryEntry) -> Services:
        """The services of an authority, to be given back."""
        place = _place(authority)
        with self._lock:
            kept = self._kept.setdefault(place, _Kept())
            self._kept.move_to_end(place)
            kept.users += 1
        try:
            with kept.opening:
                if kept.services is None:
                    kept.services = open_authority(self._directory, authority, self._settings)
                return kept.services
        except BaseException:
            self.give_back(authority)
            raise

    def give_back(self, authority: DirectoryEntry) -> None:
        """Let services be closed if others are used more."""
        with self._lock:
            self._kept[_place(authority)].users -= 1
            idle = [place for place, kept in self._kept.items() if not kept.users]
            surplus = [self._kept.pop(place) for place in idle[: max(0, len(self._kept) - self._most)]]
        for kept in surplus:
            if kept.services:
                kept.services.close()

    @property
    def open_now(self) -> list[str]:
        """The names of the authorities whose offices are open, the one used last at the end."""
        with self._lock:
            return [name for (name, *_), kept in self._kept.items() if kept.services]

    def close(self) -> None:
        """Close all of them."""
        with self._lock:
            for kept in self._kept.values():
                if kept.services:
                    kept.services.close()
            self._kept.clear()


def _place(authority: DirectoryEntry) -> Place:
    return authority.name, authority.database_url, authority.replica_url
