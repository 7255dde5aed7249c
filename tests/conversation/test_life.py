# SPDX-License-Identifier: Apache-2.0
"""The life of the processes: a reload and an upgrade that nobody notices, gates
that crash or hang, a master that is killed."""
import contextlib
import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

from browser import Browser, Refused, all_gates_answer, is_ready
from conftest import APPLICATION, PEOPLE
from installation import alive, wait_until
from load import Impatient, Load
from metrics import Growth


class Log:
    """What the server has said since."""

    def __init__(self, place):
        self.place = place
        self.mark = place.log_size()

    def text(self):
        return self.place.log(self.mark)

    def lines(self, event):
        return [line for line in self.text().splitlines()
                if f'event="{event}"' in line]

    def wait(self, event, count=1):
        """The last of so many lines of an event."""
        def enough():
            assert self.place.server.poll() is None, self.text()
            return len(self.lines(event)) >= count

        wait_until(f"{count} lines of {event}", enough)
        return self.lines(event)[count - 1]

    def wait_for_silence(self):
        """Until a second passes without a line."""
        def silent():
            before = self.place.log_size()
            time.sleep(1)
            return self.place.log_size() == before

        wait_until("the server is silent", silent)


def moment(line):
    """Seconds of the day at which a line was written."""
    hours, minutes, seconds = re.search(
        r"time=\S+T([0-9]+):([0-9]+):([0-9.]+)Z", line).groups()
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def reload(place, event="reloaded"):
    """SIGHUP, until the event is told; its line."""
    log = Log(place)
    place.server.send_signal(signal.SIGHUP)
    return log.wait(event)


def institution(place):
    one = Browser(place)
    page = one.login_page().text
    one.close()
    return re.search(r"[A-Za-z]+ University", page)[0]


def own(place, path):
    """Gives a file that a test wrote to the server's user."""
    if os.getuid() == 0:
        shutil.chown(path, "postgres", "postgres")


