"""The floors hold: who may import whom, that a breach is seen, what is ours, and what is pinned."""

from __future__ import annotations

import ast
import configparser
import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
FLOORS = ("domain", "projections", "providers", "web")
KEPT = 0
BROKEN = 1


def lint_imports(where: Path) -> subprocess.CompletedProcess[str]:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-P", "-c", program, "--no-cache", "--no-logo"],
        cwd=where,
        env={**os.environ, "PYTHONPATH": str(where), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy_of_the_house(tmp_path: Path) -> Path:
    """The source of all floors in a folder of its own, where it may be spoilt."""
    shutil.copy(PROJECT / "setup.cfg", tmp_path)
    for floor in FLOORS:
        for source in (PROJECT / floor).rglob("*.py"):
            copy = tmp_path / source.relative_to(PROJECT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, copy)
    return tmp_path


def plant(house: Path, source: str, text: str) -> None:
    path = house / source
    path.parent.mkdir(parents=True, exist_ok=True)
    for folder in path.relative_to(house).parents[:-1]:
        (house / folder / "__init__.py").touch()
    path.write_text(text, encoding="utf-8")


def test_every_import_contract_is_kept() -> None:
    report = lint_imports(PROJECT)

    assert report.returncode == KEPT, report.stdout + report.stderr


def test_the_copy_in_which_breaches_are_planted_keeps_every_contract(copy_of_the_house: Path) -> None:
    report = lint_imports(copy_of_the_house)

    assert report.returncode == KEPT, report.stdout + report.stderr


@pytest.mark.parametrize(
    ("contract", "sources"),
    [
        ("The domain knows the standard library", {"domain/planted.py": "import sqlalchemy\n"}),
        ("An arrow points down only", {"projections/planted.py": "import web\n"}),
        ("An arrow points down only", {"projections/planted.py": "import providers\n"}),
        ("An arrow points down only", {"domain/planted.py": "import projections\n"}),
        ("Below the web layer nobody knows of HTTP", {"providers/planted.py": "import flask\n"}),
        (
            "A record does not know another record",
            {"domain/planted.py": "", "domain/planted_too.py": "from domain import planted\n"},
        ),
        (
            "A view does not know another view",
            {"projections/planted.py": "", "projections/planted_too.py": "from projections import planted\n"},
        ),
        (
            "A page does not know another page",
            {"web/planted/pages.py": "", "web/planted_too/pages.py": "from web.planted import pages\n"},
        ),
        (
            "A page does not know another page",
            {"web/planted/pages.py": "", "web/planted_too/api.py": "from web.planted import pages\n"},
        ),
        ("The machinery of the pages and the API", {"web/runtime/planted.py": "from web.access import policy\n"}),
        ("The machinery of the pages and the API", {"web/forms/planted.py": "from web.history import sentences\n"}),
        ("The machinery knows no kind of record", {"web/layout/planted.py": "from web.visits import schemas\n"}),
        (
            "No two packages of the web know each other",
            {
                "web/about/planted.py": "from web.search import api\n",
                "web/search/planted.py": "import web.about.pages\n",
            },
        ),
    ],
)
def test_a_planted_breach_is_caught(copy_of_the_house: Path, contract: str, sources: dict[str, str]) -> None:
    for source, text in sources.items():
        plant(copy_of_the_house, source, text)

    report = lint_imports(copy_of_the_house)

    assert report.returncode == BROKEN, report.stdout + report.stderr
    assert re.search(rf"^{contract}.* BROKEN", report.stdout, re.MULTILINE), report.stdout


DECLARED = """
from domain.visit import Visit
from marshmallow import Schema
from web.access.policy import Action
from web.commands.resource import Execution, Values
from web.visits.commands import visits

@visits.command("planted", "Planted", Action.PLAN_VISIT, Schema, done="Planted", {option})
def planted(context: Execution[Visit], values: Values) -> None: ...
"""


@pytest.mark.parametrize(
    ("option", "code"),
    [
        ("main=True", ""),
        ('notes="One sentence"', "arg-type"),
        ("mian=True", "call-arg"),
        ("initial=lambda connection, visit: visit.no_such_thing", "attr-defined"),
    ],
)
def test_a_wrong_declaration_of_a_command_fails_the_type_check(tmp_path: Path, option: str, code: str) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(DECLARED.format(option=option), encoding="utf-8")
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", str(planted)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (f"[{code}]" in checked.stdout) if code else (checked.returncode == 0), checked.stdout


def outside_packages(source: Path) -> set[str]:
    """The packages that a file imports from outside the standard library."""
    named: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            named.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            named.add(node.module if node.level == 0 and node.module else "domain")
    return {name.partition(".")[0] for name in named} - sys.stdlib_module_names


SHOWN = "marshmallow hands what shows a record the record alone"
BELOW = "the runtime lies below the context, and reads the part of it that does not depend on who asks"

AMBIENT = {
    ("web/__init__.py", "services"): "Jinja hands a filter the value alone",
    ("web/access/context.py", "services"): "a context is made before it is known which authority answers",
    ("web/accounts/security_trail.py", "request_scope"): "a line of the log has the id of the request it is made in",
    ("web/commands/attachments.py", "current_context"): SHOWN,
    ("web/commands/fields.py", "current_context"): "a form hands a field its choices alone",
    ("web/forms/references.py", "current_context"): SHOWN,
    ("web/people/schemas.py", "current_context"): SHOWN,
    ("web/runtime/authority.py", "request_scope"): BELOW,
    ("web/runtime/headers.py", "request_scope"): BELOW,
    ("web/runtime/read_consistency.py", "request_scope"): BELOW,
    ("web/settings_pages/schemas.py", "current_context"): SHOWN,
}
"""The modules that ask for the present request or its services, and why these cannot be handed to them."""


def asked_for(source: str) -> set[str]:
    """What a module asks for of the present request: whatever name it imports it by, or calls of another module."""
    names = set[str]()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ImportFrom(names=imported):
                names |= {each.name for each in imported}
            case ast.Call(func=ast.Attribute(attr=called)):
                names.add(called)
    return names & {"services", "request_scope", "current_context", "current_user"}


def test_what_belongs_to_a_request_is_handed_down_except_where_nobody_can_hand_it() -> None:
    found = {
        (source.relative_to(PROJECT).as_posix(), name)
        for source in (PROJECT / "web").rglob("*.py")
        for name in asked_for(source.read_text(encoding="utf-8"))
    }

    assert found == set(AMBIENT)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from web.runtime.services import Services, services as here", {"services"}),
        ("from web.access import context\ncontext.current_context().user", {"current_context"}),
        ("def today(context): return context.services.today()", set()),
    ],
)
def test_a_planted_question_of_the_present_request_is_found(source: str, found: set[str]) -> None:
    assert asked_for(source) == found


