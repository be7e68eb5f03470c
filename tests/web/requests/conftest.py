"""A school in need, two providers, and a request at each stage, for the tests of requests."""

from __future__ import annotations

import pytest

from tests.web.market import Market
from tests.world import World


@pytest.fixture
def market(world: World) -> Market:
    return Market(world)
