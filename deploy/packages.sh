# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Debian packages, and how they are installed; sourced by deploy/quickstart and
# tests/run.  Installing starts no service and makes no database cluster: what
# Debian would start is held back for as long as apt runs.

# shellcheck disable=SC2034 # read by the scripts that source this file
{
	# A -dev package demands its library in exactly its own version, so naming
	# it also brings a library that is installed already up to date.
	PACKAGES_BUILD=(gcc libc6-dev meson ninja-build pkg-config python3
		libevent-dev libssl-dev libpq-dev libargon2-dev libcrypt-dev
		libjansson-dev libxml2-dev libinih-dev libqrcodegen-dev
		libseccomp-dev libpcre2-dev libcmocka-dev
		libcurl4-openssl-dev) # SMTP with TLS, for the courier's mails
	PACKAGES_RUN=(postgresql-15 openssl curl ca-certificates procps)
	PACKAGES_DEMO=(apache2-bin libapache2-mod-auth-cas python3-aiosmtpd)
	PACKAGES_TEST=(clang clang-format gettext gdb libclang-rt-14-dev
		python3-pytest python3-pytest-xdist
		python3-selenium python3-psycopg2 python3-lxml
		python3-cryptography
		python3-prometheus-client chromium chromium-driver fonts-dejavu-core
		haproxy nginx-light strace systemd oathtool python3-pyotp zbar-tools
		librsvg2-bin
		php-cas php-xml php-cgi # without php-cgi, php-cas brings all of Apache
		libauthen-cas-client-perl libplack-perl python3-django-casclient)
}

packages_say() {
	printf '%s\n' "$*" >&2
}

# Runs a command as root: directly, or through sudo.
packages_as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		packages_say "This needs root: run it as root, or install sudo." \
			"The command was: $*"
		return 1
	fi
}

# packages_missing NAME...: those that are not installed.
packages_missing() {
	local name
	for name in "$@"; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" \
			= installed ] || printf '%s\n' "$name"
	done
}

# The part that runs as root, as a text for `bash -c`.  Each file it writes is
# written only if nothing stands there, and taken away again.
packages_root_script() {
	cat <<'ROOT'
set -euo pipefail
hold=/usr/sbin/policy-rc.d
clusters=/etc/postgresql-common/createcluster.d
mine=()
made_folders=()
words=$(mktemp)
tidy() {
	rm -f -- "$words"
	[ ${#mine[@]} -eq 0 ] || rm -f -- "${mine[@]}"
	[ ${#made_folders[@]} -eq 0 ] ||
		rmdir --ignore-fail-on-non-empty -- "${made_folders[@]}" 2>/dev/null || true
}
trap tidy EXIT
trap 'exit 130' INT TERM
if [ ! -e "$hold" ]; then
	mine+=("$hold")
	printf '#!/bin/sh\nexit 101\n' >"$hold"
	chmod 755 "$hold"
fi
if [ ! -d /etc/postgresql/15 ]; then
	for folder in /etc/postgresql-common "$clusters"; do
		[ -d "$folder" ] || { mkdir "$folder"; made_folders=("$folder" "${made_folders[@]}"); }
	done
	file=$clusters/portillon-no-main-cluster.conf
	if [ ! -e "$file" ]; then
		mine+=("$file")
		printf 'create_main_cluster = false\n' >"$file"
	fi
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -qq -o DPkg::Lock::Timeout=120 update
apt-get -qq -y -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 \
	-o Dpkg::Options::=--force-confold \
	install --no-install-recommends "$@" >"$words" 2>&1 || {
	tail -n 40 "$words" >&2
	exit 1
}
ROOT
}

# packages_install NAME...: installs or upgrades to the newest that the
# archives offer.
packages_install() {
	packages_as_root bash -c "$(packages_root_script)" install "$@" || {
		packages_say "Packages could not be installed. Look at the lines above;" \
			"'apt-get update' must reach a Debian 12 archive and its" \
			"security archive."
		return 1
	}
}

# packages_ensure STAMP NAME...: installs unless STAMP says that just these
# packages were brought up to date before and none of them is missing now.
packages_ensure() {
	local stamp=$1 missing
	shift
	missing=$(packages_missing "$@")
	if [ -z "$missing" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$*" ]; then
		return 0
	fi
	if [ -n "$missing" ]; then
		packages_say "Debian packages to install: ${missing//$'\n'/ }"
	fi
	packages_say "Bringing packages up to date with apt-get (a minute or two" \
		"the first time; no service is started) ..."
	packages_install "$@"
	mkdir -p "$(dirname "$stamp")"
	printf '%s\n' "$*" >"$stamp"
}
