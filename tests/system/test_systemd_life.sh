#!/bin/bash
# SPDX-License-Identifier: ISC
#
# The service's life under a real systemd: ready, reload, watchdog, stop, and
# what it is not started again for.
set -u

. tests/support/systemd.sh
guest_need curl
[ -x "$B/helpers/httpd" ] || guest_skip 'the httpd helper is not built'
guest_boot

. tests/support/systemd_www.sh

www 'Instances=2'

enable_starts_it() {
	guest systemctl enable --now privsepd.service && is ActiveState active
}
guest_try enable_starts_it

pages_are_served_as_soon_as_it_is_ready() {
	page && status_says '1 service, 2 helpers'
}
guest_try pages_are_served_as_soon_as_it_is_ready

ready_comes_when_every_helper_has_greeted() {
	policy late '[Helper]' 'ExecStart=/bin/sleep 1000' 'Restart=no' \
	    'TimeoutStartSec=1s' '[Policy]' 'AllowOpen=@runtime' \
	    'SystemCallFilter=@helper @loader clock_nanosleep'
	guest systemctl restart --no-block privsepd.service
	until_so is ActiveState activating || return 1
	until_so is ActiveState active && says 'late: not started again' &&
	    until_so status_says '2 services, 2 helpers; stopped: late' ||
	    return 1
	guest rm /etc/privsepd/late.policy
	guest systemctl reload privsepd.service
}
guest_try ready_comes_when_every_helper_has_greeted

status_follows_the_helpers() {
	guest pkill -KILL -x httpd
	until_so status_says '1 service, 2 helpers' || return 1
	guest privsepctl stop www
	until_so status_says '1 service, 0 helpers; stopped: www' || return 1
	guest systemctl reload privsepd.service &&
	    until_so status_says '1 service, 2 helpers'
}
guest_try status_follows_the_helpers

reload_is_done_when_the_command_returns() {
	www 'Instances=3' && guest systemctl reload privsepd.service &&
	    until_so status_says '3 helpers' && page
}
guest_try reload_is_done_when_the_command_returns

bad_policy_fails_the_reload_and_the_old_one_stays() {
	www 'Instances=nonsense'
	! guest systemctl reload privsepd.service || return 1
	says 'www.policy:4: Instances=' && is ActiveState active && page &&
	    status_says 'reload refused: ' && status_says 'www.policy:4' ||
	    return 1
	www 'Instances=2' && guest systemctl reload privsepd.service &&
	    until_so status_says '1 service, 2 helpers'
}
guest_try bad_policy_fails_the_reload_and_the_old_one_stays

bad_policy_at_the_start_is_78_and_nobody_tries_again() {
	www 'Instances=nonsense'
	! guest systemctl restart privsepd.service || return 1
	is ExecMainStatus 78 && is ActiveState failed && is NRestarts 0 &&
	    says 'www.policy:4: Instances=' || return 1
	www 'Instances=2' && guest systemctl start privsepd.service && page
}
guest_try bad_policy_at_the_start_is_78_and_nobody_tries_again

# Somebody is in the way, who goes away after a while.
begun_anew() { [ "$(show NRestarts)" -ge 3 ]; }
# shellcheck disable=SC2016 # Perl expands it.
failed_start_is_tried_again_and_not_too_often() {
	guest systemctl stop privsepd.service
	guest perl -MIO::Socket::INET -e '
	    my $s = IO::Socket::INET->new(Listen => 1,
	        LocalAddr => "127.0.0.1:8080") or die "listen: $!\n";
	    $| = 1; print "$$\n"; sleep' >"$guest_shared/squatter" &
	until_so test -s "$guest_shared/squatter" || return 1
	! guest systemctl start privsepd.service &&
	    says 'cannot listen on 127.0.0.1:8080' && until_so begun_anew ||
	    return 1
	guest kill "$(cat "$guest_shared/squatter")"
	until_so is ActiveState active && page || return 1
	guest journalctl -q -o short-monotonic -u privsepd.service |
	    awk -F '[][]' '
		/not started: see/ { failed = $2 }
		/Main process exited.*status=1/ && failed {
			n++; early += $2 - failed < 0.19; failed = 0
		}
		END { print n " failed, " early " early"; exit !n || early }'
}
guest_try failed_start_is_tried_again_and_not_too_often

stopped_daemon_trips_the_watchdog_and_comes_back() {
	local before
	drop_in watchdog '[Service]' WatchdogSec=1 TimeoutAbortSec=5
	guest systemctl restart privsepd.service || return 1
	before=$(show MainPID)
	guest kill -STOP "$before"
	until_so is NRestarts 1 && until_so is ActiveState active &&
	    says 'Watchdog timeout' && ! is MainPID "$before" && page
}
guest_try stopped_daemon_trips_the_watchdog_and_comes_back

watchdog_leaves_a_daemon_alone_that_runs() {
	local before
	before=$(show MainPID)
	sleep 1.5
	is MainPID "$before" && page
}
guest_try watchdog_leaves_a_daemon_alone_that_runs

it_stops_in_an_orderly_way_and_leaves_nothing() {
	local start=$SECONDS
	guest systemctl stop privsepd.service && is Result success &&
	    says 'ended: orderly' && [ $((SECONDS - start)) -lt 25 ] || return 1
	! guest test -e /sys/fs/cgroup/system.slice/privsepd.service &&
	    ! guest pgrep -x httpd && ! guest pgrep -x privsepd &&
	    [ "$(guest find /run/privsepd -type s)" = '' ]
}
guest_try it_stops_in_an_orderly_way_and_leaves_nothing

guest_done
