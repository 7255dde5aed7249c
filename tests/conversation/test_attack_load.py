# SPDX-License-Identifier: Apache-2.0
"""Slow, greedy and many clients.  Numbers T... are those of the attack
catalogue: T020 to T023 of part 1A, and part 1P.

TEST_SLOW_CLIENTS=2000 runs the long form of T023.
"""
import collections
import os
import pathlib
import resource
import signal
import socket
import time

import pytest

import slow_clients
from browser import Browser, is_ready, query_of, status_of
from conftest import APPLICATION, PEOPLE
from installation import wait_until
from log_lines import are_limited
from metrics import Growth, metrics, value
from test_attack_parameters import locked

SLOW_OF_EACH_KIND = int(os.environ.get("TEST_SLOW_CLIENTS", "12"))
GOOD_WAITS = 5  # seconds at most; a person would not wait longer
KIB, MIB = 1024, 1024 * 1024
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"

# The sanitizer keeps what was freed; with little of that, memory tells.
LITTLE_KEPT = {"ASAN_OPTIONS": "quarantine_size_mb=1:detect_leaks=1:"
               "exitcode=99:malloc_context_size=2"}


def memory(place):
    """KiB of the one gate."""
    gate, = place.gates()
    text = pathlib.Path(f"/proc/{gate}/status").read_text()
    return next(int(line.split()[1]) for line in text.splitlines()
                if line.startswith("VmRSS:"))


def processor_seconds(place):
    gate, = place.gates()
    text = pathlib.Path(f"/proc/{gate}/stat").read_text()
    user, system = text.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def limit_descriptors(place, most):
    """Of the one gate, while it runs; as its user, who may."""
    gate, = place.gates()
    place.run(["prlimit", "--pid", gate, f"--nofile={most}:{most}"])


def connect(place, source="127.0.0.1", tls=False):
    link = socket.socket()
    link.bind((source, 0))
    link.settimeout(10)
    link.connect(("127.0.0.1", place.port))
    if tls:
        link = place.tls_context().wrap_socket(link,
                                               server_hostname="localhost")
    return link


def served(link):
    """Whether one more request is answered on it."""
    try:
        link.sendall(HEALTH)
        return link.recv(65536).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False


def is_open(link):
    """Nothing has come, and the other side has not closed."""
    link.setblocking(False)
    try:
        return link.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        link.settimeout(10)


def close_all(links):
    for link in links:
        link.close()


# What one client may take: T020 to T022

def pour(place, first, piece, most):
    """Sends and sends, and never reads; how many bytes were taken."""
    link = connect(place, tls=not place.plain)
    sent = 0
    try:
        link.sendall(first)
        link.settimeout(0.5)
        while sent < most:
            sent += link.send(piece)
    except OSError:
        pass
    finally:
        link.close()
    return sent


@pytest.mark.parametrize("plain", [True, False])
def test_T020_T021_T022_greedy_clients_take_little_memory(
        another_server, plain):
    place = another_server(LITTLE_KEPT, plain=plain)
    chunks = (b"POST /cas/login HTTP/1.1\r\nHost: localhost\r\n"
              b"Content-Type: application/x-www-form-urlencoded\r\n"
              b"Transfer-Encoding: chunked\r\n\r\n")
    head = b"GET /cas/login HTTP/1.1\r\nHost: localhost\r\n"
    greedy = [(head + b"X: ", b"a" * MIB), (head, b"a:\r\n" * 250_000),
              (b"GET /", b"a" * MIB), (chunks, b"1" * MIB),
              (head + b"\r\n", b"\xff" * MIB),
              (head + b"\r\n", HEALTH * 20_000)]
    for first, piece in greedy:
        pour(place, first, piece, 16 * MIB)  # what is needed once is there
    before, worked = memory(place), processor_seconds(place)
    for first, piece in greedy * 4:
        assert pour(place, first, piece, 1024 * MIB) < 8 * MIB
    assert memory(place) - before < 2 * KIB
    assert processor_seconds(place) - worked < 24 * 0.25
    assert status_of(place.send(HEALTH, wait=0.5)) == 200


