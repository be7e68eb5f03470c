"""Every event type ever stored can still be read: one sample of each lies beside its tests."""

from __future__ import annotations

import importlib
import json
import pkgutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

import msgspec
import pytest

import domain
from domain.aggregate import EVENTS, Event
from projections.codec import decode_state, event_class_of, state_of

SAMPLES = Path(__file__).parent / "samples"

for module in pkgutil.walk_packages(domain.__path__, "domain."):
    importlib.import_module(module.name)


class Sample(TypedDict):
    """An event as some release stored it: the number of its shape then, and its own fields."""

    schema: int
    state: dict[str, Any]


def samples() -> dict[str, list[Sample]]:
    found: dict[str, list[Sample]] = {}
    for path in sorted(SAMPLES.glob("*.json")):
        found |= json.loads(path.read_text(encoding="utf-8"))
    return found


def test_each_event_type_has_a_stored_sample() -> None:
    ours = {topic for topic, event in EVENTS.items() if event.__module__.startswith("domain.")}
    assert ours == set(samples())


def lost(stored: Any, read: Any, where: str = "") -> list[str]:
    """What was stored and is not there, or is another, in what was read: a field that nobody reads any more is
    passed over in silence where it lies within another."""
    if isinstance(stored, dict) and isinstance(read, dict):
        return [each for name in stored for each in lost(stored[name], read.get(name, ...), f"{where}.{name}")]
    if isinstance(stored, list) and isinstance(read, list) and len(stored) == len(read):
        pairs = zip(stored, read, strict=True)
        return [each for number, pair in enumerate(pairs) for each in lost(*pair, f"{where}[{number}]")]
    return [] if stored == read else [where or "."]


def faults(event_class: type[Event], stored: list[Sample]) -> list[str]:
    """What is wrong with the samples of a class of event: one that cannot be read or loses something of what was
    stored, or none that has every field of today."""
    found, is_whole = [], False
    for sample in stored:
        try:
            event = decode_state(event_class, json.dumps(sample["state"]).encode(), schema=sample["schema"])
        except msgspec.ValidationError as error:
            found.append(f"{event_class.TOPIC} {sample['schema']}: {error}")
            continue
        if sample["schema"] == event_class.SCHEMA:
            read = json.loads(state_of(event))
            found += [f"{event_class.TOPIC} loses {each}" for each in lost(sample["state"], read)]
            is_whole |= read == sample["state"]
    return found if is_whole else [*found, f"{event_class.TOPIC} has no sample with every field of today"]


def test_each_stored_sample_is_read_in_full() -> None:
    assert [fault for topic, stored in samples().items() for fault in faults(event_class_of(topic), stored)] == []


@dataclass(frozen=True, slots=True)
class Plank:
    length: int
    wood: str = "oak"


class Laid(Event):
    """As its class was when the samples below were stored."""

    TOPIC = "floor.laid"
    says = ""
    planks: tuple[Plank, ...]
    by_hand: bool = False


LAID = {"planks": [{"length": 3, "wood": "ash"}], "by_hand": True}


class WithAField(Event):
    TOPIC = "floor.laid"
    says = ""
    planks: tuple[Plank, ...]
    room: str
    by_hand: bool = False


class WithAFieldThatMayBeMissing(Event):
    TOPIC = "floor.laid"
    says = ""
    planks: tuple[Plank, ...]
    by_hand: bool = False
    room: str = ""


class Renamed(Event):
    TOPIC = "floor.laid"
    says = ""
    planks: tuple[Plank, ...]
    manually: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    length: int
    timber: str = "oak"


class RenamedWithin(Event):
    TOPIC = "floor.laid"
    says = ""
    planks: tuple[Board, ...]
    by_hand: bool = False


class Raised(Event):
    TOPIC = "floor.laid"
    SCHEMA = 2
    says = ""
    boards: tuple[Plank, ...]
    by_hand: bool = False

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """Forgets to give the boards their new name."""


def test_a_class_of_today_reads_its_samples_old_and_new() -> None:
    assert faults(Laid, [{"schema": 1, "state": {"planks": []}}, {"schema": 1, "state": LAID}]) == []


@pytest.mark.parametrize(
    ("event_class", "state", "fault"),
    [
        pytest.param(Laid, {"planks": []}, "has no sample with every field", id="a sample that lacks a field"),
        pytest.param(Laid, {**LAID, "planks": [{"length": 3}]}, "has no sample", id="a sample that lacks one within"),
        pytest.param(WithAField, LAID, "missing required field `room`", id="a field without a default"),
        pytest.param(WithAFieldThatMayBeMissing, LAID, "has no sample with every field", id="a field with one"),
        pytest.param(Renamed, LAID, "unknown field `by_hand`", id="another name"),
        pytest.param(RenamedWithin, LAID, "loses .planks[0].wood", id="another name within"),
        pytest.param(Raised, LAID, "floor.laid 1: ", id="an upcaster that forgets something"),
    ],
)
def test_a_sample_that_does_not_fit_its_class_is_found(event_class: type[Event], state: Any, fault: str) -> None:
    assert fault in faults(event_class, [{"schema": 1, "state": state}])[0]
