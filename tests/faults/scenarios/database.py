# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL dies, restarts, hangs and is slow."""
import statistics

from installation import wait_until
from trial import Scenario, journal, microseconds

SECOND = 1_000_000
NEEDS_DATABASE = ("signin", "ticket", "validate", "session", "logout")
BREAKER_AFTER = 1.5 * SECOND  # it opens after a second of failures


def first_success_ms(operations, since):
    """To the first answer that PostgreSQL had a part in."""
    ends = [operation.ended for operation in operations
            if operation.name in NEEDS_DATABASE and
            operation.outcome in journal.ANSWERS and operation.ended > since]
    return (min(ends) - since) / 1000 if ends else None


def longest_wait_ms(operations):
    return max((operation.ended - operation.begun) / 1000
               for operation in operations if operation.ended is not None)


def refusals_ms(operations, since, until):
    """How long each 503 took that was asked for in that time."""
    return [(operation.ended - operation.begun) / 1000
            for operation in operations
            if operation.outcome == "unavailable" and
            since <= operation.begun < until]


class KillPostmaster(Scenario):
    number = "F-05"
    title = "kill -9 of PostgreSQL"
    short, long = 3, 100

    def disturb(self, trial):
        stage = trial.stage
        outages = trial.notes["outages"] = []
        for turn in trial.times():
            trial.pause(0.5, 2)
            killed = microseconds()
            stage.kill_database()
            if turn % 3 == 0:
                trial.pause(3, 4)  # long enough for the breaker
            started = microseconds()
            stage.database("start")
            outages.append((killed, started, microseconds()))
            mark = trial.load.acknowledged()
            wait_until("work goes on", lambda:
                       trial.load.acknowledged() > mark + 20)

    def judge(self, trial, operations):
        outages = trial.notes["outages"]
        recovery = [first_success_ms(operations, back)
                    for _, _, back in outages]
        trial.within("recovery ms",
                     None if None in recovery else max(recovery), 1000)
        trial.within("longest wait ms", longest_wait_ms(operations), 5000)
        refusals = [time for killed, started, _ in outages
                    for time in refusals_ms(
                        operations, killed + BREAKER_AFTER, started)]
        trial.demand(refusals, "the breaker refused nobody")
        if refusals:
            trial.within("503 median ms", statistics.median(refusals), 50)
