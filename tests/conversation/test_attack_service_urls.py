# SPDX-License-Identifier: Apache-2.0
"""Addresses that look like a registered one, and every way to be sent to one.
Numbers are those of the attack catalogue; registered is https://app.example/cb,
just that path, and https://app.example/app/* with everything below."""
import itertools
import re
import urllib.parse

import pytest

from browser import query_of, status_of
from installation import wait_until
from conftest import APPLICATION, PEOPLE

FOREIGN = "https://evil.example/x"
numbers = itertools.count(1)

REFUSED = {
    "T045": [
        "https://app.example@evil.example/", "https://app.example:443@evil/cb",
        "https://a@b@app.example/cb", "https://user@app.example/cb",
        "https://user:word@app.example/cb", "https://app.example%40evil/cb",
        "https://@app.example/cb", "https://evil.example\\@app.example/cb",
    ],
    "T047": [
        "https://app.example.evil/cb", "https://xapp.example/cb",
        "https://appXexample/cb", "https://evil.example/?https://app.example/cb",
        "https://evil.example/#https://app.example/cb",
        "https://evil.example/app.example/cb", "https://app.example.:443/cbx",
        "https://sub.app.example/cb", "https://example/cb",
        "https://app.example:8443/cb", "https://app.example:80/cb",
        "https://app.example:0/cb", "https://app.example:65979/cb",
        "https://app.example:+443/cb", "https://app.example:4 43/cb",
        "https://127.0.0.1/cb", "https://[::1]/cb", "https://2130706433/cb",
        "https://аpp.example/cb", "https://app。example/cb",
        "https://ａpp.example/cb", "https://app.exa%6dple/cb",
    ],
    "T048": [
        "https://app.example/cb/../evil", "https://app.example/cb/%2e%2e/evil",
        "https://app.example/app/../cb/evil", "https://app.example/app/..",
        "https://app.example/app/%2e%2e/evil",
        "https://app.example/app/%252e%252e/evil",
        "https://app.example/app/.%2e/evil", "https://app.example/app/..;/evil",
        "https://app.example/app/x%2f..%2f..%2fevil",
        "https://app.example/cb\\..\\evil", "https://app.example//cb",
        "https://app.example/app\\..\\evil", "https://app.example/app%5c..",
        "https://app.example/CB", "https://app.example/cbx",
        "https://app.example/cb/", "https://app.example/application",
        "https://app.example/App/x", "https://app.example/cb%2f..%2fevil",
        "https://app.example/app%2fx", "https://app.example/app;v=1/x",
    ],
    "T050": [
        "javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///cb",
        "http://app.example/cb", " https://app.example/cb",
        "\thttps://app.example/cb", "ht\ntps://app.example/cb",
        "https ://app.example/cb", "ftp://app.example/cb",
        "javascript://app.example/cb", "https://app.example/cb\n",
        "https:/app.example/cb", "https:app.example/cb", "//app.example/cb",
        "https:///app.example/cb", "https:\\\\app.example\\cb",
        "app.example/cb", "https://", "https://:443/cb", "/cb",
        "https://app.example:/cb:0",
    ],
    "T051": [
        "https://app.example/cb\r\nSet-Cookie: x=1", "https://app.example/cb\n",
        "https://app.example/\tcb", "https://app.example/cb\x7f",
        "https://app.example/c b", "https://app.example\x0b/cb",
        "https://app.example/cb?%0d%0aSet-Cookie:%20x=1",
        "https://app.example/cb?x=%0a", "https://app.example/cb?%00",
        "https://app.example/cb#%0a", "https://app.example/cb? ",
        "https://app.example/cb?%e2%80%a8", "https://app.example/cb?\x85",
    ],
}


def kept_here(answer, url):
    """A page of ours, and nothing on it leads to the address."""
    assert answer.status in (400, 403), (url, answer.status)
    assert answer.location is None, url
    assert "ST-" not in answer.text, url
    assert answer.form is None or "service" not in answer.form.fields, url
    own = f'href="{urllib.parse.urljoin(answer.url, "/cas/")}'
    assert f'href="{url}' not in answer.text.replace(own, ""), url
    return True


def leads_nowhere(answer):
    """Whatever it is, it neither sends nor links to the stranger."""
    assert answer.location is None or "evil" not in answer.location
    assert not re.search(r'(?:href|action|src)="[^"?]*evil', answer.text)
    return True


@pytest.mark.parametrize("row", REFUSED)
def test_addresses_that_look_alike_are_refused(alice, browser, row):
    """T045 T047 T048 T050 T051, with a session and without, with gateway, and
    for signing out (which leaves them on our own page)."""
    stranger = browser()
    for url in REFUSED[row]:
        assert kept_here(alice.login_page(service=url), url)
        assert kept_here(alice.login_page(service=url, gateway="true"), url)
        assert kept_here(stranger.login_page(service=url), url)
        assert kept_here(stranger.login_page(service=url, gateway="1"), url)
        out = stranger.get("/cas/logout", {"service": url})
        assert out.location is None and out.status in (200, 400), url
        assert f'href="{url}"' not in out.text


