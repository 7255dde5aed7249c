# SPDX-License-Identifier: Apache-2.0
"""A generator is offered on the way in: set up now, or later, until when and
as often as the policy says (requirements R-039, R-097; row T1 of column 002;
rows T105 to T110, T129)."""
import json

import pytest

from browser import Browser
from conftest import APPLICATION, PEOPLE
from generators import App
from installation import ROOT
from test_door import in_parallel
from test_second_step import (CAMPUS, HOME, OTHER, later, university,
                              visit)
from test_set_up import RECOVERY, code_of, key_of

__all__ = ["university", "visit"]  # fixtures
UNIVERSITY = ROOT / "deploy" / "policies" / "university.json"
STRICT = {
    "requirement": "require", "mode": "impose", "solutions": ["totp"],
    "level_min": 1, "recovery.count": 2, "enrol.proof": "password",
    "email.allowed_kinds": ["personal"], "email.source": ["office"],
    "self_remove": "never"}


@pytest.fixture
def apply(university):
    """Puts the university's policy in force with other settings, or a profile
    of its own; afterwards it is as it was."""
    place, _ = university

    def put(profile=None, **changes):
        document = json.loads(UNIVERSITY.read_text())
        chosen = dict(profile or document["profiles"]["community"])
        chosen.update((name.replace("__", "."), value)
                      for name, value in changes.items())
        document["profiles"]["community"] = chosen
        file = place.folder / "offering.json"
        file.write_text(json.dumps(document))
        file.chmod(0o644)
        place.portillon("policy", "apply", str(file))

    yield put
    place.portillon("policy", "apply", "university")


def forget(place):
    for statement in (
            "delete from sso.enrolment", "delete from sso.decision",
            "delete from sso.browser_trust",
            "update sso.account set offered_at = null, skips = 0,"
            " encouraged_at = null, trust_epoch = null, removed_at = null"):
        place.sql(statement)


@pytest.fixture
def people(visit):
    """Makes visitors who look at what they are offered; so far Alice was
    offered nothing and has no app."""
    def make(address=HOME):
        one = visit(address)
        one.puts_off = False
        return one

    forget(make().place)
    yield make
    forget(make().place)


@pytest.fixture
def alice(people):
    return people()


def noted(one):
    """(was an offer put off, how often, was encouragement) of Alice."""
    (row,) = one.place.sql(
        "select offered_at is not null, skips, encouraged_at is not null"
        " from sso.account where login = 'alice'")
    return row


def is_at_offer(one, answer):
    """Led to the page, without a session so far."""
    assert answer.status == 303, (answer.status, answer.text)
    assert answer.location.endswith("/cas/mfa/offer"), answer.location
    assert "__Host-TGC" not in one.browser.jar
    page = one.get("/cas/mfa/offer")
    assert page.status == 200
    return page


def code_given(one, **fields):
    """The answer to the code that was mailed."""
    letters = len(one.letters())
    page = one.asked(one.password())
    return one.send(page, code=one.mailed(letters + 1), **fields)


def confirm(one):
    """Sets the app up on the page where it is: (what follows, its key)."""
    page = one.get("/cas/mfa/set-up")
    key = key_of(page)
    answer = one.send(page, "/cas/mfa/set-up", code=code_of(one.place, key))
    assert RECOVERY.findall(answer.text), answer.text
    return one.send(answer, "/cas/mfa/codes"), key


def again(one, **span):
    """Comes back some time after the test began, to sign in."""
    later(one.place, **span)
    one.forget_session()


def button(page, choice):
    return f'name="choice" value="{choice}"' in page.text


