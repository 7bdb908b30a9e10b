#!/bin/bash
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016 # The single quotes hold perl.
#
# privsepctl run with a service: programs that a daemon runs for its clients.
set -u

if [ "$(id -u)" -ne 0 ]; then
	echo 'SKIP: being one user and another takes root'
	exit 77
fi
. tests/support/run.sh
daemon=
finish() {
	if [ -n "$daemon" ]; then
		kill "$daemon" 2>/dev/null
		wait "$daemon"
	fi
	rm -rf "$dir"
}
trap finish EXIT
mkdir "$dir/etc" "$dir/run"
: >"$dir/log"
cp "$B/privsepctl" "$dir"

# service NAME PROGRAM LINE...: a filter that user 1 may run.
service() {
	local name=$1 program=$2
	shift 2
	printf '%s\n' '[Helper]' 'Type=filter' "ExecStart=$program" \
	    'Clients=user:1' "$@" '[Policy]' \
	    'SystemCallFilter=@filter @loader' 'AllowOpen=@runtime' \
	    >"$dir/etc/$name.policy"
}

# as UID SERVICE: the service's program, for that user; input is ours.
as() {
	timeout 60 setpriv --reuid="$1" --regid="$1" --clear-groups \
	    "$dir/privsepctl" --runtime-dir "$dir/run" run --policy="$2"
}

# The same for user 1, for the background: $! is privsepctl itself.
client=(setpriv --reuid=1 --regid=1 --clear-groups "$dir/privsepctl"
    --runtime-dir "$dir/run" run)

logs() { grep -qF -- "$1" "$dir/log"; }

script three 'exit 3;'
script ends 'print "x" x 100000, "\n"; kill 15, $$; sleep 60;'
script deaf 'print "so far\n"; sleep 1000;'
script chat 'print "x\n" while 1;'
script dial 'socket(my $s, 2, 1, 0) or print "no: $!\n";'
script talk 'print STDERR "words\n";'
service cat /bin/cat Instances=4
service single /bin/cat
service three "$dir/three"
service ends "$dir/ends"
echo 'SystemCallFilter=kill' >>"$dir/etc/ends.policy"
service deaf "$dir/deaf" TimeoutStopSec=300ms
service patient "$dir/deaf" TimeoutStopSec=infinity Instances=4
service chat "$dir/chat"
service dial "$dir/dial"
service talk "$dir/talk"
printf '%s\n' '[Helper]' 'Type=filter' 'ExecStart=/bin/cat' '[Policy]' \
    'SystemCallFilter=@filter @loader' 'AllowOpen=@runtime' \
    >"$dir/etc/private.policy"
cp "$B/tests/helpers/partner" "$dir"
printf '%s\n' '[Helper]' "ExecStart=$dir/partner" 'Clients=user:1' '[Policy]' \
    'SystemCallFilter=@helper @loader @basic-io' 'AllowOpen=@runtime' \
    'AllowAccept=yes once' >"$dir/etc/native.policy"
head -c 67108864 /dev/urandom >"$dir/random"
"$B/privsepd" ${PSD_SANITIZED:+--config "$PSD_SANITIZED"} \
    --policy-dir "$dir/etc" --runtime-dir "$dir/run" \
    2>"$dir/log" &
daemon=$!
until_so logs 'ready:' || exit 1
# The door is for whom Clients= names; the way to it is not barred.
chmod 755 "$dir/run"

what_goes_in_comes_out() {
	as 1 cat <"$dir/random" >"$dir/out" 2>"$dir/err"
	exits 0 && cmp "$dir/random" "$dir/out" && [ ! -s "$dir/err" ]
}
try what_goes_in_comes_out

service_that_runs_no_programs_is_told() {
	as 1 native </dev/null >"$dir/out" 2>"$dir/err"
	exits 125 && says 'is it of Type=filter?' && [ ! -s "$dir/out" ]
}
try service_that_runs_no_programs_is_told

program_has_a_uid_of_its_own() {
	"${client[@]}" --policy=patient </dev/null >"$dir/out" 2>"$dir/err" &
	local pid=$! uid
	until_so grep -q 'so far' "$dir/out" || return 1
	uid=$(ps -o uid= -p "$(pgrep -of "perl.*$dir/deaf")" | tr -d ' ')
	kill "$pid"
	wait "$pid"
	[ "$uid" -ge 1900000000 ] && nobody_runs "$dir/deaf"
}
try program_has_a_uid_of_its_own

status_is_that_of_the_program() {
	as 1 three </dev/null >"$dir/out" 2>"$dir/err"
	exits 3
}
try status_is_that_of_the_program

program_that_a_signal_ends_is_128_and_its_output_arrives() {
	as 1 ends </dev/null >"$dir/out" 2>"$dir/err"
	exits 143 && [ "$(wc -c <"$dir/out")" -eq 100001 ]
}
try program_that_a_signal_ends_is_128_and_its_output_arrives

