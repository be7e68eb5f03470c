"""The cookie that goes with forms (their token, what the next page says), signed for one authority alone."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from web.runtime.headers import is_secure
from web.runtime.services import chosen


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
