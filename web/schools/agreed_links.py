"""Links between schools that are confirmed together: those on which the register and the list of links agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

import sqlalchemy as sa

from domain.aggregate import Refusal
from domain.school import Status
from domain.service import AlreadyDone, NotFound, Stale
from domain.vocabulary import Channel
from projections import schools as view
from projections.schools import KnownSchool
from providers.intake.links import NotThatSchool, confirm_succession
from web.runtime.services import Services

PLAIN = ("Successor", "Predecessor")
"""The types of link by which one school goes on as another, and neither is parted nor joined to a third."""

OPEN = (Status.OPEN, Status.PROPOSED_TO_CLOSE)


@dataclass(frozen=True)
class Link:
    """A school, by the URN it has, and the later URN that the register links it to."""

    urn: int
    later_urn: int
    name: str = ""
    later_name: str = ""
    hint: str = ""


@dataclass(frozen=True)
class LinkOutcome:
    """What became of one link; `refusal` is empty where it was confirmed."""

    link: Link
    refusal: str = ""


@dataclass(frozen=True)
class Confirmer:
    """Who confirms links, and by which command: each link by one of its own that follows from it."""

    person: UUID | None
    post: str
    channel: Channel
    command: UUID
    correlation: str = ""


def agreed_links(connection: sa.Connection) -> list[Link]:
    """The links by which a school that the register says is closed goes on as one that it says is open, and that no
    other link contradicts: of the earlier school there is no other, nor to the later one, nor back."""
    waiting = view.proposed_successions(connection)
    earlier = view.by_ids(connection, [each.school for each in waiting])
    later = view.known_register(connection, [each.urn for each in waiting])
    from_one = Counter(each.school for each in waiting)
    to_one = Counter(later[each.urn].id for each in waiting if each.urn in later)
    ends = {(each.school, later[each.urn].id) for each in waiting if each.urn in later}
    return [
        _link(earlier[each.school], each.urn, later[each.urn])
        for each in waiting
        if each.urn in later
        and each.kind in PLAIN
        and from_one[each.school] == to_one[later[each.urn].id] == 1
        and (later[each.urn].id, each.school) not in ends
        and earlier[each.school].status == Status.CLOSED
        and later[each.urn].status in OPEN
    ]


def _link(earlier: KnownSchool, urn: int, later: KnownSchool) -> Link:
    hint = f"{earlier.urn}, closed, goes on as {later.name}, {urn}. {later.address}"
    return Link(earlier.urn, urn, earlier.name, later.name, hint)


def confirm_links(
    services: Services, links: Iterable[Link], reason: str, confirmer: Confirmer
) -> Sequence[LinkOutcome]:
    """Confirm that each school goes on under the later URN, each in a transaction of its own; sent again, each is
    confirmed once."""
    return [_confirmed(services, link, reason, confirmer) for link in links]


def _confirmed(services: Services, link: Link, reason: str, confirmer: Confirmer) -> LinkOutcome:
    command = uuid5(confirmer.command, f"{link.urn}/{link.later_urn}")
    with services.read_present() as connection:
        found = view.known_register(connection, [link.urn, link.later_urn])
    try:
        if link.urn not in found or link.later_urn not in found:
            raise NotThatSchool("No school in the register has this URN")
        with services.acting(
            confirmer.person, confirmer.post, confirmer.channel, command=command, correlation=confirmer.correlation
        ):
            confirm_succession(
                services.service,
                found[link.urn].id,
                link.later_urn,
                later=found[link.later_urn].id,
                reason=reason,
            )
    except AlreadyDone:
        return LinkOutcome(link)
    except (Refusal, NotFound) as refusal:
        return LinkOutcome(link, str(refusal))
    except Stale:
        return LinkOutcome(link, "Someone else has changed this school. Check it and try again")
    return LinkOutcome(link)
