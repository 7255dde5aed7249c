# SPDX-License-Identifier: Apache-2.0
"""Setting up a generator, from the dashboard and at sign-in, replacing and
removing it, and the phone that is lost (requirements R-042 to R-070, R-087;
rows T112, T129 to T133, T144)."""
import base64
import json
import re

import pyotp
import pytest

from conftest import PEOPLE
from browser import Browser
from installation import wait_until
from test_door import in_parallel
from test_once import ROUNDS, Round
from test_second_step import DAY, later, university, visit  # noqa: F401

KEY = re.compile(r'<code class="key"[^>]*>([A-Z2-7 ]+)</code>')
URI = re.compile(r'href="(otpauth://[^"]+)"')
RECOVERY = re.compile(r"<li><code>([0-9A-Z-]+)</code></li>")


def key_of(page):
    return KEY.search(page.text)[1].replace(" ", "")


def code_of(place, key, steps=0):
    """What an authenticator app shows, some steps from now."""
    return pyotp.TOTP(key).at(place.clock.now() + 30 * steps)


def no_longer_fresh(place, minutes=11):
    later(place, minutes=minutes)


def forget_generators(place):
    place.sql("delete from sso.enrolment")
    place.sql("update sso.account set trust_epoch = null, removed_at = null")


@pytest.fixture
def alice(visit):  # noqa: F811
    """Signed in by a mailed code a moment ago, without a generator."""
    one = visit()
    forget_generators(one.place)
    one.sign_in()
    yield one
    forget_generators(one.place)


def set_up(one):
    """From the dashboard: (key, recovery codes)."""
    page = one.get("/cas/generator")
    assert page.status == 200, (page.status, page.location)
    key = key_of(page)
    answer = one.send(page, "/cas/generator", code=code_of(one.place, key))
    assert answer.status == 200, answer.text
    return key, RECOVERY.findall(answer.text)


def letters_about(one, words):
    return [letter for letter in one.box.letters
            if words in letter.message["Subject"]]


def test_R045_set_up_from_the_dashboard(alice):
    """R-049, R-050, R-064: the key is shown as QR code, as link and as text, a
    code confirms it, five recovery codes come once, a mail tells."""
    assert "Set up an app" in alice.get("/cas/").text
    page = alice.get("/cas/generator")
    assert "no-store" in page.header("Cache-Control")
    key = key_of(page)
    uri = URI.search(page.text)[1].replace("&amp;", "&")
    parsed = pyotp.parse_uri(uri)
    assert (parsed.secret, parsed.name) == (key, "alice")
    assert re.search(r'<svg class="qr-code".*<path d="M', page.text, re.S)
    answer = alice.send(page, "/cas/generator",
                        code=code_of(alice.place, key))
    codes = RECOVERY.findall(answer.text)
    assert len(codes) == len(set(codes)) == 5
    assert "no-store" in answer.header("Cache-Control")
    dashboard = alice.get("/cas/").text
    assert "Authenticator app" in dashboard and "5 left" in dashboard
    assert not any(code in dashboard for code in codes)
    wait_until("a mail tells", lambda: letters_about(alice, "added"))


def test_the_app_then_opens_and_a_code_only_once(alice):
    """R-051 to R-056, T112: a step is used up, by setting up already."""
    key, _ = set_up(alice)
    alice.browser.jar.clear()
    page = alice.asked(alice.password())
    assert "A code was sent" not in page.text  # the app is there
    assert "already used" in alice.send(
        page, code=code_of(alice.place, key)).text
    code = code_of(alice.place, key, 1)
    assert alice.send(page, code=code).ticket


def test_the_secret_survives_reloads_for_15_minutes(alice):
    first = key_of(alice.get("/cas/generator"))
    assert key_of(alice.get("/cas/generator")) == first
    later(alice.place, minutes=9)
    assert key_of(alice.get("/cas/generator")) == first
    later(alice.place, minutes=16)
    alice.browser.jar.clear()
    alice.sign_in()
    assert key_of(alice.get("/cas/generator")) != first


def test_an_old_qr_code_is_recognised(alice):
    old = key_of(alice.get("/cas/generator"))
    alice.browser.jar.clear()
    later(alice.place, minutes=2)
    alice.sign_in()
    page = alice.get("/cas/generator")
    assert key_of(page) != old
    answer = alice.send(page, "/cas/generator",
                        code=code_of(alice.place, old))
    assert "earlier QR code" in answer.text
    assert "Set up an app" in alice.get("/cas/").text


@pytest.mark.parametrize("code,words", [
    ("123456", "This code is not right"), ("", "Type the code"),
    ("1234567", "This code is not right"), ("' or 1=1", "not right")])
def test_a_wrong_code_confirms_nothing(alice, code, words):
    page = alice.get("/cas/generator")
    answer = alice.send(page, "/cas/generator", code=code)
    assert words in answer.text
    assert key_of(answer) == key_of(page)
    assert not alice.place.sql(
        "select 1 from sso.enrolment where state <> 'pending'")


