# SPDX-License-Identifier: Apache-2.0
"""People in numbers: what files may say, what happens to bad lines, to people
who are there already, and when something dies midway."""
import csv
import ctypes
import io
import json
import os
import pty
import signal
import socket
import subprocess
import threading
import time

import pytest

from installation import wait_until

DONE, REFUSED, USAGE, UNUSABLE = 0, 1, 2, 3
PEOPLE_MANY = int(os.environ.get("TEST_PEOPLE", "20000"))
# "correct horse"
BCRYPT = "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"


def crypted(password, setting):
    """A hash of crypt(3), the library that Debian's programs use."""
    library = ctypes.CDLL("libcrypt.so.1")
    library.crypt.restype = ctypes.c_char_p
    made = library.crypt(password.encode(), setting.encode())
    assert made.startswith(b"$"), setting
    return made.decode()


@pytest.fixture
def begin():
    """Starts the same commands in the background; none outlives its test."""
    begun = []

    def start(place, *words, env=None):
        begun.append(subprocess.Popen(
            [*place.prefix, str(place.folder / "program/portillon"),
             "--config", str(place.config), "account", *map(str, words)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, cwd=place.folder,
            env={**place.environment(), **(env or {})}))
        return begun[-1]

    yield start
    for process in begun:
        process.kill()
        process.communicate()


@pytest.fixture
def people(installation):
    """Imports and exports in the shared installation; `people.file` writes a
    file.  Whatever was added is gone afterwards."""
    place = People(installation)
    before = {login for login, in installation.sql(
        "select login from sso.account")}
    yield place
    installation.sql("delete from sso.account where login <> all (%s)",
                     list(before))


class People:
    def __init__(self, installation):
        self.installation = installation
        self.number = 0

    def file(self, content, kind="csv"):
        self.number += 1
        path = self.installation.folder / f"people{os.getpid()}-" \
            f"{self.number}.{kind}"
        if isinstance(content, str):
            content = content.encode()
        path.write_bytes(content)
        path.chmod(0o644)
        return path

    def fresh(self, kind):
        """The name of a file that does not exist yet."""
        path = self.file("", kind)
        path.unlink()
        return path

    def run(self, command, *words, **options):
        result = self.installation.portillon(
            "account", command, *words, expect=None, **options)
        assert "Sanitizer" not in result.stderr, result.stderr
        assert "runtime error" not in result.stderr, result.stderr
        return result

    def load(self, content, *words, kind="csv", expect=DONE):
        result = self.run("import", self.file(content, kind), *words)
        assert result.returncode == expect, (result.stdout, result.stderr)
        return result

    def show(self, login):
        result = self.run("show", login, "--json")
        return json.loads(result.stdout) if result.returncode == DONE else None

    def sql(self, *query):
        return self.installation.sql(*query)

    def count(self):
        return self.sql("select count(*) from sso.account")[0][0]


def test_a_table_is_imported_field_by_field(people):
    done = people.load(
        "\ufefflogin,display_name,password,state,attribute:mail,attribute:room,"
        "tenant,type,groups\r\n"
        f'Marie.C,"Curie, Marie",{BCRYPT},,m@x.example;second@x.example,'
        '"A\\;1;B\\\\2",main,teacher,physics;chemistry\r\n'
        "\r\n"
        "pierre,\"Pierre\"\"Pi\"\" Curie\",,disabled,,,,,\n")
    assert done.stdout == \
        "imported: 2 added, 0 changed, 0 as before, 0 left out\n"
    marie = people.show("marie.c")
    assert marie["name"] == "Curie, Marie"
    assert marie["has_password"] and marie["state"] == "active"
    assert marie["attributes"] == {
        "mail": ["m@x.example", "second@x.example"], "room": ["A;1", "B\\2"]}
    assert marie["memberships"] == [{
        "tenant": "main", "type": "teacher",
        "groups": ["physics", "chemistry"]}]
    pierre = people.show("pierre")
    assert pierre["name"] == 'Pierre"Pi" Curie'
    assert (pierre["state"], pierre["has_password"]) == ("disabled", False)
    assert (pierre["attributes"], pierre["memberships"]) == ({}, [])
    assert people.sql(
        "select kind, count(*) from sso.audit where account_id in (select id "
        "from sso.account where login in ('marie.c', 'pierre')) group by 1"
    ) == [("account added", 2)]
    kind, detail = people.sql("select kind, detail from sso.audit "
                              "where account_id is null and detail ? 'added' "
                              "order by id desc limit 1")[0]
    assert kind == "people imported"
    assert detail == {"added": 2, "changed": 0, "same": 0, "left_out": 0}


@pytest.mark.parametrize("lines", [False, True])
def test_json_is_imported_as_a_list_and_as_lines(people, lines):
    objects = [
        {"login": "jane", "display_name": "Jane {\"[\\", "password": BCRYPT,
         "attributes": {"mail": ["j@x.example", ""], "one": "alone"},
         "memberships": [{"tenant": "main", "type": "student"}]},
        {"login": "kim", "display_name": "Kim", "password": None,
         "groups": ["a", "b"]},
        {"login": "lea", "display_name": "Léa", "tenant": None},
        {"login": "max", "display_name": "Max", "memberships": []}]
    text = "\n".join(map(json.dumps, objects)) if lines \
        else json.dumps(objects, indent=1)
    people.load(text, kind="jsonl" if lines else "json")
    jane = people.show("jane")
    assert jane["attributes"] == {"mail": ["j@x.example", ""],
                                  "one": ["alone"]}
    assert jane["memberships"] == [{"tenant": "main", "type": "student",
                                    "groups": []}]
    main = {"tenant": "main", "type": "", "groups": []}
    assert people.show("kim")["memberships"] == [{**main,
                                                  "groups": ["a", "b"]}]
    assert people.show("lea")["memberships"] == [main]
    assert people.show("max")["memberships"] == []


def test_standard_input_needs_a_format(people):
    text = "login,display_name\nfrom-pipe,Pipe\n"
    assert people.run("import", "-", input=text).returncode == USAGE
    done = people.run("import", "-", "--format", "csv", input=text)
    assert done.returncode == DONE, done.stderr
    assert people.show("from-pipe")["name"] == "Pipe"


BAD_LINES = [
    ("bad login,X,,", "a login is 1 to 64"),
    (",X,,", "the login is missing"),
    ("nameless,,,", "display_name is missing"),
    ("control,a\tb,,", "without control characters"),
    (f"long,{'x' * 257},,", "1 to 256 bytes"),
    ("clear,X,swordfish1,", "clear text"),
    ("md5,X,$1$abcdefgh$ABCDEFGHIJKLMNOPQRSTU/,", "another kind"),
    ("ldap,X,{SSHA}abcdefghijklmnop,", "another kind"),
    (f"cost,X,{BCRYPT.replace('$04$', '$20$')},", "cost of 4 to 16"),
    (f"cut,X,{BCRYPT[:-1]},", "bcrypt hash of 60 characters"),
    ("rounds,X,$6$rounds=999999999$saltsalt$" + "a" * 86 + ",",
     "at most 5000000 rounds"),
    ("rounds5,X,$5$rounds=999999999$saltsalt$" + "a" * 43 + ",",
     "at most 5000000 rounds"),
    ("memory,X,\"$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$" + "a" * 43 +
     "\",", "at most 1 GiB"),
    ("passes,X,\"$argon2id$v=19$m=1048576,t=5,p=1$c29tZXNhbHQ$" + "a" * 43 +
     "\",", "at most 4 GiB"),
    ("yescrypt,X,$y$jZT$saltsalt$" + "a" * 43 + ",", "cost of 1 to 11"),
    ("state,X,,gone", "state is active, disabled or locked"),
    ("few,X", "2 fields, but the first line names 4"),
    ("many,X,,,", "5 fields"),
    ("alice,X,,", "there is such an account already"),
    ("good,Twice,,", "the same login stands in line 2"),
    ("GOOD ,Twice,,", "the same login stands in line 2"),
]


def bad_table():
    lines = ["login,display_name,password,state", "good,Good,,"]
    return "\n".join(lines + [line for line, _ in BAD_LINES]) + "\n"


def test_bad_lines_are_told_with_line_and_reason(people):
    """All of them, and nothing at all is imported."""
    before = people.count()
    errors = people.fresh("csv")
    refused = people.load(bad_table(), "--errors", errors, expect=REFUSED)
    told = refused.stderr.splitlines()
    for number, (_, reason) in list(enumerate(BAD_LINES, 3))[:20]:
        line = [text for text in told if text.startswith(f"line {number} ")
                or text.startswith(f"line {number}:")]
        assert len(line) == 1 and reason in line[0], (number, reason, told)
    assert told[20] == "and 1 more lines"
    assert "nothing was changed" in told[-1]
    assert "swordfish1" not in refused.stderr
    rows = list(csv.reader(io.StringIO(errors.read_text())))
    assert rows[0] == ["line", "login", "reason"]
    assert [int(row[0]) for row in rows[1:]] == \
        list(range(3, 3 + len(BAD_LINES)))
    assert all(reason in row[2]
               for row, (_, reason) in zip(rows[1:], BAD_LINES))
    assert errors.stat().st_mode & 0o777 == 0o600
    assert people.count() == before
    again = people.run("import", people.file(bad_table()), "--errors", errors)
    assert again.returncode == UNUSABLE and "File exists" in again.stderr


def test_skip_bad_imports_all_others(people):
    before = people.count()
    done = people.load(bad_table(), "--skip-bad")
    assert done.stdout == "imported: 1 added, 0 changed, 0 as before, " \
        f"{len(BAD_LINES)} left out\n"
    assert people.count() == before + 1
    assert people.show("alice")["name"] == "Alice Martin"


def test_dry_run_changes_nothing(people):
    before = people.count()
    rows = people.sql("select count(*) from sso.audit")
    tried = people.load("login,display_name\ntrial,T\n", "--dry-run")
    assert tried.stdout == "this would be imported: 1 added, 0 changed, " \
        "0 as before, 0 left out\n"
    people.load("login,display_name\ntrial,T\nalice,A\n", "--dry-run",
                expect=REFUSED)
    assert people.count() == before
    assert people.sql("select count(*) from sso.audit") == rows


@pytest.mark.parametrize("content, kind, reason", [
    ("", "csv", "the file is empty"),
    ("login;display_name\nx;X\n", "csv", "separated by semicolons"),
    ("login\tdisplay_name\nx\tX\n", "csv", "semicolons or tabs"),
    ("display_name\nX\n", "csv", 'no column "login"'),
    ("login,displayname\nx,X\n", "csv", 'did you mean "display_name"'),
    ("login,login\nx,x\n", "csv", "stands there twice"),
    ("login,display_name,type,type\nx,X,a,b\n", "csv", "more columns"),
    ("login,display_name,attribute:a b\nx,X,y\n", "csv", "cannot be called"),
    ('login,display_name\nfine,F\nx,"never closed\n', "csv",
     "line 3: a quote is opened"),
    ('login,display_name\nfine,F\nx,a"b\n', "csv", "line 3, column 4"),
    ("login,display_name\nfine,F\nx,a\0b\n", "csv", "NUL"),
    ("login,display_name\nfine,F\rx,X\n", "csv", "carriage return"),
    ("\ufeff".encode("utf-16") + "login".encode("utf-16-le"), "csv", "NUL"),
    ('[{"login": "fine", "display_name": "F"}', "json", "not closed"),
    ('[{"login": "fine", "display_name": "F"} {', "json", "neither a list"),
    ('{"login": "fine", "display_name": "F"}\n{"login": ', "jsonl",
     "line 2: an object begins and never ends"),
    ('{"login": "fine", "display_name": "F"}\n{"login": x}', "jsonl",
     "line 2, column"),
    ('{"login": "a", "login": "b", "display_name": "F"}', "json", "twice"),
    ('"fine"', "json", "neither a list"),
])
def test_a_crooked_file_is_refused_whole(people, content, kind, reason):
    """Also with --skip-bad: after a mistake nobody knows where lines begin."""
    before = people.count()
    refused = people.load(content, "--skip-bad", kind=kind, expect=REFUSED)
    assert reason in refused.stderr
    assert "nothing was changed" in refused.stderr
    assert people.count() == before


@pytest.mark.parametrize("person, reason", [
    ({"login": 5}, "a login is"),
    ({"nickname": "x"}, 'no field "nickname"'),
    ({"attributes": ["x"]}, "attributes are an object"),
    ({"attributes": {"a": [5]}}, "not a text"),
    ({"attributes": {"a": {"b": "c"}}}, "not a list"),
    ({"attributes": {"1a": ["x"]}}, "cannot be called"),
    ({"attributes": {"a": ["x" * 1025]}}, "at most 1024 bytes"),
    ({"attributes": {f"a{n}": ["x" * 1000] for n in range(70)}},
     "more than 65536"),
    ({"memberships": [{"tenant": "main"}, {"tenant": "main"}]}, "twice"),
    ({"memberships": [{"tenant": "nowhere"}]}, "there is no such tenant"),
    ({"memberships": [{"tenant": "main", "x": 1}]}, "nothing else"),
    ({"memberships": [], "tenant": "main"}, "both"),
    ({"memberships": {}}, "memberships are a list"),
    ({"groups": ["x" * 129]}, "1 to 128 bytes"),
    ({"tenant": ""}, "tenant takes"),
    ({"password": ["x"]}, "not a text"),
    ({"display_name": "a\u202eb"}, "display_name"),
])
def test_json_says_what_is_wrong(people, person, reason):
    text = json.dumps([{"login": "somebody", "display_name": "S", **person}])
    refused = people.load(text, kind="json", expect=REFUSED)
    assert refused.stderr.startswith("line 1"), refused.stderr
    assert reason in refused.stderr
    assert people.show("somebody") is None


def account_row(people, login):
    return people.sql("select id, epoch, password, state, display_name "
                      "from sso.account where login = %s", login)[0]


def test_update_leaves_what_the_file_does_not_name(people, new_account):
    login, _ = new_account("--attribute", "mail=old@x.example", "--type",
                           "student", "--group", "red")
    number, epoch, password, _, _ = account_row(people, login)
    before = people.show(login)
    done = people.load(f"login,attribute:phone\n{login},1234\n", "--update")
    assert "0 added, 1 changed, 0 as before" in done.stdout
    after = people.show(login)
    assert after == {**before, "attributes": {"phone": ["1234"]}}
    done = people.load(f"login,attribute:phone\n{login},1234\n", "--update")
    assert "0 added, 0 changed, 1 as before" in done.stdout
    people.load(f"login,tenant,type,groups\n{login},main,teacher,\n",
                "--update")
    assert people.show(login)["memberships"] == [
        {"tenant": "main", "type": "teacher", "groups": []}]
    people.load(f"login,tenant\n{login},\n", "--update")
    assert people.show(login)["memberships"] == []
    assert account_row(people, login)[:3] == (number, epoch, password)
    kinds = people.sql("select kind from sso.audit where account_id = %s "
                       "order by id", number)
    assert [kind for kind, in kinds] == ["account added"] + \
        3 * ["account changed"]
    refused = people.load("login,attribute:phone\nnobody-yet,1\n", "--update",
                          expect=REFUSED)
    assert "a new one needs a display_name" in refused.stderr


@pytest.mark.parametrize("column, value, ends", [
    ("password", BCRYPT, True), ("state", "disabled", True),
    ("state", "active", False), ("display_name", "Other Name", False),
    ("password", "", False),
])
def test_update_ends_sessions_only_with_password_or_state(
        people, browser, new_account, column, value, ends):
    login, password = new_account()
    one = browser()
    assert one.sign_in(login, password).status == 303
    people.load(f"login,{column}\n{login},{value}\n", "--update")
    page = one.get("/cas/login")
    assert (page.form is not None) == ends, page.text


AWKWARD = [
    "=cmd|' /C calc'!A0", "+32 2 123", "-1", "@SUM(A1)", "'=quoted", "''+",
    "'t Hooft", "semi;colon", "back\\slash", "\\;", ";", "a,b", 'quo"te',
    " blank ", "Ünïcode 🙂 字", "'", "\\",
]


def everybody(place):
    return place.sql(
        "select login, display_name, password, state, attributes, "
        "(select jsonb_agg(jsonb_build_array(t.slug, m.type, m.groups) "
        "order by t.slug) from sso.membership m join sso.tenant t "
        "on t.id = m.tenant_id where m.account_id = a.id) "
        "from sso.account a order by login")


def add_awkward(people):
    if not people.sql("select 1 from sso.tenant where slug = 'annex'"):
        people.installation.portillon("tenant", "add", "annex", "Annex")
    objects = [
        {"login": f"awkward{number}", "display_name": text,
         "password": BCRYPT, "state": "locked",
         "attributes": {"note": [text, "x", text], "alone": [text]},
         "memberships": [
             {"tenant": "annex", "type": text, "groups": [text, text]},
             {"tenant": "main"}][number % 3:]}
        for number, text in enumerate(AWKWARD)]
    objects.append({"login": "+plus@x", "display_name": "P"})
    people.load(json.dumps(objects), kind="json")


@pytest.mark.parametrize("kind", ["csv", "json", "jsonl"])
def test_T199_an_export_comes_back_as_it_was(people, kind):
    """Formulas, separators, quotes, several tenants: all of it."""
    add_awkward(people)
    before = everybody(people)
    path = people.fresh(kind)
    done = people.run("export", path, "--with-passwords")
    assert done.returncode == DONE, done.stderr
    assert path.stat().st_mode & 0o777 == 0o600
    assert f"exported {len(before)} people" in done.stdout
    people.sql("delete from sso.account where login like 'awk%%' "
               "or login = '+plus@x'")
    back = people.run("import", path, "--update")
    assert f"{len(AWKWARD) + 1} added, 0 changed" in back.stdout, back.stderr
    assert everybody(people) == before


def test_T199_no_cell_of_an_export_is_a_formula(people):
    add_awkward(people)
    table = people.run("export", "-", "--format", "csv")
    rows = list(csv.reader(io.StringIO(table.stdout)))
    cells = [cell for row in rows for cell in row]
    assert "'=cmd|' /C calc'!A0" in cells and "'+plus@x" in cells
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")]
    assert "password" not in rows[0] and BCRYPT not in cells


def test_an_export_is_on_record_and_never_overwrites(people):
    path = people.fresh("json")
    assert people.run("export", path).returncode == DONE
    assert all("password" not in one for one in json.loads(path.read_text()))
    again = people.run("export", path)
    assert again.returncode == UNUSABLE and "File exists" in again.stderr
    people.run("export", people.fresh("csv"), "--with-passwords")
    rows = people.sql("select detail from sso.audit where kind = "
                      "'people exported' order by id desc limit 2")
    assert rows == [({"with_passwords": True},), ({"with_passwords": False},)]
    unknown = people.run("export", people.fresh("xls"))
    assert unknown.returncode == USAGE


def on_terminal(people, *words):
    """What the command writes to a terminal, and how it ends."""
    place = people.installation
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [*place.prefix, str(place.folder / "program/portillon"), "--config",
         str(place.config), "account", *map(str, words)],
        stdin=subprocess.DEVNULL, stdout=slave, stderr=slave,
        cwd=place.folder, env=place.environment())
    os.close(slave)
    text = b""
    try:
        while piece := os.read(master, 65536):
            text += piece
    except OSError:
        pass  # so a terminal says that the other end was closed
    os.close(master)
    return process.wait(60), text.decode()


