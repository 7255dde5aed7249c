# SPDX-License-Identifier: Apache-2.0
"""Nodes and gates that die, stop, hang and come back."""
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass

from installation import alive, wait_until
from trial import Scenario, journal, microseconds

SECOND = 1_000_000


@dataclass
class Death:
    node: int
    began: int  # microseconds
    dead: int = None

    def explains(self, operation):
        """Whether the request was under way when the node died."""
        return operation.node == self.node and \
            operation.begun <= self.dead and \
            (operation.ended is None or operation.ended >= self.began)


def killed(node):
    death = Death(node.number, microseconds())
    node.kill()
    death.dead = microseconds()
    return death


def recoveries(operations, deaths):
    """Milliseconds to the first answer after each."""
    return [journal.first_answer_ms(operations, death.dead,
                                    death.dead + 30 * SECOND, death.node)
            for death in deaths]


def worst(times):
    """None if one of them never came."""
    return None if None in times else max(times)


def served_by(trial, node, since):
    """Whether the node has answered anything begun since then."""
    return bool(journal.served(trial.load.operations(), since,
                               microseconds(), node.number))


class KillOneNode(Scenario):
    number = "F-01"
    title = "kill -9 of one node"
    short, long = 3, 200

    def disturb(self, trial):
        deaths = trial.notes["deaths"] = []
        for _ in trial.times():
            node = trial.dice.choice(trial.stage.nodes)
            trial.pause(0.5, 2)
            deaths.append(killed(node))
            node.begin()
            wait_until("it serves again",
                       lambda: served_by(trial, node, deaths[-1].dead))

    def judge(self, trial, operations):
        deaths = trial.notes["deaths"]
        trial.within("recovery ms", worst(recoveries(operations, deaths)),
                     1000)
        strange = [operation for operation in operations
                   if operation.outcome in ("unknown", "unavailable") and
                   not any(death.explains(operation) for death in deaths)]
        trial.demand(not strange, f"{len(strange)} requests failed that were "
                     f"not in flight at a kill: {strange[:3]}")
        trial.demand(trial.load.figures["unsent"] == 0 or
                     trial.load.figures["moved"] > 0,
                     "nobody was moved to the other node")


class KillBothNodes(Scenario):
    number = "F-02"
    title = "kill -9 of both nodes"
    short, long = 2, 50

    def disturb(self, trial):
        kills = trial.notes["kills"] = []
        for _ in trial.times():
            trial.pause(0.5, 2)
            for node in trial.stage.nodes:
                node.kill()
            kills.append(microseconds())
            for node in trial.stage.nodes:
                node.begin()
            for node in trial.stage.nodes:
                wait_until("it serves again",
                           lambda: served_by(trial, node, kills[-1]))

    def judge(self, trial, operations):
        gaps = [journal.first_answer_ms(operations, kill, kill + 30 * SECOND)
                for kill in trial.notes["kills"]]
        trial.within("outage ms", worst(gaps), 2000)


class RollingStop(Scenario):
    number = "F-03"
    title = "SIGTERM to the nodes in turn"
    short, long = 4, 100

    def disturb(self, trial):
        for turn in trial.times():
            node = trial.stage.nodes[turn % len(trial.stage.nodes)]
            trial.pause(0.2, 1)
            code = node.stop()
            trial.demand(code == 0, f"a stopped node ended with code {code}")
            since = microseconds()
            node.start()
            wait_until("it serves again",
                       lambda: served_by(trial, node, since))

    def judge(self, trial, operations):
        figures = trial.load.figures
        trial.figure("retried", figures["retried"])
        trial.demand(figures["failed"] == 0,
                     f"{figures['failed']} requests failed: "
                     f"{journal.failures(operations)[:3]}")
        trial.demand(figures["retried"] == 0,
                     f"{figures['retried']} requests were not answered on a "
                     "kept connection")


