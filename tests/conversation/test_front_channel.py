# SPDX-License-Identifier: Apache-2.0
"""Front channel (row D20): the page of sign-out has the browser tell those
applications that want it so, and the server calls whom no page tells."""
import base64
import html.parser
import itertools
import os
import re
import signal
import urllib.parse
import xml.etree.ElementTree as tree
import zlib
from dataclasses import dataclass

import pytest

from called import (ASSERTION, PROTOCOL, apps, at_rest, index,  # noqa: F401
                    later, log_out, person, place, redeem, redeem_all,
                    register, rows, settled, tidy, told)
from conftest import APPLICATION, PEOPLE

EXPANSION_MOST = 10  # times; the Java client takes no more
LATE = 10 * 60  # seconds for a page that did not arrive
LEFT_MOST = 20
numbers = itertools.count(1)


class Page(html.parser.HTMLParser):
    """What a browser without scripts does with the page."""

    def __init__(self, answer):
        super().__init__()
        self.images, self.links, self.tags = [], {}, []
        self.inside = None
        self.feed(answer.text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        fields = dict(attrs)
        if tag == "img" and not fields["src"].startswith(("/", "data:")):
            assert fields["alt"] == ""
            assert fields["referrerpolicy"] == "no-referrer"
            self.images.append(fields["src"])
        if tag == "a" and fields.get("target") == "_blank":
            assert fields["rel"] == "noreferrer"
            self.links[fields["href"]] = ""
            self.inside = fields["href"]

    def handle_endtag(self, tag):
        if tag == "a":
            self.inside = None

    def handle_data(self, data):
        if self.inside:
            self.links[self.inside] += data


def message_in(url):
    """The XML that an application finds in the address, as the Java client
    reads it."""
    query = urllib.parse.urlsplit(url).query
    (text,) = urllib.parse.parse_qs(query, strict_parsing=True)[
        "logoutRequest"]
    packed = base64.b64decode(text, validate=True)
    xml = zlib.decompress(packed)
    assert len(xml) <= EXPANSION_MOST * len(packed)
    return tree.fromstring(xml)


def ticket_in(url):
    return message_in(url).find(PROTOCOL + "SessionIndex").text


def names_in(page):
    """Of the list that people see."""
    return [re.fullmatch(r"Sign out there \((.*), opens a new window\)",
                         text)[1] for text in page.links.values()]


@dataclass
class Front:
    """An application that a browser tells; nothing listens there."""
    id: str
    origin: str

    def url(self, path="/cb"):
        return self.origin + path


@pytest.fixture
def front(place):
    """Registers as many such applications as are asked for, with names of
    hosts that nobody had before: gates know services for a second longer."""
    made = []

    def make(count=1, name="Listener", port=""):
        origins = [f"https://front{next(numbers)}.example{port}"
                   for _ in range(count)]
        ids = register(place, *(f"{origin}/*" for origin in origins))
        place.sql("update sso.service set name = %s, logout_type = 'front'"
                  " where id = any (%s::bigint[])", name, ids)
        made.extend(ids)
        return [Front(*pair) for pair in zip(ids, origins)]

    yield make
    place.sql("delete from sso.service where id = any (%s::bigint[])", made)


def by_browser(place):
    """What is noted: (whether the browser tells, whether a courier would)."""
    return place.sql("select by_browser, payload is not null from sso.outbox")


def test_D20_the_browser_is_asked_to_tell(place, apps, front, person):
    other, alice = apps(), person()
    (app,) = front(name="Front & <Co>")
    assert "is told by the browser where it redeemed" in place.portillon(
        "service", "show", app.id).stdout
    ticket = redeem(alice, app.url("/cb?a=1&b=%22#part"))
    redeem(alice, other.url())
    page = Page(log_out(alice))
    (image,) = page.images
    assert image.startswith(app.url("/cb?a=1&b=%22&logoutRequest="))
    assert image.endswith("#part")
    message = message_in(image)
    assert message.tag == PROTOCOL + "LogoutRequest"
    assert re.fullmatch(r"LR-[0-9a-f]{16}", message.get("ID"))
    name, session = list(message)
    assert (name.tag, name.text) == (ASSERTION + "NameID", "@NOT_USED@")
    assert session.text == ticket
    assert names_in(page) == ["Front & <Co>"] and list(page.links) == [image]
    assert not {"script", "iframe", "form"} & set(page.tags)
    told(other)  # as ever
    at_rest(place)
    assert sorted(by_browser(place)) == [(False, False), (True, False)]


def test_D20_what_the_answer_allows(front, person):
    """Just these origins, for images; no cache keeps it, and no application
    learns where it comes from."""
    alice = person()
    (one,), (two,) = front(), front(port=":8443")
    redeem_all(alice, [one.url("/a"), one.url("/b"), two.url("/")])
    answer = log_out(alice)
    policy = dict(part.split(" ", 1) for part in answer.header(
        "Content-Security-Policy").split("; "))
    assert set(policy.pop("img-src").split()) == {
        "'self'", "data:", one.origin, two.origin}
    assert policy == {"default-src": "'none'", "style-src": "'self'",
                      "base-uri": "'none'", "frame-ancestors": "'none'",
                      "form-action": "'self'"}
    assert answer.header("Cache-Control") == "no-store"
    assert answer.header("Referrer-Policy") == "same-origin"


def test_D20_every_session_of_an_application(front, person):
    """Each of its tickets is told; people see its name once, with the newest,
    which is of the session that the browser has."""
    alice = person()
    (app,) = front()
    tickets = redeem_all(alice, [app.url()] * 3)
    page = Page(log_out(alice))
    assert [ticket_in(image) for image in page.images] == tickets[::-1]
    assert [ticket_in(link) for link in page.links] == tickets[-1:]


def test_D20_a_registered_service_is_a_link_then(front, person):
    """A redirection would leave no page that tells anybody."""
    alice = person()
    (app,) = front()
    redeem(alice, app.url())
    answer = alice.get("/cas/logout", {"service": APPLICATION + "?bye=1"})
    assert answer.status == 200 and len(Page(answer).images) == 1
    assert f'class="button" href="{APPLICATION}?bye=1"' in answer.text
    again = alice.get("/cas/logout", {"service": APPLICATION + "?bye=1"})
    assert again.location == APPLICATION + "?bye=1"
    redeem(bob := person("bob"), app.url())
    answer = bob.get("/cas/logout", {"service": "https://evil.example/"})
    assert len(Page(answer).images) == 1 and \
        '"https://evil' not in answer.text


def test_D20_by_the_address_that_is_registered(place, front, person):
    (app,) = front()
    place.portillon("service", "set", app.id, "--logout", "front",
                    "--logout-url", "https://slo.example/out?x=y")
    alice = person()
    ticket = redeem(alice, app.url())
    answer = log_out(alice)
    (image,) = Page(answer).images
    assert image.startswith("https://slo.example/out?x=y&logoutRequest=")
    assert ticket_in(image) == ticket
    assert "https://slo.example" in answer.header("Content-Security-Policy")
    (host,) = [line for line in place.portillon(
        "logout", "list").stdout.splitlines() if "slo.example" in line]
    assert host.split() == ["slo.example", "Listener", "0", "0", "0", "1"]


def end_others(place, person, login, password):
    other = person(login, password)
    page = other.get("/cas/")
    answer = other.post("/cas/sessions/end-others", {
        "execution": page.form.fields["execution"]})
    assert answer.status == 303, answer.text


def new_password(place, person, login, password):
    place.portillon("account", "set-password", login, "--password-stdin",
                    input="another password\n")


def run_out(place, person, login, password):
    later(place, 3600 + 60)
    os.kill(place.processes()["courier"], signal.SIGKILL)  # upkeep at once


@pytest.mark.parametrize("end", [end_others, new_password, run_out])
def test_D20_without_a_page_the_server_calls(place, apps, person, new_login,
                                             end):
    app = apps()
    place.portillon("service", "set", app.id, "--logout", "front")
    login, password = new_login
    ticket = redeem(person(login, password), app.url())
    end(place, person, login, password)
    (heard,) = told(app)
    assert index(heard) == ticket
    assert tree.fromstring(heard.xml).find(
        ASSERTION + "NameID").text == "@NOT_USED@"
    settled(place, "delivered")


@pytest.fixture
def new_login(place):
    login = f"front{len(place.sql('select 1 from sso.account'))}"
    place.add_account(login, "a password for it", "--name", "Some Body")
    return login, "a password for it"


def test_D20_another_person_in_the_browser(place, apps, person):
    app, alice = apps(), person()
    place.portillon("service", "set", app.id, "--logout", "front")
    ticket = redeem(alice, app.url())
    page = alice.login_page(renew="true")
    assert alice.submit(page, "bob", PEOPLE["bob"]).status == 303
    (heard,) = told(app)
    assert index(heard) == ticket


@pytest.mark.parametrize("https", [False, True])
def test_D20_whom_no_browser_asks_is_called(place, apps, person, https):
    """A page with https loads nothing without, and its policy cannot name an
    address that is a number."""
    app, alice = apps(https=https), person()
    place.portillon("service", "set", app.id, "--logout", "front")
    redeem(alice, app.url())
    page = Page(log_out(alice))
    assert page.images == [] and page.links == {}
    told(app)
    settled(place, "delivered")


def test_D20_an_endless_address_is_called(place, front, person):
    alice = person()
    (app,) = front()
    redeem_all(alice, [app.url("/").ljust(length, "x")
                       for length in (1000, 1001)])
    assert len(Page(log_out(alice)).images) == 1
    assert sorted(one for one, _ in by_browser(place)) == [False, True]


def test_D20_twenty_at_most(place, front, person):
    """Each application once before any of them twice; the others are called."""
    alice = person()
    urls = [app.url() for app in front(LEFT_MOST + 2)]
    redeem_all(alice, urls + urls[-1:] * 3)
    page = Page(log_out(alice))
    assert len(page.images) == len(page.links) == LEFT_MOST
    assert sorted(one for one, _ in by_browser(place)) == [
        False] * 5 + [True] * LEFT_MOST


def test_D20_a_page_that_did_not_arrive(place, front, person):
    """The cookie is still there, and so the page comes again; but not for
    ever, nor for a browser that has none."""
    alice = person()
    (app,) = front()
    ticket = redeem(alice, app.url())
    old = alice.jar["__Host-TGC"]
    first = Page(log_out(alice)).images
    assert Page(log_out(alice)).images == []
    alice.jar["__Host-TGC"] = old
    (again,) = Page(log_out(alice)).images
    assert ticket_in(again) == ticket_in(first[0]) == ticket
    later(place, LATE + 60)
    alice.jar["__Host-TGC"] = old
    assert Page(log_out(alice)).images == []
    assert by_browser(place) == [(True, False)]


def test_D20_a_ticket_redeemed_while_its_session_ended(place, apps, person):
    """No page knew it, so the server calls; and not whom the page told."""
    app, alice = apps(), person()
    place.portillon("service", "set", app.id, "--logout", "front",
                    "--logout-url", "https://front.example/")
    tickets = [redeem(alice, app.url("/one")), redeem(alice, app.url("/two"))]
    assert len(Page(log_out(alice)).images) == 2
    place.sql("delete from sso.outbox where id = (select min(id)"
              " from sso.outbox)")
    place.portillon("service", "set", app.id, "--logout-url", "")
    os.kill(place.processes()["courier"], signal.SIGKILL)  # upkeep at once
    (heard,) = told(app)
    assert index(heard) in tickets
    at_rest(place)
    assert sorted(by_browser(place)) == [(False, False), (True, False)]


@pytest.mark.parametrize("language, words", [
    ("en", "Sign out there"), ("fr", "S’y déconnecter"),
    ("nl", "Daar uitloggen")])
def test_D20_in_every_language(front, person, language, words):
    alice = person()
    (app,) = front()
    redeem(alice, app.url())
    answer = alice.get("/cas/logout", {"locale": language})
    assert words in answer.text
