"""Each request is answered by the authority it is for, and by nobody where it is for none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.test import Client, TestResponse

from domain.vocabulary import Role
from tests.databases import Databases, with_views
from tests.web.authorities.conftest import SETTINGS, SHARED, Deployment, Neighbour, Place, deployed, places_of
from tests.web.conftest import HIDDEN
from web.accounts.sessions import COOKIE
from web.authorities import directory_cache as known_module
from web.authorities import places
from web.authorities.choose_authority import AT_HOST, CLOSED, make_choose_authority
from web.authorities.directory import Directory, address_hash
from web.authorities.directory_cache import DirectoryCache
from web.authorities.open_services import ServicesPool, settings_of
from web.authorities.router import CLOSED_SECONDS, MOVING_SECONDS, Router, host_of

SEE_OTHER = 303


@pytest.fixture(scope="module")
def deployment(databases: Databases) -> Iterator[Deployment]:
    with databases.like() as url, deployed(places_of(url)) as made:
        yield made


@pytest.fixture
def alderley(deployment: Deployment) -> Neighbour:
    return deployment.neighbours[0]


@pytest.fixture
def birchdale(deployment: Deployment) -> Neighbour:
    return deployment.neighbours[1]


@pytest.fixture
def client(deployment: Deployment) -> Client:
    """A browser that nobody has signed in."""
    return deployment.client()


def at(host: str) -> str:
    return f"http://{host}"


def looked_again(deployment: Deployment) -> None:
    """What was changed in the directory is known."""
    deployment.router.known = DirectoryCache(deployment.router.directory)


def chosen(client: Client, answers: dict[str, str], *, onward: str = "/") -> TestResponse:
    """Say on the page of a shared host who one is, or which authority is one's own."""
    return client.post("/which-authority", data={"next": onward, **answers}, base_url=at(SHARED))


# By host


@pytest.mark.parametrize("host", ["alderley.example", "ALDERLEY.example", "alderley.example.:8443"])
def test_an_authority_is_found_by_its_host(client: Client, host: str) -> None:
    page = client.get("/sign-in", headers={"Host": host})
    assert page.status_code == 200
    assert "Wexmoor Council" in page.text


@pytest.mark.parametrize(
    ("named", "host"),
    [("a.example", "a.example"), ("A.example.:80", "a.example"), ("[::1]:8000", "[::1]"), ("", "fallback")],
)
def test_the_host_is_read_without_its_port(named: str, host: str) -> None:
    assert host_of({"HTTP_HOST": named, "SERVER_NAME": "fallback"}) == host


@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.1", "x.alderley.example"])
@pytest.mark.parametrize("path", ["/", "/sign-in", "/api/v1/concerns", "/which-authority", "/at/alderley/"])
def test_an_unknown_host_is_told_nothing(client: Client, host: str, path: str) -> None:
    for method in ("GET", "POST"):
        answer = client.open(path, method=method, base_url=at(host))
        assert answer.status_code == 404
        assert not re.search("alderley|birchdale|wexmoor", answer.text, re.I)


def test_at_any_host_the_health_of_the_process_can_be_asked(client: Client) -> None:
    for path in ("/healthz", "/readyz"):
        for host in ("127.0.0.1", SHARED):
            assert client.get(path, base_url=at(host)).text == "ok\n"
    assert client.get("/readyz", base_url=at("alderley.example")).json["status"] == "ready"  # type: ignore[index]


def test_styles_and_scripts_need_no_authority(client: Client) -> None:
    with client.get("/static/service.css", base_url=at(SHARED)) as sheet:
        assert sheet.status_code == 200


def test_requests_at_the_same_moment_are_each_answered_by_their_own(
    deployment: Deployment, alderley: Neighbour, birchdale: Neighbour
) -> None:
    def ask(number: int) -> bool:
        ours, theirs = (alderley, birchdale) if number % 2 else (birchdale, alderley)
        page = deployment.browser(ours).get("/schools/", base_url=at(ours.host))
        return ours.mark in page.text and theirs.mark not in page.text

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(ask, range(40)))


