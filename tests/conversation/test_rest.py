# SPDX-License-Identifier: Apache-2.0
"""The REST endpoints (rows J01 to J10), by which programs take names and
passwords themselves; and that they are no way round anything (T105, T155, T159,
T161, T198): not the second step, not the limits of guessing, not the registry."""
import json
import re
import statistics
import time

import pytest

from another_server import AnotherServer
from application import Application
from browser import Browser, query_of
from conftest import APPLICATION, PEOPLE
from generators import App
from installation import wait_until
from validation import read_verdict

SETTINGS = """
[rest]
endpoints = on
[outbound]
networks = 127.0.0.0/8
ca = {folder}/tls/ca.crt
"""
FORBIDDEN = "https://other.example/x"  # registered, but not for REST
HANDLE = re.compile(r"TGT-[0-9A-Za-z]{45}")
TICKET = re.compile(r"ST-[0-9A-Za-z]{60}")
CAMPUS = "203.0.113.7"
BLOCKED = "192.0.2.66"
HOME = "198.51.100.7"
PLAIN = {"Accept": "text/plain"}
STRICT = {
    "format": 1, "name": "With a code", "rules": [], "default": "all",
    "profiles": {"all": {
        "requirement": "require", "mode": "impose", "solutions": ["totp"],
        "remember": "off"}},
}


@pytest.fixture(scope="module")
def rest(private_installation):
    """An installation whose REST endpoints answer, for one application."""
    one = private_installation
    text = one.config.read_text().replace(
        "gates = 2\n", "gates = 2\ntrusted_proxies = 127.0.0.1\n")
    one.config.write_text(text + SETTINGS.format(folder=one.folder))
    one.portillon("service", "set", one.service_id(APPLICATION), "--rest",
                  "yes")
    one.portillon("zone", "set", "campus", "--prefix", f"{CAMPUS}/32",
                  "--no-code")
    one.portillon("zone", "set", "blocked", "--prefix", f"{BLOCKED}/32",
                  "--blocked")
    one.restart()
    return one


@pytest.fixture
def place(rest):
    """Nobody has failed yet, and the clock is right."""
    rest.clock.shift(0)
    rest.sql("delete from sso.throttle")
    rest.sql("delete from sso.throttle_place")
    yield rest
    rest.sql("delete from sso.policy_version")
    rest.clock.shift(0)


class Program(Browser):
    """Speaks REST from an address of its choice."""

    def __init__(self, place, address=HOME):
        super().__init__(place)
        self.address = address

    def request(self, method, path, params=None, body=None, headers=None):
        return super().request(method, path, params, body, {
            "X-Forwarded-For": self.address, **(headers or {})})

    def enter(self, name="alice", password=None, headers=None, **more):
        return self.post("/cas/v1/tickets", {
            "username": name, "password": password or PEOPLE[name], **more},
            headers=headers)

    def handle(self, name="alice"):
        """Of a new session."""
        answer = self.enter(name, headers=PLAIN)
        assert answer.status == 201, (answer.status, answer.text)
        return answer.text

    def ask(self, handle, service=APPLICATION, **more):
        return self.post(f"/cas/v1/tickets/{handle}",
                         {"service": service, **more})

    def ticket(self, handle, service=APPLICATION):
        answer = self.ask(handle, service)
        assert answer.status == 200, (answer.status, answer.text)
        return answer.text

    def status(self, handle):
        return self.get(f"/cas/v1/tickets/{handle}").status

    def leave(self, handle):
        return self.request("DELETE", f"/cas/v1/tickets/{handle}")

    def who(self, name="alice", password=None, **more):
        return self.post("/cas/v1/users", {
            "username": name, "password": password or PEOPLE[name], **more})


@pytest.fixture
def make(place):
    opened = []

    def make_one(address=HOME, at=place):
        opened.append(Program(at, address))
        return opened[-1]

    yield make_one
    for one in opened:
        one.close()


@pytest.fixture
def program(make):
    return make()


