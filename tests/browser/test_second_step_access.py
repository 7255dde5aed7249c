# SPDX-License-Identifier: Apache-2.0
"""Everybody can use the pages of the second step: what axe-core finds, small
and enlarged windows, long words."""
import pytest

import axe
from second_steps import every_page
from test_access import broken_words, cut_off, enlarge_text, space_text
from test_second_step import asking  # noqa: F401


@pytest.mark.parametrize("language, scheme, width", [
    ("en", "light", 1200), ("nl", "dark", 320)])
def test_axe_finds_nothing_on_the_pages_of_the_second_step(
        asking, open_browser, language, scheme, width):  # noqa: F811
    window, reader = open_browser(language=language), open_browser()
    window.prefer(prefers_color_scheme=scheme)
    if width < 1200:
        window.pretend_phone(width)
    found, count = {}, 0
    for name in every_page(asking, window, reader, f"axe-{language}"):
        assert window.find("html").get_attribute("lang") == language, name
        if window.has("#problem"):
            assert ":" in window.driver.title, "the title says that it failed"
        if complaints := axe.findings(window.driver):
            found[name] = complaints
        count += 1
    assert found == {}
    assert count > 14


def test_no_page_of_the_second_step_scrolls_sideways(
        asking, open_browser):  # noqa: F811
    """In French, whose words are long; at 320 pixels, with letters spread and
    of double size."""
    window, reader = open_browser(language="fr"), open_browser()
    for name in every_page(asking, window, reader, "sideways"):
        for width in (1200, 320):
            window.pretend_phone(width)
            assert broken_words(window) == [], (name, width)
        for change in (None, space_text, enlarge_text):
            if change:
                change(window)
            assert window.overflows() <= 0, (name, change)
            assert cut_off(window) == [], (name, change)
        window.driver.execute_script(
            "document.documentElement.style.fontSize = ''")
