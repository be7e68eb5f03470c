"""What the README says is true: its commands run, and its examples are answered."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from domain.concern import ConcernCase, ConcernKind, ConcernSource, Severity
from domain.vocabulary import Purpose
from projections import people
from tests.scenario import TODAY
from tests.web.conftest import Program
from tests.world import World
from web.cli import main
from web.demonstration.loading import SEED
from web.demonstration.register import write_register

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.S)


def lines() -> list[str]:
    joined = "\n".join(BLOCKS).replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if line.strip()]


def test_every_make_target_that_is_named_exists() -> None:
    named = set(re.findall(r"`make (\w+)|^make (\w+)", README, re.M))
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {"run", "test", "reset", "help"} <= {first or second for first, second in named}
    for first, second in named:
        assert f"make {first or second} " in told


def test_every_sis_command_that_is_named_exists() -> None:
    named = re.findall(r"`sis ([a-z]+(?: [a-z]+)?)", README)
    assert len(named) >= 8
    for words in named:
        told = CliRunner().invoke(main, [*words.split(), "--help"])
        assert told.exit_code == 0, f"sis {words}: {told.output}"


def test_the_commands_to_begin_in_earnest_run(tmp_path: Path) -> None:
    write_register(tmp_path / "register.csv", seed=SEED, on=TODAY)
    script = next(block for block in BLOCKS if "sis import" in block)
    bin_folder = str(Path(sys.executable).parent)
    ran = subprocess.run(
        ["bash", "-euc", script],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "100" in ran.stdout
    assert "what the log says" in ran.stdout


def test_the_examples_of_the_api_are_answered(world: World, program: Callable[..., Program]) -> None:
    director = world.director()
    school = world.school()
    with world.acting(director, "director"):
        case = world.office.service.add(
            lambda: ConcernCase.raise_(
                "CC-2026-0001",
                school=school,
                kind=ConcernKind.LEADERSHIP,
                source=ConcernSource.OFFICER,
                severity=Severity.LOW,
                detail="Letters are not answered",
                purpose=Purpose.MONITORING,
            )
        )
    with world.office.read() as connection:
        person = people.by_id(connection, director)
    assert person is not None
    asked = program(director)
    examples = [line for line in lines() if line.startswith("curl")]
    assert len(examples) == 2
    for example in examples:
        told = example.replace("PE-2026-0002", person.reference).replace('"3"', f'"{case.version}"')
        assert _sent(asked.client, told, asked.headers) == 200


def _sent(client: FlaskClient, command: str, signed: dict[str, str]) -> int:
    words = shlex.split(command.replace('"Authorization: Bearer $TOKEN"', "unused"))
    headers, method, body, url = dict(signed), "GET", None, ""
    following = iter(words[1:])
    for word in following:
        match word:
            case "-X":
                method = next(following)
            case "-d":
                body = next(following)
            case "-H":
                name, _, value = next(following).partition(": ")
                if value:
                    headers[name] = value
            case _:
                url = word
    response = client.open(url.removeprefix("http://127.0.0.1:8000"), method=method, headers=headers, data=body)
    assert response.status_code < 400, response.text
    return response.status_code


@pytest.mark.parametrize("picture", re.findall(r"!\[.*?\]\((.*?)\)", README))
def test_every_picture_is_there(picture: str) -> None:
    assert (ROOT / picture).is_file()
