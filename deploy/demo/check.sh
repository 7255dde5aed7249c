# shellcheck shell=bash disable=SC2154 # the caller sets what is used here
# SPDX-License-Identifier: Apache-2.0
#
# The way a browser goes, walked by curl one answer at a time: application,
# sign-in page, form, application again; sourced by deploy/quickstart.

# step METHOD URL [curl arguments]: one request.  Leaves $status, $location and
# $page behind, and prints the exchange.
step() {
	local method=$1 url=$2 jar=$folder/run/check.cookies
	shift 2
	page=$(curl -sS --noproxy '*' --max-time 20 --cacert "$folder/tls/ca.crt" \
		-b "$jar" -c "$jar" -D "$folder/run/check.head" "$@" "$url") || {
		say "$method $url -> no answer"
		return 1
	}
	status=$(sed -n '1s/^HTTP[^ ]* \([0-9]*\).*/\1/p' "$folder/run/check.head")
	location=$(tr -d '\r' <"$folder/run/check.head" |
		sed -n 's/^[Ll]ocation: //p' | head -n 1)
	say "$method $url"
	say "  -> $status${location:+ Location: $location}"
}

# follow URL: GET and go on while the answers are redirections.
follow() {
	local hops=0
	step GET "$1" || return 1
	while [ -n "$location" ]; do
		hops=$((hops + 1))
		[ $hops -le 10 ] || {
			say "more than ten redirections in a row"
			return 1
		}
		step GET "$location" || return 1
	done
}

# field NAME: the value of a hidden field of $page, its references resolved.
field() {
	python3 -c 'import html.parser, sys
class Fields(html.parser.HTMLParser):
    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "input" and attributes.get("name") == sys.argv[1]:
            print(attributes.get("value") or "", end="")
Fields().feed(sys.stdin.read())' "$1" <<<"$page"
}

# What the application shows, one "name: value" a line.
told_attributes() {
	python3 -c 'import html.parser, sys
class Told(html.parser.HTMLParser):
    depth, row, name = "", False, ""
    def handle_starttag(self, tag, attributes):
        self.row = self.row or tag == "tbody"
        self.depth = tag
    def handle_data(self, text):
        if self.row and self.depth == "th" and text.strip():
            self.name = text
        if self.row and self.depth == "li" and text.strip():
            print("  " + self.name + ": " + text)
Told(convert_charrefs=True).feed(sys.stdin.read())' <<<"$page"
}

expect() {
	[ "$1" = "$2" ] || {
		say "expected $3 $2, got ${1:-nothing}"
		return 1
	}
}

check_conversation() {
	local application=https://localhost:$((port + 1))/ login verdict=0
	login=https://localhost:$port/cas/login
	rm -f "$folder/run/check.cookies"
	say "Signing in as chloe:"
	walk || verdict=1
	rm -f "$folder/run/check.cookies" "$folder/run/check.head"
	return $verdict
}

walk() {
	follow "$application" || return 1
	expect "$status" 200 "status" || return 1
	[ -n "$(field execution)" ] || {
		say "the sign-in page has no form"
		return 1
	}
	step POST "$login" --data-urlencode "username=chloe" \
		--data-urlencode "password=$demo_password" \
		--data-urlencode "execution=$(field execution)" \
		--data-urlencode "service=$(field service)" || return 1
	expect "$status" 303 "status" || return 1
	follow "$location" || return 1
	expect "$status" 200 "status" || return 1
	say "The application was told:"
	told_attributes
	case $page in
	*'Bâtiment &lt;B&gt; &amp; annexe'*) ;;
	*)
		say "an attribute with accents and <& did not arrive whole"
		return 1
		;;
	esac
}
