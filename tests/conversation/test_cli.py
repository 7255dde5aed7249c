# SPDX-License-Identifier: Apache-2.0
"""The command line: help, exit codes, settings, accounts, services, check."""
import json
import os
import pty
import re
import select

import pytest

from installation import SLOWEST

DONE, REFUSED, USAGE, UNUSABLE = 0, 1, 2, 3

COMMANDS = [
    ["serve"], ["migrate"], ["check"],
    ["keys"], ["keys", "generate"],
    ["tenant"], ["tenant", "add"], ["tenant", "list"],
    ["account"], ["account", "add"], ["account", "list"], ["account", "show"],
    ["account", "import"], ["account", "export"],
    ["account", "set-password"], ["account", "disable"], ["account", "enable"],
    ["service"], ["service", "add"], ["service", "list"], ["service", "show"],
    ["service", "test"], ["service", "disable"], ["service", "enable"],
    ["service", "remove"],
]


@pytest.fixture
def portillon(installation):
    """Runs the program; whatever its exit code, the result comes back."""
    def run(*words, input="", env=None):
        result = installation.portillon(*words, input=input, env=env,
                                        expect=None)
        assert "Sanitizer" not in result.stderr, result.stderr
        assert "runtime error" not in result.stderr, result.stderr
        return result

    return run


@pytest.fixture
def with_settings(installation, portillon):
    """Runs `tenant list` with lines added to the settings file."""
    def run(lines, *words):
        file = installation.folder / "other.ini"
        text = installation.config.read_text() + lines
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
        file.chmod(0o644)
        program = installation.folder / "program/portillon"
        return installation.run(
            [program, "--config", file, *(words or ("tenant", "list"))],
            expect=None)

    return run


def audits(installation, kind):
    return installation.sql("select count(*) from sso.audit where kind = %s",
                            kind)[0][0]


# Help and usage

@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help(portillon, command):
    result = portillon(*command, "--help")
    assert result.returncode == DONE
    assert result.stdout.startswith("Usage: portillon " + " ".join(command))
    assert result.stderr == ""


def test_help_needs_no_settings(installation):
    program = installation.folder / "program/portillon"
    for words in (["--help"], ["account", "add", "--help"], ["--version"],
                  ["--help-settings"], ["--sample-settings"]):
        result = installation.run([program, "--config", "/nowhere", *words],
                                  expect=None)
        assert result.returncode == DONE, words
        assert result.stdout, words


def test_help_lists_every_command(portillon):
    text = portillon("account", "--help").stdout
    for name in ("add", "list", "show", "set-password", "disable", "enable"):
        assert re.search(rf"^  {name} ", text, re.M), name


@pytest.mark.parametrize("words, sentence", [
    ([], "a command is missing"),
    (["account"], "a command is missing"),
    (["acount"], 'did you mean "account"?'),
    (["account", "ad"], 'did you mean "add"?'),
    (["frobnicate"], 'there is no command "frobnicate"'),
    (["account", "list", "--jsn"], "did you mean --json?"),
    (["account", "list", "--json=1"], "--json takes no value"),
    (["account", "list", "-j"], "there is no option -j"),
    (["account", "list", "all"], "one word too many"),
    (["account", "show"], "LOGIN is missing"),
    (["account", "add", "x"], "--name is missing"),
    (["account", "add", "x", "--name"], "--name needs a value"),
    (["account", "add", "x", "--name", "a", "--name", "b"],
     "--name was given twice"),
    (["serve", "--daemon"], "there is no option --daemon"),
])
def test_wrong_usage(portillon, words, sentence):
    result = portillon(*words)
    assert result.returncode == USAGE
    assert sentence in result.stderr
    assert result.stdout == ""


# Settings

