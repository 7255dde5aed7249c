# SPDX-License-Identifier: Apache-2.0
"""Proxy-granting tickets and proxy tickets (rows F11 to F16, G01 to G22), and
what may be done to them (rows T071, T072, T077, T182 to T193): real
applications listen for them with TLS."""
import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time
import xml.etree.ElementTree as tree

import lxml.etree
import pytest

import saml
from application import FINE, Application, says
from browser import Browser, query_of
from conftest import APPLICATION, PEOPLE
from installation import SLOWEST, TLS_EXTENSIONS, free_port, wait_until
from memory import assert_forgotten, only_root
from metrics import Growth
from proxying import (NAME, SETTINGS, Proxying, get, proxy_ticket, register,
                      validate)
from validation import read_verdict

SCHEMA = pathlib.Path(__file__).parents[1] / "data/cas.xsd"
AT_ONCE = 2  # seconds: less than a callback that hangs takes
PATIENCE = 5  # seconds that a callback has
CALLED, WAITING = 8, 32  # callbacks of one application at most
HUNG = 60


@pytest.fixture(scope="module")
def place(private_installation):
    """An installation that may call applications on this machine."""
    place = private_installation
    with open(place.config, "a", encoding="utf-8") as config:
        config.write(SETTINGS.format(folder=place.folder))
    place.restart()
    return place


@pytest.fixture(autouse=True)
def nothing_moved(place):
    yield
    place.clock.shift(0)


@pytest.fixture
def apps(place):
    """Makes proxying applications, and forgets them."""
    made = []

    def make(**options):
        made.append(Proxying(place, **options))
        return made[-1]

    yield make
    for app in made:
        app.close()
    place.sql("delete from sso.service where name = %s", NAME)


@pytest.fixture
def person(place):
    """A browser in which somebody has signed in."""
    browsers = []

    def sign_in(login="alice", password=None):
        one = Browser(place)
        browsers.append(one)
        answer = one.sign_in(login, password or PEOPLE[login])
        assert answer.status == 303, (answer.status, answer.text)
        return one

    yield sign_in
    for one in browsers:
        one.close()


@pytest.fixture(scope="session")
def schema():
    return lxml.etree.XMLSchema(file=str(SCHEMA))


def grants(place):
    ((count,),) = place.sql("select count(*) from sso.proxy_grant")
    return count


# The call of the application


@pytest.mark.parametrize("endpoint", [
    "serviceValidate", "p3/serviceValidate", "proxyValidate",
    "p3/proxyValidate"])
def test_G03_G04_G05_G21_the_ticket_is_brought_once(
        place, apps, person, schema, endpoint):
    app, alice = apps(), person()
    verdict = app.validate(alice.ticket_for(app.url()), endpoint=endpoint)
    assert verdict.user == "alice" and verdict.proxies is None
    schema.assertValid(lxml.etree.fromstring(verdict.answer.body))
    (heard,) = app.heard
    assert heard.line.startswith("GET /pgt?proxyResponse=true&pgtIou=")
    assert not {"cookie", "authorization", "referer"} & set(heard.fields)
    (call,) = app.received()
    assert [name for name, _ in call] == ["proxyResponse", "pgtIou", "pgtId"]
    granting = dict(call)
    assert granting["pgtIou"] == verdict.granting_iou
    assert granting["pgtIou"].startswith("PGTIOU-")
    assert granting["pgtId"].startswith("PGT-")
    assert granting["pgtId"] not in verdict.answer.text
    assert proxy_ticket(place, granting["pgtId"], APPLICATION)[0]


def test_G20_a_service_ticket_gives_one_granting_ticket(place, apps, person):
    """Also where its application does not take the first one."""
    app, alice = apps(), person()
    ticket = alice.ticket_for(app.url())
    assert app.validate(ticket).granting_iou
    assert app.validate(ticket).code == "INVALID_TICKET"
    assert len(app.heard) == 1
    app.answer = says(500)
    ticket = alice.ticket_for(app.url())
    assert app.validate(ticket).code == "INVALID_PROXY_CALLBACK"
    assert app.validate(ticket).code == "INVALID_TICKET"
    assert len(app.heard) == 2


@pytest.mark.parametrize("given, called", [
    ("/pgt", "/pgt?pgtIou="),
    ("/pgt?", "/pgt?pgtIou="),
    ("/pgt?a=1&b=%20x+y", "/pgt?a=1&b=%20x+y&pgtIou="),
    ("/pgt?a=1&", "/pgt?a=1&pgtIou="),
    ("/pgt?ticket=kept", "/pgt?ticket=kept&pgtIou="),
    ("/pgt?a#part", "/pgt?a&pgtIou="),
    ("/p\u00e9", "/p%C3%A9?pgtIou="),
])
def test_G04_the_query_of_the_address_is_kept(apps, person, given, called):
    app, alice = apps(), person()
    verdict = app.validate(alice.ticket_for(app.url()), pgtUrl=app.url(given))
    assert verdict.granting_iou, verdict
    (heard,) = app.heard
    assert heard.line.startswith(f"GET {called}PGTIOU-"), heard.line
    assert re.search(r"&pgtId=PGT-\w+ HTTP/1\.1$", heard.line)


