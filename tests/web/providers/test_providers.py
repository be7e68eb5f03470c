"""Providers on pages and in the API: registered, described, vetted, suspended and removed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.person import Person
from domain.provider import Provider, Requirement
from domain.references import record_id
from domain.vocabulary import Role
from projections import people
from tests.grants import exempt
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Browser, Program, text_of
from tests.web.deciders import Deciders
from web import formats
from web.history.sentences import sentence

Open = Callable[[UUID], Browser]
Use = Callable[..., Program]

ORGANISATION = {"trading_as": "Bright Maths Ltd", "kind": "private", "email": "office@bright.example"}


def parts(name: str, day: Any) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def reference_of(sample: SampleAuthority, person: UUID) -> str:
    with sample.services.read() as connection:
        found = people.by_id(connection, person)
    assert found is not None
    return found.reference


def provider_at(sample: SampleAuthority, href: str) -> Provider:
    return sample.services.service.find(Provider, record_id(Provider.KIND, href.rsplit("/", 1)[-1]))


@pytest.fixture
def broker(sample: SampleAuthority, sign_in: Open) -> Browser:
    return sign_in(sample.broker())


@pytest.fixture
def href(broker: Browser) -> str:
    """The page of an organisation that the broker registered."""
    return broker.send("/providers/register", ORGANISATION).headers["Location"]


def add_specialist(broker: Browser, href: str, name: str = "Sofia Specialist") -> None:
    broker.send(f"{href}/add-specialist", {"name": name, "email": "", "subjects": "Mathematics", "teaches": "no"})


def specialist_of(sample: SampleAuthority, href: str) -> UUID:
    return next(iter(provider_at(sample, href).specialists))


def test_an_organisation_is_registered_and_found_by_part_of_its_name(broker: Browser, href: str) -> None:
    assert "Bright Maths Ltd" in broker.get(href)
    assert href in broker.get("/providers/?text=bright")
    assert href not in broker.get("/providers/?text=dull")


def test_a_sole_practitioner_is_registered_as_a_person_with_a_post(sample: SampleAuthority, broker: Browser) -> None:
    answers = {"name": "Petra Practitioner", "email": "petra@example.org", "kind": "private", "teaches": "yes"}
    made = broker.send("/providers/register-practitioner", answers).headers["Location"]
    provider = provider_at(sample, made)
    person = sample.services.service.find(Person, specialist_of(sample, made))
    assert provider.name == "Petra Practitioner"
    assert [(post.role, post.provider) for post in person.posts_on(TODAY)] == [(Role.SPECIALIST, provider.id)]
    assert "petra@example.org" in broker.get(made)


def test_a_practitioner_s_form_sent_twice_registers_one_person(sample: SampleAuthority, broker: Browser) -> None:
    page = broker.get("/providers/register-practitioner")
    answers = {"name": "Petra Practitioner", "email": "", "kind": "private", "teaches": "yes"}
    first = broker.send_page("/providers/register-practitioner", page, answers)
    second = broker.send_page("/providers/register-practitioner", page, answers)
    assert first.headers["Location"] == second.headers["Location"]
    with sample.services.read() as connection:
        named = [person for person in people.everybody(connection) if person.name == "Petra Practitioner"]
    assert len(named) == 1


def test_a_school_based_provider_needs_its_school(broker: Browser) -> None:
    answers = {**ORGANISATION, "kind": "school_based"}
    page = broker.send("/providers/register", answers, status=422).text
    assert "Choose the host school, or enter its authority" in page
    assert "Bright Maths Ltd" in page


def test_offers_are_listed_for_every_phase_and_service_ticked(
    broker: Browser, href: str, sample: SampleAuthority
) -> None:
    answers = {"subject": "Mathematics", "phases": ["primary", "secondary"], "services": ["coaching", "training"]}
    broker.send(f"{href}/offer", answers)
    assert len(provider_at(sample, href).capabilities) == 4
    for found in ("subject=Mathematics", "phase=primary", "service=coaching", "kind=private"):
        assert href in broker.get(f"/providers/?{found}")
    assert href not in broker.get("/providers/?phase=nursery")
    broker.send(f"{href}/offer", answers, status=422)


def test_an_offer_is_struck_out(broker: Browser, href: str, sample: SampleAuthority) -> None:
    broker.send(f"{href}/offer", {"subject": "Music", "phases": ["primary"], "services": ["coaching", "training"]})
    broker.send(f"{href}/withdraw", {"offers": ["Music, primary, coaching"]})
    assert [str(offer) for offer in provider_at(sample, href).capabilities] == ["Music, primary, training"]


def test_rates_areas_and_free_days_stand_on_the_page(broker: Browser, href: str) -> None:
    broker.send(f"{href}/set-rate", {**parts("from", TODAY), "day_rate": "450", "vat_registered": "yes"})
    broker.send(f"{href}/set-coverage", {"areas": "Wexmoor\nNorthshire"})
    free = {**parts("from", TODAY), **parts("until", TODAY + timedelta(days=30)), "days": "7.5"}
    broker.send(f"{href}/declare-capacity", free)
    page = broker.get(href)
    assert "£450" in page
    assert "Wexmoor, Northshire" in page
    assert "7.5 days" in page


def test_what_a_provider_has_not_told_is_said_to_be_unknown(
    broker: Browser, href: str, sample: SampleAuthority
) -> None:
    with sample.acting():
        sample.services.service.change(
            Provider,
            provider_at(sample, href).id,
            lambda provider: provider.set_rate(from_=TODAY, day_rate=Decimal(450), vat_registered=None),
        )

    page = broker.get(href)

    assert "Not known" in page
    assert "No VAT" not in page
    assert "Not known" in page
    assert "Not known" in broker.get("/providers/")
    assert "Anywhere" not in page + broker.get("/providers/")
    broker.send(f"{href}/set-coverage", {"areas": ""})
    assert "Anywhere" in broker.get(href)
    event = list(sample.services.store.get(provider_at(sample, href).id))[-1]
    assert sentence(event, {}) == "Somebody changed where the provider works: anywhere"


def test_an_overlapping_period_is_refused_beside_its_first_day(broker: Browser, href: str) -> None:
    free = {**parts("from", TODAY), **parts("until", TODAY + timedelta(days=30)), "days": "5"}
    broker.send(f"{href}/declare-capacity", free)
    page = broker.send(
        f"{href}/declare-capacity", {**free, **parts("until", TODAY + timedelta(days=9))}, status=422
    ).text
    assert "Part of this period is already recorded. Choose other dates" in page
    assert 'href="#from-day"' in page


def test_a_new_specialist_becomes_a_person_with_a_post(sample: SampleAuthority, broker: Browser, href: str) -> None:
    add_specialist(broker, href)
    person = sample.services.service.find(Person, specialist_of(sample, href))
    assert str(person.name) == "Sofia Specialist"
    assert person.holds(Role.SPECIALIST, TODAY)
    assert "Sofia Specialist" in broker.get(href)


def test_somebody_known_is_added_without_a_second_person(sample: SampleAuthority, broker: Browser, href: str) -> None:
    known = sample.officer("Kit Known")
    answers = {"person": reference_of(sample, known), "name": "", "email": "", "subjects": "", "teaches": "no"}
    broker.send(f"{href}/add-specialist", answers)
    assert specialist_of(sample, href) == known
    assert sample.services.service.find(Person, known).holds(Role.SPECIALIST, TODAY)


def test_a_specialist_is_either_known_or_new(broker: Browser, href: str) -> None:
    page = broker.send(f"{href}/add-specialist", {"name": "", "email": "", "teaches": "no"}, status=422).text
    assert "Choose a person or enter the name of someone new" in page


def test_who_left_holds_the_post_no_longer(
    sample: SampleAuthority, sign_in: Open, broker: Browser, href: str
) -> None:
    colleague = sample.broker("Bo Broker")
    add_specialist(broker, href)
    person = specialist_of(sample, href)
    sample.clock.go_to(TODAY + timedelta(days=10))
    sign_in(colleague).send(f"{href}/note-leaving", {"person": reference_of(sample, person), "reason": "Moved away"})
    left_on = TODAY + timedelta(days=10)
    assert not provider_at(sample, href).specialists_on(left_on)
    assert not sample.services.service.find(Person, person).holds(Role.SPECIALIST, left_on)


def meet(broker: Browser, href: str, item: Requirement, person: str = "", **days: Any) -> None:
    answers = {"item": item.value, "person": person, "evidence_seen": "document_seen"}
    for name, day in ({"checked_on": TODAY} | days).items():
        answers |= parts(name, day)
    broker.send(f"{href}/meet-requirement", answers)


@pytest.fixture
def music(broker: Browser, sample: SampleAuthority) -> str:
    """The page of a service of the authority, of which a letter of assurance and a training is asked."""
    made = broker.send("/providers/register", {"trading_as": "Music Service", "kind": "internal"}).headers["Location"]
    add_specialist(broker, made, "Mo Musician")
    return made


def test_whether_somebody_is_cleared_is_told_for_the_day_asked(
    sample: SampleAuthority, broker: Browser, music: str
) -> None:
    assert "Not cleared" in broker.get(music)
    mo = reference_of(sample, specialist_of(sample, music))
    meet(broker, music, Requirement.LETTER_OF_ASSURANCE, mo, expires=TODAY + timedelta(days=90))
    meet(broker, music, Requirement.SAFEGUARDING_TRAINING, mo)
    assert "Not cleared" not in broker.get(music)
    later = broker.get(f"{music}?on={TODAY + timedelta(days=91)}")
    assert "Not cleared" in later
    assert "letter of assurance: expired on" in later
    assert "Not cleared" in broker.get(f"{music}?on={TODAY - timedelta(days=1)}")


def test_a_day_that_is_none_is_said_to_be_none(broker: Browser, music: str) -> None:
    assert "Enter a real date between 1950 and 2150" in broker.get(f"{music}?on=2026-02-30")


def test_the_board_tells_what_was_seen_and_by_whom(sample: SampleAuthority, broker: Browser, music: str) -> None:
    mo = reference_of(sample, specialist_of(sample, music))
    meet(broker, music, Requirement.SAFEGUARDING_TRAINING, mo)
    page = broker.get(music)
    assert "Document seen" in page
    assert page.count("Bea Broker") > page.split('id="history"')[1].count("Bea Broker")


def test_an_exemption_counts_until_its_day_and_a_revocation_from_its_own(
    sample: SampleAuthority, broker: Browser, music: str
) -> None:
    mo = reference_of(sample, specialist_of(sample, music))
    meet(broker, music, Requirement.SAFEGUARDING_TRAINING, mo)
    meet(broker, music, Requirement.LETTER_OF_ASSURANCE, mo)
    revoked = {"item": "safeguarding_training", "person": mo, "reason": "Another person's certificate"}
    broker.send(f"{music}/revoke", revoked)
    until = TODAY + timedelta(days=14)

    def grant(provider: Provider) -> None:
        item, person = Requirement.SAFEGUARDING_TRAINING, specialist_of(sample, music)
        exempt(provider, item, person=person, until=until, reason="Training is booked")

    with sample.acting():
        sample.services.service.change(Provider, provider_at(sample, music).id, grant)
    until_when = f"until {formats.date(until)} (DN-2026-0004)"
    assert "Not cleared" not in broker.get(f"{music}?on={until}")
    assert f"Exempt {until_when}: Safeguarding training" in broker.get(f"{music}?on={until}")
    page = broker.get(music)
    assert "Exempt (DN-2026-0004): Training is booked" in page
    assert re.search(r'<strong class="govuk-tag[^"]*">Exempt</strong>', page)
    assert not re.search(r'<strong class="govuk-tag[^"]*">Cleared</strong>', page)
    revoked = {"item": "safeguarding_training", "person": mo, "reason": "The training was cancelled"}
    broker.send(f"{music}/revoke", revoked)
    for page in (broker.get(music), broker.get("/providers/vetting")):
        assert "revoked on" in page
        assert re.search(r'<strong class="govuk-tag[^"]*">Revoked</strong>', page)
        assert not re.search(r'<strong class="govuk-tag[^"]*">Expired</strong>', page)


def test_a_requirement_of_the_organisation_is_nobody_s_own(
    sample: SampleAuthority, broker: Browser, music: str
) -> None:
    mo = reference_of(sample, specialist_of(sample, music))
    answers = {
        "item": "public_liability",
        "person": mo,
        "evidence_seen": "document_seen",
        **parts("checked_on", TODAY),
    }
    page = broker.send(f"{music}/meet-requirement", answers, status=422).text
    assert "choose the provider itself" in page


def test_what_ends_in_the_vetting_of_all_providers_is_listed(
    sample: SampleAuthority, broker: Browser, music: str
) -> None:
    mo = reference_of(sample, specialist_of(sample, music))
    assert "No expired or expiring checks" in broker.get("/providers/vetting")
    meet(broker, music, Requirement.LETTER_OF_ASSURANCE, mo, expires=TODAY + timedelta(days=60))
    meet(broker, music, Requirement.SAFEGUARDING_TRAINING, mo, expires=TODAY + timedelta(days=61))
    page = broker.get("/providers/vetting")
    assert "letter of assurance" in page
    assert "Safeguarding training" not in page
    assert "Safeguarding training" not in broker.get("/providers/vetting?standing=missing")


def test_a_conflict_names_a_school_or_a_body(sample: SampleAuthority, broker: Browser, href: str) -> None:
    page = broker.send(f"{href}/declare-conflict", {"nature": "family", **parts("from", TODAY)}, status=422).text
    assert "Choose a school or enter the other organisation" in page
    answers = {"nature": "governance", "school": str(sample.urn(sample.school("Ashgrove"))), **parts("from", TODAY)}
    broker.send(f"{href}/declare-conflict", answers)
    assert "Ashgrove" in broker.get(href)


def test_a_suspension_is_checked_and_ends_when_a_director_gives_it(
    sample: SampleAuthority, broker: Browser, sign_in: Open, href: str
) -> None:
    broker.send_and_check(f"{href}/suspend", {"reason": "A complaint"})
    assert "this provider is not invited" in broker.get(href)
    assert "Suspended" in broker.get("/providers/")
    later = TODAY + timedelta(days=30)
    deciders = Deciders(sample, sign_in, sample.director())
    broker.send(f"{href}/reinstate", {"reason": "Not upheld", **parts("from", later)})
    assert "this provider is not invited" in broker.get(href)
    deciders.give()
    assert f"until {formats.date(later - timedelta(days=1))}: this provider is not invited" in broker.get(href)
    broker.send(f"{href}/reinstate", {"reason": "Meant today"})
    assert (deciders.decision(2).route.row, deciders.decision(2).asker) == ("S9", deciders.decision(1).asker)
    deciders.give()
    assert "this provider is not invited" not in broker.get(href)


def test_a_removed_provider_leaves_the_list_and_keeps_its_page(broker: Browser, href: str) -> None:
    broker.send_and_check(f"{href}/remove", {"reason": "Ceased trading"})
    assert href not in broker.get("/providers/")
    assert "Removed from the list" in broker.get(href)
    assert "removed from the list" in broker.get(f"{href}/set-coverage", 409)


def test_a_stale_form_says_what_changed(broker: Browser, href: str) -> None:
    opened = broker.get(f"{href}/rename")
    broker.send(f"{href}/set-coverage", {"areas": "Wexmoor"})
    answer = broker.send_page(f"{href}/rename", opened, {"trading_as": "Brighter", "name": ""}, status=409)
    assert "changed where the provider works: Wexmoor" in answer.text


def test_a_provider_entered_wrongly_is_put_right_and_says_what_it_was(broker: Browser, href: str) -> None:
    name = " ".join(text_of(broker.get(href)).split()).partition(" - ")[0]
    broker.send(f"{href}/correct", {"trading_as": "Brighter Minds", "kind": "public", "reason": "Read from a card"})
    page = " ".join(text_of(broker.get(href)).split())
    assert f"Name or trading name Brighter Minds {name}" in page
    assert "type: public (entered as private)" in page
    assert "Restated on" in text_of(broker.get("/providers/"))
    broker.send(f"{href}/correct", {"kind": "school_based", "reason": "A department"}, status=422)


def test_a_specialist_sees_their_own_provider_and_no_other(
    sample: SampleAuthority, sign_in: Open, broker: Browser, href: str, music: str
) -> None:
    mo = sign_in(specialist_of(sample, music))
    assert "Mo Musician" in mo.get(music)
    mo.get(href, 404)
    page = mo.get("/providers/")
    assert music in page
    assert href not in page
    mo.get(f"{music}/rename", 403)
    mo.get("/providers/register", 403)
    assert "Record a check" not in mo.get(music)


@pytest.mark.parametrize("post", ["headteacher", "chair"])
def test_schools_do_not_see_providers(sample: SampleAuthority, sign_in: Open, href: str, post: str) -> None:
    person = getattr(sample, post)(sample.school())
    sign_in(person).get("/providers/", 403)
    sign_in(person).get(href, 403)


def test_an_officer_sees_providers_and_changes_none(sample: SampleAuthority, sign_in: Open, href: str) -> None:
    officer = sign_in(sample.officer())
    assert "Bright Maths Ltd" in officer.get(href)
    officer.get(f"{href}/remove", 403)


def test_an_administrator_keeps_providers(sample: SampleAuthority, sign_in: Open, href: str) -> None:
    administrator = sign_in(sample.administrator())
    administrator.send(f"{href}/set-coverage", {"areas": "Wexmoor"})


def test_a_program_registers_and_vets_and_asks_who_is_cleared(sample: SampleAuthority, program: Use) -> None:
    use = program(sample.cpd_manager())
    body = {"name": "Petra Practitioner", "kind": "internal", "teaches": False}
    made = use.post("/providers/register-practitioner", body, key="register-1", status=201)
    again = use.post("/providers/register-practitioner", body, key="register-1", status=201)
    assert again.json == made.json
    provider = made.json
    assert provider is not None
    petra = provider["specialists"][0]["person"]
    asked = f"/clearances?provider={provider['reference']}&on={TODAY}"
    found = use.get(asked).json["items"][0]
    assert (found["person"], found["cleared"], len(found["missing"])) == (petra, False, 2)
    at = made.headers["ETag"]
    for number, item in enumerate(("letter_of_assurance", "safeguarding_training")):
        check = {"item": item, "person": petra, "checked_on": str(TODAY), "evidence_seen": "document_seen"}
        answer = use.post(
            f"/providers/{provider['reference']}/meet-requirement", check, key=f"meet-000{number}", at=at
        )
        at = answer.headers["ETag"]
    assert use.get(asked).json["items"][0]["cleared"] is True
    assert use.get("/vetting?standing=missing").json["items"] == []


def test_a_program_is_told_what_is_wrong(sample: SampleAuthority, program: Use, href: str) -> None:
    use, ref = program(sample.broker("Bo Broker")), href.rsplit("/", 1)[-1]
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("set-rate", {"from": "1800-01-01", "day_rate": "450", "vat_registered": True}),
        ("set-rate", {"from": "2026-01-01", "day_rate": "1e30", "vat_registered": True}),
        ("meet-requirement", {"item": "luck", "checked_on": "2026-01-01", "evidence_seen": "document_seen"}),
        ("add-specialist", {"person": "PE-1999-0001", "teaches": True}),
        ("withdraw", {"offers": ["Latin, primary, coaching"]}),
        ("suspend", {"reason": "Late", "pause": ["BE-2026-0001"]}),
        ("rename", {"trading_as": ""}),
        ("set-coverage", {"areas": [""]}),
    ]
    for number, (command, body) in enumerate(wrong):
        use.post(f"/providers/{ref}/{command}", body, key=f"wrong-00{number}", at='"1"', status=422)
    use.get("/providers/PV-1999-0001", 404)
    use.get("/clearances", 422)


def test_other_providers_are_not_told_to_a_program(
    sample: SampleAuthority, program: Use, href: str, music: str
) -> None:
    use = program(specialist_of(sample, music))
    ref = href.rsplit("/", 1)[-1]
    use.get(f"/providers/{ref}", 404)
    use.get(f"/clearances?provider={ref}", 422)
    assert [row["name"] for row in use.get("/providers").json["items"]] == ["Music Service"]
    assert {line["provider_name"] for line in use.get("/vetting?standing=missing").json["items"]} == {"Music Service"}


def test_the_page_says_who_is_listed_and_beside_that_who_is_so_by_post(
    sample: SampleAuthority, sign_in: Open, broker: Browser, href: str
) -> None:
    """A post and the list of specialists are two records; neither is told as though it were the other."""
    sofia = sample.specialist(provider_at(sample, href).id, "Sofia Specialist")

    page = broker.get(href)

    assert "This provider has no specialists on" in page
    assert "Nobody works for" not in page
    assert "but not listed above: Sofia Specialist." in page
    assert "Specialist" in broker.get(f"/people/{reference_of(sample, sofia)}")