def test_hashes_are_not_shown_on_a_terminal(people):
    code, text = on_terminal(people, "export", "-", "--format", "csv",
                             "--with-passwords")
    assert code == REFUSED and "$argon2id$" not in text
    assert "not written to a terminal" in text
    piped = people.run("export", "-", "--format", "csv", "--with-passwords")
    assert piped.returncode == DONE and "$argon2id$" in piped.stdout


# Hashes at the next sign-in

HASHES = {
    "bcrypt": "$2b$05$abcdefghijklmnopqrstuu",
    "bcrypt of PHP": "$2y$04$abcdefghijklmnopqrstuu",
    "SHA-256-crypt": "$5$rounds=1000$saltsalt$",
    "SHA-512-crypt": "$6$saltsalt$",
    "yescrypt": "$y$j75$abcdefghijklmnop$",
}
OLD = {kind: ("old but fine word", crypted("old but fine word", setting))
       for kind, setting in HASHES.items()}
OLD["Argon2id at another cost"] = (
    "password", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$"
    "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4")
TODAY = "$argon2id$v=19$m=8192,t=1,p=1$"  # as installation.py sets it


@pytest.mark.parametrize("kind", OLD)
def test_old_hashes_are_renewed_at_the_next_sign_in(people, browser, kind):
    password, old = OLD[kind]
    people.load(json.dumps([{"login": "mover", "display_name": "Mover",
                             "password": old}]), kind="json")
    wrong = browser().sign_in("mover", password + "x")
    assert wrong.status == 401
    assert account_row(people, "mover")[2] == old
    one = browser()
    answer = one.sign_in("mover", password)
    assert answer.status == 303 and "__Host-TGC" in one.jar
    number, epoch, new, _, _ = account_row(people, "mover")
    assert new.startswith(TODAY) and epoch == 0
    assert people.sql("select count(*) from sso.session where account_id = %s "
                      "and ended_at is null", number) == [(1,)]
    assert browser().sign_in("mover", password).status == 303
    assert account_row(people, "mover")[2] == new
    assert browser().sign_in("mover", password + "x").status == 401


