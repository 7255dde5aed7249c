# SPDX-License-Identifier: Apache-2.0
"""What a stranger does in the first minute, in a real browser."""
import pytest
from selenium.webdriver.common.keys import Keys


def test_sign_in_single_sign_on_and_sign_out(stack, open_browser):
    window = open_browser()
    window.open(stack.courses)
    assert window.address.startswith(stack.cas + "/login")
    assert window.asks_for_password()
    window.sign_in("chloe")
    window.wait_for(lambda: window.address == stack.courses)
    assert window.find("#user").text == "chloe"
    told = window.told()
    assert told["mail"] == ["chloe@example.org"]
    assert told["memberOf"] == ["staff", "library", "R&D <archives>"]
    assert told["office"] == ["Bâtiment <B> & annexe, 2ᵉ étage"]
    # The second application opens without asking.
    window.click("#other")
    window.wait_for(lambda: window.address == stack.library)
    assert window.find("#user").text == "chloe"
    # After signing out both ask again.
    window.click("#signout")
    window.wait_for(lambda: "/cas/logout" in window.address)
    assert "Signed out" in window.driver.title
    for application in (stack.courses, stack.library):
        window.open(application)
        assert window.address.startswith(stack.cas + "/login")
        assert window.asks_for_password()
    assert window.complaints() == []


def test_an_application_may_send_people_on_right_after_the_form(
        stack, open_browser):
    """The form's answer leads to one host and port, and that one leads on to
    another: no content security policy may stop the second hop."""
    window = open_browser()
    window.open(stack.onward)
    window.sign_in("alice")
    target = f"https://127.0.0.1:{stack.port + 2}/"
    window.wait_for(lambda: window.address == target)
    assert window.find("#user").text == "alice"
    assert window.complaints() == []


def test_the_console_would_tell_of_a_blocked_thing(stack, open_browser):
    """Else the two tests above would prove nothing."""
    window = open_browser()
    window.open(stack.cas + "/login")
    window.driver.execute_script(
        "document.body.setAttribute('style', 'color: red')")
    window.wait_for(lambda: any("Content Security Policy" in message
                                for message in window.complaints()))


def test_it_works_without_script(stack, open_browser):
    window = open_browser(script=False)
    window.open(stack.courses)
    window.sign_in("bob", "not the password")
    window.wait_for(lambda: window.has("#problem"))
    assert window.find("input[name=username]").get_attribute("value") == "bob"
    window.click("a[hreflang=nl]")  # from the page that an error came on
    window.wait_for(lambda: window.driver.title.startswith("Inloggen"))
    window.sign_in("bob")
    window.wait_for(lambda: window.address == stack.courses)
    assert window.find("#user").text == "bob"


def test_keyboard_alone_is_enough(stack, open_browser):
    window = open_browser()
    window.open(stack.courses)
    active = window.driver.switch_to.active_element
    assert active.get_attribute("name") == "username"
    active.send_keys("dora", Keys.TAB)
    active = window.driver.switch_to.active_element
    assert active.get_attribute("name") == "password"
    active.send_keys("wrong words", Keys.ENTER)
    window.wait_for(lambda: window.has("#problem"))
    # What went wrong is what has the focus; the way on is by Tab.
    active = window.driver.switch_to.active_element
    assert active.get_attribute("id") == "problem"
    for _ in range(12):
        active.send_keys(Keys.TAB)
        active = window.driver.switch_to.active_element
        if active.get_attribute("name") == "password":
            break
    active.send_keys("portillon-demo", Keys.ENTER)
    window.wait_for(lambda: window.address == stack.courses)
    assert window.find("#user").text == "dora"


@pytest.mark.parametrize("width", [320, 375])
def test_nothing_scrolls_sideways_on_a_phone(stack, open_browser, width):
    window = open_browser()
    window.pretend_phone(width)
    long_address = stack.courses + "x" * 300
    for url in (stack.cas + "/login", stack.cas + "/logout",
                stack.cas + "/login?service=https://unknown.example/" +
                "y" * 300,
                stack.cas + "/login?service=" + long_address,
                stack.cas + "/nowhere", stack.cas + "/login?locale=fr"):
        window.open(url)
        assert window.overflows() <= 0, url
    window.open(stack.courses)
    window.sign_in("chloe", "wrong words")
    window.wait_for(lambda: window.has("#problem"))
    assert window.overflows() <= 0
    window.sign_in("chloe")
    window.wait_for(lambda: window.address == stack.courses)
    assert window.overflows() <= 0
    window.open(stack.cas + "/login")
    assert window.has(".person")  # the dashboard of who is signed in
    assert window.overflows() <= 0
    window.open(stack.cas + "/activity")
    assert window.overflows() <= 0


def test_pages_speak_the_browsers_language(stack, open_browser):
    window = open_browser(language="fr")
    window.open(stack.cas + "/login")
    assert window.find("html").get_attribute("lang") == "fr"
    window.click("a[hreflang=en]")
    assert window.find("html").get_attribute("lang") == "en"
    window.open(stack.courses)
    assert window.find("html").get_attribute("lang") == "en"
    assert window.complaints() == []


def test_a_running_demonstration_is_left_alone(stack):
    assert "runs already" in stack.run()
    said = stack.run("--check")
    assert said.rstrip().endswith("ok")
    assert "office: Bâtiment <B> & annexe, 2ᵉ étage" in said
    assert "runs already" in stack.run()
