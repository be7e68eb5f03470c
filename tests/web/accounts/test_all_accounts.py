"""Everybody's accounts, kept by the administrator."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from domain.vocabulary import Role
from tests.sample_authority import SampleAuthority
from tests.web.accounts.conftest import ANNAS, PASSWORD, Door, SignIn
from web.accounts import accounts


@pytest.mark.parametrize("path", ["", "/new", "/{person}", "/{person}/disable"])
def test_accounts_are_the_administrators_to_see(anna: UUID, ada: UUID, sign_in: SignIn, path: str) -> None:
    address = "/accounts" + path.format(person=anna)
    sign_in(anna).get(address, status=403)
    sign_in(ada).get(address)


@pytest.mark.parametrize("path", ["/new", "/{person}/disable", "/{person}/enable", "/{person}/password-link"])
def test_accounts_are_the_administrators_to_change(
    anna: UUID, ada: UUID, sign_in: SignIn, door: Door, path: str
) -> None:
    before = len(list(door.services.store.get(accounts.account_id(ada))))
    address = "/accounts" + path.format(person=ada)
    assert sign_in(anna).client.post(address, data={"reason": "Spite"}).status_code == 403
    assert len(list(door.services.store.get(accounts.account_id(ada)))) == before


def test_the_list_names_people_and_the_state_of_their_accounts(
    anna: UUID, ada: UUID, sample: SampleAuthority, door: Door, sign_in: SignIn
) -> None:
    door.opens(sample.reviewer("Rae Reviewer"), "rae@example.org", password=None)
    page = sign_in(ada).get("/accounts")
    rows = [re.sub(r"<[^>]+>|\s+", " ", row) for row in re.findall(r"<tr.*?</tr>", page, re.S)[1:]]
    told = [re.sub(r" +", " ", row).strip() for row in rows]
    assert told == [
        "Ada Admin ada@example.org Active",
        "Anna Able anna@example.org Active",
        "Rae Reviewer rae@example.org No password yet",
    ]


def test_an_account_is_opened_for_somebody_who_has_none_and_given_a_link(
    anna: UUID, ada: UUID, sample: SampleAuthority, door: Door, sign_in: SignIn, client: FlaskClient
) -> None:
    rae = sample.person("Rae Reviewer", Role.REVIEWER)
    browser = sign_in(ada)
    form = browser.get("/accounts/new")
    offered = re.findall(r'<option value="(PE-[^"]+)"[^>]*>([^<]+)', form)
    assert [text.split(" (")[0] for _, text in offered] == ["Rae Reviewer"]
    answers = {"person": offered[0][0], "sign_in_name": "Rae@Example.org"}
    opened = browser.send_page("/accounts/new", form, answers)
    assert opened.location == f"/accounts/{sample.reference(rae)}"
    page = browser.get(f"/accounts/{sample.reference(rae)}")
    shown = browser.send_page(f"/accounts/{sample.reference(rae)}/password-link", page, {}, status=200)
    assert shown.headers["Cache-Control"] == "no-store"
    [link] = set(re.findall(r"/password/[\w-]+", shown.text))
    assert "Add it to the end of this service" in shown.text
    client.post(link, data={"password": PASSWORD})
    assert client.post("/sign-in", data={"sign_in_name": "rae@example.org", "password": PASSWORD}).location == "/"
    told = [event.meta.signature.post for event in door.services.store.get(accounts.account_id(rae))]  # type: ignore[attr-defined]
    assert told == ["administrator", "administrator", ""]


def test_pages_lead_to_an_account_by_reference_and_its_earlier_address_still_answers(
    anna: UUID, ada: UUID, sample: SampleAuthority, sign_in: SignIn
) -> None:
    browser, href = sign_in(ada), f"/accounts/{sample.reference(anna)}"
    for page in ("/accounts", f"/people/{sample.reference(anna)}"):
        assert f'href="{href}"' in browser.get(page)
    for address in (href, href.lower(), f"/accounts/{anna}"):
        page = browser.get(address)
        assert f'href="{href}/disable"' in page
        assert str(anna) not in page.partition("<main")[2].partition("</main>")[0]
    browser.get("/accounts/PE-2020-9999", status=404)


def test_an_account_is_not_opened_under_a_name_in_use(
    anna: UUID, ada: UUID, sample: SampleAuthority, sign_in: SignIn
) -> None:
    sample.person("Rae Reviewer", Role.REVIEWER)
    browser = sign_in(ada)
    form = browser.get("/accounts/new")
    [reference] = re.findall(r'<option value="(PE-[^"]+)"', form)
    answers = {"person": reference, "sign_in_name": "anna@example.org"}
    page = browser.send_page("/accounts/new", form, answers, status=422).text
    assert "Another account has this email address" in page
    assert 'href="#sign_in_name"' in page


def test_a_person_who_is_not_offered_is_refused(anna: UUID, ada: UUID, sign_in: SignIn) -> None:
    answers = {"person": "PE-2026-9999", "sign_in_name": "new@example.org"}
    assert "Select the person" in sign_in(ada).send("/accounts/new", answers, status=422).text


def test_a_disabled_account_is_signed_out_at_once_and_kept_out_until_enabled(
    anna: UUID, ada: UUID, sign_in: SignIn, client: FlaskClient
) -> None:
    annas, adas = sign_in(anna), sign_in(ada)
    adas.send(f"/accounts/{anna}/disable", {"reason": "Has left the authority"})
    annas.get("/account", status=303)
    assert client.post("/sign-in", data=ANNAS).status_code == 422
    page = adas.get(f"/accounts/{anna}")
    assert "Disabled since 2 November 2026" in page
    adas.send_page(f"/accounts/{anna}/enable", page, {})
    assert client.post("/sign-in", data=ANNAS).status_code == 303


def test_an_account_is_disabled_for_a_reason(anna: UUID, ada: UUID, sign_in: SignIn) -> None:
    page = sign_in(ada).send(f"/accounts/{anna}/disable", {"reason": " "}, status=422).text
    assert "Enter why you are disabling the account" in page
    sign_in(anna).get("/account")


def test_administrators_do_not_disable_themselves(ada: UUID, sign_in: SignIn) -> None:
    assert "Ask another administrator" in sign_in(ada).get(f"/accounts/{ada}/disable", status=409)
    sent = sign_in(ada).client.post(f"/accounts/{ada}/disable", data={"reason": "Tired"})
    assert sent.status_code == 422
    assert "Ask another administrator" in sent.text
    sign_in(ada).get("/accounts")


def test_there_is_no_page_for_an_account_that_is_not_there(
    ada: UUID, sample: SampleAuthority, sign_in: SignIn
) -> None:
    nobody = sample.person("Rae Reviewer", Role.REVIEWER)
    sign_in(ada).get(f"/accounts/{nobody}", status=404)