def test_G05_in_JSON(place, apps, person):
    app, alice = apps(), person()
    answer = get(place, "serviceValidate", service=app.url(), format="JSON",
                 ticket=alice.ticket_for(app.url()), pgtUrl=app.callback)
    success = json.loads(answer.body)["serviceResponse"][
        "authenticationSuccess"]
    assert success["proxyGrantingTicket"] == dict(
        app.received()[0])["pgtIou"]
    assert set(success) == {"user", "proxyGrantingTicket", "attributes"}


@pytest.mark.parametrize("wrong", [
    "http://127.0.0.1:{port}/pgt", "https://localhost:{port}/pgt",
    "https://127.0.0.1/pgt", "https://a@127.0.0.1:{port}/pgt", "pgt",
    "https://127.0.0.1:{port}/x/../pgt", "ftp://127.0.0.1:{port}/pgt",
    "https://127.0.0.1:{port}\\@evil.example/", "https://evil.example/pgt",
    "https://127.0.0.1:{port}.evil.example/", "file:///etc/passwd",
    "https://127.0.0.1:{port}/%0d%0aX: y/../..",
])
def test_G01_T071_T186_only_registered_https_addresses_are_called(
        place, apps, person, wrong):
    """The ticket is spent all the same."""
    app, alice = apps(), person()
    before = grants(place)
    ticket = alice.ticket_for(app.url())
    verdict = app.validate(ticket, pgtUrl=wrong.format(port=app.port))
    assert verdict.code == "INVALID_PROXY_CALLBACK", verdict
    assert app.validate(ticket).code == "INVALID_TICKET"
    assert not app.heard and grants(place) == before


def test_T186_a_pattern_for_callbacks_of_their_own(place, apps, person):
    app = apps()
    place.portillon("service", "set", app.id, "--proxy-callback",
                    app.url("/only/*"))
    alice = person()
    good = app.validate(alice.ticket_for(app.url()),
                        pgtUrl=app.url("/only/pgt"))
    assert good.granting_iou
    bad = app.validate(alice.ticket_for(app.url()))
    assert bad.code == "INVALID_PROXY_CALLBACK"
    assert len(app.heard) == 1


def certificate(place, name, days, extensions=TLS_EXTENSIONS):
    """(certificate, key) of the test's authority."""
    tls = place.folder / "tls"
    (tls / f"{name}.extensions").write_text(extensions)
    for command in (
            ["openssl", "req", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
             "-keyout", f"{name}.key", "-out", f"{name}.csr"],
            ["openssl", "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-days",
             str(days), "-extfile", f"{name}.extensions", "-out",
             f"{name}.crt"]):
        subprocess.run(command, cwd=tls, check=True, capture_output=True)
    return {"certificate": tls / f"{name}.crt", "key": tls / f"{name}.key"}


@pytest.mark.parametrize("kind", ["self-signed", "expired", "wrong-name"])
def test_G02_T189_certificates_are_verified(place, apps, person, kind):
    tls = place.folder / "tls"
    if kind == "self-signed":
        shown = {"certificate": tls / "ca.crt", "key": tls / "ca.key"}
    elif kind == "expired":
        shown = certificate(place, kind, -1)
    else:
        shown = certificate(place, kind, 2, TLS_EXTENSIONS.replace(
            "DNS:localhost, IP:127.0.0.1", "DNS:other.example"))
    app, alice = apps(**shown), person()
    before = grants(place)
    verdict = app.validate(alice.ticket_for(app.url()))
    assert verdict.code == "INVALID_PROXY_CALLBACK"
    assert not app.heard and grants(place) == before


@pytest.mark.parametrize("status", [201, 202, 204, 302, 304, 401, 404, 500])
def test_G06_anything_but_200_is_no(place, apps, person, status):
    app, alice = apps(), person()
    app.answer = says(status, "Location: https://localhost/")
    before = grants(place)
    verdict = app.validate(alice.ticket_for(app.url()))
    assert verdict.code == "INVALID_PROXY_CALLBACK" and verdict.description
    assert len(app.heard) == 1 and grants(place) == before
    assert proxy_ticket(place, dict(app.received()[0])["pgtId"],
                        APPLICATION)[1] == "INVALID_TICKET"


