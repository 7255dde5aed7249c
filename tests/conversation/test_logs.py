# SPDX-License-Identifier: Apache-2.0
"""What the log says, and what it never may.  Numbers are those of the attack
catalogue."""
import pathlib
import re

import pytest

from browser import query_of
from conftest import APPLICATION

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
