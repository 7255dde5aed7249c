# SPDX-License-Identifier: Apache-2.0
"""The primary dies with its disk and the standby takes over (F-08, F-09): what
was acknowledged is there, and nobody waits longer than needed."""
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "faults"))

from browser import Browser, query_of  # noqa: E402
from cluster import Cluster  # noqa: E402
from conftest import APPLICATION, PEOPLE  # noqa: E402
from installation import Installation, wait_until  # noqa: E402
from people import Load, accepted  # noqa: E402

SLACK = 2.0  # seconds that sanitizers and a loaded machine may add


@pytest.fixture
def pair(request):
    """An installation with a standby beside its database."""
    place = Installation()
    cluster = None
    try:
        place.make()
        for name in ("alice", "bob"):
            place.add_account(name, PEOPLE[name], "--name", name.title())
        place.add_service(APPLICATION, "--release", "*")
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
