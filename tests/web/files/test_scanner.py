"""Files pass a scanner where the deployment names one, and say of themselves whether one looked."""

from __future__ import annotations

import io
import re
import shutil
import socketserver
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from projections import imports
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser, Program
from tests.web.files.test_files import Open, Use, file
from tests.web.imports.test_imports import at_the_console
from web.runtime.environment import BadSetting
from web.runtime.tables import WAITING_FILES
from web.runtime.virus_scanner import Clamd, HasVirus, Scanner, ScannerAway, scanner_at

HARMFUL = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
"""What scanners find in the test file of EICAR."""


class Speaking(socketserver.StreamRequestHandler):
    """Answers as clamd does: it finds one harmful text, and takes no more than a million bytes."""

    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        if command == b"zVERSION\0":
            self.wfile.write(b"ClamAV 1.4.6/27000/Mon Nov  2 08:00:00 2026\0")
            return
        assert command == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
            if len(content) > 1_000_000:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.wfile.write(b"stream: Test.Eicar FOUND\0" if HARMFUL in content else b"stream: OK\0")


@contextmanager
def speaking_as_clamd(place: Path) -> Iterator[str]:
    with socketserver.ThreadingUnixStreamServer(str(place / "clamd"), Speaking) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield str(place / "clamd")
        server.shutdown()


