# SPDX-License-Identifier: Apache-2.0
"""A real browser before the demonstration of deploy/quickstart, so that these
tests try what a stranger sees first."""
import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

ROOT = pathlib.Path(__file__).resolve().parents[2]
PASSWORD = "portillon-demo"
PATIENCE = 20  # seconds for a page to come


def seven_free_ports():
    """The first of seven free ports in a row; quickstart takes them so."""
    for first in range(20000, 60000, 17):
        probes = [socket.socket() for _ in range(7)]
        try:
            for offset, probe in enumerate(probes):
                probe.bind(("127.0.0.1", first + offset))
            return first
        except OSError:
            continue
        finally:
            for probe in probes:
                probe.close()
    raise RuntimeError("there are no seven free ports in a row")


def quickstart(*args, env):
    """Runs deploy/quickstart; its words, if it failed, are the test's."""
    result = subprocess.run([ROOT / "deploy/quickstart", *map(str, args)],
                            capture_output=True, text=True, timeout=600,
                            check=False, env={**os.environ, **env})
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


class Stack:
    """The running demonstration."""

    def __init__(self):
        self.folder = pathlib.Path(
            tempfile.mkdtemp(prefix="portillon-stack-"))
        self.port = seven_free_ports()
        self.options = ["--no-install", "--folder", self.folder,
                        "--port", self.port, "--no-second-step"]
        self.cas = f"https://localhost:{self.port}/cas"
        self.courses = f"https://localhost:{self.port + 1}/"
        self.library = f"https://localhost:{self.port + 2}/"
        self.onward = f"https://localhost:{self.port + 3}/"
        self.mailbox = f"http://localhost:{self.port + 5}/"
        self.folder.chmod(0o755)
        self.days = 0
        self.clock = self.folder / "clock"
        self.env = {"QUICKSTART_PROGRAM": "portillon-test",
                    "PORTILLON_TEST_CLOCK": str(self.clock),
                    "PORTILLON_SERVER_TRUSTED_PROXIES": "127.0.0.1"}

    def run(self, *command):
        return quickstart(*self.options, *command, env=self.env)

    def portillon(self, *words, given=""):
        """A command of the demonstration's own program, as its user; what it
        says."""
        as_demo = ["setpriv", "--reuid=portillon-demo",
                   "--regid=portillon-demo", "--clear-groups"]
        return subprocess.run(
            [*(as_demo if os.getuid() == 0 else []),
             self.folder / "program/portillon", "--config",
             self.folder / "etc/portillon.ini", *words],
            check=True, env={**os.environ, **self.env}, input=given,
            text=True, stdout=subprocess.PIPE).stdout

    def add_person(self, login):
        self.portillon("account", "add", login, "--name", login.title(),
                       "--password-stdin", given=PASSWORD)
        self.portillon("account", "set-address", login,
                       f"{login}@home.example")

    def move_clock(self, days):
        """The server's clock from now on, from the true one."""
        self.clock.write_text(str(int(days * 86400 * 1_000_000)))
        self.clock.chmod(0o644)
        if abs(days - self.days) > 1:  # upkeep sees to the days to come
            self.run("--stop")
            self.ask_for_codes()
        self.days = days

    def now(self):
        return time.time() + self.days * 86400

    def ask_for_codes(self, *command):
        """From now on a code is asked for, until run() is called again: most
        tests sign in more often than codes are mailed to one person."""
        return quickstart(*self.options[:-1], *command, env=self.env)


@pytest.fixture(scope="session")
def stack():
    place = Stack()
    try:
        place.run()
        yield place
        log = (place.folder / "log/portillon.log").read_text()
        assert "level=error" not in log, log
    finally:
        place.run("--reset")
        shutil.rmtree(place.folder, ignore_errors=True)


def may_sandbox():
    """Chromium's sandbox wants not to be root, and user namespaces."""
    return os.getuid() != 0 and subprocess.run(
        ["unshare", "--user", "true"], capture_output=True,
        check=False).returncode == 0


