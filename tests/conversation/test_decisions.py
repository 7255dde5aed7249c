# SPDX-License-Identifier: Apache-2.0
"""Why people are asked for a code, or refused: kept once with its reasons, told
to them in their language, found by the help desk (R-028; T144, T155, T201)."""
import json
import re

import pytest

from conftest import APPLICATION, PEOPLE
from installation import wait_until
from test_second_step import (CAMPUS, HOME, OTHER, forget, later,
                              university, visit)

__all__ = ["university", "visit"]  # fixtures
SUPPORT = re.compile(r"<code>([0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{2})"
                     r"</code>")
REASON = re.compile(r'<ul class="reasons">(.*?)</ul>', re.S)


@pytest.fixture(autouse=True)
def nothing_kept(visit, university):
    """And an app was offered to everybody a moment ago: what is kept of an
    offer stands in test_offer.py."""
    place, _ = university
    place.sql("update sso.account set encouraged_at = to_timestamp(%s)",
              place.clock.now())
    place.sql("delete from sso.decision")
    place.sql("delete from sso.browser_trust")
    yield
    wait_until("no mail is left for another time", lambda: not place.sql(
        "select 1 from sso.outbox where payload is not null"))


def kept(place, columns="outcome, reasons, facts"):
    return place.sql(f"select {columns} from sso.decision order by id")


def codes_of(reasons):
    return [reason["code"] for reason in reasons]


def last_reasons(visitor, outcome="challenge"):
    """The reasons of the last decision with that outcome."""
    ((reasons,),) = visitor.place.sql(
        "select reasons from sso.decision where outcome = %s"
        " order by id desc limit 1", outcome)
    return {reason.pop("code"): reason for reason in reasons}


def told(page):
    """The reasons that a page lists, without white space around them."""
    (listed,) = REASON.findall(page.text)
    return [" ".join(item.split())
            for item in re.findall(r"<li>(.*?)</li>", listed, re.S)]


def support_code(page):
    (code,) = SUPPORT.findall(page.text)
    return code


def in_language(visitor, tag):
    page = visitor.browser.get("/cas/mfa", headers={
        **visitor.headers, "Accept-Language": tag})
    assert f'<html lang="{tag}"' in page.text
    return page


def test_a_sign_in_with_a_code_keeps_the_question_and_the_end(visit):
    """Two decisions are acted on: to ask, and to open the session.  What is
    shown, sent and mistyped in between keeps nothing more."""
    alice = visit()
    page = alice.asked(alice.password())
    for _ in range(3):
        alice.get("/cas/mfa")
        alice.send(page, code="00000000")
    assert len(kept(alice.place)) == 1
    assert alice.send(page, code=alice.mailed()).ticket
    rows = kept(alice.place, "outcome, sign_in, session, tenant,"
                " policy_number, profile, rule, floors, service_id")
    ((sign_in, session),) = alice.place.sql(
        "select i.number, s.number from sso.sign_in as i join sso.session as s"
        " on s.mac = i.opened_mac order by i.number desc limit 1")
    ((service,),) = alice.place.sql(
        "select id from sso.service where name = %s",
        re.search(r'class="service">.*?<strong>(.*?)</strong>', page.text,
                  re.S)[1])
    ((policy,),) = alice.place.sql(
        "select max(number) from sso.policy_version")
    place = ("main", policy, "community", None, [], service)
    assert rows == [("challenge", sign_in, None, *place),
                    ("allow", sign_in, session, *place)]
    ((asked,), (allowed,)) = kept(alice.place, "reasons")
    assert codes_of(asked) == ["OUTSIDE_ZONE", "BROWSER_UNKNOWN"]
    assert codes_of(allowed) == ["SKIP_SESSION"]


def test_single_sign_on_keeps_nothing(visit):
    """A session that just gets a ticket, by day and by night."""
    alice = visit(CAMPUS)
    alice.sign_in()
    ((outcome, reasons, _),) = kept(alice.place)
    assert outcome == "allow" and reasons == [
        {"code": "SKIP_ZONE", "zone": "campus"}]
    for service in (APPLICATION, OTHER, APPLICATION):
        assert alice.get("/cas/login", {"service": service}).ticket
    assert alice.get("/cas/").status == 200
    assert len(kept(alice.place)) == 1


def test_a_wrong_password_keeps_and_tells_nothing(visit):
    alice = visit()
    page = alice.get("/cas/login", {"service": APPLICATION})
    answer = alice.send(page, username="alice", password="wrong words")
    assert "reasons" not in answer.text and not SUPPORT.findall(answer.text)
    assert kept(alice.place) == []


def test_gateway_keeps_nothing(visit):
    alice = visit(CAMPUS)
    alice.sign_in()
    alice.address = "198.51.100.9"
    answer = alice.get("/cas/login", {"service": OTHER, "gateway": "true"})
    assert answer.location == OTHER
    assert len(kept(alice.place)) == 1


