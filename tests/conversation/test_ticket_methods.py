# SPDX-License-Identifier: Apache-2.0
"""How the ticket goes to the application: in its address, in a form that is
posted there, or in a field of the answer (specification 2.1.1, `method`)."""
import re
import urllib.parse

import pytest

from conftest import APPLICATION, PEOPLE

SERVICE = APPLICATION + "?a=1&b=%C3%A9#part"
TICKET = re.compile(r"ST-[0-9A-Za-z]{60}")


def posted(answer):
    """The ticket on a page that posts it to the service, and nowhere else."""
    assert (answer.status, answer.location) == (200, None)
    assert answer.form.method == "post"
    assert answer.form.action == SERVICE
    assert set(answer.form.fields) == {"ticket"}
    assert answer.header("Cache-Control") == "no-store"
    return answer.form.fields["ticket"]


def in_header(answer):
    """The ticket in a field of the answer, and in no other place."""
    assert (answer.status, answer.location) == (200, None)
    assert answer.header("Service") == SERVICE
    assert not TICKET.search(answer.text)
    assert answer.header("Cache-Control") == "no-store"
    return answer.header("Ticket")


def redirected(answer):
    assert answer.status in (302, 303)
    assert answer.header("Ticket") is None
    return answer.ticket


WAYS = [("POST", posted), ("post", posted), ("HEADER", in_header),
        ("GET", redirected), ("", redirected), ("PUT", redirected),
        ("POST,GET", redirected)]


def is_good(validate, ticket):
    assert TICKET.fullmatch(ticket)
    return validate("serviceValidate", ticket, SERVICE).user == "alice"


@pytest.mark.parametrize("method, ticket_of", WAYS[:3])
def test_A16_A17_the_ticket_goes_as_the_application_asks(
        alice, validate, method, ticket_of):
    answer = alice.login_page(service=SERVICE, method=method)
    assert is_good(validate, ticket_of(answer))


@pytest.mark.parametrize("method", ["POST", "HEADER"])
def test_A16_A17_A25_an_artifact_goes_the_same_ways(
        alice, browser, validate, method):
    """Who came with TARGET: posted as SAMLart, single sign-on and sign-in."""
    one = browser()
    answers = [alice.login_page(TARGET=SERVICE, method=method)]
    again = one.submit(one.login_page(TARGET=SERVICE, method=method),
                       "alice", "wrong")
    answers.append(one.submit(again, "alice", PEOPLE["alice"]))
    for answer in answers:
        if method == "POST":
            assert answer.form.action == SERVICE
            assert set(answer.form.fields) == {"SAMLart"}
            ticket = answer.form.fields["SAMLart"]
        else:
            ticket = in_header(answer)
        assert is_good(validate, ticket)


@pytest.mark.parametrize("method, ticket_of", WAYS[3:])
def test_A18_an_unknown_method_is_as_none(alice, validate, method, ticket_of):
    answer = alice.login_page(service=SERVICE, method=method)
    assert is_good(validate, ticket_of(answer))


@pytest.mark.parametrize("method, ticket_of", WAYS)
def test_B11_the_method_is_kept_at_sign_in(browser, validate, method,
                                           ticket_of):
    one = browser()
    again = one.submit(one.login_page(service=SERVICE, method=method),
                       "alice", "wrong")
    assert again.status == 401
    answer = one.submit(again, "alice", PEOPLE["alice"])
    assert is_good(validate, ticket_of(answer))


def test_A16_the_page_needs_no_script(alice):
    """A button does what the script does; the script is our own."""
    answer = alice.login_page(service=SERVICE, method="POST")
    assert re.search(r'<button type="submit"[^>]*>Continue</button>',
                     answer.text)
    assert "Test application" in answer.text
    (source,) = re.findall(r'<script src="([^"]*)"', answer.text)
    script = alice.get(source)
    assert script.status == 200 and "data-submit" in script.text


def test_T053_the_page_that_posts_loads_nothing_but_our_script(alice):
    """And its policy does not stop where the application leads on to."""
    answer = alice.login_page(service=APPLICATION, method="POST")
    policy = dict(part.strip().split(" ", 1) for part in answer.header(
        "Content-Security-Policy").split(";"))
    assert "form-action" not in policy
    assert policy["script-src"] == "'self'"
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"


@pytest.mark.parametrize("method", ["POST", "HEADER"])
def test_T053_an_unregistered_service_gets_no_ticket(alice, browser, method):
    for one in (alice, browser()):
        answer = one.login_page(service="https://evil.example/",
                                method=method)
        assert answer.status == 403
        assert answer.form is None and answer.header("Ticket") is None
        assert not TICKET.search(answer.text)


@pytest.mark.parametrize("method", ["POST", "HEADER"])
def test_A10_a_gateway_goes_back_by_itself_without_a_ticket(browser, method):
    answer = browser().login_page(service=SERVICE, method=method,
                                  gateway="true")
    assert answer.status in (302, 303)
    assert answer.location == SERVICE


def test_the_method_may_not_stand_twice(alice):
    answer = alice.get("/cas/login?service=" + urllib.parse.quote(
        SERVICE, safe="") + "&method=POST&method=GET")
    assert answer.status == 400


def test_A22_nothing_of_an_address_becomes_a_field(alice):
    """Line ends in an address are refused, other letters are encoded."""
    for tail in ("?a=\r\nX-Bad:%201", "?a=\nX", "?é=ü"):
        answer = alice.login_page(service=APPLICATION + tail,
                                  method="HEADER")
        assert answer.header("X-Bad") is None
        if answer.status == 200:
            assert answer.header("Service") == \
                APPLICATION + "?%C3%A9=%C3%BC"
        else:
            assert answer.status in (400, 403)
