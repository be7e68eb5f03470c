"""What the README says is true: its commands run, and its examples are answered."""

from __future__ import annotations

import csv
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from domain.concern import ConcernCase, ConcernKind, ConcernSource, Severity
from domain.vocabulary import Purpose
from projections import people
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Browser, Program, an_app
from web import open_services
from web.cli import main
from web.demonstration.loading import SEED
from web.demonstration.register import write_register
from web.runtime.services import Services
from web.runtime.settings import DeploymentSettings

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
    named = re.findall(r"`sis ([a-z][a-z-]*(?: [a-z][a-z-]*)?)", README)
    assert len(named) >= 8
    for words in named:
        told = CliRunner().invoke(main, [*words.split(), "--help"])
        assert told.exit_code == 0, f"sis {words}: {told.output}"


def register_of_salford(path: Path) -> None:
    """The demonstration's register, as if its schools were Salford's."""
    write_register(path, seed=SEED, on=TODAY)
    with path.open(encoding="cp1252", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="cp1252", newline="") as file:
        written = csv.DictWriter(file, rows[0])
        written.writeheader()
        written.writerows({**row, "LA (code)": "355", "LA (name)": "Salford"} for row in rows)


def test_who_begins_in_earnest_signs_in_sees_the_schools_and_lets_the_staff_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register_of_salford(tmp_path / "register.csv")
    script = next(block for block in BLOCKS if "sis begin" in block).replace("sis serve\n", "")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIS_")}
    ran = subprocess.run(
        ["bash", "-euc", script],
        cwd=tmp_path,
        env={**environment, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    link = next(line for line in ran.stdout.splitlines() if line.startswith("/password/"))
    monkeypatch.chdir(tmp_path)
    with closing(open_services(DeploymentSettings("sqlite:///our-authority.sqlite", ""))) as services:
        administrator = signed_in_by(services, link, "jo.smith@salford.example")
        assert administrator.get("/schools/").count('href="/schools/9') == FIRST_PAGE
        administrator.send("/people/register", {"name": "Olive Officer", "email": "olive@salford.example"})
        with services.read() as connection:
            olive = next(each for each in people.everybody(connection) if each.name == "Olive Officer")
        post = {"role": "officer", "team": "primary", **as_typed("from", services.today()), "full_time_share": "1"}
        administrator.send(f"/people/{olive.reference}/take-post", post)
        administrator.send("/accounts/new", {"person": olive.reference, "sign_in_name": "olive@salford.example"})
        shown = administrator.client.post(f"/accounts/{olive.id}/password-link", data={"command": str(uuid4())}).text
        found = re.search(r"/password/[\w-]+", shown)
        assert found, shown
        officer = signed_in_by(services, found.group(), "olive@salford.example")
        assert "Olive Officer" in officer.get("/caseload")


FIRST_PAGE = 50
"""Schools on the first page of the list."""


def signed_in_by(services: Services, link: str, email: str) -> Browser:
    """The browser of somebody who has set a password by a link and signed in with it."""
    client = an_app(services).test_client()
    password = "gorse and heather on the moor"
    assert client.post(link, data={"password": password}).status_code == 303
    assert client.post("/sign-in", data={"sign_in_name": email, "password": password}).status_code == 303
    return Browser(client)


def as_typed(field: str, day: date) -> dict[str, str]:
    return {f"{field}-day": str(day.day), f"{field}-month": str(day.month), f"{field}-year": str(day.year)}


def test_the_examples_of_the_api_are_answered(sample: SampleAuthority, program: Callable[..., Program]) -> None:
    director = sample.director()
    school = sample.school()
    with sample.acting(director, "director"):
        case = sample.services.service.add(
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
    with sample.services.read() as connection:
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
