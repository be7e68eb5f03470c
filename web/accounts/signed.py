"""Signs what the pages of accounts do, with the id of the form that was sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import g
from werkzeug.exceptions import Forbidden

from web.command_ids import command_id, form_key
from web.identity import Visitor, signed_in
from web.office import office


@contextmanager
def signed(post: str) -> Iterator[Visitor]:
    """Act as the person who is asking, in a post of theirs. Raises Forbidden to a token that only reads."""
    asking = signed_in()
    if not asking.may_change:
        raise Forbidden("This token may only read")
    correlation = g.get("request_id", "")
    with office().acting(
        asking.person, post, asking.channel, command=command_id(form_key()), correlation=correlation
    ):
        yield asking


def own_post(asking: Visitor) -> str:
    """The post in which somebody acts for themselves: any they hold."""
    return asking.rights[0].role.value if asking.rights else ""
