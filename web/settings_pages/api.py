"""What everybody goes by who is signed in: the settings in force today, and the terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from marshmallow import fields

from domain.calendar import Term, TermDates, academic_year_of, half_term
from projections.view import Row
from web.access.context import RequestContext, Snapshot
from web.access.identity import ListScope
from web.commands.listing import ListEndpoint, Listing
from web.commands.resource import SingleEndpoint, Values
from web.layout.paging import page_after
from web.runtime.authority import authority, settings_of
from web.runtime.terms import bank_holidays
from web.settings_pages.schemas import WINDOWS, SettingsOut

NAMED = ("served_types", "need_categories", "vat_percent")
"""Of the settings, what everybody is told beside the windows."""

YEARS_AROUND = 1
"""School years before and after the present one whose terms are told."""


class SettingsInForceOut(SettingsOut):
    """The settings in force today, but for those that are for administrators alone."""

    name = fields.String()
    service_name = fields.String()
    in_force_version = fields.String()

    class Meta(SettingsOut.Meta):
        fields = ("name", "service_name", "in_force_version", "contact_email", *WINDOWS, *NAMED)


def _in_force(context: RequestContext) -> Mapping[str, Any]:
    shown, (settings, version) = authority(context.services), settings_of(context.services)
    names = {"name": shown.name, "service_name": shown.service_name, "in_force_version": version}
    return {**asdict(settings), **names}


in_force = SingleEndpoint(
    "settings-in-force", "settings", "Read the settings in force today", SettingsInForceOut, _in_force
)


class TermRow(Row):
    """A term from its first to its last school day, and its half-term, as the authority has set it, else by the
    published rule."""

    academic_year: int
    term: Term
    begins: date
    ends: date
    half_term_begins: date
    half_term_ends: date


def _terms(snapshot: Snapshot, _: ListScope, __: Values, after: str | None, limit: int) -> list[TermRow]:
    settings, year = settings_of(snapshot.services)[0], academic_year_of(snapshot.services.today())
    years = range(year - YEARS_AROUND, year + YEARS_AROUND + 1)
    rows = [_term(term) for each in years for term in settings.terms_of(each, bank_holidays())]
    return page_after(rows, _first_day, after, limit)


def _term(term: TermDates) -> TermRow:
    first, last = half_term(term)
    return TermRow(**{**asdict(term), "half_term_begins": first, "half_term_ends": last})


def _first_day(row: TermRow) -> str:
    return row.begins.isoformat()


terms = ListEndpoint(
    "terms",
    None,
    Listing(TermRow, _terms, _first_day, place=date.fromisoformat),
    "List the terms of this school year, the last and the next",
)
