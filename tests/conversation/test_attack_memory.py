# SPDX-License-Identifier: Apache-2.0
"""Row T227: what is left in memory of passwords, cookies, tickets and keys.

A mistake that shows a visitor a piece of the server's memory is then worth
little.  A release frees memory and the sanitizer's build keeps what was freed,
so what is not wiped is found in the latter for sure.
"""
import base64
import re
import socket
import urllib.parse

import pytest

import saml
from browser import Browser, query_of
from conftest import APPLICATION
from memory import assert_forgotten, found_in_server, only_root
from test_import import HASHES, crypted
from test_second_step import university, visit  # noqa: F401
from test_set_up import RECOVERY, alice, code_of, key_of  # noqa: F401

PASSWORD = "Zürafa&Quetzalcoatl=%73 +Ornithorhynchus~"
WRONG = "Hippopotamus@Popocatepetl=%74 +Xiuhtecuhtli€"

pytestmark = only_root


def spellings(name, secret):
    """As typed, and as a browser sends it in a form."""
    return {name: secret.encode(),
            f"{name}, encoded": urllib.parse.quote(secret, safe="").encode(),
            f"{name}, encoded with a plus":
                urllib.parse.quote_plus(secret).encode()}


class PlainBrowser(Browser):
    """Without TLS, as a proxy speaks."""

    def connect(self):
        self.connection = socket.create_connection(
            ("127.0.0.1", self.installation.port), timeout=30)
        self.stream = self.connection.makefile("rb")


@pytest.fixture(name="person")
def person_fixture(new_account):
    return new_account(password=PASSWORD)[0]


def signed_in(one, person):
    """Signs in and opens an application; the secrets that went over the wire.
    A ticket that was spent is none."""
    assert one.sign_in(person, PASSWORD).status == 303
    return {**spellings("password", PASSWORD),
            "ticket": one.ticket_for(APPLICATION).encode(),
            "session": one.jar["__Host-TGC"].encode()}


def test_T227_nothing_is_left_of_a_sign_in(installation, person):
    one = Browser(installation)
    secrets = signed_in(one, person)
    one.close()
    assert_forgotten(installation, secrets)


def test_T227_nothing_is_left_while_the_connection_stays(installation, person):
    one = Browser(installation)
    secrets = signed_in(one, person)
    assert one.connection is not None
    assert_forgotten(installation, secrets)
    assert one.get("/cas/").status == 200
    one.close()


def test_T227_nothing_is_left_behind_a_proxy(another_server, person):
    """Without TLS the bytes take another way."""
    place = another_server(plain=True)
    one = PlainBrowser(place)
    secrets = signed_in(one, person)
    assert_forgotten(place, secrets)
    one.close()
    assert_forgotten(place, secrets)


@pytest.mark.parametrize("kind", HASHES)
def test_T227_nothing_is_left_of_comparing_old_hashes(
        installation, person, kind):
    """Other libraries than for Argon2id have had the password in hand."""
    installation.sql(
        "update sso.account set password = %s where login = %s",
        crypted(PASSWORD, HASHES[kind]), person)
    one = Browser(installation)
    secrets = signed_in(one, person)
    assert_forgotten(installation, secrets)
    one.close()


def chunked(body):
    cut = len(body) // 2
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece)
                    for piece in (body[:cut], body[cut:], b""))


def posted(one, page, password, chunks=False):
    """The bytes of a sign-in."""
    fields = {**page.form.fields, "username": "alice", "password": password}
    body = query_of(fields).encode()
    length = b"Transfer-Encoding: chunked" if chunks else \
        b"Content-Length: %d" % len(body)
    cookies = "; ".join(f"{key}={text}" for key, text in one.jar.items())
    return (f"POST /cas/login HTTP/1.1\r\nHost: {one.host}\r\n"
            f"Cookie: {cookies}\r\n").encode() + length + (
        b"\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n" +
        (chunked(body) if chunks else body))


@pytest.mark.parametrize("chunks", (False, True))
def test_T227_nothing_is_left_of_a_wrong_password(installation, chunks):
    """Often the right one of somewhere else."""
    one = Browser(installation)
    page = one.login_page()
    answer = one.exchange_once(posted(one, page, WRONG, chunks), "POST")
    assert answer.status == 401 and answer.form is not None
    assert_forgotten(installation, spellings("password", WRONG))
    one.close()


def test_T227_nothing_is_left_of_half_a_request(installation):
    """The client leaves in the middle of its password."""
    one = Browser(installation)
    page = one.login_page()
    data = posted(one, page, WRONG)
    one.connection.sendall(data[:-6])
    secrets = spellings("password", WRONG[:-6])
    secrets = {name: text[:-6] for name, text in secrets.items()}
    one.close()
    assert_forgotten(installation, secrets)


