# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# Sourced after guest_boot by tests that have a web server there as a service:
# policies, the unit's state, and a page to ask for.

# policy NAME LINE...: a service; what is in the guest comes by $guest_shared.
policy() {
	local name=$1
	shift
	printf '%s\n' "$@" >"$guest_shared/$name.policy"
	guest install -m 644 "/run/shared/$name.policy" /etc/privsepd
}

# www LINE...: pages of /srv/www, with lines of [Helper].
www() {
	policy www '[Helper]' \
	    "ExecStart=$guest_prefix/libexec/privsepd/httpd --root=/srv/www" \
	    'ListenStream=127.0.0.1:8080' "$@" '[Policy]' \
	    'SystemCallFilter=@helper @loader @network-io' \
	    'AllowOpen=@runtime' 'AllowAccept=yes' \
	    'AllowOpen=read /srv/www/**'
}

# drop_in NAME LINE...: of the unit.
drop_in() {
	local name=$1
	shift
	guest mkdir -p /etc/systemd/system/privsepd.service.d
	printf '%s\n' "$@" >"$guest_shared/$name.conf"
	guest cp "/run/shared/$name.conf" /etc/systemd/system/privsepd.service.d
	guest systemctl daemon-reload
}

show() { guest systemctl show -P "$1" privsepd.service; }
is() { [ "$(show "$1")" = "$2" ]; }
says() { guest_journal privsepd.service | grep -qF -- "$1"; }
page() {
	[ "$(guest curl -s --max-time 20 http://127.0.0.1:8080/)" = page ]
}
status_says() { show StatusText | grep -qF -- "$1"; }

guest mkdir -p /srv/www
guest sh -c 'echo page >/srv/www/index.html'
