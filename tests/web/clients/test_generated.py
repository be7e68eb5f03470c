"""Clients that are generated from the API's document: they are whole, strictly typed, and do a brokerage."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.serving import make_server

from domain.account import TokenScopes
from domain.provider import Provider
from tests.domain.brokered import ENDS, REPLY_BY
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.brokerage_stages import BrokerageStages
from web.accounts import tokens
from web.api import document

pytestmark = pytest.mark.long

PROGRAM = Path(__file__).parent / "brokerage.py"


def run(*command: str, where: Path) -> str:
    """What a program says that ends well."""
    environment = {**os.environ, "PYTHONPATH": str(where)}
    done = subprocess.run(
        [sys.executable, *command], cwd=where, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="session")
def generated(made_app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a Python client, generated without a warning about the document."""
    where = tmp_path_factory.mktemp("client")
    (where / "openapi.json").write_text(json.dumps(document(made_app)))
    (where / "settings.yaml").write_text("post_hooks: []\n")
    generate = ("generate", "--path", "openapi.json", "--output-path", "sis_client", "--meta", "none")
    strictly = ("--config", "settings.yaml", "--fail-on-warning")
    run("-m", "openapi_python_client", *generate, *strictly, where=where)
    return where


def test_a_generated_python_client_is_strictly_typed(generated: Path) -> None:
    (generated / PROGRAM.name).write_text(PROGRAM.read_text())

    run("-m", "mypy", "--strict", "--config-file=", "-p", "sis_client", where=generated)
    run("-m", "mypy", "--strict", "--config-file=", PROGRAM.name, where=generated)


def token(sample: SampleAuthority, person: UUID) -> str:
    with sample.services.write() as connection:
        return tokens.create(connection, person, "client", TokenScopes.READ_WRITE, sample.services.now()).secret


def test_a_generated_python_client_does_a_brokerage(generated: Path, app: Flask, sample: SampleAuthority) -> None:
    stages = BrokerageStages(sample)
    firm = stages.calder
    given = {
        "broker": token(sample, stages.broker),
        "head": token(sample, stages.head),
        "specialist": token(sample, firm.specialist),
        "director": sample.reference(stages.director),
        "provider": sample.services.service.find(Provider, firm.id).reference,
        "person": sample.reference(firm.specialist),
        "school": str(sample.urn(stages.school)),
        "today": TODAY.isoformat(),
        "reply_by": REPLY_BY.isoformat(),
        "ends": ENDS.isoformat(),
    }
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        said = run(str(PROGRAM), f"http://127.0.0.1:{server.server_port}", json.dumps(given), where=generated)
    finally:
        server.shutdown()
        serving.join()
        server.server_close()

    assert said.strip() == "closed"