def test_T1_a_code_by_mail_and_then_the_offer(alice):
    """R-097: why, what one needs, for which application; "Later" goes on to
    it, and nobody is asked again for 30 days."""
    page = is_at_offer(alice, code_given(alice))
    for words in ("Protect your account with an app", "authenticator app",
                  'class="service"', "Set up now", ">Later</button>"):
        assert words in page.text, words
    assert "we mail you a code" not in page.text  # she has just given one
    assert noted(alice) == (False, 0, False)
    answer = alice.choose("later")
    assert answer.ticket and answer.location.startswith(APPLICATION)
    assert "__Host-TGC" in alice.browser.jar
    assert "__Host-sign-in" not in alice.browser.jar
    assert noted(alice) == (False, 0, True)
    again(alice, days=29)
    assert code_given(alice).ticket
    again(alice, days=31)
    is_at_offer(alice, code_given(alice))


def test_R039_set_up_now(alice):
    """In the same sign-in; behind the recovery codes waits the application,
    and the app opens from then on."""
    is_at_offer(alice, code_given(alice))
    assert alice.choose("now").location.endswith("/cas/mfa/set-up")
    assert button(alice.get("/cas/mfa/set-up"), "later")
    answer, key = confirm(alice)
    assert answer.ticket and answer.location.startswith(APPLICATION)
    assert alice.place.sql(
        "select verified_by, skipped from sso.session"
        " order by number desc limit 1") == [("totp", None)]
    assert noted(alice) == (False, 0, False)
    again(alice, minutes=2)
    page = alice.asked(alice.password())
    assert alice.send(page, code=code_of(alice.place, key)).ticket


def test_later_on_the_page_of_the_app(alice):
    """Who began and has no phone at hand goes on all the same."""
    is_at_offer(alice, code_given(alice))
    alice.choose("now")
    page = alice.get("/cas/mfa/set-up")
    answer = alice.send(page, "/cas/mfa/offer", choice="later")
    assert answer.ticket and noted(alice) == (False, 0, True)
    assert not alice.place.sql(
        "select 1 from sso.enrolment where state = 'active'")


def test_T2_on_campus_the_app_is_proved_by_mail(people):
    """No code is asked for there, and an app is offered; whoever wants one
    shows first that the mailbox is theirs."""
    alice = people(CAMPUS)
    page = is_at_offer(alice, alice.password())
    assert "we mail you a code" in page.text
    assert alice.choose("now").location.endswith("/cas/mfa")
    code = alice.mailed()
    page = alice.get("/cas/mfa")
    assert button(page, "later")
    assert alice.get("/cas/mfa/set-up").location.endswith("/cas/mfa")
    answer = alice.send(page, code=code)
    assert answer.location.endswith("/cas/mfa/set-up")
    assert confirm(alice)[0].ticket


@pytest.mark.parametrize("where", ["/cas/mfa/offer", "/cas/mfa"])
def test_later_on_campus_says_how_they_came_in(people, where):
    alice = people(CAMPUS)
    is_at_offer(alice, alice.password())
    if where == "/cas/mfa":
        alice.choose("now")
    answer = alice.send(alice.get(where), "/cas/mfa/offer", choice="later")
    assert answer.ticket
    assert alice.place.sql(
        "select verified_by, skipped from sso.session"
        " order by number desc limit 1") == [(None, "zone")]


@pytest.mark.parametrize("choice", ["later", "now"])
def test_trust_survives_the_offer(alice, choice):
    """R-072: asked for with the code, kept until the session opens; with the
    app that was set up it stands and falls."""
    is_at_offer(alice, code_given(alice, trust="true"))
    assert not alice.place.sql("select 1 from sso.browser_trust")
    alice.choose(choice)
    if choice == "now":
        assert confirm(alice)[0].ticket
    ((trusted, by, is_hers),) = alice.place.sql(
        "select t.trusted_at is not null, t.verified_by, t.enrolment_id ="
        " (select e.id from sso.enrolment as e where e.state = 'active')"
        " from sso.browser_trust as t")
    assert (trusted, by) == (True, {"later": "email", "now": "totp"}[choice])
    assert is_hers is (True if choice == "now" else None)
    again(alice, minutes=2)
    assert alice.password().ticket


