#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The mailbox of the demonstration: takes mails to anybody by SMTP and shows
them on a page, newest first.

Both listen on 127.0.0.1 only.  Mails are kept in memory until this program
ends.  The one thing a reader would get wrong: what a mail says is other
people's text, so nothing is printed unescaped.
"""
import collections
import datetime
import email
import email.policy
import html
import http.server
import pathlib
import signal
import sys
import threading

from aiosmtpd.controller import Controller

HOST = "127.0.0.1"
KEPT = 200  # mails
LARGEST = 256 * 1024  # bytes of one
STYLE = pathlib.Path(__file__).with_name("style.css")

PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5">
<title>Mailbox</title>
<link rel="stylesheet" href="/style.css">
</head>
<body class="mailbox">
<header><p>Mailbox of the demonstration</p></header>
<main>
<h1>Mails, newest first</h1>
<p>Whatever Portillon sends ends up here, whoever it is for. This page looks for
new mails every five seconds.</p>
{mails}
</main>
</body>
</html>
"""
TABLE = """\
<table id="mails">
<thead><tr><th scope="col">Time</th><th scope="col">To</th>\
<th scope="col">Mail</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>"""
ROW = ('<tr><td class="time">{time}</td><td class="to">{to}</td>'
       '<td><h2>{subject}</h2><pre>{text}</pre></td></tr>')
NONE = "<p id=\"none\">There is no mail yet.</p>"

mails = collections.deque(maxlen=KEPT)  # rows of HTML, newest first


def text_of(message):
    """The plain text of a mail; nothing that a mail says may end us."""
    try:
        body = message.get_body(preferencelist=("plain",))
        return body.get_content().replace("\r\n", "\n")
    except (AttributeError, KeyError, LookupError, ValueError):
        return "(This mail has no plain text that can be shown.)"


def row_of(raw, recipients):
    message = email.message_from_bytes(raw, policy=email.policy.default)
    return ROW.format(
        time=datetime.datetime.now().strftime("%H:%M:%S"),
        to=html.escape(", ".join(recipients)),
        subject=html.escape(str(message["Subject"] or "")),
        text=html.escape(text_of(message)))


class Taker:
    """Takes every mail (aiosmtpd asks for this name)."""

    async def handle_DATA(self, server, session, envelope):
        mails.appendleft(row_of(envelope.original_content,
                                envelope.rcpt_tos))
        return "250 taken"


class Page(http.server.BaseHTTPRequestHandler):
    """GET / and /style.css, for a browser of this machine."""

    timeout = 10

    def do_GET(self):
        # A name of somebody else's that leads here would read along.
        host = self.headers.get("Host", "").partition(":")[0]
        if host not in (HOST, "localhost"):
            self.send_error(421)
        elif self.path == "/style.css":
            self.answer("text/css", STYLE.read_bytes())
        elif self.path == "/":
            rows = "\n".join(list(mails))
            shown = TABLE.format(rows=rows) if rows else NONE
            self.answer("text/html; charset=utf-8",
                        PAGE.format(mails=shown).encode())
        else:
            self.send_error(404)

    def answer(self, kind, content):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", "default-src 'none'; "
                         "style-src 'self'; frame-ancestors 'none'")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(content)

    def log_request(self, code="-", size="-"):
        """Pages that are looked at every five seconds are no news."""


def main():
    page_port, mail_port = (int(word) for word in sys.argv[1:])
    taker = Controller(Taker(), hostname=HOST, port=mail_port,
                       data_size_limit=LARGEST)
    taker.start()
    page = http.server.ThreadingHTTPServer((HOST, page_port), Page)
    page.daemon_threads = True
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(
        target=page.shutdown).start())
    page.serve_forever()
    taker.stop()


if __name__ == "__main__":
    main()
