"""What is used once is used once, and who must be left is left, also where several come at the same moment, on either
kind of database: the log tells of one act, and the others are told why theirs was none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from uuid import UUID, uuid4

import pyotp
import pytest
import sqlalchemy as sa

from domain.account import NothingToChange, TokenScopes
from domain.authority import AUTHORITY
from domain.person import Person
from domain.vocabulary import Channel, Role
from projections import people
from tests.databases import Databases, with_views
from tests.sample_authority import Clock, SampleAuthority
from tests.scenario import TODAY
from tests.web.accounts.conftest import Door, SignIn
from tests.web.conftest import HIDDEN
from tests.web.schools.school_changes import day
from tests.web.test_at_once import MANY, at_once
from web.accounts import (
    account_commands,
    accounts,
    administrators,
    council_commands,
    factor_commands,
    factors,
    password_commands,
    token_commands,
)
from web.accounts.accounts import HasAnAccount, LinkNoLongerValid, SignInNameInUse
from web.accounts.factors import WrongCode
from web.accounts.password_commands import ChangedMeanwhile
from web.accounts.recording import ChangedSince, ShownOnlyOnce
from web.console.beginning import AdministratorExists, let_in
from web.runtime.services import Services
from web.runtime.settings import DeploymentSettings
from web.runtime.tables import PASSWORD_LINKS, TOKENS

SETTINGS = DeploymentSettings("", secret_key="only for tests")


class NotDone(Exception):
    """The page says that it was not done."""


@pytest.fixture
def services(each_databases: Databases, clock: Clock) -> Iterator[Services]:
    """services on a database of one kind and of the other."""
    with each_databases.like(with_views) as url, closing(Services(url, clock=clock)) as services:
        yield services


def told(door: Door, person: UUID) -> list[str]:
    """What the log tells of a person's account, in order."""
    return [event.TOPIC.partition(".")[2] for event in door.services.store.get(accounts.account_id(person))]


def the_same_form(door: Door, person: UUID) -> Callable[[Callable[[], object]], Callable[[int], None]]:
    """Has each of many do something as one and the same command."""
    command = uuid4()

    def sent(act: Callable[[], object]) -> Callable[[int], None]:
        def once(_: int) -> None:
            with door.services.acting(person, "", Channel.SCREEN, command=command):
                act()

        return once

    return sent


def each_alone(door: Door, actor: UUID | None, act: Callable[[int], object]) -> Callable[[int], None]:
    """Has each of many do something as a command of their own."""

    def once(number: int) -> None:
        with door.acting(actor):
            act(number)

    return once


def test_a_password_link_sets_one_password_and_the_log_tells_of_one(anna: UUID, door: Door) -> None:
    with door.acting():
        link = password_commands.make_password_link(door.services, anna)
    use = each_alone(door, anna, lambda n: password_commands.use_password_link(door.services, link, f"hash {n}"))
    assert at_once(use) == {"done": 1, LinkNoLongerValid.__name__: MANY - 1}
    assert told(door, anna).count("password-set") == 2  # the first is of the account's opening


def test_a_link_sets_a_password_or_links_a_council_account_and_not_both(anna: UUID, door: Door) -> None:
    with door.acting():
        link = password_commands.make_password_link(door.services, anna)
    before, account = len(told(door, anna)), door.account(anna)

    def is_valid(connection: sa.Connection) -> None:
        accounts.account_of_link(connection, link, door.services.now())

    def use(number: int) -> None:
        if number % 2:
            password_commands.use_password_link(door.services, link, f"hash {number}")
        else:
            issuer, subject = "https://login.example", f"subject {number}"
            council_commands.link(door.services, account, issuer, subject, check=is_valid)

    counted = at_once(each_alone(door, anna, use))
    assert counted.pop("done") == 1
    assert sum(counted.values()) == MANY - 1
    # Whoever saw the link still valid may find the council account linked a moment later.
    assert set(counted) <= {LinkNoLongerValid.__name__, "ComesByCouncil", "NothingToChange"}
    assert len(told(door, anna)) == before + 1


def test_a_password_is_changed_once_by_the_one_before(anna: UUID, door: Door) -> None:
    account, before = door.account(anna), told(door, anna).count("password-set")
    change = each_alone(door, anna, lambda n: password_commands.change_password(door.services, account, f"hash {n}"))
    assert at_once(change) == {"done": 1, ChangedMeanwhile.__name__: MANY - 1}
    assert told(door, anna).count("password-set") == before + 1


