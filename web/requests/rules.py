"""What stands against a command where more than the request has to be looked at, each rule named as it is broken."""

from __future__ import annotations

from uuid import UUID

from domain.aggregate import Refusal
from domain.support_request import ENDS, SupportRequest
from web.access.context import ContextRule, RequestContext
from web.brokerage.broker_rights import must_hold, post_for
from web.commands.choices import must_be_held
from web.commands.linked_records import BelongsElsewhere
from web.commands.resource import Execution


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


def must_take_up(request: SupportRequest, other: SupportRequest) -> None:
    """Raises BelongsElsewhere, AlreadyEnded where a request cannot be merged into the other."""
    if other.school != request.school:
        raise BelongsElsewhere("Choose a request of the same school", field="into")
    if other.status in ENDS:
        raise AlreadyEnded("Choose a request that is open", field="into")
