# SPDX-License-Identifier: Apache-2.0
"""A browser without a window that goes where it is sent, from an application to
the CAS server and back: redirections and cookies are those of Python."""
import json
import urllib.error
import urllib.parse
import urllib.request

from browser import form_of


class _Redirections(urllib.request.HTTPRedirectHandler):
    def __init__(self):
        self.followed = []

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        self.followed.append(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class Visitor:
    """`status`, `url` and `text` are of the page that it sees."""

    def __init__(self, place):
        self.redirections = _Redirections()
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=place.tls_context()),
            urllib.request.HTTPCookieProcessor(), self.redirections)
        self.status = self.url = self.text = None

    def open(self, url, fields=None):
        data = urllib.parse.urlencode(fields).encode() if fields else None
        try:
            answer = self.opener.open(url, data, timeout=30)
        except urllib.error.HTTPError as refusal:
            answer = refusal
        with answer:
            self.status, self.url = answer.status, answer.url
            self.text = answer.read().decode()

    def sign_in(self, login, password):
        """Fills in the form of the page that it sees."""
        form = form_of(self.text)
        assert form and "password" in form.fields, (self.url, self.text)
        self.open(urllib.parse.urljoin(self.url, form.action),
                  {**form.fields, "username": login, "password": password})

    def shown(self):
        """What the application says of its visitor, None if it let nobody
        in."""
        try:
            page = json.loads(self.text)
        except json.JSONDecodeError:
            return None
        return page if self.status == 200 else None

    def ticket_address(self):
        """With which address the last ticket came to the application."""
        return [url for url in self.redirections.followed
                if "ticket=" in url][-1]