@pytest.fixture
def open_browser(stack, tmp_path):
    """Opens fresh browsers; `script=False` for one without JavaScript,
    `whole=False` for one in which a page may be looked at before all of its
    images have come."""
    opened = []

    def open_one(script=True, language="en", whole=True):
        options = webdriver.ChromeOptions()
        options.page_load_strategy = "normal" if whole else "none"
        options.binary_location = "/usr/bin/chromium"
        profile = tmp_path / f"profile{len(opened)}"
        for argument in ("--headless=new", "--no-proxy-server",
                         "--disable-dev-shm-usage", "--disable-gpu",
                         f"--user-data-dir={profile}", f"--lang={language}",
                         "--window-size=1200,900"):
            options.add_argument(argument)
        if not may_sandbox():
            options.add_argument("--no-sandbox")
        preferences = {"intl.accept_languages": language}
        if not script:
            preferences["profile.managed_default_content_settings"
                        ".javascript"] = 2
        options.add_experimental_option("prefs", preferences)
        options.set_capability("acceptInsecureCerts", True)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        os.environ["no_proxy"] = "localhost,127.0.0.1"
        driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"),
                                  options=options)
        driver.set_page_load_timeout(PATIENCE)
        opened.append(driver)
        return Window(driver)

    yield open_one
    for driver in opened:
        driver.quit()


class Window:
    """What a person does with a browser."""

    def __init__(self, driver):
        self.driver = driver

    def open(self, url):
        self.driver.get(url)

    @property
    def address(self):
        return self.driver.current_url

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def has(self, selector):
        return bool(self.driver.find_elements(By.CSS_SELECTOR, selector))

    def click(self, selector):
        self.find(selector).click()

    def asks_for_password(self):
        return self.has("input[type=password]")

    def sign_in(self, login, password=PASSWORD):
        self.find("input[name=username]").clear()
        self.find("input[name=username]").send_keys(login)
        self.find("input[name=password]").send_keys(password)
        self.click("button[type=submit]")

    def wait_for(self, what):
        """Between two pages a browser may know no answer."""
        WebDriverWait(self.driver, PATIENCE, poll_frequency=0.05,
                      ignored_exceptions=[WebDriverException]).until(
                          lambda _: what())

    @contextlib.contextmanager
    def next_page(self):
        """Around what leads to another page, or to the same anew."""
        self.driver.execute_script("document.isOld = true")
        yield
        self.wait_for(lambda: self.driver.execute_script(
            "return !document.isOld && document.readyState == 'complete'"))

    def press(self, *keys):
        """To whatever has the focus."""
        ActionChains(self.driver).send_keys(*keys).perform()

    @property
    def focused(self):
        return self.driver.switch_to.active_element

    def told(self):
        """What the application shows: attribute -> values."""
        return {
            row.find_element(By.CSS_SELECTOR, "th").text: [
                item.text for item in
                row.find_elements(By.CSS_SELECTOR, "li")]
            for row in self.driver.find_elements(
                By.CSS_SELECTOR, "#attributes tbody tr")}

    def complaints(self):
        """What the browser's console says of blocked things and errors; that
        a page answered 401 or 403 is no fault of the page."""
        return [entry["message"] for entry in self.driver.get_log("browser")
                if entry["level"] in ("SEVERE", "WARNING")
                and "the server responded with a status of 40" not in
                entry["message"] and "favicon.ico" not in entry["message"]]

    def prefer(self, **features):
        """Media features, such as prefers_color_scheme="dark"."""
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": name.replace("_", "-"), "value": value}
                         for name, value in features.items()]})

    def come_from(self, address):
        """As if a proxy stood before the server."""
        self.driver.execute_cdp_cmd("Network.enable", {})
        self.driver.execute_cdp_cmd("Network.setExtraHTTPHeaders", {
            "headers": {"X-Forwarded-For": address}})

    def pretend_phone(self, width=320):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 640, "deviceScaleFactor": 2,
            "mobile": True})

    def overflows(self):
        """Pixels by which the page is wider than the window."""
        return self.driver.execute_script(
            "return document.documentElement.scrollWidth - "
            "document.documentElement.clientWidth")
