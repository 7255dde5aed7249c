# SPDX-License-Identifier: Apache-2.0
"""The primary is gone with its disk, and a standby is promoted."""
import contextlib

from cluster import Cluster
from installation import wait_until
from scenarios.database import first_success_ms, work_goes_on
from trial import Scenario, microseconds


class Failover(Scenario):
    """With a synchronous standby nothing acknowledged is lost."""
    number = "F-08"
    title = "primary killed, synchronous standby promoted"
    short, long = 2, 30
    own_stage = True
    synchronous = True

    def prepare(self, trial):
        cluster = trial.notes["cluster"] = Cluster(trial.stage)
        cluster.make(self.synchronous)
        for node in trial.stage.nodes:
            node.changed(trial.stage)

    def disturb(self, trial):
        trial.notes["promoted"] = []
        cluster = trial.notes["cluster"]
        for _ in trial.times():
            trial.pause(1, 3)
            work_goes_on(trial)
            self.before_the_kill(trial)
            cluster.kill_primary()
            cluster.promote()
            trial.notes["promoted"].append(microseconds())
            work_goes_on(trial)
            self.after_the_promotion(trial)

    def before_the_kill(self, trial):
        """What the standby is made to miss."""

    def after_the_promotion(self, trial):
        """A node that starts asks the old one first, which takes no writes;
        then it is made the new one's standby."""
        cluster = trial.notes["cluster"]
        cluster.return_fenced()
        trial.dice.choice(trial.stage.nodes).changed(trial.stage)
        work_goes_on(trial)
        cluster.rejoin(self.synchronous)

    def judge(self, trial, operations):
        times = [first_success_ms(operations, moment)
                 for moment in trial.notes["promoted"]]
        trial.within("back ms", None if None in times else max(times), 5000)

    def end(self, trial):
        with contextlib.suppress(KeyError):
            trial.notes["cluster"].remove()


class LossyFailover(Failover):
    """The control: without a synchronous standby the ledger sees the loss."""
    number = "F-09"
    title = "primary killed, a standby promoted that was behind"
    short, long = 1, 10
    synchronous = False

    def before_the_kill(self, trial):
        trial.notes["cluster"].fall_behind()
        mark = trial.load.acknowledged()
        wait_until("more is done", lambda:
                   trial.load.acknowledged() > mark + 60)

    def verdict(self, findings):
        lost = [finding for finding in findings
                if finding.startswith(("L1", "L2", "L4", "L5"))]
        return [] if lost else ["the ledger did not see what was lost"]
