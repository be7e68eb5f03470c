"""What the service says is said as an officer would: no phrase of the lists below, in any page or message.

Read are all templates and scripts of pages, all texts in code (labels, hints, errors, confirmations, refusals,
sentences of the history, and the help of `sis`), and the README. Not read are comments and docstrings.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from domain.authority import Settings

ROOT = Path(__file__).parents[2]

FLOORS = ("domain", "projections", "providers", "web")

SAY = {
    # Of pages: what was written once, and what an officer would say
    r"wait no longer": "Stop waiting for a response",
    r"do without": "Not taking this record to governors",
    r"there will be no response": "The headteacher will not respond",
    r"give everybody longer|gave all who": "Extend the deadline",
    r"(end|ended) the invitations": "Close without choosing, Close unanswered invitations",
    r"what ends soon|ends soon": "expired or expiring soon",
    r"^(standing|holds|holds until|good to)$": "Status, Valid, Valid until",
    r"\bmet on\b": "Checked on",
    r"what was seen|what shows it": "Evidence seen, Evidence",
    r"cleared on a day": "Check clearance for a date",
    r"from today on|school by school": "Upcoming visits, Core visits this term",
    r"those who fit|\bfits best\b|, best first": "Best matches first",
    r"nobody could be found|could be found for": "Requests we could not meet",
    r"point(ed|s)? (the|a) school": "signpost the school",
    r"\bnote (a|the) (post|declared)|\bnote (support|that)\b": "Add a role, Record ...",
    r"\bnoted\b": "recorded, added",
    r"the case again|the account again|opened? .{0,60}\bagain\b": "Reopen",
    r"\bopen(ed)? (the|an) account|accounts? (is|was) opened|opens? accounts?": "Create an account",
    r"\b(struck|strikes?) (it )?out\b|struck off": "Remove, removed",
    r"\bstands? (beside|in|on|at|under|below|above|by|as)\b|\b(this stands|stood (in|beside|on))\b": "is shown",
    r"as (it|they|things) stands?": "now, at present",
    r"who of (the|its|your)": "Who from the school",
    r"\bwhose (action|turn|job|case|post) (it is|is)": "Action for",
    r"take (a|the|this) filter away": "Remove a filter",
    r"hear of (it|this)": "is happy to share this",
    r"(as|details in) the register|register .{0,10}tells": "School details, from the national register",
    r"(everything|nothing|what) (that )?waits|\bwaits (for|at|on)\b|waiting (at|here)": "Open work, Nothing to do",
    r"up to a ceiling": "get approval to spend",
    r"(days|level|route): \{|, days:": "(5 days), as targeted",
    r"the post \{role\}": "added ... as headteacher",
    r"set the password of": "set P.'s password",
    r"\b(saw|sees|seen) that\b": "confirmed",
    r"need categor": "Level of support: intensive",
    r"order of success|much help and no need|no need and": "",
    r"\blosers?\b": "Providers not chosen",
    r"\bchase\b": "Send a reminder",
    r"\blapsed?s?\b": "No response by ...; can still be added",
    r"schools served": "Schools we work with",
    r"\bthe to be\b": "enter the date it is due",
    # Clerkly words
    r"who(m)?soever|whatsoever|\bthere(of|in|upon|by|after|to)\b|\bhere(with|by|in|of|after|to)\b": "",
    r"\bwhere(of|upon|in|by)\b|henceforth|hitherto|forthwith|\bupon\b|\bwhence\b|\bhence\b": "",
    r"\bshall\b|\bought\b|\blest\b|\bsave for\b|\bunto\b|\btill\b": "must, will",
    r"\banew\b": "again",
    r"\bin hand\b": "in progress, being written",
    r"(?-i:(?<!sis )\b[Bb]eg(in|an|un)(s|ning)?\b)(?! with\b)": "start",
    r"\bwhoever\b|\bwhomever\b|\bwhichever\b": "the person who",
    r"\b(a )?days? to come\b|still to come\b": "a date in the future",
    r"\bno more is (told|shown)|\bno more than is\b|(?<!once )(?<!or )(?<!, )\bno more$": "",
    r"\b(is|are|was|were|be) told\b(?! apart)|\btold (of|to|in|by|as)\b|\btells? of\b": "is shown, sees",
    r"\bkept back\b|\bkeep back\b": "hidden",
    r"\bin (the|its|their|his|her) place of\b": "instead of, replaced",
    r"\btak(e|es|en) up\b|\btook up\b|took .{0,30} up again": "reopened, started",
    r"\bas (somebody|nobody|anybody)\b|\bfor (somebody|anybody) else to\b": "",
    r"\bwherever\b|\bforesee|\bthe like\b|\bas good as\b|\bof late\b": "",
    r"\bcan (not )?be had\b|\bmay be had\b|\bis to be had\b": "is available",
    r"\bthe post (that|which)\b|\bpost of theirs\b|\ba post of\b": "role",
    r"(?<![{`])\b(net|gross)\b": "excluding VAT, including VAT",
    r"\bas follows\b|\bin question\b|\bin due course\b|\bpertain|\bprior to\b|\bpursuant\b|\bin respect of\b": "",
    r"\bby itself (when|where)\b": "automatically",
    r"\bsay whose\b|\b(see|seen) that (it|its|you|your)\b": "choose one, check that",
    r"\bgo(es|ing)? without\b": "there will be no",
    r"\bwith nothing here\b|\bpublished rule\b": "that you leave out, standard dates",
    r"\bread what is\b": "read restricted information",
    r"\bhas to be (made|looked|served|restored|stopped)\b": "Tell the administrator to",
    r"\b(tells?|told) (its|their|beforehand)\b|\bstand within\b|\bproven\b": "",
    # Of all texts
    r"(?<=[,.;:]) {2,}(?=\S)": "one space",
    r"\be-mails?\b": "email",
    r"£[\d,]+\.00\b": "whole pounds without .00",
    r"\b20\d\d-\d\d-\d\d\b": "a day as people write it, 26 October 2026",
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-": "a name or a reference",
    r"(?-i:^It (is|was|has|no|will|now|can)\b)": "the subject by name",
    r"\b(" + "|".join(field.name for field in fields(Settings) if "_" in field.name) + r")\b": "the setting in words",
}
"""A pattern, in any case, and what to say instead."""

PATTERNS = {re.compile(phrase, re.IGNORECASE): say for phrase, say in SAY.items()}

ALLOWED: tuple[tuple[str, str], ...] = (
    # Names of councils
    ("domain/local_authorities.py", "pon "),
    # Names of states, by which their colours are chosen
    ("web/templates/components.html", "cancelled withdrawn"),
    # Said to developers alone
    ("projections/", " place in the trail"),
    ("projections/", "told to end"),
    ("web/runtime/services.py", "command in hand"),
    ("domain/service.py", "records in hand"),
    ("domain/record_of_visit/record.py", "is waited for was given a day"),
    ("web/commands/resource.py", "this command begins a record"),
    # What is typed at the command line
    ("web/console/intake.py", "as 2024-06-17"),
    ("web/runtime/environment.py", "as 2027-01-04"),
)
"""A piece of a path and a piece of a text that may stand there, each with its reason beside it."""


def texts() -> Iterator[tuple[Path, int, str]]:
    """Every text that somebody may read, with its file and line."""
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*")):
            if path.suffix == ".py":
                yield from ((path, line, text) for line, text in of_code(path.read_text(encoding="utf-8")))
            elif path.suffix in (".html", ".js") and "vendor" not in path.parts:
                yield from ((path, line, text) for line, text in of_template(path.read_text(encoding="utf-8")))


def of_code(source: str) -> Iterator[tuple[int, str]]:
    """The texts of a module: its strings, but for docstrings and code words, and the help of commands."""
    tree = ast.parse(source)
    silent: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, (ast.Constant, ast.JoinedStr)):
            silent.add(node.value)
        if isinstance(node, ast.JoinedStr):
            silent.update(ast.walk(node))
            silent.discard(node)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and _is_console_command(node):
            yield node.lineno, ast.get_docstring(node) or ""
        elif node not in silent and (text := _text(node)) and (" " in text or text[:1].isupper()):
            yield node.lineno, text  # type: ignore[attr-defined]  # every expression has a line


def _is_console_command(function: ast.FunctionDef) -> bool:
    return any(re.search(r"\.(command|group)\(", ast.unparse(each)) for each in function.decorator_list)


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return ""


def of_template(source: str) -> Iterator[tuple[int, str]]:
    """The texts of a template or script, line by line: what stands outside its code, and the strings within."""
    source = re.sub(r"\{#.*?#\}|<!--.*?-->|/\*.*?\*/", _blank, source, flags=re.DOTALL)
    source = re.sub(r"(?m)(^|\s)//.*$", "", source)
    source = re.sub(r"\{[{%].*?[}%]\}", _strings_alone, source, flags=re.DOTALL)
    for number, line in enumerate(source.splitlines(), 1):
        text = " ".join(re.sub(r"<[^>]*>|<[^>]*$|^[^<]*\">", " ", line).split())
        for each in text.split(BETWEEN):
            if " " in each.strip() or each.strip()[:1].isupper():
                yield number, each.strip()


BETWEEN = "\0"


def _blank(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _strings_alone(found: re.Match[str]) -> str:
    """An expression of a template without all that is not a string."""
    pieces = re.split(r'("[^"]*"|\'[^\']*\')', found[0])
    kept = (piece[1:-1].join((BETWEEN, BETWEEN)) if index % 2 else _blank(re.match(r"(?s).*", piece))  # type: ignore[arg-type]  # it always matches
            for index, piece in enumerate(pieces))  # fmt: skip
    return "".join(kept)


def faults() -> Iterator[tuple[Path, int, str, str]]:
    """Where a phrase stands: file, line, the phrase, what to say."""
    for path, line, text in texts():
        where = path.relative_to(ROOT)
        for pattern, say in PATTERNS.items():
            for found in pattern.finditer(text):
                if not any(place in str(where) and piece in text for place, piece in ALLOWED):
                    yield where, line, text[max(0, found.start() - 50) : found.end() + 50].replace("\n", " "), say


def test_no_text_of_the_service_is_clerkly() -> None:
    found = [f"{where}:{line}: {text!r}; say: {say or 'it otherwise'}" for where, line, text, say in faults()]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("source", "read"),
    [
        ('"""A docstring."""\nLABEL = "Met on"', ["Met on"]),
        ('def f():\n    """Quiet."""\n    return f"Due on {day}: wait"', ["Due on {}: wait"]),
        ('@cli.command("x")\ndef f():\n    """Begin anew."""', ["Begin anew."]),
        ('raise NotHeld("Hold it first", field="visit_day")', ["Hold it first"]),
        ('says = (\n    "{by} closed "\n    "the case"\n)', ["{by} closed the case"]),
    ],
)
def test_the_texts_of_code_are_its_strings_and_the_help_of_commands(source: str, read: list[str]) -> None:
    assert [text for _, text in of_code(source)] == read
