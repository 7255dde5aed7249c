# SPDX-License-Identifier: Apache-2.0
"""Which language a page speaks, and the links that change it."""
import html
import re
import urllib.parse

import pytest

from conftest import APPLICATION, PEOPLE

LINK = re.compile(r'<a href="([^"]*)" lang="([a-z]+)" hreflang="([a-z]+)">'
                  r"([^<]*)</a>")
UNKNOWN = "https://unknown.example/a?b=c&d=é"


def language(answer):
    """What the page says it speaks; its words have to agree."""
    said = re.search(r'<html lang="([a-z]+)">', answer.text)[1]
    word = {"en": "Language", "fr": "Langue", "nl": "Taal"}[said]
    assert f'<nav aria-label="{word}">' in answer.text
    return said


def links(answer):
    """Language -> the address that its link leads to."""
    found = {}
    for url, tag, of_target, name in LINK.findall(answer.text):
        assert tag == of_target
        assert name == {"en": "English", "fr": "Français",
                        "nl": "Nederlands"}[tag]
        found[tag] = urllib.parse.urljoin(answer.url, html.unescape(url))
    assert len(found) == 2, "one link for each language but the page's own"
    assert language(answer) not in found
    return found


def follow(one, url):
    return one.get(url.removeprefix(f"https://{one.host}"))


def params_of(url):
    query = urllib.parse.urlsplit(url).query
    return dict(urllib.parse.parse_qsl(query, keep_blank_values=True))


@pytest.mark.parametrize("wish, spoken", [
    ("nl", "nl"), ("nl-BE, fr;q=0.8, en;q=0.5", "nl"),
    ("de-DE, de;q=0.9, fr;q=0.4, en;q=0.3", "fr"),
    ("fr;q=0.2, nl;q=0.21", "nl"), ("*;q=0.1, fr;q=0", "en"),
    ("de, ja;q=0.5", "en"), ("", "en"), (None, "en"), ("fr;q=nonsense", "en"),
])
def test_a_page_speaks_what_the_browser_likes_best(browser, wish, spoken):
    answer = browser().get("/cas/login", headers={"Accept-Language": wish})
    assert language(answer) == spoken


def test_the_choice_made_on_a_page_goes_before_the_browsers(browser):
    one = browser(language="fr")
    assert language(one.login_page()) == "fr"
    assert language(one.login_page(locale="nl")) == "nl"
    assert language(one.login_page()) == "nl"  # it was kept
    assert language(one.submit(one.login_page(), "alice", "wrong")) == "nl"
    assert language(one.get("/cas/logout")) == "nl"
    assert language(one.get("/nowhere")) == "nl"


@pytest.mark.parametrize("locale", [
    "xx", "../../etc/passwd", "../fr", "fr.po", "fr\r\nSet-Cookie: a=b",
    "fr;q=1", "", "n" * 3000])
def test_T200_a_language_comes_from_a_list(browser, locale):
    """What is no language of ours changes nothing, and leaves the browser's
    wish and the choice of before alone."""
    one = browser(language="nl")
    answer = one.login_page(locale=locale)
    assert "__Host-language" not in answer.cookies()
    assert answer.status == 200 and "../" not in answer.text
    if locale != "fr;q=1":
        assert language(answer) == "nl"
    one.jar["__Host-language"] = "../fr"
    assert language(one.login_page()) == "nl"


def test_the_link_keeps_what_the_application_asked(browser):
    one = browser()
    asked = {"service": APPLICATION, "renew": "true"}
    answer = one.login_page(**asked)
    for tag, url in links(answer).items():
        assert url.startswith(f"https://{one.host}/cas/login?")
        assert params_of(url) == {**asked, "locale": tag}
    dutch = follow(one, links(answer)["nl"])
    assert language(dutch) == "nl"
    assert dutch.form.fields["service"] == APPLICATION
    assert dutch.form.fields["renew"] == "true"
    # And on from there to the third, and in with a ticket.
    french = follow(one, links(dutch)["fr"])
    assert params_of(french.url) == {**asked, "locale": "fr"}
    assert one.submit(french, "alice", PEOPLE["alice"]).ticket


