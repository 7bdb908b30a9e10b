#!/bin/bash
# SPDX-License-Identifier: ISC
#
# ReportOpens= of a daemon's programs: what their watchers are, and what becomes
# of the programs when something becomes of those.
set -u

if [ "$(id -u)" -ne 0 ]; then
	echo 'SKIP: a uid for each program takes root'
	exit 77
fi
. tests/support/run.sh
. tests/support/watch.sh
cp "$B/helpers/watcher" "$dir/watcher"
service seen ReportOpens=yes
service unseen
service armed ReportOpens=yes \
    'SystemCallFilter=kill process_vm_readv process_vm_writev ptrace'
start || exit 1
before=$(descriptors)

watcher_has_the_ids_of_its_program_and_no_rights() {
	begin seen || return 1
	local program root=/proc/$watcher/root status
	program=$(pgrep -f -- "^$dir/namer")
	[ "$(status_of "$watcher" Uid)" = "$(status_of "$program" Uid)" ] &&
	    [ "$(status_of "$watcher" Gid)" = "$(status_of "$program" Gid)" ] &&
	    [ "$(status_of "$watcher" CapPrm)" = 0000000000000000 ] &&
	    [ "$(status_of "$watcher" CapBnd)" = 0000000000000000 ] &&
	    [ "$(status_of "$watcher" NoNewPrivs)" = 1 ] &&
	    [ "$(status_of "$watcher" Seccomp)" = 2 ] &&
	    until_so is_closed "$watcher" && [ -e "$root/usr" ] &&
	    [ ! -e "$root/etc/passwd" ] && [ ! -e "$root/proc/self" ]
	status=$?
	end
	return "$status"
}
try watcher_has_the_ids_of_its_program_and_no_rights

refusals_are_in_the_log_and_in_the_status() {
	begin seen && ask 'open /etc/shadow' ENOENT &&
	    ask 'open /etc/shadow' ENOENT && ask 'exec /bin/sh' EPERM &&
	    logs 'to allow: AllowOpen=read /etc/shadow' &&
	    logs 'to allow: AllowExec=/bin/sh' && ctl status seen
	local status=$?
	end
	[ "$status" -eq 0 ] && grep -qF 'execve("/bin/sh"' "$dir/out" || return 1
	"$ctl" --runtime-dir "$dir/run" --json status seen >"$dir/out" &&
	    grep -qE '"calls_refused": *3' "$dir/out"
}
try refusals_are_in_the_log_and_in_the_status

# The filter would let it, which no policy ought to.  There may be no ptrace() at
# all in a sandbox around us, such as the shipped unit.
watcher_is_closed_to_its_program() {
	begin armed || return 1
	local how status=0
	for how in read write trace; do
		ask "attack $how $watcher" EPERM ||
		    [ "$(tail -n 1 "$dir/answers")" = ENOSYS ] ||
		    { echo "# $how: $(tail -n 1 "$dir/answers")"; status=1; }
	done
	# Landlock keeps signals in since Linux 6.12.
	if printf '6.12\n%s\n' "$(uname -r)" | sort -CV; then
		ask "attack signal $watcher" EPERM || status=1
	fi
	ask 'open /etc/shadow' ENOENT || status=1
	end
	return "$status"
}
try watcher_is_closed_to_its_program
watcher_goes_on_over_a_re_exec() {
	begin seen && ask 'open /etc/passwd' ENOENT || return 1
	local program=$watcher status
	ctl reexec && [ -d "/proc/$program" ] &&
	    ask 'open /etc/group' ENOENT &&
	    until_so logs 'to allow: AllowOpen=read /etc/group'
	status=$?
	end
	[ "$status" -eq 0 ] && nobody_runs "^$dir/watcher"
}
try watcher_goes_on_over_a_re_exec

program_that_is_not_watched_has_no_watcher() {
	mkfifo "$dir/in2"
	"$ctl" --runtime-dir "$dir/run" run --policy=unseen <"$dir/in2" \
	    >"$dir/answers" 2>/dev/null &
	client=$!
	exec 9>"$dir/in2"
	asked=0
	ask 'open /etc/shadow' ENOENT && ! watchers && end
}
try program_that_is_not_watched_has_no_watcher

