# SPDX-License-Identifier: Apache-2.0
"""Single logout (rows D08 to D19): real applications listen, and are told that a
session has ended."""
import json
import os
import re
import signal
import threading
import time
import xml.etree.ElementTree as tree

import pytest

from application import FINE, BlackHole, says
from called import (ASSERTION, PROTOCOL, apps, at_rest, index,  # noqa: F401
                    later, log_out, person, place, redeem, redeem_all, rows,
                    settled, tidy, told)
from conftest import PEOPLE
from installation import wait_until
from metrics import Growth

LEASE = 60  # seconds: a claim has run out for sure
RETRY = 30  # seconds: the first repetition is due for sure
TICKETS = 10  # of an application in a session that it is told of


# What is sent


def test_D08_every_application_is_told_once(place, apps, person):
    one, other, stranger = apps(), apps(), apps()
    alice, bob = person(), person("bob")
    tickets = [redeem(alice, one.url("/cb")), redeem(alice, one.url("/two"))]
    redeem(bob, stranger.url())
    (also,) = [redeem(alice, other.url("/deep/link?page=3"))]
    alice.ticket_for(stranger.url())  # and nobody redeems it
    log_out(alice)
    assert {index(heard) for heard in told(one, 2)} == set(tickets)
    assert {heard.line for heard in one.heard} == {
        "POST /cb HTTP/1.1", "POST /two HTTP/1.1"}
    (heard,) = told(other)
    assert index(heard) == also
    assert heard.line == "POST /deep/link?page=3 HTTP/1.1"
    wait_until("all is delivered", lambda: [row[0] for row in rows(place)]
               == ["delivered"] * 3)
    assert not stranger.heard


@pytest.mark.parametrize("https", [False, True])
def test_D09_the_request(apps, person, https):
    """One parameter, percent-encoded, with its length, in one write."""
    app, alice = apps(https=https), person()
    redeem(alice, app.url())
    log_out(alice)
    (heard,) = told(app)
    fields = heard.fields
    assert fields["content-type"] == "application/x-www-form-urlencoded"
    assert int(fields["content-length"]) == len(heard.body)
    assert not {"transfer-encoding", "expect", "cookie", "authorization",
                "accept-encoding"} & set(fields)
    assert re.fullmatch(rb"logoutRequest=[A-Za-z0-9._~%-]+", heard.body)
    assert heard.first.endswith(b"\r\n\r\n" + heard.body)


