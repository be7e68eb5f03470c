"""Who fits a need: providers ranked best first, each with the reasons, and who was left out and why.

A list of rules that exclude, then a list of criteria that count; each is a name and a sentence. Nothing is looked
up: the same need, offers and policy give the same ranking at any time and in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from uuid import UUID

from domain.money import in_pounds
from domain.provider import Capability
from domain.subjects import USUAL_LIST, SubjectList
from domain.support_request import Ranked
from domain.text import counted, day_in_words
from domain.vocabulary import Phase, ServiceType, SupportKind

BEST, WORST, MIDDLE = 5, 1, 3
"""The ends of the scale of ratings, and what is assumed of somebody never rated."""

SERVICES: Mapping[SupportKind, tuple[ServiceType, ...]] = MappingProxyType(
    {
        SupportKind.SPECIALIST: (ServiceType.SPECIALIST_SUPPORT, ServiceType.COACHING, ServiceType.REVIEW),
        SupportKind.TRAINING: (ServiceType.TRAINING, ServiceType.COACHING),
    }
)
"""The services that meet each kind of need, the most fitting first."""

SERVED_BY: Mapping[Phase, tuple[Phase, ...]] = MappingProxyType(
    {
        Phase.MIDDLE_DEEMED_PRIMARY: (Phase.PRIMARY,),
        Phase.MIDDLE_DEEMED_SECONDARY: (Phase.SECONDARY,),
        Phase.ALL_THROUGH: (Phase.PRIMARY, Phase.SECONDARY),
    }
)
"""The phases whose specialists also serve a phase."""


@dataclass(frozen=True, slots=True)
class SupportNeed:
    """What is looked for on the day `on`: help between two days, for so many days of support (None: not yet known)
    and at most for so many pounds net of VAT (None: no ceiling). `listed` says which words are one subject."""

    school: UUID
    kind: SupportKind
    subject: str
    phase: Phase
    area: str
    first: date
    last: date
    on: date
    days: Decimal | None = None
    ceiling: Decimal | None = None
    listed: SubjectList = USUAL_LIST


@dataclass(frozen=True, slots=True)
class PastWork:
    """What is remembered of a provider: ratings of its engagements (mean from 1 to 5, sum of the ratings so that
    nothing is rounded), when it last declined, and until when it asked not to be invited."""

    cases: int = 0
    ratings: Decimal = Decimal(0)
    last_declined: date | None = None
    unavailable_until: date | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """One provider as far as the need is concerned. `reference` settles ties.

    `not_cleared` and `conflict` are the sentences that say why it may not work, empty where nothing stands against
    it; `conditions` say on what it may work all the same. `areas`, `free_days` and `day_rate` are None where unknown;
    no `areas` means anywhere.
    """

    provider: UUID
    reference: str
    capabilities: tuple[Capability, ...]
    areas: tuple[str, ...] | None = None
    suspended: bool = False
    not_cleared: str = ""
    conflict: str = ""
    conditions: tuple[str, ...] = ()
    free_days: Decimal | None = None
    day_rate: Decimal | None = None
    past: PastWork = PastWork()


USUAL_WEIGHTS: Mapping[str, int] = MappingProxyType(
    {"service": 20, "area": 10, "price": 20, "capacity": 10, "ratings": 30, "willingness": 10}
)


@dataclass(frozen=True, slots=True)
class MatchingPolicy:
    """How criteria count, in one version of the authority's rules.

    `assumed_cases` middling ratings are added to each provider's own, so that one good case does not outweigh many;
    after declining, a provider counts as less willing for `cooling_off_days`.
    """

    version: str = "matching-1"
    weights: Mapping[str, int] = field(default_factory=lambda: USUAL_WEIGHTS)
    assumed_cases: int = 3
    cooling_off_days: int = 56


USUAL_POLICY = MatchingPolicy()
"""What counts where the authority has set nothing else."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """All providers seen: those who fit, best first, then those left out, with the version of the rules."""

    seen: tuple[Ranked, ...]
    version: str

    @property
    def fitting(self) -> tuple[Ranked, ...]:
        return tuple(each for each in self.seen if each.excluded_because is None)

    @property
    def excluded(self) -> tuple[Ranked, ...]:
        return tuple(each for each in self.seen if each.excluded_because is not None)


def rank(need: SupportNeed, offers: Iterable[Offer], policy: MatchingPolicy) -> Ranking:
    """Rank the providers for a need. Ties are settled by reference."""
    fitting: list[tuple[Fraction, str, Ranked]] = []
    left_out: list[tuple[str, Ranked]] = []
    for offer in offers:
        against = [f"{rule.name}: {why}" for rule in RULES if (why := rule.broken(need, offer))]
        if against:
            excluded = Ranked(offer.provider, 0, (), "; ".join(against))
            left_out.append((offer.reference, excluded))
        else:
            score, reasons = _judge(need, offer, policy)
            fitting.append((-score, offer.reference, Ranked(offer.provider, round(score), reasons)))
    fitting.sort(key=lambda each: each[:2])
    left_out.sort(key=lambda each: each[0])
    return Ranking((*(each[2] for each in fitting), *(each[1] for each in left_out)), policy.version)


def offers_it(need: SupportNeed, offer: Offer) -> bool:
    """Whether a provider offers what is looked for, whatever else stands against it."""
    return bool(_services(need, offer))


def _judge(need: SupportNeed, offer: Offer, policy: MatchingPolicy) -> tuple[Fraction, tuple[str, ...]]:
    """The score, from 0 to 100, and the sentence of each criterion."""
    verdicts = [(policy.weights.get(each.name, 0), each.judge(need, offer, policy)) for each in CRITERIA]
    total = sum(weight for weight, _ in verdicts)
    score = sum((weight * points for weight, (points, _) in verdicts), Fraction(0))
    reasons = (sentence for weight, (_, sentence) in verdicts if weight)
    return (score / total if total else Fraction(0)), (*offer.conditions, *reasons)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that leaves providers out; `broken` is the sentence why, empty where the rule is kept."""

    name: str
    broken: Callable[[SupportNeed, Offer], str]


