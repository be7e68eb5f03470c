"""What is left to chance in the tests, and how much of it: the seed repeats a run under fire.

FIRE_SEED   the seed, a number; else a new one for each run, said in the header and with a test that fails
FIRE_MOMENTS, FIRE_EVENTS   how often something is killed, and how many events are appended
FUZZING     how many times as much Hypothesis draws as it does in `make test`
"""

from __future__ import annotations

import os
import sys
from random import Random, randrange

import pytest
from hypothesis import HealthCheck, settings

# In the environment, so that the processes among which the tests are shared out have the same.
SEED = os.environ.setdefault("FIRE_SEED", str(randrange(10**6)))
MOMENTS = int(os.environ.get("FIRE_MOMENTS", "6"))
EVENTS = int(os.environ.get("FIRE_EVENTS", "4000"))
FUZZING = int(os.environ.get("FUZZING", "1"))

# How long a test takes to draw and to run is decided by the machine and by what else it does: never a fault.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=100 * FUZZING
)
settings.load_profile("any machine")


def pytest_report_header() -> str:
    """The line at the top of a run by which it can be repeated."""
    return f"chance: FIRE_SEED={SEED} FIRE_MOMENTS={MOMENTS} FIRE_EVENTS={EVENTS} FUZZING={FUZZING}"


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> Random:
    """Chance, the same again for the same seed and test."""
    sys.stdout.write(f"FIRE_SEED={SEED}\n")
    return Random(f"{SEED} {request.node.name}")
