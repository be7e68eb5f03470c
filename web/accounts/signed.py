"""Signs what the pages of accounts do, with the id of the form that was sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

from flask import g, request
from werkzeug.exceptions import BadRequest, Forbidden

from web.identity import Visitor, signed_in
from web.office import office


@contextmanager
def signed(post: str) -> Iterator[Visitor]:
    """Act as the person who is asking, in a post of theirs. Raises Forbidden to a token that only reads."""
    asking = signed_in()
    if not asking.may_change:
        raise Forbidden("This token may only read")
    correlation = g.get("request_id", "")
    with office().acting(asking.person, post, asking.channel, command=command_id(), correlation=correlation):
        yield asking


def own_post(asking: Visitor) -> str:
    """The post in which somebody acts for themselves: any they hold."""
    return asking.rights[0].role.value if asking.rights else ""


def command_id() -> UUID:
    """The id under which a form is carried out once: made with the page, sent back with the answers."""
    given = request.form.get("command")
    try:
        return UUID(given) if given else uuid4()
    except ValueError:
        raise BadRequest("This form has lost its number. Open the page again.") from None
