"""The second factor: set up with a phone, asked for at sign-in and as proof, each code once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pyotp
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from domain.account import Account
from domain.vocabulary import Role
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.accounts.conftest import ANNAS, PASSWORD, Door, SignIn
from tests.web.conftest import HIDDEN, Browser, Program
from web import open_services
from web.accounts import accounts, factors, security_trail
from web.accounts.attempts import AT_KNOWN, AT_UNKNOWN
from web.accounts.security_trail import SecurityEvent
from web.cli import main
from web.runtime.settings import DeploymentSettings
from web.runtime.tables import SECOND_FACTORS

TOKEN = {"label": "Timetable", "scopes": "read", "days": "30"}


class Phone:
    """An app that shows codes."""

    def __init__(self, key: str, sample: SampleAuthority) -> None:
        self.codes, self.sample = pyotp.TOTP(key), sample

    def code(self) -> str:
        """The next code: of the half minute after."""
        self.sample.clock.pass_by(seconds=30)
        return self.codes.at(self.sample.clock.now)


def key_on(page: str) -> str:
    found = re.search(r'<code class="govuk-!-text-break-word">([A-Z2-7 ]+)</code>', page)
    assert found is not None
    return found[1].replace(" ", "")


def set_up(browser: Browser, sample: SampleAuthority) -> tuple[Phone, list[str]]:
    """Set a phone up; the phone and the recovery codes."""
    page = browser.get("/account/second-factor")
    assert '<img src="data:image/svg+xml' in page
    phone = Phone(key_on(page), sample)
    shown = browser.send_page("/account/second-factor", page, {"code": phone.code()}, status=200).text
    recovery = codes_on(shown)
    assert len(set(recovery)) == 10
    return phone, recovery


@pytest.fixture
def recovery() -> list[str]:
    return []


@pytest.fixture
def phone(anna: UUID, sample: SampleAuthority, sign_in: SignIn, recovery: list[str]) -> Phone:
    phone, codes = set_up(sign_in(anna), sample)
    recovery += codes
    return phone


def half(client: FlaskClient) -> None:
    response = client.post("/sign-in", data={**ANNAS, "next": "/account"})
    assert response.location == "/sign-in/code"
    assert client.get("/account").status_code == 303


def test_signing_in_takes_the_code_after_the_password(client: FlaskClient, phone: Phone) -> None:
    half(client)
    assert "Enter your code" in client.get("/sign-in/code").text
    response = client.post("/sign-in/code", data={"code": phone.code()})
    assert (response.status_code, response.location) == (303, "/account")
    assert client.get("/account").status_code == 200


def test_a_code_lets_in_once(app: Flask, client: FlaskClient, phone: Phone) -> None:
    code = phone.code()
    half(client)
    assert client.post("/sign-in/code", data={"code": code}).status_code == 303
    other = app.test_client()
    half(other)
    assert "has been used" in other.post("/sign-in/code", data={"code": code}).text
    assert other.get("/account").status_code == 303


def test_a_recovery_code_lets_in_once(
    app: Flask, client: FlaskClient, phone: Phone, recovery: list[str], door: Door
) -> None:
    half(client)
    assert client.post("/sign-in/code", data={"code": recovery[3].upper()}).status_code == 303
    assert "9 recovery codes left" in client.get("/account/second-factor").text
    other = app.test_client()
    half(other)
    assert other.post("/sign-in/code", data={"code": recovery[3]}).status_code == 422
    with door.services.read_present() as connection:
        assert len(security_trail.entries(connection, kind=SecurityEvent.RECOVERY_CODE_USED)) == 1


def test_codes_are_guessed_slowly_wherever_from(client: FlaskClient, phone: Phone) -> None:
    half(client)
    for number in range(AT_UNKNOWN.after):
        elsewhere = {"REMOTE_ADDR": f"192.0.2.{number}"}
        assert client.post("/sign-in/code", data={"code": "none"}, environ_base=elsewhere).status_code == 422
    response = client.post("/sign-in/code", data={"code": phone.codes.at(phone.sample.clock.now)})
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "10"


def guess(app: Flask) -> None:
    """Somebody who has found out the password tries codes until they have to wait."""
    thief = app.test_client()
    half(thief)
    answers = [thief.post("/sign-in/code", data={"code": "none"}).status_code for _ in range(AT_UNKNOWN.after + 1)]
    assert answers[-1] == 429


def test_whoever_guesses_codes_holds_up_neither_the_person_nor_others(
    app: Flask, client: FlaskClient, anna: UUID, ada: UUID, phone: Phone, sample: SampleAuthority, sign_in: SignIn
) -> None:
    half(client)
    client.post("/sign-in/code", data={"code": phone.code()})
    adas, _ = set_up(sign_in(ada), sample)
    guess(app)
    client.get("/sign-out")
    client.post("/sign-out")
    half(client)
    assert client.post("/sign-in/code", data={"code": phone.code()}).location == "/account"
    other = app.test_client()
    other.post("/sign-in", data={"sign_in_name": "ada@example.org", "password": PASSWORD, "next": "/account"})
    assert other.post("/sign-in/code", data={"code": adas.code()}).location == "/account"


def test_a_right_code_makes_its_place_no_better_known_for_guessing(
    app: Flask, client: FlaskClient, phone: Phone
) -> None:
    half(client)
    client.post("/sign-in/code", data={"code": phone.code()})
    guess(app)
    phone.sample.clock.pass_by(seconds=AT_KNOWN.first.total_seconds())
    thief = app.test_client()
    half(thief)
    assert thief.post("/sign-in/code", data={"code": "none"}).status_code == 429


def test_without_the_password_there_is_no_second_step(client: FlaskClient, phone: Phone) -> None:
    for answer in (client.get("/sign-in/code"), client.post("/sign-in/code", data={"code": phone.code()})):
        assert answer.location == "/sign-in"


def test_the_second_step_waits_five_minutes(client: FlaskClient, phone: Phone, sample: SampleAuthority) -> None:
    half(client)
    sample.clock.pass_by(minutes=5)
    assert client.post("/sign-in/code", data={"code": phone.code()}).location == "/sign-in"


def test_a_factor_counts_only_once_it_is_confirmed(anna: UUID, sign_in: SignIn, client: FlaskClient) -> None:
    browser = sign_in(anna)
    browser.send("/account/second-factor", {"code": "none"}, status=422)
    assert client.post("/sign-in", data={**ANNAS, "next": "/account"}).location == "/account"


SET_UP, AGAIN = "/account/second-factor", "/account/second-factor/again"


def test_a_key_that_somebody_else_has_seen_before_never_counts(
    anna: UUID, sample: SampleAuthority, sign_in: SignIn
) -> None:
    browser = sign_in(anna)
    seen, page = Phone(key_on(browser.get(SET_UP)), sample), browser.get(SET_UP)
    phone = Phone(key_on(page), sample)
    refused = browser.send_page(SET_UP, page, {"code": seen.code()}, status=422).text
    assert "The code is wrong" in refused
    assert key_on(refused) == phone.codes.secret
    browser.send_page(SET_UP, refused, {"code": phone.code()}, status=200)


def test_two_pages_have_a_key_each_and_the_one_sent_first_counts(
    anna: UUID, sample: SampleAuthority, sign_in: SignIn
) -> None:
    browser = sign_in(anna)
    one, other = browser.get(SET_UP), browser.get(SET_UP)
    assert key_on(one) != key_on(other)
    shown = browser.send_page(SET_UP, one, {"code": Phone(key_on(one), sample).code()}, status=200).text
    assert "Your recovery codes" in shown
    late = browser.send_page(SET_UP, other, {"code": Phone(key_on(other), sample).code()}, status=409).text
    assert "so nothing was changed" in late
    assert "10 recovery codes left" in late
    assert f'href="{AGAIN}"' in late


@pytest.mark.parametrize("at", [SET_UP, AGAIN])
def test_a_set_up_that_is_sent_twice_shows_the_same_recovery_codes(
    at: str, anna: UUID, sample: SampleAuthority, sign_in: SignIn, client: FlaskClient, door: Door
) -> None:
    browser = sign_in(anna)
    if at == AGAIN:
        set_up(browser, sample)
    page = browser.get(at)
    answers = {"code": Phone(key_on(page), sample).code()}
    first = browser.send_page(at, page, answers, status=200).text
    told = len(list(door.services.store.get(accounts.account_id(anna))))
    sample.clock.pass_by(minutes=2)
    again = browser.send_page(at, page, answers, status=200).text
    assert codes_on(again) == codes_on(first)
    assert len(codes_on(first)) == 10
    half(client)
    assert client.post("/sign-in/code", data={"code": codes_on(first)[0]}).status_code == 303
    assert codes_on(browser.send_page(at, page, answers, status=200).text) == codes_on(first)[1:]
    assert len(list(door.services.store.get(accounts.account_id(anna)))) == told


def test_after_ten_minutes_a_page_sent_again_says_where_the_person_stands(
    anna: UUID, sample: SampleAuthority, sign_in: SignIn
) -> None:
    browser = sign_in(anna)
    page = browser.get(SET_UP)
    phone = Phone(key_on(page), sample)
    answers = {"code": phone.code()}
    browser.send_page(SET_UP, page, answers, status=200)
    sample.clock.pass_by(minutes=11)
    told = browser.send_page(SET_UP, page, answers, status=409).text
    assert "If you have a new phone or need new recovery codes, set it up again" in told


def test_a_page_that_shows_a_key_can_be_sent_for_an_hour_by_its_own_person(
    anna: UUID, ada: UUID, sample: SampleAuthority, sign_in: SignIn
) -> None:
    hers, page = sign_in(ada), sign_in(anna).get(SET_UP)
    theirs = Phone(key_on(page), sample)
    shown = hers.send(SET_UP, {**hidden_of(page), "code": theirs.code()}, status=422).text
    assert "this page too long ago" in shown
    assert key_on(shown) != theirs.codes.secret


def hidden_of(page: str) -> dict[str, str]:
    return {name: value for name, value in HIDDEN.findall(page) if name == "key"}


def codes_on(page: str) -> list[str]:
    return re.findall(r"<li><code>([0-9a-f-]+)</code>", page)


def test_a_recovery_code_has_128_bits_and_shorter_ones_of_before_are_taken(
    app: Flask, phone: Phone, recovery: list[str], door: Door
) -> None:
    assert all(len(code.replace("-", "")) * 4 == 128 for code in recovery)
    older = "0123456789-abcdef0123"
    with door.services.write() as connection:
        kept = [hashlib.sha256(older.replace("-", "").encode()).hexdigest()]
        connection.execute(SECOND_FACTORS.update().values(recovery=kept))
    for status in (303, 422):
        client = app.test_client()
        half(client)
        assert client.post("/sign-in/code", data={"code": older}).status_code == status


def test_a_stranger_at_the_desk_sets_no_phone_up(anna: UUID, sample: SampleAuthority, sign_in: SignIn) -> None:
    browser = sign_in(anna)
    sample.clock.pass_by(minutes=11)
    asked = browser.get("/account/second-factor", status=401)
    assert "Confirm that it is you" in asked
    shown = browser.send_page("/account/second-factor", asked, {"proof_password": PASSWORD}, status=200).text
    assert key_on(shown)
    assert "There is a problem" not in shown


def test_the_secret_is_not_in_the_database(phone: Phone, recovery: list[str], door: Door) -> None:
    with door.services.read_present() as connection:
        row = str(connection.execute(sa.select(SECOND_FACTORS)).all())
    assert phone.codes.secret not in row
    assert not any(code in row for code in recovery)


def test_a_key_is_replaced_in_steps_and_codes_go_on(
    app: Flask, client: FlaskClient, phone: Phone, recovery: list[str], door: Door
) -> None:
    """With the old key in the second line the service is started once; then the old one is taken away."""
    old = app.config["SIS_SETTINGS"]
    renewed = replace(old, secret_key="the new one", older_keys=(old.secret_key,))
    with door.services.write() as connection:
        factors.encrypt_anew(connection, renewed)
    app.config["SIS_SETTINGS"] = replace(renewed, older_keys=())
    half(client)
    assert client.post("/sign-in/code", data={"code": phone.code()}).location == "/account"


def test_an_office_that_is_opened_with_an_older_key_encrypts_anew(tmp_path: Path) -> None:
    older = DeploymentSettings(f"sqlite:///{tmp_path / 'a.sqlite'}", secret_key="old")
    with closing(open_services(older)) as services, services.write() as connection:
        account = accounts.create(connection, uuid4(), "anna@example.org").id
        new = factors.NewFactor.drawn()
        code = pyotp.TOTP(new.secret).at(services.now())
        factors.put(connection, account, new, code, now=services.now(), settings=older)
    both = replace(older, secret_key="new", older_keys=("old",))
    with closing(open_services(both)) as services, services.read_present() as connection:
        found = factors.of_account(connection, account, replace(older, secret_key="new"))
    assert found is not None
    assert found.secret == new.secret


def test_when_the_key_is_lost_the_recovery_codes_are_not(
    app: Flask, client: FlaskClient, phone: Phone, recovery: list[str]
) -> None:
    app.config["SIS_SETTINGS"] = replace(app.config["SIS_SETTINGS"], secret_key="another")
    half(client)
    told = client.post("/sign-in/code", data={"code": phone.code()})
    assert "We can no longer check codes from your app" in told.text
    assert client.post("/sign-in/code", data={"code": recovery[0]}).location == "/account"


def test_a_code_is_the_proof_of_who_has_a_second_factor(
    anna: UUID, sign_in: SignIn, phone: Phone, client: FlaskClient, sample: SampleAuthority
) -> None:
    browser = sign_in(anna)
    sample.clock.pass_by(minutes=11)
    asked = browser.send("/account/tokens/new", TOKEN, status=401)
    assert "Your password" not in asked.text
    code = phone.code()
    wrong = browser.send_page("/account/tokens/new", asked.text, {"proof_password": PASSWORD}, status=401)
    wrong = browser.send_page("/account/tokens/new", wrong.text, {"proof_code": "none"}, status=401)
    assert "The code is wrong" in wrong.text
    browser.send_page("/account/tokens/new", wrong.text, {"proof_code": code}, status=200)
    sample.clock.pass_by(minutes=11)
    again = browser.send("/account/tokens/new", {**TOKEN, "label": "More"}, status=401)
    browser.send_page("/account/tokens/new", again.text, {"proof_code": code}, status=401)


def test_another_phone_takes_proof(
    anna: UUID, sign_in: SignIn, phone: Phone, client: FlaskClient, sample: SampleAuthority
) -> None:
    browser = sign_in(anna)
    sample.clock.pass_by(minutes=11)
    assert 'href="/account/second-factor/again"' in browser.get("/account/second-factor")
    again = "/account/second-factor/again"
    shown = browser.send_page(again, browser.get(again, status=401), {"proof_code": phone.code()}, status=200).text
    wrong = browser.send_page(again, shown, {"code": "none"}, status=422).text
    assert key_on(wrong) == key_on(shown)
    half(client)
    assert client.post("/sign-in/code", data={"code": phone.code()}).location == "/account"
    other = Phone(key_on(shown), sample)
    told = browser.send_page(again, wrong, {"code": other.code()}, status=200).text
    assert "Your recovery codes" in told
    assert client.get("/account").status_code == 303
    half(client)
    assert client.post("/sign-in/code", data={"code": phone.code()}).status_code == 422
    assert client.post("/sign-in/code", data={"code": other.code()}).location == "/account"


def test_an_administrator_removes_anothers_factor_with_a_reason_that_is_told(
    anna: UUID, ada: UUID, sign_in: SignIn, phone: Phone, client: FlaskClient
) -> None:
    hers, browser = sign_in(anna), sign_in(ada)
    assert "Remove the second factor" in browser.get(f"/accounts/{anna}")
    browser.send(f"/accounts/{anna}/second-factor", {"reason": ""}, status=422)
    browser.send(f"/accounts/{anna}/second-factor", {"reason": "Phone lost"})
    hers.get("/account", status=303)
    assert client.post("/sign-in", data={**ANNAS, "next": "/account"}).location == "/account"
    assert "Ada Admin removed your second factor: Phone lost" in client.get("/account").text
    told = browser.get("/audit")
    assert "Ada Admin removed Anna Able&#39;s second factor: Phone lost" in told


def test_nobody_removes_their_own_by_the_administrators_page(ada: UUID, sign_in: SignIn) -> None:
    browser = sign_in(ada)
    response = browser.client.post(f"/accounts/{ada}/second-factor", data={"reason": "Tired of it"})
    assert response.location == "/account/second-factor"


def test_whoever_has_the_machine_removes_the_last_administrators(
    ada: UUID, phone: Phone, client: FlaskClient, sample: SampleAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIS_DATABASE_URL", sample.services.writer.url.render_as_string(hide_password=False))
    monkeypatch.setenv("SIS_SECRET_KEY", "only for tests")
    said = CliRunner().invoke(
        main, ["accounts", "remove-second-factor", "anna@example.org", "--reason", "Phone lost"]
    )
    assert said.exit_code == 0, said.output
    assert client.post("/sign-in", data={**ANNAS, "next": "/account"}).location == "/account"
    told = client.get("/account").text
    assert "The system operator removed your second factor: Phone lost" in told


@pytest.fixture
def required(app: Flask) -> Iterator[None]:
    kept = app.config["SIS_SETTINGS"]
    app.config["SIS_SETTINGS"] = replace(kept, second_factor_from=date(TODAY.year, TODAY.month, TODAY.day))
    yield
    app.config["SIS_SETTINGS"] = kept


def test_from_a_day_on_those_with_wide_rights_need_one(
    required: None, anna: UUID, ada: UUID, sample: SampleAuthority, sign_in: SignIn
) -> None:
    for person in (ada, sample.director("Dora Director"), sample.reviewer("Rae Reader")):
        assert sign_in(person).client.get("/schools/").location == "/account/second-factor"
    browser = sign_in(ada)
    assert "Your role needs a second factor" in browser.get("/account/second-factor")
    browser.get("/sign-out")
    browser.get("/help")
    sign_in(anna).get("/account")
    set_up(browser, sample)
    browser.get("/schools/")


def test_there_is_no_way_around_it_by_programs(
    required: None, ada: UUID, sample: SampleAuthority, sign_in: SignIn, program: Callable[..., Program]
) -> None:
    browser, before = sign_in(ada), program(ada)
    assert browser.client.post("/account/tokens/new", data=TOKEN).location == "/account/second-factor"
    browser.get("/api/v1/schools", status=403)
    assert "needs a second factor" in before.get("/schools", status=403).json["detail"]
    program(sample.person("Ben Broker", Role.BROKER)).get("/schools")
    set_up(browser, sample)
    before.get("/schools", status=401)
    program(ada).get("/schools")


def test_what_was_opened_without_a_code_ends_when_a_factor_is_set_up(
    anna: UUID, sample: SampleAuthority, sign_in: SignIn, program: Callable[..., Program], door: Door
) -> None:
    here, there, before = sign_in(anna), sign_in(anna), program(anna)
    made = re.search(r"sis_([0-9a-f]{8})_", here.send("/account/tokens/new", TOKEN, status=200).text)
    assert made is not None
    assert "signed out everywhere else and your API tokens will stop working" in here.get("/account/second-factor")
    set_up(here, sample)
    assert "Revoked" in here.get("/account")
    there.get("/account", status=303)
    before.get("/schools", status=401)
    assert not door.services.service.find(Account, accounts.account_id(anna)).tokens
    program(anna).get("/schools")


def test_before_that_day_nobody_does(app: Flask, required: None, ada: UUID, sign_in: SignIn) -> None:
    app.config["SIS_SETTINGS"] = replace(app.config["SIS_SETTINGS"], second_factor_from=date(2026, 11, 3))
    sign_in(ada).get("/accounts")


def test_a_day_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIS_SECOND_FACTOR_FROM", "soon")
    said = CliRunner().invoke(main, ["serve"])
    assert said.exit_code == 1
    assert said.output == "Error: SIS_SECOND_FACTOR_FROM is a day, as 2027-01-04, and not 'soon'\n"
