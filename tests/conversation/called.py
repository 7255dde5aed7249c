# SPDX-License-Identifier: Apache-2.0
"""What tests of calls to applications share: an installation that may call this
machine, applications that listen there, people who sign in to them and out."""
import xml.etree.ElementTree as tree

import pytest

from application import Application
from browser import Browser
from conftest import PEOPLE
from installation import wait_until
from validation import read_verdict

SETTINGS = """
[outbound]
networks = 127.0.0.0/8
ca = {folder}/tls/ca.crt
[logout]
on_expiry = yes
[session]
long_term = 1209600
"""
PROTOCOL = "{urn:oasis:names:tc:SAML:2.0:protocol}"
ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"


@pytest.fixture(scope="module")
def place(private_installation):
    """An installation that may call applications on this machine."""
    place = private_installation
    with open(place.config, "a", encoding="utf-8") as config:
        config.write(SETTINGS.format(folder=place.folder))
    place.restart()
    place.away = 0
    return place


@pytest.fixture(autouse=True)
def tidy(place):
    """No session is left that could end, and no notice."""
    wait_until("nothing is being called", lambda: not place.sql(
        "select 1 from sso.outbox where claimed_by is not null"
        " and due_at > now() + %s * interval '1 second'", place.away))
    place.sql("delete from sso.session")
    place.sql("delete from sso.outbox")


def later(place, seconds):
    place.away += seconds
    place.clock.shift(place.away)


def register(place, *patterns):
    """As "portillon service add", but quicker; the numbers."""
    rows_made = place.sql(
        "insert into sso.service (tenant_id, name, pattern, created_at)"
        " select id, 'Listener', unnest(%s), now() from sso.tenant"
        " where slug = 'main' returning id", list(patterns))
    return [str(number) for (number,) in rows_made]


@pytest.fixture
def apps(place):
    """Makes registered applications, and forgets them."""
    made = []

    def make(kind=Application, https=False, **arguments):
        tls = place.folder / "tls"
        if https:
            arguments = {"certificate": tls / "localhost.crt",
                         "key": tls / "localhost.key", **arguments}
        app = kind(**arguments)
        made.append(app)
        (app.id,) = register(place, app.url("/*"))
        return app

    yield make
    for app in made:
        app.close()
    place.sql("delete from sso.service where name = 'Listener'")


@pytest.fixture
def person(place):
    """A browser in which somebody has signed in."""
    browsers = []

    def sign_in(login="alice", password=None, **boxes):
        one = Browser(place)
        browsers.append(one)
        answer = one.submit(one.login_page(), login,
                            password or PEOPLE[login], **boxes)
        assert answer.status == 303, (answer.status, answer.text)
        return one

    yield sign_in
    for one in browsers:
        one.close()


def redeem(browser, url):
    """A ticket for the application, redeemed by it."""
    (ticket,) = redeem_all(browser, [url])
    return ticket


def redeem_all(browser, urls):
    """The same for several of them."""
    tickets = []
    application = Browser(browser.installation)
    for url in urls:
        tickets.append(browser.ticket_for(url))
        verdict = read_verdict(application.get(
            "/cas/p3/serviceValidate", {"service": url,
                                        "ticket": tickets[-1]}))
        assert verdict.ok, verdict
    application.close()
    return tickets


def log_out(browser):
    answer = browser.get("/cas/logout")
    assert answer.status == 200 and "Signed out" in answer.text
    return answer


def told(app, times=1):
    """The requests that came, once there are so many."""
    wait_until(f"{times} requests came", lambda: len(app.heard) >= times)
    assert len(app.heard) == times
    return app.heard


def index(heard):
    """The ticket that a request speaks of."""
    return tree.fromstring(heard.xml).find(PROTOCOL + "SessionIndex").text


def rows(place):
    """How each notice stands (delivered, failed, called, new, or waiting for
    the next try), tries, why."""
    return place.sql(
        "select case when delivered_at is not null then 'delivered'"
        " when failed_at is not null then 'failed'"
        " when claimed_by is not null then 'called'"
        " when tries = 0 then 'new' else 'waiting' end,"
        " tries, last_error from sso.outbox where kind = 'logout'"
        " order by id")


def settled(place, state, tries=1):
    """The only notice, once it stands so."""
    def look():
        found = rows(place)
        assert len(found) <= 1, found
        ((now, tried, why),) = found or [("none", 0, "")]
        return now == state and tried == tries and (why or "none")
    return wait_until(f"it is {state} by try {tries}", look)


def at_rest(place):
    """All have been called, and nobody is being called."""
    wait_until("all is settled", lambda: not {"called", "new"} & {
        row[0] for row in rows(place)})
