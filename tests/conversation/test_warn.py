# SPDX-License-Identifier: Apache-2.0
"""Who ticked "warn" is asked before each further application, and the ticket is
made by the click (specification 2.1.1, 2.2.1)."""
import html
import re

import pytest

from conftest import APPLICATION, PEOPLE

OTHER = "https://other.example/x?a=1&b=%C3%A9"
TICKET = re.compile(r"ST-[0-9A-Za-z]{60}")


@pytest.fixture
def wary(browser):
    """Alice, who wants to be asked."""
    one = browser()
    page = one.login_page(service=APPLICATION)
    answer = one.submit(page, "alice", PEOPLE["alice"], warn="true")
    assert answer.ticket, "for what she signs in to she is not asked"
    return one


def asks(answer, name="Other application"):
    """The page that asks, without a ticket anywhere."""
    assert (answer.status, answer.location) == (200, None)
    assert "You are about to enter" in answer.text and name in answer.text
    assert "password" not in answer.form.types
    assert answer.form.action.endswith("/cas/enter")
    assert answer.form.method == "post"
    everything = answer.text + str(answer.fields)
    assert not TICKET.search(everything)
    return answer


def click(one, page, **changes):
    return one.post("/cas/enter", {**page.form.fields, **changes})


def test_B09_the_ticket_comes_after_the_click(wary, validate):
    page = asks(wary.login_page(service=OTHER))
    answer = click(wary, page)
    assert answer.status == 303
    verdict = validate("serviceValidate", answer.ticket, OTHER)
    assert verdict.user == "alice"
    assert verdict.values("isFromNewLogin") == ["false"]


def test_B09_every_application_is_asked_for(wary):
    click(wary, asks(wary.login_page(service=OTHER)))
    asks(wary.login_page(service=OTHER))
    asks(wary.login_page(service=APPLICATION), "Test application")


@pytest.mark.parametrize("word", [None, "false", "0", "no"])
def test_B09_who_did_not_tick_is_not_asked(browser, word):
    one = browser()
    one.submit(one.login_page(), "alice", PEOPLE["alice"], warn=word)
    assert one.login_page(service=OTHER).ticket


def test_B10_the_ticket_is_as_young_as_the_click(
        wary, installation, validate):
    """A page that is looked at for longer than a ticket lives."""
    page = asks(wary.login_page(service=OTHER))
    installation.clock.shift(600)
    answer = click(wary, page)
    assert validate("serviceValidate", answer.ticket, OTHER).user == "alice"


def test_B10_nothing_is_spent_or_opened_by_the_page(wary, installation):
    before = installation.sql("select count(*) from sso.redemption")
    page = asks(wary.login_page(service=OTHER))
    assert set(page.form.fields) == {"execution", "service"}
    assert installation.sql("select count(*) from sso.redemption") == before


def test_the_click_wants_our_own_form(wary, browser):
    page = asks(wary.login_page(service=OTHER))
    answer = wary.post("/cas/enter", page.form.fields,
                       headers={"Origin": "https://evil.example"})
    assert answer.status == 403 and answer.ticket is None
    for token in ("", "0" * 40, browser().login_page().form.fields[
            "execution"]):
        answer = click(wary, page, execution=token)
        assert answer.status == 303 and answer.ticket is None
        asks(wary.follow(answer))


def test_the_click_goes_to_registered_services_only(wary):
    page = asks(wary.login_page(service=OTHER))
    answer = click(wary, page, service="https://evil.example/")
    assert answer.status == 403 and answer.ticket is None


def test_the_click_opens_nothing_without_a_session(wary):
    page = asks(wary.login_page(service=OTHER))
    wary.get("/cas/logout")
    answer = click(wary, page)
    assert answer.status == 200 and answer.ticket is None
    assert "password" in answer.form.types
    assert answer.form.fields["service"] == OTHER


def test_another_language_asks_again(wary):
    """The links keep the path, also behind the click."""
    page = asks(wary.login_page(service=OTHER, method="POST"))
    answer = click(wary, page)
    (query,) = re.findall(r'<a href="(\?locale=fr[^"]*)"', answer.text)
    answer = wary.follow(wary.get("/cas/enter" + html.unescape(query)))
    assert "Vous allez entrer dans" in answer.text
    assert answer.form.fields["service"] == OTHER
    assert answer.form.fields["method"] == "POST"


def test_a_gateway_goes_back_instead_of_asking(wary):
    answer = wary.login_page(service=OTHER, gateway="true")
    assert answer.status in (302, 303)
    assert answer.location == OTHER


@pytest.mark.parametrize("method", ["POST", "HEADER"])
def test_B11_the_method_is_kept_behind_the_click(wary, validate, method):
    page = asks(wary.login_page(service=OTHER, method=method))
    answer = click(wary, page)
    ticket = answer.header("Ticket") if method == "HEADER" else \
        answer.form.fields["ticket"]
    assert validate("serviceValidate", ticket, OTHER).user == "alice"


def test_A25_the_artifact_comes_behind_the_click(wary, validate):
    """Who came with TARGET: asked, asked again for a form of old, then let
    through with SAMLart."""
    page = asks(wary.login_page(TARGET=OTHER))
    assert page.form.fields["TARGET"] == OTHER
    again = click(wary, page, execution="0" * 40)
    assert again.status == 303 and "SAMLart" not in again.location
    answer = click(wary, asks(wary.follow(again)))
    assert answer.location.startswith(OTHER + "&SAMLart=ST-")
    ticket = answer.location.rpartition("=")[2]
    assert validate("serviceValidate", ticket, OTHER).user == "alice"


def test_a_confirmed_password_keeps_the_wish(wary):
    page = wary.login_page(service=OTHER, renew="true")
    assert "warn" not in page.form.types
    assert wary.submit(page, "alice", PEOPLE["alice"]).ticket
    asks(wary.login_page(service=OTHER))


def test_the_box_is_shown_where_the_institution_wants_it(
        browser, another_server):
    assert "warn" not in browser().login_page().form.types
    one = browser(at=another_server({"PORTILLON_SESSION_WARN_BOX": "shown"}))
    page = one.login_page(service=APPLICATION)
    assert page.form.types["warn"] == "checkbox"
    assert "warn" not in page.form.fields
    again = one.submit(page, "alice", "wrong", warn="true")
    assert again.form.fields["warn"] == "true"
    again = one.submit(again, "alice", "wrong", warn=None)
    assert "warn" not in again.form.fields
