"""The key that signs cookies and forms: private at once, one for all processes, and replaced without loss."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from itsdangerous import BadSignature

from tests.sample_authority import SampleAuthority
from web import create_app
from web.runtime.secret_key import BadSecretKey, secret_keys
from web.runtime.services import Services
from web.runtime.settings import DeploymentSettings
from web.runtime.signed_cookies import signer


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No key in the environment, on a machine where whatever is made is open to everybody."""
    for name in ("SIS_SECRET_KEY", "SIS_SECRET_KEY_FALLBACKS", "SIS_SECRET_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    before = os.umask(0)
    yield
    os.umask(before)


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    usual = tmp_path / "var" / "secret_key"
    (key,) = secret_keys(usual)
    assert len(key) == 64
    assert secret_keys(usual) == (key,)
    assert oct(usual.stat().st_mode & 0o777) == "0o600"
    assert [each.name for each in usual.parent.iterdir()] == ["secret_key"]


def test_those_who_start_at_once_have_one_key_and_none_reads_half_of_it(tmp_path: Path) -> None:
    for attempt in range(20):
        usual, together = tmp_path / str(attempt) / "secret_key", Barrier(8)

        def start(usual: Path = usual, together: Barrier = together) -> tuple[str, ...]:
            together.wait()
            return secret_keys(usual)

        with ThreadPoolExecutor(8) as pool:
            keys = {each.result() for each in [pool.submit(start) for _ in range(8)]}
        ((key,),) = keys
        assert re.fullmatch("[0-9a-f]{64}", key)
        assert [each.name for each in usual.parent.iterdir()] == ["secret_key"]


def test_the_environment_names_the_keys_or_their_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, usual = tmp_path / "key", tmp_path / "unused"
    file.write_text("new\nold\n", encoding="ascii")
    file.chmod(0o640)
    monkeypatch.setenv("SIS_SECRET_KEY_FILE", str(file))
    assert secret_keys(usual) == ("new", "old")
    monkeypatch.setenv("SIS_SECRET_KEY", "newest")
    monkeypatch.setenv("SIS_SECRET_KEY_FALLBACKS", "older oldest")
    assert secret_keys(usual) == ("newest", "older", "oldest")
    assert not usual.exists()


def test_a_file_that_holds_no_key_or_shows_it_to_others_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "key"
    monkeypatch.setenv("SIS_SECRET_KEY_FILE", str(file))
    with pytest.raises(BadSecretKey, match="is missing: make it with `openssl rand"):
        secret_keys(tmp_path / "unused")
    file.touch(mode=0o600)
    with pytest.raises(BadSecretKey, match="is empty"):
        secret_keys(tmp_path / "unused")
    file.write_text("key", encoding="ascii")
    file.chmod(0o604)
    with pytest.raises(BadSecretKey, match="Every user of this machine"):
        secret_keys(tmp_path / "unused")


OLD = DeploymentSettings("", secret_key="the old key", testing=True)
ROTATED = replace(OLD, secret_key="the new key", older_keys=("the old key",))
REPLACED = replace(OLD, secret_key="the new key")


def an_app(settings: DeploymentSettings, services: Services) -> Flask:
    return create_app(settings, services=services)


@pytest.mark.parametrize(("later", "status"), [(ROTATED, 303), (REPLACED, 400)], ids=["rotated", "replaced"])
def test_a_form_made_before_the_rotation_is_taken_after_it(
    later: DeploymentSettings, status: int, services: Services, sample: SampleAuthority
) -> None:
    before, after = an_app(OLD, services).test_client(), an_app(later, services).test_client()
    name, session = sample.session_of(sample.administrator())
    before.set_cookie(name, session)
    page = before.get("/people/register").text
    fields = dict(re.findall(r'name="([^"]+)"[^>]* value="([^"]*)"', page))
    after.set_cookie(name, session)
    for cookie in before._cookies.values():
        after.set_cookie(cookie.key, cookie.value)

    answer = after.post("/people/register", data={**fields, "name": "Ada Hughes", "organisation": "The council"})
    assert answer.status_code == status, answer.text[:2000]


def test_what_was_signed_with_an_older_key_is_recognised_and_what_is_signed_now_has_the_new(
    services: Services,
) -> None:
    with an_app(OLD, services).test_request_context():
        signed = signer("device").dumps("number")
    with an_app(ROTATED, services).test_request_context():
        assert signer("device").loads(signed) == "number"
        now = signer("device").dumps("number")
    with an_app(REPLACED, services).test_request_context():
        assert signer("device").loads(now) == "number"
        with pytest.raises(BadSignature):
            signer("device").loads(signed)
        with pytest.raises(BadSignature):
            signer("form").loads(now)
