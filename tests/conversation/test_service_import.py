# SPDX-License-Identifier: Apache-2.0
"""Services from files: those that the program itself wrote, and those of an
Apereo CAS registry, of which nothing is taken that cannot be honoured."""
import json
import pathlib
import shutil

import pytest

DONE, REFUSED, UNUSABLE = 0, 1, 3
APEREO = pathlib.Path(__file__).parents[1] / "data/apereo"
CLASSES = "org.apereo.cas.services."


@pytest.fixture
def imports(installation):
    """Imports a path, or objects that it writes to a file first; the services
    are removed afterwards."""
    before = {row["id"] for row in exported(installation)}
    folder = installation.folder / "import"
    folder.mkdir()
    folder.chmod(0o755)

    def run(what, *options, expect=DONE):
        path = what
        if not isinstance(what, pathlib.Path):
            path = folder / "services.json"
            path.write_text(what if isinstance(what, str)
                            else json.dumps(what))
            path.chmod(0o644)
        return installation.portillon("service", "import", path, *options,
                                      expect=expect)

    run.folder = folder
    yield run
    shutil.rmtree(folder)
    for row in exported(installation):
        if row["id"] not in before:
            installation.portillon("service", "remove", str(row["id"]))


@pytest.fixture
def apereo(imports):
    """The files of a registry, in a place that the program may read."""
    folder = imports.folder / "apereo"
    shutil.copytree(APEREO, folder)
    folder.chmod(0o755)
    for file in folder.iterdir():
        file.chmod(0o644)
    return folder


def exported(installation):
    return json.loads(installation.portillon("service", "export").stdout)


def by_name(installation, name):
    (row,) = [row for row in exported(installation) if row["name"] == name]
    return row


def own(pattern, **more):
    return {"name": "From a file", "pattern": pattern, **more}


def theirs(service_id="^https://one\\.apereo\\.example/.*", **more):
    return {"@class": CLASSES + "CasRegisteredService",
            "serviceId": service_id, "name": "Theirs", "id": 1, **more}


def policy(name, **more):
    return {"@class": CLASSES + name, **more}


# Our own form


def test_what_was_exported_can_be_imported(installation, imports):
    """All that can be set comes back as it was, in the same order."""
    installation.add_service(
        "https://all.import.example/*", "--release", "mail", "--contact",
        "c é", "--order", "-3", "--valid-from", "2026-01-02", "--valid-until",
        "2099-01-01T01:02:03Z", "--for-type", "a", "--for-group", "b",
        "--for-attribute", "c=d", "--for-attribute", "c=e", "--rename",
        "mail=email", "--user-name", "opaque", "--fresh", "yes",
        "--ticket-life", "9", "--description", "x", name="All of it")
    installation.add_service("^https://.*/import/only", "--any-host",
                             "--user-name", "attribute:mail", name="Any")
    before = exported(installation)
    rows = [row for row in before if row["name"] in ("All of it", "Any")]
    assert len(rows) == 2 and rows[0]["settings"]["user_key"] == 1
    taken = imports(rows, expect=REFUSED)
    assert f"service {rows[0]['id']} has https://all.import.example/*" in \
        taken.stderr
    imports(rows, "--replace")
    assert exported(installation) == before
    for row in rows:
        installation.portillon("service", "remove", str(row["id"]))
    result = imports(rows)
    assert "registered 2 services, replaced 0" in result.stdout
    again = [by_name(installation, row["name"]) for row in rows]
    for old, new in zip(rows, again):
        assert {**new, "id": old["id"]} == old


def test_an_imported_service_gets_tickets(installation, imports, alice):
    url = "https://ticket.import.example/x"
    assert alice.login_page(service=url).status == 403
    imports(own("https://ticket.import.example/*"))
    assert alice.ticket_for(url)


