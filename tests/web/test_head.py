"""HEAD is answered as GET, without the body (RFC 9110, 9.3.2): what watches a service often asks so."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from domain.vocabulary import Role
from tests.web.conftest import SharedAuthority
from tests.web.test_nobody import references
from web.open_routes import OPEN_ROUTES

EACH_TIME = {"x-request-id", "content-security-policy", "set-cookie", "date", "content-length"}
"""Headers that differ from one answer to the next, for the same question too."""


def told(answer: TestResponse) -> tuple[int, list[tuple[str, str]]]:
    headers = sorted((name.lower(), value) for name, value in answer.headers.items())
    return answer.status_code, [(name, value) for name, value in headers if name not in EACH_TIME]


@pytest.mark.parametrize("role", [None, Role.DIRECTOR, Role.HEADTEACHER])
def test_head_tells_what_get_tells(shared: SharedAuthority, role: Role | None) -> None:
    person: UUID | None = None if role is None else shared.authority.people[role]
    client: FlaskClient = shared.app.test_client() if person is None else shared.browser(person)
    differ = []
    for rule in shared.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or (role and rule.endpoint in OPEN_ROUTES):
            continue
        for address in references(rule, shared)[:2]:
            got, heads = client.get(address), client.head(address)
            assert not heads.data, address
            if told(heads) != told(got):
                differ.append(f"{address}: {told(got)} but {told(heads)}")
            got.close()
    assert not differ, "\n".join(differ)
