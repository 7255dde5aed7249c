# SPDX-License-Identifier: Apache-2.0
"""The registry: expressions beside plain patterns, and what is set for an
application: who may use it, what it is told, how it signs in."""
import datetime
import itertools
import json
import re

import pytest

from conftest import PEOPLE
from installation import Failed

DONE, REFUSED = 0, 1
hosts = itertools.count(1)


@pytest.fixture
def registered(installation):
    """Registers applications for one test: gives their numbers."""
    made = []

    def add(pattern, *options, name="Application of a test"):
        made.append(installation.add_service(pattern, *options, name=name))
        return made[-1]

    yield add
    for service in made:
        installation.portillon("service", "remove", service)


@pytest.fixture
def host():
    """A host that no other test uses."""
    return f"h{next(hosts)}.services.example"


def escaped(text):
    return text.replace(".", r"\.")


def gets_ticket(browser, url):
    """Whether somebody with a session gets a ticket for the address."""
    answer = browser.get("/cas/login", {"service": url})
    assert answer.status in (302, 303, 403), (answer.status, answer.text)
    return answer.ticket is not None


# Expressions


def test_T047_an_expression_gives_tickets_to_its_hosts_alone(
        registered, host, alice):
    """The half of the host never reaches into path or query."""
    registered(f"^https://.*\\.{escaped(host)}/in/.*", "--release", "mail")
    assert gets_ticket(alice, f"https://a.{host}/in/side?x=y")
    for url in (f"https://evil.example/.{host}/in/x",
                f"https://evil.example/?.{host}/in/x",
                f"https://a.{host}.evil.example/in/x",
                f"https://a.{host}/out",
                f"http://a.{host}/in/x",
                f"https://{host}/in/x"):
        assert not gets_ticket(alice, url), url


def test_T056_plain_patterns_win_over_expressions(installation, registered,
                                                  host):
    """In both orders of insertion."""
    expression = registered(f"^https://{escaped(host)}/.*")
    plain = registered(f"https://{host}/app/*")
    other = registered(f"https://b-{host}/app/*")
    last = registered(f"^https://b-{escaped(host)}/.*")
    for url, service in ((f"https://{host}/app/x", plain),
                         (f"https://{host}/x", expression),
                         (f"https://b-{host}/app/x", other),
                         (f"https://b-{host}/x", last)):
        shown = installation.portillon("service", "test", url, expect=None)
        assert f"{service}, Application of a test" in shown.stdout, shown


@pytest.mark.parametrize("pattern, sentence", [
    ("^https?://.*", "--allow-http"),
    ("^https://.*", "--any-host"),
    ("^https://.*/cas", "--any-host"),
    (r"^https://app\.uni\.example.*", "--any-host"),
    ("^https://app.uni.example/.*", "character 13: a dot of the host"),
    (r"^https://a\.uni\.example/(?=x)", "character 26: of groups"),
    (r"^https://a\.uni\.example/[z-a]", "character 29: range out of order"),
])
def test_expressions_are_refused_with_their_place(installation, pattern,
                                                  sentence):
    with pytest.raises(Failed) as refused:
        installation.add_service(pattern)
    assert refused.value.code == REFUSED
    assert sentence in refused.value.stderr


def test_any_host_is_accepted_when_said(installation, registered):
    pattern = r"^https://.*/only/of/this/test"
    service = registered(pattern, "--any-host")
    shown = installation.portillon(
        "service", "test", "https://whoever.example/only/of/this/test")
    assert f"{service}, " in shown.stdout
    assert "fits any host" in shown.stdout


# What is set for one application


@pytest.fixture
def redeem(validate):
    """What an application hears of a ticket."""
    return lambda url, ticket: validate("p3/serviceValidate", ticket, url)


def set_for(installation, service, *options):
    installation.portillon("service", "set", service, *options)


def shown(installation, service):
    result = installation.portillon("service", "show", service, "--json")
    return json.loads(result.stdout)