def test_a_late_phone_is_told(alice):
    page = alice.get("/cas/generator")
    answer = alice.send(page, "/cas/generator",
                        code=code_of(alice.place, key_of(page), -8))
    assert "4 min" in answer.text, answer.text


def test_T129_no_set_up_without_a_fresh_second_step(alice):
    """A session alone is not enough, nor is a password with a trusted
    browser."""
    alice.browser.jar.clear()
    later(alice.place, minutes=2)
    alice.sign_in(trust=True)
    no_longer_fresh(alice.place, 14)
    answer = alice.get("/cas/generator")
    assert answer.location.endswith("/cas/login?renew=true")
    letters = len(alice.letters())
    form = alice.get("/cas/login", {"renew": "true"})
    answer = alice.send(form, username="alice", password=PEOPLE["alice"])
    assert answer.location.endswith("/cas/mfa"), answer.location
    assert alice.get("/cas/generator").status == 302
    page = alice.get("/cas/mfa")
    answer = alice.send(page, code=alice.mailed(letters + 1))
    assert answer.location.endswith("/cas/")
    assert "it is you" in alice.get("/cas/").text
    assert alice.get("/cas/generator").status == 200


def test_T131_a_secret_is_for_the_session_that_it_was_made_for(alice, visit):  # noqa: F811
    """Neither another person's page nor a parameter chooses whose it is."""
    bob = visit()
    bob.sign_in("bob")
    key = key_of(alice.get("/cas/generator"))
    page = bob.get("/cas/generator")
    answer = bob.send(page, "/cas/generator", username="alice", id="1",
                      code=code_of(alice.place, key))
    assert "not right" in answer.text
    assert not alice.place.sql(
        "select 1 from sso.enrolment where state = 'active'")


def test_a_second_session_does_not_see_the_secret(alice, visit):  # noqa: F811
    key = key_of(alice.get("/cas/generator"))
    later(alice.place, minutes=2)
    other = visit()
    other.sign_in()
    assert key_of(other.get("/cas/generator")) != key


def test_T132_the_secret_is_sealed_and_never_logged(alice):
    key, codes = set_up(alice)
    (secret, hashes), = alice.place.sql(
        "select secret, (select string_agg(hash, ' ') from sso.recovery_code)"
        " from sso.enrolment where state = 'active'")
    assert base64.b32decode(key) not in bytes(secret)
    log = alice.place.log()
    for shown in [key, *codes, *[code.replace("-", "") for code in codes]]:
        assert shown not in log and shown not in hashes


def test_R058_a_new_generator_replaces_the_old_one(alice):
    """R-060, R-069: the old app and its recovery codes are out, and so is the
    trust that the old app gave."""
    old, old_codes = set_up(alice)
    page = alice.get("/cas/generator")
    assert "will stop working" in page.text
    new, codes = set_up_again(alice)
    assert new != old
    alice.browser.jar.clear()
    page = alice.asked(alice.password())
    later(alice.place, minutes=1)
    assert "not right" in alice.send(
        page, code=code_of(alice.place, old)).text
    assert "not right" in alice.send(page, code=old_codes[0]).text
    assert alice.send(page, code=codes[0]).ticket


def set_up_again(one):
    page = one.get("/cas/generator")
    key = key_of(page)
    answer = one.send(page, "/cas/generator", code=code_of(one.place, key))
    return key, RECOVERY.findall(answer.text)


def test_R065_a_recovery_code_works_once(alice):
    """R-066, R-067: in the field of the app; a mail tells, with what is left."""
    _, codes = set_up(alice)
    alice.box.letters.clear()
    alice.browser.jar.clear()
    page = alice.asked(alice.password())
    assert alice.send(page, code=codes[2].lower().replace("-", " ")).ticket
    (letter,) = wait_until("a mail tells", lambda: letters_about(
        alice, "ecovery code"))
    assert "4" in letter.text and codes[2] not in letter.text
    alice.browser.jar.clear()
    page = alice.asked(alice.password())
    assert "already used" in alice.send(page, code=codes[2]).text
    assert alice.send(page, code=codes[3]).ticket


def test_the_generator_can_be_removed(alice):
    """R-061: and added again at any time."""
    key, codes = set_up(alice)
    page = alice.get("/cas/")
    answer = alice.send(page, "/cas/generator/remove")
    assert answer.status == 303
    assert "The app was removed" in alice.get("/cas/").text
    alice.browser.jar.clear()
    later(alice.place, minutes=2)
    page = alice.asked(alice.password())
    assert "not right" in alice.send(
        page, code=code_of(alice.place, key)).text
    assert "not right" in alice.send(page, code=codes[0]).text
    assert alice.send(page, code=alice.mailed(2)).ticket
    wait_until("a mail tells", lambda: letters_about(alice, "removed"))
    assert key_of(alice.get("/cas/generator"))