def test_D10_D11_D16_the_message(apps, person):
    app, alice = apps(), person()
    ticket = redeem(alice, app.url())
    log_out(alice)
    (heard,) = told(app)
    root = tree.fromstring(heard.xml)
    assert root.tag == PROTOCOL + "LogoutRequest"
    assert root.get("Version") == "2.0"
    assert re.fullmatch(r"LR-[0-9a-f]{16}", root.get("ID"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
                        root.get("IssueInstant"))
    name, session = list(root)
    assert (name.tag, name.text) == (ASSERTION + "NameID", "alice")
    assert (session.tag, session.text) == (PROTOCOL + "SessionIndex", ticket)
    # the clients that look with regular expressions
    assert heard.xml.startswith(
        '<samlp:LogoutRequest '
        'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
        'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ')
    assert f"<samlp:SessionIndex>{ticket}</samlp:SessionIndex>" in heard.xml
    assert "\n" not in heard.xml and "<?xml" not in heard.xml


@pytest.mark.parametrize("login", ["n" * 64, "@+" * 32])
def test_D12_short_enough_for_every_reader(place, apps, person, login):
    place.add_account(login, "a password for it", "--name", "Long Name")
    app, one = apps(), person(login, "a password for it")
    ticket = redeem(one, app.url())
    log_out(one)
    (heard,) = told(app)
    assert len(heard.body) <= 1023
    assert index(heard) == ticket
    name = tree.fromstring(heard.xml).find(ASSERTION + "NameID").text
    assert name == login


# What applications do


def hangs(link):
    link.recv(1)


@pytest.mark.parametrize("answer, why", [
    (says(500), "the application answered 500"),
    (says(503), "the application answered 503"),
    (hangs, "Timeout was reached"),
    (lambda link: link.close(), "nothing"),
    (b"nonsense\r\n\r\n", "Unsupported"),
])
def test_D13_who_fails_is_called_again(place, apps, person, answer, why):
    app, alice = apps(), person()
    app.answer = answer
    redeem(alice, app.url())
    growth = Growth(place)
    log_out(alice)
    assert why in settled(place, "waiting") or why == "nothing" or \
        "HTTP/0.9" in settled(place, "waiting")
    wait_until("it is counted", lambda: growth.of(
        "portillon_logouts_total", result="postponed") == 1)
    app.answer = FINE
    later(place, RETRY)
    settled(place, "delivered", 2)
    first, second = told(app, 2)
    assert first.body == second.body


def test_D13_who_is_not_there_delays_nobody(place, apps, person):
    app, alice = apps(), person()
    redeem(alice, app.url())
    app.close()
    log_out(alice)
    assert "connect" in settled(place, "waiting")


@pytest.mark.parametrize("answer", [
    says(404), says(403), says(302, "Location: /elsewhere")])
def test_who_refuses_is_called_no_more(place, apps, person, answer):
    """Row T185 too: a redirection is a refusal, and is not followed."""
    app, alice = apps(), person()
    app.answer = answer
    redeem(alice, app.url())
    log_out(alice)
    why = settled(place, "failed")
    assert why == f"the application answered {answer[9:12].decode()}"
    assert len(told(app)) == 1


@pytest.mark.parametrize("to, state, why", [
    ("{url}/login?service=x", "delivered", ", to sign in here"),
    ("{url}.example/login", "failed", ""),
    ("{url}/logout", "failed", ""),
    ("https://elsewhere.example/cas/login", "failed", ""),
])
def test_who_leads_to_our_sign_in_has_read_it(place, apps, person, to, state,
                                              why):
    """So does mod_auth_cas; it is not followed all the same."""
    app, alice = apps(), person()
    app.answer = says(302, "Location: " + to.format(url=place.url))
    redeem(alice, app.url())
    log_out(alice)
    assert settled(place, state) == f"the application answered 302{why}"
    assert len(told(app)) == 1


def test_given_up_after_a_day(place, apps, person):
    app, alice = apps(), person()
    app.answer = says(500)
    redeem(alice, app.url())
    log_out(alice)
    settled(place, "waiting")
    later(place, 86400 + 60)
    assert settled(place, "failed", 2) == "too late to be of use"
    assert len(app.heard) == 1


def test_D14_those_that_hang_hold_up_nobody(place, apps, person):
    """Forty hang, each at an address of its own; ten do not."""
    holes = [apps(kind=BlackHole) for _ in range(40)]
    good = [apps() for _ in range(10)]
    alice = person()
    for app in holes + good:
        redeem(alice, app.url())
    log_out(alice)
    for app in good:
        told(app)
    at_rest(place)
    assert sorted({(state, tries) for state, tries, _ in rows(place)}) == [
        ("delivered", 1), ("waiting", 1)]


def test_one_host_is_called_twice_at_a_time(place, apps, person):
    """Row T191: as many tickets as one likes do not become a flood."""
    app, alice = apps(), person()
    lock, now, most = threading.Lock(), [0], [0]

    def slowly(link):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.1)
        with lock:
            now[0] -= 1
        link.sendall(FINE)

    app.answer = slowly
    for number in range(9):
        redeem(alice, app.url(f"/{number}"))
    for _ in range(12):
        redeem(alice, app.url("/loop"))
    log_out(alice)
    told(app, 9 + 10)  # the newest ten of the loop
    assert most[0] == 2
    at_rest(place)


# When it is sent


def test_D15_sessions_that_run_out(place, apps, person):
    app, alice = apps(), person()
    redeem(alice, app.url())
    later(place, 3600 + 60)
    os.kill(place.processes()["courier"], signal.SIGKILL)  # upkeep at once
    told(app)
    settled(place, "delivered")


def test_D15_who_stays_signed_in_has_not_run_out(place, apps, person):
    """Neither unused for long, nor after the longest of other sessions; and
    the application hears of the end of it when it comes."""
    app, kept = apps(), apps()
    redeem(person("chloe"), app.url())
    alice = person(rememberMe="true")
    ticket = redeem(alice, kept.url())
    later(place, 11 * 3600)
    os.kill(place.processes()["courier"], signal.SIGKILL)  # upkeep at once
    told(app)
    settled(place, "delivered")
    assert not kept.heard
    redeem(alice, kept.url("/again"))
    log_out(alice)
    assert ticket in {index(heard) for heard in told(kept, 2)}
    at_rest(place)