def test_G07_T185_no_redirection_is_followed(apps, person):
    elsewhere, app, alice = Application(), apps(), person()
    for target in (elsewhere.url(), app.url("/again"), "file:///etc/passwd"):
        app.answer = says(302, f"Location: {target}")
        verdict = app.validate(alice.ticket_for(app.url()))
        assert verdict.code == "INVALID_PROXY_CALLBACK"
    assert len(app.heard) == 3 and not elsewhere.heard
    elsewhere.close()


def hangs(link):
    link.recv(1)


def test_G06_T187_who_hangs_holds_up_nobody(place, apps, person):
    """Twelve hang, more than are called at a time at one host; meanwhile all
    other tickets are good at once, those with a callback too."""
    hung, quick, alice = apps(), apps(), person()
    hung.answer = hangs
    tickets = [alice.ticket_for(hung.url()) for _ in range(12)]
    others = [(alice.ticket_for(quick.url()), alice.ticket_for(APPLICATION))
              for _ in range(10)]
    verdicts, began = [], time.monotonic()
    threads = [threading.Thread(target=lambda ticket: verdicts.append(
        (hung.validate(ticket), time.monotonic() - began)), args=(ticket,))
        for ticket in tickets]
    for thread in threads:
        thread.start()
    wait_until("it is called", lambda: len(hung.heard) >= 8)
    for called, plain in others:
        asked = time.monotonic()
        assert quick.validate(called).granting_iou
        assert validate(place, plain, APPLICATION).ok
        assert time.monotonic() - asked < AT_ONCE
    assert not verdicts
    for thread in threads:
        thread.join()
    assert {verdict.code for verdict, _ in verdicts} == \
        {"INVALID_PROXY_CALLBACK"}
    assert all(PATIENCE - 1 < took < PATIENCE + AT_ONCE
               for _, took in verdicts), verdicts
    assert len(hung.heard) <= 8


def test_G06_T187_one_application_takes_not_all_that_wait(
        place, apps, person):
    """It hangs, and so many ask for it that no more may wait; they hear "no" at
    once.  Another application hears what it is told meanwhile."""
    hung, quick, alice = apps(), apps(), person()
    hung.answer = hangs
    tickets = [alice.ticket_for(hung.url()) for _ in range(HUNG)]
    other = alice.ticket_for(quick.url())
    took = []

    def ask(ticket):
        began = time.monotonic()
        assert hung.validate(ticket).code == "INVALID_PROXY_CALLBACK"
        took.append(time.monotonic() - began)

    threads = [threading.Thread(target=ask, args=(ticket,))
               for ticket in tickets]
    for thread in threads:
        thread.start()
    wait_until("who is too much has heard so",
               lambda: len(took) >= HUNG - CALLED - WAITING)
    assert quick.validate(other).granting_iou
    for thread in threads:
        thread.join()
    assert len(took) == HUNG and len(hung.heard) == CALLED
    assert HUNG - CALLED - WAITING == len(
        [one for one in took if one < PATIENCE - 1]), took


def test_G06_nobody_listens(place, apps, person):
    app, alice = apps(), person()
    app.close()
    verdict = app.validate(alice.ticket_for(app.url()))
    assert verdict.code == "INVALID_PROXY_CALLBACK"


def test_T192_an_application_learns_nothing_of_our_network(apps, person):
    """One sentence for all: refused, no certificate, 404, forbidden."""
    gone, strange, missing = apps(), apps(port=free_port()), apps()
    gone.close()
    strange.close()
    plain = Application(port=strange.port)
    missing.answer = says(404)
    alice = person()
    verdicts = [app.validate(alice.ticket_for(app.url()))
                for app in (gone, strange, missing)]
    assert {verdict.code for verdict in verdicts} == {
        "INVALID_PROXY_CALLBACK"}
    assert len({verdict.answer.body for verdict in verdicts}) == 1
    plain.close()


def test_T182_only_addresses_that_are_allowed(place, apps, person):
    """::1 is not in outbound.networks."""
    app = apps(address="::1")
    url = f"https://[::1]:{app.port}/cb"
    register(place, f"https://[::1]:{app.port}/*")
    alice, mark = person(), place.log_size()
    verdict = validate(place, alice.ticket_for(url), url, pgtUrl=url)
    assert verdict.code == "INVALID_PROXY_CALLBACK"
    assert "not a public address" in place.log(mark)
    assert not app.heard


def test_lenient_services_go_on_without_it(place, apps, person):
    app, alice = apps(lenient=True), person()
    app.answer = says(404)
    before = grants(place)
    for wanted in (app.callback, "http://elsewhere.example/"):
        verdict = app.validate(alice.ticket_for(app.url()), pgtUrl=wanted)
        assert verdict.user == "alice" and verdict.granting_iou is None
    app.answer = FINE
    assert grants(place) == before
    assert app.validate(alice.ticket_for(app.url())).granting_iou


