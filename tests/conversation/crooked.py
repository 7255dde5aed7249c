# SPDX-License-Identifier: Apache-2.0
"""Requests that two readers could understand in two ways, by row of the attack
catalogue.  Each must be refused with one answer, and what was sent behind it
must never be answered."""

FORM = b"Content-Type: application/x-www-form-urlencoded"
CHUNKED = b"Transfer-Encoding: chunked"
BEHIND = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


def request(*lines, method=b"GET", path=b"/cas/login", body=b"",
            version=b"HTTP/1.1", host=b"localhost"):
    head = [method + b" " + path + b" " + version, b"Host: " + host, *lines]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def post(*lines, body=b"", **more):
    return request(FORM, *lines, method=b"POST", body=body, **more)


def chunked(body):
    return post(CHUNKED, body=body)


T001 = [
    post(b"Content-Length: 6", CHUNKED, body=b"0\r\n\r\n"),
    post(CHUNKED, b"Content-Length: 6", body=b"0\r\n\r\n"),
]

T002 = [post(*lines, body=b"a=b&c") for lines in [
    (b"Content-Length: 5", b"Content-Length: 5"),
    (b"Content-Length: 5", b"Content-Length: 0"),
    (b"Content-Length: 5, 5",), (b"Content-Length: 5,5",),
]]

T003 = [post(line, body=b"0\r\n\r\n") for line in [
    b"Transfer-Encoding: gzip, chunked", b"Transfer-Encoding: chunked, chunked",
    b"Transfer-Encoding: chunked;q=1", b"Transfer-Encoding: xchunked",
    b"Transfer-Encoding:\tchunked", b"Transfer-Encoding: chunked\x0b",
    b"Transfer-Encoding : chunked",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
    b"Transfer-Encoding:", b"Transfer-Encoding: ,",
]] + [post(CHUNKED, body=b"0\r\n\r\n", version=b"HTTP/1.0")]

T004 = [post(b"Transfer-Encoding: " + coding, body=b"a=b&c=d")
        for coding in (b"gzip", b"identity", b"chunked, gzip")]

T005 = [chunked(body) for body in [
    b"3;x=1\r\na=b\r\n0\r\n\r\n", b"+3\r\na=b\r\n0\r\n\r\n",
    b"0x3\r\na=b\r\n0\r\n\r\n", b"3\na=b\r\n0\r\n\r\n", b"-1\r\n\r\n",
    b"3\r\na=bXX0\r\n\r\n", b"00003\r\na=b\r\n0\r\n\r\n", b"\r\n\r\n",
    b"FFFFFFFFFFFFFFFF\r\n",
]]

T006 = [chunked(b"3\r\na=b\r\n0\r\n" + trailer + b"\r\n\r\n") for trailer in [
    b"Cookie: __Host-TGC=x", b"Host: evil.example",
    b"X-Forwarded-For: 192.0.2.1", b"X: y", b" ",
]]

T007 = [
    request(b"X-A: 1\r\n folded"), request(b"Cookie:\r\n a=b"),
    request(b"X-A: 1\r\n\tfolded"), request(b" X-A: 1"),
    post(b"Content-Length: 5\r\n Content-Length: 99", body=b"a=b&c"),
    request(host=b"localhost\r\n folded"),
]

T008 = [
    b"GET /cas/login\0 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /cas/\0login HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"G\0T /cas/login HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /cas/login HTTP/1.1\0\r\nHost: localhost\r\n\r\n",
    b"GET /cas/login HTTP/1.1\r\nHost: localhost\r\nX\0: 1\r\n\r\n",
    b"GET /cas/login HTTP/1.1\r\nHost: localhost\r\nX: 1\0\r\n\r\n",
]

T009 = [
    b"GET /cas/login HTTP/1.1\nHost: localhost\n\n",
    b"GET /cas/login HTTP/1.1\r\nHost: localhost\n\r\n",
    b"GET /cas/login HTTP/1.1\rHost: localhost\r\r",
    b"GET /cas/login HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n",
]

T010 = [request(line) for line in [
    b"X : 1", b"X\t: 1", b": x", b"X(: 1", b'X": 1', b"X{: 1", b"X\xe9: 1",
    b"nocolon",
]]

T011 = [post(b"Content-Length: " + value, body=b"a=b&c") for value in [
    b"+5", b" 5", b"5 ", b"\t5", b"5 5", b"0x5", b"5.0", b"-0", b"-1",
    b"18446744073709551616", b"18446744073709551621", b"9" * 4000, b"",
    b"5\x0b", b"five", b"5_0",
]]

T017 = [request(version=version) for version in [
    b"HTTP/1.1x", b"HTTP/1.-1", b"HTTP/+1.1", b"HTTP/ 1.1",
    b"HTTP/99999999999.1", b"HTTP/2.0", b"HTTP/0.9", b"HTTP/1.2", b"http/1.1",
    b"HTTP/01.1", b"HTTP/1.10", b"",
]]

EVERY_ROW = [*T001, *T002, *T003, *T004, *T005, *T006, *T007, *T008, *T009,
             *T010, *T011, *T017]
