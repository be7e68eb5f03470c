"""The authority whose service this is, as pages show it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g

from domain.authority import AUTHORITY, Authority, Settings, version_name
from domain.service import NotFound
from web.office import Office, office


@dataclass(frozen=True, slots=True)
class Shown:
    """What the frame of a page says of the authority."""

    name: str
    service_name: str
    colour: str
    contact_email: str
    la_code: str | None = None


def authority() -> Shown:
    """The authority as of today, read once per request."""
    if "authority" not in g:
        g.authority = _shown()
    found: Shown = g.authority
    return found


def settings_of(office: Office) -> tuple[Settings, str]:
    """The dated settings in force today, and the name of their version for the decisions that use them."""
    try:
        return office.service.find(Authority, AUTHORITY).settings_on(office.today())
    except NotFound:
        return Settings(), version_name(0)


def _shown() -> Shown:
    try:
        found = office().service.find(Authority, AUTHORITY)
    except NotFound:
        defaults = Settings()
        return Shown("School Improvement Service", "School improvement", defaults.colour, defaults.contact_email)
    settings, _ = found.settings_on(office().today())
    return Shown(found.name, found.service_name, settings.colour, settings.contact_email, found.la_code)