def test_T020_every_connection_costs_little_whatever_it_sends(another_server):
    """Heads of the largest size that have no end, at the same time."""
    count = 500
    place = another_server(LITTLE_KEPT, plain=True)
    assert served(connect(place))
    before = memory(place)
    links = [connect(place) for _ in range(count)]
    for link in links:
        link.sendall(b"GET /cas/login HTTP/1.1\r\nHost: localhost\r\n"
                     b"X: " + b"a" * 16_000)
    assert served(connect(place))
    grown = memory(place) - before
    close_all(links)
    assert grown < 64 * count


def test_T020_T023_only_so_many_requests_come_in_pieces(another_server):
    """Whoever takes longest gives way, so that memory has a bound whatever
    the number of connections, and a newcomer is served."""
    place = another_server(LITTLE_KEPT, plain=True)
    assert served(connect(place))
    before = memory(place)
    links = []
    for number in range(1000):
        links.append(connect(place))
        links[-1].sendall(slow_clients.HEAD if number % 2 else
                          slow_clients.POST_HEAD + b"a" * 16_000)
    assert served(connect(place))
    gone = [link for link in links if has_bytes(link)]
    assert len(gone) == 1000 - 512 + 1
    assert gone == links[:len(gone)]
    assert status_of(gone[0].recv(4096)) == 408
    assert memory(place) - before < 64 * 512
    close_all(links)


# T023: the slow

def good_visits(place, waits):
    """A person signs in and goes to an application, every other second."""
    state = {"next": 0.0}

    def visit():
        if time.monotonic() < state["next"]:
            return
        began = time.monotonic()
        one = Browser(place)
        assert one.sign_in("alice", PEOPLE["alice"], APPLICATION).ticket
        one.close()
        waits.append(time.monotonic() - began)
        state["next"] = time.monotonic() + 2

    return visit


def test_T023_slow_clients_are_let_go_and_hold_up_nobody(another_server):
    """Deadlines are absolute: bytes that trickle in do not move them."""
    count = SLOW_OF_EACH_KIND
    enough = {"connections": 10 * count + 100, "connections_per_address": 100}
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    over_tls = another_server(**enough)
    plain = another_server(plain=True, **enough)
    waits = []
    visit = good_visits(over_tls, waits)
    clients = []
    began = time.monotonic()
    for number, kind in enumerate(slow_clients.kinds() * count):
        clients.append(slow_clients.SlowClient(
            plain if kind.plain else over_tls, kind, number))
        visit()
    unwatched = time.monotonic() - began
    try:
        slow_clients.look_at_all(clients, visit)
    finally:
        for one in clients:
            one.end()
    for one in clients:
        # Where they are many, those who stall make room for others before.
        stalls = one.kind.name == "a hello and no more" or \
            "slow" in one.kind.name
        least = 0 if stalls and count > 100 else one.kind.deadline - 1
        assert least <= one.ended <= one.kind.deadline + unwatched + 4, \
            (one.kind.name, one.ended)
        if "slow" in one.kind.name:
            assert status_of(one.heard) == 408, one.kind.name
    assert len(waits) >= 3 and max(waits) < GOOD_WAITS, waits
    print(f"{len(clients)} slow clients; good sign-ins took "
          f"{min(waits):.2f} to {max(waits):.2f} s")


# 1P: the many

def ask_a_hundred(place, *paths):
    """A hundred requests in one go on a connection; all the bytes that come
    back, of which each answer is a 200."""
    asked = [paths[number % len(paths)] for number in range(100)]
    heads = [b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\n"
             for path in asked]
    heads[-1] += b"Connection: close\r\n"
    received = []
    with connect(place, tls=True) as link:
        link.sendall(b"".join(head + b"\r\n" for head in heads))
        while piece := link.recv(65536):
            received.append(piece)
    answers = b"".join(received)
    assert answers.count(b"HTTP/1.1 200 OK\r\n") == 100
    return answers


