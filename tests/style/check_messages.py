#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the translations: msgfmt accepts them, all languages have the same
keys and the same help texts with the same headings, steps and links, every
message a template names exists, none is there for nothing, and what is set is
set well: no typewriter's quotes or dots, and the spaces that French wants.

    check_messages.py SOURCE_FOLDER

Prints TAP.
"""
import pathlib
import re
import shutil
import subprocess
import sys

from check_layers import report

KEY = re.compile(r'^msgid "(.+)"$', re.M)
USED = re.compile(r"\{\{\s*t\.([A-Za-z0-9_.-]+)\s*\}\}")
FIELD = re.compile(r"\{[a-z_]+\}")
MESSAGE = re.compile(r'^msgid "(.+)"\nmsgstr "(.*)"$', re.M)
LANGUAGE = re.compile(r"^\"Language: ([A-Za-z-]+)\\n\"$", re.M)
TYPEWRITER = re.compile(r"'|\\\"|\.\.\.| - ")
# U+00A0 before a colon and inside guillemets, U+202F before the others.
FRENCH_MARK = re.compile(r"(?<!\u00a0)[:»]|(?<!\u202f)[;!?]|«(?!\u00a0)")
MARKUP = re.compile(r"<[^>]*>|\{\{[^}]*\}\}")
# What the texts of one topic have in common; links to elsewhere may differ.
SKELETON = re.compile(r'<(?:h2|p|ol|ul|li)\b[^>]*>|href="(?!https:)[^"]*"|'
                      r"\{\{[^}]*\}\}")
# Read by the program, not by a template.
ELSEWHERE = re.compile(r"language\.name|mail\.[a-z]+\.subject"
                       r"|moment\.(?:first|months|pattern)")


def format_complaints(file):
    result = subprocess.run(
        ["msgfmt", "--check", "--check-accelerators=_", "-o", "/dev/null",
         str(file)], capture_output=True, text=True, check=False)
    return [] if result.returncode == 0 else [result.stderr.strip()]


def keys_of(file):
    return set(KEY.findall(file.read_text()))


def fields_of(file):
    """key -> the {fields} that its text names."""
    return {key: sorted(FIELD.findall(text))
            for key, text in MESSAGE.findall(file.read_text())}


def language_complaints(file, english):
    ours, theirs = keys_of(file), keys_of(english)
    found = [f"lacks {key}" for key in sorted(theirs - ours)]
    found += [f"has {key}, English has not" for key in sorted(ours - theirs)]
    mine, standard = fields_of(file), fields_of(english)
    found += [f"{key}: other fields than English: {mine[key]}"
              for key in sorted(mine.keys() & standard.keys())
              if mine[key] != standard[key]]
    return found


def words_complaints(where, words, language):
    found = []
    if TYPEWRITER.search(words):
        found.append(f"{where}: straight quotes, three dots or a hyphen "
                     f"for a dash: {words}")
    if language.startswith("fr") and FRENCH_MARK.search(words):
        found.append(f"{where}: no no-break space at a mark: {words}")
    return found


def letters_complaints(file):
    text = file.read_text()
    found = []
    if LANGUAGE.findall(text) != [file.stem]:
        found.append(f"its head does not say Language: {file.stem}")
    for key, words in MESSAGE.findall(text):
        found += words_complaints(key, words, file.stem)
    return found


def help_complaints(folder, english):
    """The texts of one language against the English ones."""
    ours = {file.name: file.read_text() for file in folder.glob("*")}
    theirs = {file.name: file.read_text() for file in english.glob("*")}
    found = [f"lacks {name}" for name in sorted(theirs.keys() - ours.keys())]
    found += [f"has {name}, English has not"
              for name in sorted(ours.keys() - theirs.keys())]
    for name in sorted(ours.keys() & theirs.keys()):
        if SKELETON.findall(ours[name]) != SKELETON.findall(theirs[name]):
            found.append(f"{name}: other headings, steps, links or fields "
                         "than English")
        for line in ours[name].splitlines():
            found += words_complaints(name, MARKUP.sub("", line), folder.name)
    return found


def main():
    templates = pathlib.Path(sys.argv[1]) / "templates"
    if shutil.which("msgfmt") is None:
        print("Bail out! msgfmt is missing: apt-get install gettext")
        return 1
    catalogues = sorted((templates / "messages").glob("*.po"))
    english = templates / "messages/en.po"
    checks = [(f"{file.name}: msgfmt", format_complaints(file))
              for file in catalogues]
    checks += [(f"{file.name}: keys", language_complaints(file, english))
               for file in catalogues if file != english]
    checks += [(f"{file.name}: letters", letters_complaints(file))
               for file in catalogues]
    known = keys_of(english)
    topics = templates / "help"
    checks += [(f"help/{file.stem}", help_complaints(topics / file.stem,
                                                     topics / "en"))
               for file in catalogues]
    used = {key for key in known if ELSEWHERE.fullmatch(key)} | {f"help.{file.stem}" for file in
                        (topics / "en").glob("*.html")}
    for page in sorted([*templates.rglob("*.html"),
                        *templates.rglob("*.txt")]):
        wanted = set(USED.findall(page.read_text()))
        used |= wanted
        checks.append((str(page.relative_to(templates)),
                       [f"no message {key}" for key in
                        sorted(wanted - known)]))
    checks.append(("no message without a use",
                   [f"{key} is used nowhere" for key in sorted(known - used)]))
    return report(checks)


if __name__ == "__main__":
    sys.exit(main())