# Whatever happens to the courier


def test_a_courier_that_dies_meanwhile(place, apps, person):
    """There is one call, no second one of the next courier, and an end."""
    app, alice = apps(), person()
    app.answer = hangs
    before, verdicts = grants(place), []
    ticket = alice.ticket_for(app.url())
    asking = threading.Thread(
        target=lambda: verdicts.append(app.validate(ticket)))
    asking.start()
    wait_until("it is called", lambda: app.heard)
    os.kill(place.processes()["courier"], signal.SIGKILL)
    wait_until("another one works", lambda: "courier" in place.processes())
    app.answer = FINE
    assert app.validate(alice.ticket_for(app.url())).granting_iou
    asking.join()
    assert verdicts[0].code == "INVALID_PROXY_CALLBACK"
    assert len(app.heard) == 2 and grants(place) == before + 1


def test_a_courier_that_stands_still(place, apps, person):
    """What it finds when it goes on is too old to be done."""
    app, alice = apps(), person()
    courier = place.processes()["courier"]
    tickets = [alice.ticket_for(app.url()) for _ in range(2)]
    os.kill(courier, signal.SIGSTOP)
    try:
        began = time.monotonic()
        verdict = app.validate(tickets[0])
        assert verdict.code == "INVALID_PROXY_CALLBACK"
        assert PATIENCE - 1 < time.monotonic() - began < PATIENCE + AT_ONCE
    finally:
        os.kill(courier, signal.SIGCONT)
    assert app.validate(tickets[1]).granting_iou
    assert len(app.heard) == 1


def test_a_gate_that_dies_leaves_its_line_in_order(place, apps, person):
    app, alice = apps(), person()
    for pid in place.gates():
        os.kill(pid, signal.SIGKILL)
    wait_until("others serve", lambda: len(place.gates()) == 2)
    for _ in range(8):
        assert app.validate(alice.ticket_for(app.url())).granting_iou


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGUSR2,
                                    signal.SIGTERM])
def test_a_call_under_way_outlives_reload_upgrade_and_stop(
        place, apps, person, number):
    app, alice = apps(), person()

    def thinks(link):
        time.sleep(3)
        link.sendall(FINE)

    app.answer = thinks
    verdicts, ticket = [], alice.ticket_for(app.url())
    asking = threading.Thread(
        target=lambda: verdicts.append(app.validate(ticket)))
    mark = place.log_size()
    asking.start()
    wait_until("it is called", lambda: app.heard)
    place.server.send_signal(number)
    asking.join()
    assert verdicts[0].granting_iou, verdicts[0]
    if number == signal.SIGTERM:
        assert place.server.wait(SLOWEST) == 0
        place.start()
    else:
        done = {signal.SIGHUP: "reloaded", signal.SIGUSR2: "upgraded"}[number]
        wait_until(done, lambda: f'event="{done}"' in place.log(mark))
    app.answer = FINE
    for _ in range(4):
        assert app.validate(alice.ticket_for(app.url())).granting_iou


# Who may


def test_G09_without_the_right_nobody_is_called(place, apps, person):
    app, alice = apps(proxy=False), person()
    ticket = alice.ticket_for(app.url())
    verdict = app.validate(ticket)
    assert verdict.code == "UNAUTHORIZED_SERVICE_PROXY"
    assert not app.heard
    assert app.validate(ticket).code == "INVALID_TICKET"


def test_the_right_is_set_and_shown(place, apps):
    app = apps(proxy=False)

    def shown():
        (line,) = [line for line in place.portillon(
            "service", "show", app.id).stdout.splitlines()
                   if line.startswith("proxy:")]
        return line.removeprefix("proxy:").strip()

    def put(*options, expect=0):
        return place.portillon("service", "set", app.id, *options,
                               expect=expect).stderr

    assert shown() == "may not act for people"
    put("--proxy", "yes")
    assert shown() == f"may act for people, called at {app.url('/*')}"
    put("--proxy-callback", "https://app.example/pgt", "--proxy-lenient",
        "yes", "--logout", "none")
    assert shown() == "may act for people, called at " \
        "https://app.example/pgt, or goes on without"
    put("--proxy-callback", "", "--proxy-lenient", "no", "--proxy", "no")
    assert shown() == "may not act for people"
    assert "yes or no" in put("--proxy", "maybe", expect=1)
    assert "yes or no" in put("--proxy-lenient", "", expect=1)
    assert "https" in put("--proxy-callback", "http://app.example/pgt",
                          expect=1)
    assert "--proxy-callback: " in put("--proxy-callback", "app.example",
                                       expect=1)


