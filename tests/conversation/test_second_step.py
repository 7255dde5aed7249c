# SPDX-License-Identifier: Apache-2.0
"""The second step under the university's policy: codes by mail, trusted
browsers, campus (requirements of column 002; rows T105 to T155)."""
import re

import pytest

from browser import Browser
from conftest import APPLICATION, PEOPLE
from generators import App
from installation import free_port, wait_until
from mail_server import Mailbox

SETTINGS = """
[mail]
server = smtp://localhost:{port}
from = sso@example.org
ca = {folder}/tls/ca.crt
timeout = 4
"""
DAY = 86400
CODE = re.compile(r"^(\d{4}) (\d{4})", re.M)
CAMPUS = "203.0.113.7"
HOME = "198.51.100.7"
OTHER = "https://other.example/x"


@pytest.fixture(scope="module")
def university(private_installation):
    """An installation with the university's policy: (place, mailbox)."""
    place = private_installation
    tls = place.folder / "tls"
    box = Mailbox(free_port(), tls / "localhost.crt", tls / "localhost.key")
    box.start()
    text = place.config.read_text().replace(
        "gates = 2\n", "gates = 2\ntrusted_proxies = 127.0.0.1\n")
    place.config.write_text(
        text + SETTINGS.format(port=box.port, folder=place.folder))
    place.portillon("account", "set-address", "alice", "alice@home.example")
    place.portillon("account", "set-address", "bob", "bob@home.example")
    place.portillon("zone", "set", "campus", "--prefix", "203.0.113.0/24",
                    "--label", "Campus", "--no-code")
    place.portillon("zone", "set", "lecture_rooms", "--prefix",
                    "203.0.113.128/25", "--no-code", "--shared")
    place.portillon("policy", "apply", "university")
    place.restart()
    yield place, box
    box.stop()


@pytest.fixture
def visit(university):
    """Makes visitors: people with a browser of their own somewhere."""
    place, box = university
    place.sql("delete from sso.email_sent")
    place.sql("delete from sso.throttle")
    box.letters.clear()
    visitors = []

    def make(address=HOME):
        visitors.append(Visitor(place, box, address))
        return visitors[-1]

    yield make
    for one in visitors:
        one.settle()
        one.browser.close()
    place.clock.shift(0)


class Visitor:
    def __init__(self, place, box, address):
        self.place, self.box, self.address = place, box, address
        self.browser = Browser(place)
        self.name = "alice"
        self.puts_off = True  # what is offered on the way in

    @property
    def headers(self):
        return {"X-Forwarded-For": self.address}

    def get(self, path, params=None):
        return self.browser.get(path, params, headers=self.headers)

    def send(self, page, path=None, **fields):
        """The page's form, with these fields in it; what is offered behind it
        is put off."""
        path = path or ("/cas/mfa" if "code" in fields else "/cas/login")
        answer = self.browser.post(path, {**page.form.fields, **fields},
                                   headers=self.headers)
        if self.puts_off and (answer.location or "").endswith("/mfa/offer"):
            self.puts_off = False
            answer = self.choose("later")
            self.puts_off = True
        return answer

    def choose(self, choice):
        """Presses a button of the offer."""
        return self.send(self.get("/cas/mfa/offer"), "/cas/mfa/offer",
                         choice=choice)

    def password(self, name="alice", service=APPLICATION):
        self.name = name
        page = self.get("/cas/login", {"service": service})
        return self.send(page, username=name, password=PEOPLE[name])

    def asked(self, answer):
        """Follows to the page that asks for a code."""
        assert answer.status == 303, (answer.status, answer.text)
        assert answer.location.endswith("/cas/mfa"), answer.location
        assert "__Host-TGC" not in self.browser.jar
        page = self.get("/cas/mfa")
        assert page.status == 200
        return page

    def mailed(self, count=1):
        """The code that was mailed to this person as the count-th."""
        wait_until("the mail is there",
                   lambda: len(self.letters()) >= count)
        return "".join(CODE.search(self.letters()[count - 1].text).groups())

    def settle(self):
        """Waits for what was mailed before, by whomever."""
        wait_until("no mail is on its way", lambda: not self.place.sql(
            "select 1 from sso.outbox where payload is not null"))

    def letters(self):
        """Those with a code; others tell of what was done."""
        return [letter for letter in self.box.letters
                if letter.recipients == [f"{self.name}@home.example"]
                and CODE.search(letter.text)]

    def sign_in(self, name="alice", trust=False, service=APPLICATION):
        """All the way, with a mailed code if one is asked for."""
        self.name = name
        self.settle()
        letters = len(self.letters())
        answer = self.password(name, service)
        if answer.location.endswith("/cas/mfa"):
            page = self.asked(answer)
            code = self.mailed(letters + 1)
            answer = self.send(page, code=code,
                               **({"trust": "true"} if trust else {}))
            self.was_asked = True
        else:
            self.was_asked = False
        assert answer.ticket, (answer.status, answer.location, answer.text)
        return answer

    def forget_session(self):
        self.browser.jar.pop("__Host-TGC", None)


