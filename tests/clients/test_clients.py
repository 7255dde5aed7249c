# SPDX-License-Identifier: Apache-2.0
"""Real clients from Debian and npm, unchanged, before a real server."""
import json
import re

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from applications import (Django, ModAuthCas, Node, Perl, PhpCas,
                          PhpCasBehind)
from browser import Browser
from conftest import OTHER, PASSWORD
from installation import SLOWEST, wait_until

CLIENTS = [(ModAuthCas, "2.0"), (ModAuthCas, "SAML"), (PhpCas, "2.0"),
           (PhpCas, "3.0"), (PhpCas, "SAML"), (Perl, "2.0"), (Django, "3.0"),
           (Node, "3.0")]
DEAF = (Perl, Django)  # to single logout


def parametrize(clients):
    return pytest.mark.parametrize(
        "application", clients, indirect=True,
        ids=[f"{kind.folder}-{protocol}" for kind, protocol in clients])


every_client = parametrize(CLIENTS)
every_listening_client = parametrize(
    [one for one in CLIENTS if one[0] not in DEAF])


def signed_in(visitor, application):
    """A visitor who typed her password on the way to the application."""
    alice = visitor()
    alice.open(f"{application.url}/")
    alice.sign_in("alice", PASSWORD)
    return alice


@every_client
def test_sign_in_tells_the_application_who_came(application, visitor):
    """What is released arrives letter by letter, and nothing else does."""
    alice = signed_in(visitor, application)
    page = alice.shown()
    assert page is not None, (alice.status, alice.text)
    assert alice.url.startswith(application.url)
    assert page["user"] == "alice"
    values = {name: value if isinstance(value, list) else [value]
              for name, value in page["attributes"].items()}
    assert values["office"] == ["é<&\" 'b' ]]> 𝄞"]
    assert values["team"] == ["lib & <co>", '"staff"']
    assert "phone" not in values
    alice.open(f"{application.url}/")
    assert alice.shown() == page, "the application has no session"


def outcome_of(installation, mark):
    """What the server's log says since then of a ticket it was asked about."""
    found = wait_until("a ticket was asked about", lambda: re.search(
        r'event="access".*alidate".*outcome="([^"]+)"',
        installation.log(mark)))
    return found[1]


@every_client
def test_a_ticket_opens_once(installation, application, visitor):
    """Who copied the address from another's browser stays outside."""
    address = signed_in(visitor, application).ticket_address()
    thief = visitor()
    mark = installation.log_size()
    thief.open(address)
    assert outcome_of(installation, mark) == "This ticket was used before."
    assert thief.shown() is None and thief.status >= 400
    thief.open(f"{application.url}/")
    assert thief.shown() is None


@every_client
def test_a_ticket_for_another_application_opens_nothing(
        installation, application, visitor):
    """Nobody gets in with a ticket that was issued for elsewhere."""
    address = signed_in(visitor, application).ticket_address()
    elsewhere = Browser(installation)
    foreign = elsewhere.sign_in("alice", PASSWORD, OTHER).ticket
    elsewhere.close()
    intruder = visitor()
    mark = installation.log_size()
    intruder.open(re.sub("ticket=ST-[0-9A-Za-z]+", f"ticket={foreign}",
                         address))
    assert outcome_of(installation, mark) == \
        "This ticket was issued for another service."
    assert intruder.shown() is None and intruder.status >= 400
    intruder.open(f"{application.url}/")
    assert intruder.shown() is None


@every_client
def test_one_sign_in_opens_every_application(application, chromium):
    """In a real browser, which is signed in already but for the first."""
    chromium.get(f"{application.url}/")
    if "/cas/login" in chromium.current_url:
        assert not chromium.applications, chromium.applications
        for name, text in (("username", "alice"), ("password", PASSWORD)):
            chromium.find_element(By.NAME, name).send_keys(text)
        chromium.find_element(By.CSS_SELECTOR, "button[type=submit]").click()
        WebDriverWait(chromium, SLOWEST).until(
            lambda _: chromium.current_url.startswith(application.url))
    chromium.applications.append(application.folder)
    page = json.loads(chromium.find_element(By.TAG_NAME, "pre").text)
    assert page["user"] == "alice"


@every_listening_client
def test_sign_out_ends_the_session_of_the_application(
        installation, application, visitor):
    """Without a word of her browser to the application."""
    alice, bystander = [signed_in(visitor, application) for _ in range(2)]
    alice.open(f"{installation.url}/logout")

    def is_outside():
        alice.open(f"{application.url}/")
        return alice.shown() is None

    wait_until("the application was told", is_outside)
    wait_until("that is known", lambda: not installation.sql(
        "select 1 from sso.outbox where delivered_at is null"
        " and failed_at is null"))
    assert not installation.sql("select host, last_error from sso.outbox"
                                " where delivered_at is null")
    bystander.open(f"{application.url}/")
    assert bystander.shown() is not None
@pytest.fixture
def portal(installation, application):
    """One that asks `application` in the name of who came."""
    one = PhpCas(installation, "2.0")
    one.target = f"{application.url}/"
    number = installation.add_service(f"{one.url}/*", name="Portal")
    installation.portillon("service", "set", number, "--proxy", "yes")
    try:
        one.start()
        yield one
        print(one.log())
    finally:
        one.end()


@pytest.mark.parametrize("application", [(PhpCasBehind, "2.0"),
                                         (PhpCasBehind, "3.0")],
                         indirect=True, ids=["2.0", "3.0"])
def test_phpCAS_acts_for_somebody_at_another_phpCAS(
        application, portal, visitor):
    """The portal gets a proxy ticket, and the application behind it knows who
    came and by way of whom."""
    alice = signed_in(visitor, portal)
    page = alice.shown()
    assert page is not None, (alice.status, alice.text)
    assert page["user"] == "alice"
    assert page["told"]["user"] == "alice", page
    assert page["told"]["proxies"] == [f"{portal.url}/"]
    assert page["told"]["attributes"]["team"] == ["lib & <co>", '"staff"']
    alice.open(f"{portal.url}/")
    assert alice.shown() == page, "a second time, in the same session"
