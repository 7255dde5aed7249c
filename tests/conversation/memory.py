# SPDX-License-Identifier: Apache-2.0
"""Searches the memory of a running server, as whoever broke into it could.

Only root can: the processes keep their memory from everybody else.
"""
import os
import re

import pytest

PIECE = 1 << 22  # read at a time
# AddressSanitizer reserves terabytes for its notes about memory; memory itself
# comes in smaller pieces.
LARGEST = (1 << 28) - 1
SHORTEST = 10  # bytes of a secret that are not there by chance

only_root = pytest.mark.skipif(
    os.getuid() != 0, reason="only root may read the memory of others")


def mappings(pid):
    """(start, end) of what can be read."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as table:
        for line in table:
            start, end, access, name = re.match(
                r"(\w+)-(\w+) (....) \S+ \S+ \S+ *(.*)", line).groups()
            size = int(end, 16) - int(start, 16)
            if access[0] == "r" and size <= LARGEST and \
                    name not in ("[vvar]", "[vsyscall]"):
                yield int(start, 16), int(end, 16)


def pieces(pid, overlap):
    """The memory of a process, piece by piece.  Each begins with the end of
    the one before it."""
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for start, end in mappings(pid):
            at, kept = start, b""
            while at < end:
                try:
                    memory.seek(at)
                    read = memory.read(min(PIECE, end - at))
                except OSError:  # unmapped meanwhile, or behind a file's end
                    break
                if not read:
                    break
                yield kept + read
                kept = read[-overlap:]
                at += len(read)


def halves(secret):
    """A half betrays as well as the whole, and outlives it more often. That of
    a short one may be there by chance."""
    assert len(secret) >= SHORTEST, secret
    middle = len(secret) // 2
    return (secret[:middle], secret[middle:]) if middle >= SHORTEST else \
        (secret,)


def found_in(pid, secrets):
    """The names of those secrets of which a half lies in a process; `secrets`
    is name -> bytes."""
    wanted = [(name, half) for name, secret in secrets.items()
              for half in halves(secret)]
    overlap = max(len(half) for _, half in wanted)
    found = set()
    for piece in pieces(pid, overlap):
        found |= {name for name, half in wanted if half in piece}
    return found


def found_in_server(place, secrets):
    """Process name -> names of what lies in it, if anything does."""
    everywhere = {"master": place.server.pid, **place.processes()}
    found = {name: found_in(pid, secrets) for name, pid in everywhere.items()}
    return {name: those for name, those in found.items() if those}


def assert_forgotten(place, secrets):
    """The answer comes before the request is cleared, so not at once; looking
    itself takes a fraction of a second."""
    for _ in range(10):
        found = found_in_server(place, secrets)
        if not found:
            return
    assert not found, found