def later(place, **span):
    place.clock.shift(sum(
        {"days": DAY, "hours": 3600, "minutes": 60, "seconds": 1}[unit] * n
        for unit, n in span.items()))


def test_first_sign_in_by_mailed_code(visit):
    """R-038, R-044: the code comes to the personal address and opens."""
    alice = visit()
    page = alice.asked(alice.password())
    assert "a•••@h•••.example" in page.text
    assert "alice@home.example" not in page.text
    code = alice.mailed()
    (letter,) = alice.letters()
    assert code not in letter.message["Subject"]
    answer = alice.send(page, code=f"{code[:4]} {code[4:]}")
    assert answer.ticket
    assert "__Host-TGC" in alice.browser.jar
    verdict = alice.get("/cas/serviceValidate", {
        "ticket": answer.ticket, "service": APPLICATION})
    assert "<cas:user>alice</cas:user>" in verdict.text


def test_A25_the_artifact_comes_back_behind_the_code(visit):
    """Who came with TARGET leaves with SAMLart, code or no code."""
    alice = visit()
    page = alice.get("/cas/login", {"TARGET": APPLICATION})
    page = alice.asked(alice.send(page, username="alice",
                                  password=PEOPLE["alice"]))
    assert "Test application" in page.text
    answer = alice.send(page, code=alice.mailed())
    assert answer.location.startswith(APPLICATION + "?SAMLart=ST-")
    verdict = alice.get("/cas/serviceValidate", {
        "ticket": answer.location.partition("=")[2], "service": APPLICATION})
    assert "<cas:user>alice</cas:user>" in verdict.text


@pytest.mark.parametrize("method", ["POST", "HEADER"])
def test_B11_the_method_is_kept_through_the_step(visit, method):
    alice = visit()
    page = alice.get("/cas/login", {"service": APPLICATION, "method": method})
    page = alice.asked(alice.send(page, username="alice",
                                  password=PEOPLE["alice"]))
    answer = alice.send(page, code=alice.mailed())
    assert (answer.status, answer.location) == (200, None)
    if method == "POST":
        assert answer.form.action == APPLICATION
        ticket = answer.form.fields["ticket"]
    else:
        ticket = answer.header("Ticket")
    verdict = alice.get("/cas/serviceValidate", {
        "ticket": ticket, "service": APPLICATION})
    assert "<cas:user>alice</cas:user>" in verdict.text


