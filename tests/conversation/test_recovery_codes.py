# SPDX-License-Identifier: Apache-2.0
"""New recovery codes while the app stays (requirements R-068 to R-070; rows
T097, T124, T125, T130)."""
import json
import re

import pytest

from browser import Browser
from generators import App
from installation import ROOT, wait_until
from test_dashboard import events_on, notice_on
from test_door import in_parallel
from test_second_step import later, university, visit  # noqa: F401
from test_set_up import (RECOVERY, alice, code_of, letters_about,  # noqa: F401
                         no_longer_fresh, set_up)

PAGE = "/cas/generator/codes"
BUTTON = 'class="button quiet" href="[^"]*/cas/generator/codes"'
MEANWHILE = "New codes were made in the meantime"


def apply(place, **settings):
    """The university's policy with other settings; "__" stands for a dot."""
    document = json.loads(
        (ROOT / "deploy/policies/university.json").read_text())
    document["profiles"]["community"] |= {
        name.replace("__", "."): value for name, value in settings.items()}
    file = place.folder / "policy.json"
    file.write_text(json.dumps(document))
    file.chmod(0o644)
    place.portillon("policy", "apply", str(file))


@pytest.fixture
def alone(alice):  # noqa: F811
    """Alice, where codes may be replaced alone."""
    apply(alice.place, recovery__regenerate="alone")
    return alice


def renew(one):
    """From the page to the codes."""
    page = one.get(PAGE)
    assert page.status == 200, (page.status, page.location)
    answer = one.send(page, PAGE)
    assert answer.status == 200, (answer.status, answer.location)
    codes = RECOVERY.findall(answer.text)
    assert len(codes) == len(set(codes)) == 5, answer.text
    return codes


def code_page(one):
    one.browser.jar.clear()
    return one.asked(one.password())


def post_with(one, fields, **changes):
    """The form with other fields; None: without that one."""
    fields = {key: value for key, value in {**fields, **changes}.items()
              if value is not None}
    return one.browser.post(PAGE, fields, headers=one.headers)


def hashes(place):
    return place.sql("select enrolment_id, slot, hash, used_at"
                     " from sso.recovery_code order by 1, 2")


# What people do

def test_R068_new_codes_and_the_app_stays(alone):
    """The page says what will happen, the next one has the codes, once."""
    key, old = set_up(alone)
    assert re.search(BUTTON, alone.get("/cas/").text)
    page = alone.get(PAGE)
    assert "no-store" in page.header("Cache-Control")
    assert "stop working" in page.text and "now: 5." in page.text
    assert not RECOVERY.search(page.text)
    answer = alone.send(page, PAGE)
    codes = RECOVERY.findall(answer.text)
    assert len(set(codes)) == 5 and not set(codes) & set(old)
    assert "no-store" in answer.header("Cache-Control")
    assert "The app now confirms" not in answer.text
    assert "5 left" in alone.get("/cas/").text
    page = code_page(alone)
    assert alone.send(page, code=code_of(alone.place, key, 1)).ticket


def test_R069_T124_the_old_codes_are_out_and_the_new_ones_good(alone):
    """In the field of the app, each once."""
    _, old = set_up(alone)
    new = renew(alone)
    page = code_page(alone)
    assert "not right" in alone.send(page, code=old[0]).text
    assert alone.send(page, code=new[0].lower()).ticket
    page = code_page(alone)
    assert "already used" in alone.send(page, code=new[0]).text
    assert alone.send(page, code=new[4]).ticket


def test_R070_who_has_no_code_left_makes_new_ones(alone):
    """The mail about the last one leads to the page, and so does the
    dashboard."""
    _, codes = set_up(alone)
    alone.place.sql("update sso.recovery_code set used_at = now()"
                    " where slot > 1")
    alone.box.letters.clear()
    page = code_page(alone)
    assert alone.send(page, code=codes[0]).ticket
    (letter,) = wait_until("a mail tells", lambda: letters_about(
        alone, "Recovery code used"))
    assert "the last one" in letter.text and PAGE in letter.text
    dashboard = alone.get("/cas/").text
    assert "0 left" in dashboard and "make new ones in time" in dashboard
    assert len(renew(alone)) == 5
    dashboard = alone.get("/cas/").text
    assert "5 left" in dashboard and "in time" not in dashboard


