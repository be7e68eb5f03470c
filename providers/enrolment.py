"""Providers, taken in from a list: new ones are registered, known ones learn what the list adds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from uuid import UUID, uuid5

from domain.aggregate import Refusal
from domain.engagement import BrokeredEngagement
from domain.provider import Capability, Provider, ProviderKind
from domain.service import AlreadyDone, Service, UnitOfWork
from domain.signature import acting, current_signature
from domain.subjects import USUAL_LIST, SubjectList
from domain.text import either
from domain.vocabulary import Phase, ServiceType, Side
from providers.catalogue.problems import RowProblem, Sorted
from providers.catalogue.provider_list import ProviderRow
from providers.delivery import give_up

Known = Callable[[str], Sequence[UUID]]
"""Looks up the providers on the list by name, without regard to case."""

_SERVICES = {form.casefold(): service for service in ServiceType for form in (service.value, service.label)}


class EngagementOfAnother(Refusal):
    """An engagement to be paused or cancelled with a provider's suspension is another provider's."""


@dataclass(slots=True)
class ProvidersReport(Sorted):
    """What became of the rows of a list."""

    registered: int = 0
    changed: int = 0
    unchanged: int = 0


def import_providers(
    service: Service,
    rows: Iterable[ProviderRow | RowProblem],
    *,
    known: Known,
    next_reference: Callable[[], str],
    listed: SubjectList = USUAL_LIST,
    usual_kind: ProviderKind = ProviderKind.PRIVATE,
) -> ProvidersReport:
    """Take in a list of organisations; the caller has signed. Each row is a command of its own, so that one which
    is refused becomes a problem while the others count. Subjects that are not `listed` are told, and not taken.

    A list strikes nothing out: what it leaves open or does not name stays as it is. `usual_kind` is for lists that
    do not tell whose their providers are. Sending the same list again under the same command changes nothing.
    """
    report = ProvidersReport()
    signature = current_signature()
    for row in (_with_listed_subjects(each, listed, report) for each in report.sort_out(rows)):
        command = uuid5(signature.command, f"line {row.line} {row.name}")
        with acting(replace(signature, command=command)):
            _take_in(service, row, known(row.name), partial(_register, next_reference, row, usual_kind), report)
    report.settle()
    return report


def suspend(
    work: UnitOfWork, provider: UUID, *, reason: str, pause: Iterable[UUID] = (), cancel: Iterable[UUID] = ()
) -> Provider:
    """Suspend a provider from today, pause those of its engagements that shall wait until they are resumed, and
    cancel those not yet begun that shall not wait: all of it or nothing. Raises EngagementOfAnother, or what the
    records refuse."""
    suspended = work.find(Provider, provider)
    suspended.suspend(reason=reason)
    for id in pause:
        with _said_of("pause"):
            _engagement_of(work, provider, id).pause(reason=reason)
    for id in cancel:
        with _said_of("cancel"):
            give_up(work, _engagement_of(work, provider, id), side=Side.SERVICE, reason=reason)
    return suspended


@contextmanager
def _said_of(field: str) -> Iterator[None]:
    """What an engagement refuses is said of the answer that names it."""
    try:
        yield
    except Refusal as refused:
        refused.field = field
        raise


def _engagement_of(work: UnitOfWork, provider: UUID, id: UUID) -> BrokeredEngagement:
    engagement = work.find(BrokeredEngagement, id)
    if engagement.work.provider != provider:
        raise EngagementOfAnother(f"{engagement.reference} is another provider's engagement")
    return engagement


def _with_listed_subjects(row: ProviderRow, listed: SubjectList, report: ProvidersReport) -> ProviderRow:
    """The row with its subjects as the list names them; without any of its own where none is on it."""
    for word in row.subjects:
        if listed.find(word) is None:
            meant = f". Did you mean {either(like)}?" if (like := listed.like(word)) else ""
            reason = f"is not on the list of subjects, so it is not taken{meant}"
            report.problems.append(RowProblem(row.line, "subjects", word, reason, row_taken=True))
    known = tuple(dict.fromkeys(subject.name for word in row.subjects if (subject := listed.find(word))))
    if known or not row.subjects:
        return replace(row, subjects=known)
    return replace(row, subjects=(), phases=(), service_types=())


def _take_in(
    service: Service,
    row: ProviderRow,
    found: Sequence[UUID],
    register: Callable[[], Provider],
    report: ProvidersReport,
) -> None:
    report.problems += _unknown_services(row)
    if len(found) > 1:
        report.leave_out(row.line)
        report.problems.append(RowProblem(row.line, "name", row.name, "is the name of several providers on the list"))
        return
    with suppress(AlreadyDone):
        try:
            if found:
                changed = service.change(Provider, found[0], lambda provider: _learn(provider, row))
                report.changed += changed
                report.unchanged += not changed
            else:
                service.add(register)
                report.registered += 1
        except Refusal as refusal:
            report.leave_out(row.line)
            report.problems.append(RowProblem(row.line, refusal.field, row.name, str(refusal)))


def _register(next_reference: Callable[[], str], row: ProviderRow, usual_kind: ProviderKind) -> Provider:
    provider = Provider.register(
        next_reference(),
        trading_as=row.name,
        kind=ProviderKind(row.kind) if row.kind else usual_kind,
        email=row.email or "",
        telephone=row.telephone or "",
        website=row.website or "",
    )
    _learn(provider, row)
    return provider


def _learn(provider: Provider, row: ProviderRow) -> bool:
    """Whether the row told something new."""
    before = provider.version
    if provider.practitioner is None:
        provider.change_contact(
            email=row.email or provider.email,
            telephone=row.telephone or provider.telephone,
            website=row.website or provider.website,
        )
    for offer in _offers(row):
        if not provider.offers(offer.subject, offer.phase, offer.service):
            provider.offer(subject=offer.subject, phase=offer.phase, service=offer.service)
    if row.areas:
        provider.set_coverage(row.areas)
    if row.day_rate is not None:
        _set_rate(provider, row.day_rate, row.vat_registered)
    return provider.version > before


def _set_rate(provider: Provider, day_rate: Decimal, vat_registered: bool | None) -> None:
    rate = provider.rate_on(provider.today)
    if vat_registered is None:
        vat_registered = rate.vat_registered if rate else None
    if rate is None or (rate.day_rate, rate.vat_registered) != (day_rate, vat_registered):
        provider.set_rate(from_=provider.today, day_rate=day_rate, vat_registered=vat_registered)


def _offers(row: ProviderRow) -> Iterator[Capability]:
    """What the row offers: a phase or type of service left open is every one, a subject left open is no offer."""
    for capability in row.capabilities:
        if capability.subject is None:
            continue
        for phase in _phases(capability.phase):
            for service in _services(capability.service_type):
                yield Capability(capability.subject, phase, service)


def _phases(phase: str | None) -> list[Phase]:
    return [each for each in Phase if each is not Phase.NOT_APPLICABLE] if phase is None else [Phase(phase)]


def _services(service_type: str | None) -> list[ServiceType]:
    if service_type is None:
        return list(ServiceType)
    known = _SERVICES.get(service_type.casefold())
    return [] if known is None else [known]


def _unknown_services(row: ProviderRow) -> Iterator[RowProblem]:
    for service_type in row.service_types:
        if not _services(service_type):
            reason = f"is none of {', '.join(service.label.lower() for service in ServiceType)}"
            yield RowProblem(row.line, "service types", service_type, reason)
