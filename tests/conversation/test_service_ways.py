# SPDX-License-Identifier: Apache-2.0
"""What is set for one application holds on every way to a ticket, and in every
answer: also behind the click of "warn", for tickets that are posted, by REST,
for proxy tickets, and in SAML and JSON."""
import itertools
import json
import re

import pytest

import saml
from browser import Browser
from conftest import APPLICATION, PEOPLE
from proxying import (NAME, SETTINGS, Proxying, get, proxy_ticket, register,
                      validate)

NOT_FOR = ["--for-type", "nobody"]
REST = "\n[rest]\nendpoints = on\n"
paths = itertools.count(1)


@pytest.fixture(scope="module")
def place(private_installation):
    """REST answers, and applications on this machine may be called."""
    place = private_installation
    with open(place.config, "a", encoding="utf-8") as config:
        config.write(SETTINGS.format(folder=place.folder) + REST)
    place.restart()
    return place


@pytest.fixture
def target(place):
    """An application of this test, with REST: its number and address."""
    url = f"https://ways.example/{next(paths)}"
    number = register(place, url)
    place.portillon("service", "set", number, "--rest", "yes")
    yield Target(place, number, url)
    place.clock.shift(0)
    place.sql("delete from sso.service where name = %s", NAME)


class Target:
    def __init__(self, place, number, url):
        self.place, self.number, self.url = place, number, url

    def set(self, *options):
        self.place.portillon("service", "set", self.number, *options)

    def refusals(self):
        ((count,),) = self.place.sql(
            "select count(*) from sso.audit where kind = 'service refused'"
            " and service_id = %s", self.number)
        return count


@pytest.fixture
def people(place):
    opened = []

    def one(**boxes):
        opened.append(Browser(place))
        page = opened[-1].login_page(service=APPLICATION)
        answer = opened[-1].submit(page, "alice", PEOPLE["alice"], **boxes)
        assert answer.ticket, (answer.status, answer.text)
        return opened[-1]

    yield one
    for browser in opened:
        browser.close()


@pytest.fixture
def app(place):
    """An application that may act for people."""
    one = Proxying(place)
    yield one
    one.close()


def turned_away(answer):
    assert answer.status == 403 and answer.ticket is None
    assert "cannot use this application" in answer.text
    assert answer.form is None
    assert answer.header("Ticket") is None and answer.header("Service") is None


# Browsers


@pytest.mark.parametrize("method", ["POST", "HEADER"])
def test_A16_A17_no_other_way_for_the_ticket_of_who_is_refused(
        target, people, method):
    target.set(*NOT_FOR)
    alice = people()
    turned_away(alice.login_page(service=target.url, method=method))
    page = alice.login_page(service=target.url, method=method, renew="true")
    turned_away(alice.submit(page, "alice", PEOPLE["alice"]))
    assert target.refusals() == 2


def test_B09_who_is_refused_is_not_asked_and_the_click_is_weighed(
        target, people):
    wary = people(warn="true")
    page = wary.login_page(service=target.url)
    assert page.status == 200 and "You are about to enter" in page.text
    target.set(*NOT_FOR)
    turned_away(wary.post("/cas/enter", page.form.fields))
    turned_away(wary.login_page(service=target.url))
    assert target.refusals() == 2


def test_B09_a_click_is_no_password(target, people):
    """Where the application wants it for every ticket."""
    wary = people(warn="true")
    page = wary.login_page(service=target.url)
    target.set("--fresh", "yes")
    answer = wary.post("/cas/enter", page.form.fields)
    assert answer.ticket is None
    assert answer.form.types["password"] == "password"


@pytest.mark.parametrize("method", ["GET", "POST", "HEADER"])
def test_A10_a_gateway_goes_back_where_somebody_is_refused(
        target, people, method):
    target.set(*NOT_FOR)
    answer = people().login_page(service=target.url, gateway="true",
                                 method=method)
    assert (answer.status, answer.location) == (302, target.url)
    assert target.refusals() == 0, "nobody asked for it"


# Programs


def handle_of(person):
    answer = person.post("/cas/v1/tickets", {
        "username": "alice", "password": PEOPLE["alice"]},
        headers={"Accept": "text/plain"})
    assert answer.status == 201, (answer.status, answer.text)
    return answer.text


