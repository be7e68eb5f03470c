"""What is shown in place of a form whose answers would be refused, before anything is typed: why, and the way on."""

from __future__ import annotations

from flask import render_template

CONFLICT = 409


def refused_page(
    title: str, why: str, onward: str, label: str = "Your account", *, called: str = "", section: str = ""
) -> tuple[str, int]:
    """The page of an act that cannot be done now; `onward` leads to where things stand, `label` is what that is, and
    `called` the record that it is about."""
    page = render_template(
        "refused_page.html",
        page_title=title,
        called=called,
        section=section,
        message=why.removesuffix("."),
        back_href=onward,
        label=label,
    )
    return page, CONFLICT
