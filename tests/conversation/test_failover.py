# SPDX-License-Identifier: Apache-2.0
"""The primary dies with its disk and the standby takes over (F-08, F-09), the
database restarts (F-05, F-06), tables are locked (F-10): what was acknowledged
is there, and nobody waits longer than needed."""
import sys
import threading
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "faults"))

from browser import Broken, Browser, all_gates_answer, query_of  # noqa: E402
from cluster import Cluster  # noqa: E402
from conftest import APPLICATION, PEOPLE, furnish  # noqa: E402
from installation import Installation, wait_until  # noqa: E402

SLACK = 2.0  # seconds that sanitizers and a loaded machine may add


class Load:
    """People who sign in, get tickets and have them validated, and note what
    was acknowledged to them; a fault is no reason to stop."""

    def __init__(self, place, people=4):
        self.place = place
        self.going = True
        self.wrong = []
        self.sessions = []  # jars of cookies
        self.spent = []  # (when, ticket)
        self.refused = []  # tickets that were good
        self.failed = []  # when
        self.threads = [threading.Thread(target=self._work)
                        for _ in range(people)]
        for thread in self.threads:
            thread.start()

    def _work(self):
        one = None
        while self.going:
            try:
                if one is None:
                    one = Browser(self.place)
                self._use(one)
            except (Broken, OSError):
                self.failed.append(time.monotonic())
                one = one and one.close()
                time.sleep(0.05)
            except Exception as fault:  # told to the test, not lost
                self.wrong.append(fault)
                return
        if one is not None:
            one.close()

    def _use(self, one):
        one.jar.clear()
        page = one.login_page()
        answer = page.form and one.submit(page, "bob", PEOPLE["bob"])
        if not answer or answer.status != 303:
            raise Broken("not signed in")
        self.sessions.append(dict(one.jar))
        for _ in range(5):
            answer = one.login_page(service=APPLICATION)
            if not answer.ticket:  # lost() tells whether the session is gone
                raise Broken("no ticket")
            query = query_of({"ticket": answer.ticket,
                              "service": APPLICATION})
            verdict = one.get(f"/cas/serviceValidate?{query}")
            if verdict.status == 503:
                raise Broken("unavailable")
            if b"<cas:user>bob<" not in verdict.body:
                self.refused.append(verdict.body)
                raise Broken("refused")
            self.spent.append((time.monotonic(), answer.ticket))

    def stop(self):
        self.going = False
        for thread in self.threads:
            thread.join(60)
            assert not thread.is_alive()
        assert not self.wrong, self.wrong

    def lost(self):
        """What was acknowledged and is not there: tickets, sessions; and what
        was refused without reason."""
        there = {row[0] for row in self.place.sql(
            "select ticket from sso.redemption")}
        tickets = [t for _, t in self.spent if t not in there]
        one = Browser(self.place)
        sessions = []
        for jar in self.sessions:
            one.jar = dict(jar)
            if not one.login_page(service=APPLICATION).ticket:
                sessions.append(jar)
        one.close()
        return tickets, sessions, self.refused

    def first_success_after(self, moment):
        return wait_until("service is back", lambda: next(
            (when for when, _ in list(self.spent) if when > moment), None))


@pytest.fixture
def pair(request):
    """An installation with a standby beside its database."""
    place = Installation()
    cluster = None
    try:
        place.make()
        furnish(place)
        cluster = Cluster(place)
        cluster.make(synchronous=request.param == "synchronous")
        place.start()
        wait_until("there is room for spent tickets", lambda: place.sql(
            "select 1 from pg_inherits where inhparent = "
            "'sso.redemption'::regclass"))
        yield cluster
    finally:
        if cluster:
            cluster.remove()
        troubles = place.remove()
    assert not troubles, troubles


def fail_over(cluster, load):
    """Returns the seconds from the promotion to the first success."""
    cluster.kill_primary()
    promoted = cluster.promote()
    return load.first_success_after(promoted) - promoted


@pytest.mark.parametrize("pair", ["synchronous"], indirect=True)
def test_F08_failover_loses_nothing_acknowledged(pair):
    load = Load(pair.place)
    wait_until("some work was done", lambda: len(load.spent) > 100)
    seconds = fail_over(pair, load)
    known = len(load.spent)
    wait_until("work goes on", lambda: len(load.spent) > known + 50)
    pair.return_fenced()
    pair.place.restart()  # asks the old one first, which takes no writes
    known = len(load.spent)
    wait_until("work goes on", lambda: len(load.spent) > known + 20)
    load.stop()
    print(f"back {seconds:.2f} s after the promotion, "
          f"{len(load.spent)} tickets, {len(load.failed)} failures")
    assert seconds < 5 + SLACK
    assert load.lost() == ([], [], [])


