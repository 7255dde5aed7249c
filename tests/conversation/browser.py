# SPDX-License-Identifier: Apache-2.0
"""A browser without a window: keeps cookies, follows when told, reads forms.

Built on sockets and not on a library, so that a test sees the very bytes of an
answer, and can send bytes that no library would let it send.
"""
import html.parser
import re
import socket
import ssl
import urllib.parse
from dataclasses import dataclass, field

NEWLINE = b"\r\n"


class Broken(Exception):
    """The other side closed or spoke nonsense where an answer was due."""


class Refused(ConnectionError):
    """No connection came about, so no request was made."""


class Unanswered(Broken):
    """The other side closed without a byte: it may never have read the
    request."""


@dataclass
class Answer:
    status: int
    fields: list  # of (name in lower case, value)
    body: bytes
    url: str = ""
    method: str = "GET"

    def all(self, name):
        return [value for key, value in self.fields if key == name.lower()]

    def header(self, name):
        """The one field of this name, None if absent; twice is a fault."""
        values = self.all(name)
        assert len(values) <= 1, f"{name} stands {len(values)} times"
        return values[0] if values else None

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def location(self):
        return self.header("Location")

    @property
    def ticket(self):
        """The ticket in the query of Location, None without one."""
        if self.location is None:
            return None
        query = urllib.parse.urlsplit(self.location).query
        tickets = urllib.parse.parse_qs(query).get("ticket", [])
        assert len(tickets) <= 1, self.location
        return tickets[0] if tickets else None

    @property
    def form(self):
        return form_of(self.text)

    def cookies(self):
        """name -> (value, attributes with lower-case names)."""
        jar = {}
        for line in self.all("Set-Cookie"):
            first, *rest = [part.strip() for part in line.split(";")]
            name, _, value = first.partition("=")
            jar[name] = (value, {
                key.lower(): text for key, _, text in
                (part.partition("=") for part in rest)})
        return jar


@dataclass
class Form:
    action: str
    method: str
    fields: dict = field(default_factory=dict)
    types: dict = field(default_factory=dict)


class _FormReader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.form = None
        self.inside = False

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "form":
            self.inside = True
            self.form = Form(attributes.get("action", ""),
                             attributes.get("method", "get").lower())
        elif tag == "input" and self.inside and "name" in attributes:
            name = attributes["name"]
            self.form.types[name] = attributes.get("type", "text")
            if self.form.types[name] != "checkbox" or "checked" in attributes:
                self.form.fields[name] = attributes.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False


def form_of(page):
    """The page's form, None if it has none."""
    reader = _FormReader()
    reader.feed(page)
    return reader.form


def read_answer(stream, method="GET"):
    """One answer from a file-like stream of bytes."""
    try:
        line = stream.readline(65536)
    except ConnectionError as fault:
        raise Unanswered(str(fault)) from fault
    if not line:
        raise Unanswered("closed")
    match = re.fullmatch(rb"HTTP/1\.[01] ([0-9]{3}) [ -~]*\r\n", line)
    if not match:
        raise Broken(f"not a status line: {line[:80]!r}")
    status = int(match[1])
    fields = []
    while (line := stream.readline(65536)) != NEWLINE:
        if not line.endswith(NEWLINE):
            raise Broken(f"not a header line: {line[:80]!r}")
        name, colon, value = line[:-2].partition(b":")
        assert colon, line
        fields.append((name.decode("ascii").lower(),
                       value.strip().decode("latin-1")))
    if status == 100:
        return read_answer(stream, method)
    return Answer(status, fields, _read_body(stream, fields, status, method))


def _read_body(stream, fields, status, method):
    if method == "HEAD" or status in (204, 304):
        return b""
    lengths = [value for name, value in fields if name == "content-length"]
    assert len(lengths) == 1, "an answer without exactly one Content-Length"
    length = int(lengths[0])
    body = stream.read(length)
    if len(body) != length:
        raise Broken(f"{len(body)} bytes of {length}")
    return body


def query_of(params):
    """Pairs or a dict to a query string, every special character encoded."""
    pairs = params.items() if isinstance(params, dict) else params
    return "&".join(f"{key}={urllib.parse.quote(str(value), safe='')}"
                    for key, value in pairs)


