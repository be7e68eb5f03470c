"""What is public and called by tests alone is either wanted for a reason that stands here, or goes."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parents[1]
FLOORS = ("domain", "projections", "providers", "web")
WORD = re.compile(r"\b[A-Za-z_]\w*\b")
OF_A_CLASS = {"property", "classmethod", "staticmethod"}

ONLY_TESTS_CALL = {
    "the libraries call it": """
        construct_factory to_stored_event to_domain_event insert_events select_events select_notifications subscribe
        event_store application_recorder aggregate_recorder tracking_recorder process_recorder handle_starttag
        handle_endtag handle_data get_cookie_secure handle_http_exception load_files
    """,
    "the codec calls it by the number of the schema": "upcast_v2_v3",
    "a list that is wanted soon: of overdue actions, of responses that are awaited, of reviews that are due": """
        overdue_actions awaiting_response reviews_due
    """,
    "a catalogue of courses that is wanted soon": "read_code_list read_courses read_runs read_npq_courses",
    "with it the tests look into a log, or which authorities are open": "decode_state state_of open_now",
}
"""Functions and methods by the reason for which they stay."""


def spoken(text: str) -> Iterator[str]:
    """The names in a text, but for what its docstrings say."""
    return iter(WORD.findall(re.sub(r'"""[\s\S]*?"""', "", text)))


def public_functions(text: str) -> Iterator[str]:
    """Those that nothing registers as it is defined: a route and a fold are called by whoever they were handed to."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            handed_on = {ast.unparse(each) for each in node.decorator_list} - {
                "property",
                "classmethod",
                "staticmethod",
            }
            if not handed_on:
                yield node.name


def never_called(sources: list[str], templates: list[str]) -> set[str]:
    """Public functions whose name stands nowhere but at their definition."""
    names = Counter(name for text in (*sources, *templates) for name in spoken(text))
    return {name for text in sources for name in public_functions(text) if names[name] == 1}


def test_what_is_called_nowhere_is_found() -> None:
    source = '''
def called(): """It is unlike never_called."""
def calls(): called()
def never_called(): ...
@route
def handed_on(): ...
class Kept:
    @property
    def asked(self): ...
    def _private(self): ...
'''
    assert never_called([source], ["{{ kept.asked }} {{ calls() }}"]) == {"never_called"}


def test_nothing_public_is_called_by_tests_alone_without_a_reason() -> None:
    sources = [path.read_text("utf-8") for floor in FLOORS for path in (PROJECT / floor).rglob("*.py")]
    templates = [path.read_text("utf-8") for path in (PROJECT / "web").rglob("*.html")]
    known = {name for names in ONLY_TESTS_CALL.values() for name in names.split()}

    assert never_called(sources, templates) - known == set()
