"""Every event is told in one sentence that people can read."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from string import Formatter
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.aggregate import EVENTS, Event, Meta
from domain.concern import ConcernCase
from domain.imports import Import
from domain.money import pounds
from domain.note import Note
from domain.person import Person
from domain.provider import events as provider
from domain.school import School
from domain.signature import Signature
from domain.vocabulary import About, Channel, Personal, Purpose, Role, Sensitivity
from projections.codec import decode_state
from web.access.disclosure import restricted_sentence
from web.audit.details import _Reader, label_of
from web.history.sentences import ids_in, sentence, value_in_words
from web.runtime import registered_views

SAMPLES = Path(__file__).parents[1] / "domain" / "samples"
KNOWN = {
    *("by", "this_person", "reason", "occurred", "purpose"),
    *("own_act", "recorded", "recorder", "on_behalf"),
}
ANNE, BEN = uuid4(), uuid4()
NAMES = {ANNE: "Anne Webb", BEN: "Ben Hall"}

assert registered_views.VIEWS, "the views bring every record of the product with them"


def meta(
    *,
    actor: UUID | None = ANNE,
    channel: Channel = Channel.SCREEN,
    reason: str = "",
    sensitivity: Sensitivity = Sensitivity.ORDINARY,
    behalf: UUID | None = None,
) -> Meta:
    at = datetime(2026, 11, 2, 10, tzinfo=UTC)
    signature = Signature(actor, "officer", channel, uuid4(), at, on_behalf_of=behalf)
    return Meta(
        event_id=uuid4(),
        stream=uuid4(),
        version=1,
        signature=signature,
        occurred=date(2026, 10, 30),
        about=About(),
        purpose=Purpose.SUPPORT,
        reason=reason,
        rules=(),
        sensitivity=sensitivity,
        decision=None,
        recorded_at=None,
        position=None,
    )


def signed(event: Event, **more: Any) -> Event:
    event.signed(meta(**more))
    return event


def stored() -> list[Event]:
    """A stored sample of each event, at its present schema."""
    found = []
    for path in sorted(SAMPLES.glob("*.json")):
        for topic, samples in json.loads(path.read_text(encoding="utf-8")).items():
            for sample in samples:
                event = decode_state(EVENTS[topic], json.dumps(sample["state"]).encode(), schema=sample["schema"])
                found.append(signed(event, reason="It was agreed"))
    return found


def test_every_word_in_braces_is_known_to_its_event() -> None:
    for topic, event in EVENTS.items():
        asked = {name for _, name, _, _ in Formatter().parse(event.says) if name}
        assert asked <= KNOWN | _held(event), topic


@pytest.mark.parametrize("word", ["by", "this_person", "occurred"])
def test_no_event_holds_what_every_sentence_may_say(word: str) -> None:
    """Else a sentence told the one for the other: of an offer its provider, where it says the subject."""
    assert [topic for topic, event in EVENTS.items() if word in _held(event)] == []


def test_the_reason_that_an_event_holds_itself_is_told_where_nobody_gave_one() -> None:
    refused = signed(Import.Refused(reason="It is of another authority"))
    assert sentence(refused, NAMES).endswith(": It is of another authority")


def _held(event: type[Event]) -> set[str]:
    """The names of what an event holds, and of what it works out of it."""
    fields = {name for kind in event.__mro__ for name in vars(kind).get("__annotations__", {})}
    worked_out = {name for kind in event.__mro__ for name, value in vars(kind).items() if isinstance(value, property)}
    return fields | worked_out


def test_who_is_named_beside_whoever_acts_is_told_as_named_by_them() -> None:
    """They need not have known of it. Where whoever acts names themselves it is their own act."""
    for event in stored():
        for field in (*event.DECIDERS, *event.DOERS):
            if getattr(event, field) is None:
                continue
            named = {ANNE: "Anne Webb", getattr(event, field): "Ben Hall"}
            said = sentence(event, names_for(event) | named)
            assert re.search(r"^Anne Webb recorded|, naming (\w+ \w+ .*)?Ben Hall", said), f"{event.TOPIC}: {said}"
            assert not re.search(r"\b(approved|authorised|agreed|checked)\b[^,:]* by Ben Hall", said), said
            if len((*event.DECIDERS, *event.DOERS)) < 2:
                vars(event)[field] = ANNE
                said = sentence(event, names_for(event))
                assert said.count("Anne Webb") == 1, f"{event.TOPIC}: {said}"


def names_for(event: Event) -> dict[UUID, str]:
    return dict.fromkeys(ids_in([event]), "Jo Bell") | NAMES


WITHOUT_AN_ACT = {
    "account person": "whose account it is",
    "authority person": "who is let in or appointed",
    "concern visit": "a record",
    "decision decider": "“recorded that … agreed”, who is asked to confirm it",
    "decision recorded_by": "who recorded it, in the time before decisions were kept",
    "engagement new": "who comes instead",
    "engagement old": "who no longer comes",
    "engagement provider": "with whom the work is",
    "engagement specialist": "who shall do the work, or is cleared",
    "decision principal": "for whom a deputy decides",
    "note reader": "whoever acts",
    "person deputy": "who shall decide for another",
    "person provider": "where the post is",
    "person school": "where the post is",
    "provider person": "whom it concerns",
    "provider school": "what it concerns",
    "school into": "a record",
    "school officer": "who is given the school",
    "support-request broker": "who is given the request",
    "support-request into": "a record",
    "support-request officer": "by whom it is promised",
    "support-request person": "who met the need",
    "support-request provider": "whom it concerns",
    "tender provider": "whom it concerns, and for whom whoever acts quotes",
    "tender specialist": "who is quoted for",
    "visit lead": "who shall lead it",
}
"""Who and what a sentence names beside whoever acts, where it says of nobody that they did or decided something."""

EARLIER_ACT = {"proposed_by", "link_made_by", "first"}
"""Who did something before, by an event of their own."""


def test_who_a_sentence_names_beside_whoever_acts_is_declared_or_did_nothing() -> None:
    found = set()
    for topic, event in EVENTS.items():
        kinds = {
            name: str(kind) for each in event.__mro__ for name, kind in vars(each).get("__annotations__", {}).items()
        }
        for word in {name for _, name, _, _ in Formatter().parse(event.says) if name}:
            if kinds.get(word, "").startswith(("UUID", "SchoolId")) and word not in (
                *event.DECIDERS,
                *event.DOERS,
                *EARLIER_ACT,
            ):
                found.add(f"{topic.partition('.')[0]} {word}")
    assert found == {*WITHOUT_AN_ACT}


def test_what_is_recorded_for_another_is_not_told_as_the_act_of_whoever_records_it() -> None:
    told = {event.TOPIC: event for event in stored()}
    for topic, said in {
        "engagement.agreed-by-school": "Anne Webb recorded that the school agreed to the terms. It was agreed",
        "engagement.agreed-by-provider": "Anne Webb recorded that the provider agreed to the terms. It was agreed",
        "support-request.spending-approved": "Anne Webb recorded approval by Ben Hall of spending of up to £2,500 ",
        "concern.intervention-decided": "Anne Webb recorded that Ben Hall decided to start an intervention, first",
        "tender.invitation-declined": "Anne Webb recorded a refusal of the invitation to Jo Bell",
    }.items():
        event = signed(told[topic], reason="It was agreed", behalf=BEN)
        assert sentence(event, names_for(event)).startswith(said), topic
    quoted = signed(told["tender.quote-received"], reason="By telephone", behalf=BEN)
    assert sentence(quoted, names_for(quoted)).endswith("VAT, recorded by Anne Webb. By telephone")


UNREADABLE = re.compile(r"[{}<>]|UUID|Decimal|datetime|None\b|object at|_|  | [,.;:)]|\( |[a-z]\.[a-z]+-")
"""What a program would say and no person."""


def test_every_event_is_told_in_a_sentence_that_a_person_can_read() -> None:
    for event in stored():
        said = sentence(event, dict.fromkeys(ids_in([event]), "Jo Bell"))
        assert not UNREADABLE.search(_without_own_words(said, event)), f"{event.TOPIC}: {said}"
        assert said[0].isupper(), f"{event.TOPIC}: {said}"
        assert "somebody" not in said, f"{event.TOPIC}: {said}"
        assert "not given" not in said, f"{event.TOPIC}: {said}"


def _without_own_words(said: str, event: Event) -> str:
    """The sentence without what a person wrote into it, and without names of files."""
    said = re.sub(r"\b[\w-]+\.csv\b", "…", said)
    for value in vars(event).values():
        if isinstance(value, (str, Personal)) and str(value):
            said = said.replace(str(value), "…")
    return said


@pytest.mark.parametrize("one", [1, Decimal(1)])
def test_one_of_a_thing_is_told_in_the_singular(one: int | Decimal) -> None:
    for event in stored():
        for name, value in vars(event).items():
            if type(value) is type(one):
                vars(event)[name] = one
        said = sentence(event, dict.fromkeys(ids_in([event]), "Jo Bell"))
        assert not re.search(r"\b1 (?!as\b|is\b|was\b)[a-z]+s\b", said), f"{event.TOPIC}: {said}"


def test_every_field_of_every_event_is_told_on_its_page() -> None:
    for event in stored():
        reader = _Reader({}, restricted_too=True, knows_source=True)
        for name, value in vars(event).items():
            text = reader.text(value, name)
            assert not re.search(r"UUID\(|Decimal\(|datetime\.|<[A-Z]|Personal\(", text), f"{event.TOPIC} {name}"
            assert text or value in (None, "", (), {}, []), f"{event.TOPIC} {name}: {value!r}"


# Who acted


def test_the_actor_is_called_by_the_name_of_the_day() -> None:
    registered = signed(Person.Registered(reference="PE-2026-0001", name=Personal(BEN, "Ben Hall"), email=None))
    assert sentence(registered, NAMES) == "Anne Webb registered Ben Hall (PE-2026-0001)"
    assert sentence(registered, {ANNE: "Anne Green"}) == "Anne Green registered Ben Hall (PE-2026-0001)"


@pytest.mark.parametrize(
    ("channel", "who"),
    [
        (Channel.IMPORT, "An import"),
        (Channel.RULE, "The service"),
        (Channel.COMMAND_LINE, "The system operator"),
        (Channel.SCREEN, "Somebody"),
    ],
)
def test_what_acts_without_a_person_is_named_for_what_it_is(channel: Channel, who: str) -> None:
    closed = signed(Person.EmailChanged(email=None), actor=None, channel=channel)
    assert sentence(closed, NAMES).startswith(f"{who} removed the email address")


def test_the_reason_of_a_choice_stands_in_its_sentence() -> None:
    left = signed(Person.Left(on=date(2026, 10, 30), posts=()), reason="Moved to Vale")
    assert sentence(left, NAMES) == (
        "Anne Webb recorded 30 October 2026 as somebody's last day. Reason: Moved to Vale"
    )


JULY, AUGUST = date(2027, 7, 1), date(2027, 8, 31)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            School.LinkOfficerReleased(officer=BEN, from_=JULY, until=AUGUST),
            "set 31 August 2027 as the last day of Ben Hall as link officer",
        ),
        (
            School.LinkOfficerReleased(officer=BEN, from_=JULY, until=None),
            "removed Ben Hall as link officer, due to start on 1 July 2027",
        ),
        (
            School.CoverEnded(officer=BEN, from_=JULY, until=AUGUST),
            "set 31 August 2027 as the last day of cover by Ben Hall",
        ),
        (
            School.CoverEnded(officer=BEN, from_=JULY, until=None),
            "cancelled cover by Ben Hall, due to start on 1 July 2027",
        ),
        (
            Person.PostEnded(post=1, role=Role.BROKER, until=AUGUST),
            "set 31 August 2027 as the last day of somebody's role as broker",
        ),
        (
            Person.PostEnded(post=1, role=Role.BROKER, until=None),
            "ended somebody's role as broker before it started",
        ),
    ],
)
def test_what_ends_on_a_later_day_is_not_said_to_have_ended(event: Event, words: str) -> None:
    assert sentence(signed(event, reason="Moved"), NAMES) == f"Anne Webb {words}: Moved"


@pytest.mark.parametrize("said", ["It did.", "Did it?", "It did!", "It did…"])
def test_words_that_end_a_sentence_take_no_second_full_stop(said: str) -> None:
    event = ConcernCase.Raised.__new__(ConcernCase.Raised)
    vars(event).update(meta=meta(), detail=said, source="It did")

    assert sentence(event, NAMES, "{detail}. Then {detail:as …}. {source}. {detail}") == (
        f"{said} Then as {said} It did. {said}"
    )


def test_words_around_a_value_that_is_not_given_are_left_out() -> None:
    told_of_all = {"trading_as": "Hollin Maths", "name": Personal(BEN, "Ben Hall")}
    for given, words in (
        (told_of_all, "to Hollin Maths Ben Hall"),
        (told_of_all | {"name": None}, "to Hollin Maths"),
        (told_of_all | {"trading_as": ""}, "to Ben Hall"),
    ):
        renamed = signed(provider.Renamed(**given))  # type: ignore[arg-type]  # the same two fields each time
        assert sentence(renamed, NAMES) == f"Anne Webb changed the provider's name {words}"


def test_those_whose_names_a_sentence_needs_are_told_beforehand() -> None:
    assessed = next(event for event in stored() if isinstance(event, ConcernCase.Assessed))
    assert ids_in([assessed]) == {ANNE, assessed.authoriser}
    acting = signed(Person.EmailChanged(email=None), behalf=BEN)
    assert ids_in([acting]) == {ANNE, BEN}


# Values


@pytest.mark.parametrize(
    ("value", "field", "words"),
    [
        (None, "", "not given"),
        (True, "", "yes"),
        (False, "", "no"),
        (Role.CPD_MANAGER, "", "CPD manager"),
        (Role.OFFICER, "", "School Improvement Officer"),
        (Role.CHAIR, "", "chair of governors"),
        (Purpose.CHALLENGE, "", "challenge"),
        (date(2026, 11, 2), "", "2 November 2026"),
        (time(16, 10), "", "4:10pm"),
        (datetime(2026, 7, 1, 11, tzinfo=UTC), "", "1 July 2026, midday"),
        (pounds("1200"), "net", "£1,200"),
        (pounds("350.5"), "day_rate", "£350.50"),
        (Decimal("2.5"), "days", "2.5 days"),
        (Decimal("10.0"), "days", "10 days"),
        (Decimal("10.0"), "hours", "10"),
        (12, "number", "12"),
        (1, "minutes", "1 minute"),
        (90, "minutes", "90 minutes"),
        (Personal(BEN, "Ben Hall"), "", "Ben Hall"),
        (BEN, "", "Ben Hall"),
        (uuid4(), "", "somebody"),
        ((BEN, ANNE), "", "Ben Hall, Anne Webb"),
        ((), "", "none"),
        ({"two": date(2026, 1, 2), "one": None}, "", "one: not given, two: 2 January 2026"),
    ],
)
def test_a_value_is_told_as_people_write_it(value: Any, field: str, words: str) -> None:
    assert value_in_words(value, NAMES, field=field) == words


def test_a_label_is_the_fields_name_in_words() -> None:
    assert label_of("reply_by") == "Reply by"
    assert label_of("from_") == "From"


# What is kept back


def test_a_veil_tells_that_something_happened_and_no_more() -> None:
    withdrawn = signed(Note.Withdrawn(), sensitivity=Sensitivity.RESTRICTED, reason="Named a child")
    assert restricted_sentence(withdrawn) == "A restricted note was withdrawn"
    started = next(event for event in stored() if event.TOPIC == "concern.intervention-started")
    started.signed(meta(sensitivity=Sensitivity.SAFEGUARDING))
    assert restricted_sentence(started) == "A safeguarding entry was made in a concern: intervention started"
