"""Breaches that are found later: what is recorded today shows that a session of then was held without clearance."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

from domain.engagement import BrokeredEngagement
from domain.provider import Provider
from domain.service import UnitOfWork
from providers.eligibility import VettingOn
from providers.outlook import Vetted, outlook_on, vetted


def find_breaches(
    work: UnitOfWork, provider: Provider, before: Vetted, engagements: Iterable[UUID], vetting: VettingOn
) -> None:
    """Record the breaches in sessions held under these engagements of a provider, as what was recorded since `before`
    shows them. What was missing before is none of them: it was known, or is judged by later rules."""
    after = vetted(provider)
    for engagement in (work.find(BrokeredEngagement, each) for each in engagements):
        for session in engagement.delivered_sessions:
            if session.specialist is None:
                continue
            policy, on = vetting(session.on), session.on
            known = outlook_on(before, session.specialist, on, policy, today=on).against
            found = outlook_on(after, session.specialist, on, policy, today=on).against
            missing = tuple(each for each in found if each not in known)
            engagement.find_breach(session.number, missing=missing, rules=(policy.version,))


def change_what_clears(
    work: UnitOfWork,
    provider: Provider,
    decide: Callable[[], object],
    engagements: Iterable[UUID],
    vetting: VettingOn,
) -> None:
    """Change a provider in hand, and record of each session held under these engagements what is known to have been
    missing only now."""
    before = vetted(provider)
    decide()
    find_breaches(work, provider, before, engagements, vetting)
