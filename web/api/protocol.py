"""What goes beside the answers: the headers that are sent and asked for, and what statuses an answer may have."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from web.runtime.log_position import ASKS, POSITION, TELLS

KEY_PATTERN = r'^"?[A-Za-z0-9_.:-]{8,100}"?$'

READING = (400, 401, 403, 422, 429, 503)
PREVIEWING = (*READING, 404, 413, 415)
BEGINNING = (*PREVIEWING, 409)
CHANGING = (*BEGINNING, 412, 428)
"""The statuses that reading, previewing, beginning and changing a record may answer beside success."""


def _header(description: str, example: str, **schema: Any) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string", **schema}, "example": example}


HEADERS: dict[str, dict[str, Any]] = {
    "ETag": _header(
        "The version of the record and a fingerprint of what you may see of it, for If-Match and If-None-Match",
        '"7-1c9f0a52be3d4c60"',
        pattern='^"[0-9]+-[0-9a-f]+"$',
    ),
    "Location": _header("The address of the record", "/api/v1/concerns/CC-2026-0001"),
    "Link": _header('The address of the next page, as rel="next"; missing on the last one', '<…>; rel="next"'),
    TELLS: _header(
        f"Where the change stands, sealed, to be sent as {ASKS}; missing where every reading sees it at once",
        "gAAAAABq…",
        pattern=f"^{POSITION.pattern}$",
    ),
    "Retry-After": _header("Seconds until the same may be asked again", "5", pattern="^[0-9]+$"),
    "WWW-Authenticate": _header("How requests are signed", 'Bearer realm="api"'),
    "Content-Disposition": _header("The name of the file", "attachment; filename=plan.pdf"),
}
"""The headers of answers, by name; answers name those that they carry."""

OF_PROBLEMS = {401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}
"""What problems carry."""

OF_RECORD, OF_CHANGE = ("ETag",), ("ETag", "Location", TELLS)


def header_references(*names: str) -> dict[str, str]:
    """These headers, as an answer in the document points to them."""
    return {name: name for name in names}


MIN_POSITION = {
    "in": "header",
    "name": ASKS,
    "description": f"The value of the header {TELLS} that a change gave you: the answer includes that change",
    "schema": {"type": "string", "pattern": f"^{POSITION.pattern}$"},
}
"""A parameter of everything that is read."""

IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "description": "The ETag of the record as you have it. If nothing you may see has changed, it is not sent again",
    "schema": {"type": "string"},
}
"""A parameter of every record that is read."""

IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": 'The ETag of the record as you read it, or its version alone, like "7"',
    "schema": {"type": "string", "pattern": '^(W/)?"[0-9]+(-[0-9a-f]+)?"$'},
}
"""Every change names the version of the record that it was decided on."""


class IdempotencyKey(Schema):
    """Every POST carries a key of the caller's own: sent again with the same key, it is carried out once."""

    key = fields.String(
        required=True,
        data_key="Idempotency-Key",
        validate=validate.Regexp(KEY_PATTERN, error="Send 8 to 100 letters, digits, or one of _ . : -"),
        metadata={"description": "8 to 100 letters, digits, or one of _ . : -, quoted or not; kept for 30 days"},
    )

    class Meta:
        unknown = EXCLUDE