def test_T105_no_way_around_the_step(visit):
    """Between password and code nothing that grants grants."""
    alice = visit()
    alice.asked(alice.password())
    for path, params in (("/cas/login", {"service": APPLICATION}),
                         ("/cas/login", {"service": APPLICATION,
                                         "gateway": "true"}),
                         ("/cas/login", {"service": OTHER})):
        answer = alice.get(path, params)
        assert "ticket=" not in (answer.location or "")
        assert "__Host-TGC" not in alice.browser.jar
    assert not alice.place.sql(
        "select 1 from sso.session where ended_at is null and account_id ="
        " (select account_id from sso.sign_in order by number desc limit 1)"
        " and created_at >= (select began_at from sso.sign_in"
        " order by number desc limit 1)")


def test_T106_going_back_spares_nothing(visit):
    """Reload, back to the form, sign out: the code is asked for all the same,
    and what was begun and left is gone."""
    alice = visit()
    first = alice.asked(alice.password())
    code = alice.mailed()
    again = alice.get("/cas/mfa")
    assert again.status == 200 and "__Host-TGC" not in alice.browser.jar
    back = alice.get("/cas/login", {"service": OTHER})
    assert back.form.fields["service"] == OTHER
    wrong = alice.send(back, username="alice", password="wrong")
    assert wrong.status == 401
    assert alice.get("/cas/mfa").status == 200
    alice.get("/cas/logout")
    alice.browser.jar.pop("__Host-sign-in", None)
    answer = alice.send(first, code=code)
    assert not answer.ticket and "__Host-TGC" not in alice.browser.jar
    assert alice.get("/cas/").status == 302


def test_T106_the_policy_is_asked_again_behind_the_code(visit):
    """What it said before the code counts no more: the network was blocked
    meanwhile, and the right code does not open."""
    place = visit().place
    alice = visit("198.51.100.77")
    page = alice.asked(alice.password())
    code = alice.mailed()
    place.portillon("zone", "set", "suspect", "--prefix", "198.51.100.77/32",
                    "--blocked")
    try:
        wait_until("the gates know", lambda: alice.get(
            "/cas/mfa").status == 403)
        answer = alice.send(page, code=code)
        assert answer.status == 403 and not answer.ticket
        assert "__Host-TGC" not in alice.browser.jar
    finally:
        place.portillon("zone", "remove", "suspect")


def test_T109_a_code_is_good_for_its_owner_and_sign_in_only(visit):
    alice, bob = visit(), visit()
    alices = alice.asked(alice.password())
    alices_code = alice.mailed()
    bobs = bob.asked(bob.password("bob"))
    assert bob.mailed() != alices_code
    assert "This code is not right" in bob.send(bobs, code=alices_code).text
    later(alice.place, minutes=2)
    again = visit()
    page = again.asked(again.password())
    assert again.mailed(2) != alices_code
    assert "This code is not right" in again.send(page, code=alices_code).text
    assert alice.send(alices, code=alices_code).ticket


def test_a_code_is_used_once(visit):
    alice = visit()
    page = alice.asked(alice.password())
    code = alice.mailed()
    jar = dict(alice.browser.jar)
    assert alice.send(page, code=code).ticket
    alice.browser.jar.update(jar)
    answer = alice.send(page, code=code)
    assert answer.status == 303 and answer.location.endswith("/cas/login")


@pytest.mark.parametrize("minutes,good", [(9, True), (11, False)])
def test_T123_a_mailed_code_lives_ten_minutes(visit, minutes, good):
    alice = visit()
    page = alice.asked(alice.password())
    code = alice.mailed()
    later(alice.place, minutes=minutes)
    answer = alice.send(page, code=code)
    assert bool(answer.ticket) == good
    assert good or "not valid any more" in answer.text


def test_T123_five_tries_a_code(visit):
    alice = visit()
    page = alice.asked(alice.password())
    code = alice.mailed()
    for _ in range(4):
        assert "not right" in alice.send(page, code="00000000").text
    assert alice.send(page, code=code).ticket
    page = alice.asked(visit_again(alice))
    later(alice.place, minutes=2)
    page = alice.send(page, path="/cas/mfa/send")
    page = alice.get("/cas/mfa")
    code = alice.mailed(2)
    alice.place.sql("delete from sso.throttle")
    for _ in range(5):
        alice.send(page, code="00000000")
        alice.place.sql("delete from sso.throttle")
    assert "not valid any more" in alice.send(page, code=code).text


