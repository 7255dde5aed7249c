# SPDX-License-Identifier: Apache-2.0
"""Hostile parameters, forms and identifiers.  Numbers T... are those of the
attack catalogue, part 1B."""
import contextlib
import time

import pytest

from browser import all_gates_answer, answers_in, query_of, status_of
from conftest import APPLICATION, PEOPLE
from crooked import BEHIND, post
from installation import wait_until

TABLES = ("redemption", "session", "account", "service")


@contextlib.contextmanager
def locked(installation, alice):
    """While it lasts, a statement that reads one of these tables waits until
    it is given up: what is answered well was answered without them.  A gate
    that saw that refuses such a statement for another second, also in the next
    test, so it ends when all gates ask again."""
    query = query_of({"service": APPLICATION,
                      "ticket": alice.ticket_for(APPLICATION)})
    connection = installation.connect()
    connection.autocommit = False
    try:
        with connection.cursor() as cursor:
            cursor.execute("lock table " + ", ".join(
                f"sso.{table}" for table in TABLES))
            yield
    finally:
        connection.close()
        for path in ("/cas/", f"/cas/serviceValidate?{query}"):
            wait_until("all gates ask again", lambda: all_gates_answer(
                installation, path, alice.jar))


@pytest.mark.parametrize("path, status", [
    ("/cas/login?service=x&service=y", 400),
    ("/cas/login?service=x&service=x", 400),
    ("/cas/login?renew=1&renew=1", 400),
    ("/cas/login?gateway=1&gateway=", 400),
    ("/cas/login?flow=1&flow=2", 400),
    ("/cas/logout?service=x&service=y", 400),
])
def test_T029_parameters_given_twice(browser, path, status):
    assert browser().get(path).status == status


@pytest.mark.parametrize("name", ["service", "ticket", "pgtUrl", "renew",
                                  "format"])
def test_T029_an_application_that_says_something_twice(alice, browser, name):
    """In the query, and once in the query and once in the body."""
    ticket = alice.ticket_for(APPLICATION)
    query = query_of({"service": APPLICATION, "ticket": ticket})
    again = query_of({name: ticket if name == "ticket" else APPLICATION})
    for path, body in ((f"?{query}&{again}&{again}", None),
                       (f"?{query}&{again}", again.encode())):
        path = "/cas/serviceValidate" + path
        answer = browser().get(path) if body is None else \
            browser().post(path, body)
        assert "INVALID_REQUEST" in answer.text, (path, answer.text)
        assert "alice" not in answer.text


def test_T029_a_form_field_given_twice(browser):
    one = browser()
    form = one.login_page(service=APPLICATION).form
    for name in ("username", "password", "execution", "service"):
        pairs = [*form.fields.items(), (name, "again")]
        pairs = [(key, value or "x") for key, value in pairs]
        answer = one.post("/cas/login", pairs)
        assert answer.status == 400, name
        assert "__Host-TGC" not in one.jar


def test_T029_a_form_field_in_the_query_too(browser):
    one = browser()
    fields = {**one.login_page(service=APPLICATION).form.fields,
              "username": "alice", "password": PEOPLE["alice"],
              "service": APPLICATION}
    for name in ("username", "password", "execution", "service"):
        answer = one.post("/cas/login", fields, params={name: fields[name]})
        assert answer.status == 400, name
        assert "__Host-TGC" not in one.jar
    assert one.post("/cas/login", fields).status == 303


@pytest.mark.parametrize("name", [
    "SERVICE", "service[]", "Service", "%20service", "service%20", "xservice",
    "service.", "+service"])
def test_T030_names_are_taken_to_the_letter(alice, name):
    answer = alice.get(f"/cas/login?{name}=https://unknown.example/")
    assert answer.status == 302 and answer.location.endswith("/cas/")


@pytest.mark.parametrize("name", ["%73ervice", "servic%65", "service%00",
                                  "service%", "%ff"])
def test_T030_names_that_need_no_escape_have_none(alice, name):
    assert alice.get(f"/cas/login?{name}={APPLICATION}").status == 400


