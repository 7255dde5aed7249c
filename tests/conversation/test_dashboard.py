# SPDX-License-Identifier: Apache-2.0
"""The dashboard: what people see of their own account, and what they end."""
import html
import re

import pytest

from browser import ask_status, query_of
from conftest import APPLICATION, PEOPLE

COOKIE = "__Host-TGC"
MINUTE = 60
DAY = 24 * 60 * MINUTE
FIREFOX = ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 "
           "Firefox/128.0")
PHONE = ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like "
         "Gecko) Chrome/126.0.0.0 Mobile Safari/537.36")
ROW = re.compile(r'<li class="row">.*?(?=<li class="row">|<form class="all"|'
                 r'</section>)', re.S)
TAGS = re.compile(r"<[^>]+>")


def words(part):
    return " ".join(html.unescape(TAGS.sub("", part)).split())


def sessions_on(page):
    """The rows of active sessions, each as its words and its number; None
    for the one that the page is looked at with."""
    found = []
    for row in ROW.findall(page.text):
        number = re.search(r'name="session" value="(\d+)"', row)
        found.append((words(row), number and number[1]))
    return found


def events_on(page):
    part = page.text.partition('<ul class="events">')[2].partition("</ul>")[0]
    return [words(row) for row in
            re.findall(r"<li.*?</li>", part, re.S)]


def notice_on(page):
    found = re.search(r'<div class="notice".*?</div>', page.text, re.S)
    return words(found[0]) if found else None


def token_on(page):
    return re.search(r'name="execution" value="(\w+)"', page.text)[1]


def dashboard(one, path="/cas/"):
    page = one.get(path)
    assert page.status == 200, (page.status, page.location)
    return page


def end(one, number, page=None, **changes):
    """Posts the form of one session, or with None that of all others; where
    the page has none, with the token of another form of this browser."""
    token = token_on(page or one.login_page(renew="true"))
    fields = {"execution": token, **changes}
    path = "/cas/sessions/end-others"
    if number is not None:
        path = "/cas/sessions/end"
        fields["session"] = number
    return one.post(path, fields)


def number_of(installation, login, place=0):
    """The number of a session, newest first."""
    return str(installation.sql(
        "select s.number from sso.session as s join sso.account as a on a.id "
        "= s.account_id where login = %s order by s.number desc", login)
        [place][0])


@pytest.fixture
def person(browser, new_account):
    """Signs a person of this test's own in, in as many browsers as wanted."""
    login, password = new_account()

    def sign_in(agent=FIREFOX, **options):
        one = browser(**options)
        one.login, one.password = login, password
        page = one.login_page()
        answer = one.post("/cas/login", {
            **page.form.fields, "username": login, "password": password},
            headers={"User-Agent": agent})
        assert answer.status == 303, answer.text
        return one

    return sign_in


# The page

def test_R079_the_address_without_parameters_is_the_dashboard(person):
    one = person()
    for path in ("/cas/", "/cas"):
        assert "Some Body" in dashboard(one, path).text
    answer = one.login_page()
    assert (answer.status, answer.location) == (
        302, one.installation.url + "/")


def test_R079_strangers_sign_in_first_and_come_back(browser, new_account):
    login, password = new_account()
    one = browser()
    for path in ("/cas/", "/cas", "/cas/activity"):
        answer = one.get(path)
        assert (answer.status, answer.location) == (
            302, one.installation.url + "/login")
    answer = one.submit(one.login_page(), login, password)
    assert (answer.status, answer.location) == (
        303, one.installation.url + "/")
    assert login in one.follow(answer).text


def test_R082_this_session_comes_first_then_those_used_last(
        person, installation):
    oldest = person(PHONE)
    installation.clock.shift(MINUTE)
    person("nonsense")
    installation.clock.shift(2 * MINUTE)
    rows = sessions_on(dashboard(oldest))
    assert [row.partition(" Last active")[0] for row, _ in rows] == [
        "Chrome on Android this browser", "Unknown browser"]
    assert rows[0][1] is None and rows[1][1] is not None
    assert "127.0.0.1" in rows[0][0] and "password" in rows[0][0]
    newest = person()
    rows = sessions_on(dashboard(newest))
    assert [row.partition(" Last active")[0] for row, _ in rows] == [
        "Firefox on Linux this browser", "Unknown browser",
        "Chrome on Android"]


