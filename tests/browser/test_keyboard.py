# SPDX-License-Identifier: Apache-2.0
"""Without a mouse: the way through the pages, and that it is seen."""
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from conftest import PASSWORD

# What somebody who looks at the screen sees of the focus.
SEEN = """
const place = document.activeElement, style = getComputedStyle(place);
const box = place.getBoundingClientRect();
return {
    line: style.outlineStyle, width: parseFloat(style.outlineWidth),
    colour: style.outlineColor,
    inside: box.width > 0 && box.height > 0 && box.top >= 0 &&
        box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth,
};
"""


def name_of_focus(window):
    place = window.focused
    return place.get_attribute("name") or place.get_attribute("id") or \
        place.text or place.tag_name


def go_back(window):
    ActionChains(window.driver).key_down(Keys.SHIFT).send_keys(
        Keys.TAB).key_up(Keys.SHIFT).perform()


def walk(window, most=20):
    """Every stop from the top of the page until the focus leaves it."""
    window.driver.execute_script(
        "document.activeElement.blur(); getSelection().removeAllRanges();"
        "document.body.tabIndex = -1; document.body.focus();"
        "document.body.removeAttribute('tabindex');")
    stops = []
    for _ in range(most):
        window.press(Keys.TAB)
        if window.focused.tag_name in ("body", "html"):
            return stops
        seen = window.driver.execute_script(SEEN)
        stops.append(name_of_focus(window))
        assert seen["line"] == "solid" and seen["width"] >= 2, stops
        assert "rgba(0, 0, 0, 0)" not in seen["colour"], stops
        assert seen["inside"], f"{stops[-1]} is not in view"
    raise AssertionError(f"the focus never leaves: {stops}")


def test_every_stop_is_seen_and_in_the_order_of_reading(stack, open_browser):
    window = open_browser()
    window.open(stack.courses)
    order = ["Skip to the content", "username", "password", "Sign in",
             "Help", "Français", "Nederlands"]
    assert walk(window) == order
    window.pretend_phone()
    window.prefer(prefers_color_scheme="dark")
    assert walk(window) == order


def test_the_skip_link_leads_to_the_content(stack, open_browser):
    window = open_browser()
    window.open(stack.cas + "/logout")
    assert walk(window)[0] == "Skip to the content"
    window.find(".skip").send_keys(Keys.ENTER)
    assert window.focused.get_attribute("id") == "content"
    window.press(Keys.TAB)
    assert window.focused.text == "Sign in again"


def test_in_out_and_to_another_language_by_keys_alone(stack, open_browser):
    window = open_browser()
    window.open(stack.courses)
    assert name_of_focus(window) == "username"
    go_back(window)  # the field that has the focus at first is no trap
    assert name_of_focus(window) == "Skip to the content"
    window.press(Keys.TAB * 6)
    assert name_of_focus(window) == "Nederlands"
    with window.next_page():
        window.press(Keys.ENTER)
    assert window.driver.title.startswith("Inloggen")
    window.press("alice", Keys.TAB, PASSWORD, Keys.TAB)
    assert name_of_focus(window) == "Inloggen"
    window.press(Keys.ENTER)
    window.wait_for(lambda: window.address == stack.courses)
    window.open(stack.cas + "/login")
    assert walk(window)[1] == "Uitloggen"
    window.find(".button").send_keys(Keys.ENTER)
    window.wait_for(lambda: window.driver.title.startswith("Uitgelogd"))


def test_after_a_wrong_password_the_way_leads_over_what_is_wrong(
        stack, open_browser):
    window = open_browser()
    window.open(stack.courses)
    window.press("stranger-with-keys", Keys.TAB, "wrong words")
    with window.next_page():
        window.press(Keys.ENTER)
    assert name_of_focus(window) == "problem"
    seen = window.driver.execute_script(SEEN)
    assert seen["line"] == "solid" and seen["inside"]
    window.press(Keys.TAB)
    assert "not right" in window.focused.text
    window.press(Keys.ENTER)
    assert name_of_focus(window) == "username"
    assert window.focused.get_attribute("value") == "stranger-with-keys"
    window.press(Keys.TAB)
    assert name_of_focus(window) == "password"
