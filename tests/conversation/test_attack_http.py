# SPDX-License-Identifier: Apache-2.0
"""Hostile bytes: framing, heads, methods, hosts, and who speaks what where.
Numbers T... are those of the attack catalogue, part 1A; slow and greedy clients
are in test_attack_load.py, proxies in test_attack_proxies.py."""
import re

import pytest

import crooked
from browser import answers_in, status_of
from crooked import BEHIND, post, request
from log_lines import are_limited

LAST = (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
        b"Connection: close\r\n\r\n")


def refused(received, *statuses):
    """One answer, of this status, and then the connection closed."""
    assert status_of(received) in statuses, received[:200]
    assert answers_in(received) == 1, received
    return True


@pytest.mark.parametrize("data", crooked.T001)
def test_T001_length_and_chunked_together(raw, data):
    assert refused(raw(data + BEHIND), 400)


@pytest.mark.parametrize("data", crooked.T002)
def test_T002_two_lengths(raw, data):
    assert refused(raw(data + BEHIND), 400)


@pytest.mark.parametrize("data", crooked.T003)
def test_T003_crooked_transfer_encodings(raw, data):
    assert refused(raw(data + BEHIND), 400, 501)


def test_T003_chunked_in_capitals_is_chunked(raw):
    received = raw(post(b"TRANSFER-encoding: CHUNKED", b"Connection: close",
                        path=b"/cas/serviceValidate",
                        body=b"3\r\na=b\r\n0\r\n\r\n"))
    assert status_of(received) == 200
    assert answers_in(received) == 1


@pytest.mark.parametrize("data", crooked.T004)
def test_T004_a_body_that_does_not_end_in_chunks(raw, data):
    assert refused(raw(data + BEHIND), 400, 501)


@pytest.mark.parametrize("data", crooked.T005)
def test_T005_crooked_chunks(raw, data):
    assert refused(raw(data + BEHIND), 400, 413)


@pytest.mark.parametrize("data", crooked.T006)
def test_T006_no_trailer_is_taken(raw, data):
    assert refused(raw(data + BEHIND), 400)


@pytest.mark.parametrize("data", crooked.T007)
def test_T007_folded_lines(raw, data):
    assert refused(raw(data + BEHIND), 400)


@pytest.mark.parametrize("data", crooked.T008)
def test_T008_NUL_anywhere(raw, data):
    assert refused(raw(data + BEHIND), 400, 405, 501, 505)


@pytest.mark.parametrize("data", crooked.T009)
def test_T009_bare_line_ends(raw, data):
    assert refused(raw(data + BEHIND), 400)


@pytest.mark.parametrize("data", crooked.T010)
def test_T010_crooked_field_names(raw, data):
    assert refused(raw(data + BEHIND), 400)


@pytest.mark.parametrize("data", crooked.T011)
def test_T011_crooked_lengths(raw, data):
    assert refused(raw(data + BEHIND), 400, 413)


def test_T001_to_T017_are_refused_over_plain_HTTP_too(another_server):
    place = another_server(plain=True)
    for data in crooked.EVERY_ROW:
        received = place.send(data + BEHIND)
        assert refused(received, 400, 405, 413, 501, 505), data


@pytest.mark.parametrize("target", [
    b"http://evil.example/cas/login", b"https://localhost:1/cas/login",
    b"https://localhost/cas/login", b"*", b"localhost:443", b"cas/login", b"//",
    b"//evil.example/cas/login", b"?x", b"",
])
def test_T013_only_the_origin_form(raw, target):
    for method in (b"GET", b"CONNECT", b"OPTIONS"):
        received = raw(request(b"Connection: close", method=method,
                               path=target))
        assert status_of(received) in (400, 404, 405, 421, 501), received
        assert b"evil" not in received


@pytest.mark.parametrize("path", [
    "/cas%2flogin", "/c%61s/login", "/%63as/login", "/cas/../cas/login",
    "/./cas/login", "/cas/login;x", "/cas/login.", "/CAS/login", "/cas/LOGIN",
    "/cas/login/", "/cas%252flogin", "/cas/login%00", "/cas/p3/../login",
    "/cas/static/../login", "/cas/static/..%2f..%2fkeys",
    "/cas/static/%2e%2e/portillon.css", "/cas/static/", "/login",
    "/cas/serviceValidate/x", "/cas/p3//serviceValidatex", "/cas/ready",
    "/cas/healthz", "/healthz/", "/ready%20", "/cas/login\\", "/cas\\login",
    "/cas/login%20", "/cas/%6cogin", "/cas///login",
])
def test_T015_no_other_spelling_of_a_path_works(browser, path):
    assert browser().get(path).status in (400, 404)


def test_T015_a_double_slash_is_folded_for_applications_only(browser):
    """Settings of clients end in a slash or begin with one: /cas//login."""
    assert browser().get("/cas//login").status == 200
    assert browser().get("/cas//serviceValidate").status == 200


@pytest.mark.parametrize("host", [
    b"", b"evil.example", b"localhost:1", b"localhost:PORT:1",
    b"good@evil.example", b"localhost.", b"[::1%25lo]:PORT", b"a" * 8192,
    b"localhost:PORT@evil", b"local host", b"localhost/evil",
    b"localhost:+1", b"127.0.0.1.evil",
])
def test_T016_other_host_names_are_refused(raw, installation, host):
    host = host.replace(b"PORT", str(installation.port).encode())
    received = raw(request(b"Connection: close", host=host))
    assert status_of(received) in (400, 421, 431), received[:200]
    assert b"evil" not in received


