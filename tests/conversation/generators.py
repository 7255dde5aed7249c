# SPDX-License-Identifier: Apache-2.0
"""Authenticator apps of tests: a generator as the database keeps it, sealed
with the installation's key, and the codes that pyotp shows for it."""
import base64
import os
import secrets
import time

import pyotp
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

STEP = 30  # seconds


def sealed(place, row, secret):
    """As crypto/sealed.h says; the key file has one key."""
    (line,) = [line for line in (place.folder / "keys").read_text()
               .splitlines() if not line.startswith("#")]
    key = HKDF(SHA256(), 32, None, b"portillon totp secret").derive(
        base64.urlsafe_b64decode(line.split()[1] + "="))
    names = b"".join(bytes([len(name)]) + name
                     for name in (b"enrolment", b"secret"))
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, secret,
                                       names + row.to_bytes(8, "big"))


class App:
    """An app whose clock is some seconds wrong, set up for a person."""

    def __init__(self, place, login, ahead=0):
        self.place, self.ahead = place, ahead
        secret = os.urandom(20)
        self.totp = pyotp.TOTP(base64.b32encode(secret).decode())
        self.number = 1 + secrets.randbelow(2 ** 62)
        place.sql(
            "insert into sso.enrolment (id, account_id, factor, state, secret,"
            " key_id, created_at, confirmed_at) select %s, id, 'totp',"
            " 'active', %s, 1, created_at, created_at from sso.account"
            " where login = %s", self.number,
            sealed(place, self.number, secret), login)

    def code(self, steps=0):
        """What it shows now, or will some steps later."""
        offset = int(self.place.clock.file.read_text()) / 1_000_000
        return self.totp.at(int(time.time() + offset + self.ahead +
                                steps * STEP))

    def remove(self):
        self.place.sql("delete from sso.enrolment where id = %s",
                       self.number)
