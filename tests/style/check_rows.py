#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the conformance table: every row of the CAS protocol has a test that
exists, or says why none applies.  Nor do other pages name tests that are not
there.

    check_rows.py SOURCE_FOLDER [--write]

Prints TAP.  With --write, it puts into the table the tests that carry a row's
number in their name, but where that says why none applies.
"""
import pathlib
import re
import sys

from check_layers import report

TABLE = "tests/CONFORMANCE.md"
CHAPTERS = {"A": 26, "B": 17, "C": 10, "D": 20, "E": 7, "F": 39, "G": 22,
            "H": 10, "I": 11, "J": 10}
OTHERS = ("tests/ATTACKS.md", "tests/README.md")
NAMED = re.compile(r"`(test_\w+)(\.\.\.)?`")
OPEN = "open"
NOT_APPLICABLE = "not applicable: "
REASON_SHORTEST = 20  # letters
LINE = re.compile(r"^\| ([A-Z]\d\d) \| (.*) \|$", re.M)
# Where F and a number name a fault.
FAULTS = ("test_database.py", "test_failover.py", "test_life.py",
          "test_logs.py", "test_mail.py", "test_strain.c")
DEFINED = {".py": re.compile(r"^\s*def (test_\w+)\(", re.M),
           ".c": re.compile(r"^(test_\w+)\(void", re.M)}


def rows():
    return [f"{chapter}{number:02}" for chapter, count in CHAPTERS.items()
            for number in range(1, count + 1)]


def rows_in(name):
    """test_D10_D11_D16_the_message: D10, D11 and D16; attacks between them do
    not count."""
    numbers = re.match(r"test_((?:[A-Z]\d{2,3}_)*)", name)[1]
    return {word for word in numbers.split("_") if word}


def find_tests(root):
    """Names of tests in their order, and of those the rows they are about."""
    tests = {}
    for file in sorted((root / "tests").rglob("test_*")):
        for name in DEFINED[file.suffix].findall(file.read_text()) \
                if file.suffix in DEFINED else ():
            about = {row for row in rows_in(name)
                     if row[0] != "F" or file.name not in FAULTS}
            tests[name] = tests.get(name, set()) | about
    return tests


def complaint_about(row, cell, tests):
    """What is wrong with a row; empty if nothing is."""
    if cell == OPEN:
        return "has no test, and no reason for that"
    if cell.startswith(NOT_APPLICABLE):
        reason = cell.removeprefix(NOT_APPLICABLE)
        return "" if len(reason) >= REASON_SHORTEST else "why not?"
    names = re.findall(r"`(test_\w+)`", cell)
    missing = [name for name in names if name not in tests]
    if missing:
        return f"there is no test {', '.join(missing)}"
    if not any(row in tests[name] for name in names):
        return f"none of its tests is called test_{row}_..."
    return ""


def check(text, tests):
    found = LINE.findall(text)
    cells = dict(found)
    numbers = [row for row, _ in found]
    order = [] if numbers == sorted(set(numbers)) else \
        ["rows stand twice or out of order"]
    order += [f"there is no row {row}" for row in cells if row not in rows()]
    yield TABLE, order
    for row in rows():
        complaint = complaint_about(row, cells[row], tests) \
            if row in cells else f"is missing in {TABLE}"
        yield row, [complaint] if complaint else []


def check_names(text, tests):
    """`test_T001_to_T017_...` is the start of a name."""
    for name, start in NAMED.findall(text):
        if name not in tests and not (
                start and any(test.startswith(name) for test in tests)):
            yield f"there is no test {name}{start}"


def filled(text, tests):
    """The table with what was found."""
    def cell(match):
        row, old = match.groups()
        names = [name for name, about in tests.items() if row in about]
        if old.startswith(NOT_APPLICABLE):
            return match[0]
        listed = ", ".join(f"`{name}`" for name in names) or OPEN
        return f"| {row} | {listed} |"
    return LINE.sub(cell, text)


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    table, tests = root / TABLE, find_tests(root)
    if sys.argv[2:] == ["--write"]:
        table.write_text(filled(table.read_text(), tests))
    others = [(name, list(check_names((root / name).read_text(), tests)))
              for name in OTHERS]
    return report([*check(table.read_text(), tests), *others])


if __name__ == "__main__":
    sys.exit(main())