@pytest.mark.parametrize("hashed", [
    "$2b$20$" + BCRYPT[7:],
    "$6$rounds=999999999$saltsalt$" + "a" * 86,
    "$argon2id$v=19$m=4194304,t=4,p=1$c29tZXNhbHQ$" + "a" * 43,
], ids=["bcrypt", "SHA-512-crypt", "Argon2id"])
def test_absurd_costs_are_never_computed(people, browser, hashed):
    """Even if one got into the database past every check: the sign-in is
    refused within the usual time, not after minutes."""
    people.load("login,display_name\nheavy,Heavy\n")
    people.sql("update sso.account set password = %s where login = 'heavy'",
               hashed)
    assert browser().sign_in("heavy", "correct horse").status == 401


def test_T165_bcrypt_never_compares_a_part_of_a_password(people, browser):
    """bcrypt reads 72 bytes.  What it would not read is not accepted."""
    whole = "p" * 72
    hashed = crypted(whole, HASHES["bcrypt"])
    assert crypted(whole + "tail", HASHES["bcrypt"]) == hashed
    people.load(f"login,display_name,password\nlonger,L,{hashed}\n")
    assert browser().sign_in("longer", whole + "tail").status == 401
    assert account_row(people, "longer")[2] == hashed
    assert browser().sign_in("longer", whole).status == 303
    assert browser().sign_in("longer", whole + "tail").status == 401


