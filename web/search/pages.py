"""Where the search at the top of every page leads."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from web.access.context import Pages, RequestContext
from web.access.policy import Action
from web.search.finding import record_of

pages = Pages("search", __name__, template_folder="templates")

SEE_OTHER = 303


@pages.get("/search")
def search(context: RequestContext) -> Response | str:
    """Lead to the record of a reference, else to the schools that answer to what was typed."""
    user = context.user
    typed = request.args.get("q", "").strip()
    found = record_of(context, typed)
    if found is not None:
        resource, record = found
        return redirect(resource.href(record), SEE_OTHER)
    if user.may(Action.FIND_SCHOOLS):
        return redirect(f"/schools/?{urlencode({'q': typed})}", SEE_OTHER)
    return render_template("search/nothing.html", page_title="Nothing found", typed=typed)
