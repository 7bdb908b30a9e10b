#!/bin/bash
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016 # The single quotes hold perl.
#
# privsepctl run: programs that know nothing of privsepd, as people type it.
set -u

. tests/support/run.sh

policy any
policy impatient 'TimeoutStopSec=300ms'
policy patient 'TimeoutStopSec=infinity'
policy short 'RuntimeMaxSec=300ms' 'TimeoutStopSec=infinity'
cp "$dir/any.policy" "$dir/self.policy"
echo 'SystemCallFilter=kill' >>"$dir/self.policy"
head -c 67108864 /dev/urandom >"$dir/random"
head -c 1048576 "$dir/random" | od -An -tx1 >"$dir/text"

what_goes_in_comes_out() {
	run -i "$dir/random" any -- cat
	exits 0 && cmp "$dir/random" "$dir/out" && [ ! -s "$dir/err" ]
}
try what_goes_in_comes_out

both_directions_may_be_full() {
	# shellcheck disable=SC2002 # a pipe is what is tried
	cat "$dir/random" | timeout 60 "$ctl" run --policy "$dir/any.policy" \
	    -- cat 2>"$dir/err" | { sleep 1; cmp - "$dir/random"; }
	exits 0
}
try both_directions_may_be_full

output_is_that_of_the_unconfined_program() {
	gzip -9 -n <"$dir/text" >"$dir/want"
	run -i "$dir/text" any -- gzip -9 -n
	exits 0 && cmp "$dir/want" "$dir/out" || return 1
	run -i "$dir/want" any -- gzip -d
	exits 0 && cmp "$dir/text" "$dir/out" && [ ! -s "$dir/err" ]
}
try_with gzip output_is_that_of_the_unconfined_program

answer_that_comes_at_the_end_of_input_is_whole() {
	LC_ALL=C sort "$dir/text" >"$dir/want"
	run -i "$dir/text" any -- sort
	exits 0 && LC_ALL=C sort -c "$dir/out" &&
	    cmp "$dir/want" "$dir/out"
}
try answer_that_comes_at_the_end_of_input_is_whole

program_of_the_policy_is_run_when_none_is_named() {
	policy fixed 'ExecStart=/bin/cat'
	run -i "$dir/text" fixed
	exits 0 && cmp "$dir/text" "$dir/out" || return 1
	run any
	exits 125 && says 'has no ExecStart='
}
try program_of_the_policy_is_run_when_none_is_named

clients_of_a_service_are_nothing_to_a_file() {
	policy served 'ExecStart=/bin/cat' 'Clients=user:65534'
	run -i "$dir/text" served
	exits 0 && cmp "$dir/text" "$dir/out"
}
try clients_of_a_service_are_nothing_to_a_file

status_is_that_of_the_program() {
	script three 'exit 3;'
	run any -- "$dir/three"
	exits 3 || return 1
	run any -- grep -q needle
	exits 1
}
try status_is_that_of_the_program

program_that_a_signal_ends_is_128_and_its_output_arrives() {
	script ends 'print "x" x 100000, "\n"; kill 15, $$; sleep 60;'
	run self -- "$dir/ends"
	exits 143 && [ "$(wc -c <"$dir/out")" -eq 100001 ] &&
	    says 'abrupt (killed by SIGTERM)'
}
try program_that_a_signal_ends_is_128_and_its_output_arrives

program_that_ignores_the_end_of_its_input_is_overdue() {
	script deaf 'print "so far\n"; sleep 1000;'
	run impatient -- "$dir/deaf"
	exits 124 && grep -qx 'so far' "$dir/out" && says overdue &&
	    nobody_runs "$dir/deaf"
}
try program_that_ignores_the_end_of_its_input_is_overdue

program_that_goes_on_writing_is_not_overdue() {
	script slow 'for (1 .. 10) { print "$_\n"; select undef, undef, undef, .1; }'
	policy slower 'TimeoutStopSec=700ms'
	run slower -- "$dir/slow"
	exits 0 && [ "$(wc -l <"$dir/out")" -eq 10 ]
}
try program_that_goes_on_writing_is_not_overdue

