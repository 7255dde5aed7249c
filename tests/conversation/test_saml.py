# SPDX-License-Identifier: Apache-2.0
"""/samlValidate, and TARGET and SAMLart at /login (the protocol's appendix on
SAML 1.1; rows I01 to I11, A25; attacks on its XML)."""
import datetime
import json
import re
import socket
import threading
import time
import urllib.parse

import pytest

import saml
from browser import query_of, send_raw
from conftest import APPLICATION, PEOPLE
from saml import DENIED, SUCCESS, envelope, read_assertion

OTHER = "https://other.example/"
THREE = {"authenticationDate", "isFromNewLogin",
         "longTermAuthenticationRequestTokenUsed"}


@pytest.fixture
def ask(browser):
    """Asks about a ticket, as an application that speaks SAML does."""
    application = browser()

    def post(ticket=None, target=APPLICATION, body=None, **options):
        if body is None:
            body = envelope(ticket)
        return read_assertion(saml.post(
            application, body, TARGET=target, **options))

    return post


def artifact_of(answer):
    """The SAMLart of a redirection, which has no other ticket."""
    query = urllib.parse.urlsplit(answer.location).query
    found = urllib.parse.parse_qs(query)
    assert "ticket" not in found, answer.location
    (artifact,) = found.get("SAMLart", [None])
    return artifact


# Rows

def test_I01_a_posted_envelope_is_answered(alice, ask):
    found = ask(alice.ticket_for(APPLICATION))
    assert (found.status, found.user) == (SUCCESS, "alice")
    assert found.attributes["mail"] == ["alice@example.org"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_I01_anything_but_a_post_is_an_error(alice, browser, ask, method):
    ticket = alice.ticket_for(APPLICATION)
    query = query_of({"TARGET": APPLICATION, "SAMLart": ticket,
                      "ticket": ticket})
    answer = browser().request(method, f"/cas/samlValidate?{query}")
    assert answer.status == 405
    assert answer.header("Allow") == "POST"
    assert ask(ticket).ok


@pytest.mark.parametrize("params", [
    {}, {"TARGET": ""}, {"service": APPLICATION},
    {"TARGET": APPLICATION, "service": APPLICATION},
    {"target": APPLICATION}])
def test_I02_without_a_target_it_is_denied(alice, browser, ask, params):
    ticket = alice.ticket_for(APPLICATION)
    denied = read_assertion(saml.post(browser(), envelope(ticket), **params))
    assert denied.status == DENIED and denied.message
    assert not ask(ticket).ok


def test_I02_two_targets_are_denied(alice, browser):
    ticket = alice.ticket_for(APPLICATION)
    target = urllib.parse.quote(APPLICATION, safe="")
    answer = browser().post(f"/cas/samlValidate?TARGET={target}"
                            f"&TARGET={target}", envelope(ticket))
    assert read_assertion(answer).status == DENIED


@pytest.mark.parametrize("target", [
    OTHER, APPLICATION + "?more=1", "https://app.example/CB",
    "https://unknown.example/", "no address", "http://app.example/cb"])
def test_I03_another_target_is_denied_and_spends(alice, ask, target):
    ticket = alice.ticket_for(APPLICATION)
    denied = ask(ticket, target)
    assert denied.status == DENIED
    assert "another service" in denied.message
    assert not ask(ticket).ok


def test_I03_a_ticket_is_good_once(alice, ask, validate):
    """Whichever endpoint it was shown to first."""
    ticket = alice.ticket_for(APPLICATION)
    assert ask(ticket).ok
    again = ask(ticket)
    assert again.status == DENIED and "used before" in again.message
    assert validate("serviceValidate", ticket, APPLICATION).code == \
        "INVALID_TICKET"
    ticket = alice.ticket_for(APPLICATION)
    assert validate("serviceValidate", ticket, APPLICATION).ok
    assert not ask(ticket).ok


def test_I04_no_attribute_goes_out_in_clear(alice, ask, installation):
    plain = "http://plain.example/cb"
    installation.add_service(plain, "--allow-http", "--release", "*")
    found = ask(alice.ticket_for(plain), plain)
    assert (found.status, found.user) == (SUCCESS, "alice")
    assert found.attributes is None
    assert "alice@example.org" not in found.answer.text


@pytest.mark.parametrize("more, echoed", [
    ("", None),
    (' RequestID="0123abc"', None),  # mod_auth_cas: no XML name
    (' RequestID="_192.168.16.51.1024506224022" '
     'IssueInstant="2002-06-19T17:03:44.022Z"',
     "_192.168.16.51.1024506224022"),
    (' RequestID="a" IssueInstant="yesterday"', "a"),
])
def test_I05_old_and_repeated_requests_are_answered(
        alice, ask, more, echoed):
    for _ in range(2):
        ticket = alice.ticket_for(APPLICATION)
        found = ask(body=envelope(ticket, more))
        assert found.ok
        assert found.response.get("InResponseTo") == echoed


@pytest.mark.parametrize("version", ["", "<?xml version='1.0'?>\n",
                                     '<?xml version="1.0" '
                                     'encoding="utf-8"?>', "\ufeff"])
@pytest.mark.parametrize("content_type", [
    "text/xml", "application/soap+xml; charset=utf-8", "text/plain",
    "application/x-www-form-urlencoded", None])
def test_I05_the_content_type_says_nothing(
        alice, ask, version, content_type):
    body = version.encode() + envelope(alice.ticket_for(APPLICATION))
    assert ask(body=body, headers={"Content-Type": content_type}).ok


def test_I05_a_body_in_chunks_without_a_type(alice, installation):
    """passport-cas."""
    body = envelope(alice.ticket_for(APPLICATION))
    middle = len(body) // 2
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part)
                      for part in (body[:middle], body[middle:], b""))
    target = urllib.parse.quote(APPLICATION, safe="")
    received = send_raw(
        installation, f"POST /cas/samlValidate?TARGET={target} HTTP/1.1\r\n"
        f"Host: localhost:{installation.port}\r\nConnection: close\r\n"
        "Transfer-Encoding: chunked\r\n\r\n".encode() + chunks)
    assert b"samlp:Success" in received


