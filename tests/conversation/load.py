# SPDX-License-Identifier: Apache-2.0
"""People at work while something happens to the server."""
import threading
import time

from browser import Browser, Refused, Unanswered, query_of
from conftest import APPLICATION, PEOPLE
from installation import wait_until

# A connection that lay idle for so long may be closed by a server that drains
# (after one second); a request that crosses its end is nobody's fault.
IDLE = 0.8


class Impatient(Browser):
    """Tells of a kept connection that broke, unless it had lain idle."""

    def __init__(self, place):
        super().__init__(place)
        self.used_at = 0

    def exchange(self, data, method):
        idle = time.monotonic() - self.used_at > IDLE
        if self.connection is None or idle:
            answer = super().exchange(data, method)
        else:
            answer = self.exchange_once(data, method)
        self.used_at = time.monotonic()
        return answer


class Load:
    """People who get tickets and have them validated, until they are told to
    stop or, where that `may_end` it, the server is gone.  `client` makes a
    browser; the one of its own hides no broken connection."""

    def __init__(self, place, people, may_end=False, client=Impatient):
        self.place = place
        self.may_end = may_end
        self.client = Browser if may_end else client
        self.stopping = threading.Event()
        self.faults = []
        self.acknowledged = []
        self.threads = [threading.Thread(target=self._work)
                        for _ in range(people)]
        for thread in self.threads:
            thread.start()
        wait_until("some work was done",
                   lambda: self.faults or
                   len(self.acknowledged) > 10 * people)

    def _work(self):
        one = self.client(self.place)
        try:
            assert one.sign_in("bob", PEOPLE["bob"]).status == 303
            while not self.stopping.is_set():
                ticket = one.ticket_for(APPLICATION)
                query = query_of({"ticket": ticket, "service": APPLICATION})
                answer = one.get(f"/cas/serviceValidate?{query}")
                assert b"<cas:user>bob<" in answer.body, answer.body
                self.acknowledged.append(query)
        except (Refused, Unanswered) as fault:
            if not self.may_end:  # else the ledger tells whether too late
                self.faults.append(fault)
        except Exception as fault:  # told to the test, not lost
            self.faults.append(fault)
        finally:
            one.close()

    def wait(self):
        for thread in self.threads:
            thread.join(60)
            assert not thread.is_alive()

    def stop(self):
        """Ends it; nothing may have gone wrong for anybody."""
        self.stopping.set()
        self.wait()
        assert not self.faults, self.faults