@pytest.mark.parametrize("lines, sentence", [
    ("[server]\nulr = x\n", 'did you mean "server.url"?'),
    ("[sevrer]\ngates = 1\n", 'did you mean "server.gates"?'),
    ("[zebra]\nstripes = 1\n", 'there is no setting "zebra.stripes"'),
    ("[ticket]\nlife = 4\n", "from 5 to 300"),
    ("[ticket]\nlife = 301\n", "from 5 to 300"),
    ("[ticket]\nlife = -30\n", "from 5 to 300"),
    ("[ticket]\nlife = +30\n", "from 5 to 300"),
    ("[ticket]\nlife = 3e1\n", "from 5 to 300"),
    ("[ticket]\nlife =\n", "from 5 to 300"),
    ("[ticket]\nlife = 18446744073709551646\n", "from 5 to 300"),
    ("[ticket]\nlife = 30\nlife = 30\n", "second time"),
    ("[ticket]\n life = 30\n", "starts with a blank"),
    ("[log]\nlevel = loud\n", "one of: debug info warning error"),
    ("[server]\ntrusted_proxies = 10.0.0.1/8\n", "10.0.0.1/8"),
    ("[pages]\nhelp_url = javascript:alert(1)\n", "https://"),
    ("[pages]\nhelp_url = https://" + "x" * 200 + "\n", "longer than"),
    ("[ticket]\nlife\n", "neither [section] nor name = value"),
    ("[ticket\n", "neither [section] nor name = value"),
    ("[pages]\n; \udcff\n", "not UTF-8"),
])
def test_wrong_settings_are_refused(with_settings, lines, sentence):
    result = with_settings(lines)
    assert result.returncode == UNUSABLE
    assert sentence in result.stderr


def test_the_line_is_told(installation, with_settings):
    line = len(installation.config.read_text().splitlines()) + 3
    result = with_settings("\n[ticket]\nlife = x\n")
    assert f"other.ini, line {line}: ticket.life" in result.stderr


def test_a_named_file_must_be_there(installation):
    result = installation.run(
        [installation.folder / "program/portillon", "--config", "/nowhere",
         "tenant", "list"], expect=None)
    assert result.returncode == UNUSABLE
    assert "/nowhere" in result.stderr


@pytest.mark.parametrize("name, value, sentence", [
    ("SERVER_URL", "http://sso.example.org/cas", "https://"),
    ("SERVER_URL", "https://SSO.example.org/cas", "lower case"),
    ("SERVER_URL", "https://sso.example.org/cas/", 'no "/" at the end'),
    ("SERVER_URL", "https://sso.example.org/cas?x", "must be an address"),
    ("SERVER_URL", "https://me@sso.example.org/cas", "must be an address"),
    ("SERVER_LISTEN", "8443", "an address and a port"),
    ("SERVER_LISTEN", "localhost:8443", "an address and a port"),
    ("SERVER_LISTEN", "::1:8443", "an address and a port"),
    ("SERVER_LISTEN", "127.0.0.1:0", "an address and a port"),
    ("SERVER_LISTEN", "127.0.0.1:65536", "an address and a port"),
    ("SERVER_GATES", "many", "a whole number"),
    ("SERVER_ULR", "x", 'did you mean "PORTILLON_SERVER_URL"?'),
    ("WHATEVER", "x", "there is no setting"),
])
def test_wrong_environment_is_refused(portillon, name, value, sentence):
    result = portillon("tenant", "list", env={"PORTILLON_" + name: value})
    assert result.returncode == UNUSABLE
    assert sentence in result.stderr


def test_environment_goes_before_the_file(portillon):
    result = portillon("tenant", "list",
                       env={"PORTILLON_DATABASE_APP": "host=/nowhere"})
    assert result.returncode == UNUSABLE
    assert "cannot be reached" in result.stderr


def test_the_sample_is_a_settings_file(installation, portillon):
    sample = portillon("--sample-settings").stdout
    told = portillon("--help-settings").stdout
    names = re.findall(r"^(\w+\.\w+), or PORTILLON_", told, re.M)
    assert len(names) > 20
    section, in_sample = "", []
    for line in sample.splitlines():
        found = re.fullmatch(r"\[(\w+)\]", line)
        section = found[1] if found else section
        found = re.fullmatch(r";(\w+) =.*", line)
        if found:
            in_sample.append(f"{section}.{found[1]}")
    assert in_sample == names
    # every default, uncommented, is accepted as it stands
    file = installation.folder / "sample.ini"
    file.write_text(re.sub(r"(?m)^;(\w+ =)", r"\1", sample))
    file.chmod(0o644)
    result = installation.run(
        [installation.folder / "program/portillon", "--config", file, "check"],
        expect=None)
    assert "finding: settings: server.url is not set" in result.stdout
    assert "line" not in result.stdout


# Accounts

