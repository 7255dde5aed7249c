# SPDX-License-Identifier: Apache-2.0
"""The registry: expressions beside plain patterns, and what is set for an
application: who may use it, what it is told, how it signs in."""
import itertools

import pytest

from installation import Failed

DONE, REFUSED = 0, 1
hosts = itertools.count(1)


@pytest.fixture
def registered(installation):
    """Registers applications for one test: gives their numbers."""
    made = []

    def add(pattern, *options, name="Application of a test"):
        made.append(installation.add_service(pattern, *options, name=name))
        return made[-1]

    yield add
    for service in made:
        installation.portillon("service", "remove", service)


@pytest.fixture
def host():
    """A host that no other test uses."""
    return f"h{next(hosts)}.services.example"


def escaped(text):
    return text.replace(".", r"\.")


def gets_ticket(browser, url):
    """Whether somebody with a session gets a ticket for the address."""
    answer = browser.get("/cas/login", {"service": url})
    assert answer.status in (302, 303, 403), (answer.status, answer.text)
    return answer.ticket is not None


# Expressions


def test_T047_an_expression_gives_tickets_to_its_hosts_alone(
        registered, host, alice):
    """The half of the host never reaches into path or query."""
    registered(f"^https://.*\\.{escaped(host)}/in/.*", "--release", "mail")
    assert gets_ticket(alice, f"https://a.{host}/in/side?x=y")
    for url in (f"https://evil.example/.{host}/in/x",
                f"https://evil.example/?.{host}/in/x",
                f"https://a.{host}.evil.example/in/x",
                f"https://a.{host}/out",
                f"http://a.{host}/in/x",
                f"https://{host}/in/x"):
        assert not gets_ticket(alice, url), url


def test_T056_plain_patterns_win_over_expressions(installation, registered,
                                                  host):
    """In both orders of insertion."""
    expression = registered(f"^https://{escaped(host)}/.*")
    plain = registered(f"https://{host}/app/*")
    other = registered(f"https://b-{host}/app/*")
    last = registered(f"^https://b-{escaped(host)}/.*")
    for url, service in ((f"https://{host}/app/x", plain),
                         (f"https://{host}/x", expression),
                         (f"https://b-{host}/app/x", other),
                         (f"https://b-{host}/x", last)):
        shown = installation.portillon("service", "test", url, expect=None)
        assert f"{service}, Application of a test" in shown.stdout, shown


@pytest.mark.parametrize("pattern, sentence", [
    ("^https?://.*", "--allow-http"),
    ("^https://.*", "--any-host"),
    ("^https://.*/cas", "--any-host"),
    (r"^https://app\.uni\.example.*", "--any-host"),
    ("^https://app.uni.example/.*", "character 13: a dot of the host"),
    (r"^https://a\.uni\.example/(?=x)", "character 26: of groups"),
    (r"^https://a\.uni\.example/[z-a]", "character 29: range out of order"),
])
def test_expressions_are_refused_with_their_place(installation, pattern,
                                                  sentence):
    with pytest.raises(Failed) as refused:
        installation.add_service(pattern)
    assert refused.value.code == REFUSED
    assert sentence in refused.value.stderr


def test_any_host_is_accepted_when_said(installation, registered):
    pattern = r"^https://.*/only/of/this/test"
    service = registered(pattern, "--any-host")
    shown = installation.portillon(
        "service", "test", "https://whoever.example/only/of/this/test")
    assert f"{service}, " in shown.stdout
    assert "fits any host" in shown.stdout