def test_R082_moments_are_in_the_readers_language(person):
    one = person()
    for language, moment in (
            ("en", r"\d+ [A-Z]\w+ 20\d\d, \d\d:\d\d UTC"),
            ("fr", r"(1er|\d+) [a-zéû]+ 20\d\d à \d\d:\d\d UTC"),
            ("nl", r"\d+ [a-z]+ 20\d\d, \d\d:\d\d UTC")):
        page = dashboard(one, f"/cas/?locale={language}")
        assert re.search(r'<time datetime="20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ">'
                         + moment + "</time>", page.text)


def test_R082_applications_opened_in_each_session(
        person, installation, validate):
    one, other = person(), person()
    assert "none opened yet" in sessions_on(dashboard(one))[0][0]
    for turn in range(7):
        url = f"https://{one.login}.example/{turn}"
        installation.add_service(url, name=f"Seminar {turn} <b>")
        installation.clock.shift(turn)
        for _ in range(2):
            assert validate("serviceValidate", one.ticket_for(url), url).ok
    mine, others = sessions_on(dashboard(one))
    assert "Applications Seminar 6 <b> Seminar 5 <b> Seminar 4 <b> " \
        "Seminar 3 <b> Seminar 2 <b> and 2 more" in mine[0]
    assert "none opened yet" in others[0]
    assert other.get("/cas/").status == 200


def test_R082_a_ticket_spent_at_the_wrong_door_opened_nothing(
        person, validate):
    one = person()
    ticket = one.ticket_for(APPLICATION)
    assert not validate("serviceValidate", ticket, "https://other.example/").ok
    assert "none opened yet" in sessions_on(dashboard(one))[0][0]


def test_R082_sessions_that_ended_are_not_listed(person, installation):
    one, out, idle = person(), person(), person()
    out.get("/cas/logout")
    assert len(sessions_on(dashboard(one))) == 2
    installation.sql("update sso.session set last_used_at = 'epoch' "
                     "where number = %s", number_of(installation, idle.login))
    assert len(sessions_on(dashboard(one))) == 1


def test_R082_a_hundred_sessions_are_enough_for_a_page(person, installation):
    one = person()
    installation.sql(
        "insert into sso.session (mac, key_id, account_id, account_epoch, "
        "created_at, last_used_at, password_at, user_agent) "
        "select sha256((number::text || '-' || n)::bytea), 1, account_id, "
        "account_epoch, created_at, last_used_at + interval '1 s', "
        "password_at, repeat('é', 256) "
        "from sso.session, generate_series(1, 105) as n where number = %s",
        number_of(installation, one.login))
    page = dashboard(one)
    rows = sessions_on(page)
    assert len(rows) == 100
    assert "this browser" in rows[0][0]
    assert "not listed: 6." in page.text
    assert notice_on(one.follow(end(one, None))) == "105 sessions ended."


def test_the_last_sign_in_before_this_one(person, installation):
    first = person(PHONE)
    assert "This is your first sign-in here." in dashboard(first).text
    installation.clock.shift(DAY / 24)
    second = person()
    before = re.search(r"Last sign-in before.*?</p>", dashboard(second).text,
                       re.S)
    assert "Chrome on Android · 127.0.0.1" in words(before[0])
    # Confirming the password is no sign-in of another time.
    second.submit(second.login_page(renew="true"), second.login,
                  second.password)
    assert words(before[0]) in words(dashboard(second).text)


def test_what_a_browser_sends_is_never_shown(person):
    one = person("(Linux; <i>) Firefox/1 <script>alert('mine')</script>")
    page = dashboard(one)
    assert "alert(" not in page.text and "<i>" not in page.text
    assert "Firefox on Linux" in words(page.text)


@pytest.mark.parametrize("path", ["/cas/", "/cas/activity"])
def test_T099_the_pages_can_neither_be_framed_nor_kept(person, path):
    page = dashboard(person(), path)
    assert "frame-ancestors 'none'" in page.header("Content-Security-Policy")
    assert page.header("X-Frame-Options") == "DENY"
    assert "no-store" in page.header("Cache-Control")


# Ending sessions

def test_R083_a_session_forgotten_elsewhere_is_ended(
        person, installation, validate):
    forgotten, mine = person(), person(PHONE)
    unspent = forgotten.ticket_for(APPLICATION)
    _, number = sessions_on(dashboard(mine))[1]
    answer = end(mine, number)
    assert (answer.status, answer.location) == (303, installation.url + "/")
    page = mine.follow(answer)
    assert notice_on(page) == "1 session ended."
    assert len(sessions_on(page)) == 1
    assert notice_on(dashboard(mine)) is None  # said once
    assert not validate("serviceValidate", unspent, APPLICATION).ok
    assert forgotten.get("/cas/").status == 302
    assert events_on(page)[0].startswith("Session ended by you from another "
                                         "browser ")
    assert installation.sql(
        "select kind, client_address from sso.audit where session = %s "
        "order by id desc limit 1", number) == [
            ("session ended by owner", "127.0.0.1")]


