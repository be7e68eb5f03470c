"""Signs what the browser keeps for the service, for one authority and one purpose alone."""

from __future__ import annotations

from flask import Flask, current_app
from itsdangerous import URLSafeSerializer

from web.office import chosen
from web.settings import Settings


def signer(purpose: str) -> URLSafeSerializer:
    """Signs with the deployment's key; recognises what an earlier key of it has signed."""
    of_request = chosen()
    keys = [*(current_app.config["SECRET_KEY_FALLBACKS"] or ()), str(current_app.secret_key)]
    return URLSafeSerializer(keys, salt=f"{purpose} of {of_request.name if of_request else ''}")


def sign_with(app: Flask, settings: Settings) -> None:
    """Let an application sign cookies and form tokens with the deployment's keys."""
    app.secret_key = settings.secret_key
    app.config["SECRET_KEY_FALLBACKS"] = list(settings.older_keys)
    # Flask-WTF knows one key alone, but hands it to itsdangerous, which takes several: the last one signs.
    app.config["WTF_CSRF_SECRET_KEY"] = [*settings.older_keys, settings.secret_key]