def visit_again(visitor):
    """The same person, from a browser that nobody has seen."""
    visitor.browser.jar.clear()
    return visitor.password()


def test_T115_five_failures_wait_whatever_the_sign_in(visit):
    alice = visit()
    for _ in range(5):
        page = alice.asked(visit_again(alice))
        assert "not right" in alice.send(page, code="123456").text
    page = alice.asked(visit_again(alice))
    assert "Too many wrong codes" in alice.send(page, code="123456").text
    assert alice.place.sql(
        "select cardinality(tries) from sso.throttle"
        " where kind = 'second step'") == [(5,)]


def test_T121_one_mail_a_minute(visit):
    alice = visit()
    page = alice.asked(alice.password())
    alice.mailed()
    for _ in range(3):
        answer = alice.send(page, path="/cas/mfa/send")
        assert "We have just sent you a code" in answer.text
    later(alice.place, seconds=61)
    assert alice.send(page, path="/cas/mfa/send").status == 303
    first, second = alice.mailed(1), alice.mailed(2)
    assert "not right" in alice.send(page, code=first).text or first == second
    assert alice.send(page, code=second).ticket


def test_T143_thirty_days_of_trust(visit):
    """R-025, R-073: asked 31 days after the code, not 29 days after."""
    alice = visit()
    alice.sign_in(trust=True)
    assert alice.was_asked
    later(alice.place, days=15)
    alice.forget_session()
    alice.sign_in()
    assert not alice.was_asked
    later(alice.place, days=29)
    alice.forget_session()
    alice.sign_in()
    assert not alice.was_asked
    later(alice.place, days=31)
    alice.forget_session()
    alice.sign_in()
    assert alice.was_asked


def test_trust_is_not_given_unasked(visit):
    """T147: the box was not ticked."""
    alice = visit()
    alice.sign_in()
    alice.forget_session()
    later(alice.place, minutes=2)
    alice.sign_in()
    assert alice.was_asked


def test_trust_ends_when_the_browser_is_not_used(visit):
    alice = visit()
    alice.sign_in(trust=True)
    later(alice.place, days=31)
    alice.forget_session()
    alice.sign_in()
    assert alice.was_asked


def test_T140_the_trust_of_one_is_not_that_of_another(visit):
    alice = visit()
    alice.sign_in(trust=True)
    alice.forget_session()
    alice.sign_in("bob")
    assert alice.was_asked


def test_a_lost_answer_accuses_nobody(visit):
    """The answer with the next secret did not arrive: the one before will do,
    in two tabs as well."""
    alice = visit()
    alice.sign_in(trust=True)
    before = alice.browser.jar["__Host-trust"]
    for _ in range(3):
        alice.forget_session()
        alice.browser.jar["__Host-trust"] = before
        alice.sign_in()
        assert not alice.was_asked
    alice.forget_session()
    alice.sign_in()
    assert not alice.was_asked


def test_a_copied_secret_ends_the_trust(visit):
    """2.8: an old secret comes back, later than a minute after the new one was
    seen: the browser is trusted no more, for thief and owner."""
    alice = visit()
    alice.sign_in(trust=True)
    stolen = alice.browser.jar["__Host-trust"]
    for _ in range(2):
        alice.forget_session()
        alice.sign_in()
        assert not alice.was_asked
    thief = visit()
    thief.browser.jar["__Host-trust"] = stolen
    later(alice.place, minutes=5)
    alice.forget_session()
    alice.sign_in()
    assert not alice.was_asked
    for _ in range(2):  # told once; the password is enough
        thief.asked(thief.password())
    assert alice.place.sql("select 1 from sso.browser_trust"
                           " where revoked_why = 'copied'")
    letter, = wait_until("a mail tells", lambda: [
        one for one in alice.box.letters
        if "may be copied" in one.message["Subject"]])
    assert letter.recipients == ["alice@home.example"]
    later(alice.place, minutes=10)
    alice.forget_session()
    alice.sign_in()
    assert alice.was_asked
    assert "old copy of a trusted browser" in alice.get("/cas/").text


