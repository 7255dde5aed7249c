# SPDX-License-Identifier: Apache-2.0
"""What is measured: a private PostgreSQL with people and sessions in it, the
server, and the limits beside it, all of it in one folder that goes away.

Called by root, everything runs as the user "postgres", since neither PostgreSQL
nor the server runs as root; the programs are copied into the folder, because
that user may not see the source folder.
"""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import typing

ROOT = pathlib.Path(__file__).resolve().parents[2]
POSTGRESQL = pathlib.Path(os.environ.get(
    "PORTILLON_POSTGRESQL_BINARIES", "/usr/lib/postgresql/15/bin"))
DATABASE_USER = "postgres"
SLOWEST = 30  # seconds before something awaited counts as failed
PATIENCE = 120  # seconds for one command
ACCOUNTS = 1000
REDEMPTIONS_AT_ONCE = 1000000
PASSWORD = "correct horse battery staple"


class Sizes(typing.NamedTuple):
    """How much lies in the database, and how many serve it."""
    sessions: int
    services: int
    redemptions: int = 0
    gates: int = 1


SETTINGS = """\
[server]
url = http://127.0.0.1:{port}/cas
listen = 127.0.0.1:{port}
status_listen = 127.0.0.1:{status_port}
gates = {gates}
connections = 20000
connections_per_address = 20000
[database]
app = {app}
migrator = {migrator}
[keys]
file = {folder}/keys
[outbound]
networks = 127.0.0.0/8
[pages]
institution = Bench University
templates = {folder}/program/templates
static = {folder}/program/static
"""

NGINX = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {folder}/nginx-body;
    proxy_temp_path {folder}/nginx-proxy;
    fastcgi_temp_path {folder}/nginx-fastcgi;
    uwsgi_temp_path {folder}/nginx-uwsgi;
    scgi_temp_path {folder}/nginx-scgi;
    server {{
        {listen}
        default_type text/plain;
        location / {{ return 200 "ok\\n"; }}
    }}
}}
"""

PEOPLE = """\
INSERT INTO sso.account
    (id, login, display_name, attributes, created_at)
OVERRIDING SYSTEM VALUE
SELECT n, 'user' || n, 'User Number ' || n, jsonb_build_object(
    'mail', jsonb_build_array('user' || n || '@bench.example'),
    'givenName', jsonb_build_array('User'),
    'sn', jsonb_build_array('Number ' || n),
    'affiliation', jsonb_build_array('member', 'staff')), now()
FROM generate_series(1, {accounts}) AS n;
INSERT INTO sso.membership (account_id, tenant_id)
SELECT n, (SELECT min(id) FROM sso.tenant)
FROM generate_series(1, {accounts}) AS n;
INSERT INTO sso.service (tenant_id, name, pattern, released, created_at)
SELECT (SELECT min(id) FROM sso.tenant), 'Application ' || n,
    'https://app' || n || '.bench.example/*', '["*"]', now()
FROM generate_series(0, {services} - 1) AS n;
CREATE TEMPORARY TABLE line
    (number bigint, cookie text, account bigint, login text, key int, mac text);
\\copy line from '{sessions}' with (delimiter ' ')
INSERT INTO sso.session (number, mac, key_id, account_id, account_epoch,
    created_at, last_used_at, password_at, client_address, user_agent)
OVERRIDING SYSTEM VALUE
SELECT number, decode(mac, 'hex'), key, account, 0, now() - interval '1 hour',
    now(), now() - interval '1 hour', '192.0.2.7', 'Mozilla/5.0'
FROM line;
SELECT setval(pg_get_serial_sequence('sso.session', 'number'),
    (SELECT max(number) FROM sso.session));
"""

# Spent within the last 24 hours, from number {first} to {last}.
REDEEMED = """\
SET synchronous_commit = off;
INSERT INTO sso.redemption (session, issued_at, random, request, service_id,
    ticket, redeemed_at)
SELECT 1 + n % {sessions}, date_part('epoch', now())::bigint - n % 86400,
    decode(lpad(to_hex(n), 12, '0'), 'hex'), gen_random_uuid(),
    1 + n % {services}, 'ST-' || md5(n::text) || md5((-n)::text), now()
