"""What it costs to ask whether the service is ready, beside a page that anybody may read."""

from __future__ import annotations

from functools import partial
from statistics import median

import structlog

from bench.browsing import app_on
from bench.material.place import Place
from bench.material.timing import Told, spent_on
from tests.full_authority import FullAuthority
from tests.sample_authority import Clock, SampleAuthority
from tests.web.statements import Statements
from web.runtime.migrate import upgrade
from web.runtime.services import Services

WARMING, AT_ONCE = 3, 50
PATHS = ("/readyz", "/help", "/healthz")


def on_sqlite(place: Place) -> Told:
    """Statements of one look, and milliseconds of the processor for it and for pages."""
    clock = Clock()
    services = Services(f"sqlite:///{place.file()}", clock=clock)
    upgrade(services.writer)
    services.prepare_views()
    try:
        FullAuthority(SampleAuthority(services, clock))
        client = app_on(services).test_client()
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))

        def asked(path: str, times: int) -> None:
            for _ in range(times):
                client.get(path)

        figures: dict[str, float] = {}
        for path in PATHS:
            taken = [spent_on(partial(asked, path, AT_ONCE), 1) for _ in range(WARMING + place.rounds)]
            figures[path] = median(each.cpu for each in taken[WARMING:]) * 1000 / AT_ONCE
        statements = Statements(services)
        with statements.heard() as heard:
            asked("/readyz", 1)
        figures["/readyz, statements"] = len(heard.asked)
    finally:
        services.close()
    return Told("readiness_sqlite", "Asking whether the service is ready, SQLite", "ms of processor", figures)