@pytest.mark.parametrize("wrong, sentence", [
    ({"pattern": "https://*/x"}, "pattern: "),
    ({"pattern": "http://a.example/"}, "pattern: without https://"),
    ({"pattern": "^https://.*"}, "pattern: this expression"),
    ({"pattern": 3}, "pattern: takes a text"),
    ({"name": ""}, "name: "),
    ({"tenant": "none"}, "a tenant that there is not"),
    ({"released": ["user"]}, "released: user: "),
    ({"released": "mail"}, "released: "),
    ({"enabled": "no"}, "enabled: "),
    ({"logout": "side"}, "logout: takes back, front or none"),
    ({"logout_url": "x"}, "logout_url: "),
    ({"rest": "yes"}, "rest: takes true or false"),
    ({"proxy": 1}, "proxy: takes true or false"),
    ({"proxy_callback": "http://a.import.example/"}, "proxy_callback: takes"),
    ({"proxy_callback": r"^https://a\.import\.example/.*"},
     "proxy_callback: takes"),
    ({"proxy_callback": 3}, "proxy_callback: takes a text"),
    ({"proxy_lenient": None}, "proxy_lenient: takes true or false"),
    ({"settings": {"at_night": True}}, "settings: at_night: there is no"),
    ({"settings": {"ticket_life": 31}}, "settings: ticket_life: "),
    ({"color": "red"}, "color: there is no such member"),
])
def test_one_wrong_service_and_none_is_registered(installation, imports,
                                                  wrong, sentence):
    before = exported(installation)
    rows = [own("https://good.import.example/"),
            {**own("https://bad.import.example/"), **wrong}]
    result = imports(rows, expect=REFUSED)
    assert sentence in result.stderr, result.stderr
    assert exported(installation) == before


@pytest.mark.parametrize("text, sentence", [
    ("", "line 1"), ("{", "line 1"), ("3", "line 1"), ("[3]", "no JSON object"),
    ('{"name": "a", "name": "b"}', "line 1"), ("[[]]", "no JSON object"),
])
def test_what_is_no_registry_is_refused(imports, text, sentence):
    result = imports(text, expect=REFUSED)
    assert sentence in result.stderr, result.stderr


def test_a_pattern_in_two_places_is_refused(imports):
    rows = [own("https://two.import.example/"),
            own("HTTPS://two.import.example:443/")]
    result = imports(rows, expect=REFUSED)
    assert "has https://two.import.example/, too" in result.stderr


def test_paths_that_cannot_be_read(imports):
    empty = imports.folder / "empty"
    empty.mkdir()
    empty.chmod(0o755)
    for path in (empty, imports.folder / "missing.json"):
        imports(path, expect=UNUSABLE)


def test_ten_thousand_services_in_one_file(installation, imports):
    """They are registered, found, and gone again in one statement each."""
    rows = [own(f"https://many.import.example/{number}/*")
            for number in range(10000)]
    imports(rows)
    result = installation.portillon(
        "service", "test", "https://many.import.example/9999/x")
    assert "https://many.import.example/9999/*" in result.stdout
    installation.sql("delete from sso.service where pattern like"
                     " 'https://many.import.example/%%'")


# Apereo


def test_a_registry_of_apereo_is_taken_over(installation, imports, apereo):
    result = imports(apereo)
    assert "registered 4 services" in result.stdout, result.stdout
    library = by_name(installation, "Library")
    library.pop("id")
    assert library == {
        "tenant": "main", "name": "Library",
        "pattern": "https://library.apereo.example/*",
        "released": ["mail", "memberOf"], "enabled": True, "logout": "back",
        "logout_url": "https://library.apereo.example/slo",
        "rest": False, "proxy": False, "proxy_callback": "",
        "proxy_lenient": False,
        "settings": {"description": "The catalogue", "order": 10,
                     "contact": "Ada Desk, library@apereo.example"}}
    grades = by_name(installation, "Grades")
    assert grades["pattern"] == "https://grades.apereo.example/app/*"
    assert grades["released"] == ["mail", "memberOf", "sn"]
    assert grades["logout"] == "none"
    assert grades["settings"] == {
        "renamed": {"mail": ["email"], "memberOf": ["groups", "roles"]},
        "user_attribute": "mail", "fresh": True, "ticket_life": 10,
        "attributes": {"memberOf": ["staff", "faculty"]},
        "valid_until": "2099-01-01"}
    forum = by_name(installation, "Forum")
    assert forum["pattern"] == \
        r"^https://(www|forum)\.apereo\.example/.+\.php(\?.*)?"
    assert forum["released"] == ["*"]
    assert (forum["proxy"], forum["proxy_callback"]) == \
        (True, "https://forum.apereo.example/proxy/*")
    assert forum["settings"] == {"order": 3, "user_key": 1}
    closed = by_name(installation, "Closed")
    assert closed["pattern"] == "https://*.sites.apereo.example/closed"
    assert (closed["enabled"], closed["released"]) == (False, [])


