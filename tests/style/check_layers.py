#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks server/layers.txt: who includes whom, and headers that stand alone.

    check_layers.py SOURCE_FOLDER [COMPILER ARGUMENT...]

Prints TAP.  A folder may include itself and what its line names; a system
header that some line names (<event2>) is guarded: only folders whose line has
it may include it.  Each header must compile without anything before it.
"""
import pathlib
import re
import subprocess
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.M)
TOP = "."  # how layers.txt calls files directly in server/


def read_layers(text):
    """folder -> words of its line, itself included."""
    layers = {}
    for line in text.splitlines():
        line = line.partition("#")[0].strip()
        if line:
            folder, _, words = line.partition(":")
            layers[folder.strip()] = {folder.strip(), *words.split()}
    return layers


def guarded_headers(layers):
    return {word[1:-1] for words in layers.values() for word in words
            if word.startswith("<")}


def guard_of(header, guarded):
    """The guard that a system header falls under, None if it is free."""
    first = header.split("/")[0]
    return next((name for name in (header, first) if name in guarded), None)


def offences_of(source, server, layers):
    folder = source.relative_to(server).parts[0] \
        if source.parent != server else TOP
    if folder not in layers:
        yield f"{folder}/ has no line in layers.txt"
        return
    allowed = layers[folder]
    guarded = guarded_headers(layers)
    for local, system in INCLUDE.findall(source.read_text()):
        if local:
            wanted = local.split("/")[0] if "/" in local else TOP
            if wanted not in allowed:
                yield f'{folder} may not include "{local}"'
        else:
            guard = guard_of(system, guarded)
            if guard and f"<{guard}>" not in allowed:
                yield f"{folder} may not include <{system}>"


def order_offences(server, layers):
    """Arrows point down: a line names folders of earlier lines only."""
    seen = set()
    for folder, words in layers.items():
        above = {word for word in words - {folder}
                 if not word.startswith("<")} - seen
        for word in sorted(above):
            yield f"layers.txt: {folder} names {word}, which is not below it"
        seen.add(folder)
        if folder != TOP and not (server / folder).is_dir():
            yield f"layers.txt: there is no folder {folder}"


def compiles_alone(header, server, compiler):
    """Empty if it does, else what the compiler said."""
    unit = f'#include "{header.relative_to(server)}"\n'
    result = subprocess.run(
        [*compiler, "-x", "c", "-fsyntax-only", f"-I{server}", "-"],
        input=unit, text=True, capture_output=True, check=False)
    return "" if result.returncode == 0 else result.stderr.strip()


def report(checks):
    """Prints TAP; checks are (name, list of complaints)."""
    print(f"1..{len(checks)}")
    for number, (name, complaints) in enumerate(checks, 1):
        print(f"{'not ' if complaints else ''}ok {number} - {name}")
        for complaint in complaints:
            for line in complaint.splitlines():
                print(f"# {line}")
    return 1 if any(complaints for _, complaints in checks) else 0


def main():
    server = pathlib.Path(sys.argv[1]) / "server"
    compiler = sys.argv[2:] or ["cc", "-std=gnu11", "-D_GNU_SOURCE"]
    layers = read_layers((server / "layers.txt").read_text())
    checks = [("layers.txt itself", list(order_offences(server, layers)))]
    for source in sorted(server.rglob("*.[ch]")):
        name = str(source.relative_to(server))
        complaints = list(offences_of(source, server, layers))
        if source.suffix == ".h":
            trouble = compiles_alone(source, server, compiler)
            complaints += [f"does not compile alone:\n{trouble}"] \
                if trouble else []
        checks.append((name, complaints))
    return report(checks)


if __name__ == "__main__":
    sys.exit(main())