@pytest.mark.parametrize("cookie", [
    "", "TB-", "TB-" + "0" * 66, "TB-" + "z" * 66, "x" * 69])
def test_T139_a_made_up_cookie_is_worth_nothing(visit, cookie):
    alice = visit()
    alice.browser.jar["__Host-trust"] = cookie
    alice.sign_in()
    assert alice.was_asked


def test_on_campus_nothing_is_asked(visit):
    """R-022: the network spares the second step."""
    alice = visit(CAMPUS)
    alice.sign_in()
    assert not alice.was_asked


def test_T155_who_leaves_the_campus_is_asked(visit):
    alice = visit(CAMPUS)
    alice.sign_in()
    assert not alice.was_asked
    assert alice.get("/cas/login", {"service": OTHER}).ticket
    alice.address = HOME
    before = alice.browser.jar["__Host-TGC"]
    answer = alice.get("/cas/login", {"service": OTHER})
    assert answer.location.endswith("/cas/mfa")
    page = alice.get("/cas/mfa")
    assert alice.send(page, path="/cas/mfa/send").status == 303
    page = alice.get("/cas/mfa")
    answer = alice.send(page, code=alice.mailed())
    assert answer.ticket and answer.location.startswith(OTHER)
    # T093: what is worth more has another name
    assert alice.browser.jar["__Host-TGC"] != before
    assert alice.get("/cas/login", {"service": APPLICATION}).ticket


def test_T105_the_click_behind_a_warning_is_weighed_anew(visit):
    """Asked on campus, clicked at home: the code comes before the ticket."""
    alice = visit(CAMPUS)
    page = alice.get("/cas/login", {"service": APPLICATION})
    alice.send(page, username="alice", password=PEOPLE["alice"], warn="true")
    page = alice.get("/cas/login", {"service": OTHER})
    assert page.form.action.endswith("/cas/enter")
    alice.address = HOME
    answer = alice.send(page, path="/cas/enter")
    assert answer.status == 303 and answer.location.endswith("/cas/mfa")
    alice.address = CAMPUS
    assert alice.send(page, path="/cas/enter").ticket


def test_T155_gateway_says_no_instead_of_asking(visit):
    alice = visit(CAMPUS)
    alice.sign_in()
    alice.address = HOME
    answer = alice.get("/cas/login", {"service": OTHER, "gateway": "true"})
    assert answer.location == OTHER


def test_T150_only_our_proxy_is_believed(visit):
    """What the client adds stands further left."""
    alice = visit(f"{CAMPUS}, {HOME}")
    alice.sign_in()
    assert alice.was_asked


def test_no_trust_on_shared_computers(visit):
    """2.8: in a lecture room the box is not there, and what is sent in its
    place does not count."""
    alice = visit("203.0.113.200")
    alice.sign_in()
    assert not alice.was_asked
    assert not alice.place.sql(
        "select 1 from sso.browser_trust as t join sso.session as s"
        " on s.browser_id = t.browser_id where t.trusted_at is not null"
        " and s.number = (select max(number) from sso.session)")


def test_who_cannot_confirm_is_told_so(visit):
    """R-090: no address, no generator."""
    chloe = visit()
    answer = chloe.password("chloe")
    assert answer.status == 403
    assert "no way to confirm" in answer.text
    assert "__Host-TGC" not in chloe.browser.jar


def test_the_flow_is_bound_to_its_browser(visit):
    """T088: the cookie is all that says whose sign-in it is."""
    alice, stranger = visit(), visit()
    alice.asked(alice.password())
    answer = stranger.get("/cas/mfa")
    assert answer.status == 303 and answer.location.endswith("/cas/login")


