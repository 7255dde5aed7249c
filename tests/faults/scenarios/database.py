# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL dies, restarts, hangs and is slow."""
import signal
import statistics

from installation import wait_until
from stage import send
from trial import Scenario, journal, microseconds

SECOND = 1_000_000
BREAKER_AFTER = 1.5 * SECOND  # it opens after a second of failures


def first_success_ms(operations, since):
    """To the first answer that PostgreSQL had a part in."""
    ends = [operation.ended for operation in operations
            if operation.name in journal.NEEDS_DATABASE and
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


def failed_though_harmless(operations):
    """What the server may ask PostgreSQL twice, and so must not fail."""
    return [operation for operation in journal.failures(operations)
            if operation.name != "wrong"]


def work_goes_on(trial):
    mark = trial.load.acknowledged()
    wait_until("work goes on", lambda: trial.load.acknowledged() > mark + 20)


def database_serves(trial):
    mark = trial.load.stored()
    wait_until("the database serves", lambda: trial.load.stored() > mark)


def recovery_ms(operations, moments):
    """The worst time from a moment to the first success after it."""
    times = [first_success_ms(operations, moment) for moment in moments]
    return None if None in times else max(times)


def judge_recovery(trial, operations):
    """Of each kind of harm, whose ends are noted as (kind, moment)."""
    for kind in sorted({kind for kind, _ in trial.notes["ends"]}):
        trial.within(f"recovery ms, {kind}", recovery_ms(operations, [
            moment for other, moment in trial.notes["ends"]
            if other == kind]), 1000)


def remove_relays(trial):
    trial.stage.database("start")
    for node in trial.stage.nodes:
        node.changed(trial.stage)
    for relay in trial.notes.get("relays", []):
        trial.demand(relay.stop() == 0, "the relay broke")


class KillPostmaster(Scenario):
    number = "F-05"
    title = "kill -9 of PostgreSQL"
    short, long = 3, 100
    connections = 12  # of a node: four of each gate and of the courier

    def prepare(self, trial):
        trial.notes["relays"] = trial.stage.relay_database()

    def clean_up(self, trial):
        remove_relays(trial)

    def disturb(self, trial):
        stage = trial.stage
        outages = trial.notes["outages"] = []
        trial.notes["attempts"] = []
        for turn in trial.times():
            trial.pause(0.5, 2)
            killed = microseconds()
            stage.kill_database()
            if turn % 3 == 0:  # long enough for the breaker
                before = [relay.count() for relay in trial.notes["relays"]]
                trial.pause(3, 3)
                trial.notes["attempts"] += [
                    relay.count() - count for relay, count
                    in zip(trial.notes["relays"], before)]
            started = microseconds()
            stage.database("start")
            outages.append((killed, started, microseconds()))
            work_goes_on(trial)

    def judge(self, trial, operations):
        outages = trial.notes["outages"]
        trial.within("recovery ms", recovery_ms(
            operations, [back for _, _, back in outages]), 1000)
        trial.within("longest wait ms", longest_wait_ms(operations), 5000)
        attempts = max(trial.notes["attempts"]) / 30
        trial.figure("connects in 100 ms", f"{attempts:.1f}")
        trial.demand(attempts <= self.connections,
                     f"{attempts:.1f} connects in 100 ms")
        refusals = [time for killed, started, _ in outages
                    for time in refusals_ms(
                        operations, killed + BREAKER_AFTER, started)]
        trial.demand(refusals, "the breaker refused nobody")
        if refusals:
            trial.within("503 median ms", statistics.median(refusals), 50)


class RestartPostgresql(Scenario):
    number = "F-06"
    title = "PostgreSQL restarts, drops its backends, changes a setting"
    short, long = 1, 50

    def disturb(self, trial):
        stage = trial.stage
        trial.notes["back"] = []
        for _ in trial.times():
            trial.pause(0.5, 1)
            stage.sql("select pg_terminate_backend(pid) from pg_stat_activity "
                      "where usename = 'portillon_app'", role="postgres")
            work_goes_on(trial)
            stage.sql("alter role portillon_app set statement_timeout = '7s'",
                      role="postgres")
            stage.sql("select pg_reload_conf()", role="postgres")
            work_goes_on(trial)
            trial.notes["harmless until"] = microseconds()
            stage.database("stop")
            stage.database("start")
            trial.notes["back"].append(microseconds())
            work_goes_on(trial)

    def judge(self, trial, operations):
        before = [operation for operation in operations if operation.begun <
                  trial.notes["harmless until"]] if not trial.long else []
        failed = failed_though_harmless(before)
        trial.demand(not failed, f"{len(failed)} requests failed that could "
                     f"have been repeated: {failed[:3]}")
        share = len(failed_though_harmless(operations)) / len(operations)
        trial.figure("failed that could be repeated", f"{share:.2%}")
        trial.within("recovery ms",
                     recovery_ms(operations, trial.notes["back"]), 1000)


class FrozenPostgresql(Scenario):
    number = "F-07"
    title = "PostgreSQL frozen, the way to it stalled, reset, cut"
    short, long = 1, 20
    cuts_short, cuts_long = 6, 4000
    first_bytes = 4000  # of each connection's stream

    def prepare(self, trial):
        trial.notes["relays"] = trial.stage.relay_database()

    def disturb(self, trial):
        trial.notes["ends"] = []
        trial.notes["busy"] = []
        for _ in trial.times():
            self.freeze(trial)
            for stall, end in (("stall", "clear"), ("reset", None),
                               ("half", None)):
                self.harm(trial, stall, end)
        cuts = self.cuts_long if trial.long else self.cuts_short
        for at in trial.dice.sample(range(self.first_bytes), cuts):
            self.cut(trial, trial.dice.randrange(2), at)

    def harm(self, trial, command, end):
        for relay in trial.notes["relays"]:
            relay.tell(command)
        if end is not None:
            trial.pause(2, 3)
            for relay in trial.notes["relays"]:
                relay.tell(end)
        trial.notes["ends"].append((command, microseconds()))
        work_goes_on(trial)

    def cut(self, trial, way, at):
        """New connections end there, and there is no other way for a while."""
        for relay in trial.notes["relays"]:
            relay.tell(f"cut {way} {at}")
            relay.tell("reset")
        trial.pause(0.1, 0.3)
        for relay in trial.notes["relays"]:
            relay.tell("clear")
            relay.tell("reset")
        trial.notes["ends"].append(("cut", microseconds()))
        database_serves(trial)  # or the next cut is of nothing

    def freeze(self, trial):
        """SIGSTOP to all of PostgreSQL; meanwhile nobody may spin."""
        family = trial.stage.postgresql()
        nodes = trial.stage.nodes
        for pid in family:
            send(pid, signal.SIGSTOP)
        began = microseconds()
        used = sum(node.cpu_seconds() for node in nodes)
        trial.pause(*((9, 11) if trial.long else (3, 4)))
        used = sum(node.cpu_seconds() for node in nodes) - used
        trial.notes["busy"].append(used * SECOND / (microseconds() - began))
        for pid in family:
            send(pid, signal.SIGCONT)
        trial.notes["ends"].append(("frozen", microseconds()))
        work_goes_on(trial)

    def clean_up(self, trial):
        for pid in trial.stage.postgresql():
            send(pid, signal.SIGCONT)
        remove_relays(trial)

    def judge(self, trial, operations):
        judge_recovery(trial, operations)
        trial.within("longest wait ms", longest_wait_ms(operations), 6000)
        trial.below("busy while frozen %", max(trial.notes["busy"]) * 100, 20)


class SlowPostgresql(Scenario):
    number = "F-10"
    title = "locks, slow statements, a lost index"
    short, long = 1, 10

    def disturb(self, trial):
        trial.notes["ends"] = []
        for _ in trial.times():
            for harm in (self.lock, self.sleepy_trigger, self.lost_index):
                trial.pause(0.5, 1)
                harm(trial)
                trial.notes["ends"].append(microseconds())
                work_goes_on(trial)

    def lock(self, trial):
        """Nobody reads or writes sessions; forms need none of that."""
        connection = trial.stage.connect()
        connection.autocommit = False
        with connection.cursor() as cursor:
            cursor.execute("lock table sso.session in access exclusive mode")
            trial.notes["locked"] = microseconds()
            trial.pause(4, 5)
        connection.rollback()
        connection.close()
        trial.notes["unlocked"] = microseconds()

    def sleepy_trigger(self, trial):
        """Each spent ticket takes 50 ms more."""
        trial.stage.sql("""
            create function sso.sleepy() returns trigger language plpgsql as
            $$ begin perform pg_sleep(0.05); return new; end $$;
            grant execute on function sso.sleepy() to portillon_app;
            create trigger sleepy before insert on sso.redemption
            for each row execute function sso.sleepy()""")
        try:
            trial.pause(2, 3)
        finally:
            trial.stage.sql("drop trigger sleepy on sso.redemption;"
                            "drop function sso.sleepy()")

    def lost_index(self, trial):
        """Sessions of an account are looked for row by row."""
        trial.stage.sql("drop index sso.session_account")
        try:
            trial.pause(1, 2)
        finally:
            trial.stage.sql("create index session_account "
                            "on sso.session (account_id)")

    def judge(self, trial, operations):
        trial.within("recovery ms",
                     recovery_ms(operations, trial.notes["ends"]), 1000)
        trial.within("longest wait ms", longest_wait_ms(operations), 6000)
        forms = [operation for operation in operations
                 if operation.name == "form" and trial.notes["locked"] <
                 operation.begun < trial.notes["unlocked"]]
        trial.demand(forms and all(operation.outcome == "form"
                                   for operation in forms),
                     "the form was not shown while sessions were locked")
