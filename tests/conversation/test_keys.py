# SPDX-License-Identifier: Apache-2.0
"""Keys change while two nodes serve from one database: nothing that was made
under the old key is lost or good twice, and a node without the new one grants
nothing."""
import json
import os
import stat
import threading

import pytest

from browser import Browser, Refused, all_gates_ready, query_of
from conftest import APPLICATION, PEOPLE
from installation import Failed, wait_until

AFTER_TICKETS = 361  # seconds until no ticket of a key can be under way
WRONG = "wrong words here"


def give_keys(first, second):
    """As an operator copies the file: same owner, same mode."""
    first.run(["cp", "-p", first.folder / "keys",
               first.folder / "second-keys"])


@pytest.fixture(scope="module")
def nodes(private_installation):
    first = private_installation
    second = first.second_node(keys="second-keys")
    give_keys(first, second)
    second.start()
    yield first, second
    if second.server is not None:
        assert second.stop() == 0, second.log()
    log = second.log()
    assert "Sanitizer" not in log and "runtime error:" not in log, log[-6000:]


class Visitor(Browser):
    """A browser that a load balancer sends to this node or that."""

    def __init__(self, node):
        super().__init__(node)
        self.name = node.url.removeprefix("https://").removesuffix("/cas")

    def at(self, node):
        self.close()
        self.installation = node
        return self

    def request(self, method, path, params=None, body=None, headers=None):
        return super().request(method, path, params, body,
                               {"Host": self.name, **(headers or {})})

    def patiently_get(self, node, path, params):
        """A node that is starting is asked again, as by a load balancer."""
        def ask():
            try:
                answer = self.at(node).get(path, params)
            except Refused:
                return None
            return None if answer.status == 503 else answer

        return wait_until("a node answers", ask)

    def ticket_at(self, node):
        answer = self.patiently_get(node, "/cas/login",
                                    {"service": APPLICATION})
        assert answer.location, (answer.status, answer.text)
        return answer.ticket

    def verdict(self, node, ticket):
        return self.patiently_get(node, "/cas/serviceValidate", {
            "ticket": ticket, "service": APPLICATION}).text

    def submit(self, page, username, password, **changes):
        page.url = page.url.replace(f":{self.host.rpartition(':')[2]}",
                                    f":{self.name.rpartition(':')[2]}")
        return super().submit(page, username, password, **changes)


def listed(node):
    keys = json.loads(node.portillon("keys", "list", "--json").stdout)
    return {key["key"]: key for key in keys}


def active(node):
    (number,) = [number for number, key in listed(node).items()
                 if key["state"] == "active"]
    return number


def add(nodes):
    """A new key in the files of both nodes, which know it; its number."""
    first, second = nodes
    first.portillon("keys", "add")
    give_keys(first, second)
    for node in nodes:
        node.restart()
    return max(listed(first))


def use(nodes, number):
    """Both nodes follow within a second or two."""
    nodes[0].portillon("keys", "use", number)
    wait_until("both nodes are ready",
               lambda: all(map(all_gates_ready, nodes)))


class Load:
    """Visitors who get tickets at one node and have them validated at the
    other, twice: good, and then good no more."""

    def __init__(self, nodes, visitors):
        self.nodes = nodes
        self.faults = []
        self.validated = 0
        self.stopping = False
        self.threads = [threading.Thread(target=self._work, args=(number,))
                        for number in range(visitors)]
        for thread in self.threads:
            thread.start()

    def _one_ticket(self, visitor, turn):
        here, there = self.nodes[turn % 2], self.nodes[(turn + 1) % 2]
        ticket = visitor.ticket_at(here)
        first = visitor.verdict(there, ticket)
        assert "<cas:user>bob<" in first, first
        assert "INVALID_TICKET" in visitor.verdict(here, ticket)
        self.validated += 1

    def _work(self, number):
        visitor = Visitor(self.nodes[number % 2])
        try:
            assert visitor.sign_in("bob", PEOPLE["bob"]).status == 303
            turn = number
            while not self.stopping:
                self._one_ticket(visitor, turn)
                turn += 1
        except Exception as fault:  # told to the test, not lost
            self.faults.append(fault)
        finally:
            visitor.close()

    def worked_on(self, more=20):
        goal = self.validated + more
        wait_until("some work was done",
                   lambda: self.faults or self.validated > goal)

    def end(self):
        self.stopping = True
        for thread in self.threads:
            thread.join(60)
            assert not thread.is_alive()
        assert not self.faults, self.faults


def key_of_session(place, login):
    return place.sql(
        "select s.key_id from sso.session as s join sso.account as a on "
        "a.id = s.account_id where a.login = %s order by s.number desc "
        "limit 1", login)[0][0]


