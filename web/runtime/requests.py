"""Requests and responses as the service takes and gives them.

A request may hold so much and no more: bytes, fields, and the depth and length of what JSON nests. Whoever kept an
address, or wrote a program, by names that its questions once had is answered as before.

Cookies go by the names that browsers protect: where they are for HTTPS alone, `__Host-` goes before the name, and
`__Secure-` before that of one which is for a part of the addresses. A browser takes a cookie so named from this very
host by HTTPS alone, so that another host of the domain, or somebody on the way, cannot plant one. The service knows
them by their plain names; what comes without the prefix where it belongs is nobody's: after an upgrade from a release
that did not name them so, people sign in once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any, TypeVar

import flask
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge, UnprocessableEntity
from werkzeug.formparser import FormDataParser
from werkzeug.utils import cached_property

from domain.text import plain
from web.runtime.headers import is_secure

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from web.runtime.settings import DeploymentSettings

KIB, MIB = 1024, 1024 * 1024

MOST_TYPED = MIB
"""Bytes of a request: of a form or of JSON. Where files are taken it may be larger (`takes_files`)."""

BODY_TO_COME = "sis.body-to-come"
"""Set in the environment of a request of which only the headers are there yet: whether its body is to be read."""

SetBy = Callable[["DeploymentSettings"], int]
"""Finds among the settings how many bytes of files are taken."""

V = TypeVar("V", bound=Callable[..., Any])

MOST_FIELDS = 5_000
"""Fields of a form: a page that asks something of each school of the largest county has under a thousand."""

DEEPEST = 20
LONGEST = 5_000
"""Levels of lists and objects in JSON, and entries of each."""

HOST, SECURE = "__Host-", "__Secure-"

_PERIOD = {"from": "since", "to": "until"}
_ATTACHED = {"on": "record"}
_TRAIL = {"dated": "dated_by", "part": "took_part", "kind": "record_kind", "reason": "has_reason"}
_TERM = {"year": "academic_year"}

NAMES: Mapping[str, Mapping[str, str]] = {
    "audit": _TRAIL,
    "audit.csv": _TRAIL,
    "core-visits": _TERM,
    "files": _ATTACHED,
    "files/add": _ATTACHED,
    "notes": _ATTACHED,
    "notes/write": _ATTACHED,
    "providers": {"text": "q"},
    "providers/vetting": {"standing": "status"},
    "vetting": {"standing": "status"},
    "visits": _PERIOD,
    "visits/coverage": _TERM,
    "visits/coverage.csv": _TERM,
}
"""By the path of a page or list: what was renamed, and to what."""

WORDS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("schools", "status"): {
        "Open": "open",
        "Open, but proposed to close": "proposed_to_close",
        "Proposed to open": "proposed_to_open",
        "Closed": "closed",
    }
}
"""By path and name: the words of answers that were renamed."""


def takes_files(most_bytes: int, set_by: SetBy | None = None) -> Callable[[V], V]:
    """Declares that a view takes files of so many bytes together, beside what is typed around them; `set_by` finds
    the number among the settings of a deployment.

    @pages.post("/imports/schools")
    @takes_files(100 * 1024 * 1024)
    def import_schools() -> Answer: ...
    """

    def declare(view: V) -> V:
        view.most_bytes, view.set_by = most_bytes, set_by  # type: ignore[attr-defined]  # for functions have any
        return view

    return declare


def bytes_taken_by(view: Callable[..., Any] | None, settings: DeploymentSettings | None = None) -> int:
    """Bytes of the largest request that a view takes, by the settings of a deployment or as is usual."""
    set_by: SetBy | None = getattr(view, "set_by", None)
    files = set_by(settings) if set_by and settings else int(getattr(view, "most_bytes", 0))
    return MOST_TYPED + files


def too_large(most: int) -> str:
    """What is said of a request that is larger than is taken."""
    size, unit = (most / MIB, "MiB") if most >= MIB else (most / KIB, "KiB")
    return f"The request is too large: {int(size * 10) / 10:g} {unit} is the most we accept here, including any files"


class LimitedRequest(flask.Request):
    """A request of which no more is read than is taken, whose cookies and questions go by their present, plain names.

    `is_for_https` says that cookies are for HTTPS alone, whatever the scheme, where no application is at work yet
    that could be asked.
    """

    is_for_https = False
    _of_route: int | None = None

    def __init__(self, environ: WSGIEnvironment, *args: Any, **kwargs: Any) -> None:
        """What a request says of another protocol is ignored (RFC 9110, 7.8): routes are of HTTP alone."""
        environ.pop("HTTP_UPGRADE", None)
        super().__init__(environ, *args, **kwargs)

    @property
    def max_content_length(self) -> int | None:
        """Bytes of the whole body: what is set for the route, else what its view declares."""
        if self._of_route is not None:
            return self._of_route
        app = flask.current_app
        return bytes_taken_by(app.view_functions.get(self.endpoint or ""), app.config["SIS_SETTINGS"])

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._of_route = value

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """The questions of the address by their present names, as text is taken everywhere (domain.text)."""
        query = ((name, plain(value)) for name, value in super().args.items(multi=True))
        return ImmutableMultiDict(present(self.path, query))

    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """The cookies of the request; where they are for HTTPS alone, only those whose names are protected."""
        sent: MultiDict[str, str] = super().cookies
        is_plain_taken = not (is_secure() if flask.has_request_context() else self.is_secure or self.is_for_https)
        return ImmutableMultiDict(
            (_plain_name(name), value)
            for name, value in sorted(sent.items(multi=True), key=lambda each: not each[0].startswith((HOST, SECURE)))
            if is_plain_taken or name.startswith((HOST, SECURE))
        )

    class form_data_parser_class(FormDataParser):  # noqa: N801  # the library's name for it
        """Counts the fields before it takes them apart, which costs a hundred times as much."""

        def parse(
            self,
            stream: IO[bytes],
            mimetype: str,
            content_length: int | None,
            options: dict[str, str] | None = None,
        ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
            if mimetype == "application/x-www-form-urlencoded":
                typed = stream.read()
                if typed.count(b"&") >= MOST_FIELDS:
                    raise RequestEntityTooLarge("The form has too many fields")
                stream = BytesIO(typed)
            return super().parse(stream, mimetype, content_length, options)


class CookieResponse(flask.Response):
    """Sets cookies under the names that protect them."""

    def set_cookie(self, key: str, *args: Any, **kwargs: Any) -> None:
        """Set a cookie by its plain name, as the library does."""
        if kwargs.get("secure"):
            key = (HOST if kwargs.get("path", "/") == "/" and not kwargs.get("domain") else SECURE) + key
        super().set_cookie(key, *args, **kwargs)


def _plain_name(name: str) -> str:
    return name.removeprefix(HOST).removeprefix(SECURE)


def present(path: str, query: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The questions of an address by their present names and words."""
    place = path.removeprefix("/api/v1").strip("/")
    names = NAMES.get(place, {})
    for name, value in query:
        called = names.get(name, name)
        yield called, WORDS.get((place, called), {}).get(value, value)


def check_nesting(value: object) -> None:
    """Raises UnprocessableEntity for lists and objects within each other that no command asks for."""
    level = _holding([value])
    for _ in range(DEEPEST):
        if any(len(each) > LONGEST for each in level):
            raise UnprocessableEntity(f"A list or object in the body has more than {LONGEST:,} entries")
        level = _holding(inner for each in level for inner in (each.values() if isinstance(each, dict) else each))
        if not level:
            return
    raise too_deep()


def _holding(values: Iterable[object]) -> list[list[object] | dict[str, object]]:
    return [each for each in values if isinstance(each, list | dict)]


def too_deep() -> UnprocessableEntity:
    """What is said to a body of lists within lists."""
    return UnprocessableEntity(f"Lists and objects in the body are nested more than {DEEPEST} deep")
