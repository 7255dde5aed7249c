#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The page of a demonstration application, run by Apache as a CGI program.

mod_auth_cas has already let the visitor in; who it is and what the sign-on
server released stand in the environment.  The one thing a reader would get
wrong: the values are other people's text, so nothing is printed unescaped.
"""
import html
import os
import sys

SEPARATOR = "|"  # CASAttributeDelimiter in apache.conf.in
PREFIX = "HTTP_CAS_"  # CASAttributePrefix, as a CGI variable

# Names of headers have no case; these are how the server spells them.  The
# protocol's own come last.
PROTOCOL = ("authenticationDate", "isFromNewLogin",
            "longTermAuthenticationRequestTokenUsed")
SPELLINGS = {name.lower(): name for name in ("memberOf", *PROTOCOL)}

PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="/style.css">
</head>
<body class="{colour}">
<header><p>{title}</p></header>
<main>
<h1>Hello, <span id="user">{user}</span></h1>
<p>You are signed in, and this application was told the following about
you:</p>
<table id="attributes">
<thead><tr><th scope="col">Attribute</th><th scope="col">Value</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
<nav>
<p><a id="other" href="{other_url}">Open {other_title}</a>
<a id="signout" class="quiet" href="/signout">Sign out</a></p>
</nav>
</main>
</body>
</html>
"""

ROW = '<tr><th scope="row">{name}</th><td><ul>{values}</ul></td></tr>'


def variable(name):
    """The environment's bytes are the header's: UTF-8, whatever the locale."""
    return os.environb.get(name.encode(), b"").decode("utf-8", "replace")


def attributes():
    for raw in sorted(os.environb):
        name = raw.decode("ascii", "replace")
        if name.startswith(PREFIX):
            shown = name[len(PREFIX):].lower().replace("_", "-")
            yield (SPELLINGS.get(shown, shown),
                   variable(name).split(SEPARATOR))


def table_rows():
    ordered = sorted(attributes(), key=lambda pair: pair[0] in PROTOCOL)
    for name, values in ordered:
        items = "".join(f"<li>{html.escape(value)}</li>" for value in values)
        yield ROW.format(name=html.escape(name), values=items)


def main():
    page = PAGE.format(
        title=html.escape(variable("DEMO_TITLE")),
        colour=html.escape(variable("DEMO_COLOUR")),
        other_title=html.escape(variable("DEMO_OTHER_TITLE")),
        other_url=html.escape(variable("DEMO_OTHER_URL")),
        user=html.escape(variable("REMOTE_USER")),
        rows="\n".join(table_rows()))
    sys.stdout.buffer.write(b"Content-Type: text/html; charset=utf-8\r\n"
                            b"Cache-Control: no-store\r\n\r\n")
    sys.stdout.buffer.write(page.encode())


if __name__ == "__main__":
    main()