def test_T236_ten_thousand_sign_in_pages_leave_no_row(installation):
    tables = [row[0] for row in installation.sql(
        "select tablename from pg_tables where schemaname = 'sso'")]

    def rows():
        return sum(installation.sql(f"select count(*) from sso.{table}")[0][0]
                   for table in tables)

    before = rows()
    for _ in range(100):
        answers = ask_a_hundred(installation, b"/cas/login")
        assert answers.count(b'name="password"') == 100
    assert rows() == before


def test_T238_a_gate_without_descriptors_rests_and_recovers(another_server):
    """With nothing to close, the door rests, says so now and then, and opens
    again; those who are inside are served."""
    place = another_server(plain=True)
    busy = [connect(place) for _ in range(40)]
    for link in busy:
        link.sendall(b"GET /healthz HTTP/1.1\r\n")
    assert served(connect(place))  # so the others have been read
    limit_descriptors(place, 40)
    waiting = [connect(place) for _ in range(300)]
    mark, worked = place.log_size(), processor_seconds(place)
    for link in busy[:20]:
        link.sendall(b"Host: localhost\r\n\r\n")
        assert link.recv(65536).startswith(b"HTTP/1.1 200 ")
        link.sendall(b"GET /healthz HTTP/1.1\r\n")  # and is busy again
        time.sleep(0.1)
    lines = [line for line in place.log(mark).splitlines()
             if 'event="accept failed"' in line]
    assert are_limited(lines) and "Too many open files" in lines[0]
    assert processor_seconds(place) - worked < 2 * 0.25
    close_all(busy)
    released = time.monotonic()
    wait_until("a newcomer is served", lambda: served(connect(place)))
    assert time.monotonic() - released < 2
    close_all(waiting)


def test_T238_idle_clients_make_room_for_want_of_descriptors(another_server):
    place = another_server(plain=True)
    limit_descriptors(place, 64)
    idle = [connect(place) for _ in range(500)]
    for _ in range(20):
        newcomer = connect(place)
        assert served(newcomer)
        newcomer.close()
    assert sum(map(is_open, idle)) < 64
    close_all(idle)


def test_T238_the_database_always_has_descriptors_left(another_server):
    """A gate that starts with few takes fewer connections than that."""
    place = another_server(plain=True)
    place.stop()
    place.prefix = ["prlimit", "--nofile=256:256", *place.prefix]
    place.start()
    assert "fewer descriptors than connections" in place.log()
    idle = [connect(place) for _ in range(1000)]
    wait_until("half of them are connections",
               lambda: sum(map(is_open, idle)) == 128)
    newcomer = connect(place)
    newcomer.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert newcomer.recv(65536).startswith(b"HTTP/1.1 200 ")
    assert is_ready(place)
    assert "accept failed" not in place.log()
    close_all(idle)


def test_T239_connections_of_one_address(another_server):
    place = another_server(plain=True, connections_per_address=10,
                           crowded_networks="127.0.3.0/24",
                           connections_per_crowded_address=25)
    links = []
    for source, most in (("127.0.0.1", 10), ("127.0.2.1", 10),
                         ("127.0.3.7", 25), ("127.0.3.8", 25)):
        mine = [connect(place, source) for _ in range(40)]
        links += mine
        assert sum(map(served, mine)) == most, source
    close_all(links)
    assert are_limited([line for line in place.log().splitlines()
                        if "too many of this address" in line])
    wait_until("there is room again",
               lambda: served(connect(place, "127.0.0.1")))


