"""What libraries keep to themselves the web layer leaves alone, so that a newer release of one does not break it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import flask_smorest

import web

OPEN_TO_HEIRS = {"_serialize", "_deserialize"}
"""What marshmallow documents as the way to write a field."""

KNOWN = {
    ("web.serving.server", "_Server"): {"_init_shared_socket", "_serve_loop"},
}
"""Granian has no other way to hold the socket and to replace workers; tests/web/serving/test_server.py kills some."""


def classes() -> Iterator[type]:
    for module in pkgutil.walk_packages(web.__path__, "web."):
        if module.name != "web.__main__":
            for _, each in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
                if each.__module__ == module.name:
                    yield each


def overridden(kind: type) -> set[str]:
    """The private names of a library's class that a class of ours has taken for itself."""
    theirs = [
        base for base in kind.__mro__[1:] if not base.__module__.startswith(("web.", "domain.", "projections."))
    ]
    own = {name for name in vars(kind) if name.startswith("_") and not name.endswith("_")} - OPEN_TO_HEIRS
    return {name for name in own for base in theirs if callable(getattr(base, name, None))}


def test_no_class_overrides_what_a_library_keeps_to_itself() -> None:
    found = {(each.__module__, each.__name__): overridden(each) for each in classes()}

    assert {place: names for place, names in found.items() if names} == KNOWN


def test_an_overridden_name_is_found() -> None:
    heir = type("Heir", (flask_smorest.Blueprint,), {"_prepare_response_doc": None, "_own": None, "_make": None})

    assert overridden(heir) == {"_prepare_response_doc"}
