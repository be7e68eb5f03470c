"""Neither school nor provider is asked about what a restricted concern keeps from them: they could not answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from domain.vocabulary import Sensitivity
from tests.hanging import Hanging
from tests.scenario import TODAY
from tests.web.conftest import Program
from tests.world import World

Use = Callable[..., Program]

TENDER = {
    "brief": "Help with planning",
    "reply_by": str(TODAY + timedelta(days=20)),
    "question_deadline": str(TODAY + timedelta(days=10)),
    "invite": ["PV-2026-0001"],
    "reason": "Nobody else offers this",
}
ANEW = "Raise a request that says only what a provider has to know"
ASKING: dict[str, tuple[dict[str, Any], str]] = {
    "/requests/SR-2026-0909/ask-for-information": (
        {"question": "How many teachers are new?"},
        "Speak with the school",
    ),
    "/requests/SR-2026-0909/open-tender": (TENDER, ANEW),
    "/tenders/TN-2026-0909/invite": ({"invite": ["PV-2026-0002"]}, ANEW),
}


@pytest.mark.parametrize("path", ASKING)
def test_whoever_could_not_read_it_is_not_asked_and_the_way_on_is_told(world: World, program: Use, path: str) -> None:
    hanging = Hanging(world)
    hanging.keep(Sensitivity.RESTRICTED)
    api = program(hanging.town.director)
    tag = api.get(path.rpartition("/")[0]).headers["ETag"]

    body, way_on = ASKING[path]
    answer = api.post(path, body, key="ask-somebody-1", at=tag, status=422)

    assert "belongs to a restricted concern, so they could not read it" in answer.json["detail"]
    assert way_on in answer.json["detail"]
    assert api.get(path.rpartition("/")[0]).headers["ETag"] == tag


def test_the_same_is_asked_where_the_concern_is_open(world: World, program: Use) -> None:
    hanging = Hanging(world)
    path = "/requests/SR-2026-0909/ask-for-information"
    api = program(hanging.town.director)
    tag = api.get("/requests/SR-2026-0909").headers["ETag"]
    api.post(path, ASKING[path][0], key="ask-somebody-1", at=tag)
