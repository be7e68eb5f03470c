"""What a form says when an answer will not do: it tells the person what to do next.

A schema shared with the API keeps marshmallow's own terse messages; here they are said again in a person's
words. A message written by the schema's author is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from web import formats

_OWN_ARTICLE = {
    "a", "an", "any", "each", "how", "other", "the", "what", "when", "where", "whether", "which", "who", "why",
    "your",
}  # fmt: skip


@dataclass(frozen=True)
class Phrase:
    """How a question is spoken of: "Enter the visit date", "Visit date must be a real date"."""

    label: str
    verb: str = "Enter"
    noun: str = ""
    counted: str = "characters"

    @property
    def named(self) -> str:
        """The thing asked for, within a sentence: "the visit date"."""
        if self.noun or self.label.endswith("?"):
            return self.noun or f"an answer to '{self.label}'"
        first = self.label.split(" ", 1)[0].lower()
        return lower_first(self.label) if first in _OWN_ARTICLE else f"the {lower_first(self.label)}"

    @property
    def subject(self) -> str:
        """The thing asked for, at the head of a sentence: "Visit date"."""
        if self.label.endswith("?"):
            return formats.upper_first(self.noun) if self.noun else "The answer"
        return self.label

    @property
    def have(self) -> str:
        return "be" if self.counted == "characters" else "have"

    @property
    def required(self) -> str:
        return f"{self.verb} {self.named}"


def lower_first(label: str) -> str:
    """A label as it stands within a sentence; an abbreviation keeps its capitals."""
    return label if label[1:2].isupper() or label.startswith("I ") else label[:1].lower() + label[1:]


def in_plain_words(message: str, phrase: Phrase) -> str:
    """One message of marshmallow's in a person's words; any other message unchanged."""
    for pattern, say in _SAID_AGAIN:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return say(phrase, *found.groups())
    return message


def _at_least(phrase: Phrase, least: str) -> str:
    if least == "1":
        return phrase.required
    return f"{phrase.subject} must {phrase.have} {least} {phrase.counted} or more"


def _at_most(phrase: Phrase, most: str) -> str:
    return f"{phrase.subject} must {phrase.have} {most} {phrase.counted} or fewer"


def _between(phrase: Phrase, least: str, most: str) -> str:
    if least == "1":
        return _at_most(phrase, most)
    return f"{phrase.subject} must {phrase.have} between {least} and {most} {phrase.counted}"


def _bounded(phrase: Phrase, bound: str, limit: str) -> str:
    day = _as_day(limit)
    told = _DAY_BOUNDS[bound].format(formats.date(day)) if day else _NUMBER_BOUNDS[bound].format(limit)
    return f"{phrase.subject} must be {told}"


def _bounded_both_ways(phrase: Phrase, low: str, least: str, high: str, most: str) -> str:
    first, second = _as_day(least), _as_day(most)
    if (low, high) == ("greater than or equal to", "less than or equal to"):
        return f"{phrase.subject} must be between {formats.date(first) or least} and {formats.date(second) or most}"
    lower = _bounded(phrase, low, least)
    return lower + " and " + _bounded(phrase, high, most).removeprefix(f"{phrase.subject} must be ")


_NUMBER_BOUNDS = {
    "greater than or equal to": "{} or more",
    "greater than": "more than {}",
    "less than or equal to": "{} or less",
    "less than": "less than {}",
}
_DAY_BOUNDS = {
    "greater than or equal to": "on or after {}",
    "greater than": "after {}",
    "less than or equal to": "on or before {}",
    "less than": "before {}",
}


def _as_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _must_be(what: str) -> Callable[..., str]:
    return lambda phrase, *_: f"{phrase.subject} must be {what}"


_BOUND = "(greater than or equal to|greater than|less than or equal to|less than)"

_SAID_AGAIN: tuple[tuple[str, Callable[..., str]], ...] = (
    (r"Missing data for required field\.|Field may not be null\.", lambda phrase: phrase.required),
    (r"Must be one of: .*\.|Not a valid (?:boolean|UUID)\.", lambda phrase: phrase.required),
    (r"One or more of the choices you made was not in: .*\.", lambda phrase: phrase.required),
    (r"Shorter than minimum length (\d+)\.", _at_least),
    (r"Longer than maximum length (\d+)\.", _at_most),
    (r"Length must be between (\d+) and (\d+)\.", _between),
    (rf"Must be {_BOUND} (\S+) and {_BOUND} (\S+)\.", _bounded_both_ways),
    (rf"Must be {_BOUND} (\S+)\.", _bounded),
    (r"Not a valid integer\.", _must_be("a whole number")),
    (r"Not a valid number\.|Special numeric values .*", _must_be("a number")),
    (r"Number too large\.", _must_be("a smaller number")),
    (r"Not a valid date\.", _must_be("a real date")),
    (r"Not a valid time\.", _must_be("a time, like 9:30am")),
    (
        r"Not a valid email address\.",
        lambda _: "Enter an email address in the correct format, like name@example.com",
    ),
    (
        r"Not a valid URL\.",
        lambda _: "Enter a web address in full, like https://www.example.com",
    ),
    (
        r"String does not match expected pattern\.|Invalid (?:value|input|type)\.|Not a valid (?:string|list)\.",
        lambda phrase: f"{phrase.subject} is not in the right format",
    ),
)