def test_a_sign_in_ends_after_fifteen_minutes(visit):
    alice = visit()
    page = alice.asked(alice.password())
    code = alice.mailed()
    later(alice.place, minutes=16)
    answer = alice.send(page, code=code)
    assert answer.status == 303 and answer.location.endswith("/cas/login")


def forget(visitor, path="/cas/browsers/forget", **fields):
    """Presses a button of the dashboard's section of browsers."""
    page = visitor.get("/cas/login", {"renew": "true"})
    token = page.form.fields["execution"]
    return visitor.browser.post(path, {"execution": token, **fields},
                                headers=visitor.headers)


def browsers_listed(visitor):
    page = visitor.get("/cas/")
    assert page.status == 200, (page.status, page.location)
    return list(dict.fromkeys(
        re.findall(r'name="browser" value="(\w+)"', page.text)))


def test_T144_a_browser_that_was_forgotten_is_asked(visit):
    """R-074, R-075: listed, forgotten from another browser, asked again."""
    alice, elsewhere = visit(), visit()
    alice.place.sql("delete from sso.browser_trust")
    alice.sign_in(trust=True)
    later(alice.place, minutes=2)
    elsewhere.sign_in()
    (listed,) = browsers_listed(elsewhere)
    answer = forget(elsewhere, browser=listed)
    assert answer.status == 303
    assert "1 browser forgotten" in elsewhere.get("/cas/").text
    assert browsers_listed(elsewhere) == []
    later(alice.place, minutes=4)
    alice.forget_session()
    alice.sign_in()
    assert alice.was_asked


def test_all_browsers_are_forgotten(visit):
    alice, other = visit(), visit()
    alice.place.sql("delete from sso.browser_trust")
    alice.sign_in(trust=True)
    later(alice.place, minutes=2)
    other.sign_in(trust=True)
    assert len(browsers_listed(other)) == 2
    assert forget(other, "/cas/browsers/forget-all").status == 303
    assert "2 browsers forgotten" in other.get("/cas/").text
    assert forget(other, "/cas/browsers/forget-all").status == 303
    assert "not trusted any more" in other.get("/cas/").text


def test_T201_the_browser_of_somebody_else_is_not_there(visit):
    alice, bob = visit(), visit()
    alice.place.sql("delete from sso.browser_trust")
    alice.sign_in(trust=True)
    bob.sign_in("bob")
    (listed,) = browsers_listed(alice)
    assert forget(bob, browser=listed).status == 404
    assert forget(bob, "/cas/browsers/forget-all").status == 303
    assert browsers_listed(alice) == [listed]
    for wrong in ("", "0" * 32, listed[:-1], listed + "0", listed.upper()):
        assert forget(alice, browser=wrong).status == 404
    assert forget(alice).status == 404


def test_T097_forgetting_wants_our_form(visit):
    alice = visit()
    alice.place.sql("delete from sso.browser_trust")
    alice.sign_in(trust=True)
    (listed,) = browsers_listed(alice)
    for fields in ({}, {"execution": ""}, {"execution": "0" * 33}):
        for path in ("/cas/browsers/forget", "/cas/browsers/forget-all"):
            alice.browser.post(path, {"browser": listed, **fields},
                               headers=alice.headers)
    assert browsers_listed(alice) == [listed]


def call(visitor, browser, name, **fields):
    """Gives a browser a name, and reads what the dashboard says of it."""
    answer = forget(visitor, "/cas/browsers/name", browser=browser, name=name,
                    **fields)
    assert answer.status == 303, answer.status
    return visitor.get("/cas/").text