# Numbers, and things that die

def many(path, count):
    with open(path, "w", encoding="utf-8") as out:
        out.write("login,display_name,password,attribute:mail,tenant,type,"
                  "groups\n")
        for n in range(count):
            out.write(f"crowd{n},Person Number {n},{BCRYPT},"
                      f"crowd{n}@university.example,main,student,"
                      f"year {n % 5};course {n % 40}\n")
    return path


def resident_most(process):
    """The most memory it ever used, in KiB, while it runs."""
    try:
        with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


def test_many_people_are_imported_and_one_of_them_signs_in(people, browser):
    """The time is printed, not judged."""
    path = many(people.fresh("csv"), PEOPLE_MANY)
    before = time.monotonic()
    done = people.run("import", path)
    imported = time.monotonic() - before
    assert done.stdout.startswith(f"imported: {PEOPLE_MANY} added"), done
    copy = people.fresh("jsonl")
    people.run("export", copy, "--with-passwords")
    exported = time.monotonic() - before - imported
    again = people.run("import", copy, "--update")
    print(f"{PEOPLE_MANY} people: import {imported:.1f} s, export "
          f"{exported:.1f} s, import again {time.monotonic() - before:.1f} s")
    assert "0 added, 0 changed" in again.stdout, again
    assert browser().sign_in(f"crowd{PEOPLE_MANY - 1}",
                             "correct horse").status == 303
    assert PEOPLE_MANY == people.sql(
        "select count(*) from sso.audit as u join sso.account as a "
        "on a.id = u.account_id where a.login like 'crowd%%' "
        "and u.kind = 'account added'")[0][0]


