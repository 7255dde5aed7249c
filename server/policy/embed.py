#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Puts the policy documents of deploy/policies into the program.

    embed.py OUTPUT DOCUMENT...

Writes a C file with policy_template(); the documents stay the only source.
"""
import json
import pathlib
import sys

HEAD = """/* SPDX-License-Identifier: Apache-2.0 */
/* Made by policy/embed.py from deploy/policies. */
#include "policy/policy.h"

"""
FOOT = """
static const struct {
	struct str name;
	struct str document;
} documents[] = {
%s};

struct str
policy_template(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(documents); i++) {
		if (str_equal(documents[i].name, name))
			return documents[i].document;
	}
	return STR_NONE;
}
"""


def array(name, content):
    lines = [", ".join(str(byte) for byte in content[at:at + 16])
             for at in range(0, len(content), 16)]
    return f"static const char {name}[] = {{\n\t" + ",\n\t".join(lines) + \
        "\n};\n"


def main():
    files = sorted(map(pathlib.Path, sys.argv[2:]))
    text, rows = HEAD, ""
    for file in files:
        content = file.read_bytes()
        content.decode("ascii")
        json.loads(content)
        text += array(file.stem, content)
        rows += f'\t{{ STR_INIT("{file.stem}"), ' \
                f"{{ {file.stem}, sizeof({file.stem}) }} }},\n"
    pathlib.Path(sys.argv[1]).write_text(text + FOOT % rows)


if __name__ == "__main__":
    main()
