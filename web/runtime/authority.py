"""The authority whose service this is, as pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from weakref import WeakKeyDictionary

from flask import has_app_context

from domain.authority import AUTHORITY, Authority, Settings, version_name
from domain.service import NotFound, Unavailable
from domain.subjects import SubjectList
from web.runtime.request_scope import request_scope
from web.runtime.services import Services


@dataclass(frozen=True, slots=True)
class AuthorityDetails:
    """What the frame of a page says of the authority."""

    name: str
    service_name: str
    colour: str
    contact_email: str
    own_code: str | None = None
    """The code that tells this authority's schools from those of others, None where it has those of several."""


def authority(services: Services) -> AuthorityDetails:
    """The authority as of today, read once per request; as last known where the log is out of reach."""
    return request_scope().kept(AuthorityDetails, lambda: _shown_today(services))


def _shown_today(services: Services) -> AuthorityDetails:
    try:
        return _shown(record_of(services), services.today())
    except Unavailable:
        return _shown(_KEPT.get(services), services.today())


def settings_of(services: Services) -> tuple[Settings, str]:
    """The dated settings in force today, and the name of their version for the decisions that use them."""
    record = record_of(services)
    return record.settings_on(services.today()) if record else (Settings(), version_name(0))


def subjects_of(services: Services) -> SubjectList:
    """The list of subjects and themes in force today."""
    return settings_of(services)[0].subject_list


def level_of_support(services: Services, code: str | None) -> str:
    """What the settings of today call a need category; its code where they no longer have it."""
    category = settings_of(services)[0].category(code) if code else None
    return category.label if category else code or ""


def record_of(services: Services) -> Authority | None:
    """The authority's own record to read from, None where it was not begun.

    It seldom changes and every page needs it: it is kept by each process, and read again where the version that was
    found with the session is another one.
    """
    version, kept = request_scope().settings_version if has_app_context() else None, _KEPT.get(services)
    if kept is not None and kept.version == version:
        return kept
    try:
        found = _KEPT[services] = services.service.find(Authority, AUTHORITY)
    except NotFound:
        return None
    return found


_KEPT: WeakKeyDictionary[Services, Authority] = WeakKeyDictionary()


def _shown(found: Authority | None, today: date) -> AuthorityDetails:
    if found is None:
        defaults = Settings()
        return AuthorityDetails(
            "School Improvement Service", "School improvement", defaults.colour, defaults.contact_email
        )
    settings, _ = found.settings_on(today)
    return AuthorityDetails(found.name, found.service_name, settings.colour, settings.contact_email, found.own_code)
