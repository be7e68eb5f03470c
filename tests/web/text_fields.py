"""The text fields of events, found in their classes, and what somebody wrote in them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

from domain.aggregate import EVENTS, Aggregate, Event

REASON = "reason"


def text_fields(records: Iterable[type[Aggregate]]) -> set[str]:
    """Each field of the records' events that holds text, as topic and path, and `reason` where an act gives one."""
    kinds = list(records)
    packages = {kind.__module__.split(".")[1] for kind in kinds}
    found = {
        f"{event.TOPIC} {path}"
        for event in EVENTS.values()
        if event.__module__.split(".")[1] in packages
        for path in _paths(event)
    }
    return found | {f"{event.TOPIC} {REASON}" for kind in kinds for event in _reasoned(kind)}


def texts(event: Event) -> Iterator[tuple[str, str]]:
    """The fields of an event that hold text, with what they hold."""
    yield f"{event.TOPIC} {REASON}", event.meta.reason
    for path, text in _texts(event, ""):
        yield f"{event.TOPIC} {path}", text


def _paths(kind: type[Any]) -> Iterator[str]:
    hints = get_type_hints(kind)
    for field in fields(kind):
        for path in _paths_of(hints[field.name]):
            yield f"{field.name}{path}"


def _paths_of(hint: Any) -> Iterator[str]:
    if hint is str:
        yield ""
    elif inspect.isclass(hint) and is_dataclass(hint):
        yield from (f".{path}" for path in _paths(hint))
    else:
        for each in get_args(hint):
            yield from _paths_of(each)


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if type(value) is str:
        yield path, value
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each, path)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name), f"{path}.{field.name}".lstrip("."))


def _reasoned(kind: type[Aggregate]) -> Iterator[type[Event]]:
    """The events that a record takes with a reason: those named in a method that gives one."""
    for method in vars(kind).values():
        function = inspect.unwrap(getattr(method, "__func__", method))
        if inspect.isfunction(function) and re.search(r"\breason=", source := inspect.getsource(function)):
            for name in re.findall(r"\b(?:self|cls|case)\.([A-Z]\w+)", source):
                event = getattr(kind, name, None)
                if inspect.isclass(event) and issubclass(event, Event):
                    yield event
