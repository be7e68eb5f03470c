"""What others recorded in somebody's name before decisions were kept is theirs to confirm or disown, one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
import sqlalchemy as sa

from domain.aggregate import Event
from domain.concern import ConcernCase
from domain.references import record_id
from domain.support_request import SupportRequest
from domain.vocabulary import Purpose
from projections.event_log import EVENTS
from tests.sample_authority import SampleAuthority
from tests.web.audit.test_decisions import found, triaged
from tests.web.audit.test_pages import concern, text_of
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program

SignIn = Callable[[UUID], Browser]
Programs = Callable[..., Program]

REFERENCES = ("SR-2026-0001", "SR-2026-0002")
IN_NAME = "/decisions/in-your-name"


@pytest.fixture
def named(sample: SampleAuthority, stages: BrokerageStages) -> dict[str, str]:
    """The ids of the entries by which a broker named the director as the approver, by their requests."""
    events: dict[str, str] = {}
    for reference in REFERENCES:
        with stages.brokering():
            sample.services.service.add(lambda reference=reference: triaged(stages, reference))
        id = record_id(SupportRequest.KIND, reference)
        with stages.brokering():
            sample.services.service.change(
                SupportRequest,
                id,
                lambda request: request.record(
                    SupportRequest.ApprovedToBroker(ceiling=Decimal(3600), approver=stages.director),
                    people=(stages.director,),
                    occurred=date(2026, 10, 26),
                ),
            )
        events[reference] = str(last_event(sample, id).meta.event_id)
    return events


def last_event(sample: SampleAuthority, id: UUID) -> Event:
    _, events = sample.services.service.find_with_history(SupportRequest, id)
    return events[-1]


def stored(sample: SampleAuthority, entry: str) -> str:
    with sample.services.read() as connection:
        query = sa.select(EVENTS.c.state).where(EVENTS.c.event_id == UUID(entry))
        return str(connection.execute(query).scalar_one())


def test_each_is_confirmed_or_disowned_by_itself_and_what_was_recorded_stays_as_it_is(
    named: dict[str, str], sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    first, second = named.values()
    before = stored(sample, first)
    director = sign_in(stages.director)
    assert "2 decisions stand in your name" in director.get("/decisions/")
    assert f'href="/decisions/confirm-earlier?entry={first}"' in director.get(IN_NAME)
    form = text_of(director.get(f"/decisions/disown-earlier?entry={first}"))
    assert "Bea Broker recorded approval by Dora Director of spending of up to £3,600 excluding VAT" in form
    director.send("/decisions/disown-earlier", {"entry": first, "reason": "Nobody asked me"})
    director.send(f"/decisions/confirm-earlier?entry={second}", {"entry": second})
    page = text_of(director.get(IN_NAME))
    assert "You have answered for all of them" in page
    assert "You disowned this in DN-2026-0001" in page
    assert "You confirmed this in DN-2026-0002" in page
    told = text_of(director.get("/decisions/DN-2026-0001"))
    assert "Recorded by Bea Broker; disowned by Dora Director: Nobody asked me" in told
    assert "Dora Director answered for what Bea Broker had recorded on" in told
    assert stored(sample, first) == before
    again = text_of(director.send("/decisions/confirm-earlier", {"entry": first}, status=422).text)
    assert "you have answered for it" in again

    reviewer = program(sample.reviewer())
    entries = {each["record"]: each for each in found(reviewer, "decided=before_decisions") if each["basis"]}
    assert [entries[each]["confirmation"] for each in REFERENCES] == ["disowned", "confirmed"]
    assert REFERENCES[0] in {each["record"] for each in found(reviewer, "decided=disowned")}
    assert found(reviewer, "decided=not_confirmed") == []
    told_by_api = reviewer.get("/decisions/DN-2026-0001").json
    assert (told_by_api["entry_id"], told_by_api["basis"]) == (first, "before_decisions")


def test_nothing_more_rests_on_what_is_disowned_until_it_is_decided_now(
    named: dict[str, str], stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    director, broker = sign_in(stages.director), sign_in(stages.broker)
    entry = named[REFERENCES[0]]
    said = {"entry": entry, "reason": "I said no"}
    program(stages.director).post("/decisions/disown-earlier", said, key="disowning-1", status=201)
    assert "Recorded by Bea Broker; disowned by Dora Director." in broker.get(f"/requests/{REFERENCES[0]}")
    refused = text_of(broker.get(f"/requests/{REFERENCES[0]}/shortlist", 409))
    assert "Dora Director has disowned it. A director has to decide on it again first" in refused
    assert "Settle what somebody has disowned" in director.get("/caseload?whose=everybody")
    director.send("/decisions/DN-2026-0001/decide-afterwards", {"reason": "It was right, and I decide it now"})
    assert "Dora Director has disowned" not in text_of(broker.get(f"/requests/{REFERENCES[0]}/shortlist"))


def test_nobody_answers_for_what_names_somebody_else(
    named: dict[str, str], sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    entry = named[REFERENCES[0]]
    for person in (stages.broker, sample.director("Dario Director")):
        refused = sign_in(person).send("/decisions/confirm-earlier", {"entry": entry}, status=422).text
        assert "Nothing of that kind was recorded in your name" in refused
    sign_in(stages.head).get(f"/decisions/confirm-earlier?entry={entry}", 403)


def test_what_takes_nobodys_decision_today_is_answered_for_and_holds_up_nothing(
    sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    officer = sample.officer("Olive Officer")
    with sample.acting(officer, "officer"):
        sample.services.service.add(lambda: paused(a_concern(sample), stages.director))
    entry = found(program(sample.reviewer()), f"person={sample.reference(stages.director)}&took_part=named")[0]["id"]
    director = sign_in(stages.director)
    director.send("/decisions/disown-earlier", {"entry": entry, "reason": "I was on leave"})
    page = text_of(director.get("/decisions/DN-2026-0001"))
    assert "Olive Officer recorded a pause of the concern, naming Dora Director" in page
    refused = text_of(director.get("/decisions/DN-2026-0001/decide-afterwards", 409))
    assert "Record what followed instead" in refused
    other = sign_in(sample.director("Dario Director"))
    other.send("/decisions/DN-2026-0001/settle", {"reason": "The concern was taken up again"})
    assert "Since then: The concern was taken up again" in text_of(director.get("/decisions/DN-2026-0001"))


def a_concern(sample: SampleAuthority) -> ConcernCase:
    return concern(1, sample.school("Oak Lane School"), "Attendance", Purpose.CHALLENGE)


def paused(case: ConcernCase, authoriser: UUID) -> ConcernCase:
    event = case.Paused(authoriser=authoriser)
    case.record(event, purpose=Purpose.CHALLENGE, reason="Until review", people=[authoriser])
    return case