def test_R087_the_phone_is_lost(alice, visit):  # noqa: F811
    """One form ends the generator, all trust and all other sessions."""
    key, codes = set_up(alice)
    elsewhere = visit()
    later(alice.place, minutes=1)
    page = elsewhere.asked(elsewhere.password())
    assert elsewhere.send(page, code=code_of(alice.place, key),
                          trust="true").ticket
    page = alice.get("/cas/lost-phone")
    assert "do not work any more" in page.text
    answer = alice.send(page, "/cas/lost-phone")
    assert answer.location.endswith("/cas/generator")
    assert elsewhere.get("/cas/").status == 302
    elsewhere.forget_session()
    page = elsewhere.asked(elsewhere.password())  # trusted no more
    assert "not right" in elsewhere.send(page, code=codes[0]).text
    assert alice.get("/cas/generator").status == 200
    (letter,) = wait_until("a mail tells", lambda: [
        one for one in alice.box.letters if "session" in one.text.lower()
        and "trust" in one.text.lower()])
    assert letter.recipients == ["alice@home.example"]


def test_forms_of_others_are_refused(alice, visit):  # noqa: F811
    """1O: each of the forms wants its token, and its own browser's: a right
    code sets nothing up, and nothing is taken away."""
    key, _ = set_up(alice)
    bob = visit()
    bob.sign_in("bob")
    other = bob.get("/cas/lost-phone").form.fields["execution"]
    fresh = key_of(alice.get("/cas/generator"))
    standing = standing_of(alice)
    for token in ({}, {"execution": ""}, {"execution": other}):
        for path in ("/cas/generator", "/cas/generator/remove",
                     "/cas/lost-phone"):
            alice.browser.post(
                path, {"code": code_of(alice.place, fresh), **token},
                headers=alice.headers)
            assert standing_of(alice) == standing, (path, token)
    assert alice.get("/cas/").status == 200


def standing_of(one):
    """Generators, codes, trust and sessions, as they stand."""
    return one.place.sql(
        "select (select array_agg(id order by id) from sso.enrolment"
        " where state = 'active'),"
        " (select count(*) from sso.recovery_code where used_at is null),"
        " (select max(trust_epoch) from sso.account),"
        " (select count(*) from sso.session where ended_at is null)")


def test_T112_a_code_confirms_once_in_many_tabs(alice):
    """One generator, one set of codes."""
    page = alice.get("/cas/generator")
    code = code_of(alice.place, key_of(page))

    statuses = []

    def confirm(_):
        tab = Browser(alice.place)
        tab.jar.update(alice.browser.jar)
        statuses.append(tab.post(
            "/cas/generator", {**page.form.fields, "code": code},
            headers=alice.headers).status)

    in_parallel(confirm, range(16))
    assert statuses.count(200) >= 1
    assert alice.place.sql(
        "select count(*), (select count(*) from sso.recovery_code)"
        " from sso.enrolment where state = 'active'") == [(1, 5)]


def test_a_key_stays_while_it_seals_anything(alice):
    """What apps share with the server outlives a change of keys."""
    place = alice.place
    key, _ = set_up(alice)
    old = json.loads(place.portillon("keys", "list", "--json").stdout)
    place.portillon("keys", "add")
    place.restart()
    fresh = max(one["key"] for one in json.loads(
        place.portillon("keys", "list", "--json").stdout))
    place.portillon("keys", "use", fresh)
    later(place, days=40)
    retiring = max(one["key"] for one in old)
    refusal = place.portillon("keys", "retire", retiring, expect=1)
    assert "keys reseal" in refusal.stderr
    assert "sealed 1 secrets" in place.portillon("keys", "reseal").stdout
    assert "sealed 0 secrets" in place.portillon("keys", "reseal").stdout
    place.portillon("keys", "retire", retiring)
    place.restart()
    alice.browser.jar.clear()
    page = alice.asked(alice.password())
    assert alice.send(page, code=code_of(place, key)).ticket


def test_T236_what_nobody_ended_is_swept(alice):
    """Sign-ins in progress and secrets that no code confirmed."""
    place = alice.place
    alice.get("/cas/generator")
    later(place, days=2)
    place.restart()
    yesterday = place.clock.now() - DAY
    wait_until("all is swept", lambda: place.sql(
        "select (select count(*) from sso.sign_in"
        " where expires_at < to_timestamp(%s))"
        " + (select count(*) from sso.enrolment"
        " where created_at < to_timestamp(%s))",
        yesterday, yesterday) == [(0,)])


def test_T124_a_recovery_code_opens_once(alice):
    """Four at once: it is used up by one of them."""
    _, codes = set_up(alice)
    alice.browser.jar.clear()
    here = Round(alice, alice.asked(alice.password()))
    for _ in range(ROUNDS // 5):  # each is hashed four times
        for statement in (
                "update sso.sign_in set step = 'code', opened_mac = null,"
                " verified_at = null, verified_by = null"
                " where expires_at > now()",
                "update sso.recovery_code set used_at = null",
                "delete from sso.throttle"):
            alice.place.sql(statement)
        assert here.opened(codes[0]) == 1
    here.close()