def test_a_terminal_sees_a_bar(people):
    path = many(people.fresh("csv"), 8000)
    code, text = on_terminal(people, "import", path, "--dry-run")
    assert code == DONE and "8000 added" in text
    assert "\r[#" in text and " %" in text and " people" in text


def wait_until_inside(place):
    """Until the import has sent something and waits for more people."""
    wait_until("the import is in its transaction", lambda: place.sql(
        "select 1 from pg_stat_activity where state = 'idle in transaction' "
        "and query like '%%jsonb_to_recordset%%'", role="postgres"))


def fed_halfway(begin, place, lines):
    """An import of standard input that has taken `lines` people and waits for
    more: some are in the database, in its open transaction."""
    process = begin(place, "import", "-", "--format", "csv")
    process.stdin.write(b"login,display_name\n")
    process.stdin.write(b"".join(b"half%d,Half\n" % n for n in range(lines)))
    process.stdin.flush()
    wait_until_inside(place)
    return process


def halves(place):
    return place.sql("select count(*) from sso.account "
                     "where login like 'half%%'")[0][0]


def test_a_killed_import_leaves_nothing(people, begin):
    place = people.installation
    process = fed_halfway(begin, place, 3000)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    wait_until("its connection is gone", lambda: not place.sql(
        "select 1 from pg_stat_activity where state = 'idle in transaction'",
        role="postgres"))
    assert halves(place) == 0
    people.load("login,display_name\nhalf1,Half\n")