def test_T155_leaving_the_campus_is_kept_with_its_sign_in(visit):
    alice = visit(CAMPUS)
    alice.sign_in()
    alice.address = "198.51.100.9"
    alice.get("/cas/login", {"service": OTHER})
    ((sign_in, session),) = kept(alice.place, "sign_in, session")[1:]
    assert sign_in is not None and session is None
    assert last_reasons(alice)["OUTSIDE_ZONE"] == {"zone": "campus"}


def test_trust_expired(visit):
    """The ages and limits of the decision, on the page as well."""
    alice = visit()
    alice.sign_in(trust=True)
    for days in (15, 29, 31):
        later(alice.place, days=days)
        alice.forget_session()
        answer = alice.password()
    reasons = last_reasons(alice)
    assert reasons.keys() == {"OUTSIDE_ZONE", "TRUST_EXPIRED"}
    assert reasons["TRUST_EXPIRED"]["age"] // 86400 == 31
    assert reasons["TRUST_EXPIRED"]["limit"] == 30 * 86400
    assert told(alice.asked(answer)) == [
        "You are connecting from outside the Campus network.",
        "Your last code on this browser was 31 days ago; the limit is 30 "
        "days."]


def test_trust_idle(visit):
    alice = visit()
    alice.sign_in(trust=True)
    later(alice.place, days=40)
    alice.forget_session()
    page = alice.asked(alice.password())
    assert last_reasons(alice)["TRUST_IDLE"]["age"] // 86400 == 40
    assert ("You have not signed in with this browser for 40 days."
            in told(page))


def test_T144_trust_revoked(visit):
    """With the day as the dashboard writes it."""
    alice, elsewhere = visit(), visit()
    alice.sign_in(trust=True)
    later(alice.place, minutes=2)
    elsewhere.sign_in()
    browser = re.search(r'name="browser" value="(\w+)"',
                        elsewhere.get("/cas/").text)[1]
    assert forget(elsewhere, browser=browser).status == 303
    later(alice.place, minutes=4)
    alice.forget_session()
    page = alice.asked(alice.password())
    assert last_reasons(alice).keys() == {"OUTSIDE_ZONE", "TRUST_REVOKED"}
    assert re.fullmatch(
        r"This browser was removed from your trusted list on "
        r"\d+ \w+ \d{4}, \d\d:\d\d UTC\.", told(page)[1])


def test_a_similar_browser_was_trusted(visit):
    """Cookies deleted, or a private window."""
    alice = visit()
    alice.sign_in(trust=True)
    alice.browser.jar.clear()
    later(alice.place, minutes=2)
    page = alice.asked(alice.password())
    assert "COOKIE_PROBABLY_LOST" in last_reasons(alice)
    assert any("Private browsing" in reason for reason in told(page))


def test_renew(visit):
    """The application wants everything anew: a trusted browser is asked."""
    alice = visit()
    alice.sign_in(trust=True)
    later(alice.place, minutes=2)
    page = alice.get("/cas/login", {"service": APPLICATION, "renew": "true"})
    answer = alice.send(page, username="alice", password=PEOPLE["alice"])
    assert "RENEW" in last_reasons(alice)
    page = alice.get("/cas/mfa")
    assert answer.status == 303
    assert "The application asks you to confirm again." in told(page)


def test_three_languages(visit):
    alice = visit()
    page = alice.asked(alice.password())
    assert "<summary>Why was I asked?</summary>" in page.text
    french, dutch = in_language(alice, "fr"), in_language(alice, "nl")
    assert "Pourquoi cette demande" in french.text
    assert "Waarom wordt dit gevraagd?" in dutch.text
    assert [told(one)[0] for one in (page, french, dutch)] == [
        "You are connecting from outside the Campus network.",
        "Vous vous connectez hors du réseau Campus.",
        "Je maakt verbinding van buiten het netwerk Campus."]
    assert [len(told(one)) for one in (page, french, dutch)] == [2, 2, 2]
    assert (support_code(page) == support_code(french) == support_code(dutch)
            == kept(alice.place, "code")[0][0])


def test_who_may_not_pass_reads_why(visit):
    """No session, no sign-in, a code for the help desk all the same."""
    chloe = visit()
    answer = chloe.password("chloe")
    assert answer.status == 403
    ((code, outcome, sign_in, session, reasons),) = kept(
        chloe.place, "code, outcome, sign_in, session, reasons")
    assert (outcome, sign_in, session) == ("deny", None, None)
    assert codes_of(reasons)[0] == "NO_WAY_TO_ENROL"
    assert support_code(answer) == code
    assert any("no valid address for you" in reason
               for reason in told(answer))


def test_nothing_secret_is_kept(visit):
    """Neither codes, cookies and passwords nor the address of the mailbox or
    the network's address of the person."""
    alice = visit()
    page = alice.asked(alice.password())
    code = alice.mailed()
    assert alice.send(page, code=code).ticket
    text = json.dumps(alice.place.sql(
        "select to_jsonb(d) from sso.decision as d"))
    secrets = [code, PEOPLE["alice"], "home.example", "alice", alice.address,
               *alice.browser.jar.values()]
    assert [secret for secret in secrets if secret in text] == []