def validated(program, ticket, service=APPLICATION, **params):
    return read_verdict(program.get(
        "/cas/p3/serviceValidate",
        {"ticket": ticket, "service": service, **params}))


def reason(answer):
    """What a program reads in a refusal."""
    assert answer.header("Content-Type") == "application/json"
    said = json.loads(answer.text)
    assert said["message"]
    (name,) = said["authentication_exceptions"]
    return name


# Rows

@pytest.mark.parametrize("accept, page", [
    (None, True), ("*/*", True), ("text/html", True),
    ("text/html,application/xhtml+xml;q=0.9", True),
    ("text/plain", False), ("application/json", False)])
def test_J01_good_credentials_open_a_session(place, program, accept, page):
    answer = program.enter(headers={"Accept": accept})
    assert answer.status == 201
    address, _, handle = answer.location.rpartition("/")
    assert address == place.url + "/v1/tickets"
    assert HANDLE.fullmatch(handle)
    if page:
        assert answer.header("Content-Type") == "text/html;charset=UTF-8"
        assert re.findall(r'action="([^"]+)"', answer.text) == [
            answer.location]
        assert answer.form.method == "post"
        assert "service" in answer.form.types
    else:
        assert answer.header("Content-Type") == "text/plain;charset=UTF-8"
        assert answer.text == handle
    assert answer.header("Cache-Control") == "no-store"
    assert not answer.cookies()
    assert program.status(handle) == 200


@pytest.mark.parametrize("name", ["alice", "nobody-of-this-name", "é", "a" * 90])
def test_J02_bad_credentials_are_refused_alike(program, name):
    """To the letter, whether or not there is such a user."""
    answer = program.enter(name, "wrong words here")
    assert answer.status == 401
    assert reason(answer) == "FailedLoginException"
    known = program.enter("alice", "wrong words here")
    assert answer.body == known.body
    assert [field for field in answer.fields if field[0] != "date"] == [
        field for field in known.fields if field[0] != "date"]
    who = program.who(name, "wrong words here")
    assert (who.status, who.body) == (401, known.body)


def test_J02_T159_a_disabled_account_is_refused_alike(place, program):
    place.add_account("otto", "a password for it", "--name", "Otto")
    place.portillon("account", "disable", "otto")
    answer = program.enter("otto", "a password for it")
    assert (answer.status, answer.body) == (
        401, program.enter("alice", "wrong words here").body)


@pytest.mark.parametrize("fields", [
    {}, {"username": "alice"}, {"password": PEOPLE["alice"]},
    {"username": "", "password": PEOPLE["alice"]},
    {"username": "alice", "password": ""}])
@pytest.mark.parametrize("path", ["/cas/v1/tickets", "/cas/v1/users"])
def test_J03_both_are_needed(place, program, path, fields):
    assert program.post(path, fields).status == 400
    assert not place.sql("select 1 from sso.throttle"), "not a try"


@pytest.mark.parametrize("body", [
    b"username=alice&password=x&username=bob", b"username=alice&password=%zz",
    b"username=alice&password=" + b"x" * 5000])
@pytest.mark.parametrize("path", ["/cas/v1/tickets", "/cas/v1/users"])
def test_J03_crooked_parameters_are_refused(program, path, body):
    assert program.post(path, body).status == 400


@pytest.mark.parametrize("kind", [
    "application/json", "text/plain", "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("path", [
    "/cas/v1/tickets", "/cas/v1/users", "/cas/v1/tickets/TGT-" + "0" * 45])
def test_J04_another_type_of_content(program, path, kind):
    good = query_of({"username": "alice", "password": PEOPLE["alice"],
                     "service": APPLICATION}).encode()
    assert program.post(path, good,
                        headers={"Content-Type": kind}).status == 415


