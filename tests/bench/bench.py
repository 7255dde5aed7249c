# SPDX-License-Identifier: Apache-2.0
"""Runs the workloads and the limits beside them, and says which bars hold.

Called by tests/bench/run, which builds.  Every ratio is taken within a round,
workload and limit one after the other, and the middle one of the rounds counts:
whatever else the machine does meanwhile hits both.
"""
import argparse
import json
import os
import pathlib
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys

from idle import (IdleConnections, memory, memory_of_each, start_time,
                  tls_context)
from measure import WARM_UP, Failed, measure
from sql_limit import limit as sql_limit
from stack import Sizes, Stack
from table import print_table

USUAL = Sizes(sessions=100000, services=10)
PAIR = USUAL._replace(gates=2)
FEW = Sizes(sessions=1000, services=10)
MANY = Sizes(sessions=1000000, services=10000, redemptions=10000000)
ROUNDS = 4
SECONDS = 3
PACED_SHARE = 0.7  # of the maximum, for latency under a steady load
TAIL_BAR = 10  # p99 over p50 there
PROFILE_SECONDS = 5
PROFILE_LINES = 25
ARGON2 = (19456, 2, 1)  # the default cost
SIGN_INS_MOST = 100  # a second and core: people to make for W5
SIGN_IN_CONNECTIONS = 16
IDLE = 10000  # connections beside W3
IDLE_WEIGHED = 5000  # connections whose memory is measured
STARTS = 5
SIGN_OUT_RATE = 20  # a second
SIGN_OUT_SECONDS = 10
SIGN_OUT_CONNECTIONS = 8
RESULT = pathlib.Path(__file__).resolve().parent / "result.json"

WORKLOADS = {  # name: what, limit, bar
    "W1": ("login form, no session", "L-http", 0.60),
    "W2": ("single sign-on: session to ticket", "L-bare select", 0.60),
    "W3": ("ticket and validation", "L-bare pair", 0.60),
    "W4": ("validation of a forged ticket", "L-http", 0.80),
    "W5": ("sign-in: form, password, code, ticket", "L-hash", 0.90),
    "W6": ("W3 with two gates and TLS", "W3", 0.75),
    "W7": ("W3 among 1,000,000 sessions, 10,000,000 spent tickets, 10,000 "
           "services", "W3 few", 0.85),
    "W8": ("W3 beside 10,000 idle connections", "W3", 0.90),
}
SIZES = {  # name: workload, what, unit, the most it may be
    "W8 plain": ("W8", "memory of an idle connection, plain", "KiB", 4),
    "W8 TLS": ("W8", "memory of an idle connection, TLS", "KiB", 24),
    "W9 start": ("W9", "from the start to the first 200", "ms", 100),
    "W9 memory": ("W9", "memory of an idle gate", "MiB", 15),
    "W10": ("W10", "answer to a sign-out that 20 applications are told of, "
            "p99", "ms", 5),
}


SIZED = {row[0] for row in SIZES.values()}


