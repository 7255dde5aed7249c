# SPDX-License-Identifier: Apache-2.0
"""Connections on which nothing is asked: what they cost in memory (W8), and
what the start of the server takes (W9).

Each connection has had one answer, as those of browsers and applications have
that are kept for the next request.
"""
import pathlib
import resource
import socket
import ssl
import time

from stack import Failed, wait_until

REQUEST = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n"
ASK_EVERY = 6  # seconds; the server waits 15
ASK_AT_ONCE = 100
BETWEEN = 0.001  # seconds between two looks at a server that starts
SLOWEST = 30


def descriptors_wanted(count):
    """Lets this process have so many descriptors, if the system does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        raise Failed(f"this needs {count} descriptors, and the system gives "
                     f"{hard}: see ulimit -Hn")
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))


class IdleConnections:
    """With `context`, over TLS.  Opens them on entry, closes them on exit.
    The server closes what is idle for 15 seconds, so those that were opened
    first ask again while the others are being opened."""

    def __init__(self, port, count, context=None):
        self.port = port
        self.count = count
        self.context = context
        self.links = []
        self.asked = 0  # when all were

    def __enter__(self):
        descriptors_wanted(self.count + 100)
        self.asked = time.monotonic()
        try:
            while len(self.links) < self.count:
                self.links.append(self._open())
                if time.monotonic() > self.asked + ASK_EVERY:
                    self.ask()
            self.ask()
        except OSError as fault:
            opened = len(self.links)
            self.__exit__()
            raise Failed(f"after {opened} idle connections: {fault}") \
                from fault
        return self

    def _open(self):
        link = socket.create_connection(("127.0.0.1", self.port), 10)
        if self.context is not None:
            link = self.context.wrap_socket(link, server_hostname="127.0.0.1")
        return link

    def ask(self):
        """One request on each: none has been closed."""
        self.asked = time.monotonic()
        for first in range(0, len(self.links), ASK_AT_ONCE):
            some = self.links[first:first + ASK_AT_ONCE]
            for link in some:
                link.sendall(REQUEST)
            for link in some:
                if not link.recv(65536).startswith(OK):
                    raise OSError("no answer")

    def __exit__(self, *_):
        for link in self.links:
            link.close()
        self.links = []


def tls_context():
    """For a server whose certificate nobody vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def memory(pid):
    """KiB that the process holds now."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise Failed(f"process {pid} has ended")


def memory_of_each(pid, port, count, context=None):
    """KiB that one idle connection costs a gate that has just started.  One
    is opened and closed before, for what is made once."""
    with IdleConnections(port, 1, context):
        pass
    before = memory(pid)
    with IdleConnections(port, count, context):
        return (memory(pid) - before) / count


def answers_ready(port):
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as link:
            link.sendall(REQUEST.replace(b"/healthz", b"/ready"))
            return link.recv(65536).startswith(OK)
    except OSError:
        return False


def start_time(stack):
    """Seconds from the start of the program to its first 200."""
    stack.stop("server")
    began = time.monotonic()
    stack.launch_server()
    while not answers_ready(stack.ports["status"]):
        if time.monotonic() > began + SLOWEST:
            raise Failed("the server is not ready")
        time.sleep(BETWEEN)
    took = time.monotonic() - began
    wait_until("the server says that it is ready", stack.server_is_ready)
    return took
