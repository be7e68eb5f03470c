"""Signs what the pages of accounts do, with the id of the form that was sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.exceptions import Forbidden

from web.access.context import RequestContext, User
from web.forms.restore import form_key


@contextmanager
def signed(context: RequestContext, post: str) -> Iterator[User]:
    """Act as the person who is asking, in a post of theirs. Raises Forbidden to a token that only reads."""
    user = context.user
    if not user.may_change:
        raise Forbidden("This token can only read")
    correlation = context.id
    with context.services.acting(
        user.person, post, user.channel, command=context.command_id(form_key(context)), correlation=correlation
    ):
        yield user


def own_post(user: User) -> str:
    """The post in which somebody acts for themselves: any they hold."""
    return user.rights[0].role.value if user.rights else ""