def rest_ticket(person, handle, target):
    return person.post(f"/cas/v1/tickets/{handle}", {"service": target.url})


def who(person, target):
    return person.post("/cas/v1/users", {
        "username": "alice", "password": PEOPLE["alice"],
        "service": target.url})


def reason(answer):
    """Of a refusal that tells nothing else."""
    assert answer.status == 403
    assert "ST-" not in answer.text and "alice" not in answer.text
    (name,) = json.loads(answer.text)["authentication_exceptions"]
    return name


def test_J05_no_ticket_for_who_is_refused(place, target):
    program = Browser(place)
    handle = handle_of(program)
    assert rest_ticket(program, handle, target).status == 200
    target.set(*NOT_FOR)
    answer = rest_ticket(program, handle, target)
    assert reason(answer) == "UnauthorizedServiceForPrincipalException"
    assert target.refusals() == 1
    target.set("--for-type", "teacher")
    assert rest_ticket(program, handle, target).status == 200
    program.close()


def test_J05_a_session_is_no_password(place, target):
    """Where the application wants it for every ticket."""
    target.set("--fresh", "yes")
    program = Browser(place)
    answer = rest_ticket(program, handle_of(program), target)
    assert answer.status == 403 and "for every ticket" in answer.text
    program.close()


def test_J09_nothing_is_told_of_who_is_refused(place, target):
    """And a password that was right is no failure."""
    target.set(*NOT_FOR)
    program = Browser(place)
    for _ in range(8):
        assert reason(who(program, target)) == \
            "UnauthorizedServiceForPrincipalException"
    assert target.refusals() == 8
    target.set("--for-type", "teacher")
    assert who(program, target).status == 200
    program.close()


def test_J09_an_application_hears_its_own_names(place, target):
    target.set("--user-name", "attribute:mail", "--rename", "mail=email")
    place.sql("update sso.service set released = '[\"mail\"]' where id = %s",
              target.number)
    program = Browser(place)
    said = json.loads(who(program, target).text)["authentication"]["principal"]
    assert said == {"id": "alice@example.org",
                    "attributes": {"email": ["alice@example.org"]}}
    ticket = rest_ticket(program, handle_of(program), target).text
    assert validate(place, ticket, target.url).user == "alice@example.org"
    program.close()


# Applications that act for people


def test_G14_no_proxy_ticket_for_who_is_refused(place, target, people, app):
    granting = app.granted(people())
    assert proxy_ticket(place, granting, target.url)[0]
    target.set(*NOT_FOR)
    ticket, code, description = proxy_ticket(place, granting, target.url)
    assert (ticket, code) == (None, "UNAUTHORIZED_SERVICE")
    assert "not open to this person" in description
    assert target.refusals() == 1
    target.set("--for-type", "teacher")
    assert proxy_ticket(place, granting, target.url)[0]


def test_G14_a_proxy_ticket_is_never_from_a_new_sign_in(
        place, target, people, app):
    granting = app.granted(people())
    early = proxy_ticket(place, granting, target.url)[0]
    target.set("--fresh", "yes")
    ticket, code, description = proxy_ticket(place, granting, target.url)
    assert (ticket, code) == (None, "UNAUTHORIZED_SERVICE")
    assert "new sign-in" in description
    verdict = validate(place, early, target.url, "proxyValidate")
    assert verdict.code == "INVALID_TICKET"
    assert "new sign-in" in verdict.description


def test_F08_a_proxy_ticket_may_live_shorter(place, target, people, app):
    target.set("--ticket-life", "10")
    granting = app.granted(people())
    tickets = [proxy_ticket(place, granting, target.url)[0] for _ in "ab"]
    place.clock.shift(8)
    assert validate(place, tickets[0], target.url, "proxyValidate").ok
    place.clock.shift(13)
    verdict = validate(place, tickets[1], target.url, "proxyValidate")
    assert verdict.code == "INVALID_TICKET"
    assert "expired" in verdict.description


