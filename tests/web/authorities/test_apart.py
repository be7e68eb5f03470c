"""Of two authorities in one deployment, neither ever sees anything of the other: no page, list, export or answer."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from domain.vocabulary import Role
from projections.references import references
from tests.databases import KINDS, Databases
from tests.web.authorities.conftest import SHARED, Deployment, Neighbour, deployed, places_of
from tests.web.read_routes import ALIKE, form_of
from web.access.policy import POLICY
from web.accounts.sessions import COOKIE
from web.resources import RESOURCES

HREF = re.compile(r'(?:href|action)="(/[^"#]*)')
NOT_FOLLOWED = ("/static/", "/sign-out", "/brand.css", "/api/v1/openapi.json")


@pytest.fixture(scope="module", params=KINDS)
def deployment(request: pytest.FixtureRequest) -> Iterator[Deployment]:
    """Two SQLite files; two schemas of one PostgreSQL database."""
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    with databases.like() as url, deployed(places_of(url)) as made:
        yield made


@pytest.fixture(params=[0, 1], ids=["alderley", "birchdale"])
def ours(request: pytest.FixtureRequest, deployment: Deployment) -> Neighbour:
    """The authority at which somebody is signed in."""
    return deployment.neighbours[request.param]


@pytest.fixture
def theirs(ours: Neighbour, deployment: Deployment) -> Neighbour:
    """The other one."""
    return next(one for one in deployment.neighbours if one is not ours)


def references_of(one: Neighbour) -> set[str]:
    with one.services.read() as connection:
        return {row.reference for row in references.rows(connection)}


def signs_of(one: Neighbour) -> re.Pattern[str]:
    """Whatever could only come from one authority: its mark, its references, the numbers of its schools."""
    sample = one.authority.sample
    urns = {str(sample.urn(place.school)) for place in (one.authority.ours, one.authority.theirs)}
    signs = {one.mark, one.name, *references_of(one), *urns}
    return re.compile("|".join(rf"\b{re.escape(sign)}\b" for sign in signs), re.I)


def walked(client: Client, host: str, start: str = "/") -> dict[str, TestResponse]:
    """Whatever can be reached by links, of pages of one form as many as there are records of a kind."""
    found: dict[str, TestResponse] = {}
    alike = Counter[str]()
    waiting = deque([start, "/schools/", "/search?q=School", "/audit", "/audit.csv", "/people/", "/accounts", "/api"])
    while waiting:
        path = waiting.popleft()
        if path in found or path.startswith(NOT_FOLLOWED) or alike[form_of(path)] == ALIKE:
            continue
        alike[form_of(path)] += 1
        response = found[path] = client.get(path.replace("&amp;", "&"), base_url=f"http://{host}")
        assert response.status_code < 500, path
        waiting += HREF.findall(response.text)
    return found


def test_the_two_differ_in_every_reference(ours: Neighbour, theirs: Neighbour) -> None:
    assert len(references_of(ours)) > 20, references_of(ours)
    assert not signs_of(theirs).search(" ".join(references_of(ours)))


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.ADMINISTRATOR])
def test_no_page_that_can_be_reached_tells_of_the_other(
    deployment: Deployment, ours: Neighbour, theirs: Neighbour, role: Role
) -> None:
    browser = deployment.browser(ours, ours.authority.people[role])
    pages = walked(browser, ours.host)
    assert len([page for page in pages.values() if page.status_code == 200 and ours.mark in page.text]) > 20
    foreign = signs_of(theirs)
    assert {path: foreign.findall(page.text) for path, page in pages.items() if foreign.search(page.text)} == {}


def test_no_list_of_the_api_tells_of_the_other(deployment: Deployment, ours: Neighbour, theirs: Neighbour) -> None:
    client, headers = deployment.client(), {"Authorization": f"Bearer {ours.token(ours.authority.director)}"}
    told: dict[str, Any] = (
        client.get("/api/v1/openapi.json", base_url=f"http://{ours.host}", headers=headers).json or {}
    )
    foreign, own = signs_of(theirs), signs_of(ours)
    seen = 0
    for path, methods in told["paths"].items():
        if "get" in methods and "{" not in path:
            answer = client.get(path, base_url=f"http://{ours.host}", headers=headers)
            assert answer.status_code in {200, 403, 422}, (path, answer.text)
            assert not foreign.search(answer.text), path
            seen += bool(own.search(answer.text))
    assert seen > 10


def test_the_other_s_records_are_not_found_by_reference_search_or_api(
    deployment: Deployment, ours: Neighbour, theirs: Neighbour
) -> None:
    browser = deployment.browser(ours)
    headers = {"Authorization": f"Bearer {ours.token(ours.authority.director)}"}
    foreign = signs_of(theirs)
    asked = [*sorted(references_of(theirs)), theirs.mark, "Ashgrove High School"]
    for text in asked:
        page = browser.get("/search", query_string={"q": text}, base_url=f"http://{ours.host}", follow_redirects=True)
        assert not foreign.search(page.text.replace(text, "")), text
    with theirs.services.read() as connection:
        known = references.rows(connection)
    opened = [resource for resource, _ in RESOURCES if Role.DIRECTOR in POLICY[resource.read]]
    for resource, row in product(opened, known):
        if row.kind == resource.kind.KIND:
            for path in (f"/{resource.path}/{row.reference}", f"/api/v1/{resource.path}/{row.reference}"):
                how = {"headers": headers} if path.startswith("/api") else {}
                client = deployment.client() if how else browser
                answer = client.get(path, base_url=f"http://{ours.host}", **how)
                assert answer.status_code == 404, path
    own = next(reference for reference in references_of(ours) if reference.startswith("CC-"))
    assert browser.get(f"/concerns/{own}", base_url=f"http://{ours.host}").status_code == 200


def test_the_export_of_the_audit_trail_holds_all_of_ones_own_and_nothing_else(
    deployment: Deployment, ours: Neighbour, theirs: Neighbour
) -> None:
    reviewer = deployment.browser(ours, ours.authority.people[Role.REVIEWER])
    sheet = reviewer.get("/audit.csv", base_url=f"http://{ours.host}").text
    assert "End of sheet" in sheet
    assert all(reference in sheet for reference in references_of(ours) if reference.startswith(("CC-", "RV-")))
    assert not signs_of(theirs).search(sheet)


@pytest.mark.parametrize("host", ["their own", SHARED])
def test_a_session_of_one_is_worth_nothing_at_the_other(
    deployment: Deployment, ours: Neighbour, theirs: Neighbour, host: str
) -> None:
    cookie = ours.cookie(ours.authority.director)
    at = theirs.host if host == "their own" else SHARED
    intruder = deployment.client()
    intruder.set_cookie(COOKIE, cookie, domain=at)
    if at == SHARED:
        intruder.get(f"/at/{theirs.name}/", base_url=f"http://{SHARED}")
    answer = intruder.get("/", base_url=f"http://{at}")
    assert (answer.status_code, answer.headers["Location"][:8]) == (303, "/sign-in")
    assert intruder.get("/api/v1/concerns", base_url=f"http://{at}").status_code == 401
    at_home = deployment.client()
    at_home.set_cookie(COOKIE, cookie, domain=ours.host)
    assert at_home.get("/schools/", base_url=f"http://{ours.host}").status_code == 200


def test_a_token_of_one_is_worth_nothing_at_the_other(
    deployment: Deployment, ours: Neighbour, theirs: Neighbour
) -> None:
    client, headers = deployment.client(), {"Authorization": f"Bearer {ours.token(ours.authority.director)}"}
    path = "/api/v1/concerns"
    assert client.get(path, base_url=f"http://{ours.host}", headers=headers).status_code == 200
    assert client.get(path, base_url=f"http://{theirs.host}", headers=headers).status_code == 401
    for named, status in ((ours, 200), (theirs, 401)):
        sent = {**headers, "Sis-Authority": named.name}
        assert client.get(path, base_url=f"http://{SHARED}", headers=sent).status_code == status
    named_here = {**headers, "Sis-Authority": ours.name}
    assert client.get(path, base_url=f"http://{theirs.host}", headers=named_here).status_code == 401


def test_the_cookie_of_a_form_is_signed_for_one_authority(
    deployment: Deployment, ours: Neighbour, theirs: Neighbour
) -> None:
    """What the next page is to say is kept in it; at another authority it says nothing."""

    def signed_out() -> Client:
        client = deployment.browser(ours)
        client.post("/sign-out", base_url=f"http://{ours.host}")
        return client

    assert "You have signed out" in signed_out().get("/sign-in", base_url=f"http://{ours.host}").text
    carried = signed_out().get_cookie("session", domain=ours.host)
    assert carried
    intruder = deployment.client()
    intruder.set_cookie("session", carried.value, domain=theirs.host)
    assert "You have signed out" not in intruder.get("/sign-in", base_url=f"http://{theirs.host}").text