def test_T016_host_is_demanded_once(raw):
    assert refused(raw(b"GET /cas/login HTTP/1.1\r\n\r\n" + BEHIND), 400)
    assert refused(raw(request(b"Host: localhost") + BEHIND), 400)


def test_T016_the_origin_is_served_and_no_answer_repeats_the_host(
        raw, installation):
    for host in (f"localhost:{installation.port}", "localhost",
                 f"LOCALHOST:{installation.port}"):
        received = raw(request(b"Connection: close", host=host.encode()))
        assert status_of(received) == 200, host
        assert b"LOCALHOST" not in received
    received = raw(request(b"Connection: close", path=b"/healthz",
                           host=b"10.1.2.3"))
    assert status_of(received) == 200
    assert b"10.1.2.3" not in received


@pytest.mark.parametrize("data", crooked.T017)
def test_T017_other_versions_are_refused(raw, data):
    assert refused(raw(data + BEHIND), 400, 505)


@pytest.mark.parametrize("lines, answers", [
    ((), 1), ((b"Connection: close",), 1), ((b"Connection: keep-alive",), 2),
    ((b"Connection: Keep-Alive, close",), 1),
    ((b"Connection: close", b"Connection: keep-alive"), 1),
])
def test_T018_HTTP_1_0_closes_unless_asked_to_stay(raw, lines, answers):
    received = raw(request(*lines, path=b"/healthz", version=b"HTTP/1.0") +
                   request(path=b"/healthz", version=b"HTTP/1.0"))
    assert answers_in(received) == answers
    for part in received.split(b"HTTP/1.1 ")[1:]:
        assert b"content-length:" in part.lower()


def test_T018_pipelined_requests_are_answered_in_order(raw):
    received = raw(BEHIND + request(path=b"/nowhere") + LAST)
    statuses = re.findall(rb"HTTP/1\.1 ([0-9]{3}) ", received)
    assert statuses == [b"200", b"404", b"200"]


def test_T019_continue_comes_after_the_checks(raw):
    expect = b"Expect: 100-continue"
    received = raw(post(expect, b"Content-Length: 99999999"))
    assert refused(received, 413)
    assert b"100 Continue" not in received
    assert refused(raw(request(b"Expect: something") + BEHIND), 417)
    assert refused(raw(request(b"Expect: 100-continue, x") + BEHIND), 417)
    # Nothing has to be waited for without a body.
    received = raw(request(expect, path=b"/healthz") + LAST)
    assert re.findall(rb"HTTP/1\.1 ([0-9]{3}) ", received) == [b"200", b"200"]
    # The body was sent without waiting: it is read once, as a body.
    received = raw(post(expect, b"Content-Length: 3", body=b"a=b",
                        path=b"/cas/serviceValidate") + LAST)
    assert re.findall(rb"HTTP/1\.1 ([0-9]{3}) ", received) == \
        [b"100", b"200", b"200"]


@pytest.mark.parametrize("head, status", [
    (b"X-Long: " + b"a" * 16384 + b"\r\n", 431), (b"a:\r\n" * 10_000, 431),
    (b"X-A: b\r\n" * 65, 431), (b"aaaaaaaa:\r\n" * 100_000, 431),
    (b"X-A: b\r\n" * 62, 200),
])
def test_T020_huge_heads(raw, head, status):
    data = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" \
        b"Connection: close\r\n" + head + b"\r\n"
    # What was sent and never read may reset the connection under the answer.
    assert status_of(raw(data)) in \
        ((status,) if len(data) < 16384 else (status, None))


@pytest.mark.parametrize("length, status", [(8192, 404), (8193, 414)])
def test_T020_the_longest_target(raw, length, status):
    received = raw(request(b"Connection: close",
                           path=b"/" + b"a" * (length - 1)))
    assert refused(received, status)


@pytest.mark.parametrize("method", [
    b"TRACE", b"OPTIONS", b"PUT", b"DELETE", b"PATCH", b"FOO", b"get",
    b"M" * 1000,
])
def test_T026_other_methods(raw, method):
    received = raw(request(method=method) + LAST)
    assert status_of(received) in (405, 501), received[:100]
    if status_of(received) == 405:
        allow, = re.findall(rb"(?i)\r\nAllow: ([^\r]+)\r\n", received[:2000])
        assert allow == b"GET, HEAD, POST"
    if method != b"DELETE":  # which the reader knows, and no route here has
        assert refused(received, 405, 501)


def test_T026_HEAD_is_GET_without_its_body(raw):
    received = raw(request(b"Connection: close", method=b"HEAD"))
    assert status_of(received) == 200
    assert received.endswith(b"\r\n\r\n")
    assert re.search(rb"(?i)content-length: [1-9]", received)


def other_protocol_lines(place, mark):
    return [line for line in place.log(mark).splitlines()
            if 'event="connection refused"' in line and "speak" in line]


@pytest.mark.parametrize("plain, data", [
    (False, BEHIND), (False, b"\x00" * 100), (False, b"SSH-2.0-x\r\n"),
    (False, b"\x16\x03\x01\xff\xff"), (False, b"\x80\x2e\x01\x03\x01"),
    (True, b"\x16\x03\x01\x00\xf4\x01\x00\x00\xf0\x03\x03" + b"\x00" * 239),
])
def test_T028_another_protocol_than_the_ports(another_server, plain, data):
    place = another_server(plain=plain)
    mark = place.log_size()
    for _ in range(150):
        assert place.send(data, tls=False) == b""
    lines = other_protocol_lines(place, mark)
    assert are_limited(lines)
    assert 'client="127.0.0.1"' in lines[0]
    assert status_of(place.send(LAST)) == 200
