# SPDX-License-Identifier: Apache-2.0
"""Applications that act for people at others: they listen with TLS for their
proxy-granting tickets, and get proxy tickets with them."""
import urllib.parse

from application import Application
from browser import Browser
from validation import read_proxy_answer, read_verdict

SETTINGS = """
[outbound]
networks = 127.0.0.0/8
ca = {folder}/tls/ca.crt
"""
NAME = "Proxying"


def register(place, pattern, proxy=True, lenient=False, callback=None):
    """As "portillon service add" and "set", but quicker."""
    ((number,),) = place.sql(
        "insert into sso.service (tenant_id, name, pattern, created_at, proxy,"
        " proxy_lenient, proxy_callback) select id, %s, %s, now(), %s, %s, %s"
        " from sso.tenant where slug = 'main' returning id", NAME, pattern,
        proxy, lenient, callback)
    return str(number)


def get(place, path, **params):
    """One request of an application's own."""
    one = Browser(place)
    try:
        return one.get(f"/cas/{path}", params)
    finally:
        one.close()


def validate(place, ticket, service, endpoint="serviceValidate", **params):
    return read_verdict(get(place, endpoint, ticket=ticket, service=service,
                            **params))


def proxy_ticket(place, granting, target):
    """The answer of /proxy: (ticket, code, description)."""
    return read_proxy_answer(get(place, "proxy", pgt=granting,
                                 targetService=target))


class Proxying(Application):
    """One with TLS that is registered and may proxy."""

    def __init__(self, place, **options):
        tls = place.folder / "tls"
        arguments = {name: options.pop(name) for name in
                     ("certificate", "key", "address", "port")
                     if name in options}
        super().__init__(**{"certificate": tls / "localhost.crt",
                            "key": tls / "localhost.key", **arguments})
        self.place = place
        self.id = register(place, self.url("/*"), **options)

    @property
    def callback(self):
        return self.url("/pgt?proxyResponse=true")

    def validate(self, ticket, path="/cb", endpoint="serviceValidate",
                 **params):
        """As the application does that wants a proxy-granting ticket."""
        params = {"pgtUrl": self.callback, **params}
        return validate(self.place, ticket, self.url(path), endpoint, **params)

    def received(self):
        """The parameters of each call, as (name, value) in their order."""
        return [urllib.parse.parse_qsl(
            urllib.parse.urlsplit(heard.line.split(" ")[1]).query,
            keep_blank_values=True) for heard in self.heard]

    def granted(self, browser, path="/cb", **params):
        """A proxy-granting ticket for whoever signed in there."""
        verdict = self.validate(browser.ticket_for(self.url(path)), path,
                                **params)
        assert verdict.ok, verdict
        return self.of_iou(verdict.granting_iou)

    def of_iou(self, iou):
        (found,) = [dict(call)["pgtId"] for call in self.received()
                    if dict(call).get("pgtIou") == iou]
        return found
