# SPDX-License-Identifier: Apache-2.0
"""What the door itself refuses, and what every answer carries.  Numbers T...
are those of the attack catalogue."""
import re
import time

import pytest

from browser import answers_in, status_of
from conftest import APPLICATION, PEOPLE

SECOND = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


def request(*lines, method=b"GET", path=b"/cas/login", body=b""):
    head = [method + b" " + path + b" HTTP/1.1", b"Host: localhost", *lines]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def refused(received, *statuses):
    """One answer, of this status, and then the connection closed."""
    assert status_of(received) in statuses, received[:200]
    assert answers_in(received) == 1, received
    return True


@pytest.mark.parametrize("lines", [
    (b"Content-Length: 6", b"Transfer-Encoding: chunked"),
    (b"Transfer-Encoding: chunked", b"Content-Length: 6"),
])
def test_T001_length_and_chunked_together(raw, lines):
    received = raw(request(FORM.strip(), *lines, method=b"POST",
                           body=b"0\r\n\r\n" + SECOND))
    assert refused(received, 400)


@pytest.mark.parametrize("lines", [
    (b"Content-Length: 5", b"Content-Length: 5"),
    (b"Content-Length: 5", b"Content-Length: 0"),
    (b"Content-Length: 5, 5",), (b"Content-Length: 5,5",),
])
def test_T002_two_lengths(raw, lines):
    received = raw(request(FORM.strip(), *lines, method=b"POST",
                           body=b"a=b&c" + SECOND))
    assert refused(received, 400)


@pytest.mark.parametrize("line", [
    b"Transfer-Encoding: gzip, chunked", b"Transfer-Encoding: chunked, chunked",
    b"Transfer-Encoding: chunked;q=1", b"Transfer-Encoding: xchunked",
    b"Transfer-Encoding: chunked\x0b", b"Transfer-Encoding : chunked",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding: gzip", b"Transfer-Encoding:", b"Transfer-Encoding: ,",
    b"Transfer-Encoding: identity",
])
def test_T003_T004_crooked_transfer_encodings(raw, line):
    received = raw(request(FORM.strip(), line, method=b"POST",
                           body=b"0\r\n\r\n" + SECOND))
    assert refused(received, 400, 501)


def test_T003_chunked_in_capitals_is_chunked(raw):
    received = raw(request(FORM.strip(), b"TRANSFER-encoding: CHUNKED",
                           b"Connection: close", method=b"POST",
                           path=b"/cas/serviceValidate",
                           body=b"3\r\na=b\r\n0\r\n\r\n"))
    assert status_of(received) in (200, 400)
    assert answers_in(received) == 1


@pytest.mark.parametrize("body", [
    b"3;x=1\r\na=b\r\n0\r\n\r\n", b"+3\r\na=b\r\n0\r\n\r\n",
    b"0x3\r\na=b\r\n0\r\n\r\n", b"3\na=b\r\n0\r\n\r\n", b"-1\r\n\r\n",
    b"3\r\na=bXX0\r\n\r\n", b"00003\r\na=b\r\n0\r\n\r\n", b"\r\n\r\n",
    b"0\r\nCookie: x=y\r\n\r\n", b"FFFFFFFFFFFFFFFF\r\n",
])
def test_T005_T006_crooked_chunks_and_trailers(raw, body):
    received = raw(request(FORM.strip(), b"Transfer-Encoding: chunked",
                           method=b"POST", body=body + SECOND))
    assert refused(received, 400, 413)


@pytest.mark.parametrize("lines", [
    (b"X-A: 1\r\n folded",), (b"Cookie:\r\n a=b",), (b"X-A: 1\r\n\tfolded",),
    (b" X-A: 1",),
])
def test_T007_folded_lines(raw, lines):
    assert refused(raw(request(*lines) + SECOND), 400)


@pytest.mark.parametrize("data", [
    b"GET /cas/login\0 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /cas/\0login HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"G\0T /cas/login HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /cas/login HTTP/1.1\0\r\nHost: localhost\r\n\r\n",
    b"GET /cas/login HTTP/1.1\r\nHost: localhost\r\nX\0: 1\r\n\r\n",
    b"GET /cas/login HTTP/1.1\r\nHost: localhost\r\nX: 1\0\r\n\r\n",
])
def test_T008_NUL_anywhere(raw, data):
    assert refused(raw(data + SECOND), 400, 405, 501, 505)


