#!/bin/bash
# SPDX-License-Identifier: ISC
#
# ReportOpens= with a watcher that was taken over: it can lie in the log, and no
# more.
set -u

if [ "$(id -u)" -ne 0 ]; then
	echo 'SKIP: a uid for each program takes root'
	exit 77
fi
. tests/support/run.sh
. tests/support/watch.sh
cp "$B/tests/helpers/false_watcher" "$dir/watcher"
service lied ReportOpens=yes
service unseen
start || exit 1

# How often the log says that one was.
dropped() { count_logs 'dropped: sent'; }

more_dropped() { [ "$(dropped)" -gt "$1" ]; }

# is_dropped_for LIE: the watcher is, and the call meets what it would anyway.
is_dropped_for() {
	local before
	before=$(dropped)
	begin lied && ask "pointer $1" EFAULT && until_so more_dropped "$before" &&
	    ask 'exec /bin/sh' EPERM
	local status=$?
	end
	return "$status"
}

answers_that_are_none_end_the_watcher_alone() {
	local lie
	for lie in 1 2 3 4 5 6 7 13; do
		is_dropped_for "$lie" || { echo "# lie $lie"; return 1; }
	done
	kill -0 "$daemon"
}
try answers_that_are_none_end_the_watcher_alone

watcher_that_ends_is_done_without() {
	begin lied && ask 'pointer 8' EFAULT && ask 'pointer 8' EFAULT &&
	    ask 'exec /bin/sh' EPERM
	local status=$?
	end
	return "$status"
}
try watcher_that_ends_is_done_without

lies_are_escaped_and_open_nothing() {
	begin lied && ask 'pointer 9' EFAULT && ask 'pointer 10' EFAULT &&
	    ask 'pointer 11' EFAULT && ask 'open /etc/shadow' ENOENT &&
	    ask 'exec /bin/sh' EPERM
	local status=$?
	end
	[ "$status" -eq 0 ] &&
	    logs '"/proc/\x0aforged[1]: \x1b[2J"' &&
	    ! grep -q '^forged' "$dir/log" &&
	    ! LC_ALL=C grep -q '[^[:print:]]' "$dir/log"
}
try lies_are_escaped_and_open_nothing

watcher_that_never_answers_is_killed_in_time() {
	begin lied && ask 'pointer 12' EFAULT &&
	    logs 'overdue: did not answer in time' &&
	    ask 'exec /bin/sh' EPERM
	local status=$?
	end
	return "$status"
}
try watcher_that_never_answers_is_killed_in_time

echo "1..$number"