@dataclass(frozen=True, slots=True)
class Criterion:
    """What counts, from 0 to 100 points, with the sentence that says so."""

    name: str
    judge: Callable[[SupportNeed, Offer, MatchingPolicy], tuple[Fraction, str]]


def _in_subject(need: SupportNeed, offer: Offer) -> list[Capability]:
    return [each for each in offer.capabilities if need.listed.are_one(each.subject, need.subject)]


def _in_phase(need: SupportNeed, offer: Offer) -> list[Capability]:
    phases = {need.phase, *SERVED_BY.get(need.phase, ()), Phase.ALL_THROUGH, Phase.NOT_APPLICABLE}
    return [each for each in _in_subject(need, offer) if each.phase in phases]


def _services(need: SupportNeed, offer: Offer) -> list[ServiceType]:
    offered = {each.service for each in _in_phase(need, offer)}
    return [service for service in SERVICES[need.kind] if service in offered]


def _price(need: SupportNeed, offer: Offer) -> Decimal | None:
    return None if need.days is None or offer.day_rate is None else need.days * offer.day_rate


def _no_subject(need: SupportNeed, offer: Offer) -> str:
    return "" if _in_subject(need, offer) else f"does not offer {need.subject}"


def _no_phase(need: SupportNeed, offer: Offer) -> str:
    if not _in_subject(need, offer) or _in_phase(need, offer):
        return ""
    return f"offers {need.subject}, but not for the phase {need.phase.label.lower()}"


def _no_service(need: SupportNeed, offer: Offer) -> str:
    if not _in_phase(need, offer) or _services(need, offer):
        return ""
    return f"does not offer {SERVICES[need.kind][0].label.lower()} in {need.subject}"


def _other_area(need: SupportNeed, offer: Offer) -> str:
    if not need.area or not offer.areas or _names_area(need, offer):
        return ""
    return f"does not work in {need.area}"


def _suspended(_: SupportNeed, offer: Offer) -> str:
    return "is suspended" if offer.suspended else ""


def _not_cleared(_: SupportNeed, offer: Offer) -> str:
    return f"not cleared on all planned days ({offer.not_cleared})" if offer.not_cleared else ""