def test_T239_an_IPv6_visitor_has_a_whole_network(another_server):
    place = another_server(plain=True, connections_per_address=10)
    place.stop()
    place.config.write_text(place.config.read_text().replace(
        f"listen = 127.0.0.1:{place.port}", f"listen = [::1]:{place.port}"))
    place.start()
    links = [socket.create_connection(("::1", place.port), 10)
             for _ in range(20)]
    assert sum(map(served, links)) == 10
    close_all(links)


def test_T239_a_full_house_makes_room_for_newcomers(another_server):
    """Of those on whose connection nothing is asked, the one who was idle
    longest goes; never one with a request under way."""
    place = another_server(plain=True, connections=20,
                           connections_per_address=20,
                           connections_per_crowded_address=20)
    busy = [connect(place, "127.0.2.1") for _ in range(5)]
    for link in busy:
        link.sendall(b"GET /healthz HTTP/1.1\r\n")
    idle = [connect(place, "127.0.3.1") for _ in range(15)]
    assert all(map(served, idle))
    newcomers = [connect(place) for _ in range(5)]
    assert all(map(served, newcomers))
    assert [is_open(link) for link in idle] == [False] * 5 + [True] * 10
    for link in busy:
        link.sendall(b"Host: localhost\r\n\r\n")
        assert link.recv(65536).startswith(b"HTTP/1.1 200 ")
    close_all(busy + idle + newcomers)


def test_T239_who_has_asked_is_not_idle(another_server):
    """A request that lies unread when newcomers come is answered."""
    place = another_server(plain=True, connections=20,
                           connections_per_address=20,
                           connections_per_crowded_address=20)
    idle = [connect(place, "127.0.3.1") for _ in range(20)]
    assert all(map(served, idle))
    gate, = place.gates()
    os.kill(gate, signal.SIGSTOP)
    newcomers = [connect(place) for _ in range(5)]  # seen first
    idle[0].sendall(HEALTH)
    os.kill(gate, signal.SIGCONT)
    assert idle[0].recv(65536).startswith(b"HTTP/1.1 200 ")
    assert all(map(served, newcomers))
    assert [is_open(link) for link in idle] == \
        [True] + [False] * 5 + [True] * 14
    close_all(idle + newcomers)


def test_T239_a_house_full_of_work_refuses(another_server):
    place = another_server(plain=True, connections=20,
                           connections_per_address=20,
                           connections_per_crowded_address=20)
    busy = []

    def is_full():
        """One more in the middle of its head, and no room behind it."""
        busy.append(connect(place, "127.0.2.1"))
        busy[-1].sendall(b"GET /healthz HTTP/1.1\r\n")
        time.sleep(0.05)
        with connect(place) as newcomer:
            return not served(newcomer)

    wait_until("it is full", is_full)
    assert len(busy) >= 20
    assert "all connections are busy" in place.log()
    close_all(busy)
    wait_until("there is room again", lambda: served(connect(place)))


def test_T239_T240_so_many_handshakes_at_a_time(another_server):
    """Those beyond wait for their turn, and who stalls loses it: a few silent
    clients do not keep the others out."""
    place = another_server(handshakes=4)
    growth = Growth(place)
    hello = slow_clients.client_hello()
    stalled = [connect(place) for _ in range(12)]
    for link in stalled:
        link.sendall(hello)
    began = time.monotonic()
    answered = collections.Counter()
    while time.monotonic() < began + 0.6:
        answered.update(link for link in stalled
                        if link not in answered and has_bytes(link))
        time.sleep(0.02)
    assert len(answered) == 4
    one = Browser(place)
    assert one.get("/healthz").status == 200
    assert time.monotonic() - began < 5
    one.close()
    assert growth.of("portillon_connections_refused_total",
                     reason="handshakes") > 0
    wait_until("all are let go",
               lambda: not any(is_open_behind_bytes(link) for link in stalled))
    close_all(stalled)


def has_bytes(link):
    link.setblocking(False)
    try:
        return link.recv(1, socket.MSG_PEEK) != b""
    except OSError:
        return False


