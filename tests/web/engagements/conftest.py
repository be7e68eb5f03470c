from __future__ import annotations

import pytest

from tests.web.market import Market
from tests.world import World


@pytest.fixture
def market(world: World) -> Market:
    return Market(world)
