# SPDX-License-Identifier: Apache-2.0
"""Tickets and cookies (protocol specification 3), as settled for Portillon:
tickets are sealed, the session cookie is __Host-TGC with path "/"."""
import collections
import re

from conftest import APPLICATION, PEOPLE
from installation import wait_until

ALPHABET = ("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
            "abcdefghijklmnopqrstuvwxyz")
COOKIE = "__Host-TGC"


def test_H01_ten_thousand_tickets_are_well_formed_and_distinct(alice):
    seen = {alice.ticket_for(APPLICATION) for _ in range(10_000)}
    assert len(seen) == 10_000
    assert all(re.fullmatch(r"ST-[A-Za-z0-9-]+", ticket) for ticket in seen)


def test_H02_every_character_of_a_ticket_counts(alice, validate):
    """Sealed with a 128 bit tag: no other text opens, whichever character is
    changed, and the ticket itself stays good for its one use."""
    ticket = alice.ticket_for(APPLICATION)
    for place in range(3, len(ticket)):
        spot = ALPHABET.index(ticket[place])
        for step in (1, 31):
            other = ALPHABET[(spot + step) % len(ALPHABET)]
            forged = ticket[:place] + other + ticket[place + 1:]
            verdict = validate("serviceValidate", forged, APPLICATION)
            assert verdict.code == "INVALID_TICKET", (place, step)
    swapped = ticket[:20] + ticket[21] + ticket[20] + ticket[22:]
    if swapped != ticket:
        assert not validate("serviceValidate", swapped, APPLICATION).ok
    assert validate("serviceValidate", ticket, APPLICATION).ok


def test_H02_tickets_show_no_time_and_no_counter(alice):
    """After the two characters of the key's number, every place is as likely
    to hold one character as another (chi-square, far beyond chance)."""
    tickets = [alice.ticket_for(APPLICATION) for _ in range(2000)]
    for place in range(6, 63):
        counts = collections.Counter(ticket[place] for ticket in tickets)
        mean = len(tickets) / len(ALPHABET)
        spread = sum((counts[char] - mean) ** 2 / mean for char in ALPHABET)
        assert spread < 150, (place, spread)  # 61 degrees: p < 1e-8


def test_H03_tickets_have_63_characters(alice):
    for service in (APPLICATION, "https://other.example/" + "x" * 2000):
        assert len(alice.ticket_for(service)) == 63


def test_H04_tickets_do_not_tell_the_service(alice):
    first = alice.ticket_for(APPLICATION)
    second = alice.ticket_for("https://other.example/")
    # Of two tickets of one session, nothing behind the key's number agrees
    # more than by chance.
    same = sum(a == b for a, b in zip(first[6:], second[6:]))
    assert same < 12


def test_H05_H07_the_cookie_and_its_attributes(browser):
    answer = browser().sign_in("alice", PEOPLE["alice"], APPLICATION)
    value, attributes = answer.cookies()[COOKIE]
    assert attributes["path"] == "/"
    assert {"secure", "httponly"} <= attributes.keys()
    assert attributes["samesite"].lower() == "lax"
    # A __Host- cookie has no domain; a session's has no end of its own.
    assert not {"domain", "expires", "max-age"} & attributes.keys()


def test_H06_the_cookies_value_is_in_the_alphabet(alice):
    assert re.fullmatch(r"TGT-[A-Za-z0-9-]+", alice.jar[COOKIE])


def test_H08_the_cookie_is_long_random_and_new_at_each_login(alice, browser):
    values = {alice.jar[COOKIE]}
    for _ in range(5):
        one = browser()
        one.sign_in("alice", PEOPLE["alice"])
        values.add(one.jar[COOKIE])
    before = alice.jar[COOKIE]
    alice.sign_in("alice", PEOPLE["alice"], APPLICATION, renew="true")
    values.add(alice.jar[COOKIE])
    assert len(values) == 7
    assert all(len(value) >= 40 for value in values)
    thief = browser()
    thief.jar[COOKIE] = before
    assert thief.login_page(service=APPLICATION).form is not None


def test_H09_the_database_holds_no_cookie_and_no_live_ticket(
        alice, installation):
    cookie = alice.jar[COOKIE]
    ticket = alice.ticket_for(APPLICATION)
    tables = [row[0] for row in installation.sql(
        "select tablename from pg_tables where schemaname = 'sso'")]
    assert "session" in tables
    for table in tables:
        for (row,) in installation.sql(f"select t::text from sso.{table} t"):
            assert cookie not in row and cookie[4:] not in row
            assert ticket not in row


def use(alice, installation):
    """A single sign-on, until the use is written down."""
    uses = "select sum(extract(epoch from last_used_at)) from sso.session"
    before = installation.sql(uses)
    assert alice.login_page(service=APPLICATION).ticket
    wait_until("a note of the use",
               lambda: installation.sql(uses) != before)


def test_H10_the_idle_limit_alone(alice, installation):
    installation.clock.shift(3600 - 10)
    use(alice, installation)
    installation.clock.shift(2 * 3600 - 30)
    use(alice, installation)
    installation.clock.shift(3 * 3600)
    assert alice.login_page(service=APPLICATION).form is not None


def test_H10_the_absolute_limit_alone(alice, installation):
    for used in range(1, 12):
        installation.clock.shift(used * 3000)
        use(alice, installation)
    installation.clock.shift(36000 - 10)
    assert alice.login_page(service=APPLICATION).ticket
    installation.clock.shift(36000 + 10)
    assert alice.login_page(service=APPLICATION).form is not None


def test_H10_both_limits_together(alice, installation):
    installation.clock.shift(40000)
    assert alice.login_page(service=APPLICATION).form is not None