program_that_ignores_the_end_of_its_input_is_overdue() {
	as 1 deaf </dev/null >"$dir/out" 2>"$dir/err"
	exits 124 && grep -qx 'so far' "$dir/out" && logs 'overdue: its input'
}
try program_that_ignores_the_end_of_its_input_is_overdue

who_is_not_named_is_refused() {
	as 2 cat </dev/null >"$dir/out" 2>"$dir/err"
	exits 125 && [ ! -s "$dir/out" ] || return 1
	"$dir/privsepctl" --runtime-dir "$dir/run" run --policy=cat \
	    </dev/null >"$dir/out" 2>"$dir/err"
	exits 125 && says 'Operation not permitted' &&
	    logs 'cat: refused client'
}
try who_is_not_named_is_refused

filter_without_clients_is_no_service() {
	as 1 private </dev/null >"$dir/out" 2>"$dir/err"
	exits 125 && says 'No such file'
}
try filter_without_clients_is_no_service

denied_call_and_words_are_in_the_log() {
	as 1 dial </dev/null >"$dir/out" 2>"$dir/err"
	exits 0 && grep -qx 'no: Operation not permitted' "$dir/out" &&
	    logs 'to allow: SystemCallFilter=socket' || return 1
	as 1 talk </dev/null >"$dir/out" 2>"$dir/err"
	exits 0 && [ ! -s "$dir/err" ] && logs 'stderr: words'
}
try denied_call_and_words_are_in_the_log

program_goes_on_over_a_re_exec_and_its_end_is_told() {
	mkfifo "$dir/slowly"
	as 1 cat <"$dir/slowly" >"$dir/out" 2>"$dir/err" &
	local cat=$!
	exec 9>"$dir/slowly"
	echo before >&9
	until_so grep -q before "$dir/out" || return 1
	"$dir/privsepctl" --runtime-dir "$dir/run" reexec >"$dir/said" ||
	    return 1
	echo after >&9
	exec 9>&-
	wait "$cat" && printf 'before\nafter\n' | cmp - "$dir/out" ||
	    return 1
	# One whose end of input is seen only afterwards.
	"${client[@]}" --policy=patient </dev/null >"$dir/out" 2>"$dir/err" &
	cat=$!
	until_so grep -q 'so far' "$dir/out" &&
	    "$dir/privsepctl" --runtime-dir "$dir/run" reexec >"$dir/said" ||
	    return 1
	kill "$cat"
	wait "$cat"
	nobody_runs "$dir/deaf"
}
try program_goes_on_over_a_re_exec_and_its_end_is_told

as_many_run_as_the_policy_says_and_the_next_waits() {
	mkfifo "$dir/hold"
	as 1 single <"$dir/hold" >"$dir/first" 2>"$dir/err" &
	local first=$! second
	exec 9>"$dir/hold"
	echo one >&9
	until_so grep -q one "$dir/first" || return 1
	echo two | as 1 single >"$dir/second" 2>>"$dir/err" 9>&- &
	second=$!
	sleep 0.5
	[ ! -s "$dir/second" ] || return 1
	exec 9>&-
	wait "$first" && wait "$second" && grep -qx two "$dir/second"
}
try as_many_run_as_the_policy_says_and_the_next_waits

many_at_once_are_all_served() {
	local i pids=()
	for i in {1..8}; do
		seq "$i" 20000 | as 1 cat >"$dir/many.$i" 2>>"$dir/err" &
		pids+=($!)
	done
	for i in {1..8}; do
		wait "${pids[i - 1]}" || return 1
		cmp "$dir/many.$i" <(seq "$i" 20000) || return 1
	done
}
try many_at_once_are_all_served

closed_output_ends_the_program() {
	as 1 chat </dev/null 2>"$dir/err" | head -n 1 >"$dir/out"
	nobody_runs "$dir/chat"
}
try closed_output_ends_the_program

killed_client_ends_the_program() {
	: >"$dir/out"
	"${client[@]}" --policy=patient </dev/null >"$dir/out" 2>"$dir/err" &
	local pid=$!
	until_so grep -q 'so far' "$dir/out" || return 1
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	nobody_runs "$dir/deaf" && logs 'whoever ran it is gone'
}
try killed_client_ends_the_program

status_names_it() {
	"$B/privsepctl" --runtime-dir "$dir/run" status cat >"$dir/out" \
	    2>"$dir/err"
	exits 0 && grep -q filter "$dir/out"
}
try status_names_it

program_goes_on_over_a_reload_and_ends_with_the_daemon() {
	: >"$dir/out"
	"${client[@]}" --policy=patient </dev/null >"$dir/out" 2>"$dir/err" &
	local pid=$!
	until_so grep -q 'so far' "$dir/out" || return 1
	echo '# changed' >>"$dir/etc/patient.policy"
	"$B/privsepctl" --runtime-dir "$dir/run" reload >/dev/null || return 1
	kill -0 "$pid" || return 1
	kill "$daemon"
	wait "$daemon"
	exits 0 || return 1
	daemon=
	wait "$pid"
	exits 143
}
try program_goes_on_over_a_reload_and_ends_with_the_daemon

echo "1..$number"
