"""Fetch the pinned front-end packages and write what the pages need of them to `web/static/vendor/`.

Run by a developer who has npm, never at build or run time: `python -m tools.vendor_assets`. The typeface
and the crest of GOV.UK may be used on GOV.UK alone, so the stylesheets are stripped of both.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).parent.parent / "web" / "static" / "vendor"

MIT = """The MIT License (MIT)

Copyright (c) Crown Copyright (Government Digital Service)

Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in
the Software without restriction, including without limitation the rights to
use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of
the Software, and to permit persons to whom the Software is furnished to do so,
subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS
FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER
IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


@dataclass(frozen=True)
class Package:
    """A package of the npm registry; `integrity` is npm's own digest of the tarball."""

    name: str
    version: str
    integrity: str
    files: tuple[str, ...]
    licence: str | None = None
    """Path of the licence in the tarball; None where it carries only the statement "MIT"."""


PACKAGES = (
    Package(
        "govuk-frontend",
        "6.3.0",
        "sha512-cXIQxm5PHCsbic47GXZrVBZhAeeshTLRL6ZBKilLsR6rMCjJuWb7Fruq0VUNMBJFlJk/srsRj/q8d5bM9cgKoA==",
        ("dist/govuk/govuk-frontend.min.css", "dist/govuk/govuk-frontend.min.js"),
    ),
    Package(
        "accessible-autocomplete",
        "3.0.1",
        "sha512-xMshgc2LT5addvvfCTGzIkRrvhbOFeylFSnSMfS/PdjvvvElZkakCwxO3/yJYBWyi1hi3tZloqOJQ5kqqJtH4g==",
        ("dist/accessible-autocomplete.min.css", "dist/accessible-autocomplete.min.js"),
        licence="LICENSE.txt",
    ),
)


def own_branding(css: str) -> str:
    """The stylesheet without the reserved typeface and crest, and with its remaining images beside it."""
    css = re.sub(r"@font-face\s*\{[^}]*\}", "", css)
    css = re.sub(r"[\"']?GDS Transport[\"']?\s*,\s*", "", css)
    css = re.sub(r"[^{}]*\{[^{}]*govuk-crest[^{}]*\}", "", css)
    css = re.sub(r"[^{}]*(?:__crown|__copyright-logo)[^{}]*\{[^{}]*\}", "", css)
    return css.replace("/assets/images/", "images/")


def without_source_map(text: str) -> str:
    """The maps are not shipped, so nothing may point to them."""
    return re.sub(r"\s*(?://#\s*sourceMappingURL=\S+|/\*#\s*sourceMappingURL=.*?\*/)\s*$", "\n", text)


def vendor(package: Package, into: Path) -> dict[str, object]:
    """Write one package's files into its own folder under `into` and return its manifest entry.

    Raises SystemExit if the registry serves other bytes than those pinned.
    """
    folder = into / f"{package.name}-{package.version}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(_pack(package, Path(scratch))) as tarball:
        for path in package.files:
            text = without_source_map(_read(tarball, path))
            if path.endswith(".css"):
                text = own_branding(text)
            (folder / Path(path).name).write_text(text, encoding="utf-8")
        licence = _read(tarball, package.licence) if package.licence else MIT
        (folder / "LICENSE").write_text(licence, encoding="utf-8")
    return {
        "name": package.name,
        "version": package.version,
        "licence": "MIT",
        "integrity": package.integrity,
        "sha256": {path.name: sha256(path) for path in sorted(folder.iterdir())},
    }


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _pack(package: Package, scratch: Path) -> Path:
    answer = subprocess.run(
        ["npm", "pack", f"{package.name}@{package.version}", "--json"],
        cwd=scratch, check=True, capture_output=True, text=True,
    )  # fmt: skip
    packed = json.loads(answer.stdout)[0]
    if packed["integrity"] != package.integrity:
        raise SystemExit(f"{package.name} {package.version} is not the pinned file: {packed['integrity']}")
    return scratch / str(packed["filename"])


def _read(tarball: tarfile.TarFile, path: str) -> str:
    member = tarball.extractfile(f"package/{path}")
    if member is None:
        raise SystemExit(f"no file {path} in the package")
    return member.read().decode("utf-8")


def main() -> None:
    manifest = [vendor(package, VENDOR) for package in PACKAGES]
    (VENDOR / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
