"""Names that questions of addresses once had: whoever kept such an address, or wrote a program by it, is answered as
before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

_PERIOD = {"from": "since", "to": "until"}
_ATTACHED = {"on": "record"}
_TRAIL = {"dated": "dated_by", "part": "took_part", "kind": "record_kind", "reason": "has_reason"}
_TERM = {"year": "academic_year"}

NAMES: Mapping[str, Mapping[str, str]] = {
    "audit": _TRAIL,
    "audit.csv": _TRAIL,
    "core-visits": _TERM,
    "files": _ATTACHED,
    "files/add": _ATTACHED,
    "notes": _ATTACHED,
    "notes/write": _ATTACHED,
    "providers": {"text": "q"},
    "providers/vetting": {"standing": "status"},
    "vetting": {"standing": "status"},
    "visits": _PERIOD,
    "visits/coverage": _TERM,
    "visits/coverage.csv": _TERM,
}
"""By the path of a page or list: what was renamed, and to what."""

WORDS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("schools", "status"): {
        "Open": "open",
        "Open, but proposed to close": "proposed_to_close",
        "Proposed to open": "proposed_to_open",
        "Closed": "closed",
    }
}
"""By path and name: the words of answers that were renamed."""


def present(path: str, query: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The questions of an address by their present names and words."""
    place = path.removeprefix("/api/v1").strip("/")
    names = NAMES.get(place, {})
    for name, value in query:
        called = names.get(name, name)
        yield called, WORDS.get((place, called), {}).get(value, value)