def signed_in(browser, login, **options):
    one = browser(**options)
    assert one.sign_in(login, PEOPLE[login]).status == 303
    return one


def audited(installation, kind, service):
    return [row[0] for row in installation.sql(
        "select a.login from sso.audit as t left join sso.account as a"
        " on a.id = t.account_id where t.kind = %s and t.service_id = %s",
        kind, service)]


@pytest.mark.parametrize("options", [
    ["--for-type", "teacher"],
    ["--for-type", "student", "--for-type", "teacher"],
    ["--for-group", "staff"],
    ["--for-attribute", "memberOf=staff"],
    ["--for-attribute", "memberOf=other", "--for-attribute",
     "memberOf=cn=lib,ou=groups", "--for-attribute",
     "mail=alice@example.org"],
])
def test_only_whom_the_service_is_for_gets_a_ticket(
        installation, registered, host, browser, options):
    """With a session and in a sign-in; the trail has who was refused."""
    url = f"https://{host}/"
    service = registered(url, *options)
    assert signed_in(browser, "alice").ticket_for(url)
    bob = signed_in(browser, "bob")
    for answer in (bob.login_page(service=url),
                   browser().sign_in("bob", PEOPLE["bob"], url)):
        assert answer.status == 403 and answer.ticket is None
        assert "cannot use this application" in answer.text
        assert answer.form is None
    assert audited(installation, "service refused", service) == ["bob", "bob"]
    assert bob.ticket_for("https://app.example/cb"), "the session is good"


def test_who_is_refused_has_a_session_for_the_rest(registered, host, browser):
    url = f"https://{host}/"
    registered(url, "--for-type", "nobody")
    one = browser()
    assert one.sign_in("alice", PEOPLE["alice"], url).status == 403
    assert one.ticket_for("https://app.example/cb")


def test_gateway_goes_back_without_a_ticket_for_who_is_refused(
        registered, host, browser):
    url = f"https://{host}/"
    registered(url, "--for-group", "nobody")
    answer = signed_in(browser, "alice").login_page(service=url,
                                                    gateway="true")
    assert (answer.status, answer.location) == (302, url)


@pytest.mark.parametrize("language, words", [
    ("en", "You cannot use this application"),
    ("fr", "Vous ne pouvez pas utiliser cette application"),
    ("nl", "Je kunt deze applicatie niet gebruiken"),
])
def test_the_refusal_is_in_three_languages(registered, host, browser,
                                           language, words):
    url = f"https://{host}/"
    registered(url, "--for-type", "nobody", "--contact", "it@app.example")
    answer = browser(language=language).sign_in(
        "alice", PEOPLE["alice"], url)
    assert words in answer.text and "it@app.example" in answer.text


def test_T054_who_may_use_it_is_asked_anew_for_each_ticket(
        installation, registered, host, browser):
    url = f"https://{host}/"
    service = registered(url)
    one = signed_in(browser, "bob")
    page = browser()
    form = page.login_page(service=url)
    assert one.ticket_for(url)
    set_for(installation, service, "--for-type", "teacher")
    assert one.login_page(service=url).status == 403
    assert page.submit(form, "bob", PEOPLE["bob"]).status == 403
    set_for(installation, service, "--for-type", "")
    assert one.ticket_for(url)
    assert "types" not in shown(installation, service)["settings"]


def test_dates_open_and_close(installation, registered, host, browser,
                              redeem):
    url = f"https://{host}/"
    today = datetime.datetime.now(datetime.timezone.utc)
    from_, until = (
        (today + datetime.timedelta(hours=hours)).strftime(
            "%Y-%m-%dT%H:%M:%SZ") for hours in (1, 2))
    registered(url, "--valid-from", from_, "--valid-until", until)
    for seconds, opens in ((0, False), (3500, False), (3700, True),
                           (7100, True), (7300, False)):
        installation.clock.shift(seconds)
        answer = browser().sign_in("alice", PEOPLE["alice"]) and \
            browser().login_page(service=url)
        assert (answer.status == 200) == opens, seconds
    installation.clock.shift(7195)
    ticket = signed_in(browser, "alice").ticket_for(url)
    installation.clock.shift(7205)
    assert redeem(url, ticket).code == "UNAUTHORIZED_SERVICE"


