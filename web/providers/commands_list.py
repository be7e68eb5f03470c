"""Commands that suspend a provider, reinstate it, and take it off the list."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import msgspec

from domain.decision import Question, Term
from domain.delegation import Act, Granted
from domain.engagement import BrokeredEngagement, EngagementStatus
from domain.provider import Provider
from domain.provider.rules import must_not_be_suspended_today
from projections import engagements
from providers.enrolment import suspend as suspend_with
from web import formats
from web.access.context import Snapshot
from web.access.name_cache import names_of
from web.commands.choices import Choices
from web.commands.decided import Answers, DecidedAct, decide_or_ask
from web.commands.resource import Execution, Values
from web.providers import schemas
from web.providers.found_later import change_what_clears
from web.providers.resource import KEEP, providers

RUNNING = (EngagementStatus.CONFIRMED, EngagementStatus.IN_DELIVERY)
NOT_CONFIRMED = (EngagementStatus.PROPOSED, EngagementStatus.AGREED)
MOST = 1000


def _under_way(snapshot: Snapshot, provider: Provider | None) -> Mapping[str, Any]:
    """The engagements that a suspension has to decide on."""
    if provider is None:
        return {}
    asked = engagements.listed(providers=[provider.id], statuses=(*RUNNING, *NOT_CONFIRMED)).limit(MOST)
    found = engagements.engagements.rows(snapshot.connection, asked)
    schools = names_of(snapshot, {row.school for row in found})

    def listed(statuses: Collection[EngagementStatus]) -> Choices:
        return [
            (row.reference, f"{row.reference}: {row.subject} at {schools[row.school]}")
            for row in found
            if row.status in statuses
        ]

    return {schemas.ENGAGEMENTS: listed(RUNNING), schemas.NOT_CONFIRMED: listed(NOT_CONFIRMED)}


@providers.command(
    "suspend",
    "Suspend provider",
    KEEP,
    schemas.SuspendProvider,
    lead="A suspended provider is not invited, and its work is not confirmed. No session is planned while it is "
    "suspended, and one that is held all the same is in breach. Choose here what happens to its engagements.",
    done="Provider suspended",
    method=Provider.suspend,
    rules=[must_not_be_suspended_today],
    lookups=_under_way,
    check=True,
    warning=True,
    told_in=(
        Provider.Suspended,
        BrokeredEngagement.Paused,
        BrokeredEngagement.Cancelled,
    ),
)
def suspend(execution: Execution[Provider], values: Values) -> None:
    change_what_clears(
        execution,
        lambda work, provider: suspend_with(
            work, provider.id, reason=values["reason"], pause=values["pause"], cancel=values["cancel"]
        ),
    )


REINSTATE = "reinstate"


def _question(_: Snapshot, provider: Provider, answers: Answers) -> Question:
    """Whether a suspension is lifted, from the day on which that is approved at the earliest."""
    day, suspension = answers.get("from_"), provider.suspensions[-1]
    return Question(
        act=Act.REINSTATE,
        kind=provider.KIND,
        subject=provider.id,
        subject_reference=provider.reference,
        command=REINSTATE,
        answers=msgspec.json.encode(dict(answers)).decode(),
        terms=(
            Term("Provider", provider.name),
            Term("Suspended since", formats.date(suspension.from_)),
            Term("Lifted from", f"{formats.date(day)}, or the day it is approved if that is later" if day else NOW),
            Term("Reason", answers["reason"]),
        ),
        provider=provider.id,
    )


NOW = "The day it is approved"


def _reinstate(
    _: Execution[Any], provider: Provider, answers: Answers, granted: Granted, __: tuple[str, ...]
) -> None:
    from_ = max(answers.get("from_") or provider.today, provider.today)
    provider.reinstate(reason=answers["reason"], granted=granted, from_=from_)


LIFTING = DecidedAct(
    providers,
    REINSTATE,
    Act.REINSTATE,
    answers={"from_": date | None, "reason": str},
    question=_question,
    lowered=lambda answers, _: answers,
    carry_out=_reinstate,
    tried=True,
)


@providers.command(
    REINSTATE,
    "Lift the suspension",
    KEEP,
    schemas.ReinstateProvider,
    done="Lifting the suspension asked for",
    submit="Ask to lift it",
    lead="A director decides, when you have sent it. The provider stays suspended until then.",
    method=Provider.reinstate,
    main=True,
)
def reinstate(execution: Execution[Provider], values: Values) -> None:
    decide_or_ask(execution, LIFTING, values)


providers.command(
    "remove",
    "Remove provider from the list",
    KEEP,
    schemas.RemoveProvider,
    submit="Remove provider",
    done="Provider removed from the list",
    notes=("The provider's history is kept. To work with it again, register it again.",),
    method=Provider.remove,
    check=True,
    warning=True,
)
