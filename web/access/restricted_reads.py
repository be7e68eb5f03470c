"""Who reads what is restricted is recorded: by page, program, file and sheet alike, in this one place.

Whatever shows something of a restricted record says so with `note_shown` while the answer is made; once it is made,
all that it showed is recorded in one act, each record once for a reader, day and way. An answer that failed showed
nothing.

Where the reading cannot be saved, because the disk is full, say, the answer is given all the same and the reading
stands in the service's own log: whoever keeps children safe must be able to read a concern when the database takes
nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from flask import Flask, Response, has_request_context, request

from domain.aggregate import Refusal
from domain.reading import Door, Reading
from domain.service import Unavailable
from projections import readings
from projections.event_log.faults import FAULTS
from web.access.context import RequestContext, Snapshot, User, handed
from web.access.policy import POLICY, Action
from web.access.restricted import restricted_records

log = structlog.get_logger()

AS_FILE = ("/download", "/content")
"""How the addresses end at which the bytes of a file are."""

READS = "GET"
"""What a change answers with stands in the log as the change itself."""


@dataclass
class RestrictedShown:
    """The schools of the restricted records that the present answer shows, by record."""

    schools: dict[UUID, UUID | None] = field(default_factory=dict)


def note_shown(snapshot: Snapshot, shown: Iterable[tuple[UUID | None, UUID | None]]) -> None:
    """Remember of the records that the present answer shows, each with its school, those that are restricted because
    a concern is."""
    if not has_request_context() or request.method != READS:
        return
    for record, school in shown:
        if record in restricted_records(snapshot) and record is not None:
            note_shown_itself(snapshot.context, record, school)


def note_shown_itself(context: RequestContext, record: UUID, school: UUID | None) -> None:
    """Remember that the present answer shows a record that is restricted itself."""
    context.kept(RestrictedShown).schools[record] = school


def is_shown(context: RequestContext, record: UUID) -> bool:
    """Whether the present answer shows something of a record because it is restricted and open to whoever asks."""
    return record in context.kept(RestrictedShown).schools


def add_restricted_readings(app: Flask) -> None:
    """Record with each answer what it shows of restricted records."""

    @app.after_request
    @handed
    def record(context: RequestContext, response: Response) -> Response:
        if request.method == READS and response.status_code == 200:
            record_shown(context, _door())
        return response


def _door() -> Door:
    if request.path.endswith(AS_FILE):
        return Door.FILE
    return Door.PROGRAM if request.path.startswith("/api/") else Door.PAGE


def record_shown(context: RequestContext, door: Door) -> None:
    """Record what was noted, as far as it is not known yet that the person who asks has read it today by this way."""
    shown = context.kept(RestrictedShown).schools
    context.forget(RestrictedShown)
    user = context.user_or_none
    if not shown or user is None:
        return
    try:
        _record(context, user, shown, door)
    except (Unavailable, Refusal, *FAULTS) as error:
        log.error(
            "reading of restricted records not recorded",
            person=str(user.person),
            records=sorted(map(str, shown)),
            door=door.value,
            error=str(error),
        )


def _record(context: RequestContext, user: User, shown: Mapping[UUID, UUID | None], door: Door) -> None:
    services = context.services
    with services.read_present() as connection:
        known = readings.already_recorded(connection, user.person, services.today(), door, shown)
    by_school: dict[UUID | None, list[UUID]] = {}
    for record, school in shown.items():
        if record not in known:
            by_school.setdefault(school, []).append(record)
    if not by_school:
        return
    signed = services.acting(user.person, _post(user), user.channel, correlation=context.id)
    with signed:
        services.service.add(lambda: Reading.of(by_school, door))


def _post(user: User) -> str:
    """The post by which somebody reads what is restricted; another that they hold where they see it by none of these,
    such as a visit that they make."""
    roles = [right.role for right in user.rights]
    reading = [role for role in roles if role in POLICY[Action.READ_RESTRICTED]]
    return next((role.value for role in [*reading, *roles]), "")
