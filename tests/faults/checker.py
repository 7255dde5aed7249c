#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what clients were told with what the database holds.

    checker.py JOURNAL CONNECTION_STRING

Each rule has the number of its invariant (README.md, "The ledger").  A rule
says what it found wrong, one line each; nothing found means that it held.
Exit codes: 0 clean, 1 something was lost or doubled, 2 usage.
"""
import collections
import sys

import psycopg2

import journal

SECOND = 1_000_000
TICKET_LIFE = 30 * SECOND  # the server's standard
TICKET_SLACK = 2 * SECOND  # it counts in whole seconds
TRIES_AT_ONCE = 5  # then one a minute at most
TOLD_MOST = 5  # findings of one rule that are spelled out

NOT_YET = {
    "L3": "there are no second factors, codes or flows yet",
    "L6": "nobody can change settings on a page yet",
    "L8": "the server sends no mail yet",
    "L9": "the server calls nobody back yet",
}

SESSIONS = """
SELECT encode(substring(s.mac FROM 1 FOR 16), 'hex'), s.number, a.login,
       s.ended_at IS NOT NULL
FROM sso.session AS s LEFT JOIN sso.account AS a ON a.id = s.account_id"""
REDEMPTIONS = """
SELECT encode(substring(sha256(r.ticket::bytea) FROM 1 FOR 16), 'hex'),
       r.session, p.pattern
