# SPDX-License-Identifier: Apache-2.0
"""A walk through every page that a person can meet."""
import itertools
import urllib.parse

UNKNOWN = "https://unknown.example/" + "path-without-end" * 20
strangers = itertools.count(1)


def submit(window, script=""):
    """Posts the form as it is, after what `script` did to it."""
    with window.next_page():
        window.driver.execute_script(
            "const form = document.querySelector('form');" + script +
            "HTMLFormElement.prototype.submit.call(form);")
    assert window.has("#problem")


def fail_to_sign_in(window, login):
    with window.next_page():
        window.sign_in(login, "wrong words")
    assert window.has("#problem")


def faults_of_the_form(window, stack):
    login = f"stranger-{next(strangers)}"
    window.open(stack.courses)
    yield "sign-in for an application"
    fail_to_sign_in(window, login)
    yield "wrong password"
    while window.has("[aria-invalid]"):
        fail_to_sign_in(window, login)
    yield "too many tries"
    window.open(stack.courses)
    submit(window)
    yield "nothing typed"
    submit(window, "form.execution.value = '0';")
    yield "expired form"
    window.driver.delete_all_cookies()
    submit(window)
    yield "no cookies"


def help_pages(window, stack):
    """The list of questions, an answer with steps, the one with links to
    other sites."""
    window.open(f"{stack.cas}/login")
    with window.next_page():
        window.click(".foot .help a")
    assert window.address == f"{stack.cas}/help"
    yield "help"
    for topic in ("lost-phone", "passwords"):
        with window.next_page():
            window.click(f"a[href='help/{topic}']")
        assert window.address == f"{stack.cas}/help/{topic}"
        yield topic
        with window.next_page():
            window.click(".above a")


def every_page(window, stack):
    """Leads a window from page to page and yields the name of each."""
    window.open(f"{stack.cas}/login")
    yield "sign-in"
    yield from faults_of_the_form(window, stack)
    asked = urllib.parse.urlencode({"service": stack.courses, "renew": "true"})
    window.open(f"{stack.cas}/login?{asked}")
    yield "sign-in again for an application"
    window.open(f"{stack.cas}/login?service=" +
                urllib.parse.quote(UNKNOWN, safe=""))
    yield "unknown application"
    window.open(f"{stack.cas}/login?service=%")
    yield "crooked request"
    window.open(f"{stack.cas}/nowhere")
    yield "no such page"
    yield from help_pages(window, stack)
    window.open(f"{stack.cas}/login")
    with window.next_page():
        window.sign_in("bob")
    assert window.has("dl.facts")
    yield "signed in"
    window.open(f"{stack.cas}/logout")
    yield "signed out"
