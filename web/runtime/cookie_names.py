"""Cookies by the names that browsers protect: where they are for HTTPS alone, `__Host-` goes before the name, and
`__Secure-` before that of one which is for a part of the addresses.

A browser takes a cookie so named from this very host by HTTPS alone, so that another host of the domain, or somebody
on the way, cannot plant one. The service knows them by their plain names; what comes without the prefix where it
belongs is nobody's: after an upgrade from a release that did not name them so, people sign in once more.
"""

from __future__ import annotations

from typing import Any

import flask
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.utils import cached_property

from web.runtime.headers import is_secure

HOST, SECURE = "__Host-", "__Secure-"


class CookieRequest(flask.Request):
    """Reads cookies by their plain names. `is_for_https` says that cookies are for HTTPS alone, whatever the scheme,
    where no application is at work yet that could be asked."""

    is_for_https = False

    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """The cookies of the request; where they are for HTTPS alone, only those whose names are protected."""
        sent: MultiDict[str, str] = super().cookies
        is_plain_taken = not (is_secure() if flask.has_request_context() else self.is_secure or self.is_for_https)
        return ImmutableMultiDict(
            (_plain(name), value)
            for name, value in sorted(sent.items(multi=True), key=lambda each: not each[0].startswith((HOST, SECURE)))
            if is_plain_taken or name.startswith((HOST, SECURE))
        )


class CookieResponse(flask.Response):
    """Sets cookies under the names that protect them."""

    def set_cookie(self, key: str, *args: Any, **kwargs: Any) -> None:
        """Set a cookie by its plain name, as the library does."""
        if kwargs.get("secure"):
            key = (HOST if kwargs.get("path", "/") == "/" and not kwargs.get("domain") else SECURE) + key
        super().set_cookie(key, *args, **kwargs)


def _plain(name: str) -> str:
    return name.removeprefix(HOST).removeprefix(SECURE)