def test_G15_an_application_out_of_date_acts_for_nobody(
        place, target, people, app):
    granting = app.granted(people())
    place.portillon("service", "set", app.id, "--valid-until", "2020-01-01")
    ticket, code, _ = proxy_ticket(place, granting, target.url)
    assert (ticket, code) == (None, "UNAUTHORIZED_SERVICE")


def test_a_callback_below_an_expression(place, people, app):
    """Where the pattern of the application is one, and it has no other."""
    port = app.url("/").rsplit(":", 1)[1].rstrip("/")
    place.sql("update sso.service set pattern = %s where id = %s",
              rf"^https://127\.0\.0\.1:{port}/(cb|pgt).*", app.id)
    browser = people()
    assert proxy_ticket(place, app.granted(browser), APPLICATION)[0]
    verdict = app.validate(browser.ticket_for(app.url("/cb")),
                           pgtUrl=app.url("/elsewhere"))
    assert verdict.code == "INVALID_PROXY_CALLBACK"


# The log


@pytest.mark.parametrize("kind", ["REST", "proxy"])
def test_a_ticket_for_another_address_is_explained(
        place, target, people, app, kind):
    """Whoever asked for it."""
    program = Browser(place)
    if kind == "REST":
        ticket = rest_ticket(program, handle_of(program), target).text
    else:
        ticket = proxy_ticket(place, app.granted(people()), target.url)[0]
    program.close()
    mark = place.log_size()
    verdict = validate(place, ticket, target.url + "/x", "proxyValidate")
    assert verdict.code == "INVALID_SERVICE"
    (line,) = [line for line in place.log(mark).splitlines()
               if "was issued for another service" in line]
    shown = place.portillon(
        "service", "explain", re.search(r' request="([^"]+)"', line)[1],
        "--log", place.log_file).stdout
    assert '"" was issued, "/x" came' in shown, shown


# Answers


@pytest.fixture
def named(place, target):
    """It has opaque names, and another one for an attribute."""
    target.set("--user-name", "opaque", "--rename", "mail=email")
    place.sql("update sso.service set released = '[\"*\"]' where id = %s",
              target.number)
    return target


def test_every_answer_has_the_names_of_the_application(
        place, named, people, app):
    """XML, JSON, SAML, and the answer to a proxy ticket."""
    alice = people()
    found = validate(place, alice.ticket_for(named.url), named.url,
                     "p3/serviceValidate")
    name = found.user
    assert len(name) == 27 and "alice" not in name
    assert found.values("email") == ["alice@example.org"]
    assert found.values("mail") == []
    said = json.loads(get(
        place, "p3/serviceValidate", ticket=alice.ticket_for(named.url),
        service=named.url, format="JSON").text)
    success = said["serviceResponse"]["authenticationSuccess"]
    assert success["user"] == name
    assert success["attributes"]["email"] == ["alice@example.org"]
    assert "mail" not in success["attributes"]
    ticket = proxy_ticket(place, app.granted(alice), named.url)[0]
    found = validate(place, ticket, named.url, "p3/proxyValidate")
    assert (found.user, found.values("email")) == (
        name, ["alice@example.org"])


def test_SAML_has_the_names_of_the_application(place, named, people):
    alice, application = people(), Browser(place)
    name = validate(place, alice.ticket_for(named.url), named.url).user
    found = saml.read_assertion(saml.post(
        application, saml.envelope(alice.ticket_for(named.url)),
        TARGET=named.url))
    application.close()
    assert found.user == name
    assert found.attributes["email"] == ["alice@example.org"]
    assert "mail" not in found.attributes


def test_single_logout_tells_no_login_to_who_does_not_know_it(
        place, named, people, app):
    """Nor through a proxy ticket; who knows it is told."""
    alice = people()
    ticket = proxy_ticket(place, app.granted(alice), named.url)[0]
    assert validate(place, ticket, named.url, "proxyValidate").ok
    assert alice.get("/cas/logout").status == 200
    payloads = {str(number): bytes(payload) for number, payload in place.sql(
        "select service_id, payload from sso.outbox where service_id in"
        " (%s, %s)", named.number, app.id) if payload is not None}
    assert payloads[named.number].endswith(b"\0@NOT_USED@")
    assert b"alice" not in payloads[named.number]