FROM sso.redemption AS r LEFT JOIN sso.service AS p ON p.id = r.service_id"""
COUNTERS = """
SELECT encode(substring(name FROM 1 FOR 16), 'hex'), cardinality(tries)
FROM sso.throttle"""
SESSION_AUDIT = """
SELECT DISTINCT kind, session FROM sso.audit WHERE session IS NOT NULL"""
REFUSAL_AUDIT = """
SELECT a.login, count(*) FROM sso.audit AS t
JOIN sso.account AS a ON a.id = t.account_id
WHERE t.kind = 'sign-in refused' GROUP BY a.login"""


class Records:
    """What the database holds, read once."""

    def __init__(self, connection):
        with connection.cursor() as cursor:
            self.sessions = {mac: rest for mac, *rest
                             in self._rows(cursor, SESSIONS)}
            self.redemptions = {ticket: rest for ticket, *rest
                                in self._rows(cursor, REDEMPTIONS)}
            self.counters = dict(self._rows(cursor, COUNTERS))
            self.session_audit = set(self._rows(cursor, SESSION_AUDIT))
            self.refusal_audit = dict(self._rows(cursor, REFUSAL_AUDIT))

    @staticmethod
    def _rows(cursor, query):
        cursor.execute(query)
        return cursor.fetchall()


class Told:
    """What the journal says that clients were told, by session and ticket."""

    def __init__(self, operations):
        self.operations = operations
        self.by_name = collections.defaultdict(list)
        self.session_of = {}  # ticket -> hash of the session
        self.granted_at = {}  # ticket -> begin of the request that got it
        self.user_of = {}  # session -> login
        self.logout_begun = {}
        self.logout_acknowledged = {}
        for operation in operations:
            self.by_name[operation.name].append(operation)
        for operation in self.by_name["signin"] + self.by_name["ticket"]:
            self._take_grant(operation)
        for operation in self.by_name["logout"]:
            self._take_logout(operation)

    def _take_grant(self, operation):
        if operation.outcome != "granted":
            return
        session = operation.about
        if operation.name == "signin":
            session = operation.says[0]
            self.user_of[session] = operation.user
        self.session_of[operation.says[-1]] = session
        self.granted_at[operation.says[-1]] = operation.begun

    def _take_logout(self, operation):
        session = operation.about
        self.logout_begun[session] = min(
            operation.begun, self.logout_begun.get(session, operation.begun))
        if operation.outcome == "done":
            self.logout_acknowledged[session] = min(
                operation.ended,
                self.logout_acknowledged.get(session, operation.ended))

    def about_session(self):
        return self.by_name["ticket"] + self.by_name["session"]

    def validations(self):
        return self.by_name["validate"]


def never(moments, key):
    return moments.get(key, float("inf"))


def a_session_lives(told, records):
    """L1: a session that was given out works until it is ended."""
    for operation in told.about_session():
        if operation.outcome == "refused" and \
                operation.ended < never(told.logout_begun, operation.about):
            yield (f"session {operation.about} of {operation.user} was refused "
                   f"by node {operation.node} (line {operation.sequence})")
    for session, user in told.user_of.items():
        row = records.sessions.get(session)
        if row is None:
            yield f"session {session} of {user} has no row"
        elif row[1] != user:
            yield f"session {session} of {user} belongs to {row[1]}"
        elif row[2] and session not in told.logout_begun:
            yield f"session {session} of {user} has ended, and nobody asked"


def a_ticket_is_accepted_once(told, records):
    """L2: at most once, for the right user and service, and durably."""
    accepted = collections.Counter()
    for operation in told.validations():
        if operation.outcome != "accepted":
            continue
        ticket = operation.about
        accepted[ticket] += 1
        if accepted[ticket] == 2:
            yield f"ticket {ticket} was accepted twice"
        row = records.redemptions.get(ticket)
        if row is None:
            yield f"ticket {ticket} was accepted, and is not spent"
            continue
        yield from redemption_trouble(told, records, operation, row)


def redemption_trouble(told, records, operation, row):
    ticket, number, pattern = operation.about, *row
    session = told.session_of.get(ticket)
    user = told.user_of.get(session)
    if user != operation.says[0]:
        yield (f"ticket {ticket} was given to {user} and accepted for "
               f"{operation.says[0]}")
    if session is not None and \
            records.sessions.get(session, [None])[0] != number:
        yield f"ticket {ticket} was spent for another session"
    if pattern is None or f"//{operation.service}." not in pattern:
        yield (f"ticket {ticket} was accepted for {operation.service} and "
               f"spent for {pattern}")


def a_ticket_is_good(told, _records):
    """L4: the first to try a fresh ticket is accepted."""
    first = {}
    for operation in told.validations():
        first.setdefault(operation.about, operation)
    for ticket, operation in first.items():
        granted = told.granted_at.get(ticket)
        session = told.session_of.get(ticket)
        if operation.outcome == "refused" and granted is not None and \
                operation.ended < never(told.logout_begun, session) and \
                operation.ended - granted < TICKET_LIFE - TICKET_SLACK:
            yield f"ticket {ticket} was refused at its first use"


def an_ended_session_is_dead(told, records):
    """L5: after an acknowledged sign-out nothing works, on any node."""
    dead = told.logout_acknowledged
    for operation in told.about_session():
        if operation.outcome in ("granted", "accepted") and \
                operation.begun > never(dead, operation.about):
            yield (f"session {operation.about} works on node {operation.node} "
                   f"after its sign-out (line {operation.sequence})")
    for operation in told.validations():
        session = told.session_of.get(operation.about)
        if operation.outcome == "accepted" and \
                operation.begun > never(dead, session):
            yield (f"ticket {operation.about} was accepted after the sign-out "
                   "of its session")
    for session in dead:
        row = records.sessions.get(session)
        if row is not None and not row[2]:
            yield f"session {session} was ended, and lives in the database"


def tries_by_counter(told):
    tries = collections.defaultdict(list)
    for operation in told.by_name["wrong"]:
        tries[operation.about].append(operation)
    return tries


def tries_are_counted(told, records):
    """L7: a wrong try that was answered is counted; and they are limited."""
    for counter, operations in tries_by_counter(told).items():
        user = operations[0].user
        compared = [operation for operation in operations
                    if operation.outcome == "refused"]
        counted = records.counters.get(counter, 0)
        if counted < len(compared):
            yield (f"{user}: {len(compared)} wrong tries were answered, "
                   f"{counted} are counted")
        span = operations[-1].begun - operations[0].begun
        if len(compared) > TRIES_AT_ONCE + span // (60 * SECOND):
            yield f"{user}: {len(compared)} tries in {span // SECOND} s"


def no_guess_is_right(told, _records):
    """L7: a wrong password opens nothing."""
    for operation in told.by_name["wrong"]:
        if operation.outcome == "granted":
            yield f"{operation.user} was signed in with a wrong password"


def what_happened_is_audited(told, records):
    """L10: what a client was told of has its row of the trail."""
    for session, user in told.user_of.items():
        number = records.sessions.get(session, [None])[0]
        if number is not None and \
                ("signed in", number) not in records.session_audit:
            yield f"the sign-in of {user} (session {number}) is not audited"
    for session in told.logout_acknowledged:
        number = records.sessions.get(session, [None])[0]
        if number is not None and \
                ("signed out", number) not in records.session_audit:
            yield f"the sign-out of session {number} is not audited"
    refused = collections.Counter(
        operation.user for operation in told.by_name["wrong"]
        if operation.outcome == "refused")
    for user, count in refused.items():
        if records.refusal_audit.get(user, 0) < count:
            yield (f"{user}: {count} refusals were answered, "
                   f"{records.refusal_audit.get(user, 0)} are audited")


def nobody_is_mixed_up(told, _records):
    """L11: no answer has anything of somebody else in it."""
    for operation in told.operations:
        if operation.outcome == "mixup":
            yield (f"{operation.name} of {operation.user} (line "
                   f"{operation.sequence}) was answered about "
                   f"{' '.join(operation.says) or 'somebody else'}")


def errors_are_clean(told, _records):
    """L12: what goes wrong is a 503 or an end, never a wrong answer."""
    for operation in told.operations:
        if operation.outcome == "wrong":
            yield (f"{operation.name} of {operation.user} (line "
                   f"{operation.sequence}): {' '.join(operation.says)}")


RULES = (
    ("L1", a_session_lives),
    ("L2", a_ticket_is_accepted_once),
    ("L4", a_ticket_is_good),
    ("L5", an_ended_session_is_dead),
    ("L7", tries_are_counted),
    ("L7", no_guess_is_right),
    ("L10", what_happened_is_audited),
    ("L11", nobody_is_mixed_up),
    ("L12", errors_are_clean),
)


def check(operations, records):
    """Findings as "L1: ..." texts; none if the ledger is clean."""
    told = Told(operations)
    findings = []
    for number, rule in RULES:
        found = list(rule(told, records))
        findings += [f"{number}: {text}" for text in found[:TOLD_MOST]]
        if len(found) > TOLD_MOST:
            findings.append(f"{number}: and {len(found) - TOLD_MOST} more")
    return findings


def main(words):
    if len(words) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    connection = psycopg2.connect(words[1])
    findings = check(journal.Journal(words[0]).operations(), Records(connection))
    connection.close()
    print("\n".join(findings) or "clean")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
