# shellcheck shell=bash disable=SC2154 # the caller sets what is used here
# SPDX-License-Identifier: Apache-2.0
#
# The way a browser goes, walked by curl one answer at a time: application,
# sign-in page, form, code, application again; sourced by deploy/quickstart.

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

# field NAME: the value of the first hidden field of that name in $page, its
# references resolved.
field() {
	python3 -c 'import html.parser, sys
class Fields(html.parser.HTMLParser):
    found = ""
    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "input" and attributes.get("name") == sys.argv[1]:
            self.found = self.found or attributes.get("value") or ""
fields = Fields()
fields.feed(sys.stdin.read())
print(fields.found, end="")' "$1" <<<"$page"
}

# The texts of the mails to an address, newest first, codes and all.
mails_to() {
	curl -sS --noproxy '*' --max-time 20 "http://127.0.0.1:$((port + 5))/" |
		python3 -c 'import html.parser, sys
class Mails(html.parser.HTMLParser):
    kind, mine = "", False
    def handle_starttag(self, tag, attributes):
        self.kind = dict(attributes).get("class") or tag
    def handle_data(self, text):
        if self.kind == "to" and text.strip():
            self.mine = text == sys.argv[1]
        if self.kind == "pre" and self.mine:
            print(text)
Mails(convert_charrefs=True).feed(sys.stdin.read())' "$1"
}

# codes_to ADDRESS: all codes that were mailed there, newest first.
codes_to() {
	mails_to "$1" | sed -n 's/^\([0-9]\{4\}\) \([0-9]\{4\}\)$/\1\2/p'
}

# Ten codes a day are mailed to a person; this may be tried more often.
forget_mails_sent() {
	# From /: the demonstration's user may not see the folder of the caller.
	(cd / && "${as_demo[@]}" /usr/lib/postgresql/15/bin/psql -X -q \
		-v ON_ERROR_STOP=1 -h "$folder/database/socket" \
		-U portillon_migrator -d portillon -c "DELETE FROM sso.email_sent
		WHERE account_id = (SELECT id FROM sso.account
			WHERE login = 'chloe')")
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

# walk_second_step MAILS: the code page, and the code that comes after so many
# mails.
walk_second_step() {
	local code='' tries=0
	expect "$location" "https://localhost:$port/cas/mfa" "to be sent to" ||
		return 1
	step GET "$location" || return 1
	expect "$status" 200 "status" || return 1
	until [ "$(codes_to chloe@home.example | wc -l)" -gt "$1" ]; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || {
			say "no code came to the mailbox within ten seconds"
			return 1
		}
		sleep 0.1
	done
	code=$(codes_to chloe@home.example | head -n 1)
	say "A code came by mail: ${code:0:4} ${code:4}"
	step POST "https://localhost:$port/cas/mfa" \
		--data-urlencode "code=$code" \
		--data-urlencode "execution=$(field execution)" || return 1
	expect "$status" 303 "status"
}

# walk_offer: says "Later" to the authenticator app that is offered.
walk_offer() {
	step GET "$location" || return 1
	expect "$status" 200 "status" || return 1
	step POST "https://localhost:$port/cas/mfa/offer" \
		--data-urlencode "choice=later" \
		--data-urlencode "execution=$(field execution)" || return 1
	expect "$status" 303 "status"
}

walk() {
	local before
	follow "$application" || return 1
	expect "$status" 200 "status" || return 1
	[ -n "$(field execution)" ] || {
		say "the sign-in page has no form"
		return 1
	}
	forget_mails_sent || return 1
	before=$(codes_to chloe@home.example | wc -l)
	step POST "$login" --data-urlencode "username=chloe" \
		--data-urlencode "password=$demo_password" \
		--data-urlencode "execution=$(field execution)" \
		--data-urlencode "service=$(field service)" || return 1
	expect "$status" 303 "status" || return 1
	if [ "$second_step" = yes ]; then
		walk_second_step "$before" || return 1
	fi
	case $location in
	*/cas/mfa/offer) walk_offer || return 1 ;;
	esac
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