def test_T227_nothing_is_left_of_a_refused_request(installation):
    one = Browser(installation)
    page = one.login_page()
    data = posted(one, page, WRONG).replace(
        b"\r\nHost", b"\r\nX Y: no field\r\nHost")
    assert one.exchange_once(data, "POST").status == 400
    assert_forgotten(installation, spellings("password", WRONG))


def test_T227_nothing_is_left_of_a_refused_saml_request(installation, person):
    """Its ticket was not spent: who asked wrote it twice."""
    one = Browser(installation)
    assert one.sign_in(person, PASSWORD).status == 303
    ticket = one.ticket_for(APPLICATION)
    artifact = f"<samlp:AssertionArtifact>{ticket}</samlp:AssertionArtifact>"
    body = saml.envelope(ticket).decode().replace(artifact, 2 * artifact)
    found = saml.read_assertion(saml.post(
        one, body.encode(), TARGET=APPLICATION))
    assert "one AssertionArtifact" in found.message
    assert_forgotten(installation, {"ticket": ticket.encode()})
    one.close()


def test_T227_nothing_is_left_of_a_session_by_rest(
        another_server, installation, person):
    """Its handle stands in paths, in a field, and in pages."""
    number = installation.service_id(APPLICATION)
    installation.portillon("service", "set", number, "--rest", "yes")
    place = another_server({"PORTILLON_REST_ENDPOINTS": "on"})
    one = Browser(place)
    asked = {"username": person, "password": PASSWORD}
    answer = one.post("/cas/v1/tickets", asked)
    assert answer.status == 201
    handle = answer.location.rpartition("/")[2]
    path = f"/cas/v1/tickets/{handle}"
    ticket = one.post(path, {"service": APPLICATION})
    assert ticket.text.startswith("ST-")
    assert one.get(path).status == 200
    assert one.post("/cas/v1/users", asked).status == 200
    secrets = {**spellings("password", PASSWORD), "handle": handle.encode(),
               "ticket": ticket.text.encode()}
    assert_forgotten(place, secrets)
    assert one.request("DELETE", path).status == 200
    assert_forgotten(place, secrets)
    one.close()
    installation.portillon("service", "set", number, "--rest", "no")


def test_T227_nothing_is_left_of_a_generator(alice):  # noqa: F811
    """Neither of its key, as bytes, text or address, while it is set up and
    when it is used, nor of the recovery codes."""
    place = alice.place
    page = alice.get("/cas/generator")
    key = key_of(page)
    secrets = {"key": base64.b32decode(key), "text": key.encode(),
               "groups": " ".join(re.findall("....", key)).encode()}
    assert secrets["groups"] in page.text.encode()
    assert_forgotten(place, secrets)
    page = alice.send(page, "/cas/generator", code="000000")
    assert key_of(page) == key
    assert_forgotten(place, secrets)
    answer = alice.send(page, "/cas/generator", code=code_of(place, key))
    codes = RECOVERY.findall(answer.text)
    assert len(codes) == 5
    secrets |= {f"recovery code {number}": code.encode()
                for number, code in enumerate(codes)}
    assert_forgotten(place, secrets)


def test_T227_the_text_of_keys_is_not_kept(installation):
    """What was made of them is; a new use of a secret could not be."""
    line = installation.folder.joinpath("keys").read_text().splitlines()[-1]
    spelled = line.split()[1]
    pem = installation.folder.joinpath("tls/localhost.key").read_text()
    secrets = {"key": base64.urlsafe_b64decode(spelled + "="),
               "line": spelled.encode(),
               "TLS key": pem.splitlines()[2].encode()}
    assert found_in_server(installation, secrets) == {}


def test_T227_what_must_be_there_is_found(installation):
    """Else the other tests would prove nothing."""
    found = found_in_server(installation,
                            {"url": installation.url.encode()})
    assert set(found) == {"master", *installation.processes()}


def test_T227_a_request_under_way_is_found(installation):
    """As long as its end has not come, the password has to be there."""
    one = Browser(installation)
    page = one.login_page()
    one.connection.sendall(posted(one, page, WRONG)[:-6])
    name = "password, encoded"
    secrets = {name: spellings("password", WRONG)[name][:-6]}
    found = found_in_server(installation, secrets)
    assert list(found.values()) == [{name}], found
    one.close()


def test_T227_the_server_s_user_reads_no_memory(installation):
    """Nor does another program that runs as the same user."""
    for pid in [installation.server.pid, *installation.processes().values()]:
        result = installation.run(
            ["head", "-c", "1", f"/proc/{pid}/maps"], expect=None)
        assert result.returncode != 0
        assert "Permission denied" in result.stderr
