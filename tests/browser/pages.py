# SPDX-License-Identifier: Apache-2.0
"""A walk through every page that a person can meet."""
import itertools
import re
import ssl
import urllib.parse
import urllib.request

from conftest import PASSWORD

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


def wish_to_be_asked(window):
    """Ticks the box that the sign-in form has where it is wanted."""
    window.driver.execute_script(
        "document.querySelector('form').insertAdjacentHTML('beforeend', "
        "'<input type=hidden name=warn value=true>')")


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


def sign_in_elsewhere(stack):
    """Bob in another browser, without a window of its own."""
    jar = urllib.request.HTTPCookieProcessor()
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    other = urllib.request.build_opener(
        jar, urllib.request.HTTPSHandler(context=context))
    with other.open(f"{stack.cas}/login") as page:
        token = re.search(rb'name="execution" value="(\w+)"', page.read())[1]
    fields = {"execution": token.decode(), "username": "bob",
              "password": PASSWORD}
    with other.open(f"{stack.cas}/login",
                    urllib.parse.urlencode(fields).encode()) as page:
        assert b'id="person"' in page.read()


def dashboard(window, stack):
    """The account's pages, from being signed in on."""
    sign_in_elsewhere(stack)
    window.open(f"{stack.cas}/")
    assert window.has(".badge") and window.has(".row form")
    yield "dashboard with another session"
    with window.next_page():
        window.click(".row form button")
    assert window.has("#notice")
    yield "dashboard after a session ended"
    window.open(f"{stack.cas}/activity")
    assert window.has(".events time")
    yield "activity"
    window.open(f"{stack.cas}/activity?before=0")
    yield "no activity"
    window.open(f"{stack.cas}/login?renew=true")
    assert window.asks_for_password()
    yield "confirmation before a change"


def not_for_them(window, stack):
    """An application that is for nobody, met by somebody who is signed in."""
    service = f"https://closed{next(strangers)}.example/"
    stack.portillon("service", "add", "--name", "Closed library", "--for-type",
                    "nobody", "--contact", "library@uni.example", service)
    window.open(f"{stack.cas}/login?service=" +
                urllib.parse.quote(service, safe=""))
    assert not window.asks_for_password()
    assert window.has(".service") and window.has("main a[href$='/cas/']")
    yield "application that is not for them"


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
    wish_to_be_asked(window)
    with window.next_page():
        window.sign_in("bob")
    window.open(stack.courses)
    assert window.has("button[autofocus]") and not window.asks_for_password()
    yield "asked before an application"
    yield from not_for_them(window, stack)
    yield from dashboard(window, stack)
    window.open(f"{stack.cas}/logout")
    yield "signed out"
