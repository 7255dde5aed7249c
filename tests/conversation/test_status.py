# SPDX-License-Identifier: Apache-2.0
"""What a node tells of itself: /healthz, /ready, /metrics, and the line about
a slow request.  Numbers are those of the attack and fault catalogues."""
import os
import re
import signal
import socket
import threading

import pytest

from browser import (Browser, Refused, all_gates_ready, ask_status, query_of,
                     send_raw, status_of)
from conftest import APPLICATION, PEOPLE
from installation import ROOT, wait_until
from metrics import Growth, metrics, value

VALIDATE = "/cas/serviceValidate?"


@pytest.fixture
def with_settings(own_installation):
    """Restarts the server with other settings: log_slow is "slow" in [log]."""
    place = own_installation
    before = place.config.read_text()

    def change(**settings):
        text = before
        for name, wanted in settings.items():
            section, _, name = name.partition("_")
            text = re.sub(rf"(?m)^{name} = .*\n", "", text)
            if f"[{section}]\n" not in text:
                text += f"[{section}]\n"
            text = text.replace(f"[{section}]\n",
                                f"[{section}]\n{name} = {wanted}\n")
        place.config.write_text(text)
        place.restart()
        return place

    yield change
    place.config.write_text(before)
    place.restart()


# Who may ask what, and where

def test_the_status_listener_has_three_pages(installation):
    assert ask_status(installation, "/healthz").text == "ok\n"
    assert ask_status(installation, "/ready").text == \
        "ready\ngates_ready 2 of 2\n"
    assert ask_status(installation, "/metrics", "HEAD").body == b""
    for path in ("/", "/cas/login", "/ready/", "/metrics%20"):
        assert ask_status(installation, path).status == 404
    refused = ask_status(installation, "/metrics", "POST")
    assert refused.status == 405
    assert refused.header("Allow") == "GET, HEAD"
    for path in ("/ready", "/nothing"):
        answer = ask_status(installation, path)
        assert answer.header("X-Content-Type-Options") == "nosniff"
        assert answer.header("Cache-Control") == "no-store"
        assert answer.header("Strict-Transport-Security") is None


def test_the_service_port_tells_only_that_it_lives(browser):
    assert browser().get("/healthz").text == "ok\n"
    assert browser().get("/ready").status == 404
    assert browser().get("/metrics").status == 404


@pytest.mark.parametrize("listen", [
    "0.0.0.0:8440", "8.8.8.8:8440", "[::]:8440", "[2001:db8::1]:8440",
])
def test_metrics_are_not_shown_to_the_network(installation, listen):
    result = installation.portillon(
        "serve", env={"PORTILLON_SERVER_STATUS_LISTEN": listen}, expect=None)
    assert result.returncode == 3
    assert "server.status_listen" in result.stderr


def test_without_the_setting_there_is_no_status_listener(own_installation):
    place = own_installation
    before = place.config.read_text()
    place.config.write_text(re.sub("status_listen.*\n", "", before))
    place.restart()
    with pytest.raises(Refused):
        ask_status(place, "/ready")
    assert Browser(place).get("/healthz").status == 200
    place.config.write_text(before)
    place.restart()


# What is counted

def test_every_family_is_well_formed_and_documented(installation):
    text = ask_status(installation, "/metrics").text
    names = re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M)
    table = (ROOT / "deploy/README.md").read_text()
    assert len(names) > 25 and len(names) == len(set(names))
    for name, kind in names:
        assert name.startswith("portillon_")
        assert (kind == "counter") == name.endswith("_total")
        assert text.count(f"# HELP {name} ") == 1
        assert f"`{name}`" in table, f"{name} is not in deploy/README.md"
    assert metrics(installation)


