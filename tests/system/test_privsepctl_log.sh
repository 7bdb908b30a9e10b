#!/bin/bash
# SPDX-License-Identifier: ISC
#
# privsepctl log, with a real journald and a real daemon.
set -u

: "${B:?run me by make check}"
. tests/support/journal.sh
journal_enter "$@"

ctl() {
	"$B/privsepctl" --runtime-dir "$puppets_dir/run" "$@"
}

nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)

puppets_prepare
trap 'rm -rf "$puppets_dir"' EXIT
printf 'secret\n' >"$puppets_dir/file"

without_entries_there_is_nothing_to_print() {
	ctl log >/run/said && [ ! -s /run/said ]
}
puppets_try without_entries_there_is_nothing_to_print

puppets_policy www '' "AllowLog=info
AllowOpen=read $puppets_dir/allowed
LogVerdicts=all"
puppets_policy mail Instances=2 AllowLog=info
journal_start || exit 1
puppets_say www "read $puppets_dir/file" "read $puppets_dir/allowed" \
    'log one' >/dev/null
puppets_say mail "read $puppets_dir/file" 'log two' >/dev/null
journal_has '.PRIVSEP_TEXT == "two"' PRIVSEP_SERVICE=mail

entries_are_printed_with_their_time_in_order() {
	ctl log >/run/said || return 1
	cat /run/said
	grep -Eq '^[A-Z][a-z]{2} [0-9 ]{2} [0-9:]{8} ready: 3 helpers$' \
	    /run/said && [ "$(grep -Eo 'ready|log one|one$|two$' /run/said |
	    tr '\n' ' ')" = 'ready one two ' ] &&
	    grep -Eq '^ {15} www\[[0-9]+\]: to allow: AllowOpen=read' /run/said
}
puppets_try entries_are_printed_with_their_time_in_order

# finds WORDS JQ OPTION...: as many entries as asked, all of that kind.
finds() {
	ctl --json log "${@:3}" >/run/said || return 1
	cat /run/said
	[ "$(wc -l </run/said)" -eq "$1" ] && jq -es "all($2)" </run/said
}

each_filter_leaves_what_it_names() {
	local id
	finds 2 '.service == "mail"' --service=mail --since=1h || return 1
	id=$(jq -r 'select(.verdict == "refused") | .instance' </run/said)
	finds 2 '.operation == "open" and .verdict == "refused"' \
	    --operation=open --verdict=refused &&
	    finds 1 '.service == "www" and (.rule | test("www.policy:[0-9]+"))' \
		--service=www --operation=open --verdict=allowed &&
	    finds 2 ".instance == \"$id\"" --instance="mail/$id" &&
	    finds 2 ".service == \"mail\"" --instance="$id" &&
	    finds 0 . --service=nobody && finds 0 . --instance="www/$id"
}
puppets_try each_filter_leaves_what_it_names

last_ones_are_counted_from_the_end() {
	finds 2 '.service == "mail"' -n 2 &&
	    finds 1 '.text == "two"' -n 1 && finds 0 . -n 0 &&
	    finds 2 . -n 1000 --service=mail
}
puppets_try last_ones_are_counted_from_the_end

since_takes_a_span_and_a_date() {
	finds 0 . --since="$(date -d tomorrow +%F)" &&
	    finds 2 . --service=mail --since="$(date -d yesterday +%F)" &&
	    finds 2 . --service=mail --since="$(date -d -1hour +%FT%T)" &&
	    finds 2 . --service=mail --since='1h 5min' -n 7 &&
	    finds 0 . --service=mail --since="$(date -d tomorrow +%F)" -n 7
}
puppets_try since_takes_a_span_and_a_date

json_tells_the_kind_the_level_and_the_fields() {
	finds 1 '.message_id == "a32808af7f4a45ab8204afabd35ea637" and
	    .priority == 5 and .time_usec > 0 and .operation == "open" and
	    (.to_allow | startswith("AllowOpen=read "))' --verdict=refused \
	    --service=www
}
puppets_try json_tells_the_kind_the_level_and_the_fields

words_of_others_are_not_the_daemons() {
	"${nobody[@]}" systemd-cat -t privsepd \
	    echo 'forged by text'
	# Whoever may write to the journal can say any field but its own.
	printf '%s\n' MESSAGE=forged SYSLOG_IDENTIFIER=privsepd \
	    PRIVSEP_SERVICE=mail PRIVSEP_VERDICT=allowed |
	    "${nobody[@]}" logger --journald
	journal_has 'true' PRIVSEP_SERVICE=mail PRIVSEP_VERDICT=allowed &&
	    finds 2 . --service=mail && ! ctl log | grep forged
}
puppets_try words_of_others_are_not_the_daemons

# Comes to hold a line like that.
comes() {
	local try
	for try in $(seq 300); do
		grep -q "$1" /run/followed && return 0
		sleep 0.1
	done
	echo "# no '$1' after $try looks"
	cat /run/followed
	return 1
}

following_goes_on_with_what_comes() {
	local follower
	ctl log -f -n 1 --service=mail >/run/followed &
	follower=$!
	comes ': two$' && puppets_say mail 'log three' >/dev/null &&
	    comes ': three$' && kill "$follower"
	wait "$follower" 2>/dev/null
	[ "$(wc -l </run/followed)" -eq 2 ]
}
puppets_try following_goes_on_with_what_comes

following_ends_when_nobody_reads() {
	timeout 60 "$B/privsepctl" --runtime-dir "$puppets_dir/run" log -f |
	    head -n 1 >/dev/null
	[ "${PIPESTATUS[0]}" -ne 124 ]
}
puppets_try following_ends_when_nobody_reads

# fails STATUS TEXT COMMAND...
fails() {
	"${@:3}" >/run/said 2>&1
	local status=$?
	cat /run/said
	[ "$status" -eq "$1" ] && grep -q -- "$2" /run/said
}

what_cannot_be_read_is_said() {
	chmod -R o= /run/log/journal &&
	    fails 1 'groups systemd-journal' "${nobody[@]}" \
	    "$B/privsepctl" log &&
	    fails 2 'takes a number' ctl log -n x &&
	    fails 2 'takes a span' ctl log --since=whenever &&
	    fails 2 'allowed or refused' ctl log --verdict=maybe &&
	    fails 2 'SERVICE/NUMBER' ctl log --instance=www &&
	    fails 2 'does not take --verdict' ctl status --verdict=allowed
}
puppets_try what_cannot_be_read_is_said

daemon_that_has_stopped_is_read_all_the_same() {
	puppets_stop && ctl log | grep -q 'stopping: 3 helpers'
}
puppets_try daemon_that_has_stopped_is_read_all_the_same

without_a_journal_there_is_a_clear_error() {
	mount -t tmpfs tmpfs /run/log &&
	    { [ ! -d /var/log/journal ] || mount -t tmpfs tmpfs \
		/var/log/journal; } &&
	    fails 1 'there is no journal on this host' ctl log
}
puppets_try without_a_journal_there_is_a_clear_error
echo "1..$puppets_number"
