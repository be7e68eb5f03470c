"""The pages outside any authority: which one is yours, there is none here, it is closed for the moment.

They name an authority only at a host that is its own or one of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from flask import Flask, g, json, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import HTTPException, NotFound

from web import add_components
from web.accounts.accounts import LONGEST_NAME
from web.accounts.session_start import own_path
from web.api.smorest import API_PREFIX, PROBLEM_JSON
from web.authorities.directory import Directory, DirectoryEntry, address_hash
from web.forms import Form
from web.runtime.headers import add_headers, is_secure
from web.runtime.request_scope import RequestScope
from web.runtime.requests import CookieResponse, LimitedRequest
from web.runtime.settings import DeploymentSettings
from web.runtime.signed_cookies import SignedApart, sign_with

AT_HOST = "sis.at-host"
"""Where the environment of a request holds the authorities that share its host, by name."""

CLOSED = "sis.closed"
"""Where it holds, for an authority that is not served, in how many seconds to ask again."""

WHICH = "/which-authority"
WAY_IN = "/at"
COOKIE, CHOICE = "sis_authority", "authority"
TYPED = "sis_typed"
TYPED_SECONDS = 120
YEAR = 366 * 24 * 3600
HEADER = "Sis-Authority"

SEE_OTHER, BAD_REQUEST, UNPROCESSABLE, UNAVAILABLE = 303, 400, 422, 503
READING = frozenset({"GET", "HEAD"})
GUESSES = "20 per minute"


class WhoAreYou(Schema):
    address = fields.Email(
        required=True,
        validate=validate.Length(max=LONGEST_NAME),
        metadata={
            "label": "Email address",
            "noun": "an email address",
            "hint": "The one you sign in with. We use it to find your authority",
            "autocomplete": "username",
            "widget": "email",
        },
    )


class WhichAuthority(Schema):
    authority = fields.String(
        required=True,
        metadata={
            "label": "Authority",
            "noun": "an authority",
            "widget": "select",
            "choices": lambda context: context.get("authorities", ()),
        },
    )


def make_choose_authority(directory: Directory, settings: DeploymentSettings) -> Flask:
    """The application of these pages. What a request asks of it stands in its environment (AT_HOST, CLOSED)."""
    choose_authority = Flask("web.authorities", template_folder="templates", static_folder=None)
    choose_authority.request_class, choose_authority.response_class = LimitedRequest, CookieResponse
    choose_authority.session_interface = SignedApart()
    sign_with(choose_authority, settings)
    choose_authority.config |= {
        "SIS_SETTINGS": settings,
        "SESSION_COOKIE_NAME": COOKIE,
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": YEAR,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_CSRF_ENABLED": not settings.testing,
        "RATELIMIT_ENABLED": not settings.testing,
    }

    @choose_authority.before_request
    def begin() -> None:
        g.context = RequestScope()

    add_headers(choose_authority)
    add_components(choose_authority)
    csrf = CSRFProtect(choose_authority)
    from flask_limiter import Limiter
    from flask_limiter.util import get_remote_address

    limiter = choose_authority.extensions["sis-limiter"] = Limiter(
        get_remote_address, app=choose_authority, storage_uri="memory://"
    )
    choose_authority.before_request(_turned_away)

    @choose_authority.get(WHICH)
    def ask() -> ResponseReturnValue:
        return _page(_choosing() if "list" in request.args else Form(WhoAreYou()))

    @choose_authority.post(WHICH)
    @limiter.limit(GUESSES)
    def find() -> ResponseReturnValue:
        if choose_authority.config["WTF_CSRF_ENABLED"]:
            csrf.protect()
        if CHOICE in request.form:
            form = _choosing(answered=True)
            return _chosen(form.values[CHOICE]) if form.is_valid() else _page(form, UNPROCESSABLE)
        form = Form(WhoAreYou(), data=request.form)
        if not form.is_valid():
            return _page(form, UNPROCESSABLE)
        typed = form.values["address"]
        hashes = {address_hash(key, typed) for key in (settings.secret_key, *settings.older_keys)}
        found = directory.of_address(hashes, typed.rpartition("@")[2]) & at_host().keys()
        return _chosen(*found, typed=typed) if len(found) == 1 else _page(_choosing(), asked_in_vain=True)

    @choose_authority.get(f"{WAY_IN}/<name>/", defaults={"path": ""})
    @choose_authority.get(f"{WAY_IN}/<name>/<path:path>")
    def lead(name: str, path: str) -> ResponseReturnValue:
        if name not in at_host():
            raise NotFound
        return _chosen(name, onward=own_path(f"/{path}"))

    @choose_authority.route("/", defaults={"path": ""}, methods=["GET", "POST"])
    @choose_authority.route("/<path:path>", methods=["GET", "POST"])
    def elsewhere(path: str) -> ResponseReturnValue:
        if f"/{path}".startswith(f"{API_PREFIX}/"):
            return _problem(BAD_REQUEST, "Name the authority", f"Send its name in the header {HEADER}")
        asked = request.full_path.rstrip("?") if request.method in READING else "/"
        return redirect(f"{WHICH}?next={quote(asked, safe='/')}", SEE_OTHER)

    @choose_authority.errorhandler(HTTPException)
    def refused(error: HTTPException) -> ResponseReturnValue:
        code = error.code or 500
        return (render_template("authorities/refused.html", code=code), code) if code >= 400 else error

    return choose_authority


def at_host() -> Mapping[str, DirectoryEntry]:
    """The authorities that share the host of the present request, by name."""
    found: Mapping[str, DirectoryEntry] = request.environ.get(AT_HOST, {})
    return found


def _turned_away() -> ResponseReturnValue | None:
    if not at_host():
        raise NotFound
    seconds = request.environ.get(CLOSED)
    if seconds is None:
        return None
    if request.path.startswith(f"{API_PREFIX}/"):
        response = _problem(UNAVAILABLE, "The service is closed at the moment")
    else:
        response = CookieResponse(render_template("authorities/closed.html"), UNAVAILABLE)
    response.headers["Retry-After"] = str(seconds)
    return response


def _choosing(*, answered: bool = False) -> Form:
    offered = sorted((authority.label, authority.name) for authority in at_host().values())
    context = {"authorities": [(name, label) for label, name in offered]}
    return Form(WhichAuthority(), data=request.form if answered else None, lookups=context)


def _page(form: Form, status: int = 200, *, asked_in_vain: bool = False) -> tuple[str, int]:
    onward = own_path(request.values.get("next", ""))
    by_address = "address" in {field.id for field in form.fields()}
    here = url_for("ask", next=onward, list="yes" if by_address else None)
    page = render_template(
        "authorities/which.html",
        form=form,
        onward=onward,
        by_address=by_address,
        asked_in_vain=asked_in_vain,
        otherwise=here,
    )
    return page, status


def _chosen(name: str, *, typed: str = "", onward: str | None = None) -> ResponseReturnValue:
    session.permanent = True
    session[CHOICE] = name
    target = onward or own_path(request.values.get("next", ""))
    response = redirect(target if target != "/" else "/sign-in", SEE_OTHER)
    if typed:
        response.set_cookie(
            TYPED,
            typed,
            max_age=TYPED_SECONDS,
            path="/sign-in",
            httponly=True,
            samesite="Lax",
            secure=is_secure(),
        )
    return response


def _problem(status: int, title: str, detail: str = "") -> CookieResponse:
    told = {"type": "about:blank", "title": title, "status": status} | ({"detail": detail} if detail else {})
    return CookieResponse(json.dumps(told), status, content_type=PROBLEM_JSON)
