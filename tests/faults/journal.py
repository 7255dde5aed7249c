# SPDX-License-Identifier: Apache-2.0
"""Reads the journal that a load wrote (README.md says what its lines mean)."""
from dataclasses import dataclass

# The server said something, so it served.
ANSWERS = {"form", "granted", "accepted", "refused", "wait", "done"}
# Nobody knows whether the server has done it.
PERHAPS = {"unknown", "unavailable", None}
FAILURES = {"unknown", "unavailable", "unsent"}
# What PostgreSQL has a part in.
NEEDS_DATABASE = {"signin", "ticket", "validate", "session", "logout"}


@dataclass
class Operation:
    sequence: int
    begun: int  # microseconds of the monotonic clock
    client: int
    node: int  # -1: none was up
    name: str
    user: str
    about: str  # hash of a session, a ticket or a counter's name; "-"
    service: str
    ended: int = None  # None: the journal knows no end
    outcome: str = None
    says: tuple = ()


class Journal:
    """Reads what was added since it read last: a long load asks often."""

    def __init__(self, path):
        self.path = path
        self.place = 0
        self.answers = 0
        self.stored = 0  # of those, the ones that PostgreSQL had a part in
        self.known = {}  # sequence: Operation

    def operations(self):
        """In the order in which they were begun."""
        with open(self.path, "rb") as lines:
            lines.seek(self.place)
            for line in lines:
                if not line.endswith(b"\n"):
                    break  # the last one, cut off
                self.place += len(line)
                self._take(line.decode("ascii").split())
        return list(self.known.values())

    def _take(self, words):
        if words[0] == "B":
            sequence, begun, client, node = map(int, words[1:5])
            self.known[sequence] = Operation(
                sequence, begun, client, node, *words[5:9])
        else:
            operation = self.known[int(words[1])]
            operation.ended = int(words[2])
            operation.outcome = words[3]
            operation.says = tuple(words[4:])
            answered = operation.outcome in ANSWERS
            self.answers += answered
            self.stored += answered and operation.name in NEEDS_DATABASE


def served(operations, since, until, node=None):
    """When answers came, sorted, to requests begun in that time."""
    return sorted(
        operation.ended for operation in operations
        if operation.outcome in ANSWERS and
        since <= operation.begun < until and
        node in (None, operation.node))


def failures(operations):
    return [operation for operation in operations
            if operation.outcome in FAILURES]


def broken_off(operations):
    """What the server began and did not end.  Not an idle connection that it
    closed just when it was used again: clients know that, and ask on another
    (RFC 9112, 9.3.1)."""
    return [operation for operation in operations
            if operation.outcome == "unknown" and
            operation.says != ("stale",)]


def first_answer_ms(operations, since, until, node=None):
    """From a moment to the first answer to what was begun after it; None if
    there was none."""
    times = served(operations, since, until, node)
    return (times[0] - since) / 1000 if times else None
