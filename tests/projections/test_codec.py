"""Events to stored JSON and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, dataclass, fields
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from eventsourcing.persistence import StoredEvent
from hypothesis import given
from hypothesis import strategies as st

from domain.aggregate import EVENTS, RECORDS, Aggregate, BadlyNamed, Event, Meta
from domain.service import Unreadable
from domain.signature import LONDON, Signature
from domain.vocabulary import About, Channel, Personal, Purpose, Sensitivity, VisitKind
from projections.codec import EventMapper, UnknownSchema, decode_state, event_of, state_of, stored
from tests.notebook import Notebook


@dataclass(frozen=True)
class Part:
    name: str
    dates: tuple[date, ...]
    price: Decimal | None = None


class Everything(Aggregate):
    KIND = "everything"

    class Told(Event):
        TOPIC = "everything.told"
        says = "{by} told everything"
        text: str
        whole: int
        yes: bool
        sum: Decimal
        id: UUID
        day: date
        hour: time
        moment: datetime
        kind: VisitKind
        personal: Personal
        maybe: str | None
        part: Part
        many: tuple[Part, ...]
        by_day: dict[date, str]
        nicety: str = "none"

    class Reshaped(Event):
        TOPIC = "everything.reshaped"
        SCHEMA = 3
        says = "{by} reshaped"
        visited_on: date
        hours: dict[int, str]

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["visited_on"] = state.pop("on")

        @staticmethod
        def upcast_v2_v3(state: dict[str, Any]) -> None:
            state.setdefault("hours", {"9": "start"})


TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
SUMS = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])
MOMENTS = st.datetimes(timezones=ZONES, min_value=datetime.fromisoformat("1900-01-01"))
PARTS = st.builds(Part, TEXT, st.lists(st.dates(), max_size=3).map(tuple), st.none() | SUMS)
TOLD = st.builds(
    Everything.Told,
    text=TEXT,
    whole=st.integers(-(2**63), 2**63 - 1),
    yes=st.booleans(),
    sum=SUMS,
    id=st.uuids(),
    day=st.dates(),
    hour=st.times(),
    moment=MOMENTS,
    kind=st.sampled_from(VisitKind),
    personal=st.builds(Personal, st.uuids(), TEXT),
    maybe=st.none() | TEXT,
    part=PARTS,
    many=st.lists(PARTS, max_size=3).map(tuple),
    by_day=st.dictionaries(st.dates(), TEXT, max_size=3),
    nicety=TEXT,
)
SIGNATURES = st.builds(
    Signature,
    actor=st.none() | st.uuids(),
    post=TEXT,
    channel=st.sampled_from(Channel),
    command=st.uuids(),
    at=MOMENTS,
    on_behalf_of=st.none() | st.uuids(),
    correlation=TEXT,
    causation=st.none() | st.uuids(),
)
ABOUTS = st.builds(
    About, st.none() | st.uuids(), st.none() | st.uuids(), st.none() | st.uuids(), st.lists(st.uuids()).map(tuple)
)
METAS = st.builds(
    Meta,
    event_id=st.uuids(),
    stream=st.uuids(),
    version=st.integers(1, 2**31 - 1),
    signature=SIGNATURES,
    occurred=st.dates() | MOMENTS,
    about=ABOUTS,
    purpose=st.none() | st.sampled_from(Purpose),
    reason=TEXT,
    rules=st.lists(TEXT).map(tuple),
    sensitivity=st.sampled_from(Sensitivity),
    recorded_at=st.none(),
    position=st.none(),
)


def a_told_event(**others: Any) -> Everything.Told:
    part = Part("first", (date(2026, 11, 2),), Decimal("1.50"))
    values: dict[str, Any] = {
        "text": "a “note” with £ and \x00",
        "whole": 3,
        "yes": True,
        "sum": Decimal("10.20"),
        "id": uuid4(),
        "day": date(2026, 11, 2),
        "hour": time(9, 30),
        "moment": datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
        "kind": VisitKind.CORE,
        "personal": Personal(uuid4(), "Dr Hill"),
        "maybe": None,
        "part": part,
        "many": (part, part),
        "by_day": {date(2026, 11, 2): "Monday"},
    }
    return Everything.Told(**(values | others))


def a_bare_meta() -> Meta:
    signature = Signature(None, "", Channel.SCREEN, uuid4(), datetime(2026, 11, 2, 10, tzinfo=UTC))
    return Meta(
        uuid4(), uuid4(), 1, signature, signature.at, About(), None, "", (), Sensitivity.ORDINARY, None, None, None
    )


def changed(state: bytes, **others: Any) -> bytes:
    return json.dumps(json.loads(state) | others).encode()


@given(TOLD)
def test_an_event_is_read_as_it_was_written(event: Everything.Told) -> None:
    again = decode_state(Everything.Told, state_of(event), schema=1)
    assert again == event
    for field in fields(Everything.Told):  # type: ignore[arg-type]  # made a dataclass in __init_subclass__
        assert type(getattr(again, field.name)) is type(getattr(event, field.name)), field.name


@given(METAS)
def test_a_meta_is_read_as_it_was_written(meta: Meta) -> None:
    event = Notebook.Shut()
    event.signed(meta)
    assert event_of(stored(event)).meta == meta


def test_a_meta_with_nothing_in_it_is_stored_in_few_words() -> None:
    event = Notebook.Shut()
    event.signed(a_bare_meta())
    assert set(json.loads(stored(event).meta)) == {"post", "channel", "command", "at"}
    assert event_of(stored(event)).meta == event.meta


def test_meta_is_no_part_of_the_state() -> None:
    event = Notebook.Written(line="one")
    event.signed(a_bare_meta())
    assert json.loads(stored(event).state) == {"line": "one", "tags": [], "price": "0"}


def test_an_event_that_was_read_is_frozen_and_equal_by_what_it_says() -> None:
    event = Notebook.Written(line="one")
    event.signed(a_bare_meta())
    again = event_of(stored(event))
    assert again == event
    assert hash(again) == hash(event)
    with pytest.raises(FrozenInstanceError):
        again.line = "two"  # type: ignore[attr-defined]  # it is the refusal that is tried


def test_the_library_reads_and_writes_through_its_mapper() -> None:
    mapper, event = EventMapper(), Notebook.Written(line="one")
    event.signed(a_bare_meta())
    record = mapper.to_stored_event(event)
    assert record.originator_id == event.originator_id
    assert record.originator_version == event.originator_version
    assert mapper.to_domain_event(record) == event
    with pytest.raises(TypeError):
        mapper.to_domain_event(StoredEvent(uuid4(), 1, "notebook.written", b"{}"))


@pytest.mark.parametrize("fold", [0, 1])
def test_both_hours_of_the_night_when_clocks_go_back_are_told_apart(fold: int) -> None:
    moment = datetime(2026, 10, 25, 1, 30, tzinfo=LONDON, fold=fold)
    again: Any = decode_state(Everything.Told, state_of(a_told_event(moment=moment)), schema=1)
    assert again.moment == datetime(2026, 10, 25, fold, 30, tzinfo=UTC)


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="weather"):
        decode_state(Everything.Told, changed(state_of(a_told_event()), weather="rain"), schema=1)


def test_an_unknown_field_of_the_meta_is_refused() -> None:
    event = Notebook.Shut()
    event.signed(a_bare_meta())
    record = stored(event)
    with pytest.raises(Unreadable, match="mood"):
        _ = event_of(
            msgspec.structs.replace(record, meta=changed(record.meta.encode(), mood="cheerful").decode())
        ).meta.reason


@pytest.mark.parametrize("name", ["text", "day", "personal", "maybe"])
def test_a_missing_field_is_refused(name: str) -> None:
    state = json.loads(state_of(a_told_event()))
    del state[name]
    with pytest.raises(msgspec.ValidationError, match=name):
        decode_state(Everything.Told, json.dumps(state).encode(), schema=1)


def test_a_missing_field_that_has_a_default_takes_it() -> None:
    state = json.loads(state_of(a_told_event(nicety="some")))
    del state["nicety"]
    event = decode_state(Everything.Told, json.dumps(state).encode(), schema=1)
    assert getattr(event, "nicety", None) == "none"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", 3),
        ("text", None),
        ("whole", "3"),
        ("whole", 3.5),
        ("yes", 1),
        ("sum", "a lot"),
        ("id", "SR-2026-0142"),
        ("day", "2/11/2026"),
        ("day", "2026-11-31"),
        ("hour", "half past nine"),
        ("moment", "2026-11-02"),
        ("kind", "party"),
        ("personal", "Dr Hill"),
        ("part", {"name": "first"}),
        ("many", None),
    ],
)
def test_an_ill_typed_field_is_refused(name: str, value: object) -> None:
    with pytest.raises(msgspec.ValidationError, match=name):
        decode_state(Everything.Told, changed(state_of(a_told_event()), **{name: value}), schema=1)


def test_an_unknown_topic_is_refused() -> None:
    event = Notebook.Shut()
    event.signed(a_bare_meta())
    with pytest.raises(Unreadable, match=r"Event 0 \(notebook\.burnt\) cannot be read: this release knows no event"):
        event_of(msgspec.structs.replace(stored(event), topic="notebook.burnt"))


def test_an_event_of_an_earlier_schema_is_brought_up_step_by_step() -> None:
    now = Everything.Reshaped(visited_on=date(2026, 11, 2), hours={9: "start"})
    assert decode_state(Everything.Reshaped, b'{"on": "2026-11-02"}', schema=1) == now
    assert decode_state(Everything.Reshaped, b'{"visited_on": "2026-11-02"}', schema=2) == now
    assert decode_state(Everything.Reshaped, state_of(now), schema=3) == now


def test_what_was_brought_up_is_as_strictly_typed() -> None:
    with pytest.raises(msgspec.ValidationError, match="visited_on"):
        decode_state(Everything.Reshaped, b'{"on": "yesterday"}', schema=1)
    with pytest.raises(msgspec.ValidationError, match="weather"):
        decode_state(Everything.Reshaped, b'{"on": "2026-11-02", "weather": "rain"}', schema=1)


def test_the_schema_number_is_stored_with_the_event() -> None:
    event = Everything.Reshaped(visited_on=date(2026, 11, 2), hours={})
    event.signed(a_bare_meta())
    record = stored(event)
    assert json.loads(record.meta)["schema"] == 3
    assert event_of(record) == event


def test_an_event_of_a_later_schema_is_refused() -> None:
    with pytest.raises(UnknownSchema):
        decode_state(Everything.Reshaped, b'{"visited_on": "2026-11-02", "hours": {}}', schema=4)


@pytest.fixture
def _no_lasting_registrations() -> Iterator[None]:
    events, records = dict(EVENTS), dict(RECORDS)
    yield
    for registered, before in ((EVENTS, events), (RECORDS, records)):
        registered.clear()
        registered.update(before)  # type: ignore[arg-type]  # each is put back into its own


@pytest.mark.usefixtures("_no_lasting_registrations")
@pytest.mark.parametrize("name", ["meta", "purpose", "says", "originator_id"])
def test_a_field_may_not_hide_what_every_event_has_by_that_name(name: str) -> None:
    said = {"TOPIC": "diary.kept", "says": "{by} kept a diary", "__annotations__": {name: "str"}}
    with pytest.raises(BadlyNamed, match=name):
        type("Diary", (Aggregate,), {"KIND": "diary", "Kept": type("Kept", (Event,), said)})