@pytest.mark.parametrize("pair", ["synchronous"], indirect=True)
def test_F08_without_its_standby_nothing_is_acknowledged(pair):
    """Commits wait for the standby: reads go on, writes are refused soon."""
    place = pair.place
    one = Browser(place)
    assert one.sign_in("alice", PEOPLE["alice"]).status == 303
    ticket = one.ticket_for(APPLICATION)
    query = query_of({"ticket": ticket, "service": APPLICATION})
    pair.stop_standby()
    answer = one.get(f"/cas/serviceValidate?{query}")
    assert answer.status == 503 and answer.header("Retry-After")
    assert one.login_page(service=APPLICATION).ticket  # writes nothing
    began = time.monotonic()
    assert one.get(f"/cas/serviceValidate?{query}").status == 503
    assert time.monotonic() - began < 6 + SLACK
    pair.start_standby()
    fresh = wait_until("tickets are good again", lambda: accepted(one))
    assert fresh
    one.close()


def accepted(one):
    query = query_of({"ticket": one.ticket_for(APPLICATION),
                      "service": APPLICATION})
    return b"<cas:user>" in one.get(f"/cas/serviceValidate?{query}").body


@pytest.mark.parametrize("pair", ["asynchronous"], indirect=True)
def test_F09_an_asynchronous_standby_loses_and_it_is_seen(pair):
    """The control: this test can see what the other says is not there."""
    load = Load(pair.place)
    wait_until("some work was done", lambda: len(load.spent) > 20)
    pair.fall_behind()
    known = len(load.spent)
    wait_until("more was done", lambda: len(load.spent) > known + 20)
    fail_over(pair, load)
    load.stop()
    tickets, sessions, _ = load.lost()
    assert len(tickets) >= 20 and sessions


# One database


def test_F05_a_dead_database_is_told_at_once(own_installation):
    """kill -9 of PostgreSQL: 503 without a wait, and soon all is well."""
    place = own_installation
    one = Browser(place)
    assert one.sign_in("alice", PEOPLE["alice"]).status == 303
    load = Load(place)
    wait_until("some work was done", lambda: len(load.spent) > 20)
    place.kill_database()
    time_to_refuse = []

    def refused():
        began = time.monotonic()
        answer = one.login_page(service=APPLICATION)
        time_to_refuse.append(time.monotonic() - began)
        return answer.status == 503 and len(time_to_refuse) > 5

    wait_until("both gates say no", refused)
    for _ in range(20):
        refused()
    assert min(time_to_refuse[-20:]) < 0.05
    assert sorted(time_to_refuse[-20:])[10] < 0.05 + SLACK / 4
    place.database("start")
    back = time.monotonic()
    assert load.first_success_after(back) - back < 1 + SLACK
    load.stop()
    assert load.lost() == ([], [], [])
    one.close()


def test_F06_a_restart_is_not_noticed(own_installation):
    """A fast restart, terminated backends, another time-out: requests wait a
    moment and succeed."""
    place = own_installation
    wait_until("it is ready", lambda: all_gates_answer(place, "/ready"))
    load = Load(place, people=2)
    wait_until("some work was done", lambda: len(load.spent) > 20)
    for _ in range(5):
        known = len(load.spent)
        place.sql("select pg_terminate_backend(pid) from pg_stat_activity "
                  "where usename = 'portillon_app'", role="postgres")
        wait_until("work goes on", lambda: len(load.spent) > known + 10)
    place.sql("alter system set statement_timeout = '30s'", role="postgres")
    place.sql("select pg_reload_conf()", role="postgres")
    known = len(load.spent)
    wait_until("work goes on", lambda: len(load.spent) > known + 10)
    load.stop()
    assert not load.failed
    assert load.lost() == ([], [], [])


def test_F10_a_locked_table_stops_only_who_needs_it(own_installation):
    place = own_installation
    signed_in = Browser(place)
    assert signed_in.sign_in("bob", PEOPLE["bob"]).status == 303
    assert accepted(signed_in)
    locker = place.connect()
    locker.autocommit = False
    locker.cursor().execute("lock table sso.throttle in exclusive mode")
    others, statuses = [], []
    for _ in range(6):
        others.append(threading.Thread(
            target=lambda: statuses.append(try_to_sign_in(place))))
        others[-1].start()
    for _ in range(10):
        assert accepted(signed_in)
    for other in others:
        other.join(30)
    locker.rollback()
    locker.close()
    assert [status for status, _ in statuses] == [503] * 6
    assert max(seconds for _, seconds in statuses) < 5 + SLACK
    wait_until("sign-in works again", lambda: try_to_sign_in(place)[0] == 303)
    signed_in.close()


def try_to_sign_in(place):
    one = Browser(place)
    began = time.monotonic()
    answer = one.sign_in("alice", PEOPLE["alice"])
    one.close()
    assert answer.status in (303, 503), answer.text
    assert "throttle" not in answer.text and "lock" not in answer.text.lower()
    return answer.status, time.monotonic() - began
