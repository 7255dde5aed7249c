# SPDX-License-Identifier: Apache-2.0
"""Addresses that look like a registered one.  Numbers are those of the attack
catalogue; registered is https://app.example/cb, just that path, and
https://app.example/app/* with everything below."""
import urllib.parse

import pytest

from conftest import APPLICATION, PEOPLE

REFUSED = {
    "T045": [
        "https://app.example@evil.example/", "https://app.example:443@evil/cb",
        "https://a@b@app.example/cb", "https://user@app.example/cb",
        "https://user:word@app.example/cb", "https://app.example%40evil/cb",
        "https://@app.example/cb", "https://evil.example\\@app.example/cb",
    ],
    "T046": [
        "https:/app.example/cb", "https:app.example/cb", "//app.example/cb",
        "https:///app.example/cb", "https:\\\\app.example\\cb", "app.example/cb",
        "https://", "https://:443/cb", "/cb", "https://app.example:/cb:0",
    ],
    "T047": [
        "https://app.example.evil/cb", "https://xapp.example/cb",
        "https://appXexample/cb", "https://evil.example/?https://app.example/cb",
        "https://evil.example/#https://app.example/cb",
        "https://evil.example/app.example/cb", "https://app.example.:443/cbx",
        "https://sub.app.example/cb", "https://example/cb",
    ],
    "T048": [
        "https://app.example/cb/../evil", "https://app.example/cb/%2e%2e/evil",
        "https://app.example/app/../cb/evil", "https://app.example/app/..",
        "https://app.example/app/%2e%2e/evil",
        "https://app.example/app/.%2e/evil", "https://app.example/app/..;/evil",
        "https://app.example/cb\\..\\evil", "https://app.example//cb",
        "https://app.example/CB", "https://app.example/cbx",
        "https://app.example/cb/", "https://app.example/application",
        "https://app.example/App/x", "https://app.example/cb%2f..%2fevil",
    ],
    "T049": [
        "https://app.example:8443/cb", "https://app.example:80/cb",
        "https://app.example:0/cb", "https://app.example:65979/cb",
        "https://app.example:+443/cb", "https://app.example:4 43/cb",
        "https://127.0.0.1/cb", "https://[::1]/cb", "https://2130706433/cb",
        "https://аpp.example/cb", "https://app。example/cb",
        "https://ａpp.example/cb", "https://app.exa%6dple/cb",
    ],
    "T050": [
        "javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///cb",
        "http://app.example/cb", " https://app.example/cb",
        "\thttps://app.example/cb", "ht\ntps://app.example/cb",
        "https ://app.example/cb", "ftp://app.example/cb",
        "javascript://app.example/cb", "https://app.example/cb\n",
    ],
    "T051": [
        "https://app.example/cb\r\nSet-Cookie: x=1", "https://app.example/cb\n",
        "https://app.example/\tcb", "https://app.example/cb\x7f",
        "https://app.example/c b", "https://app.example\x0b/cb",
    ],
}
ROWS = [(row, url) for row, urls in REFUSED.items() for url in urls]


def kept_here(answer, url):
    """A page of ours, and nothing on it leads to the address."""
    assert answer.status in (400, 403), answer.status
    assert answer.location is None
    assert "ST-" not in answer.text
    assert answer.form is None or "service" not in answer.form.fields
    assert f'href="{url}' not in answer.text
    return True


@pytest.mark.parametrize("row, url", ROWS)
def test_T045_to_T051_addresses_that_look_alike_are_refused(
        alice, browser, row, url):
    assert kept_here(alice.login_page(service=url), url)
    assert kept_here(browser().login_page(service=url), url)
    assert kept_here(alice.login_page(service=url, gateway="true"), url)


def test_T050_the_scheme_may_be_in_capitals(alice):
    assert alice.login_page(service="HTTPS://app.example/cb").ticket


@pytest.mark.parametrize("character", ["\u2028", "é", "𝄞", "<", '"', "'"])
def test_T051_a_location_is_plain_ASCII(alice, character):
    answer = alice.login_page(service=APPLICATION + "?x=" + character)
    if answer.location is not None:
        assert all("!" <= char <= "~" for char in answer.location)
        assert answer.ticket
    else:
        assert answer.status in (400, 403)


def test_T052_a_ticket_in_the_service_is_taken_out(alice, validate):
    service = APPLICATION + "?a=1&ticket=ST-old&b=2"
    location = alice.login_page(service=service).location
    query = urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query)
    assert [name for name, _ in query] == ["a", "b", "ticket"]
    ticket = dict(query)["ticket"]
    assert ticket != "ST-old"
    assert validate("serviceValidate", ticket,
                    APPLICATION + "?a=1&b=2").ok


@pytest.mark.parametrize("parameter", [
    "service", "TARGET", "url", "return", "next", "RelayState",
    "targetService",
])
@pytest.mark.parametrize("path", ["/cas/login", "/cas/logout", "/cas/", "/cas"])
def test_T053_no_parameter_leads_to_a_stranger(
        alice, browser, path, parameter):
    foreign = "https://evil.example/x"
    for one in (alice, browser()):
        answer = one.get(path, {parameter: foreign})
        while answer.location is not None and "evil" not in answer.location:
            answer = one.follow(answer)
        assert answer.location is None
        assert f'href="{foreign}' not in answer.text


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


def test_a_service_just_added_works_at_once_at_every_gate(
        browser, new_service):
    url, _ = new_service()
    for _ in range(20):
        one = browser()
        assert one.login_page(service=url).form is not None
        one.close()
