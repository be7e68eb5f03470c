"""The web application: pages and API in one Flask application."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from werkzeug.exceptions import NotFound, UnprocessableEntity

from domain.text import visible
from web import formats
from web.access.context import RequestContext, add_context, handed
from web.access.restricted_reads import add_restricted_readings
from web.accounts import administrators, factors
from web.accounts.pages import add_accounts
from web.api import add_api_of, idempotency
from web.api.limit import add_limit
from web.api.smorest import handle
from web.command_forms import form_pages
from web.commands.attachments import register_resources
from web.commands.overtaking import overtake_asks
from web.forms import kept, waiting_files
from web.forms.restore import add_kept_answers
from web.layout.navigation import navigation
from web.layout.stopped_views import notice
from web.open_routes import ask_who_comes_first, follow_slashes
from web.resources import LIST_ENDPOINTS, PAGES, RESOURCES, SINGLE_ENDPOINTS
from web.runtime.authority import authority
from web.runtime.headers import add_headers
from web.runtime.log_position import add_own_acts, take_own_acts
from web.runtime.migrate import refuse_unfit, upgrade
from web.runtime.proxy import BehindProxy
from web.runtime.requests import MOST_FIELDS, MOST_TYPED, CookieResponse, LimitedRequest
from web.runtime.services import COMPLETES, EXTENSION, Services
from web.runtime.services import services as present_services
from web.runtime.settings import DeploymentSettings, settings_from_environment
from web.runtime.signed_cookies import SignedApart, sign_with

COMPLETES.append(overtake_asks)

SWEPT_EVERY = timedelta(hours=1)


def create_app(settings: DeploymentSettings | None = None, *, services: Services | None = None) -> Flask:
    """The application on the database of its settings, which is made or upgraded first.

    services may be handed in (with a clock of its own, say) in place of the one the settings would open.
    """
    settings = settings or settings_from_environment()
    app = make_app(settings)
    app.extensions[EXTENSION] = services or open_services(settings)
    app.wsgi_app = BehindProxy(app.wsgi_app, settings.trusted_proxies, settings.public_url)  # type: ignore[assignment]
    return app


def make_app(settings: DeploymentSettings) -> Flask:
    """The application without services: each request brings its own (web.runtime.services.ChosenAuthority)."""
    app = Flask("web")
    app.request_class, app.response_class = LimitedRequest, CookieResponse
    sign_with(app, settings)
    app.config |= {
        "MAX_FORM_MEMORY_SIZE": MOST_TYPED,
        "MAX_FORM_PARTS": MOST_FIELDS,
        "TESTING": settings.testing,
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SEND_FILE_MAX_AGE_DEFAULT": 3600,
        "WTF_CSRF_TIME_LIMIT": None,
        "RATELIMIT_ENABLED": not settings.testing,
        "SIS_SETTINGS": settings,
    }
    app.session_interface = SignedApart()
    add_context(app)
    add_headers(app)
    _add_templates(app)
    take_own_acts(app)
    add_accounts(app)
    follow_slashes(app)
    ask_who_comes_first(app)
    add_limit(app)
    add_restricted_readings(app)
    add_own_acts(app)
    _refuse_nul(app)
    _sweep_hourly(app)
    csrf = CSRFProtect(app)
    add_kept_answers(app)
    register_resources(app, [resource for resource, _ in RESOURCES])
    for pages in PAGES:
        app.register_blueprint(pages)
    for resource, pages in RESOURCES:
        for blueprint in (form_pages(resource), pages):
            app.register_blueprint(blueprint, url_prefix=f"/{resource.path}")
    for api in add_api_of(app, [resource for resource, _ in RESOURCES], LIST_ENDPOINTS, SINGLE_ENDPOINTS):
        csrf.exempt(api)
    handle(app)
    return app


def open_services(settings: DeploymentSettings, *, to_read: bool = False) -> Services:
    """The services on the settings' database, brought up to date, or only `to_read`: then nothing is made or changed.

    Raises Unfit (web.runtime.migrate) for a database that this release cannot use, and what open_database raises.
    """
    refuse_unfit(settings.database_url, to_read=to_read)
    opened = Services(settings.database_url, replica_url=settings.replica_url, to_read=to_read)
    if to_read:
        return opened
    try:
        upgrade(opened.writer)
        if settings.older_keys:
            with opened.write() as connection:
                factors.encrypt_anew(connection, settings)
        opened.prepare_views()
    except BaseException:
        opened.close()
        raise
    return opened


def add_components(app: Flask) -> None:
    """The templates that all pages are made with, beside the application's own."""
    app.jinja_loader = ChoiceLoader(
        [
            FileSystemLoader([Path(app.root_path) / "templates", Path(__file__).parent / "templates"]),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )
    app.jinja_env.finalize = describe
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def describe(value: object) -> object:
    """What a page shows of a value. Text recorded before the rule of text (domain.text) is shown by it too, so that
    no mark of direction in it turns the rest of the page; markup is made of what was shown already."""
    return value if hasattr(value, "__html__") else visible(str(value))


def _add_templates(app: Flask) -> None:
    add_components(app)
    app.jinja_env.filters |= formats.filters(lambda: present_services().now())

    @app.context_processor
    @handed
    def around(context: RequestContext) -> dict[str, Any]:
        user = context.user_or_none
        return {
            "authority": authority(context.services),
            "person": user,
            "navigation": navigation(user),
            "standstill": notice(context),
            "recoveries": administrators.recovery_notices(context),
        }


def _sweep_hourly(app: Flask) -> None:
    """Throw away what was kept for a time that is over: once in an hour, by each process, after whatever request
    comes then. What lies beneath /static/ belongs to no authority."""
    swept: WeakKeyDictionary[Services, datetime] = WeakKeyDictionary()

    @app.after_request
    @handed
    def sweep(context: RequestContext, response: Response) -> Response:
        if request.path.startswith("/static/"):
            return response
        services, now = context.services, context.services.now()
        if services not in swept or abs(now - swept[services]) >= SWEPT_EVERY:
            swept[services] = now
            for keeper in (kept, waiting_files, idempotency):
                for statement in keeper.too_old(now):
                    services.note(statement)
        return response


def _refuse_nul(app: Flask) -> None:
    """No text of the service holds a NUL, which PostgreSQL takes in none; forms and bodies drop it with the other
    control characters, but an address is taken as it stands."""

    @app.before_request
    def refuse() -> None:
        if "\0" in request.path:
            raise NotFound
        if "%00" in request.query_string.decode("latin-1") or "\0" in request.query_string.decode("latin-1"):
            raise UnprocessableEntity("The address holds a character (NUL) that no text has")
