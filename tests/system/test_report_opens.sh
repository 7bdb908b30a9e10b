#!/bin/bash
# SPDX-License-Identifier: ISC
#
# ReportOpens=: what a program that knows nothing of privsepd could not open,
# by privsepctl run.
set -u

. tests/support/run.sh

namer=$B/tests/helpers/namer

# reporting NAME LINE...: such a policy, with lines of [Policy].
reporting() {
	local name=$1
	shift
	policy "$name"
	printf '%s\n' ReportOpens=yes "$@" >>"$dir/$name.policy"
}

# asked POLICY LINE...: the namer is asked so; its answers are in $dir/out.
asked() {
	local name=$1
	shift
	printf '%s\n' "$@" >"$dir/lines"
	run -i "$dir/lines" "$name" -- "$namer"
}

answers() {
	[ "$(paste -sd' ' "$dir/out")" = "$*" ] && return 0
	echo "# answered $(paste -sd' ' "$dir/out"), not $*"
	return 1
}

# suggests LINE: to be pasted as it is.
suggests() { sed 's/^[^:]*: //' "$dir/err" | grep -qxF -- "to allow: $1"; }
count() { grep -cF -- "$1" "$dir/err"; }

reporting any OnViolation=errno
reporting killed OnViolation=kill
reporting reaching OnViolation=errno 'AllowConnect=tcp *:1'
reporting network OnViolation=errno 'SystemCallFilter=socket connect'

file_outside_the_view_is_named_with_the_line_that_would_show_it() {
	asked any 'open /etc/shadow'
	exits 0 && answers ENOENT &&
	    says 'refused openat(AT_FDCWD, "/etc/shadow", O_RDONLY' &&
	    suggests 'AllowOpen=read /etc/shadow'
}
try file_outside_the_view_is_named_with_the_line_that_would_show_it

suggested_line_shows_the_file() {
	reporting shown OnViolation=errno 'AllowOpen=read /etc/hostname'
	asked any 'open /etc/hostname'
	suggests 'AllowOpen=read /etc/hostname' || return 1
	asked shown 'open /etc/hostname'
	answers 0 && ! says 'refused'
}
try suggested_line_shows_the_file

program_that_may_not_be_executed_is_named() {
	asked any 'exec /bin/sh'
	answers EPERM && says 'refused execve("/bin/sh", ' &&
	    suggests 'AllowExec=/bin/sh'
}
try program_that_may_not_be_executed_is_named

call_that_ends_the_program_is_named_before() {
	asked killed 'open /etc/shadow' 'exec /bin/sh' 'open /etc/hosts'
	exits 137 && suggests 'AllowOpen=read /etc/shadow' &&
	    suggests 'AllowExec=/bin/sh' && ! says /etc/hosts
}
try call_that_ends_the_program_is_named_before

program_that_is_allowed_is_no_other() {
	reporting executing OnViolation=errno 'AllowExec=/bin/true'
	asked executing 'exec /bin/false' 'exec /nowhere/false' 'exec /bin/true'
	exits 0 && answers ENOENT ENOENT && suggests 'AllowExec=/bin/false' &&
	    ! says /nowhere && ! says '/bin/true'
}
try program_that_is_allowed_is_no_other

address_is_named() {
	asked network 'connect 127.0.0.1 80'
	says 'refused connect(3, 127.0.0.1:80, 16)' &&
	    suggests 'AllowConnect=tcp *:80' &&
	    ! answers 0 >/dev/null || return 1
	# Without the calls it does not come so far.
	asked any 'connect 127.0.0.1 80'
	answers EPERM && says 'refused socket(AF_INET, ' &&
	    says 'SystemCallFilter=socket, or AllowConnect=tcp *:PORT' || return 1
	# As it was suggested; nobody listens there.
	asked reaching 'connect 127.0.0.1 1' 'connect 127.0.0.1 2'
	answers ECONNREFUSED EACCES && suggests 'AllowConnect=tcp *:2' &&
	    ! says '127.0.0.1:1,'
}
try address_is_named