def test_J05_a_ticket_that_is_good_once(program):
    handle = program.handle()
    answer = program.ask(handle)
    assert answer.status == 200
    assert answer.header("Content-Type") == "text/plain;charset=UTF-8"
    assert TICKET.fullmatch(answer.text)
    verdict = validated(program, answer.text)
    assert verdict.user == "alice"
    assert verdict.values("isFromNewLogin") == ["false"]
    assert verdict.values("longTermAuthenticationRequestTokenUsed") == [
        "false"]
    assert verdict.values("memberOf") == ["staff", "cn=lib,ou=groups"]
    assert validated(program, answer.text).code == "INVALID_TICKET"
    other = program.ticket(handle)
    assert other != answer.text
    assert validated(program, other, renew="true").code == "INVALID_TICKET"


def test_J05_each_ticket_is_for_its_service(program):
    ticket = program.ticket(program.handle(), APPLICATION + "?a=1#part")
    assert validated(program, ticket).code == "INVALID_SERVICE"


def test_J05_a_service_is_needed_and_renew_is_not_to_be_had(program):
    handle = program.handle()
    path = f"/cas/v1/tickets/{handle}"
    assert program.post(path, {}).status == 400
    assert program.post(path, {"service": ""}).status == 400
    assert program.ask(handle, renew="true").status == 400
    assert program.post(path, b"service=a&service=b").status == 400


@pytest.mark.parametrize("handle", [
    "TGT-" + "0" * 45, "TGT-1", "x", "TGT-" + "z" * 45, "TGT-" + "0" * 46,
    "ST-" + "0" * 60, "%54GT-" + "0" * 45, "x/y", "TGT-" + "0" * 4000])
def test_J06_J07_J08_an_unknown_handle(program, handle):
    assert program.ask(handle).status == 404
    assert program.status(handle) == 404
    assert program.leave(handle).status == 404


@pytest.mark.parametrize("seconds", [3600 + 60, 36000 + 60])
def test_J06_J07_an_expired_handle(place, program, seconds):
    handle = program.handle()
    place.clock.shift(seconds)
    assert program.ask(handle).status == 404
    assert program.status(handle) == 404


@pytest.mark.parametrize("service", [
    "https://unknown.example/", FORBIDDEN, "nonsense", "javascript:alert(1)"])
def test_J06_not_for_each_service(program, service):
    """Unregistered, or registered without the permission."""
    answer = program.ask(program.handle(), service)
    assert answer.status == 403
    assert reason(answer) == "UnauthorizedServiceException"
    assert not TICKET.search(answer.text)


def test_J06_the_permission_is_looked_up_for_each_ticket(place, program):
    handle = program.handle()
    number = place.service_id(APPLICATION)
    assert program.ask(handle).status == 200
    place.portillon("service", "set", number, "--rest", "no")
    assert program.ask(handle).status == 403
    assert "gets no tickets" in place.portillon(
        "service", "show", number).stdout
    assert "yes or no" in place.portillon(
        "service", "set", number, "--rest", "maybe", expect=1).stderr
    place.portillon("service", "set", number, "--rest", "yes", "--logout",
                    "back")
    assert program.ask(handle).status == 200
    assert place.sql("select kind from sso.audit where kind = "
                     "'service rest set'")


def test_J07_is_it_alive(program):
    handle = program.handle()
    for _ in range(2):
        answer = program.get(f"/cas/v1/tickets/{handle}")
        assert answer.status == 200 and handle not in answer.text
    assert program.request("HEAD", f"/cas/v1/tickets/{handle}").status == 200
    answer = program.get("/cas/v1/tickets")
    assert (answer.status, answer.header("Allow")) == (405, "POST")
    answer = program.request("PATCH", f"/cas/v1/tickets/{handle}")
    assert answer.status in (405, 501)


