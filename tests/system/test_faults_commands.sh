#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Every command of privsepctl with each of its system calls failing
# (tests/faults/commands.pl): right all the same, or it says what is wrong.
# PSD_SOAK=1 has every call fail with every error that its manual page lists.
set -u

. tests/support/puppets.sh

if [ "$(id -u)" -ne 0 ] || ! strace -qq -o /dev/null true 2>/dev/null; then
	echo 'SKIP: takes root, strace and leave to trace'
	exit 77
fi
: "${B:?run me by make check}"
number=0
puppets_prepare
dir=$puppets_dir
puppets_policy one 'Instances=1' ''
cp "$dir/etc/one.policy" "$dir/one.policy"
echo 'AllowStat=/etc/passwd' >>"$dir/one.policy"
printf '%s\n' '[Helper]' 'Type=filter' '[Policy]' \
    'SystemCallFilter=@filter @loader' 'AllowOpen=@runtime' \
    >"$dir/cat.policy"
seq 1000 >"$dir/numbers"
trap 'puppets_stop; rm -rf "$dir"' EXIT
puppets_start || exit 1

# try NAME [OPTION...] -- ARGUMENT...: privsepctl with these.
try() {
	local name=$1
	local -a options=()
	shift
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	number=$((number + 1))
	if tests/faults/commands.pl "${options[@]}" "$B/privsepctl" \
	    --runtime-dir "$dir/run" --policy-dir "$dir/etc" "$@"; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		tail -n 5 "$dir/log" | sed 's/^/# daemon: /'
	fi
}

try status_says_what_it_could_not_learn -- status
try status_of_a_service_does -- status one
try status_as_json_does -- --json status
# What cannot be looked at is taken for missing: a judgement that is seen.
try check_says_what_it_could_not_read --same --allow='^newfstatat:' -- check "$dir/one.policy"
try explain_does --same -- explain "$dir/one.policy" stat /etc/passwd
try explain_by_the_daemon_does --same -- explain one accept
try syscalls_does --same -- syscalls one
try cat_does --same --allow='^newfstatat:' -- cat one
try diff_does --same --allow='^(newfstatat|access):' -- diff "$dir/etc/one.policy" "$dir/one.policy"
try reload_says_whether_it_was_done -- reload
try dry_reload_does --same -- reload --dry-run
try dry_reexec_does -- reexec --dry-run
try stop_does -- stop one
try metrics_does -- metrics
try metrics_in_a_file_are_whole_or_not_there \
    --made="$dir/metrics" -- metrics --output="$dir/metrics"
try top_does -- top --batch -n 1 --delay=0.1
# A program may read no more, as head(1) does, and whoever is gone needs no
# shutdown().
try run_is_right_or_says_why --same --input="$dir/numbers" \
    --allow='^sendto:(EPIPE|ECONNRESET)$|^shutdown:ENOTCONN$' \
    --failures=1,125,126,127 -- run --policy="$dir/cat.policy" -- cat
# The same; and what could not be looked at is not learned, and what is said to be
# nothing is nothing.
try what_is_learned_is_whole_or_not_there --same \
    --allow='^(faccessat2|readlink|newfstatat):|^recvfrom:EAGAIN$|^shutdown:ENOTCONN$|^sendto:(EPIPE|ECONNRESET)$' \
    --input="$dir/numbers" \
    --failures=1,125,126,127 --made="$dir/learned.policy" -- \
    learn --output="$dir/learned.policy" -- cat
