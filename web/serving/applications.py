"""What a worker serves: the application of one authority, or of every authority of a directory."""

from __future__ import annotations

from web import create_app
from web.authorities.directory import Directory
from web.authorities.router import Router
from web.open_routes import bytes_taken
from web.runtime.proxy import BehindProxy
from web.runtime.services import EXTENSION
from web.runtime.settings import authorities_url, settings_from_environment
from web.serving.front import Application


def one_authority() -> Application:
    """The application on the database of this deployment."""
    app = create_app()
    return Application(app, bytes_taken(app), app.extensions[EXTENSION].close)


def several_authorities() -> Application:
    """The router on the directory of this deployment (SIS_AUTHORITIES). Each authority has its own host, so that a
    public address of the whole counts for its scheme alone."""
    settings = settings_from_environment()
    router = Router(Directory(authorities_url()), settings)
    return Application(BehindProxy(router, settings.trusted_proxies), bytes_taken(router.app), router.close)