def test_R083_twice_says_that_it_had_ended_already(person):
    _, mine = person(), person()
    page = dashboard(mine)
    _, number = sessions_on(page)[1]
    end(mine, number, page)
    assert notice_on(mine.follow(end(mine, number, page))) == \
        "This session had already ended."


def test_R084_all_other_sessions_are_ended_and_counted(person):
    others, mine = [person() for _ in range(3)], person()
    assert notice_on(mine.follow(end(mine, None))) == "3 sessions ended."
    for one in others:
        assert one.get("/cas/").status == 302
    assert len(sessions_on(dashboard(mine))) == 1
    assert "End all other sessions" not in dashboard(mine).text
    assert notice_on(mine.follow(end(mine, None))) == \
        "There was no other session to end."


def test_R083_the_session_of_the_page_cannot_end_itself_there(
        person, installation):
    mine = person()
    number = number_of(installation, mine.login)
    assert f'value="{number}"' not in dashboard(mine).text
    assert end(mine, number).status == 404
    assert dashboard(mine)


def test_R083_both_end_each_other_at_once_and_nobody_waits(person):
    one, other = person(), person()
    pages = dashboard(one), dashboard(other)
    assert notice_on(one.follow(end(one, None, pages[0]))) == \
        "1 session ended."
    answer = end(other, None, pages[1])
    assert answer.location.endswith("/login")
    assert dashboard(one)


def test_T092_an_end_is_seen_by_every_gate_and_node_before_the_answer(
        person, another_server, browser, installation):
    node = another_server()
    for _ in range(3):
        forgotten, mine = person(), person()
        end(mine, None)
        for place in [installation] * 8 + [node]:
            thief = browser(at=place)
            thief.jar[COOKIE] = forgotten.jar[COOKIE]
            assert thief.get("/cas/").status == 302
            assert thief.login_page(service=APPLICATION).ticket is None
            thief.close()
    assert dashboard(mine)


# Not those of others

NONSENSE = ["0", "-1", "+1", "1 ", "1e3", "0x1", "1;2", "x", "",
            "281474976710655", "281474976710656", "9" * 20, "9" * 400]


def test_T201_ids_that_are_not_mine_are_not_there(
        person, browser, installation):
    """Sessions of other people, alive and ended, are as those that never
    were."""
    victim, gone, mine = browser(), browser(), person()
    victim.sign_in("bob", PEOPLE["bob"])
    gone.sign_in("bob", PEOPLE["bob"])
    gone.get("/cas/logout")
    before = installation.sql("select count(*) from sso.audit")
    every = [str(number) for number, in installation.sql(
        "select s.number from sso.session as s join sso.account as a on a.id "
        "= s.account_id where login <> %s", mine.login)]
    assert number_of(installation, "bob") in every
    page = mine.login_page(renew="true")
    answers = {number: end(mine, number, page)
               for number in every + NONSENSE}
    assert {answer.status for answer in answers.values()} == {404}
    assert "__Host-said" not in mine.jar
    assert dashboard(victim)
    assert installation.sql("select count(*) from sso.audit") == before


def test_T201_all_others_are_all_of_mine(person, browser):
    victim, mine = browser(), person()
    victim.sign_in("bob", PEOPLE["bob"])
    person()
    assert notice_on(mine.follow(end(mine, None))) == "1 session ended."
    assert dashboard(victim)


def test_T201_what_somebody_sends_along_changes_nothing(
        person, browser, installation):
    victim, mine = browser(), person()
    victim.sign_in("bob", PEOPLE["bob"])
    theirs = str(installation.sql(
        "select id from sso.account where login = 'bob'")[0][0])
    answer = end(mine, None, account=theirs, account_id=theirs, login="bob",
                 session=number_of(installation, "bob"))
    assert answer.status == 303
    assert dashboard(victim)


def test_T201_activity_is_that_of_one_account(person, browser, installation):
    browser().sign_in("bob", PEOPLE["bob"])
    one = person()
    newest = installation.sql("select max(id) from sso.audit")[0][0] + 1
    for query in ({}, {"before": newest}, {"account": 1}, {"login": "bob"}):
        page = one.get("/cas/activity", query)
        assert [event.split()[0] for event in events_on(page)] == \
            ["Signed", "Account"]


