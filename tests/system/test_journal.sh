#!/bin/bash
# SPDX-License-Identifier: ISC
#
# What the daemon writes to a real journald, and what that makes of it.
set -u

: "${B:?run me by make check}"
. tests/support/journal.sh
journal_enter "$@"

# id NAME: of a row.
id() {
	tr -d '\n' <common/messages.def |
	    sed "s/.*MESSAGE($1, [A-Z_]*, \"\([0-9a-f]*\)\".*/\1/"
}

puppets_prepare
trap 'rm -rf "$puppets_dir"' EXIT
printf 'secret\n' >"$puppets_dir/file"
puppets_policy www $'Instances=2\nStandardError=log' "AllowLog=info
DenyOpen=any $puppets_dir/denied
LogVerdicts=all"
puppets_policy lax '' 'OnViolation=errno'

catalogue_is_accepted_by_journalctl() {
	mount -t tmpfs tmpfs /var/lib/systemd &&
	    mkdir -p /run/root/usr/lib/systemd/catalog \
		/run/root/var/lib/systemd/catalog &&
	    cp systemd/privsepd.catalog /run/root/usr/lib/systemd/catalog ||
	    return 1
	journalctl --root=/run/root --update-catalog >/run/said 2>&1 &&
	    [ ! -s /run/said ] && mkdir /var/lib/systemd/catalog &&
	    cp /run/root/var/lib/systemd/catalog/database \
		/var/lib/systemd/catalog &&
	    [ "$(journalctl --list-catalog | grep -c ': ')" -ge 20 ]
}
puppets_try catalogue_is_accepted_by_journalctl

daemon_starts() { journal_start; }
puppets_try daemon_starts
[ -e "$puppets_dir/run/control.sock" ] || exit 1

daemons_own_entries_have_their_ids() {
	journal_has '._TRANSPORT == "journal" and .MESSAGE == "ready: 3 helpers"
	    and .PRIVSEP_HELPERS == "3" and .SYSLOG_IDENTIFIER == "privsepd"' \
	    MESSAGE_ID="$(id ready)"
}
puppets_try daemons_own_entries_have_their_ids

refusal_is_one_entry_with_its_parts() {
	puppets_say www "read $puppets_dir/file" | grep -qx -- -1 &&
	    journal_has "(.MESSAGE | split(\"\n\") | length) == 2 and
	    .PRIVSEP_SERVICE == \"www\" and .PRIVSEP_VERDICT == \"refused\" and
	    .PRIVSEP_OPERATION == \"open\" and .PRIORITY == \"5\" and
	    .PRIVSEP_REQUEST == \"open(read, \\\"$puppets_dir/file\\\")\" and
	    .PRIVSEP_TO_ALLOW == \"AllowOpen=read $puppets_dir/file\" and
	    .PRIVSEP_RULE == null and (.PRIVSEP_INSTANCE | test(\"^[0-9]+\$\"))
	    and (.PRIVSEP_PID | test(\"^[0-9]+\$\"))" \
		MESSAGE_ID="$(id request_refused)"
}
puppets_try refusal_is_one_entry_with_its_parts

journalctl_explains_it() {
	journalctl -q -x MESSAGE_ID="$(id request_refused)" >/run/said &&
	    grep -q 'A request of www is not covered by its policy' \
		/run/said &&
	    grep -qF "  AllowOpen=read $puppets_dir/file" /run/said
}
puppets_try journalctl_explains_it

denial_names_its_line() {
	local line
	line=$(grep -n '^DenyOpen' "$puppets_dir/etc/www.policy")
	puppets_say www "read $puppets_dir/denied" >/dev/null &&
	    journal_has ".PRIVSEP_VERDICT == \"refused\" and .PRIVSEP_RULE ==
	    \"$puppets_dir/etc/www.policy:${line%%:*}\" and
	    .PRIVSEP_TO_ALLOW == null" MESSAGE_ID="$(id request_denied)"
}
puppets_try denial_names_its_line

allowed_requests_are_told_where_the_policy_says_so() {
	journal_has '.PRIVSEP_VERDICT == "allowed" and .PRIVSEP_SERVICE == "www"
	    and (.PRIVSEP_RULE | test("www.policy:[0-9]+$"))' \
	    PRIVSEP_OPERATION=accept || return 1
	! journalctl -q PRIVSEP_SERVICE=lax PRIVSEP_VERDICT=allowed | grep .
}
puppets_try allowed_requests_are_told_where_the_policy_says_so

denied_call_is_told_with_its_arguments() {
	puppets_say lax 'call 41 2 1 0' | grep -q EPERM &&
	    journal_has '.PRIVSEP_CALL == "socket(AF_INET, SOCK_STREAM, 0)" and
	    .PRIVSEP_VERDICT == "refused" and .PRIVSEP_OPERATION == null and
	    .PRIVSEP_TO_ALLOW == "SystemCallFilter=socket"' \
		MESSAGE_ID="$(id call_refused)"
}
# The number of socket() is that of x86-64.
[ "$(uname -m)" = x86_64 ] && puppets_try denied_call_is_told_with_its_arguments

ends_are_told_apart() {
	puppets_say www end >/dev/null
	puppets_say www 'exit 3' >/dev/null
	journal_has '.PRIVSEP_END == "orderly" and .PRIORITY == "6"' \
	    MESSAGE_ID="$(id ended_orderly)" &&
	    journal_has '.PRIVSEP_END == "abrupt" and .PRIORITY == "4" and
		.PRIVSEP_EXIT == "exit status 3"' \
		MESSAGE_ID="$(id ended_abrupt)"
}
puppets_try ends_are_told_apart

words_of_a_helper_pass_for_nothing_else() {
	local forged='refused open: PRIVSEP_VERDICT=allowed'
	puppets_say www "log $forged" "complain $forged" >/dev/null &&
	    journal_has ".PRIVSEP_TEXT == \"$forged\" and
	    .PRIVSEP_VERDICT == null and .PRIVSEP_SERVICE == \"www\"" \
		MESSAGE_ID="$(id helper_said)" &&
	    journal_has ".PRIVSEP_TEXT == \"stderr: $forged\" and
	    .PRIVSEP_VERDICT == null" MESSAGE_ID="$(id helper_said)"
}
puppets_try words_of_a_helper_pass_for_nothing_else

journald_notes_who_wrote_it() {
	local pid
	pid=$("$B/privsepctl" --runtime-dir "$puppets_dir/run" --json status |
	    jq .daemon.pid)
	[ "$(journalctl -q -o json SYSLOG_IDENTIFIER=privsepd |
	    jq -r ._PID | sort -u)" = "$pid" ]
}
puppets_try journald_notes_who_wrote_it

journald_that_stands_still_holds_no_helper_up() {
	local journald words=() i
	journald=$(pgrep -x systemd-journal)
	for i in $(seq 100); do
		words+=("read $puppets_dir/file" 'ping 1')
	done
	kill -STOP "$journald"
	# More than its socket takes, and than one helper may say.
	for i in 1 2 3 4 5 6; do
		[ "$(puppets_say lax "${words[@]}" | grep -cx 0)" -eq 100 ] ||
		    break
	done
	kill -CONT "$journald"
	[ "$i" -eq 6 ] && [ "$(puppets_say www 'log awake')" = 0 ] &&
	    journal_has '.PRIVSEP_TEXT == "awake"' \
		MESSAGE_ID="$(id helper_said)"
}
puppets_try journald_that_stands_still_holds_no_helper_up

daemon_stops() {
	puppets_stop && journal_has true MESSAGE_ID="$(id stopping)"
}
puppets_try daemon_stops
echo "1..$puppets_number"
