"""What docs/operate.md says is true: its files are read by the programs that they are for, its commands run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from click.testing import CliRunner

from tests.scenario import TODAY
from tests.web.console.test_running import a_free_port
from web.cli import main
from web.demonstration.loading import SEED
from web.demonstration.register import write_register

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
CHAPTERS = {chapter.splitlines()[0].lstrip("# "): chapter for chapter in re.split(r"^##+ ", TEXT, flags=re.M)[1:]}


def block(chapter: str, kind: str) -> str:
    return re.findall(rf"```{kind}\n(.*?)```", CHAPTERS[chapter], re.S)[0]


def program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        pytest.skip(f"{name} is not on this machine: what docs/operate.md says for it is not tried")
    return found


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *_: object) -> None:
        pass


@contextmanager
def service_behind() -> Iterator[tuple[int, list[dict[str, str]]]]:
    """A service at a port of its own that remembers what it was asked with, and the port it listens at."""
    asked: list[dict[str, str]] = []

    def answer(environ: dict[str, str], start: object) -> list[bytes]:
        asked.append(environ)
        assert callable(start)
        start("200 OK", [("Content-Type", "text/plain")])
        return [b"ok"]

    with make_server("127.0.0.1", 0, answer, handler_class=Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port, asked
        server.shutdown()


def test_the_proxy_file_is_taken_by_nginx_and_hands_on_host_and_scheme(tmp_path: Path) -> None:
    nginx, port = program("nginx"), a_free_port()
    with service_behind() as (behind, asked):
        server = block("The proxy", "nginx")
        plain = re.sub(r"^ +ssl_.*\n", "", server, flags=re.M)
        for told, meant in {"443 ssl": f"127.0.0.1:{port}", "127.0.0.1:8000": f"127.0.0.1:{behind}"}.items():
            assert told in plain
            plain = plain.replace(told, meant)
        paths = "".join(
            f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (tmp_path / "nginx.conf").write_text(
            f"daemon off; master_process off; pid {tmp_path}/pid; error_log {tmp_path}/log;\n"
            f"events {{}}\nhttp {{ access_log off;\n{paths}{plain} }}\n",
            encoding="utf-8",
        )
        call = [nginx, "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "log")]
        checked = subprocess.run([*call, "-t"], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr
        with subprocess.Popen(call) as process:
            try:
                answer = _asked(port)
            finally:
                process.terminate()
    assert answer == b"ok"
    (environ,) = asked
    assert environ["HTTP_HOST"] == "salford.sis.example"
    assert environ["HTTP_X_FORWARDED_PROTO"] == "https"
    assert environ["HTTP_X_FORWARDED_FOR"] == "127.0.0.1"


def _asked(port: int) -> bytes:
    """The answer of a server that is starting."""
    request = ["--header", "Host: salford.sis.example", "--header", "X-Forwarded-For: 203.0.113.9"]
    patient = ["--retry", "60", "--retry-delay", "1", "--retry-connrefused", "--silent", "--show-error"]
    return subprocess.run(
        ["curl", *patient, *request, f"http://127.0.0.1:{port}/"], check=True, capture_output=True
    ).stdout


def test_the_unit_has_no_fault_that_systemd_knows(tmp_path: Path) -> None:
    verify = program("systemd-analyze")
    unit = block("The unit", "ini").replace("/opt/sis/.venv/bin/sis", sys.executable)
    (tmp_path / "sis.service").write_text(unit, encoding="utf-8")
    done = subprocess.run(
        [verify, "verify", str(tmp_path / "sis.service")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "sis.service" not in done.stderr


def test_a_misspelt_unit_would_be_found(tmp_path: Path) -> None:
    verify = program("systemd-analyze")
    unit = block("The unit", "ini").replace("/opt/sis/.venv/bin/sis", sys.executable).replace("UMask", "UMsk")
    (tmp_path / "sis.service").write_text(unit, encoding="utf-8")
    done = subprocess.run(
        [verify, "verify", str(tmp_path / "sis.service")], capture_output=True, text=True, check=False
    )
    assert "UMsk" in done.stderr


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folders of the document, under another root, with an authority's schools taken in."""
    for part in ("srv/sis", "srv/backup", "etc/sis"):
        (tmp_path / part).mkdir(parents=True)
    for line in block("The unit", "sh").splitlines():
        name, value = line.split("=", 1)
        monkeypatch.setenv(name, value.replace(":////", f":///{tmp_path}/").replace("=/etc", f"={tmp_path}/etc"))
    monkeypatch.setenv("SIS_SECRET_KEY_FILE", f"{tmp_path}/etc/sis/secret_key")
    (tmp_path / "etc/sis/secret_key").touch(mode=0o600)
    (tmp_path / "etc/sis/secret_key").write_text("the old key\n".replace(" ", "-"), encoding="ascii")
    write_register(tmp_path / "register.csv", seed=SEED, on=TODAY)
    words = ["import", "schools", str(tmp_path / "register.csv"), "--la", "399", "--dated", str(TODAY)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    return tmp_path


def run(site: Path, script: str) -> str:
    for folder in ("/srv/", "/etc/sis/"):
        script = script.replace(folder, f"{site}{folder}")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euc", script],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_backup_is_private_and_the_drill_finds_in_it_all_that_was_saved(site: Path) -> None:
    saved = re.findall(r"The log has \S+ events", run(site, "sis views status"))
    run(site, block("What to back up", "sh"))
    assert {oct(each.stat().st_mode & 0o777) for each in (site / "srv/backup").iterdir()} == {"0o600"}
    (site / "srv/sis/authority.sqlite").unlink()

    told = run(site, block("The restore drill", "sh"))

    assert saved == re.findall(r"The log has \S+ events", told)
    assert saved != ["The log has 0 events"]
    assert "views are what the log says" in told
    assert told.splitlines()[-1] == "ok"


def test_after_an_upgrade_the_views_are_looked_at(site: Path) -> None:
    assert "views are what the log says" in run(site, block("Upgrade, and go back", "sh"))


BY_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file to root and a group")


def of_the_group(script: str) -> str:
    """The commands with a group that this machine has in the place of `sis`."""
    assert "-g sis " in script
    return script.replace("-g sis ", "-g daemon ")


def mode_and_owners(file: Path) -> tuple[str, str, str]:
    return oct(file.stat().st_mode & 0o777), file.owner(), file.group()


@BY_ROOT
def test_the_first_key_is_made_as_the_chapter_says_which_the_service_asks_for(site: Path) -> None:
    key = site / "etc/sis/secret_key"
    key.unlink()
    begin = ["begin", "--authority", "Salford", "--administrator", "Jo Smith", "--email", "jo@salford.example"]
    refused = CliRunner().invoke(main, begin)
    assert refused.exit_code == 1
    assert f"install -m 0640 -o root -g GROUP /dev/stdin {key}`" in refused.output

    run(site, of_the_group(re.findall(r"```sh\n(openssl.*?)```", CHAPTERS["The unit"], re.S)[0]))

    assert len(key.read_text(encoding="ascii").strip()) == 64
    assert mode_and_owners(key) == ("0o640", "root", "daemon")
    begun = CliRunner().invoke(main, begin)
    assert "secret key" not in begun.output


@BY_ROOT
def test_the_new_key_stands_above_the_old_one_and_can_be_read_by_the_service_alone(site: Path) -> None:
    run(site, of_the_group(block("The secret key", "sh")))
    key = site / "etc/sis/secret_key"
    new, old = key.read_text(encoding="ascii").split()
    assert (len(new), old) == (64, "the-old-key")
    assert mode_and_owners(key) == ("0o640", "root", "daemon")


@pytest.mark.parametrize("page", ["README.md", *sorted(f"docs/{each.name}" for each in (ROOT / "docs").glob("*.md"))])
def test_every_link_leads_to_a_chapter_or_a_file(page: str) -> None:
    told = (ROOT / page).read_text(encoding="utf-8")
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", told):
        name, _, anchor = link.partition("#")
        target = (ROOT / page).parent / name if name else ROOT / page
        assert target.is_file(), link
        text = target.read_text(encoding="utf-8") if anchor else ""
        headings = re.findall(r"^#+ (.*)$", text, re.M)
        anchors = {re.sub(r"[^a-z0-9 -]", "", each.lower()).replace(" ", "-") for each in headings}
        assert not anchor or anchor in anchors, link