def test_a_mail_and_the_activity_tell(alone):
    set_up(alone)
    alone.box.letters.clear()
    codes = renew(alone)
    (letter,) = wait_until("a mail tells", lambda: letters_about(
        alone, "New recovery codes"))
    assert letter.recipients == ["alice@home.example"]
    assert "made: 5" in letter.text and "do not work any more" in letter.text
    assert not any(code in letter.text for code in codes)
    assert any(event.startswith("New recovery codes made")
               for event in events_on(alone.get("/cas/")))


def test_there_is_no_app(alone):
    """Nothing that codes could belong to."""
    assert not re.search(BUTTON, alone.get("/cas/").text)
    answer = alone.get(PAGE)
    assert answer.location.endswith("/cas/")
    assert "There was no app" in notice_on(alone.get("/cas/"))


def test_of_several_apps_the_newest_has_the_codes(alone):
    """A person has one list, whatever the number of apps."""
    apply(alone.place, recovery__regenerate="alone", totp__max=3)
    _, first = set_up(alone)
    _, second = set_up(alone)
    assert len(hashes(alone.place)) == 5
    third = renew(alone)
    assert len(alone.place.sql(
        "select 1 from sso.enrolment where state = 'active'")) == 2
    assert len(hashes(alone.place)) == 5
    for codes in (first, second):
        page = code_page(alone)
        assert "not right" in alone.send(page, code=codes[1]).text
    assert alone.send(page, code=third[1]).ticket


# What the policy says

def test_R068_there_is_no_page_where_the_policy_knows_none(alone):
    """Codes come with the app only, or not at all; a form of before the
    change is of no use."""
    set_up(alone)
    page, before = alone.get(PAGE), hashes(alone.place)
    for settings in (
            {"recovery__regenerate": "with_generator"},
            {"recovery__regenerate": "alone", "recovery__count": 0},
            {"recovery__regenerate": "alone", "solutions": ["email"],
             "encourage": []}):
        apply(alone.place, **settings)
        assert PAGE not in alone.get("/cas/").text
        assert alone.get(PAGE).status == 404
        assert alone.send(page, PAGE).status == 404
    assert hashes(alone.place) == before


def test_as_many_as_the_policy_says(alone):
    """Fewer than before, too: no place of the old list is left."""
    set_up(alone)
    apply(alone.place, recovery__regenerate="alone", recovery__count=3)
    answer = alone.send(alone.get(PAGE), PAGE)
    assert len(RECOVERY.findall(answer.text)) == 3
    assert len(hashes(alone.place)) == 3


# What must not happen

def test_T130_a_session_that_is_not_fresh_changes_nothing(alone):
    set_up(alone)
    page, before = alone.get(PAGE), hashes(alone.place)
    no_longer_fresh(alone.place)
    for answer in (alone.get(PAGE), alone.send(page, PAGE)):
        assert answer.location.endswith("/cas/login?renew=true")
    assert hashes(alone.place) == before


def test_T125_the_codes_are_shown_once(alone):
    """Neither by a reload of the form, which says so, nor in log, database or
    another page; those on the screen stay good."""
    set_up(alone)
    page = alone.get(PAGE)
    codes = RECOVERY.findall(alone.send(page, PAGE).text)
    again = alone.send(page, PAGE)
    assert again.status == 200 and MEANWHILE in again.text
    assert "<title>Error: " in again.text
    log = alone.place.log()
    stored = " ".join(row[2] for row in hashes(alone.place))
    for text in (again.text, alone.get(PAGE).text, alone.get("/cas/").text,
                 alone.get("/cas/activity").text, log, stored):
        assert not any(code in text or code.replace("-", "") in text
                       for code in codes)
    assert "recovery codes made" in log
    assert alone.send(code_page(alone), code=codes[0]).ticket


def test_the_form_that_was_too_late_makes_new_ones(alone):
    """Who did not see the codes goes on from the page that says so."""
    set_up(alone)
    page = alone.get(PAGE)
    alone.send(page, PAGE)
    answer = alone.send(alone.send(page, PAGE), PAGE)
    codes = RECOVERY.findall(answer.text)
    assert len(codes) == 5
    assert alone.send(code_page(alone), code=codes[0]).ticket