@pytest.mark.parametrize("data", [
    b"GET /cas/login HTTP/1.1\nHost: localhost\n\n",
    b"GET /cas/login HTTP/1.1\r\nHost: localhost\n\r\n",
    b"GET /cas/login HTTP/1.1\rHost: localhost\r\r",
    b"GET /cas/login HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n",
])
def test_T009_bare_line_ends(raw, data):
    received = raw(data, wait=1.0)
    assert status_of(received) in (400, None)


@pytest.mark.parametrize("line", [
    b"X : 1", b"X\t: 1", b": x", b"X(: 1", b'X": 1', b"X{: 1", b"X\xe9: 1",
    b"nocolon",
])
def test_T010_crooked_field_names(raw, line):
    assert refused(raw(request(line) + SECOND), 400)


@pytest.mark.parametrize("value", [
    b"+5", b"5 5", b"0x5", b"5.0", b"-0", b"-1", b"18446744073709551616",
    b"9" * 4000, b"", b"5\x0b", b"five",
])
def test_T011_crooked_lengths(raw, value):
    received = raw(request(FORM.strip(), b"Content-Length: " + value,
                           method=b"POST", body=b"a=b&c" + SECOND))
    assert refused(received, 400, 413)


@pytest.mark.parametrize("target", [
    b"http://evil.example/cas/login", b"https://localhost:1/cas/login",
    b"*", b"localhost:443", b"cas/login", b"//", b"?x", b"",
])
def test_T013_only_the_origin_form(raw, target):
    for method in (b"GET", b"CONNECT"):
        received = raw(request(method=method, path=target) + SECOND)
        assert status_of(received) in (400, 404, 405, 421, 501), received


