"""What a command does not use it does not wait for."""

from __future__ import annotations

import subprocess
import sys

LARGE = ("openpyxl", "pypdf", "zxcvbn", "requests", "authlib", "flask_limiter", "web.demonstration")
"""For workbooks, documents, new passwords, holidays, the council's sign-in, several authorities, made-up schools: of
which only those know who come to them."""

OF_THE_SERVER = ("granian", "multiprocessing")

STARTED = """
import sys
import web.cli
print(*(name for name in sys.argv[1].split() if name in sys.modules))
from web import make_app
from web.runtime.settings import DeploymentSettings
make_app(DeploymentSettings("", secret_key=""))
print(*(name for name in sys.argv[2].split() if name in sys.modules))
"""


def test_neither_a_command_nor_a_worker_waits_at_its_start_for_what_few_pages_need() -> None:
    """These cost a fifth of the processor time of each start, and each command and worker starts by itself."""
    asked = [sys.executable, "-c", STARTED, " ".join((*LARGE, *OF_THE_SERVER)), " ".join(LARGE)]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["", ""]
