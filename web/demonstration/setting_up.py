"""The service is set up: the authority, its register, its people, who looks after whom, and its providers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

from domain.assignment import assign_link_officer
from domain.authority import AUTHORITY, Authority
from domain.delegation import Decider
from domain.imports import ImportKind
from domain.person import Person
from domain.provider import Provider, Requirement
from domain.school import Source
from domain.service import UnitOfWork
from domain.vocabulary import Role, Team
from providers.vetting import USUAL_POLICY, demands_on
from web.demonstration.calendar import Diary, working_day
from web.demonstration.directory import SampleProvider as Listed
from web.demonstration.directory import SampleSpecialist
from web.demonstration.people import Colleague, SchoolPerson
from web.demonstration.sample_authority import SampleAuthority
from web.imports.file_import import take_in
from web.imports.importers import ALL, ImportFile, ImportResult
from web.runtime.services import Services

SERVICE = "School improvement"

LAPSING = "Bunsen Partnership Ltd"
"""The provider whose insurance ran out: somebody who may not be invited today."""

RENEWED_LATE = "Inkwell and Quire English LLP"
"""The provider whose insurance ended between two sessions, and was renewed after the second."""

ENDED = {LAPSING: timedelta(days=20), RENEWED_LATE: timedelta(days=12)}
"""How long ago the insurance of these ended."""

RENEWED_AFTER = (180, 395)
"""Days after the service began."""

DBS_YEARS = timedelta(days=3 * 365 - 1)


def name_authority(services: Services, name: str, la_code: str) -> None:
    """Say whose database this is; the caller has signed."""
    services.service.add(lambda: Authority.begin(name=name, la_code=la_code, service_name=SERVICE))


def set_own_limit(services: Services, limit: Decimal, *, from_: date) -> None:
    """Let brokers decide alone up to a lower limit than usual, so that asking is seen, while nobody has a post yet;
    the caller has signed."""

    def change(it: Authority) -> None:
        settings, _ = it.settings_on(from_)
        reason = "As the cabinet member agreed with the scheme of delegation"
        unfilled = (Decider.DIRECTOR, Decider.CHIEF_OFFICER)
        it.set_up_scheme(replace(settings, approval_ceiling=limit), from_=from_, reason=reason, unfilled=unfilled)

    services.service.change(Authority, AUTHORITY, change)


def set_whom_to_call(services: Services, *, from_: date) -> None:
    """Say whom to call when a child may be at risk, by numbers that are kept for fiction; the caller has signed."""

    def change(it: Authority) -> None:
        settings, _ = it.settings_on(from_)
        numbers = replace(settings, designated_officer="01632 960101", social_care="01632 960102")
        it.change_settings(numbers, from_=from_, reason="From the council's safeguarding partnership")

    services.service.change(Authority, AUTHORITY, change)


def take_in_register(services: Services, register: Path, *, dated: date, la: str | None = None) -> ImportResult:
    """Import a register, as `sis import schools` does; the caller has signed."""
    wanted = ImportFile(what=ImportKind.SCHOOLS, file=register, source=Source(register.name, dated), la=la or ALL)
    _, done = take_in(services, wanted)
    return done


def appoint(sample: SampleAuthority, diary: Diary, began: date) -> None:
    """Write into the diary that the service's own people take their posts, entered at the command line."""
    for colleague in sample.cast.colleagues:
        diary.write(began, None, Role.ADMINISTRATOR, partial(_register, sample, colleague))


def settle(sample: SampleAuthority, diary: Diary, began: date) -> None:
    """Write the service's first days into the diary: heads and chairs, who looks after whom, and the providers."""
    first = partial(diary.write, began)
    administrator = sample.people[sample.cast.administrator.email]
    director, broker = sample.people[sample.cast.director.email], sample.people[sample.cast.broker.email]
    for leadership in sample.led:
        for role, who in ((Role.HEADTEACHER, leadership.head), (Role.CHAIR, leadership.chair)):
            first(administrator, Role.ADMINISTRATOR, partial(_lead, sample, role, who, leadership.urn), hour=10)
    for urn in sample.school_ids:
        first(director, Role.DIRECTOR, partial(_give_to_officer, sample, urn, began), hour=12)
    for listed in sample.cast.providers:
        first(broker, Role.BROKER, partial(_list, sample, listed, began), hour=14)
        for specialist in listed.specialists:
            first(broker, Role.BROKER, partial(_join, sample, listed, specialist, began), hour=15)
        first(broker, Role.BROKER, partial(_vet, sample, listed, diary.today), hour=16)


