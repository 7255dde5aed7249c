# SPDX-License-Identifier: Apache-2.0
"""Whom the server calls, and how little it believes them (rows T182 to T193)."""
import time

import pytest

from application import Application
from called import (apps, log_out, person, place, redeem,  # noqa: F401
                    register, settled, tidy, told)


def test_T182_T183_only_addresses_that_are_allowed(place, apps, person):
    """The name has two addresses, of which one is allowed, and the listener at
    the other one hears nothing; an address that is not is never called."""
    good = apps()
    bad = Application(address="::1", port=good.port)
    register(place, f"http://localhost:{good.port}/*")
    forbidden = f"http://[::1]:{good.port}/*"
    register(place, forbidden)
    alice = person()
    redeem(alice, good.url(host="localhost"))
    log_out(alice)
    told(good)
    settled(place, "delivered")
    place.sql("delete from sso.outbox")
    alice = person()
    redeem(alice, forbidden.replace("*", "cb"))
    log_out(alice)
    assert settled(place, "failed") == \
        "::1 is not a public address, nor in outbound.networks"
    assert not bad.heard
    bad.close()


def drips(link):
    link.sendall(b"HTTP/1.1 2")
    while True:
        time.sleep(1)
        link.sendall(b"0")


def never_ends(start, part):
    def talk(link):
        link.sendall(start)
        while True:
            link.sendall(part)
    return talk


@pytest.mark.parametrize("answer, state", [
    (drips, "waiting"),
    (never_ends(b"HTTP/1.1 200 OK\r\n", b"X: " + b"y" * 1000 + b"\r\n"),
     "waiting"),
    (never_ends(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 65536), "waiting"),
    (never_ends(b"", b"HTTP/1.1 102 Wait\r\n\r\n"), "waiting"),
    (never_ends(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "waiting"),
    (never_ends(b"HTTP/1.1 200 OK\r\n\r\n", b"y" * 65536), "delivered"),
], ids=["drips", "fields", "field", "102", "100", "body"])
def test_T187_whoever_says_too_much_or_too_little(place, apps, person,
                                                  answer, state):
    app, alice = apps(), person()
    courier = place.processes()["courier"]
    app.answer = answer
    redeem(alice, app.url())
    log_out(alice)
    settled(place, state)
    assert place.processes()["courier"] == courier


def test_T189_certificates_are_verified(place, apps, person):
    """One for another name, and one that nobody vouches for."""
    tls = place.folder / "tls"
    other = apps(https=True)
    register(place, f"https://127.0.0.2:{other.port}/*")
    self_signed = apps(https=True, certificate=tls / "ca.crt",
                       key=tls / "ca.key")
    expired = apps(https=True)
    for url in (f"https://127.0.0.2:{other.port}/cb", self_signed.url()):
        alice = person()
        redeem(alice, url)
        place.sql("delete from sso.outbox")
        # the listener is at 127.0.0.1 only: let it hear at the other too
        listener = Application(
            tls / "localhost.crt", tls / "localhost.key",
            address="127.0.0.2", port=other.port) if "0.2" in url else None
        log_out(alice)
        why = settled(place, "waiting")
        assert "certificate" in why.lower() or "SSL" in why, why
        if listener:
            assert not listener.heard
            listener.close()
    assert not self_signed.heard and not other.heard and not expired.heard


def test_T188_the_environment_does_not_count(place, apps, person,
                                             monkeypatch):
    proxy, app, secure = Application(), apps(), apps(https=True)
    keys = place.folder / "session-keys"
    variables = {**place.environment(), "SSLKEYLOGFILE": str(keys),
                 "CURL_CA_BUNDLE": "/nowhere"}
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        variables[name] = proxy.url("")
    monkeypatch.setattr(place, "environment", lambda: variables)
    place.restart()
    alice = person()
    for one in (app, secure):
        redeem(alice, one.url())
    log_out(alice)
    told(app)
    told(secure)
    monkeypatch.undo()
    place.restart()
    assert not proxy.heard and not keys.exists()
    proxy.close()
