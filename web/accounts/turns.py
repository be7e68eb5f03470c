"""Whose turn it is where few can be served at once: who was refused longest ago goes first, one place to a network.

Nobody is made to wait in a thread. Who is refused is told when to come back, and has a ticket meanwhile: the oldest
goes first, and nobody takes the last place while somebody with an older ticket may still come for it. So whoever
hammers gains nothing by it, from however many networks: each has its turn, and then the others have theirs.

It is the memory of one process: each worker of a deployment has turns of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from threading import Lock

COME_BACK = 2
"""Seconds after which somebody who was refused is to come back: three passwords are looked at by then."""

LATE = 1
"""Seconds for which places are held free for somebody who was told to come at a moment."""

KEPT = 30
"""Seconds for which a ticket holds for somebody who does not come: to read what a page says, and type a password."""

MOST_TICKETS = 2_000


@dataclass(slots=True)
class _Ticket:
    """`due` is when its network was told to come back, `seen` when it last came; seconds of the clock."""

    due: float
    seen: float


class Turns:
    """Lets so many in at once, in a fair order. Moments are seconds of any clock that does not go back."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._inside: set[str] = set()
        self._tickets: dict[str, _Ticket] = {}
        """The oldest first."""
        self._lock = Lock()

    def enter(self, network: str, now: float) -> bool:
        """Whether the network is let in; it then has to leave. Else it has a ticket, and is to come back."""
        with self._lock:
            self._tickets = {each: ticket for each, ticket in self._tickets.items() if now - ticket.seen < KEPT}
            if network in self._inside or self._places - len(self._inside) <= self._held_for_others(network, now):
                self._refuse(network, now)
                return False
            self._tickets.pop(network, None)
            self._inside.add(network)
            return True

    def leave(self, network: str) -> None:
        """Give the place back."""
        with self._lock:
            self._inside.remove(network)

    def _held_for_others(self, network: str, now: float) -> int:
        """How many places are held for those who came before: one for each who is due just now, and one at least
        while there is anybody, since who is late is not to find all of them taken by those who never stop asking."""
        due, anybody = 0, False
        for other, ticket in self._tickets.items():
            if other == network or due >= self._places:
                break
            if other not in self._inside:
                anybody = True
                due += ticket.due <= now < ticket.due + LATE
        return max(due, int(anybody))

    def _refuse(self, network: str, now: float) -> None:
        ticket = self._tickets.get(network)
        if ticket is None:
            if len(self._tickets) >= MOST_TICKETS:
                del self._tickets[min(self._tickets, key=lambda each: self._tickets[each].seen)]
            self._tickets[network] = _Ticket(now + COME_BACK, now)
            return
        ticket.seen = now
        if now >= ticket.due:
            ticket.due = now + COME_BACK


def network_of(address: str) -> str:
    """The network that counts as one: 256 addresses of IPv4, 64 bits of IPv6 (one connection has all of them)."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if found.version == 6 and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ip_network((found, 24 if found.version == 4 else 64), strict=False))