@pytest.mark.parametrize("row", REFUSED)
def test_a_right_password_buys_no_way_to_them(browser, row):
    """T045 T047 T048 T050 T051 in the form: refused, and no session either."""
    one = browser()
    page = one.login_page(service=APPLICATION)
    for url in REFUSED[row]:
        answer = one.submit(page, "alice", PEOPLE["alice"], service=url)
        assert kept_here(answer, url)
        assert "__Host-TGC" not in one.jar


@pytest.mark.parametrize("row", REFUSED)
def test_no_ticket_is_redeemed_at_them(alice, validate, row):
    """T045 T047 T048 T050 T051 at validation: not what the ticket was for."""
    for url in REFUSED[row][:6]:
        verdict = validate("serviceValidate", alice.ticket_for(APPLICATION),
                           url)
        assert not verdict.ok
        assert verdict.code in ("INVALID_SERVICE", "INVALID_REQUEST"), url


def test_T048_below_a_prefix_is_inside(alice):
    for tail in ("", "/", "/x/y", "/...", "/a..b", "/x;v=1", "/x%2Fy"):
        url = "https://app.example/app" + tail
        assert alice.login_page(service=url).location.startswith(url), url


def test_T050_the_scheme_may_be_in_capitals(alice):
    assert alice.login_page(service="HTTPS://app.example/cb").ticket


@pytest.mark.parametrize("character", ["é", "𝄞", "<", '"', "'", "|", "{"])
def test_T051_a_location_is_plain_ASCII(alice, character):
    answer = alice.login_page(service=APPLICATION + "?x=" + character)
    assert answer.ticket
    assert all("!" <= char <= "~" for char in answer.location)


@pytest.mark.parametrize("line_end", [
    "%0d%0a", "%0a", "%0d", "%250d%250a", "%e5%98%8a%e5%98%8d", "%c4%8d%c4%8a",
])
def test_T051_no_spelling_of_a_line_end_ends_a_header_line(
        alice, installation, raw, line_end):
    """On the wire, where a library could hide it."""
    for path in ("login", "logout"):
        cookie = alice.jar["__Host-TGC"]
        answer = raw(
            f"GET /cas/{path}?service=https://app.example/cb?{line_end}"
            f"Planted:%20x&gateway=1 HTTP/1.1\r\n"
            f"Host: localhost:{installation.port}\r\n"
            f"Cookie: __Host-TGC={cookie if path == 'login' else ''}\r\n"
            "Connection: close\r\n\r\n".encode())
        head = answer.partition(b"\r\n\r\n")[0]
        assert status_of(answer) in (200, 302, 303, 400, 403)
        assert not re.search(rb"(?im)^planted", head), head
        assert re.fullmatch(rb"(?:[ -~]+\r\n)*[ -~]+", head), head


def test_T052_a_ticket_in_the_service_is_taken_out(alice, validate):
    service = APPLICATION + "?a=1&ticket=ST-old&b=2"
    location = alice.login_page(service=service).location
    query = urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query)
    assert [name for name, _ in query] == ["a", "b", "ticket"]
    ticket = dict(query)["ticket"]
    assert ticket != "ST-old"
    assert validate("serviceValidate", ticket,
                    APPLICATION + "?a=1&b=2").ok


@pytest.mark.parametrize("name", ["ticket", "%74icket", "ticke%74"])
def test_T052_and_so_it_is_when_validating(alice, validate, name):
    ticket = alice.ticket_for(f"{APPLICATION}?{name}=old&a=1")
    assert validate("serviceValidate", ticket,
                    f"{APPLICATION}?a=1&{name}={ticket}").ok


@pytest.mark.parametrize("fragment", ["#top", "#", "#?ticket=ST-old", "#/a?b"])
def test_T052_the_ticket_stands_before_the_fragment(
        alice, validate, fragment):
    location = alice.login_page(service=APPLICATION + fragment).location
    before, _, after = location.partition("#")
    assert "#" + after == fragment
    ticket = urllib.parse.parse_qs(urllib.parse.urlsplit(before).query)
    assert validate("serviceValidate", ticket["ticket"][0], APPLICATION).ok


