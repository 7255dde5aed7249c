# SPDX-License-Identifier: Apache-2.0
"""Sessions of browsers: fixation, forged requests, limits, and what logout and
renew must not let through.  Numbers are those of the attack catalogue."""
import pytest

from browser import query_of
from conftest import APPLICATION, PEOPLE

COOKIE = "__Host-TGC"


def test_T068_renew_is_not_satisfied_by_a_session(alice, validate):
    ticket = alice.ticket_for(APPLICATION)
    for value in ("true", "1", ""):
        ticket = alice.ticket_for(APPLICATION)
        assert not validate("serviceValidate", ticket, APPLICATION,
                            renew=value).ok
    assert alice.login_page(service=APPLICATION, renew="true").ticket is None
    # After a password for another application it is a session's again.
    alice.sign_in("alice", PEOPLE["alice"], APPLICATION, renew="true")
    ticket = alice.ticket_for("https://other.example/")
    assert not validate("serviceValidate", ticket, "https://other.example/",
                        renew="true").ok


def test_T068_the_form_of_renew_cannot_be_answered_without_password(alice):
    page = alice.login_page(service=APPLICATION, renew="true")
    answer = alice.submit(page, "alice", "")
    assert answer.ticket is None
    answer = alice.submit(page, "alice", "", renew=None)
    assert answer.ticket is None


@pytest.mark.parametrize("foreign", ["https://unknown.example/",
                                     "https://app.example/elsewhere"])
def test_T069_gateway_leads_to_registered_services_only(
        browser, alice, foreign):
    for one in (browser(), alice):
        answer = one.login_page(service=foreign, gateway="true")
        assert answer.status == 403 and answer.location is None


def test_T069_gateway_does_not_loop(browser):
    """Back without a ticket every time: it is the application that decides
    what comes next, and nothing in the URL grows."""
    one = browser()
    for _ in range(5):
        answer = one.login_page(service=APPLICATION, gateway="true")
        assert answer.location == APPLICATION
        assert COOKIE not in one.jar


def test_T074_a_clock_set_back_revives_nothing(
        alice, validate, installation, browser):
    """An hour back: what the true clock has ended stays ended, and a ticket
    from the future is refused."""
    spent = alice.ticket_for(APPLICATION)
    assert validate("serviceValidate", spent, APPLICATION).ok
    ahead = alice.ticket_for(APPLICATION)
    ended = browser()
    ended.sign_in("bob", PEOPLE["bob"])
    old = ended.jar[COOKIE]
    ended.get("/cas/logout")
    installation.clock.shift(-3600)
    assert not validate("serviceValidate", spent, APPLICATION).ok
    assert not validate("serviceValidate", ahead, APPLICATION).ok
    ended.jar[COOKIE] = old
    assert ended.login_page(service=APPLICATION).form is not None


def test_T078_logout_is_seen_by_every_gate_at_once(alice, browser, validate):
    cookie = alice.jar[COOKIE]
    unspent = alice.ticket_for(APPLICATION)
    alice.get("/cas/logout")
    for _ in range(20):  # each on a connection of its own, at either gate
        thief = browser()
        thief.jar[COOKIE] = cookie
        assert thief.login_page(service=APPLICATION).form is not None
        thief.close()
    assert not validate("serviceValidate", unspent, APPLICATION).ok


def test_T078_the_back_button_shows_nothing_kept(alice):
    assert "no-store" in alice.login_page().header("Cache-Control")
    assert "no-store" in alice.get("/cas/logout").header("Cache-Control")


def test_T079_another_site_cannot_sign_a_person_out(alice):
    """An image or a form of another site brings no SameSite=Lax cookie; a
    browser that sent one nevertheless would be a browser's fault.  So what is
    left is a request without the cookie, which ends nothing."""
    value = alice.jar.pop(COOKIE)
    alice.get("/cas/logout", headers={"Sec-Fetch-Site": "cross-site"})
    alice.post("/cas/logout", {}, headers={"Origin": "https://evil.example"})
    alice.jar[COOKIE] = value
    assert alice.login_page(service=APPLICATION).ticket


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"}, {"Origin": "null"},
    {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
])
def test_T086_another_sites_form_signs_nobody_in(browser, headers):
    one = browser()
    form = one.login_page(service=APPLICATION).form
    answer = one.post("/cas/login", {**form.fields, "username": "alice",
                                     "password": PEOPLE["alice"]},
                      headers=headers)
    assert answer.ticket is None
    assert COOKIE not in one.jar


def test_T086_a_form_of_another_browser_signs_nobody_in(browser):
    attacker, victim = browser(), browser()
    form = attacker.login_page(service=APPLICATION).form
    victim.login_page(service=APPLICATION)
    for jar in ({}, dict(victim.jar)):
        victim.jar = jar
        answer = victim.post("/cas/login", {
            **form.fields, "username": "alice", "password": PEOPLE["alice"]})
        assert answer.ticket is None
        assert COOKIE not in victim.jar


def test_T086_credentials_in_the_address_sign_nobody_in(browser):
    one = browser()
    form = one.login_page().form
    answer = one.get("/cas/login?" + query_of({
        **form.fields, "username": "alice", "password": PEOPLE["alice"]}))
    assert COOKIE not in one.jar and answer.ticket is None


@pytest.mark.parametrize("planted", ["TGT-" + "A" * 45, "known", "old"])
def test_T087_a_planted_cookie_is_never_taken_over(browser, planted):
    attacker = browser()
    attacker.sign_in("bob", PEOPLE["bob"])
    value = attacker.jar[COOKIE] if planted == "old" else planted
    victim = browser()
    victim.jar[COOKIE] = value
    victim.submit(victim.login_page(service=APPLICATION, renew="true"),
                  "alice", PEOPLE["alice"])
    assert victim.jar[COOKIE] != value
    again = browser()
    again.jar[COOKIE] = value
    assert again.login_page(service=APPLICATION).form is not None


def test_T092_a_new_password_ends_all_sessions(
        browser, installation, new_account):
    login, password = new_account()
    devices = [browser() for _ in range(3)]
    for one in devices:
        one.sign_in(login, password)
        assert one.login_page(service=APPLICATION).ticket
    installation.portillon("account", "set-password", login,
                           "--password-stdin", input="a fresh password\n")
    for one in devices:
        assert one.login_page(service=APPLICATION).form is not None
    assert devices[0].sign_in(login, password).status == 401
    assert devices[0].sign_in(login, "a fresh password", APPLICATION).ticket


def test_T092_a_disabled_account_is_out_and_stays_out(
        browser, installation, new_account):
    login, password = new_account()
    one = browser()
    one.sign_in(login, password)
    installation.portillon("account", "disable", login)
    assert one.login_page(service=APPLICATION).form is not None
    answer = one.sign_in(login, password)
    assert answer.status == 401  # the same words as for a wrong password
    installation.portillon("account", "enable", login)
    assert one.login_page(service=APPLICATION).form is not None
    assert one.sign_in(login, password, APPLICATION).ticket