def test_attributes_are_renamed_on_release(registered, host, alice, redeem):
    url = f"https://{host}/"
    registered(url, "--release", "mail", "--release", "memberOf", "--rename",
               "mail=email", "--rename", "mail=eMail", "--rename",
               "displayName=mail")
    verdict = redeem(url, alice.ticket_for(url))
    assert verdict.values("email") == ["alice@example.org"]
    assert verdict.values("eMail") == ["alice@example.org"]
    assert verdict.values("mail") == []
    assert verdict.values("memberOf") == ["staff", "cn=lib,ou=groups"]


def test_a_new_name_is_not_shared(registered, host, alice, redeem):
    """What is called "mail" itself does not mix with what is called so."""
    url = f"https://{host}/"
    registered(url, "--release", "*", "--rename", "memberOf=mail")
    verdict = redeem(url, alice.ticket_for(url))
    assert verdict.values("mail") == ["staff", "cn=lib,ou=groups"]
    assert verdict.values("memberOf") == []


def test_an_attribute_can_name_the_user(registered, host, browser, redeem):
    url = f"https://{host}/"
    registered(url, "--user-name", "attribute:mail")
    alice = signed_in(browser, "alice")
    assert redeem(url, alice.ticket_for(url)).user == "alice@example.org"
    one = browser()
    assert one.sign_in("bob", PEOPLE["bob"], url).status == 403


def test_opaque_names_are_stable_and_tell_nothing(
        installation, registered, host, browser, redeem):
    """The same for the same person at the same application, whatever key is
    active; another everywhere else."""
    urls = [f"https://{host}/{path}" for path in "ab"]
    services = [registered(url, "--user-name", "opaque") for url in urls]
    people = {login: signed_in(browser, login) for login in ("alice", "bob")}
    names = {(login, url): redeem(url, people[login].ticket_for(url)).user
             for login in people for url in urls}
    assert len(set(names.values())) == 4
    for name in names.values():
        assert re.fullmatch("[0-9A-Za-z]{27}", name), name
    set_for(installation, services[0], "--user-name", "opaque", "--contact",
            "x")
    again = redeem(urls[0], people["bob"].ticket_for(urls[0])).user
    assert again == names["bob", urls[0]]
    for path, text in (("/cas/validate", "yes\n{}\n"),):
        ticket = people["bob"].ticket_for(urls[0])
        answer = browser().get(path, {"service": urls[0], "ticket": ticket})
        assert answer.text == text.format(again)


def test_a_key_of_opaque_names_stays(own_installation):
    """Retiring it would give everybody another name."""
    place = own_installation
    service = place.add_service("https://opaque.example/", "--user-name",
                                "opaque")
    place.portillon("keys", "add")
    place.restart()
    place.portillon("keys", "use", "2")
    assert shown(place, service)["settings"] == {"user_key": 1}
    place.clock.shift(10 * 24 * 3600)
    result = place.portillon("keys", "retire", "1", expect=1)
    assert "opaque names" in result.stderr
    place.portillon("service", "set", service, "--user-name", "login")
    place.portillon("keys", "retire", "1")


def test_an_application_that_knows_no_login_hears_none_at_logout(
        installation, registered, host, browser, redeem):
    opaque, plain = (f"https://{host}/{path}" for path in ("o", "p"))
    service = registered(opaque, "--user-name", "opaque")
    other = registered(plain)
    one = signed_in(browser, "alice")
    for url in (opaque, plain):
        assert redeem(url, one.ticket_for(url)).ok
    session = installation.sql(
        "select session from sso.redemption where service_id = %s", other)
    installation.sql("update sso.session set ended_at = now()"
                     " where number = %s", session[0][0])
    payloads = {str(number): bytes(payload) for number, payload in
                installation.sql("select service_id, payload from sso.outbox"
                                 " where session = %s", session[0][0])
                if payload is not None}
    assert payloads[service].endswith(b"\0@NOT_USED@")
    assert payloads[other].endswith(b"\0alice")