def test_account_add_list_show(installation, portillon):
    before = audits(installation, "account added")
    result = portillon(
        "account", "add", "Cli.One@Example.org", "--name", "Élodie Ünal",
        "--type", "teacher", "--group", "staff", "--group", "maths",
        "--attribute", "mail=e@x.org", "--attribute", "memberOf=a=b",
        "--attribute", "memberOf=c", "--password-stdin",
        input="long enough\n")
    assert result.returncode == DONE, result.stderr
    assert audits(installation, "account added") == before + 1

    shown = json.loads(portillon("account", "show", "CLI.one@example.org",
                                 "--json").stdout)
    assert shown["login"] == "cli.one@example.org"
    assert shown["name"] == "Élodie Ünal"
    assert shown["attributes"] == {"mail": ["e@x.org"],
                                   "memberOf": ["a=b", "c"]}
    assert shown["memberships"] == [
        {"tenant": "main", "type": "teacher", "groups": ["staff", "maths"]}]

    listed = json.loads(portillon("account", "list", "--json").stdout)
    mine = [one for one in listed if one["login"] == "cli.one@example.org"]
    assert len(mine) == 1 and mine[0]["state"] == "active"
    assert re.search(r"^cli\.one@example\.org +Élodie Ünal +active +main",
                     portillon("account", "list").stdout, re.M)

    result = portillon("account", "add", "CLI.ONE@example.org", "--name", "X",
                       "--password-stdin", input="long enough\n")
    assert result.returncode == REFUSED
    assert "already" in result.stderr


@pytest.mark.parametrize("words, password, sentence", [
    (["a b"], "long enough", "a login is"),
    (["élodie"], "long enough", "a login is"),
    (["x" * 65], "long enough", "a login is"),
    ([""], "long enough", "a login is"),
    (["x", "--tenant", "none"], "long enough", "there is no tenant"),
    (["x", "--attribute", "mail"], "long enough", "NAME=VALUE"),
    (["x", "--attribute", "1a=b"], "long enough", "cannot be called"),
    (["x", "--attribute", "user=b"], "long enough", "cannot be called"),
    (["x", "--attribute", "a=b\x1b[31m"], "long enough", "control"),
    (["x", "--group", ""], "long enough", "--group"),
    (["x"], "1234567", "8 to 1024"),
    (["x"], "x" * 1025, "8 to 1024"),
    (["x"], "two lines\nof it", "more than one line"),
    (["x"], "", "8 to 1024"),
])
def test_account_add_refuses(portillon, words, password, sentence):
    result = portillon("account", "add", *words, "--name", "X",
                       "--password-stdin", input=password + "\n")
    assert result.returncode == REFUSED
    assert sentence in result.stderr
    assert portillon("account", "show", "x").returncode == REFUSED


@pytest.mark.parametrize("name", ["", "a\nb", "a\x1bb", "a\u202eb", "x" * 257])
def test_display_name_is_refused(portillon, name):
    result = portillon("account", "add", "x", "--name", name,
                       "--password-stdin", input="long enough\n")
    assert result.returncode == REFUSED
    assert "--name" in result.stderr


def test_password_hash_is_taken_over(installation, portillon):
    bcrypt = "$2b$04$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
    result = portillon("account", "add", "imported", "--name", "I",
                       "--password-hash", bcrypt)
    assert result.returncode == DONE, result.stderr
    assert installation.sql("select password from sso.account"
                            " where login = 'imported'") == [(bcrypt,)]
    for wrong in ("", "plain", "$argon2id$", "$1x$"):
        result = portillon("account", "add", "imported2", "--name", "I",
                           "--password-hash", wrong)
        assert result.returncode == REFUSED, wrong


def test_disable_enable_set_password(installation, portillon, new_account):
    login, _ = new_account()
    epoch = f"select epoch, state from sso.account where login = '{login}'"
    (start, _), = installation.sql(epoch)
    assert portillon("account", "disable", login).returncode == DONE
    assert installation.sql(epoch) == [(start + 1, "disabled")]
    assert portillon("account", "enable", login).returncode == DONE
    assert portillon("account", "set-password", login, "--password-stdin",
                     input="quite another\n").returncode == DONE
    assert installation.sql(epoch) == [(start + 3, "active")]
    for words in (["disable"], ["enable"], ["show"]):
        assert portillon("account", *words, "nobody").returncode == REFUSED
    assert portillon("account", "set-password", "nobody", "--password-stdin",
                     input="quite another\n").returncode == REFUSED


