# SPDX-License-Identifier: Apache-2.0
"""What an application does with a ticket, and what it reads in the answer.

Strictly: every answer that a test reads here is held against the schema."""
import json
import pathlib
from dataclasses import dataclass

import lxml.etree

NAMESPACE = "{http://www.yale.edu/tp/cas}"
SCHEMA = lxml.etree.XMLSchema(
    file=str(pathlib.Path(__file__).parents[1] / "data/cas.xsd"))
JSON_SUCCESS = {"user", "attributes", "proxyGrantingTicket", "proxies"}


@dataclass
class Verdict:
    """An answer of serviceValidate, taken apart."""
    answer: object  # browser.Answer
    user: str = None
    attributes: list = None  # of (name, value), in the order of the answer
    code: str = None
    description: str = None
    granting_iou: str = None  # of a proxy-granting ticket
    proxies: list = None  # None without that element

    @property
    def ok(self):
        return self.user is not None

    def values(self, name):
        return [value for key, value in self.attributes if key == name]


def read_xml(body):
    """The root of an answer, by a parser that forgives nothing."""
    parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True)
    root = lxml.etree.fromstring(body, parser)
    SCHEMA.assertValid(root)
    return root


def read_verdict(answer):
    assert answer.status == 200, (answer.status, answer.text)
    assert answer.header("Content-Type") == "application/xml;charset=UTF-8"
    root = read_xml(answer.body)
    assert root.tag == NAMESPACE + "serviceResponse", root.tag
    (result,) = list(root)
    if result.tag == NAMESPACE + "authenticationFailure":
        return Verdict(answer, code=result.get("code"),
                       description=result.text)
    assert result.tag == NAMESPACE + "authenticationSuccess", result.tag
    user, *rest = list(result)
    assert user.tag == NAMESPACE + "user"
    attributes = [(child.tag.removeprefix(NAMESPACE), child.text or "")
                  for block in rest
                  if block.tag == NAMESPACE + "attributes"
                  for child in block]
    # The schema lets anything stand among the attributes.
    assert not result.xpath("*[local-name() = 'attributes']/*[* or @*]")
    (iou,) = [block.text for block in rest
              if block.tag == NAMESPACE + "proxyGrantingTicket"] or [None]
    (proxies,) = [[proxy.text for proxy in block] for block in rest
                  if block.tag == NAMESPACE + "proxies"] or [None]
    return Verdict(answer, user=user.text, attributes=attributes,
                   granting_iou=iou, proxies=proxies)


def read_proxy_answer(answer):
    """(proxy ticket, None, None), or (None, code, description)."""
    assert answer.status == 200, (answer.status, answer.text)
    (result,) = list(read_xml(answer.body))
    if result.tag == NAMESPACE + "proxyFailure":
        return None, result.get("code"), result.text
    assert result.tag == NAMESPACE + "proxySuccess", result.tag
    (ticket,) = list(result)
    assert ticket.tag == NAMESPACE + "proxyTicket"
    return ticket.text, None, None


def once(pairs):
    """An object of which each member has a name of its own."""
    names = [name for name, _ in pairs]
    assert len(set(names)) == len(names), names
    return dict(pairs)


def refuse(word):
    raise ValueError(f"{word} is not JSON")


def read_json_verdict(answer):
    """The same of an answer in JSON, which has no member but those of the
    protocol: some clients know no others."""
    assert answer.status == 200, (answer.status, answer.text)
    assert answer.header("Content-Type") == "application/json"
    whole = json.loads(answer.body.decode("ascii"), object_pairs_hook=once,
                       parse_constant=refuse)
    (outer,) = whole.items()
    assert outer[0] == "serviceResponse"
    ((kind, result),) = outer[1].items()
    if kind == "authenticationFailure":
        assert set(result) == {"code", "description"}
        assert result["code"] and result["description"]
        return Verdict(answer, **result)
    assert kind == "authenticationSuccess"
    assert {"user"} <= set(result) <= JSON_SUCCESS
    attributes = result.get("attributes", {})
    assert all(isinstance(values, list) and values
               for values in attributes.values()), attributes
    return Verdict(answer, user=result["user"], attributes=[
        (name, value) for name, values in attributes.items()
        for value in values], granting_iou=result.get("proxyGrantingTicket"),
        proxies=result.get("proxies"))
