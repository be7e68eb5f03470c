"""A school in need, two providers, and a request at each stage, for the tests of requests."""

from __future__ import annotations

import pytest

from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages


@pytest.fixture
def stages(sample: SampleAuthority) -> BrokerageStages:
    return BrokerageStages(sample)
