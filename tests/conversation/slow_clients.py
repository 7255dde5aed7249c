# SPDX-License-Identifier: Apache-2.0
"""Clients that take their time, each kind in its own way, and when the server
has had enough of them."""
import select
import socket
import ssl
import time

HEAD = b"GET /cas/login HTTP/1.1\r\nHost: localhost\r\n"
POST_HEAD = (b"POST /cas/login HTTP/1.1\r\nHost: localhost\r\n"
             b"Content-Type: application/x-www-form-urlencoded\r\n"
             b"Content-Length: 60000\r\n\r\n")
ENDLESS_HEAD = b"X-Slow: " + b"a" * 4000
ENDLESS_BODY = b"username=" + b"a" * 4000
ROUND = 0.25  # seconds between two looks at everybody


def client_hello():
    """The first bytes of a TLS handshake."""
    sent = ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    handshake = context.wrap_bio(ssl.MemoryBIO(), sent)
    try:
        handshake.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return sent.read()


class SlowClient:
    """Sends `first` at once and of `trickle` one byte every `pace` seconds;
    reads unless it is deaf.  `deadline`: seconds after which it must be let
    go, counted from the start."""

    def __init__(self, place, kind, number):
        self.kind = kind
        self.first, self.trickle = kind.first, kind.trickle
        self.place = 0
        # Four clients to an address: no cap but the deadlines is asked here.
        address = f"127.1.{number // 1000}.{number // 4 % 250 + 1}"
        self.link = socket.socket()
        if kind.deaf:
            self.link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
        self.link.bind((address, 0))
        self.link.settimeout(10)
        self.link.connect(("127.0.0.1", place.port))
        if kind.handshake:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            self.link = context.wrap_socket(self.link)
        self.began = time.monotonic()
        self.ended = None
        self.heard = b""
        self.link.setblocking(False)
        self.send(self.first)

    def send(self, data):
        try:
            self.link.send(data)
        except (BlockingIOError, ssl.SSLWantWriteError):
            pass
        except OSError:
            self.end()

    def look(self):
        """One more byte if it is time, and whether the server has gone."""
        if self.ended is not None:
            return
        due = (time.monotonic() - self.began) / self.kind.pace
        if self.trickle and self.place < due:
            self.send(self.trickle[self.place:self.place + 1])
            self.place += 1
        if self.kind.deaf:
            poll = select.poll()
            poll.register(self.link, 0)  # reset or hung up
            if poll.poll(0):
                self.end()
            return
        try:
            data = self.link.recv(65536)
            self.heard += data
            if not data:
                self.end()
        except (BlockingIOError, ssl.SSLWantReadError):
            pass
        except OSError:
            self.end()

    def end(self):
        if self.ended is None:
            self.ended = time.monotonic() - self.began
            self.link.close()


class Kind:
    def __init__(self, name, deadline, **how):
        self.name = name
        self.deadline = deadline
        self.plain = how.get("plain", False)
        self.handshake = how.get("handshake", False)
        self.first = how.get("first", b"")
        self.trickle = how.get("trickle", b"")
        self.pace = how.get("pace", 0.5)
        self.deaf = how.get("deaf", False)


def kinds():
    hello = client_hello()
    return [
        Kind("silent before TLS", 5),
        Kind("half a hello", 5, first=hello[:3], trickle=hello[3:]),
        Kind("a hello and no more", 5, first=hello),
        Kind("idle after TLS", 15, handshake=True),
        Kind("slow head over TLS", 10, handshake=True, first=HEAD,
             trickle=ENDLESS_HEAD),
        Kind("slow body over TLS", 15, handshake=True, first=POST_HEAD,
             trickle=ENDLESS_BODY),
        Kind("idle", 15, plain=True),
        Kind("slow head", 10, plain=True, first=HEAD, trickle=ENDLESS_HEAD),
        Kind("slow body", 15, plain=True, first=POST_HEAD,
             trickle=ENDLESS_BODY),
        Kind("never reads", 30, plain=True, deaf=True,
             first=(HEAD + b"\r\n") * 1500),
    ]


def look_at_all(clients, meanwhile):
    """Until the server has let all of them go; `meanwhile` is called now and
    then."""
    end = time.monotonic() + 60
    while any(one.ended is None for one in clients):
        assert time.monotonic() < end, "some are still connected: " + str(
            {one.kind.name for one in clients if one.ended is None})
        before = time.monotonic()
        for one in clients:
            one.look()
        meanwhile()
        time.sleep(max(0, ROUND - (time.monotonic() - before)))