# On a shared host


def test_a_browser_is_asked_for_the_address_with_which_its_person_signs_in(client: Client) -> None:
    page = client.get("/concerns/?status=open", base_url=at(SHARED), follow_redirects=True)
    assert page.status_code == 200
    assert "What is your email address?" in page.text
    assert dict(HIDDEN.findall(page.text))["next"] == "/concerns/?status=open"
    assert "Alderley" not in page.text


def test_the_domain_of_the_address_leads_to_the_authority(client: Client, birchdale: Neighbour) -> None:
    answer = chosen(client, {"address": "somebody@Birchdale.uk"}, onward="/concerns/")
    assert (answer.status_code, answer.headers["Location"]) == (SEE_OTHER, "/concerns/")
    cookie = client.get_cookie("sis_authority", domain=SHARED)
    assert cookie
    assert cookie.http_only
    assert "somebody" not in cookie.value
    client.set_cookie(COOKIE, birchdale.cookie(birchdale.authority.director), domain=SHARED)
    assert birchdale.mark in client.get("/schools/", base_url=at(SHARED)).text


def test_an_address_that_is_known_leads_there_whatever_its_domain(
    deployment: Deployment, client: Client, birchdale: Neighbour
) -> None:
    hashed = address_hash(SETTINGS.secret_key, "head@school.example")
    deployment.router.directory.know_address(birchdale.name, hashed)
    page = client.post(
        "/which-authority", data={"address": "Head@school.example"}, base_url=at(SHARED), follow_redirects=True
    )
    assert 'value="Head@school.example"' in page.text
    assert "You are signing in to Birchdale" in page.text
    assert "Choose another authority" in page.text


def test_an_account_opened_on_a_page_is_known_in_the_directory(
    deployment: Deployment, alderley: Neighbour, client: Client
) -> None:
    administrator = alderley.authority.people[Role.ADMINISTRATOR]
    browser = deployment.browser(alderley, administrator)
    opened = browser.post(
        "/accounts/new",
        data={
            "person": alderley.authority.sample.reference(alderley.authority.ours.head),
            "sign_in_name": "new@school.example",
        },
        base_url=at(alderley.host),
    )
    assert opened.status_code == SEE_OTHER
    assert chosen(client, {"address": "new@school.example"}).headers["Location"] == "/sign-in"


def test_an_address_that_is_not_known_is_asked_for_its_authority(client: Client, alderley: Neighbour) -> None:
    page = chosen(client, {"address": "nobody@elsewhere.example"})
    assert page.status_code == 200
    assert "Which authority is yours?" in page.text
    assert "We could not find your authority from your email address" in page.text
    assert chosen(client, {"authority": ""}).status_code == 422
    assert chosen(client, {"authority": "elsewhere"}).status_code == 422
    assert chosen(client, {"authority": alderley.name}).headers["Location"] == "/sign-in"


def test_an_address_that_two_authorities_know_is_asked_as_an_unknown_one_is(
    deployment: Deployment, client: Client
) -> None:
    hashed = address_hash(SETTINGS.secret_key, "both@school.example")
    for one in deployment.neighbours:
        deployment.router.directory.know_address(one.name, hashed)
    two, none = (chosen(client, {"address": f"{who}@school.example"}).text for who in ("both", "no"))
    without_nonce = [re.sub('nonce="[^"]*"', "", page) for page in (two, none)]
    assert without_nonce[0] == without_nonce[1]


def test_a_mistyped_address_is_said(client: Client) -> None:
    page = chosen(client, {"address": "nobody"})
    assert page.status_code == 422
    assert "There is a problem" in page.text


def test_the_cookies_of_a_shared_host_are_told_there_alone(client: Client, alderley: Neighbour) -> None:
    chosen(client, {"authority": alderley.name})
    assert "sis_authority" in client.get("/cookies", base_url=at(SHARED)).text
    assert "sis_authority" not in client.get("/cookies", base_url=at(alderley.host)).text