def test_an_import_whose_database_dies_leaves_nothing(
        own_installation, begin):
    place = own_installation
    process = fed_halfway(begin, place, 3000)
    place.kill_database()
    rest = b"".join(b"more%d,More\n" % n for n in range(3000))
    _, told = process.communicate(rest, timeout=60)
    assert process.returncode == UNUSABLE
    assert b"connection to the database was lost" in told
    assert b"nothing was changed" in told
    place.database("start")
    assert halves(place) == 0


class Cutter:
    """A socket in front of PostgreSQL's that breaks the first connection when
    "commit" comes by: before it goes on, or once it has."""

    def __init__(self, place, passes_on):
        self.folder = place.folder / f"cutter{passes_on}"
        self.folder.mkdir()
        self.target = str(place.folder / "database/socket/.s.PGSQL.5432")
        self.passes_on = passes_on
        self.cut = False
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.folder / ".s.PGSQL.5432"))
        for path in (self.folder, self.folder / ".s.PGSQL.5432"):
            path.chmod(0o777)
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return  # closed
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.target)
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=self.pump, args=(one, other),
                                 daemon=True).start()

    def pump(self, one, other):
        try:
            while data := one.recv(65536):
                if not self.cut and b"\x0bcommit\0" in data:
                    self.cut = True
                    if self.passes_on:
                        other.sendall(data)
                        other.recv(65536)
                    break
                other.sendall(data)
        except OSError:
            pass  # the other direction ended
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