# shellcheck disable=SC2094 # The text is only read.
slow_reader_is_not_the_programs_fault() {
	timeout 60 "$ctl" run --policy "$dir/impatient.policy" -- cat \
	    <"$dir/text" 2>"$dir/err" | { sleep 2; cmp - "$dir/text"; }
	[ "${PIPESTATUS[*]}" = '0 0' ]
}
try slow_reader_is_not_the_programs_fault

program_that_runs_too_long_is_overdue() {
	run short -- sleep 1000
	exits 124 && says RuntimeMaxSec=
}
try program_that_runs_too_long_is_overdue

program_that_reads_no_more_is_no_failure() {
	run -i "$dir/random" any -- head -c 3
	exits 0 && cmp "$dir/out" <(head -c 3 "$dir/random")
}
try program_that_reads_no_more_is_no_failure

what_cannot_be_run_is_told_as_by_a_shell() {
	run any -- no_such_program
	exits 127 || return 1
	run any -- "$dir/nothing/here"
	exits 127 || return 1
	run any -- "$dir/text"
	exits 126 && says "$dir/text cannot be executed" || return 1
	policy nothing "ExecStart=$dir/nothing"
	run nothing
	exits 127 || return 1
	policy nothing "ExecStart=$dir/text"
	run nothing
	exits 126 && says "$dir/text is not executable"
}
try what_cannot_be_run_is_told_as_by_a_shell

# Of a privsepd that lies beside privsepctl and is none.
a_privsepd_that_cannot_run_the_program_is_told_of() {
	local ctl=$dir/bin/privsepctl
	mkdir "$dir/bin"
	cp "$B/privsepctl" "$ctl"
	run any -- true
	exits 125 && says 'cannot find privsepd' || return 1
	printf 'no program\n' >"$dir/bin/privsepd"
	chmod 755 "$dir/bin/privsepd"
	run any -- true
	exits 125 && says "cannot start $dir/bin/privsepd: Exec" || return 1
	printf '#!/bin/sh\nkill -9 $$\n' >"$dir/bin/privsepd"
	run any -- true
	exits 125 && says 'privsepd itself was killed'
}
try a_privsepd_that_cannot_run_the_program_is_told_of

failures_of_ours_are_125() {
	local line
	run none
	exits 125 || return 1
	for line in 'AllowStat=/etc/**' 'AllowListen=tcp *:80' \
	    'AllowLog=info'; do
		cp "$dir/any.policy" "$dir/bad.policy"
		echo "$line" >>"$dir/bad.policy"
		run bad -- cat
		exits 125 && says 'bad.policy:6: ' || return 1
	done
	printf '%s\n' '[Helper]' 'ExecStart=/bin/cat' '[Policy]' \
	    'SystemCallFilter=@filter' >"$dir/bad.policy"
	run bad -- cat
	exits 125 && says 'Type=filter is missing'
}
try failures_of_ours_are_125

wrong_usage_is_2() {
	timeout 60 "$ctl" run -- cat 2>"$dir/err" >"$dir/out"
	exits 2 && says --policy || return 1
	timeout 60 "$ctl" run --policy=name -- cat 2>"$dir/err" >"$dir/out"
	exits 2 && says 'name is no file' || return 1
	timeout 60 "$ctl" status --progress 2>"$dir/err" >"$dir/out"
	exits 2 && says 'status does not take --progress'
}
try wrong_usage_is_2

file_of_others_is_not_there() {
	run any -- cat /etc/shadow
	exits 1 && [ ! -s "$dir/out" ] && says /etc/shadow
}
try file_of_others_is_not_there

connecting_out_is_refused_and_told() {
	script dial 'socket(my $s, 2, 1, 0) or print "no: $!\n";'
	run any -- "$dir/dial"
	exits 0 && grep -qx 'no: Operation not permitted' "$dir/out" &&
	    says 'refused socket(AF_INET' &&
	    says 'to allow: SystemCallFilter=socket'
}
try connecting_out_is_refused_and_told

executing_a_shell_is_refused_and_told() {
	script shell 'exec { "/bin/sh" } "sh", "-c", "echo owned"; print "no\n";'
	run any -- "$dir/shell"
	exits 0 && grep -qx no "$dir/out" && says 'refused execve(' &&
	    says 'to allow: '
}
try executing_a_shell_is_refused_and_told

