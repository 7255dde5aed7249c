# SPDX-License-Identifier: Apache-2.0
"""System calls that fail."""
import collections
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time

from installation import alive, wait_until
from stage import send
from trial import Scenario, microseconds

DROP_CONNECTIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE usename = 'portillon_app'"""
SETTLED = 0.3  # seconds until strace has attached to all threads


def knock(node):
    """Many who come and go: people keep their connections."""
    for _ in range(200):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", node.port), 1).close()


class FailingCalls(Scenario):
    """strace puts an error in the place of a call of one gate, at its N-th
    time and then now and then."""
    number = "F-19"
    title = "system calls that fail"
    short, long = 1, 7
    harms = (
        ("accept4", "ECONNABORTED"), ("accept4", "EMFILE"),
        ("accept4", "ENFILE"), ("accept4", "EINTR"),
        ("epoll_ctl", "ENOMEM"), ("epoll_ctl", "ENOSPC"),
        ("epoll_wait", "EINTR"),
        ("read", "ECONNRESET"), ("read", "EINTR"),
        ("recvfrom", "ECONNRESET"), ("recvfrom", "EINTR"),
        ("write", "EPIPE"), ("write", "EINTR"),
        ("sendto", "EPIPE"), ("sendto", "EINTR"),
        ("socket", "EMFILE"), ("connect", "ECONNREFUSED"),
        ("getrandom", "EINTR"), ("getrandom", "ENOSYS"),
        ("openat", "EMFILE"), ("setsockopt", "ENOBUFS"),
    )
    reconnecting = ("socket", "connect")  # done for PostgreSQL only
    starting = ("getrandom",)  # done by a new gate

    def why_not(self):
        if shutil.which("strace") is None:
            return "strace is missing: apt-get install strace"
        return None if os.getuid() == 0 else "it needs root"

    def disturb(self, trial):
        harms = self.harms * (trial.long * 7 or 1)
        if not trial.long:
            harms = trial.dice.sample(self.harms, 6)
        trial.notes["deaths"] = 0
        trial.notes["injected"] = collections.Counter()
        for call, error in harms:
            self.inject(trial, call, error)
        self.storm(trial)

    def inject(self, trial, call, error):
        node = trial.dice.choice(trial.stage.nodes)
        wait_until("two gates", lambda: len(node.gates()) == 2)
        gate = trial.dice.choice(node.gates())
        traced = node.server.pid if call in self.starting else gate
        rare = call in self.starting + self.reconnecting
        first = trial.dice.randint(1, 2 if rare else 50 if trial.long else 5)
        calls = trial.stage.folder / "calls"
        with subprocess.Popen(
                ["strace", "-f", "-qq", "-o", str(calls), "-e",
                 f"trace={call}", "-e",
                 f"inject={call}:error={error}:when={first}+7",
                 "-p", str(traced)], stderr=subprocess.DEVNULL) as tracer:
            trial.pause(SETTLED, SETTLED)
            if call in self.reconnecting:
                trial.stage.sql(DROP_CONNECTIONS, role="postgres")
            if call in self.starting:
                send(gate, signal.SIGKILL)
            if call == "accept4":
                knock(node)
            trial.pause(1, 1.5)
            tracer.send_signal(signal.SIGINT)
        trial.notes["injected"][f"{call} {error}"] += \
            calls.read_text(errors="replace").count("(INJECTED)")
        self.afterwards(trial, node, gate, f"{call} {error}")

    def afterwards(self, trial, node, gate, what):
        """It may have ended, cleanly and said so; it must not hang."""
        if not alive(gate) and not what.startswith(self.starting):
            trial.notes["deaths"] += 1
            trial.notes.setdefault("died of", []).append(what)
        mark = trial.load.acknowledged()
        since = microseconds()
        wait_until(f"work goes on after {what}",
                   lambda: trial.load.acknowledged() > mark + 5)
        wait_until(f"the node answers after {what}", lambda: any(
            operation.node == node.number and operation.begun > since and
            operation.outcome in ("form", "granted", "accepted", "refused")
            for operation in trial.load.operations()))

    def storm(self, trial):
        """SIGURG does nothing but interrupt: a thousand a second."""
        node = trial.dice.choice(trial.stage.nodes)
        wait_until("two gates", lambda: len(node.gates()) == 2)
        end = time.monotonic() + (30 if trial.long else 2)
        while time.monotonic() < end:
            for gate in node.gates():
                send(gate, signal.SIGURG)
            trial.pause(0.001, 0.001)
        mark = trial.load.acknowledged()
        wait_until("work goes on after the storm",
                   lambda: trial.load.acknowledged() > mark + 5)

    def judge(self, trial, operations):
        injected = sum(trial.notes["injected"].values())
        if trial.long:
            never = [harm for harm, times in trial.notes["injected"].items()
                     if times == 0]
            trial.demand(not never, f"never made to fail: {never}")
        trial.figure("injected", injected)
        trial.figure("gates that ended", trial.notes["deaths"])
        trial.demand(injected > 0, "no call was made to fail")
        logs = "".join(node.log() for node in trial.stage.nodes)
        unexpected = [line for line in logs.splitlines()
                      if "signal=11" in line or "signal=7" in line]
        trial.demand(not unexpected, f"a gate crashed: {unexpected[:3]}; "
                     f"{trial.notes.get('died of')}")
