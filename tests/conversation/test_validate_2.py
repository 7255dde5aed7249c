# SPDX-License-Identifier: Apache-2.0
"""/serviceValidate and /p3/serviceValidate (protocol specification 2.5, 2.8).
Rows about proxies are not among them."""
import json
import re
import threading

import lxml.etree
import pytest

from browser import Browser, query_of, send_raw
from conftest import APPLICATION, PEOPLE
from validation import SCHEMA

ENDPOINTS = ["serviceValidate", "p3/serviceValidate"]
OTHER = "https://other.example/"


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("person", ["alice", "bob", "chloe"])
def test_F01_success_is_valid_against_the_schema(
        browser, validate, endpoint, person):
    """read_verdict() holds every answer that a test gets against it."""
    ticket = browser().sign_in(person, PEOPLE[person], APPLICATION).ticket
    verdict = validate(endpoint, ticket, APPLICATION)
    assert verdict.user == person
    SCHEMA.assertValid(lxml.etree.fromstring(verdict.answer.body))
    broken = verdict.answer.body.replace(b"cas:user", b"cas:name")
    assert not SCHEMA.validate(lxml.etree.fromstring(broken))


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_F02_failure_is_valid_against_the_schema(validate, endpoint):
    verdict = validate(endpoint, "ST-unknown", APPLICATION)
    SCHEMA.assertValid(lxml.etree.fromstring(verdict.answer.body))
    assert verdict.code == "INVALID_TICKET"


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("given", [
    {}, {"service": APPLICATION}, {"ticket": "ST-1"},
    {"service": "", "ticket": ""}, {"service": APPLICATION, "ticket": ""},
    {"service": "", "ticket": "ST-1"},
])
def test_F03_missing_parameters_are_an_invalid_request(
        validate, endpoint, given):
    assert validate(endpoint, **given).code == "INVALID_REQUEST"


@pytest.mark.parametrize("ticket", [
    "ST-1", "x", "ST-" + "0" * 60, "ST-" + "z" * 60, "TGT-1",
    "st-" + "0" * 60,
])
def test_F04_an_unknown_ticket_is_invalid(validate, ticket):
    assert validate("serviceValidate", ticket, APPLICATION).code == \
        "INVALID_TICKET"


@pytest.mark.parametrize("first", ENDPOINTS)
@pytest.mark.parametrize("second", ENDPOINTS)
def test_F05_a_second_validation_is_refused(alice, validate, first, second):
    ticket = alice.ticket_for(APPLICATION)
    assert validate(first, ticket, APPLICATION).ok
    assert validate(second, ticket, APPLICATION).code == "INVALID_TICKET"


@pytest.mark.parametrize("service, extra", [
    (OTHER, {}), (APPLICATION, {"renew": "true"}),
    (APPLICATION + "?more=1", {}), ("https://unknown.example/", {}),
])
def test_F06_a_failed_first_validation_spends_the_ticket(
        alice, validate, service, extra):
    ticket = alice.ticket_for(APPLICATION)
    assert not validate("serviceValidate", ticket, service, **extra).ok
    again = validate("serviceValidate", ticket, APPLICATION)
    assert again.code == "INVALID_TICKET"


@pytest.mark.parametrize("service", [
    OTHER, "https://app.example/app/", APPLICATION + "?a=1",
    "https://app.example/CB", "https://app.example:444/cb",
])
def test_F07_the_wrong_service_is_told_apart_and_spends(
        alice, validate, service):
    ticket = alice.ticket_for(APPLICATION)
    verdict = validate("serviceValidate", ticket, service)
    assert verdict.code == "INVALID_SERVICE"
    assert not validate("serviceValidate", ticket, APPLICATION).ok


def test_F08_an_expired_ticket_fails(alice, validate, installation):
    early, late = (alice.ticket_for(APPLICATION) for _ in range(2))
    installation.clock.shift(27)
    assert validate("serviceValidate", early, APPLICATION).ok
    installation.clock.shift(33)
    assert validate("serviceValidate", late, APPLICATION).code == \
        "INVALID_TICKET"


def test_F09_tickets_live_five_minutes_at_most(installation):
    help_text = installation.portillon("--help-settings").stdout
    sample = installation.portillon("--sample-settings").stdout
    assert "life" in help_text
    section = sample.partition("[ticket]")[2]
    life = re.search(r"life\s*=\s*([0-9]+)", section)
    assert 0 < int(life[1]) <= 300


