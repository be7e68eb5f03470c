"""Addresses that were kept from before a question had its present name are answered as before."""

from __future__ import annotations

import pytest

from tests.web.conftest import SharedAuthority
from web.runtime.requests import NAMES, WORDS

PAGES = {"files/add", "notes/write", "audit.csv", "providers/vetting", "visits/coverage", "visits/coverage.csv"}
"""Of which there is no list in the API."""

VALUES = {
    "dated": "recorded",
    "part": "acted",
    "kind": "school",
    "reason": "given",
    "year": "2026",
    "on": "V-2026-0001",
    "text": "music",
    "standing": "missing",
    "from": "2026-09-01",
    "to": "2026-12-31",
}

OLD = [(path, old, new) for path, names in NAMES.items() for old, new in names.items()]


@pytest.mark.parametrize(("path", "old", "new"), OLD)
def test_an_old_name_asks_what_the_new_one_asks(shared: SharedAuthority, path: str, old: str, new: str) -> None:
    director = shared.browser(shared.authority.director)
    told = []
    for name in (old, new):
        answer = director.get(f"/{path}", query_string={name: VALUES[old]})
        told.append((answer.status_code, path.endswith(".csv") and answer.text))
    assert told[0] == told[1]
    if path not in PAGES:
        api = shared.program(shared.authority.director)
        assert (
            api.get(f"/{path}?{old}={VALUES[old]}").json["items"]
            == api.get(f"/{path}?{new}={VALUES[old]}").json["items"]
        )
        assert api.client.get(f"/api/v1/{path}?{old}=1&{new}=1&x=1", headers=api.headers).status_code == 422


@pytest.mark.parametrize(("path", "name"), WORDS)
def test_an_old_word_asks_what_the_new_one_asks(shared: SharedAuthority, path: str, name: str) -> None:
    api = shared.program(shared.authority.director)
    for old, new in WORDS[path, name].items():
        rows = api.get(f"/{path}?limit=200").json["items"]
        found = [
            api.client.get(f"/api/v1/{path}", query_string={name: word}, headers=api.headers).json["items"]
            for word in (old, new)
        ]
        assert found[0] == found[1] == [row for row in rows if row[name] == new]
