# SPDX-License-Identifier: Apache-2.0
"""/validate of CAS 1.0: two lines of text (protocol specification 2.4)."""
import pytest

from conftest import APPLICATION, PEOPLE

YES = b"yes\nalice\n"
NO = b"no\n\n"


def test_E01_success_is_yes_and_the_user_to_the_byte(alice, validate):
    answer = validate("validate", alice.ticket_for(APPLICATION), APPLICATION)
    assert answer.body == YES
    assert answer.status == 200
    assert answer.header("Content-Type").startswith("text/plain")


def test_E02_failure_is_no_and_an_empty_line(validate):
    answer = validate("validate", "ST-unknown", APPLICATION)
    assert answer.body == NO
    assert answer.status == 200
    assert answer.header("Content-Type").startswith("text/plain")


def test_E03_missing_parameters_fail(alice, validate):
    ticket = alice.ticket_for(APPLICATION)
    for answer in (validate("validate"), validate("validate", ticket),
                   validate("validate", service=APPLICATION),
                   validate("validate", "", "")):
        assert (answer.status, answer.body) == (200, NO)


def test_E05_renew_wants_a_password_given_for_this_ticket(
        alice, browser, validate):
    silent = alice.ticket_for(APPLICATION)
    assert validate("validate", silent, APPLICATION, renew="true").body == NO
    fresh = browser().sign_in("alice", PEOPLE["alice"], APPLICATION).ticket
    assert validate("validate", fresh, APPLICATION, renew="true").body == YES


@pytest.mark.parametrize("login", ["two\nlines", "two\r\nlines", "a\tb",
                                   "a b", "nul\x7f", "é"])
def test_E06_a_user_name_cannot_make_a_second_line(installation, login):
    refused = installation.portillon(
        "account", "add", login, "--name", "X", "--password-stdin",
        input="a good password\n", expect=None)
    assert refused.returncode in (1, 2)


def test_E07_a_ticket_is_good_once(alice, validate):
    ticket = alice.ticket_for(APPLICATION)
    assert validate("validate", ticket, APPLICATION).body == YES
    assert validate("validate", ticket, APPLICATION).body == NO


def test_E07_the_wrong_service_spends_the_ticket(alice, validate):
    ticket = alice.ticket_for(APPLICATION)
    other = "https://other.example/"
    assert validate("validate", ticket, other).body == NO
    assert validate("validate", ticket, APPLICATION).body == NO


def test_E07_a_late_ticket_fails(alice, validate, installation):
    ticket = alice.ticket_for(APPLICATION)
    installation.clock.shift(33)
    assert validate("validate", ticket, APPLICATION).body == NO
