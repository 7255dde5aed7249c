# SPDX-License-Identifier: Apache-2.0
"""A gate dies, PostgreSQL goes away, the server is told to stop under load:
nothing acknowledged is lost and nothing hangs."""
import os
import signal
import time

import pytest

from browser import Browser, all_gates_answer, ask_status, query_of
from conftest import APPLICATION, PEOPLE
from installation import wait_until
from load import Load


def test_a_killed_gate_is_back_within_a_second(own_installation):
    place = own_installation
    one = Browser(place)
    one.sign_in("alice", PEOPLE["alice"])
    for _ in range(4):
        before = set(place.gates())
        assert len(before) == 2
        victim = min(before)
        os.kill(victim, signal.SIGKILL)
        began = time.monotonic()
        wait_until("two gates again",
                   lambda: len(set(place.gates()) - {victim}) == 2)
        wait_until("served by both",
                   lambda: all_gates_answer(place, "/healthz"))
        assert time.monotonic() - began < 1.0 + slack()
        one.close()
        assert one.login_page(service=APPLICATION).ticket
    one.close()


def slack():
    """Sanitizers make starting slower; a person would not notice either."""
    return 1.0


def test_without_PostgreSQL_503_and_afterwards_all_is_well(own_installation):
    place = own_installation
    one = Browser(place)
    one.sign_in("alice", PEOPLE["alice"])
    ticket = one.ticket_for(APPLICATION)
    place.database("stop")
    answer = one.login_page(service=APPLICATION)
    assert answer.status == 503
    assert int(answer.header("Retry-After")) > 0
    assert answer.header("X-Frame-Options").upper() == "DENY"
    assert "no-store" in answer.header("Cache-Control")
    assert "__Host-TGC" not in answer.cookies()  # nobody is signed out by it
    assert 'href="?locale=fr&amp;service=https%3A%2F%2Fapp.' in answer.text
    query = query_of({"ticket": ticket, "service": APPLICATION})
    machine = one.get(f"/cas/serviceValidate?{query}")
    assert machine.status == 503 and machine.body
    assert ask_status(place, "/ready").status == 503
    assert one.get("/healthz").status == 200
    assert one.get("/cas/help").status == 200  # it asks nothing of it
    place.database("start")
    wait_until("ready again", lambda: all_gates_answer(place, "/ready"))
    assert b"<cas:user>alice<" in one.get(
        f"/cas/serviceValidate?{query}").body
    assert one.login_page(service=APPLICATION).ticket
    one.close()


def spent_tickets(place):
    return place.sql("select count(*) from sso.redemption")[0][0]


def test_SIGTERM_under_load_loses_nothing(own_installation):
    """Each ticket that was spent was acknowledged to who presented it, and
    stays spent: no request that was taken up broke off."""
    place = own_installation
    before = spent_tickets(place)
    load = Load(place, 4, may_end=True)
    began = time.monotonic()
    assert place.stop() == 0
    assert time.monotonic() - began < 15
    load.wait()
    assert not load.faults, load.faults
    assert spent_tickets(place) - before == len(load.acknowledged)
    place.start()
    one = Browser(place)
    for query in load.acknowledged[-20:]:
        assert b"INVALID_TICKET" in one.get(
            f"/cas/serviceValidate?{query}").body
    one.close()


def test_who_left_without_an_answer_holds_up_no_stop(own_installation):
    """A password is being checked, and who gave it is gone: over TLS the gate
    forgets such a connection at once and not at the end of a deadline."""
    place = own_installation
    for number in range(5):
        one = Browser(place)
        form = one.login_page().form
        body = query_of({**form.fields, "username": f"nobody{number}",
                         "password": "wrong"})
        one.connection.sendall(
            f"POST /cas/login HTTP/1.1\r\nHost: {one.host}\r\nCookie: "
            f"__Host-login={one.jar['__Host-login']}\r\nContent-Type: "
            "application/x-www-form-urlencoded\r\nContent-Length: "
            f"{len(body)}\r\n\r\n{body}".encode())
        one.close()
    assert all_gates_answer(place, "/healthz")
    began = time.monotonic()
    assert place.stop() == 0
    assert time.monotonic() - began < 5
    place.start()


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_at_once_with_code_0(own_installation, signal_number):
    place = own_installation
    place.server.send_signal(signal_number)
    assert place.server.wait(20) == 0
    place.start()
    assert all_gates_answer(place, "/healthz")
