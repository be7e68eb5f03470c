"""What every answer carries: a request id, a strict content security policy, and a line in the log."""

from __future__ import annotations

import re
import time

import structlog
from flask import Flask, Response, current_app, redirect, request

from web.runtime.request_scope import request_scope

log = structlog.get_logger()

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

OUTSIDE_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


def add_headers(app: Flask) -> None:
    """Number, protect and log every request; the request's id is the correlation id of the events it causes. An id
    that comes with a request is another's: it is logged beside our own, so that the two can be brought together."""

    @app.context_processor
    def nonce() -> dict[str, str]:
        return {"csp_nonce": request_scope().nonce}

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers["X-Request-ID"] = request_scope().id
        response.headers["Content-Security-Policy"] = POLICY.format(nonce=request_scope().nonce)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        if request.is_secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        return response

    @app.after_request
    def stay_here(response: Response) -> Response:
        """Whoever asks names the host: a redirect of the library to it (to the address with a slash) leads nowhere
        else."""
        if response.location and response.location.startswith(request.host_url):
            here = "/" + response.location.removeprefix(request.host_url).lstrip("/")
            response.location = here
            response.set_data(redirect(here, response.status_code).get_data())
        return response

    @app.after_request
    def tell(response: Response) -> Response:
        log.info(
            "request",
            request_id=request_scope().id,
            outside_id=_outside_id(request.headers.get("X-Request-ID", "")),
            method=request.method,
            path=_without_secrets(request.path),
            status=response.status_code,
            milliseconds=round((time.perf_counter() - request_scope().began) * 1000, 1),
            person=str(person) if (person := request_scope().person) else None,
        )
        return response


def _outside_id(given: str) -> str | None:
    """The id that came with a request, where it is one that can be logged as it stands."""
    return given if OUTSIDE_ID.fullmatch(given) else None


def _without_secrets(path: str) -> str:
    """The path as it may be logged: a one-time link to set a password is itself a secret."""
    return "/password/..." if "/password/" in path else path


def is_secure() -> bool:
    """Whether a cookie is for HTTPS alone: everywhere, where the deployment says so, else as it was asked for."""
    return bool(current_app.config["SESSION_COOKIE_SECURE"]) or request.is_secure
