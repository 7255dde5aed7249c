#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the house style, file by file.

    check_style.py SOURCE_FOLDER

Prints TAP.  What may call strcmp() or memcmp() where secrets are about stands
in ALLOWED, with the reason.
"""
import pathlib
import re
import shutil
import subprocess
import sys

from check_layers import report

FUNCTION_LONGEST = 80  # lines
FILE_LONGEST = 600
HEADER_LONGEST = 120
SPDX = "SPDX-License-Identifier: Apache-2.0"
BANNED_WORDS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
STRINGS = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'')
COMMENTS = re.compile(r"/\*.*?\*/", re.S)
COMPARES = re.compile(r"\b(strcmp|strncmp|strcasecmp|memcmp|bcmp)\s*\(")
RUNS_SQL = re.compile(r"\b(PQ(?:exec|send|prepare)\w*)\s*\(")
SQL_TEXT = re.compile(r'"\s*(select|insert into|update|delete from|create|'
                      r'alter|drop)\b[^"]*\b(from|into|set|table|schema|sso)\b',
                      re.I)

SECRET_FOLDERS = ("crypto", "cas", "web")
# file: why it may compare plainly
ALLOWED = {
    "crypto/password.c": "names of hash formats are no secrets",
}
# Who talks to PostgreSQL: store/ without waiting, and what only commands use.
SENDS = "store/"
WAITS = ("store/migrate.c", "store/people.c", "ctl/check.c")
# Files that hold SQL of their own: no statement of the server's work.
SQL_ALLOWED = ("store/migrate.c", "ctl/check.c", "store/setup.c", "store/barrier.c")


def folders(root):
    return [root / name for name in ("server", "tests")]


def sources(root):
    for folder in folders(root):
        yield from sorted(folder.rglob("*.[ch]"))


def texts(root):
    """Every file that people write, C or not."""
    wanted = {".c", ".h", ".py", ".sh", ".sql", ".build", ".html", ".css",
              ".po", ".md", ".txt", ".ini", ".in", ".service"}
    for name in ("server", "tests", "deploy", "migrations", "templates",
                 "static"):
        for file in sorted((root / name).rglob("*")):
            if "__pycache__" in file.parts or not file.is_file():
                continue
            if file.suffix in wanted or is_script(file):
                yield file


def is_script(file):
    with open(file, "rb") as opened:
        return opened.read(2) == b"#!"


def code_only(text):
    """The text with comments and strings blanked, lines kept."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match[0])
    return COMMENTS.sub(blank, STRINGS.sub(blank, text))


def long_functions(lines):
    start = None
    for number, line in enumerate(lines, 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start:
            if number - start + 1 > FUNCTION_LONGEST:
                yield (f"line {start}: a function of {number - start + 1} "
                       f"lines, more than {FUNCTION_LONGEST}")
            start = None


def length_offences(file, lines):
    most = HEADER_LONGEST if file.suffix == ".h" else FILE_LONGEST
    if len(lines) > most:
        yield f"{len(lines)} lines, more than {most}"


def words_offences(name, lines):
    for number, line in enumerate(lines, 1):
        if BANNED_WORDS.search(line) and "BANNED" not in line:
            yield f"line {number}: {BANNED_WORDS.search(line)[0]}"
        if line != line.rstrip() and not name.endswith(".md"):
            yield f"line {number}: blanks at the end"


def spdx_offences(name, lines):
    if name.endswith((".md", ".po", ".html", ".txt", ".xsd")):
        return
    top = lines[:3] if lines and lines[0].startswith(("#!", "# shellcheck")) \
        else lines[:1]
    if name.endswith((".css", ".service")):
        return
    if not any(SPDX in line for line in top):
        yield f"does not start with {SPDX}"


def comparison_offences(name, code):
    folder = name.split("/")[0]
    if folder not in SECRET_FOLDERS or name in ALLOWED:
        return
    for number, line in enumerate(code.splitlines(), 1):
        match = COMPARES.search(line)
        if match:
            yield (f"line {number}: {match[1]} in {folder}/: "
                   "bytes_equal_secret() for secrets, str_equal() for the rest")


def sql_offences(name, text, code):
    for number, line in enumerate(code.splitlines(), 1):
        match = RUNS_SQL.search(line)
        if not match or name in WAITS:
            continue
        if not match[1].startswith("PQsend"):
            yield f"line {number}: {match[1]} waits"
        elif not name.startswith(SENDS):
            yield f"line {number}: {match[1]} outside store/"
    if name in SQL_ALLOWED:
        return
    for number, line in enumerate(COMMENTS.sub("", text).splitlines(), 1):
        if SQL_TEXT.search(line):
            yield f"about line {number}: SQL outside store/sql"


def c_offences(file, server, text):
    lines = text.splitlines()
    code = code_only(text)
    yield from long_functions(lines)
    yield from length_offences(file, lines)
    for number, line in enumerate(code.splitlines(), 1):
        if "//" in line:
            yield f"line {number}: a comment with //"
    if server in file.parents:
        name = str(file.relative_to(server))
        yield from comparison_offences(name, code)
        yield from sql_offences(name, text, code)


def format_offences(file, root):
    result = subprocess.run(
        ["clang-format", "--style=file", "--dry-run", "-Werror", str(file)],
        cwd=root, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        yield "clang-format would change it: clang-format -i " + \
            str(file.relative_to(root))
        yield "\n".join(result.stderr.splitlines()[:3])


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    if shutil.which("clang-format") is None:
        print("Bail out! clang-format is missing: apt-get install clang-format")
        return 1
    checks = []
    c_files = set(sources(root))
    for file in sorted(set(texts(root)) | c_files):
        text = file.read_text()
        name = str(file.relative_to(root))
        lines = text.splitlines()
        found = [*words_offences(name, lines), *spdx_offences(name, lines)]
        if file in c_files:
            found += c_offences(file, root / "server", text)
            found += format_offences(file, root)
        checks.append((name, found))
    return report(checks)


if __name__ == "__main__":
    sys.exit(main())