@pytest.mark.parametrize("committed", [True, False])
def test_a_lost_answer_to_the_commit_is_asked_for(people, committed):
    """Whether it was done is then a question to the server, not a guess."""
    place = people.installation
    cutter = Cutter(place, committed)
    done = people.run(
        "import", people.file("login,display_name\nlast,Last\n"), env={
            "PORTILLON_DATABASE_APP": f"host={cutter.folder} "
            "dbname=portillon user=portillon_app"})
    cutter.listener.close()
    assert cutter.cut
    if committed:
        assert done.returncode == DONE, done.stderr
        assert "1 added" in done.stdout
    else:
        assert done.returncode == UNUSABLE
        assert "nothing was changed" in done.stderr
    assert (people.show("last") is not None) == committed


def test_sign_ins_do_not_wait_for_an_import(people, browser, begin):
    """An import holds the row of somebody who signs in with an old hash: the
    new hash is left for later, and nothing waits."""
    people.load(f"login,display_name,password\nbusy,Busy,{BCRYPT}\n")
    place = people.installation
    process = begin(place, "import", "-", "--format", "csv", "--update")
    lines = b"".join(b"half%d,Half\n" % n for n in range(2000))
    process.stdin.write(b"login,display_name\nbusy,Other Name\n" + lines)
    process.stdin.flush()
    wait_until_inside(place)
    assert browser().sign_in("busy", "correct horse").status == 303
    assert account_row(people, "busy")[2] == BCRYPT
    out, told = process.communicate(timeout=60)
    assert process.returncode == DONE, told
    assert b"2000 added, 1 changed" in out
    assert browser().sign_in("busy", "correct horse").status == 303
    assert account_row(people, "busy")[2].startswith(TODAY)


