"""Without which checks somebody may work for a while, and what has to be there first.

Identity, the children's barred list and prohibition from teaching are never done without (Keeping children safe in
education, part three). Whoever awaits a DBS certificate is checked against the barred list and supervised.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from domain.aggregate import Refusal
from domain.delegation import Act
from domain.provider.checks import Check, Requirement
from domain.text import day_in_words


class NeverExempt(Refusal):
    """Nobody works without this check."""


class TooLong(Refusal):
    """An exemption would last longer than the authority allows."""


class NotBackwards(Refusal):
    """An exemption would cover days before it is granted."""


class NotYetSafe(Refusal):
    """What has to be there before a DBS certificate is, is missing."""


class SafeguardNeeded(Refusal):
    """Nobody is named who supervises somebody without a DBS certificate."""


class ExemptBefore(Refusal):
    """Somebody was exempt from the DBS check before, and is to have the certificate now."""


WHILE_AWAITED = frozenset({Requirement.ENHANCED_DBS, Requirement.SECOND_REFERENCE, Requirement.SAFEGUARDING_TRAINING})
"""What may be on its way: exempt for some working days."""

JUDGED_NOT_NEEDED = frozenset(
    {Requirement.QUALIFIED_TEACHER, Requirement.PROFESSIONAL_INDEMNITY, Requirement.OVERSEAS_CHECK}
)
"""What some work can do without, or what some countries do not give: exempt for a year at the most."""

BY_TWO = frozenset({Requirement.ENHANCED_DBS, Requirement.OVERSEAS_CHECK})
"""Where two people decide."""

MAY_BE_EXEMPT = WHILE_AWAITED | JUDGED_NOT_NEEDED

_INSTEAD = {
    Requirement.PUBLIC_LIABILITY: "insurance is renewed, and nobody is exempt from it",
    Requirement.RIGHT_TO_WORK: "get this first. Nobody is exempt from it",
    Requirement.FIRST_REFERENCE: "get this first. Nobody is exempt from it",
    Requirement.LETTER_OF_ASSURANCE: "get this first. Nobody is exempt from it",
    Requirement.DATA_PROTECTION_TERMS: "get this first. Nobody is exempt from it",
    Requirement.CONFLICT_DECLARATION: "get this first. Nobody is exempt from it",
}

_BEFORE_DBS = (Requirement.BARRED_LIST, Requirement.FIRST_REFERENCE, Requirement.SECOND_REFERENCE)


def must_be_exemptible(
    item: Requirement, person: UUID | None, checks: Iterable[Check], *, until: date, today: date
) -> None:
    """Raises NeverExempt, NotBackwards, NotYetSafe, ExemptBefore."""
    if item not in MAY_BE_EXEMPT:
        raise NeverExempt(f"{item.label}: {_INSTEAD.get(item, 'nobody can be exempt from this')}", field="item")
    if until < today:
        raise NotBackwards(
            "An exemption holds from the day it is granted. Record a session before that as held without the check",
            field="until",
        )
    if item is Requirement.ENHANCED_DBS:
        _must_be_safe_without_certificate([check for check in checks if check.person == person], today)


def act_of_exemption(item: Requirement) -> Act:
    """What is decided: where a DBS certificate is awaited, or a check abroad cannot be had, two people decide."""
    return Act.EXEMPT_FROM_DBS if item in BY_TWO else Act.GRANT_EXEMPTION


def must_not_last_too_long(until: date, latest: date) -> None:
    """Raises TooLong."""
    if until > latest:
        raise TooLong(f"This exemption can last until {day_in_words(latest)} at the latest", field="until")


def _must_be_safe_without_certificate(checks: list[Check], today: date) -> None:
    if any(check.item is Requirement.ENHANCED_DBS and check.exempt for check in checks):
        raise ExemptBefore("This person was exempt from the DBS check before. Get the certificate", field="item")
    met = {check.item for check in checks if check.holds_on(today) and not check.exempt}
    for item in _BEFORE_DBS:
        if item not in met:
            raise NotYetSafe(f"{item.label}: record this before an exemption from the DBS check", field="item")
