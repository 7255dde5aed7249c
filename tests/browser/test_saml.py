# SPDX-License-Identifier: Apache-2.0
"""A real client that validates by SAML 1.1: mod_auth_cas with CASValidateSAML,
in an Apache of its own before the demonstration's sign-in server."""
import os
import re
import shutil
import socket
import ssl
import subprocess
import time

import pytest

from conftest import PATIENCE


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def settings(stack, folder, port):
    """The demonstration's first site, but for how it validates."""
    text = (stack.folder / "etc/apache.conf").read_text()
    general, first = text.split("<VirtualHost", 2)[:2]
    text = f"{general}<VirtualHost{first}"
    text = text.replace(f":{stack.port + 1}", f":{port}")
    text = re.sub(r"(?m)^(PidFile|ErrorLog|ScriptSock) .*$",
                  rf'\1 "{folder}/\1"', text)
    text = re.sub(r"(?m)^Listen .*$", "", text)
    text = re.sub(r"(?m)^CASCookiePath .*$",
                  f'CASCookiePath "{folder}/cookies/"', text)
    text, changed = re.subn(
        r"(?m)^CASValidateURL .*$", "CASValidateSAML On\n"
        f"CASValidateURL {stack.cas}/samlValidate", text)
    assert changed == 1
    return f"{text}\nListen 127.0.0.1:{port}\n"


def wait_for_answers(apache, port, log):
    """Until it takes connections over TLS."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port)) as plain, \
                    context.wrap_socket(plain):
                return
        except OSError:
            assert apache.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.05)


@pytest.fixture(scope="module")
def application(stack):
    """The address of an application that speaks SAML, and Apache's log."""
    folder, port = stack.folder / "run/saml", free_port()
    (folder / "cookies").mkdir(parents=True)
    (folder / "apache.conf").write_text(settings(stack, folder, port))
    user = []
    if os.getuid() == 0:
        user = ["setpriv", "--reuid=portillon-demo", "--regid=portillon-demo",
                "--clear-groups"]
        for place in (folder, folder / "cookies"):
            shutil.chown(place, "portillon-demo", "portillon-demo")
    address = f"https://localhost:{port}/"
    stack.portillon("service", "add", "--name", "SAML application",
                    "--release", "*", f"{address}*")
    apache = subprocess.Popen(
        [*user, "/usr/sbin/apache2", "-f", folder / "apache.conf",
         "-DFOREGROUND"])
    try:
        wait_for_answers(apache, port, folder / "ErrorLog")
        yield address, folder / "ErrorLog"
    finally:
        apache.terminate()
        apache.wait(PATIENCE)


def test_mod_auth_cas_reads_the_assertion(stack, application, open_browser):
    """Name, and attributes with several values and letters that are special in
    XML: the demonstration's page shows what Apache was told."""
    address, log = application
    complained = log.read_text().count("MOD_AUTH_CAS")
    window = open_browser()
    window.open(address)
    assert window.address.startswith(stack.cas + "/login")
    window.sign_in("chloe")
    window.wait_for(lambda: window.address == address)
    assert window.find("#user").text == "chloe"
    told = window.told()
    assert told["mail"] == ["chloe@example.org"]
    assert told["memberOf"] == ["staff", "library", "R&D <archives>"]
    assert told["office"] == ["Bâtiment <B> & annexe, 2ᵉ étage"]
    assert told["isFromNewLogin"] == ["true"]
    assert told["longTermAuthenticationRequestTokenUsed"] == ["false"]
    assert "samlValidate" in (
        stack.folder / "log/portillon.log").read_text()
    assert log.read_text().count("MOD_AUTH_CAS") == complained


def test_single_sign_on_between_both_protocols(
        stack, application, open_browser):
    """In by the CAS protocol, and then without a word by SAML."""
    address, _ = application
    window = open_browser()
    window.open(stack.courses)
    window.sign_in("alice")
    window.wait_for(lambda: window.address == stack.courses)
    window.open(address)
    assert window.address == address
    assert window.find("#user").text == "alice"
    assert window.told()["isFromNewLogin"] == ["false"]


def test_a_made_up_ticket_lets_nobody_in(stack, application, open_browser):
    """Apache asks, and takes the status for what it is."""
    address, log = application
    window = open_browser()
    window.open(f"{address}?ticket=ST-{'0' * 60}")
    assert not window.has("#user")
    assert "MOD_AUTH_CAS: unsupported SAML StatusCode" in log.read_text()
