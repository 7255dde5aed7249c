# SPDX-License-Identifier: Apache-2.0
"""Settings that change under load."""
import re
import signal

from browser import Browser
from installation import wait_until
from stage import send
from trial import Scenario, journal, slack


class Reloads(Scenario):
    number = "F-24"
    title = "reloads ten times a second, right, wrong and huge in turn"
    short, long = 40, 3000
    bad_name = "Never University"

    def prepare(self, trial):
        trial.notes["settings"] = {node: node.config.read_text()
                                   for node in trial.stage.nodes}

    def disturb(self, trial):
        nodes = trial.stage.nodes
        trial.notes["marks"] = {node: node.log_size() for node in nodes}
        seen = trial.notes["seen"] = set()
        for turn in trial.times():
            for node in nodes:
                self.put(node, self.variants(trial, node)[turn % 4])
                send(node.server.pid, signal.SIGHUP)
            trial.pause(0.1, 0.1)
            if turn == len(trial.times()) // 4:  # everybody has come by then
                trial.notes["before"] = self.memory(trial)
            if turn % 10 == 0:
                seen |= {institution(node) for node in nodes}

    def variants(self, trial, node):
        text = trial.notes["settings"][node]
        return (text.replace("Test University", "Other University"),
                text.replace("Test University",
                             self.bad_name + "\nnonsense = 1"),
                text + "; " + "x" * 200_000 + "\n",
                text)

    @staticmethod
    def put(node, text):
        """In one move: nobody reads half of it."""
        fresh = node.config.with_suffix(".new")
        fresh.write_text(text)
        fresh.chmod(0o644)
        fresh.rename(node.config)

    @staticmethod
    def memory(trial):
        return sum(node.memory_kib() for node in trial.stage.nodes) // 1024

    def clean_up(self, trial):
        for node, text in trial.notes["settings"].items():
            self.put(node, text)
            mark = node.log_size()
            send(node.server.pid, signal.SIGHUP)
            wait_until("it is as before",
                       lambda: 'event="reloaded"' in node.log(mark))

    def judge(self, trial, operations):
        figures = trial.load.figures
        logs = [node.log(mark) for node, mark in trial.notes["marks"].items()]
        for event in ("reloaded", "not reloaded"):
            count = sum(log.count(f'event="{event}"') for log in logs)
            trial.figure(event, count)
            trial.demand(count > 0, f'nothing was "{event}"')
        before, after = trial.notes["before"], self.memory(trial)
        trial.figure("MiB", f"{before} to {after}")
        # ASan keeps what was freed
        trial.demand(after < 1.1 * before + 8 or slack() > 1,
                     f"it grew from {before} to {after} MiB")
        trial.demand(self.bad_name not in trial.notes["seen"],
                     "a wrong configuration was shown")
        trial.demand(figures["failed"] == 0, f"{figures['failed']} requests "
                     f"failed: {journal.failures(operations)[:3]}")


def institution(node):
    """The name that a page has now."""
    one = Browser(node)
    text = one.get("/cas/login").text
    one.close()
    return re.search(r"– ([A-Z][a-z]+ University)</title>", text)[1]