def test_a_form_that_is_sent_twice_makes_one_link(anna: UUID, door: Door) -> None:
    make = the_same_form(door, anna)(lambda: password_commands.make_password_link(door.services, anna))
    assert at_once(make) == {"done": 1, ShownOnlyOnce.__name__: MANY - 1}
    assert told(door, anna).count("password-link-made") == 1
    with door.services.read_present() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(PASSWORD_LINKS)).scalar() == 1


def test_a_form_that_is_sent_twice_makes_one_token(anna: UUID, door: Door) -> None:
    make = the_same_form(door, anna)(
        lambda: token_commands.make(door.services, anna, label="Timetable", scopes=TokenScopes.READ, days=1)
    )
    assert at_once(make) == {"done": 1, ShownOnlyOnce.__name__: MANY - 1}
    assert told(door, anna).count("token-made") == 1
    with door.services.read_present() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(TOKENS)).scalar() == 1


def test_a_token_is_revoked_once(anna: UUID, door: Door) -> None:
    with door.acting(anna):
        token_commands.make(door.services, anna, label="Timetable", scopes=TokenScopes.READ, days=1)
    with door.services.read_present() as connection:
        [id] = connection.execute(sa.select(TOKENS.c.id)).scalars()
    counted = at_once(each_alone(door, anna, lambda _: token_commands.revoke(door.services, anna, id)))
    assert counted.pop("done") == 1
    assert told(door, anna).count("token-revoked") == 1


def test_one_account_is_opened_for_a_person(sample: SampleAuthority, door: Door) -> None:
    person = sample.broker("Ben Bold")
    opened = at_once(
        each_alone(door, None, lambda n: account_commands.open_account(door.services, person, f"ben{n}@example.org"))
    )
    assert opened == {"done": 1, HasAnAccount.__name__: MANY - 1}
    assert told(door, person) == ["opened"]


def test_one_name_opens_one_account_and_the_log_tells_of_no_other(sample: SampleAuthority, door: Door) -> None:
    persons = [sample.broker(f"Ben Bold {number}") for number in range(MANY)]
    opened = at_once(
        each_alone(door, None, lambda n: account_commands.open_account(door.services, persons[n], "ben@example.org"))
    )
    assert opened == {"done": 1, SignInNameInUse.__name__: MANY - 1}
    assert sum(len(told(door, person)) for person in persons) == 1


def test_one_council_account_is_linked_with_one_person(sample: SampleAuthority, door: Door) -> None:
    persons = [sample.broker(f"Ben Bold {number}") for number in range(MANY)]
    held = [door.opens(person, f"ben{number}@example.org") for number, person in enumerate(persons)]
    linked = at_once(
        each_alone(
            door, None, lambda n: council_commands.link(door.services, held[n], "https://login.example", "subject")
        )
    )
    assert linked == {"done": 1, "CouncilAccountInUse": MANY - 1}
    assert sum(told(door, person).count("council-account-linked") for person in persons) == 1


@pytest.mark.parametrize("ended", ["disable", "remove the council account"])
def test_an_end_is_told_once(ended: str, anna: UUID, ada: UUID, door: Door) -> None:
    if ended == "disable":
        act = each_alone(door, ada, lambda _: account_commands.disable(door.services, anna, reason="Has left"))
    else:
        with door.acting():
            council_commands.link(door.services, door.account(anna), "https://login.example", "subject")
        act = each_alone(door, ada, lambda _: council_commands.remove(door.services, anna, reason="Moved"))
    before = len(told(door, anna))
    assert at_once(act) == {"done": 1, NothingToChange.__name__: MANY - 1}
    assert len(told(door, anna)) == before + 1


def test_a_form_sent_again_after_its_act_was_undone_does_nothing_and_says_so(
    anna: UUID, ada: UUID, door: Door
) -> None:
    disable = the_same_form(door, ada)(lambda: account_commands.disable(door.services, anna, reason="Has left"))
    disable(0)
    disable(1)
    with door.acting(ada):
        account_commands.enable(door.services, anna)
    with pytest.raises(ChangedSince):
        disable(2)
    assert door.account(anna).disabled_at is None
    assert told(door, anna)[-2:] == ["disabled", "enabled"]


