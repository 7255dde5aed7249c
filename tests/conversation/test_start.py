# SPDX-License-Identifier: Apache-2.0
"""The first minute of an installation."""
from browser import Browser, is_ready, query_of
from conftest import APPLICATION, PEOPLE, ended, furnish
from installation import Installation


def test_who_is_ready_can_spend_tickets_at_once():
    """On a database that was just migrated, without waiting for anything."""
    place = Installation()
    try:
        place.make()
        furnish(place)
        place.start()
        one = Browser(place)
        assert is_ready(place)
        ticket = one.sign_in("alice", PEOPLE["alice"], APPLICATION).ticket
        answer = one.get("/cas/serviceValidate?" + query_of(
            {"ticket": ticket, "service": APPLICATION}))
        one.close()
        assert answer.status == 200
        assert b"<cas:user>alice<" in answer.body
    finally:
        ended(place)