@pytest.mark.parametrize("bad", [
    "%00", "%", "%2", "%zz", "%c0%af", "%e0%80%af", "%f0%80%80%af",
    "%ed%a0%80", "%f4%90%80%80", "%c3", "%80", "%ff", "%00x", "%C3%28",
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
    token = one.login_page().form.fields["execution"]
    for form in (f"username=alice{bad}&password=x&execution={token}",
                 f"username=alice&password={PEOPLE['alice']}{bad}"
                 f"&execution={token}".replace(" ", "+")):
        assert one.post("/cas/login", form.encode()).status == 400
    assert "__Host-TGC" not in one.jar


def test_T033_one_decoding_and_no_more(alice, browser, validate, new_service):
    url, _ = new_service()
    encoded = url.replace(".example", "%2eexample")
    twice = query_of({"service": encoded.replace("%", "%25")})
    assert alice.get(f"/cas/login?{twice}").ticket is None
    # A plus is a blank, which no service address has.
    assert alice.get(f"/cas/login?service={url}+").ticket is None
    ticket = alice.ticket_for(url)
    escaped = "".join(f"%{ord(letter):02x}" for letter in ticket)
    answer = browser().get(f"/cas/serviceValidate?ticket={escaped}"
                           f"&service={url}")
    assert "authenticationSuccess" in answer.text
    assert validate("serviceValidate", ticket + " ", url).code == \
        "INVALID_TICKET"


LOOK_ALIKES = ["{}\u200d", "\ufeff{}", "\u202e{}", "{}\u0301", "{}ß", "{}ı",
               "\u212a{}", "{}\uff11", "{}\u00a0", "{}'", "{}\x7f", "{}\t1"]


@pytest.mark.parametrize("shape", LOOK_ALIKES)
def test_T035_nobody_looks_like_somebody_else(browser, new_account, shape):
    """Names are ASCII (text/login_name.h): a look-alike is nobody, and its
    failures are not counted as those of the one it looks like."""
    login, password = new_account()
    for _ in range(6):
        answer = browser().sign_in(shape.format(login), password)
        assert answer.status in (400, 401, 429)
    assert browser().sign_in(login, password).status == 303


def test_T035_one_spelling_for_names_and_counters(browser, new_account):
    """Capitals are the same person to the password check and to the counter
    of failures."""
    login, password = new_account()
    assert browser().sign_in(f" {login.upper()} ", password).status == 303
    spellings = [login, login.upper(), login.title(), f" {login}", f"{login} "]
    stranger = browser()
    for spelling in spellings:
        assert stranger.sign_in(spelling, "wrong").status == 401
    assert stranger.sign_in(login.upper(), password).status == 429


def test_T038_too_many_parameters(browser):
    one = browser()
    for body in (b"&".join(b"a%d=b" % n for n in range(8000))[:65536],
                 b"&".join(b"a%d=b" % n for n in range(65)),
                 b"&".join([b"a=b"] * 30_000)[:65536],
                 b"a=" + b"b" * 65000):
        before = time.monotonic()
        answer = one.post("/cas/login", body)
        assert answer.status in (400, 200), answer.status
        assert time.monotonic() - before < 2
        assert "__Host-TGC" not in one.jar
    assert one.post("/cas/login", b"a=" + b"b" * 66000).status == 413


def test_T038_empty_pairs_are_no_parameters(browser):
    answer = browser().post("/cas/login", b"&=" * 32_768)
    assert answer.status == 400  # many of the same, empty, name
    assert browser().post("/cas/login", b"&" * 65_536).status == 200


SHORT = b"username=alice&password=x"


@pytest.mark.parametrize("length, answers", [
    (0, 2), (3, 2), (len(SHORT), 2), (len(SHORT) + len(BEHIND), 1),
    (len(SHORT) + len(BEHIND) + 1, 0),
])
def test_T038_a_body_of_another_length_than_said(raw, length, answers):
    """What is missing is waited for; what is left over is another request,
    and a crooked one where it starts in the middle of this."""
    received = raw(post(b"Content-Length: %d" % length, body=SHORT) + BEHIND,
                   wait=0.5)
    assert answers_in(received) == answers
    assert (b"\r\n\r\nok\n" in received) == (length == len(SHORT))


@pytest.mark.parametrize("kind", [
    None, "multipart/form-data; boundary=x", "application/json", "text/plain",
    "application/x-www-form-urlencodedx", "",
    "application/x-www-form-urlencoded; charset=utf-7",
    "application/x-www-form-urlencoded; charset=utf-8; charset=utf-7",
    "application/x-www-form-urlencoded, text/plain",
])
def test_T039_other_content_types_are_refused(browser, kind):
    one = browser()
    form = one.login_page().form
    answer = one.post("/cas/login", {**form.fields, "username": "alice",
                                     "password": PEOPLE["alice"]},
                      headers={"Content-Type": kind})
    assert answer.status == 415
    assert "__Host-TGC" not in one.jar


def test_T039_two_content_types(raw):
    received = raw(post(b"Content-Type: text/plain", b"Content-Length: 3",
                        body=b"a=b") + BEHIND)
    assert status_of(received) == 400 and answers_in(received) == 1


SQL_WORDS = ["'", "''", "\\", "\\'", "$$", "--", ";", "' or '1'='1", "\u2019",
             "'); drop table sso.session; --", "%bf%27", "1e309", "{}", "[",
             "$1", "%s", "E'\\\\'", "/*", "null", "\U0001f642"]
FORMATS = ["%n%s%x", "%s" * 50, "{0}{x}", "%1$*2147483647$d", "{{#x}}{{/x}}"]


def questions(word):
    """The word in every parameter of every endpoint: (method, path, body)."""
    coded = query_of({"": word})[1:]
    for endpoint, names in {
            "login": ("service", "renew", "gateway", "method", "locale"),
            "logout": ("service", "url"),
            "validate": ("ticket", "service", "renew"),
            "serviceValidate": ("ticket", "service", "format", "pgtUrl"),
            "p3/serviceValidate": ("ticket", "service", "format")}.items():
        for name in names:
            yield "GET", f"/cas/{endpoint}?{name}={coded}", None
    yield "GET", f"/cas/{coded}", None
    for name in ("username", "password", "execution", "service"):
        yield "POST", "/cas/login", f"{name}={coded}".encode()


@pytest.mark.parametrize("word", SQL_WORDS + FORMATS)
def test_T041_T043_words_that_mean_something_elsewhere(
        browser, installation, word):
    """Neither SQL nor printf nor templates take them for their own."""
    mark = len(installation.database_log())
    one = browser()
    for method, path, body in questions(word):
        answer = one.request(method, path, body=body)
        assert answer.status < 500, (path, answer.text)
        assert "(nil)" not in answer.text and "0x7f" not in answer.text
    page = one.login_page()
    assert one.submit(page, word, word).status in (200, 401, 429)
    one.jar["__Host-TGC"] = query_of({"": word})[1:]
    assert one.login_page(service=APPLICATION).form is not None
    assert "ERROR" not in installation.database_log()[mark:]
    assert installation.sql("select count(*) > 0 from sso.account")[0][0]


@pytest.mark.parametrize("word", FORMATS)
def test_T043_formats_in_fields_are_printed_as_they_are(
        raw, installation, word):
    mark = installation.log_size()
    text = word.encode()
    received = raw(b"GET /cas/login HTTP/1.1\r\nHost: localhost\r\n"
                   b"User-Agent: " + text + b"\r\nCookie: " + text +
                   b"\r\nAccept-Language: " + text +
                   b"\r\nX-%n%s: " + text + b"\r\nConnection: close\r\n\r\n")
    assert status_of(received) == 200
    raw(b"GET /%n%s%x HTTP/1.1\r\nHost: localhost\r\n"
        b"Connection: close\r\n\r\n")
    assert 'path="/%n%s%x"' in installation.log(mark)


def crooked_tickets(ticket):
    return ["", "S", "S" * 65, "ST-", "ST", "TGT-" + ticket[3:],
            "PT-" + ticket[3:], "st-" + ticket[3:], ticket[:-1], ticket + "0",
            ticket[:-1] + "_", ticket[:-1] + "é",
            ticket[:30] + "-" + ticket[31:],
            "ST-" + "z" * 60, "ST-" + "0" * 60, ticket * 100, " " + ticket,
            ticket[3:]]


def test_T044_crooked_tickets_are_refused_before_the_database(
        alice, validate, installation):
    ticket = alice.ticket_for(APPLICATION)
    with locked(installation, alice):
        for crooked in crooked_tickets(ticket):
            verdict = validate("serviceValidate", crooked, APPLICATION)
            assert verdict.code in ("INVALID_TICKET", "INVALID_REQUEST",
                                    "INVALID_TICKET_SPEC"), crooked
    assert validate("serviceValidate", ticket, APPLICATION).ok


def test_T044_crooked_cookies_are_refused_before_the_database(
        alice, browser, installation):
    cookie = alice.jar["__Host-TGC"]
    with locked(installation, alice):
        for crooked in ("", "T", "TGT-", cookie[:-1], cookie + "0",
                        "ST-" + cookie[4:], "tgt-" + cookie[4:], cookie[4:],
                        cookie[:-1] + "_", cookie[:-1] + '"', "TGT-" + "z" * 45,
                        cookie * 40):
            one = browser()
            one.jar["__Host-TGC"] = crooked
            answer = one.login_page(service=APPLICATION)
            assert answer.status == 200 and answer.form is not None, crooked
        # A good one is looked up, and so has to wait for what is locked.
        assert alice.login_page(service=APPLICATION).status == 503
    assert alice.login_page(service=APPLICATION).ticket


def test_T246_nothing_is_unpacked_and_nothing_packed(browser):
    """No bomb in a request, and no answer whose length tells of secrets."""
    one = browser()
    answer = one.get("/cas/login", headers={"Accept-Encoding": "gzip, br"})
    assert answer.header("Content-Encoding") is None
    fields = {**answer.form.fields, "username": "alice",
              "password": PEOPLE["alice"]}
    for coding in ("gzip", "deflate", "br", "gzip, identity"):
        answer = one.post("/cas/login", fields,
                          headers={"Content-Encoding": coding})
        assert answer.status == 415, coding
        assert "__Host-TGC" not in one.jar