def test_T201_the_app_role_reads_one_account_and_no_table(installation):
    for query in ("select * from sso.audit",
                  "select detail from sso.audit limit 1"):
        with pytest.raises(Exception, match="permission denied"):
            installation.sql(query, role="portillon_app")
    call = ("select * from sso.account_activity({}, 9223372036854775807, "
            "'-infinity', 1000, NULL, NULL)")
    assert installation.sql(call.format("NULL"), role="portillon_app") == []
    assert installation.sql(call.format("0"), role="portillon_app") == []
    rows = installation.sql(call.format(
        "(select id from sso.account where login = 'alice')"),
        role="portillon_app")
    assert 0 < len(rows) <= 100
    with pytest.raises(Exception, match="permission denied"):
        installation.sql(call.format("1"), role="portillon_auditor")


# Only from our own page, by somebody who was just there

def posts_of(browser):
    """Every address that a form of ours is posted to, from the server's own
    list of routes."""
    text = ask_status(browser.installation, "/metrics").text
    found = set(re.findall(
        r'portillon_requests_total\{route="([^"]+)",method="POST"', text))
    machines = {route for route in found if route.startswith("/v1/")}
    return found - machines - {"none", "/validate", "/serviceValidate",
                               "/p3/serviceValidate", "/logout"}


def refusals(one, foreign, number):
    """Ways to post a form without being our page."""
    token = token_on(dashboard(one))
    good = {"execution": token, "session": number, "username": one.login,
            "password": one.password}
    without = {**good, "execution": ""}
    json = ('{"execution": "%s", "session": "%s"}' % (token, number)).encode()
    yield {"fields": {k: v for k, v in good.items() if k != "execution"}}
    yield {"fields": without}
    yield {"fields": {**good, "execution": token[:-1] + "~"}}
    yield {"fields": {**good, "execution": token_on(foreign.login_page(renew="true"))}}
    yield {"fields": {**without}, "params": {"token": token}}
    for kind in ("application/json", "text/plain",
                 "multipart/form-data; boundary=x"):
        yield {"fields": json, "headers": {"Content-Type": kind}}
        yield {"fields": query_of(good).encode(),
               "headers": {"Content-Type": kind}}
    for origin in ("https://evil.example", "null", "http://localhost"):
        yield {"fields": good, "headers": {"Origin": origin}}
    for site in ("cross-site", "same-site", "none"):
        yield {"fields": good, "headers": {"Sec-Fetch-Site": site}}


def test_T097_every_form_is_refused_but_from_our_own_page(
        person, browser, installation):
    victim, mine, foreign = person(), person(), browser()
    foreign.sign_in("bob", PEOPLE["bob"])
    number = sessions_on(dashboard(mine))[1][1]
    routes = posts_of(mine)
    assert {"/login", "/sessions/end", "/sessions/end-others"} <= routes
    before = installation.sql("select number, mac, ended_at from sso.session "
                              "order by number")
    for route in routes:
        for way in refusals(mine, foreign, number):
            jar = dict(mine.jar)
            answer = mine.post("/cas" + route, way["fields"],
                               way.get("params"), way.get("headers"))
            assert answer.status in (200, 303, 403, 415), (route, way)
            assert mine.jar.get(COOKIE) == jar.get(COOKIE), (route, way)
            assert installation.sql(
                "select number, mac, ended_at from sso.session "
                "order by number") == before, (route, way)
    assert dashboard(victim)
    # And with everything in place it is done.
    assert notice_on(mine.follow(end(mine, number))) == "1 session ended."


def test_T097_nothing_is_done_by_a_GET(person, installation):
    victim, mine = person(), person()
    page = dashboard(mine)
    number = sessions_on(page)[1][1]
    query = {"execution": token_on(page), "session": number}
    for path in ("/cas/sessions/end", "/cas/sessions/end-others"):
        for method in ("GET", "HEAD"):
            answer = mine.request(method, path, query)
            assert answer.status == 405 and answer.header("Allow") == "POST"
    assert dashboard(victim)


def test_T097_an_old_page_says_so_and_does_nothing(person, installation):
    victim, mine = person(), person()
    page = dashboard(mine)
    installation.clock.shift(61 * MINUTE)
    answer = end(mine, None, page)
    installation.clock.shift(0)
    assert "The page had expired" in notice_on(mine.follow(answer))
    assert dashboard(victim)


