# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# Sourced by tests of privsepctl run: a directory $dir, in which a daemon's log
# is called log, cases, policies and programs.

: "${B:?run me by make check}"
ctl=$B/privsepctl
# Not in /tmp, which a program may have one of its own of.
dir=$(mktemp -d /var/tmp/privsep.XXXXXX)
trap 'rm -rf "$dir"' EXIT
umask 022
chmod 755 "$dir"
number=0
gone_after=20

# try NAME: one case, the function of that name.
try() {
	number=$((number + 1))
	: >"$dir/err"
	if "$1"; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		sed 's/^/# err: /' "$dir/err"
		[ -e "$dir/log" ] && tail -n 20 "$dir/log" | sed 's/^/# log: /'
	fi
}

# try_with PROGRAM NAME: the same, should there be such a program.
try_with() {
	if command -v "$1" >/dev/null; then
		try "$2"
	else
		number=$((number + 1))
		echo "ok $number - $2 # SKIP there is no $1 here"
	fi
}

# policy NAME LINE...: of a filter; lines of [Helper], then of [Policy].
policy() {
	local name=$1
	shift
	printf '%s\n' '[Helper]' 'Type=filter' "$@" '[Policy]' \
	    'SystemCallFilter=@filter @loader' 'AllowOpen=@runtime' \
	    >"$dir/$name.policy"
}

# script NAME LINE...: a program in perl.
script() {
	local name=$1
	shift
	printf '%s\n' '#!/usr/bin/perl' '$| = 1;' "$@" >"$dir/$name"
	chmod 755 "$dir/$name"
}

# run [-i FILE] POLICY ARGUMENT...: input from FILE, output to $dir/out.
run() {
	local input=/dev/null name
	if [ "$1" = -i ]; then
		input=$2
		shift 2
	fi
	name=$1
	shift
	timeout 60 "$ctl" run --policy "$dir/$name.policy" "$@" \
	    <"$input" >"$dir/out" 2>"$dir/err"
}

# exits STATUS: the last command did.
exits() {
	local status=$?
	[ "$status" -eq "$1" ] && return 0
	echo "# exit status $status, not $1"
	return 1
}

says() { grep -qF -- "$1" "$dir/err"; }

# until_so COMMAND...: it succeeds within a while.
until_so() {
	local i
	for ((i = 0; i < gone_after * 10; i++)); do
		"$@" && return 0
		sleep 0.1
	done
	echo "# not in time: $*"
	return 1
}

# nobody_runs WORD: within a while no process has it in its command line.
has_gone() { ! pgrep -f -- "$1" >/dev/null; }
nobody_runs() { until_so has_gone "$1"; }
