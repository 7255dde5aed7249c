# SPDX-License-Identifier: Apache-2.0
"""Staying signed in for long (specification 2.2.1 `rememberMe`, 2.5.7): the box,
the cookie, what applications hear, and that nothing else becomes weaker."""
import json

import pytest

import saml
from another_server import AnotherServer
from browser import Browser
from conftest import APPLICATION, PEOPLE
from generators import App
from installation import wait_until

DAY = 86400
LIFE = 14 * DAY
OTHER = "https://other.example/x"
CAMPUS = "203.0.113.7"
LECTURE_ROOM = "203.0.113.200"
HOME = "198.51.100.7"
CODES = {
    "format": 1, "name": "With a code", "rules": [], "default": "all",
    "profiles": {"all": {
        "requirement": "require", "mode": "impose", "solutions": ["totp"],
        "remember": "off"}},
}


@pytest.fixture(scope="module")
def place(private_installation):
    """An installation whose people may stay signed in for 14 days."""
    one = private_installation
    text = one.config.read_text().replace(
        "gates = 2\n", "gates = 2\ntrusted_proxies = 127.0.0.1\n")
    one.config.write_text(f"{text}\n[session]\nlong_term = {LIFE}\n")
    one.portillon("zone", "set", "lecture_rooms", "--prefix",
                  "203.0.113.128/25", "--shared")
    one.restart()
    return one


@pytest.fixture
def visit(place):
    """Makes visitors with a browser of their own somewhere."""
    opened = []
    place.clock.shift(0)

    def make(address=HOME, at=place):
        opened.append(Visitor(at, address))
        return opened[-1]

    yield make
    for one in opened:
        one.browser.close()
    place.clock.shift(0)


class Visitor:
    def __init__(self, place, address):
        self.place, self.address = place, address
        self.browser = Browser(place)

    def get(self, path, **params):
        return self.browser.get(path, params or None,
                                {"X-Forwarded-For": self.address})

    def post(self, path, fields):
        return self.browser.post(path, fields,
                                 headers={"X-Forwarded-For": self.address})

    def login(self, **params):
        return self.get("/cas/login", **params)

    def sign_in(self, stay=True, name="alice", **params):
        """The answer to name and password."""
        form = self.login(**params).form
        fields = {**form.fields, "username": name, "password": PEOPLE[name]}
        if stay:
            fields["rememberMe"] = "true"
        return self.post("/cas/login", fields)

    def knows(self):
        """Is somebody signed in, and gets a ticket without a question?"""
        return self.login(service=OTHER).ticket is not None

    def attributes(self, ticket, service, **params):
        answer = self.get("/cas/p3/serviceValidate", ticket=ticket,
                          service=service, **params)
        if params.get("format") == "JSON":
            return json.loads(answer.text)["serviceResponse"][
                "authenticationSuccess"]["attributes"]
        return answer.text


def max_age(answer):
    """Of the session's cookie; None: it ends with the browser."""
    value, attributes = answer.cookies()["__Host-TGC"]
    assert value.startswith("TGT-")
    assert {"secure", "httponly"} <= attributes.keys()
    assert attributes["samesite"] == "Lax" and attributes["path"] == "/"
    assert "expires" not in attributes
    age = attributes.get("max-age")
    return None if age is None else int(age)


def test_C01_C02_a_box_that_is_unticked_at_first(visit):
    one = visit()
    page = one.login(service=APPLICATION)
    assert page.form.types["rememberMe"] == "checkbox"
    assert "rememberMe" not in page.form.fields
    assert "for 14 days" in page.text
    wrong = {**page.form.fields, "username": "alice", "password": "wrong"}
    again = one.post("/cas/login", {**wrong, "rememberMe": "true"})
    assert again.status == 401
    assert again.form.fields["rememberMe"] == "true"
    again = one.post("/cas/login", wrong)
    assert again.status == 401
    assert "rememberMe" not in again.form.fields


def test_C03_who_did_not_tick_has_a_cookie_of_the_browser(visit, place):
    one = visit()
    assert max_age(one.sign_in(stay=False)) is None
    place.clock.shift(11 * 3600)
    assert not one.knows()


def test_C04_H05_who_ticked_stays_for_so_long(visit, place):
    one = visit()
    assert LIFE - 5 <= max_age(one.sign_in()) <= LIFE
    for moment in (2 * 3600, DAY, 5 * DAY, LIFE - 60):
        place.clock.shift(moment)
        assert one.knows(), f"{moment} seconds later"
    place.clock.shift(LIFE + 60)
    assert not one.knows()


