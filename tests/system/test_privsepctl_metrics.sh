#!/bin/bash
# SPDX-License-Identifier: ISC
#
# privsepctl metrics, read by a strict parser, against what was done.
set -u

: "${B:?run me by make check}"
. tests/support/puppets.sh
puppets_or_skip

puppets_prepare
trap 'rm -rf "$puppets_dir"' EXIT
printf 'text\n' >"$puppets_dir/file"
puppets_policy www Instances=2 "AllowOpen=read $puppets_dir/file"
puppets_policy lax '' OnViolation=errno
puppets_policy broken 'StartLimitBurst=1' ''
sed -i "s|^ExecStart=.*|ExecStart=/bin/false|" "$puppets_dir/etc/broken.policy"
puppets_start || exit 1

# Reads what there is now, a sample a line, into $puppets_dir/samples.
scrape() {
	puppets_ctl metrics >"$puppets_dir/text" || return 1
	tests/support/openmetrics.pl <"$puppets_dir/text" \
	    >"$puppets_dir/samples" && return 0
	cat "$puppets_dir/samples"
	return 1
}

# has SAMPLE...: each is there just so.
has() {
	local sample
	for sample in "$@"; do
		if ! grep -qxF -- "$sample" "$puppets_dir/samples"; then
			echo "# not there: $sample"
			cat "$puppets_dir/samples"
			return 1
		fi
	done
}

# The value of one sample.
value() {
	grep -F -- "$1 " "$puppets_dir/samples" | sed 's/.* //'
}

text_is_well_formed_and_tells_of_all_services() {
	scrape && has 'privsepd_services{state="running"} 2' \
	    'privsepd_services{state="held back"} 1' \
	    'privsepd_instances{service="www",state="ready"} 2' \
	    'privsepd_starts_total{service="www"} 2' \
	    "privsepd_build_info{version=\"$("$B/privsepctl" --version |
		sed 's/.* //')\"} 1" 'privsepd_generation{} 1' &&
	    [ "$(value 'privsepd_descriptors{}')" -gt 10 ] &&
	    [ "$(value 'privsepd_descriptors_max{}')" -gt \
		"$(value 'privsepd_descriptors{}')" ] &&
	    [ "$(value 'privsepd_ends_total{end="abrupt",service="broken"}')" \
		-ge 1 ] && [ "$(grep -c '^# TYPE' "$puppets_dir/text")" -eq \
		"$(grep -c '^# HELP' "$puppets_dir/text")" ]
}
puppets_try text_is_well_formed_and_tells_of_all_services

