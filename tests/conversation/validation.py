# SPDX-License-Identifier: Apache-2.0
"""What an application does with a ticket, and what it reads in the answer."""
import xml.etree.ElementTree as tree
from dataclasses import dataclass

NAMESPACE = "{http://www.yale.edu/tp/cas}"


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


def read_verdict(answer):
    assert answer.status == 200, (answer.status, answer.text)
    root = tree.fromstring(answer.body)
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
    (iou,) = [block.text for block in rest
              if block.tag == NAMESPACE + "proxyGrantingTicket"] or [None]
    (proxies,) = [[proxy.text for proxy in block] for block in rest
                  if block.tag == NAMESPACE + "proxies"] or [None]
    return Verdict(answer, user=user.text, attributes=attributes,
                   granting_iou=iou, proxies=proxies)


def read_proxy_answer(answer):
    """(proxy ticket, None, None), or (None, code, description)."""
    assert answer.status == 200, (answer.status, answer.text)
    (result,) = list(tree.fromstring(answer.body))
    if result.tag == NAMESPACE + "proxyFailure":
        return None, result.get("code"), result.text
    assert result.tag == NAMESPACE + "proxySuccess", result.tag
    (ticket,) = list(result)
    assert ticket.tag == NAMESPACE + "proxyTicket"
    return ticket.text, None, None