@pytest.mark.parametrize("wrong, code", [
    ({"ticket": "ST-" + "0" * 60}, "INVALID_TICKET"),
    ({"service": APPLICATION}, "INVALID_SERVICE"),
    ({"renew": "true"}, "INVALID_TICKET"),
    ({"format": "foo"}, "INVALID_REQUEST"),
])
def test_a_ticket_that_is_refused_calls_nobody(place, apps, person, wrong,
                                               code):
    app, alice = apps(), person()
    asked = {"ticket": alice.ticket_for(app.url()), "service": app.url(),
             "pgtUrl": app.callback, **wrong}
    assert read_verdict(get(place, "serviceValidate", **asked)).code == code
    assert not app.heard


def test_T029_pgtUrl_twice_is_refused(place, apps, person):
    app, alice = apps(), person()
    query = query_of({"ticket": alice.ticket_for(app.url()),
                      "service": app.url(), "pgtUrl": app.callback})
    answer = get(place, f"serviceValidate?{query}&pgtUrl="
                 + query_of({"x": app.callback})[2:])
    assert read_verdict(answer).code == "INVALID_REQUEST"
    assert not app.heard


def test_validate_and_samlValidate_know_no_pgtUrl(place, apps, person):
    app, alice = apps(), person()
    answer = get(place, "validate", ticket=alice.ticket_for(app.url()),
                 service=app.url(), pgtUrl=app.callback)
    assert answer.body == b"yes\nalice\n" and not app.heard


# Proxy tickets


@pytest.mark.parametrize("endpoint", ["proxyValidate", "p3/proxyValidate"])
def test_G10_F14_F16_a_proxy_ticket_says_through_whom(
        place, apps, person, schema, endpoint):
    app, alice = apps(), person()
    granting = app.granted(alice)
    answer = get(place, "proxy", pgt=granting, targetService=APPLICATION)
    schema.assertValid(lxml.etree.fromstring(answer.body))
    assert answer.header("Content-Type") == "application/xml;charset=UTF-8"
    ticket, _, _ = proxy_ticket(place, granting, APPLICATION)
    assert ticket.startswith("PT-") and len(ticket) <= 64
    verdict = validate(place, ticket, APPLICATION, endpoint)
    schema.assertValid(lxml.etree.fromstring(verdict.answer.body))
    assert verdict.user == "alice" and verdict.proxies == [app.callback]
    assert verdict.values("memberOf") == ["staff", "cn=lib,ou=groups"]
    assert verdict.values("isFromNewLogin") == ["false"]


@pytest.mark.parametrize("endpoint", ["proxyValidate", "p3/proxyValidate"])
def test_F13_a_service_ticket_has_no_proxies(place, person, endpoint):
    verdict = validate(place, person().ticket_for(APPLICATION), APPLICATION,
                       endpoint)
    assert verdict.user == "alice" and verdict.proxies is None


def test_F15_G17_two_proxies_the_latest_first(place, apps, person):
    first, second, alice = apps(), apps(), person()
    ticket, _, _ = proxy_ticket(place, first.granted(alice), second.url())
    verdict = second.validate(ticket, endpoint="proxyValidate")
    assert verdict.proxies == [first.callback]
    granting = second.of_iou(verdict.granting_iou)
    ticket, _, _ = proxy_ticket(place, granting, APPLICATION)
    verdict = validate(place, ticket, APPLICATION, "proxyValidate")
    assert verdict.proxies == [second.callback, first.callback]
    ticket, _, _ = proxy_ticket(place, granting, APPLICATION)
    answer = get(place, "p3/proxyValidate", ticket=ticket, format="JSON",
                 service=APPLICATION)
    success = json.loads(answer.body)["serviceResponse"][
        "authenticationSuccess"]
    assert success["proxies"] == [second.callback, first.callback]


def test_T072_chains_and_circles_have_an_end(place, apps, person):
    """A to B to A and so on: five, and no more."""
    pair, alice = (apps(), apps()), person()
    granting = pair[0].granted(alice)
    for hop in range(1, 5):
        app = pair[hop % 2]
        ticket, _, _ = proxy_ticket(place, granting, app.url())
        verdict = app.validate(ticket, endpoint="proxyValidate")
        assert len(verdict.proxies) == hop
        granting = app.of_iou(verdict.granting_iou)
    ticket, _, _ = proxy_ticket(place, granting, pair[1].url())
    verdict = pair[1].validate(ticket, endpoint="proxyValidate")
    assert verdict.code == "UNAUTHORIZED_SERVICE_PROXY"
    ticket, _, _ = proxy_ticket(place, granting, APPLICATION)
    verdict = validate(place, ticket, APPLICATION, "proxyValidate")
    assert len(verdict.proxies) == 5


