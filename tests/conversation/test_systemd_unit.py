# SPDX-License-Identifier: Apache-2.0
"""The server lives with the system calls that deploy/portillon.service leaves
it, and can confine its gates further with them."""
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from conftest import PEOPLE
from installation import ROOT, wait_until

HERE = Path(__file__).parent
UNIT = ROOT / "deploy/portillon.service"
# The leak check traces its own process, which the unit forbids.
ASAN = "detect_leaks=0:abort_on_error=0:exitcode=99"


def under(place, unit_text):
    """What starts a program under the unit's list; the program and the unit
    have to be where the server's user can read them."""
    folder = place.folder / "systemd"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    shutil.copy(HERE / "system_calls.py", folder)
    unit = folder / "portillon.service"
    unit.write_text(unit_text)
    for file in folder.iterdir():
        file.chmod(0o644)
    return [sys.executable, "-B", str(folder / "system_calls.py"), str(unit)]


def confinement(server):
    """What the server says of the kernel that it sees."""
    return re.search(r'event="confinement" landlock=([0-9]+) seccomp="?(\w+)',
                     server.log()).groups()


def test_server_lives_under_the_unit(another_server, browser, installation):
    """Starts, signs in, reloads, is upgraded and stops, some of its processes
    being about to leave by themselves; and the gates are confined as they are
    without systemd."""
    installation_sees = confinement(installation)
    server = another_server(
        {"ASAN_OPTIONS": ASAN},
        under=under(installation, UNIT.read_text()))
    assert confinement(server) == installation_sees
    one = browser(at=server)
    assert one.sign_in("alice", PEOPLE["alice"]).status == 303

    mark = server.log_size()
    server.server.send_signal(signal.SIGHUP)
    wait_until("it has reloaded",
               lambda: 'event="reloaded"' in server.log(mark))
    mark = server.log_size()
    server.server.send_signal(signal.SIGUSR2)
    wait_until("it is upgraded",
               lambda: 'event="upgraded"' in server.log(mark))
    assert confinement(server) == installation_sees
    assert one.get("/cas/").status == 200


def test_a_smaller_list_is_noticed(installation):
    """The other test can fail: without a call that it needs, the program does
    not run."""
    text = UNIT.read_text() + "SystemCallFilter=~socket\n"
    result = subprocess.run(
        [*installation.prefix, *under(installation, text), sys.executable,
         "-c", "import socket; socket.socket()"],
        capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert "Operation not permitted" in result.stderr
