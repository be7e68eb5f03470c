"""Days that are seldom meant, as pages and API ask about them: what is unusual, and why it is right all the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from domain.unusual import Oddity
from domain.unusual_days import questions_about
from web.commands.confirming import Confirming, why_unusual
from web.runtime.services import Services
from web.runtime.terms import bank_holidays, terms_around


class UnusualDays(Confirming):
    """What a command asks where a day that it takes is unusual."""

    why_unusual = why_unusual("on")


def day_in_school(services: Services, day: date) -> Iterator[Oddity]:
    """What is unusual about a day for a visit or a session."""
    return questions_about(day, services.today(), terms=terms_around(services, day), bank_holidays=bank_holidays())
