# SPDX-License-Identifier: Apache-2.0
"""Whatever stands in a directory, answers are valid and give it back (rows F01,
F20, F24, F28, F29, I07; T067): XML, JSON and SAML, read strictly."""
import json
import random
import re

import pytest

import saml
from conftest import APPLICATION
from saml import envelope, read_assertion
from validation import read_json_verdict

SEED = 67
LONG = 65536  # bytes of one value
STANDARD = {"authenticationDate", "isFromNewLogin",
            "longTermAuthenticationRequestTokenUsed"}
WORST = [
    "", " ", "  both ends  ", "\t", "\n", "\r", "a\r\nb", "a\tb", "]]>",
    "<![CDATA[x]]>", "&", "&amp;", "&#0;", "&#x41;", "&lol;", "<", ">", "\"",
    "'", "\\", "\\u0041", "\\ud800", "<cas:user>admin</cas:user>",
    "</cas:attributes></cas:authenticationSuccess>", "<!-- -->", "--",
    "<?xml version='1.0'?>", "<!DOCTYPE x>", "%s%n%00", "[1]", "{}", "null",
    "true", "0", "1e999", "é", "e\u0301", "ﷺ", "𝄞", "👩\u200d🚀", "\U0010ffff",
    "\u0085", "\u00ad", "\u061c", "\u200b", "\u2028\u2029", "\u202e", "\ufeff",
    "\ufdd0", "\ufffd", "\ufffe", "\uffff", "\U0001fffe", "\x7f",
    "".join(map(chr, range(1, 0x20))), "".join(map(chr, range(0x7f, 0xa1))),
]
LONGEST = ["x" * LONG, "<" * LONG, "é" * (LONG // 2), "𝄞" * (LONG // 4),
           "\x01" * LONG]
GOOD_NAMES = ["v", "a-b", "x.y", "_u", "Z9", "eduPersonAffiliation", "xm",
              "users", "n" * 200]
BAD_NAMES = ["user", "USER", "proxies", "Attributes", "isFromNewLogin",
             "SessionIndex", "", " ", "a b", "1a", "-a", ".a", "a:b", "xmlns",
             "XMLthing", "é", "aé", "<b>", "a>", "a\"", "a\n", "a&b", "a/b",
             "𝄞", "\ufffe", "\x01"]
# By how likely they are to hurt: control characters, ASCII, letters,
# punctuation and signs, private and last of the plane, all the others.
RANGES = [(1, 0x20), (0x20, 0x80), (0x80, 0x600), (0x2000, 0x2070),
          (0xe000, 0x10000), (0x10000, 0x110000)]


def in_xml(text):
    """What XML 1.0 can say of it; control characters are dropped."""
    return re.sub("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]", "",
                  text)


def random_texts(dice, count, length):
    def letter():
        return chr(dice.randrange(*dice.choice(RANGES)))
    return ["".join(letter() for _ in range(dice.randrange(length)))
            for _ in range(count)]


@pytest.fixture
def answers(browser, validate, installation, new_account):
    """Lets somebody have attributes, and asks for a ticket of theirs in each
    format: three verdicts."""
    login, password = new_account()
    person, application = browser(), browser()
    assert person.sign_in(login, password).status == 303

    def ask(attributes):
        installation.sql(
            "update sso.account set attributes = %s::jsonb where login = %s",
            json.dumps(attributes), login)
        tickets = [person.ticket_for(APPLICATION) for _ in range(3)]
        return (validate("p3/serviceValidate", tickets[0], APPLICATION),
                read_json_verdict(validate("p3/serviceValidate", tickets[1],
                                           APPLICATION, format="JSON")),
                read_assertion(saml.post(application, envelope(tickets[2]),
                                         TARGET=APPLICATION)))

    yield ask
    installation.sql(
        "update sso.account set attributes = '{}' where login = %s", login)


@pytest.mark.parametrize("values", [
    WORST, LONGEST, *(random_texts(random.Random(SEED + turn), 100, 40)
                      for turn in range(5))],
    ids=["worst", "longest", *map(str, range(5))])
def test_F24_T067_every_value_comes_back(answers, values):
    """Unharmed by JSON, and by XML but for what XML cannot say."""
    in_xml_alone, in_json, in_saml = answers({"v": values, "last": "one"})
    sent = [in_xml(value) for value in values]
    assert in_xml_alone.values("v") == sent
    assert in_saml.attributes["v"] == sent
    assert in_json.values("v") == values
    for verdict in (in_xml_alone, in_json):
        assert verdict.values("last") == ["one"]
        assert verdict.answer.body.isascii()


def test_F29_only_names_that_clients_can_read_are_sent(answers):
    dice = random.Random(SEED)
    odd = [name for name in random_texts(dice, 200, 6)
           if not re.fullmatch("[A-Za-z_][A-Za-z0-9_.-]*", name)]
    assert len(odd) > 150
    names = [*GOOD_NAMES, *BAD_NAMES, *odd]
    in_xml_alone, in_json, in_saml = answers(
        {name: [f"value {number}"] for number, name in enumerate(names)})
    wanted = {name: [f"value {number}"]
              for number, name in enumerate(GOOD_NAMES)}
    for verdict in (in_xml_alone, in_json):
        found = {name: verdict.values(name)
                 for name, _ in verdict.attributes if name not in STANDARD}
        assert found == wanted
        assert all(len(verdict.values(name)) == 1 for name in STANDARD)
    assert {name: values for name, values in in_saml.attributes.items()
            if name not in STANDARD} == wanted


def test_T067_more_than_an_answer_holds_is_a_clean_failure(answers):
    """A mebibyte: refused whole, not cut."""
    in_xml_alone, in_json, in_saml = answers({"v": "x" * (1 << 20)})
    assert in_xml_alone.code == in_json.code == "INTERNAL_ERROR"
    assert in_saml.status == saml.DENIED


@pytest.mark.parametrize("value", [
    7, -1.5, True, None, [], [None], {}, {"a": ["b"]}, [["a", "b"], {"c": 1}]])
def test_F01_values_that_are_no_texts_stay_leaves(answers, value):
    """Not that an import lets them in; a hand in the database may."""
    for verdict in answers({"v": value, "last": "one"}):
        assert verdict.ok
