"""Every event type ever stored can still be read: one sample of each lies beside its tests."""

from __future__ import annotations

import importlib
import json
import pkgutil
from pathlib import Path
from typing import Any

import domain
from domain.aggregate import EVENTS
from projections.codec import decode_state, event_class_of, state_of

SAMPLES = Path(__file__).parent / "samples"

for module in pkgutil.walk_packages(domain.__path__, "domain."):
    importlib.import_module(module.name)


def samples() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(SAMPLES.glob("*.json")):
        found |= json.loads(path.read_text(encoding="utf-8"))
    return found


def test_each_event_type_has_a_stored_sample() -> None:
    ours = {topic for topic, event in EVENTS.items() if event.__module__.startswith("domain.")}
    assert ours == set(samples())


def test_each_stored_sample_is_read_in_full() -> None:
    for topic, stored in samples().items():
        event_class = event_class_of(topic)
        assert any(sample["schema"] == event_class.SCHEMA for sample in stored), f"{topic} lacks its present schema"
        for sample in stored:
            event = decode_state(event_class, json.dumps(sample["state"]).encode(), schema=sample["schema"])
            if sample["schema"] == event_class.SCHEMA:
                assert json.loads(state_of(event)) == json.loads(
                    state_of(decode_state(event_class, state_of(event), schema=event_class.SCHEMA))
                )