def test_every_field_is_spoken_of(imports, apereo):
    """Also in a dry run, which registers nothing."""
    result = imports(apereo, "--dry-run")
    assert "4 services could be imported" in result.stdout
    for file in apereo.iterdir():
        for field in json.loads(file.read_text()):
            assert f"{file}: {field}: " in result.stdout, (file, field)
    assert "proxyPolicy: proxy, with proxy_callback https://" in result.stdout
    assert "only with https; --allow-http keeps http" in result.stdout
    imports(apereo)  # since nothing was


@pytest.mark.parametrize("service_id, pattern", [
    ("https://a.apereo.example/cb", "https://a.apereo.example/cb"),
    (r"^https://a\.apereo\.example$", "https://a.apereo.example/"),
    (r"^https://A\.Apereo\.example/.*", "https://a.apereo.example/*"),
    (r"^https://a.apereo.example.*", "https://a.apereo.example/*"),
    (r"^https://a\.apereo\.example(/.*)?$", "https://a.apereo.example/*"),
    (r"^https://a\.apereo\.example:8443/x/.*",
     "https://a.apereo.example:8443/x/*"),
    (r"^https?://a\.apereo\.example/.*", "https://a.apereo.example/*"),
    (r"^(https|imaps)://a\.apereo\.example/.*", "https://a.apereo.example/*"),
    (r"^https://[^/.]+\.apereo\.example/.*", "https://*.apereo.example/*"),
    (r"^https://a\.apereo\.example/app.*",
     r"^https://a\.apereo\.example/app.*"),
    (r"^https://.*\.apereo\.example/.*", r"^https://.*\.apereo\.example/.*"),
    (r"^https://(a|b).apereo.example/.*",
     r"^https://(a|b)\.apereo\.example/.*"),
])
def test_an_id_becomes_the_simplest_pattern(installation, imports,
                                            service_id, pattern):
    imports(theirs(service_id))
    assert by_name(installation, "Theirs")["pattern"] == pattern