watcher_that_is_killed_is_replaced() {
	begin seen || return 1
	local killed=$watcher
	kill -9 "$killed"
	ask "open $dir/many/1" ENOENT && until_so another_watcher "$killed" &&
	    ask "open $dir/many/2" ENOENT && logs "\"$dir/many/2\""
	local status=$?
	end
	return "$status"
}
try watcher_that_is_killed_is_replaced

without_its_watcher_nothing_opens_and_nothing_hangs() {
	begin seen || return 1
	local killed i
	for i in 1 2 3; do
		killed=$watcher
		kill -9 "$killed"
		until_so another_watcher "$killed" || return 1
	done
	kill -9 "$watcher"
	until_so logs 'has lost its watcher' &&
	    ask "open $dir/many/3" ENOENT && ! logs "\"$dir/many/3\"" &&
	    ask 'exec /bin/sh' EPERM && ask 'open /etc/ld.so.cache' 0
	local status=$?
	end
	return "$status"
}
try without_its_watcher_nothing_opens_and_nothing_hangs

watcher_that_hangs_holds_up_its_own_program_alone() {
	begin seen || return 1
	kill -STOP "$watcher"
	printf 'open %s/many/4\n' "$dir" >&9
	printf 'open /etc/shadow\n' |
	    timeout 60 "$ctl" --runtime-dir "$dir/run" run --policy=unseen \
		>"$dir/out" && [ "$(cat "$dir/out")" = ENOENT ] &&
	    [ ! -s "$dir/answers" ] && kill -CONT "$watcher" || return 1
	asked=1
	until_so has_answered && logs "\"$dir/many/4\""
	local status=$?
	end
	return "$status"
}
try watcher_that_hangs_holds_up_its_own_program_alone

memory() { sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$daemon/status"; }

# A thousand names, forty of which are there.
flood_of_names_neither_grows_the_daemon_nor_holds_it_up() {
	begin seen && ask "flood $dir/many" ENOENT || return 1
	local before
	before=$(memory)
	for _ in 1 2 3; do echo "flood $dir/many"; done >&9
	printf 'open /etc/ld.so.cache\n' |
	    timeout 60 "$ctl" --runtime-dir "$dir/run" run --policy=unseen \
		>"$dir/out" && [ "$(cat "$dir/out")" = 0 ] || return 1
	asked=$((asked + 3))
	until_so has_answered && [ "$(memory)" -le $((before + 1024)) ]
	local status=$?
	end
	return "$status"
}
try flood_of_names_neither_grows_the_daemon_nor_holds_it_up

program_whose_watcher_hangs_can_be_ended() {
	begin seen || return 1
	kill -STOP "$watcher"
	printf 'open %s/many/5\n' "$dir" >&9
	kill "$client"
	end
	nobody_runs "^$dir/namer" && nobody_runs "^$dir/watcher"
}
try program_whose_watcher_hangs_can_be_ended

watcher_ends_with_its_program() {
	nobody_runs "^$dir/watcher" &&
	    until_so [ "$(count_logs 'ended: orderly')" -ge 8 ] &&
	    ! logs 'sent what is no answer'
}
try watcher_ends_with_its_program

reload_that_needs_no_watcher_ends_them() {
	service seen
	rm "$dir/etc/armed.policy"
	ctl reload && ctl status && ! grep -qF '(watcher)' "$dir/out" &&
	    nobody_runs "^$dir/watcher"
}
try reload_that_needs_no_watcher_ends_them

has_no_more() { [ "$(descriptors)" -le "$before" ]; }
descriptors_do_not_leak() { until_so has_no_more; }
try descriptors_do_not_leak

policy_whose_watcher_is_missing_is_refused() {
	service seen ReportOpens=yes
	mv "$dir/watcher" "$dir/gone"
	! ctl reload && grep -qF 'ReportOpens=yes needs the watcher' "$dir/err"
}
try policy_whose_watcher_is_missing_is_refused

echo "1..$number"
