# SPDX-License-Identifier: Apache-2.0
"""One installation for all clients, and a client at a time beside it."""
import os
import sys
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "clients"), str(TESTS / "conversation"),
                str(TESTS)]

from installation import Installation, wait_until  # noqa: E402
from visitor import Visitor  # noqa: E402

PASSWORD = "correct horse battery staple"
OTHER = "https://other.example/"
SETTINGS = """
[outbound]
networks = 127.0.0.0/8
ca = {folder}/tls/ca.crt
"""


def furnish(place):
    place.add_account(
        "alice", PASSWORD, "--name", "Alice Martin",
        "--attribute", "office=é<&\" 'b' ]]> 𝄞",
        "--attribute", "team=lib & <co>", "--attribute", "team=\"staff\"",
        "--attribute", "phone=not for applications")
    place.add_service(f"{OTHER}*", name="Other application")


@pytest.fixture(scope="session")
def installation():
    place = Installation()
    try:
        place.make()
        with open(place.config, "a", encoding="utf-8") as config:
            config.write(SETTINGS.format(folder=place.folder))
        furnish(place)
        place.start()
        wait_until("there is room for spent tickets", lambda: place.sql(
            "select 1 from pg_inherits where inhparent = 'sso.redemption'"
            "::regclass"))
        yield place
    finally:
        troubles = place.remove()
    assert not troubles, troubles


@pytest.fixture(scope="session")
def application(installation, request):
    """What `request.param` makes: (class, protocol)."""
    kind, protocol = request.param
    one = kind(installation, protocol)
    installation.add_service(f"{one.url}/*", "--allow-http", "--release",
                             "office", "--release", "team", name=one.folder)
    try:
        one.start()
        yield one
    finally:
        one.end()


@pytest.fixture(autouse=True)
def complaints(application):
    """pytest shows what is printed here beside a test that failed."""
    mark = len(application.log())
    yield
    print(application.log()[mark:])


@pytest.fixture
def visitor(installation):
    """Makes visitors: each call is another person's browser."""
    return lambda: Visitor(installation)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    """One window for all; `applications` are those that it has been to."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    profile = tmp_path_factory.mktemp("profile")
    # No sandbox: root cannot have it, and all that comes is our own.
    for argument in ("--headless=new", "--no-proxy-server", "--no-sandbox",
                     "--disable-dev-shm-usage", "--disable-gpu",
                     f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("acceptInsecureCerts", True)
    os.environ["no_proxy"] = "localhost,127.0.0.1"
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"),
                              options=options)
    driver.applications = []
    yield driver
    driver.quit()
