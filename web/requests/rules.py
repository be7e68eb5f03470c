"""What stands against a command where more than the request has to be looked at, each rule named as it is broken."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from domain.aggregate import Refusal
from domain.support_request import ENDS, SupportRequest
from domain.vocabulary import Role
from web import formats
from web.access.context import ContextRule, RequestContext
from web.brokerage.broker_rights import must_hold, post_for
from web.commands.choices import APPROVERS, must_be_held
from web.commands.linked_records import BelongsElsewhere
from web.commands.resource import Execution
from web.runtime.authority import settings_of


class AlreadyEnded(Refusal):
    """A request is merged into one that came to its end."""


def must_broker(execution: Execution[SupportRequest], person: UUID) -> None:
    """Raises NotTheirPost unless the person holds the post that brokers needs of that kind."""
    post = post_for(execution.record.kind)
    must_hold(execution, person, [post], f"Choose somebody with the role of {post.label}", field="broker")


@ContextRule
def needs_broker(context: RequestContext, request: SupportRequest) -> None:
    """Raises NothingToChoose where nobody holds the post that brokers needs of that kind."""
    post = post_for(request.kind)
    must_be_held(context, (post,), f"There is nobody with the role of {post.label}. An administrator can add one")


def must_approve(execution: Execution[SupportRequest], ceiling: Decimal, approver: UUID) -> str:
    """The version of the settings by which the person may approve so much: above the authority's own limit, a
    director. Raises NotTheirPost."""
    settings, version = settings_of(execution.services)
    must_hold(execution, approver, APPROVERS, "Choose an officer or a director", field="approver")
    if ceiling > settings.approval_ceiling:
        limit = formats.money(settings.approval_ceiling)
        must_hold(
            execution,
            approver,
            [Role.DIRECTOR],
            f"A director must approve spending of more than {limit}",
            field="approver",
        )
    return version


def must_take_up(request: SupportRequest, other: SupportRequest) -> None:
    """Raises BelongsElsewhere, AlreadyEnded where a request cannot be merged into the other."""
    if other.school != request.school:
        raise BelongsElsewhere("Choose a request of the same school", field="into")
    if other.status in ENDS:
        raise AlreadyEnded("Choose a request that is open", field="into")