def test_nobody_who_signs_out_waits_for_an_import(
        people, browser, new_account, begin):
    """An import has given two people another state and goes on: one of them,
    whose session that ends, signs out meanwhile; the other's session ends with
    the import."""
    place = people.installation
    early, late = new_account(), new_account()
    one, other = browser(), browser()
    assert one.sign_in(*early).status == 303
    assert other.sign_in(*late).status == 303
    process = begin(place, "import", "-", "--format", "csv", "--update")
    process.stdin.write(b"login,display_name,state\n")
    for login, _ in (early, late):
        process.stdin.write(f"{login},,disabled\n".encode())
    process.stdin.write(
        b"".join(b"half%d,Half,\n" % n for n in range(2000)))
    process.stdin.flush()
    wait_until_inside(place)
    answer = one.get("/cas/logout")
    assert answer.status == 200 and "Signed out" in answer.text
    assert open_sessions(people, early[0]) == 0
    out, complaint = process.communicate(timeout=60)
    assert process.returncode == DONE, complaint
    assert b"2000 added, 2 changed" in out
    assert open_sessions(people, late[0]) == 0


def open_sessions(people, login):
    return people.sql(
        "select count(*) from sso.session as s join sso.account as a "
        "on a.id = s.account_id where a.login = %s and s.ended_at is null",
        login)[0][0]


def test_memory_does_not_grow_with_the_file(people, begin):
    """Ten times the people, the same memory: measured while the import waits
    for more."""
    peaks = []
    for lines in (1500, 15000):
        # The address sanitizer would keep what was freed, to watch it.
        process = begin(people.installation, "import", "-", "--format", "csv",
                        "--dry-run", env={
                            "ASAN_OPTIONS": "detect_leaks=1:exitcode=99:"
                            "quarantine_size_mb=1:"
                            "thread_local_quarantine_size_kb=64"})
        row = b"mem%d,Memory,\"" + b"x;" * 100 + b"\"\n"
        process.stdin.write(b"login,display_name,attribute:a\n")
        process.stdin.write(b"".join(row % n for n in range(lines)))
        process.stdin.flush()
        peaks.append(resident_most(process))
        process.communicate(timeout=60)
        assert process.returncode == DONE
    assert peaks[1] < peaks[0] + 24 * 1024, peaks
