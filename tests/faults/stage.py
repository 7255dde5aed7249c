# SPDX-License-Identifier: Apache-2.0
"""Where faults happen: nodes on one database, people, and a load with a
journal, all in one folder that goes away."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conversation"))

import installation as base  # noqa: E402
from installation import Installation, alive, wait_until  # noqa: E402

import journal  # noqa: E402

PROGRAMS = ("ledger", "people", "relay")
SERVICES = 10
WARM_GRANTS = 20
LOGS = ("*.log", "*.ini", "*.err", "journal*", "database/postgresql.log")
SLOWEST = 60  # seconds until a load has ended and proved

PEOPLE = """
INSERT INTO sso.account
    (login, display_name, password, attributes, created_at)
SELECT login, 'Name of ' || login, password, jsonb_build_object(
    'mail', jsonb_build_array(login || '@faults.example'),
    'sn', jsonb_build_array('Surname of ' || login),
    'affiliation', jsonb_build_array('member')), now()
FROM unnest(%s::text[], %s::text[]) AS person (login, password)"""
MEMBERS = """
INSERT INTO sso.membership (account_id, tenant_id)
SELECT a.id, t.id FROM sso.account AS a CROSS JOIN sso.tenant AS t"""
APPLICATIONS = """
INSERT INTO sso.service (tenant_id, name, pattern, released, created_at)
SELECT (SELECT min(id) FROM sso.tenant), 'Application ' || n,
    'https://app' || n || '.faults.example/*', '["*"]', now()
FROM generate_series(0, %s - 1) AS n"""


def microseconds():
    """The clock of the journal."""
    return time.monotonic_ns() // 1000


def children_of(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(word) for word in text.split()]


def send(pid, number):
    """Whether there was somebody to get the signal."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def is_gone(pid):
    """Dead with all its threads: until then its sockets are open."""
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return True
    return threads == [str(pid)] and not alive(pid)


class Node(Installation):
    """A server of its own on the folder, keys and database of a stage."""

    def __init__(self, stage, number):
        self.folder = stage.folder
        self.prefix = stage.prefix
        self.clock = stage.clock
        self.url, self.origin = stage.url, stage.origin
        self.number = number
        self.server = None
        self.wrapper = []  # words before the command, as who we are
        self.port = base.free_port()
        self.status_port = base.free_port()
        self.config = stage.folder / f"node{number}.ini"
        self.log_file = stage.folder / f"node{number}.log"
        self.configure(stage)

    def configure(self, stage, **changes):
        """Other settings: section_name="value" adds or replaces a line."""
        text = stage.config.read_text().replace(
            f"listen = 127.0.0.1:{stage.port}",
            f"listen = 127.0.0.1:{self.port}").replace(
            f":{stage.status_port}\n", f":{self.status_port}\n")
        for name, value in changes.items():
            section, _, setting = name.partition("_")
            text = change_setting(text, section, setting, value)
        self.config.write_text(text)
        self.config.chmod(0o644)

    def start(self):
        mark = self.log_size()
        self.begin()
        wait_until("the node is ready", lambda: self._still_runs() and
                   'event="ready"' in self.log(mark))

    def begin(self):
        """Starts it and does not wait until it is ready."""
        with open(self.log_file, "ab") as log:
            self.server = subprocess.Popen(
                [*self.wrapper, *base.unprivileged(),
                 str(self.folder / "program/portillon"), "--config",
                 str(self.config), "serve"], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, cwd=self.folder,
                env=self.environment())

    def family(self):
        """Master, gates, courier."""
        return [self.server.pid, *children_of(self.server.pid)]

    def signal(self, number):
        """To all of its processes; the master first, so that it cannot start
        others."""
        for pid in self.family():
            send(pid, number)

    def kill(self):
        """Pulls the plug."""
        family = self.family()
        self.signal(signal.SIGKILL)
        self.server.wait()
        wait_until("the node is dead",
                   lambda: all(is_gone(pid) for pid in family))
        self.server = None

    def changed(self, stage, **changes):
        """Restarts it with other settings; without any, with its own."""
        if self.server is not None and self.server.poll() is None:
            self.stop()
        self.configure(stage, **changes)
        self.start()

    def cpu_seconds(self):
        """What its processes have used of a core so far."""
        return sum(cpu_seconds(pid) for pid in self.family())

    def memory_kib(self):
        """What its processes hold resident together."""
        return sum(resident_kib(pid) for pid in self.family())


def change_setting(text, section, name, value):
    lines = [line for line in text.splitlines()
             if not line.startswith(f"{name} =")]
    if f"[{section}]" not in lines:
        lines.append(f"[{section}]")
    lines.insert(lines.index(f"[{section}]") + 1, f"{name} = {value}")
    return "\n".join(lines) + "\n"


