# SPDX-License-Identifier: Apache-2.0
"""A pytest plugin that watches the machine, not the program.

A guest that its host stops for some seconds lets every deadline pass at once:
the server rightly answers 503, and a test fails that says nothing of it.  So a
test that failed while the machine stood still runs again, and the end of the
run says so.  Without a standstill seen during the test nothing runs again: what
fails now and then by itself stays a failure.
"""
import os
import tempfile
import threading
import time

import pytest
from _pytest.runner import runtestprotocol

LOOK = 0.1  # seconds between two looks
LONGEST = 1.0  # seconds late, or in one fsync, and the machine stood still
AFTERMATH = 5.0  # seconds in which a standstill may still be felt
STOLEN = 0.3  # of the processors, by the host, over a whole test
RUNS = 3  # of one test at the most


def stolen():
    """Seconds that the host took from each processor since it started."""
    with open("/proc/stat", encoding="ascii") as stat:
        ticks = int(stat.readline().split()[8])
    return ticks / os.sysconf("SC_CLK_TCK") / os.cpu_count()


class Watch(threading.Thread):
    """Looks at the clock all the time, and waits for the disk as a database
    does."""

    def __init__(self):
        super().__init__(daemon=True)
        self.began = time.monotonic(), stolen()
        self.seen = []  # (when it ended, seconds, of what)
        self.worst = {"standstill": 0.0, "fsync": 0.0}
        self.again = []  # tests that ran again, with the reason

    def run(self):
        with tempfile.TemporaryFile() as file:
            while True:
                before = time.monotonic()
                time.sleep(LOOK)
                self.note("standstill", time.monotonic() - before - LOOK)
                before = time.monotonic()
                file.write(b".")
                file.flush()
                os.fsync(file.fileno())
                self.note("fsync", time.monotonic() - before)

    def note(self, what, seconds):
        self.worst[what] = max(self.worst[what], seconds)
        if seconds > LONGEST:
            self.seen.append((time.monotonic(), seconds, what))

    def excuses(self, began, stolen_before):
        """What the machine did to a test that began then, if anything."""
        found = [f"{what} of {seconds:.1f} s"
                 for when, seconds, what in self.seen
                 if when > began - AFTERMATH]
        lasted = time.monotonic() - began
        share = (stolen() - stolen_before) / lasted
        if lasted > LONGEST and share > STOLEN:
            found.append(f"{share:.0%} of the processors stolen")
        return ", ".join(found)

    def summary(self):
        began, stolen_before = self.began
        share = (stolen() - stolen_before) / (time.monotonic() - began)
        worst = ", ".join(f"longest {what} {seconds:.2f} s"
                          for what, seconds in self.worst.items())
        return [f"machine: {worst}, {share:.1%} of the processors stolen",
                *self.again]


watch = Watch()
summaries = []  # of the workers, where these lines are shown


def pytest_collection_finish(session):
    if session.items:  # not where workers run them
        watch.start()


def forget_failed_fixtures(item):
    """What could not be set up is to be tried again, not remembered."""
    for definitions in item._fixtureinfo.name2fixturedefs.values():
        for definition in definitions:
            result = definition.cached_result
            if result is not None and result[2] is not None:
                definition.cached_result = None


def pytest_runtest_protocol(item, nextitem):
    hook = item.ihook
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for left in reversed(range(RUNS)):
        before = time.monotonic(), stolen()
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        if not left or not any(report.failed for report in reports):
            break
        time.sleep(2 * LOOK)  # lets the watch come to its senses as well
        excuses = watch.excuses(*before)
        if not excuses:
            break
        watch.again.append(f"ran again after a {excuses}: {item.nodeid}")
        forget_failed_fixtures(item)
    for report in reports:
        hook.pytest_runtest_logreport(report=report)
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    if watch.is_alive() and hasattr(session.config, "workeroutput"):
        session.config.workeroutput["machine"] = watch.summary()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    summaries.extend(getattr(node, "workeroutput", {}).get("machine", []))


def pytest_terminal_summary(terminalreporter):
    if watch.is_alive():
        summaries.extend(watch.summary())
    for line in summaries:
        terminalreporter.write_line(line)