def _conflict(_: SupportNeed, offer: Offer) -> str:
    return offer.conflict


def _unavailable(need: SupportNeed, offer: Offer) -> str:
    until = offer.past.unavailable_until
    return f"asked not to be invited until {day_in_words(until)}" if until is not None and need.on <= until else ""


def _no_capacity(need: SupportNeed, offer: Offer) -> str:
    if need.days is None or offer.free_days is None or offer.free_days >= need.days:
        return ""
    return f"has {counted(offer.free_days, 'day')} free, {counted(need.days, 'day')} needed"


def _too_dear(need: SupportNeed, offer: Offer) -> str:
    price = _price(need, offer)
    if price is None or need.ceiling is None or price <= need.ceiling:
        return ""
    return f"would cost {in_pounds(price)}, the ceiling is {in_pounds(need.ceiling)}"


RULES = (
    Rule("Subject", _no_subject),
    Rule("Phase", _no_phase),
    Rule("Service", _no_service),
    Rule("Area", _other_area),
    Rule("Suspension", _suspended),
    Rule("Clearance", _not_cleared),
    Rule("Conflict of interest", _conflict),
    Rule("Unavailable", _unavailable),
    Rule("Capacity", _no_capacity),
    Rule("Price", _too_dear),
)


def _names_area(need: SupportNeed, offer: Offer) -> bool:
    return need.area.casefold() in {area.casefold() for area in offer.areas or ()}


def _judge_service(need: SupportNeed, offer: Offer, _: MatchingPolicy) -> tuple[Fraction, str]:
    best = _services(need, offer)[0]
    points = Fraction(100 if best is SERVICES[need.kind][0] else 50)
    return points, f"Offers {best.label.lower()} in {need.subject}"


def _judge_area(need: SupportNeed, offer: Offer, _: MatchingPolicy) -> tuple[Fraction, str]:
    if need.area and _names_area(need, offer):
        return Fraction(100), f"Works in {need.area}"
    if offer.areas is None:
        return Fraction(50), "Where it works is not known"
    return Fraction(50), "Works anywhere" if not offer.areas else "Serves other places, none is asked for here"


def _judge_price(need: SupportNeed, offer: Offer, _: MatchingPolicy) -> tuple[Fraction, str]:
    price = _price(need, offer)
    if price is None:
        return Fraction(50), "The price is not known yet"
    if not need.ceiling:
        return Fraction(50), f"Would cost {in_pounds(price)}"
    return 100 * (
        1 - Fraction(price) / Fraction(need.ceiling)
    ), f"Would cost {in_pounds(price)} of {in_pounds(need.ceiling)}"


def _judge_capacity(_need: SupportNeed, offer: Offer, _: MatchingPolicy) -> tuple[Fraction, str]:
    if offer.free_days is None:
        return Fraction(50), "Has not said how many days are free"
    return Fraction(100), f"Has {counted(offer.free_days, 'day')} free"


def _judge_ratings(_: SupportNeed, offer: Offer, policy: MatchingPolicy) -> tuple[Fraction, str]:
    past = offer.past
    assumed = Fraction(MIDDLE * policy.assumed_cases)
    cases = past.cases + policy.assumed_cases
    mean = (Fraction(past.ratings) + assumed) / cases if cases else Fraction(MIDDLE)
    points = 100 * (mean - WORST) / (BEST - WORST)
    if not past.cases:
        return points, "Not rated yet (no case)"
    return points, f"Rated {past.ratings / past.cases:.1f} of {BEST} on average ({counted(past.cases, 'case')})"


def _judge_willingness(need: SupportNeed, offer: Offer, policy: MatchingPolicy) -> tuple[Fraction, str]:
    declined = offer.past.last_declined
    if declined is not None and need.on < declined + timedelta(days=policy.cooling_off_days):
        return Fraction(0), f"Declined an invitation on {day_in_words(declined)}"
    return Fraction(100), "Has not declined lately"


CRITERIA = (
    Criterion("service", _judge_service),
    Criterion("area", _judge_area),
    Criterion("price", _judge_price),
    Criterion("capacity", _judge_capacity),
    Criterion("ratings", _judge_ratings),
    Criterion("willingness", _judge_willingness),
)