def test_keys_change_under_load_on_two_nodes(nodes):
    first, second = nodes
    before = active(first)
    old = Visitor(first)
    assert old.sign_in("alice", PEOPLE["alice"]).status == 303
    guesser = Visitor(second)
    for number in range(5):
        assert guesser.at(nodes[number % 2]).sign_in(
            "chloe", WRONG).status == 401
    load = Load(nodes, 4)
    load.worked_on()
    after = add(nodes)
    load.worked_on()
    tickets = [old.ticket_at(nodes[number % 2]) for number in range(6)]
    use(nodes, after)
    load.worked_on()

    # what was made under the old key is good, once, on both nodes
    for number, ticket in enumerate(tickets):
        assert "<cas:user>alice<" in old.verdict(nodes[(number + 1) % 2],
                                                 ticket)
        assert "INVALID_TICKET" in old.verdict(nodes[number % 2], ticket)
    for node in nodes:
        assert old.ticket_at(node)
    assert key_of_session(first, "alice") == before
    # what is new is made under the new key
    new = Visitor(second)
    assert new.sign_in("alice", PEOPLE["alice"]).status == 303
    assert key_of_session(first, "alice") == after
    # and nobody may guess anew
    for node in nodes:
        assert guesser.at(node).sign_in("chloe",
                                        PEOPLE["chloe"]).status == 429

    # back and forth, as often as one likes
    for number in (before, after, before, after):
        use(nodes, number)
        load.worked_on(5)
    load.end()
    for one in (old, new, guesser):
        one.close()


def test_a_key_is_retired_when_nothing_hangs_on_it(nodes):
    first, second = nodes
    old = active(first)
    new = add(nodes)
    own = Visitor(first)
    assert own.sign_in("alice", PEOPLE["alice"]).status == 303
    assert Visitor(second).sign_in("bob", PEOPLE["bob"]).status == 303
    assert "active" in first.portillon("keys", "retire", old,
                                       expect=1).stderr
    named = listed(first)[old]["names_counters"]
    use(nodes, new)
    # the proof of this browser is made anew, its number stays
    assert own.get("/cas/logout").status == 200
    assert own.at(second).sign_in("alice", PEOPLE["alice"]).status == 303
    assert "may still be under way" in first.portillon(
        "keys", "retire", old, expect=1).stderr
    first.clock.shift(AFTER_TICKETS)
    assert "sessions" in first.portillon("keys", "retire", old,
                                         expect=1).stderr
    assert listed(first)[old]["sessions"] > 0
    first.sql("update sso.session set ended_at = clock_timestamp() "
              "where key_id <> %s", new)
    for node in nodes:
        node.portillon("keys", "retire", old)
        assert old not in listed(node)
        assert listed(node)[new]["names_counters"] == named
    first.clock.shift(0)
    for node in nodes:
        node.restart()
        assert own.ticket_at(node)
    own.jar.pop("__Host-TGC")
    stays_known(nodes, own)
    own.close()


def stays_known(nodes, own):
    """The browser proves with what it got under the new key that it is alice's:
    strangers' failures do not count here."""
    stranger = Visitor(nodes[0])
    for _ in range(5):
        stranger.sign_in("alice", WRONG)
    assert stranger.sign_in("alice", PEOPLE["alice"]).status == 429
    assert own.at(nodes[1]).sign_in("alice", PEOPLE["alice"]).status == 303
    stranger.close()


def refuses_to_grant(node, visitor, ticket):
    """Neither a ticket nor a session nor an answer about a ticket."""
    visitor.at(node)
    assert not all_gates_ready(node)
    assert visitor.get("/cas/login", {"service": APPLICATION}).status == 503
    newcomer = Visitor(node)
    page = newcomer.get("/cas/login")  # one gate may not have seen it yet
    answer = newcomer.submit(page, "bob", PEOPLE["bob"]) if page.form else page
    assert answer.status == 503
    assert "__Host-TGC" not in newcomer.jar
    query = query_of({"ticket": ticket, "service": APPLICATION})
    assert newcomer.get(f"/cas/serviceValidate?{query}").status == 503
    newcomer.close()


def test_a_node_without_the_active_key_grants_nothing(nodes):
    first, second = nodes
    visitor = Visitor(first)
    assert visitor.sign_in("bob", PEOPLE["bob"]).status == 303
    first.portillon("keys", "add")
    newest = max(listed(first))
    first.restart()
    first.portillon("keys", "use", newest)
    wait_until("the first follows", lambda: all_gates_ready(first))
    wait_until("the second sees it", lambda: not all_gates_ready(second))
    ticket = visitor.ticket_at(first)
    refuses_to_grant(second, visitor, ticket)
    assert listed(second)[newest]["state"] == "ACTIVE, MISSING HERE"
    assert f"number {newest}, which the key file lacks" in second.portillon(
        "check", expect=1).stdout
    assert "<cas:user>bob<" in visitor.verdict(first, ticket)
    give_keys(first, second)
    second.restart()
    assert visitor.ticket_at(second)
    visitor.close()


