# SPDX-License-Identifier: Apache-2.0
"""A mail server for tests: aiosmtpd, with STARTTLS, and whatever a mail server
may do wrong.

What it does can be changed while it runs, from one connection to the next:
`answers` gives replies for stages of a conversation, `script` puts something in
its place that is no mail server at all.
"""
import asyncio
import email
import email.policy
import ssl

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

CHUNK = b"2" * 65536


class Letter:
    """One mail as it came."""

    def __init__(self, envelope, encrypted):
        self.sender = envelope.mail_from
        self.recipients = envelope.rcpt_tos
        self.raw = envelope.original_content
        self.encrypted = encrypted
        self.message = email.message_from_bytes(
            self.raw, policy=email.policy.default)

    @property
    def text(self):
        return self.message.get_content()


class Handler:
    """What aiosmtpd asks at each stage; None: as it would itself."""

    def __init__(self, mailbox):
        self.mailbox = mailbox

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        return self.mailbox.answers.get("MAIL", "250 fine")

    async def handle_RCPT(self, server, session, envelope, address, options):
        envelope.rcpt_tos.append(address)
        return self.mailbox.answers.get("RCPT", "250 fine")

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(self.mailbox.thinks)
        self.mailbox.letters.append(
            Letter(envelope, session.ssl is not None))
        if self.mailbox.drops:
            server.transport.abort()
        return self.mailbox.answers.get("end", "250 taken")


class Script(asyncio.Protocol):
    """Not a mail server: says what `script` yields, whatever it is told.

    Yields bytes to send, or seconds to wait; at its end it stays silent, or
    hangs up if the last thing was None.
    """

    def __init__(self, script, mailbox):
        self.script = script
        self.mailbox = mailbox

    def connection_made(self, transport):
        self.room = asyncio.Event()
        self.room.set()
        self.transport = transport
        self.task = asyncio.ensure_future(self.play())

    def pause_writing(self):
        self.room.clear()

    def resume_writing(self):
        self.room.set()

    def connection_lost(self, _error):
        self.task.cancel()

    async def play(self):
        for act in self.script():
            await self.room.wait()
            await asyncio.sleep(0)  # or the loop hears of no hanging up
            if self.transport.is_closing():
                return
            if act is None:
                self.transport.close()
            elif isinstance(act, bytes):
                self.transport.write(act)
                self.mailbox.said += len(act)
            else:
                await asyncio.sleep(act)


class Listener(Controller):
    """Begins a conversation as its mailbox wants it."""

    def __init__(self, mailbox):
        super().__init__(Handler(mailbox), hostname="127.0.0.1",
                         port=mailbox.port)
        self.mailbox = mailbox

    def factory(self):
        box = self.mailbox
        if box.script is not None:
            return Script(box.script, box)
        return SMTP(self.handler, hostname="mailbox.example",
                    tls_context=box.tls if box.offers_tls else None,
                    require_starttls=box.offers_tls)


class Mailbox:
    """Listens on 127.0.0.1; `letters` are those that came."""

    def __init__(self, port, certificate, key):
        self.port = port
        self.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.tls.load_cert_chain(certificate, key)
        self.be_good()

    def start(self):
        self.listener = Listener(self)
        self.listener.start()

    def stop(self):
        self.listener.stop()

    def be_good(self):
        self.letters = []
        self.answers = {}
        self.script = None
        self.thinks = 0  # seconds before it takes a text
        self.drops = False  # it hangs up instead of saying so
        self.offers_tls = True
        self.said = 0  # bytes of scripts


def silence():
    yield 0.0


def goes_away():
    yield b"421 not now\r\n"
    yield None


def refuses_all():
    yield b"554 no mail here\r\n"
    yield None


def endless_line():
    """A GiB without an end of line."""
    for _ in range(2 ** 30 // len(CHUNK)):
        yield CHUNK


def endless_reply():
    while True:
        yield b"220-and more\r\n" * 1000


def many_lines():
    yield b"220-and more\r\n" * 10000
    yield b"220 end\r\n"


def drips():
    for letter in b"220 hello there, how do you do\r\n" * 100:
        yield bytes([letter])
        yield 1.0