def test_trust_that_was_not_asked_for_is_not_given(alice):
    is_at_offer(alice, code_given(alice))
    page = alice.get("/cas/mfa/offer")
    assert alice.send(page, "/cas/mfa/offer", choice="later",
                      trust="true").ticket
    assert alice.place.sql(
        "select trusted_at from sso.browser_trust") == [(None,)]


def offered_at(one):
    return one.place.sql("select extract(epoch from offered_at)::float"
                         " from sso.account where login = 'alice'")[0][0]


def test_grace_runs_from_the_first_offer(alice, apply):
    """2.7: with the date on the page; "Later" moves nothing, and once it is
    past there is none."""
    apply(STRICT, enrol__grace="14d")
    page = is_at_offer(alice, alice.password())
    assert "asks for this from" in page.text and "Later (until " in page.text
    assert alice.choose("later").ticket
    first = offered_at(alice)
    assert abs(first - alice.place.clock.now()) < 60
    assert noted(alice) == (True, 1, True)
    again(alice, days=13)
    is_at_offer(alice, alice.password())
    assert alice.choose("later").ticket
    assert noted(alice) == (True, 2, True) and offered_at(alice) == first
    again(alice, days=15)
    assert alice.password().location.endswith("/cas/mfa")
    page = alice.get("/cas/mfa/set-up")
    assert not button(page, "later")
    answer = alice.send(page, "/cas/mfa/offer", choice="later")
    assert answer.location.endswith("/cas/mfa/set-up")
    assert confirm(alice)[0].ticket


def test_later_is_counted(alice, apply):
    apply(STRICT, enrol__max_skips=2)
    for left in (2, 1):
        page = is_at_offer(alice, alice.password())
        assert f"this many times: {left}." in page.text
        assert alice.choose("later").ticket
        alice.forget_session()
    assert noted(alice) == (True, 2, True)
    assert alice.password().location.endswith("/cas/mfa")


def test_a_deadline_passes_while_the_page_is_read(alice, apply):
    apply(STRICT, enrol__grace="5m")
    is_at_offer(alice, alice.password())
    assert alice.choose("later").ticket
    again(alice, minutes=4)
    page = is_at_offer(alice, alice.password())
    later(alice.place, minutes=6)
    answer = alice.send(page, "/cas/mfa/offer", choice="later")
    page = is_at_offer(alice, answer)
    assert not button(page, "later") and "asks for this now" in page.text
    alice.choose("now")
    assert confirm(alice)[0].ticket
    assert noted(alice) == (True, 1, True)


def test_a_policy_that_is_loosened_helps_at_once(alice, apply):
    apply(STRICT, enrol__grace="0s")
    alice.password()
    assert not button(alice.get("/cas/mfa/set-up"), "later")
    apply(STRICT, enrol__grace="14d")
    page = alice.get("/cas/mfa/set-up")
    assert button(page, "later")
    assert alice.send(page, "/cas/mfa/offer", choice="later").ticket


def test_R097_what_nobody_must_is_offered_now_and_then(alice, apply):
    """Without an end: not more often than the policy encourages."""
    apply(STRICT, requirement="offer")
    page = is_at_offer(alice, alice.password())
    assert ">Later</button>" in page.text
    assert alice.choose("later").ticket
    assert noted(alice) == (True, 1, True)
    again(alice, days=29)
    assert alice.password().ticket
    again(alice, days=31)
    is_at_offer(alice, alice.password())