def test_fresh_means_the_password_for_every_ticket(
        installation, registered, host, browser, redeem):
    url = f"https://{host}/"
    service = registered(url)
    one = signed_in(browser, "alice")
    old = one.ticket_for(url)
    set_for(installation, service, "--fresh", "yes")
    page = one.login_page(service=url)
    assert page.status == 200 and page.form.types["password"] == "password"
    answer = one.submit(page, "alice", PEOPLE["alice"])
    assert redeem(url, answer.ticket).ok
    assert one.login_page(service=url).status == 200
    assert redeem(url, old).code == "INVALID_TICKET"
    answer = one.login_page(service=url, gateway="true")
    assert (answer.status, answer.ticket) == (302, None)
    set_for(installation, service, "--fresh", "no")
    assert redeem(url, one.ticket_for(url)).ok


def test_tickets_may_live_shorter(installation, registered, host, alice,
                                  redeem):
    url = f"https://{host}/"
    registered(url, "--ticket-life", "10")
    early, late = (alice.ticket_for(url) for _ in range(2))
    installation.clock.shift(8)
    assert redeem(url, early).ok
    installation.clock.shift(13)
    verdict = redeem(url, late)
    assert verdict.code == "INVALID_TICKET"
    assert "expired" in verdict.description


def test_T059_the_contact_is_text_on_the_sign_in_page(registered, host,
                                                      browser):
    url = f"https://{host}/"
    registered(url, "--contact", "<b>IT & help</b> it@app.example")
    text = browser().login_page(service=url).text
    assert "&lt;b&gt;IT &amp; help&lt;/b&gt; it@app.example" in text


@pytest.mark.parametrize("options, sentence", [
    (["--valid-from", "2026-02-30"], "valid_from: it takes a day"),
    (["--valid-from", "tomorrow"], "valid_from: it takes a day"),
    (["--valid-from", "2026-03-01", "--valid-until", "2026-02-01"],
     "valid_until: it comes before"),
    (["--order", "x"], "--order takes a number"),
    (["--for-attribute", "mail"], "--for-attribute takes a name"),
    (["--rename", "mail=user"], "renamed: the CAS protocol"),
    (["--rename", "a=x", "--rename", "b=x"], "the same new name"),
    (["--user-name", "nick"], "--user-name takes"),
    (["--fresh", "maybe"], "--fresh takes yes or no"),
    (["--ticket-life", "31"], "--ticket-life takes no more"),
    (["--ticket-life", "0"], "ticket_life: it takes 1"),
    (["--contact", "a\nb"], "--contact takes"),
])
def test_what_does_not_hold_is_refused(installation, registered, host,
                                       options, sentence):
    service = registered(f"https://{host}/")
    with pytest.raises(Failed) as refused:
        set_for(installation, service, *options)
    assert refused.value.code == REFUSED
    assert sentence in refused.value.stderr
    assert shown(installation, service)["settings"] == {}


def test_settings_that_cannot_be_read_allow_nothing(
        installation, registered, host, alice):
    """As a newer release would write them: no ticket, rather than a ticket for
    somebody who should not have one."""
    url = f"https://{host}/"
    service = registered(url)
    assert alice.ticket_for(url)
    installation.sql("update sso.service set settings ="
                     " '{\"only_at_night\": true}' where id = %s", service)
    assert alice.login_page(service=url).status == 403


# What counts, and why


def what_counts(installation, url, expect=DONE):
    result = installation.portillon("service", "test", url, "--json",
                                    expect=expect)
    return json.loads(result.stdout)


