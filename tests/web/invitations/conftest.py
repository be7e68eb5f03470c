from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from tests.web.conftest import Browser
from tests.web.market import Firm, Market
from tests.world import World


@pytest.fixture
def market(world: World) -> Market:
    """A market with a tender to which two providers are invited."""
    market = Market(world)
    market.a_tender()
    return market


@pytest.fixture
def of(sign_in: Callable[[UUID], Browser]) -> Callable[[Firm], Browser]:
    """A browser in which a provider's specialist is signed in."""
    return lambda firm: sign_in(firm.specialist)
