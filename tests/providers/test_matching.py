"""Ranking providers for a need: who is left out by which rule, and what counts for the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.provider import Capability
from domain.vocabulary import Phase, ServiceType, SupportKind
from providers.matching import USUAL_POLICY, MatchingPolicy, Offer, PastWork, Ranking, SupportNeed, rank
from tests.randomness import FUZZING

TODAY = date(2026, 11, 2)
MATHS = Capability("Mathematics", Phase.SECONDARY, ServiceType.SPECIALIST_SUPPORT)
NEED = SupportNeed(
    school=UUID(int=1),
    kind=SupportKind.SPECIALIST,
    subject="Mathematics",
    phase=Phase.SECONDARY,
    area="Northshire",
    first=TODAY,
    last=date(2027, 3, 26),
    on=TODAY,
    days=Decimal(4),
    ceiling=Decimal(2500),
)


def an_offer(reference: str = "PV-2026-0001", **changes: Any) -> Offer:
    fields: dict[str, Any] = {
        "provider": uuid4(),
        "reference": reference,
        "capabilities": (MATHS,),
        "areas": ("Northshire",),
        "free_days": Decimal(10),
        "day_rate": Decimal(400),
    }
    return Offer(**fields | changes)


def the_rank(offer: Offer, ranking: Ranking) -> int:
    return [each.provider for each in ranking.fitting].index(offer.provider)


def test_a_provider_is_found_by_whichever_word_for_the_subject_was_asked_for_and_offered() -> None:
    for asked, offered in (("Maths", "Mathematics"), ("Mathematics", "NUMERACY "), ("numeracy", "maths")):
        offer = an_offer(capabilities=(replace(MATHS, subject=offered),))
        assert rank(replace(NEED, subject=asked), [offer], USUAL_POLICY).fitting
    assert rank(replace(NEED, subject="Literacy"), [an_offer()], USUAL_POLICY).excluded


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"capabilities": ()}, "Subject: does not offer Mathematics"),
        (
            {"capabilities": (replace(MATHS, phase=Phase.PRIMARY),)},
            "Phase: offers Mathematics, but not for the phase secondary",
        ),
        (
            {"capabilities": (replace(MATHS, service=ServiceType.TRAINING),)},
            "Service: does not offer specialist support in Mathematics",
        ),
        ({"areas": ("Southshire",)}, "Area: does not work in Northshire"),
        ({"suspended": True}, "Suspension: is suspended"),
        (
            {"not_cleared": "Enhanced DBS: expired"},
            "Clearance: not cleared on all planned days (Enhanced DBS: expired)",
        ),
        ({"conflict": "its director governs the school"}, "Conflict of interest: its director governs the school"),
        (
            {"past": PastWork(unavailable_until=TODAY)},
            "Unavailable: asked not to be invited until 2 November 2026",
        ),
        ({"free_days": Decimal("3.5")}, "Capacity: has 3.5 days free, 4 days needed"),
        ({"day_rate": Decimal(700)}, "Price: would cost £2,800, the ceiling is £2,500"),
    ],
)
def test_each_rule_leaves_a_provider_out_and_says_why(changes: dict[str, Any], why: str) -> None:
    fitting, left_out = an_offer("PV-2026-0001"), an_offer("PV-2026-0002", **changes)

    ranking = rank(NEED, [left_out, fitting], USUAL_POLICY)

    assert [each.provider for each in ranking.fitting] == [fitting.provider]
    assert [(each.provider, each.excluded_because) for each in ranking.excluded] == [(left_out.provider, why)]


def test_every_rule_that_is_broken_is_named() -> None:
    ranking = rank(NEED, [an_offer(suspended=True, free_days=Decimal(1))], USUAL_POLICY)

    assert ranking.excluded[0].excluded_because == "Suspension: is suspended; Capacity: has 1 day free, 4 days needed"


def test_a_ranked_provider_comes_with_every_reason_and_the_version_of_the_rules() -> None:
    ranking = rank(NEED, [an_offer(past=PastWork(cases=2, ratings=Decimal(9)))], USUAL_POLICY)

    assert ranking.version == "matching-1"
    assert ranking.fitting[0].reasons == (
        "Offers specialist support in Mathematics",
        "Works in Northshire",
        "Would cost £1,600 of £2,500",
        "Has 10 days free",
        "Rated 4.5 of 5 on average (2 cases)",
        "Has not declined lately",
    )
    assert ranking.fitting[0].score == 77


def test_what_is_not_known_neither_excludes_nor_helps() -> None:
    unknown = an_offer("PV-2026-0002", free_days=None, day_rate=None, areas=())
    cheap = an_offer("PV-2026-0001", day_rate=Decimal(200))

    ranking = rank(NEED, [unknown, cheap], USUAL_POLICY)

    assert [each.provider for each in ranking.fitting] == [cheap.provider, unknown.provider]
    assert "The price is not known yet" in ranking.fitting[1].reasons


def test_of_providers_that_fit_alike_the_one_registered_first_is_named_first() -> None:
    first, second, third = (an_offer(f"PV-2026-000{number}") for number in (1, 2, 3))

    assert the_rank(first, rank(NEED, [third, first, second], USUAL_POLICY)) == 0
    assert the_rank(third, rank(NEED, [third, first, second], USUAL_POLICY)) == 2


def test_the_number_of_cases_counts_beside_the_mean() -> None:
    once = an_offer("PV-2026-0001", past=PastWork(cases=1, ratings=Decimal(5)))
    often = an_offer("PV-2026-0002", past=PastWork(cases=8, ratings=Decimal(39)))

    assert the_rank(often, rank(NEED, [once, often], USUAL_POLICY)) == 0


def test_one_who_declined_lately_cools_off_and_then_counts_as_before() -> None:
    declined = an_offer("PV-2026-0001", past=PastWork(last_declined=TODAY - timedelta(days=55)))
    willing = an_offer("PV-2026-0002")

    assert the_rank(willing, rank(NEED, [declined, willing], USUAL_POLICY)) == 0
    tomorrow = replace(NEED, on=TODAY + timedelta(days=1))
    assert the_rank(declined, rank(tomorrow, [declined, willing], USUAL_POLICY)) == 0


def test_the_authority_s_own_weights_decide() -> None:
    dear = an_offer("PV-2026-0001", day_rate=Decimal(600), past=PastWork(cases=5, ratings=Decimal(25)))
    cheap = an_offer("PV-2026-0002", day_rate=Decimal(100), past=PastWork(cases=5, ratings=Decimal(15)))
    by_ratings = MatchingPolicy("matching-2", {"ratings": 1})
    by_price = MatchingPolicy("matching-3", {"price": 1})

    assert the_rank(dear, rank(NEED, [dear, cheap], by_ratings)) == 0
    assert the_rank(cheap, rank(NEED, [dear, cheap], by_price)) == 0
    assert rank(NEED, [dear], by_price).fitting[0].reasons == ("Would cost £2,400 of £2,500",)


def test_training_is_met_by_trainers() -> None:
    trainer = an_offer(capabilities=(replace(MATHS, service=ServiceType.TRAINING),))

    ranking = rank(replace(NEED, kind=SupportKind.TRAINING), [trainer, an_offer()], USUAL_POLICY)

    assert [each.provider for each in ranking.fitting] == [trainer.provider]


@pytest.mark.parametrize("phase", Phase)
def test_a_school_is_served_by_specialists_of_its_phases_and_of_all(phase: Phase) -> None:
    serving = {
        Phase.MIDDLE_DEEMED_PRIMARY: {Phase.PRIMARY},
        Phase.MIDDLE_DEEMED_SECONDARY: {Phase.SECONDARY},
        Phase.ALL_THROUGH: {Phase.PRIMARY, Phase.SECONDARY},
    }
    offers = {each: an_offer(capabilities=(replace(MATHS, phase=each),)) for each in Phase}

    ranking = rank(replace(NEED, phase=phase), offers.values(), USUAL_POLICY)

    expected = {phase, Phase.ALL_THROUGH, Phase.NOT_APPLICABLE} | serving.get(phase, set())
    assert {each.provider for each in ranking.fitting} == {offers[each].provider for each in expected}


def test_subjects_and_areas_are_the_same_in_capitals() -> None:
    offer = an_offer(capabilities=(replace(MATHS, subject="MATHEMATICS"),), areas=("NORTHSHIRE",))

    assert "Works in Northshire" in rank(NEED, [offer], USUAL_POLICY).fitting[0].reasons


@pytest.mark.parametrize(
    ("asked", "changes", "reason"),
    [
        (
            {},
            {"capabilities": (replace(MATHS, service=ServiceType.COACHING),)},
            "Offers coaching in Mathematics",
        ),
        ({}, {"areas": ()}, "Works anywhere"),
        ({"area": ""}, {}, "Serves other places, none is asked for here"),
        ({"area": ""}, {"areas": ()}, "Works anywhere"),
        ({}, {"areas": None}, "Where it works is not known"),
        ({"area": ""}, {"areas": None}, "Where it works is not known"),
        ({"ceiling": None}, {}, "Would cost £1,600"),
        ({"ceiling": Decimal(0)}, {"day_rate": Decimal(0)}, "Would cost £0"),
        ({"days": None}, {}, "The price is not known yet"),
        ({"days": Decimal(1)}, {"free_days": Decimal(1)}, "Has 1 day free"),
        ({}, {"free_days": None}, "Has not said how many days are free"),
        ({}, {}, "Not rated yet (no case)"),
        ({}, {"past": PastWork(cases=1, ratings=Decimal(4))}, "Rated 4.0 of 5 on average (1 case)"),
        ({}, {"past": PastWork(last_declined=TODAY)}, "Declined an invitation on 2 November 2026"),
    ],
)
def test_each_criterion_says_what_is_so(asked: dict[str, Any], changes: dict[str, Any], reason: str) -> None:
    assert reason in rank(replace(NEED, **asked), [an_offer(**changes)], USUAL_POLICY).fitting[0].reasons


def test_a_provider_without_a_case_is_middling_where_the_policy_assumes_none_either() -> None:
    by_ratings = MatchingPolicy(weights={"ratings": 1}, assumed_cases=0)

    assert rank(NEED, [an_offer()], by_ratings).fitting[0].score == 50


DAYS = st.integers(-100, 100).map(lambda days: TODAY + timedelta(days=days))


@st.composite
def past_works(draw: st.DrawFn) -> PastWork:
    ratings = draw(st.lists(st.integers(2, 10).map(lambda halves: Decimal(halves) / 2), max_size=6))
    return PastWork(
        len(ratings),
        sum(ratings, Decimal(0)),
        draw(st.none() | DAYS.filter(lambda day: day <= TODAY)),
        draw(st.none() | DAYS),
    )


@st.composite
def several_offers(draw: st.DrawFn) -> list[Offer]:
    numbers = draw(st.lists(st.integers(1, 99), unique=True, max_size=4))
    return [
        Offer(
            provider=UUID(int=number),
            reference=f"PV-2026-{number:04d}",
            capabilities=draw(st.sampled_from([(MATHS,), (replace(MATHS, service=ServiceType.COACHING),), ()])),
            areas=draw(st.sampled_from([(), ("Northshire",), ("Southshire",)])),
            suspended=draw(st.sampled_from([False, False, False, True])),
            not_cleared=draw(st.sampled_from(["", "", "", "Enhanced DBS: not checked"])),
            free_days=draw(st.none() | st.integers(0, 20).map(Decimal)),
            day_rate=draw(st.none() | st.integers(0, 900).map(Decimal)),
            past=draw(past_works()),
        )
        for number in numbers
    ]


@given(several_offers(), st.randoms(use_true_random=False))
@settings(max_examples=40 * FUZZING)
def test_the_order_in_which_providers_are_listed_does_not_matter(offers: list[Offer], random: Any) -> None:
    shuffled = list(offers)
    random.shuffle(shuffled)

    assert rank(NEED, shuffled, USUAL_POLICY) == rank(NEED, offers, USUAL_POLICY)


@given(several_offers())
@settings(max_examples=40 * FUZZING)
def test_everybody_is_seen_once_and_nobody_excluded_is_ranked(offers: list[Offer]) -> None:
    ranking = rank(NEED, offers, USUAL_POLICY)

    assert sorted(each.provider for each in ranking.seen) == sorted(offer.provider for offer in offers)
    barred = {offer.provider for offer in offers if offer.suspended or offer.not_cleared or not offer.capabilities}
    assert barred.isdisjoint(each.provider for each in ranking.fitting)
    assert all(0 <= each.score <= 100 and each.reasons for each in ranking.fitting)
    assert all((each.score, each.reasons) == (0, ()) for each in ranking.excluded)


@given(several_offers(), past_works(), st.none() | st.integers(0, 600).map(Decimal))
@settings(max_examples=40 * FUZZING)
def test_a_better_rating_or_a_lower_price_never_lowers_a_provider(
    others: list[Offer], past: PastWork, day_rate: Decimal | None
) -> None:
    offer = an_offer("PV-2026-0050", day_rate=day_rate, past=replace(past, unavailable_until=None))
    before = the_rank(offer, rank(NEED, [offer, *others], USUAL_POLICY))
    past = offer.past
    better = [
        replace(offer, past=replace(past, cases=past.cases + 1, ratings=past.ratings + 5)),
        replace(offer, past=replace(past, ratings=min(past.ratings + Decimal("0.5"), Decimal(5 * past.cases)))),
        replace(offer, day_rate=day_rate and day_rate - 1),
    ]

    for improved in better:
        assert the_rank(improved, rank(NEED, [improved, *others], USUAL_POLICY)) <= before


@pytest.mark.parametrize(
    ("rule", "at", "beyond"),
    [
        ("Price", {"day_rate": Decimal(625)}, {"day_rate": Decimal("625.01")}),
        ("Capacity", {"free_days": Decimal(4)}, {"free_days": Decimal("3.99")}),
        (
            "Unavailable",
            {"past": PastWork(unavailable_until=TODAY - timedelta(days=1))},
            {"past": PastWork(unavailable_until=TODAY)},
        ),
    ],
)
def test_a_bound_itself_fits_and_what_is_beyond_it_does_not(
    rule: str, at: dict[str, Any], beyond: dict[str, Any]
) -> None:
    fitting, left_out = an_offer("PV-2026-0001", **at), an_offer("PV-2026-0002", **beyond)

    ranking = rank(NEED, [fitting, left_out], USUAL_POLICY)

    assert [each.provider for each in ranking.fitting] == [fitting.provider]
    assert [each.excluded_because.partition(":")[0] for each in ranking.excluded] == [rule]


def test_one_who_asked_for_peace_is_left_out_to_the_last_day_of_it() -> None:
    for until in (TODAY, TODAY + timedelta(days=30)):
        assert rank(NEED, [an_offer(past=PastWork(unavailable_until=until))], USUAL_POLICY).fitting == ()
    assert rank(NEED, [an_offer(past=PastWork(unavailable_until=TODAY - timedelta(days=1)))], USUAL_POLICY).fitting


@pytest.mark.parametrize(
    ("criterion", "asked", "changes", "points"),
    [
        ("service", {}, {}, 100),
        ("service", {"kind": SupportKind.TRAINING}, {}, None),
        ("area", {}, {}, 100),
        ("area", {}, {"areas": ()}, 50),
        ("area", {}, {"areas": None}, 50),
        ("area", {"area": ""}, {}, 50),
        ("price", {}, {}, 36),
        ("price", {}, {"day_rate": Decimal(0)}, 100),
        ("price", {}, {"day_rate": Decimal(625)}, 0),
        ("price", {}, {"day_rate": None}, 50),
        ("price", {"ceiling": None}, {}, 50),
        ("price", {"ceiling": Decimal(0)}, {"day_rate": Decimal(0)}, 50),
        ("capacity", {}, {}, 100),
        ("capacity", {}, {"free_days": None}, 50),
        ("service", {}, {"capabilities": (replace(MATHS, service=ServiceType.COACHING),)}, 50),
        ("ratings", {}, {}, 50),
        ("ratings", {}, {"past": PastWork(cases=3, ratings=Decimal(15))}, 75),
        ("ratings", {}, {"past": PastWork(cases=3, ratings=Decimal(3))}, 25),
        ("willingness", {}, {}, 100),
        ("willingness", {}, {"past": PastWork(last_declined=TODAY)}, 0),
        ("price and nothing else", {}, {}, 0),
    ],
)
def test_each_criterion_alone_gives_its_points(
    criterion: str, asked: dict[str, Any], changes: dict[str, Any], points: int | None
) -> None:
    policy = MatchingPolicy(weights={criterion: 7})
    scores = [each.score for each in rank(replace(NEED, **asked), [an_offer(**changes)], policy).fitting]
    assert scores == ([] if points is None else [points])


def test_the_usual_weights_are_those_told_to_people() -> None:
    assert sum(USUAL_POLICY.weights.values()) == 100
    assert sorted(USUAL_POLICY.weights.items(), key=lambda each: (-each[1], each[0])) == [
        ("ratings", 30),
        ("price", 20),
        ("service", 20),
        ("area", 10),
        ("capacity", 10),
        ("willingness", 10),
    ]
