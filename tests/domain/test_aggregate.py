"""The base of every record: naming, signing, dating."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.aggregate import EVENTS, RECORDS, Aggregate, BadlyNamed, Event, OccurredInTheFuture
from domain.signature import NoSignature, acting, first_event_id
from domain.vocabulary import About, Purpose
from tests.scenario import TODAY, given, signed


@pytest.fixture(autouse=True)
def _no_lasting_registrations() -> Any:
    events, records = dict(EVENTS), dict(RECORDS)
    yield
    EVENTS.clear()
    EVENTS.update(events)
    RECORDS.clear()
    RECORDS.update(records)


OWNER = uuid4()


class Ledger(Aggregate):
    KIND = "ledger"

    class Opened(Event):
        TOPIC = "ledger.opened"
        says = "{by} opened {title}"
        title: str

        def apply(self, ledger: Ledger) -> None:
            ledger.title = self.title

    title: str

    def about(self) -> About:
        return About(people=(OWNER,))


def a_ledger() -> Ledger:
    with signed():
        ledger = Ledger(uuid4())
        ledger.record(Ledger.Opened(title="Visits"))
    return ledger


def test_nothing_is_recorded_outside_a_signature() -> None:
    ledger = a_ledger()
    with pytest.raises(NoSignature):
        ledger.record(Ledger.Opened(title="again"))


def test_nothing_is_dated_ahead() -> None:
    tomorrow = TODAY + timedelta(days=1)
    (
        given(a_ledger())
        .when(lambda ledger: ledger.record(Ledger.Opened(title="x"), occurred=tomorrow))
        .then_refused(OccurredInTheFuture, field="on")
    )
    (
        given(a_ledger())
        .when(lambda ledger: ledger.record(Ledger.Opened(title="x"), occurred=tomorrow, dated="checked_on"))
        .then_refused(OccurredInTheFuture, field="checked_on")
    )


def test_an_event_is_signed_with_who_when_about_whom_and_why() -> None:
    officer, colleague = uuid4(), uuid4()
    ledger = a_ledger()
    given(ledger).when(
        lambda it: it.record(
            Ledger.Opened(title="x"),
            occurred=date(2026, 10, 30),
            purpose=Purpose.CHALLENGE,
            reason="asked",
            people=[colleague, None, OWNER],
            rules=("settings-2",),
        ),
        by=officer,
        post="broker",
    )
    meta = ledger.collect_events()[-1].meta
    assert (meta.signature.actor, meta.signature.post, meta.version) == (officer, "broker", 2)
    assert (meta.occurred_on, meta.purpose, meta.reason) == (date(2026, 10, 30), Purpose.CHALLENGE, "asked")
    assert meta.about == About(people=(OWNER, colleague))
    assert meta.rules == ("settings-2",)


def test_a_command_sent_again_gives_its_events_the_same_ids() -> None:
    ledger = a_ledger()
    with signed() as signature:
        ledger.record(Ledger.Opened(title="x"))
    first = ledger.collect_events()[-1].meta.event_id
    with acting(signature):
        assert first_event_id() == first


def declare(**body: Any) -> None:
    record = type("Folder", (Aggregate,), {"KIND": "folder", **body})
    assert record


@pytest.mark.parametrize(
    "event",
    [
        {"says": "x"},
        {"TOPIC": "", "says": "x"},
        {"TOPIC": "other.opened", "says": "x"},
        {"TOPIC": "folder.opened"},
    ],
    ids=["no topic", "empty topic", "topic of another record", "no sentence"],
)
def test_an_event_needs_a_topic_and_a_sentence_of_its_own(event: dict[str, Any]) -> None:
    with pytest.raises(BadlyNamed):
        declare(Opened=type("Opened", (Event,), event))


def test_an_inherited_topic_is_refused() -> None:
    opened = type("Opened", (Event,), {"TOPIC": "folder.opened", "says": "x"})
    with pytest.raises(BadlyNamed):
        declare(Opened=opened, Reopened=type("Reopened", (opened,), {"says": "y"}))


def test_two_kinds_of_record_cannot_share_a_name() -> None:
    declare()
    with pytest.raises(BadlyNamed):
        declare()
