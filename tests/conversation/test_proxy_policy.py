# SPDX-License-Identifier: Apache-2.0
"""Proxy tickets where a policy demands a second step (row T077): nobody is
there to be asked for a code, so whose session is not enough has no ticket.
No network spares it, neither the application's nor that of the sign-in."""
import pytest

from browser import Browser
from conftest import APPLICATION
from installation import wait_until
from proxying import NAME, SETTINGS, Proxying
from test_second_step import (CAMPUS, HOME, university, visit)  # noqa: F401
from validation import read_proxy_answer

STRICT = "https://strict.example/cb"


@pytest.fixture(name="app", scope="module")
def app_fixture(university):  # noqa: F811
    place, _ = university
    with open(place.config, "a", encoding="utf-8") as config:
        config.write(SETTINGS.format(folder=place.folder))
    place.portillon("tenant", "add", "strict", "Strict")
    place.add_service(STRICT, "--tenant", "strict")
    place.portillon("policy", "apply", "company", "--tenant", "strict")
    app = Proxying(place)
    place.restart()
    yield app
    app.close()
    place.sql("delete from sso.service where name = %s", NAME)


def granted(app, visitor, **how):
    """A granting ticket of a session that the visitor opens."""
    ticket = visitor.sign_in(service=app.url(), **how).ticket
    verdict = app.validate(ticket)
    assert verdict.granting_iou, verdict
    return app.of_iou(verdict.granting_iou)


def asks(app, granting, target=APPLICATION, address=HOME):
    """The application asks from this address: (ticket, code, description)."""
    one = Browser(app.place)
    answer = one.get("/cas/proxy", {"pgt": granting, "targetService": target},
                     headers={"X-Forwarded-For": address})
    one.close()
    return read_proxy_answer(answer)


def refused(app, granting, **how):
    _, code, words = asks(app, granting, **how)
    return code == "UNAUTHORIZED_SERVICE" and "demands more" in words


def test_a_code_in_the_session_is_enough(app, visit):  # noqa: F811
    alice = visit(HOME)
    granting = granted(app, alice)
    assert alice.was_asked and asks(app, granting)[0]


def test_T077_what_another_organisation_demands_as_well(
        app, visit):  # noqa: F811
    granting = granted(app, visit(HOME))
    assert refused(app, granting, target=STRICT)
    assert refused(app, granting, target=STRICT, address=CAMPUS)
    assert asks(app, granting)[0]


def test_T155_a_session_that_began_on_campus_may_have_left(
        app, visit):  # noqa: F811
    """Nobody was asked for a code on campus; at home they would be."""
    alice = visit(CAMPUS)
    granting = granted(app, alice)
    assert not alice.was_asked
    assert refused(app, granting, address=CAMPUS)
    assert refused(app, granting, address=HOME)


def test_T144_a_trusted_browser_until_it_is_forgotten(
        app, visit):  # noqa: F811
    alice = visit(HOME)
    alice.sign_in(trust=True)
    alice.forget_session()
    granting = granted(app, alice)
    assert not alice.was_asked and asks(app, granting)[0]
    app.place.sql("update sso.browser_trust set revoked_at = now()")
    assert refused(app, granting)


def test_who_signed_in_before_there_was_a_policy(app, visit):  # noqa: F811
    """As for service tickets: from the next sign-in on."""
    granting = granted(app, visit(HOME))
    app.place.sql("update sso.session set verified_at = null,"
                  " verified_by = null, skipped = 'off'")
    wait_until("it is as before", lambda: asks(app, granting)[0])