def test_F10_the_failure_text_says_what_was_wrong(
        alice, validate, installation):
    spent = alice.ticket_for(APPLICATION)
    late = alice.ticket_for(APPLICATION)
    validate("serviceValidate", spent, APPLICATION)
    texts = [validate("serviceValidate", "ST-unknown", APPLICATION),
             validate("serviceValidate", spent, APPLICATION)]
    installation.clock.shift(40)
    texts.append(validate("serviceValidate", late, APPLICATION))
    words = {verdict.description.strip() for verdict in texts}
    assert len(words) == 3, words
    for text in words:
        assert len(text) > 5 and "alice" not in text and "ST-" not in text


@pytest.mark.parametrize("ticket", ["PT-1", "PT-" + "0" * 60])
def test_F11_F12_a_proxy_ticket_is_told_to_be_one(validate, ticket):
    verdict = validate("serviceValidate", ticket, APPLICATION)
    assert verdict.code == "INVALID_TICKET_SPEC"
    assert "proxy ticket" in verdict.description


def test_F17_renew_refuses_a_ticket_from_single_sign_on(alice, validate):
    ticket = alice.ticket_for(APPLICATION)
    verdict = validate("p3/serviceValidate", ticket, APPLICATION, renew="true")
    assert verdict.code == "INVALID_TICKET"


def test_F18_the_three_standard_attributes_are_there(browser, validate):
    one = browser()
    fresh = one.sign_in("bob", PEOPLE["bob"], APPLICATION).ticket
    silent = one.ticket_for(APPLICATION)
    for ticket, new_login in ((fresh, "true"), (silent, "false")):
        verdict = validate("p3/serviceValidate", ticket, APPLICATION)
        names = [name for name, _ in verdict.attributes]
        assert names[:3] == ["authenticationDate",
                             "longTermAuthenticationRequestTokenUsed",
                             "isFromNewLogin"]
        date, long_term, new = [value for _, value in verdict.attributes[:3]]
        assert re.fullmatch(
            r"20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]"
            r"(\.[0-9]+)?Z", date)
        assert (long_term, new) == ("false", new_login)


def test_F19_several_values_are_repeated_elements_in_order(alice, validate):
    verdict = validate("p3/serviceValidate", alice.ticket_for(APPLICATION),
                       APPLICATION)
    assert verdict.values("memberOf") == ["staff", "cn=lib,ou=groups"]
    assert verdict.values("mail") == ["alice@example.org"]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_F20_the_format_is_JSON_or_XML(alice, validate, endpoint):
    for spelled in ("JSON", "json"):
        answer = validate(endpoint, alice.ticket_for(APPLICATION), APPLICATION,
                          format=spelled)
        assert answer.header("Content-Type").startswith("application/json")
        whole = json.loads(answer.body)
        assert list(whole) == ["serviceResponse"]
        assert list(whole["serviceResponse"]) == ["authenticationSuccess"]
        success = whole["serviceResponse"]["authenticationSuccess"]
        assert success["user"] == "alice"
        assert set(success) <= {"user", "attributes", "proxies",
                                "proxyGrantingTicket"}
        assert success["attributes"]["memberOf"] == ["staff",
                                                     "cn=lib,ou=groups"]
    for extra in ({"format": "XML"}, {}):
        verdict = validate(endpoint, alice.ticket_for(APPLICATION),
                           APPLICATION, **extra)
        assert verdict.ok
        assert verdict.answer.header("Content-Type").startswith(
            "application/xml")


def test_F21_an_unknown_format_is_an_error_code(alice, validate):
    verdict = validate("serviceValidate", alice.ticket_for(APPLICATION),
                       APPLICATION, format="foo")
    assert verdict.code == "INVALID_REQUEST"


def test_F22_a_JSON_failure_has_code_and_description(validate):
    for ticket, code in (("ST-unknown", "INVALID_TICKET"),
                         ("", "INVALID_REQUEST")):
        answer = validate("serviceValidate", ticket, APPLICATION,
                          format="JSON")
        failure = json.loads(answer.body)["serviceResponse"][
            "authenticationFailure"]
        assert set(failure) == {"code", "description"}
        assert failure["code"] == code and failure["description"]


def test_F23_nothing_is_released_but_what_is_allowed(alice, validate):
    three = {"authenticationDate", "longTermAuthenticationRequestTokenUsed",
             "isFromNewLogin"}
    for service, allowed in ((OTHER, set()),
                             ("https://app.example/app/x", {"mail"})):
        verdict = validate("p3/serviceValidate", alice.ticket_for(service),
                           service)
        names = {name for name, _ in verdict.attributes}
        assert names - three == allowed


