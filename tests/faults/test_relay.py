# SPDX-License-Identifier: Apache-2.0
"""The relay does the harm it says, and no other."""
import socket
import threading
import time

import pytest

from stage import Relay, base

TEXT = bytes(range(256)) * 40


received = bytearray()


@pytest.fixture
def echo():
    """The port of a server that sends back what it gets."""
    received.clear()
    door = socket.create_server(("127.0.0.1", 0))

    def serve(one):
        with one:
            try:
                while data := one.recv(65536):
                    received.extend(data)
                    one.sendall(data)
            except OSError:
                pass

    def accept():
        while True:
            try:
                one, _ = door.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(one,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield door.getsockname()[1]
    door.shutdown(socket.SHUT_RDWR)
    door.close()


@pytest.fixture
def relay(echo):
    between = Relay(base.BUILD / "tests/faults/relay", base.free_port(), echo)
    yield between
    assert between.stop() == 0


@pytest.fixture
def connect(relay):
    opened = []

    def one():
        opened.append(socket.create_connection(
            ("127.0.0.1", relay.listen), timeout=5))
        return opened[-1]
    yield one
    for connection in opened:
        connection.close()


def all_of(connection, length):
    """As much as comes, up to a length."""
    data = b""
    while len(data) < length and (more := connection.recv(65536)):
        data += more
    return data


def test_it_passes_everything_on(connect):
    one = connect()
    one.sendall(TEXT)
    assert all_of(one, len(TEXT)) == TEXT
    one.shutdown(socket.SHUT_WR)
    assert one.recv(1) == b""


@pytest.mark.parametrize("command, least", [
    ("delay 60 0", 0.12), ("delay 50 40", 0.1), ("rate 50000", 0.19)])
def test_it_delays(relay, connect, command, least):
    relay.tell(command)
    one = connect()
    began = time.monotonic()
    one.sendall(TEXT[:5000])
    one.sendall(TEXT[5000:])
    assert all_of(one, len(TEXT)) == TEXT
    if command.startswith("rate"):
        one.sendall(b"x")
        assert one.recv(1) == b"x"
    assert time.monotonic() - began >= least


def test_it_stalls_and_goes_on(relay, connect):
    one = connect()
    relay.tell("stall")
    one.sendall(TEXT)
    one.settimeout(0.2)
    with pytest.raises(TimeoutError):
        one.recv(1)
    relay.tell("go")
    one.settimeout(5)
    assert all_of(one, len(TEXT)) == TEXT


@pytest.mark.parametrize("way, at", [(0, 0), (0, 700), (1, 1), (1, 5000)])
def test_it_cuts_behind_a_byte(relay, connect, way, at):
    relay.tell(f"cut {way} {at}")
    one = connect()
    one.sendall(TEXT)
    back = all_of(one, len(TEXT))
    if way == 1:
        assert back == TEXT[:at]
    else:
        base.wait_until("the rest was sent", lambda: len(received) >= at)
        assert bytes(received) == TEXT[:at]


@pytest.mark.parametrize("way", [0, 1])
def test_it_flips_one_bit(relay, connect, way):
    relay.tell(f"flip {way} 4321")
    one = connect()
    one.sendall(TEXT)
    back = all_of(one, len(TEXT))
    others = [place for place in range(len(TEXT)) if back[place] != TEXT[place]]
    assert others == [4321]
    assert (back[4321] ^ TEXT[4321]).bit_count() == 1


def test_it_resets(relay, connect):
    one = connect()
    one.sendall(b"x")
    assert one.recv(1) == b"x"
    relay.tell("reset")
    with pytest.raises(ConnectionResetError):
        one.recv(1)


def test_it_closes_half(relay, connect):
    one = connect()
    one.sendall(b"x")
    assert one.recv(1) == b"x"
    relay.tell("half")
    assert one.recv(1) == b""
    one.sendall(b"y")  # this way is open


def test_it_refuses_and_counts(relay, connect):
    connect()
    relay.tell("refuse")
    assert connect().recv(1) == b""
    relay.tell("clear")
    one = connect()
    one.sendall(b"x")
    assert one.recv(1) == b"x"
    assert relay.tell("count") == "3 ok"


def test_it_does_not_guess(relay):
    for words in ("", "delay 5", "flip 0 x", "cut 1 2 3", "explode"):
        assert relay.ask(words) == "what?"
