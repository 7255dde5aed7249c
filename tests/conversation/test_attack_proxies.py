# SPDX-License-Identifier: Apache-2.0
"""haproxy and nginx in front, as they stand in front of real installations.
Row T025 of the attack catalogue: what a proxy takes for one request is one
request here, or none."""
import concurrent.futures
import re
import shutil
import socket
import subprocess
import time

import pytest

import crooked
from browser import Broken, read_answer, send_raw
from crooked import post, request
from installation import free_port, wait_until
from metrics import metrics, total

LAST = (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
        b"Connection: close\r\n\r\n")

NGINX = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 512; }}
http {{
    log_format forwarded '$upstream_status';
    access_log {folder}/forwarded forwarded;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream portillon {{
        server 127.0.0.1:{backend};
        keepalive 4;
    }}
    server {{
        listen 127.0.0.1:{port};
        ignore_invalid_headers {strict};
        underscores_in_headers on;
        location / {{
            proxy_pass http://portillon;
            proxy_http_version 1.1;
            proxy_request_buffering {strict};
            proxy_next_upstream off;
            proxy_set_header Host $http_host;
            proxy_set_header Connection "";
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }}
    }}
}}
"""

HAPROXY = """\
global
    maxconn 512
    log stdout format raw local0
defaults
    mode http
    log global
    log-format "%s %ST"
    option http-keep-alive
    option forwardfor
    http-reuse always
    retries 0
    timeout client 10s
    timeout server 10s
    timeout connect 5s
frontend front
    bind 127.0.0.1:{port}
    {option}
    default_backend portillon
backend portillon
    server one 127.0.0.1:{backend}
"""


class Proxy:
    def __init__(self, place, kind, strict):
        self.kind = kind
        self.port = place.public_port
        self.folder = place.folder / f"proxy-{self.port}"
        self.folder.mkdir()
        self.forwarded = self.folder / "forwarded"
        option = "" if strict else "option accept-invalid-http-request"
        text = (NGINX if kind == "nginx" else HAPROXY).format(
            folder=self.folder, port=self.port, backend=place.port,
            option=option, strict="on" if strict else "off")
        (self.folder / "conf").write_text(text)
        for path in (self.folder, self.folder / "conf"):
            path.chmod(0o755)
            if place.prefix:
                shutil.chown(path, "postgres", "postgres")
        program = shutil.which(kind) or f"/usr/sbin/{kind}"
        command = [program, "-c", str(self.folder / "conf"), "-e",
                   str(self.folder / "nginx.log")] if kind == "nginx" else \
            [program, "-db", "-f", str(self.folder / "conf")]
        with open(self.folder / "out", "wb") as out:
            self.process = subprocess.Popen(
                [*place.prefix, *command], stdin=subprocess.DEVNULL,
                stdout=out, stderr=subprocess.STDOUT, cwd=self.folder)
        wait_until(f"{kind} answers", self.answers)

    def answers(self):
        assert self.process.poll() is None, \
            (self.folder / "out").read_text()
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def requests(self):
        """How many it has handed on, attempts that failed included."""
        if self.kind == "nginx":
            text = self.forwarded.read_text() if self.forwarded.exists() \
                else ""
            return len(re.findall(r"[0-9]{3}", text))
        return len(re.findall(r"(?m)^one ",
                              (self.folder / "out").read_text()))

    def end(self):
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture(params=["haproxy", "haproxy lenient", "nginx",
                        "nginx lenient"])
def proxied(request, another_server):
    """A server behind a proxy: (server, proxy)."""
    kind, _, lenient = request.param.partition(" ")
    public_port = free_port()
    place = another_server(plain=True, public_port=public_port,
                           trusted_proxies="127.0.0.1")
    place.public_port = public_port
    proxy = Proxy(place, kind, not lenient)
    yield place, proxy
    proxy.end()


def taken(place):
    """How many requests the server has read, or refused."""
    counted = metrics(place)
    return total(counted, "portillon_requests_total") + \
        total(counted, "portillon_heads_refused_total")


class Behind:
    """Where send_raw() is to connect to."""

    def __init__(self, port):
        self.port = port


def send_all(proxy, requests):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for _ in pool.map(lambda data: send_raw(
                Behind(proxy.port), data, tls=False, wait=1.0), requests):
            pass


def hidden_requests():
    """What a lenient reader could take for more than one."""
    inner = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for data in crooked.EVERY_ROW:
        yield data + LAST
    for value in (b"%d" % len(inner), b"0", b"+%d" % len(inner)):
        yield post(b"Content-Length: " + value, body=inner) + LAST
        yield request(b"Content-Length: " + value) + inner + LAST
        yield post(b"Content-Length: " + value, crooked.CHUNKED,
                   body=b"0\r\n\r\n" + inner) + LAST
    yield post(crooked.CHUNKED, body=b"%x\r\n" % len(inner) + inner +
               b"\r\n0\r\n\r\n") + LAST
    yield request(b"Upgrade: websocket", b"Connection: upgrade") + inner + LAST
    yield request(b"Expect: 100-continue", b"Content-Length: %d" % len(inner)) \
        + inner + LAST
    yield request(b"Connection: Content-Length, close",
                  b"Content-Length: %d" % len(inner)) + inner + LAST


def test_T025_as_many_requests_behind_a_proxy_as_before_it(proxied):
    place, proxy = proxied
    before = proxy.requests(), taken(place)
    send_all(proxy, list(hidden_requests()))

    def agree():
        return proxy.requests() - before[0] == taken(place) - before[1]

    wait_until("both count the same", agree)
    time.sleep(0.3)
    assert agree()
    assert taken(place) - before[1] > 20  # a good part has come through
    # The connections between the two are not out of step.
    for number in range(40):
        received = send_raw(Behind(proxy.port), request(
            b"Connection: close", path=b"/after-%d" % number), tls=False)
        assert received.startswith(b"HTTP/1.1 404 "), received[:100]
    assert 'path="/after-39"' in place.log()


def test_T025_many_requests_on_one_connection_stay_in_order(proxied):
    place, proxy = proxied
    mark = taken(place)
    with socket.create_connection(("127.0.0.1", proxy.port), 10) as link:
        stream = link.makefile("rb")
        for number in range(30):
            path = b"/healthz" if number % 3 else b"/cas/login"
            link.sendall(request(path=path))
            try:
                answer = read_answer(stream)
            except Broken:
                pytest.fail(f"request {number} was not answered")
            assert answer.status == 200
            assert (answer.form is not None) == (number % 3 == 0)
    assert taken(place) - mark == 30


def test_T025_the_client_is_who_the_nearest_proxy_saw(proxied):
    """Not who the client claims to be."""
    place, proxy = proxied
    mark = place.log_size()
    with socket.socket() as link:
        link.bind(("127.0.5.1", 0))
        link.settimeout(10)
        link.connect(("127.0.0.1", proxy.port))
        link.sendall(request(b"X-Forwarded-For: 192.0.2.66",
                             b"Forwarded: for=192.0.2.67",
                             b"X-Real-IP: 192.0.2.68",
                             b"Connection: close"))
        assert link.recv(65536).startswith(b"HTTP/1.1 200 ")
    wait_until("the line", lambda: 'event="access"' in place.log(mark))
    assert 'client="127.0.5.1"' in place.log(mark)
    assert "192.0.2." not in place.log(mark)