def test_requests_tickets_and_sign_ins_are_counted(installation, browser):
    growth = Growth(installation)
    one = browser()
    one.sign_in("bob", "not his password")
    answer = one.sign_in("bob", PEOPLE["bob"], APPLICATION)
    query = query_of({"ticket": answer.ticket, "service": APPLICATION})
    for _ in range(2):
        one.get(VALIDATE + query)
    one.get(VALIDATE + "ticket=ST-1&service=https://x/")
    one.get("/nowhere")
    requests = "portillon_requests_total"
    assert growth.of(requests, route="/login", method="POST",
                     **{"class": "3xx"}) == 1
    assert growth.of(requests, route="/serviceValidate", method="GET",
                     **{"class": "2xx"}) == 3
    assert growth.of(requests, route="none", method="GET",
                     **{"class": "4xx"}) == 1
    assert growth.of("portillon_sign_ins_total", result="right") == 1
    assert growth.of("portillon_sign_ins_total", result="wrong") == 1
    assert growth.of("portillon_tickets_issued_total") == 1
    assert growth.of("portillon_validations_total", result="ok") == 1
    assert growth.of("portillon_validations_total",
                     result="INVALID_TICKET") == 2
    assert growth.of("portillon_request_duration_seconds_count",
                     group="validation") == 3
    assert growth.of("portillon_request_duration_seconds_bucket",
                     group="pages", le="+Inf") >= 4
    assert growth.of("portillon_password_check_duration_seconds_count") == 2
    assert growth.of("portillon_database_barrier_duration_seconds_count") > 0
    assert growth.of("portillon_database_units_total") > 4


def test_refused_bytes_and_connections_are_counted(with_settings):
    place = with_settings(server_gates=1, server_connections=10,
                          server_connections_per_address=3)
    growth = Growth(place)
    for data, status in ((b"nonsense\r\n\r\n", 400),
                         (b"GET /" + b"a" * 20000, 414),
                         (b"POST / HTTP/1.1\r\nHost: a\r\n"
                          b"Content-Length: 99999999\r\n\r\n", 413)):
        assert status_of(send_raw(place, data)) == status
        assert growth.of("portillon_heads_refused_total",
                         status=str(status)) == 1
    held = [socket.create_connection(("127.0.0.1", place.port))
            for _ in range(3)]
    wait_until("they are seen", lambda: value(
        metrics(place), "portillon_connections", process="gate 1") == 3)
    with socket.create_connection(("127.0.0.1", place.port), 10) as one:
        assert one.recv(1) == b""
    assert growth.of("portillon_connections_refused_total",
                     reason="address") == 1
    assert growth.of("portillon_connections_accepted_total") == 7
    for link in held:
        link.close()


def test_levels_tell_how_each_process_stands(installation):
    samples = metrics(installation)
    for gate in ("gate 1", "gate 2"):
        for lane in ("quick", "slow", "flush"):
            assert value(samples, "portillon_database_connection_up",
                         process=gate, lane=lane) == 1
        assert value(samples, "portillon_registry_services",
                     process=gate) >= 3
        assert value(samples, "portillon_active_key", process=gate) == 1
    assert value(samples, "portillon_ready") == 1
    assert value(samples, "portillon_gates") == 2
    assert value(samples, "portillon_gates_ready") == 2
    assert value(samples, "portillon_spent_ticket_days_ahead",
                 process="courier") >= 2


def test_counters_outlive_the_gate_that_counted(own_installation):
    place = own_installation
    one = Browser(place)
    for _ in range(20):
        one.get("/cas/login")
    one.close()
    before = metrics(place)
    for gate in place.gates():
        os.kill(gate, signal.SIGKILL)
    wait_until("both are back", lambda: value(
        metrics(place), "portillon_process_restarts_total") == value(
            before, "portillon_process_restarts_total") + 2)
    wait_until("both are ready", lambda: all_gates_ready(place))
    after = metrics(place)
    for (name, labels), number in before.items():
        if name.endswith("_total"):
            assert after[name, labels] >= number, name
    assert value(after, "portillon_requests_total", route="/login",
                 method="GET", **{"class": "2xx"}) >= 20
    assert value(after, "portillon_connections", process="gate 1") == 0


# Ready or not

def test_a_gate_that_hangs_makes_the_node_unready(own_installation):
    """The kernel goes on giving it visitors, who would wait for ever."""
    place = own_installation
    victim = place.gates()[0]
    os.kill(victim, signal.SIGSTOP)
    try:
        answer = wait_until("it is noticed", lambda: not_ready(place))
        assert re.search(r"^gate [12] hangs$", answer.text, re.M)
        assert "gates_ready 1 of 2\n" in answer.text
    finally:
        os.kill(victim, signal.SIGCONT)
    wait_until("all is well", lambda: all_gates_ready(place))


