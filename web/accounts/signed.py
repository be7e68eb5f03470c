"""Signs what the pages of accounts do, with the id of the form that was sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.exceptions import Forbidden

from web.access.context import RequestContext, User
from web.forms.command_ids import command_id, form_key


@contextmanager
def signed(context: RequestContext, post: str) -> Iterator[User]:
    """Act as the person who is asking, in a post of theirs. Raises Forbidden to a token that only reads."""
    asking = context.user
    if not asking.may_change:
        raise Forbidden("This token can only read")
    correlation = context.id
    with context.services.acting(
        asking.person, post, asking.channel, command=command_id(context, form_key(context)), correlation=correlation
    ):
        yield asking


def own_post(asking: User) -> str:
    """The post in which somebody acts for themselves: any they hold."""
    return asking.rights[0].role.value if asking.rights else ""
