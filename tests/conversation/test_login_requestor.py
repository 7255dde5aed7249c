# SPDX-License-Identifier: Apache-2.0
"""Login as requestor: an application sends a browser to /login (protocol
specification 2.1).  One test a row of the conformance table, named after it;
A16 to A18 are in test_ticket_methods.py."""
import pytest

from conftest import APPLICATION, PEOPLE
from installation import free_port

REDIRECTED = (302, 303)


def shows_form(answer):
    return (answer.status == 200 and answer.location is None
            and answer.form is not None
            and answer.form.types.get("password") == "password")


def sent_back(answer, service):
    """Redirected to the service with a ticket."""
    return (answer.status in REDIRECTED and answer.ticket is not None
            and answer.ticket.startswith("ST-")
            and answer.location.startswith(service))


def leads_to_the_dashboard(answer):
    return (answer.status in REDIRECTED and answer.ticket is None
            and answer.location.endswith("/cas/"))


@pytest.mark.parametrize("name", ["Service", "SERVICE", "sErvice"])
def test_A01_parameter_names_are_case_sensitive(alice, browser, name):
    answer = alice.login_page(**{name: APPLICATION})
    assert leads_to_the_dashboard(answer)
    stranger = browser().login_page(**{name: APPLICATION})
    assert shows_form(stranger)
    assert "service" not in stranger.form.fields


def test_A02_without_service_and_session_the_form_is_shown(browser):
    assert shows_form(browser().login_page())


def test_A03_without_service_a_session_is_told_of(alice):
    answer = alice.login_page()
    assert leads_to_the_dashboard(answer)
    answer = alice.follow(answer)
    assert answer.status == 200
    assert "password" not in (answer.form.types if answer.form else {})
    assert "alice" in answer.text


@pytest.mark.parametrize("tail", [
    "", "?a=1&b=2", "?q=%22quoted%22&x='y'", "?name=Zo%C3%A9", "?name=Zoé",
    "?q=1+2", "?q=1%2B2", "?q=a%26b%3Dc", "?q=%3Cscript%3E", "?a=%2520",
    "?empty=&flag", "#part",
])
def test_A04_the_form_keeps_the_service_to_the_letter(browser, tail):
    service = APPLICATION + tail
    answer = browser().login_page(service=service)
    assert shows_form(answer)
    assert answer.form.fields["service"] == service


def test_A05_the_form_posts_to_login(browser, installation):
    form = browser().login_page(service=APPLICATION).form
    assert form.method == "post"
    action = form.action.removeprefix(installation.origin)
    assert action.split("?")[0] == "/cas/login"


def test_A06_the_form_asks_for_username_and_password(browser):
    form = browser().login_page().form
    assert form.types["username"] == "text"
    assert form.types["password"] == "password"


def test_A07_a_session_gets_a_ticket_without_a_form(alice):
    answer = alice.login_page(service=APPLICATION)
    assert sent_back(answer, APPLICATION)


def test_A08_renew_asks_although_there_is_a_session(alice):
    answer = alice.login_page(service=APPLICATION, renew="true")
    assert shows_form(answer)


@pytest.mark.parametrize("value", ["", "1", "yes", "on", "TRUE", "whatever"])
def test_A09_renew_is_set_by_being_there(alice, value):
    assert shows_form(alice.login_page(service=APPLICATION, renew=value))


@pytest.mark.parametrize("value", ["false", "0", "no", "off"])
def test_A09_renew_is_not_set_by_a_value_that_denies_it(alice, value):
    answer = alice.login_page(service=APPLICATION, renew=value)
    assert sent_back(answer, APPLICATION)


@pytest.mark.parametrize("tail", ["", "?a=1&b=%2B", "?gateway=x"])
def test_A10_gateway_without_session_goes_back_without_ticket(browser, tail):
    service = APPLICATION + tail
    answer = browser().login_page(service=service, gateway="true")
    assert answer.status in REDIRECTED
    assert answer.location == service
    assert "ticket" not in answer.location


def test_A11_gateway_with_session_brings_a_ticket(alice):
    answer = alice.login_page(service=APPLICATION, gateway="true")
    assert sent_back(answer, APPLICATION)


def test_A12_gateway_without_service_is_as_if_not_given(browser, alice):
    assert shows_form(browser().login_page(gateway="true"))
    assert leads_to_the_dashboard(alice.login_page(gateway="true"))


def test_A13_renew_wins_over_gateway(browser, alice):
    for one in (browser(), alice):
        answer = one.login_page(service=APPLICATION, renew="true",
                                gateway="true")
        assert shows_form(answer)


