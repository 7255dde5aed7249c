# SPDX-License-Identifier: Apache-2.0
"""Somebody's way with the second step through some months: first sign-in by
mail, an app, trust, campus, a recovery code, a lost phone (the requirements
that cite 002, one after the other)."""
import subprocess

import pyotp
import pytest

from test_second_step import asking, mailed  # noqa: F401

MINUTE = 1 / 1440


class Walker:
    """One person in a browser of their own."""

    def __init__(self, stack, window, login):
        self.stack, self.window, self.login = stack, window, login

    def wait_for_page(self, selector):
        self.window.wait_for(lambda: self.window.has(selector))

    def password_for(self, application):
        """The application's own session is over: it keeps the true time."""
        driver = self.window.driver
        for cookie in driver.execute_cdp_cmd(
                "Network.getAllCookies", {})["cookies"]:
            if not cookie["name"].startswith("__Host-"):
                driver.execute_cdp_cmd("Network.deleteCookies", {
                    key: cookie[key] for key in ("name", "domain", "path")})
        self.window.open(application)
        self.window.sign_in(self.login)

    def is_in(self, application):
        self.window.wait_for(lambda: self.window.address == application)
        assert self.window.find("#user").text == self.login

    def type_code(self, code, trust=False):
        self.wait_for_page("input[name=code]")
        self.window.find("input[name=code]").send_keys(code)
        if trust:
            self.window.click("input[name=trust]")
        self.window.click("main form button")

    def put_off(self):
        """An app is offered on the way in."""
        self.wait_for_page("button[value=later]")
        self.window.click("button[value=later]")

    def mailed_code(self, reader, before=None):
        address = f"{self.login}@home.example"
        reader.wait_for(lambda: mailed(reader, self.stack, address)
                        not in (None, before))
        return mailed(reader, self.stack, address)

    def sign_out(self):
        self.window.open(f"{self.stack.cas}/logout")

    def scan(self, tmp_path):
        """What a camera reads from the picture of the page."""
        picture = tmp_path / "qr.png"
        picture.write_bytes(
            self.window.find("svg.qr-code").screenshot_as_png)
        read = subprocess.run(
            ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable",
             picture], check=True, capture_output=True, text=True)
        return read.stdout.strip()

    def set_up(self, tmp_path):
        """By the QR code; returns (app, recovery codes)."""
        self.wait_for_page("svg.qr-code")
        app = pyotp.parse_uri(self.scan(tmp_path))
        shown = self.window.find("#key").text.replace(" ", "")
        assert app.secret == shown
        self.type_code(app.at(self.stack.now()))
        self.wait_for_page("#codes")
        return app, [code.text for code in
                     self.window.driver.find_elements(
                         "css selector", "#codes code")]


@pytest.mark.parametrize("script,login", [(True, "erin"), (False, "farid")])
def test_a_walk(asking, open_browser, tmp_path, script, login):  # noqa: F811
    stack = asking
    stack.move_clock(0)
    stack.add_person(login)
    reader = open_browser()
    walker = Walker(stack, open_browser(script=script), login)
    window = walker.window
    try:
        # First sign-in: a code by mail, nothing else is there yet.
        walker.password_for(stack.courses)
        walker.type_code(walker.mailed_code(reader))
        walker.put_off()
        walker.is_in(stack.courses)
        # An app, from the dashboard.
        window.open(f"{stack.cas}/")
        window.click("section[aria-labelledby=generator] a.button")
        app, codes = walker.set_up(tmp_path)
        assert len(codes) == 5
        assert window.find("button[data-print]").is_displayed() == script
        window.click("main p a.button")
        walker.wait_for_page("section[aria-labelledby=generator] .row")
        # From now on the app confirms; this browser is trusted.
        walker.sign_out()
        stack.move_clock(2 * MINUTE)
        walker.password_for(stack.library)
        walker.type_code(app.at(stack.now()), trust=True)
        walker.is_in(stack.library)
        # 29 days later no question, 31 days later one.
        stack.move_clock(29)
        walker.password_for(stack.courses)
        walker.is_in(stack.courses)
        stack.move_clock(31)
        walker.password_for(stack.library)
        walker.wait_for_page("input[name=code]")
        # The phone is not at hand: a recovery code.
        walker.type_code(codes[1].lower())
        walker.put_off()
        walker.is_in(stack.library)
        # On campus another browser is not asked.
        other = Walker(stack, open_browser(script=script), login)
        stack.portillon("zone", "set", "campus", "--label", "Campus",
                        "--prefix", "192.0.2.0/24", "--no-code")
        other.window.come_from("192.0.2.7")
        other.password_for(stack.library)
        other.is_in(stack.library)
        other.window.open(f"{stack.cas}/")
        other.wait_for_page("#sessions")
        stack.portillon("zone", "remove", "campus")
        # The phone is lost: everything ends, and the new one is set up.
        window.open(f"{stack.cas}/lost-phone")
        window.click("button.danger")
        fresh, new_codes = walker.set_up(tmp_path)
        assert fresh.secret != app.secret
        assert not set(codes) & set(new_codes)
        other.window.open(f"{stack.cas}/")
        assert other.window.asks_for_password()
        # Forgotten elsewhere, ended from here.
        stack.move_clock(31 + 2 * MINUTE)
        other.window.sign_in(login)
        other.type_code(fresh.at(stack.now()))
        other.wait_for_page("#sessions")
        window.open(f"{stack.cas}/")
        window.click("section[aria-labelledby=sessions] .row form button")
        walker.wait_for_page("#notice")
        other.window.open(f"{stack.cas}/")
        assert other.window.asks_for_password()
        assert window.complaints() == []
    finally:
        stack.move_clock(0)
