"""`sis run` and `sis serve` say what is wrong before they begin."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from web.cli import main


@pytest.fixture
def taken() -> Iterator[int]:
    """A port at which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


@pytest.mark.parametrize("command", ["run", "serve"])
def test_a_taken_port_is_told_in_a_line_before_anything_is_made(
    command: str, taken: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "sis.sqlite"
    monkeypatch.setenv("SIS_DATABASE_URL", f"sqlite:///{database}")
    result = CliRunner().invoke(main, [command, "--port", str(taken)])
    assert result.exit_code == 1
    assert result.output == (
        f"Error: Cannot listen at 127.0.0.1:{taken} (Address already in use): choose another address\n"
    )
    assert not database.exists()


def test_a_host_that_is_not_here_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIS_DATABASE_URL", f"sqlite:///{tmp_path / 'sis.sqlite'}")
    result = CliRunner().invoke(main, ["serve", "--host", "203.0.113.1"])
    assert result.exit_code == 1
    assert result.output.startswith("Error: Cannot listen at 203.0.113.1:8000")