def ask_on_terminal(installation, *words, answers):
    """Runs the program with a terminal of its own; (exit code, screen)."""
    command = [*installation.prefix,
               str(installation.folder / "program/portillon"), "--config",
               str(installation.config), *words]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe(command[0], command, installation.environment())
    screen = b""
    for question, answer in answers:
        while not screen.endswith(question):
            assert select.select([terminal], [], [], SLOWEST)[0], screen
            screen += os.read(terminal, 1024)
        os.write(terminal, answer)
    while select.select([terminal], [], [], SLOWEST)[0]:
        try:
            piece = os.read(terminal, 1024)
        except OSError:
            break
        if not piece:
            break
        screen += piece
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), screen.decode()


def test_password_is_asked_unseen(installation, new_account):
    login, _ = new_account()
    words = ("account", "set-password", login)
    code, screen = ask_on_terminal(installation, *words, answers=[
        (b"New password: ", b"seen by nobody\n"),
        (b"The same again: ", b"seen by nobody\n")])
    assert code == DONE, screen
    assert "seen by" not in screen
    code, screen = ask_on_terminal(installation, *words, answers=[
        (b"New password: ", b"seen by nobody\n"),
        (b"The same again: ", b"seen by somebody\n")])
    assert code == REFUSED
    assert "not the same" in screen and "seen by" not in screen


# Services and tenants

def test_tenants(portillon):
    assert portillon("tenant", "add", "cli-1", "Cli").returncode == DONE
    result = portillon("tenant", "add", "cli-1", "Cli")
    assert result.returncode == REFUSED and "already" in result.stderr
    for slug in ("Cli", "-x", "", "a b", "x" * 64):
        assert portillon("tenant", "add", "--", slug,
                         "X").returncode == REFUSED, slug
    listed = json.loads(portillon("tenant", "list", "--json").stdout)
    assert {"main", "cli-1"} <= {one["slug"] for one in listed}


def test_service_life(installation, portillon):
    result = portillon("service", "add", "--name", "Cli", "--release", "mail",
                       "HTTPS://CLI.example:443/app/*")
    assert result.returncode == DONE, result.stderr
    service = installation.service_id("https://cli.example/app/*")
    shown = json.loads(portillon("service", "show", service, "--json").stdout)
    assert shown == {"id": int(service), "tenant": "main", "name": "Cli",
                     "pattern": "https://cli.example/app/*",
                     "released": ["mail"], "enabled": True,
                     "logout": "back", "logout_url": "", "rest": False,
                     "proxy": False, "proxy_callback": "",
                     "proxy_lenient": False, "settings": {}}
    url = "https://cli.example/app/x?y=1"
    result = portillon("service", "test", url)
    assert result.returncode == DONE
    assert re.search(r"^released: +login, mail$", result.stdout, re.M)
    assert portillon("service", "disable", service).returncode == DONE
    result = portillon("service", "test", url)
    assert result.returncode == REFUSED and "disabled" in result.stdout
    assert portillon("service", "enable", service).returncode == DONE
    assert portillon("service", "test", url).returncode == DONE
    assert portillon("service", "remove", service).returncode == DONE
    assert portillon("service", "test", url).returncode == REFUSED
    assert portillon("service", "remove", service).returncode == REFUSED


@pytest.mark.parametrize("words, sentence", [
    (["http://cli.example/"], "--allow-http"),
    (["https://cli.example/?a=b"], "no query"),
    (["https://*/"], "a star"),
    (["https://cli.example/*/x"], "a star"),
    (["ftp://cli.example/"], "not a URL"),
    (["https://cli.example/", "--release", "user"], "--release user"),
    (["https://cli.example/", "--tenant", "none"], "there is no tenant"),
])
def test_service_add_refuses(portillon, words, sentence):
    result = portillon("service", "add", "--name", "X", *words)
    assert result.returncode == REFUSED
    assert sentence in result.stderr


