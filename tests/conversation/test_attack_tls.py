# SPDX-License-Identifier: Apache-2.0
"""What TLS is spoken, and what is not.  Row T027 of the attack catalogue."""
import socket
import ssl
import subprocess

import pytest

from browser import status_of
from crooked import request
from slow_clients import client_hello

CLOSE = b"Connection: close"
FRAGMENT = 100  # bytes of a handshake message in one record


def connect(installation):
    return socket.create_connection(("127.0.0.1", installation.port), 10)


def lenient_context(installation):
    """A client that would take anything."""
    context = installation.tls_context()
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    return context


def ask(installation, context, name="localhost", host=b"localhost"):
    with connect(installation) as plain, \
            context.wrap_socket(plain, server_hostname=name) as link:
        link.sendall(request(CLOSE, path=b"/cas/login", host=host))
        return link.recv(65536), link.version(), link.cipher()[0], \
            link.compression()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
def test_T027_old_versions_are_refused(installation, version):
    context = lenient_context(installation)
    context.maximum_version = ssl.TLSVersion[version]
    with pytest.raises(ssl.SSLError) as fault:
        ask(installation, context)
    assert fault.value.reason == "TLSV1_ALERT_PROTOCOL_VERSION"


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_T027_new_versions_are_spoken_without_compression(
        installation, version):
    context = installation.tls_context()
    context.minimum_version = ssl.TLSVersion[version]
    context.maximum_version = ssl.TLSVersion[version]
    answer, spoken, suite, compression = ask(installation, context)
    assert status_of(answer) == 200
    assert spoken == version.replace("_", ".")
    assert "GCM" in suite or "CHACHA20" in suite
    assert compression is None


@pytest.mark.parametrize("suites", [
    "AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "AES128-SHA",
    "ECDHE-ECDSA-AES128-SHA256", "AES256-SHA256", "ECDHE-ECDSA-NULL-SHA",
    "aNULL", "eNULL", "ECDHE-ECDSA-AES128-CCM", "DHE",
])
def test_T027_weak_suites_are_refused(installation, suites):
    context = lenient_context(installation)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(suites + ":@SECLEVEL=0")
    with pytest.raises(ssl.SSLError) as fault:
        ask(installation, context)
    assert "HANDSHAKE_FAILURE" in fault.value.reason


def client(installation, *options, send=""):
    """openssl s_client; everything that it prints."""
    result = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{installation.port}",
         "-servername", "localhost", *options], input=send, text=True,
        capture_output=True, timeout=20, check=False)
    return result.stdout + result.stderr


def test_T027_nothing_is_agreed_anew(installation):
    said = client(installation, "-tls1_2", send="R\n")
    assert "RENEGOTIATING" in said
    assert "no renegotiation" in said


def test_T027_no_session_is_resumed_and_nothing_sent_early(installation):
    said = client(installation, "-tls1_3", send="Q\n")
    assert "Verification" in said
    assert "New Session Ticket" not in said
    assert "Early data was not sent" in said
    said = client(installation, "-tls1_2", "-reconnect", send="Q\n")
    assert "Reused" not in said


def test_T027_another_name_gets_the_same_certificate_and_no_page(installation):
    context = installation.tls_context()
    context.check_hostname = False
    answer, *_ = ask(installation, context, "evil.example", b"evil.example")
    assert status_of(answer) == 421


def hello_in_fragments(hello, size):
    """The message of one record, in records of `size` bytes."""
    message = hello[5:]
    for place in range(0, len(message), size):
        part = message[place:place + size]
        yield b"\x16\x03\x01" + len(part).to_bytes(2, "big") + part


def answer_to(installation, pieces):
    with connect(installation) as link:
        try:
            for piece in pieces:
                link.sendall(piece)
            return link.recv(65536)
        except ConnectionError:
            return b""


def test_T027_a_hello_may_come_in_pieces(installation):
    """Of TCP, and of TLS."""
    hello = client_hello()
    single = [hello[place:place + 1] for place in range(len(hello))]
    assert answer_to(installation, single)[:1] == b"\x16"
    assert answer_to(installation,
                     hello_in_fragments(hello, FRAGMENT))[:1] == b"\x16"


def test_T027_a_huge_hello_is_refused(installation):
    huge = b"\x01" + (200_000).to_bytes(3, "big") + b"\x03\x03" + b"x" * 199_998
    for size in (FRAGMENT, 16_384):
        answer = answer_to(installation, hello_in_fragments(
            b"\x16\x03\x01\x00\x00" + huge, size))
        assert answer[:1] in (b"", b"\x15")  # closed, or an alert before
