#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Stands between the store and PostgreSQL and does what networks do.

    network.py SERVER_SOCKET

Listens on a port of 127.0.0.1, which it prints, and passes everything on.  Each
line on its standard input is a command, answered with "ok" once it holds:

    mixup         the next row that passes gets another number in its first
                  column, as if it were somebody else's
    stall         nothing passes any more, no connection is taken
    go            all goes on
    cut WHO N HOW after N more bytes from WHO (client, server), counted over all
                  connections, the one that carries the last of them ends HOW:
                  reset, close, or half (only what the server sends ends; it
                  still hears what it is told)
    reset         all connections are reset
"""
import os
import selectors
import socket
import struct
import sys

ROW = ord("D")
HEADER = 5  # type, length
ECHO_END = HEADER + 2 + 4 + 8  # count of columns, length of the first, bigint


class Network:
    def __init__(self, server):
        self.server = server
        self.poll = selectors.DefaultSelector()
        self.door = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.pairs = {}  # an end -> the other end
        self.clients = set()
        self.pending = {}  # server end -> bytes of a message not yet whole
        self.mixup = False
        self.stalled = False
        self.cut = None  # (who, bytes left, how)
        self.poll.register(self.door, selectors.EVENT_READ)
        self.poll.register(sys.stdin, selectors.EVENT_READ)

    def run(self):
        print(self.door.getsockname()[1], flush=True)
        while True:
            for key, _ in self.poll.select():
                if key.fileobj is sys.stdin:
                    self.listen_to_tester()
                elif self.stalled:
                    continue  # it was ready before the tester spoke
                elif key.fileobj is self.door:
                    self.accept()
                elif key.fileobj in self.pairs:
                    self.pass_on(key.fileobj)

    # What passes

    def accept(self):
        client, _ = self.door.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        back = socket.socket(socket.AF_UNIX)
        try:
            back.connect(self.server)
        except OSError:
            client.close()
            return
        self.clients.add(client)
        self.pending[back] = bytearray()
        for one, other in ((client, back), (back, client)):
            self.pairs[one] = other
            self.poll.register(one, selectors.EVENT_READ)

    def pass_on(self, end):
        try:
            data = end.recv(65536)
        except OSError:
            data = b""
        if not data:
            self.end(end, "close")
            return
        from_client = end in self.clients
        if not from_client:
            data = self.whole_messages(end, data)
        how = None
        if self.cut and self.cut[0] == ("client" if from_client else "server"):
            data, how = self.counted(data)
        try:
            self.pairs[end].sendall(data)
        except OSError:
            how = "close"
        if how:
            self.end(end, how)

    def counted(self, data):
        who, left, how = self.cut
        if len(data) < left:
            self.cut = (who, left - len(data), how)
            return data, None
        self.cut = None
        return data[:left], how

    def whole_messages(self, end, data):
        """Only while a row is looked for: otherwise bytes pass as they come."""
        pending = self.pending[end]
        pending += data
        out = bytearray()
        while self.mixup and len(pending) >= HEADER:
            size = 1 + int.from_bytes(pending[1:5], "big")
            if len(pending) < size:
                break
            message = pending[:size]
            del pending[:size]
            if message[0] == ROW and size >= ECHO_END:
                message[ECHO_END - 1] ^= 1
                self.mixup = False
            out += message
        if not self.mixup:
            out += pending
            pending.clear()
        return bytes(out)

    def end(self, end, how):
        client = end if end in self.clients else self.pairs[end]
        if how == "half":
            self.poll.unregister(self.pairs[client])
            client.shutdown(socket.SHUT_WR)
            return
        if how == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                              struct.pack("ii", 1, 0))
        for one in (client, self.pairs[client]):
            if one in self.poll.get_map():
                self.poll.unregister(one)
            self.pending.pop(one, None)
            del self.pairs[one]
            one.close()
        self.clients.discard(client)

    # What the tester says

    def listen_to_tester(self):
        command = sys.stdin.readline().split()
        if not command:
            sys.exit(0)
        if command[0] == "mixup":
            self.mixup = True
        elif command[0] == "stall":
            self.watch(False)
        elif command[0] == "go":
            self.watch(True)
        elif command[0] == "cut":
            self.cut = (command[1], int(command[2]), command[3])
        elif command[0] == "reset":
            for client in list(self.clients):
                self.end(client, "reset")
        print("ok", flush=True)

    def watch(self, wanted):
        if self.stalled != wanted:
            return
        self.stalled = not wanted
        for one in (self.door, *self.pairs):
            if wanted:
                self.poll.register(one, selectors.EVENT_READ)
            elif one in self.poll.get_map():
                self.poll.unregister(one)


sys.stdin = os.fdopen(0, "r", buffering=1)
Network(*sys.argv[1:]).run()
