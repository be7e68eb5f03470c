"""Questions answered by choosing from what is offered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from marshmallow import fields, missing, validate

from web import formats
from web.forms.field import FormField, Mistake, as_text
from web.forms.messages import Phrase

MOST_RADIOS = 7


@dataclass(frozen=True)
class Option:
    """One thing that may be chosen: the value sent and the words shown."""

    value: str
    text: str
    hint: str = ""


class Choice(FormField):
    """One of several: radios while they can be read at a glance, else a list to pick from."""

    verb = "Select"
    stands_alone = False
    is_inline = False

    @property
    def widget(self) -> str:  # type: ignore[override]  # a class attribute elsewhere, here it follows from the offer
        named = self.says.get("widget")
        if named in ("radios", "select"):
            return str(named)
        if named in ("school", "person"):
            return "search"
        return "radios" if len(self.options) <= MOST_RADIOS else "select"

    @property
    def control_id(self) -> str:
        """Where there is nothing to choose from, and so no control, a link leads to what is said of that."""
        return self.id if self.options or self.widget in {"select", "search"} else f"{self.id}-error"

    @property
    def options(self) -> list[Option]:
        told_apart = getattr(self.field, "told_apart", list)
        return [Option(as_text(value), str(text), *hint) for value, text, *hint in told_apart(self._offered())]

    def _offered(self) -> Iterable[tuple[Any, ...]]:
        return choices_of(self.field, self.says.get("choices"), self.answers.lookups)

    def read(self) -> Any:
        value = self.value.strip()
        if not value:
            return missing
        if value not in {option.value for option in self.options}:
            raise Mistake(self.phrase.required)
        return value

    def write(self, value: Any) -> Iterator[tuple[str, str]]:
        yield self.id, option_value(self.field, value)

    def answer(self) -> str:
        return next((option.text for option in self.options if option.value == self.value.strip()), "")


class Ticks(Choice):
    """Any number of several."""

    widget = "checkboxes"
    counted = "choices"

    def _offered(self) -> Iterable[tuple[Any, ...]]:
        named = self.says.get("choices", self._each.metadata.get("choices"))
        return choices_of(self._each, named, self.answers.lookups) or choices_of(
            self.field, named, self.answers.lookups
        )

    @property
    def _each(self) -> fields.Field[Any]:
        return self.field.inner if isinstance(self.field, fields.List) else self.field

    @property
    def chosen(self) -> list[str]:
        return [value for value in dict.fromkeys(map(str, self.raw.getlist(self.id))) if value.strip()]

    def read(self) -> Any:
        chosen = self.chosen
        if set(chosen) - {option.value for option in self.options}:
            raise Mistake(self.phrase.required)
        if not chosen and (self.field.required or self.field.load_default is not missing):
            return missing
        return chosen

    def write(self, value: Any) -> Iterator[tuple[str, str]]:
        return ((self.id, option_value(self._each, each)) for each in value or ())

    def answer(self) -> str:
        return "\n".join(option.text for option in self.options if option.value in self.chosen)


class YesNo(Choice):
    """Yes or no, neither of them chosen beforehand."""

    widget = "radios"

    @property
    def options(self) -> list[Option]:
        return [Option("yes", "Yes"), Option("no", "No")]

    is_inline = True

    def read(self) -> Any:
        if self.value.strip() in ("", "yes", "no"):
            return self.value.strip() or missing
        raise Mistake(self.phrase.required)

    def write(self, value: Any) -> Iterator[tuple[str, str]]:
        yield self.id, {True: "yes", False: "no"}.get(value, "")


class Tick(YesNo):
    """One box: ticked is yes; a required one has to be ticked. Its label stands beside it, with no legend above."""

    widget = "checkboxes"
    verb = "Tick"
    stands_alone = True
    is_inline = False

    @property
    def phrase(self) -> Phrase:
        return Phrase(self.label, self.verb, str(self.says.get("noun", f"'{self.label}'")))

    @property
    def options(self) -> list[Option]:
        return [Option("yes", self.label)]

    @property
    def chosen(self) -> list[str]:
        return [self.value] if self.value else []

    def read(self) -> Any:
        answer = super().read()
        return answer if answer is not missing or self.field.required else "no"

    def answer(self) -> str:
        return "Yes" if self.value == "yes" else "No"


def choices_of(field: fields.Field[Any], choices: Any, lookups: Any) -> list[tuple[Any, ...]]:
    """The choices of a field: those named for the page, else those its type or its rule allows."""
    if choices is not None:
        return list(choices(lookups) if callable(choices) else choices)
    if isinstance(field, fields.Enum):
        return [(option_value(field, member), member_label(member)) for member in field.enum]
    for rule in field.validators:
        if isinstance(rule, validate.OneOf):
            labels = list(rule.labels) or [value_in_words(choice) for choice in rule.choices]
            return list(zip(rule.choices, labels, strict=True))
    return []


def option_value(field: fields.Field[Any], value: Any) -> str:
    """A value that stands already, as the option for it is written."""
    if isinstance(field, fields.Enum) and not field.by_value:
        return str(getattr(value, "name", value or ""))
    return as_text(value)


def member_label(member: Enum) -> str:
    return str(getattr(member, "label", "")) or value_in_words(member.value)


def value_in_words(value: Any) -> str:
    text = as_text(value).replace("_", " ")
    return formats.upper_first(text)