def test_D17_none_and_another_address(place, apps, person):
    silent, moved = apps(), apps()
    place.portillon("service", "set", silent.id, "--logout", "none")
    place.portillon("service", "set", moved.id, "--logout-url",
                    moved.url("/slo"), "--allow-http")
    alice = person()
    for app in (silent, moved):
        redeem(alice, app.url())
    log_out(alice)
    (heard,) = told(moved)
    assert heard.line == "POST /slo HTTP/1.1"
    settled(place, "delivered")  # the only one
    assert not silent.heard


def test_what_a_service_is_set_to(place, apps):
    app = apps()

    def shown():
        (line,) = [line for line in place.portillon(
            "service", "show", app.id).stdout.splitlines()
                   if line.startswith("logout:")]
        return line.removeprefix("logout:").strip()

    def put(*options, expect=0):
        return place.portillon("service", "set", app.id, *options,
                               expect=expect).stderr

    assert shown() == "is called where it redeemed a ticket"
    put("--logout-url", "https://app.example/bye")
    assert shown() == "is called at https://app.example/bye"
    put("--logout", "none")
    assert shown() == "is not told of it"
    put("--logout", "back", "--logout-url", "")
    assert shown() == "is called where it redeemed a ticket"
    assert "back, front or none" in put("--logout", "side", expect=1)
    assert "--allow-http" in put("--logout-url", "http://app.example/",
                                 expect=1)
    assert "takes an address" in put("--logout-url", "gopher://app.example/",
                                     expect=1)
    assert "say what to set" in put(expect=1)
    assert "no service" in place.portillon(
        "service", "set", "99999", "--logout", "none", expect=1).stderr


def test_who_failed_before_is_called_without_haste(place, apps, person):
    """Two at a time, and the next two a second later: each look for them passes
    by all that waits for those who are just being called."""
    app, alice, calls = apps(), person(), []

    def fails(link):
        calls.append(time.monotonic())
        link.sendall(says(503))

    app.answer = fails
    redeem_all(alice, [app.url()] * TICKETS)
    log_out(alice)
    wait_until("all failed once", lambda: [
        row[:2] for row in rows(place)] == [("waiting", 1)] * TICKETS)
    calls.clear()
    later(place, RETRY)
    wait_until("all failed twice", lambda: [
        row[:2] for row in rows(place)] == [("waiting", 2)] * TICKETS)
    assert len(calls) == TICKETS
    assert calls[-1] - calls[0] > TICKETS / 2 - 2, calls


def test_operators_see_how_it_stands(place, apps, person):
    good, bad = apps(), apps()
    bad.answer = says(404)
    alice = person()
    for app in (good, bad):
        redeem(alice, app.url())
    log_out(alice)
    at_rest(place)
    told(good)
    lines = place.portillon("logout", "list").stdout.splitlines()
    assert [line.split() for line in lines[1:]] == [
        [f"127.0.0.1:{bad.port}", "Listener", "0", "1", "0", "0", "the",
         "application", "answered", "404"],
        [f"127.0.0.1:{good.port}", "Listener", "0", "0", "1", "0"]]
    assert f'"host": "127.0.0.1:{bad.port}"' in place.portillon(
        "logout", "list", "--json").stdout


def test_a_ticket_redeemed_while_its_session_ended(place, apps, person):
    """Neither statement sees the other; the courier finds it afterwards, and
    finds nothing where nothing was missed."""
    app, alice = apps(), person()
    redeem(alice, app.url())
    log_out(alice)
    settled(place, "delivered")
    place.sql("delete from sso.outbox")
    for _ in range(2):
        os.kill(place.processes()["courier"], signal.SIGKILL)
        settled(place, "delivered")
    wait_until("it looked twice",
               lambda: len(re.findall(r'event="upkeep".*missed=[01]\b',
                                      place.log())) > 1)
    assert len(told(app, 2)) == 2


def test_D18_logout_twice_tells_once(place, apps, person):
    app, alice = apps(), person()
    redeem(alice, app.url())
    log_out(alice)
    log_out(alice)
    settled(place, "delivered")
    assert len(told(app)) == 1


def form_token(page):
    return page.form.fields["execution"]


def end_others(browser):
    page = browser.get("/cas/")
    answer = browser.post("/cas/sessions/end-others",
                          {"execution": form_token(page)})
    assert answer.status == 303, answer.text