def not_ready(place):
    answer = ask_status(place, "/ready")
    return answer if answer.status == 503 else None


def test_without_a_database_it_says_so_and_recovers(own_installation):
    place = own_installation
    place.database("stop")
    answer = not_ready(place)
    assert answer.text == ("not ready\ngates_ready 0 of 2\n"
                           "gate 1 is not connected to the database\n"
                           "gate 2 is not connected to the database\n")
    assert value(metrics(place), "portillon_ready") == 0
    place.database("start")
    wait_until("ready again", lambda: all_gates_ready(place))


class Lock:
    """Holds a table, so that whoever needs it waits."""

    def __init__(self, place, table):
        self.connection = place.connect()
        self.connection.autocommit = False
        self.cursor = self.connection.cursor()
        self.cursor.execute(f"lock table {table} in access exclusive mode")

    def release(self):
        self.connection.rollback()
        self.connection.close()


def somebody_waits(place, milliseconds):
    """A statement of the server has waited for a lock for so long."""
    return place.sql(
        "select 1 from pg_stat_activity where wait_event_type = 'Lock' and "
        "application_name like 'portillon%%' and clock_timestamp() - "
        "query_start > %s * interval '1 ms'", milliseconds, role="postgres")


def test_a_stopping_node_is_not_ready(own_installation):
    """A request in hand keeps the gate; the probe learns of it at once."""
    place = own_installation
    one = Browser(place)
    assert one.sign_in("alice", PEOPLE["alice"]).status == 303
    lock = Lock(place, "sso.session")
    answers = []
    asker = threading.Thread(target=lambda: answers.append(
        one.login_page(service=APPLICATION)))
    asker.start()
    wait_until("it waits", lambda: somebody_waits(place, 10))
    place.server.send_signal(signal.SIGTERM)
    answer = wait_until("not ready", lambda: not_ready(place))
    assert "is stopping" in answer.text
    lock.release()
    asker.join()
    assert answers[0].status in (302, 303)
    assert place.server.wait(20) == 0
    place.start()


# The slow request

def test_a_slow_request_names_the_step_that_took_longest(with_settings):
    place = with_settings(log_slow=50)
    one = Browser(place)
    assert one.sign_in("alice", PEOPLE["alice"]).status == 303
    mark = place.log_size()
    lock = Lock(place, "sso.session")
    asker = threading.Thread(target=one.login_page,
                             kwargs={"service": APPLICATION})
    asker.start()
    wait_until("it waits", lambda: somebody_waits(place, 150))
    lock.release()
    asker.join()
    (line,) = [line for line in place.log(mark).splitlines()
               if 'event="slow request"' in line
               and 'route="/login"' in line]
    assert 'level=warning' in line
    assert 'step="login_load"' in line
    assert 'waited_for="database"' in line
    took = int(re.search(r" ms=([0-9]+)", line)[1])
    step = int(re.search(r" step_ms=([0-9]+)", line)[1])
    assert took >= step >= 150
    request = re.search(r'request="([0-9a-f]{16})"', line)[1]
    assert re.search(rf'event="access" request="{request}"', place.log(mark))
    assert value(metrics(place), "portillon_slow_requests_total") >= 1


def test_a_request_that_was_given_up_is_slow_too(with_settings):
    place = with_settings(log_slow=50)
    one = Browser(place)
    assert one.sign_in("alice", PEOPLE["alice"]).status == 303
    mark = place.log_size()
    lock = Lock(place, "sso.session")
    assert one.login_page(service=APPLICATION).status == 503
    lock.release()
    assert re.search('event="slow request".* route="/login".* '
                     'step="login_load"', place.log(mark))
    assert re.search('event="flow unavailable"', place.log(mark))


def test_no_slow_request_is_told_when_that_is_off(with_settings):
    place = with_settings(log_slow=0)
    one = Browser(place)
    assert one.sign_in("alice", PEOPLE["alice"]).status == 303
    mark = place.log_size()
    lock = Lock(place, "sso.session")
    assert one.login_page(service=APPLICATION).status == 503
    lock.release()
    assert "slow request" not in place.log(mark)
