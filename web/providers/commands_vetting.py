"""Commands that keep what is known of a provider's vetting."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import request

from domain.decision import Question
from domain.delegation import Act, Granted
from domain.provider import Provider, Requirement
from domain.provider.exemptions import must_not_last_too_long
from providers.board import CheckStatus
from providers.exemption import EXEMPT, as_it_stands, latest_end, question_of_exemption
from web.access.context import Snapshot
from web.access.name_cache import names_of
from web.brokerage.vetting_policy import policy_on
from web.commands.decided import DECIDERS, Answers, DecidedAct, decide_or_ask, deciders, record_for_another
from web.commands.resource import Execution, Values
from web.providers import schemas
from web.providers.found_later import change_what_clears
from web.providers.resource import KEEP, providers, with_specialists
from web.runtime.authority import settings_of
from web.runtime.services import Services
from web.runtime.terms import bank_holidays


def _as_linked(_: Snapshot, __: Provider) -> Mapping[str, Any]:
    """What a link to the form names already, as the board of vetting does."""
    return dict(request.args)


providers.command(
    "declare-conflict",
    "Record a conflict of interest",
    KEEP,
    schemas.DeclareConflict,
    done="Conflict of interest recorded",
    method=Provider.declare_conflict,
    lookups=with_specialists,
)


providers.command(
    "meet-requirement",
    "Record a check",
    KEEP,
    schemas.MeetRequirement,
    done="Check recorded",
    lead="You record what you checked yourself.",
    method=Provider.meet,
    lookups=with_specialists,
    initial=_as_linked,
    main=True,
)


def _question(snapshot: Snapshot, provider: Provider, answers: Answers) -> Question:
    item, person, until = answers["item"], answers.get("person"), answers["until"]
    safeguard = answers.get("safeguard") or ""
    today, settings = snapshot.services.today(), settings_of(snapshot.services)[0]
    provider.must_be_exemptible(item, person, until=until, safeguard=safeguard)
    must_not_last_too_long(
        until, latest_end(item, today, working_days=settings.exemption_days, holidays=bank_holidays())
    )
    line = as_it_stands(provider, item, person, today, policy_on(snapshot.services, today))
    return question_of_exemption(
        provider,
        item,
        person,
        until=until,
        reason=answers["reason"],
        safeguard=safeguard,
        whose="The provider" if person is None else names_of(snapshot, [person]).get(person, ""),
        stands="Not required" if line is None else line.why.partition(": ")[2].capitalize() or line.status.label,
    )


def _exempt(
    _: Execution[Any], provider: Provider, answers: Answers, granted: Granted, rules: tuple[str, ...]
) -> None:
    provider.exempt(**{**answers, "safeguard": answers.get("safeguard") or ""}, granted=granted, rules=rules)


def _is_met(services: Services, provider: Provider, asked: Question) -> str:
    """That the check is met for as long as the exemption was to last, in a sentence; empty where it is not."""
    answers, today = EXEMPTION.loaded(asked.answers), services.today()
    line = as_it_stands(provider, answers["item"], answers["person"], today, policy_on(services, today))
    if line is None or line.status not in (CheckStatus.HOLDS, CheckStatus.ENDS_SOON):
        return ""
    lasts = line.good_to is None or line.good_to >= answers["until"]
    return f"{line.item.label}: the check is met, so that no exemption is needed" if lasts else ""


EXEMPTION = DecidedAct(
    providers,
    EXEMPT,
    Act.GRANT_EXEMPTION,
    answers={"item": Requirement, "person": UUID | None, "until": date, "reason": str, "safeguard": str},
    question=_question,
    lowered=lambda answers, _: answers,
    carry_out=_exempt,
    moot=_is_met,
)


def _deciders(snapshot: Snapshot, provider: Provider | None) -> Mapping[str, Any]:
    return {**with_specialists(snapshot, provider), DECIDERS: deciders(snapshot, Act.GRANT_EXEMPTION, None)}


@providers.command(
    EXEMPT,
    "Ask for an exemption",
    KEEP,
    schemas.ExemptRequirement,
    done="Exemption asked for",
    submit="Ask for the exemption",
    method=Provider.exempt,
    lookups=with_specialists,
    initial=_as_linked,
)
def exempt(execution: Execution[Provider], values: Values) -> None:
    decide_or_ask(execution, EXEMPTION, values)


@providers.command(
    "record-exemption",
    "Record an exemption granted elsewhere",
    KEEP,
    schemas.RecordExemption,
    done="Exemption recorded. The person who decided is asked to confirm it",
    submit="Record exemption",
    lead="For an exemption that a director granted in a meeting, by email or by phone.",
    method=Provider.exempt,
    lookups=_deciders,
    needs={DECIDERS: "There is nobody else who may grant exemptions"},
)
def record_exemption(execution: Execution[Provider], values: Values) -> None:
    record_for_another(execution, EXEMPTION, values)


@providers.command(
    "revoke",
    "Revoke a check or an exemption",
    KEEP,
    schemas.RevokeRequirement,
    done="Check or exemption revoked. Sessions held without it since then are recorded as held in breach",
    method=Provider.revoke,
    lookups=with_specialists,
    initial=_as_linked,
    told_in=(Provider.RequirementRevoked,),
)
def revoke(execution: Execution[Provider], values: Values) -> None:
    change_what_clears(execution, lambda _, provider: provider.revoke(**values))
