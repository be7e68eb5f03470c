"""The developers' pages name what there is: docs/web.md every module and class of web/, and all of them files and
functions that exist."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from types import ModuleType

import pytest
from marshmallow import Schema, fields

import web

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "web.md").read_text(encoding="utf-8")

PAGES = [
    ROOT / "docs" / "web.md",
    ROOT / "docs" / "contributing.md",
    *sorted((ROOT / "docs" / "decisions").glob("*.md")),
]

SPEAK_FOR_THEMSELVES = (Schema, Exception, fields.Field, Enum)
"""Classes that may be left out: their names say what is asked, which rule is broken, or which words there are."""

FOLDERS = ("bench", "docs", "domain", "migrations", "projections", "providers", "tests", "tools", "web")


def glossary(page: str) -> set[str]:
    """The names in the first cells of the tables of the chapter Glossary."""
    _, _, chapter = page.partition("\n## Glossary\n")
    rows = re.findall(r"^\| (`[^|]*) \|", re.split(r"^## ", chapter, flags=re.M)[0], re.M)
    return {name for cell in rows for name in re.findall(r"`([^`]+)`", cell)}


def named(module: ModuleType) -> str:
    """A module of web/ by its path: `access/identity`, a package by its own: `access`."""
    return module.__name__.removeprefix("web").lstrip(".").replace(".", "/") or "__init__"


def modules() -> list[ModuleType]:
    return [web, *(importlib.import_module(found.name) for found in pkgutil.walk_packages(web.__path__, "web."))]


def classes(module: ModuleType) -> Iterator[tuple[str, type]]:
    """The public classes that a module defines, each by the module's name and its own."""
    for name, kind in inspect.getmembers(module, inspect.isclass):
        if kind.__module__ == module.__name__ and not name.startswith("_"):
            yield f"{named(module)}.{name}", kind


def differing(told: set[str], needed: set[str], there: set[str]) -> list[str]:
    """What a glossary misses, and what it names though there is no such thing."""
    missing = [f"missing: {name}" for name in sorted(needed - told)]
    return [*missing, *(f"too much: {name}" for name in sorted(told - there))]


def test_the_glossary_names_every_module_and_class_of_web_and_nothing_else() -> None:
    found = modules()
    there = {name: kind for module in found for name, kind in classes(module)}
    names = {named(module) for module in found}
    needed = names | {name for name, kind in there.items() if not issubclass(kind, SPEAK_FOR_THEMSELVES)}
    wrong = differing(glossary(TEXT), needed, names | there.keys())
    assert not wrong, "docs/web.md, Glossary:\n" + "\n".join(wrong)


def test_what_a_glossary_misses_and_what_it_makes_up_is_named() -> None:
    page = "| `before` | |\n\n## Glossary\n\n| `a`, `a.B` | one |\n| `c.D` | `e` |\n\n## After\n\n| `f` | |\n"
    assert glossary(page) == {"a", "a.B", "c.D"}
    assert differing(glossary(page), {"a", "b"}, {"a", "b", "a.B"}) == ["missing: b", "too much: c.D"]


def files_named(page: str) -> set[str]:
    """The files of the project that a page names in full."""
    return set(re.findall(rf"`((?:{'|'.join(FOLDERS)})/[\w/.-]+\.[a-z]+)`", page))


def functions_named(page: str) -> Iterator[tuple[str, str]]:
    """What a page names behind a file, in the next cell or after a colon, as `web/cli.py`: `main`."""
    for path, told in re.findall(r"`([\w/]+\.py)`(?: \||:)((?:,? `[\w.]+`)+)", page):
        yield from ((path, name) for name in re.findall(r"`([\w.]+)`", told))


def defined(source: str) -> set[str]:
    """The names that a file defines, those within classes and functions too."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets: Iterable[ast.expr] = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_function_and_link_on_a_page_for_developers_is_there(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    wrong = [f"no file {name}" for name in sorted(files_named(page)) if not (ROOT / name).is_file()]
    for name, told in functions_named(page):
        if (ROOT / name).is_file() and not set(told.split(".")) <= defined((ROOT / name).read_text(encoding="utf-8")):
            wrong.append(f"no {told} in {name}")
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page)
    wrong += [f"no file at the link {link}" for link in links if not (path.parent / link).is_file()]
    assert not wrong, "\n".join(wrong)