words_on_standard_error_are_shown_escaped() {
	script talk 'print STDERR "a\tb\033[2J\n";'
	run any -- "$dir/talk"
	exits 0 && says 'stderr: a\x09b\x1b[2J' && [ ! -s "$dir/out" ]
}
try words_on_standard_error_are_shown_escaped

copy_of_the_end_does_not_withhold_the_end() {
	cp "$dir/any.policy" "$dir/forks.policy"
	echo 'SystemCallFilter=@processes' >>"$dir/forks.policy"
	script forks 'if (fork == 0) { sleep 600; exit; } print "hi\n";'
	run forks -- "$dir/forks"
	exits 0 && grep -qx hi "$dir/out" && nobody_runs "$dir/forks$"
}
if [ "$(id -u)" -eq 0 ]; then
	try copy_of_the_end_does_not_withhold_the_end
fi

closed_output_ends_all() {
	script chat 'print "x\n" while 1;'
	timeout 60 "$ctl" run --policy "$dir/patient.policy" -- "$dir/chat" \
	    </dev/null 2>"$dir/err" | head -n 1 >"$dir/out"
	[ "${PIPESTATUS[0]}" -eq 141 ] && nobody_runs "$dir/chat"
}
try closed_output_ends_all

full_disk_is_told_and_ends_all() {
	timeout 60 "$ctl" run --policy "$dir/patient.policy" -- "$dir/chat" \
	    </dev/null 2>"$dir/err" >/dev/full
	exits 125 && says 'No space left on device' && nobody_runs "$dir/chat"
}
try full_disk_is_told_and_ends_all

# shellcheck disable=SC2094 # The text is only read.
closed_descriptors_are_nothing_else() {
	timeout 60 "$ctl" run --policy "$dir/any.policy" -- cat <&- \
	    >"$dir/out" 2>"$dir/err"
	exits 0 && [ ! -s "$dir/out" ] || return 1
	timeout 60 "$ctl" run --policy "$dir/any.policy" -- cat <"$dir/text" \
	    >&- 2>"$dir/err"
	exits 125 && says 'cannot write the output' || return 1
	timeout 60 "$ctl" run --policy "$dir/any.policy" -- cat <"$dir/text" \
	    2>&- | cmp - "$dir/text"
}
try closed_descriptors_are_nothing_else

# ended_by SIGNAL: privsepctl, while its program runs.
ended_by() {
	local pid
	script wait 'print "here\n"; sleep 1000;'
	: >"$dir/out"
	"$ctl" run --policy "$dir/patient.policy" -- "$dir/wait" \
	    </dev/null >"$dir/out" 2>"$dir/err" &
	pid=$!
	while ! grep -q here "$dir/out" && kill -0 "$pid"; do
		sleep 0.1
	done
	kill "-$1" "$pid"
	wait "$pid" 2>/dev/null
	nobody_runs "$dir/wait" && nobody_runs "$dir/patient.policy"
}
killed_client_leaves_nothing_behind() { ended_by KILL; }
try killed_client_leaves_nothing_behind
interrupted_client_leaves_nothing_behind() { ended_by TERM; }
try interrupted_client_leaves_nothing_behind

ordinary_user_runs_it_as_well() {
	mkdir "$dir/user"
	cp "$ctl" "$B/privsepd" "$dir/any.policy" "$dir/user"
	chown -R 65534 "$dir/user"
	timeout 60 setpriv --reuid=65534 --regid=65534 --clear-groups \
	    "$dir/user/privsepctl" run --policy "$dir/user/any.policy" -- \
	    sort <"$dir/text" >"$dir/out" 2>"$dir/err"
	exits 0 && cmp "$dir/out" <(LC_ALL=C sort "$dir/text")
}
if [ "$(id -u)" -eq 0 ]; then
	try ordinary_user_runs_it_as_well
fi

# A program that tells of each file what it can do there.
script tries 'for (@ARGV) {' \
    'print "$_:", (open(my $r, "<", $_) ? " read" : ""),' \
    '(open(my $w, ">>", $_) ? " write" : ""), "\n"; }'
