"""How much a request may hold: bytes, fields, and the depth and length of what JSON nests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any, TypeVar

import flask
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge, UnprocessableEntity
from werkzeug.formparser import FormDataParser
from werkzeug.utils import cached_property

from domain.text import plain
from web.runtime import cookie_names
from web.runtime.old_names import present

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


class LimitedRequest(cookie_names.CookieRequest):
    """A request of which no more is read than is taken."""

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