def _register(sample: SampleAuthority, colleague: Colleague) -> None:
    """A colleague takes all their posts; one who is registered already is left as they are."""
    if colleague.email in sample.people:
        return

    def make(reference: str) -> Person:
        person = Person.register(reference, name=str(colleague.name), email=colleague.email)
        for post in colleague.posts:
            person.take_post(
                post.role,
                from_=post.since,
                team=post.team,
                leads_team=post.leads_team,
                capacity=post.capacity,
                theme=post.theme or None,
            )
        return person

    sample.people[colleague.email] = sample.begin(Person, make).id


def _lead(sample: SampleAuthority, role: Role, who: SchoolPerson, urn: int) -> None:
    """A head or chair takes the post at a school, their first or a further one."""
    school = sample.school_ids[urn]
    known = sample.people.get(who.email)
    if known is not None:
        sample.services.service.change(
            Person, known, lambda person: person.take_post(role, from_=who.since, school=school)
        )
        return

    def make(reference: str) -> Person:
        person = Person.register(reference, name=str(who.name), email=who.email)
        person.take_post(role, from_=who.since, school=school)
        return person

    sample.people[who.email] = sample.begin(Person, make).id


def _give_to_officer(sample: SampleAuthority, urn: int, began: date) -> None:
    """Schools go round the officers of their team, by capacity no more evenly than in life."""
    team = sample.teams[urn]
    officers = sample.cast.secondary_officers if team is Team.SECONDARY else sample.cast.primary_officers
    officer = officers[len([1 for other in sample.link_officers if sample.teams[other] is team]) % len(officers)]
    sample.link_officers[urn] = sample.people[officer.email]
    assign_link_officer(
        sample.services.service,
        sample.school_ids[urn],
        sample.people[officer.email],
        from_=began,
        reason="Schools allocated when the service started",
    )


def _list(sample: SampleAuthority, listed: Listed, began: date) -> None:
    """A host school that is not in the register stands in Wexmoor, another authority."""
    host = sample.school_ids.get(listed.host_urn or 0)
    elsewhere = listed.outside_the_authority or (listed.host_urn is not None and host is None)

    def make(reference: str) -> Provider:
        provider = Provider.register(
            reference,
            trading_as=listed.name,
            kind=listed.kind,
            host_school=host,
            authority=listed.based_in if elsewhere else "",
        )
        for offer in listed.offers:
            provider.offer(subject=offer.subject, phase=offer.phase, service=offer.service)
        provider.set_rate(from_=began, day_rate=listed.day_rate, vat_registered=listed.vat_registered)
        return provider

    sample.providers[listed.name] = sample.begin(Provider, make).id


def _join(sample: SampleAuthority, listed: Listed, specialist: SampleSpecialist, began: date) -> None:
    """A specialist is registered and added to the provider, in one transaction."""
    provider_id = sample.providers[listed.name]
    number = sample.services.next_reference(Person)

    def join(work: UnitOfWork) -> Person:
        person = work.add(Person.register(number, name=str(specialist.name), email=specialist.email))
        person.take_post(Role.SPECIALIST, from_=began, provider=provider_id)
        work.find(Provider, provider_id).add_specialist(
            person=person.id, subjects=specialist.subjects, teaches=specialist.teaches
        )
        return person

    sample.people[specialist.email] = sample.services.service.do(join).id


def renew(sample: SampleAuthority, diary: Diary, began: date) -> None:
    """Write into the diary that what is good for a year is checked again well before it ends."""
    broker = sample.people[sample.cast.broker.email]
    for days in RENEWED_AFTER:
        for listed in sample.cast.providers:
            again = partial(_vet, sample, listed, diary.today, yearly=True)
            diary.write(working_day(began + timedelta(days=days)), broker, Role.BROKER, again, hour=16)


def _vet(sample: SampleAuthority, listed: Listed, today: date, *, yearly: bool = False) -> None:
    """Every requirement of the usual policy is checked, or only those good for a year; two providers' papers end."""
    ended = today - ENDED[listed.name] if listed.name in ENDED else None

    def check(provider: Provider) -> None:
        day = provider.today
        is_over = ended is not None and day >= ended
        for person in (None, *provider.specialists):
            for demand in demands_on(provider.facts, person, USUAL_POLICY):
                if demand.item.of_organisation == (person is None) and (demand.months == 12 or not yearly):
                    if is_over and demand.item.always_ends:
                        continue
                    provider.meet(
                        demand.item,
                        checked_on=day,
                        evidence=demand.item.evidence[0],
                        person=person,
                        expires=_last_day(demand.item, day, ended or today + timedelta(days=150)),
                    )

    sample.services.service.change(Provider, sample.providers[listed.name], check)


def _last_day(item: Requirement, checked: date, insured_to: date) -> date | None:
    if item is Requirement.ENHANCED_DBS:
        return checked + DBS_YEARS
    return insured_to if item.always_ends else None
