"""Speaks with the council's sign-in by OpenID Connect: code flow with PKCE, state and nonce, through Authlib.

Signature, issuer, audience, expiry and nonce of what it tells are checked here; who that is, is not asked here.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from flask import current_app, redirect, request, session
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from web.runtime.settings import CouncilSignIn, current_settings

EXTENSION = "sis-openid"

PATIENCE = 5
"""Seconds to wait for an answer, and after none to ask again."""

CLOCKS_DIFFER = 60
"""Seconds."""

MOST_BEGUN = 3
"""So many ways to the council's sign-in a browser remembers at once: its cookie has little room."""


class Unreachable(Exception):
    """The council's sign-in does not answer, or not as itself."""

    def __init__(self) -> None:
        super().__init__("We cannot reach the council's sign-in. Try again in a few minutes")


class NotConfirmed(Exception):
    """The council's sign-in has not confirmed anybody. `kept` is what was kept for the way back, if it was ours."""

    def __init__(self, why: str, kept: dict[str, Any] | None = None) -> None:
        super().__init__(why)
        self.kept = kept or {}


@dataclass(frozen=True, slots=True)
class ConfirmedIdentity:
    """Somebody whom the council's sign-in has confirmed: as whom, when they proved it there (seconds since 1970, 0
    where it does not say), and what was kept for the way back."""

    issuer: str
    subject: str
    proved_at: float
    kept: dict[str, Any]


class IdentityProvider:
    """The council's sign-in, with what it has told of itself; each worker asks it once."""

    def __init__(self, settings: CouncilSignIn) -> None:
        from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App

        self.settings, self.issuer = settings, settings.issuer
        self._silent_until = 0.0
        self._app = FlaskOAuth2App(
            FlaskIntegration("council"),
            name="council",
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            server_metadata_url=f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid", "code_challenge_method": "S256", "default_timeout": PATIENCE},
        )

    def lead_to(self, back: str, kept: dict[str, Any], **asked: str) -> Response:
        """Lead the browser there, and from there to the address `back`. Raises Unreachable."""
        import requests

        if time.monotonic() < self._silent_until:
            raise Unreachable
        try:
            made = self._app.create_authorization_url(back, **asked)
        except (requests.RequestException, RuntimeError, ValueError) as failure:
            raise self._unreachable(str(failure)) from failure
        if self._app.server_metadata.get("issuer") != self.issuer:
            named = self._app.server_metadata.pop("issuer", None)
            self._app.server_metadata.pop("_loaded_at", None)
            raise self._unreachable(f"it names itself {named!r}")
        begun = [key for key in session if key.startswith("_state_council_")]
        for key in begun[: len(begun) + 1 - MOST_BEGUN]:
            session.pop(key)
        secrets = {name: made[name] for name in ("state", "nonce", "code_verifier")}
        self._app.save_authorize_data(redirect_uri=back, kept=kept, **secrets)
        return redirect(made["url"], 303)

    def come_back(self) -> ConfirmedIdentity:
        """Whom it has confirmed, of a browser that comes back from there. Raises Unreachable, NotConfirmed."""
        import requests
        from authlib.common.errors import AuthlibBaseError
        from joserfc.errors import JoseError

        state = request.args.get("state", "")
        found = self._app.framework.get_state_data(session, state)
        if found is None:
            raise NotConfirmed("You started signing in on another browser, or too long ago. Start again")
        kept = found["kept"]
        refused = NotConfirmed("The council's sign-in did not confirm who you are. Sign in again", kept)
        try:
            if request.args.get("iss", self.issuer) != self.issuer:
                raise refused
            token = self._app.authorize_access_token(
                claims_options={
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self._app.client_id},
                },
                leeway=CLOCKS_DIFFER,
            )
        except requests.RequestException as failure:
            raise self._unreachable(str(failure)) from failure
        except (AuthlibBaseError, JoseError, KeyError, ValueError, TypeError) as failure:
            current_app.logger.warning("council sign-in not confirmed", exc_info=failure)
            raise refused from failure
        finally:
            self._app.framework.clear_state_data(session, state)
        claims = token.get("userinfo") or {}
        if not isinstance(claims.get("sub"), str) or not claims["sub"]:
            raise refused
        return ConfirmedIdentity(claims["iss"], claims["sub"], float(claims.get("auth_time") or 0), kept)

    def _unreachable(self, why: str) -> Unreachable:
        current_app.logger.warning("council sign-in unreachable: %s", why)
        self._silent_until = time.monotonic() + PATIENCE
        return Unreachable()


def provider() -> IdentityProvider:
    """The council's sign-in of this deployment. Raises NotFound where none is set."""
    settings = current_settings().council
    if settings is None:
        raise NotFound
    found: IdentityProvider | None = current_app.extensions.get(EXTENSION)
    if found is None or found.settings != settings:
        found = current_app.extensions[EXTENSION] = IdentityProvider(settings)
    return found
