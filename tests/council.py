"""A council's sign-in: oidc-provider-mock behind real HTTP, with what it leaves out of a provider's duties.

It knows one browser. Whoever is signed in there is let through, `prompt=none` asks nobody, `prompt=login` asks anew,
and `typing` is who then types their password. The verifier of PKCE is held to the challenge.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

Answer = Iterable[bytes]


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """What it is asked is in `asked`."""


class Council:
    """The provider. `claims` are what it tells of a subject, `asked` what it was asked; `answers` change answers."""

    def __init__(self) -> None:
        import oidc_provider_mock

        self.app = oidc_provider_mock.app(require_nonce=True)
        self.signed_in: str | None = None
        self.typing = "olive"
        self.claims: Callable[[str], Mapping[str, Any]] = lambda _: {"auth_time": int(time.time())}
        self.is_up = True
        self.answers: dict[str, Callable[[Answer], bytes]] = {}
        self.asked: list[str] = []
        self._challenges: dict[str, str] = {}
        self.server = make_server("127.0.0.1", 0, self, threaded=True, request_handler=Quiet)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"

    def __call__(self, environ: dict[str, Any], start: Any) -> Answer:
        request = Request(environ)
        self.asked.append(request.path)
        if not self.is_up:
            return Response("down", 502)(environ, start)
        if request.path == "/oauth2/authorize":
            return self._authorize(request, start)
        if request.path == "/oauth2/token" and not self._is_verified(request):
            return Response('{"error": "invalid_grant"}', 400, content_type="application/json")(environ, start)
        answer = Response.from_app(self.app, environ)
        if request.path in self.answers:
            answer.data = self.answers[request.path]([answer.data])
        return answer(environ, start)

    def _authorize(self, request: Request, start: Any) -> Answer:
        asked = request.args
        if asked.get("code_challenge_method") != "S256" or not asked.get("state"):
            return Response("no PKCE or no state", 400)(request.environ, start)
        if asked.get("prompt") == "none" and self.signed_in is None:
            told = urlencode({"error": "login_required", "state": asked["state"]})
            return Response("", 302, {"Location": f"{asked['redirect_uri']}?{told}"})(request.environ, start)
        if asked.get("prompt") == "login" or self.signed_in is None:
            self.signed_in = self.typing
        body = urlencode({"sub": self.signed_in}).encode()
        environ = {
            **request.environ,
            "REQUEST_METHOD": "POST",
            "QUERY_STRING": urlencode({name: value for name, value in asked.items() if name != "prompt"}),
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
        }
        client = self.app.test_client()
        client.put(f"/users/{self.signed_in}", json=dict(self.claims(self.signed_in)))
        answer = Response.from_app(self.app, environ)
        back = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
        self._challenges[back["code"]] = asked["code_challenge"]
        return answer(environ, start)

    def _is_verified(self, request: Request) -> bool:
        body = request.get_data()
        request.environ["wsgi.input"] = io.BytesIO(body)
        sent = parse_qs(body.decode())
        verifier = sent.get("code_verifier", [""])[0]
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        return self._challenges.pop(sent.get("code", [""])[0], None) == challenge


@contextmanager
def a_council() -> Iterator[Council]:
    """A council's sign-in that answers at a port of its own."""
    before = os.environ.get("AUTHLIB_INSECURE_TRANSPORT")
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    council = Council()
    serving = threading.Thread(target=council.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    serving.start()
    try:
        yield council
    finally:
        council.server.shutdown()
        serving.join()
        council.server.server_close()
        os.environ.pop("AUTHLIB_INSECURE_TRANSPORT")
        if before is not None:
            os.environ["AUTHLIB_INSECURE_TRANSPORT"] = before