def test_reload_back_and_a_second_tab(alice, apply):
    """What is said twice counts once, and nobody sees an error."""
    apply(STRICT, enrol__max_skips=3)
    page = is_at_offer(alice, alice.password())
    assert alice.get("/cas/mfa").location.endswith("/cas/mfa/offer")
    assert alice.get("/cas/mfa/set-up").location.endswith("/cas/mfa/offer")
    alice.choose("now")
    for path in ("/cas/mfa/offer", "/cas/mfa/codes", "/cas/mfa"):
        assert alice.get(path).location.endswith("/cas/mfa/set-up")
    twice = alice.send(page, "/cas/mfa/offer", choice="now")
    assert twice.location.endswith("/cas/mfa/set-up")
    jar = dict(alice.browser.jar)
    assert alice.send(page, "/cas/mfa/offer", choice="later").ticket
    opened = alice.browser.jar["__Host-TGC"]
    alice.browser.jar["__Host-sign-in"] = jar["__Host-sign-in"]
    for answer in (alice.send(page, "/cas/mfa/offer", choice="later"),
                   alice.get("/cas/mfa/offer")):
        assert answer.status == 303 and answer.ticket is None
        assert answer.location.endswith("/cas/login")
    assert alice.browser.jar["__Host-TGC"] == opened
    assert noted(alice) == (True, 1, True)


def test_T110_later_at_the_same_moment_opens_once(alice, apply):
    apply(STRICT, enrol__max_skips=99)
    page = is_at_offer(alice, alice.password())
    fields = {**page.form.fields, "choice": "later"}
    tabs = [Browser(alice.place) for _ in range(4)]
    for number in range(1, 13):
        answers = []

        def send(tab):
            tab.jar = dict(alice.browser.jar)
            answers.append(tab.post("/cas/mfa/offer", fields,
                                    headers=alice.headers))

        in_parallel(send, tabs)
        assert [answer.status for answer in answers] == [303] * 4
        assert sum(answer.ticket is not None for answer in answers) == 1
        assert noted(alice) == (True, number, True)
        alice.place.sql("update sso.sign_in set step = 'offer',"
                        " opened_mac = null where expires_at > now()")
    for tab in tabs:
        tab.close()


@pytest.mark.parametrize("path", [
    "/cas/mfa", "/cas/mfa/send", "/cas/mfa/set-up", "/cas/mfa/codes"])
def test_T105_T107_no_way_around_the_offer(alice, path):
    """Whatever form of another step is sent leads back and does nothing."""
    page = is_at_offer(alice, code_given(alice))
    answer = alice.send(page, path, code="123456", choice="later")
    is_at_offer(alice, answer)
    for params in ({"service": APPLICATION}, {"service": OTHER},
                   {"service": APPLICATION, "gateway": "true"}):
        answer = alice.get("/cas/login", params)
        assert "ticket=" not in (answer.location or "")
    assert alice.get("/cas/").status == 302
    assert "__Host-TGC" not in alice.browser.jar
    assert noted(alice) == (False, 0, False)


@pytest.mark.parametrize("fields", [
    {"execution": ""}, {"execution": "0" * 33}, {"choice": ""},
    {"choice": "LATER"}, {"choice": "later", "execution": "x"}])
def test_T097_the_offer_wants_our_form(alice, fields):
    page = is_at_offer(alice, code_given(alice))
    answer = alice.send(page, "/cas/mfa/offer", **{
        "choice": "later", **fields})
    is_at_offer(alice, answer)
    assert noted(alice) == (False, 0, False)


def test_T108_the_sign_in_of_the_browser_and_no_other(people):
    """Names that are sent along are not read; another browser's form moves
    nothing; without the cookie there is nothing."""
    alice, bob, stranger = people(), people(), people()
    page = is_at_offer(alice, code_given(alice))
    bobs = bob.asked(bob.password("bob"))
    answer = bob.send(page, "/cas/mfa/offer", choice="later",
                      username="alice")
    assert answer.location.endswith("/cas/mfa")
    answer = bob.send(bobs, "/cas/mfa/offer", choice="later", sign_in="1")
    assert answer.location.endswith("/cas/mfa")
    for way in (stranger.get("/cas/mfa/offer"),
                stranger.send(page, "/cas/mfa/offer", choice="later")):
        assert way.location.endswith("/cas/login")
    assert noted(alice) == (False, 0, False)
    assert alice.choose("later").ticket


