# SPDX-License-Identifier: Apache-2.0
"""A walk through every page of the second step, errors included."""
import contextlib
import json

import pyotp

from conftest import ROOT
from test_walk import MINUTE, Walker


def wrong_code(walker, code):
    window = walker.window
    with window.next_page():
        walker.type_code(code)
    assert window.has("#problem")


def first_sign_in(walker, reader):
    window, stack = walker.window, walker.stack
    walker.password_for(stack.courses)
    walker.wait_for_page("input[name=code]")
    window.click("details.why summary")
    yield "code by mail"
    wrong_code(walker, "00000000")
    yield "wrong code"
    walker.type_code(walker.mailed_code(reader))
    walker.wait_for_page("button[value=later]")
    yield "an app is offered"
    window.click("button[value=now]")
    walker.wait_for_page("#key")
    yield "set-up on the way in"
    walker.put_off()
    walker.is_in(stack.courses)
    window.open(f"{stack.cas}/")
    yield "dashboard without an app"


def setting_up(walker):
    window, stack = walker.window, walker.stack
    window.open(f"{stack.cas}/generator")
    yield "set-up"
    wrong_code(walker, "000000")
    yield "set-up, wrong code"
    walker.app = pyotp.TOTP(window.find("#key").text.replace(" ", ""))
    walker.type_code(walker.app.at(stack.now()))
    walker.wait_for_page("#codes")
    yield "recovery codes"
    window.open(f"{stack.cas}/")
    yield "dashboard with an app"
    window.open(f"{stack.cas}/lost-phone")
    yield "lost phone"


@contextlib.contextmanager
def codes_alone(stack):
    """The university's policy, but codes may be replaced alone."""
    document = json.loads(
        (ROOT / "deploy/policies/university.json").read_text())
    document["profiles"]["community"]["recovery.regenerate"] = "alone"
    file = stack.folder / "alone.json"
    file.write_text(json.dumps(document))
    file.chmod(0o644)
    stack.portillon("policy", "apply", file)
    try:
        yield
    finally:
        stack.portillon("policy", "apply", "university")


def new_codes(walker):
    window, stack = walker.window, walker.stack
    with codes_alone(stack):
        window.open(f"{stack.cas}/")
        yield "dashboard with new codes"
        window.click("a[href$='/generator/codes']")
        yield "new codes"
        window.driver.execute_script(
            "document.querySelector('input[name=list]').value = '1'")
        with window.next_page():
            window.click("main form button")
        yield "new codes, made in another window"
        window.click("main form button")
        walker.wait_for_page("#codes")
        yield "new codes, shown"


def with_the_app(walker):
    window, stack = walker.window, walker.stack
    walker.sign_out()
    stack.move_clock(2 * MINUTE)
    walker.password_for(stack.library)
    walker.wait_for_page("input[name=code]")
    yield "code of the app"
    for _ in range(2):
        wrong_code(walker, "111111")
    yield "wrong code of the app"
    window.open(f"{stack.cas}/mfa/clock")
    yield "two codes in a row"
    window.open(f"{stack.cas}/mfa")
    walker.type_code(walker.app.at(stack.now()), trust=True)
    walker.is_in(stack.library)
    window.open(f"{stack.cas}/")
    window.click(".rename summary")
    yield "dashboard with a trusted browser"


def every_page(stack, window, reader, login):
    """Leads a window from page to page and yields the name of each."""
    stack.move_clock(0)
    stack.add_person(login)
    walker = Walker(stack, window, login)
    yield from first_sign_in(walker, reader)
    yield from setting_up(walker)
    yield from new_codes(walker)
    yield from with_the_app(walker)
    stack.move_clock(0)
