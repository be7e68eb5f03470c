"""Reads single values of the settings from the environment."""

from __future__ import annotations

import os
from datetime import date


class BadSetting(ValueError):
    """A setting has a value that cannot be used."""


def day(name: str) -> date | None:
    """A day, such as 2027-01-04; None where none is set. Raises BadSetting."""
    text = os.environ.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadSetting(f"{name} is a day, as 2027-01-04, and not {text!r}") from None