@pytest.mark.parametrize("endpoint", ["serviceValidate",
                                      "p3/serviceValidate"])
def test_F11_F12_a_proxy_ticket_at_the_wrong_door(place, apps, person,
                                                  endpoint):
    app = apps()
    ticket, _, _ = proxy_ticket(place, app.granted(person()), APPLICATION)
    verdict = validate(place, ticket, APPLICATION, endpoint)
    assert verdict.code == "INVALID_TICKET_SPEC"
    assert "proxy ticket" in verdict.description
    again = validate(place, ticket, APPLICATION, "proxyValidate")
    assert again.code == "INVALID_TICKET"


def test_E04_I11_a_proxy_ticket_at_the_other_doors(place, apps, person):
    app, alice = apps(), person()
    granting = app.granted(alice)
    ticket, _, _ = proxy_ticket(place, granting, APPLICATION)
    answer = get(place, "validate", ticket=ticket, service=APPLICATION)
    assert answer.body == b"no\n\n"
    ticket, _, _ = proxy_ticket(place, granting, APPLICATION)
    answer = saml.post(alice, saml.envelope(ticket), TARGET=APPLICATION)
    assert b"RequestDenied" in answer.body and b"proxy ticket" in answer.body
    assert validate(place, ticket, APPLICATION, "proxyValidate").code == \
        "INVALID_TICKET"


def test_G11_G19_parameters_that_are_missing(place, apps, person, schema):
    granting = apps().granted(person())
    for given in ({}, {"pgt": granting}, {"targetService": APPLICATION},
                  {"pgt": "", "targetService": APPLICATION},
                  {"pgt": granting, "targetService": ""},
                  {"pgt": granting, "targetService": APPLICATION,
                   "format": "foo"}):
        answer = get(place, "proxy", **given)
        schema.assertValid(lxml.etree.fromstring(answer.body))
        (failure,) = list(tree.fromstring(answer.body))
        assert failure.tag.endswith("}proxyFailure")
        assert failure.get("code") == "INVALID_REQUEST" and failure.text


@pytest.mark.parametrize("pgt", [
    "PGT-1", "PGT-" + "0" * 45, "PGT-" + "z" * 45, "PGTIOU-" + "0" * 43,
    "TGT-" + "0" * 45, "ST-" + "0" * 60, "x" * 4000])
def test_G19_an_unknown_granting_ticket(place, pgt):
    _, code, words = proxy_ticket(place, pgt, APPLICATION)
    assert code == "INVALID_TICKET" and words and pgt not in words


def test_no_ticket_stands_for_another_kind(place, apps, person):
    """A cookie is no granting ticket, an IOU neither, and no prefix lies."""
    app, alice = apps(), person()
    granting = app.granted(alice)
    cookie = alice.jar["__Host-TGC"]
    for wrong in (cookie, "PGT-" + cookie[4:], "TGT-" + granting[4:],
                  dict(app.received()[0])["pgtIou"]):
        assert proxy_ticket(place, wrong, APPLICATION)[1] == "INVALID_TICKET"
    thief = Browser(place)
    thief.jar["__Host-TGC"] = "TGT-" + granting[4:]
    assert thief.get("/cas/login", {"service": APPLICATION}).status == 200
    thief.close()
    ticket, _, _ = proxy_ticket(place, granting, APPLICATION)
    for endpoint in ("serviceValidate", "proxyValidate"):
        assert validate(place, "ST-" + ticket[3:], APPLICATION,
                        endpoint).code == "INVALID_TICKET"
    service_ticket = alice.ticket_for(APPLICATION)
    assert validate(place, "PT-" + service_ticket[3:], APPLICATION,
                    "proxyValidate").code == "INVALID_TICKET"
    assert validate(place, ticket, APPLICATION, "proxyValidate").ok


def test_proxy_answers_in_JSON(place, apps, person):
    granting = apps().granted(person())
    answer = get(place, "proxy", pgt=granting, targetService=APPLICATION,
                 format="JSON")
    (ticket,) = json.loads(answer.body)["serviceResponse"][
        "proxySuccess"].values()
    assert validate(place, ticket, APPLICATION, "proxyValidate").ok
    answer = get(place, "proxy", pgt="PGT-1", targetService=APPLICATION,
                 format="JSON")
    failure = json.loads(answer.body)["serviceResponse"][
        "authenticationFailure"]
    assert failure["code"] == "INVALID_TICKET" and failure["description"]


@pytest.mark.parametrize("service", [
    "https://other.example/", APPLICATION + "?a=1", "https://app.example/"])