what_would_be_written_is_told_as_that() {
	asked any 'write /etc/hosts' 'create /var/lib/x' 'create /tmp/x' \
	    'open /proc/self/maps'
	suggests 'AllowOpen=read,write /etc/hosts' &&
	    suggests 'AllowOpen=read,write,create /var/lib/**' &&
	    suggests 'TemporaryFileSystem=/tmp:size=64M' &&
	    says 'to allow: # no line can allow it: /proc is not shown'
}
try what_would_be_written_is_told_as_that

directory_is_shown_with_all_that_is_in_it() {
	asked any 'open /etc' 'open /proc' && suggests 'AllowOpen=read /etc/**' &&
	    says 'to allow: # no line can allow it: /proc is not shown'
}
try directory_is_shown_with_all_that_is_in_it

name_that_nobody_has_is_no_news() {
	asked any 'open /etc/no/such/file' 'open /nowhere' 'open relative'
	answers ENOENT ENOENT ENOENT && ! says refused
}
try name_that_nobody_has_is_no_news

same_name_is_told_once() {
	asked any 'open /etc/shadow' 'open /etc/./shadow' \
	    'open /etc/../etc/shadow' 'write /etc/shadow'
	[ "$(count 'to allow: AllowOpen=read /etc/shadow')" -eq 1 ] &&
	    [ "$(count 'to allow: AllowOpen=read,write /etc/shadow')" -eq 1 ]
}
try same_name_is_told_once

no_byte_of_the_program_reaches_the_log_as_it_is() {
	asked any 'create /etc/%0aforged[1]: line%1b[2J%ff%e2%80%ae"%5c'
	says '"/etc/\x0aforged[1]: line\x1b[2J\xff\xe2\x80\xae\"\\"' &&
	    ! grep -q '^forged' "$dir/err" &&
	    ! LC_ALL=C grep -q '[^[:print:]]' "$dir/err"
}
try no_byte_of_the_program_reaches_the_log_as_it_is

pointers_to_nothing_do_no_harm() {
	asked any 'pointer 0' 'pointer 1' 'pointer 0xffffffffffffffff' \
	    'pointer 0x8000000000000000' endless 'long 4095' 'long 5000' \
	    'long 100000' 'open /etc/shadow'
	exits 0 && answers EFAULT EFAULT EFAULT EFAULT EFAULT ENAMETOOLONG \
	    ENAMETOOLONG ENAMETOOLONG ENOENT &&
	    suggests 'AllowOpen=read /etc/shadow'
}
try pointers_to_nothing_do_no_harm

path_that_changes_opens_nothing() {
	reporting changing OnViolation=errno 'SystemCallFilter=@threads'
	asked changing changing
	exits 0 && answers 0
}
try path_that_changes_opens_nothing

flood_of_names_is_cut() {
	mkdir "$dir/many" && (cd "$dir/many" && seq 500 | xargs touch)
	asked any "flood $dir/many" 'open /etc/shadow'
	exits 0 && answers ENOENT ENOENT && says "\"$dir/many/1\"" &&
	    [ "$(wc -l <"$dir/err")" -le 200 ]
}
try flood_of_names_is_cut

ordinary_program_is_told_nothing_of() {
	head -c 1048576 /dev/urandom >"$dir/random"
	run -i "$dir/random" any -- cat
	exits 0 && cmp "$dir/random" "$dir/out" && [ ! -s "$dir/err" ]
}
try ordinary_program_is_told_nothing_of

ordinary_user_is_told_as_well() {
	mkdir "$dir/user" "$dir/user/helpers"
	cp "$ctl" "$B/privsepd" "$dir/any.policy" "$namer" "$dir/user"
	cp "$B/helpers/watcher" "$dir/user/helpers"
	chown -R 65534 "$dir/user"
	echo 'open /etc/passwd' |
	    timeout 60 setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$dir/user/privsepctl" run --policy "$dir/user/any.policy" \
		-- "$dir/user/namer" >"$dir/out" 2>"$dir/err"
	exits 0 && answers ENOENT && suggests 'AllowOpen=read /etc/passwd'
}
if [ "$(id -u)" -eq 0 ]; then
	try ordinary_user_is_told_as_well
fi

nothing_is_left_behind() {
	nobody_runs "$B/helpers/watcher"
}
try nothing_is_left_behind

echo "1..$number"