class Changed:
    """A file with other content for a while."""

    def __init__(self, place, path, old, new):
        self.place = place
        self.path = place.folder / path
        self.before = self.path.read_bytes()
        changed = new if old is None else self.before.replace(old, new)
        assert changed != self.before, f"{old} does not stand in {path}"
        self.put(changed)

    def put(self, content):
        fresh = self.path.with_name(self.path.name + ".fresh")
        fresh.write_bytes(content)
        fresh.chmod(self.path.stat().st_mode & 0o777)
        own(self.place, fresh)
        fresh.rename(self.path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.put(self.before)


@pytest.fixture
def place(own_installation):
    """As it was, whatever the test did to its files."""
    yield own_installation
    if own_installation.server is not None:
        reload(own_installation)


# Reload


def test_F24_a_reload_changes_what_a_living_gate_shows(place):
    gates = set(place.gates())
    with Changed(place, "portillon.ini", b"Test University",
                 b"Other University"):
        reload(place)
        assert {institution(place) for _ in range(16)} == {"Other University"}
        victim = place.gates()[0]
        os.kill(victim, signal.SIGKILL)
        wait_until("a new gate", lambda: victim not in place.gates() and
                   len(place.gates()) == 2)
        assert {institution(place) for _ in range(16)} == {"Other University"}
    reload(place)
    assert {institution(place) for _ in range(16)} == {"Test University"}
    assert len(gates & set(place.gates())) == 1


def test_F24_a_template_and_a_translation_are_read_again(place):
    one = Browser(place)
    with Changed(place, "program/templates/login.html", b"<form",
                 b"<hr><form"), \
            Changed(place, "program/templates/messages/en.po", b"Password",
                    b"Secret word"):
        reload(place)
        page = one.login_page().text
        assert "<hr>" in page and "Secret word" in page
    reload(place)
    page = one.login_page().text
    assert "<hr>" not in page and "Secret word" not in page
    one.close()


def certificate(place):
    with socket.create_connection(("127.0.0.1", place.port), 10) as plain:
        with place.tls_context().wrap_socket(
                plain, server_hostname="localhost") as link:
            return link.getpeercert(True)


def test_F24_a_new_certificate_is_for_new_connections(place):
    old = certificate(place)
    kept = Browser(place)
    assert kept.get("/healthz").status == 200
    tls = place.folder / "tls"
    subprocess.run(
        ["openssl", "x509", "-req", "-in", "localhost.csr", "-CA", "ca.crt",
         "-CAkey", "ca.key", "-CAcreateserial", "-days", "3", "-extfile",
         "extensions", "-out", "fresh.crt"], cwd=tls, check=True,
        capture_output=True)
    with Changed(place, "tls/localhost.crt", None,
                 (tls / "fresh.crt").read_bytes()):
        reload(place)
        assert all(certificate(place) != old for _ in range(8))
        connection = kept.connection
        assert kept.get("/healthz").status == 200
        assert kept.connection is connection, "the connection was cut"
    kept.close()


WRONG = [
    ("portillon.ini", b"[pages]", b"[pages", "portillon.ini, line"),
    ("portillon.ini", b"institution =", b"institutoin =", "no setting"),
    ("portillon.ini", b"passes = 1", b"passes = 0", "password.passes"),
    ("portillon.ini", None, b"; " + b"x" * 70000, "larger than"),
    ("keys", None, b"1 short\n", "keys"),
    ("keys", None, b"", "keys"),
    ("tls/localhost.crt", None, b"no certificate\n", "localhost.crt"),
    ("tls/localhost.key", None, "tls/ca.key", "localhost.key"),
    ("program/templates/login.html", b"<form", b"{{no_such_field}}<form",
     "login.html"),
    ("program/templates/login.html", None, b"{{#open}}", "login.html"),
    ("program/templates/messages/fr.po", b"msgid", b"msgidd", "fr.po"),
]


def test_F24_what_is_wrong_changes_nothing(place):
    """Each kind of bad file, while people are at work: one line says what is
    wrong, and nothing else happens."""
    load = Load(place, 2)
    gates = place.gates()
    for path, old, new, why in WRONG:
        if isinstance(new, str):
            new = (place.folder / new).read_bytes()
        with Changed(place, path, old, new):
            line = reload(place, "not reloaded")
        assert why in line, (path, line)
        assert institution(place) == "Test University"
    load.stop()
    assert place.gates() == gates


def test_F24_a_key_file_that_others_can_read_is_refused(place):
    keys = place.folder / "keys"
    keys.chmod(0o644)
    try:
        assert "keys" in reload(place, "not reloaded")
    finally:
        keys.chmod(0o600)


def test_F24_reloads_under_load_good_and_bad(place):
    """Many at a time, good, bad and huge in turn: nobody meets an error, and
    what is bad never shows."""
    load = Load(place, 3)
    log = Log(place)
    growth = Growth(place)
    before = place.config.read_bytes()
    contents = [
        before.replace(b"Test University", b"Other University"),
        before.replace(b"Test University", b"Bad University\nnonsense"),
        before + b"; " + b"x" * 100000,
        before,
    ]
    file = Changed(place, "portillon.ini", b"passes = 1", b"passes = 2")
    for turn in range(40):
        file.put(contents[turn % 4])
        place.server.send_signal(signal.SIGHUP)
        assert institution(place) in ("Test University", "Other University")
    file.put(before)
    load.stop()
    assert log.lines("not reloaded") and log.lines("reloaded")
    log.wait_for_silence()  # else a late line would be taken for the next one
    reload(place)
    assert institution(place) == "Test University"
    for result, events in (("taken", ["reloaded"]),
                           ("refused", ["not reloaded", "reloaded in part"])):
        assert growth.of("portillon_reloads_total", result=result) == \
            sum(len(log.lines(event)) for event in events)


def test_F24_a_request_sees_one_configuration(place):
    """One that waits for the database during the reload answers as before."""
    one = Browser(place)
    page = one.login_page()
    answers = []
    with contextlib.closing(place.connect()) as holder, Changed(
            place, "portillon.ini", b"Test University", b"Other University"):
        holder.autocommit = False
        holder.cursor().execute(
            "lock table sso.account in access exclusive mode")
        thread = threading.Thread(target=lambda: answers.append(
            one.submit(page, "alice", "wrong password")))
        thread.start()
        wait_until("it waits for the lock", lambda: place.sql(
            "select 1 from pg_locks where not granted"))
        reload(place)
        assert institution(place) == "Other University"
        holder.rollback()
        thread.join(30)
    one.close()
    assert "Test University" in answers[0].text
    assert "Other University" not in answers[0].text


def test_F24_what_only_a_start_changes_is_named_and_stays(place):
    with Changed(place, "portillon.ini", b"gates = 2",
                 b"gates = 3\nuser = postgres"):
        log = Log(place)
        reload(place)
        assert "server.gates server.user" in \
            log.wait("settings wait for a restart")
    assert len(place.gates()) == 2


def test_F24_new_keys_are_known_after_a_reload(place):
    """A second generation, and what was made with the first stays good."""
    one = Browser(place)
    one.sign_in("alice", PEOPLE["alice"])
    second = b"2 " + b"A" * 43 + b"\n"
    with Changed(place, "keys", None,
                 (place.folder / "keys").read_bytes() + second):
        reload(place)
        assert one.ticket_for(APPLICATION)
        place.sql("update sso.generation set active_key = 2,"
                  " number = number + 1")
        wait_until("the key is used", lambda: new_cookie_key(place) == 2)
        assert one.ticket_for(APPLICATION)
        place.sql("update sso.generation set active_key = 1,"
                  " number = number + 1")
        wait_until("the old is used", lambda: new_cookie_key(place) == 1)
    one.close()


def new_cookie_key(place):
    one = Browser(place)
    one.sign_in("bob", PEOPLE["bob"])
    one.close()
    return place.sql("select key_id from sso.session order by number desc"
                     " limit 1")[0][0]


# Stopping


class Balanced(Impatient):
    """Goes to the next of two nodes that says it is ready and takes the
    connection, as a balancer with health checks does."""
    nodes = []
    turns = itertools.count()

    def connect(self):
        for _ in range(100):
            node = self.nodes[next(self.turns) % 2]
            if not is_ready(node):
                continue
            try:
                plain = socket.create_connection(("127.0.0.1", node.port), 30)
                self.connection = self.installation.tls_context().wrap_socket(
                    plain, server_hostname="localhost")
                self.stream = self.connection.makefile("rb")
                return
            except OSError:  # no request was sent
                continue
        raise Refused("neither node takes connections")


def test_F03_nodes_are_restarted_in_turn_and_no_request_fails(place):
    second = place.second_node()
    second.start()
    try:
        Balanced.nodes = [place, second]
        load = Load(place, 4, client=Balanced)
        for node in (place, second) * 2:
            node.restart()
            done = len(load.acknowledged)
            wait_until("work goes on", lambda: load.faults or
                       len(load.acknowledged) > done + 10)
        load.stop()
    finally:
        assert second.stop() == 0


# Upgrade


def program(place):
    return place.folder / "program/portillon"


def replace_program(place, source=None, script=None):
    """Puts another program in its place, as an installation does."""
    fresh = place.folder / "program/portillon.fresh"
    if script is None:
        shutil.copy(source, fresh)
    else:
        fresh.write_text(script)
    fresh.chmod(0o755)
    own(place, fresh)
    fresh.rename(program(place))


def test_F25_an_upgrade_under_load_is_not_noticed(place):
    """The same process number, the same sockets, other gates: no request
    fails, no connection is refused."""
    load = Load(place, 4)
    for _ in range(3):
        gates = place.gates()
        replace_program(place, program(place))
        log = Log(place)
        place.server.send_signal(signal.SIGUSR2)
        log.wait("upgraded")
        log.wait("process ended", 3)  # two gates and the courier
        assert len(place.gates()) == 2 and not set(gates) & set(place.gates())
        done = len(load.acknowledged)
        wait_until("work goes on", lambda: load.faults or
                   len(load.acknowledged) > done + 20)
    load.stop()
    assert place.stop() == 0
    place.start()


def refused_upgrade(place, why):
    log = Log(place)
    gates = place.gates()
    place.server.send_signal(signal.SIGUSR2)
    assert why in log.wait("not upgraded")
    assert place.gates() == gates and all_gates_answer(place, "/healthz")
    return log


def test_F25_a_program_that_would_not_start_is_not_executed(place):
    good = place.folder / "program/portillon.good"
    shutil.copy(program(place), good)
    load = Load(place, 2)
    replace_program(place, script="#!/bin/sh\nexit 1\n")
    refused_upgrade(place, "would not start")
    replace_program(place, script="#!/no/such/interpreter\n")
    refused_upgrade(place, "No such file")
    replace_program(place, good)
    with Changed(place, "portillon.ini", b"[pages]", b"[pages"):
        refused_upgrade(place, "would not start")
    with Changed(place, "portillon.ini", b"listen = 127.0.0.1:",
                 b"listen = 127.0.0.2:"):
        log = refused_upgrade(place, "would not start")
        assert "server.listen" in log.wait("would not start")
    load.stop()


def test_F25_one_upgrade_at_a_time(place):
    good = place.folder / "program/portillon.good"
    shutil.copy(program(place), good)
    replace_program(place, script="""#!/bin/sh
touch trying
while ! [ -e tried ]; do sleep 0.02; done
exit 1
""")
    log = Log(place)
    place.server.send_signal(signal.SIGUSR2)
    wait_until("it is tried", (place.folder / "trying").exists)
    place.server.send_signal(signal.SIGUSR2)
    assert "under way" in log.wait("not upgraded")
    (place.folder / "tried").touch()
    assert "would not start" in log.wait("not upgraded", 2)
    replace_program(place, good)
    place.server.send_signal(signal.SIGUSR2)
    log.wait("upgraded")
    log.wait("process ended", 3)


def test_F25_gates_that_cannot_work_leave_the_old_ones_in_service(place):
    """The new program starts, but with a database that it does not fit."""
    load = Load(place, 2)
    gates = place.gates()
    with Changed(place, "portillon.ini", b"dbname=portillon user=portillon_app",
                 b"dbname=postgres user=postgres"):
        log = Log(place)
        place.server.send_signal(signal.SIGUSR2)
        log.wait("not upgraded")
    assert all(alive(gate) for gate in gates)
    log.wait("process ended", 3)  # the new ones
    log = Log(place)
    place.server.send_signal(signal.SIGUSR2)
    log.wait("upgraded")
    log.wait("process ended", 3)
    assert not any(alive(gate) for gate in gates)
    load.stop()


def test_F25_sockets_from_nowhere_are_not_taken(place):
    place.stop()
    try:
        result = place.portillon(
            "serve", env={"PORTILLON_UPGRADE": "0 1/0:1:2"}, expect=3)
        assert "PORTILLON_UPGRADE" in result.stderr
        result = place.portillon(
            "serve", env={"PORTILLON_UPGRADE": "99999/"}, expect=3)
        assert "PORTILLON_UPGRADE" in result.stderr
    finally:
        place.start()


# Gates that die or hang, and the master


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT])
def test_F30_who_crashes_is_started_again_at_once(place, number):
    for process in ("gate 1", "courier"):
        log = Log(place)
        victim = place.processes()[process]
        os.kill(victim, number)
        started = log.wait("process started")
        ended = log.wait("process ended")
        assert f'process="{process}"' in ended
        assert f"signal={int(number)}" in ended
        assert moment(started) - moment(ended) < 1.0
    wait_until("ready", lambda: all_gates_answer(place, "/ready"))