mkdir "$dir/in" "$dir/out.d"
echo A4 >"$dir/in/size"
echo no >"$dir/in/other"
echo no >"$dir/beside"
chmod 666 "$dir/in/"* "$dir/beside"
chmod 777 "$dir/out.d"
ln -s in "$dir/link"

# view NAME DIR: the policy any, with some places more.
view() {
	cp "$dir/any.policy" "$dir/$1.policy"
	printf '%s\n' "AllowOpen=read $2/in/size" \
	    "AllowOpen=read -$2/in/none" \
	    "AllowOpen=read,write,create $2/out.d/**" >>"$dir/$1.policy"
}

# sees DIR: what the view shows there, and what it does not.
sees() {
	cat >"$dir/want" <<-END
	$1/in/size: read
	$1/in/other:
	$1/in/none:
	$1/beside:
	$1/out.d/new: write
	$1/out.d/new: read write
	/etc/passwd:
	/proc/self/status:
	/proc/1/status:
	/tmp/new:
	/dev/null:
	END
	cmp "$dir/want" "$dir/out" && [ -e "$1/out.d/new" ]
}

program_sees_what_its_view_says_and_no_more() {
	view seen "$dir"
	run seen -- "$dir/tries" "$dir"/in/{size,other,none} "$dir/beside" \
	    "$dir"/out.d/{new,new} /etc/passwd /proc/{self,1}/status /tmp/new \
	    /dev/null
	exits 0 && sees "$dir" && grep -qx A4 "$dir/in/size"
}
try program_sees_what_its_view_says_and_no_more

links_lead_where_they_do() {
	sed "s,/in/size,/link/size," "$dir/seen.policy" >"$dir/linked.policy"
	run linked -- "$dir/tries" "$dir"/link/size "$dir"/in/{size,other}
	exits 0 && cmp "$dir/out" <(printf '%s\n' "$dir/link/size: read" \
	    "$dir/in/size: read" "$dir/in/other:")
}
try links_lead_where_they_do

line_that_no_view_can_have_is_told() {
	sed "s,/in/size,/in/none," "$dir/seen.policy" >"$dir/bad.policy"
	run bad -- cat
	exits 125 && says 'bad.policy:6: ' && says 'does not exist'
}
try line_that_no_view_can_have_is_told

ordinary_user_has_the_same_view() {
	mkdir -p "$dir/user/in" "$dir/user/out.d"
	cp "$ctl" "$B/privsepd" "$dir/tries" "$dir/user"
	cp "$dir/in/"* "$dir/user/in"
	view theirs "$dir/user"
	cp "$dir/theirs.policy" "$dir/beside" "$dir/user"
	chown -R 65534 "$dir/user"
	timeout 60 setpriv --reuid=65534 --regid=65534 --clear-groups \
	    "$dir/user/privsepctl" run --policy "$dir/user/theirs.policy" -- \
	    "$dir/user/tries" "$dir/user"/in/{size,other,none} \
	    "$dir/user/beside" "$dir/user"/out.d/{new,new} /etc/passwd \
	    /proc/{self,1}/status /tmp/new /dev/null \
	    </dev/null >"$dir/out" 2>"$dir/err"
	exits 0 && sees "$dir/user"
}
if [ "$(id -u)" -eq 0 ]; then
	try ordinary_user_has_the_same_view
fi

# What it may write and remove there, and that it is nobody else's.
script scratch 'open my $f, ">", "/tmp/x"; print $f "x" x 200000;' \
    'close $f or print "$!\n"; print -s "/tmp/x", "\n";' \
    'mkdir "/tmp/d" and rename "/tmp/x", "/tmp/y" and rmdir "/tmp/d"' \
    '    or print "no: $!\n";' \
    'opendir my $d, "/tmp"; print join(" ", sort readdir $d), "\n";'
sed 's,^Type=filter,&\nTemporaryFileSystem=/tmp:size=64K,' \
    "$dir/any.policy" >"$dir/scratch.policy"

wrote_what_there_was_room_for() {
	cmp "$dir/out" <(printf '%s\n' 'No space left on device' 65536 \
	    '. .. y') && [ ! -s "$dir/err" ] && [ ! -e /tmp/y ]
}

temporary_files_are_its_own_and_bounded() {
	run scratch -- "$dir/scratch"
	exits 0 && wrote_what_there_was_room_for
}
try temporary_files_are_its_own_and_bounded

