"""Every page of the product, asked for in process by the people concerned, and how long each takes."""

from __future__ import annotations

import os
import re
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from web import create_app
from web.accounts import sessions
from web.accounts.sessions import COOKIE
from web.runtime.services import Services
from web.runtime.settings import DeploymentSettings

OF_EACH = 2
"""How many pages of one kind a person looks at. Each was asked for once before, to find its links."""

MOST_PAGES = 400
LINK = re.compile(r'href="(/[^"#]*)"')
SHEET = ".csv"
LEFT_OUT = ("/static/", "/sign-out", "/password/", "/api")


class Taken(NamedTuple):
    """What a page took: milliseconds that passed, and of the processor."""

    wall: float
    cpu: float


def app_on(services: Services) -> Flask:
    """The application on services, for one worker."""
    return create_app(DeploymentSettings("", secret_key="only to measure", testing=True), services=services)


def browse(services: Services, people: Mapping[str, UUID]) -> dict[str, list[Taken]]:
    """What each page took, by its rule: every kind of page that links lead to, a few of each per person."""
    app = app_on(services)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        # A line is written for each request, as in a deployment, but not on this screen.
        structlog.configure(logger_factory=structlog.WriteLoggerFactory(nowhere))
        return _browsed(app, services, people)


def _browsed(app: Flask, services: Services, people: Mapping[str, UUID]) -> dict[str, list[Taken]]:
    times: dict[str, list[Taken]] = defaultdict(list)
    for person in people.values():
        client = _signed_in(app, services, person)
        for rule, path in _pages(app, client):
            times[rule].append(_timed(client, path))
    return dict(times)


def percentile(times: Sequence[float], share: float) -> float:
    """The time that this share of all stays within."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def show(times: Mapping[str, list[Taken]]) -> None:
    """Print p50 and p99 of each kind of page and p99 of its processor time, slowest kind first."""
    print(f"\n  {'page':<60}{'times':>6}{'p50':>9}{'p99':>9}{'cpu p99':>9}  ms")
    for rule, taken in sorted(times.items(), key=lambda each: -max(cpu for _, cpu in each[1])):
        walls, cpus = [wall for wall, _ in taken], [cpu for _, cpu in taken]
        figures = f"{median(walls):>9.1f}{percentile(walls, 0.99):>9.1f}{percentile(cpus, 0.99):>9.1f}"
        print(f"  {rule:<60}{len(taken):>6}{figures}")


def _signed_in(app: Flask, services: Services, person: UUID) -> FlaskClient:
    with services.write() as connection:
        value = sessions.begin(connection, person, services.now())
    client = app.test_client()
    client.set_cookie(COOKIE, value)
    return client


def _pages(app: Flask, client: FlaskClient) -> Iterator[tuple[str, str]]:
    """Pages that links lead to from the first one, at most so many of a kind."""
    waiting, seen, of_kind = deque(["/"]), {"/"}, dict[str, int]()
    asked = 0
    while waiting and asked < MOST_PAGES:
        path = waiting.popleft()
        rule = _rule(app, path)
        if rule is None or of_kind.get(rule, 0) >= OF_EACH:
            continue
        asked += 1
        of_kind[rule] = of_kind.get(rule, 0) + 1
        answer = client.get(path)
        links = LINK.findall(answer.text)
        if answer.location:
            links.append(urlsplit(answer.location).path)
        elif answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        else:
            yield rule, path
        for link in links:
            href = link.replace("&amp;", "&")
            if href not in seen and not href.startswith(LEFT_OUT) and SHEET not in href:
                seen.add(href)
                waiting.append(href)


def _rule(app: Flask, path: str) -> str | None:
    try:
        rule, _ = app.url_map.bind("localhost").match(path.partition("?")[0], return_rule=True)
    except RequestRedirect as redirect:
        return _rule(app, urlsplit(redirect.new_url).path)
    except HTTPException:
        return None
    return rule.rule


def _timed(client: FlaskClient, path: str) -> Taken:
    began, cpu_began = perf_counter(), process_time()
    answer = client.get(path)
    assert answer.data
    return Taken((perf_counter() - began) * 1000, (process_time() - cpu_began) * 1000)
