# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # dir and ctl are of run.sh.
#
# Sourced by tests of watchers behind tests/support/run.sh: a daemon whose
# services are the namer (tests/helpers/namer.c), which is told what to do line
# by line, and whose watcher is $dir/watcher.

daemon=
finish() {
	if [ -n "$daemon" ]; then
		kill "$daemon" 2>/dev/null
		wait "$daemon"
	fi
	rm -rf "$dir"
}
trap finish EXIT
mkdir "$dir/etc" "$dir/run" "$dir/many"
: >"$dir/log"
(cd "$dir/many" && seq 40 | xargs touch)
# Whoever else is tested beside us has watchers, too.
cp "$B/tests/helpers/namer" "$dir/namer"
printf '[Daemon]\nWatcher=%s/watcher\n' "$dir" >"$dir/privsepd.conf"
grep -s '^Keep' "${PSD_SANITIZED:-/dev/null}" >>"$dir/privsepd.conf"

# service NAME LINE...: the namer as a filter, with lines of [Policy].
service() {
	local name=$1
	shift
	printf '%s\n' '[Helper]' 'Type=filter' "ExecStart=$dir/namer" \
	    'Clients=user:0' 'Instances=4' 'TimeoutStopSec=300ms' '[Policy]' \
	    'SystemCallFilter=@filter @loader' 'AllowOpen=@runtime' \
	    OnViolation=errno "$@" >"$dir/etc/$name.policy"
}

logs() { grep -qF -- "$1" "$dir/log"; }
count_logs() { grep -cF -- "$1" "$dir/log"; }
ctl() { "$ctl" --runtime-dir "$dir/run" "$@" >"$dir/out" 2>"$dir/err"; }
watchers() { pgrep -f -- "^$dir/watcher"; }
one_watcher() { watcher=$(watchers) && [ "$(wc -w <<<"$watcher")" -eq 1 ]; }
another_watcher() { one_watcher && [ "$watcher" != "$1" ]; }

# begin NAME: the program of a service, to be asked by ask.
begin() {
	# Not the last one's watcher.
	nobody_runs "^$dir/watcher" || return 1
	rm -f "$dir/in" "$dir/answers"
	mkfifo "$dir/in"
	"$ctl" --runtime-dir "$dir/run" run --policy="$1" <"$dir/in" \
	    >"$dir/answers" 2>"$dir/err" &
	client=$!
	exec 9>"$dir/in"
	asked=0
	until_so one_watcher
}

has_answered() { [ "$(wc -l <"$dir/answers")" -ge "$asked" ]; }

# ask LINE ANSWER: it is told the line, and answers so.
ask() {
	asked=$((asked + 1))
	printf '%s\n' "$1" >&9
	until_so has_answered && [ "$(tail -n 1 "$dir/answers")" = "$2" ]
}

end() {
	exec 9>&-
	wait "$client"
}

# Its memory is root's alone.
is_closed() { [ "$(stat -c %u "/proc/$1/mem")" = 0 ]; }
status_of() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"; }
descriptors() { find "/proc/$daemon/fd" -mindepth 1 | wc -l; }

# start: the daemon, when its services are there.
start() {
	"$B/privsepd" --policy-dir "$dir/etc" --runtime-dir "$dir/run" \
	    --config "$dir/privsepd.conf" 2>"$dir/log" &
	daemon=$!
	until_so logs 'ready:'
}
