"""What opens a way in to the account of somebody with wide rights takes two people."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from domain.account import WayIn
from domain.person import Person
from domain.person.parts import TAKES_A_SECOND_PERSON
from domain.vocabulary import Role
from tests.sample_authority import SampleAuthority
from tests.web.accounts.conftest import ANNAS, Door, SignIn
from tests.web.accounts.test_second_factor import set_up
from tests.web.conftest import Browser
from web.accounts import council_commands, password_commands
from web.accounts.accounts import account_id
from web.history.sentences import sentence

NEW = "three other random words"


@pytest.fixture
def dora(sample: SampleAuthority, door: Door) -> UUID:
    person = sample.director("Dora Director")
    door.opens(person, "dora@example.org")
    return person


def sentences(door: Door, person: UUID, names: dict[UUID, str]) -> list[str]:
    return [sentence(event, names) for event in door.services.store.get(account_id(person))]  # type: ignore[type-var]


def asks_for_link(browser: Browser, person: UUID, status: int) -> str:
    page = browser.get(f"/accounts/{person}")
    return browser.send_page(f"/accounts/{person}/password-link", page, {}, status=status).text


@pytest.mark.parametrize("role", sorted(TAKES_A_SECOND_PERSON))
def test_an_administrator_alone_gets_no_link_for_a_post_that_takes_two(
    role: Role, ada: UUID, dora: UUID, sample: SampleAuthority, door: Door, sign_in: SignIn
) -> None:
    person = sample.person("Wanda Wide", role)
    door.opens(person, "wanda@example.org")
    browser = sign_in(ada)
    assert "/password/" not in asks_for_link(browser, person, 303)
    assert "/password/" not in asks_for_link(browser, person, 303)
    told = sentences(door, person, {ada: "Ada Admin", person: "Wanda Wide"})
    assert len([each for each in told if "proposed to make a password link for Wanda Wide" in each]) == 1
    assert not any("made a link" in each for each in told)
    assert "Making a password link has been proposed" in browser.get(f"/accounts/{person}")


def test_the_link_that_one_proposes_another_makes_and_the_trail_names_both(
    ada: UUID, dora: UUID, sample: SampleAuthority, door: Door, sign_in: SignIn, client: FlaskClient
) -> None:
    rae = sample.reviewer("Rae Reviewer")
    door.opens(rae, "rae@example.org")
    sign_in(dora).get(f"/accounts/{rae}", status=403)
    asks_for_link(sign_in(ada), rae, 303)
    [link] = set(re.findall(r"/password/[\w-]+", asks_for_link(sign_in(dora), rae, 200)))
    client.post(link, data={"password": NEW})
    names = {ada: "Ada Admin", dora: "Dora Director", rae: "Rae Reviewer"}
    made, used = sentences(door, rae, names)[-2:]
    assert made.startswith("Dora Director made a link for Rae Reviewer")
    assert made.endswith("as Ada Admin proposed")
    assert used == "Somebody set Rae Reviewer's password, using a link made by Dora Director"
    sign_in(dora).get(f"/accounts/{rae}", status=403)


def test_a_proposal_holds_for_two_days(
    ada: UUID, dora: UUID, sample: SampleAuthority, door: Door, sign_in: SignIn
) -> None:
    rae = sample.reviewer("Rae Reviewer")
    door.opens(rae, "rae@example.org")
    asks_for_link(sign_in(ada), rae, 303)
    sample.clock.pass_by(hours=49)
    sign_in(dora).get(f"/accounts/{rae}", status=403)


def test_where_nobody_else_could_confirm_the_command_line_is_named(ada: UUID, dora: UUID, sign_in: SignIn) -> None:
    browser = sign_in(ada)
    asks_for_link(browser, dora, 303)
    assert "The system operator can do it at the command line" in browser.get(f"/accounts/{dora}")


def test_the_first_ones_get_their_links_from_the_one_who_sets_up(
    ada: UUID, sample: SampleAuthority, door: Door, sign_in: SignIn, client: FlaskClient
) -> None:
    dora, rae = sample.director("Dora Director"), sample.reviewer("Rae Reviewer")
    for person, name in ((dora, "dora@example.org"), (rae, "rae@example.org")):
        door.opens(person, name, password=None)
    shown = [asks_for_link(sign_in(ada), person, 200) for person in (dora, rae)]
    for page in shown:
        [link] = set(re.findall(r"/password/[\w-]+", page))
        assert client.post(link, data={"password": NEW}).location == "/sign-in"


@pytest.mark.parametrize("way", ["second-factor", "council-account"])
def test_a_second_factor_and_a_council_account_are_removed_by_two(
    way: str, ada: UUID, dora: UUID, sample: SampleAuthority, door: Door, sign_in: SignIn
) -> None:
    ben = sample.administrator("Ben Second")
    door.opens(ben, "ben@example.org")
    if way == "second-factor":
        set_up(sign_in(dora), sample)
    else:
        with door.acting(dora):
            council_commands.link(door.services, door.account(dora), "https://login.example", "dora")
    before = len(sentences(door, dora, {}))
    page = f"/accounts/{dora}/{way}"
    assert "takes two people" in sign_in(ada).get(page)
    sign_in(ada).send(page, {"reason": "The phone is lost"})
    told = sentences(door, dora, {ada: "Ada Admin", dora: "Dora Director"})[before:]
    assert len(told) == 1
    assert re.fullmatch(
        r"Ada Admin proposed to remove the .* of Dora Director, to be confirmed by a second person.*phone is lost",
        told[0],
    )
    sign_in(ada).get(page, status=409)
    sign_in(ben).send(page, {"reason": "She has told me herself"})
    told = sentences(door, dora, {ada: "Ada Admin", ben: "Ben Second", dora: "Dora Director"})[before + 1 :]
    assert told[0].startswith("Ben Second removed Dora Director's ")
    assert "as Ada Admin proposed: She has told me herself" in told[0]


def test_a_link_that_one_made_before_the_post_was_given_sets_no_password(
    ada: UUID, dora: UUID, anna: UUID, sample: SampleAuthority, door: Door, client: FlaskClient
) -> None:
    with door.acting(ada):
        link = password_commands.make_password_link(door.services, anna)
    with door.acting(None):
        door.services.service.change(
            Person, anna, lambda person: person.take_post(Role.DIRECTOR, from_=door.services.today())
        )
    assert client.post(f"/password/{link}", data={"password": NEW}).status_code == 410
    assert client.post("/sign-in", data=ANNAS).status_code == 303


def test_the_same_form_sent_twice_proposes_once(
    ada: UUID, dora: UUID, sample: SampleAuthority, door: Door, sign_in: SignIn
) -> None:
    rae = sample.reviewer("Rae Reviewer")
    door.opens(rae, "rae@example.org")
    browser = sign_in(ada)
    page = browser.get(f"/accounts/{rae}")
    for _ in range(2):
        browser.send_page(f"/accounts/{rae}/password-link", page, {}, status=303)
        assert "Another administrator or a director must confirm it on this page" in browser.get("/account")
    proposed = [each for each in sentences(door, rae, {}) if WayIn.PASSWORD_LINK.label in each]
    assert len(proposed) == 1


def test_an_ordinary_link_is_told_with_who_made_it(
    ada: UUID, anna: UUID, door: Door, sign_in: SignIn, client: FlaskClient, sample: SampleAuthority
) -> None:
    [link] = set(re.findall(r"/password/[\w-]+", asks_for_link(sign_in(ada), anna, 200)))
    client.post(link, data={"password": NEW})
    names = {ada: "Ada Admin", anna: "Anna Able"}
    assert sentences(door, anna, names)[-1] == "Somebody set Anna Able's password, using a link made by Ada Admin"
    set_up(sign_in(anna), sample)
    told = sentences(door, anna, names)
    assert (
        "Anna Able set up a second factor for Anna Able, with a password set using a link made by Ada Admin" in told
    )