@pytest.mark.parametrize("given", ["gateway=true", "renew", "renew=",
                                   "gateway=&renew=false"])
def test_the_link_keeps_flags_as_they_were_written(browser, given):
    answer = browser().get(f"/cas/login?{given}")
    expected = dict(urllib.parse.parse_qsl(given, keep_blank_values=True))
    assert params_of(links(answer)["fr"]) == {**expected, "locale": "fr"}


def test_the_page_after_a_wrong_password_leads_back_by_a_get(browser):
    one = browser()
    page = one.login_page(service=APPLICATION, renew="true")
    answer = one.submit(page, "alice", "secret words")
    assert answer.status == 401
    for tag, url in links(answer).items():
        assert params_of(url) == {
            "service": APPLICATION, "renew": "true", "locale": tag}
        assert "alice" not in url and "secret" not in url
    again = follow(one, links(answer)["nl"])
    assert again.status == 200 and language(again) == "nl"
    assert one.submit(again, "alice", PEOPLE["alice"]).ticket


def test_so_does_the_page_that_found_no_cookie(browser):
    one = browser()
    page = one.login_page(service=APPLICATION)
    one.jar.clear()
    answer = one.submit(page, "alice", PEOPLE["alice"])
    assert "cookies" in answer.text
    assert params_of(links(answer)["fr"])["service"] == APPLICATION


@pytest.mark.parametrize("path, status", [
    (f"/cas/login?service={urllib.parse.quote(UNKNOWN, safe='')}", 403),
    ("/cas/nowhere", 404), ("/elsewhere/at/all", 404), ("/", 404),
    ("//evil.example/", 404), ("/cas/login?service=%", 400),
    ("/cas/logout", 200),
])
def test_every_page_stays_where_it_is(browser, path, status):
    one = browser()
    answer = one.get(path)
    assert answer.status == status
    before = urllib.parse.urlsplit(f"https://{one.host}" + path).path
    for url, *_ in LINK.findall(answer.text):
        assert url.startswith("?locale="), "it could lead anywhere"
    for tag, url in links(answer).items():
        other = follow(one, url)
        assert urllib.parse.urlsplit(other.url).path == before
        assert language(other) == tag
        if status != 400:  # what could not be read is not said again
            assert other.status == status


def test_the_refused_application_stays_on_its_page(browser):
    one = browser()
    answer = one.login_page(service=UNKNOWN)
    assert params_of(links(answer)["nl"])["service"] == UNKNOWN
    dutch = follow(one, links(answer)["nl"])
    assert dutch.status == 403 and "unknown.example" in dutch.text


def test_the_page_of_who_is_signed_in_stays_too(alice):
    answer = alice.follow(alice.login_page())
    assert "Alice Martin" in answer.text
    french = follow(alice, links(answer)["fr"])
    assert "Alice Martin" in french.text and language(french) == "fr"


def test_an_address_too_long_for_a_link_is_left_out(browser):
    """A form may carry more than an address can."""
    one = browser()
    page = one.login_page()
    answer = one.submit(page, "alice", "x", service="é" * 5000)
    assert answer.status == 403
    assert params_of(links(answer)["fr"]) == {"locale": "fr"}


def test_machines_get_no_language_cookie(browser):
    for path in ("/cas/serviceValidate?locale=fr", "/healthz?locale=fr"):
        assert browser().get(path).cookies() == {}


def test_the_installation_says_what_strangers_to_all_get(
        browser, another_server):
    place = another_server({"PORTILLON_PAGES_LANGUAGE": "nl"})
    one = browser(at=place, language="de")
    assert language(one.login_page()) == "nl"
    assert language(one.login_page(locale="en")) == "en"
    assert language(one.login_page()) == "en"


def test_a_default_language_without_words_is_found_before_the_start(
        installation):
    said = installation.portillon(
        "check", env={"PORTILLON_PAGES_LANGUAGE": "de"}, expect=1).stdout
    assert "pages.language: there is no messages/de.po" in said
    assert "there are en fr nl" in said
