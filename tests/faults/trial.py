# SPDX-License-Identifier: Apache-2.0
"""One fault under load, from the first sign-in to the ledger's verdict."""
import random
import time
import traceback

import checker
import journal
from stage import (Load, Stage, base, microseconds, node_troubles,
                   wait_until)

LONG_LOAD = {"browsers": 200, "rate": 50, "proofs": 500}
LONG_STAGE = {"persons": 200, "victims": 1000}
SANITIZED_SLACK = 3  # sanitizers slow starting and working down
SHARED_SLACK = 5


class Scenario:
    """What a fault is and what it may cost; subclasses say so.

    `short` and `long` are how often it is done.  A scenario with a stage of
    its own spoils the one that it is given.
    """
    number = None  # F-01
    title = None
    short, long = 1, 1
    own_stage = False
    stage = {}  # options of its own stage
    load = {}  # options of the load
    long_stage = {}  # and those that the long form has instead
    long_load = {}

    def why_not(self):
        """Why it cannot be done here; None if it can."""
        return None

    def prepare(self, trial):
        """Before the load begins."""

    def disturb(self, trial):
        """The fault; the load is under way."""
        raise NotImplementedError

    def judge(self, trial, operations):
        """After the load has ended: figures, and what they must be."""

    def verdict(self, findings):
        """What of the ledger's findings is to be complained of."""
        return findings

    def clean_up(self, trial):
        """Takes the fault away, whatever happened."""

    def end(self, trial):
        """Behind the verdict: the stage is not needed any more."""


class Trial:
    def __init__(self, scenario, stage, long, seed):
        self.scenario = scenario
        self.stage = stage
        self.long = long
        self.dice = random.Random(f"{scenario.number} {seed}")
        self.seed = seed
        self.load = None
        self.figures = {}
        self.complaints = []
        self.notes = {}  # what disturb() leaves for judge()

    # For scenarios

    def times(self):
        return range(self.scenario.long if self.long else self.scenario.short)

    def pause(self, least, most):
        """Of the load's time: what happens meanwhile is the point of it."""
        time.sleep(self.dice.uniform(least, most))

    def figure(self, name, value):
        self.figures[name] = value

    def demand(self, held, words):
        if not held:
            self.complaints.append(words)

    def within(self, name, value, most):
        """A figure in milliseconds and its limit; a wide one in the short
        form, which shares the machine with whatever else is tested."""
        self.below(name, value, most * (1 if self.long else SHARED_SLACK))

    def below(self, name, value, most):
        """A figure and its limit."""
        limit = most * slack()
        self.figure(name, "never" if value is None else f"{value:.0f}")
        self.demand(value is not None and value <= limit,
                    f"{name}: {value}, more than {limit:.0f}")

    # For the runner

    def play(self):
        scenario, stage = self.scenario, self.stage
        try:
            stage.mend()
            stage.forget_tries()
            scenario.prepare(self)
            self.load = Load(stage, **self._load_options()).start()
            scenario.disturb(self)
        except Exception:
            self.complaints.append(traceback.format_exc())
        try:
            scenario.clean_up(self)
            stage.mend()
            if self.load is not None:
                self._wait_for_nodes()
                self._settle()
        except Exception:
            self.complaints.append(traceback.format_exc())
        finally:
            if self.load is not None:
                self.load.abandon()
            scenario.end(self)
        if self.complaints:
            self.complaints.append(
                f"logs: {stage.keep_logs(scenario.number)}")
        return self

    def _load_options(self):
        options = {"seed": self.seed, **self.scenario.load}
        if self.long:
            options.update({**LONG_LOAD, **self.scenario.long_load})
        return options

    def _wait_for_nodes(self):
        """The proofs at the end are asked of every node."""
        since = microseconds()
        for node in self.stage.nodes:
            wait_until("the load uses all nodes", lambda: journal.served(
                self.load.operations(), since, microseconds(), node.number))

    def _settle(self):
        figures = self.load.stop()
        operations = self.load.operations()
        with_answer = sum(operation.outcome in journal.ANSWERS
                          for operation in operations)
        self.figures = {"acknowledged": with_answer,
                        "failed": figures["failed"],
                        "p99 ms": f"{figures['p99_us'] / 1000:.0f}",
                        **self.figures}
        if not self.complaints:  # else there is nothing whole to judge
            self.scenario.judge(self, operations)
        self.demand(with_answer > 0, "nothing was acknowledged")
        findings = self._check(operations)
        if figures["wrong"] + figures["mixup"] > 0:
            findings.append(f"a wrong answer: {figures['example']}")
        self.figures["ledger"] = "clean" if not findings else \
            f"{len(findings)} findings"
        self.complaints += self.scenario.verdict(findings)

    def _check(self, operations):
        connection = self.stage.connect("portillon_migrator")
        try:
            return checker.check(operations, checker.Records(connection))
        finally:
            connection.close()

    def line(self):
        verdict = "pass" if not self.complaints else "FAIL"
        figures = ", ".join(f"{name} {value}"
                            for name, value in self.figures.items())
        return f"{verdict}  {self.scenario.number}  " \
               f"{self.scenario.title}: {figures}"


def is_sanitized():
    program = base.BUILD / "server/portillon-test"
    return b"__asan_init" in program.read_bytes()


def slack():
    return SANITIZED_SLACK if is_sanitized() else 1


def stage_for(scenario, long):
    options = dict(scenario.stage)
    if long:
        options.update({**LONG_STAGE, **scenario.long_stage})
    stage = Stage(**options)
    try:
        stage.make()
    except BaseException:
        stage.remove()
        raise
    return stage


__all__ = ["Scenario", "Trial", "journal", "microseconds", "node_troubles",
           "slack", "stage_for"]
