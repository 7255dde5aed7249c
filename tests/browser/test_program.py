# SPDX-License-Identifier: Apache-2.0
"""The program that deploy/quickstart builds has all protections that compiler
and linker offer; that the flags stand in meson.build would not prove it."""
import re
import subprocess

NOTE = "x86 feature: IBT, SHSTK"


def readelf(what, file):
    return subprocess.run(["readelf", "--wide", what, str(file)],
                          capture_output=True, text=True, check=True).stdout


def segments(program):
    """(type, flags like "RW") of each program header."""
    lines = re.findall(r"^  (\w+) +(?:0x\w+ +){5}([RWE ]+?) +0x\w+$",
                       readelf("--program-headers", program), re.M)
    return [(kind, flags.replace(" ", "")) for kind, flags in lines]


def calls(program):
    """Names that the program wants from its libraries."""
    return set(re.findall(r" UND (\w+)",
                          readelf("--dyn-syms", program)))


def protections(program):
    """Each with whether the program has it."""
    parts = segments(program)
    loaded = [flags for kind, flags in parts if kind == "LOAD"]
    dynamic = readelf("--dynamic", program)
    wanted = calls(program)
    return {
        "placed at random": "Flags: NOW PIE" in dynamic,
        "relocations read-only": ("GNU_RELRO", "R") in parts,
        "all bound at the start": "BIND_NOW" in dynamic,
        "stack not executable": ("GNU_STACK", "RW") in parts,
        "nothing both writable and executable":
            bool(loaded) and not any(
                {"W", "E"} <= set(flags) for flags in loaded),
        "code apart from data": loaded[:3] == ["R", "RE", "R"],
        "stack canaries": "__stack_chk_fail" in wanted,
        "checked calls": {"__memcpy_chk", "__snprintf_chk"} <= wanted,
        "libraries only from the system's folders":
            not re.search(r"\((?:RPATH|RUNPATH)\)", dynamic),
        "no relocation of code": "TEXTREL" not in dynamic,
    }


def test_the_program_is_protected(stack):
    lacking = [name for name, there in
               protections(stack.folder / "program/portillon").items()
               if not there]
    assert lacking == []


def test_every_object_tracks_branches(stack):
    """Intel's CET. The program as a whole is not marked, since Debian's own
    start-up object is not; each of ours is."""
    objects = list((stack.folder / "build/server").rglob("*.o"))
    assert len(objects) > 100
    unmarked = [file.name for file in objects
                if NOTE not in readelf("--notes", file)]
    assert unmarked == []


def test_a_careless_build_is_noticed(tmp_path):
    """The same look at a program that gave up all that a build can give up
    without a hand-made linker script."""
    source = tmp_path / "careless.c"
    source.write_text('#include <string.h>\n'
                      'int main(int c, char **v)\n'
                      '{ char a[64]; strcpy(a, v[c - 1]); return a[0]; }\n')
    program = tmp_path / "careless"
    subprocess.run(
        ["gcc", "-O0", "-no-pie", "-fno-stack-protector",
         "-fcf-protection=none", "-U_FORTIFY_SOURCE", "-Wl,-z,lazy",
         "-Wl,-z,norelro", "-Wl,-z,execstack", "-Wl,-z,noseparate-code",
         "-Wl,-rpath,/nowhere",
         "-o", str(program), str(source)],
        check=True, capture_output=True)
    found = protections(program)
    assert [name for name, there in found.items() if there] == \
        ["nothing both writable and executable", "no relocation of code"]
