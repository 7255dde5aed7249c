#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the systemd unit: systemd knows every line of it, and what it leaves
open stays below a limit.

    check_unit.py SOURCE_FOLDER

Prints TAP.  Works without a running systemd.  That the server lives with the
unit's list of system calls is tests/conversation/test_unit.py.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

from check_layers import report

EXPOSURE_MOST = 15  # tenths; a unit without any option has 92 to 96
PROGRAM = "/usr/bin/portillon"  # which need not be installed here


def run(*command):
    result = subprocess.run(command, capture_output=True, text=True,
                            check=False)
    return result.returncode, (result.stdout + result.stderr).strip()


def verify_complaints(unit):
    """systemd only warns of a line that it does not know, and goes on."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / unit.name
        copy.write_text(unit.read_text().replace(PROGRAM, "/bin/true"))
        code, words = run("systemd-analyze", "verify", "--man=no", str(copy))
    ours = [line for line in words.splitlines() if unit.name in line]
    return ours or ([words] if code != 0 else [])


def exposure_complaints(unit):
    code, words = run("systemd-analyze", "security", "--offline=yes",
                      "--no-pager", f"--threshold={EXPOSURE_MOST}", str(unit))
    return [] if code == 0 else [words]


def main():
    unit = pathlib.Path(sys.argv[1]) / "deploy/portillon.service"
    if shutil.which("systemd-analyze") is None:
        print("Bail out! systemd-analyze is missing: apt-get install systemd")
        return 1
    return report([
        (f"{unit.name}: known to systemd", verify_complaints(unit)),
        (f"{unit.name}: exposure", exposure_complaints(unit))])


if __name__ == "__main__":
    sys.exit(main())
