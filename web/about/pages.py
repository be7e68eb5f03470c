"""Pages that anybody may read, and the addresses by which a deployment is watched."""

from __future__ import annotations

import structlog
from flask import Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from web.about.brand import style_sheet
from web.about.health import health_of
from web.access.context import Pages, RequestContext
from web.access.identity import allow
from web.access.policy import Action
from web.access.session_user import IDLE
from web.accounts import security_trail
from web.accounts.sessions import LASTS
from web.layout.navigation import first_page
from web.runtime.authority import authority
from web.runtime.headers import is_secure
from web.runtime.log_position import KEPT_SECONDS
from web.runtime.requests import HOST, SECURE
from web.runtime.services import chosen

log = structlog.get_logger()

SEE_OTHER, UNAVAILABLE = 303, 503

pages = Pages("about", __name__, template_folder="templates")


@pages.get("/")
def begin(context: RequestContext) -> Answer:
    """Where a person's work begins."""
    return redirect(first_page(context.user), SEE_OTHER)


@pages.get("/help")
def help_page(_: RequestContext) -> str:
    return render_template("about/help.html", page_title="Help")


@pages.get("/contact")
def contact(_: RequestContext) -> str:
    return render_template("about/contact.html", page_title="Contact")


@pages.get("/accessibility")
def accessibility(_: RequestContext) -> str:
    return render_template("about/accessibility.html", page_title="Accessibility statement")


@pages.get("/cookies")
def cookies(_: RequestContext) -> str:
    hours, minutes = LASTS.total_seconds() // 3600, IDLE.total_seconds() // 60
    of_request = chosen()
    return render_template(
        "about/cookies.html",
        page_title="Cookies",
        hours=int(hours),
        minutes=int(minutes),
        since_seconds=KEPT_SECONDS,
        host=HOST if is_secure() else "",
        secure=SECURE if is_secure() else "",
        is_shared=bool(of_request and of_request.way_in),
    )


@pages.get("/privacy")
def privacy(_: RequestContext) -> str:
    return render_template("about/privacy.html", page_title="Privacy notice", security_days=security_trail.KEPT.days)


@pages.get("/brand.css")
def brand(context: RequestContext) -> Response:
    """The authority's colours."""
    response = Response(style_sheet(authority(context.services).colour), content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=300"
    response.add_etag()
    response.make_conditional(request)
    return response


@pages.get("/healthz")
def alive(_: RequestContext) -> Response:
    """Whether the process answers; it looks at nothing else."""
    return Response("ok\n", content_type="text/plain; charset=utf-8")


@pages.get("/readyz")
def ready(context: RequestContext) -> tuple[Response, int]:
    """Whether the service can do its work. Why not, administrators are told, and the log."""
    health = health_of(context.services)
    if health.causes:
        log.warning("not ready", causes=health.causes)
    if health.clock:
        log.warning("clock", said=health.clock)
    return jsonify({"status": "ready" if health.is_ready else "not ready"}), 200 if health.is_ready else UNAVAILABLE


@pages.get("/service-status")
def status(context: RequestContext) -> str:
    """What keeps the service from its work, and what an administrator has to look after."""
    allow(context, Action.KEEP_ACCOUNTS)
    health = health_of(context.services)
    return render_template("about/status.html", page_title="Service status", health=health)