@pytest.mark.parametrize("url, sentence", [
    ("https://near.example/cb/x", "has another path"),
    ("http://near.example/cb", "is for https and this address is http"),
    ("https://near.example:8443/cb", "has another port"),
    ("https://near.exmaple/cb", "spelled much the same"),
    ("https://a.b.star.example/", "exactly one label"),
    ("https://star.example/", "exactly one label"),
])
def test_near_misses_are_told(installation, portillon, url, sentence):
    rows = json.loads(portillon("service", "list", "--json").stdout)
    known = {one["pattern"] for one in rows}
    for pattern in ("https://near.example/cb", "https://*.star.example/*"):
        if pattern not in known:
            installation.add_service(pattern)
    result = portillon("service", "test", url)
    assert result.returncode == REFUSED
    assert "no pattern matches" in result.stdout
    assert sentence in result.stdout


@pytest.mark.parametrize("url, sentence", [
    ("app.example", "does not start with"),
    ("https://a@near.example/", "user information"),
    ("https://near.example/a b", "a blank"),
    ("https://near.example\\x", "a backslash"),
    ("https://near.example/%2e%2e/x", "segments"),
    ("https://near.example/" + "x" * 4096, "longer than"),
])
def test_impossible_addresses(portillon, url, sentence):
    result = portillon("service", "test", url)
    assert result.returncode == REFUSED
    assert sentence in result.stderr


# Check, keys

def test_check_finds_nothing(portillon):
    result = portillon("check")
    assert result.returncode == DONE, result.stdout
    lines = result.stdout.splitlines()
    assert len(lines) >= 9 and all(line.startswith("ok: ") for line in lines)


@pytest.mark.parametrize("name, value, finding", [
    ("SERVER_LISTEN", "nonsense", "finding: settings: environment"),
    ("SERVER_URL", "", "finding: settings: server.url is not set"),
    ("SERVER_TLS_KEY", "", "finding: settings: server.tls_certificate and"),
    ("SERVER_TLS_KEY", "/nowhere", "finding: settings: server.tls_key"),
    ("SERVER_USER", "nobody-known", "finding: settings: server.user"),
    ("SESSION_IDLE", "40000", "finding: settings: session.idle"),
    ("KEYS_FILE", "/nowhere", "finding: keys: "),
    ("KEYS_FILE", "/etc/passwd", "finding: keys: /etc/passwd may be read"),
    ("PAGES_TEMPLATES", "/nowhere", "finding: templates: "),
    ("PAGES_STATIC", "/etc/ssl", "finding: static files: "),
    ("DATABASE_APP", "host=/nowhere", "finding: database: "),
    ("DATABASE_APP", "host=no.such.host.invalid",
     'finding: database.app: the address of host "no.such.host.invalid"'),
    ("DATABASE_APP", "service=other", "finding: database.app: service files"),
    ("DATABASE_MIGRATOR", "host=/nowhere", "finding: migrations: "),
    ("SERVER_GATES", "32", "finding: connections: "),
])
def test_check_finds(portillon, name, value, finding):
    result = portillon("check", env={"PORTILLON_" + name: value})
    assert result.returncode == REFUSED
    assert any(line.startswith(finding)
               for line in result.stdout.splitlines()), result.stdout


def test_check_refuses_plain_http_to_the_network(portillon):
    plain = {"PORTILLON_SERVER_TLS_CERTIFICATE": "",
             "PORTILLON_SERVER_TLS_KEY": ""}
    for listen, refused in (("0.0.0.0:8080", True), ("[::]:8080", True),
                            ("127.0.0.1:8080", False), ("[::1]:8080", False)):
        result = portillon("check", env={**plain,
                                         "PORTILLON_SERVER_LISTEN": listen})
        assert ("plain HTTP" in result.stdout) == refused, listen


def test_check_compares_clocks(installation, portillon):
    installation.clock.shift(5)
    result = portillon("check")
    assert result.returncode == REFUSED
    assert "finding: clocks" in result.stdout


def test_keys_are_never_overwritten(installation, portillon):
    before = (installation.folder / "keys").read_bytes()
    result = portillon("keys", "generate")
    assert result.returncode == REFUSED
    assert (installation.folder / "keys").read_bytes() == before

    fresh = installation.folder / "fresh-keys"
    env = {"PORTILLON_KEYS_FILE": str(fresh)}
    assert portillon("keys", "generate", env=env).returncode == DONE
    assert fresh.stat().st_mode & 0o777 == 0o600
    assert fresh.read_bytes() != before
    fresh.chmod(0o640)
    result = portillon("check", env=env)
    assert "finding: keys: " in result.stdout
    fresh.unlink()