def test_I06_T176_document_types_are_refused(alice, ask):
    """Nothing that they name is asked for: no file, no address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        where = f"http://127.0.0.1:{listener.getsockname()[1]}"
        types = [
            '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
            f'<!DOCTYPE x [<!ENTITY e SYSTEM "{where}/e">]>',
            f'<!DOCTYPE x [<!ENTITY % p SYSTEM "{where}/p"> %p;]>',
            f'<!DOCTYPE x SYSTEM "{where}/x.dtd">',
            f'<!DOCTYPE x PUBLIC "-//x" "{where}/x.dtd">',
            "<!DOCTYPE x>",
            '<?xml version="1.0"?><!-- x --><!DOCTYPE x>',
        ]
        for kind in types:
            for text in ("&e;", alice.ticket_for(APPLICATION)):
                denied = ask(body=kind.encode() + envelope(text))
                assert denied.status == DENIED
                assert "document type" in denied.message
                assert "root:" not in denied.answer.text
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_I06_billion_laughs_are_refused(ask):
    levels = "".join(
        f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))
    body = (f'<!DOCTYPE x [<!ENTITY e0 "ha">{levels}]>'.encode()
            + envelope("&e9;"))
    assert ask(body=body).status == DENIED


def test_I07_each_attribute_has_a_value(ask, browser, new_account,
                                        installation):
    login, password = new_account()
    installation.sql("update sso.account set attributes = %s::jsonb"
                     " where login = %s", json.dumps({
                         "none": [], "empty": [""], "one": "1",
                         "two": ["b", "a"], "nothing": None}), login)
    ticket = browser().sign_in(login, password, APPLICATION).ticket
    attributes = ask(ticket).attributes
    assert {name: attributes[name] for name in attributes.keys() - THREE} == {
        "empty": [""], "one": ["1"], "two": ["b", "a"]}
    assert all(attributes.values())


def test_I07_attributes_arrive_as_they_are(ask, browser):
    ticket = browser().sign_in("chloe", PEOPLE["chloe"], APPLICATION).ticket
    found = ask(ticket)
    assert found.attributes["office"] == [
        "Bâtiment <B> & \"annexe\" 'est' ]]> 𝄞"]
    assert found.answer.body.isascii()


def test_I07_only_what_is_released(alice, ask):
    service = "https://app.example/app/x"
    found = ask(alice.ticket_for(service), service)
    assert found.attributes.keys() == THREE | {"mail"}


def moment(text):
    assert re.fullmatch(r"[0-9-]{10}T[0-9:]{8}Z", text), text
    return datetime.datetime.fromisoformat(text[:-1] + "+00:00").timestamp()


def test_I08_conditions_hold_around_now(alice, ask):
    before = time.time()
    found = ask(alice.ticket_for(APPLICATION))
    after = time.time()
    (conditions,) = found.response.iter(saml.ASSERTION + "Conditions")
    begins = moment(conditions.get("NotBefore"))
    ends = moment(conditions.get("NotOnOrAfter"))
    assert before - 300 < begins < before - 5
    assert after + 5 < ends < after + 300
    (audience,) = found.response.iter(saml.ASSERTION + "Audience")
    assert audience.text == APPLICATION
    assert before - 2 <= moment(found.response.get("IssueInstant")) <= after
    (statement,) = found.response.iter(
        saml.ASSERTION + "AuthenticationStatement")
    signed_in = moment(statement.get("AuthenticationInstant"))
    assert before - 120 < signed_in <= after


def test_I09_namespaces_and_success_to_the_letter(alice, ask):
    """read_assertion() compares names with their namespaces; this is what
    clients search for in the text."""
    text = ask(alice.ticket_for(APPLICATION)).answer.text
    assert '<StatusCode Value="samlp:Success"/>' in text
    assert 'xmlns:samlp="urn:oasis:names:tc:SAML:1.0:protocol"' in text
    assert '<Assertion xmlns="urn:oasis:names:tc:SAML:1.0:assertion"' in text
    assert not text.startswith("<?xml") and "<!" not in text
    assert "<NameIdentifier>alice</NameIdentifier>" in text


def test_I10_C07_whether_remember_me_was_used_is_said(alice, ask):
    attributes = ask(alice.ticket_for(APPLICATION)).attributes
    assert attributes["longTermAuthenticationRequestTokenUsed"] == ["false"]
    assert attributes["isFromNewLogin"] == ["false"]
    assert moment(*attributes["authenticationDate"])


def test_I10_a_new_sign_in_is_told(browser, ask):
    ticket = browser().sign_in("alice", PEOPLE["alice"], APPLICATION).ticket
    assert ask(ticket, renew="true").attributes["isFromNewLogin"] == ["true"]


def test_I10_renew_wants_a_password_given_for_this_ticket(alice, ask):
    ticket = alice.ticket_for(APPLICATION)
    assert ask(ticket, renew="true").status == DENIED
    assert not ask(ticket).ok


def test_I11_a_proxy_ticket_is_told_so(ask):
    denied = ask("PT-" + "0" * 60)
    assert denied.status == DENIED and "proxy ticket" in denied.message


# TARGET and SAMLart at the door

def test_A25_target_is_a_service_and_the_ticket_an_artifact(browser, ask):
    one = browser()
    page = one.login_page(TARGET=APPLICATION)
    assert page.form.fields["TARGET"] == APPLICATION
    assert "service" not in page.form.fields
    answer = one.submit(page, "alice", PEOPLE["alice"])
    assert answer.location.startswith(APPLICATION + "?SAMLart=ST-")
    assert ask(artifact_of(answer)).user == "alice"
    again = one.login_page(TARGET=APPLICATION)  # single sign-on
    assert again.status == 302
    assert ask(artifact_of(again)).user == "alice"


def test_A25_the_address_keeps_what_it_had(alice, ask):
    target = APPLICATION + "?a=%2B1&SAMLart=old&ticket=older&b#top"
    answer = alice.login_page(TARGET=target)
    assert answer.location.startswith(APPLICATION + "?a=%2B1&b&SAMLart=ST-")
    assert answer.location.endswith("#top")
    assert ask(artifact_of(answer), APPLICATION + "?a=%2B1&b").ok


def test_A25_a_wrong_password_keeps_the_target(browser, ask):
    one = browser()
    again = one.submit(one.login_page(TARGET=APPLICATION), "alice", "wrong")
    assert again.status == 401
    assert again.form.fields["TARGET"] == APPLICATION
    assert artifact_of(one.submit(again, "alice", PEOPLE["alice"]))


def test_A25_another_language_keeps_the_target(browser):
    page = browser().login_page(TARGET=APPLICATION)
    quoted = urllib.parse.quote(APPLICATION, safe="")
    assert f"?locale=fr&amp;TARGET={quoted}" in page.text


def test_A25_the_rules_of_a_service_hold(alice, browser):
    unknown = alice.login_page(TARGET="https://unknown.example/")
    assert unknown.status == 403 and unknown.location is None
    away = browser().login_page(TARGET=APPLICATION, gateway="true")
    assert away.location == APPLICATION
    for params in ({"TARGET": APPLICATION, "service": APPLICATION},
                   {"TARGET": APPLICATION, "service": OTHER}):
        assert alice.login_page(**params).status == 400
    assert alice.login_page(TARGET="", service=APPLICATION).ticket


def test_A25_only_the_saml_endpoint_reads_target(alice, browser, validate):
    ticket = artifact_of(alice.login_page(TARGET=APPLICATION))
    assert validate("serviceValidate", ticket,
                    TARGET=APPLICATION).code == "INVALID_REQUEST"


# Attacks

def test_T084_answers_are_new_and_meant_for_whoever_asked(alice, ask):
    hostile = APPLICATION + "?a=\"><x>&amp;'"
    seen = set()
    for _ in range(3):
        found = ask(alice.ticket_for(hostile), hostile)
        assert found.ok
        assert found.response.get("Recipient") == hostile
        (assertion,) = found.response.iter(saml.ASSERTION + "Assertion")
        seen |= {found.response.get("ResponseID"),
                 assertion.get("AssertionID")}
    assert len(seen) == 6


@pytest.mark.parametrize("identifier", [
    "&quot;&gt;&lt;x&gt;", "a b", "9", "&#10;", "x" * 1000])
def test_T084_a_hostile_identifier_is_not_repeated(alice, ask, identifier):
    found = ask(body=envelope(alice.ticket_for(APPLICATION),
                              f' RequestID="{identifier}"'))
    assert found.ok
    assert found.response.get("InResponseTo") is None


def test_T177_only_small_requests_are_read(alice, browser, ask):
    ticket = alice.ticket_for(APPLICATION)
    small = envelope(ticket)
    denied = ask(body=small + b"\n" * (8193 - len(small)))
    assert denied.status == DENIED and "8192" in denied.message
    large = saml.post(browser(), small + b"\n" * 70000, TARGET=APPLICATION)
    assert large.status == 413
    assert ask(body=small + b"\n" * (8192 - len(small))).ok


@pytest.mark.parametrize("body", [
    b"<a>" * 2700, b"<a" + b" b=''" * 1600 + b"/>",
    b"<a" + b"".join(b" b%d=''" % i for i in range(900)) + b"/>",
    b"<a b='" + b"&#65;" * 1500 + b"'/>", b"<" + b"a" * 8000 + b"/>", b"",
    b"\0", b"<a>&lt", b"SAMLart=ST-1"],
    ids=["deep", "same", "many", "references", "name", "empty", "nul",
         "open", "form"])
def test_T177_what_takes_parsers_long_is_denied(ask, body):
    assert ask(body=body).status == DENIED


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be",
                                      "utf-32", "utf-7", "cp037"])
def test_T179_other_encodings_are_denied(alice, ask, encoding):
    ticket = alice.ticket_for(APPLICATION)
    text = f'<?xml version="1.0" encoding="{encoding}"?>' \
        + envelope(ticket).decode()
    for body in (text.encode(encoding), text.encode()):
        assert ask(body=body).status == DENIED
    assert ask(ticket).ok  # it was never read


def test_T179_nothing_packed_is_read(browser):
    answer = saml.post(browser(), b"\x1f\x8b" + b"\0" * 20,
                       {"Content-Encoding": "gzip"}, TARGET=APPLICATION)
    assert answer.status == 415


@pytest.mark.parametrize("inside", ["ST-1<!-- -->", "<b/>", "", " ",
                                    "x" * 300])
def test_T073_F36_what_is_no_ticket_is_denied(ask, inside):
    assert ask(inside).status == DENIED


def test_F32_of_many_at_once_one_succeeds(alice, browser):
    ticket = alice.ticket_for(APPLICATION)
    applications = [browser() for _ in range(12)]
    for one in applications:
        one.connect()
    found, gate = [], threading.Barrier(len(applications))

    def run(application):
        gate.wait()
        found.append(read_assertion(saml.post(
            application, envelope(ticket), TARGET=APPLICATION)).status)

    threads = [threading.Thread(target=run, args=(one,))
               for one in applications]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [DENIED] * 11 + [SUCCESS]
