#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a command under the list of system calls that a systemd unit gives it.

    system_calls.py UNIT_FILE COMMAND [ARGUMENT...]

What systemd itself does with SystemCallFilter=, without systemd: what a name
like @system-service stands for is asked of the installed systemd-analyze, since
that differs between releases.
"""
import ctypes
import errno
import os
import re
import subprocess
import sys

ALLOW = 0x7fff0000  # SCMP_ACT_ALLOW
ERRNO = 0x00050000  # SCMP_ACT_ERRNO(0)
PR_SET_NO_NEW_PRIVS = 38


def members(name):
    """The calls of a set, those of sets inside it included."""
    if not name.startswith("@"):
        return {name}
    words = subprocess.run(
        ["systemd-analyze", "syscall-filter", "--no-pager", name],
        capture_output=True, text=True, check=True).stdout
    found = set()
    for word in re.findall(r"^ {4}(@?[a-z0-9_-]+)$", words, re.M):
        found |= members(word)
    return found


def calls_of(unit_text):
    """What the lines of a unit allow, taken in their order."""
    allowed = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", unit_text, re.M):
        named = set().union(*map(members, line.removeprefix("~").split()))
        allowed = allowed - named if line.startswith("~") else allowed | named
    assert allowed, "the unit has no SystemCallFilter="
    return allowed


def demand(returned, what):
    if returned != 0:
        raise OSError(-returned, f"{what}: {os.strerror(abs(returned))}")


def load(allowed):
    """For this process, for good."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ERRNO | errno.EPERM))
    for name in sorted(allowed):
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # else it is one of other machines
            demand(library.seccomp_rule_add_array(
                context, ALLOW, number, 0, None), name)
    process = ctypes.CDLL(None)
    demand(process.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
    demand(library.seccomp_load(context), "seccomp_load")


def main():
    with open(sys.argv[1], encoding="utf-8") as unit:
        load(calls_of(unit.read()))
    os.execvp(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