@pytest.mark.parametrize("parameter", [
    "service", "TARGET", "url", "return", "next", "RelayState",
    "targetService",
])
@pytest.mark.parametrize("path", ["/cas/login", "/cas/logout", "/cas/", "/cas"])
def test_T053_no_parameter_leads_to_a_stranger(
        alice, browser, path, parameter):
    for one in (alice, browser()):
        for extra in ({}, {"gateway": "true"}, {"method": "POST"},
                      {"renew": "true"}, {"warn": "true"}):
            answer = one.get(path, {parameter: FOREIGN, **extra})
            while answer.location is not None:
                assert leads_nowhere(answer)
                answer = one.follow(answer)
            assert leads_nowhere(answer)


@pytest.mark.parametrize("parameter", [
    "service", "TARGET", "url", "return", "next", "RelayState",
    "targetService", "action",
])
def test_T053_nor_does_one_in_the_form_or_behind_it(browser, parameter):
    one = browser()
    page = one.login_page()
    form = {**page.form.fields, "username": "alice",
            "password": PEOPLE["alice"]}
    for fields, query in (({**form, parameter: FOREIGN}, None),
                          (form, {parameter: FOREIGN}),
                          ({**form, parameter: FOREIGN, "method": "POST"},
                           None)):
        answer = one.post("/cas/login", fields, query)
        assert leads_nowhere(answer)
        if answer.location is not None:
            assert leads_nowhere(one.follow(answer))


@pytest.mark.parametrize("name, value", [
    ("Referer", FOREIGN), ("X-Forwarded-Host", "evil.example"),
    ("X-Original-URL", "/evil"), ("Forwarded", "host=evil.example"),
    ("X-Forwarded-Proto", "evil"),
])
def test_T053_no_header_leads_to_a_stranger(alice, browser, name, value):
    for one in (alice, browser()):
        for path in ("/cas/login", "/cas/logout", "/cas"):
            assert leads_nowhere(one.get(path, headers={name: value}))


def test_T054_a_service_removed_while_the_form_is_open(
        browser, installation, new_service):
    for action in ("disable", "remove"):
        url, number = new_service()
        one = browser()
        page = one.login_page(service=url)
        installation.portillon("service", action, number)
        answer = one.submit(page, "alice", PEOPLE["alice"])
        assert kept_here(answer, url)


def test_T054_a_service_removed_is_gone_for_sessions_too(
        alice, installation, new_service):
    url, number = new_service()
    assert alice.login_page(service=url).ticket
    installation.portillon("service", "remove", number)
    assert kept_here(alice.login_page(service=url), url)


def test_T054_nor_does_gateway_or_logout_lead_to_one_removed(
        alice, browser, installation, new_service):
    url, number = new_service()
    one = browser()
    assert one.login_page(service=url, gateway="true").location == url
    assert one.get("/cas/logout", {"service": url}).location == url
    installation.portillon("service", "disable", number)
    assert kept_here(one.login_page(service=url, gateway="true"), url)
    assert one.get("/cas/logout", {"service": url}).location is None
    installation.portillon("service", "enable", number)
    assert alice.login_page(service=url).ticket


def overlapping(installation, narrow_first):
    """Two services that match one address, in the order wanted."""
    host = f"overlap{next(numbers)}.example"
    patterns = [(f"https://*.{host}/*", "Wide"),
                (f"https://a.{host}/app/*", "Narrow")]
    ids = {}
    for pattern, name in reversed(patterns) if narrow_first else patterns:
        ids[name] = installation.add_service(pattern, name=name)
    return f"https://a.{host}", ids


@pytest.mark.parametrize("narrow_first", [True, False])
def test_T056_the_most_specific_service_wins_in_any_order(
        alice, browser, installation, narrow_first):
    site, ids = overlapping(installation, narrow_first)
    one = browser()
    # A gate that knows the wide one looks for newer ones every second.
    wait_until("both are known", lambda: "<strong>Narrow</strong>" in
               one.login_page(service=site + "/app/x").text)
    for path, name in (("/app/x", "Narrow"), ("/app", "Narrow"),
                       ("/other", "Wide"), ("/apple", "Wide")):
        page = one.login_page(service=site + path)
        assert f"<strong>{name}</strong>" in page.text, path
    # Switched off, it does not hand its addresses to the wider one.
    installation.portillon("service", "disable", ids["Narrow"])
    assert kept_here(alice.login_page(service=site + "/app/x"), site)
    assert alice.login_page(service=site + "/other").ticket


@pytest.mark.parametrize("pattern", [
    "(a+)+$", "https://app.example/(a+)+$", "^https://.*", "https://*/*",
    "https://app.example/*/*/*x", "https://*.*.example/",
    "https://app.example/*a*a*a*a*b",
])
def test_T057_no_pattern_backtracks(installation, pattern):
    """Nothing that repeats inside a pattern is taken: what looks like a regular
    expression is a refused or a literal text."""
    answer = installation.portillon("service", "add", "--name", "Slow",
                                    pattern, expect=None)
    if answer.returncode == 0:
        number = re.search(r"added service ([0-9]+)", answer.stdout)[1]
        (stored,), = installation.sql(
            "select pattern from sso.service where id = %s", int(number))
        installation.portillon("service", "remove", number)
        assert "*" not in stored.removesuffix("/*")
    else:
        assert answer.stderr.strip()


