"""`sis run` and `sis serve` say what is wrong before they begin."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from web.cli import main
from web.console.running import is_open_without_https
from web.runtime.proxy import networks
from web.runtime.settings import DeploymentSettings


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


REGISTER = """URN,EstablishmentName,LA (name),EstablishmentStatus (name),PhaseOfEducation (name)
900001,Ashgrove High School,Salford,Open,Secondary
900002,Lark Hill Primary School,Trafford,Closed,Primary
"""


@pytest.mark.parametrize(
    ("text", "la", "told"),
    [
        (REGISTER, "Slaford", "Error: register.csv has no school of Slaford"),
        (REGISTER, "Trafford", "Error: register.csv has no open school of Trafford"),
        ("Type,Code\nAcademy,1\n", "355", "Error: register.csv is not a register of schools: it has no column"),
    ],
    ids=["no such authority", "only closed schools", "no register"],
)
def test_what_cannot_be_served_is_told_in_a_line_and_leaves_nothing_behind(
    text: str, la: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register, var = tmp_path / "register.csv", tmp_path / "var"
    register.write_text(text, encoding="utf-8")
    var.mkdir()
    monkeypatch.setenv("SIS_DATABASE_URL", f"sqlite:///{var / 'sis.sqlite'}")

    result = CliRunner().invoke(main, ["run", "--port", str(a_free_port()), "--register", str(register), "--la", la])

    assert result.exit_code == 1
    assert result.output.splitlines()[-1].startswith(told)
    assert "Traceback" not in result.output
    assert [left.name for left in var.iterdir() if left.name.endswith(".sqlite.making")] == []


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


@pytest.mark.parametrize(
    ("address", "told", "is_told"),
    [
        ("0.0.0.0", {}, True),
        ("192.0.2.7", {"public_url": "http://sis.example"}, True),
        ("::", {}, True),
        ("127.0.0.1", {}, False),
        ("::1", {}, False),
        ("0.0.0.0", {"public_url": "https://sis.example"}, False),
        ("10.0.0.5", {"trusted_proxies": networks("10.0.0.1")}, False),
    ],
)
def test_plain_http_beyond_the_machine_is_told(address: str, told: dict[str, Any], is_told: bool) -> None:
    assert is_open_without_https(address, DeploymentSettings("", "", **told)) is is_told
