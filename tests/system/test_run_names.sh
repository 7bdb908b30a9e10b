#!/bin/bash
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016 # The single quotes hold perl.
#
# privsepctl run: how a policy and a program are named, and what is said of names
# that lead nowhere; and what it shows on a terminal.
set -u

. tests/support/run.sh

policy any
printf 'hello\n' >"$dir/hello"

policy_is_found_from_where_we_are() {
	(cd "$dir" && timeout 60 "$ctl" run --policy=any.policy -- cat \
	    <hello >out 2>err)
	exits 0 && [ "$(cat "$dir/out")" = hello ] || return 1
	mkdir "$dir/gone"
	(cd "$dir/gone" && rmdir "$dir/gone" && timeout 60 "$ctl" run \
	    --policy=any.policy -- cat </dev/null >"$dir/out" 2>"$dir/err")
	exits 125 && says 'cannot run: No such file or directory'
}
try policy_is_found_from_where_we_are

policy_whose_name_is_too_long_is_told() {
	timeout 60 "$ctl" run --policy="/$(printf '%04200d' 0).policy" -- cat \
	    </dev/null >"$dir/out" 2>"$dir/err"
	exits 125 && says 'cannot run: File name too long'
}
try policy_whose_name_is_too_long_is_told

program_that_is_not_there_is_told() {
	local name
	for name in no-such-program "$dir/hello/x" "$dir/none" \
	    "$(printf '%04200d' 0)" ''; do
		run any -- "$name"
		exits 127 && says "$name: there is no such program" || return 1
	done
}
try program_that_is_not_there_is_told

program_that_cannot_be_executed_is_told() {
	local name
	ln -s loop "$dir/loop"
	for name in "$dir" "$dir/hello" "$dir/loop"; do
		run any -- "$name"
		exits 126 && says "$name cannot be executed" || return 1
	done
}
try program_that_cannot_be_executed_is_told

program_is_found_as_a_shell_finds_it() {
	local path
	cp /bin/cat "$dir/cat"
	mkdir -p "$dir/first/cat"
	for path in "$dir/first:/usr/bin:/bin" "$dir/none::/usr/bin:/bin"; do
		(PATH=$path run -i "$dir/hello" any -- cat)
		exits 0 && [ "$(cat "$dir/out")" = hello ] || return 1
	done
	(unset PATH && run -i "$dir/hello" any -- cat)
	exits 0 && [ "$(cat "$dir/out")" = hello ] || return 1
	(PATH=$dir/first run any -- cat)
	exits 126 && says 'cat cannot be executed'
}
# Found whatever PATH is.
timeout=$(command -v timeout)
timeout() { "$timeout" "$@"; }
try program_is_found_as_a_shell_finds_it

# It is shown while something moves, and at the end the line is ended.
progress_is_shown_on_a_terminal() {
	script slow 'print while <STDIN>; select(undef, undef, undef, 1.5);'
	command script -qec "'$ctl' run --progress --policy='$dir/any.policy' \
	    -- '$dir/slow' <'$dir/hello' >'$dir/out'" /dev/null \
	    </dev/null >"$dir/err" 2>&1
	exits 0 && [ "$(cat "$dir/out")" = hello ] &&
	    says '6 B in, 6 B out, ' && [ "$(tail -c 1 "$dir/err")" = '' ]
}
try_with script progress_is_shown_on_a_terminal

echo "1..$number"
