"""A request that somebody sends, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from flask import Flask, g

from web.access.context import RequestContext, User, user_of
from web.access.session_user import of_person
from web.runtime.services import services


@contextmanager
def sent_by(app: Flask, sender: UUID | User) -> Iterator[RequestContext]:
    """A request of a person with the rights of today, or of a user as found before."""
    with app.test_request_context("/"):
        if isinstance(sender, UUID):
            with services().read() as connection:
                sender = user_of(of_person(connection, sender, services().today()))
        g.context = RequestContext(user=sender)
        yield g.context
