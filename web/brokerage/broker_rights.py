"""What requests and tenders share: the right by which a need is brokered, and the brokerage of a command."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial
from typing import Any
from uuid import UUID

from domain.aggregate import Refusal
from domain.person import Person
from domain.service import UnitOfWork, rest_on
from domain.vocabulary import Role, SupportKind
from providers.brokerage import Brokerage
from providers.eligibility import VettingOn
from web.access.policy import Action
from web.brokerage.vetting_policy import policy_on
from web.commands.resource import Execution
from web.runtime.authority import subjects_of
from web.runtime.services import Services

BROKERED_BY: dict[SupportKind, tuple[Action, Role]] = {
    SupportKind.SPECIALIST: (Action.BROKER_SUPPORT, Role.BROKER),
    SupportKind.TRAINING: (Action.BROKER_TRAINING, Role.CPD_MANAGER),
}
"""By which right a need of each kind is brokered, and whose post that is (source report, paragraphs 11 and 14)."""


WITHOUT_THE_CONCERN = "Raise a request that says only what a provider needs to know, without the concern"
"""What can be done where a restricted concern keeps a need from providers."""


class NotTheirPost(Refusal):
    """Somebody is named who holds no post that this goes with."""


BROKERING = tuple(action for action, _ in BROKERED_BY.values())


def action_for(kind: SupportKind) -> Action:
    """The right by which a need of that kind is brokered."""
    return BROKERED_BY[kind][0]


def post_for(kind: SupportKind) -> Role:
    """The post that brokers needs of that kind."""
    return BROKERED_BY[kind][1]


def vetting_of(services: Services) -> VettingOn:
    """The vetting policy in force on a day; each day's is read once, so make it anew for each command."""
    return cache(partial(policy_on, services))


def brokerage_of(execution: Execution[Any]) -> Brokerage:
    """The brokerage by which a command is carried out."""
    return Brokerage(execution.service, vetting_of(execution.services), subjects_of(execution.services))


def must_hold(execution: Execution[Any], person: UUID, roles: Iterable[Role], message: str, *, field: str) -> None:
    """Refuse what is carried out with NotTheirPost unless the person holds one of the posts today, and still does
    when it is saved: nothing is given to somebody in the moment in which they leave."""
    asked, today = tuple(roles), execution.services.today()

    def holds(work: UnitOfWork) -> None:
        found = work.find(Person, person)
        if not any(found.holds(role, today) for role in asked):
            raise NotTheirPost(message, field=field)

    rest_on(holds)