@pytest.mark.parametrize("path", [
    "/cas%2flogin", "/c%61s/login", "/%63as/login", "/cas/../cas/login",
    "/./cas/login", "/cas/login;x", "/cas/login.", "/CAS/login", "/cas/LOGIN",
    "/cas/login/", "/cas%252flogin", "/cas/login%00", "/cas/p3/../login",
    "/cas/static/../login", "/cas/static/..%2f..%2fkeys",
    "/cas/static/%2e%2e/portillon.css", "/cas/static/", "/login",
    "/cas/serviceValidate/x", "/cas/p3//serviceValidatex", "/cas/ready",
    "/cas/healthz", "/healthz/", "/healthz%20", "/ready", "/metrics",
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
    received = raw(b"GET /cas/login HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
    assert status_of(received) in (400, 421, 431), received[:200]
    assert b"evil" not in received


def test_T016_host_is_demanded_once(raw):
    assert refused(raw(b"GET /cas/login HTTP/1.1\r\n\r\n" + SECOND), 400)
    assert refused(raw(b"GET /cas/login HTTP/1.1\r\nHost: localhost\r\n"
                       b"Host: localhost\r\n\r\n" + SECOND), 400)


def test_T016_the_origin_itself_is_served(raw, installation):
    for host in (f"localhost:{installation.port}", "localhost",
                 f"LOCALHOST:{installation.port}"):
        received = raw(b"GET /cas/login HTTP/1.1\r\nHost: " + host.encode() +
                       b"\r\nConnection: close\r\n\r\n")
        assert status_of(received) == 200, host
    received = raw(b"GET /healthz HTTP/1.1\r\nHost: 10.1.2.3\r\n"
                   b"Connection: close\r\n\r\n")
    assert status_of(received) == 200


@pytest.mark.parametrize("version", [
    b"HTTP/1.1x", b"HTTP/1.-1", b"HTTP/+1.1", b"HTTP/ 1.1",
    b"HTTP/99999999999.1", b"HTTP/2.0", b"HTTP/0.9", b"HTTP/1.2", b"http/1.1",
    b"HTTP/01.1", b"HTTP/1.10", b"",
])
def test_T017_other_versions_are_refused(raw, version):
    received = raw(b"GET /cas/login " + version +
                   b"\r\nHost: localhost\r\n\r\n" + SECOND)
    assert refused(received, 400, 505)


def test_T018_HTTP_1_0_closes_unless_asked_to_stay(raw):
    old = b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n"
    assert answers_in(raw(old + b"\r\n" + SECOND)) == 1
    kept = raw(old + b"Connection: keep-alive\r\n\r\n" +
               old + b"\r\n")
    assert answers_in(kept) in (1, 2)
    for part in kept.split(b"HTTP/1.1 ")[1:]:
        assert b"content-length:" in part.lower()


def test_T018_pipelined_requests_are_answered_in_order(raw):
    received = raw(SECOND + request(path=b"/nowhere") +
                   request(b"Connection: close", path=b"/healthz"))
    statuses = re.findall(rb"HTTP/1\.1 ([0-9]{3}) ", received)
    assert statuses == [b"200", b"404", b"200"]


def test_T019_continue_comes_after_the_checks(raw):
    expect = b"Expect: 100-continue"
    received = raw(request(FORM.strip(), expect, b"Content-Length: 99999999",
                           method=b"POST"))
    assert refused(received, 413)
    assert refused(raw(request(b"Expect: something") + SECOND), 417)


@pytest.mark.parametrize("head", [
    b"X-Long: " + b"a" * 17000 + b"\r\n",
    b"a:\r\n" * 10_000,
    b"X-A: b\r\n" * 200,
])
def test_T020_huge_heads(raw, head):
    received = raw(b"GET /cas/login HTTP/1.1\r\nHost: localhost\r\n" + head +
                   b"\r\n")
    # What was sent and never read may reset the connection under the answer.
    assert status_of(received) in (431, 400, None)
    received = raw(b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\n\r\n")
    assert status_of(received) in (414, 431, 400, None)


@pytest.mark.parametrize("method", [
    b"TRACE", b"OPTIONS", b"PUT", b"DELETE", b"PATCH", b"FOO", b"get",
    b"M" * 1000,
])
def test_T026_other_methods(raw, method):
    received = raw(request(method=method), wait=1.0)
    assert status_of(received) in (400, 405, 501), received[:100]
    if status_of(received) == 405:
        assert b"\r\nAllow: " in received or b"\r\nallow: " in received


def test_T026_HEAD_is_GET_without_its_body(raw):
    received = raw(request(b"Connection: close", method=b"HEAD"))
    assert status_of(received) == 200
    assert received.endswith(b"\r\n\r\n")
    assert re.search(rb"(?i)content-length: [1-9]", received)


def test_T028_plain_HTTP_on_the_TLS_port(raw, browser):
    received = raw(SECOND, tls=False)
    assert b"HTTP/1.1 200" not in received
    assert browser().get("/healthz").status == 200


@pytest.mark.parametrize("path, status", [
    ("/cas/login?service=x&service=y", 400),
    ("/cas/login?renew=1&renew=1", 400),
    ("/cas/logout?service=x&service=y", 400),
])
def test_T029_parameters_given_twice(browser, path, status):
    assert browser().get(path).status == status


def test_T029_a_form_field_given_twice(browser, alice):
    one = browser()
    form = one.login_page(service=APPLICATION).form
    for name in ("username", "password", "execution", "service"):
        pairs = [*form.fields.items(), (name, "again")]
        pairs = [(key, value or "x") for key, value in pairs]
        answer = one.post("/cas/login", pairs)
        assert answer.status == 400, name
        assert "__Host-TGC" not in one.jar
    answer = one.post("/cas/login", form.fields, params={"service": "x"})
    assert answer.status in (400, 403)


@pytest.mark.parametrize("name", ["SERVICE", "service[]", "Service",
                                  "%20service", "service%20", "xservice"])
def test_T030_names_are_taken_to_the_letter(alice, name):
    answer = alice.get(f"/cas/login?{name}=https://unknown.example/")
    assert answer.status == 200 and answer.location is None


@pytest.mark.parametrize("bad", [
    "%00", "%", "%2", "%zz", "%c0%af", "%e0%80%af", "%f0%80%80%af",
    "%ed%a0%80", "%f4%90%80%80", "%c3", "%80", "%ff",
])
def test_T032_T033_T034_bad_escapes_and_bad_text(alice, browser, bad):
    for answer in (alice.get(f"/cas/login?service={APPLICATION}{bad}"),
                   browser().get(f"/cas/logout?service={APPLICATION}{bad}")):
        assert answer.status == 400
        assert answer.location is None
    machine = browser().get(f"/cas/serviceValidate?ticket=ST-1{bad}"
                            f"&service={APPLICATION}")
    assert machine.status == 200 and "INVALID_REQUEST" in machine.text
    one = browser()
    form = one.login_page().form
    answer = one.post("/cas/login", (f"username=alice{bad}&password=x"
                                     f"&execution={form.fields['execution']}")
                      .encode())
    assert answer.status == 400


def test_T038_too_many_parameters(browser):
    one = browser()
    for body in (b"&".join(b"a%d=b" % n for n in range(8000))[:65536],
                 b"&".join([b"a=b"] * 65), b"a=" + b"b" * 65000):
        before = time.monotonic()
        answer = one.post("/cas/login", body)
        assert answer.status in (400, 401, 403, 200), answer.status
        assert time.monotonic() - before < 2
        assert "__Host-TGC" not in one.jar
    too_long = one.post("/cas/login", b"a=" + b"b" * 66000)
    assert too_long.status == 413


@pytest.mark.parametrize("kind", [
    None, "multipart/form-data; boundary=x", "application/json", "text/plain",
    "application/x-www-form-urlencodedx", "",
])
def test_T039_other_content_types_are_refused(browser, kind):
    one = browser()
    form = one.login_page().form
    answer = one.post("/cas/login", {**form.fields, "username": "alice",
                                     "password": "x"},
                      headers={"Content-Type": kind})
    assert answer.status == 415


PAGES = [("GET", "/cas/login", 200), ("GET", "/cas/logout", 200),
         ("GET", "/nowhere", 404),
         ("GET", "/cas/login?service=https://x/", 403),
         ("GET", "/cas/login?service=%", 400), ("GET", "/healthz", 200),
         ("GET", "/ready", 404), ("GET", "/cas/static/portillon.css", None),
         ("GET", "/cas/serviceValidate", 200), ("GET", "/cas/validate", 200),
         ("POST", "/cas/login", None), ("PUT", "/cas/login", None),
         ("DELETE", "/cas/login", 405)]


@pytest.mark.parametrize("method, path, status", PAGES)
def test_T099_T101_T102_every_answer_has_the_same_headers(
        browser, method, path, status):
    answer = browser().request(method, path)
    if status is not None:
        assert answer.status == status
    assert answer.header("X-Frame-Options").upper() == "DENY"
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert answer.header("Referrer-Policy") in ("no-referrer", "same-origin",
                                                "strict-origin")
    assert answer.header("Cross-Origin-Opener-Policy") == "same-origin"
    assert answer.header("Cross-Origin-Resource-Policy") == "same-origin"
    age = re.search(r"max-age=([0-9]+)",
                    answer.header("Strict-Transport-Security"))
    assert int(age[1]) >= 365 * 86400
    policy = answer.header("Content-Security-Policy")
    for part in ("default-src 'none'", "base-uri 'none'",
                 "frame-ancestors 'none'"):
        assert part in policy
    assert "unsafe" not in policy and "*" not in policy


def test_T101_answers_of_the_reader_have_them_too(raw):
    for data in (b"NONSENSE\r\n\r\n", request(b"X : 1"),
                 b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\n\r\n"):
        head = raw(data).lower()
        for name in (b"x-frame-options", b"content-security-policy",
                     b"strict-transport-security", b"x-content-type-options",
                     b"content-length", b"referrer-policy"):
            assert b"\r\n" + name + b":" in head, (data[:30], name)


def test_T100_the_sign_in_page_runs_no_script_and_may_lead_on(browser):
    policy = browser().login_page().header("Content-Security-Policy")
    assert "form-action" not in policy  # it would stop the way back
    other = browser().get("/cas/logout").header("Content-Security-Policy")
    assert "form-action" in other or "default-src 'none'" in other
    assert "<script" not in browser().login_page().text
    assert " style=" not in browser().login_page().text


@pytest.mark.parametrize("method, path, status", PAGES)
def test_T103_no_answer_tells_what_runs_here(browser, method, path, status):
    answer = browser().request(method, path)
    assert answer.header("Server") is None
    assert answer.header("X-Powered-By") is None
    for word in ("libevent", "openssl", "postgres", "/tmp/"):
        assert word not in answer.body.decode("utf-8", "replace").lower()


@pytest.mark.parametrize("origin", ["https://evil.example", "null",
                                    "https://sub.localhost"])
def test_T104_no_other_origin_may_read(browser, origin):
    for path in ("/cas/login", "/cas/serviceValidate", "/healthz"):
        answer = browser().get(path, headers={"Origin": origin})
        assert not [name for name, _ in answer.fields
                    if name.startswith("access-control-")]


def test_T090_every_cookie_is_well_flagged(browser):
    one = browser()
    seen = set()
    answers = [one.login_page(locale="fr"), one.login_page(service=APPLICATION)]
    answers.append(one.submit(one.login_page(), "alice", "wrong words here"))
    answers.append(one.sign_in("alice", PEOPLE["alice"]))
    answers.append(one.get("/cas/logout"))
    for answer in answers:
        for name, (value, attributes) in answer.cookies().items():
            seen.add(name)
            assert name.startswith("__Host-")
            assert {"secure", "httponly"} <= attributes.keys(), name
            assert attributes["path"] == "/" and "domain" not in attributes
            assert attributes["samesite"].lower() in ("lax", "strict")
            assert len(name) + len(value) < 4096
    assert "__Host-TGC" in seen
