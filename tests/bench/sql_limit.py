# SPDX-License-Identifier: Apache-2.0
"""L-sql: pgbench with the statements of a workload, for information.

pgbench has no text variables that change, so the sessions looked up are a
hundred fixed ones, a script each; the random parts of a redemption are made of
numbers in SQL.  Both favour pgbench a little.
"""
import random
import re
import sys
import time

from stack import POSTGRESQL, ROOT

CLIENTS = (2, 16, 64)
SECONDS = 3
SCRIPTS = 100  # pgbench takes at most 128

sys.path.insert(0, str(ROOT / "server/store/sql"))
sys.dont_write_bytecode = True
import generate  # noqa: E402  the generator of the server's own statements


def statement(name):
    for file in ("sessions.sql", "tickets.sql"):
        for header, _, sql in generate.split(
                ROOT / "server/store/sql" / file):
            if header["name"] == name:
                return sql
    raise KeyError(name)


def fill(sql, values):
    """The statement with its parameters written out, casts kept."""
    return re.sub(r"\$(\d+)", lambda found: values[int(found[1])], sql)


def select_script(mac):
    return fill(statement("session_find"), {
        1: "1", 2: f"'\\x{mac}'", 3: "'2001-01-01'", 4: "'2001-01-01'",
        5: "'2001-01-01'"})


def insert_script(sessions):
    today = int(time.time()) // 86400 * 86400
    return (f"\\set session random(1, {sessions})\n"
            "\\set a random(1, 281474976710655)\n"
            "\\set second random(1, 86399)\n" +
            fill(statement("ticket_redeem"), {
                1: "1", 2: "(:session)", 3: f"({today} + :second)",
                4: "decode(lpad(to_hex(:a::bigint), 12, '0'), 'hex')",
                5: "decode(lpad(to_hex(:a::bigint), 32, '0'), 'hex')",
                6: "1", 7: f"'ST-{'x' * 60}'", 8: "now()",
                9: "'2001-01-01'", 10: "'2001-01-01'", 11: "'2001-01-01'",
                12: "'https://app0.bench.example/'"}))


def write_scripts(stack, kind):
    """The files of one kind, "select", "insert" or "pair"."""
    lines = stack.sessions.read_text().splitlines()
    macs = [line.split()[5] for line in
            random.Random(1).sample(lines, SCRIPTS)]
    files = []
    for number, mac in enumerate(macs):
        parts = []
        if kind != "insert":
            parts.append(select_script(mac))
        if kind != "select":
            parts.append(insert_script(stack.sizes.sessions))
        file = stack.folder / f"{kind}-{number}.sql"
        file.write_text("\n".join(parts) + "\n")
        file.chmod(0o644)
        files.append(file)
    return files


def limit(stack, kind):
    """Transactions (for "pair": pairs) a second, and with how many clients."""
    words = []
    for file in write_scripts(stack, kind):
        words += ["-f", file]
    best = (0.0, 0)
    for clients in CLIENTS:
        text = stack.run(
            POSTGRESQL / "pgbench", "-n", "-M", "prepared", "-c", clients,
            "-j", 1, "-T", SECONDS, *words, stack.conninfo("portillon_app"))
        rate = float(re.search(r"tps = ([0-9.]+)", text)[1])
        best = max(best, (rate, clients))
    return {"rate": best[0], "clients": best[1]}