def test_T105_the_offer_ends_with_its_sign_in(alice):
    page = is_at_offer(alice, code_given(alice))
    later(alice.place, minutes=16)
    answer = alice.send(page, "/cas/mfa/offer", choice="later")
    assert answer.location.endswith("/cas/login")
    assert "__Host-TGC" not in alice.browser.jar
    assert noted(alice) == (False, 0, False)


def test_T106_the_policy_is_asked_again(people):
    """Begun on campus, where no code is asked for, and ended elsewhere."""
    alice = people(CAMPUS)
    page = is_at_offer(alice, alice.password())
    alice.address = HOME
    for choice in ("later", "now"):
        jar = dict(alice.browser.jar)
        answer = alice.send(page, "/cas/mfa/offer", choice=choice)
        assert answer.location.endswith("/cas/login")
        assert "__Host-TGC" not in alice.browser.jar
        alice.browser.jar = jar
    assert noted(alice) == (False, 0, False)


def test_T106_a_disabled_account_goes_no_further(alice):
    page = is_at_offer(alice, code_given(alice))
    alice.place.portillon("account", "disable", "alice")
    try:
        answer = alice.send(page, "/cas/mfa/offer", choice="later")
        assert answer.location.endswith("/cas/login")
    finally:
        alice.place.portillon("account", "enable", "alice")


@pytest.mark.parametrize("address", [HOME, CAMPUS])
def test_T129_no_second_app_beside_one_that_came_meanwhile(
        people, apply, address):
    """Somebody with the password stands at the page; the owner sets an app up
    elsewhere: it stays the only one."""
    apply(requirement="offer", enrol__proof="password", auto_factors=[],
          encourage=[])
    thief = people(address)
    is_at_offer(thief, thief.password())
    thief.choose("now")
    page = thief.get("/cas/mfa/set-up")
    owners = App(thief.place, "alice")
    thief.place.sql("update sso.enrolment set voluntary = true"
                    " where id = %s", owners.number)
    answer = thief.send(page, "/cas/mfa/set-up",
                        code=code_of(thief.place, key_of(page)))
    assert answer.location.endswith("/cas/login"), answer.text
    assert thief.place.sql("select id from sso.enrolment"
                           " where state = 'active'") == [(owners.number,)]


def test_a_weaker_code_leads_on_to_what_is_demanded(alice, apply):
    """2.5: the first time a code by mail, then the app, in one sign-in."""
    apply(STRICT, solutions=["email", "totp"], level_min=2,
          auto_factors=["email"], remember="ask")
    answer = code_given(alice, trust="true")
    assert answer.location.endswith("/cas/mfa/set-up")
    page = alice.get("/cas/mfa/set-up")
    assert not button(page, "later")
    assert confirm(alice)[0].ticket
    again(alice, minutes=2)
    assert alice.password().ticket  # the browser is trusted by the app


def test_T18_behind_a_recovery_code_a_new_app_is_offered(alice):
    """The phone is lost, perhaps: the new one replaces it."""
    is_at_offer(alice, code_given(alice))
    alice.choose("now")
    page = alice.get("/cas/mfa/set-up")
    answer = alice.send(page, "/cas/mfa/set-up",
                        code=code_of(alice.place, key_of(page)))
    code = RECOVERY.findall(answer.text)[0]
    assert alice.send(answer, "/cas/mfa/codes").ticket
    again(alice, minutes=2)
    page = alice.asked(alice.password())
    is_at_offer(alice, alice.send(page, code=code))
    alice.choose("now")
    assert confirm(alice)[0].ticket
    assert alice.place.sql(
        "select state, count(*) from sso.enrolment where state <> 'pending'"
        " group by state order by state") == [("active", 1), ("revoked", 1)]


def test_single_sign_on_offers_nothing(alice):
    """Only behind the password of a sign-in: neither a ticket for a living
    session nor what confirms before a change."""
    is_at_offer(alice, code_given(alice))
    assert alice.choose("later").ticket
    alice.place.sql("update sso.account set encouraged_at = null")
    for service in (APPLICATION, OTHER):
        assert alice.get("/cas/login", {"service": service}).ticket
    assert alice.get("/cas/").status == 200
    again(alice, minutes=2)
    is_at_offer(alice, code_given(alice))


