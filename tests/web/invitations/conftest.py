from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages, Firm
from tests.web.conftest import Browser


@pytest.fixture
def stages(sample: SampleAuthority) -> BrokerageStages:
    """Brokerage with a tender to which two providers are invited."""
    stages = BrokerageStages(sample)
    stages.a_tender()
    return stages


@pytest.fixture
def of(sign_in: Callable[[UUID], Browser]) -> Callable[[Firm], Browser]:
    """A browser in which a provider's specialist is signed in."""
    return lambda firm: sign_in(firm.specialist)