def resident_kib(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    for line in text.splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def cpu_seconds(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    fields = text.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Stage(Installation):
    """Installation, nodes, people."""

    def __init__(self, nodes=2, persons=40, victims=60):
        super().__init__()
        self.persons = persons
        self.victims = victims
        self.node_count = nodes
        self.nodes = []
        self.loads = 0

    def make(self):
        super().make()
        for name in PROGRAMS:
            shutil.copy(base.BUILD / "tests/faults" / name,
                        self.folder / "program" / name)
        self.people("person", self.persons)
        self.people("victim", 1, self.victims)
        self.sql(MEMBERS)
        self.sql(APPLICATIONS, SERVICES)
        self.nodes = [Node(self, number) for number in range(self.node_count)]
        for node in self.nodes:
            node.start()
        wait_until("there is room for spent tickets", lambda: self.sql(
            "select 1 from pg_inherits where inhparent = 'sso.redemption'"
            "::regclass"))

    def people(self, name, hashes, count=None):
        """`count` of them share the hashes; guessers do not care."""
        lines = self.run([self.folder / "program/people", name, hashes]).stdout
        words = [line.split() for line in lines.splitlines()]
        logins = [login for login, _ in words]
        secrets = [secret for _, secret in words]
        if count is not None:
            logins = [f"{name}{number}" for number in range(count)]
            secrets = secrets * count
        self.sql(PEOPLE, logins, secrets)

    def database_answers(self):
        """Whether PostgreSQL serves just now."""
        try:
            self.sql("select 1")
        except Exception:
            return False
        return True

    def mend(self):
        """Everything up again, whatever the fault before left behind."""
        self.database("start")
        for node in self.nodes:
            if node.server is not None and node.server.poll() is not None:
                node.server = None
            if node.server is None:
                node.start()

    def postgresql(self):
        """Its processes: the postmaster and what it started."""
        return [self.postmaster(), *children_of(self.postmaster())]

    def relay_database(self):
        """Puts a relay between each node and PostgreSQL; the relays."""
        relays = []
        for node in self.nodes:
            folder = self.folder / f"relay{node.number}"
            folder.mkdir(exist_ok=True)
            folder.chmod(0o777)
            relays.append(Relay(
                self.folder / "program/relay", folder / ".s.PGSQL.5432",
                self.folder / "database/socket/.s.PGSQL.5432"))
            node.changed(self, database_app=f"host={folder} "
                         "dbname=portillon user=portillon_app")
        return relays

    def forget_tries(self):
        self.sql("delete from sso.throttle")

    def keep_logs(self, name):
        """Copies of all logs, where they stay when this folder goes."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix=f"portillon-{name}-"))
        for pattern in LOGS:
            for file in self.folder.glob(pattern):
                shutil.copy(file, folder)
        return folder

    def remove(self):
        troubles = []
        for node in self.nodes:
            troubles += node_troubles(node)
        rest = super().remove()
        return "\n".join(troubles + ([rest] if rest else []))


def node_troubles(node):
    """Ends a node; what its log complains of."""
    troubles = []
    if node.server is not None and node.server.poll() is None:
        code = node.stop()
        if code != 0:
            troubles.append(f"node {node.number} ended with code {code}")
    log = node.log() if node.log_file.exists() else ""
    return troubles + [line for line in log.splitlines()
                       if "Sanitizer" in line or "runtime error:" in line]


class Load:
    """The virtual browsers at work, and what they wrote down."""

    def __init__(self, stage, **options):
        stage.loads += 1
        self.stage = stage
        self.path = stage.folder / f"journal{stage.loads}"
        self.journal = journal.Journal(self.path)
        self.error_path = stage.folder / f"load{stage.loads}.err"
        self.options = {"browsers": 40, "rate": 15, "proofs": 50,
                        "persons": stage.persons, "victims": stage.victims,
                        "services": SERVICES, **options}
        self.process = None
        self.figures = None

    def start(self):
        stage = self.stage
        options = {"journal": self.path, "keys": stage.folder / "keys",
                   "host": f"localhost:{stage.port}",
                   "tls": stage.folder / "tls/ca.crt", **self.options}
        words = [f"--{name}={value}" for name, value in options.items()
                 if value is not None]
        words += [f"--node={node.port}" for node in stage.nodes]
        with open(self.error_path, "wb") as errors:
            self.process = subprocess.Popen(
                [*base.unprivileged(), str(stage.folder / "program/ledger"),
                 *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=errors, cwd=stage.folder, env=stage.environment())
        wait_until("people are signed in", self._is_warm)
        return self

    def _is_warm(self):
        assert self.process.poll() is None, self.error_path.read_text()
        if not self.path.exists():
            return False
        return self.path.read_text().count(" granted ") >= WARM_GRANTS

    def acknowledged(self):
        """How many lines of answers there are by now."""
        self.journal.operations()
        return self.journal.answers

    def stored(self):
        """How many of them PostgreSQL had a part in."""
        self.journal.operations()
        return self.journal.stored

    def operations(self):
        return self.journal.operations()

    def stop(self):
        """Ends it after its proofs; its figures."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        out, _ = self.process.communicate(timeout=SLOWEST)
        errors = self.error_path.read_text()
        assert self.process.returncode in (0, 1) and "Sanitizer" not in errors, \
            f"the load ended with code {self.process.returncode}\n{errors}"
        self.figures = json.loads(out)
        return self.figures

    def abandon(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


class Relay:
    """A relay between two sockets: ports, or paths."""

    def __init__(self, program, listen, target, seed=1):
        self.listen = listen
        self.process = subprocess.Popen(
            [*base.unprivileged(), str(program), str(listen), str(target),
             str(seed)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True)
        assert self.process.stdout.readline() == "ready\n"

    def ask(self, words):
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def tell(self, words):
        """A command, in force when this returns."""
        answer = self.ask(words)
        assert answer.endswith("ok"), f"{words}: {answer}"
        return answer

    def count(self):
        """How many connections it has had."""
        return int(self.tell("count").split()[0])

    def stop(self):
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(SLOWEST)