def test_F24_special_characters_keep_their_value(
        browser, validate, installation, new_account):
    worst = {
        "first": "<>&\"' ]]> <![CDATA[x]]> &amp; &#0;",
        "second": "𝄞 é ﷽ \u200b\ufeff",
        "third": "line\u0001\u000b\u001fend",
    }
    login, password = new_account()
    installation.sql(
        "update sso.account set attributes = %s where login = %s",
        json.dumps({name: [value] for name, value in worst.items()}), login)
    one = browser()
    one.sign_in(login, password)
    verdict = validate("p3/serviceValidate", one.ticket_for(APPLICATION),
                       APPLICATION)
    assert verdict.values("first") == [worst["first"]]
    assert verdict.values("second") == [worst["second"]]
    assert verdict.values("third") == ["lineend"]
    answer = validate("p3/serviceValidate", one.ticket_for(APPLICATION),
                      APPLICATION, format="JSON")
    attributes = json.loads(answer.body)["serviceResponse"][
        "authenticationSuccess"]["attributes"]
    assert attributes["first"] == [worst["first"]]
    assert attributes["second"] == [worst["second"]]


def test_F25_F26_failures_are_200_and_never_empty(alice, validate):
    ticket = alice.ticket_for(APPLICATION)
    failures = [
        validate("serviceValidate"),
        validate("serviceValidate", "ST-x", APPLICATION),
        validate("serviceValidate", ticket, OTHER),
        validate("serviceValidate", ticket, APPLICATION),
        validate("serviceValidate", "ST-x", APPLICATION, format="foo"),
        validate("serviceValidate", "ST-x", "not a URL"),
    ]
    for verdict in failures:  # read_verdict has looked at the status
        assert verdict.code and verdict.description.strip()


def test_F27_the_bytes_are_what_clients_need(alice, validate):
    verdict = validate("p3/serviceValidate", alice.ticket_for(APPLICATION),
                       APPLICATION)
    body = verdict.answer.text
    assert body.startswith('<cas:serviceResponse xmlns:cas='
                           '"http://www.yale.edu/tp/cas">')
    assert "<?xml" not in body and "<!" not in body
    assert re.search(r"<cas:authenticationSuccess>\s*"
                     r"<cas:user>alice</cas:user>", body)
    leaves = re.findall(r"<cas:([A-Za-z]+)>([^<]*)</cas:\1>", body)
    assert len(leaves) >= 6
    assert all(text == text.strip() for _, text in leaves)


def test_F28_only_ASCII_is_sent(browser, validate):
    ticket = browser().sign_in("chloe", PEOPLE["chloe"], APPLICATION).ticket
    verdict = validate("p3/serviceValidate", ticket, APPLICATION)
    assert verdict.answer.body.isascii()
    assert b"&#" in verdict.answer.body
    assert verdict.values("office") == [
        "Bâtiment <B> & \"annexe\" 'est' ]]> 𝄞"]


@pytest.mark.parametrize("name", [
    "user", "proxies", "proxy", "proxyGrantingTicket", "attributes",
    "authenticationFailure", "authenticationSuccess", "a b", "1a", "<x>", "",
])
def test_F29_reserved_attribute_names_are_refused(installation, name):
    refused = installation.portillon(
        "account", "add", "never", "--name", "X", "--attribute", f"{name}=1",
        "--password-stdin", input="a good password\n", expect=None)
    assert refused.returncode in (1, 2)
    assert installation.portillon("account", "show", "never",
                                  expect=None).returncode == 1


@pytest.mark.parametrize("ticket", [
    "ST-<script>alert(1)</script>", 'ST-"/><cas:user>admin</cas:user>',
    "ST-1</cas:authenticationFailure>",
])
def test_F30_an_error_does_not_echo_the_ticket(validate, ticket):
    verdict = validate("serviceValidate", ticket, APPLICATION)
    assert verdict.code == "INVALID_TICKET"
    assert "script" not in verdict.answer.text
    assert "admin" not in verdict.answer.text


