# SPDX-License-Identifier: Apache-2.0
"""The second step as a stranger meets it in the demonstration, with mails
that are read in its mailbox."""
import re

import pytest

CODE = re.compile(r"^(\d{4}) (\d{4})$", re.M)


@pytest.fixture
def asking(stack):
    """The demonstration as it is delivered: codes are asked for."""
    stack.ask_for_codes()
    yield stack
    stack.run()


def test_the_check_signs_in_as_a_stranger_does(asking):
    """With the code, and past the app that is offered to who has none."""
    said = asking.ask_for_codes("--check")
    assert "A code came by mail" in said
    assert said.rstrip().endswith("ok")


def mailed(window, stack, address):
    """The newest code in the mailbox for an address; None: no mail."""
    window.open(stack.mailbox)
    for row in window.driver.find_elements("css selector", "#mails tbody tr"):
        if row.find_element("css selector", ".to").text == address:
            text = row.find_element("css selector", "pre").text
            return "".join(CODE.search(text).groups())
    return None


@pytest.mark.parametrize("script,login", [(True, "dora"), (False, "alice")])
def test_a_code_by_mail_and_a_trusted_browser(
        asking, open_browser, script, login):
    """R-038, R-072, R-074: asked once, trusted, named, and not asked again;
    with a script and without."""
    window, reader = open_browser(script=script), open_browser()
    window.open(asking.courses)
    window.sign_in(login)
    window.wait_for(lambda: window.address == asking.cas + "/mfa")
    address = f"{login}@home.example"
    reader.wait_for(lambda: mailed(reader, asking, address))
    window.find("input[name=code]").send_keys(
        mailed(reader, asking, address))
    window.click("input[name=trust]")
    window.click("main form button")
    window.wait_for(lambda: window.has("button[value=later]"))
    window.click("button[value=later]")
    window.wait_for(lambda: window.address == asking.courses)
    assert window.find("#user").text == login
    window.open(asking.cas + "/")
    window.click(".rename summary")
    window.find(".rename input[name=name]").send_keys("My <b>own</b> phone")
    window.click(".rename button")
    window.wait_for(lambda: window.has("#notice"))
    assert window.find("section[aria-labelledby=browsers] h3").text.startswith(
        "My <b>own</b> phone")
    window.click(".person a.button")
    window.open(asking.library)
    window.sign_in(login)
    window.wait_for(lambda: window.address == asking.library)
    assert window.complaints() == []