def test_R074_a_browser_has_the_name_that_its_owner_gives_it(visit):
    """2.8: suggested from what the browser says, then as the owner likes; an
    empty name goes back to the suggestion."""
    alice = visit()
    alice.place.sql("delete from sso.browser_trust")
    alice.sign_in(trust=True)
    (listed,) = browsers_listed(alice)
    suggested = re.search(r"<h3>([^<]+)", alice.get("/cas/").text)[1]
    page = call(alice, listed, "  Téléphone de Zoé  ")
    assert "The name was changed." in page
    assert "<h3>Téléphone de Zoé <span" in page
    assert suggested in page
    assert "Trusted browser renamed" in page
    page = call(alice, listed, " \t ")
    assert f"<h3>{suggested}<span" in page and "Zoé" not in page
    call(alice, listed, "mine")
    later(alice.place, minutes=2)
    alice.forget_session()
    alice.sign_in()
    assert not alice.was_asked
    assert "<h3>mine <span" in alice.get("/cas/").text


@pytest.mark.parametrize("name", [
    "x" * 65, "a\nb", "a\x7fb", "\u202egnp.exe", "a\u2028b", "€" * 65])
def test_what_is_no_name_is_refused(visit, name):
    alice = visit()
    alice.place.sql("delete from sso.browser_trust")
    alice.sign_in(trust=True)
    (listed,) = browsers_listed(alice)
    call(alice, listed, "€" * 64)
    page = call(alice, listed, name)
    assert "The name was not changed" in page and "<h3>€€" in page


def test_T201_nobody_names_the_browser_of_somebody_else(visit):
    """Escaped wherever it is shown, and only its owner's to change."""
    alice, bob = visit(), visit()
    alice.place.sql("delete from sso.browser_trust")
    alice.sign_in(trust=True)
    bob.sign_in("bob")
    (listed,) = browsers_listed(alice)
    attack = "\"><script>alert('x')</script>{{id}}"
    call(alice, listed, attack)
    page = alice.get("/cas/").text
    assert "<script>alert" not in page and 'value="">' not in page
    assert "&lt;script&gt;alert(" in page and "{{id}}" in page
    for wrong in (listed, "", "0" * 32, listed[:-1], listed.upper()):
        who = bob if wrong == listed else alice
        assert forget(who, "/cas/browsers/name", browser=wrong,
                      name="bob").status == 404
    for token in ("", "0" * 33):
        assert forget(alice, "/cas/browsers/name", browser=listed,
                      name="forged", execution=token).status == 303
    stranger = visit()
    assert forget(stranger, "/cas/browsers/name", browser=listed,
                  name="stranger").location.endswith("/login")
    later(alice.place, minutes=11)
    assert "/login" in forget(alice, "/cas/browsers/name", browser=listed,
                              name="late").location
    assert alice.place.sql("select name from sso.browser_trust where"
                           " trusted_at is not null") == [(attack,)]


def test_T148_the_twenty_first_browser_takes_the_place_of_one(visit):
    """At most twenty are trusted: the one used least lately is dropped, and
    asked for a code again."""
    alice, oldest = visit(), visit()
    alice.place.sql("delete from sso.browser_trust")
    oldest.sign_in(trust=True)
    alice.place.sql(
        "with made as (insert into sso.browser (id, mac, key_id,"
        " first_seen_at, last_seen_at) select decode(lpad(to_hex(n), 32, '0'),"
        " 'hex'), sha256(n::text::bytea), 1, b.first_seen_at, b.last_seen_at"
        " from sso.browser as b, generate_series(1, 19) as n where b.id ="
        " (select browser_id from sso.browser_trust) returning id)"
        " insert into sso.browser_trust (account_id, browser_id, known_at,"
        " trusted_at, verified_at, verified_by, last_sign_in_at)"
        " select account_id, made.id, known_at, trusted_at, verified_at,"
        " verified_by, last_sign_in_at + interval '1 second'"
        " from sso.browser_trust, made")
    assert len(browsers_listed(oldest)) == 20
    later(alice.place, minutes=2)
    alice.sign_in()
    assert len(browsers_listed(alice)) == 20  # known is not trusted
    later(alice.place, minutes=4)
    alice.browser.jar.clear()
    alice.sign_in(trust=True)
    assert len(browsers_listed(alice)) == 20
    assert alice.place.sql("select count(*) from sso.browser_trust where"
                           " revoked_why = 'too many'") == [(1,)]
    later(alice.place, minutes=6)
    oldest.forget_session()
    oldest.sign_in()
    assert oldest.was_asked
    alice.place.sql("delete from sso.browser where octet_length(id) = 16 and"
                    " id < decode(lpad('ff', 32, '0'), 'hex')")


