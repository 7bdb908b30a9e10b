#!/bin/bash
# SPDX-License-Identifier: ISC
#
# How privsepd begins, or does not: exit statuses 0, 1, 2 and 78, and what it
# says.  None of these starts a helper.
set -u

: "${B:?run me by make check}"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
umask 022
mkdir "$dir/policies" "$dir/run"
number=0

# exits STATUS SAYS ARGUMENT...: privsepd does, and says so, with the
# directories that are here.
exits() {
	local status=$1 says=$2
	shift 2
	timeout 60 "$B/privsepd" --policy-dir "$dir/policies" "$@" \
	    >"$dir/said" 2>&1 </dev/null
	local is=$?
	[ "$is" -eq "$status" ] && grep -qF -- "$says" "$dir/said" && return 0
	echo "# exit status $is, not $status, or it does not say: $says"
	sed 's/^/# | /' "$dir/said"
	return 1
}

try() {
	number=$((number + 1))
	if "$1"; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
	fi
}

policy() {
	printf '%s\n' '[Helper]' 'ExecStart=/bin/true' '[Policy]' "$@" \
	    >"$dir/policies/one.policy"
}

settings() { printf '%s\n' '[Daemon]' "$@" >"$dir/privsepd.conf"; }

check_tells_of_a_good_configuration() {
	policy 'SystemCallFilter=@helper'
	settings 'LogLevel=info'
	exits 0 'the configuration is good' --check \
	    --config "$dir/privsepd.conf"
}
try check_tells_of_a_good_configuration

check_tells_of_what_is_wrong_and_exits_with_78() {
	policy 'SystemCallFilter=@no-such-group'
	exits 78 'one.policy:4: ' --check || return 1
	policy 'SystemCallFilter=@helper' 'AllowOpen=read'
	exits 78 'one.policy:5: ' --check || return 1
	policy 'SystemCallFilter=@helper'
	settings 'LogLevel=loud'
	exits 78 'privsepd.conf:2: LogLevel=' --check \
	    --config "$dir/privsepd.conf" || return 1
	exits 78 'none.conf: no such file' --check --config "$dir/none.conf"
}
try check_tells_of_what_is_wrong_and_exits_with_78

wrong_use_exits_with_2() {
	exits 2 'takes no arguments: x' x
}
try wrong_use_exits_with_2

a_runtime_directory_that_cannot_be_had_is_told() {
	: >"$dir/file"
	exits 1 "$dir/file/below: Not a directory" \
	    --runtime-dir "$dir/file/below" || return 1
	exits 1 "$dir/file: " --runtime-dir "$dir/file"
}
try a_runtime_directory_that_cannot_be_had_is_told

control_sock_that_cannot_be_made_is_told() {
	mkdir -p "$dir/run/control.sock/in-the-way"
	exits 1 'open control.sock: ' --runtime-dir "$dir/run" || return 1
	rm -r "$dir/run/control.sock"
}
try control_sock_that_cannot_be_made_is_told

of_two_in_one_place_the_second_says_so() {
	exec 9>"$dir/run/lock"
	flock -n 9 || return 1
	exits 1 "$dir/run: another privsepd runs here" \
	    --runtime-dir "$dir/run"
	local status=$?
	exec 9>&-
	return "$status"
}
try of_two_in_one_place_the_second_says_so

policies_that_cannot_be_used_end_the_start() {
	policy 'SystemCallFilter=@helper' 'AllowOpen=read'
	exits 78 'one.policy:5: ' --runtime-dir "$dir/run"
}
try policies_that_cannot_be_used_end_the_start

# It starts without, so that one unit need not fit all policies.
a_capability_that_the_unit_takes_away_is_told_by_the_line_that_needs_it() {
	local daemon try
	policy 'SystemCallFilter=@helper @loader' 'AllowPacketSocket=lo' \
	    'AllowOpen=@runtime'
	setpriv --bounding-set=-net_raw "$B/privsepd" \
	    ${PSD_SANITIZED:+--config "$PSD_SANITIZED"} \
	    --policy-dir "$dir/policies" --runtime-dir "$dir/run" \
	    >"$dir/said" 2>&1 </dev/null &
	daemon=$!
	for try in {1..300}; do
		grep -qF 'CAP_NET_RAW, which the daemon does not have' \
		    "$dir/said" && break
		sleep 0.1
	done
	kill "$daemon"
	wait "$daemon"
	grep -F 'one.policy:5: warning: asks for CAP_NET_RAW' "$dir/said" |
	    grep -qF 'see CapabilityBoundingSet= of its unit' && return 0
	sed "s/^/# $try | /" "$dir/said"
	return 1
}
if [ "$(id -u)" -eq 0 ]; then
	try a_capability_that_the_unit_takes_away_is_told_by_the_line_that_needs_it
fi

# Monitor and run are for programs of ours, which leave descriptors to them.
without_who_started_it_nothing_is_served() {
	local word
	policy 'SystemCallFilter=@helper'
	for word in --monitor --run; do
		timeout 60 "$B/privsepd" "$word" --policy \
		    "$dir/policies/one.policy" >"$dir/said" 2>&1 </dev/null &&
			return 1
		[ -s "$dir/said" ] || return 1
	done
}
try without_who_started_it_nothing_is_served

echo "1..$number"