def test_facts_are_those_of_the_decision(visit):
    alice = visit()
    alice.sign_in(trust=True)
    later(alice.place, days=31)
    alice.forget_session()
    alice.password()
    facts = kept(alice.place)[-1][2]
    assert facts["purpose"] == "service" and "zone" not in facts
    assert facts["addresses"] == facts["personal_addresses"] == 1
    browser = facts["browser"]
    assert browser["known"] is True and browser["verified_by"] == "email"
    assert browser["verified_age"] // 86400 == 31
    assert facts["session"]["password_given"] is True


def test_the_help_desk_finds_it_by_its_code(visit):
    alice = visit()
    page = alice.asked(alice.password())
    code = support_code(page)
    assert alice.send(page, code=alice.mailed()).ticket
    spoken = f" {code.lower().replace('-', ' ')} "
    shown = alice.place.portillon("decision", "show", spoken).stdout
    for words in (code, "alice", "challenge", "community",
                  "OUTSIDE_ZONE: zone campus", "BROWSER_UNKNOWN",
                  "personal addresses 1", "in the same sign-in:",
                  "allow, session opened"):
        assert words in shown, shown
    (asked, allowed) = json.loads(alice.place.portillon(
        "decision", "show", code, "--json").stdout)
    assert (asked["code"], asked["outcome"], asked["login"]) == (
        code, "challenge", "alice")
    assert allowed["session"] > 0 and allowed["sign_in"] == asked["sign_in"]


@pytest.mark.parametrize("code,says", [
    ("ZZZZ-ZZ", "no decision with the code ZZZZ-ZZ"),
    ("K7QM-4", "a support code is like K7QM-4T"),
    ("'; drop table sso.decision; --", "a support code is like K7QM-4T")])
def test_a_code_that_is_none(university, code, says):
    place, _ = university
    result = place.portillon("decision", "show", code, expect=1)
    assert says in result.stderr and result.stdout == ""


def test_two_decisions_may_share_a_code(visit):
    alice, bob = visit(), visit()
    alice.asked(alice.password())
    bob.asked(bob.password("bob"))
    alice.place.sql("update sso.decision set code = 'K7QM-4T'")
    shown = alice.place.portillon("decision", "show", "k7qm4t").stdout
    assert shown.count("outcome:") == 2 and "bob" in shown


def test_without_a_policy_nothing_is_kept(visit):
    """The second step is off: a sign-in writes no more than before."""
    alice = visit()
    alice.place.sql("delete from sso.policy_version")
    try:
        assert alice.password().ticket
        assert kept(alice.place) == []
    finally:
        alice.place.portillon("policy", "apply", "university")


def test_old_decisions_are_swept(visit):
    """180 days, by the courier, and none of the younger ones."""
    alice = visit()
    alice.asked(alice.password())
    later(alice.place, days=100)
    alice.browser.jar.clear()
    page = alice.asked(alice.password())
    assert len(kept(alice.place)) == 2
    later(alice.place, days=181)
    alice.place.restart()
    wait_until("the old one is gone",
               lambda: kept(alice.place, "code") == [(support_code(page),)])


def verified(visitor):
    """How the sessions on the dashboard were verified, this one first: the
    words before the moment; and where they are."""
    page = visitor.get("/cas/")
    assert page.status == 200
    found = {}
    for name in ("Confirmed", "Network address"):
        found[name] = [
            re.sub(r"<.*?>", "", " ".join(words.split()))
            for words in re.findall(f"<dt>{name}</dt><dd>(.*?)</dd>",
                                    page.text, re.S)]
    return ([words.rsplit(" · ", 1)[0] for words in found["Confirmed"]],
            found["Network address"])


def test_sessions_say_how_they_were_verified(visit):
    """R-081: a code, the trusted browser that spared it, or the network."""
    home, trusted, campus = visit(), visit(), visit(CAMPUS)
    home.place.sql("update sso.session set ended_at = now()")
    home.sign_in()
    later(home.place, minutes=2)
    trusted.sign_in(trust=True)
    trusted.forget_session()
    trusted.sign_in()
    assert not trusted.was_asked
    campus.sign_in()
    how, where = verified(campus)
    assert how[0] == "password, on the Campus network"
    assert where[0] == f"Campus · {CAMPUS}"
    assert sorted(how[1:]) == sorted([
        "password and a code by mail", "password and a code by mail",
        "password, on a trusted browser"])
    assert set(where[1:]) == {HOME}


def test_a_session_that_began_without_a_policy_says_password_only(visit):
    bob = visit()
    bob.place.sql("delete from sso.policy_version")
    bob.place.sql("update sso.session set ended_at = now()")
    try:
        assert bob.password("bob").ticket
        assert verified(bob)[0] == ["password only"]
    finally:
        bob.place.portillon("policy", "apply", "university")


@pytest.mark.parametrize("by,words", [
    ("totp", "password and authenticator app"),
    ("recovery", "password and a recovery code")])
def test_sessions_say_which_code_it_was(visit, by, words):
    alice = visit()
    alice.place.sql("update sso.session set ended_at = now()")
    alice.sign_in()
    alice.place.sql("update sso.session set verified_by = %s"
                    " where ended_at is null", by)
    assert verified(alice)[0] == [words]