REFUSALS = [
    ({"@class": CLASSES + "OidcRegisteredService"}, "@class: only"),
    ({"serviceId": "^https?://.*"}, "pattern: this expression"),
    ({"serviceId": "^(https|imaps)://.*"}, "pattern: this expression"),
    ({"serviceId": "^imaps://.*"}, "serviceId: this begins"),
    ({"serviceId": r"^https://a\.b\.example/(?!x).*"},
     "serviceId: character 24"),
    ({"serviceId": r"^https://a\.b\.example/x|https://c\.b\.example/.*"},
     "serviceId: character"),
    ({"serviceId": "^http://a.example/.*"}, "pattern: without https://"),
    ({"serviceId": 3}, "serviceId: no text"),
    ({"logoutType": "SIDE_CHANNEL"}, "logoutType: only"),
    ({"logoutUrl": "https://a.example/,https://b.example/x y"},
     "logout_url: takes one address"),
    ({"attributeReleasePolicy": policy("GroovyScriptAttributeReleasePolicy",
                                       groovyScript="file:/x")},
     "attributeReleasePolicy: its groovyScript"),
    ({"attributeReleasePolicy": policy("ScriptedRegisteredService")},
     "attributeReleasePolicy: of release policies"),
    ({"attributeReleasePolicy": policy(
        "ReturnAllAttributeReleasePolicy",
        authorizedToReleaseCredentialPassword=True)},
     "attributeReleasePolicy: its authorizedToReleaseCredentialPassword"),
    ({"attributeReleasePolicy": policy(
        "ReturnAllAttributeReleasePolicy",
        attributeFilter=policy("RegisteredServiceRegexAttributeFilter"))},
     "attributeReleasePolicy: its attributeFilter"),
    ({"attributeReleasePolicy": policy(
        "ReturnMappedAttributeReleasePolicy",
        allowedAttributes={"uid": "groovy { return 1 }"})},
     "attributeReleasePolicy: allowedAttributes has more"),
    ({"usernameAttributeProvider": policy(
        "DefaultRegisteredServiceUsernameProvider",
        canonicalizationMode="UPPER")}, "usernameAttributeProvider: names"),
    ({"usernameAttributeProvider": policy(
        "DefaultRegisteredServiceUsernameProvider", encryptUsername=True)},
     "usernameAttributeProvider: its encryptUsername"),
    ({"usernameAttributeProvider": policy("GroovyProvider")},
     "usernameAttributeProvider: of providers"),
    ({"proxyPolicy": policy("RegexMatchingRegisteredServiceProxyPolicy",
                            pattern="^https?://.*")},
     "proxyPolicy: its pattern"),
    ({"proxyPolicy": policy("RegexMatchingRegisteredServiceProxyPolicy",
                            pattern="^http://a.example/.*")},
     "proxyPolicy: its pattern"),
    ({"proxyPolicy": policy("RegexMatchingRegisteredServiceProxyPolicy",
                            pattern="^https://a.example/", exactMatch=True)},
     "proxyPolicy: its exactMatch"),
    ({"proxyPolicy": policy("RestfulRegisteredServiceProxyPolicy",
                            endpoint="https://a.example/")},
     "proxyPolicy: of proxy policies"),
    ({"accessStrategy": policy("RemoteEndpointServiceAccessStrategy")},
     "accessStrategy: of strategies"),
    ({"accessStrategy": policy(
        "DefaultRegisteredServiceAccessStrategy",
        rejectedAttributes={"a": ["java.util.HashSet", ["b"]]})},
     "accessStrategy: its rejectedAttributes"),
    ({"accessStrategy": policy(
        "DefaultRegisteredServiceAccessStrategy", requireAllAttributes=False,
        requiredAttributes={"a": ["b"], "c": ["d"]})},
     "accessStrategy: of several"),
    ({"accessStrategy": policy(
        "DefaultRegisteredServiceAccessStrategy",
        requiredAttributes={"a": ["b.*"]})},
     "accessStrategy: requiredAttributes has more"),
    ({"expirationPolicy": policy("DefaultRegisteredServiceExpirationPolicy",
                                 expirationDate="next year")},
     "expirationPolicy: expirationDate"),
    ({"serviceTicketExpirationPolicy": policy(
        "DefaultRegisteredServiceServiceTicketExpirationPolicy",
        numberOfUses=2, timeToLive="10")},
     "serviceTicketExpirationPolicy: a ticket is good once"),
    ({"multifactorPolicy": policy(
        "DefaultRegisteredServiceMultifactorPolicy",
        multifactorAuthenticationProviders=["java.util.LinkedHashSet",
                                            ["mfa-gauth"]])},
     "multifactorPolicy: a second step"),
    ({"matchingStrategy": policy(
        "PartialRegexRegisteredServiceMatchingStrategy")},
     "matchingStrategy: only"),
    ({"authenticationPolicy": policy(
        "DefaultRegisteredServiceAuthenticationPolicy",
        requiredAuthenticationHandlers=["java.util.TreeSet", ["x"]])},
     "authenticationPolicy: this cannot be honoured"),
    ({"somethingNew": True}, "somethingNew: this cannot be honoured"),
]


@pytest.mark.parametrize("wrong, sentence", REFUSALS,
                         ids=[sentence for _, sentence in REFUSALS])
def test_what_cannot_be_honoured_is_refused_by_field(
        installation, imports, wrong, sentence):
    before = exported(installation)
    rows = [theirs(), {**theirs(r"^https://two\.apereo\.example/.*"), **wrong}]
    result = imports(rows, expect=REFUSED)
    assert f"services.json: {sentence}" in result.stderr, result.stderr
    assert "nothing was imported" in result.stderr
    assert exported(installation) == before


def test_any_host_and_http_are_accepted_when_said(installation, imports):
    imports([theirs("^https?://.*/of/import")], "--any-host", "--allow-http")
    assert by_name(installation, "Theirs")["pattern"] == \
        "^https?://.*/of/import"
