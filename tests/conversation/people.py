# SPDX-License-Identifier: Apache-2.0
"""People at work while something is done to the server, and what was
acknowledged to them: a small ledger."""
import threading
import time

from browser import Broken, Browser, query_of
from conftest import APPLICATION, PEOPLE
from installation import wait_until


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


def accepted(one):
    query = query_of({"ticket": one.ticket_for(APPLICATION),
                      "service": APPLICATION})
    return b"<cas:user>" in one.get(f"/cas/serviceValidate?{query}").body