SAME = [
    ("https://app.example/cb", "https://app.example:443/cb"),
    ("https://app.example/cb", "HTTPS://app.example/cb"),
    ("https://app.example/cb", "https://APP.Example/cb"),
    ("https://app.example/cb", "https://app.example/cb#top"),
    ("https://app.example/cb", "https://app.example/%63b"),
    ("https://app.example/cb", "https://app.example/cb;jsessionid=1A2B"),
    ("https://app.example/cb?x=%c3%a9", "https://app.example/cb?x=%C3%A9"),
    ("https://app.example/cb?x=é", "https://app.example/cb?x=%C3%A9"),
    ("https://app.example/cb?x=1+2", "https://app.example/cb?x=1%202"),
    ("https://app.example/cb?x=%7e", "https://app.example/cb?x=~"),
    ("https://app.example/cb?x=%41", "https://app.example/cb?x=A"),
    ("https://app.example/cb#a", "https://app.example/cb#b"),
    ("https://app.example/cb", "https://app.example/cb?"),
    ("https://app.example/app/%7Eme", "https://app.example/app/~me"),
    ("https://app.example/app/x%2fy", "https://app.example/app/x%2Fy"),
    ("https://other.example", "https://other.example/"),
    ("https://other.example?a", "https://other.example/?a"),
    ("https://other.example:443", "https://other.example/"),
    ("https://app.example/cb?a=1;jsessionid=2",
     "https://app.example/cb?a=1;jsessionid=2"),
]
DIFFERENT = [
    ("https://app.example/cb", "https://app.example/cb/"),
    ("https://app.example/cb", "https://app.example/CB"),
    ("https://app.example/cb", "https://app.example/cb?a"),
    ("https://app.example/cb", "http://app.example/cb"),
    ("https://app.example/cb", "https://app.example:8443/cb"),
    ("https://app.example/cb", "https://app.example./cb"),
    ("https://app.example/cb", "https://app.example/cb%20"),
    ("https://app.example/cb", "https://app.example/cb%00"),
    ("https://app.example/cb", "https://user@app.example/cb"),
    ("https://app.example/cb?a=1", "https://app.example/cb?a=2"),
    ("https://app.example/cb?a=1&b=2", "https://app.example/cb?b=2&a=1"),
    ("https://app.example/cb?x=1%2B2", "https://app.example/cb?x=1+2"),
    ("https://app.example/cb?x=%26y", "https://app.example/cb?x=&y"),
    ("https://app.example/cb?x=%3D", "https://app.example/cb?x=="),
    ("https://app.example/cb?x=%2523", "https://app.example/cb?x=%23"),
    ("https://app.example/cb?x=%23", "https://app.example/cb?x=#"),
    ("https://app.example/cb?x=A", "https://app.example/cb?x=a"),
    ("https://app.example/app/a%2Fb", "https://app.example/app/a/b"),
    ("https://app.example/app/a%3Fb", "https://app.example/app/a?b"),
    ("https://app.example/app/a", "https://app.example/app/a/"),
    ("https://app.example/app/a+b", "https://app.example/app/a%20b"),
]


@pytest.mark.parametrize("issued, presented", SAME)
def test_F31_the_same_service_spelled_otherwise(
        alice, validate, issued, presented):
    ticket = alice.ticket_for(issued)
    assert validate("serviceValidate", ticket, presented).user == "alice"


@pytest.mark.parametrize("issued, presented", DIFFERENT)
def test_F31_a_service_that_only_looks_alike(
        alice, validate, issued, presented):
    ticket = alice.ticket_for(issued)
    assert not validate("serviceValidate", ticket, presented).ok
    assert not validate("serviceValidate", ticket, issued).ok