class Browser:
    """Keeps a cookie jar and one connection."""

    def __init__(self, installation, language="en"):
        self.installation = installation
        self.host = f"localhost:{installation.port}"
        self.language = language
        self.jar = {}
        self.connection = None
        self.stream = None

    # Bytes

    def connect(self):
        context = self.installation.tls_context()
        try:
            plain = socket.create_connection(
                ("127.0.0.1", self.installation.port), timeout=30)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connection = context.wrap_socket(
                plain, server_hostname="localhost")
        except OSError as fault:
            raise Refused(str(fault)) from fault
        self.stream = self.connection.makefile("rb")

    def close(self):
        if self.connection is not None:
            self.stream.close()
            self.connection.close()
            self.connection = None

    def exchange(self, data, method):
        """Sends one request; a kept connection that had ended is opened
        anew."""
        for fresh in (self.connection is None, True):
            if fresh:
                self.close()
                self.connect()
            try:
                return self.exchange_once(data, method)
            except (Broken, ConnectionError, ssl.SSLError):
                self.close()
                if fresh:
                    raise

    def exchange_once(self, data, method):
        self.connection.sendall(data)
        answer = read_answer(self.stream, method)
        if (answer.header("Connection") or "").lower() == "close":
            self.close()
        return answer

    # Requests

    def request(self, method, path, params=None, body=None, headers=None):
        target = path if params is None else f"{path}?{query_of(params)}"
        fields = {"Host": self.host, "Accept-Language": self.language}
        if self.jar:
            fields["Cookie"] = "; ".join(
                f"{name}={value}" for name, value in self.jar.items())
        if body is not None:
            fields["Content-Type"] = "application/x-www-form-urlencoded"
            fields["Content-Length"] = str(len(body))
        fields.update(headers or {})
        lines = [f"{method} {target} HTTP/1.1",
                 *(f"{key}: {value}" for key, value in fields.items()
                   if value is not None)]
        data = "\r\n".join(lines).encode("utf-8") + NEWLINE * 2 + (body or b"")
        answer = self.exchange(data, method)
        answer.url = f"https://{self.host}{target}"
        answer.method = method
        self.keep_cookies(answer)
        return answer

    def keep_cookies(self, answer):
        for name, (value, attributes) in answer.cookies().items():
            if value == "" or attributes.get("max-age") == "0":
                self.jar.pop(name, None)
            else:
                self.jar[name] = value

    def get(self, path, params=None, headers=None):
        return self.request("GET", path, params, headers=headers)

    def post(self, path, fields, params=None, headers=None):
        body = fields if isinstance(fields, bytes) else \
            query_of(fields).encode()
        return self.request("POST", path, params, body, headers)

    def follow(self, answer):
        """Where a redirection to the sign-in server itself leads."""
        assert answer.location, f"{answer.status} without a Location"
        origin = f"https://{self.host}"
        where = answer.location
        assert where.startswith((origin, "/")), f"leads away: {where}"
        return self.get(where.removeprefix(origin))

    # The sign-in page

    def login_page(self, **params):
        return self.get("/cas/login", params or None)

    def submit(self, page, username, password, **changes):
        """Fills in and posts the form of a page; None drops a field."""
        form = page.form
        assert form is not None, f"no form on this page:\n{page.text}"
        fields = {**form.fields, "username": username, "password": password,
                  **changes}
        fields = {key: value for key, value in fields.items()
                  if value is not None}
        action = urllib.parse.urlsplit(
            urllib.parse.urljoin(page.url, form.action))
        path = action.path + (f"?{action.query}" if action.query else "")
        return self.post(path, fields)

    def sign_in(self, username, password, service=None, **params):
        """The answer to the form: a redirection if all went well."""
        if service is not None:
            params["service"] = service
        return self.submit(self.login_page(**params), username, password)

    def ticket_for(self, service, **params):
        """A ticket of the session that is there; no password is asked."""
        answer = self.login_page(service=service, **params)
        assert answer.status in (302, 303), (answer.status, answer.text)
        assert answer.ticket, answer.location
        return answer.ticket


def ask_status(installation, path, method="GET"):
    """One request to the status listener."""
    try:
        link = socket.create_connection(
            ("127.0.0.1", installation.status_port), timeout=30)
    except OSError as fault:
        raise Refused(str(fault)) from fault
    with link, link.makefile("rb") as stream:
        link.sendall(f"{method} {path} HTTP/1.1\r\nHost: status\r\n"
                     "Connection: close\r\n\r\n".encode("ascii"))
        return read_answer(stream, method)


def is_ready(installation):
    """The node says that it can sign people in."""
    try:
        return ask_status(installation, "/ready").status == 200
    except (OSError, Broken):
        return False


def all_gates_ready(installation):
    try:
        answer = ask_status(installation, "/ready")
    except (OSError, Broken):
        return False
    found = re.search(r"^gates_ready ([0-9]+) of ([0-9]+)$", answer.text,
                      re.M)
    return answer.status == 200 and found[1] == found[2]


def all_gates_answer(installation, path, jar=()):
    """200 on sixteen new connections in a row.  Which gate a connection gets is
    chance, so hardly any gate was left out.  For "/ready" the node is asked,
    which knows of all of them."""
    if path == "/ready":
        return all_gates_ready(installation)
    for _ in range(16):
        one = Browser(installation)
        one.jar.update(jar)
        try:
            if one.get(path).status != 200:
                return False
        except (OSError, Broken):
            return False
        finally:
            one.close()
    return True


def send_raw(installation, data, tls=True, wait=3.0):
    """Bytes out, bytes in until the other side closes or falls silent for
    `wait` seconds."""
    plain = socket.create_connection(("127.0.0.1", installation.port),
                                     timeout=wait)
    link = plain
    if tls:
        link = installation.tls_context().wrap_socket(
            plain, server_hostname="localhost")
    received = b""
    try:
        link.sendall(data)
        while chunk := link.recv(65536):
            received += chunk
    except (TimeoutError, ConnectionError, ssl.SSLError):
        pass
    finally:
        link.close()
    return received


def status_of(data):
    """The status number of the first answer among bytes, None without."""
    match = re.match(rb"HTTP/1\.[01] ([0-9]{3}) ", data)
    return int(match[1]) if match else None


def answers_in(data):
    """How many answers stand in the bytes."""
    return len(re.findall(rb"(?m)^HTTP/1\.[01] [0-9]{3} ", data))


__all__ = ["Answer", "Broken", "Browser", "Form", "Refused", "Unanswered",
           "all_gates_answer", "all_gates_ready", "answers_in", "ask_status",
           "form_of", "is_ready", "query_of", "read_answer", "send_raw",
           "status_of"]