def test_a_session_that_leaves_the_campus_is_offered_nothing(people):
    """A code is missing, which no password stands before."""
    alice = people(CAMPUS)
    is_at_offer(alice, alice.password())
    assert alice.choose("later").ticket
    alice.place.sql("update sso.account set encouraged_at = null")
    alice.address = HOME
    assert alice.get("/cas/login", {"service": OTHER, "gateway": "true"}
                     ).location == OTHER
    assert alice.get("/cas/login", {"service": OTHER}
                     ).location.endswith("/cas/mfa")
    alice.send(alice.get("/cas/mfa"), path="/cas/mfa/send")
    assert alice.send(alice.get("/cas/mfa"), code=alice.mailed()).ticket


@pytest.mark.parametrize("service", [APPLICATION, None])
def test_who_confirms_is_offered_nothing(people, service):
    """renew, for an application or before a change of the account."""
    alice = people(CAMPUS)
    is_at_offer(alice, alice.password())
    assert alice.choose("later").ticket
    alice.place.sql("update sso.account set encouraged_at = null")
    page = alice.get("/cas/login", {
        "renew": "true", **({"service": service} if service else {})})
    answer = alice.send(page, username="alice", password=PEOPLE["alice"])
    if service is None:  # for a change a code is asked for on campus too
        answer = alice.send(alice.get("/cas/mfa"), code=alice.mailed())
        assert answer.location.endswith("/cas/")
    else:
        assert answer.ticket


def test_where_nothing_is_set_up_nothing_is_offered(people, apply):
    """enrol.zones: at home no app is set up, on campus it is."""
    apply(enrol__zones=["campus"])
    assert code_given(people()).ticket
    campus = people(CAMPUS)
    is_at_offer(campus, campus.password())


def test_a_sign_in_without_an_application_goes_to_the_dashboard(people):
    alice = people(CAMPUS)
    page = alice.get("/cas/login")
    answer = alice.send(page, username="alice", password=PEOPLE["alice"])
    page = is_at_offer(alice, answer)
    assert 'class="service"' not in page.text
    assert alice.choose("later").location.endswith("/cas/")
    assert alice.get("/cas/").status == 200


def test_what_was_offered_is_kept_with_its_reasons(alice, apply):
    """The support code on the page is that of the offer; three decisions of
    one sign-in: to ask, to offer, to open."""
    page = is_at_offer(alice, code_given(alice))
    rows = alice.place.sql("select outcome, code, session is null, reasons"
                           " from sso.decision order by id")
    assert [row[0] for row in rows] == ["challenge", "offer"]
    assert rows[1][1] in page.text and rows[1][2]
    assert [reason["code"] for reason in rows[1][3]] == [
        "SKIP_SESSION", "OFFERED"]
    assert alice.choose("later").ticket
    assert alice.place.sql(
        "select outcome, session is not null from sso.decision"
        " order by id desc limit 1") == [("allow", True)]
    apply(STRICT, enrol__grace="14d")
    again(alice, minutes=2)
    is_at_offer(alice, alice.password())
    ((reasons,),) = alice.place.sql(
        "select reasons from sso.decision order by id desc limit 1")
    assert reasons[0]["code"] == "DEADLINE_AHEAD" and "at" in reasons[0]


def test_three_languages(alice, apply):
    apply(STRICT, enrol__grace="14d", enrol__max_skips=5)
    is_at_offer(alice, alice.password())
    for tag, words in (("fr", ("Configurer maintenant",
                               "Plus tard (jusqu’au ")),
                       ("nl", ("Nu instellen", "Later (tot "))):
        page = alice.browser.get("/cas/mfa/offer", headers={
            **alice.headers, "Accept-Language": tag})
        assert f'<html lang="{tag}"' in page.text
        assert all(one in page.text for one in words)
