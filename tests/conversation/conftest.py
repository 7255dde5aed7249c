# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the conversation tests.

Each pytest worker has one installation: its own folder, database and server.
Tests share it and so leave it as they found it; those that kill or reconfigure
something make their own with `own_installation`.
"""
import itertools
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from another_server import AnotherServer  # noqa: E402
from browser import (Browser, all_gates_answer, query_of,  # noqa: E402
                     send_raw)
from installation import Installation, wait_until  # noqa: E402
from validation import read_json_verdict, read_verdict  # noqa: E402

APPLICATION = "https://app.example/cb"
PEOPLE = {
    "alice": "correct horse battery staple",
    "bob": "another fine password",
    "chloe": "motdepassé €uro 🙂",
}
numbers = itertools.count(1)
running = set()  # the installations whose log is worth showing


def pytest_make_parametrize_id(val):
    """Long texts would make unreadable names."""
    if isinstance(val, (str, bytes)) and len(val) > 40:
        text = val if isinstance(val, str) else val.decode("latin-1")
        return f"{ascii(text[:24])[1:-1]}...{len(val)}"
    return None


def furnish(place):
    """The people and applications that most tests speak of."""
    place.add_account(
        "alice", PEOPLE["alice"], "--name", "Alice Martin", "--type",
        "teacher", "--group", "staff", "--attribute", "mail=alice@example.org",
        "--attribute", "memberOf=staff", "--attribute",
        "memberOf=cn=lib,ou=groups")
    place.add_account("bob", PEOPLE["bob"], "--name", "Bob Nguyen")
    place.add_account(
        "chloe", PEOPLE["chloe"], "--name", "Chloé Lefèvre", "--attribute",
        "office=Bâtiment <B> & \"annexe\" 'est' ]]> 𝄞")
    place.add_service(APPLICATION, "--release", "*")
    place.add_service("https://app.example/app/*", "--release", "mail",
                      name="Part of it")
    place.add_service("https://other.example/*", name="Other application")


def made():
    place = Installation()
    try:
        place.make()
        furnish(place)
        place.start()
        wait_until("there is room for spent tickets", lambda: place.sql(
            "select 1 from pg_inherits where inhparent = 'sso.redemption'"
            "::regclass"))
    except BaseException:
        place.remove()
        raise
    running.add(place)
    return place


def ended(place):
    running.discard(place)
    troubles = place.remove()
    assert not troubles, troubles


@pytest.fixture(scope="session")
def shared_installation():
    place = made()
    yield place
    ended(place)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item, nextitem):
    """A test that fails shows what the servers complained of meanwhile."""
    marks = [(place, place.log_size()) for place in running]
    item.complaints = lambda: "\n".join(
        line for place, mark in marks if place.log_file.exists()
        for line in place.log(mark).splitlines() if "level=info" not in line)
    yield


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    if report.failed and item.complaints():
        report.sections.append(("what the server complained of",
                                item.complaints()[-6000:]))


@pytest.fixture
def installation(shared_installation):
    shared_installation.clock.shift(0)
    yield shared_installation
    shared_installation.clock.shift(0)


@pytest.fixture(scope="module")
def private_installation():
    place = made()
    yield place
    ended(place)


@pytest.fixture
def own_installation(private_installation):
    """For tests that kill, stop or reconfigure; one a file, and running
    whatever the test before did."""
    private_installation.database("start")
    if private_installation.server is None:
        private_installation.start()
    wait_until("it is ready",
               lambda: all_gates_answer(private_installation, "/ready"))
    yield private_installation


@pytest.fixture
def browser(installation):
    """Makes browsers: each call is another person's."""
    opened = []

    def open_one(**options):
        opened.append(Browser(options.pop("at", installation), **options))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def alice(browser):
    """A browser in which alice has signed in, without an application."""
    one = browser()
    answer = one.sign_in("alice", PEOPLE["alice"])
    assert answer.status == 303, (answer.status, answer.text)
    return one


@pytest.fixture
def validate(browser):
    """Asks the server about a ticket, as an application does."""
    application = browser()

    def ask(endpoint, ticket=None, service=None, method="GET", **params):
        pairs = dict(params)
        if ticket is not None:
            pairs["ticket"] = ticket
        if service is not None:
            pairs["service"] = service
        path = f"/cas/{endpoint}"
        if method == "POST":
            answer = application.post(path, pairs)
        else:
            answer = application.get(f"{path}?{query_of(pairs)}")
        if endpoint == "validate":
            return answer
        if params.get("format", "").upper() == "JSON":
            read_json_verdict(answer)
            return answer
        return read_verdict(answer)

    return ask


@pytest.fixture
def new_account(installation):
    """Makes an account of this test's own: (login, password)."""
    def make(*options, password="quite a good password"):
        login = f"person{next(numbers)}"
        installation.add_account(login, password, "--name", "Some Body",
                                 *options)
        return login, password

    return make


@pytest.fixture
def new_service(installation):
    """Registers an application of this test's own: (URL, id)."""
    def make(*options):
        url = f"https://app{next(numbers)}.example/cb"
        return url, installation.add_service(url, *options)

    return make


@pytest.fixture
def raw(installation):
    def send(data, **options):
        return send_raw(installation, data, **options)

    return send


@pytest.fixture
def another_server(installation):
    """Starts servers with other settings beside the shared one."""
    started = []

    def start(variables=None, **options):
        started.append(AnotherServer(installation, **options))
        started[-1].variables = variables or {}
        started[-1].start()
        return started[-1]

    yield start
    troubles = [trouble for trouble in [one.end() for one in started]
                if trouble]
    assert not troubles, "\n".join(troubles)
