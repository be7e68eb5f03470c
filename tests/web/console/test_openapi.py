"""`sis openapi`: the document of the API on standard output."""

from __future__ import annotations

import json

from click.testing import CliRunner
from openapi_spec_validator import validate

from web.cli import main


def test_the_document_is_printed_and_valid() -> None:
    result = CliRunner().invoke(main, ["openapi"])

    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_every_command_says_what_it_is_for() -> None:
    told = CliRunner().invoke(main, ["--help"]).output

    for command in ("run", "serve", "reset", "import", "views", "accounts", "openapi"):
        assert command in told
