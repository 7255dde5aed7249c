# SPDX-License-Identifier: Apache-2.0
"""Mails: from the outbox through the courier to a mail server, whatever that
does (rows T169 to T175, F-11)."""
import os
import re
import signal
import time

import pytest

import mail_server
from browser import Browser
from installation import free_port, wait_until
from mail_server import Mailbox
from metrics import Growth, metrics, value

SETTINGS = """
[mail]
server = smtp://localhost:{port}
from = sso@example.org
ca = {folder}/tls/ca.crt
timeout = 4
"""
LEASE = 40  # seconds: the time-out, and what a claim has on top
RETRY = 100  # seconds: when the first repetition is due for sure


@pytest.fixture(scope="module")
def post(private_installation):
    """An installation that sends mails, and its mail server: (place, box)."""
    place = private_installation
    tls = place.folder / "tls"
    box = Mailbox(free_port(), tls / "localhost.crt", tls / "localhost.key")
    box.start()
    with open(place.config, "a", encoding="utf-8") as config:
        config.write(SETTINGS.format(port=box.port, folder=place.folder))
    place.restart()
    place.away = 0
    yield place, box
    box.stop()


@pytest.fixture(autouse=True)
def tidy(post):
    """Each test begins with an empty outbox and a good mail server."""
    place, box = post
    wait_until("nothing is under way", lambda: not place.sql(
        "select 1 from sso.outbox where claimed_by is not null"
        " and payload is not null"))
    place.sql("delete from sso.outbox")
    box.be_good()


def later(place, seconds):
    place.away += seconds
    place.clock.shift(place.away)


def send(place, address="marie@example.org", wait=20, expect=0):
    return place.portillon("mail", "test", address, "--wait", str(wait),
                           expect=expect)


def row(place):
    """Of the only row: how it stands."""
    (found,) = place.sql(
        "select delivered_at is not null, failed_at is not null, tries,"
        " last_error, payload is null from sso.outbox")
    return dict(zip(("delivered", "failed", "tries", "why", "empty"), found))


def delivered(place):
    return wait_until("the mail is delivered",
                      lambda: row(place)["delivered"] and row(place))


def test_whole_way(post):
    """One mail, over TLS, as composed; nothing of it stays behind."""
    place, box = post
    assert "has taken the mail" in send(place).stdout
    (letter,) = box.letters
    assert letter.encrypted
    assert letter.recipients == ["marie@example.org"]
    assert letter.message["To"] == "marie@example.org"
    assert letter.message["From"] == "Test University <sso@example.org>"
    assert letter.message["Subject"] == "Test mail from Test University"
    assert letter.message["Message-ID"].endswith("@localhost>")
    assert place.url in letter.text
    assert row(place) == {"delivered": True, "failed": False, "tries": 1,
                          "why": None, "empty": True}
    assert not place.sql("select 1 from sso.outbox where payload is not null")


def test_check_asks_the_mail_server(post):
    place, box = post
    assert "ok: mail server" in place.portillon("check", expect=None).stdout
    box.script = mail_server.refuses_all
    told = place.portillon("check", expect=1).stdout
    assert "finding: mail server smtp://localhost" in told
    assert "554" in told


def test_counted(post):
    place, _ = post
    growth = Growth(place)
    send(place)
    wait_until("it is counted", lambda: growth.of(
        "portillon_mails_total", result="delivered") == 1)
    wait_until("none waits", lambda: value(
        metrics(place), "portillon_mails_waiting", process="courier") == 0)


@pytest.mark.parametrize("address", [
    "a@b>\r\nRCPT TO:<x@example.org", '"a b"@example.org', "a@example.org\n",
    "-oQ/tmp@example.org", "user%elsewhere@example.org",
    "elsewhere!user@example.org", "@a.example:b@example.org",
    "marié@example.org", "a@[127.0.0.1]", "marie", "a,b@example.org",
    "a" * 65 + "@example.org", "a@" + "b" * 63 + ".example" * 30])
def test_T169_addresses(post, address):
    """What is no plain address is refused before anything is written."""
    place, box = post
    result = place.portillon("mail", "test", "--wait", "0", "--", address,
                             expect=1)
    assert "mail address" in result.stderr
    assert not place.sql("select 1 from sso.outbox")
    assert not box.letters


def test_T169_one_message(post):
    """Only CRLF, short lines, and none that begins with a dot."""
    place, box = post
    send(place)
    raw = box.letters[0].raw
    assert raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n")
    lines = raw.split(b"\r\n")
    assert all(len(line) <= 76 for line in lines)
    assert not any(line.startswith(b".") for line in lines)
    assert raw.isascii()


def test_T170_links_are_ours(post):
    """Addresses in a mail come from the settings only."""
    place, box = post
    send(place)
    links = set(re.findall(r"https?://[^\s>]+", box.letters[0].text))
    assert {link.rstrip(".,") for link in links} == {place.url}


def test_T172_no_tls_no_mail(post):
    """A server that does not offer STARTTLS gets nothing to read."""
    place, box = post
    box.offers_tls = False
    assert "not yet" in send(place, expect=1).stderr
    assert not box.letters
    box.offers_tls = True
    later(place, RETRY)
    delivered(place)