def gate_1(place):
    """Its process number, None while it does not run."""
    return place.processes().get("gate 1")


def kill_gate_1(place):
    victim = gate_1(place)
    if victim is not None:
        os.kill(victim, signal.SIGKILL)
    return True


def test_F30_the_socket_of_a_gate_that_keeps_dying_is_adopted(place):
    log = Log(place)
    wait_until("its socket is adopted", lambda: kill_gate_1(place) and
               log.lines("socket adopted"))
    assert 'process="gate 1" adopter="gate 2"' in log.wait("socket adopted")
    for _ in range(3):  # three times it dies as soon as it lives
        os.kill(wait_until("it was started", lambda: gate_1(place)),
                signal.SIGKILL)
        wait_until("it is dead", lambda: gate_1(place) is None)
        for _ in range(16):  # half of them in its queue
            one = Browser(place)
            one.connect()
            one.connection.settimeout(1.5)
            assert one.get("/healthz").status == 200
            one.close()
    deaths = [moment(line) for line in log.lines("process ended")]
    births = [moment(line) for line in log.lines("process started")]
    pauses = [born - died for died, born in zip(deaths, births)]
    assert pauses[-1] > 2 * pauses[0]  # ever more slowly
    log.wait("socket given back")
    wait_until("ready", lambda: all_gates_answer(place, "/ready"))


