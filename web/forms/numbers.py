"""Numbers as people and programs write them: plain digits, so few that reckoning with them costs nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from web import formats

MOST_DIGITS = 15
"""Before the point. More than the service ever counts, and too few to hold anybody up."""

_FIGURES = re.compile(r"[+-]?([0-9]*)(?:\.([0-9]+))?")


class Amount(fields.Decimal):
    """A number with at most so many decimal places: never rounded, never with an exponent."""

    default_error_messages = {"too_fine": "Enter no more than {places}"}

    def __init__(self, places: int, **options: Any) -> None:
        super().__init__(places, **options)
        self.most_places = places

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        figures = _figures(self, value)
        found = _FIGURES.fullmatch(figures)
        if not found or not (found[1] or found[2]):
            raise self.make_error("invalid")
        if len(found[1]) > MOST_DIGITS:
            raise self.make_error("too_large")
        if len(found[2] or "") > self.most_places:
            raise self.make_error("too_fine", places=formats.counted(self.most_places, "decimal place"))
        return super()._deserialize(figures, attr, data, **kwargs)


class WholeNumber(fields.Integer):
    """A whole number; 3.0 is one, 3.5 is refused rather than cut."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        figures = _figures(self, int(value) if isinstance(value, float) and value.is_integer() else value)
        if not re.fullmatch("[+-]?[0-9]+", figures):
            raise self.make_error("invalid")
        if len(figures) > MOST_DIGITS:
            raise self.make_error("too_large")
        return super()._deserialize(figures, attr, data, **kwargs)


def _figures(field: Amount | WholeNumber, value: Any) -> str:
    """What was sent, as it is written. Raises ValidationError for what is no number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise field.make_error("invalid")
    if isinstance(value, int) and abs(value) >= 10**MOST_DIGITS:
        raise field.make_error("too_large")
    return str(value).strip()