@pytest.mark.parametrize("first, second, words", [
    ("https://{}/a/b", "https://{}/a/*", "an exact path"),
    ("https://{}/a/*", "https://{}/*", "the longer path"),
    ("https://{}/*", "https://*.services.example/a/*", "a host by its name"),
    ("https://{}/*", "^https://.*\\.services\\.example/.*",
     "plain patterns go before"),
    ("^https://.*\\.services\\.example/a/.*",
     "^https://.*\\.services\\.example/.*", "the older goes first"),
])
def test_the_runner_up_is_shown_with_the_reason(
        installation, registered, host, first, second, words):
    url = f"https://{host}/a/b"
    winner = registered(first.format(host))
    other = registered(second.format(host))
    found = what_counts(installation, url)
    assert found["service"]["id"] == int(winner)
    assert found["runner_up"]["id"] == int(other)
    text = installation.portillon("service", "test", url).stdout
    assert words in text and f"otherwise:  {other}, " in text, text


def test_the_order_of_expressions_is_shown(installation, registered, host):
    registered(f"^https://{escaped(host)}/.*", "--order", "5")
    winner = registered(f"^https://{escaped(host)}/.+", "--order", "-5")
    text = installation.portillon("service", "test",
                                  f"https://{host}/x").stdout
    assert f"{winner}, Application of a test" in text
    assert "the lower order goes first" in text


def test_a_service_out_of_date_gets_no_tickets(installation, registered,
                                               host):
    registered(f"https://{host}/", "--valid-until", "2020-01-01")
    found = what_counts(installation, f"https://{host}/", expect=REFUSED)
    assert found["tickets"] is False and found["runner_up"] is None
    text = installation.portillon("service", "test", f"https://{host}/",
                                  expect=REFUSED).stdout
    assert "not the time for which it is valid" in text


# A ticket for another address, in the log


def failed_request(installation, mark):
    """The id of the one validation that was for another service."""
    lines = [line for line in installation.log(mark).splitlines()
             if "was issued for another service" in line]
    assert len(lines) == 1, lines
    return re.search(r' request="([^"]+)"', lines[0])[1]


def explained(installation, request, expect=DONE):
    return installation.portillon(
        "service", "explain", request, "--log", installation.log_file,
        expect=expect)


@pytest.mark.parametrize("came, difference", [
    ("https://{}/app/Start?x=1",
     'character {}: "start" was issued, "Start" came'),
    ("https://{}/app/start/", 'character {}: "" was issued, "/" came'),
    ("https://{}/app/start?x=2", "none up to the query"),
])
def test_both_addresses_and_where_they_differ(
        installation, registered, host, browser, redeem, came, difference):
    registered(f"https://{host}/*")
    mark = installation.log_size()
    one = signed_in(browser, "alice")
    one.ticket_for("https://app.example/cb")
    ticket = one.ticket_for(f"https://{host}/app/start?x=1")
    one.ticket_for("https://other.example/x")
    url = came.format(host)
    assert redeem(url, ticket).code == "INVALID_SERVICE"
    result = explained(installation, failed_request(installation, mark))
    place = len(f"https://{host}/app/") + 1
    if url.endswith("/"):
        place += len("start")
    assert difference.format(place) in result.stdout, result.stdout
    assert f"https://{host}/app/start\n" in result.stdout
    assert "had 3 tickets before" in result.stdout
    assert ticket not in installation.log(mark)


def test_what_cannot_be_explained_says_why(installation, alice, redeem):
    mark = installation.log_size()
    ticket = alice.ticket_for("https://app.example/cb")
    assert redeem("https://app.example/cb", ticket).ok
    (line,) = [line for line in installation.log(mark).splitlines()
               if "Ticket validated" in line]
    request = re.search(r' request="([^"]+)"', line)[1]
    assert "no address is to blame" in explained(
        installation, request, expect=REFUSED).stderr
    assert "has no answer" in explained(
        installation, "unknown", expect=REFUSED).stderr
    installation.portillon("service", "explain", "x", "--log",
                           installation.folder / "missing", expect=3)
