# SPDX-License-Identifier: Apache-2.0
"""What every answer carries, whatever was asked, and what cookies look like.
Numbers T... are those of the attack catalogue."""
import re

import pytest

from conftest import APPLICATION, PEOPLE
from crooked import request


PAGES = [("GET", "/cas/login", 200), ("GET", "/cas/logout", 200),
         ("GET", "/cas/", 302), ("GET", "/cas/activity", 302),
         ("POST", "/cas/sessions/end", 303),
         ("GET", "/cas/sessions/end-others", 405),
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


@pytest.mark.parametrize("name", ["Origin", "Sec-Fetch-Site"])
def test_where_a_form_came_from_is_said_once(raw, browser, name):
    """A field that stands there twice is not taken for one that is absent."""
    form = browser().login_page().form
    body = f"execution={form.fields['execution']}&username=x".encode()
    for lines in ((b"null",), (b"null", b"null"), (b"null", b"same-origin")):
        fields = [name.encode() + b": " + value for value in lines]
        received = raw(request(
            *fields, b"Content-Type: application/x-www-form-urlencoded",
            b"Content-Length: %d" % len(body), b"Connection: close",
            method=b"POST", body=body))
        assert received.startswith(b"HTTP/1.1 403 "), lines
