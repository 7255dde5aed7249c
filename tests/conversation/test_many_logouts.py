# SPDX-License-Identifier: Apache-2.0
"""Single logout on a bad day: most applications hang, and the courier is killed
again and again (rows D08, D13, D14; faults F-12 and F-32)."""
import collections
import os
import random
import re
import signal
import time
import urllib.parse

import pytest

from application import Crowd
from called import (at_rest, later, log_out, person, place,  # noqa: F401
                    redeem, redeem_all, register, tidy)
from installation import wait_until

AT_A_TIME = 64  # calls, CALLS_MOST of the server
GOOD, SILENT = 100, 400
GROWTH_MOST = 96  # MiB of the courier, with what sanitizers keep
LEASE = 60  # seconds: a claim has run out for sure
RETRY = 30  # seconds: the first repetition is due for sure
DAY = 86400 + 60  # seconds: nothing is of use any more
KILLS, APPLICATIONS, SEED = 20, 10, 32
LONG_LIFE = 1.1  # seconds: who lived as long is started again at once


@pytest.fixture
def crowd(place):
    """Makes many registered applications, and forgets them."""
    made = []

    def make(count, **arguments):
        one = Crowd(count, **arguments)
        made.append(one)
        register(place, *one.urls("/*"))
        return one

    yield make
    for one in made:
        one.close()
    place.sql("delete from sso.service where name = 'Listener'")


def states(place):
    """How many notices are delivered, failed, called, new or waiting."""
    return dict(place.sql(
        "select case when delivered_at is not null then 'delivered'"
        " when failed_at is not null then 'failed'"
        " when claimed_by is not null then 'called'"
        " when tries = 0 then 'new' else 'waiting' end, count(*)"
        " from sso.outbox where kind = 'logout' group by 1"))


def memory_peak(pid):
    """MiB since the process began."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmHWM:\s+([0-9]+) kB", status.read())[1]) / 1024


def test_D14_of_five_hundred_four_hundred_hang(place, crowd, person):
    """Whoever signs out waits for none of them; the others are told while they
    hang, somebody else's too; and operators see what became of each."""
    apps = crowd(GOOD + SILENT)
    apps.silent = set(apps.ports[GOOD:])
    alice, bob = person(), person("bob")
    redeem_all(alice, apps.urls())
    redeem(bob, apps.urls("/bob")[0])
    courier = place.processes()["courier"]
    before = memory_peak(courier)

    log_out(alice)
    assert apps.answered == 0
    apps.begin()
    wait_until("the others were told",
               lambda: states(place).get("delivered") == GOOD)
    at_rest(place)
    assert states(place) == {"delivered": GOOD, "waiting": SILENT}
    assert set(apps.heard) == set(apps.ports)

    later(place, RETRY)  # now all that hang are called again
    wait_until("they are", lambda: states(place).get("called"))
    log_out(bob)
    wait_until("his application was told",
               lambda: states(place)["delivered"] == GOOD + 1)
    assert states(place)["waiting"] > SILENT / 2, "they had their turn first"

    later(place, DAY)
    wait_until("all is settled", lambda: states(place) == {
        "delivered": GOOD + 1, "failed": SILENT})
    assert apps.answered == GOOD + 1
    listed = place.portillon("logout", "list").stdout.splitlines()[1:]
    assert len(listed) == GOOD + SILENT
    given_up = [line for line in listed if "too late" in line or
                "Timeout" in line]
    assert len(given_up) == SILENT
    assert apps.most <= AT_A_TIME
    assert place.processes()["courier"] == courier
    print(f"the courier grew by {memory_peak(courier) - before:.1f} MiB, "
          f"{apps.most} calls at a time")
    assert memory_peak(courier) - before < GROWTH_MOST


def number_of(body):
    """The notice's number, which a repetition has too."""
    ((_, xml),) = urllib.parse.parse_qsl(body.decode("ascii"))
    return int(re.search(r' ID="LR-([0-9a-f]{16})" ', xml)[1], 16)


def kill_courier(place):
    """Dead while nobody looks; the notices that it may have called with."""
    courier = place.processes()["courier"]
    os.kill(courier, signal.SIGSTOP)
    caught = [number for (number,) in place.sql(
        "select id from sso.outbox where claimed_by is not null")]
    os.kill(courier, signal.SIGKILL)
    wait_until("another courier works", lambda: place.processes().get(
        "courier", courier) != courier)
    return caught


def test_D08_killed_at_twenty_points_of_a_stream(place, crowd, person):
    """Nothing is lost, and nothing comes again but what a kill caught on its
    way, once for each kill, with the same bytes."""
    apps = crowd(APPLICATIONS, thinks=0.5)
    apps.begin()
    sessions = [person() for _ in range(KILLS)]
    for browser in sessions:
        redeem_all(browser, apps.urls())
    dice, caught = random.Random(SEED), collections.Counter()
    for browser in sessions:
        time.sleep(LONG_LIFE)
        log_out(browser)
        if dice.random() < 0.7:  # else before, or long after
            wait_until("somebody is called",
                       lambda: states(place).get("called"))
        time.sleep(dice.uniform(0, 0.5))
        caught.update(kill_courier(place))
        later(place, LEASE)
    notices = KILLS * APPLICATIONS
    wait_until("all is delivered",
               lambda: states(place) == {"delivered": notices})

    bodies = collections.Counter(
        body for heard in apps.heard.values() for body in heard)
    assert len(bodies) == notices
    copies = {number_of(body): count for body, count in bodies.items()}
    assert len(copies) == notices
    print(f"{KILLS} kills caught {caught.total()} calls on their way; "
          f"{bodies.total() - notices} of {notices} came again")
    assert caught.total() >= KILLS, "the kills missed the stream"
    assert bodies.total() > notices
    assert not {number: count for number, count in copies.items()
                if count > 1 + caught[number]}
