"""`sis licences`: the packages that the service runs on, each with its version and licence."""

from __future__ import annotations

from importlib.metadata import Distribution, PackageNotFoundError, distribution

import click
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

OURS = "sis-brokerage"


@click.command()
def licences() -> None:
    """List the packages that the service runs on, with version and licence as each package states it."""
    found: dict[str, Distribution] = {}
    _add(Requirement(OURS), found)
    for name, package in sorted(found.items()):
        if name != OURS:
            click.echo(f"{name}\t{package.version}\t{_licence(package)}")


def _add(asked: Requirement, found: dict[str, Distribution]) -> None:
    """Add a package, with the extras asked for, and all that it needs on this machine."""
    try:
        package = distribution(asked.name)
    except PackageNotFoundError:
        return
    seen = canonicalize_name(asked.name) in found
    found[canonicalize_name(asked.name)] = package
    for line in package.requires or ():
        needs = Requirement(line)
        for extra in {"", *asked.extras}:
            if (needs.marker is None or needs.marker.evaluate({"extra": extra})) and not (seen and not extra):
                _add(needs, found)


def _licence(package: Distribution) -> str:
    told = package.metadata
    names = [each.split(" :: ")[-1] for each in told.get_all("Classifier") or () if each.startswith("License ::")]
    expressions, texts = told.get_all("License-Expression") or (), told.get_all("License") or ()
    lines = [line for text in texts for line in text.strip().splitlines()]
    return next(filter(None, (*expressions, "; ".join(names), *lines)), "not stated")
