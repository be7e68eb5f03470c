"""Name the test files that are about what was changed, for `make quick`: beside main, or else beside the last commit.

A test file is about a changed file if it is that file, imports it, names it or lies where its tests lie
(tests/web/visits for web/visits). What more than a handful of test files are about is left to `make test`, and said.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

HANDFUL = 12
"""So many test files of one changed file are tried at once, and no more."""

ALWAYS = ("tests/domain/", "tests/projections/")
"""What `make quick` runs in any case."""


def changed_files(root: Path) -> list[str]:
    """What differs from where this branch left main, committed or not, and what is new."""

    def git(*words: str) -> list[str]:
        done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
        return done.stdout.splitlines() if done.returncode == 0 else []

    (base,) = git("merge-base", "HEAD", "main") or ["HEAD"]
    found = {*git("diff", "--name-only", base), *git("ls-files", "--others", "--exclude-standard")}
    return sorted(name for name in found if (root / name).is_file())


def those_about(changed: str, tests: dict[str, str]) -> set[str]:
    """Those of the test files, text by name, that are about a changed file."""
    path = Path(changed)
    if changed in tests:
        return {changed}
    if path.suffix == ".py" and path.name != "conftest.py":
        words = _imports(path.with_suffix(""))
    else:
        words = re.compile(re.escape(path.name))
    beside = set(filter(_where_tests_lie(path), tests))
    named = Path("tests", *path.parts[:-1], f"test_{path.stem}.py").as_posix()
    found = {name for name, text in tests.items() if name == named or words.search(text)}
    return found | beside if len(beside) <= HANDFUL else found


def _imports(module: Path) -> re.Pattern[str]:
    """Finds an import of a module, or of a package where that is what it is."""
    *packages, last = module.parts[:-1] if module.name == "__init__" else module.parts
    whole = re.escape(".".join([*packages, last]))
    within = rf"|^from {re.escape('.'.join(packages))} import .*\b{last}\b" if packages else ""
    return re.compile(rf"^(from|import) {whole}\b(?!\.){within}", re.MULTILINE)


def _where_tests_lie(changed: Path) -> Callable[[str], bool]:
    """Whether a test lies where those of a changed file do, if they have a folder of their own."""
    if changed.parts[0] == "tests":
        return lambda test: changed.name == "conftest.py" and Path(test).is_relative_to(changed.parent)
    return lambda test: len(changed.parts) > 2 and Path(test).is_relative_to(Path("tests", *changed.parts[:2]))


def chosen(changed: Iterable[str], tests: dict[str, str]) -> Iterator[str]:
    """The test files to run, each once; says on standard error what is left to `make test`."""
    seen: set[str] = set()
    for name in changed:
        about = {test for test in those_about(name, tests) if not test.startswith(ALWAYS)}
        if len(about) > HANDFUL:
            sys.stderr.write(f"{len(about)} test files are about {name}: `make test` runs them\n")
            continue
        yield from sorted(about - seen)
        seen |= about


def main() -> None:
    root = Path(__file__).parents[1]
    files = {path.relative_to(root).as_posix(): path for path in (root / "tests").rglob("test_*.py")}
    tests = {name: path.read_text(encoding="utf-8") for name, path in sorted(files.items())}
    print("\n".join(chosen(changed_files(root), tests)))


if __name__ == "__main__":
    main()
