"""Commands that register a provider and say what it offers, where, at what rate and with whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from domain.person import Person
from domain.provider import Provider
from domain.provider.rules import NotOffered
from domain.service import UnitOfWork
from domain.unusual import Oddity
from providers.staffing import Newcomer, add_specialist, note_leaving, register_practitioner
from web.access.context import Snapshot
from web.access.name_cache import reference_of
from web.commands.choices import everybody
from web.commands.confirming import unknown_subjects
from web.commands.correcting import CORRECT, DONE, LEAD, TITLE
from web.commands.duplicates import like_people, like_providers
from web.commands.resource import Execution, Values
from web.providers import schemas
from web.providers.found_later import change_what_clears
from web.providers.resource import KEEP, providers, with_specialists
from web.runtime.authority import subjects_of


def _with_everybody(snapshot: Snapshot, _: Provider | None) -> Mapping[str, Any]:
    return {schemas.PEOPLE: everybody(snapshot.connection)}


@providers.beginning(
    "register",
    "Register organisation",
    KEEP,
    schemas.RegisterOrganisation,
    done="Provider registered",
    unusual=lambda snapshot, _, values: like_providers(snapshot, values["trading_as"]),
)
def register(execution: Execution[Provider], values: Values) -> Provider:
    return execution.begin(lambda reference: Provider.register(reference, **values))


def _like_practitioner(snapshot: Snapshot, _: Provider | None, values: Values) -> Iterator[Oddity]:
    yield from like_people(snapshot, values["name"])
    yield from like_providers(snapshot, values.get("trading_as") or values["name"])


@providers.beginning(
    "register-practitioner",
    "Register sole practitioner",
    KEEP,
    schemas.RegisterPractitioner,
    lead="For someone who is self-employed. They become the provider's first specialist.",
    done="Provider registered",
    unusual=_like_practitioner,
)
def register_person(execution: Execution[Provider], values: Values) -> Provider:
    def both(work: UnitOfWork) -> Provider:
        newcomer = _newcomer(execution, values)
        rest = {name: value for name, value in values.items() if name not in {"name", "email"}}
        return register_practitioner(work, execution.next_reference(Provider), newcomer, **rest)

    return execution.service.do(both)


def _newcomer(execution: Execution[Provider], values: Values) -> Newcomer:
    return Newcomer(execution.next_reference(Person), values["name"], values.get("email", ""))


providers.command(
    "rename",
    "Change name",
    KEEP,
    schemas.RenameProvider,
    done="Name changed",
    method=Provider.rename,
    initial=lambda _, provider: {
        "trading_as": provider.trading_as,
        "name": str(provider.practitioner) if provider.practitioner else "",
    },
)


@providers.command(
    CORRECT,
    TITLE,
    KEEP,
    schemas.CorrectProvider,
    done=DONE,
    submit="Correct",
    lead=f"{LEAD} If the provider took another name, change it instead.",
    method=Provider.correct,
    initial=lambda snapshot, provider: {
        "trading_as": provider.trading_as,
        "name": str(provider.practitioner) if provider.practitioner else "",
        "kind": provider.kind,
        "host_school": reference_of(snapshot, provider.host_school) if provider.host_school else None,
        "authority": provider.authority,
    },
)
def correct(execution: Execution[Provider], values: Values) -> None:
    """Which checks are needed follows from what is corrected."""
    change_what_clears(execution, lambda _, provider: provider.correct(**values))


providers.command(
    "change-contact",
    "Change contact details",
    KEEP,
    schemas.ChangeProviderContact,
    done="Contact details changed",
    method=Provider.change_contact,
    initial=lambda _, provider: {
        "email": provider.email,
        "telephone": provider.telephone,
        "website": provider.website,
    },
)


@providers.command(
    "offer",
    "Add to what the provider offers",
    KEEP,
    schemas.OfferServices,
    done="Subject added",
    submit="Add subject",
    method=Provider.offer,
    unusual=lambda snapshot, _, values: unknown_subjects(snapshot.services, [values["subject"]]),
)
def offer(execution: Execution[Provider], values: Values) -> None:
    wanted = [(phase, service) for phase in values["phases"] for service in values["services"]]
    subject = subjects_of(execution.services).name_of(values["subject"])

    def all_of_it(provider: Provider) -> None:
        new = [each for each in wanted if not provider.offers(subject, *each)]
        for phase, service in new or wanted[:1]:
            provider.offer(subject=subject, phase=phase, service=service)

    execution.change(all_of_it)


@providers.command(
    "withdraw",
    "Remove from what the provider offers",
    KEEP,
    schemas.WithdrawOffers,
    done="Subject removed",
    submit="Remove subject",
    method=Provider.withdraw,
    lookups=lambda _, provider: {
        schemas.OFFERS: [(str(offer), str(offer)) for offer in (provider.capabilities if provider else ())]
    },
)
def withdraw(execution: Execution[Provider], values: Values) -> None:
    def all_of_it(provider: Provider) -> None:
        listed = {str(offer): offer for offer in provider.capabilities}
        for gone in dict.fromkeys(values["offers"]):
            if gone not in listed:
                raise NotOffered("Choose something this provider offers", field="offers")
            offered = listed[gone]
            provider.withdraw(subject=offered.subject, phase=offered.phase, service=offered.service)

    execution.change(all_of_it)


providers.command(
    "set-coverage",
    "Change where the provider works",
    KEEP,
    schemas.SetCoverage,
    done="Areas changed",
    method=Provider.set_coverage,
    initial=lambda _, provider: {"areas": provider.areas or ()},
)

providers.command("set-rate", "Set day rate", KEEP, schemas.SetDayRate, done="Day rate set", method=Provider.set_rate)

providers.command(
    "declare-capacity",
    "Record availability",
    KEEP,
    schemas.DeclareCapacity,
    done="Availability recorded",
    method=Provider.declare_capacity,
)


def _like_specialist(snapshot: Snapshot, _: Provider | None, values: Values) -> Iterator[Oddity]:
    yield from unknown_subjects(snapshot.services, values["subjects"])
    if not values.get("person"):
        yield from like_people(snapshot, values["name"])


@providers.command(
    "add-specialist",
    "Add specialist",
    KEEP,
    schemas.AddSpecialist,
    done="Specialist added",
    method=Provider.add_specialist,
    lookups=_with_everybody,
    unusual=_like_specialist,
)
def add(execution: Execution[Provider], values: Values) -> None:
    def both(work: UnitOfWork) -> None:
        specialist: UUID | Newcomer = values.get("person") or _newcomer(execution, values)
        add_specialist(
            work,
            execution.record.id,
            specialist,
            teaches=values["teaches"],
            subjects=map(subjects_of(execution.services).name_of, values["subjects"]),
            duties=values["duties"],
            at=execution.at,
        )

    execution.service.do(both)


@providers.command(
    "change-duties",
    "Change what a specialist does",
    KEEP,
    schemas.ChangeDuties,
    done="Recorded. What is checked of them follows from it",
    method=Provider.change_duties,
    lookups=with_specialists,
)
def change_duties(execution: Execution[Provider], values: Values) -> None:
    change_what_clears(execution, lambda _, provider: provider.change_duties(**values))


@providers.command(
    "note-leaving",
    "Record that a specialist has left",
    KEEP,
    schemas.NoteLeaving,
    done="Specialist recorded as having left",
    submit="Record leaver",
    method=Provider.note_leaving,
    lookups=with_specialists,
)
def leave(execution: Execution[Provider], values: Values) -> None:
    change_what_clears(execution, lambda work, provider: note_leaving(work, provider.id, **values))
