# SPDX-License-Identifier: Apache-2.0
"""The page of sign-out tells applications through Chromium (row D20), without a
script, and waits for none of them."""
import base64
import http.server
import ssl
import threading
import urllib.parse
import xml.etree.ElementTree as tree
import zlib

import pytest

import axe
from test_access import broken_words, cut_off, enlarge_text, space_text
from test_way import user_of

INDEX = "{urn:oasis:names:tc:SAML:2.0:protocol}SessionIndex"


class Answers(http.server.BaseHTTPRequestHandler):
    """Writes down who asked for what, and may keep the answer to itself."""

    def do_GET(self):  # pylint: disable=invalid-name
        self.server.heard.append((self.path, self.headers))
        if "logoutRequest" in self.path:
            self.server.may_answer.wait()
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Application(http.server.ThreadingHTTPServer):
    """A registered application with https that a browser tells."""
    daemon_threads = True

    def __init__(self, stack, name):
        super().__init__(("127.0.0.1", 0), Answers)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(stack.folder / "tls/localhost.crt",
                                stack.folder / "tls/localhost.key")
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.stack, self.name, self.heard = stack, name, []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.url = f"https://localhost:{self.server_port}/cb"
        threading.Thread(target=self.serve_forever, daemon=True).start()
        words = stack.portillon("service", "add", "--name", name, self.url)
        number = words.split("service ")[1].split(":")[0]
        stack.portillon("service", "set", number, "--logout", "front")

    def tickets(self):
        """Of those sessions that it was told of."""
        found = []
        for path, headers in self.heard:
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(path).query)
            if "logoutRequest" in query:
                assert headers["Referer"] is None
                xml = zlib.decompress(
                    base64.b64decode(query["logoutRequest"][0]))
                found.append(tree.fromstring(xml).find(INDEX).text)
        return found

    def enter(self, window):
        """Somebody goes there, by single sign-on or by password; the ticket
        that it redeemed."""
        window.open(f"{self.stack.cas}/login?" +
                    urllib.parse.urlencode({"service": self.url}))
        window.wait_for(lambda: window.asks_for_password() or
                        window.address.startswith(self.url))
        if window.asks_for_password():
            window.sign_in("bob")
            window.wait_for(lambda: window.address.startswith(self.url))
        (ticket,) = urllib.parse.parse_qs(
            urllib.parse.urlsplit(window.address).query)["ticket"]
        assert user_of(self.stack, ticket, self.url) == "yes\nbob\n"
        return ticket

    def close(self):
        self.may_answer.set()
        self.shutdown()
        self.server_close()


@pytest.fixture
def applications(stack):
    made = [Application(stack, "Timetable"), Application(stack, "Hangs")]
    yield made
    for one in made:
        one.close()


@pytest.mark.parametrize("script", [True, False])
def test_D20_chromium_tells_them(stack, open_browser, applications, script):
    """One that hangs hides nothing; a click tells again, as its own page."""
    window = open_browser(script=script, whole=False)
    good, hangs = applications
    tickets = [one.enter(window) for one in applications]
    hangs.may_answer.clear()
    window.open(f"{stack.cas}/logout")
    window.wait_for(lambda: hangs.tickets() == tickets[1:])
    window.wait_for(lambda: good.tickets() == tickets[:1])
    assert window.find("[role=status]").is_displayed()
    assert "You are signed out" in window.find("main").text
    assert [part.text for part in window.driver.find_elements(
        "css selector", ".told .event")] == ["Hangs", "Timetable"]
    window.click(f".told a[href^='{good.url}']")
    window.wait_for(lambda: good.tickets() == tickets[:1] * 2)
    # A window also asks for the icon of a site.
    told = [headers["Sec-Fetch-Dest"] for path, headers in good.heard
            if "logoutRequest" in path]
    assert told[-1] in (None, "document")
    window.driver.switch_to.window(window.driver.window_handles[0])
    window.open(f"{stack.cas}/login")
    window.wait_for(window.asks_for_password)
    assert window.complaints() == []


@pytest.mark.parametrize("language, scheme", [
    ("en", "dark"), ("fr", "light"), ("nl", "light")])
def test_D20_everybody_can_use_the_page(stack, open_browser, applications,
                                        language, scheme):
    """What axe-core finds; at 320 pixels nothing scrolls sideways or breaks,
    with spread letters and text of double size too."""
    window = open_browser(language=language)
    window.prefer(prefers_color_scheme=scheme)
    for one in applications:
        one.enter(window)
    window.open(f"{stack.cas}/logout?" + urllib.parse.urlencode(
        {"service": applications[0].url}))
    assert window.has(".told") and "Timetable" in window.find(".button").text
    for width in (1200, 320):
        window.pretend_phone(width)
        assert axe.findings(window.driver) == {}, width
        assert broken_words(window) == [], width
    for change in (None, space_text, enlarge_text):
        if change:
            change(window)
        assert window.overflows() <= 0, change
        assert cut_off(window) == [], change