def end_by_number(browser):
    page = browser.get("/cas/")
    number = re.search(r'name="session" value="([0-9]+)"', page.text)[1]
    answer = browser.post("/cas/sessions/end", {
        "execution": form_token(page), "session": number})
    assert answer.status == 303, answer.text


@pytest.mark.parametrize("end, boxes", [
    (end_others, {}), (end_by_number, {}),
    (end_by_number, {"rememberMe": "true"})])
def test_D19_ended_on_the_dashboard(place, apps, person, new_login, end,
                                    boxes):
    app = apps()
    login, password = new_login
    redeem(person(login, password, **boxes), app.url())
    end(person(login, password))
    told(app)
    settled(place, "delivered")


@pytest.fixture
def new_login(place):
    login = f"somebody{time.monotonic_ns()}"
    place.add_account(login, "a password for it", "--name", "Some Body")
    return login, "a password for it"


def test_D19_phone_lost(place, apps, person, new_login):
    app = apps()
    login, password = new_login
    redeem(person(login, password), app.url())
    here = person(login, password)
    page = here.get("/cas/lost-phone")
    answer = here.post("/cas/lost-phone", {"execution": form_token(page)})
    assert answer.status == 303, answer.text
    told(app)


@pytest.mark.parametrize("command, typed", [
    (["set-password", "LOGIN", "--password-stdin"], "another password\n"),
    (["disable", "LOGIN"], ""),
])
def test_D19_ended_by_an_administrator(place, apps, person, new_login,
                                       command, typed):
    app = apps()
    login, password = new_login
    redeem(person(login, password), app.url())
    place.portillon("account", *(login if word == "LOGIN" else word
                                 for word in command), input=typed)
    told(app)
    settled(place, "delivered")


def test_D19_ended_by_an_import(place, apps, person, new_login):
    app = apps()
    login, password = new_login
    redeem(person(login, password), app.url())
    file = place.folder / "people.json"
    for state in ("active", "disabled"):  # the first changes nothing
        assert rows(place) == []
        file.write_text(json.dumps([{"login": login, "state": state}]))
        place.portillon("account", "import", file, "--update")
    told(app)
    settled(place, "delivered")


def test_D19_ended_because_a_backup_came_back(place, apps, person):
    app = apps()
    ticket = redeem(person(), app.url())
    place.portillon("restored")
    (heard,) = told(app)
    assert index(heard) == ticket


def test_D19_another_person_in_the_same_browser(place, apps, person):
    app, alice = apps(), person()
    ticket = redeem(alice, app.url())
    page = alice.login_page(renew="true")
    assert alice.submit(page, "bob", PEOPLE["bob"]).status == 303
    (heard,) = told(app)
    assert index(heard) == ticket


def test_B15_the_same_person_again_ends_nothing(place, apps, person):
    app, alice = apps(), person()
    redeem(alice, app.url())
    page = alice.login_page(renew="true")
    assert alice.submit(page, "alice", PEOPLE["alice"]).status == 303
    assert rows(place) == []


# Whatever happens to the courier


@pytest.mark.parametrize("delay", [0, 0.05, 0.2, 0.5, 1])
def test_killed_at_any_point(place, apps, person, delay):
    """At least once, and at most once more for the kill, with the same
    bytes."""
    app, alice = apps(), person()

    def thinks(link):
        time.sleep(0.3)
        link.sendall(FINE)

    app.answer = thinks
    redeem(alice, app.url())
    log_out(alice)
    time.sleep(delay)
    os.kill(place.processes()["courier"], signal.SIGKILL)
    wait_until("another courier works", lambda: "courier" in
               place.processes())
    later(place, LEASE)
    wait_until("it is delivered",
               lambda: rows(place)[0][0] == "delivered")
    assert 1 <= len(app.heard) <= 2
    assert len({heard.body for heard in app.heard}) == 1


def test_nothing_is_lost_with_the_whole_server(place, apps, person):
    """The notice is as durable as the end of the session that it tells of."""
    app, alice = apps(), person()
    redeem(alice, app.url())
    os.kill(place.processes()["courier"], signal.SIGSTOP)
    log_out(alice)
    place.kill_database()
    place.database("start")
    os.kill(place.processes()["courier"], signal.SIGKILL)
    told(app)
    settled(place, "delivered")
