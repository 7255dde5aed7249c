# SPDX-License-Identifier: Apache-2.0
"""Login as acceptor: the form comes back (protocol specification 2.2).

B07 and B08 do not apply: the form's token is signed and not single-use, so that
a form never goes stale; B11 is in
test_ticket_methods.py.
"""
import urllib.parse

import pytest

from conftest import APPLICATION, PEOPLE


def test_B01_good_credentials_lead_to_the_service_with_a_ticket(browser):
    answer = browser().sign_in("alice", PEOPLE["alice"], APPLICATION)
    assert answer.status == 303  # what makes every browser GET
    assert answer.location.startswith(APPLICATION + "?ticket=ST-")
    words = urllib.parse.unquote_plus(answer.location)
    assert "alice" not in words and PEOPLE["alice"] not in words
    assert "username" not in words and "password" not in words


def test_B02_good_credentials_alone_lead_to_a_page_that_says_so(browser):
    one = browser()
    answer = one.sign_in("alice", PEOPLE["alice"])
    if answer.status in (302, 303):
        answer = one.follow(answer)
    assert answer.status == 200
    assert "Alice Martin" in answer.text and "Sign out" in answer.text


def test_B03_bad_credentials_bring_the_form_again(browser, new_account):
    login, _ = new_account()
    service = APPLICATION + "?keep=%26this"
    answer = browser().sign_in(login, "not the password", service)
    assert answer.status == 401
    assert answer.form.fields["service"] == service
    assert answer.form.fields["username"] == login
    assert answer.form.fields["password"] == ""
    assert "not right" in answer.text
    assert "__Host-TGC" not in answer.cookies()


@pytest.mark.parametrize("username, password", [
    ("", "x"), ("alice", ""), ("", ""), (None, "x"), ("alice", None),
    (None, None),
])
def test_B04_missing_fields_are_not_accepted(browser, username, password):
    one = browser()
    answer = one.submit(one.login_page(service=APPLICATION), username,
                        password)
    assert answer.status in (200, 400, 401)
    assert answer.form.fields["service"] == APPLICATION
    assert answer.ticket is None
    assert "__Host-TGC" not in one.jar


def test_B05_the_user_is_the_credentials_user(browser, validate, new_account):
    login, password = new_account(password="Case Matters Here")
    ticket = browser().sign_in(login, password, APPLICATION).ticket
    assert validate("serviceValidate", ticket, APPLICATION).user == login
    assert browser().sign_in(login, password.lower()).status == 401
    # A login is canonical in lower case: however it is typed, one person.
    ticket = browser().sign_in(login.upper(), password, APPLICATION).ticket
    assert validate("serviceValidate", ticket, APPLICATION).user == login


@pytest.mark.parametrize("foreign", [
    "https://unknown.example/", "https://app.example/elsewhere",
    "javascript:alert(1)",
])
def test_B06_credentials_for_an_unregistered_service_are_denied(
        browser, foreign):
    one = browser()
    answer = one.submit(one.login_page(service=APPLICATION), "alice",
                        PEOPLE["alice"], service=foreign)
    assert answer.status in (400, 403)
    assert answer.location is None
    assert "__Host-TGC" not in one.jar


def test_B08_no_two_form_tokens_are_equal(browser):
    one, seen = browser(), set()
    for _ in range(200):
        fields = one.login_page().form.fields
        assert "lt" not in fields
        seen.add(fields["execution"])
    assert len(seen) == 200


def test_B12_the_answer_is_303_and_not_kept(browser):
    answer = browser().sign_in("alice", PEOPLE["alice"], APPLICATION)
    assert answer.status == 303
    assert "no-store" in answer.header("Cache-Control")
    for page in (browser().login_page(), browser().login_page(service="x")):
        assert "no-store" in page.header("Cache-Control")


def test_B13_the_ticket_is_valid_for_the_same_service(browser, validate):
    service = APPLICATION + "?page=%C3%A9t%C3%A9&x=1+2"
    ticket = browser().sign_in("alice", PEOPLE["alice"], service).ticket
    assert validate("p3/serviceValidate", ticket, service).user == "alice"


def test_B14_a_ticket_after_renew_passes_renew(alice, validate):
    answer = alice.sign_in("alice", PEOPLE["alice"], APPLICATION, renew="true")
    verdict = validate("serviceValidate", answer.ticket, APPLICATION,
                       renew="true")
    assert verdict.user == "alice"


def test_B15_renew_as_another_person_ends_the_old_session(
        alice, browser, validate):
    old = alice.jar["__Host-TGC"]
    unspent = alice.ticket_for(APPLICATION)
    answer = alice.sign_in("bob", PEOPLE["bob"], APPLICATION, renew="true")
    assert validate("serviceValidate", answer.ticket, APPLICATION).user == "bob"
    thief = browser()
    thief.jar["__Host-TGC"] = old
    assert thief.login_page(service=APPLICATION).form is not None
    assert not validate("serviceValidate", unspent, APPLICATION).ok


def test_B16_words_beyond_ASCII_work(browser, validate):
    service = APPLICATION + "?name=Zoé&city=%C3%89vry"
    ticket = browser().sign_in("chloe", PEOPLE["chloe"], service).ticket
    assert validate("serviceValidate", ticket, service).user == "chloe"
    answer = browser().sign_in("zoé 🙂 €", PEOPLE["chloe"], service)
    # what cannot be a login shares a counter, which other tests may have filled
    assert answer.status in (400, 401, 429)
    assert "__Host-TGC" not in answer.cookies()
    if answer.form:
        assert answer.form.fields["service"] == service


@pytest.mark.parametrize("token", [None, "", "e1s1", "A" * 200])
def test_B17_a_stale_form_comes_back_with_what_was_typed(browser, token):
    one = browser()
    answer = one.submit(one.login_page(service=APPLICATION), "alice",
                        PEOPLE["alice"], execution=token)
    assert answer.status in (200, 400, 401, 403)
    assert answer.form.fields["service"] == APPLICATION
    assert answer.form.fields["username"] == "alice"
    assert answer.form.fields["password"] == ""
    assert "__Host-TGC" not in one.jar
    assert one.submit(answer, "alice", PEOPLE["alice"]).ticket


def test_B17_a_form_of_yesterday_comes_back_fresh(browser, installation):
    one = browser()
    page = one.login_page(service=APPLICATION)
    installation.clock.shift(2 * 86400)
    answer = one.submit(page, "alice", PEOPLE["alice"])
    assert answer.status < 500
    assert answer.form.fields["service"] == APPLICATION
    assert answer.form.fields["username"] == "alice"
    assert "expired" in answer.text
    assert one.submit(answer, "alice", PEOPLE["alice"]).ticket


def test_B17_a_restart_leaves_the_form_good(own_installation, browser):
    one = browser(at=own_installation)
    page = one.login_page(service=APPLICATION)
    own_installation.restart()
    assert one.submit(page, "alice", PEOPLE["alice"]).ticket
