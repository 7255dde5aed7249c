# SPDX-License-Identifier: Apache-2.0
"""What may be used once is used once, whoever asks at the same moment: a mailed
code, a step of an app, a recovery code, a sign-in in progress (rows T112, T116,
T123, T124)."""
import concurrent.futures
import os

import pytest

from browser import Browser
from generators import App
from test_second_step import university, visit  # noqa: F401

ROUNDS = int(os.environ.get("TEST_ONCE_ROUNDS", 125))
AT_ONCE = 4  # so 500 requests; two gates take what comes


class Round:
    """The same form, sent by several connections at the same moment."""

    def __init__(self, one, page):
        self.one, self.page = one, page
        self.jar = dict(one.browser.jar)
        self.tabs = [Browser(one.place) for _ in range(AT_ONCE)]
        self.pool = concurrent.futures.ThreadPoolExecutor(AT_ONCE)

    def opened(self, code):
        """How many of them opened a session."""
        fields = {**self.page.form.fields, "code": code}

        def send(tab):
            tab.jar = dict(self.jar)
            answer = tab.post("/cas/mfa", fields, headers=self.one.headers)
            if (answer.location or "").endswith("/mfa/offer"):
                answer = tab.post("/cas/mfa/offer", {
                    **fields, "choice": "later"}, headers=self.one.headers)
            return answer

        answers = list(self.pool.map(send, self.tabs))
        assert all(answer.status in (200, 303) for answer in answers), [
            answer.status for answer in answers]
        return sum(answer.ticket is not None for answer in answers)

    def close(self):
        self.pool.shutdown()
        for tab in self.tabs:
            tab.close()


@pytest.fixture
def begun(visit):  # noqa: F811
    """A sign-in that waits for a code, over and over again: (person, round,
    what arms it anew)."""
    one = visit()
    app = App(one.place, "alice")
    rounds = []

    def begin():
        page = one.asked(one.password())
        rounds.append(Round(one, page))
        return rounds[0]

    def arm(*statements):
        for statement in ("update sso.sign_in set step = 'code',"
                          " opened_mac = null, verified_at = null,"
                          " verified_by = null where expires_at > now()",
                          "delete from sso.throttle", *statements):
            one.place.sql(statement)

    yield one, app, begin, arm
    for each in rounds:
        each.close()
    one.place.sql("delete from sso.recovery_code")
    app.remove()


def sessions(one):
    return one.place.sql("select count(*) from sso.session")[0][0]


def test_T112_a_step_opens_once(begun):
    one, app, begin, arm = begun
    here = begin()
    before = sessions(one)
    for _ in range(ROUNDS):
        arm("update sso.enrolment set last_step = -1")
        assert here.opened(app.code()) == 1
    assert sessions(one) == before + ROUNDS


def test_T123_a_mailed_code_opens_once(begun):
    one, _, begin, arm = begun
    here = begin()
    one.send(here.page, path="/cas/mfa/send")
    code = one.mailed()
    for _ in range(ROUNDS):
        arm("update sso.email_code set used_at = null, tries = 0")
        assert here.opened(code) == 1


def test_T112_one_step_in_two_sign_ins(begun, visit):  # noqa: F811
    """The same code in parallel sign-ins of one person: one of them opens."""
    one, app, begin, arm = begun
    other = visit()
    places = [begin(), Round(other, other.asked(other.password()))]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for _ in range(ROUNDS):
            arm("update sso.enrolment set last_step = -1")
            code = app.code()
            counts = list(pool.map(lambda here: here.opened(code), places))
            assert sum(counts) == 1, counts
    places[1].close()


def test_T116_many_wrong_codes_at_once(begun):
    """Five are compared, whatever comes at the same moment; the right one
    among those behind them does not open."""
    one, app, begin, arm = begun
    here = begin()
    arm("update sso.enrolment set last_step = -1")
    fields = here.page.form.fields

    def send(code):
        tab = Browser(one.place)
        tab.jar = dict(here.jar)
        answer = tab.post("/cas/mfa", {**fields, "code": code},
                          headers=one.headers)
        tab.close()
        return answer

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(send, ["000000"] * 100))
    compared = sum("not right" in answer.text for answer in answers)
    assert compared == 5
    late = send(app.code())
    assert "Too many wrong codes" in late.text and late.ticket is None
    assert one.place.sql(
        "select cardinality(tries) from sso.throttle"
        " where kind = 'second step'") == [(5,)]