@pytest.mark.parametrize("stay, word", [(True, "true"), (False, "false")])
def test_C05_C06_C08_C09_applications_hear_of_it(visit, stay, word):
    one = visit()
    answer = one.sign_in(stay=stay, service=APPLICATION)
    text = one.attributes(answer.ticket, APPLICATION)
    name = "longTermAuthenticationRequestTokenUsed"
    assert f"<cas:{name}>{word}</cas:{name}>" in text
    assert "<cas:isFromNewLogin>true</cas:isFromNewLogin>" in text
    answer = one.login(service=OTHER)
    said = one.attributes(answer.ticket, OTHER, format="JSON")
    assert said[name] == [stay] and said["isFromNewLogin"] == [False]
    answer = one.login(service=OTHER)
    plain = one.get("/cas/validate", ticket=answer.ticket, service=OTHER)
    assert plain.text == "yes\nalice\n", "which has no word for it"


def test_C07_applications_that_ask_by_saml_hear_of_it(visit):
    """So they do of nobody else: I10."""
    one = visit()
    ticket = one.sign_in(service=APPLICATION).ticket
    found = saml.read_assertion(saml.post(
        one.browser, saml.envelope(ticket), TARGET=APPLICATION))
    assert found.attributes["longTermAuthenticationRequestTokenUsed"] == [
        "true"]
    assert found.attributes["isFromNewLogin"] == ["true"]


def test_C05_C09_days_later_it_is_no_new_login(visit, place):
    one = visit()
    one.sign_in()
    place.clock.shift(5 * DAY)
    answer = one.login(service=APPLICATION)
    text = one.attributes(answer.ticket, APPLICATION)
    assert "TokenUsed>true<" in text and "NewLogin>false<" in text
    answer = one.login(service=APPLICATION)
    verdict = one.get("/cas/serviceValidate", ticket=answer.ticket,
                      service=APPLICATION, renew="true")
    assert "INVALID_TICKET" in verdict.text


@pytest.mark.parametrize("seconds", [90 * DAY + 1, 3600, -1])
def test_C10_more_than_three_months_are_refused_at_the_start(place, seconds):
    """Nor may it be shorter than an ordinary session."""
    for command in ("check", "serve"):
        result = place.portillon(command, expect=None, env={
            "PORTILLON_SESSION_LONG_TERM": str(seconds)})
        assert result.returncode not in (0, 99)
        said = result.stdout + result.stderr
        assert "LONG_TERM" in said or "session.long_term" in said


def test_without_the_setting_nobody_stays(visit, place):
    """No box, the parameter does nothing, and who stayed stays no more."""
    one = visit()
    one.sign_in()
    plain = AnotherServer(place)
    plain.variables = {"PORTILLON_SESSION_LONG_TERM": "0"}
    plain.start()
    try:
        other = visit(at=plain)
        assert "rememberMe" not in other.login().form.types
        assert max_age(other.sign_in()) is None
        other.browser.jar.update(one.browser.jar)
        assert not other.knows()
        assert one.knows()
        other.browser.close()
    finally:
        assert plain.end() == ""


def test_nobody_stays_on_a_shared_computer(visit):
    one = visit(LECTURE_ROOM)
    assert "rememberMe" not in one.login(service=APPLICATION).form.types
    assert max_age(one.sign_in()) is None
    assert "rememberMe" in visit(CAMPUS).login().form.types


def test_a_session_does_not_change_its_kind(visit, place):
    """A further sign-in in the same browser decides anew; a confirmation
    decides nothing."""
    one = visit()
    one.sign_in()
    long_one = one.browser.jar["__Host-TGC"]
    place.clock.shift(3 * DAY)
    form = one.login(service=OTHER, renew="true").form
    assert "rememberMe" not in form.types
    answer = one.post("/cas/login", {
        **form.fields, "username": "alice", "password": PEOPLE["alice"]})
    assert LIFE - 3 * DAY - 5 <= max_age(answer) <= LIFE - 3 * DAY + 1
    assert one.browser.jar["__Host-TGC"] != long_one
    place.clock.shift(LIFE + 60)
    assert not one.knows(), "its end has not moved"


def test_who_signs_in_anew_without_ticking_does_not_stay(visit, place):
    one = visit()
    form = one.login().form
    fields = {**form.fields, "username": "alice",
              "password": PEOPLE["alice"]}
    assert max_age(one.post("/cas/login", {**fields, "rememberMe": "true"}))
    before = one.browser.jar["__Host-TGC"]
    assert max_age(one.post("/cas/login", fields)) is None
    place.clock.shift(DAY)
    assert not one.knows()
    one.browser.jar["__Host-TGC"] = before
    assert not one.knows(), "the long session has ended"


def test_the_dashboard_says_which_session_stays(visit):
    one = visit()
    one.sign_in(stay=False, name="bob")
    assert "stays signed in" not in one.get("/cas/").text
    two = visit()
    two.sign_in(name="bob")
    assert two.get("/cas/").text.count("stays signed in") == 1


