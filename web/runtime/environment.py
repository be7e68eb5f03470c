"""Reads single values of the settings from the environment."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path


class BadSetting(ValueError):
    """A setting has a value that cannot be used."""


def day(name: str) -> date | None:
    """A day, such as 2027-01-04; None where none is set. Raises BadSetting."""
    text = os.environ.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadSetting(f"{name} is a day, as 2027-01-04, and not {text!r}") from None


def whole(name: str, usual: int, *, most: int | None = None) -> int:
    """A whole number from 1 on, up to the `most` if there is one. Raises BadSetting."""
    text = os.environ.get(name, "").strip() or str(usual)
    if not (text.isdecimal() and 1 <= int(text) <= (int(text) if most is None else most)):
        bounds = "from 1 on" if most is None else f"from 1 to {most}"
        raise BadSetting(f"{name} is a whole number {bounds}, and not {text!r}")
    return int(text)


def secret(name: str) -> str:
    """A secret, from the variable or from the file that the variable `NAME_FILE` names; empty where neither is set.

    Raises BadSetting.
    """
    path = os.environ.get(f"{name}_FILE", "")
    if not path:
        return os.environ.get(name, "")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{name}_FILE names {path}, which cannot be read: {error}") from None