requests_are_counted_by_verdict_and_operation() {
	puppets_say www "read $puppets_dir/file" "read $puppets_dir/file" \
	    'read /etc/passwd' 'ping 5' >/dev/null && scrape &&
	    has 'privsepd_operations_total{operation="open",service="www",verdict="allowed"} 2' \
		'privsepd_operations_total{operation="open",service="www",verdict="refused"} 1' \
		'privsepd_operations_total{operation="ping",service="www",verdict="allowed"} 5' \
		'privsepd_requests_total{service="www",verdict="refused"} 1' &&
	    [ "$(value 'privsepd_requests_total{service="www",verdict="allowed"}')" \
		-eq "$(grep '^privsepd_operations_total.*"www",verdict="all' \
		    "$puppets_dir/samples" | awk '{ n += $2 } END { print n }')" ]
}
puppets_try requests_are_counted_by_verdict_and_operation

refused_calls_and_ends_are_counted() {
	puppets_say lax 'call 41 2 1 0' >/dev/null
	puppets_say www end >/dev/null
	puppets_say www 'exit 1' >/dev/null
	local try
	for try in $(seq 300); do
		scrape || return 1
		[ "$(value 'privsepd_ends_total{end="orderly",service="www"}')" -eq 1 ] &&
		    [ "$(value 'privsepd_ends_total{end="abrupt",service="www"}')" -eq 1 ] &&
		    break
		sleep 0.1
	done
	echo "# after $try looks"
	has 'privsepd_ends_total{end="orderly",service="www"} 1' \
	    'privsepd_ends_total{end="abrupt",service="www"} 1' \
	    'privsepd_ends_total{end="overdue",service="www"} 0' &&
	    { [ "$(uname -m)" != x86_64 ] ||
		has 'privsepd_calls_refused_total{service="lax"} 1'; }
}
puppets_try refused_calls_and_ends_are_counted

durations_are_those_of_what_did_not_wait() {
	local before after
	scrape || return 1
	before=$(value 'privsepd_request_duration_seconds_count{service="lax"}')
	# Who asks for the next client waits for it.
	puppets_say lax 'ping 100' >/dev/null && scrape || return 1
	after=$(value 'privsepd_request_duration_seconds_count{service="lax"}')
	[ "$((after - before))" -eq 100 ] &&
	    value 'privsepd_request_duration_seconds_sum{service="lax"}' |
	    grep -Eq '^[0-9]+\.[0-9]{6}$'
}
puppets_try durations_are_those_of_what_did_not_wait

turns_of_the_loop_are_told_by_their_work() {
	local work
	for work in requests ends starts leftovers control reload other; do
		[ -n "$(value "privsepd_loop_longest_turn_seconds{clock=\"wall\",work=\"$work\"}")" ] &&
		    [ -n "$(value "privsepd_loop_longest_turn_seconds{clock=\"cpu\",work=\"$work\"}")" ] &&
		    [ -n "$(value "privsepd_loop_slow_turns_total{work=\"$work\"}")" ] ||
		    return 1
	done
	# There were some of these.
	for work in requests ends control; do
		! has "privsepd_loop_longest_turn_seconds{clock=\"wall\",work=\"$work\"} 0.000000" \
		    >/dev/null || return 1
	done
}
puppets_try turns_of_the_loop_are_told_by_their_work

each_instance_has_some_memory() {
	[ "$(grep -c '^privsepd_instance_memory_bytes{.*"lax"} [1-9][0-9]*$' \
	    "$puppets_dir/samples")" -eq 1 ]
}
puppets_try each_instance_has_some_memory

file_is_replaced_at_once() {
	local old
	mkdir "$puppets_dir/collector" &&
	    echo old >"$puppets_dir/collector/p.prom" || return 1
	old=$(stat -c %i "$puppets_dir/collector/p.prom")
	puppets_ctl metrics --output="$puppets_dir/collector/p.prom" &&
	    [ "$(stat -c %i "$puppets_dir/collector/p.prom")" != "$old" ] &&
	    [ "$(stat -c %a "$puppets_dir/collector/p.prom")" = 644 ] &&
	    tests/support/openmetrics.pl <"$puppets_dir/collector/p.prom" \
		>/dev/null &&
	    [ "$(ls -A "$puppets_dir/collector")" = p.prom ]
}
puppets_try file_is_replaced_at_once

file_that_cannot_be_written_stays_as_it_was() {
	mkdir "$puppets_dir/collector/d" &&
	    puppets_ctl metrics --output="$puppets_dir/collector/d" 2>&1 |
	    grep -q 'cannot write' &&
	    [ "$(find "$puppets_dir/collector" | wc -l)" -eq 3 ] || return 1
	puppets_ctl metrics --output="$puppets_dir/none/p.prom" 2>&1 |
	    grep -q 'No such file'
}
puppets_try file_that_cannot_be_written_stays_as_it_was

full_disk_leaves_the_old_file() {
	local status
	mkdir "$puppets_dir/full" &&
	    mount -t tmpfs -o size=4k tmpfs "$puppets_dir/full" || return 1
	echo old >"$puppets_dir/full/p.prom"
	puppets_ctl metrics --output="$puppets_dir/full/p.prom"
	status=$?
	[ "$status" -eq 1 ] && [ "$(cat "$puppets_dir/full/p.prom")" = old ] &&
	    [ "$(ls -A "$puppets_dir/full")" = p.prom ]
	status=$?
	umount "$puppets_dir/full"
	return "$status"
}
puppets_try full_disk_leaves_the_old_file

json_is_what_the_text_is_made_of() {
	command -v jq >/dev/null || return 0
	puppets_ctl --json metrics | jq -e '
	    (.services | map(.name)) == ["broken", "lax", "www"] and
	    (.services[2].operations | map(.operation) | index("open")) != null
	    and (.services[2].latency | length) == 22 and
	    (.services[1].memory | length) == 1 and
	    (.instances | map(select(.service == "lax")) | length) == 1'
}
puppets_try json_is_what_the_text_is_made_of

parser_of_this_test_is_strict() {
	local text bad=0
	for text in 'x 1' '# TYPE x gauge\n# HELP x X.\nx 1' \
	    '# TYPE x gauge\nx 1\n# EOF' \
	    '# TYPE x counter\n# HELP x X.\nx 1\n# EOF' \
	    '# TYPE x gauge\n# HELP x X.\nx{a="1",a="2"} 1\n# EOF' \
	    '# TYPE x gauge\n# HELP x X.\nx{a="\\q"} 1\n# EOF' \
	    '# TYPE x gauge\n# HELP x X.\nx{a="1",} 1\n# EOF' \
	    '# TYPE x gauge\n# HELP x X.\nx 1\nx 2\n# EOF' \
	    '# TYPE x gauge\n# UNIT x bytes\n# HELP x X.\nx 1\n# EOF' \
	    '# TYPE x gauge\n# HELP x X.\n\nx 1\n# EOF' \
	    '# TYPE x gauge\n# HELP x X.\nx 1\n# EOF\nx{b="1"} 1' \
	    '# TYPE x counter\n# HELP x X.\nx_total -1\n# EOF' \
	    '# TYPE x histogram\n# HELP x X.\nx_bucket{le="1"} 1\nx_count 1\n# EOF'; do
		# shellcheck disable=SC2059 # The texts are formats.
		if printf "$text\n" | tests/support/openmetrics.pl >/dev/null; then
			echo "# taken: $text"
			bad=1
		fi
	done
	return "$bad"
}
puppets_try parser_of_this_test_is_strict

without_a_daemon_nothing_is_written() {
	puppets_stop || return 1
	puppets_ctl metrics --output="$puppets_dir/collector/p.prom"
	[ $? -eq 4 ] && tests/support/openmetrics.pl \
	    <"$puppets_dir/collector/p.prom" >/dev/null
}
puppets_try without_a_daemon_nothing_is_written
echo "1..$puppets_number"
