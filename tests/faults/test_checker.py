# SPDX-License-Identifier: Apache-2.0
"""The checker must find what it is for: each test falsifies one thing, in the
journal of a real load or in the database behind it, and sees it named."""
import dataclasses

import pytest

import checker
import journal
from stage import Load, wait_until


@pytest.fixture(scope="module")
def operations(stage):
    stage.mend()
    stage.forget_tries()
    load = Load(stage, rate=20).start()
    stage_wait(load)
    figures = load.stop()
    assert figures["failed"] == 0, figures
    return load.operations()


def stage_wait(load):
    """Until there is something of everything."""
    wanted = {"validate", "logout", "wrong", "session", "ticket", "signin"}
    wait_until("all kinds of work were done", lambda: load.acknowledged() > 150
               and wanted <= {operation.name for operation
                              in load.operations()})


@pytest.fixture
def database(stage):
    """A connection whose changes nobody keeps."""
    connection = stage.connect()
    connection.autocommit = False
    yield connection
    connection.rollback()
    connection.close()


@pytest.fixture
def findings(operations, database):
    def check(changed=None):
        return checker.check(changed or operations, checker.Records(database))
    return check


def one(operations, name, outcome):
    """The last of them: whatever it left was not changed later."""
    return [operation for operation in operations
            if operation.name == name and operation.outcome == outcome][-1]


def only(found, number):
    """They are of that invariant, and there are some."""
    assert found
    assert {text.split(":")[0] for text in found} == {number}, found


def altered(operations, operation, **changes):
    return [dataclasses.replace(other, **changes) if other is operation
            else other for other in operations]


def execute(connection, query, *values):
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        assert cursor.rowcount == 1, (query, values, cursor.rowcount)


def session_left(operations):
    """A session that nobody ended."""
    told = checker.Told(operations)
    return [session for session in told.user_of
            if session not in told.logout_begun][-1]


def test_the_true_ledger_is_clean(findings):
    assert findings() == []


def test_a_double_acceptance_is_found(operations, findings):
    accepted = one(operations, "validate", "accepted")
    again = dataclasses.replace(accepted, sequence=10 ** 9)
    only(findings([*operations, again]), "L2")


def test_a_forged_identity_is_found(operations, findings):
    accepted = one(operations, "validate", "accepted")
    only(findings(altered(operations, accepted, says=("person9999",))), "L2")
    only(findings(altered(operations, accepted, outcome="mixup")), "L11")


def test_a_spent_ticket_without_a_row_is_found(operations, database, findings):
    accepted = one(operations, "validate", "accepted")
    execute(database, "DELETE FROM sso.redemption WHERE encode(substring("
            "sha256(ticket::bytea) FROM 1 FOR 16), 'hex') = %s",
            accepted.about)
    only(findings(), "L2")


def test_a_lost_session_is_found(operations, database, findings):
    execute(database, "DELETE FROM sso.session WHERE encode(substring(mac "
            "FROM 1 FOR 16), 'hex') = %s", session_left(operations))
    assert any(text.startswith("L1:") for text in findings())


def test_a_refused_session_is_found(operations, findings):
    granted = one(operations, "ticket", "granted")
    found = findings(altered(operations, granted, outcome="refused", says=()))
    assert any(text.startswith("L1:") for text in found), found


def test_a_session_ended_by_nobody_is_found(operations, database, findings):
    execute(database, "UPDATE sso.session SET ended_at = now() WHERE encode("
            "substring(mac FROM 1 FOR 16), 'hex') = %s",
            session_left(operations))
    only(findings(), "L1")


def test_a_session_back_from_its_end_is_found(operations, database, findings):
    ended = one(operations, "logout", "done")
    execute(database, "UPDATE sso.session SET ended_at = NULL WHERE encode("
            "substring(mac FROM 1 FOR 16), 'hex') = %s", ended.about)
    only(findings(), "L5")


def test_a_session_that_works_after_its_end_is_found(operations, findings):
    ended = one(operations, "logout", "done")
    after = [operation for operation in operations
             if operation.name == "session" and operation.about == ended.about
             and operation.begun > ended.ended]
    only(findings(altered(operations, after[0], outcome="accepted")), "L5")


def test_a_fresh_ticket_refused_is_found(operations, findings):
    accepted = one(operations, "validate", "accepted")
    only(findings(altered(operations, accepted, outcome="refused",
                          says=("INVALID_TICKET",))), "L4")


def test_a_lowered_counter_is_found(operations, database, findings):
    refused = one(operations, "wrong", "refused")
    execute(database, "UPDATE sso.throttle SET tries = tries[2:] WHERE encode("
            "substring(name FROM 1 FOR 16), 'hex') = %s", refused.about)
    only(findings(), "L7")


def test_a_guess_that_is_right_is_found(operations, findings):
    refused = one(operations, "wrong", "refused")
    only(findings(altered(operations, refused, outcome="granted")), "L7")


def test_a_sign_in_without_a_trail_is_found(operations, database, findings):
    number, = (row[0] for session, row in
               checker.Records(database).sessions.items()
               if session == session_left(operations))
    database.cursor().execute("DELETE FROM sso.audit WHERE kind = 'signed in' "
                              "AND session = %s", (number,))
    only(findings(), "L10")


def test_a_wrong_answer_is_found(operations, findings):
    answered = one(operations, "session", "accepted")
    only(findings(altered(operations, answered, outcome="wrong")), "L12")


def test_the_journal_reads_a_cut_off_line(tmp_path):
    path = tmp_path / "journal"
    path.write_text("B 1 100 7 0 session person7 abc app1\n"
                    "E 1 200 accepted\nB 2 300 7 0 sess")
    operation, = journal.Journal(path).operations()
    assert (operation.user, operation.outcome) == ("person7", "accepted")
