#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Adds up the JUnit files of a test run; the last line is "N passed, N failed".

A runner that failed without a failed test (it crashed, or nothing could be
collected) counts as one failure, so that no trouble goes uncounted.
"""
import pathlib
import sys
import xml.etree.ElementTree as tree


def count(file):
    """(passed, names of failed, skipped) of one JUnit file."""
    passed, failed, skipped = 0, [], 0
    for case in tree.parse(file).iter("testcase"):
        kinds = {child.tag for child in case}
        if kinds & {"failure", "error"}:
            where = case.get("classname") or ""
            failed.append(f"{where} {case.get('name')}".strip())
        elif "skipped" in kinds:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def main():
    results = pathlib.Path(sys.argv[1])
    passed, failed, skipped = 0, [], 0
    for code in sorted(results.glob("*.code")):
        file = code.with_suffix(".xml")
        good, bad, left = count(file) if file.exists() else (0, [], 0)
        if int(code.read_text()) != 0 and not bad:
            bad = [f"{code.stem}: the runner ended with code "
                   f"{code.read_text().strip()}"]
        passed, failed, skipped = passed + good, failed + bad, skipped + left
    for name in failed:
        print(f"failed: {name}")
    if skipped:
        print(f"{skipped} skipped")
    if not passed and not failed:
        print("nothing ran: no test has that name")
    print(f"{passed} passed, {len(failed)} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