@contextmanager
def clamd_itself(place: Path) -> Iterator[str]:
    """The scanner itself, with a database of one signature."""
    (place / "signatures").mkdir()
    (place / "signatures" / "test.ndb").write_text(f"Test.Eicar:0:*:{HARMFUL.hex()}\n")
    (place / "settings").write_text(
        f"LocalSocket {place}/clamd\nDatabaseDirectory {place}/signatures\nForeground yes\nStreamMaxLength 1M\n"
    )
    with subprocess.Popen(["clamd", "-c", str(place / "settings")], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert any("Self checking" in line for line in server.stdout), "it ended before it was ready"
        yield f"{place}/clamd"
        server.terminate()


SCANNERS = [speaking_as_clamd, *([clamd_itself] if shutil.which("clamd") else [])]
"""What stands for the scanner everywhere, and the scanner itself where it is installed."""


@pytest.fixture(scope="module", params=SCANNERS, ids=lambda scanner: scanner.__name__)
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with ExitStack() as until_the_end:
        yield until_the_end.enter_context(request.param(tmp_path_factory.mktemp("scanner")))


@pytest.fixture
def scanner(address: str) -> Scanner:
    named = scanner_at(address)
    assert named is not None
    return named


def scanned_by(app: Flask, scanner: Scanner | None) -> None:
    app.config["SIS_SETTINGS"] = replace(app.config["SIS_SETTINGS"], scanner=scanner)


@pytest.fixture
def school(sample: SampleAuthority) -> UUID:
    return sample.school("Ashgrove")


@pytest.fixture
def director(sample: SampleAuthority, sign_in: Open) -> Browser:
    return sign_in(sample.director())


@pytest.fixture
def api(sample: SampleAuthority, program: Use) -> Program:
    return program(sample.director())


def send(api: Program, key: str, on: str, content: bytes, status: int) -> dict[str, object]:
    headers = {**api.headers, "Idempotency-Key": key}
    sent = {"record": on, "file": file("notes.txt", content)}
    answer = api.client.post("/api/v1/files/add", data=sent, headers=headers, content_type="multipart/form-data")
    assert answer.status_code == status, answer.text
    told: dict[str, object] = answer.get_json()
    return told


def test_a_file_says_which_scanner_looked_and_when(
    app: Flask, sample: SampleAuthority, director: Browser, api: Program, school: UUID, scanner: Scanner
) -> None:
    scanned_by(app, scanner)
    urn = str(sample.urn(school))

    told = send(api, "scan-0001", urn, b"Results", 201)

    assert str(told["scanner"]).startswith("ClamAV 1")
    page = director.get(f"/files/{told['reference']}")
    assert f"Checked by {told['scanner']} on 2 November 2026, none found" in page
    assert api.get("/files").get_json()["items"][0]["scanner"] == told["scanner"]


def test_a_file_with_a_virus_is_refused_beside_the_question_and_by_the_api(
    app: Flask, sample: SampleAuthority, director: Browser, api: Program, school: UUID, scanner: Scanner
) -> None:
    scanned_by(app, scanner)
    urn = str(sample.urn(school))

    told = send(api, "scan-0002", urn, b"Results " + HARMFUL, 422)
    assert "the virus scanner found Test.Eicar" in str(told["detail"])
    page = director.send("/files/add", {"record": urn, "file": file("notes.txt", HARMFUL)}, status=422).text
    assert "the virus scanner found Test.Eicar" in page
    assert 'href="#file"' in page
    assert api.get("/files").get_json()["items"] == []


def test_no_file_is_taken_while_the_scanner_is_away(
    app: Flask, sample: SampleAuthority, director: Browser, api: Program, school: UUID, tmp_path: Path
) -> None:
    scanned_by(app, scanner_at(f"{tmp_path}/nobody-there"))
    urn = str(sample.urn(school))

    told = send(api, "scan-0003", urn, b"Results", 503)
    assert "cannot check the file for viruses just now, so it was not uploaded" in str(told["detail"])
    page = director.send("/files/add", {"record": urn, "file": file("notes.txt", b"Results")}, status=422).text
    assert "cannot check the file for viruses just now, so it was not uploaded" in page
    assert api.get("/files").get_json()["items"] == []


def test_what_is_too_much_for_the_scanner_is_not_taken(scanner: Scanner) -> None:
    with pytest.raises(ScannerAway):
        scanner.look(b"x" * 3_000_000)
    with pytest.raises(HasVirus):
        scanner.look(b"x" * 500_000 + HARMFUL)


def test_where_no_scanner_is_named_a_file_says_that_none_looked(
    sample: SampleAuthority, director: Browser, api: Program, school: UUID
) -> None:
    told = send(api, "scan-0004", str(sample.urn(school)), b"Results", 201)
    assert told["scanner"] == ""
    assert "Not checked" in director.get(f"/files/{told['reference']}")


@pytest.mark.parametrize("named", ["clamd", "127.0.0.1:", ":3310", "127.0.0.1:99999", "127.0.0.1:port"])
def test_an_address_that_is_none_is_said_at_the_start(named: str) -> None:
    with pytest.raises(BadSetting, match="SIS_SCANNER is the address of clamd"):
        scanner_at(named)


def test_a_scanner_is_named_by_host_and_port_or_by_its_socket() -> None:
    assert scanner_at("") is None
    assert scanner_at("127.0.0.1:3310") == Clamd(("127.0.0.1", 3310))
    assert scanner_at("[::1]:3310") == Clamd(("::1", 3310))
    assert scanner_at("/run/clamav/clamd.ctl") == Clamd("/run/clamav/clamd.ctl")


DAY = {"dated-day": "2", "dated-month": "10", "dated-year": "2026"}
REGISTER = (
    b"URN,EstablishmentName,LA (name),LA (code),EstablishmentStatus (name)\n"
    b"900101,Birchwood School,Wexmoor,399,Open\n"
)


def test_the_files_of_imports_pass_it_before_anything_reads_them(
    sample: SampleAuthority, sign_in: Open, program: Use, scanner: Scanner
) -> None:
    administrator = sign_in(sample.administrator("Ada Administrator"))
    use = program(sample.administrator("Piet Program"))
    scanned_by(administrator.client.application, scanner)
    scanned_by(use.client.application, scanner)
    harmful = REGISTER + HARMFUL

    def sent(content: bytes) -> dict[str, object]:
        return {"what": "schools", "file": (io.BytesIO(content), "register_2026-10-01.csv")}

    refused = administrator.send("/imports/begin", sent(harmful), status=422)
    assert "the virus scanner found Test.Eicar" in refused.text
    assert "is already uploaded" not in refused.text
    headers = {**use.headers, "Idempotency-Key": "a-harmful-file"}
    kind = "multipart/form-data"
    answer = use.client.post("/api/v1/imports/begin", data=sent(harmful), headers=headers, content_type=kind)
    assert answer.status_code == 422
    assert "Test.Eicar" in answer.text
    with sample.services.read_present() as connection:
        assert connection.execute(sa.select(WAITING_FILES.c.bytes)).all() == []
        [row] = imports.list_rows(connection)
    assert "the virus scanner found Test.Eicar" in row.refusal
    page = administrator.get(f"/imports/{row.reference}")
    assert "the virus scanner found Test.Eicar" in page
    assert "Not checked" not in page

    check = administrator.send("/imports/begin", sent(REGISTER), status=200).text
    href = administrator.send_page("/imports/begin", check, {"what": "schools", "confirmed": "yes"}).headers[
        "Location"
    ]
    assert "Checked by ClamAV" in administrator.get(href)
    told = use.get(href).json
    assert told is not None
    assert told["scanner"].startswith("ClamAV")

    scanned_by(administrator.client.application, None)
    check = administrator.send("/imports/begin", {**sent(REGISTER), **DAY}, status=200).text
    answers = {"what": "schools", "confirmed": "yes", **DAY}
    href = administrator.send_page("/imports/begin", check, answers).headers["Location"]
    assert "Viruses Not checked" in " ".join(re.sub(r"<[^>]+>", " ", administrator.get(href)).split())


def test_the_command_line_says_when_no_scanner_looked(
    sample: SampleAuthority, scanner: Scanner, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "register_2026-10-01.csv"
    path.write_bytes(REGISTER + HARMFUL)
    monkeypatch.setenv("SIS_SCANNER", address)
    assert "the virus scanner found Test.Eicar" in at_the_console(sample.services, monkeypatch, "schools", path)
    path.write_bytes(REGISTER)
    assert "scanner" not in at_the_console(sample.services, monkeypatch, "schools", path)
    monkeypatch.delenv("SIS_SCANNER")
    assert "This file is not checked for viruses" in at_the_console(sample.services, monkeypatch, "schools", path)
