#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Real authenticators, given our key URI and key, produce codes that we take.

    check_authenticators.py FACTOR_SHOW BUILD_FOLDER

oathtool and python3-pyotp come from Debian, otplib from npm.  Each answers for
several secrets at many times, borders of steps, the year 2038 and the far
future among them; FACTOR_SHOW judges with no window at all.  Prints TAP.
"""
import base64
import json
import pathlib
import random
import subprocess
import sys
import urllib.parse

import pyotp

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "style")]

from check_layers import report  # noqa: E402
from npm import bring  # noqa: E402

ISSUER, ACCOUNT = "Université de l'Ouest", "jeanne.d-arc+1@univ.example"
SHOWN_ISSUER = "Université de l'Oues"  # twenty characters
TIMES = [0, 29, 30, 59, 1111111109, 1111111111, 1234567890, 2000000000,
         2**31 - 1, 2**31, 2**32 - 1, 2**32, 20000000000]
# otplib: keys and times in, codes out.
OTPLIB = """
const {authenticator} = require(process.argv[1] + "/otplib");
const asked = JSON.parse(require("fs").readFileSync(0));
const generator = authenticator.clone();
console.log(asked.times.map(time => {
    generator.options = {epoch: time * 1000};
    return generator.generate(asked.key);
}).join("\\n"));
"""


def run(*command, given=""):
    result = subprocess.run([str(word) for word in command], input=given,
                            capture_output=True, text=True, check=False,
                            timeout=120)
    if result.returncode != 0:
        raise RuntimeError(f"{command[0]}: {result.stdout}{result.stderr}")
    return result.stdout


def by_oathtool(uri, key, times):
    """Reads the key as people type it, with its blanks."""
    return [run("oathtool", "--totp", "--base32", f"--now=@{time}",
                key).strip() for time in times]


def by_pyotp(uri, key, times):
    """Reads the whole URI, as an app does that scans it."""
    app = pyotp.parse_uri(uri)
    assert (app.issuer, app.name) == (SHOWN_ISSUER, ACCOUNT), uri
    return [app.at(time) for time in times]


def by_otplib(modules):
    def codes(uri, key, times):
        parameters = urllib.parse.parse_qs(urllib.parse.urlsplit(uri).query)
        asked = {"key": parameters["secret"][0], "times": times}
        return run("node", "-e", OTPLIB, modules,
                   given=json.dumps(asked)).split()
    return codes


def complaints_about(show, codes_of, secret, times):
    spelled = base64.urlsafe_b64encode(secret).decode().rstrip("=")
    uri = run(show, "uri", spelled, ISSUER, ACCOUNT)
    codes = codes_of(uri, run(show, "key", spelled), times)
    lines = "".join(f"{time} {code}\n" for time, code in zip(times, codes))
    verdicts = run(show, "judge", spelled, given=lines).split()
    if len(codes) != len(times) or len(verdicts) != len(times):
        yield f"{len(codes)} codes and {len(verdicts)} verdicts"
    for time, code, verdict in zip(times, codes, verdicts):
        if verdict != "right":
            yield f"secret {secret.hex()}: {code} at {time} is {verdict}"


def checks(show, build):
    """(name, complaints) of each authenticator."""
    drawn = random.Random(4226)  # the same secrets and times in every run
    secrets = [b"12345678901234567890", bytes(20), b"\xff" * 20,
               *(drawn.randbytes(20) for _ in range(3))]
    times = TIMES + [drawn.randrange(2**33) for _ in range(12)]
    authenticators = {"oathtool": by_oathtool, "pyotp": by_pyotp,
                      "otplib": by_otplib(bring(HERE, build / "npm"))}
    for name, codes_of in authenticators.items():
        yield name, [complaint for secret in secrets for complaint
                     in complaints_about(show, codes_of, secret, times)]


def main():
    show, build = sys.argv[1:]
    return report(list(checks(show, pathlib.Path(build))))


if __name__ == "__main__":
    sys.exit(main())
