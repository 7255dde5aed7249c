# SPDX-License-Identifier: Apache-2.0
"""Guessing over many names and from many addresses: limits by account, address
and network, and nobody kept out of a browser of their own.

The limits are small here, ten failures an hour for an address and forty for a
network, and every client says through a trusted proxy where it is."""
import threading

import pytest

from browser import Browser, query_of
from conftest import APPLICATION, PEOPLE

ADDRESS_MOST = 10
NETWORK_MOST = 40
CROWDED_TIMES = 3
PASSWORD = "quite a good password"


class Client(Browser):
    """A browser at an address of our choice."""

    def __init__(self, place, address):
        super().__init__(place)
        self.address = address

    def request(self, method, path, params=None, body=None, headers=None):
        return super().request(method, path, params, body, {
            "X-Forwarded-For": self.address, **(headers or {})})


@pytest.fixture(scope="module")
def guarded(private_installation):
    place = private_installation
    text = place.config.read_text()
    for old, new in (
            ("address = 100000", f"address = {ADDRESS_MOST}"),
            ("network = 100000",
             f"network = {NETWORK_MOST}\ncrowded = 198.51.100.0/24\n"
             f"crowded_times = {CROWDED_TIMES}"),
            ("gates = 2", "gates = 2\ntrusted_proxies = 127.0.0.1"),
            ("passes = 1", "passes = 1\nqueue = 2")):
        assert old in text
        text = text.replace(old, new)
    place.config.write_text(text)
    place.restart()
    return place


@pytest.fixture
def place(guarded):
    """Nobody has failed yet, and the clock is right."""
    guarded.sql("delete from sso.throttle")
    guarded.sql("delete from sso.throttle_place")
    guarded.clock.shift(0)
    yield guarded
    guarded.clock.shift(0)


def guess(place, address, logins, password="wrong words here"):
    """One form, many posts, and no cookie of a known browser kept: the
    statuses."""
    one = Client(place, address)
    try:
        page = one.login_page()
        return [one.submit(page, login, password).status for login in logins]
    finally:
        one.close()


def names(count, prefix="nobody"):
    return [f"{prefix}{number}" for number in range(count)]


def test_T161_many_names_from_one_address(place):
    statuses = guess(place, "192.0.2.1", names(40))
    assert statuses == [401] * ADDRESS_MOST + [429] * (40 - ADDRESS_MOST)
    assert guess(place, "192.0.2.2", names(1)) == [401]
    # one more for every sixth part of an hour
    place.clock.shift(3600 / ADDRESS_MOST + 1)
    assert guess(place, "192.0.2.1", names(2)) == [401, 429]


def test_T161_a_refused_try_is_not_compared_and_says_when_to_come(place):
    guess(place, "192.0.2.1", names(ADDRESS_MOST))
    one = Client(place, "192.0.2.1")
    answer = one.sign_in("alice", PEOPLE["alice"], APPLICATION)
    assert answer.status == 429
    assert 0 < int(answer.header("Retry-After")) <= 3600 / ADDRESS_MOST + 1
    assert "__Host-TGC" not in one.jar and "__Host-browser" not in one.jar
    one.close()


def test_T161_many_names_from_many_addresses_of_one_network(place):
    statuses = [status for last in range(8) for status in
                guess(place, f"192.0.2.{last}", names(9, f"n{last}-"))]
    assert statuses.count(401) == NETWORK_MOST
    assert statuses.count(429) == 72 - NETWORK_MOST
    assert guess(place, "192.0.3.1", names(1)) == [401]


@pytest.mark.parametrize("same", [
    ["2001:db8:1:2::1", "2001:db8:1:2:ffff::2", "2001:db8:1:2:3:4:5:6"],
    ["203.0.113.7", "::ffff:203.0.113.7"],
])
def test_T161_what_one_customer_holds_is_one_address(place, same):
    statuses = [status for at, address in enumerate(same) for status in
                guess(place, address, names(6, f"c{at}-"))]
    assert statuses.count(401) == min(ADDRESS_MOST, 6 * len(same))
    assert statuses.count(429) == 6 * len(same) - ADDRESS_MOST


