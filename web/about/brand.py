"""The authority's colour as a style sheet, as far as white text on it can be read."""

from __future__ import annotations

import re

from domain.authority import Settings

LEAST_CONTRAST = 4.5
"""Of text and what is behind it (WCAG 2.2, success criterion 1.4.3)."""

SHEET = """:root {{
  --app-brand: {colour};
  --app-brand-text: #ffffff;
  --govuk-brand-colour: {colour};
}}
"""


def style_sheet(colour: str) -> str:
    """The custom properties that pages take their colours from."""
    return SHEET.format(colour=readable(colour))


def readable(colour: str) -> str:
    """The colour if white text stands out from it enough, else the service's own."""
    if re.fullmatch(r"#[0-9a-fA-F]{6}", colour) and contrast_with_white(colour) >= LEAST_CONTRAST:
        return colour
    return Settings().colour


def contrast_with_white(colour: str) -> float:
    """How far white stands out from a colour `#rrggbb`: from 1 (not at all) to 21 (from black)."""
    red, green, blue = (_linear(int(colour[start : start + 2], 16) / 255) for start in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return 1.05 / (luminance + 0.05)


def _linear(part: float) -> float:
    """A part of an sRGB colour as light (WCAG 2.2, relative luminance)."""
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
