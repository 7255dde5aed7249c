# shellcheck shell=bash disable=SC2154 # the caller sets what is used here
# SPDX-License-Identifier: Apache-2.0
#
# Starting and ending background programs by their process number; sourced by
# deploy/quickstart.  A number alone proves nothing, since Linux gives numbers
# away again: the time at which the process started is kept beside it.

process_birth() {
	# Field 22 of stat; the name before it may hold blanks and brackets.
	local stat
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
	stat=${stat##*) }
	# shellcheck disable=SC2086 # split on purpose
	set -- $stat
	printf '%s' "${20}"
}

# process_start NAME COMMAND...: in the background, as the demonstration's user.
process_start() {
	local name=$1 pid
	shift
	: >>"$folder/log/$name.log"
	[ "$(id -u)" -ne 0 ] || chown "$demo_user:" "$folder/log/$name.log"
	"${as_demo[@]}" setsid "$@" </dev/null >>"$folder/log/$name.log" 2>&1 9>&- &
	pid=$!
	printf '%s %s\n' "$pid" "$(process_birth "$pid")" >"$folder/run/$name.pid"
}

# Prints the number of the process if it is the one that was started.
process_number() {
	local pid birth
	[ -f "$folder/run/$1.pid" ] || return 1
	read -r pid birth <"$folder/run/$1.pid" || return 1
	[ "$(process_birth "$pid")" = "$birth" ] || return 1
	printf '%s' "$pid"
}

process_running() {
	process_number "$1" >/dev/null
}

# Asks the process to end, and insists after ten seconds.
process_stop() {
	local pid tries=0
	if pid=$(process_number "$1"); then
		kill -TERM "$pid" 2>/dev/null || true
		while process_running "$1" && [ $tries -lt 200 ]; do
			sleep 0.05
			tries=$((tries + 1))
		done
		if process_running "$1"; then
			say "$1 did not stop within ten seconds; ending it hard."
			kill -KILL "$pid" 2>/dev/null || true
		fi
	fi
	rm -f "$folder/run/$1.pid"
}
