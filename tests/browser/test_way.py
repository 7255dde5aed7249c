# SPDX-License-Identifier: Apache-2.0
"""The way from a session to an application, as Chromium takes it: a ticket that
is posted, with and without a script, and a click before each application; and
the boxes that ask for it, for everybody to use."""
import http.server
import os
import signal
import ssl
import threading
import urllib.parse
import urllib.request

import pytest

import axe
from pages import wish_to_be_asked
from test_access import broken_words, cut_off, enlarge_text, space_text

BOXES = """
[session]
warn_box = shown
long_term = 1209600
"""


class Application(http.server.BaseHTTPRequestHandler):
    """Takes a ticket by POST and leads on to a page of its own."""
    protocol_version = "HTTP/1.1"

    def answer(self, status, **fields):
        self.send_response(status)
        for name, value in {"Content-Length": "0", **fields}.items():
            self.send_header(name, value)
        self.end_headers()

    def do_POST(self):  # pylint: disable=invalid-name
        length = int(self.headers["Content-Length"])
        self.server.posted.append(self.rfile.read(length).decode())
        self.answer(303, Location=f"http://127.0.0.1:"
                    f"{self.server.server_port}/in")

    def do_GET(self):  # pylint: disable=invalid-name
        self.answer(200)

    def log_message(self, *_):
        pass


@pytest.fixture
def application(stack):
    """A registered application: (its address, what was posted to it)."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Application)
    server.posted = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://localhost:{server.server_port}/cb"
    stack.portillon("service", "add", "--name", "Takes posts",
                    "--allow-http", url)
    yield url, server.posted
    server.shutdown()
    server.server_close()


def user_of(stack, ticket, service):
    """Whom the ticket stands for, as the application asks."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    asked = urllib.parse.urlencode({"ticket": ticket, "service": service})
    with urllib.request.urlopen(f"{stack.cas}/validate?{asked}",
                                context=context) as answer:
        return answer.read().decode()


@pytest.mark.parametrize("script", [True, False])
def test_A16_the_ticket_is_posted(stack, open_browser, application, script):
    """By itself, or by the button where scripts are off; the application may
    lead on to where it likes, also to another host."""
    url, posted = application
    window = open_browser(script=script)
    asked = urllib.parse.urlencode({"service": url, "method": "POST"})
    window.open(f"{stack.cas}/login?{asked}")
    window.sign_in("bob")
    if not script:
        window.wait_for(lambda: "Takes posts" in window.find("main").text)
        window.click("button[type=submit]")
    led_on = url.replace("localhost", "127.0.0.1").replace("/cb", "/in")
    window.wait_for(lambda: window.address == led_on)
    assert window.complaints() == []
    (body,) = posted
    fields = urllib.parse.parse_qs(body)
    assert fields.keys() == {"ticket"}
    assert user_of(stack, fields["ticket"][0], url) == "yes\nbob\n"


def test_B09_a_click_before_each_application(stack, open_browser):
    window = open_browser(script=True)
    window.open(f"{stack.cas}/login")
    wish_to_be_asked(window)
    with window.next_page():
        window.sign_in("bob")
    window.open(stack.courses)
    assert window.address.startswith(stack.cas)
    assert not window.asks_for_password()
    window.press("\ue007")  # Enter: the button has the focus
    window.wait_for(lambda: window.address == stack.courses)
    assert window.find("#user").text == "bob"
    assert window.complaints() == []


@pytest.fixture
def boxes(stack, open_browser):
    """The sign-in form asks for both wishes while the test runs."""
    config = stack.folder / "etc/portillon.ini"
    master = int(
        (stack.folder / "run/portillon.pid").read_text().split()[0])
    usual = config.read_text()
    window = open_browser()

    def shown():
        window.open(f"{stack.cas}/login")
        return window.has("#warn") and window.has("#stay")

    config.write_text(usual + BOXES)
    os.kill(master, signal.SIGHUP)
    window.wait_for(shown)
    yield
    config.write_text(usual)
    os.kill(master, signal.SIGHUP)
    window.wait_for(lambda: not shown())


def pages_on_the_way(window, stack, url):
    """From the boxes to the page that posts, whose script stays away."""
    window.driver.execute_cdp_cmd("Network.enable", {})
    window.driver.execute_cdp_cmd(
        "Network.setBlockedURLs", {"urls": ["*/portillon*.js"]})
    asked = urllib.parse.urlencode({"service": url, "method": "POST"})
    window.open(f"{stack.cas}/login?{asked}")
    assert window.has("#warn") and window.has("#stay")
    yield "boxes"
    window.click("#warn")
    window.click("#stay")
    with window.next_page():
        window.sign_in("bob", "wrong words")
    assert window.find("#warn").is_selected()
    assert window.find("#stay").is_selected()
    yield "boxes after a fault"
    with window.next_page():
        window.sign_in("bob")
    assert window.has("input[name=ticket]")
    yield "the page that posts"
    window.open(f"{stack.cas}/login?{asked}")
    assert window.find("form").get_attribute("action").endswith("/enter")
    yield "asked before an application"


@pytest.mark.parametrize("language, scheme", [
    ("en", "dark"), ("fr", "light"), ("nl", "light")])
def test_everybody_can_use_the_pages_on_the_way(
        stack, boxes, open_browser, application, language, scheme):
    """What axe-core finds, and that at 320 pixels nothing scrolls sideways or
    breaks, with spread letters and text of double size too."""
    window = open_browser(language=language)
    window.prefer(prefers_color_scheme=scheme)
    found = {}
    for name in pages_on_the_way(window, stack, application[0]):
        for width in (1200, 320):
            window.pretend_phone(width)
            if complaints := axe.findings(window.driver):
                found[name, width] = complaints
            assert broken_words(window) == [], (name, width)
        for change in (None, space_text, enlarge_text):
            if change:
                change(window)
            assert window.overflows() <= 0, (name, change)
            assert cut_off(window) == [], (name, change)
        window.driver.execute_script(
            "document.documentElement.style.fontSize = ''")
    assert found == {}
