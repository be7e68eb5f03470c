"""Posts of director, reviewer and administrator take two people, and nobody raises themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from domain.person import Person
from domain.vocabulary import Role, Team
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Browser, Program
from tests.web.schools.school_changes import day

SignIn = Callable[..., Browser]
DIRECTOR = {"role": "director", **day("from", TODAY)}
NUMBER = {"proposal": "1"}
WHY = {"reason": "As agreed with the board"}


def read(sample: SampleAuthority, person: UUID) -> Person:
    return sample.services.service.find(Person, person)


def href(sample: SampleAuthority, person: UUID, *more: str) -> str:
    return "/".join(("/people", sample.reference(person), *more))


def holds(sample: SampleAuthority, person: UUID, role: Role = Role.DIRECTOR) -> bool:
    return read(sample, person).holds(role, TODAY)


@pytest.fixture
def ada(sample: SampleAuthority) -> UUID:
    return sample.administrator("Ada Admin")


@pytest.fixture
def olive(sample: SampleAuthority) -> UUID:
    return sample.officer("Olive Officer", team=Team.PRIMARY)


@pytest.mark.parametrize("role", ["director", "reviewer", "administrator"])
def test_one_administrator_gives_nobody_such_a_post(
    sample: SampleAuthority, sign_in: SignIn, program: Callable[..., Program], ada: UUID, olive: UUID, role: str
) -> None:
    sample.director("Dora Director")
    answers = {"role": role, "full_time_share": "1", **day("from", TODAY)}
    sign_in(ada).send(href(sample, olive, "take-post"), answers, status=422)
    sign_in(ada).send(href(sample, olive, "propose-post"), {"role": role, **day("from", TODAY)})
    assert not holds(sample, olive, Role(role))
    told = program(ada).post(
        f"/people/{sample.reference(olive)}/take-post",
        {"role": role, "from": TODAY.isoformat()},
        key=f"give-{role}",
        at=f'"{read(sample, olive).version}"',
        status=422,
    )
    assert told.json is not None
    assert told.json["type"].endswith("#second-person-needed")


def test_leading_a_team_takes_two_people(
    sample: SampleAuthority, sign_in: SignIn, program: Callable[..., Program], ada: UUID
) -> None:
    dora, puppet = sample.director("Dora Director"), sample.broker("Pat Puppet")
    lead = {"role": "officer", "team": "secondary", "leads_team": "yes", **day("from", TODAY)}
    page = sign_in(ada).send(href(sample, puppet, "take-post"), {**lead, "full_time_share": "1"}, status=422).text
    assert "Propose this role instead, for someone else to confirm" in page
    told = program(ada).post(
        f"/people/{sample.reference(puppet)}/take-post",
        {
            "role": "officer",
            "team": "secondary",
            "leads_team": True,
            "full_time_share": "1",
            "from": TODAY.isoformat(),
        },
        key="lead-a-team",
        at=f'"{read(sample, puppet).version}"',
        status=422,
    )
    assert told.json is not None
    assert told.json["type"].endswith("#second-person-needed"), told.json
    sign_in(ada).send(href(sample, puppet, "propose-post"), lead)
    assert not holds(sample, puppet, Role.OFFICER)
    sign_in(dora).send(href(sample, puppet, "confirm-post"), NUMBER)
    [post] = [each for each in read(sample, puppet).posts_on(TODAY) if each.role is Role.OFFICER]
    assert post.leads_team


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_nobody_gives_a_post_to_themselves(
    sample: SampleAuthority, program: Callable[..., Program], ada: UUID, role: str
) -> None:
    school = str(sample.urn(sample.school()))
    place = {"headteacher": {"school": school}, "chair": {"school": school}, "officer": {"team": "primary"}}
    place |= {"strategic_lead": {"theme": "14 to 19"}}
    for command in ("take-post", "propose-post"):
        answers = {"role": role, "from": TODAY.isoformat(), **(place.get(role, {}) if command == "take-post" else {})}
        told = program(ada).post(
            f"/people/{sample.reference(ada)}/{command}", answers, key=f"{command}-{role}", at='"2"', status=422
        )
        assert told.json is not None
        assert told.json["type"].endswith("#own-post")
    assert len(read(sample, ada).posts) == 1
    assert not read(sample, ada).proposals


def test_a_director_confirms_what_an_administrator_proposes(
    sample: SampleAuthority, sign_in: SignIn, ada: UUID, olive: UUID
) -> None:
    dora = sample.director("Dora Director")
    sign_in(ada).send(href(sample, olive, "propose-post"), DIRECTOR)
    assert "Not yet confirmed" in sign_in(ada).get(href(sample, olive))
    assert "confirm-post" not in sign_in(ada).get(href(sample, olive))

    browser = sign_in(dora)
    assert "Roles to confirm" in browser.get("/people/")
    assert "confirm-post" in browser.get(href(sample, olive))
    assert "proposed by Ada Admin" in browser.get(href(sample, olive, "confirm-post"))
    browser.send(href(sample, olive, "confirm-post"), NUMBER)

    assert holds(sample, olive)
    assert "Roles to confirm" not in browser.get("/people/")
    page = browser.get(href(sample, olive))
    assert "Dora Director confirmed Olive Officer as director, proposed by Ada Admin" in page


@pytest.mark.parametrize("command", ["confirm-post", "decline-post"])
def test_another_administrator_decides_only_where_there_is_no_other_director(
    sample: SampleAuthority, sign_in: SignIn, ada: UUID, olive: UUID, command: str
) -> None:
    sample.director("Dora Director")
    alan = sample.administrator("Alan Admin")
    sign_in(ada).send(href(sample, olive, "propose-post"), DIRECTOR)
    told = sign_in(alan).get(href(sample, olive, command), status=403)
    assert "A director must decide on this role" in told
    assert not holds(sample, olive)


def test_without_a_director_another_administrator_confirms(
    sample: SampleAuthority, sign_in: SignIn, ada: UUID, olive: UUID
) -> None:
    alan = sample.administrator("Alan Admin")
    sign_in(ada).send(href(sample, olive, "propose-post"), DIRECTOR)
    assert not holds(sample, olive)
    sign_in(alan).send(href(sample, olive, "confirm-post"), NUMBER)
    assert holds(sample, olive)


def test_who_proposes_or_gains_does_not_confirm(
    sample: SampleAuthority, program: Callable[..., Program], sign_in: SignIn, ada: UUID
) -> None:
    alan, dora = sample.administrator("Alan Admin"), sample.director("Dora Director")
    sign_in(ada).send(href(sample, dora, "propose-post"), {"role": "administrator", **day("from", TODAY)})
    for person, status in ((ada, 422), (dora, 403)):
        program(person).post(
            f"/people/{sample.reference(dora)}/confirm-post",
            {"proposal": 1},
            key=f"confirm-{status}",
            at=f'"{read(sample, dora).version}"',
            status=status,
        )
    assert not holds(sample, dora, Role.ADMINISTRATOR)
    sign_in(alan).send(href(sample, dora, "confirm-post"), NUMBER)
    assert holds(sample, dora, Role.ADMINISTRATOR)


def test_while_setting_up_the_first_director_is_appointed_and_confirmed_later(
    sample: SampleAuthority, sign_in: SignIn, ada: UUID, olive: UUID
) -> None:
    browser = sign_in(ada)
    browser.send(href(sample, olive, "propose-post"), DIRECTOR)
    assert holds(sample, olive)
    assert "Current, to be confirmed" in browser.get(href(sample, olive))

    rae = sample.person("Rae Reader", Role.BROKER)
    browser.send(href(sample, rae, "propose-post"), {"role": "reviewer", **day("from", TODAY)})
    assert not holds(sample, rae, Role.REVIEWER)
    sign_in(olive).send(href(sample, rae, "confirm-post"), NUMBER)
    assert holds(sample, rae, Role.REVIEWER)

    dora = sample.director("Dora Director")
    sign_in(dora).send(href(sample, olive, "confirm-post"), NUMBER)
    assert "setting up" not in browser.get(href(sample, olive))


def test_nobody_comes_back_to_setting_up_by_ending_the_posts_of_others(
    sample: SampleAuthority, sign_in: SignIn, ada: UUID, olive: UUID
) -> None:
    dora = sample.director("Dora Director")
    browser = sign_in(ada)
    browser.send(href(sample, dora, "end-post"), {"number": "1", **day("until", TODAY), **WHY})
    sample.clock.go_to(TODAY + timedelta(days=1))
    browser = sign_in(ada)
    browser.send(href(sample, olive, "propose-post"), {"role": "director", **day("from", TODAY + timedelta(days=1))})
    assert not read(sample, olive).holds(Role.DIRECTOR, TODAY + timedelta(days=1))


def test_a_proposal_is_declined_or_withdrawn(
    sample: SampleAuthority, sign_in: SignIn, ada: UUID, olive: UUID
) -> None:
    dora = sample.director("Dora Director")
    browser = sign_in(ada)
    browser.send(href(sample, olive, "propose-post"), DIRECTOR)
    sign_in(dora).send(href(sample, olive, "decline-post"), {**NUMBER, **WHY})
    assert not read(sample, olive).proposals
    browser.send(href(sample, olive, "propose-post"), DIRECTOR)
    browser.send(href(sample, olive, "withdraw-post"), {"proposal": "2", **WHY})
    assert not read(sample, olive).proposals
    assert not holds(sample, olive)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("rename", "You cannot change your own name or email address"),
        ("change-email", "You cannot change your own name or email address"),
        ("take-post", "You cannot give yourself a role"),
        ("propose-post", "You cannot give yourself a role"),
    ],
)
def test_administrators_are_told_beforehand_what_they_do_not_do_to_themselves(
    sample: SampleAuthority, sign_in: SignIn, ada: UUID, olive: UUID, command: str, why: str
) -> None:
    browser = sign_in(ada)
    assert why in browser.get(href(sample, ada, command), status=409)
    assert href(sample, ada, command) not in browser.get(f"/people/{sample.reference(ada)}")
    form = browser.get(href(sample, olive, command))
    assert why in browser.send_page(href(sample, ada, command), form, {"name": "Dora Director"}, status=409).text
