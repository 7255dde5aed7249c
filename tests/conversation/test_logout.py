# SPDX-License-Identifier: Apache-2.0
"""Logout (protocol specification 2.3)."""
import pytest

from conftest import APPLICATION


def is_signed_out_page(answer):
    return (answer.status == 200 and answer.location is None
            and "Signed out" in answer.text)


def test_D01_logout_ends_the_session_and_the_cookie(alice, browser):
    old = alice.jar["__Host-TGC"]
    answer = alice.get("/cas/logout")
    value, attributes = answer.cookies()["__Host-TGC"]
    assert value == "" or attributes.get("max-age") == "0" or \
        "expires" in attributes
    # The same name, path and attributes, or a browser keeps the old one.
    assert attributes["path"] == "/"
    assert {"secure", "httponly"} <= attributes.keys()
    assert "domain" not in attributes
    thief = browser()
    thief.jar["__Host-TGC"] = old
    again = thief.login_page(service=APPLICATION)
    assert again.form is not None and again.ticket is None


def test_D02_logout_without_service_shows_a_page(alice):
    assert is_signed_out_page(alice.get("/cas/logout"))


def test_D03_logout_goes_on_to_a_registered_service(alice):
    answer = alice.get("/cas/logout", {"service": APPLICATION + "?bye=1"})
    assert answer.status in (302, 303)
    assert answer.location == APPLICATION + "?bye=1"
    assert alice.login_page().form is not None


@pytest.mark.parametrize("foreign", [
    "https://unknown.example/", "//unknown.example/", "javascript:alert(1)",
    "https://app.example@unknown.example/cb", "/cas/login",
])
def test_D04_logout_never_goes_on_to_an_unregistered_service(alice, foreign):
    answer = alice.get("/cas/logout", {"service": foreign})
    assert is_signed_out_page(answer)
    assert f'"{foreign}' not in answer.text
    assert alice.login_page().form is not None


@pytest.mark.parametrize("url", [APPLICATION, "https://unknown.example/"])
def test_D05_the_old_url_parameter_is_ignored(alice, url):
    assert is_signed_out_page(alice.get("/cas/logout", {"url": url}))


def test_D06_tickets_not_yet_validated_die_with_the_session(alice, validate):
    unspent = [alice.ticket_for(APPLICATION) for _ in range(3)]
    alice.get("/cas/logout")
    for ticket in unspent:
        verdict = validate("serviceValidate", ticket, APPLICATION)
        assert verdict.code == "INVALID_TICKET"


def test_D18_logout_twice_or_without_cookie_is_the_same_page(alice, browser):
    for answer in (alice.get("/cas/logout"), alice.get("/cas/logout"),
                   browser().get("/cas/logout")):
        assert is_signed_out_page(answer)


def test_D18_logout_by_POST_is_tolerated(alice):
    answer = alice.post("/cas/logout", {},
                        headers={"Origin": alice.installation.origin})
    assert is_signed_out_page(answer)
    assert alice.login_page().form is not None


@pytest.mark.parametrize("path", [
    "/cas/logout", "/cas/login", "/cas/", "/cas/p3/serviceValidate"])
def test_T080_a_logout_request_sent_to_us_is_ignored(
        alice, browser, validate, path):
    """As an application would get it, and of a session that there is."""
    ticket = alice.ticket_for(APPLICATION)
    assert validate("serviceValidate", ticket, APPLICATION).ok
    forged = ('<samlp:LogoutRequest '
              'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">'
              f'<samlp:SessionIndex>{ticket}</samlp:SessionIndex>'
              '</samlp:LogoutRequest>')
    assert browser().post(path, {"logoutRequest": forged}).status < 500
    assert alice.ticket_for(APPLICATION)
