# SPDX-License-Identifier: Apache-2.0
"""What the log says, and what it never may.  Numbers are those of the attack
catalogue."""
import os
import pathlib
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from browser import (Browser, all_gates_ready, query_of,
                     send_raw)
from conftest import APPLICATION, PEOPLE
from installation import wait_until
from metrics import metrics, value

PAIR = re.compile(
    r'[a-z_]+=(?:[^ "=]+|"(?:[^"\\]|\\.)*")')
LINE = re.compile(rf"^(?:{PAIR.pattern})(?: {PAIR.pattern})*$")


def lines_since(installation, mark):
    return installation.log(mark).splitlines()


@pytest.mark.parametrize("name", [
    "two%0alines", "a%0d%0atime=2026-01-01T00:00:00Z%20event=%22forged%22",
    "%1b[31mred", "x%22%20event=%22forged%22", "a" * 3000, "%e2%80%a8",
    "{%22event%22:%22forged%22}", "back%5cslash", "%f0%9f%99%82",
])
def test_T197_one_event_is_one_line(browser, installation, name):
    mark = installation.log_size()
    one = browser()
    form = one.login_page().form
    one.post("/cas/login", (f"username={name}&password=wrong+words"
             f"&execution={query_of({'': form.fields['execution']})[1:]}")
             .encode())
    lines = lines_since(installation, mark)
    assert lines
    for line in lines:
        assert line.startswith("time="), line
        assert LINE.match(line), line
        assert len(line) < 4096
        assert all(" " <= char for char in line), line
        assert len(re.findall(r'(?:^| )event="', line)) == 1
        assert 'event="forged"' not in \
            re.sub(r'"(?:[^"\\]|\\.)*"',
                   lambda match: match[0] if len(match[0]) < 12 else '""',
                   line)


def test_T197_the_access_log_names_what_was_asked(browser, installation):
    mark = installation.log_size()
    browser().get("/cas/login")
    (line,) = [line for line in lines_since(installation, mark)
               if 'event="access"' in line]
    assert re.search(r' path="/cas/login"', line)
    assert re.search(r" status=200", line)
    assert re.search(r"^time=[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z ", line)
    assert re.search(r" request=", line)


def test_T198_secrets_never_reach_a_log(own_installation, browser):
    """Canaries through every flow at the most talkative level, then a search
    through the server's log, PostgreSQL's, and what the processes show."""
    place = own_installation
    settings = place.config.read_text()
    place.config.write_text(settings + "[log]\nlevel = debug\n")
    place.restart()
    canary = "Kanarienvogel-7351-ünique"
    place.add_account("canary", canary, "--name", "Canary")
    one = browser(at=place)
    secrets = [canary, query_of({"": canary})[1:], "Wellensittich"]
    one.sign_in("canary", "Wellensittich-wrong")
    answer = one.sign_in("canary", canary, APPLICATION)
    secrets += [answer.ticket, one.jar["__Host-TGC"],
                one.jar["__Host-TGC"][4:]]
    secrets += [one.login_page(renew="true").form.fields["execution"]]
    for ticket in (answer.ticket, one.ticket_for(APPLICATION)):
        secrets.append(ticket)
        for path in ("serviceValidate", "p3/serviceValidate", "validate"):
            one.get(f"/cas/{path}?" + query_of(
                {"ticket": ticket, "service": APPLICATION}))
    one.get(f"/cas/login?password={query_of({'': canary})[1:]}")
    one.get(f"/cas/nowhere?ticket={answer.ticket}")
    one.get("/cas/logout")
    secrets += [value for value in one.jar.values() if len(value) > 12]
    keys = [line.split()[1] for line in
            (place.folder / "keys").read_text().splitlines()
            if line and not line.startswith("#")]
    assert keys
    secrets += keys
    shown = place.log() + place.database_log()
    for pid in [place.server.pid, *place.gates()]:
        shown += pathlib.Path(f"/proc/{pid}/cmdline").read_text()
    place.config.write_text(settings)
    place.restart()
    found = [secret for secret in secrets if secret in shown]
    assert not found
    assert "canary" in shown  # names are no secrets: the search does search


