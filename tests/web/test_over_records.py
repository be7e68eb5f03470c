"""Of what is over nothing is said to be still to come: a sentence on a page regards the state of its record too."""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import methodcaller
from uuid import UUID

import pytest

from domain.person import Person
from domain.provider import Provider, ProviderKind
from domain.references import reference
from domain.tender import Tender
from domain.vocabulary import Side
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser

TO_COME = re.compile(r"[^.]*\b(?:yet|in \d+ days|today|tomorrow)\b")


def facts(page: str) -> str:
    """What a page says of its record, without its forms and the history beside it."""
    of_record = re.sub(r'(?s)^.*<main|<section aria-labelledby="history".*$|<form.*?</form>', " ", page)
    return re.sub(r"<[^>]+>|\s+", " ", of_record)


def a_tender(stages: BrokerageStages) -> UUID:
    return stages.a_tender()


def a_tender_with_a_question(stages: BrokerageStages) -> UUID:
    tender = stages.a_tender()
    with stages.brokering():
        stages.service.change(Tender, tender, methodcaller("ask", stages.calder.id, "On which days?"))
    return tender


def an_engagement(stages: BrokerageStages) -> UUID:
    return stages.engagement(stages.proposed()).id


def a_provider(stages: BrokerageStages) -> UUID:
    return stages.firm(3, "Ribble Teaching", "Rita Ribble", kind=ProviderKind.PRIVATE).id


def close(stages: BrokerageStages, tender: UUID) -> None:
    stages.brokerage.end_tender(tender, reason="Not needed")


def cancel(stages: BrokerageStages, engagement: UUID) -> None:
    stages.delivery.cancel(engagement, side=Side.SCHOOL, reason="Not needed")


def remove(stages: BrokerageStages, provider: UUID) -> None:
    stages.service.change(Provider, provider, methodcaller("remove", reason="Closed down"))


@pytest.mark.parametrize(
    ("path", "who", "begin", "end"),
    [
        ("/tenders/TN-2026-0001", "broker", a_tender_with_a_question, close),
        ("/invitations/TN-2026-0001", "provider", a_tender_with_a_question, close),
        ("/invitations/TN-2026-0001", "provider", a_tender, close),
        ("/engagements/BE-2026-0001", "broker", an_engagement, cancel),
        ("/providers/PV-2026-0003", "broker", a_provider, remove),
    ],
)
def test_nothing_is_awaited_of_what_is_over(
    sample: SampleAuthority,
    sign_in: Callable[[UUID], Browser],
    path: str,
    who: str,
    begin: Callable[[BrokerageStages], UUID],
    end: Callable[[BrokerageStages, UUID], None],
) -> None:
    stages = BrokerageStages(sample)
    record = begin(stages)
    reader = sign_in(stages.broker if who == "broker" else stages.calder.specialist)
    assert TO_COME.search(facts(reader.get(path)))

    with stages.brokering():
        end(stages, record)

    assert TO_COME.findall(facts(reader.get(path))) == []


def test_whoever_has_left_is_not_said_to_have_no_role_yet(
    sample: SampleAuthority, sign_in: Callable[[UUID], Browser]
) -> None:
    made_as, reader = reference("PE", TODAY.year, 90), sign_in(sample.administrator())
    with sample.acting():
        person = sample.services.service.add(lambda: Person.register(made_as, name="Nia Nobody")).id
    assert "no role yet" in reader.get(f"/people/{made_as}")

    with sample.acting():
        leaving = methodcaller("leave", on=TODAY, reason="Moved away")
        sample.services.service.change(Person, person, leaving)

    assert "This person has no role." in reader.get(f"/people/{made_as}")