def test_T078_signing_out_ends_it(visit):
    one = visit()
    one.sign_in()
    kept = dict(one.browser.jar)
    answer = one.get("/cas/logout")
    assert answer.cookies()["__Host-TGC"][1]["max-age"] == "0"
    one.browser.jar.update(kept)
    assert not one.knows()


@pytest.mark.parametrize("command", [
    ("account", "set-password", "chloe", "--password-stdin"),
    ("account", "disable", "chloe")])
def test_T077_T092_who_is_out_does_not_stay(visit, place, command):
    one = visit()
    one.sign_in(name="chloe")
    ticket = one.login(service=OTHER).ticket
    place.clock.shift(20)
    place.portillon(*command, input=PEOPLE["chloe"] + "\n")
    assert not one.knows()
    said = one.get("/cas/serviceValidate", ticket=ticket, service=OTHER)
    assert "INVALID_TICKET" in said.text
    place.portillon("account", "enable", "chloe")
    assert not one.knows()


@pytest.fixture
def policy(place):
    """Asks everybody for a code of an app in each session, and `more`."""
    def apply(more):
        rule = {**CODES["profiles"]["all"], **more}
        file = place.folder / "codes.json"
        file.write_text(json.dumps({**CODES, "profiles": {"all": rule}}))
        file.chmod(0o644)
        place.portillon("policy", "apply", str(file))

    yield apply
    place.sql("delete from sso.policy_version")


def until_noted(place):
    """That the last session was used is written while nobody waits."""
    wait_until("the use is noted", lambda: place.sql(
        "select 1 from sso.session where last_used_at > to_timestamp(%s) and"
        " number = (select max(number) from sso.session)",
        place.clock.now() - 60))


def give_code(one, app):
    form = one.get("/cas/mfa").form
    return one.post("/cas/mfa", {**form.fields, "code": app.code()})


def test_T143_a_code_goes_no_further_than_in_an_ordinary_session(
        visit, place, policy):
    """A policy that asks once a session asks again where an ordinary session
    would have ended, by disuse and by age."""
    app = App(place, "alice")
    policy({})
    one = visit()
    answer = one.sign_in(service=APPLICATION)
    assert answer.location.endswith("/cas/mfa")
    assert "__Host-TGC" not in one.browser.jar
    answer = give_code(one, app)
    assert answer.ticket and LIFE - 5 <= max_age(answer) <= LIFE
    assert one.knows(), "once a session"
    place.clock.shift(3700)
    for _ in range(2):
        asked = one.login(service=OTHER)
        assert asked.location.endswith("/cas/mfa"), "unused for an hour"
        until_noted(place)
    answer = give_code(one, app)
    assert answer.ticket
    assert LIFE - 3710 <= max_age(answer) <= LIFE - 3690
    for seconds in range(3700 + 3000, 3700 + 36000, 3000):
        place.clock.shift(seconds)
        assert one.knows(), seconds
        until_noted(place)
    place.clock.shift(3700 + 36100)
    assert one.login(service=OTHER).location.endswith("/cas/mfa"), "ten hours"
    app.remove()


def test_a_policy_may_forbid_to_stay(visit, policy):
    policy({"requirement": "offer", "session.stay": False})
    one = visit()
    assert max_age(one.sign_in(service=APPLICATION)) is None


def test_T155_who_stays_stays_nowhere_else(visit, place, policy):
    """In a session that another policy let them keep, or this one before it
    changed: where an ordinary one would have ended the password is due."""
    one = visit()
    assert max_age(one.sign_in(service=APPLICATION))
    policy({"requirement": "offer", "session.stay": False})
    assert one.knows()
    place.clock.shift(3700)
    for _ in range(2):
        page = one.login(service=OTHER)
        assert page.form.types["password"] == "password"


def test_a_policy_says_when_the_password_is_due(visit, place, policy):
    policy({"requirement": "offer", "session.max": "2h"})
    one = visit()
    one.sign_in()
    place.clock.shift(7000)
    assert one.knows()
    place.clock.shift(7300)
    page = one.login(service=OTHER)
    assert page.form.types["password"] == "password"


def test_T155_a_policy_that_becomes_stricter_reaches_who_stayed(
        visit, place, policy):
    """Not in the session that is open, says this policy; but that session
    would have ended."""
    app = App(place, "alice")
    one = visit()
    one.sign_in()
    policy({"live_sessions": "next_login"})
    assert one.knows()
    place.clock.shift(3700)
    assert one.login(service=OTHER).location.endswith("/cas/mfa")
    assert give_code(one, app).ticket
    app.remove()
