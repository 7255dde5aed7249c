# SPDX-License-Identifier: Apache-2.0
"""A generator is set up on the way in, because the policy demands it
(requirements R-042, R-051, R-053; rows T105, T107, T129)."""
import json

import pytest

from conftest import APPLICATION
from test_second_step import later, university, visit  # noqa: F401
from test_set_up import RECOVERY, code_of, key_of


@pytest.fixture(scope="module")
def demanding(university):  # noqa: F811
    """A policy that knows nothing but the app; `proof` says what comes first:
    "password", or "email_code"."""
    place, _ = university

    def demand(proof):
        document = json.loads(POLICY)
        document["profiles"]["everyone"]["enrol.proof"] = proof
        file = place.folder / "demanding.json"
        file.write_text(json.dumps(document))
        file.chmod(0o644)
        place.portillon("policy", "apply", str(file))

    return demand


POLICY = json.dumps({
    "format": 1, "name": "Demanding", "comment": "An app, from the start.",
    "profiles": {"everyone": {
        "requirement": "require", "mode": "impose", "solutions": ["totp"],
        "level_min": 1, "enrol.grace": "0s", "recovery.count": 3,
        "email.allowed_kinds": ["personal"],
        "email.source": ["directory", "office"], "self_remove": "never",
        "notice.events": ["factor_change", "recovery_used"]}},
    "default": "everyone", "rules": []})


@pytest.fixture
def alice(visit):  # noqa: F811
    one = visit()
    one.place.sql("delete from sso.enrolment")
    yield one
    one.place.sql("delete from sso.enrolment")


def led_to_set_up(one):
    """The page to which somebody without an app is led."""
    answer = one.password()
    assert answer.location.endswith("/cas/mfa")
    answer = one.get("/cas/mfa")
    assert answer.location.endswith("/cas/mfa/set-up")
    return one.get("/cas/mfa/set-up")


def test_R042_set_up_on_the_way_in(alice, demanding):
    """The code that confirms the app completes the sign-in: behind the
    recovery codes waits the application."""
    demanding("password")
    page = led_to_set_up(alice)
    assert 'class="service"' in page.text
    assert "__Host-TGC" not in alice.browser.jar
    answer = alice.send(page, "/cas/mfa/set-up",
                        code=code_of(alice.place, key_of(page)))
    assert len(RECOVERY.findall(answer.text)) == 3
    assert "__Host-TGC" not in alice.browser.jar
    answer = alice.send(answer, "/cas/mfa/codes")
    assert answer.ticket, (answer.status, answer.text)
    assert answer.location.startswith(APPLICATION)
    dashboard = alice.get("/cas/").text
    assert "3 left" in dashboard and "Remove</button>" not in dashboard


def test_the_codes_are_shown_once_and_the_way_on_stays(alice, demanding):
    demanding("password")
    page = led_to_set_up(alice)
    alice.send(page, "/cas/mfa/set-up",
               code=code_of(alice.place, key_of(page)))
    assert alice.get("/cas/mfa").location.endswith("/cas/mfa/codes")
    assert alice.get("/cas/mfa/set-up").location.endswith("/cas/mfa/codes")
    page = alice.get("/cas/mfa/codes")
    assert "were shown once" in page.text
    assert not RECOVERY.findall(page.text)
    assert alice.send(page, "/cas/mfa/codes").ticket


def test_a_mailed_code_comes_before_the_app_where_the_policy_says_so(
        alice, demanding):
    demanding("email_code")
    page = alice.asked(alice.password())
    answer = alice.get("/cas/mfa/set-up")
    assert answer.location.endswith("/cas/mfa")
    answer = alice.send(page, code=alice.mailed())
    assert answer.location.endswith("/cas/mfa/set-up")
    page = alice.get("/cas/mfa/set-up")
    answer = alice.send(page, "/cas/mfa/set-up",
                        code=code_of(alice.place, key_of(page)))
    assert alice.send(answer, "/cas/mfa/codes").ticket


@pytest.mark.parametrize("path", ["/cas/mfa/codes", "/cas/mfa"])
def test_T105_no_way_around_the_app(alice, demanding, path):
    """The right password, and then every form but the right one."""
    demanding("password")
    page = led_to_set_up(alice)
    answer = alice.send(page, path, code="123456")
    assert answer.location.endswith("/cas/mfa/set-up")
    assert alice.get("/cas/").status == 302
    assert "ticket=" not in (alice.get("/cas/login", {
        "service": APPLICATION}).location or "")


def test_T129_no_second_app_by_the_password(alice, demanding):
    """Who has an app already is asked for its code, and cannot set up
    another."""
    demanding("password")
    page = led_to_set_up(alice)
    key = key_of(page)
    answer = alice.send(page, "/cas/mfa/set-up",
                        code=code_of(alice.place, key))
    alice.send(answer, "/cas/mfa/codes")
    alice.browser.jar.clear()
    page = alice.asked(alice.password())
    assert alice.get("/cas/mfa/set-up").location.endswith("/cas/mfa")
    assert alice.send(page, "/cas/mfa/set-up", code="123456"
                      ).location.endswith("/cas/mfa")
    later(alice.place, minutes=1)
    assert alice.send(page, code=code_of(alice.place, key)).ticket


def test_the_sign_in_ends_after_15_minutes(alice, demanding):
    demanding("password")
    page = led_to_set_up(alice)
    later(alice.place, minutes=16)
    answer = alice.send(page, "/cas/mfa/set-up",
                        code=code_of(alice.place, key_of(page)))
    assert answer.location.endswith("/cas/login")
    assert not alice.place.sql(
        "select 1 from sso.enrolment where state = 'active'")


def test_two_sign_ins_have_secrets_of_their_own(alice, demanding, visit):  # noqa: F811
    """T107: and neither is confirmed by the other's code."""
    demanding("password")
    first = led_to_set_up(alice)
    other = visit()
    second = led_to_set_up(other)
    assert key_of(first) != key_of(second)
    answer = other.send(second, "/cas/mfa/set-up",
                        code=code_of(alice.place, key_of(first)))
    assert "earlier QR code" in answer.text
    assert not alice.place.sql(
        "select 1 from sso.enrolment where state = 'active'")
