"""The console on the database of a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from web.runtime.services import Services


@pytest.fixture(autouse=True)
def deployment(services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands find the test's database, share its clock (the machine's) and leave their files with it."""
    services.set_clock(None)
    monkeypatch.setenv("SIS_DATABASE_URL", str(services.writer.url))
    monkeypatch.setenv("SIS_SECRET_KEY", "only for tests")
    monkeypatch.chdir(tmp_path)
