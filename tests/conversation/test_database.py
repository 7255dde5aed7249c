# SPDX-License-Identifier: Apache-2.0
"""The database dies, restarts, is locked (F-05, F-06, F-10), or has ten thousand
applications registered, and all the while more of them."""
import io
import json
import random
import re
import threading
import time

import pytest

from browser import Browser, all_gates_answer
from conftest import APPLICATION, PEOPLE
from installation import wait_until
from people import Load, accepted

GRACE = 0.8  # seconds without a database that nobody notices; 1, less a margin
SLACK = 2.0  # seconds that sanitizers and a loaded machine may add
MANY = 10_000


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
    for _ in range(3):
        known = len(load.spent)
        wait_until("work goes on", lambda: len(load.spent) > known + 10)
        noticed = len(load.failed)
        if fast_restart(place) > GRACE:
            noticed = None  # then people may be told
        known = len(load.spent)
        wait_until("work goes on", lambda: len(load.spent) > known + 10)
        assert noticed is None or len(load.failed) == noticed
    load.stop()
    assert load.lost() == ([], [], [])


def fast_restart(place):
    """Returns the seconds that it took."""
    began = time.monotonic()
    place.database("stop")
    place.database("start")
    return time.monotonic() - began


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
    wait_until("sign-in works again, at both gates", lambda: all(
        try_to_sign_in(place)[0] == 303 for _ in range(8)))
    signed_in.close()


def try_to_sign_in(place):
    one = Browser(place)
    began = time.monotonic()
    answer = one.sign_in("alice", PEOPLE["alice"])
    one.close()
    assert answer.status in (303, 503), answer.text
    assert "throttle" not in answer.text and "lock" not in answer.text.lower()
    return answer.status, time.monotonic() - began


# The registry


@pytest.fixture
def many_services(own_installation):
    """Every third of them is switched off."""
    rows = io.StringIO("".join(
        f"Service {n}\thttps://s{n}.example/app/*\t"
        f"{json.dumps(['mail'])}\t{'f' if n % 3 == 0 else 't'}\n"
        for n in range(MANY)))
    connection = own_installation.connect()
    connection.autocommit = False
    with connection.cursor() as cursor:
        cursor.execute("create temp table given (name text, pattern text, "
                       "released jsonb, enabled boolean)")
        cursor.copy_expert("copy given from stdin", rows)
        cursor.execute(
            "insert into sso.service (tenant_id, name, pattern, released, "
            "enabled, created_at) select (select min(id) from sso.tenant), "
            "name, pattern, released, enabled, now() from given")
    connection.commit()
    yield own_installation
    with connection.cursor() as cursor:
        cursor.execute("delete from sso.service where name like 'Service %'")
    connection.commit()
    connection.close()


def test_ten_thousand_services_are_told_apart(many_services):
    place = many_services
    registered = place.sql("select count(*) from sso.service")[0][0]
    one = Browser(place)
    assert one.sign_in("alice", PEOPLE["alice"]).status == 303
    chance = random.Random(20)
    for n in [0, 1, MANY - 1, *chance.sample(range(MANY), 60)]:
        answer = one.login_page(service=f"https://s{n}.example/app/x?y={n}")
        if n % 3 == 0:
            assert answer.status == 403 and not answer.ticket, n
        else:
            assert answer.ticket, n
    for url in (f"https://s{MANY}.example/app/", "https://s1.example/other",
                "https://s1.example.org/app/", "http://s1.example/app/"):
        assert not one.login_page(service=url).ticket, url
    assert re.search(rf'"registry loaded".* services={registered}\b',
                     place.log())
    one.close()


def test_a_service_added_decides_on_all_nodes_at_once(many_services):
    """Nobody tells the nodes: the first statement that decides does."""
    place = many_services
    other = place.second_node()
    other.start()
    try:
        one = Browser(place)
        assert one.sign_in("alice", PEOPLE["alice"]).status == 303
        there = Browser(other)
        there.host, there.jar = one.host, one.jar
        for n in range(5):
            url = f"https://added{n}.example/cb"
            assert there.login_page(service=url).status == 403
            place.sql("insert into sso.service (tenant_id, name, pattern, "
                      "created_at) select min(id), 'Service added', %s, now() "
                      "from sso.tenant", url)
            assert there.login_page(service=url).ticket
            assert one.login_page(service=url).ticket
            place.sql("update sso.service set enabled = false "
                      "where pattern = %s", url)
            assert there.login_page(service=url).status == 403
            assert one.login_page(service=url).status == 403
        there.close()
        one.close()
    finally:
        assert other.stop() == 0