def is_open_behind_bytes(link):
    """As is_open(), reading what has come."""
    link.setblocking(False)
    try:
        while link.recv(65536):
            pass
        return False
    except BlockingIOError:
        return True
    except OSError:
        return False


def test_T240_who_has_said_hello_is_not_silent(another_server):
    """A hello that lies unread when newcomers come is answered."""
    place = another_server(connections=20, connections_per_address=20,
                           connections_per_crowded_address=20)
    silent = [connect(place, "127.0.3.1") for _ in range(20)]
    wait_until("all have been let in", lambda: value(
        metrics(place), "portillon_connections", process="gate 1") == 20)
    gate, = place.gates()
    os.kill(gate, signal.SIGSTOP)
    newcomers = [connect(place) for _ in range(5)]  # seen first
    silent[0].sendall(slow_clients.client_hello())
    os.kill(gate, signal.SIGCONT)
    assert silent[0].recv(1) == b"\x16"
    close_all(silent + newcomers)


def test_T240_a_hello_begun_keeps_no_place(another_server):
    """Five bytes of it and then silence: such a house is not full."""
    place = another_server(connections=20, connections_per_address=20,
                           connections_per_crowded_address=20)
    begun = [connect(place, "127.0.3.1") for _ in range(20)]
    for link in begun:
        link.sendall(slow_clients.client_hello()[:5])
    wait_until("all have been let in", lambda: value(
        metrics(place), "portillon_connections", process="gate 1") == 20)
    assert Browser(place).get("/healthz").status == 200
    assert [is_open(link) for link in begun] == [False] + [True] * 19
    close_all(begun)


def test_T240_half_open_handshakes_cost_no_turn(another_server):
    place = another_server(handshakes=2)
    hello = slow_clients.client_hello()
    silent = [connect(place) for _ in range(100)]
    for number, link in enumerate(silent):
        link.sendall(hello[:number % len(hello)])
    assert Browser(place).sign_in("alice", PEOPLE["alice"]).status == 303
    close_all(silent)


def test_T240_a_flood_of_handshakes_does_not_stop_validations(
        another_server, installation, alice):
    """Hellos as fast as they can be sent; applications ask on connections
    that they keep."""
    place = another_server(handshakes=16)
    hello = slow_clients.client_hello()
    application = Browser(place)
    assert application.get("/healthz").status == 200
    flood, valid = [], 0
    end = time.monotonic() + 3
    while time.monotonic() < end:
        for _ in range(100):
            flood.append(connect(place, f"127.0.2.{len(flood) % 200 + 1}"))
            flood[-1].sendall(hello)
        query = query_of({"service": APPLICATION,
                          "ticket": alice.ticket_for(APPLICATION)})
        answer = application.get(f"/cas/serviceValidate?{query}")
        assert "authenticationSuccess" in answer.text
        valid += 1
        close_all(flood[:-1000])
        del flood[:-1000]
    assert valid >= 3
    close_all(flood)


def test_T244_ten_thousand_forged_tickets_are_refused_before_the_database(
        installation, alice):
    """The tables are locked: an answer that needed them would not come."""
    ticket = alice.ticket_for(APPLICATION)
    wrong = ticket[:40] + ("0" if ticket[40] != "0" else "1") + ticket[41:]
    paths = [f"/cas/serviceValidate?service={APPLICATION}&ticket={forged}"
             .encode() for forged in (wrong, "ST-" + "x" * 60)]
    with locked(installation, alice):
        for _ in range(100):
            answers = ask_a_hundred(installation, *paths)
            assert answers.count(b'code="INVALID_TICKET"') == 100
        application = Browser(installation)
        query = query_of({"service": APPLICATION, "ticket": ticket})
        answer = application.get(f"/cas/serviceValidate?{query}")
        assert answer.status == 503  # a real one has to ask
