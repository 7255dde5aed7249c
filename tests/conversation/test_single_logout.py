# SPDX-License-Identifier: Apache-2.0
"""Single logout (rows D08 to D19), and calling out (rows T182 to T193): real
applications listen, and are told that a session has ended."""
import json
import os
import re
import signal
import threading
import time
import xml.etree.ElementTree as tree

import pytest

import generators
from application import FINE, Application, BlackHole, says
from browser import Browser
from conftest import PEOPLE
from installation import free_port, wait_until
from metrics import Growth
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
AT_ONCE = 2  # seconds: less than any wait for an application takes
LEASE = 60  # seconds: a claim has run out for sure
RETRY = 30  # seconds: the first repetition is due for sure


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


def register(place, pattern):
    """As "portillon service add", but quicker."""
    ((number,),) = place.sql(
        "insert into sso.service (tenant_id, name, pattern, created_at)"
        " select id, 'Listener', %s, now() from sso.tenant where slug = 'main'"
        " returning id", pattern)
    return str(number)


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
        app.id = register(place, app.url("/*"))
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
    ticket = browser.ticket_for(url)
    application = Browser(browser.installation)
    verdict = read_verdict(application.get(
        "/cas/p3/serviceValidate", {"service": url, "ticket": ticket}))
    application.close()
    assert verdict.ok, verdict
    return ticket


def log_out(browser):
    began = time.monotonic()
    answer = browser.get("/cas/logout")
    assert answer.status == 200 and "Signed out" in answer.text
    assert time.monotonic() - began < AT_ONCE
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
    assert "back or none" in put("--logout", "front", expect=1)
    assert "--allow-http" in put("--logout-url", "http://app.example/",
                                 expect=1)
    assert "takes an address" in put("--logout-url", "gopher://app.example/",
                                     expect=1)
    assert "say what to set" in put(expect=1)
    assert "no service" in place.portillon(
        "service", "set", "99999", "--logout", "none", expect=1).stderr


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
        [f"127.0.0.1:{bad.port}", "Listener", "0", "1", "0", "the",
         "application", "answered", "404"],
        [f"127.0.0.1:{good.port}", "Listener", "0", "0", "1"]]
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


# Whom the server calls at all


def test_T182_T183_only_addresses_that_are_allowed(place, apps, person):
    """The name has two addresses, of which one is allowed, and the listener at
    the other one hears nothing; an address that is not is never called."""
    good = apps()
    bad = Application(address="::1", port=good.port)
    register(place, f"http://localhost:{good.port}/*")
    forbidden = f"http://[::1]:{good.port}/*"
    register(place, forbidden)
    alice = person()
    redeem(alice, good.url(host="localhost"))
    log_out(alice)
    told(good)
    settled(place, "delivered")
    place.sql("delete from sso.outbox")
    alice = person()
    redeem(alice, forbidden.replace("*", "cb"))
    log_out(alice)
    assert settled(place, "failed") == \
        "::1 is not a public address, nor in outbound.networks"
    assert not bad.heard
    bad.close()


def drips(link):
    link.sendall(b"HTTP/1.1 2")
    while True:
        time.sleep(1)
        link.sendall(b"0")


def never_ends(start, part):
    def talk(link):
        link.sendall(start)
        while True:
            link.sendall(part)
    return talk


@pytest.mark.parametrize("answer, state", [
    (drips, "waiting"),
    (never_ends(b"HTTP/1.1 200 OK\r\n", b"X: " + b"y" * 1000 + b"\r\n"),
     "waiting"),
    (never_ends(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 65536), "waiting"),
    (never_ends(b"", b"HTTP/1.1 102 Wait\r\n\r\n"), "waiting"),
    (never_ends(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "waiting"),
    (never_ends(b"HTTP/1.1 200 OK\r\n\r\n", b"y" * 65536), "delivered"),
], ids=["drips", "fields", "field", "102", "100", "body"])
def test_T187_whoever_says_too_much_or_too_little(place, apps, person,
                                                  answer, state):
    app, alice = apps(), person()
    courier = place.processes()["courier"]
    app.answer = answer
    redeem(alice, app.url())
    log_out(alice)
    settled(place, state)
    assert place.processes()["courier"] == courier


def test_T189_certificates_are_verified(place, apps, person):
    """One for another name, and one that nobody vouches for."""
    tls = place.folder / "tls"
    other = apps(https=True)
    register(place, f"https://127.0.0.2:{other.port}/*")
    self_signed = apps(https=True, certificate=tls / "ca.crt",
                       key=tls / "ca.key")
    expired = apps(https=True)
    for url in (f"https://127.0.0.2:{other.port}/cb", self_signed.url()):
        alice = person()
        redeem(alice, url)
        place.sql("delete from sso.outbox")
        # the listener is at 127.0.0.1 only: let it hear at the other too
        listener = Application(
            tls / "localhost.crt", tls / "localhost.key",
            address="127.0.0.2", port=other.port) if "0.2" in url else None
        log_out(alice)
        why = settled(place, "waiting")
        assert "certificate" in why.lower() or "SSL" in why, why
        if listener:
            assert not listener.heard
            listener.close()
    assert not self_signed.heard and not other.heard and not expired.heard


def test_T188_the_environment_does_not_count(place, apps, person,
                                             monkeypatch):
    proxy, app, secure = Application(), apps(), apps(https=True)
    keys = place.folder / "session-keys"
    variables = {**place.environment(), "SSLKEYLOGFILE": str(keys),
                 "CURL_CA_BUNDLE": "/nowhere"}
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        variables[name] = proxy.url("")
    monkeypatch.setattr(place, "environment", lambda: variables)
    place.restart()
    alice = person()
    for one in (app, secure):
        redeem(alice, one.url())
    log_out(alice)
    told(app)
    told(secure)
    monkeypatch.undo()
    place.restart()
    assert not proxy.heard and not keys.exists()
    proxy.close()


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