def test_F30_a_gate_that_hangs_is_replaced(place):
    log = Log(place)
    victim = place.gates()[0]
    os.kill(victim, signal.SIGSTOP)
    log.wait("socket adopted")
    assert all_gates_answer(place, "/healthz")
    assert f"child={victim}" in log.wait("process hangs")
    wait_until("it is replaced", lambda: not alive(victim) and
               len(place.gates()) == 2)
    log.wait("socket given back")
    wait_until("ready", lambda: all_gates_answer(place, "/ready"))


def test_F30_without_a_master_gates_finish_and_go(place):
    before = len(place.log())
    load = Load(place, 2, may_end=True)
    gates = place.gates()
    place.server.kill()
    place.server.wait()
    wait_until("no gate is left", lambda: not any(
        alive(gate) for gate in gates))
    load.wait()
    assert not load.faults, load.faults
    assert "left behind" not in place.log()[before:]
    place.server = None
    place.start()
    assert all_gates_answer(place, "/ready")


# The service manager


def test_the_service_manager_is_told(place, monkeypatch):
    """sd_notify(3): ready, alive, reloading with the time, upgraded, stopping;
    the watchdog's word comes in time."""
    assert place.stop() == 0
    path = place.folder / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        path.chmod(0o777)
        manager.settimeout(30)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        monkeypatch.setenv("WATCHDOG_USEC", "900000")
        place.start()

        def told(wanted):
            while True:
                state = manager.recv(4096).decode()
                if state.startswith(wanted):
                    return state

        told("READY=1")
        for _ in range(3):
            told("WATCHDOG=1")
        now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        reload(place)
        reloading = told("RELOADING=1\nMONOTONIC_USEC=")
        assert int(reloading.partition("USEC=")[2]) >= now
        told("READY=1")
        log = Log(place)
        place.server.send_signal(signal.SIGUSR2)
        log.wait("upgraded")
        told("RELOADING=1")
        told("READY=1")
        told("WATCHDOG=1")
        assert place.stop() == 0
        told("STOPPING=1")
    monkeypatch.undo()
    path.unlink()
    place.start()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give up root")
def test_F24_who_gave_up_root_may_not_read_the_key_any_more(place):
    key = place.folder / "tls/localhost.key"
    assert place.stop() == 0
    prefix, place.prefix = place.prefix, []
    try:
        with Changed(place, "portillon.ini", b"gates = 2",
                     b"gates = 2\nuser = postgres"):
            shutil.chown(key, "root", "root")
            key.chmod(0o600)
            place.start()
            line = reload(place, "not reloaded")
            assert "server.tls_key" in line and "as user postgres" in line
            assert all_gates_answer(place, "/ready")
            shutil.chown(key, "postgres", "postgres")
            reload(place)
            assert place.stop() == 0
    finally:
        shutil.chown(key, "postgres", "postgres")
        place.prefix = prefix
        place.start()