def test_T161_few_names_from_many_networks(place):
    """Addresses cost an attacker little: then the account's limit holds, and
    people elsewhere and in browsers of their own sign in meanwhile."""
    own = Client(place, "192.0.2.77")
    assert own.sign_in("alice", PEOPLE["alice"]).status == 303
    own.get("/cas/logout")
    statuses = [status for net in range(50) for status in
                guess(place, f"10.{net}.0.1", ["alice", "chloe", "ghost"])]
    assert statuses.count(401) == 3 * 5
    assert statuses.count(429) == 3 * 45
    assert own.sign_in("alice", PEOPLE["alice"], APPLICATION).ticket
    own.close()
    assert guess(place, "10.60.0.1", ["bob"], PEOPLE["bob"]) == [303]


def test_T162_neighbours_keep_nobody_out_of_a_browser_of_their_own(place):
    own = Client(place, "192.0.2.1")
    assert own.sign_in("alice", PEOPLE["alice"]).status == 303
    own.get("/cas/logout")
    guess(place, "192.0.2.1", names(ADDRESS_MOST + 1))
    for last in range(10, 14):
        guess(place, f"192.0.2.{last}", names(10, f"m{last}-"))
    assert guess(place, "192.0.2.1", ["alice"], PEOPLE["alice"]) == [429]
    assert own.sign_in("alice", PEOPLE["alice"], APPLICATION).ticket
    own.get("/cas/logout")
    # its own mistakes count for itself, and for nobody beside it
    before = place.sql("select place, empty_at from sso.throttle_place "
                       "order by 1")
    for _ in range(5):
        assert own.sign_in("alice", "wrong words here").status == 401
    assert own.sign_in("alice", PEOPLE["alice"]).status == 429
    assert before == place.sql("select place, empty_at "
                               "from sso.throttle_place order by 1")
    own.close()


def test_T163_an_own_success_takes_back_nothing_but_itself(place):
    """Signing in with an account of one's own, in a new browser each time,
    buys no further guess."""
    statuses = []
    for number in range(ADDRESS_MOST + 2):
        assert guess(place, "192.0.2.1", ["bob"], PEOPLE["bob"]) in (
            [303], [429])
        statuses += guess(place, "192.0.2.1", [f"guess{number}"])
    assert statuses == [401] * ADDRESS_MOST + [429] * 2


def test_a_campus_full_of_people_who_are_right_is_not_hindered(place):
    """Many more sign-ins than the limit, all right: each takes itself back."""
    for _ in range(3 * ADDRESS_MOST):
        assert guess(place, "192.0.2.1", ["bob"], PEOPLE["bob"]) == [303]


def test_a_crowded_network_has_higher_limits_and_its_own_counters(place):
    most = ADDRESS_MOST * CROWDED_TIMES
    statuses = guess(place, "198.51.100.1", names(most + 3))
    assert statuses == [401] * most + [429] * 3
    assert place.sql("select place from sso.throttle_place order by 1") == [
        ("address 198.51.100.1",), ("crowd 198.51.100.0/24",)]


def test_T167_dropping_cookies_gains_nothing(place):
    """Neither the cookie of a known browser nor any other."""
    own = Client(place, "192.0.2.9")
    assert own.sign_in("alice", PEOPLE["alice"]).status == 303
    own.get("/cas/logout")
    own.jar.clear()
    statuses = [own.sign_in("alice", "wrong words here").status
                for _ in range(3)]
    for _ in range(4):
        statuses += guess(place, "192.0.2.9", ["alice"])
    assert statuses == [401] * 5 + [429] * 2
    own.close()


