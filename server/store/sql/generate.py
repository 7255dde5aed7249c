#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the .sql files into an enum and a table.

    generate.py OUT_HEADER OUT_SOURCE FILE.sql ...

A statement begins with its header lines and ends with a semicolon:

    -- name: session_find           becomes STATEMENT_SESSION_FIND
    -- role: app                    app, auditor or migrator
    -- retry: read                  read, idempotent or once
    -- lane: slow                   slow, bulk or flush; quick without this
    -- row: session_found           the row table session_found_row
    -- durable: no                  a write that need not survive a crash
    -- One sentence, what it is for.

The type of every parameter is read from its cast, as in $2::bigint, which each
must have once; $1 is the echo.
"""
import re
import sys

CHOICES = {
    "role": ("app", "auditor", "migrator"),
    "retry": ("read", "idempotent", "once"),
    "lane": ("quick", "slow", "bulk", "flush"),
    "durable": ("yes", "no"),
}
KINDS = {
    "bigint": "VALUE_INT",
    "boolean": "VALUE_BOOL",
    "text": "VALUE_TEXT",
    "bytea": "VALUE_BYTES",
    "timestamptz": "VALUE_TIME",
}
PARAMETERS_MOST = 19
FORBIDDEN = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp"
    r"|timeofday|random|gen_random_uuid)\s*\(|\bcurrent_(date|time)", re.I)
# A name with a "(" right behind it is a function that gives rows.
TABLE = re.compile(
    r"\b(?:from|join|into|update|using)\s+(?!sso\.)(\w+)\b(?!\()", re.I)


class Trouble(Exception):
    """A statement that cannot be accepted; the text says which and why."""


def split(path):
    """Yields (header dict, comment, sql) of one file."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    parts = re.split(r"(?m)^(?=-- name: )", text)
    if re.sub(r"(?m)^--.*$", "", parts[0]).strip():
        raise Trouble(f"{path}: SQL in front of the first '-- name:'")
    for part in parts[1:]:
        header, comment, sql = {}, [], []
        for line in part.splitlines():
            setting = re.fullmatch(r"-- (\w+): *(\S+)", line)
            if setting and not sql and not comment:
                if setting[1] in header:
                    raise Trouble(f"{path}: '{setting[1]}' stands twice")
                header[setting[1]] = setting[2]
            elif line.startswith("--") and not sql:
                comment.append(line[2:].strip())
            elif line.strip():
                sql.append(line)
        yield header, " ".join(comment), "\n".join(sql)


def parameters(name, sql):
    """The kinds of $1, $2 ... by their casts."""
    kinds = {}
    for number, kind in re.findall(r"\$(\d+)::(\w+)", sql):
        kinds.setdefault(int(number), kind)
    used = {int(n) for n in re.findall(r"\$(\d+)", sql)}
    if not used or used != set(range(1, max(used) + 1)):
        raise Trouble(f"{name}: parameters must be $1, $2 ... without a gap")
    for number in sorted(used):
        if kinds.get(number) not in KINDS:
            raise Trouble(f"{name}: ${number} needs one cast to one of "
                          + ", ".join(KINDS))
    if len(used) > PARAMETERS_MOST:
        raise Trouble(f"{name}: more than {PARAMETERS_MOST} parameters")
    return [KINDS[kinds[n]] for n in sorted(used)]


def check_sql(name, sql):
    if not sql.endswith(";") or sql.count(";") != 1:
        raise Trouble(f"{name}: exactly one semicolon, at the end")
    if FORBIDDEN.search(sql):
        raise Trouble(f"{name}: time and random values are parameters")
    local = set(re.findall(r"(\w+) AS (?:MATERIALIZED )?\(", sql))
    for table in TABLE.findall(sql):
        if table not in local and table.lower() not in ("set", "skip"):
            raise Trouble(f"{name}: '{table}' without its schema")


def statement(path, header, comment, sql):
    name = header.get("name", path)
    known = set(CHOICES) | {"name", "row"}
    for key in header:
        if key not in known:
            raise Trouble(f"{name}: unknown header '{key}'")
    header.setdefault("lane", "quick")
    header.setdefault("durable", "yes")
    for key, choices in CHOICES.items():
        if header.get(key) not in choices:
            raise Trouble(f"{name}: {key} must be one of " +
                          ", ".join(choices))
    if not re.fullmatch(r"[a-z][a-z_]*", name):
        raise Trouble(f"{name}: a name has small letters and underscores")
    if not comment:
        raise Trouble(f"{name}: a sentence what it is for is missing")
    check_sql(name, sql)
    writes = header["retry"] != "read" and header["lane"] != "flush"
    return {
        "name": name,
        "role": header["role"],
        "retry": header["retry"],
        "lane": header["lane"],
        "row": header.get("row"),
        "writes": writes,
        "durable": writes and header["durable"] == "yes",
        "kinds": parameters(name, sql),
        "sql": sql.rstrip(";"),
    }


def literal(sql):
    lines = [line.strip() for line in sql.splitlines()]
    return "\n".join(
        '\t\t    "%s\\n"' % line.replace("\\", "\\\\").replace('"', '\\"')
        for line in lines)


def write_header(path, statements):
    with open(path, "w", encoding="utf-8") as out:
        out.write("/* Generated from store/sql; do not edit. */\n"
                  "#ifndef STORE_STATEMENTS_H\n#define STORE_STATEMENTS_H\n\n"
                  "enum statement {\n")
        for s in statements:
            out.write(f"\tSTATEMENT_{s['name'].upper()},\n")
        out.write("\tSTATEMENT_COUNT\n};\n\n#endif\n")


def write_source(path, statements):
    with open(path, "w", encoding="utf-8") as out:
        out.write("/* Generated from store/sql; do not edit. */\n"
                  '#include "store/statement.h"\n\n')
        for row in sorted({s["row"] for s in statements if s["row"]}):
            out.write(f"extern const struct row_table {row}_row;\n")
        out.write("\nconst struct statement_text "
                  "statements[STATEMENT_COUNT] = {\n")
        for s in statements:
            row = f"&{s['row']}_row" if s["row"] else "NULL"
            out.write(
                f"\t[STATEMENT_{s['name'].upper()}] = {{\n"
                f"\t\t.name = \"{s['name']}\",\n"
                f"\t\t.sql =\n{literal(s['sql'])},\n"
                f"\t\t.row = {row},\n"
                f"\t\t.lane = LANE_{s['lane'].upper()},\n"
                f"\t\t.role = ROLE_{s['role'].upper()},\n"
                f"\t\t.retry = RETRY_{s['retry'].upper()},\n"
                f"\t\t.writes = {str(s['writes']).lower()},\n"
                f"\t\t.durable = {str(s['durable']).lower()},\n"
                f"\t\t.parameter_count = {len(s['kinds'])},\n"
                f"\t\t.parameters = {{ {', '.join(s['kinds'])} }},\n"
                "\t},\n")
        out.write("};\n")


def main(header, source, *files):
    statements = [statement(path, *parts)
                  for path in files for parts in split(path)]
    names = [s["name"] for s in statements]
    for name in names:
        if names.count(name) > 1:
            raise Trouble(f"{name}: the name stands twice")
    write_header(header, statements)
    write_source(source, statements)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except Trouble as trouble:
        sys.exit(f"generate.py: {trouble}")