def test_J08_the_end_is_told_to_its_services(place, program):
    app = Application()
    url = app.url()
    place.portillon("service", "add", "--name", "Listener", "--allow-http",
                    url)
    number = place.service_id(url)
    place.portillon("service", "set", number, "--rest", "yes")
    handle = program.handle()
    ticket = program.ticket(handle, url)
    assert validated(program, ticket, url).user == "alice"
    waiting = program.ticket(handle)
    answer = program.leave(handle)
    assert answer.status == 200
    assert program.status(handle) == 404
    assert program.ask(handle).status == 404
    assert program.leave(handle).status == 404
    assert validated(program, waiting).code == "INVALID_TICKET"
    wait_until("it is told", lambda: app.heard)
    assert ticket in app.heard[0].xml
    app.close()
    place.portillon("service", "remove", number)


def test_J09_who_it_is(place, program):
    """With a service, what is released to it; nothing is opened."""
    before = place.sql("select count(*) from sso.session")
    said = json.loads(program.who(service=APPLICATION).text)
    principal = said["authentication"]["principal"]
    assert principal["id"] == "alice"
    assert principal["attributes"] == {
        "mail": ["alice@example.org"],
        "memberOf": ["staff", "cn=lib,ou=groups"]}
    answer = program.who()
    assert answer.status == 200
    assert answer.header("Content-Type") == "application/json"
    assert json.loads(answer.text)["authentication"]["principal"] == {
        "id": "alice", "attributes": {}}
    assert not HANDLE.search(answer.text) and not answer.location
    assert place.sql("select count(*) from sso.session") == before
    person = Program(place)
    assert person.submit(person.login_page(), "alice",
                         PEOPLE["alice"]).status == 303
    assert "An application checked your password" in person.get(
        "/cas/activity").text
    person.close()


@pytest.mark.parametrize("service", ["https://unknown.example/", FORBIDDEN])
def test_J09_attributes_for_those_who_may(place, program, service):
    answer = program.who(service=service)
    assert answer.status == 403
    assert reason(answer) == "UnauthorizedServiceException"
    assert not place.sql("select 1 from sso.throttle"), "not a try"


def test_B05_B16_any_password_and_any_letter_case(program):
    assert program.who("chloe").status == 200
    assert json.loads(program.who("ALICE", PEOPLE["alice"]).text)[
        "authentication"]["principal"]["id"] == "alice"
    assert program.who("alice", PEOPLE["alice"].upper()).status == 401


# No way round the second step

@pytest.fixture
def policy(place):
    def apply(document):
        file = place.folder / "rest-policy.json"
        file.write_text(json.dumps(document))
        file.chmod(0o644)
        place.portillon("policy", "apply", str(file))

    return apply


def more_is_asked(answer):
    assert answer.status == 403, (answer.status, answer.text)
    assert not HANDLE.search(answer.text) and not TICKET.search(answer.text)
    assert not answer.location
    assert re.fullmatch(r"[0-9A-Z-]{7}",
                        json.loads(answer.text)["support_code"])
    return reason(answer) == "MultifactorAuthenticationRequiredException"


def test_J10_T105_who_needs_a_second_step_gets_nothing(
        place, program, policy):
    """Also with a code beside the password, and whatever cookies come along."""
    app = App(place, "alice")
    policy(STRICT)
    for more in ({}, {"code": app.code()}, {"otp": app.code()},
                 {"token": app.code()}):
        assert more_is_asked(program.enter(**more))
        assert more_is_asked(program.who(**more))
    assert more_is_asked(program.who(service=APPLICATION))
    kinds = place.sql("select kind from sso.audit order by id desc limit 1")
    assert kinds == [("sign-in denied",)]
    code = json.loads(program.enter().text)["support_code"]
    assert "alice" in place.portillon("decision", "show", code).stdout
    app.remove()


def test_J10_T105_a_live_session_is_weighed_for_each_ticket(
        place, program, policy):
    app = App(place, "alice")
    handle = program.handle()
    policy({**STRICT, "profiles": {"all": {
        **STRICT["profiles"]["all"], "live_sessions": "redirect"}}})
    assert more_is_asked(program.ask(handle))
    assert program.status(handle) == 200
    place.sql("delete from sso.policy_version")
    assert program.ask(handle).status == 200
    app.remove()