class Bench:
    def __init__(self, stack, options):
        self.stack = stack
        self.secure = self.few = self.many = stack  # others for W6, W7
        self.others = []
        self.seconds = options.seconds
        self.rounds = options.rounds
        wanted = options.workloads or [*WORKLOADS, *(SIZED - set(WORKLOADS))]
        self.names = [name for name in wanted if name in WORKLOADS]
        self.sizes = {name: None for name, row in SIZES.items()
                      if row[0] in wanted}
        self.rows = {}  # name: list of figures, one a round
        self.information = {}
        self.profiles = {}
        self.signers_used = 0

    def note(self, name, figures):
        self.rows.setdefault(name, []).append(figures)
        print(f"  {name}: {figures['rate']:.0f}/s", file=sys.stderr)

    @staticmethod
    def people(stack):
        return {"people": stack.sessions, "services": stack.sizes.services}

    # The workloads

    def work(self, name, seconds, **more):
        if name == "W1":
            return measure(self.stack, "server", seconds, "get", "/cas/login",
                           expect='name="password"', **more)
        if name == "W4":
            return measure(self.stack, "server", seconds, "forged",
                           services=self.stack.sizes.services, **more)
        if name == "W5":
            return self.sign_in(seconds, **more)
        if name == "W6":
            self.secure.age_sessions()
            return self.pair(self.secure, seconds, **more)
        if name == "W7":  # so many that all are due by themselves
            return self.pair(self.many, seconds, **more)
        self.stack.age_sessions()
        if name == "W2":
            return measure(self.stack, "server", seconds, "sso",
                           **self.people(self.stack), **more)
        if name == "W8":
            with IdleConnections(self.stack.ports["server"], IDLE):
                return self.pair(self.stack, seconds, **more)
        return self.pair(self.stack, seconds, **more)

    def signers(self, seconds):
        """How many people one measurement may use up."""
        return int(SIGN_INS_MOST * os.cpu_count() * (seconds + WARM_UP))

    def sign_in(self, seconds, **more):
        """Each person signs in once: a code is good once in 30 seconds."""
        count = self.signers(seconds)
        skip = self.signers_used
        self.signers_used += count
        self.stack.ask_for_codes(True)
        try:
            return measure(self.stack, "server", seconds, "sign-in",
                           people=self.stack.signers,
                           services=self.stack.sizes.services,
                           skip=skip, most=count,
                           connections=SIGN_IN_CONNECTIONS, **more)
        finally:
            self.stack.ask_for_codes(False)

    def hashes(self, seconds):
        """L-hash in the shape of a measurement; times are means."""
        figures = json.loads(self.stack.run(self.stack.program("hash"),
                                            *ARGON2, seconds))
        each = figures["threads"] / figures["rate"]
        return {**figures, "requests_rate": figures["rate"],
                "p50_us": each * 1e6, "p99_us": each * 1e6,
                "cpu": {"gate": 1000 * each, "courier": 0.0,
                        "postgresql": 0.0},
                "peak_kib": figures["threads"] * ARGON2[0]}

    def pair(self, stack, seconds, **more):
        """W3, and whether the table has a row for each accepted ticket."""
        before = stack.redemptions()
        figures = measure(stack, "server", seconds, "pair",
                          **self.people(stack), **more)
        made = stack.redemptions() - before
        if made != figures["accepted"]:
            raise Failed(f"{figures['accepted']} tickets were accepted, but "
                         f"{made} were spent")
        return figures

    # The limits

    def limit(self, name):
        stack, seconds = self.stack, self.seconds
        if name == "L-hash":
            return self.hashes(seconds)
        if name == "L-http":
            return measure(stack, "server", seconds, "get", "/healthz")
        if name == "L-nginx":
            return measure(stack, "nginx", seconds, "get", "/")
        if name == "W3 few":
            self.few.age_sessions()
            return self.pair(self.few, seconds)
        stack.age_sessions()
        paths = ["/select"] if name == "L-bare select" else \
            ["/select", "/insert"]
        return measure(stack, "bare", seconds, "get", *paths)

    def another(self, sizes):
        """A database and a server of other sizes, beside the usual one."""
        print(f"Making a database with {sizes.sessions:,} sessions and "
              f"{sizes.redemptions:,} spent tickets", file=sys.stderr)
        stack = Stack(self.stack.build, sizes)
        self.others.append(stack)
        stack.make()
        stack.start_server()
        return stack

    def remove(self):
        for stack in [self.stack, *self.others]:
            stack.remove()

    def run_round(self):
        done = set()
        for name in self.names:
            for row in (WORKLOADS[name][1], name):
                if row not in done:
                    self.note(row, self.work(row, self.seconds)
                              if row in WORKLOADS else self.limit(row))
                    done.add(row)
        if "W3" in self.names:
            self.note("W3 paced", self.paced())
        if "L-http" in done:
            self.note("L-nginx", self.limit("L-nginx"))

    def paced(self):
        """W3 at a steady part of the maximum that this round has found."""
        maximum = self.rows["W3"][-1]
        figures = self.pair(self.stack, self.seconds,
                            rate=int(maximum["rate"] * PACED_SHARE))
        # below the maximum nobody waits longer than at it
        figures["sustained"] = figures["late"] == 0 and \
            figures["p50_us"] < maximum["p50_us"]
        return figures

    def run_information(self):
        for name, kind in (("W2", "select"), ("W3", "insert"), ("W3", "pair")):
            if name in self.names:
                self.information["L-sql " + kind] = \
                    sql_limit(self.stack, kind)
        if "L-hash" not in self.rows:
            self.information["L-hash"] = self.hashes(self.seconds)

    def run(self):
        self.stack.start_bare()
        self.stack.start_nginx()
        self.stack.start_server()
        if "W6" in self.names:
            self.secure = self.another(PAIR)
            self.secure.use_tls()
        if "W7" in self.names:
            self.few = self.another(FEW)
            self.many = self.another(MANY)
            self.many.age_sessions()
        if "W5" in self.names:
            self.stack.add_signers(self.rounds * self.signers(self.seconds) +
                                   self.signers(PROFILE_SECONDS))
        for number in range(self.rounds):
            print(f"Round {number + 1} of {self.rounds}", file=sys.stderr)
            self.run_round()
        self.run_information()
        for name in self.names:
            if not self.verdict(name)["holds"]:
                self.profiles[name] = self.profile(name)
        self.weigh()

    # What is small: the end of a session, memory and time to start

    def sign_out(self):
        """W10, and beside it people whom no application is to be told of.
        Ends sessions, so nothing that draws from them comes after it."""
        count = SIGN_OUT_RATE * (SIGN_OUT_SECONDS + 2 * WARM_UP)
        self.stack.add_leavers(count)
        last = self.stack.sizes.sessions - count
        self.note("W10 none", self.leave(last - count, count))
        figures = self.leave(last, count)
        self.note("W10", figures)
        self.stack.await_told(int(figures["accepted"]))
        return figures["p99_us"] / 1000

    def leave(self, skip, count):
        """At a steady rate, far from the maximum."""
        return measure(
            self.stack, "server", SIGN_OUT_SECONDS, "logout",
            people=self.stack.sessions, skip=skip, most=count,
            rate=SIGN_OUT_RATE, connections=SIGN_OUT_CONNECTIONS)

    def weigh(self):
        """The last two on fresh processes, which have nothing to use again.
        Changes the server's settings: nothing is measured after this."""
        stack, port = self.stack, self.stack.ports["server"]
        if "W10" in self.sizes:
            self.sizes["W10"] = self.sign_out()
        if "W9 start" in self.sizes:
            self.sizes["W9 start"] = 1000 * statistics.median(
                start_time(stack) for _ in range(STARTS))
            self.sizes["W9 memory"] = memory(stack.gates()[0]) / 1024
        if "W8 plain" in self.sizes:
            stack.stop("server")
            stack.start_server()
            self.sizes["W8 plain"] = memory_of_each(
                stack.gates()[0], port, IDLE_WEIGHED)
            stack.use_tls()
            self.sizes["W8 TLS"] = memory_of_each(
                stack.gates()[0], port, IDLE_WEIGHED, tls_context())

    def size_verdicts(self):
        return {name: {"what": SIZES[name][1], "unit": SIZES[name][2],
                       "size": size, "bar": SIZES[name][3],
                       "holds": size <= SIZES[name][3]}
                for name, size in self.sizes.items()}

    # What it comes to

    def middle(self, row, figure):
        return statistics.median(one[figure] for one in self.rows[row])

    def verdict(self, name):
        _, limit, bar = WORKLOADS[name]
        ratios = [mine["rate"] / most["rate"] for mine, most in
                  zip(self.rows[name], self.rows[limit])]
        ratio = statistics.median(ratios)
        return {"limit": limit, "bar": bar, "ratio": ratio, "ratios": ratios,
                "cpu_ratio": self.cpu(limit) / self.cpu(name),
                "holds": ratio >= bar}

    def cpu(self, row):
        """Processor seconds of an iteration, of all but the generator."""
        return min(sum(one["cpu"].values()) * one["requests_rate"] /
                   one["rate"] for one in self.rows[row])

    def tail(self):
        """The middle of the rounds in which the pace could be held."""
        ratios = [one["p99_us"] / one["p50_us"]
                  for one in self.rows["W3 paced"] if one["sustained"]]
        ratio = statistics.median(ratios) if ratios else 0
        return {"bar": TAIL_BAR, "ratio": ratio, "rounds": len(ratios),
                "holds": len(ratios) * 2 > self.rounds and ratio <= TAIL_BAR}

    def result(self):
        verdicts = {name: self.verdict(name) for name in self.names}
        if "W3 paced" in self.rows:
            verdicts["W3 paced"] = self.tail()
        return {
            "machine": f"{os.cpu_count()} cores, Linux {platform.release()}",
            "sessions": USUAL.sessions,
            "rows": self.rows,
            "verdicts": verdicts,
            "sizes": self.size_verdicts(),
            "information": self.information,
            "profiles": self.profiles,
        }

    # Where the time goes when a bar is missed

    def profile(self, name):
        """The dearest functions of the gate, as perf tells; empty without."""
        if shutil.which("perf") is None:
            return []
        stack = {"W6": self.secure, "W7": self.many}.get(name, self.stack)
        data = stack.folder / "perf.data"
        perf = subprocess.Popen(
            ["perf", "record", "-q", "-F", "999", "-o", str(data), "-p",
             str(stack.gates()[0]), "--", "sleep", str(PROFILE_SECONDS)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self.work(name, PROFILE_SECONDS)
        finally:
            perf.wait(PROFILE_SECONDS * 4)
        report = subprocess.run(
            ["perf", "report", "-i", str(data), "--stdio", "--no-children",
             "-s", "dso,symbol"], capture_output=True, text=True, check=False)
        lines = [line.strip() for line in report.stdout.splitlines()
                 if re.match(r"\s+[0-9.]+%", line)]
        return lines[:PROFILE_LINES]


def seconds_number(text):
    number = int(text)
    if not 1 <= number <= 10:
        raise argparse.ArgumentTypeError("from 1 to 10")
    return number


def options_read():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--seconds", type=seconds_number, default=SECONDS)
    parser.add_argument("--rounds", type=seconds_number, default=ROUNDS)
    parser.add_argument("workloads", nargs="*")
    options = parser.parse_args()
    for name in options.workloads:
        if name not in WORKLOADS and name not in SIZED:
            parser.error(f"there is no workload {name}")
    return options


def main():
    options = options_read()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
    stack = Stack(options.build, USUAL)
    bench = Bench(stack, options)
    try:
        print("Making a database with people and sessions", file=sys.stderr)
        stack.make()
        bench.run()
        result = bench.result()
    except (Failed, OSError, subprocess.SubprocessError) as trouble:
        print(f"tests/bench/run: {trouble}", file=sys.stderr)
        return 3
    finally:
        bench.remove()
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    print_table(result, {name: row[0] for name, row in WORKLOADS.items()})
    missed = [name for name, verdict in
              [*result["verdicts"].items(), *result["sizes"].items()]
              if not verdict["holds"]]
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