def test_T172_another_certificate(post):
    """A certificate that nobody vouches for: nothing is sent."""
    place, box = post
    tls = place.folder / "tls"
    place.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
               "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
               "-addext", "subjectAltName=DNS:localhost", "-keyout",
               tls / "false.key", "-out", tls / "false.crt"])
    box.tls.load_cert_chain(tls / "false.crt", tls / "false.key")
    try:
        result = send(place, expect=1)
    finally:
        box.tls.load_cert_chain(tls / "localhost.crt", tls / "localhost.key")
    assert "certificate" in result.stderr
    assert not box.letters


@pytest.mark.parametrize("stage", ["RCPT", "end"])
def test_T173_nothing_is_quoted(post, stage):
    """A refusal that quotes the mail leaves its number only."""
    place, box = post
    mark = place.log_size()
    box.answers[stage] = "550 5.7.1 <marie@example.org> wrote: 4821 7736"
    result = send(place, expect=1)
    assert "550" in result.stderr
    for words in (result.stderr, place.log(mark), row(place)["why"]):
        assert "4821" not in words
        assert "marie" not in words


def test_T174_no_loops(post):
    """No bounce and no auto-reply finds its way back."""
    place, box = post
    send(place)
    (letter,) = box.letters
    assert letter.sender in ("", "<>")
    assert letter.message["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "end"])
def test_T175_later(post, stage):
    """4xx: again after a minute, the same mail."""
    place, box = post
    box.answers[stage] = "450 greylisted"
    assert "450" in send(place, expect=1).stderr
    assert not row(place)["failed"]
    known = {one.message["Message-ID"] for one in box.letters}
    box.be_good()
    later(place, RETRY)
    assert delivered(place)["tries"] == 2
    (letter,) = box.letters
    assert known <= {letter.message["Message-ID"]}


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "end"])
def test_T175_refused(post, stage):
    """5xx: given up, and nothing is kept."""
    place, box = post
    box.answers[stage] = "550 no"
    assert "given up" in send(place, expect=1).stderr
    state = row(place)
    assert state["failed"] and state["empty"] and state["tries"] == 1


@pytest.mark.parametrize("script", [
    mail_server.silence, mail_server.goes_away, mail_server.refuses_all,
    mail_server.endless_line, mail_server.endless_reply, mail_server.many_lines,
    mail_server.drips], ids=lambda script: script.__name__)
def test_T175_no_mail_server(post, script):
    """Silence, floods and trickles end in time, cost little memory, and the
    mail is tried again."""
    place, box = post
    courier = place.processes()["courier"]
    box.script = script
    began = time.monotonic()
    assert "not yet" in send(place, expect=1).stderr
    assert time.monotonic() - began < 20
    assert box.said < 64 * 1024 * 1024
    assert place.processes()["courier"] == courier
    assert not row(place)["failed"]


def test_T175_server_down(post):
    """Nobody listens: tried again until somebody does."""
    place, box = post
    box.stop()
    try:
        assert "not yet" in send(place, expect=1).stderr
    finally:
        box.start()
    later(place, RETRY)
    delivered(place)
    assert len(box.letters) == 1


def test_F11_pages_do_not_wait(post):
    """A mail server that hangs is no trouble for a page, nor for /ready."""
    place, box = post
    box.script = mail_server.silence
    send(place, wait=0, expect=1)
    visitor = Browser(place)
    try:
        assert visitor.get("/cas/login").status == 200
    finally:
        visitor.close()
    wait_until("the try has ended", lambda: row(place)["why"])


def test_F11_drops_after_the_end(post):
    """It took the mail and did not say so: once more, known by its number."""
    place, box = post
    box.drops = True
    assert "not yet" in send(place, expect=1).stderr
    box.drops = False
    later(place, RETRY)
    delivered(place)
    assert len(box.letters) == 2
    assert len({one.message["Message-ID"] for one in box.letters}) == 1
    assert box.letters[0].raw == box.letters[1].raw


@pytest.mark.parametrize("wait_for", ["claim", "mail"])
def test_F11_courier_killed(post, wait_for):
    """Killed before or after the server has it: delivered, at most twice."""
    place, box = post
    box.thinks = 1.5 if wait_for == "claim" else 0
    box.drops = wait_for == "mail"
    send(place, wait=0, expect=1)
    if wait_for == "claim":
        wait_until("a claim", lambda: row(place)["tries"] == 1)
    else:
        wait_until("a mail", lambda: box.letters)
    os.kill(place.processes()["courier"], signal.SIGKILL)
    wait_until("another courier", lambda: "courier" in place.processes())
    box.thinks, box.drops = 0, False
    later(place, RETRY + LEASE)
    delivered(place)
    assert 1 <= len(box.letters) <= 2
    assert len({one.message["Message-ID"] for one in box.letters}) == 1


def test_too_late(post):
    """What is of no use any more is not sent."""
    place, box = post
    box.answers["RCPT"] = "450 later"
    send(place, expect=1)
    box.be_good()
    later(place, 700)  # the test mail is good for ten minutes
    wait_until("it is given up", lambda: row(place)["failed"])
    assert row(place)["empty"]
    assert not box.letters


def test_many(post):
    """More than go at a time all arrive, each once."""
    place, box = post
    box.thinks = 0.5
    for number in range(12):
        send(place, f"person{number}@example.org", wait=0, expect=None)
    wait_until("all are delivered", lambda: not place.sql(
        "select 1 from sso.outbox where payload is not null"))
    assert sorted(one.recipients[0] for one in box.letters) == \
        sorted(f"person{number}@example.org" for number in range(12))
