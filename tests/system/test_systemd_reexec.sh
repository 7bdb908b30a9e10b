#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Under a real systemd a service that executes itself anew stays the same one.
set -u

. tests/support/systemd.sh
guest_need curl
[ -x "$B/helpers/httpd" ] || guest_skip 'the httpd helper is not built'
guest_boot

show() { guest systemctl show -P "$1" privsepd.service; }
is() { [ "$(show "$1")" = "$2" ]; }
page() {
	[ "$(guest curl -s --max-time 20 http://127.0.0.1:8080/)" = page ]
}

guest mkdir -p /srv/www
guest sh -c 'echo page >/srv/www/index.html
    head -c 2000000 /dev/urandom >/srv/www/big'
cat >"$guest_shared/www.policy" <<-END
	[Helper]
	ExecStart=$guest_prefix/libexec/privsepd/httpd --root=/srv/www
	ListenStream=127.0.0.1:8080
	Instances=2
	[Policy]
	SystemCallFilter=@helper @loader @network-io
	AllowOpen=@runtime
	AllowAccept=yes
	AllowOpen=read /srv/www/**
	END
guest install -m 644 /run/shared/www.policy /etc/privsepd
# Whether its successor feeds the watchdog shows soon.
printf '%s\n' '[Service]' WatchdogSec=2 >"$guest_shared/watchdog.conf"
guest mkdir -p /etc/systemd/system/privsepd.service.d
guest cp /run/shared/watchdog.conf /etc/systemd/system/privsepd.service.d
guest systemctl daemon-reload
guest systemctl start privsepd.service || exit 1
main=$(show MainPID)

fifty_re_executions_disturb_no_download() {
	local download
	guest curl -s --limit-rate 500k -o /run/got \
	    http://127.0.0.1:8080/big &
	download=$!
	for _ in {1..50}; do
		guest privsepctl reexec >/dev/null && page || return 1
	done
	wait "$download" && guest cmp /run/got /srv/www/big
}
guest_try fifty_re_executions_disturb_no_download

it_is_the_same_service_to_systemd() {
	is MainPID "$main" && is NRestarts 0 && is ActiveState active &&
	    guest privsepctl status | grep -q 're-executed 50 times' &&
	    guest privsepctl --json status www | grep -q '"abrupt": 0'
}
guest_try it_is_the_same_service_to_systemd

the_watchdog_is_fed() {
	sleep 5
	is MainPID "$main" && is NRestarts 0
}
guest_try the_watchdog_is_fed

the_watchdog_still_bites() {
	guest kill -STOP "$main"
	until_so is NRestarts 1 && until_so is ActiveState active &&
	    ! is MainPID "$main" && page
}
guest_try the_watchdog_still_bites

reload_and_stop_are_as_ever() {
	guest privsepctl reexec >/dev/null &&
	    guest systemctl reload privsepd.service && page &&
	    guest systemctl stop privsepd.service && is Result success &&
	    ! guest pgrep -x httpd
}
guest_try reload_and_stop_are_as_ever

guest_done
