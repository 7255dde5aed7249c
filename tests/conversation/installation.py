# SPDX-License-Identifier: Apache-2.0
"""One whole installation of Portillon for tests: folder, database, keys,
certificate, settings, and the real server with two gates.

The server program is the test build, the same but for its clock, which reads an
offset from a file.  Called by root, everything runs as the user "postgres",
since PostgreSQL refuses to run as root; the programs are copied into the folder
first, because that user may not see the source folder.
"""
import copy
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time

import psycopg2

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TEST_BUILD", ROOT / "build-test"))
DATABASE_USER = "postgres"
ATTEMPT = 0.02  # seconds between two looks at something awaited
SLOWEST = 30  # seconds before something awaited counts as failed

SETTINGS = """\
[server]
url = https://localhost:{port}/cas
listen = 127.0.0.1:{port}
status_listen = 127.0.0.1:{status_port}
tls_certificate = {folder}/tls/localhost.crt
tls_key = {folder}/tls/localhost.key
gates = 2
connections_per_address = 2000
[database]
app = host={folder}/database/socket dbname=portillon user=portillon_app
migrator = host={folder}/database/socket dbname=portillon \
user=portillon_migrator
[keys]
file = {folder}/keys
[password]
memory = 8192
passes = 1
[throttle]
address = 100000
network = 100000
[pages]
institution = Test University
templates = {folder}/program/templates
static = {folder}/program/static
"""

TLS_EXTENSIONS = """\
subjectAltName = DNS:localhost, IP:127.0.0.1
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth
"""


class Failed(Exception):
    """A command of the installation ended with another code than 0."""

    def __init__(self, command, result):
        words = " ".join(map(str, command))
        super().__init__(f"{words}\nexit code {result.returncode}\n"
                         f"{result.stdout}\n{result.stderr}")
        self.code = result.returncode
        self.stdout = result.stdout
        self.stderr = result.stderr


def wait_until(what, question):
    """Asks again and again until the answer is true, and returns it."""
    deadline = time.monotonic() + SLOWEST
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {SLOWEST} seconds")
        time.sleep(ATTEMPT)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def unprivileged():
    """What stands before a command so that it does not run as root."""
    if os.getuid() != 0:
        return []
    return ["setpriv", f"--reuid={DATABASE_USER}", f"--regid={DATABASE_USER}",
            "--clear-groups", "--"]


class Clock:
    """The server's clock, as an offset from the true one."""

    def __init__(self, file):
        self.file = file
        self.shift(0)

    def now(self):
        """What time the server has, in seconds since 1970."""
        return time.time() + self.seconds

    def shift(self, seconds):
        self.seconds = seconds
        fresh = self.file.with_suffix(".new")
        fresh.write_text(str(int(seconds * 1_000_000)))
        fresh.chmod(0o644)
        fresh.rename(self.file)