def test_G12_a_proxy_ticket_is_for_one_target(place, apps, person, service):
    ticket, _, _ = proxy_ticket(place, apps().granted(person()), APPLICATION)
    assert validate(place, ticket, service, "proxyValidate").code == \
        "INVALID_SERVICE"
    assert validate(place, ticket, APPLICATION, "proxyValidate").code == \
        "INVALID_TICKET"


def test_G13_many_tickets_each_of_them_once(place, apps, person):
    granting = apps().granted(person())
    for _ in range(3):
        ticket, _, _ = proxy_ticket(place, granting, APPLICATION)
        assert validate(place, ticket, APPLICATION, "proxyValidate").ok
        assert validate(place, ticket, APPLICATION, "proxyValidate").code == \
            "INVALID_TICKET"


def at_once(count, run):
    """What that many threads bring home."""
    results, lock = [], threading.Lock()
    start = threading.Barrier(count)

    def work():
        start.wait()
        result = run()
        with lock:
            results.append(result)

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_G13_T062_a_proxy_ticket_is_spent_once(place, apps, person):
    granting = apps().granted(person())
    for _ in range(5):
        ticket, _, _ = proxy_ticket(place, granting, APPLICATION)
        verdicts = at_once(20, lambda: validate(place, ticket, APPLICATION,
                                                "proxyValidate"))
        assert sum(verdict.ok for verdict in verdicts) == 1


def test_G18_H01_H03_a_hundred_at_once_are_different(place, apps, person):
    granting = apps().granted(person())
    tickets = [ticket for ticket, _, _ in at_once(100, lambda: proxy_ticket(
        place, granting, APPLICATION))]
    assert len(set(tickets)) == 100
    assert all(re.fullmatch(r"PT-[0-9A-Za-z]{29,61}", ticket)
               for ticket in tickets)


def test_G08_H01_H03_granting_tickets_and_their_names(apps, person):
    """Neither is repeated, nor to be told from the other."""
    app, alice = apps(), person()
    for _ in range(20):
        assert app.validate(alice.ticket_for(app.url())).granting_iou
    calls = [dict(call) for call in app.received()]
    texts = [call[name] for call in calls for name in ("pgtId", "pgtIou")]
    assert len(set(texts)) == 40
    for text in texts:
        assert re.fullmatch(r"(PGT|PGTIOU)-[0-9A-Za-z]{32,57}", text)
    for call in calls:
        granting, iou = call["pgtId"], call["pgtIou"]
        assert not any(granting[at:at + 9] in iou
                       for at in range(len(granting) - 8))


def test_G15_targets_that_are_not_registered(place, apps, person):
    granting = apps().granted(person())
    for target in ("https://unknown.example/", "x", "imap://mail.example",
                   "javascript:alert(1)", "https://app.example/cb\r\nX: y"):
        _, code, words = proxy_ticket(place, granting, target)
        assert code == "UNAUTHORIZED_SERVICE" and words


def test_G15_F38_services_that_are_switched_off(place, apps, person):
    """The target before and after, and the one that acts."""
    app, target, alice = apps(), apps(), person()
    granting = app.granted(alice)
    ticket, _, _ = proxy_ticket(place, granting, target.url())
    place.portillon("service", "disable", target.id)
    assert validate(place, ticket, target.url(), "proxyValidate").code == \
        "UNAUTHORIZED_SERVICE"
    assert proxy_ticket(place, granting, target.url())[1] == \
        "UNAUTHORIZED_SERVICE"
    assert proxy_ticket(place, granting, APPLICATION)[0]
    place.portillon("service", "set", app.id, "--proxy", "no")
    assert proxy_ticket(place, granting, APPLICATION)[1] == \
        "UNAUTHORIZED_SERVICE"
    place.portillon("service", "set", app.id, "--proxy", "yes")
    place.portillon("service", "disable", app.id)
    assert proxy_ticket(place, granting, APPLICATION)[1] == \
        "UNAUTHORIZED_SERVICE"


# When it ends


def test_D07_G14_T078_all_ends_with_the_session(place, apps, person):
    app, alice = apps(), person()
    granting = app.granted(alice)
    ticket, _, _ = proxy_ticket(place, granting, APPLICATION)
    assert alice.get("/cas/logout").status == 200
    assert proxy_ticket(place, granting, APPLICATION)[1] == "INVALID_TICKET"
    assert validate(place, ticket, APPLICATION, "proxyValidate").code == \
        "INVALID_TICKET"


def test_G14_T077_all_ends_with_the_account(place, apps, person):
    place.add_account("someone", "a password for it", "--name", "Some One")
    app, one = apps(), person("someone", "a password for it")
    granting = app.granted(one)
    ticket, _, _ = proxy_ticket(place, granting, APPLICATION)
    place.portillon("account", "disable", "someone")
    assert proxy_ticket(place, granting, APPLICATION)[1] == "INVALID_TICKET"
    assert validate(place, ticket, APPLICATION, "proxyValidate").code == \
        "INVALID_TICKET"


