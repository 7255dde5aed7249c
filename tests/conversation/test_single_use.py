# SPDX-License-Identifier: Apache-2.0
"""A ticket is good once: at two gates at the same moment, in any spelling, and
after PostgreSQL lost its power in between."""
import queue
import threading

import pytest

from browser import Browser, all_gates_answer, query_of
from conftest import APPLICATION, PEOPLE
from installation import SLOWEST, wait_until

OTHER = "https://other.example/"
CROWD = 200  # validations of one ticket at the same moment
ROUNDS = 100


class Crowd:
    """Connections that stay open, each with a thread that sends when all do.

    A connection belongs to the gate that accepted it, so a crowd of 200 is
    spread over both.
    """

    def __init__(self, installation, size):
        self.start = threading.Barrier(size + 1)
        self.bodies = queue.Queue()
        self.requests = []
        self.size = size
        self.threads = [
            threading.Thread(target=self._work, args=(installation, number),
                             daemon=True) for number in range(size)]
        for thread in self.threads:
            thread.start()

    def _work(self, installation, number):
        one = Browser(installation)
        one.connect()
        while True:
            self.start.wait()
            if not self.requests:
                break
            try:
                method, *args = self.requests[number % len(self.requests)]
                self.bodies.put(getattr(one, method)(*args).body)
            except Exception as fault:  # told to the test, not lost
                self.bodies.put(repr(fault).encode())
        one.close()

    def send(self, requests):
        """Every member sends one of the requests now; all the answers."""
        self.requests = requests
        self.start.wait()
        return [self.bodies.get(timeout=SLOWEST) for _ in range(self.size)]

    def disperse(self):
        self.requests = []
        self.start.wait()
        for thread in self.threads:
            thread.join()


@pytest.fixture
def crowd(installation):
    people = Crowd(installation, CROWD)
    yield people
    people.disperse()


def successes(bodies):
    refused = sum(b"INVALID_TICKET" in body or body == b"no\n\n"
                  for body in bodies)
    accepted = sum(b"<cas:user>alice<" in body or body == b"yes\nalice\n"
                   or b'"user":"alice"' in body for body in bodies)
    strange = [body for body in bodies
               if not (b"INVALID_TICKET" in body or b"alice" in body
                       or body == b"no\n\n")]
    assert refused + accepted == len(bodies), strange[:3]
    return accepted


def plain(ticket):
    query = query_of({"ticket": ticket, "service": APPLICATION})
    return [("get", f"/cas/serviceValidate?{query}")]


def test_of_200_at_once_exactly_one_succeeds(alice, crowd):
    """A hundred rounds; the crowd's connections lie on both gates."""
    for number in range(ROUNDS):
        bodies = crowd.send(plain(alice.ticket_for(APPLICATION)))
        assert successes(bodies) == 1, f"round {number}"


def spelled_differently(ticket):
    """Requests for one ticket that agree in no byte but mean the same."""
    escaped = "".join(f"%{ord(char):02X}" for char in ticket)
    lower = "".join(f"%{ord(char):02x}" for char in ticket)
    session = APPLICATION + ";jsessionid=0A1B2C"
    service = query_of({"service": APPLICATION})
    pair = {"ticket": ticket, "service": APPLICATION}
    return [
        ("get", f"/cas/serviceValidate?ticket={ticket}&{service}"),
        ("get", f"/cas/serviceValidate?ticket={escaped}&{service}"),
        ("get", f"/cas/serviceValidate?{service}&ticket={lower}"),
        ("get", f"/cas/p3/serviceValidate?{query_of(pair)}"),
        ("get", f"/cas/validate?{query_of(pair)}"),
        ("get", f"/cas/serviceValidate?{query_of(pair)}&format=JSON"),
        ("get", "/cas/serviceValidate?" +
         query_of({"ticket": ticket, "service": session})),
        ("get", f"/cas/serviceValidate?ticket={ticket}"
                "&service=HTTPS://APP.example:443/%63b"),
        ("post", "/cas/serviceValidate", pair),
        ("post", "/cas/p3/serviceValidate", {"ticket": ticket},
         {"service": APPLICATION}),
        ("post", "/cas/serviceValidate",
         f"ticket={lower}&{service}".encode()),
    ]


def test_of_all_spellings_of_a_ticket_one_succeeds(alice, crowd):
    for number in range(20):
        requests = spelled_differently(alice.ticket_for(APPLICATION))
        assert successes(crowd.send(requests)) == 1, f"round {number}"


def test_each_spelling_alone_succeeds(alice, browser):
    """Else the test above would prove nothing."""
    one = browser()
    for place in range(len(spelled_differently("ST-0"))):
        method, *args = spelled_differently(
            alice.ticket_for(APPLICATION))[place]
        assert successes([getattr(one, method)(*args).body]) == 1, args


def test_the_wrong_service_spends_the_ticket(alice, validate):
    ticket = alice.ticket_for(APPLICATION)
    assert validate("serviceValidate", ticket, OTHER).code == "INVALID_SERVICE"
    assert validate("serviceValidate", ticket, APPLICATION).code == \
        "INVALID_TICKET"


def test_right_and_wrong_service_at_once_give_one_success_at_most(
        alice, crowd):
    for _ in range(20):
        ticket = alice.ticket_for(APPLICATION)
        wrong = query_of({"ticket": ticket, "service": OTHER})
        bodies = crowd.send(
            plain(ticket) + [("get", f"/cas/serviceValidate?{wrong}")])
        right = sum(b"<cas:user>alice<" in body for body in bodies)
        wrongly = sum(b"INVALID_SERVICE" in body for body in bodies)
        assert right <= 1
        assert right == 1 or wrongly >= 1


def test_an_account_disabled_in_between_is_refused_and_spends(
        browser, validate, installation, new_account):
    login, password = new_account()
    ticket = browser().sign_in(login, password, APPLICATION).ticket
    installation.portillon("account", "disable", login)
    assert not validate("serviceValidate", ticket, APPLICATION).ok
    installation.portillon("account", "enable", login)
    assert not validate("serviceValidate", ticket, APPLICATION).ok


def test_a_spent_ticket_stays_spent_when_PostgreSQL_dies(own_installation):
    """kill -9 at once after an acknowledged validation, ten times: what was
    acknowledged must have been on the disk."""
    place = own_installation
    for number in range(10):
        one = Browser(place)
        ticket = one.sign_in("alice", PEOPLE["alice"], APPLICATION).ticket
        assert ticket, f"round {number}"
        query = query_of({"ticket": ticket, "service": APPLICATION})
        answer = one.get(f"/cas/serviceValidate?{query}")
        place.kill_database()
        assert b"<cas:user>alice<" in answer.body, f"round {number}"
        place.database("start")
        wait_until("the server is ready again",
                   lambda: all_gates_answer(place, "/ready"))
        again = one.get(f"/cas/serviceValidate?{query}")
        assert b"INVALID_TICKET" in again.body, f"round {number}"
        one.close()