FROM generate_series({first}, {last}) AS n;
"""

# Real visits are minutes apart, so most of them are due to be written down.
# From now to half the idle limit ago: one in five is not.
AGE = """\
UPDATE sso.session SET last_used_at = now() -
    interval '1800 seconds' * ((number * 7919) % 10000 / 10000.0);
"""


# They have generators; the pattern is an account with the password of all.
SIGNERS = """\
CREATE TEMPORARY TABLE line (number bigint, cookie text, account bigint,
    login text, key int, secret text, sealed text);
\\copy line from '{signers}' with (delimiter ' ')
INSERT INTO sso.account (id, login, display_name, password, created_at)
OVERRIDING SYSTEM VALUE
SELECT account, line.login, 'Signer Number ' || account, a.password, now()
FROM line, sso.account AS a WHERE a.login = 'pattern';
INSERT INTO sso.membership (account_id, tenant_id)
SELECT account, (SELECT min(id) FROM sso.tenant) FROM line;
INSERT INTO sso.enrolment (id, account_id, factor, state, secret, key_id,
    created_at, confirmed_at)
OVERRIDING SYSTEM VALUE
SELECT account, account, 'totp', 'active', decode(sealed, 'hex'), key, now(),
    now()
FROM line;
"""
SIGNERS_FIRST = 1000001  # number of the first of them

# Sessions that used applications which nginx plays, each at an address of its
# own, since one host is called twice at a time only.
LEAVERS = """\
INSERT INTO sso.service (tenant_id, name, pattern, logout_url, created_at)
SELECT (SELECT min(id) FROM sso.tenant), 'Left ' || n,
    'https://left' || n || '.bench.example/*',
    'http://127.0.0.' || n || ':{port}/', now()
FROM generate_series(1, {applications}) AS n;
INSERT INTO sso.redemption (session, issued_at, random, request, service_id,
    service_url, ticket, redeemed_at)
SELECT s, date_part('epoch', now())::bigint,
    decode(lpad(to_hex(v.id), 12, '0'), 'hex'), gen_random_uuid(), v.id,
    'https://left.bench.example/',
    'ST-' || left(md5(s || '-' || v.id) || md5(v.id || '-' || s), 60), now()