@pytest.mark.parametrize("length", [4097, 15000, 50 * 1024])
def test_T057_an_over_long_address_is_refused_by_its_length(
        alice, browser, length):
    url = (APPLICATION + "?" + "a" * length)[:length - 1] + "!"
    one = browser()
    page = one.login_page()
    assert kept_here(one.submit(page, "alice", PEOPLE["alice"], service=url),
                     url)
    assert "__Host-TGC" not in one.jar
    if length < 8000:
        assert kept_here(alice.login_page(service=url), url)


def test_T057_the_longest_address_is_looked_up_whatever_it_is_made_of(alice):
    """As many slashes as fit: each is a place where a pattern may end."""
    start = "https://app.example/app/"
    for filling in ("/x", "/", ";v", "%41", "a"):
        url = (start + filling * 2048)[:2700].rstrip("%")
        assert alice.login_page(service=url).ticket, filling
        assert kept_here(
            alice.login_page(service=url.replace("/app/", "/apps/", 1)), url)


def test_T058_a_ticket_does_not_travel_on_in_a_referer(alice, browser):
    """same-origin sends nothing to other origins, as no-referrer does; with
    the latter browsers send our own form with "Origin: null"."""
    for answer in (alice.login_page(service=APPLICATION),
                   alice.login_page(), browser().login_page(),
                   browser().login_page(service=FOREIGN),
                   browser().get("/cas/logout"),
                   browser().get("/cas/nowhere?ticket=ST-1"),
                   browser().get("/cas/serviceValidate?ticket=ST-1")):
        assert answer.header("Referrer-Policy") == "same-origin"
        assert answer.header("Cache-Control") == "no-store"


def test_T058_nor_does_it_reach_our_log(alice, installation, validate):
    mark = installation.log_size()
    ticket = alice.ticket_for(APPLICATION)
    validate("serviceValidate", ticket, APPLICATION)
    alice.get("/cas/login", {"service": f"{APPLICATION}?ticket={ticket}"})
    alice.get("/cas/login", {"service": f"{FOREIGN}?ticket={ticket}"})
    alice.get(f"/cas/nowhere/{ticket}?ticket={ticket}",
              headers={"Referer": f"{APPLICATION}?ticket={ticket}"})
    assert "access" in installation.log(mark)
    assert ticket not in installation.log(mark)


@pytest.mark.parametrize("name", [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)", "javascript:alert(1)", "{{title}}&lt;b&gt;",
])
def test_T059_a_service_name_is_text(browser, installation, name):
    host = f"named{next(numbers)}.example"
    installation.add_service(f"https://{host}/*", name=name)
    page = browser().login_page(service=f"https://{host}/x")
    assert page.status == 200
    assert "<script" not in page.text and "<img src=x" not in page.text
    assert not re.search(r"<[^>]*(?:onerror|onmouseover|javascript:)",
                         page.text)
    shown = re.search(r"<strong>(.*?)</strong>", page.text)[1]
    assert not set("<>\"'") & set(shown)
    for letter, reference in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"),
                              ('"', "&quot;"), ("'", "&#39;")):
        name = name.replace(letter, reference)
    assert shown == name


@pytest.mark.parametrize("name", ["", "a\nb", "a\x1b[31mb", "‮gnp.exe"])
def test_T059_a_name_that_plays_tricks_is_not_taken(installation, name):
    answer = installation.portillon(
        "service", "add", "--name", name, "https://tricks.example/*",
        expect=None)
    assert answer.returncode != 0


def test_T060_the_page_says_where_you_are_going(browser):
    one = browser()
    page = one.login_page(service="https://other.example/deep/path?q=1")
    assert "<strong>Other application</strong>" in page.text
    again = one.submit(page, "alice", "wrong words")
    assert "<strong>Other application</strong>" in again.text


def test_T060_a_stranger_never_meets_the_password_form(browser):
    one = browser()
    for params in ({}, {"renew": "true"}, {"gateway": "true"},
                   {"locale": "fr"}, {"username": "alice"}):
        answer = one.login_page(service=FOREIGN, **params)
        assert answer.status == 403
        assert "password" not in answer.text.replace("/password", "")
        assert answer.form is None


def test_a_service_just_added_works_at_once_at_every_gate(
        browser, new_service):
    url, _ = new_service()
    for _ in range(20):
        one = browser()
        assert one.login_page(service=url).form is not None
        one.close()