def test_T160_all_who_have_to_wait_read_the_same(place):
    """For a name, known or not, for an address, for a network."""
    guess(place, "192.0.2.1", ["alice"] * 5)
    guess(place, "192.0.2.2", ["phantom"] * 5)
    guess(place, "192.0.2.3", names(ADDRESS_MOST))
    texts = set()
    for address, login in (("192.0.2.4", "alice"), ("192.0.2.5", "phantom"),
                           ("192.0.2.3", "alice"), ("192.0.2.3", "nobody")):
        one = Client(place, address)
        answer = one.sign_in(login, "wrong words here")
        assert answer.status == 429
        problem = answer.text.partition('id="problem"')[2]
        texts.add("".join(letter for letter in problem.partition("</div>")[0]
                          if not letter.isdigit()))
        one.close()
    assert len(texts) == 1 and texts != {""}


def test_L10_each_try_leaves_its_row_but_refused_ones_are_no_flood(place):
    def rows(kind, address):
        return place.sql(
            "select count(*) from sso.audit where kind = %s and "
            "client_address = %s", kind, address)[0][0]

    address = "203.0.113.50"
    guess(place, address, ["bob"], PEOPLE["bob"])
    guess(place, address, names(ADDRESS_MOST + 30))
    assert rows("signed in", address) == 1
    assert rows("sign-in refused", address) == ADDRESS_MOST
    assert rows("sign-in throttled", address) == 1
    place.clock.shift(61)
    guess(place, address, names(5))
    assert rows("sign-in throttled", address) == 2


def test_the_address_is_that_of_the_client_and_not_of_a_header(place):
    """What stands further left in the header is the client's own invention."""
    statuses = [status for number in range(12) for status in
                guess(place, f"198.18.0.{number}, 192.0.2.1",
                      [f"invented{number}"])]
    assert statuses == [401] * ADDRESS_MOST + [429] * 2


def storm(place, count):
    """So many sign-ins at once; the answers."""
    answers = []
    barrier = threading.Barrier(count)

    def one_of_them(number):
        one = Client(place, f"10.1.{number}.1")
        page = one.login_page()
        barrier.wait()
        try:
            answers.append(one.submit(page, f"storm{number}", "wrong words"))
        finally:
            one.close()

    threads = [threading.Thread(target=one_of_them, args=(number,))
               for number in range(count)]
    for thread in threads:
        thread.start()
    return threads, answers


def test_T166_more_sign_ins_than_can_be_hashed(place):
    """Who finds the queue full is told to come again and is not counted;
    tickets are validated meanwhile as if nothing were."""
    application, own = Client(place, "10.0.0.1"), Client(place, "10.0.0.2")
    own.sign_in("bob", PEOPLE["bob"])
    tickets = [own.ticket_for(APPLICATION) for _ in range(20)]
    threads, answers = storm(place, 60)
    for ticket in tickets:
        query = query_of({"ticket": ticket, "service": APPLICATION})
        answer = application.get(f"/cas/serviceValidate?{query}")
        assert b"<cas:user>bob<" in answer.body, answer.text
    for thread in threads:
        thread.join()
    statuses = [answer.status for answer in answers]
    assert set(statuses) == {401, 503} and len(statuses) == 60
    for answer in answers:
        if answer.status == 503:
            assert int(answer.header("Retry-After")) > 0
    counted = place.sql("select coalesce(sum(cardinality(tries)), 0) "
                        "from sso.throttle")[0][0]
    assert counted == statuses.count(401)
    full = place.sql("select count(*) from sso.throttle_place where place like "
                     "'address %%' and empty_at > to_timestamp(%s)",
                     half_a_step_from_now(place))[0][0]
    assert full == statuses.count(401)
    own.close()
    application.close()


def half_a_step_from_now(place):
    """What was counted once runs empty later than that."""
    now = place.sql("select extract(epoch from clock_timestamp())")[0][0]
    return float(now) + 3600 / ADDRESS_MOST / 2
