# SPDX-License-Identifier: Apache-2.0
"""What an application asks of samlValidate, and what it reads in the answer."""
import pathlib
from dataclasses import dataclass

import lxml.etree

from browser import query_of

SCHEMAS = pathlib.Path(__file__).parents[1] / "data"
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
PROTOCOL = "{urn:oasis:names:tc:SAML:1.0:protocol}"
ASSERTION = "{urn:oasis:names:tc:SAML:1.0:assertion}"
ATTRIBUTES = "http://www.ja-sig.org/products/cas/"
SUCCESS, DENIED = "samlp:Success", "samlp:RequestDenied"
ENVELOPE = (
    '<SOAP-ENV:Envelope xmlns:SOAP-ENV='
    '"http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Header/>'
    '<SOAP-ENV:Body><samlp:Request xmlns:samlp='
    '"urn:oasis:names:tc:SAML:1.0:protocol" MajorVersion="1" '
    'MinorVersion="1"{more}><samlp:AssertionArtifact>{ticket}'
    '</samlp:AssertionArtifact></samlp:Request></SOAP-ENV:Body>'
    '</SOAP-ENV:Envelope>')


def envelope(ticket, more=' RequestID="_id-1" '
             'IssueInstant="2026-11-23T09:00:00Z"'):
    return ENVELOPE.format(ticket=ticket, more=more).encode()


def post(application, body, headers=None, **params):
    """The answer to a SOAP request; a parameter None is left out."""
    pairs = {key: value for key, value in params.items() if value is not None}
    path = "/cas/samlValidate" + (f"?{query_of(pairs)}" if pairs else "")
    return application.post(path, body, headers={
        "Content-Type": "text/xml", **(headers or {})})


@dataclass
class Assertion:
    """An answer of samlValidate, taken apart."""
    answer: object  # browser.Answer
    response: object  # the Response element
    status: str
    message: str
    user: str = None
    attributes: dict = None  # name to list of texts; None without a statement

    @property
    def ok(self):
        return self.status == SUCCESS


def only(element, *path):
    """The one element there is at each place of a way."""
    for name in path:
        (element,) = element.findall(name)
    return element


def texts(element, name):
    return [child.text or "" for child in element.findall(name)]


def read_assertion(answer):
    """Strictly: the schema, the frame around it, and what schemas cannot
    say."""
    assert answer.status == 200, (answer.status, answer.text)
    assert answer.header("Content-Type") == "text/xml;charset=UTF-8"
    parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True)
    root = lxml.etree.fromstring(answer.body, parser)
    assert root.tag == SOAP + "Envelope"
    assert [child.tag for child in root] == [SOAP + "Header", SOAP + "Body"]
    assert len(root[0]) == 0 and not root.attrib
    (response,) = list(root[1])
    # read anew, alone: the schema speaks of what is in the envelope
    alone = lxml.etree.fromstring(lxml.etree.tostring(response), parser)
    lxml.etree.XMLSchema(
        file=str(SCHEMAS / "saml11.xsd")).assertValid(alone)
    assert response.nsmap["samlp"] == PROTOCOL[1:-1]
    status = only(response, PROTOCOL + "Status", PROTOCOL + "StatusCode")
    (message,) = texts(only(response, PROTOCOL + "Status"),
                       PROTOCOL + "StatusMessage") or [None]
    found = Assertion(answer, response, status.get("Value"), message)
    assertions = response.findall(ASSERTION + "Assertion")
    assert (found.status == SUCCESS) == (len(assertions) == 1)
    if assertions:
        read_statements(found, assertions[0])
    return found


def read_statements(found, assertion):
    names = {name.text
             for name in assertion.iter(ASSERTION + "NameIdentifier")}
    (found.user,) = names  # the same in each statement
    only(assertion, ASSERTION + "AuthenticationStatement")
    for statement in assertion.findall(ASSERTION + "AttributeStatement"):
        assert found.attributes is None
        found.attributes = {}
        for attribute in statement.findall(ASSERTION + "Attribute"):
            name = attribute.get("AttributeName")
            assert name not in found.attributes
            assert attribute.get("AttributeNamespace") == ATTRIBUTES
            found.attributes[name] = texts(
                attribute, ASSERTION + "AttributeValue")
