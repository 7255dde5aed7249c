# SPDX-License-Identifier: Apache-2.0
"""Everybody can use every page: what axe-core finds (WCAG 2.2 AA), small and
enlarged windows, long words, and what a screen reader is told."""
import pytest

import axe
from pages import every_page, fail_to_sign_in

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamten"


@pytest.mark.parametrize("language, scheme, width", [
    ("en", "light", 1200), ("fr", "light", 320), ("nl", "dark", 320)])
def test_axe_finds_nothing_on_any_page(stack, open_browser, language, scheme,
                                       width):
    window = open_browser(language=language)
    window.prefer(prefers_color_scheme=scheme)
    if width < 1200:
        window.pretend_phone(width)
    found, titles = {}, set()
    for name in every_page(window, stack):
        assert window.find("html").get_attribute("lang") == language, name
        titles.add(window.driver.title)
        if window.has("#problem, .status"):
            assert ":" in window.driver.title, "the title says that it failed"
        if complaints := axe.findings(window.driver):
            found[name] = complaints
    assert found == {}
    assert len(titles) > 5


def test_axe_would_find_it(stack, open_browser):
    """Else the test above would prove nothing."""
    window = open_browser()
    window.open(stack.cas + "/login")
    window.driver.execute_script("""
        document.documentElement.removeAttribute('lang');
        document.querySelector('label').remove();
        document.querySelector('.note').style.color = '#bbb';
        document.querySelector('.languages').style.gap = '0';
        for (const link of document.querySelectorAll('.languages a')) {
            link.textContent = 'x';
            link.style.cssText = 'min-width: 0; min-height: 0; padding: 0';
        }
    """)
    assert {"html-has-lang", "label", "color-contrast", "target-size"} <= \
        axe.findings(window.driver).keys()


def enlarge_text(window):
    window.driver.execute_script(
        "document.documentElement.style.fontSize = '200%'")


def space_text(window):
    """WCAG 1.4.12."""
    window.driver.execute_script("""
        const sheet = document.styleSheets[0];
        sheet.insertRule('* { line-height: 1.5 !important; letter-spacing: ' +
            '0.12em !important; word-spacing: 0.16em !important }',
            sheet.cssRules.length);
        sheet.insertRule('p { margin-bottom: 2em !important }',
            sheet.cssRules.length);""")


def lengthen_names(window):
    window.driver.execute_script("""
        document.querySelectorAll('.institution, .service strong, dd, dt, h1')
            .forEach(place => place.textContent = arguments[0]);""", LONG)


def cut_off(window):
    """Texts that do not fit their place, or stand outside the window."""
    return window.driver.execute_script("""
        const wide = document.documentElement.clientWidth;
        const shown = 'body *:not(.unseen)';
        return [...document.querySelectorAll(shown)].filter(place => {
            const box = place.getBoundingClientRect();
            return box.right > wide + 0.5 || box.left < -0.5 ||
                (place.tagName !== 'INPUT' &&
                 place.scrollWidth > place.clientWidth + 1 &&
                 getComputedStyle(place).display !== 'inline');
        }).map(place => place.outerHTML.slice(0, 80));""")


def broken_words(window):
    """Words of ours that go on in the next line without a hyphen."""
    return window.driver.execute_script("""
        const texts = document.createTreeWalker(document.body,
            NodeFilter.SHOW_TEXT), broken = [];
        while (texts.nextNode()) {
            const text = texts.currentNode;
            if (text.parentElement.closest('.address, .service, dd'))
                continue;
            for (const word of text.data.matchAll(/[^\\s-]+/g)) {
                const range = document.createRange();
                range.setStart(text, word.index);
                range.setEnd(text, word.index + word[0].length);
                const lines = [...range.getClientRects()].map(r => r.top);
                if (new Set(lines).size > 1)
                    broken.push(word[0]);
            }
        }
        return broken;""")


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_no_page_scrolls_sideways_or_breaks_words(stack, open_browser,
                                                  language):
    """In the languages with the longer words; at 320 pixels, which is also
    1280 enlarged four times, then with names longer than a line, spread
    letters and text of double size."""
    window = open_browser(language=language)
    for name in every_page(window, stack):
        for width in (1200, 320):
            window.pretend_phone(width)
            assert broken_words(window) == [], (name, width)
        for change in (None, lengthen_names, space_text, enlarge_text):
            if change:
                change(window)
            assert window.overflows() <= 0, (name, change)
            assert cut_off(window) == [], (name, change)


def test_a_word_that_does_not_fit_would_be_found(stack, open_browser):
    window = open_browser()
    window.pretend_phone()
    window.open(stack.cas + "/login")
    window.driver.execute_script(
        "document.querySelector('h1').style.whiteSpace = 'nowrap'")
    lengthen_names(window)
    assert window.overflows() > 0 and cut_off(window)
    window.driver.execute_script(
        "document.querySelector('h1').style.whiteSpace = 'normal'")
    assert LONG in broken_words(window)


def heard(window):
    """What the browser tells a screen reader: (role, name) in order, and the
    descriptions of fields by name."""
    window.driver.execute_cdp_cmd("Accessibility.enable", {})
    nodes = window.driver.execute_cdp_cmd("Accessibility.getFullAXTree",
                                          {})["nodes"]
    said, described = [], {}
    for node in nodes:
        if node.get("ignored"):
            continue
        role, name = node["role"]["value"], node.get("name", {}).get("value")
        properties = {entry["name"]: entry["value"].get("value")
                      for entry in node.get("properties", [])}
        said.append((role, name))
        if role == "textbox":
            described[name] = (node.get("description", {}).get("value"),
                               properties)
    return said, described


def test_a_screen_reader_is_told_where_it_is_and_what_is_wrong(
        stack, open_browser):
    window = open_browser()
    window.open(stack.courses)
    said, described = heard(window)
    assert said[0] == ("RootWebArea",
                       "Sign in – Portillon demonstration")
    roles = [role for role, _ in said]
    for landmark in ("banner", "main", "contentinfo", "navigation"):
        assert roles.count(landmark) == 1, landmark
    assert ("navigation", "Language") in said
    assert [name for role, name in said if role == "heading"] == ["Sign in"]
    for field in ("User name", "Password"):
        assert described[field][1]["required"], field
        assert described[field][1]["invalid"] == "false", field
    fail_to_sign_in(window, "stranger-who-listens")
    said, described = heard(window)
    assert said[0][1].startswith("Error: Sign in")
    assert "alert" in [role for role, _ in said]
    for field in ("User name", "Password"):
        words, properties = described[field]
        assert words == "The user name or password is not right.", field
        assert properties["invalid"] == "true", field


def test_password_managers_know_the_fields(stack, open_browser):
    window = open_browser()
    window.open(stack.cas + "/login")
    for name, purpose, kind in (("username", "username", "text"),
                                ("password", "current-password", "password")):
        field = window.find(f"form input[name={name}]")
        assert field.get_attribute("autocomplete") == purpose
        assert field.get_attribute("type") == kind
        assert field.get_attribute("autocapitalize") == "none"
        # Paste is not stopped: WCAG 3.3.8.
        assert field.get_attribute("onpaste") is None


def test_a_fault_shows_without_colours_too(stack, open_browser):
    """In forced colours the edge of a wrong field is told by its width."""
    window = open_browser()
    window.prefer(forced_colors="active")
    window.open(stack.courses)

    def edge():
        return window.find("input[name=password]").value_of_css_property(
            "border-top-width")

    assert edge() == "1px"
    fail_to_sign_in(window, "stranger-in-black-and-white")
    assert edge() == "2px"
