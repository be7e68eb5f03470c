"""Where the search at the top of every page leads."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from domain.references import NotAReference, parts
from domain.tender import Tender
from domain.vocabulary import Role
from projections import references
from web.identity import Visitor, signed_in
from web.office import office
from web.policy import Action
from web.record_addresses import record_href

pages = Blueprint("search", __name__, template_folder="templates")

SEE_OTHER = 303


@pages.get("/search")
def search() -> Response | str:
    """Lead to the record of a reference, else to the schools that answer to what was typed."""
    asking = signed_in()
    typed = request.args.get("q", "").strip()
    href = _record_of(typed, asking)
    if href:
        return redirect(href, SEE_OTHER)
    if asking.may(Action.FIND_SCHOOLS):
        return redirect(f"/schools/?{urlencode({'q': typed})}", SEE_OTHER)
    return render_template("search/nothing.html", page_title="Nothing found", typed=typed)


def _record_of(typed: str, asking: Visitor) -> str:
    """The address of the record with that reference, whoever may open it; none if there is no such record."""
    try:
        parts(typed)
    except NotAReference:
        return ""
    with office().read() as connection:
        found = references.find(connection, typed)
    if found is None:
        return ""
    if found.kind == Tender.KIND and asking.holds(Role.SPECIALIST):
        return f"/invitations/{found.reference}"
    return record_href(found.kind, found.reference)