def test_J10_T105_right_tries_that_come_to_nothing_lock_nobody_out(
        place, program, policy):
    app = App(place, "bob")
    policy(STRICT)
    for _ in range(8):
        assert more_is_asked(program.enter("bob"))
    policy({**STRICT, "profiles": {"all": {"requirement": "off"}}})
    assert program.enter("bob").status == 201
    app.remove()


def test_J10_T155_where_the_program_stands_spares_nothing(
        place, make, policy):
    """On campus the form asks for no code; but a program there may speak for
    somebody anywhere.  A blocked network is blocked for programs, too."""
    app = App(place, "alice")
    policy({**STRICT, "profiles": {"all": {
        **STRICT["profiles"]["all"], "zone_skip": ["campus"]}}})
    person = Program(place, CAMPUS)
    page = person.login_page(service=APPLICATION)
    assert person.submit(page, "alice", PEOPLE["alice"]).ticket
    person.close()
    campus = make(CAMPUS)
    assert more_is_asked(campus.enter())
    assert more_is_asked(campus.who())
    policy({**STRICT, "profiles": {"all": {"requirement": "off"}}})
    assert campus.enter().status == 201
    blocked = make(BLOCKED).enter()
    assert blocked.status == 403
    assert reason(blocked) == "AccountLoginRestrictedException"
    app.remove()


# No way round the limits

def test_J10_T161_guessing_is_throttled_and_counted_with_the_form(
        place, make):
    program, person = make(), make()
    for _ in range(4):
        assert program.enter("bob", "wrong words here").status == 401
    page = person.login_page()
    assert person.submit(page, "bob", "wrong words here").status == 401
    for answer in (program.enter("bob"), program.who("bob"),
                   program.who("bob", service=APPLICATION)):
        assert answer.status == 429
        assert reason(answer) == "AccountThrottledException"
        assert 0 < int(answer.header("Retry-After")) <= 61
    assert person.submit(page, "bob", PEOPLE["bob"]).status == 429
    kinds = {kind for (kind,) in place.sql(
        "select kind from sso.audit where account_id ="
        " (select id from sso.account where login = 'bob')"
        " order by id desc limit 8")}
    assert {"sign-in refused", "sign-in throttled"} <= kinds
    place.clock.shift(70)
    assert program.enter("bob").status == 201


def test_J10_T161_a_known_browser_is_nothing_to_a_program(place, make):
    """Its cookies would let it guess under a counter of its own."""
    person, program = make(), make()
    assert person.submit(person.login_page(), "bob",
                         PEOPLE["bob"]).status == 303
    program.jar.update(person.jar)
    for _ in range(5):
        assert program.enter("bob", "wrong words here").status == 401
    assert program.enter("bob").status == 429
    assert person.submit(person.login_page(renew="true"), "bob",
                         PEOPLE["bob"]).status == 303


def test_T159_an_unknown_user_is_counted_and_takes_as_long(place, program):
    """The password is compared for both: a comparison is most of the time."""
    took = {"alice": [], "nobody-at-all": []}
    for _ in range(12):
        for name, times in took.items():
            place.sql("delete from sso.throttle")
            began = time.monotonic()
            assert program.enter(name, "wrong words here").status == 401
            times.append(time.monotonic() - began)
    known, unknown = map(statistics.median, took.values())
    assert 1 / 3 < known / unknown < 3
    place.sql("delete from sso.throttle")
    for _ in range(5):
        assert program.enter("nobody-at-all", "x").status == 401
    assert program.enter("nobody-at-all", "x").status == 429


@pytest.mark.parametrize("field, word", [
    ("Origin", "https://evil.example"), ("Origin", "null"),
    ("Sec-Fetch-Site", "cross-site")])