FROM generate_series({first}, {last}) AS s, sso.service AS v
WHERE v.name LIKE 'Left %';
"""
APPLICATIONS_LEFT = 20


class Failed(Exception):
    """Something did not start or ended badly; the text says what."""


def wait_until(what, question):
    deadline = time.monotonic() + SLOWEST
    while not question():
        if time.monotonic() > deadline:
            raise Failed(f"{what}: not within {SLOWEST} seconds")
        time.sleep(0.02)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def unprivileged():
    """What stands before a command so that it does not run as root."""
    if os.getuid() != 0:
        return []
    return ["setpriv", f"--reuid={DATABASE_USER}", f"--regid={DATABASE_USER}",
            "--clear-groups", "--"]


class Stack:
    def __init__(self, build, sizes):
        self.build = build
        self.sizes = sizes
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="portillon-bench-"))
        self.prefix = unprivileged()
        self.ports = {name: free_port()
                      for name in ("server", "status", "nginx", "bare")}
        self.processes = {}
        self.log = self.folder / "server.log"
        self.sessions = self.folder / "sessions"
        self.signers = self.folder / "signers"
        self.config = self.folder / "portillon.ini"
        self.log_mark = 0
        self.tls = False

    # Commands

    def run(self, *command, text=None, **variables):
        """Runs a command as the stack's user; what it printed."""
        result = subprocess.run(
            [*self.prefix, *map(str, command)], input=text, text=True,
            capture_output=True, cwd=self.folder, timeout=PATIENCE,
            env={**self.environment(), **variables}, check=False)
        if result.returncode != 0:
            words = " ".join(map(str, command))
            raise Failed(f"{words}: exit code {result.returncode}\n"
                         f"{result.stdout[-2000:]}{result.stderr[-2000:]}")
        return result.stdout

    def environment(self):
        """Without variables of ours: to the server they are settings."""
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith("PORTILLON_")}
        return {**kept, "HOME": str(self.folder)}

    def database(self, command):
        self.run(self.program("database"), command, self.folder / "database",
                 PORTILLON_POSTGRESQL_BINARIES=str(POSTGRESQL))

    def conninfo(self, user, database="portillon"):
        return (f"host={self.folder}/database/socket dbname={database} "
                f"user={user}")

    def sql(self, text):
        """Runs SQL as the superuser; what it printed, unadorned."""
        return self.run(POSTGRESQL / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1",
                        "-f", "-", self.conninfo("postgres"), text=text)

    def program(self, name):
        return self.folder / "program" / name

    def portillon(self, *words):
        return self.run(self.program("portillon"), "--config", self.config,
                        *words)

    # Making it

    def make(self):
        self._copy_programs()
        self.config.write_text(SETTINGS.format(
            gates=self.sizes.gates, port=self.ports["server"], status_port=self.ports["status"],
            folder=self.folder, app=self.conninfo("portillon_app"),
            migrator=self.conninfo("portillon_migrator")))
        (self.folder / "nginx.conf").write_text(NGINX.format(
            folder=self.folder, listen=" ".join(
                f"listen 127.0.0.{n}:{self.ports['nginx']};"
                for n in range(1, APPLICATIONS_LEFT + 1))))
        self._give_away()
        self.database("create")
        self.portillon("keys", "generate")
        self.portillon("migrate")
        self._fill()

    def _copy_programs(self):
        program = self.folder / "program"
        program.mkdir()
        for name in ("load", "sessions", "generators", "bare",
                     "hash"):
            shutil.copy(self.build / "tests/bench" / name, program / name)
        shutil.copy(self.build / "server/portillon", program / "portillon")
        for name in ("database", "roles.sql"):
            shutil.copy(ROOT / "deploy" / name, program / name)
        for name in ("templates", "static", "migrations"):
            shutil.copytree(ROOT / name, program / name)

    def _give_away(self):
        self.folder.chmod(0o755)
        if os.getuid() == 0:
            for path in [self.folder, *self.folder.rglob("*")]:
                shutil.chown(path, DATABASE_USER, DATABASE_USER)

    def _fill(self):
        lines = self.run(self.program("sessions"), self.folder / "keys",
                         self.sizes.sessions, ACCOUNTS)
        self.sessions.write_text(lines)
        self.sessions.chmod(0o644)
        self.sql(PEOPLE.format(accounts=ACCOUNTS,
                               services=self.sizes.services,
                               sessions=self.sessions))
        self._fill_redemptions()
        self.sql("VACUUM ANALYZE;")

    def _fill_redemptions(self):
        self.sql("SELECT sso.keep_partitions((now() AT TIME ZONE 'UTC')"
                 "::date);")
        for first in range(1, self.sizes.redemptions + 1,
                           REDEMPTIONS_AT_ONCE):
            last = min(first + REDEMPTIONS_AT_ONCE - 1,
                       self.sizes.redemptions)
            self.sql(REDEEMED.format(
                first=first, last=last, sessions=self.sizes.sessions,
                services=self.sizes.services))

    def add_signers(self, count):
        """People with a password and an authenticator app."""
        self.sql("SELECT setval(pg_get_serial_sequence('sso.account', 'id'),"
                 f" {ACCOUNTS});")
        self.run(self.program("portillon"), "--config", self.config,
                 "account", "add", "pattern", "--name", "Pattern",
                 "--password-stdin", text=PASSWORD + "\n")
        self.signers.write_text(self.run(
            self.program("generators"), self.folder / "keys", SIGNERS_FIRST,
            count))
        self.signers.chmod(0o644)
        self.sql(SIGNERS.format(signers=self.signers))
        self.sql("VACUUM ANALYZE;")

    def add_leavers(self, count):
        """The last sessions have used applications that are to be told."""
        self.age_sessions()
        self.sql(LEAVERS.format(
            port=self.ports["nginx"], applications=APPLICATIONS_LEFT,
            first=self.sizes.sessions - count + 1, last=self.sizes.sessions))
        self.sql("VACUUM ANALYZE;")

    def await_told(self, leavers):
        """Until the applications of so many sessions have been told."""
        wanted = leavers * APPLICATIONS_LEFT
        wait_until(f"{wanted} notices have arrived", lambda: self.sql(
            "SELECT count(*) FROM sso.outbox WHERE delivered_at IS NOT NULL;"
        ).strip() == str(wanted))

    def ask_for_codes(self, ask):
        """The university's policy, or none: with one, the other workloads
        would have to decide too."""
        if ask:
            self.portillon("policy", "apply", "university")
        else:
            self.sql("DELETE FROM sso.policy_version;")

    def age_sessions(self):
        """So that the touches of the next measurement are due again."""
        self.sql(AGE)
        self.sql("VACUUM sso.session;")

    def redemptions(self):
        return int(self.sql("SELECT count(*) FROM sso.redemption;"))

    # Processes

    def start(self, name, *command):
        with open(self.log if name == "server" else
                  self.folder / f"{name}.out", "ab") as out:
            self.processes[name] = subprocess.Popen(
                [*self.prefix, *map(str, command)], stdin=subprocess.DEVNULL,
                stdout=out, stderr=out, cwd=self.folder,
                env=self.environment())

    def stop(self, name):
        process = self.processes.pop(name, None)
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(SLOWEST)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def launch_server(self):
        self.log_mark = self.log.stat().st_size if self.log.exists() else 0
        self.start("server", self.program("portillon"), "--config", self.config,
                   "serve")

    def start_server(self):
        self.launch_server()
        self._await("server", self.server_is_ready, self.log)

    def server_is_ready(self):
        with open(self.log, errors="replace") as log:
            log.seek(self.log_mark)
            return 'event="ready"' in log.read()

    def use_tls(self):
        """From now on the server speaks TLS, with a certificate of its own."""
        key, certificate = self.folder / "tls.key", self.folder / "tls.crt"
        self.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                 "/CN=127.0.0.1", "-keyout", key, "-out", certificate)
        text = self.config.read_text().replace("url = http:", "url = https:")
        self.config.write_text(text.replace(
            "[database]\n", f"tls_certificate = {certificate}\n"
            f"tls_key = {key}\n[database]\n"))
        self.tls = True
        self.stop("server")
        self.start_server()

    def start_bare(self):
        self.start("bare", self.program("bare"), self.ports["bare"],
                   self.conninfo("portillon_app"), self.sessions)
        log = self.folder / "bare.out"
        self._await("bare", lambda: "ready" in log.read_text(), log)

    def start_nginx(self):
        self.start("nginx", shutil.which("nginx") or "/usr/sbin/nginx",
                   "-c", self.folder / "nginx.conf",
                   "-e", self.folder / "nginx.log")
        wait_until("nginx answers", lambda: answers(self.ports["nginx"]))

    def _await(self, name, question, log):
        process = self.processes[name]

        def is_there():
            if process.poll() is not None:
                raise Failed(f"{name} ended:\n{log.read_text()[-3000:]}")
            return question()
        wait_until(f"{name} is ready", is_there)

    def gates(self):
        """The process numbers of the gates."""
        found = re.findall(r'pid=(\d+) level=info event="gate ready"',
                           self.log.read_text(errors="replace"))
        return [int(pid) for pid in found[-self.sizes.gates:]]

    def programs_under_load(self, target):
        """The process numbers of what answers on that port."""
        if target == "server":
            return self.gates()
        process = self.processes[target].pid
        return children_of(process)[:1] if target == "nginx" else [process]

    def courier(self):
        master = self.processes["server"].pid
        children = set(children_of(master)) - set(self.gates())
        return children.pop() if children else 0

    def postmaster(self):
        file = self.folder / "database/data/postmaster.pid"
        return int(file.read_text().split()[0])

    def remove(self):
        for name in list(self.processes):
            self.stop(name)
        if (self.folder / "database/data/postmaster.pid").exists():
            self.database("stop")
        shutil.rmtree(self.folder, ignore_errors=True)


def children_of(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(word) for word in text.split()]