def test_the_domain_imports_only_itself_the_standard_library_and_eventsourcing() -> None:
    strangers = {
        str(source.relative_to(PROJECT)): outside_packages(source) - {"domain", "eventsourcing"}
        for source in (PROJECT / "domain").rglob("*.py")
    }

    assert "domain/aggregate.py" in strangers
    assert {source: names for source, names in strangers.items() if names} == {}


@pytest.mark.parametrize("floor", FLOORS)
def test_a_floor_is_this_project_s_and_no_stranger_of_the_same_name(floor: str) -> None:
    package = importlib.import_module(floor)

    assert Path(str(package.__file__)).resolve().is_relative_to(PROJECT)


def declared() -> list[str]:
    setup = configparser.ConfigParser()
    setup.read(PROJECT / "setup.cfg", encoding="utf-8")
    wanted = f"{setup['options']['install_requires']} {setup['options.extras_require']['test']}"
    return re.sub(r"\[\w+\]", "", wanted).split()


def pins() -> dict[str, str]:
    lines = (PROJECT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.partition(";")[0].strip().split("==") for line in lines)


def test_constraints_pin_every_package_that_the_service_and_its_tests_ask_for() -> None:
    names = [re.split(r"[<>=!~]", requirement)[0] for requirement in declared()]

    assert "flask" in names
    assert sorted(set(names) - pins().keys()) == []


def test_the_minimum_versions_allow_what_is_pinned() -> None:
    def parts(version: str) -> tuple[int, ...]:
        return tuple(int(part) for part in version.split("."))

    minimums = dict(item.partition(",")[0].split(">=") for item in declared() if ">=" in item)
    too_old = {name: pins()[name] for name, least in minimums.items() if parts(pins()[name]) < parts(least)}

    assert minimums
    assert too_old == {}


def test_every_pin_is_locked_with_its_hashes() -> None:
    def pins(name: str) -> set[str]:
        found = (PROJECT / name).read_text(encoding="utf-8")
        return {line.rstrip("\\ ") for line in found.splitlines() if "==" in line and not line.startswith(" ")}

    locked = (PROJECT / "locked" / "test.txt").read_text(encoding="utf-8")
    assert pins("locked/test.txt") == pins("constraints.txt")
    assert pins("locked/run.txt") < pins("locked/test.txt")
    assert len(re.findall(r"^\S.*== ?\S+.*\\\n    --hash=sha256:", locked, re.M)) == len(pins("constraints.txt"))
    assert {re.sub("==.*", "", each) for each in pins("locked/build.txt")} == {"pip", "setuptools"}