@pytest.mark.parametrize("path", ["/cas/v1/tickets", "/cas/v1/users"])
def test_J10_T161_no_other_site_guesses_through_its_visitors(
        place, program, path, field, word):
    """Each of them has an address of their own."""
    answer = program.post(path, {
        "username": "alice", "password": PEOPLE["alice"]},
        headers={field: word})
    assert answer.status == 403 and not HANDLE.search(answer.text)
    assert not place.sql("select 1 from sso.throttle")


# Handles and cookies

def test_a_handle_is_no_cookie_and_a_cookie_no_handle(make, place):
    """Nor do the cookies of a browser count for anything here."""
    program, person = make(), make()
    assert person.submit(person.login_page(), "bob",
                         PEOPLE["bob"]).status == 303
    cookie = person.jar["__Host-TGC"]
    assert HANDLE.fullmatch(cookie)
    for name in ("ask", "leave"):
        assert getattr(program, name)(cookie).status == 404
    assert program.status(cookie) == 404
    handle = program.handle()
    stranger = make()
    stranger.jar["__Host-TGC"] = handle
    answer = stranger.login_page(service=APPLICATION)
    assert answer.ticket is None
    assert answer.form.types["password"] == "password"
    assert person.enter(headers=PLAIN).status == 201
    assert person.jar["__Host-TGC"] == cookie
    assert person.ticket_for(APPLICATION)


def test_D19_a_session_is_ended_like_any_other(place, program):
    """By its owner and by an administrator; a handle is stored nowhere."""
    place.add_account("rita", "a password for it", "--name", "Rita")
    answer = program.enter("rita", "a password for it", PLAIN)
    handle = answer.text
    assert not place.sql(
        "select 1 from sso.session where session::text like %s",
        f"%{handle[4:]}%")
    person = Program(place)
    assert person.submit(person.login_page(), "rita",
                         "a password for it").status == 303
    page = person.get("/cas/")
    assert person.post("/cas/sessions/end-others", {
        "execution": page.form.fields["execution"]}).status == 303
    assert program.status(handle) == 404
    handle = program.enter("rita", "a password for it", PLAIN).text
    ticket = program.ticket(handle)
    place.portillon("account", "disable", "rita")
    assert program.status(handle) == 404
    assert validated(program, ticket).code == "INVALID_TICKET"
    assert program.enter("rita", "a password for it").status == 401
    person.close()


def test_T198_no_secret_reaches_the_log(place, program):
    mark = place.log_size()
    handle = program.handle()
    ticket = program.ticket(handle)
    assert program.status(handle) == 200
    assert program.status("%54" + handle[1:]) == 404
    assert program.get(f"/cas/v1/{handle}").status == 404
    assert program.request("PUT", f"/cas/v1/tickets/{handle}").status in (
        405, 501)
    program.who()
    assert program.leave("%54" + handle[1:]).status == 404
    assert program.ask("tgt-" + handle[4:]).status == 404
    assert program.leave(handle).status == 200
    wait_until("all is in the log", lambda: "DELETE" in place.log(mark))
    log = place.log(mark)
    assert 'path="/cas/v1/tickets/" ' in log
    for secret in (handle[4:], ticket[3:], PEOPLE["alice"],
                   query_of({"": PEOPLE["alice"]})[1:]):
        assert secret not in log


# Off, unless an operator wants it

def test_without_the_setting_there_is_nothing(place, make):
    handle = make().handle()
    plain = AnotherServer(place)
    plain.variables = {"PORTILLON_REST_ENDPOINTS": "off"}
    plain.start()
    try:
        program = make(at=plain)
        for answer in (program.enter(), program.who(), program.ask(handle),
                       program.leave(handle),
                       program.get(f"/cas/v1/tickets/{handle}")):
            assert answer.status == 404
        program.close()
    finally:
        assert plain.end() == ""
    assert make().status(handle) == 200


def test_a_new_service_has_no_permission(place):
    place.add_service("https://fresh.example/cb")
    shown = place.portillon("service", "show",
                            place.service_id("https://fresh.example/cb"),
                            "--json")
    assert json.loads(shown.stdout)["rest"] is False
