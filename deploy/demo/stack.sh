# shellcheck shell=bash disable=SC2154 # the caller sets what is used here
# SPDX-License-Identifier: Apache-2.0
#
# The demonstration's parts and their order: database, certificate, settings,
# people, policy, mailbox, sign-in server, Apache; sourced by deploy/quickstart.

portillon() {
	"${as_demo[@]}" "$folder/program/portillon" --config "$folder/etc/portillon.ini" "$@"
}

database() {
	local command=$1
	# Run from a copy: the demonstration's user may not see the source folder.
	install -m 755 "$source_folder/deploy/database" "$folder/program/database"
	install -m 644 "$source_folder/deploy/roles.sql" "$folder/program/roles.sql"
	shift
	(cd / && "${as_demo[@]}" "$folder/program/database" "$command" "$folder/database" \
		"$@" 9>&-)
}

make_database() {
	if [ ! -e "$folder/database/data/PG_VERSION" ]; then
		say "Making a private PostgreSQL database ..."
		rm -rf "$folder/database/data"
		database create "$(id -un)"
	else
		database start
	fi
}

# A local authority, and its certificate for localhost.
make_certificate() {
	local tls=$folder/tls
	[ ! -e "$tls/localhost.crt" ] ||
		! openssl x509 -in "$tls/localhost.crt" -noout -checkend 86400 \
			>/dev/null 2>&1 || return 0
	say "Making a certificate for localhost ..."
	cat >"$tls/localhost.ext" <<END
subjectAltName = DNS:localhost, IP:127.0.0.1
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
END
	{
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
			-days 365 -subj "/CN=Portillon quickstart authority" \
			-keyout "$tls/ca.key" -out "$tls/ca.crt"
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
			-subj "/CN=localhost" -keyout "$tls/localhost.key" \
			-out "$tls/localhost.csr"
		openssl x509 -req -in "$tls/localhost.csr" -CA "$tls/ca.crt" \
			-CAkey "$tls/ca.key" -CAcreateserial -days 365 \
			-extfile "$tls/localhost.ext" -out "$tls/localhost.crt"
	} >"$folder/log/openssl.log" 2>&1 ||
		fail "openssl failed; the reason stands in $folder/log/openssl.log"
	chmod 600 "$tls"/*.key
	chmod 644 "$tls"/*.crt
	[ "$(id -u)" -ne 0 ] || chown "$demo_user:" "$tls"/*
}

make_settings() {
	cat >"$folder/etc/portillon.ini" <<END
; Written anew by deploy/quickstart at each start.
[server]
url = https://localhost:$port/cas
listen = 127.0.0.1:$port
status_listen = 127.0.0.1:$((port + 4))
tls_certificate = $folder/tls/localhost.crt
tls_key = $folder/tls/localhost.key
[database]
app = host=$folder/database/socket dbname=portillon user=portillon_app
migrator = host=$folder/database/socket dbname=portillon user=portillon_migrator
[keys]
file = $folder/etc/keys
[mail]
server = smtp://127.0.0.1:$((port + 6))
from = portillon@university.example
starttls = none
[outbound]
networks = 127.0.0.0/8 ::1/128
ca = $folder/tls/ca.crt
[pages]
institution = Portillon demonstration
templates = $folder/program/templates
static = $folder/program/static
END
	[ "$(id -u)" -ne 0 ] || chown "$demo_user:" "$folder/etc/portillon.ini"
	printf '%s\n' "$port" >"$folder/etc/port"
}

read_port() {
	local kept
	kept=$(cat "$folder/etc/port" 2>/dev/null) || return 0
	if [ "$port_given" = yes ] && [ "$kept" != "$port" ]; then
		fail "it runs already, on port $kept; deploy/quickstart --stop comes" \
			"before another port"
	fi
	port=$kept
}

add_person() {
	local login=$1
	shift
	portillon account show "$login" >/dev/null 2>&1 ||
		portillon account add "$login" "$@" --password-stdin \
			<<<"$demo_password" >/dev/null
	portillon account set-address "$login" "$login@home.example" >/dev/null
}

add_people() {
	add_person alice --name "Alice Martin" --type teacher \
		--group teachers --group mathematics \
		--attribute mail=alice@example.org \
		--attribute memberOf=teachers --attribute memberOf=mathematics
	add_person bob --name "Bob Nguyen" --type student \
		--group students \
		--attribute mail=bob@example.org \
		--attribute memberOf=students
	add_person chloe --name "Chloé Lefèvre" --type staff \
		--group staff --group library --group "R&D <archives>" \
		--attribute mail=chloe@example.org \
		--attribute "office=Bâtiment <B> & annexe, 2ᵉ étage" \
		--attribute memberOf=staff --attribute memberOf=library \
		--attribute "memberOf=R&D <archives>"
	add_person dora --name "Dora Janssens" --type guardian \
		--group guardians \
		--attribute mail=dora@example.org \
		--attribute memberOf=guardians
}

add_service() {
	portillon service list | grep -qF "$2" ||
		portillon service add --name "$1" --release '*' "$2" >/dev/null
}

# People stay; services carry the ports and so belong to a start.
add_demonstration() {
	local wanted="port $port, addresses"
	[ "$(cat "$folder/etc/demonstration" 2>/dev/null)" != "$wanted" ] || return 0
	say "Adding people and applications ..."
	add_people
	add_service "Course pages" "https://localhost:$((port + 1))/*"
	add_service "Library" "https://localhost:$((port + 2))/*"
	add_service "Library (by address)" "https://127.0.0.1:$((port + 2))/*"
	add_service "Old address of the library" "https://localhost:$((port + 3))/*"
	printf '%s\n' "$wanted" >"$folder/etc/demonstration"
}

# The university's policy, or one that asks for nothing more; applied when the
# choice changes, so that a policy of the visitor's own stays.
choose_policy() {
	local wanted=university kept=$folder/etc/policy
	[ "$second_step" = yes ] || wanted=$folder/demo/no_second_step.json
	[ "$(cat "$kept" 2>/dev/null)" != "$wanted" ] || return 0
	portillon policy apply "$wanted" >/dev/null
	printf '%s\n' "$wanted" >"$kept"
}

# site LETTER HOST PORT TITLE COLOUR OTHER_TITLE OTHER_URL PROGRAM
site() {
	sed -e "s|@SITE@|$1|g" -e "s|@HOST@|$2|g" -e "s|@SITE_PORT@|$3|g" \
		-e "s|@TITLE@|$4|g" -e "s|@COLOUR@|$5|g" -e "s|@OTHER_TITLE@|$6|g" \
		-e "s|@OTHER_URL@|$7|g" -e "s|@PORT@|$port|g" \
		-e "s|@FOLDER@|$folder|g" -e "s|@PROGRAM@|$8|g" \
		"$source_folder/deploy/demo/apache-site.conf.in"
}

make_apache() {
	local courses=https://localhost:$((port + 1))/
	local library=https://localhost:$((port + 2))/
	{
		sed -e "s|@FOLDER@|$folder|g" -e "s|@PORT@|$port|g" \
			-e "s|@MODULES@|/usr/lib/apache2/modules|g" \
			"$source_folder/deploy/demo/apache.conf.in"
		printf '\nListen 127.0.0.1:%s' $((port + 1)) $((port + 2)) $((port + 3))
		printf '\n'
		site A localhost $((port + 1)) "Course pages" teal "the library" "$library" \
			application.py
		site B localhost $((port + 2)) "Library" plum "the course pages" "$courses" \
			application.py
		site B 127.0.0.1 $((port + 2)) "Library" plum "the course pages" "$courses" \
			application.py
		# Sends everybody on to another host name and port after the sign-in.
		site C localhost $((port + 3)) "Old address of the library" plum \
			"the library" "https://127.0.0.1:$((port + 2))/" onward.sh
	} >"$folder/etc/apache.conf"
}

# wait_for NAME WHAT COMMAND...: until the command succeeds, 20 seconds at most.
wait_for() {
	local name=$1 what=$2 tries=0
	shift 2
	until "$@" >/dev/null 2>&1; do
		if ! process_running "$name" || [ $tries -ge 400 ]; then
			tail -n 20 "$folder/log/$name.log" >&2
			stack_stop
			fail "$what did not start; its last words stand above" \
				"($folder/log/$name.log)"
		fi
		sleep 0.05
		tries=$((tries + 1))
	done
}

fetch() {
	curl -sS -f -o /dev/null --noproxy '*' --max-time 5 \
		--cacert "$folder/tls/ca.crt" "$1"
}

stack_start() {
	make_certificate
	make_settings
	make_database
	[ -e "$folder/etc/keys" ] || portillon keys generate >/dev/null
	portillon migrate >"$folder/log/migrate.log" 2>&1 || {
		cat "$folder/log/migrate.log" >&2
		fail "the database could not be brought up to date"
	}
	add_demonstration
	choose_policy
	make_apache
	process_start mailbox /usr/bin/python3 "$folder/demo/mailbox.py" \
		$((port + 5)) $((port + 6))
	wait_for mailbox "The mailbox" fetch "http://127.0.0.1:$((port + 5))/"
	process_start portillon "$folder/program/portillon" \
		--config "$folder/etc/portillon.ini" serve
	rm -f "$folder/run/apache.pid.httpd"
	process_start apache /usr/sbin/apache2 -f "$folder/etc/apache.conf" \
		-DFOREGROUND
	wait_for portillon "The sign-in server" \
		fetch "http://127.0.0.1:$((port + 4))/ready"
	wait_for apache "Apache" fetch "https://localhost:$((port + 1))/style.css"
}

stack_running() {
	process_running portillon && process_running apache &&
		process_running mailbox
}

stack_stop() {
	process_stop apache
	process_stop portillon
	process_stop mailbox
	[ ! -e "$folder/database/data/PG_VERSION" ] || database stop
}
