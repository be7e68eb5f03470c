"""What is shown in place of a form whose answers would be refused, before anything is typed: why, and the way on."""

from __future__ import annotations

from flask import render_template

CONFLICT = 409


def refused_page(title: str, why: str, onward: str, label: str = "Your account") -> tuple[str, int]:
    """The page of an act that cannot be done now; `onward` leads to where things stand, `label` is what that is."""
    page = render_template("refused_page.html", page_title=title, message=why, back_href=onward, label=label)
    return page, CONFLICT