temporary_files_of_an_ordinary_user_are_as_well() {
	cp "$ctl" "$B/privsepd" "$dir"/scratch{,.policy} "$dir/user"
	chown -R 65534 "$dir/user"
	timeout 60 setpriv --reuid=65534 --regid=65534 --clear-groups \
	    "$dir/user/privsepctl" run --policy "$dir/user/scratch.policy" -- \
	    "$dir/user/scratch" </dev/null >"$dir/out" 2>"$dir/err"
	exits 0 && grep -v 'missing layers' "$dir/err" >"$dir/left"
	mv "$dir/left" "$dir/err"
	wrote_what_there_was_room_for
}
if [ "$(id -u)" -eq 0 ]; then
	try temporary_files_of_an_ordinary_user_are_as_well
fi

# Those of the program are tried first, so this is found out late.
namespaces_that_cannot_be_had_are_missing_and_no_more() {
	policy confined
	echo hello >"$dir/hello"
	timeout 60 setpriv --bounding-set -sys_admin "$ctl" run \
	    --policy "$dir/confined.policy" -- /bin/cat <"$dir/hello" \
	    >"$dir/out" 2>"$dir/err"
	exits 0 && cmp "$dir/hello" "$dir/out"
}

namespaces_that_are_required_are_had_or_nothing_runs() {
	policy required Require=namespaces
	timeout 60 setpriv --bounding-set -sys_admin "$ctl" run \
	    --policy "$dir/required.policy" -- /bin/echo ran \
	    >"$dir/out" 2>"$dir/err"
	exits 125 && ! grep -q ran "$dir/out" &&
	    test "$(grep -c 'cannot be had here: namespaces' "$dir/err")" -eq 1 &&
	    ! grep -q 'no namespaces for the helper' "$dir/err"
}
if [ "$(id -u)" -eq 0 ]; then
	try namespaces_that_cannot_be_had_are_missing_and_no_more
	try namespaces_that_are_required_are_had_or_nothing_runs
fi

# devices POLICY: what a program can do with some of them.
devices() {
	run "$1" -- "$dir/tries" /dev/{null,zero,full,urandom,random,tty}
	exits 0
}

harmless_devices_are_there_when_the_policy_says_so() {
	cp "$dir/any.policy" "$dir/devices.policy"
	printf '%s\n' 'AllowOpen=read,write /dev/null' \
	    'AllowOpen=read /dev/urandom' >>"$dir/devices.policy"
	devices devices && cmp "$dir/out" <(printf '%s\n' \
	    '/dev/null: read write' /dev/{zero,full}: '/dev/urandom: read' \
	    /dev/{random,tty}:) || return 1
	script silent 'open STDOUT, ">", "/dev/null" or die; print "no\n";' \
	    'open my $n, "<", "/dev/null" or die; defined <$n> and die;'
	run devices -- "$dir/silent"
	exits 0 && [ ! -s "$dir/out" ] && [ ! -s "$dir/err" ] || return 1
	devices any && ! grep -E 'read|write' "$dir/out" || return 1
	sed 's,/dev/null,/dev/tty,' "$dir/devices.policy" >"$dir/bad.policy"
	run bad -- cat
	exits 125 && says 'bad.policy:6: ' && says 'like /dev/null'
}
try harmless_devices_are_there_when_the_policy_says_so

# A mode in the place of 0755 would have others run it as whoever made it.
nothing_that_is_written_is_set_user_id() {
	script suid 'open my $f, ">", $ARGV[0] or die; chmod 04755, $f' \
	    'and print "changed\n"; chmod 0755, $f or print "$!\n";' \
	    'sysopen my $g, "$ARGV[0].2", 0101, 06755 and print "made\n";'
	run seen -- "$dir/suid" "$dir/out.d/suid"
	exits 0 && [ ! -s "$dir/out" ] && says 'refused fchmod(' &&
	    [ -x "$dir/out.d/suid" ] && [ ! -u "$dir/out.d/suid" ] &&
	    [ ! -e "$dir/out.d/suid.2" ]
}
try nothing_that_is_written_is_set_user_id

echo "1..$number"
