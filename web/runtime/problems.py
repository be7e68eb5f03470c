"""What can go wrong, and what is answered: one table from rule to status, for pages and API alike."""

from __future__ import annotations

import re
from dataclasses import dataclass

from werkzeug.exceptions import (
    BadRequest,
    Conflict,
    Forbidden,
    HTTPException,
    InternalServerError,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    RequestEntityTooLarge,
    ServiceUnavailable,
    TooManyRequests,
    Unauthorized,
    UnprocessableEntity,
    UnsupportedMediaType,
)

from domain import service
from domain.aggregate import Refusal
from domain.money import NotMoney
from domain.references import NotAReference
from projections.event_log.faults import meant
from projections.follower import Superseded
from web.runtime.virus_scanner import ScannerAway

STATUS: tuple[tuple[type[Exception], type[HTTPException]], ...] = (
    (service.TooManyAtOnce, Conflict),
    (ScannerAway, ServiceUnavailable),
    (Refusal, UnprocessableEntity),
    (NotMoney, UnprocessableEntity),
    (NotAReference, NotFound),
    (service.NotFound, NotFound),
    (service.Stale, PreconditionFailed),
    (service.Unavailable, ServiceUnavailable),
    (service.Unreadable, InternalServerError),
    (Superseded, ServiceUnavailable),
)
"""A rule or fault of the product, and the HTTP answer to it; the first that fits counts."""

OUR_SIDE = (service.Unavailable, Superseded)

MEANWHILE = "Somebody else has changed this record. Read it again before you decide"
"""Without its versions: from a number nobody shall learn what others do."""

MISSING = "This record does not exist"
"""Without the number by which the service itself knows it."""

UNSURE = "We do not know whether this was saved. Send it again: it will only be done once"

UNREADABLE = (
    "Part of the history of this record cannot be read: a newer release of the service wrote it, or it is "
    "damaged. Nothing was saved. Trying again will not help: tell the system operator"
)
"""Without its position, by which outsiders would learn how much happens; the log and `sis views status` name it."""

TITLES: dict[type[HTTPException], str] = {
    BadRequest: "The request could not be understood",
    Unauthorized: "You are not signed in",
    Forbidden: "You do not have permission to do this",
    NotFound: "There is nothing at this address",
    Conflict: "Somebody else is changing the same record",
    PreconditionFailed: "The record has changed since you read it",
    PreconditionRequired: "Say which version of the record you have read",
    RequestEntityTooLarge: "The request is too large",
    UnsupportedMediaType: "The body has the wrong content type",
    UnprocessableEntity: "An answer is wrong, or a rule does not allow this",
    TooManyRequests: "Too many requests",
    InternalServerError: "There is a fault in the service",
    ServiceUnavailable: "The service is unavailable",
}


@dataclass(frozen=True)
class ProblemDetails:
    """A refusal or fault as the API tells it (RFC 9457). `kind` is stable: programs may rely on it."""

    kind: str
    title: str
    status: int
    detail: str = ""


def http_of(error: Exception) -> HTTPException:
    """The HTTP answer to an error of the product; an internal one to what the table does not know."""
    told = meant(error)
    for kind, answer in STATUS:
        if isinstance(told, kind):
            return answer(_told(told))
    return InternalServerError()


def _told(error: Exception) -> str | None:
    """What the person who asks is told: not what a database says of itself."""
    if isinstance(error, service.OutcomeUnknown):
        return UNSURE
    if isinstance(error, service.Stale):
        return MEANWHILE
    if isinstance(error, service.NotFound):
        return MISSING
    if isinstance(error, service.Unreadable):
        return UNREADABLE
    if isinstance(error, service.Unavailable):
        return error.says or None
    return None if isinstance(error, OUR_SIDE) else str(error)


def problem_of(error: Exception) -> ProblemDetails:
    """The problem that an error is told as."""
    answer = error if isinstance(error, HTTPException) else http_of(error)
    title = next(
        (title for kind, title in TITLES.items() if type(answer) is kind), answer.name or "The request failed"
    )
    kind = problem_name(type(error)) if isinstance(error, Refusal) else problem_name(type(answer))
    return ProblemDetails(kind, title, answer.code or 500, _detail(error, answer))


def way_on(error: Exception) -> str:
    """What somebody can do about a fault of the database whose cause is known; "" for every other."""
    told = meant(error)
    return told.way_on if isinstance(told, service.Unavailable) else ""


def _detail(error: Exception, answer: HTTPException) -> str:
    if isinstance(error, Refusal):
        return str(error)
    if answer.description == type(answer).description:
        return ""
    return str(answer.description or "")


def problem_name(kind: type[Exception]) -> str:
    """`NotCausingConcern` as `not-causing-concern`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", kind.__name__).lower()
