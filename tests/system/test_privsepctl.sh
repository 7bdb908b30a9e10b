#!/bin/bash
# SPDX-License-Identifier: ISC
#
# privsepctl with policy files and without a daemon, as people type it.
set -u

: "${B:?run me by make check}"
ctl=$B/privsepctl
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
umask 022
number=0
# No daemon of this machine may answer.
nowhere=(--runtime-dir "$dir/nowhere")

# try NAME: one case, the function of that name.
try() {
	number=$((number + 1))
	if "$1"; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		sed 's/^/# out: /' "$dir/out"
		sed 's/^/# err: /' "$dir/err"
	fi
}

# exits STATUS ARGUMENT...: runs privsepctl, output to $dir/out and err.
exits() {
	local wanted=$1 status
	shift
	"$ctl" "$@" >"$dir/out" 2>"$dir/err"
	status=$?
	[ "$status" -eq "$wanted" ] && return 0
	echo "# exit status $status, not $wanted"
	return 1
}

says() { grep -qF -- "$1" "$dir/out"; }
warns() { grep -qF -- "$1" "$dir/err"; }

# policy NAME LINE...: [Helper] with a program, then the lines of [Policy].
policy() {
	local file=$dir/etc/$1.policy
	shift
	printf '%s\n' '[Helper]' 'ExecStart=/bin/true' '[Policy]' \
	    'SystemCallFilter=@helper' "$@" >"$file"
}

mkdir "$dir/etc" "$dir/etc/www.policy.d" "$dir/lib"
chmod 755 "$dir"
policy www 'AllowOpen=read /usr/**' 'AllowLog=info'
printf '%s\n' '[Policy]' 'DenyOpen=any /usr/**/.*' \
    >"$dir/etc/www.policy.d/10-hidden.conf"
www=$dir/etc/www.policy

good_policy_is_ok() {
	exits 0 check "$www" && says "$www: ok" && [ ! -s "$dir/err" ]
}
try good_policy_is_ok

error_is_told_with_file_line_and_nearest_key() {
	policy bad 'AllowOpen=read /usr/**' 'AlowLog=info'
	exits 1 check "$www" "$dir/etc/bad.policy" && says "$www: ok" &&
	    warns "bad.policy:6: " && warns AllowLog
}
try error_is_told_with_file_line_and_nearest_key

each_fault_is_found() {
	local fault
	for fault in 'SystemCallFilter=no_such_call' \
	    'SystemCallFilter=~socket' 'AllowOpen=read etc' \
	    'AllowOpen=read /no/such/directory/**' 'AllowFly=yes' \
	    'OnViolation=shrug' 'SystemCallFilter=@nobody'; do
		policy fault "$fault"
		if ! exits 1 check "$dir/etc/fault.policy" ||
		    ! warns "fault.policy:5: "; then
			echo "# $fault"
			return 1
		fi
	done
}
try each_fault_is_found

fault_in_a_drop_in_is_found() {
	local status
	policy dropped
	mkdir "$dir/etc/dropped.policy.d"
	echo '[Policy' >"$dir/etc/dropped.policy.d/x.conf"
	exits 1 check "$dir/etc/dropped.policy" && warns 'x.conf:1: '
	status=$?
	rm -r "$dir/etc/dropped.policy"*
	return "$status"
}
try fault_in_a_drop_in_is_found

missing_program_is_an_error() {
	policy gone
	sed -i 's|/bin/true|/no/such/program|' "$dir/etc/gone.policy"
	exits 1 check "$dir/etc/gone.policy" && warns 'gone.policy:2: ' &&
	    warns /no/such/program
}
try missing_program_is_an_error

file_that_others_may_write_is_refused() {
	policy open
	chmod 666 "$dir/etc/open.policy"
	exits 1 check "$dir/etc/open.policy" &&
	    exits 3 explain "$dir/etc/open.policy" accept
}
try file_that_others_may_write_is_refused

warning_fails_only_when_strict() {
	policy weak 'SystemCallFilter=ptrace'
	exits 0 check "$dir/etc/weak.policy" && says '1 warning' &&
	    exits 1 check --strict "$dir/etc/weak.policy" && warns ptrace
}
try warning_fails_only_when_strict

missing_file_is_an_error() {
	exits 1 check "$dir/etc/nothing.policy" && warns nothing.policy
}
try missing_file_is_an_error

explain_tells_the_verdict_by_its_exit_status() {
	exits 0 explain "$www" open read /usr/lib/x &&
	    says "by $www:5: AllowOpen=read /usr/**" &&
	    exits 3 explain "$www" open read /usr/.x &&
	    says '10-hidden.conf:2: DenyOpen=any' &&
	    exits 3 explain "$www" open write /usr/x &&
	    says 'to allow: AllowOpen=write /usr/x' &&
	    exits 2 explain "$www" open write &&
	    exits 1 explain "$dir/etc/nothing.policy" accept
}
try explain_tells_the_verdict_by_its_exit_status

name_without_slash_that_ends_in_policy_is_a_file() {
	(cd "$dir/etc" && exits 0 explain www.policy log info)
}
try name_without_slash_that_ends_in_policy_is_a_file

cat_shows_each_line_with_its_place() {
	exits 0 --policy-dir "$dir/etc" cat www &&
	    says "# $www:1" && says "# $dir/etc/www.policy.d/10-hidden.conf:1" &&
	    says 'DenyOpen=any /usr/**/.*'
}
try cat_shows_each_line_with_its_place

