"""What is shown in place of a form whose answers would be refused, before anything is typed: why, and the way on."""

from __future__ import annotations

from flask import render_template

CONFLICT = 409

BY_COUNCIL = "You sign in with your council account, which has a password and a second factor of its own"


def refused_page(title: str, why: str, onward: str) -> tuple[str, int]:
    """The page of an act that cannot be done now; `onward` is where the person sees how things stand."""
    page = render_template("accounts/refused.html", page_title=title, message=why, back_href=onward)
    return page, CONFLICT