@pytest.fixture(params=["told by the scheme", "told by the setting"])
def by_https(request: pytest.FixtureRequest, deployment: Deployment) -> Iterator[tuple[Client, str]]:
    """A browser that comes by HTTPS, and the address of the shared host as it reaches the service."""
    if request.param == "told by the scheme":
        yield deployment.client(), f"https://{SHARED}"
        return
    directory = Directory(deployment.router.directory.url)
    with closing(Router(directory, replace(SETTINGS, secure_cookies=True))) as router:
        router.app.config["WTF_CSRF_ENABLED"] = False
        yield Client(router), at(SHARED)


def test_behind_https_the_cookies_of_a_shared_host_are_protected(by_https: tuple[Client, str]) -> None:
    client, here = by_https
    sent = client.post("/which-authority", data={"address": "head@birchdale.uk", "next": "/"}, base_url=here)
    cookies = {name: rest for name, _, rest in (told.partition("=") for told in sent.headers.getlist("Set-Cookie"))}
    assert cookies.keys() == {"__Host-sis_authority", "__Secure-sis_typed"}
    for told in cookies.values():
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(told.split("; "))
        assert "Domain" not in told
    assert "Path=/;" in f"{cookies['__Host-sis_authority']};"
    assert "Path=/sign-in;" in f"{cookies['__Secure-sis_typed']};"
    page = client.get("/sign-in", base_url=here)
    assert page.status_code == 200
    assert 'value="head@birchdale.uk"' in page.text


def test_behind_https_a_choice_that_another_host_may_have_planted_chooses_nothing(
    by_https: tuple[Client, str], deployment: Deployment
) -> None:
    client, here = by_https
    chooser = deployment.client()
    chosen(chooser, {"authority": "alderley"})
    cookie = chooser.get_cookie("sis_authority", domain=SHARED)
    assert cookie is not None
    client.set_cookie("sis_authority", cookie.value, domain=SHARED)
    client.set_cookie("sis_typed", "planted@alderley.uk", domain=SHARED, path="/sign-in")
    assert client.get("/sign-in", base_url=here).status_code == SEE_OTHER
    client.set_cookie("__Host-sis_authority", cookie.value, domain=SHARED, secure=True)
    page = client.get("/sign-in", base_url=here)
    assert page.status_code == 200
    assert "planted" not in page.text