def test_T124_in_many_windows_one_gets_the_codes(alone):
    """What is shown is what counts; the others are told."""
    set_up(alone)
    for _ in range(3):
        page, answers = alone.get(PAGE), []
        jar = dict(alone.browser.jar)

        def send(_):
            tab = Browser(alone.place)
            tab.jar.update(jar)
            answers.append(tab.post(PAGE, page.form.fields,
                                    headers=alone.headers))
            tab.close()

        in_parallel(send, range(8))
        shown = [RECOVERY.findall(answer.text) for answer in answers
                 if RECOVERY.search(answer.text)]
        assert len(shown) == 1 and len(shown[0]) == 5
        told = [MEANWHILE in answer.text for answer in answers]
        busy = [answer.status == 503 for answer in answers]
        assert sum(told) + sum(busy) == 7 and sum(told) > 0
        assert len(hashes(alone.place)) == 5
    assert alone.send(code_page(alone), code=shown[0][3]).ticket


def test_T097_forms_of_others_are_refused(alone):
    set_up(alone)
    before, fields = hashes(alone.place), alone.get(PAGE).form.fields
    for token in (None, "1" * 60, ""):
        answer = post_with(alone, fields, execution=token)
        assert answer.status == 303 and answer.location.endswith("/cas/")
        assert "nothing was changed" in notice_on(alone.get("/cas/"))
    assert hashes(alone.place) == before


def test_T097_nor_from_another_browser_or_another_site(alone, visit):  # noqa: F811
    set_up(alone)
    before = hashes(alone.place)
    page = alone.get(PAGE)
    elsewhere = visit()
    elsewhere.sign_in("bob")
    App(alone.place, "bob")
    foreign = elsewhere.get(PAGE).form.fields["execution"]
    answer = alone.send(page, PAGE, execution=foreign)
    assert answer.status == 303
    answer = alone.browser.post(PAGE, page.form.fields, headers={
        **alone.headers, "Origin": "https://evil.example"})
    assert answer.status == 403
    assert hashes(alone.place) == before


def test_T097_an_old_form_and_a_doubled_one(alone):
    key, _ = set_up(alone)
    fields, before = alone.get(PAGE).form.fields, hashes(alone.place)
    twice = [*fields.items(), ("list", fields["list"])]
    answer = alone.browser.post(
        PAGE, "&".join(f"{key}={value}" for key, value in twice).encode(),
        headers=alone.headers)
    assert answer.status == 400
    later(alone.place, minutes=61)
    alone.forget_session()
    page = alone.asked(alone.password())
    assert alone.send(page, code=code_of(alone.place, key)).ticket
    alone.browser.post(PAGE, fields, headers=alone.headers)
    assert "nothing was changed" in notice_on(alone.get("/cas/"))
    assert hashes(alone.place) == before


def test_a_list_that_does_not_count_is_not_replaced(alone):
    set_up(alone)
    before, fields = hashes(alone.place), alone.get(PAGE).form.fields
    for number in (None, "", "0", "-1", "1", "9223372036854775808", "x"):
        answer = post_with(alone, fields, list=number)
        assert answer.status == 200 and MEANWHILE in answer.text, number
    assert hashes(alone.place) == before


def test_T131_the_number_of_another_persons_list_is_of_no_use(
        alone, visit):  # noqa: F811
    set_up(alone)
    number, before = alone.get(PAGE).form.fields["list"], hashes(alone.place)
    bob = visit()
    bob.sign_in("bob")
    App(alone.place, "bob")
    answer = bob.send(bob.get(PAGE), PAGE, list=number, username="alice")
    assert MEANWHILE in answer.text
    assert hashes(alone.place) == before


def test_T092_a_session_that_ended_meanwhile(alone):
    set_up(alone)
    page, before = alone.get(PAGE), hashes(alone.place)
    alone.place.sql("update sso.session set ended_at = now()"
                    " where ended_at is null")
    answer = alone.send(page, PAGE)
    assert answer.status == 303 and answer.location.endswith("/cas/login")
    assert hashes(alone.place) == before
    assert alone.get(PAGE).location.endswith("/cas/login")


def test_in_other_languages(alone):
    set_up(alone)
    for tag, words in (("fr", "Nouveaux codes de secours"),
                       ("nl", "Nieuwe herstelcodes")):
        page = alone.browser.get(PAGE, headers={
            **alone.headers, "Accept-Language": tag})
        assert f"<h1>{words}</h1>" in page.text
