#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Stands between the store and PostgreSQL and mixes up one answer.

    relay.py LISTEN_SOCKET SERVER_SOCKET

Everything is passed on.  After SIGUSR1 the next row of a result that passes
gets another number in its first column, as if it were somebody else's.
"""
import selectors
import signal
import socket
import sys

ROW = ord("D")
HEADER = 5  # type, length
ECHO_END = HEADER + 2 + 4 + 8  # count of columns, length of the first, bigint
mix_up = False


def arm(_signal, _frame):
    global mix_up
    mix_up = True


class FromServer:
    """Finds the messages in what the server sends."""

    def __init__(self):
        self.pending = bytearray()

    def feed(self, data):
        global mix_up
        self.pending += data
        out = bytearray()
        while len(self.pending) >= HEADER:
            size = 1 + int.from_bytes(self.pending[1:5], "big")
            if len(self.pending) < size:
                break
            message = self.pending[:size]
            del self.pending[:size]
            if mix_up and message[0] == ROW and size >= ECHO_END:
                message[ECHO_END - 1] ^= 1
                mix_up = False
            out += message
        return bytes(out)


def main(listen, server):
    signal.signal(signal.SIGUSR1, arm)
    door = socket.socket(socket.AF_UNIX)
    door.bind(listen)
    door.listen(16)
    print("ready", flush=True)
    poll = selectors.DefaultSelector()
    poll.register(door, selectors.EVENT_READ)
    while True:
        for key, _ in poll.select():
            if key.fileobj is door:
                client, _ = door.accept()
                back = socket.socket(socket.AF_UNIX)
                back.connect(server)
                poll.register(client, selectors.EVENT_READ, (back, None))
                poll.register(back, selectors.EVENT_READ,
                              (client, FromServer()))
                continue
            other, parser = key.data
            try:
                data = key.fileobj.recv(65536)
                passed = parser.feed(data) if parser else data
                if data:
                    other.sendall(passed)
            except OSError:
                data = b""
            if not data:
                for end in (key.fileobj, other):
                    poll.unregister(end)
                    end.close()
                break


main(*sys.argv[1:])
