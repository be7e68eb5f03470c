"""Signs and seals what a browser or program keeps for the service, for one authority and one purpose alone."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from flask import Flask, current_app
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeSerializer

from web.runtime.headers import is_secure
from web.runtime.services import chosen
from web.runtime.settings import DeploymentSettings


def signer(purpose: str) -> URLSafeSerializer:
    """Signs with the deployment's key; recognises what an earlier key of it has signed."""
    return URLSafeSerializer(_keys(), salt=_salt(purpose))


def sealer(purpose: str) -> MultiFernet:
    """Encrypts with the deployment's key, so that what is kept says nothing to whoever keeps it; reads what an
    earlier key has encrypted."""
    digests = (hashlib.sha256(f"{_salt(purpose)}: {key}".encode()).digest() for key in reversed(_keys()))
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def _keys() -> list[str]:
    """The keys of the deployment, the present one last."""
    return [*(current_app.config["SECRET_KEY_FALLBACKS"] or ()), str(current_app.secret_key)]


def _salt(purpose: str) -> str:
    of_request = chosen()
    return f"{purpose} of {of_request.name if of_request else ''}"


def sign_with(app: Flask, settings: DeploymentSettings) -> None:
    """Let an application sign cookies and form tokens with the deployment's keys."""
    app.secret_key = settings.secret_key
    app.config["SECRET_KEY_FALLBACKS"] = list(settings.older_keys)
    # Flask-WTF knows one key alone, but hands it to itsdangerous, which takes several: the last one signs.
    app.config["WTF_CSRF_SECRET_KEY"] = [*settings.older_keys, settings.secret_key]


class SignedApart(SecureCookieSessionInterface):
    """Signs with a key that follows from the deployment's and the authority's name, so that what one authority has
    signed is nothing at another."""

    def get_signing_serializer(self, app: Flask) -> Any:
        of_request = chosen()
        if of_request is None:
            return super().get_signing_serializer(app)
        apart = SecureCookieSessionInterface()
        apart.salt = f"{self.salt} of {of_request.name}"
        return apart.get_signing_serializer(app)

    def get_cookie_secure(self, app: Flask) -> bool:
        """For HTTPS alone wherever it is asked for by HTTPS."""
        return is_secure()
