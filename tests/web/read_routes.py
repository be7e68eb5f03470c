"""Every route that is read, with all that may stand in its address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from flask import Flask
from werkzeug.routing import Rule

from domain.aggregate import Event
from projections import names
from tests.sample_authority import SampleAuthority
from web.resources import RESOURCES

NO_EVENT = str(UUID(int=0))

ALIKE = 2
"""Pages of one form that are looked at: a town has two records of each kind."""


def form_of(href: str) -> str:
    """An address without what tells it from others of its form: answers, references and numbers."""
    return re.sub(r"=[^&]*|[A-Z]{1,3}-\d{4}-\d+|\d+", "", href)


def references(sample: SampleAuthority, *, apart_from: Iterable[UUID] = ()) -> dict[str, list[str]]:
    """The references of records, and URNs, by kind, the one that tells most first."""
    left_out = frozenset(apart_from)
    with sample.services.read() as connection:
        rows = names.names.rows(connection)
    found: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda row: row.detail, reverse=True):
        if row.id not in left_out:
            found.setdefault(row.kind, []).append(row.detail)
    return found


def latest_events(sample: SampleAuthority, *, apart_from: Iterable[UUID] = ()) -> dict[str, Event]:
    """The latest event of each topic, of which the streams that are left out have none."""
    left_out = frozenset(apart_from)
    with sample.services.read() as connection:
        events = sample.services.store.everything(connection)
        return {event.TOPIC: event for event in events if event.meta.stream not in left_out}


def addresses(app: Flask, known: Mapping[str, Sequence[str]], events: Sequence[str]) -> Iterator[str]:
    """The addresses of records known by their references, of events by their ids, and of all that needs neither."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or set()) and not rule.rule.startswith("/static"):
            yield from _filled(rule, known, events)
    yield from (f"/api/v1/search?q={each}" for found in known.values() for each in found)
    yield from ("/caseload?whose=everybody", "/api/v1/caseload?whose=everybody&limit=200", "/audit.csv")
    yield from (f"/api/v1/{resource.path}?limit=200" for resource, _ in RESOURCES if resource.listing)


def _filled(rule: Rule, known: Mapping[str, Sequence[str]], events: Sequence[str]) -> Iterator[str]:
    if not rule.arguments:
        yield rule.rule
        return
    path = rule.rule.removeprefix("/api/v1").split("/")[1]
    kinds = [resource.kind.KIND for resource, _ in RESOURCES if resource.path == path]
    address = re.sub(r"<int:\w+>", "1", rule.rule)
    if "<code>" in address:
        yield from (address.replace("<code>", each) for each in events)
    elif path == "audit":
        yield from (address.replace("<record>", each) for found in known.values() for each in found)
    else:
        kinds = ["person"] if path == "accounts" else kinds
        of_kind = known.get(kinds[0], []) if kinds else ["1"]
        is_form = "_forms." in (rule.endpoint or "")
        for reference in of_kind[:1] if is_form else of_kind:
            yield re.sub(r"<(\w+:)?\w+>", reference, address)
