#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Under a real systemd a service that executes itself anew stays the same one.
set -u

. tests/support/systemd.sh
guest_need curl perl
[ -x "$B/helpers/httpd" ] || guest_skip 'the httpd helper is not built'
[ -x "$B/tests/helpers/puppet" ] || guest_skip 'the puppet is not built'
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
cat >"$guest_shared/asking.policy" <<-END
	[Helper]
	ExecStart=/srv/puppet
	ListenStream=127.0.0.1:8081
	[Policy]
	SystemCallFilter=@helper @loader @network-io
	AllowOpen=@runtime
	AllowAccept=yes
	END
guest install -m 755 "$B/tests/helpers/puppet" /srv/puppet
guest install -m 644 /run/shared/www.policy /run/shared/asking.policy \
    /etc/privsepd
# Whether its successor feeds the watchdog shows soon.
printf '%s\n' '[Service]' WatchdogSec=2 >"$guest_shared/watchdog.conf"
guest mkdir -p /etc/systemd/system/privsepd.service.d
guest cp /run/shared/watchdog.conf /etc/systemd/system/privsepd.service.d
guest systemctl daemon-reload
guest systemctl start privsepd.service || exit 1
main=$(show MainPID)

# Has a helper ask its daemon for the whole time, one request after the other;
# the first that is not answered as it should be ends that.
# shellcheck disable=SC2016 # Perl expands it.
asks_meanwhile() {
	guest timeout 120 perl -MIO::Socket::INET -e '
	    my $s = IO::Socket::INET->new("127.0.0.1:8081") or die "$!\n";
	    my $n = 0;
	    $s->autoflush;
	    while (!-e "/run/shared/enough") {
		    print $s "ping 1000\n";
		    (<$s> // "gone\n") eq "0\n" or die "not answered\n";
		    $n += 1000;
	    }
	    print "$n\n"'
}

fifty_re_executions_disturb_no_download_and_no_conversation() {
	local download conversation
	guest curl -s --limit-rate 500k -o /run/got \
	    http://127.0.0.1:8080/big &
	download=$!
	asks_meanwhile >"$guest_shared/asked" &
	conversation=$!
	for _ in {1..50}; do
		guest privsepctl reexec >/dev/null && page || return 1
	done
	wait "$download" && guest cmp /run/got /srv/www/big || return 1
	touch "$guest_shared/enough"
	wait "$conversation" && echo "# $(cat "$guest_shared/asked") requests"
}
guest_try fifty_re_executions_disturb_no_download_and_no_conversation

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
