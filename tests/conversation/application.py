# SPDX-License-Identifier: Apache-2.0
"""Applications for tests that are called by the server: they listen, write down
every byte, and answer as told, or behave as badly as anybody may."""
import asyncio
import re
import socket
import ssl
import threading
import urllib.parse
from dataclasses import dataclass

FINE = (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
        b"ok")
READ_AT_ONCE = 65536


def says(status, *fields):
    """An answer without a body."""
    lines = [f"HTTP/1.1 {status} Whatever", *fields, "Content-Length: 0",
             "", ""]
    return "\r\n".join(lines).encode()


@dataclass
class Heard:
    """One request as it came."""
    first: bytes  # what the first read gave
    line: str
    fields: dict  # names in lower case
    body: bytes

    @property
    def xml(self):
        """What stands in the form's one parameter."""
        pairs = urllib.parse.parse_qsl(self.body.decode("ascii"),
                                       keep_blank_values=True,
                                       strict_parsing=True)
        ((name, value),) = pairs
        assert name == "logoutRequest"
        return value


class Application:
    """Listens; `heard` are the requests that came.

    `answer` is what it says: bytes, or a function of the connection, which may
    do anything.
    """

    def __init__(self, certificate=None, key=None, address="127.0.0.1",
                 port=0):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.answer = FINE
        self.heard = []
        self.tls = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate, key)
        self.listener = socket.create_server((address, port), family=family,
                                             backlog=256)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.listen, daemon=True).start()

    def url(self, path="/cb", host="127.0.0.1"):
        return f"http{'s' if self.tls else ''}://{host}:{self.port}{path}"

    def listen(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self.serve, args=(plain,),
                             daemon=True).start()

    def serve(self, plain):
        plain.settimeout(60)
        with plain:
            try:
                link = self.tls.wrap_socket(plain, server_side=True) \
                    if self.tls else plain
                with link:
                    self.converse(link)
            except OSError:
                pass  # they hung up

    def converse(self, link):
        first = data = link.recv(READ_AT_ONCE)
        while b"\r\n\r\n" not in data:
            data += self.more(link)
        head, _, body = data.partition(b"\r\n\r\n")
        line, *rest = head.decode("latin-1").split("\r\n")
        pairs = [field.split(":", 1) for field in rest]
        fields = {name.lower(): value.strip() for name, value in pairs}
        assert len(fields) == len(pairs), head
        while len(body) < int(fields.get("content-length", 0)):
            body += self.more(link)
        self.heard.append(Heard(first, line, fields, body))
        if callable(self.answer):
            self.answer(link)
        else:
            link.sendall(self.answer)

    def more(self, link):
        part = link.recv(READ_AT_ONCE)
        if not part:
            raise OSError("closed in between")
        return part

    def close(self):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)  # accept() ends
        except OSError:
            pass  # it is closed already
        self.listener.close()


class BlackHole:
    """A port at which nothing answers a SYN: its queue is full for ever."""

    def __init__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.port = self.listener.getsockname()[1]
        self.stuffing = []
        for _ in range(4):
            link = socket.socket()
            link.setblocking(False)
            link.connect_ex(("127.0.0.1", self.port))
            self.stuffing.append(link)

    def url(self, path="/cb"):
        return f"http://127.0.0.1:{self.port}{path}"

    def close(self):
        for link in [self.listener, *self.stuffing]:
            link.close()


class Crowd:
    """Many applications, each at a port of its own, that one thread plays.

    They keep every answer to themselves until `begin()`, and then think, the
    last of them for `thinks` seconds; those whose port is in `silent` never
    answer.  `heard` are the bodies that came, by port, and `most` the calls at
    one time.
    """

    def __init__(self, count, thinks=0):
        self.thinks = thinks
        self.silent = set()
        self.heard = {}
        self.answered = self.calls = self.most = 0
        self.loop = asyncio.new_event_loop()
        self.begun = asyncio.Event()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.servers = self.wait_for(self.listen(count))
        self.ports = [server.sockets[0].getsockname()[1]
                      for server in self.servers]

    def wait_for(self, task):
        return asyncio.run_coroutine_threadsafe(task, self.loop).result(60)

    async def listen(self, count):
        return [await asyncio.start_server(self.serve, "127.0.0.1", 0)
                for _ in range(count)]

    def begin(self):
        self.loop.call_soon_threadsafe(self.begun.set)

    async def serve(self, reader, writer):
        self.calls += 1
        self.most = max(self.most, self.calls)
        try:
            await self.converse(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # they hung up
        finally:
            self.calls -= 1
            writer.close()

    async def converse(self, reader, writer):
        port = writer.get_extra_info("sockname")[1]
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: ([0-9]+)\r\n", head)
        body = await reader.readexactly(int(length[1]))
        self.heard.setdefault(port, []).append(body)
        if port in self.silent:
            await reader.read()  # until they hang up
            return
        await self.begun.wait()
        turn = self.ports.index(port) + 1
        await asyncio.sleep(self.thinks * turn / len(self.ports))
        self.answered += 1
        writer.write(FINE)
        await writer.drain()

    def urls(self, path="/cb"):
        return [f"http://127.0.0.1:{port}{path}" for port in self.ports]

    async def end(self):
        for server in self.servers:
            server.close()

    def close(self):
        self.wait_for(self.end())
        self.loop.call_soon_threadsafe(self.loop.stop)