def test_F08_a_proxy_ticket_expires(place, apps, person):
    app, alice = apps(), person()
    granting = app.granted(alice)
    early, late = (proxy_ticket(place, granting, APPLICATION)[0]
                   for _ in range(2))
    place.clock.shift(27)
    assert validate(place, early, APPLICATION, "proxyValidate").ok
    place.clock.shift(33)
    assert validate(place, late, APPLICATION, "proxyValidate").code == \
        "INVALID_TICKET"


def test_G22_acting_for_somebody_is_using_the_session(place, apps, person):
    """An hour is the limit without use; the tenth of it is what counts."""
    app, alice = apps(), person()
    granting = app.granted(alice)
    for minutes in (50, 100, 150):
        place.clock.shift(minutes * 60)
        assert proxy_ticket(place, granting, APPLICATION)[0]
        wait_until("the use is written", lambda: place.sql(
            "select 1 from sso.session where last_used_at > now()"
            " + %s * interval '1 minute'", minutes - 2))
    place.clock.shift((150 + 61) * 60)
    assert proxy_ticket(place, granting, APPLICATION)[1] == "INVALID_TICKET"


def test_a_session_that_ends_during_the_call(place, apps, person):
    """Nothing is granted that could not be used."""
    app, alice = apps(), person()
    before = grants(place)

    def ends_it(link):
        assert alice.get("/cas/logout").status == 200
        link.sendall(FINE)

    app.answer = ends_it
    assert app.validate(alice.ticket_for(app.url())).code == "INVALID_TICKET"
    assert grants(place) == before


def test_D08_who_redeemed_a_proxy_ticket_is_told(place, apps, person):
    app, target, alice = apps(), apps(), person()
    ticket, _, _ = proxy_ticket(place, app.granted(alice), target.url())
    assert validate(place, ticket, target.url(), "proxyValidate").ok
    assert alice.get("/cas/logout").status == 200
    wait_until("it is told", lambda: target.heard)
    (heard,) = target.heard
    assert f"<samlp:SessionIndex>{ticket}</samlp:SessionIndex>" in heard.xml


def test_grants_go_with_their_sessions(place, apps, person):
    app = apps()
    app.granted(person())
    place.sql("delete from sso.session", role="portillon_app")
    assert grants(place) == 0


# What is left of it


def test_T198_no_secret_in_any_log(place, apps, person):
    mark = place.log_size()
    app, target, alice = apps(), apps(), person()
    granting = app.granted(alice)
    ticket, _, _ = proxy_ticket(place, granting, target.url())
    validate(place, ticket, target.url(), "proxyValidate")
    app.answer = says(404)
    app.validate(alice.ticket_for(app.url()))
    app.close()
    app.validate(alice.ticket_for(app.url()))
    wait_until("it is logged", lambda: place.log(mark).count(
        'event="proxy callback failed"') == 2)
    log = place.log(mark) + place.database_log()
    assert f'url="{app.url("/pgt")}"' in log and "status=404" in log
    for secret in [granting, ticket, "proxyResponse", "pgtId=", "pgtIou=",
                   *(value for call in app.received() for _, value in call
                     if value != "true")]:
        assert secret not in log, secret


def test_only_a_hash_is_stored(place, apps, person):
    app = apps()
    granting = app.granted(person())
    ((row,),) = place.sql("select p::text from sso.proxy_grant as p"
                          " order by number desc limit 1")
    assert granting[4:] not in row
    assert dict(app.received()[0])["pgtIou"][7:] not in row


def test_it_is_counted(place, apps, person):
    app, alice = apps(), person()
    growth = Growth(place)
    granting = app.granted(alice)
    proxy_ticket(place, granting, APPLICATION)
    proxy_ticket(place, granting, "https://unknown.example/")
    app.answer = says(500)
    app.validate(alice.ticket_for(app.url()))
    for name, result in (("proxy_callbacks", "taken"),
                         ("proxy_callbacks", "failed"),
                         ("proxy_tickets", "issued"),
                         ("proxy_tickets", "refused"),
                         ("validations", "INVALID_PROXY_CALLBACK")):
        assert growth.of(f"portillon_{name}_total", result=result) == 1


@only_root
def test_T227_nothing_is_left_in_memory(place, apps, person):
    app, alice = apps(), person()
    granting = app.granted(alice)
    ticket, _, _ = proxy_ticket(place, granting, APPLICATION)
    assert_forgotten(place, {"granting ticket": granting.encode(),
                             "proxy ticket": ticket.encode()})
