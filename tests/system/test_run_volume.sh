#!/bin/bash
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016 # The single quotes hold perl.
#
# privsepctl run: more bytes than there is room for, and ends in between.
set -u

. tests/support/run.sh

gib=$((1 << 30))
policy any 'TimeoutStopSec=infinity'
# So many bytes, no MiB like the next; it waits for the end of its input then.
script writes 'my $piece = "0123456789abcdef" x 65536;' \
    'for (1 .. $ARGV[0] >> 20) { substr($piece, 0, 8, sprintf "%8d", $_);' \
    'print $piece; } 1 while read STDIN, my $rest, 1;'

# peak PID: the most memory that it had, in KiB.
peak() { sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\).*/\1/p' "/proc/$1/status"; }

# small PID: that was little.  Sanitizers have memory of their own.
small() {
	local kib
	kib=$(peak "$1")
	[ -n "${PSD_ASAN:-}" ] || [ "$kib" -lt 16384 ] && return 0
	echo "# $kib KiB"
	return 1
}

mkfifo "$dir/hold" "$dir/said"
gibibyte_that_is_written_arrives_in_little_memory() {
	local pid right
	"$ctl" run --policy "$dir/any.policy" -- "$dir/writes" "$gib" \
	    <"$dir/hold" >"$dir/said" 2>"$dir/err" &
	pid=$!
	exec 8>"$dir/hold" 9<"$dir/said"
	cmp -n "$gib" <("$dir/writes" "$gib" </dev/null) - <&9
	right=$?
	small "$pid" || right=1
	exec 8>&-
	[ -z "$(cat <&9)" ] || right=1
	exec 9<&-
	wait "$pid" && [ "$right" -eq 0 ] && [ ! -s "$dir/err" ]
}
try gibibyte_that_is_written_arrives_in_little_memory

gibibyte_that_is_read_is_answered_at_its_end() {
	local pid right=0
	"$ctl" run --policy "$dir/any.policy" -- cksum \
	    <"$dir/hold" >"$dir/out" 2>"$dir/err" &
	pid=$!
	exec 8>"$dir/hold"
	"$dir/writes" "$gib" </dev/null >&8 || right=1
	small "$pid" && [ ! -s "$dir/out" ] || right=1
	exec 8>&-
	wait "$pid" && [ "$right" -eq 0 ] &&
	    cmp "$dir/out" <("$dir/writes" "$gib" </dev/null | cksum)
}
try gibibyte_that_is_read_is_answered_at_its_end

# The program is stuck with its output, and privsepctl with the input.
full_in_both_directions_it_waits_and_goes_on() {
	local pid mib=$((64 << 20))
	"$dir/writes" "$mib" </dev/null >"$dir/input"
	"$ctl" run --policy "$dir/any.policy" -- cat <"$dir/input" \
	    >"$dir/said" 2>"$dir/err" &
	pid=$!
	exec 9<"$dir/said"
	sleep 1
	small "$pid" && [ "$(ps -o stat= -p "$pid")" != R ] || return 1
	cmp "$dir/input" - <&9 || return 1
	exec 9<&-
	wait "$pid"
}
try full_in_both_directions_it_waits_and_goes_on

# Whatever output is: a pipe takes pages, a file copies, and a socket neither.
# shellcheck disable=SC2094 # The input is only read.
output_may_be_a_socket() {
	"$dir/writes" 1048576 </dev/null >"$dir/input"
	perl -e 'use Socket; socketpair(my $a, my $b, AF_UNIX, SOCK_STREAM, 0);
	    my $pid = fork; if ($pid == 0) { close $a; open STDOUT, ">&", $b;
	    close $b; exec @ARGV; } close $b; print while <$a>;
	    waitpid $pid, 0; exit $? >> 8' \
	    "$ctl" run --policy "$dir/any.policy" -- cat <"$dir/input" \
	    2>"$dir/err" | cmp - "$dir/input"
	[ "${PIPESTATUS[*]}" = '0 0' ]
}
try output_may_be_a_socket

# What a key of a terminal ends is privsepctl, and then its program.
key_of_a_terminal_ends_all() {
	script still 'print "here\n"; sleep 1000;'
	mkfifo "$dir/keys"
	env --default-signal script -qc "exec '$ctl' run --policy '$dir/any.policy' -- \
	    '$dir/still'" /dev/null <"$dir/keys" >"$dir/out" 2>&1 &
	local pid=$!
	exec 7>"$dir/keys"
	until_so grep -q here "$dir/out" || return 1
	printf '\003' >&7
	nobody_runs "$dir/still" && nobody_runs "$dir/any.policy"
	local gone=$?
	exec 7>&-
	wait "$pid"
	return "$gone"
}
try key_of_a_terminal_ends_all

# A file that cannot grow, as on a disk that is full.
file_that_cannot_grow_ends_all() {
	(
		trap '' XFSZ
		ulimit -f 64
		"$ctl" run --policy "$dir/any.policy" -- "$dir/writes" "$gib" \
		    </dev/null >"$dir/out" 2>"$dir/err"
	)
	exits 125 && says 'cannot write the output: File too large' &&
	    nobody_runs "$dir/writes"
}
try file_that_cannot_grow_ends_all

echo "1..$number"
