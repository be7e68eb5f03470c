"""The vendored front-end files are the pinned ones, and carry no branding reserved to GOV.UK."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tools.vendor_assets import PACKAGES, VENDOR, own_branding, sha256, without_source_map

MANIFEST = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
STATIC = VENDOR.parent


def shipped() -> list[Path]:
    return sorted(path for path in VENDOR.rglob("*") if path.is_file() and path.name != "manifest.json")


def test_every_vendored_file_is_the_one_the_manifest_names() -> None:
    named = {
        VENDOR / f"{entry['name']}-{entry['version']}" / file: digest
        for entry in MANIFEST
        for file, digest in entry["sha256"].items()
    }
    assert {path: sha256(path) for path in shipped()} == named


def test_the_manifest_is_of_the_pinned_packages() -> None:
    pinned = [(package.name, package.version, package.integrity) for package in PACKAGES]
    assert [(entry["name"], entry["version"], entry["integrity"]) for entry in MANIFEST] == pinned


def test_every_package_carries_its_licence() -> None:
    assert all("LICENSE" in entry["sha256"] for entry in MANIFEST)


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.name)
def test_no_reserved_typeface_or_crest_is_shipped(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.name != "LICENSE":
        assert not re.search(r"GDS Transport|@font-face|crown|crest|sourceMappingURL|/assets/", text, re.IGNORECASE)


@pytest.mark.parametrize("path", [*STATIC.glob("*.css"), *STATIC.glob("*.js")], ids=lambda path: path.name)
def test_our_own_files_fetch_nothing_from_elsewhere(path: Path) -> None:
    assert not re.search(r"https?://|@import|GDS Transport", path.read_text(encoding="utf-8"))


def test_the_module_that_starts_the_pages_imports_files_that_are_shipped() -> None:
    imported = re.findall(r'from "(\./[^"]+)"', (STATIC / "service.js").read_text(encoding="utf-8"))
    assert imported
    assert all((STATIC / path).is_file() for path in imported)


def test_reserved_branding_is_taken_out_of_a_stylesheet() -> None:
    css = (
        "@font-face{font-family:GDS Transport;src:url(/assets/fonts/x.woff2)}"
        ".a{font-family:GDS Transport,arial,sans-serif}"
        "@supports (x){.govuk-footer__copyright-logo:before{mask:url(/assets/images/govuk-crest.svg)}}"
        ".govuk-footer__crown{margin:0}.b{background:url(/assets/images/tick.svg)}"
    )
    assert own_branding(css) == (".a{font-family:arial,sans-serif}@supports (x){}.b{background:url(images/tick.svg)}")


def test_a_pointer_to_a_source_map_is_cut() -> None:
    assert without_source_map("let a;//# sourceMappingURL=a.js.map") == "let a;\n"
    assert without_source_map("a{}\n/*# sourceMappingURL=a.css.map*/") == "a{}\n"