def test_another_secret_under_the_same_number_is_noticed(nodes):
    """Somebody ran `keys add` on each node instead of copying the file."""
    first, second = nodes
    for node in nodes:
        node.portillon("keys", "add")
    newest = max(listed(first))
    assert max(listed(second)) == newest
    assert listed(first)[newest]["check"] != listed(second)[newest]["check"]
    for node in nodes:
        node.restart()
    assert all(map(all_gates_ready, nodes))
    visitor = Visitor(first)
    first.portillon("keys", "use", newest)
    wait_until("the second sees it", lambda: not all_gates_ready(second))
    wait_until("the first follows", lambda: all_gates_ready(first))
    assert visitor.sign_in("bob", PEOPLE["bob"]).status == 303
    refuses_to_grant(second, visitor, visitor.ticket_for(APPLICATION))
    assert listed(second)[newest]["state"] == "ACTIVE, ANOTHER SECRET HERE"
    assert "the key file has another secret" in second.portillon(
        "check", expect=1).stdout
    give_keys(first, second)
    second.restart()
    assert visitor.ticket_at(second)
    visitor.close()


def test_restored_a_ticket_from_before_opens_no_more(nodes):
    first, second = nodes
    visitor = Visitor(first)
    assert visitor.sign_in("bob", PEOPLE["bob"]).status == 303
    ticket = visitor.ticket_at(first)
    said = second.portillon("restored").stdout
    assert "sessions were ended" in said
    for node in (second, first):
        assert "INVALID_TICKET" in visitor.verdict(node, ticket)
        answer = visitor.at(node).get("/cas/login", {"service": APPLICATION})
        assert answer.status == 200 and answer.form
    assert visitor.sign_in("bob", PEOPLE["bob"], APPLICATION).ticket
    visitor.close()


# The command line


def test_add_keeps_owner_mode_and_comments(nodes):
    first, _ = nodes
    file = first.folder / "keys"
    before, facts = file.read_text(), file.stat()
    said = first.portillon("keys", "add").stdout
    assert "every node" in said and "keys use" in said
    after = file.read_text()
    assert after.startswith(before) and len(after) > len(before) + 43
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.stat().st_uid == facts.st_uid
    assert not (first.folder / "keys.new").exists()
    # the secret stands nowhere else
    secret = after.split()[-1]
    assert secret not in said and secret not in first.log()


def test_a_change_that_broke_off_is_not_overrun(nodes):
    first, _ = nodes
    lock = first.folder / "keys.new"
    before = (first.folder / "keys").read_text()
    first.run(["touch", lock])
    try:
        for command in (["add"], ["retire", "1"]):
            refused = first.portillon("keys", *command, expect=3)
            assert "somebody else" in refused.stderr and \
                str(lock) in refused.stderr
    finally:
        os.unlink(lock)
    assert (first.folder / "keys").read_text() == before


@pytest.mark.parametrize("number", ["0", "200", "256", "-1", "x", "1 "])
@pytest.mark.parametrize("command", ["use", "retire"])
def test_numbers_that_no_key_has_are_refused(nodes, command, number):
    before = (nodes[0].folder / "keys").read_text()
    with pytest.raises(Failed) as refused:
        nodes[0].portillon("keys", command, number)
    assert refused.value.code in (1, 2)
    assert (nodes[0].folder / "keys").read_text() == before
    assert not (nodes[0].folder / "keys.new").exists()


def test_without_a_database_nothing_is_changed(nodes):
    first, _ = nodes
    before = (first.folder / "keys").read_text()
    env = {"PORTILLON_DATABASE_APP": "host=/nonexistent dbname=x"}
    number = str(min(listed(first)))
    assert first.portillon("keys", "retire", number, env=env,
                           expect=3).stderr
    assert (first.folder / "keys").read_text() == before
    assert not (first.folder / "keys.new").exists()


def test_every_change_is_audited_with_who_made_it(nodes):
    first, _ = nodes
    old, new = active(first), add(nodes)
    use(nodes, new)
    use(nodes, old)
    first.clock.shift(AFTER_TICKETS)
    for node in nodes:
        node.portillon("keys", "retire", new)
    first.clock.shift(0)
    rows = first.sql("select kind, request from sso.audit where "
                     "detail = jsonb_build_object('key', %s) order by id", new)
    assert [kind for kind, _ in rows] == ["key used", "key retired",
                                          "key retired"]
    assert all(request.startswith("cli-") for _, request in rows)