def test_F32_of_a_hundred_at_once_one_succeeds(alice, installation):
    ticket = alice.ticket_for(APPLICATION)
    query = query_of({"ticket": ticket, "service": APPLICATION})
    barrier = threading.Barrier(100)
    bodies = []

    def ask():
        one = Browser(installation)
        one.connect()
        barrier.wait()
        bodies.append(one.get(f"/cas/serviceValidate?{query}").body)
        one.close()

    threads = [threading.Thread(target=ask) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(bodies) == 100
    assert sum(b"authenticationSuccess" in body for body in bodies) == 1
    assert sum(b"INVALID_TICKET" in body for body in bodies) == 99


def test_F33_tickets_of_one_gate_are_good_at_the_other(
        alice, installation, browser):
    """Each connection may land at any gate: after 40 of them, each asking for
    a ticket and validating it over another connection, both had their turn."""
    for _ in range(40):
        alice.close()
        ticket = alice.ticket_for(APPLICATION)
        application = browser()
        query = query_of({"ticket": ticket, "service": APPLICATION})
        answer = application.get(f"/cas/serviceValidate?{query}")
        assert b"<cas:user>alice<" in answer.body
        application.close()
        answer = application.get(f"/cas/serviceValidate?{query}")
        assert b"INVALID_TICKET" in answer.body
        application.close()
    served = {re.search(r"pid=([0-9]+)", line)[1]
              for line in installation.log().splitlines()
              if 'event="access"' in line and "serviceValidate" in line}
    assert len(served) >= 2


def test_F34_POST_works_as_GET(alice, validate):
    ticket = alice.ticket_for(APPLICATION)
    assert validate("p3/serviceValidate", ticket, APPLICATION,
                    method="POST").user == "alice"
    assert validate("p3/serviceValidate", ticket, APPLICATION,
                    method="POST").code == "INVALID_TICKET"


@pytest.mark.parametrize("twice", ["ticket", "service", "format", "renew"])
def test_F35_repeated_parameters_are_an_invalid_request(
        alice, browser, twice):
    ticket = alice.ticket_for(APPLICATION)
    pairs = [("ticket", ticket), ("service", APPLICATION)]
    if twice in ("format", "renew"):
        pairs.append((twice, "XML"))
    again = [pair for pair in pairs if pair[0] == twice]
    answer = browser().get("/cas/serviceValidate?" + query_of(pairs + again))
    assert answer.status == 200
    assert "INVALID_REQUEST" in answer.text


def test_F35_once_in_the_query_and_once_in_the_body_is_twice(alice, browser):
    ticket = alice.ticket_for(APPLICATION)
    answer = browser().post("/cas/serviceValidate", {"ticket": ticket},
                            params={"ticket": ticket, "service": APPLICATION})
    assert answer.status == 200
    assert "INVALID_REQUEST" in answer.text


@pytest.mark.parametrize("ticket", [
    "ST-" + "A" * 4000, "ST-é", "ST-%", "ST 1", "ST-\u00ad" + "0" * 59,
    "ST-" + "0" * 59, "ST-" + "0" * 61, "ST-" + "_" * 60,
])
def test_F36_strange_tickets_are_invalid(validate, ticket):
    verdict = validate("serviceValidate", ticket, APPLICATION)
    assert verdict.code == "INVALID_TICKET"


def test_F36_a_ticket_with_NUL_is_refused(alice, browser):
    ticket = alice.ticket_for(APPLICATION)
    answer = browser().get(f"/cas/serviceValidate?ticket={ticket}%00x"
                           f"&service={APPLICATION}")
    assert answer.status == 200 and "authenticationFailure" in answer.text


@pytest.mark.parametrize("tail", [
    "%26service%3Dhttps://other.example/", "%23", "%00", "%0a",
    "%26renew%3Dtrue", "%20", "%2b",
])
def test_F37_a_ticket_cannot_carry_another_parameter(alice, browser, tail):
    ticket = alice.ticket_for(APPLICATION)
    answer = browser().get(f"/cas/serviceValidate?ticket={ticket}{tail}"
                           f"&service={APPLICATION}")
    assert answer.status == 200
    assert "authenticationFailure" in answer.text
    # Unencoded, it becomes a parameter of its own, and twice is refused.
    answer = browser().get(f"/cas/serviceValidate?ticket={ticket}"
                           f"&service=https://other.example/"
                           f"&service={APPLICATION}")
    assert "INVALID_REQUEST" in answer.text


def test_F37_a_fragment_in_the_request_target_is_refused(installation):
    received = send_raw(
        installation, b"GET /cas/serviceValidate?ticket=ST-1#&service=x "
        b"HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 400 ")


def test_F38_a_service_disabled_after_issue_gets_nothing(
        alice, validate, installation, new_service):
    url, number = new_service("--release", "*")
    ticket = alice.ticket_for(url)
    installation.portillon("service", "disable", number)
    verdict = validate("serviceValidate", ticket, url)
    assert verdict.code in ("UNAUTHORIZED_SERVICE", "INVALID_SERVICE")
    installation.portillon("service", "enable", number)
    assert validate("serviceValidate", ticket, url).code == "INVALID_TICKET"


def test_F39_an_account_disabled_after_issue_fails(
        browser, validate, installation, new_account):
    login, password = new_account()
    ticket = browser().sign_in(login, password, APPLICATION).ticket
    installation.portillon("account", "disable", login)
    assert not validate("serviceValidate", ticket, APPLICATION).ok
    installation.portillon("account", "enable", login)
    assert not validate("serviceValidate", ticket, APPLICATION).ok