@pytest.mark.parametrize("gateway", [None, "true"])
def test_A14_an_unregistered_service_is_refused(browser, alice, gateway):
    foreign = "https://unknown.example/cb"
    extra = {"gateway": gateway} if gateway else {}
    for one in (browser(), alice):
        answer = one.login_page(service=foreign, **extra)
        assert answer.status == 403
        assert answer.location is None
        assert answer.form is None
        assert "ST-" not in answer.text
        assert "not allowed" in answer.text
        assert f'href="{foreign}' not in answer.text


def test_A15_plain_http_services_are_refused_unless_allowed(
        browser, installation):
    host = f"plain{free_port()}.example"
    refused = installation.portillon(
        "service", "add", "--name", "Plain", f"http://{host}/cb", expect=None)
    assert refused.returncode != 0
    assert browser().login_page(service=f"http://{host}/cb").status == 403
    installation.add_service(f"http://{host}/cb", "--allow-http")
    assert shows_form(browser().login_page(service=f"http://{host}/cb"))


def test_A18_an_unknown_method_is_treated_as_GET(alice):
    answer = alice.login_page(service=APPLICATION, method="CARRIER-PIGEON")
    assert sent_back(answer, APPLICATION)


def test_A19_service_is_decoded_exactly_once(alice, browser):
    answer = browser().get("/cas/login?service=https%3A%2F%2Fapp.example%2Fcb"
                           "%3Fq%3Da%252520b")
    assert answer.form.fields["service"] == APPLICATION + "?q=a%2520b"
    answer = alice.get("/cas/login?service=https%3A%2F%2Fapp.example%2Fcb"
                       "%3Fq%3Da%252520b")
    assert answer.location.startswith(APPLICATION + "?q=a%2520b&ticket=ST-")
    # Encoded twice, it is no URL once it is decoded once.
    answer = alice.get(
        "/cas/login?service=https%253A%252F%252Fapp.example%252Fcb")
    assert answer.status in (400, 403) and answer.location is None


@pytest.mark.parametrize("service, before, after", [
    (APPLICATION, APPLICATION + "?ticket=", ""),
    (APPLICATION + "?a=1", APPLICATION + "?a=1&ticket=", ""),
    (APPLICATION + "#top", APPLICATION + "?ticket=", "#top"),
    (APPLICATION + "?a=1#top", APPLICATION + "?a=1&ticket=", "#top"),
])
def test_A20_the_ticket_joins_the_query_before_the_fragment(
        alice, service, before, after):
    location = alice.login_page(service=service).location
    assert location.startswith(before + "ST-")
    assert location.endswith(after)
    assert location.count("#") == after.count("#")
    assert location.count("?") == 1


@pytest.mark.parametrize("tail", ["?z=1", "?ticketing=yes&a=2", "?a"])
def test_A21_the_ticket_is_the_last_parameter(alice, tail):
    location = alice.login_page(service=APPLICATION + tail).location
    assert location.rpartition("&")[2].startswith("ticket=ST-")


@pytest.mark.parametrize("control", [
    "%0d%0aSet-Cookie:%20evil=1", "%0a", "%0d", "%00", "%09", "%7f", "%1b",
    "%c2%85", "%e2%80%a8",
])
def test_A22_control_characters_never_reach_a_header(alice, browser, control):
    for one in (alice, browser()):
        for target in (f"/cas/login?service=https://app.example/cb{control}",
                       f"/cas/login?service=https://app.example/cb?a={control}"
                       "&gateway=true"):
            answer = one.get(target)
            assert "evil" not in answer.cookies()
            if answer.location is not None:
                assert all(" " < char < "\x7f" for char in answer.location)
                # One that passes is percent-encoded, and a raw control
                # character never does.
                assert control.startswith(("%c2", "%e2"))
            else:
                assert answer.status in (200, 400, 403)


def test_A23_an_empty_service_is_no_service(browser, alice):
    answer = browser().get("/cas/login?service=")
    assert shows_form(answer)
    assert answer.form.fields.get("service", "") == ""
    assert leads_to_the_dashboard(alice.get("/cas/login?service="))


def test_A24_repeated_service_is_refused(browser, alice):
    for one in (browser(), alice):
        for second in (APPLICATION, "https://other.example/"):
            answer = one.get(f"/cas/login?service={APPLICATION}"
                             f"&service={second}")
            assert answer.status == 400
            assert answer.location is None


@pytest.mark.parametrize("value", [
    "", "x", "TGT-0000", "A" * 43, "A" * 4000, "'; drop table sso.session;--",
    "../../etc/passwd", "é",
])
def test_A26_a_worthless_cookie_falls_back_to_the_form(browser, value):
    one = browser()
    one.jar["__Host-TGC"] = value
    assert shows_form(one.login_page(service=APPLICATION))
    assert one.sign_in("alice", PEOPLE["alice"], APPLICATION).ticket
