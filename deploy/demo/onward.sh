#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A page that sends everybody on to another host name and port, as portals do
# right behind the sign-in; run by Apache as a CGI program.
printf 'Status: 302 Found\r\nLocation: %s\r\n\r\n' "$DEMO_OTHER_URL"