FORMATS = "%n%s%x%n%s%d%1000000d"


def test_T043_format_strings_are_written_as_they_are(installation, browser,
                                                     raw):
    """In every field that reaches the log or a page, and in those that do
    not."""
    mark = installation.log_size()
    quoted = query_of({"": FORMATS})[1:]
    one = browser()
    one.sign_in(FORMATS, FORMATS)
    assert FORMATS in one.login_page(service=FORMATS).text
    one.get(f"/cas/{quoted}")
    one.get(f"/cas/login?service=https://{quoted}/&{quoted}={quoted}")
    one.get(f"/cas/login?locale={quoted}")
    one.get("/cas/serviceValidate?" + query_of(
        {"ticket": FORMATS, "service": "https://x/" + FORMATS}))
    one.request("GET", "/cas/login", headers={
        "User-Agent": FORMATS, "Accept-Language": FORMATS,
        "X-Forwarded-For": FORMATS, "Cookie": f"__Host-TGC={FORMATS}",
        "Referer": FORMATS, "Origin": FORMATS, "%n%s%x": "1"})
    raw(f"GET /{FORMATS} HTTP/1.1\r\nHost: {FORMATS}\r\n\r\n".encode())
    raw(f"{FORMATS} / HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    lines = lines_since(installation, mark)
    assert all(LINE.match(line) for line in lines), lines
    assert any(f'path="/cas/{quoted}"' in line for line in lines)
    assert browser().get("/healthz").status == 200


def test_T243_bad_requests_do_not_fill_the_log(own_installation):
    """Twenty lines a second and gate, and one that counts the rest."""
    place = own_installation
    mark = place.log_size()
    began = time.monotonic()
    for _ in range(8):
        with ThreadPoolExecutor(16) as people:
            list(people.map(lambda _: send_raw(place, b"x\r\n\r\n"),
                            range(32)))
    seconds = int(time.monotonic() - began) + 2
    wait_until("the rest is told", lambda: told_and_left(place, mark) == 256)
    assert place.log(mark).count('event="bad request"') <= 2 * 20 * seconds


def told_and_left(place, mark):
    lines = place.log(mark)
    left = re.findall(r'event="lines left out" of="bad request" '
                      r'count=([0-9]+)', lines)
    return lines.count('event="bad request"') + sum(map(int, left))


class Muted:
    """The server with a standard error that takes nothing."""

    def __init__(self, place, stderr):
        self.place = place
        place.stop()
        place.server = subprocess.Popen(
            [*place.prefix, str(place.folder / "program/portillon"),
             "--config", str(place.config), "serve"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=stderr, cwd=place.folder, env=place.environment())

    def __enter__(self):
        wait_until("it is ready", lambda: all_gates_ready(self.place))
        return self.place

    def __exit__(self, *_):
        assert self.place.stop() == 0
        self.place.start()


def serves(place):
    """A whole sign-in, and more log lines than a pipe holds."""
    one = Browser(place)
    ticket = one.sign_in("alice", PEOPLE["alice"], APPLICATION).ticket
    answer = one.get("/cas/serviceValidate?" + query_of(
        {"ticket": ticket, "service": APPLICATION}))
    assert b"<cas:user>alice<" in answer.body
    for _ in range(600):
        assert one.get("/healthz").status == 200
    one.close()


def lost_lines(place):
    return value(metrics(place), "portillon_log_lines_lost_total")


def test_F13_a_full_disk_for_the_log_costs_lines_only(own_installation):
    with open("/dev/full", "wb") as full, \
            Muted(own_installation, full) as place:
        serves(place)
        assert lost_lines(place) > 600


def test_F13_a_log_that_nobody_reads_keeps_nobody_waiting(own_installation):
    ends = os.pipe()
    try:
        with Muted(own_installation, ends[1]) as place:
            serves(place)
            assert lost_lines(place) > 0
            os.close(ends[0])  # and now its reader goes away
            serves(place)
    finally:
        os.close(ends[1])