def test_T097_after_ten_minutes_the_password_is_asked_again(
        person, installation):
    victim, mine = person(), person()
    installation.clock.shift(10 * MINUTE + 1)
    page = dashboard(mine)
    assert "we ask for your password" in page.text
    for number in (None, sessions_on(page)[1][1]):
        answer = end(mine, number, page)
        assert answer.location == installation.url + "/login?renew=true"
    assert dashboard(victim)
    form = mine.follow(answer)
    assert form.form.fields["username"] == mine.login
    assert "Confirm with your password" in form.text
    assert mine.submit(form, mine.login, "wrong").status == 401
    assert end(mine, None).location.endswith("renew=true")
    answer = mine.submit(mine.login_page(renew="true"), mine.login,
                         mine.password)
    page = mine.follow(answer)
    assert notice_on(page).startswith("Thank you, it is you.")
    assert "we ask for your password" not in page.text
    assert notice_on(mine.follow(end(mine, None, page))) == \
        "1 session ended."
    assert victim.get("/cas/").status == 302


def test_T097_the_proof_of_another_session_is_not_good_for_this(
        person, installation):
    old = person()
    installation.clock.shift(10 * MINUTE + 1)
    person()
    assert end(old, None).location.endswith("renew=true")


@pytest.mark.parametrize("value", [
    "sessions-ended.-1", "sessions-ended.99999999999999999999", "nonsense.1",
    "sessions-ended", ".", "sessions-ended.1.2", "<b>.1", "nothing.0",
    "confirmed.0x", "A" * 3000])
def test_a_planted_notice_says_nothing(person, value):
    one = person()
    one.jar["__Host-said"] = value
    page = dashboard(one)
    assert notice_on(page) is None
    assert "__Host-said" not in one.jar


def test_the_notice_comes_from_no_address(person):
    page = dashboard(person(), "/cas/?said=confirmed.0&confirmed=true")
    assert notice_on(page) is None


# Activity

def test_activity_tells_what_happened(person, browser, installation):
    one = person()
    stranger = browser()
    stranger.submit(stranger.login_page(), one.login, "wrong words")
    other = person(PHONE)
    other.get("/cas/logout")
    installation.portillon("account", "disable", one.login)
    installation.portillon("account", "enable", one.login)
    one = person()
    events = events_on(dashboard(one))
    starts = [event.split(" 20")[0].rsplit(" ", 2)[0] for event in events]
    assert starts == [
        "Signed in", "Account enabled", "Account disabled", "Signed out",
        "Signed in", "Sign-in refused: wrong password", "Signed in",
        "Account created"]
    assert "Chrome on Android · 127.0.0.1" in events[3]
    assert "·" in events[5] and "Unknown browser" not in events[5]


def many_rows(installation, login, count, ago="0 s"):
    installation.sql(
        "insert into sso.audit (at, kind, account_id, client_address) "
        "select now() - %s::interval, 'signed out', id, '192.0.2.' || n "
        "from sso.account, generate_series(1, %s) as n where login = %s",
        ago, count, login)


def test_activity_is_read_page_by_page(person, installation):
    one = person()
    many_rows(installation, one.login, 110)
    assert len(events_on(dashboard(one))) == 20
    seen, path = [], "/cas/activity"
    for expected in (50, 50, 12):
        page = dashboard(one, path)
        assert len(events_on(page)) == expected
        seen += events_on(page)
        many_rows(installation, one.login, 1)  # what is new moves nothing
        older = re.search(r'href="(\?before=\d+)" rel="next"', page.text)
        path = older and "/cas/activity" + older[1]
    assert path is None
    places = [int(found[1]) for found in
              (re.search(r"· 192\.0\.2\.(\d+)", event) for event in seen)
              if found]
    assert places == list(range(110, 0, -1))
    assert 'href="' + installation.url + '/activity"' in page.text


def test_activity_ends_after_sixty_days(person, installation):
    one = person()
    many_rows(installation, one.login, 3, "60 days 1 minute")
    many_rows(installation, one.login, 2, "59 days")
    assert len(events_on(dashboard(one, "/cas/activity"))) == 4


@pytest.mark.parametrize("before", ["x", "-1", "1 or 1=1",
                                    "99999999999999999999", ""])
def test_activity_from_nowhere_is_not_there(person, before):
    assert person().get("/cas/activity", {"before": before}).status == 404


def test_the_language_link_stays_on_its_page_of_the_list(person):
    page = dashboard(person(), "/cas/activity?before=7")
    assert "?locale=fr&amp;before=7" in page.text
