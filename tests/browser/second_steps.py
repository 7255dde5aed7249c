# SPDX-License-Identifier: Apache-2.0
"""A walk through every page of the second step, errors included."""
import pyotp

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
    yield from with_the_app(walker)
    stack.move_clock(0)
