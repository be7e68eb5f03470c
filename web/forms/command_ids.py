"""Under which id a command is carried out once: it follows from who sends it, to which address, and with which key.

A form brings a key that was made with its page, a program its Idempotency-Key. Neither is the id itself: whoever
learns of somebody else's key can do nothing with it, and the same key is another command at another address.
"""

from __future__ import annotations

from uuid import UUID, uuid4, uuid5

from flask import request
from werkzeug.exceptions import BadRequest

from web.access.context import RequestContext
from web.forms import restore

COMMANDS = UUID("0f1c6f0e-95a8-5d5e-9f0e-0f5f0f0a7c11")
"""The namespace in which a key becomes the id of a command."""


def command_id(context: RequestContext, key: str | UUID) -> UUID:
    """The id of the command that the person who asks sends to the present address under a key. Pages and API have
    addresses of their own, and so no command in common."""
    return uuid5(COMMANDS, f"{context.user.person} POST {request.path} {key}")


def form_key(context: RequestContext) -> UUID:
    """The key of the form that is opened or sent: made with the page, sent back with the answers."""
    restored = restore.restored(context)
    given = (restored.sent if restored else request.form).get("command")
    if given is None:
        return uuid4()
    try:
        return UUID(given)
    except ValueError:
        raise BadRequest("We could not read this form. Open the page again.") from None
