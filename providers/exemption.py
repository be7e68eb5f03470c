"""What is asked when somebody is to work without a check for a while, and for how long that may be."""

from __future__ import annotations

import json
from collections.abc import Container
from datetime import date
from uuid import UUID

from domain.calendar import working_days_after
from domain.decision import Question, Term
from domain.provider import Provider, Requirement
from domain.provider.exemptions import WHILE_AWAITED, act_of_exemption
from domain.text import day_in_words
from providers.board import BoardRequirement, lines
from providers.vetting import VettingPolicy, months_after

EXEMPT = "exempt"

LONGEST_MONTHS = 12
"""How long somebody may do without what is judged not needed."""


def latest_end(item: Requirement, begins: date, *, working_days: int, holidays: Container[date]) -> date:
    """The last day that an exemption may have; `working_days` is the authority's limit for what is on its way."""
    if item in WHILE_AWAITED:
        return working_days_after(begins, working_days, holidays)
    return months_after(begins, LONGEST_MONTHS)


def question_of_exemption(
    provider: Provider,
    item: Requirement,
    person: UUID | None,
    *,
    until: date,
    reason: str,
    safeguard: str,
    whose: str,
    stands: str,
) -> Question:
    """Whether somebody may do without a check; `whose` is a name, `stands` how the check stands today."""
    terms = [
        Term("Provider", provider.name),
        Term("Check", item.label),
        Term("For", whose),
        Term("How it stands", stands),
        Term("Exempt until", day_in_words(until)),
        Term("Reason", reason),
    ]
    if safeguard:
        terms.append(Term("Who supervises every session", safeguard))
    answers = {
        "item": item,
        "person": None if person is None else str(person),
        "until": until.isoformat(),
        "reason": reason,
        "safeguard": safeguard,
    }
    return Question(
        act=act_of_exemption(item),
        kind=provider.KIND,
        subject=provider.id,
        subject_reference=provider.reference,
        command=EXEMPT,
        answers=json.dumps(answers),
        terms=tuple(terms),
        provider=provider.id,
        authors=() if person is None else (person,),
        matter=f"{item.value} {person or ''}".strip(),
    )


def as_it_stands(
    provider: Provider, item: Requirement, person: UUID | None, day: date, policy: VettingPolicy
) -> BoardRequirement | None:
    """How one requirement stands on a day, None where the policy does not ask for it."""
    found = lines(provider.facts, [] if person is None else [person], day, policy)
    return next((line for line in found if (line.item, line.person) == (item, person)), None)