@pytest.mark.parametrize("onward", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_nobody_is_led_away_from_the_host(client: Client, onward: str) -> None:
    answer = chosen(client, {"authority": "alderley"}, onward=onward)
    assert answer.headers["Location"] == "/sign-in"
    led = client.get(f"/at/alderley/{onward}", base_url=at(SHARED))
    assert re.match(r"/(?![/\\])", led.headers["Location"])


def test_another_authority_can_be_chosen(client: Client) -> None:
    chosen(client, {"authority": "alderley"})
    assert client.get("/sign-in", base_url=at(SHARED)).status_code == 200
    assert "What is your email address?" in client.get("/which-authority", base_url=at(SHARED)).text
    assert "Which authority is yours?" in client.get("/which-authority?list=yes", base_url=at(SHARED)).text


@pytest.mark.parametrize("value", ["alderley", "eyJhdXRob3JpdHkiOiJhbGRlcmxleSJ9.x.y", ""])
def test_a_cookie_that_was_not_signed_here_chooses_nothing(client: Client, value: str) -> None:
    client.set_cookie("sis_authority", value, domain=SHARED)
    assert client.get("/sign-in", base_url=at(SHARED)).status_code == SEE_OTHER


def test_a_choice_that_is_not_at_this_host_any_more_is_asked_again(deployment: Deployment, client: Client) -> None:
    chosen(client, {"authority": "alderley"})
    deployment.router.directory.change("alderley", hosts=["alderley.example"])
    try:
        looked_again(deployment)
        deployment.router.directory.add(
            "cedarvale", label="", database_url="sqlite:////nowhere/c.sqlite", hosts=[SHARED]
        )
        looked_again(deployment)
        assert client.get("/sign-in", base_url=at(SHARED)).status_code == SEE_OTHER
    finally:
        deployment.router.directory.remove("cedarvale")
        deployment.router.directory.change("alderley", hosts=["alderley.example", SHARED])
        looked_again(deployment)


def test_a_password_link_leads_to_its_own_authority(
    deployment: Deployment, client: Client, alderley: Neighbour
) -> None:
    person = alderley.authority.ours.chair
    administrator = alderley.authority.people[Role.ADMINISTRATOR]
    browser = deployment.browser(alderley, administrator, host=SHARED)
    chosen(browser, {"authority": alderley.name})
    reference = alderley.authority.sample.reference(person)
    data = {"person": reference, "sign_in_name": "chair@school.example"}
    browser.post("/accounts/new", data=data, base_url=at(SHARED))
    page = browser.post(f"/accounts/{person}/password-link", base_url=at(SHARED)).text
    found = re.search(rf"http://{SHARED}(/at/alderley/password/[\w-]+)", page)
    assert found
    opened = client.get(found[1], base_url=at(SHARED), follow_redirects=True)
    assert "Set your password" in opened.text
    at_own_host = deployment.browser(alderley, administrator)
    page = at_own_host.post(f"/accounts/{person}/password-link", base_url=at(alderley.host)).text
    assert f"http://{alderley.host}/password/" in page


def test_a_program_names_the_authority(client: Client, alderley: Neighbour) -> None:
    headers = {"Authorization": f"Bearer {alderley.token(alderley.authority.director)}"}
    path = "/api/v1/concerns"
    untold = client.get(path, base_url=at(SHARED), headers=headers)
    assert (untold.status_code, untold.content_type) == (400, "application/problem+json")
    assert "Sis-Authority" in untold.text
    wrong = client.get(path, base_url=at(SHARED), headers={**headers, "Sis-Authority": "elsewhere"})
    assert wrong.status_code == 400
    told = client.get(path, base_url=at(SHARED), headers={**headers, "Sis-Authority": alderley.name})
    assert told.status_code == 200


def test_the_header_chooses_for_no_page(client: Client) -> None:
    answer = client.get("/sign-in", base_url=at(SHARED), headers={"Sis-Authority": "alderley"})
    assert answer.status_code == SEE_OTHER


# Closed


@pytest.fixture
def closed(deployment: Deployment, alderley: Neighbour) -> Iterator[None]:
    deployment.router.directory.change(alderley.name, is_open=False)
    looked_again(deployment)
    yield
    deployment.router.directory.change(alderley.name, is_open=True)
    looked_again(deployment)


@pytest.mark.usefixtures("closed")
def test_an_authority_that_is_closed_says_so_and_the_other_goes_on(
    deployment: Deployment, alderley: Neighbour, birchdale: Neighbour
) -> None:
    browser = deployment.browser(alderley)
    for method in ("GET", "POST"):
        page = browser.open("/concerns/", method=method, base_url=at(alderley.host))
        assert (page.status_code, page.headers["Retry-After"]) == (503, str(CLOSED_SECONDS))
        assert "closed at the moment" in page.text
    told = browser.get("/api/v1/concerns", base_url=at(alderley.host))
    assert (told.status_code, told.content_type) == (503, "application/problem+json")
    assert deployment.browser(birchdale).get("/schools/", base_url=at(birchdale.host)).status_code == 200


def test_what_is_sent_to_the_lobby_by_a_program_is_answered_as_to_one(
    deployment: Deployment, alderley: Neighbour
) -> None:
    """With the token of forms asked for, as it is outside of tests."""
    choose_authority = make_choose_authority(deployment.router.directory, replace(SETTINGS, testing=False))
    authority = deployment.router.directory.named(alderley.name)
    sent = {"path": "/api/v1/concerns/raise", "method": "POST", "json": {}}
    for environment, status in (({CLOSED: 15}, 503), ({}, 400)):
        told = choose_authority.test_client().open(
            **sent, environ_overrides={AT_HOST: {authority.name: authority}, **environment}
        )
        assert (told.status_code, told.content_type) == (status, "application/problem+json")
    page = choose_authority.test_client().post(
        "/which-authority", data={"address": "a@b.uk"}, environ_overrides={AT_HOST: {authority.name: authority}}
    )
    assert page.status_code == 400
    assert "Go back" in page.text


def test_an_authority_that_is_moving_says_when_to_ask_again(deployment: Deployment, alderley: Neighbour) -> None:
    directory = deployment.router.directory
    directory.close_until(alderley.name, datetime.now(UTC) + timedelta(minutes=1))
    looked_again(deployment)
    page = deployment.browser(alderley).get("/schools/", base_url=at(alderley.host))
    assert (page.status_code, page.headers["Retry-After"]) == (503, str(MOVING_SECONDS))
    directory.close_until(alderley.name, None)
    looked_again(deployment)
    assert deployment.browser(alderley).get("/schools/", base_url=at(alderley.host)).status_code == 200


# What the process keeps


def test_the_directory_is_looked_at_again_within_its_time(deployment: Deployment, alderley: Neighbour) -> None:
    now = [0.0]
    known = DirectoryCache(deployment.router.directory, seconds=lambda: now[0])
    deployment.router.directory.change(alderley.name, label="Alderley Edge")
    assert known.at(alderley.host)[alderley.name].label == "Alderley"
    now[0] = known_module.FRESH_SECONDS
    assert known.at(alderley.host)[alderley.name].label == "Alderley Edge"
    deployment.router.directory.change(alderley.name, label="Alderley")


def test_what_was_known_counts_while_the_directory_cannot_be_read(place: Place) -> None:
    with closing(Directory(place("directory"))) as directory:
        directory.add("alderley", label="", database_url=place("a"), hosts=["a.example"])
        now = [0.0]
        known = DirectoryCache(directory, seconds=lambda: now[0])
        now[0] = 10
        with places.open_place(directory.url) as database, database.writer.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE hosts RENAME TO gone")
        assert "alderley" in known.at("a.example")


def test_only_so_many_offices_are_open_and_none_in_use_is_closed(place: Place) -> None:
    with closing(Directory(place("directory"))) as directory:
        for name in ("a", "b", "c"):
            directory.add(name, label=name, database_url=place(name), hosts=[f"{name}.example"])
            places.make(place(name))
            with_views(place(name))
        a, b, c = (directory.named(name) for name in ("a", "b", "c"))
        with closing(ServicesPool(directory, SETTINGS, most=1)) as services_pool:
            in_use = services_pool.borrow(a)
            services_pool.borrow(b)
            services_pool.give_back(b)
            assert services_pool.open_now == ["a"]
            services_pool.borrow(c)
            assert services_pool.open_now == ["a", "c"]
            services_pool.give_back(a)
            assert services_pool.open_now == ["c"]
            services_pool.give_back(c)
            assert services_pool.open_now == ["c"]
            assert services_pool.borrow(a) is not in_use


def test_an_authority_reads_from_its_own_replica_alone(place: Place) -> None:
    """The deployment's own replica, if one is named, would hold another authority's data."""
    with closing(Directory(place("directory"))) as directory:
        directory.add("a", label="", database_url=place("a"), hosts=["a.example"])
        deployments = replace(SETTINGS, replica_url="postgresql+psycopg://sis@db2/sis")
        listed = directory.named("a")
        assert settings_of(deployments, listed).replica_url == ""
        of_its_own = replace(listed, replica_url="postgresql+psycopg://sis@db3/a")
        assert settings_of(deployments, of_its_own).replica_url == "postgresql+psycopg://sis@db3/a"


def test_an_authority_whose_database_is_away_says_that_it_is_closed(
    deployment: Deployment, client: Client, postgresql_databases: Databases
) -> None:
    with postgresql_databases.like() as gone:
        pass
    directory = deployment.router.directory
    directory.add("away", label="Away", database_url=gone, hosts=["away.example"])
    looked_again(deployment)
    answer = client.get("/sign-in", base_url=at("away.example"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, str(MOVING_SECONDS))
    directory.remove("away")
    looked_again(deployment)