@pytest.fixture
def app(university):
    """Sets up authenticator apps, and takes them away again."""
    made = []

    def make(login="alice", ahead=0):
        made.append(App(university[0], login, ahead))
        return made[-1]

    yield make
    for one in made:
        one.remove()


def test_T112_a_code_is_good_once_and_no_earlier_one_after_it(visit, app):
    """R-044: the step that was accepted only grows."""
    alice, phone = visit(), app()
    code = phone.code()
    assert alice.send(alice.asked(alice.password()), code=code).ticket
    page = alice.asked(visit_again(alice))
    assert "already used" in alice.send(page, code=code).text
    assert "already used" in alice.send(page, code=phone.code(-1)).text


@pytest.mark.parametrize("ahead", [300, -300, 570])
def test_clock_help_takes_two_codes_in_a_row(visit, app, ahead):
    """4.1: a phone whose clock is wrong is adjusted to, and its next code is
    right by itself."""
    alice, phone = visit(), app(ahead=ahead)
    page = alice.asked(alice.password())
    assert "/mfa/clock" not in page.text
    assert "/mfa/clock" not in alice.send(page, code="123456").text
    assert "/mfa/clock" in alice.send(page, code="123456").text
    help_page = alice.get("/cas/mfa/clock")
    answer = alice.send(help_page, path="/cas/mfa", code=phone.code(),
                        second=phone.code(1))
    assert answer.ticket, answer.text
    later(alice.place, minutes=2)
    page = alice.asked(visit_again(alice))
    assert alice.send(page, code=phone.code()).ticket


def test_clock_help_says_nothing_of_the_future(visit, app):
    """The answer to a code of a fast clock is that to any wrong code."""
    alice, phone = visit(), app(ahead=300)
    answers = []
    for code in (phone.code(), str((int(phone.code()) + 1) % 10**6).zfill(6)):
        alice.place.sql("delete from sso.throttle")
        page = alice.asked(visit_again(alice))
        answers.append(re.sub(r'value="\w+"|Support code.*', "",
                              alice.send(page, code=code).text))
    assert answers[0] == answers[1]


def test_T115_a_pair_of_codes_is_one_try_and_counted_first(visit, app):
    alice, phone = visit(), app(ahead=300)
    page = alice.asked(alice.password())
    wrong = (phone.code(), phone.code(2)), (phone.code(1), phone.code()), \
        (phone.code(), "x"), (phone.code(), phone.code()), \
        ("00000000", phone.code(1))
    for first, second in wrong:
        answer = alice.send(page, code=first, second=second)
        assert answer.status == 200 and "not right" in answer.text
    assert alice.place.sql("select cardinality(tries) from sso.throttle"
                           " where kind = 'second step'") == [(5,)]
    answer = alice.send(page, code=phone.code(), second=phone.code(1))
    assert "Too many wrong codes" in answer.text


def test_clock_help_is_for_those_who_have_an_app(visit):
    alice = visit()
    alice.asked(alice.password())
    answer = alice.get("/cas/mfa/clock")
    assert answer.status == 303 and answer.location.endswith("/cas/mfa")
    stranger = visit()
    answer = stranger.get("/cas/mfa/clock")
    assert answer.status == 303 and answer.location.endswith("/cas/login")