what_cat_prints_is_the_same_policy() {
	local same=$dir/lib/same.policy
	exits 0 --policy-dir "$dir/etc" cat www || return 1
	cp "$dir/out" "$same"
	exits 0 check "$same" &&
	    exits 3 explain "$same" open read /usr/.x &&
	    exits 0 explain "$same" open read /usr/x
}
try what_cat_prints_is_the_same_policy

earlier_directory_counts_more() {
	printf '%s\n' '[Helper]' 'ExecStart=/bin/false' '[Policy]' \
	    'SystemCallFilter=@helper' >"$dir/lib/www.policy"
	exits 0 --policy-dir "$dir/lib" --policy-dir "$dir/etc" cat www &&
	    says /bin/false && ! says /bin/true && says 10-hidden.conf
}
try earlier_directory_counts_more

masked_policy_is_told() {
	ln -s /dev/null "$dir/lib/masked.policy"
	policy masked
	exits 1 --policy-dir "$dir/lib" --policy-dir "$dir/etc" \
	    syscalls masked && warns masked
}
try masked_policy_is_told

syscalls_lists_what_the_filter_lets_pass() {
	policy calls 'SystemCallFilter=socket'
	exits 0 syscalls "$dir/etc/calls.policy" && says close &&
	    grep -qE '^socket +SystemCallFilter= ' "$dir/out" &&
	    ! grep -q '^connect ' "$dir/out" &&
	    exits 0 --policy-dir "$dir/etc" syscalls calls
}
try syscalls_lists_what_the_filter_lets_pass

no_daemon_is_exit_status_4() {
	exits 4 "${nowhere[@]}" status && exits 4 "${nowhere[@]}" reload &&
	    exits 4 "${nowhere[@]}" stop www &&
	    exits 4 "${nowhere[@]}" explain www accept &&
	    exits 4 "${nowhere[@]}" cat "no-such-service-$$" &&
	    warns 'standard directories'
}
try no_daemon_is_exit_status_4

full_output_is_a_failure() {
	"$ctl" --help 2>"$dir/err" >/dev/full
	[ $? -eq 1 ] && grep -q 'cannot write' "$dir/err"
}
try full_output_is_a_failure

every_command_is_in_the_manual_and_the_completions() {
	local command
	for command in $("$ctl" --help | sed -n 's/^  \([a-z]\+\) .*/\1/p'); do
		if ! grep -q "^\.It Cm $command\>" man/privsepctl.1 ||
		    ! grep -q "commands='.*\<$command\>" \
			scripts/completion/privsepctl.bash ||
		    ! grep -q "['\"]$command:" scripts/completion/_privsepctl; then
			echo "# $command"
			return 1
		fi
	done
}
try every_command_is_in_the_manual_and_the_completions

# complete WORD...: what bash offers for the last of these words.
complete_words() {
	bash -c 'source scripts/completion/privsepctl.bash
	    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _privsepctl
	    printf "%s\n" "${COMPREPLY[@]}"' bash privsepctl "$@" \
	    >"$dir/out" 2>"$dir/err" && [ ! -s "$dir/err" ]
}

bash_completes_commands_options_and_files() {
	complete_words st && [ "$(sort "$dir/out" | tr '\n' ' ')" = \
	    'status stop ' ] &&
	    complete_words check --s && says --strict &&
	    complete_words --json explain www read && says read_directory &&
	    complete_words explain www open cr && says create &&
	    complete_words check "$dir/etc/ww" && says "$www" &&
	    complete_words --policy-dir "$dir/et" && says "$dir/etc"
}
try bash_completes_commands_options_and_files

every_operation_is_completed() {
	local operation
	complete_words explain www '' || return 1
	while read -r operation; do
		if ! grep -qx "$operation" "$dir/out" ||
		    ! grep -q "^		'$operation:" \
			scripts/completion/_privsepctl; then
			echo "# $operation"
			return 1
		fi
	done < <(sed -n 's/^OP(\([a-z_]*\),.*/\1/p' common/ops.def)
}
try every_operation_is_completed

diff_tells_what_widens_and_what_narrows() {
	policy old 'AllowOpen=read /usr/**' 'AllowLog=info'
	policy new 'AllowOpen=read /usr/share/**' 'AllowLog=debug'
	exits 0 diff "$dir/etc/old.policy" "$dir/etc/new.policy" &&
	    grep -q '^+ new: AllowLog=debug is new' "$dir/out" &&
	    grep -q '^- new: AllowOpen=read /usr/\*\* is gone' "$dir/out" &&
	    [ ! -s "$dir/err" ]
}
try diff_tells_what_widens_and_what_narrows

diff_with_strict_fails_when_anything_widens() {
	exits 1 diff --strict "$dir/etc/old.policy" "$dir/etc/new.policy" &&
	    policy less 'AllowOpen=read /usr/**' &&
	    exits 0 diff --strict "$dir/etc/old.policy" \
		"$dir/etc/less.policy" &&
	    exits 0 diff --strict "$dir/etc/old.policy" \
		"$dir/etc/old.policy" && [ ! -s "$dir/out" ]
}
try diff_with_strict_fails_when_anything_widens

diff_speaks_json() {
	exits 0 --json diff "$dir/etc/old.policy" "$dir/etc/new.policy" &&
	    says '"widens": true' && says '"sign": "+"'
}
try diff_speaks_json

diff_of_a_bad_policy_fails() {
	policy bad 'AllowOpne=read /usr/**'
	exits 1 diff "$dir/etc/old.policy" "$dir/etc/bad.policy" &&
	    warns 'AllowOpne' && [ ! -s "$dir/out" ] &&
	    exits 2 diff "$dir/etc/old.policy"
}
try diff_of_a_bad_policy_fails

echo "1..$number"
