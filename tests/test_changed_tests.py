"""Which tests `make quick` finds to be about what was changed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.changed_tests import HANDFUL, changed_files, chosen, those_about

TESTS = {
    "tests/domain/test_visit.py": "from domain.visit import Visit",
    "tests/web/test_policy.py": "from web.access.policy import POLICY",
    "tests/web/test_words.py": "from web import policy, words",
    "tests/web/visits/test_pages.py": "from tests.web.visits.conftest import Held",
    "tests/web/test_scale.py": 'ROOT / "docs" / "scale.md"',
    "tests/web/test_caseload.py": "from web.policy_of_others import THEIRS",
    "tests/providers/test_vetting.py": "from tests.scenario import TODAY",
}


@pytest.mark.parametrize(
    ("changed", "about"),
    [
        ("tests/web/test_words.py", ["tests/web/test_words.py"]),
        ("web/policy.py", ["tests/web/test_policy.py", "tests/web/test_words.py"]),
        ("web/visits/commands.py", ["tests/web/visits/test_pages.py"]),
        ("web/visits/templates/visit.html", ["tests/web/visits/test_pages.py"]),
        ("tests/web/visits/conftest.py", ["tests/web/visits/test_pages.py"]),
        ("providers/vetting.py", ["tests/providers/test_vetting.py"]),
        ("tests/scenario.py", ["tests/providers/test_vetting.py"]),
        ("docs/scale.md", ["tests/web/test_scale.py"]),
        ("domain/visit.py", ["tests/domain/test_visit.py"]),
        ("ruff.toml", []),
    ],
)
def test_a_test_is_about_what_it_is_or_imports_or_names_or_lies_beside(changed: str, about: list[str]) -> None:
    assert sorted(those_about(changed, TESTS)) == about


def test_each_is_run_once_and_those_of_the_domain_are_run_anyhow() -> None:
    changed = ["domain/visit.py", "web/policy.py", "web/words.py"]
    assert list(chosen(changed, TESTS)) == ["tests/web/test_policy.py", "tests/web/test_words.py"]


def test_what_everything_rests_on_is_left_to_the_whole_run_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    many = {f"tests/web/test_{number}.py": "from web.access.policy import POLICY" for number in range(HANDFUL + 1)}

    assert list(chosen(["web/access/policy.py"], many)) == []
    assert "13 test files are about web/access/policy.py: `make test` runs them" in capsys.readouterr().err


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@wexmoor.example")
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def branch(tmp_path: Path) -> Path:
    """A branch beside main, with one file committed on it, one changed and one new, and one that main has later."""

    def commit(name: str) -> None:
        (tmp_path / name).touch()
        git(tmp_path, "add", name)
        git(tmp_path, "commit", "--message", name)

    git(tmp_path, "init", "--initial-branch", "main")
    commit("changed.py")
    git(tmp_path, "switch", "--create", "branch")
    commit("committed.py")
    git(tmp_path, "switch", "main")
    commit("later.py")
    git(tmp_path, "switch", "branch")
    (tmp_path / "changed.py").write_text("changed")
    (tmp_path / "new.py").touch()
    return tmp_path


def test_changed_is_what_was_committed_beside_main_or_is_not_committed_yet(branch: Path) -> None:
    assert changed_files(branch) == ["changed.py", "committed.py", "new.py"]


def test_where_there_is_no_main_what_is_not_committed_yet_is_changed(branch: Path) -> None:
    git(branch, "branch", "--delete", "--force", "main")
    assert changed_files(branch) == ["changed.py", "new.py"]
