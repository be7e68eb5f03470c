"""The page of the settings: those in force today, and every version with its day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template
from werkzeug.wrappers import Response

from domain.authority import Authority
from domain.calendar import academic_year_of, half_term
from domain.provider import ProviderKind, Requirement
from web import formats
from web.access.context import Pages, RequestContext, Snapshot
from web.access.identity import allow
from web.access.policy import Action
from web.layout.resource_pages import PageRows, record_page
from web.runtime.authority import settings_of, subjects_of
from web.runtime.served_schools import count_schools
from web.runtime.terms import bank_holidays
from web.settings_pages.commands import is_begun
from web.settings_pages.resource import ADDRESS, settings
from web.settings_pages.schemas import WINDOWS
from web.settings_pages.subjects import unlisted_words

pages = Pages("settings", __name__, template_folder="templates")


@pages.get("/")
def first(context: RequestContext) -> str | Response:
    """The settings, or the question for the authority's name where it has none."""
    allow(context, Action.KEEP_SETTINGS)
    if is_begun(context.services):
        return redirect(f"/settings/{ADDRESS}", 303)
    return render_template("settings/not_begun.html", page_title="Settings")


@pages.get("/subjects")
def subjects(context: RequestContext) -> str:
    """The list of subjects and themes, and the words in use that are not on it."""
    allow(context, Action.KEEP_SETTINGS)
    with context.read() as snapshot:
        words = unlisted_words(snapshot)
    return render_template(
        "settings/subjects.html",
        page_title="Subjects and themes",
        section="Settings",
        subjects=subjects_of(context.services).subjects,
        is_usual=not settings_of(context.services)[0].subjects,
        words=words,
        commands=f"/settings/{ADDRESS}" if is_begun(context.services) else "",
    )


@pages.get("/<ref>")
def show(context: RequestContext, ref: str) -> str:
    return record_page(
        context,
        settings,
        ref,
        "settings/settings.html",
        title=lambda authority, _: authority.name,
        ids=lambda _: [],
        more=_more,
    )


def _more(snapshot: Snapshot, authority: Authority, __: PageRows) -> Mapping[str, Any]:
    today = snapshot.services.today()
    in_force, version = authority.settings_on(today)
    year = academic_year_of(today)
    return {
        "today": today,
        "served": count_schools(snapshot.services, snapshot.connection),
        "in_force": in_force,
        "in_force_name": version,
        "number": int(version.rpartition("-")[2]),
        "windows": [(label, getattr(in_force, name)) for name, label in WINDOWS.items()],
        "half_term": half_term,
        "terms": [term for each in (year, year + 1) for term in in_force.terms_of(each, bank_holidays())],
        "vetting": [
            [
                ProviderKind(each.provider_kind).label,
                Requirement(each.requirement).label,
                formats.counted(each.months, "month") if each.months else "The date on the document",
                "People who teach pupils" if each.of_teachers else "Everybody",
            ]
            for each in in_force.vetting
        ],
    }
