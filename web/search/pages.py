"""Where the search at the top of every page leads."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from domain.references import NotAReference, parts
from projections import references
from web.attached import nouns_of
from web.doing import find
from web.identity import signed_in
from web.office import office
from web.policy import Action

pages = Blueprint("search", __name__, template_folder="templates")

SEE_OTHER = 303


@pages.get("/search")
def search() -> Response | str:
    """Lead to the record of a reference, else to the schools that answer to what was typed."""
    asking = signed_in()
    typed = request.args.get("q", "").strip()
    href = _record_of(typed)
    if href:
        return redirect(href, SEE_OTHER)
    if asking.may(Action.FIND_SCHOOLS):
        return redirect(f"/schools/?{urlencode({'q': typed})}", SEE_OTHER)
    return render_template("search/nothing.html", page_title="Nothing found", typed=typed)


def _record_of(typed: str) -> str:
    """The address of the record with that reference; none if there is no such record for the person who asks."""
    try:
        parts(typed)
    except NotAReference:
        return ""
    with office().read() as connection:
        found = references.find(connection, typed)
    if found is None:
        return ""
    for noun in nouns_of(found.kind):
        with suppress(Forbidden):
            return noun.href(find(noun, found.reference).record)
    return ""