def test_each_recovery_code_is_used_once_and_another_at_the_same_moment_counts_too(anna: UUID, door: Door) -> None:
    account, new = door.account(anna), factors.NewFactor.drawn()
    with door.acting(anna):
        factor_commands.set_up(door.services, account, new, code_of(new, door), SETTINGS)

    def use(number: int) -> None:
        with door.services.write() as connection:
            factors.use(connection, account.id, new.codes[number // 2], door.services.now(), SETTINGS)

    assert at_once(use) == {"done": MANY // 2, WrongCode.__name__: MANY // 2}
    with door.services.read_present() as connection:
        found = factors.of_account(connection, account.id, SETTINGS)
    assert found is not None
    assert len(found.recovery) == len(new.codes) - MANY // 2


def code_of(new: factors.NewFactor, door: Door) -> str:
    return pyotp.TOTP(new.secret).at(door.services.now())


def test_one_of_many_keys_comes_to_be_the_second_factor(anna: UUID, door: Door) -> None:
    account, keys = door.account(anna), [factors.NewFactor.drawn() for _ in range(MANY)]
    set_up = each_alone(
        door,
        anna,
        lambda n: factor_commands.set_up(door.services, account, keys[n], code_of(keys[n], door), SETTINGS),
    )
    assert at_once(set_up) == {"done": 1, NothingToChange.__name__: MANY - 1}
    assert told(door, anna).count("second-factor-set-up") == 1
    with door.services.read_present() as connection:
        found = factors.of_account(connection, account.id, SETTINGS)
    assert found is not None
    assert sum(len(found.left_of(key)) == factors.RECOVERY_CODES for key in keys) == 1


def test_a_second_factor_is_replaced_by_a_key_once(anna: UUID, door: Door) -> None:
    account, (first, other) = door.account(anna), (factors.NewFactor.drawn(), factors.NewFactor.drawn())
    with door.acting(anna):
        factor_commands.set_up(door.services, account, first, code_of(first, door), SETTINGS)
    before, code = len(told(door, anna)), code_of(other, door)
    again = each_alone(
        door, anna, lambda _: factor_commands.replace(door.services, account, other, code, SETTINGS, kept=None)
    )
    assert at_once(again) == {"done": 1, NothingToChange.__name__: MANY - 1}
    assert told(door, anna)[before:] == ["second-factor-removed", "second-factor-set-up"]


def able(door: Door, day: date) -> list[UUID]:
    with door.services.read_present() as connection:
        return [each.id for each in administrators.who_can_sign_in(connection, day)]


@pytest.fixture
def all_administrators(sample: SampleAuthority, door: Door) -> list[UUID]:
    """As many as act at the same moment, each of whom acts on the next one."""
    there = [sample.administrator(f"Ada Admin {number}") for number in range(MANY)]
    for number, person in enumerate(there):
        door.opens(person, f"ada{number}@example.org")
    return there


def test_administrators_who_disable_each_other_at_one_moment_leave_one(
    all_administrators: list[UUID], door: Door
) -> None:
    def disable_the_next(number: int) -> None:
        with door.acting(all_administrators[number]):
            next_one = all_administrators[(number + 1) % MANY]
            account_commands.disable(door.services, next_one, reason="In a dispute")

    done = at_once(disable_the_next)["done"]
    assert len(able(door, TODAY)) == MANY - done > 0


def test_administrators_who_remove_each_others_council_accounts_at_one_moment_leave_one(
    all_administrators: list[UUID], door: Door
) -> None:
    for number, person in enumerate(all_administrators):
        with door.acting(person):
            council_commands.link(door.services, door.account(person), "https://login.example", f"subject {number}")

    def remove_the_next(number: int) -> None:
        with door.acting(all_administrators[number]):
            next_one = all_administrators[(number + 1) % MANY]
            council_commands.remove(door.services, next_one, reason="In a dispute")

    done = at_once(remove_the_next)["done"]
    assert len(able(door, TODAY)) == MANY - done > 0


@pytest.fixture
def first_administrators(sample: SampleAuthority, door: Door) -> list[UUID]:
    """Those who were appointed while nobody could confirm it, by somebody who has gone, and may be declined yet."""
    there = [sample.broker(f"Ada Admin {number}") for number in range(MANY)]
    for number, person in enumerate(there):
        with door.acting(uuid4()):
            sample.services.service.change(
                Person, person, lambda record: record.propose_post(Role.ADMINISTRATOR, from_=TODAY, at_once=True)
            )
        door.opens(person, f"ada{number}@example.org")
    return there


ANSWERS = {
    "end-post": {"number": "1", **day("until", TODAY)},
    "leave": day("on", TODAY),
    "decline-post": {"proposal": "1"},
}


@pytest.mark.parametrize("path", ANSWERS)
@pytest.mark.parametrize("number_there", [2, MANY])
def test_administrators_who_end_each_others_posts_at_one_moment_leave_one(
    path: str, number_there: int, request: pytest.FixtureRequest, sample: SampleAuthority, door: Door, sign_in: SignIn
) -> None:
    there: list[UUID] = request.getfixturevalue(
        "first_administrators" if path == "decline-post" else "all_administrators"
    )
    for person in there[number_there:]:
        with door.acting(there[0]):
            account_commands.disable(door.services, person, reason="On leave")
    sent = []
    for number in range(number_there):
        next_one = there[(number + 1) % number_there]
        href, browser = f"/people/{sample.reference(next_one)}/{path}", sign_in(there[number])
        sent.append((browser.client, href, dict(HIDDEN.findall(browser.get(href)))))

    def send(number: int) -> None:
        if number < number_there:
            client, href, hidden = sent[number]
            answer = client.post(href, data={**hidden, **ANSWERS[path], "reason": "Retires"})
            if answer.status_code != 303:
                raise NotDone

    at_once(send)
    left = able(door, TODAY + timedelta(days=1))
    assert left
    if number_there == 2:
        assert len(left) == 1


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.ADMINISTRATOR])
def test_while_setting_up_one_of_many_appointed_at_one_moment_holds_the_post_and_the_others_are_proposed(
    role: Role, sample: SampleAuthority, door: Door, sign_in: SignIn
) -> None:
    administrator = sample.administrator()
    persons = [sample.broker(f"Ben Bold {number}") for number in range(MANY)]
    sent = []
    for person in persons:
        href, browser = f"/people/{sample.reference(person)}/propose-post", sign_in(administrator)
        sent.append((browser.client, href, dict(HIDDEN.findall(browser.get(href)))))

    def appoint(number: int) -> None:
        client, href, hidden = sent[number]
        answer = client.post(href, data={**hidden, "role": role.value, **day("from", TODAY)})
        if answer.status_code != 303:
            raise NotDone

    assert at_once(appoint) == {"done": MANY}
    found = [sample.services.service.find(Person, person) for person in persons]
    assert sum(each.holds(role, TODAY) for each in found) == 1
    assert all(len(each.proposals) == 1 for each in found)
    topics = [event.TOPIC for event in door.services.store.get(AUTHORITY)]
    assert topics.count("authority.first-holder-appointed") == 1


def test_one_of_many_begins_an_authority_that_has_its_name_already(sample: SampleAuthority, door: Door) -> None:
    def begin(number: int) -> None:
        with door.services.acting(None, "", Channel.COMMAND_LINE):
            let_in(
                door.services,
                "399",
                "Wexmoor Council",
                name=f"Ada Admin {number}",
                email=f"ada{number}@example.org",
                recovery=None,
            )

    assert at_once(begin) == {"done": 1, AdministratorExists.__name__: MANY - 1}
    with door.services.read_present() as connection:
        assert len(people.holders_on(connection, [Role.ADMINISTRATOR], TODAY)) == 1


def test_a_proposal_is_decided_on_once(sample: SampleAuthority, door: Door, sign_in: SignIn) -> None:
    director, proposer, person = sample.director(), sample.administrator(), sample.broker("Ben Bold")
    proposing = {"role": "reviewer", **day("from", TODAY)}
    reference = sample.reference(person)
    sign_in(proposer).send(f"/people/{reference}/propose-post", proposing)
    sent = []
    for number in range(MANY):
        href = f"/people/{reference}/{('confirm-post', 'decline-post')[number % 2]}"
        browser = sign_in(director)
        sent.append((browser.client, href, dict(HIDDEN.findall(browser.get(href)))))

    def decide(number: int) -> None:
        client, href, hidden = sent[number]
        answer = client.post(href, data={**hidden, "proposal": "1", "reason": "Is not needed"})
        if answer.status_code != 303:
            raise NotDone

    assert at_once(decide)["done"] == 1
    topics = [event.TOPIC for event in door.services.store.get(person)]
    assert len({"person.post-confirmed", "person.post-declined"} & set(topics)) == 1