class CrashInAGate(Scenario):
    number = "F-30"
    title = "a gate crashes"
    short, long = 4, 100
    signals = (signal.SIGABRT, signal.SIGKILL)  # others, ASan keeps to itself

    def disturb(self, trial):
        crashes = trial.notes["crashes"] = []
        for turn in trial.times():
            node = trial.dice.choice(trial.stage.nodes)
            wait_until("two gates", lambda: len(node.gates()) == 2)
            trial.pause(1.5, 3)  # sooner, and it would be a crash loop
            victim = trial.dice.choice(node.gates())
            mark = node.log_size()
            number = self.signals[turn % len(self.signals)]
            began = time.monotonic()
            os.kill(victim, number)
            wait_until("another was started",
                       lambda: 'event="process started"' in node.log(mark))
            crashes.append((time.monotonic() - began) * 1000)
            trial.demand(f"signal={number.value}" in node.log(mark),
                         "the log does not name the signal")
            wait_until("it is gone", lambda: not alive(victim))

    def judge(self, trial, operations):
        trial.within("restart ms", max(trial.notes["crashes"]), 200)
        cores = [path.name for path in trial.stage.folder.glob("core*")]
        trial.demand(not cores, f"it left {cores}")


class StoppedNode(Scenario):
    number = "F-04"
    title = "SIGSTOP of a node, then SIGCONT"
    short, long = 2, 50
    # so that requests that were given up are still there when it wakes
    load = {"patience": 2000}

    def disturb(self, trial):
        stops = trial.notes["stops"] = []
        for _ in trial.times():
            node = trial.dice.choice(trial.stage.nodes)
            trial.pause(0.5, 1)
            stopped = microseconds()
            node.signal(signal.SIGSTOP)
            trial.pause(*((1, 30) if trial.long else (4, 5)))
            node.signal(signal.SIGCONT)
            stops.append((node.number, stopped, microseconds()))
            wait_until("it serves again",
                       lambda: served_by(trial, node, stops[-1][2]))

    def clean_up(self, trial):
        for node in trial.stage.nodes:
            node.signal(signal.SIGCONT)

    def judge(self, trial, operations):
        taken_out = [self.sent_for_ms(operations, *stop)
                     for stop in trial.notes["stops"]]
        trial.within("taken out ms", max(taken_out), 3000)
        back = [journal.first_answer_ms(operations, woken,
                                        woken + 30 * SECOND, node)
                for node, _, woken in trial.notes["stops"]]
        trial.within("recovery ms", worst(back), 2000)

    @staticmethod
    def sent_for_ms(operations, node, stopped, woken):
        """Until when requests were still sent to a node that slept."""
        begun = [operation.begun for operation in operations
                 if operation.node == node and
                 stopped < operation.begun < woken]
        return (max(begun, default=stopped) - stopped) / 1000


class Swap(Scenario):
    number = "F-23"
    title = "the swap test: many people, aborted requests, killed gates"
    short, long = 2, 20
    own_stage = True
    stage = {"persons": 100}
    load = {"browsers": 100, "rate": 25, "patience": 1500, "proofs": 20,
            "mix": "signin=10,sso=4,session=2,logout=1"}
    long_stage = {"persons": 500}
    long_load = {"browsers": 500, "rate": 100, "proofs": 500}
    long_sign_ins = 100_000  # and it goes on until there were so many

    def disturb(self, trial):
        for _ in trial.times():
            self.disturb_once(trial)
        while trial.long and self.sign_ins(trial) < self.long_sign_ins:
            for _ in range(20):
                self.disturb_once(trial)

    @staticmethod
    def sign_ins(trial):
        """At least so many, without taking the journal apart."""
        said = subprocess.run(
            ["grep", "-cE", "granted [0-9a-f]{32} [0-9a-f]{32}$",
             str(trial.load.path)], capture_output=True, check=False)
        return int(said.stdout)

    def disturb_once(self, trial):
        node = trial.dice.choice(trial.stage.nodes)
        trial.pause(2, 4)
        gates = node.gates()
        if gates:
            os.kill(trial.dice.choice(gates), signal.SIGKILL)
        self.abort_some(trial, node)

    @staticmethod
    def abort_some(trial, node):
        """Clients that ask in one breath and leave without reading."""
        context = node.tls_context()
        request = (f"GET /cas/login HTTP/1.1\r\nHost: localhost:"
                   f"{trial.stage.port}\r\n\r\n").encode()
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", node.port)) as plain:
                try:
                    with context.wrap_socket(
                            plain, server_hostname="localhost") as one:
                        one.sendall(request * 64)
                except OSError:
                    pass  # the gate was the one that was killed

    def judge(self, trial, operations):
        signed_in = sum(operation.name == "signin" and
                        operation.outcome == "granted"
                        for operation in operations)
        trial.figure("sign-ins", signed_in)
        seconds = (operations[-1].begun - operations[0].begun) / SECOND
        trial.figure("a second", f"{signed_in / seconds:.0f}")