class Installation:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="portillon-"))
        self.prefix = unprivileged()
        self.server = None
        self.port = free_port()
        self.status_port = free_port()
        self.url = f"https://localhost:{self.port}/cas"
        self.origin = f"https://localhost:{self.port}"
        self.config = self.folder / "portillon.ini"
        self.log_file = self.folder / "server.log"
        self.database_host = f"{self.folder}/database/socket"
        self.clock = Clock(self.folder / "clock")
        self.log_mark = 0

    # Making it

    def make(self):
        self._copy_programs()
        self._make_certificate()
        self.config.write_text(
            SETTINGS.format(port=self.port, status_port=self.status_port,
                            folder=self.folder))
        self._give_away()
        self.database("create", pwd.getpwuid(os.getuid()).pw_name)
        # A sleepy WAL writer: what is not flushed on purpose is lost when
        # PostgreSQL is killed.
        self.sql("alter system set wal_writer_delay = '10s'", role="postgres")
        self.sql("select pg_reload_conf()", role="postgres")
        self.portillon("keys", "generate")
        self.portillon("migrate")

    def _copy_programs(self):
        program = self.folder / "program"
        program.mkdir()
        shutil.copy(BUILD / "server/portillon-test", program / "portillon")
        for name in ("database", "roles.sql"):
            shutil.copy(ROOT / "deploy" / name, program / name)
        for name in ("templates", "static", "migrations"):
            shutil.copytree(ROOT / name, program / name)

    def _make_certificate(self):
        tls = self.folder / "tls"
        tls.mkdir()
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        (tls / "extensions").write_text(TLS_EXTENSIONS)
        for command in (
                ["req", "-x509", *key, "-days", "2", "-subj", "/CN=Test CA",
                 "-keyout", "ca.key", "-out", "ca.crt"],
                ["req", *key, "-subj", "/CN=localhost", "-keyout",
                 "localhost.key", "-out", "localhost.csr"],
                ["x509", "-req", "-in", "localhost.csr", "-CA", "ca.crt",
                 "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                 "-extfile", "extensions", "-out", "localhost.crt"]):
            subprocess.run(["openssl", *command], cwd=tls, check=True,
                           capture_output=True)

    def _give_away(self):
        self.folder.chmod(0o755)
        if os.getuid() == 0:
            for path in [self.folder, *self.folder.rglob("*")]:
                shutil.chown(path, DATABASE_USER, DATABASE_USER)

    # Commands

    def run(self, command, text="", env=None, expect=0):
        """Runs a command as the installation's user."""
        result = subprocess.run(
            [*self.prefix, *map(str, command)], input=text, text=True,
            capture_output=True, cwd=self.folder, timeout=120,
            env={**self.environment(), **(env or {})})
        if expect is not None and result.returncode != expect:
            raise Failed(command, result)
        return result

    def environment(self):
        return {**os.environ, "PORTILLON_TEST_CLOCK": str(self.clock.file),
                "HOME": str(self.folder),
                "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0:exitcode=99",
                "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"}

    def portillon(self, *args, input="", env=None, expect=0):
        return self.run([self.folder / "program/portillon", "--config",
                         self.config, *args], input, env, expect)

    def database(self, command, *args):
        return self.run([self.folder / "program/database", command,
                         self.folder / "database", *args])

    def connect(self, role="portillon_migrator"):
        connection = psycopg2.connect(
            host=self.database_host, target_session_attrs="read-write",
            dbname="postgres" if role == "postgres" else "portillon",
            user=role)
        connection.autocommit = True
        return connection

    def sql(self, query, *values, role="portillon_migrator"):
        """The rows as tuples; an empty list if there are none."""
        connection = self.connect(role)
        try:
            with connection.cursor() as cursor:
                cursor.execute(query, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    # People and services

    def add_account(self, login, password, *options):
        self.portillon("account", "add", login, *options, "--password-stdin",
                       input=password + "\n")

    def add_service(self, pattern, *options, name="Test application"):
        self.portillon("service", "add", "--name", name, *options, pattern)
        return self.service_id(pattern)

    def service_id(self, pattern):
        rows = self.sql("select id from sso.service where pattern = %s",
                        pattern)
        assert rows, f"no service has the pattern {pattern}"
        return str(rows[0][0])

    # The server

    def start(self):
        mark = self.log_size()
        with open(self.log_file, "ab") as log:
            self.server = subprocess.Popen(
                [*self.prefix, str(self.folder / "program/portillon"),
                 "--config", str(self.config), "serve"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.folder, env=self.environment())
        wait_until("the server is ready",
                   lambda: self._still_runs() and
                   'event="ready"' in self.log(mark))

    def _still_runs(self):
        if self.server.poll() is not None:
            raise AssertionError("the server ended with code "
                                 f"{self.server.returncode}:\n{self.log()}")
        return True

    def stop(self):
        """Ends the server as an operator would; returns its exit code."""
        self.server.send_signal(signal.SIGTERM)
        code = self.server.wait(SLOWEST)
        self.server = None
        return code

    def restart(self):
        assert self.stop() == 0, self.log()
        self.start()

    def second_node(self, keys="keys"):
        """Another server, not started yet, on the same database and under the
        same address: ports, settings and log of its own, and the key file
        `keys` of the folder."""
        node = copy.copy(self)
        node.server = None
        node.port = free_port()
        node.status_port = free_port()
        node.config = self.folder / "second.ini"
        node.log_file = self.folder / "second.log"
        text = self.config.read_text()
        for old, new in ((f"listen = 127.0.0.1:{self.port}\n",
                          f"listen = 127.0.0.1:{node.port}\n"),
                         (f"status_listen = 127.0.0.1:{self.status_port}\n",
                          f"status_listen = 127.0.0.1:{node.status_port}\n"),
                         (f"file = {self.folder}/keys\n",
                          f"file = {self.folder}/{keys}\n")):
            assert old in text, old
            text = text.replace(old, new)
        node.config.write_text(text)
        node.config.chmod(0o644)
        return node

    def processes(self):
        """Process numbers of those that live, by name: "gate 1", "courier"."""
        started = re.findall(
            r'event="process started" process="([^"]+)" child=([0-9]+)',
            self.log())
        return {name: int(pid) for name, pid in started if alive(int(pid))}

    def gates(self):
        """Process numbers of the gates."""
        return [pid for name, pid in self.processes().items()
                if name.startswith("gate ")]

    def log_size(self):
        return self.log_file.stat().st_size if self.log_file.exists() else 0

    def log(self, since=0):
        with open(self.log_file, "rb") as log:
            log.seek(since)
            return log.read().decode("utf-8", "replace")

    def database_log(self):
        return (self.folder / "database/postgresql.log").read_text(
            errors="replace")

    def tls_context(self):
        return ssl.create_default_context(cafile=self.folder / "tls/ca.crt")

    def postmaster(self):
        file = self.folder / "database/data/postmaster.pid"
        return int(file.read_text().split()[0])

    def kill_database(self):
        """Pulls the plug of PostgreSQL: kill -9, and nothing is flushed."""
        pid = self.postmaster()
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
        family = [pid, *map(int, children.read_text().split())]
        for member in family:
            try:
                os.kill(member, signal.SIGKILL)
            except ProcessLookupError:
                pass
        wait_until("PostgreSQL is dead",
                   lambda: not any(alive(member) for member in family))
        # A container without an init keeps the dead as zombies, and the files
        # that name them would pass for those of a running PostgreSQL.
        for name in ("data/postmaster.pid", "socket/.s.PGSQL.5432.lock"):
            (self.folder / "database" / name).unlink(missing_ok=True)

    def remove(self):
        """Stops everything; returns what a tester should hear of."""
        troubles = []
        if self.server is not None:
            code = self.stop()
            if code != 0:
                troubles.append(f"the server ended with code {code}")
        self.database("stop")
        log = self.log() if self.log_file.exists() else ""
        troubles += [line for line in log.splitlines()
                     if "Sanitizer" in line or "runtime error:" in line]
        if troubles:
            troubles.append(log[-6000:])
        if os.environ.get("TEST_KEEP"):
            print(f"kept: {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)
        return "\n".join(troubles)


def alive(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"
