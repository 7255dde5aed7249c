#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The page behind mod_auth_cas, a CGI program: who came, as JSON.

Attributes arrive as headers, so their names have lost their capitals; several
values stand in one header, with CASAttributeDelimiter between them."""
import json
import os

PREFIX = b"HTTP_CAS_"


def main():
    attributes = {name.removeprefix(PREFIX).decode().lower():
                  value.decode().split("|")
                  for name, value in os.environb.items()
                  if name.startswith(PREFIX)}
    print("Content-Type: application/json\n")
    print(json.dumps({"user": os.environ["REMOTE_USER"],
                      "attributes": attributes}))


if __name__ == "__main__":
    main()
