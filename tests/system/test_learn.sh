#!/bin/bash
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016 # The single quotes hold perl and sh.
#
# privsepctl learn: a program is run as ever, and what it did makes a policy
# that lets it do the same, and no secret.
set -u

. tests/support/run.sh

# learn [-i FILE] OUTPUT [OPTION]... -- PROGRAM ARG...: output to $dir/out.
learn() {
	local input=/dev/null name
	if [ "$1" = -i ]; then
		input=$2
		shift 2
	fi
	name=$1
	shift
	timeout 60 "$ctl" learn --output="$dir/$name.policy" "$@" \
	    <"$input" >"$dir/out" 2>"$dir/err"
}

# merged OUTPUT INPUT [OPTION]... -- PROGRAM ARG...: adds a run, and keeps what
# it read and said under a number of its own.
merged() {
	local name=$1 input=$2
	shift 2
	runs=$((runs + 1))
	[ -e "$dir/$name.policy" ] && set -- --merge="$dir/$name.policy" "$@"
	cp "$input" "$dir/$name.in.$runs"
	learn -i "$input" "$name" "$@"
	exits 0 && mv "$dir/out" "$dir/$name.out.$runs"
}

# again OUTPUT NUMBER -- PROGRAM ARG...: that run under the policy says the
# same, and no call is refused, nor anything that is not shown asked for but in
# /proc, which never is.
again() {
	local name=$1 n=$2
	shift 2
	mkdir -p "$dir/$name.policy.d"
	printf '%s\n' '[Policy]' 'ReportOpens=yes' \
	    >"$dir/$name.policy.d/report.conf"
	run -i "$dir/$name.in.$n" "$name" "$@"
	exits 0 && cmp "$dir/$name.out.$n" "$dir/out" || return 1
	! grep refused "$dir/err" | grep -v '"/proc/'
}

has() { grep -qxF -- "$1" "$dir/$2.policy" || { echo "# no $1"; false; }; }

strictly_good() {
	"$ctl" check --strict "$dir/$1.policy" >"$dir/err" 2>&1
}

seq 5000 >"$dir/numbers"
printf '%s' '{"a":[1,2,{"b":null}]}' >"$dir/json"
printf '%s' '<a><b n="1"/><c>text</c></a>' >"$dir/xml"

gzip_runs_as_it_was_learned() {
	runs=0
	merged gzip "$dir/numbers" -- gzip -9 -n &&
	    merged gzip "$dir/gzip.out.1" -- gzip -d &&
	    merged gzip "$dir/json" -- gzip -1 -n || return 1
	gzip -9 -n <"$dir/numbers" | cmp - "$dir/gzip.out.1" &&
	    cmp "$dir/numbers" "$dir/gzip.out.2" || return 1
	again gzip 1 -- gzip -9 -n && again gzip 2 -- gzip -d &&
	    again gzip 3 -- gzip -1 -n && strictly_good gzip &&
	    has 'Runs=3' gzip && has 'SystemCallFilter=@filter' gzip &&
	    has 'AllowOpen=@runtime' gzip
}
try_with gzip gzip_runs_as_it_was_learned

jq_runs_as_it_was_learned() {
	runs=0
	merged jq "$dir/json" -- jq . && merged jq "$dir/json" -- jq -c .a &&
	    merged jq "$dir/numbers" -- jq -s add || return 1
	again jq 1 -- jq . && again jq 2 -- jq -c .a &&
	    again jq 3 -- jq -s add && strictly_good jq
}
try_with jq jq_runs_as_it_was_learned

xmllint_runs_as_it_was_learned() {
	runs=0
	mkdir "$dir/docs"
	cp "$dir/xml" "$dir/docs/one.xml"
	merged xmllint "$dir/xml" -- xmllint --format - &&
	    merged xmllint "$dir/xml" -- xmllint --xpath '//b/@n' - &&
	    merged xmllint /dev/null -- xmllint --format "$dir/docs/one.xml" ||
	    return 1
	again xmllint 1 -- xmllint --format - &&
	    again xmllint 2 -- xmllint --xpath '//b/@n' - &&
	    again xmllint 3 -- xmllint --format "$dir/docs/one.xml" &&
	    has "AllowOpen=read $dir/docs/one.xml" xmllint &&
	    strictly_good xmllint
}
try_with xmllint xmllint_runs_as_it_was_learned

program_with_children_runs_as_it_was_learned() {
	local -a lines=('sort -rn | tail -n 3' 'wc -l; exec expr 1 + 2'
		"x=\$(cat $dir/json); echo \"\$x\"; grep -c 7 2>/dev/null")
	local i
	runs=0
	for i in 0 1 2; do
		merged sh "$dir/numbers" -- sh -c "${lines[i]}" || return 1
	done
	for i in 0 1 2; do
		again sh $((i + 1)) -- sh -c "${lines[i]}" || return 1
	done
	has 'SystemCallFilter=@processes' sh && has "AllowExec=/usr/bin/wc" sh &&
	    has "AllowOpen=read $dir/json" sh || return 1
	# That it starts programs is a weakness, and the only one.
	strictly_good sh && return 1
	says '0 errors, 1 warning' && says 'AllowExec= lets'
}
try program_with_children_runs_as_it_was_learned

program_with_threads_runs_as_it_was_learned() {
	local -a many=(xz -T2 --block-size=4KiB -0)
	runs=0
	merged xz "$dir/numbers" -- "${many[@]}" -c &&
	    merged xz "$dir/numbers" -- xz -T1 -c &&
	    merged xz "$dir/xz.out.1" -- xz -T2 -dc || return 1
	again xz 1 -- "${many[@]}" -c && again xz 2 -- xz -T1 -c &&
	    again xz 3 -- xz -T2 -dc && cmp "$dir/numbers" "$dir/xz.out.3" &&
	    has 'SystemCallFilter=@threads' xz || return 1
	# It makes its input wait for nothing, which no group lets pass.
	strictly_good xz && return 1
	says '0 errors, 1 warning' && says 'SystemCallFilter=fcntl weakens'
}
try_with xz program_with_threads_runs_as_it_was_learned

what_is_learned_next_only_widens() {
	local i
	mkdir "$dir/many"
	for i in 1 2 3 4 5 6; do echo "$i" >"$dir/many/$i"; done
	learn cat1 -- cat "$dir/many/1" && exits 0 &&
	    learn cat2 --merge="$dir/cat1.policy" -- cat "$dir/many/2" &&
	    exits 0 && learn cat3 --merge="$dir/cat2.policy" -- \
	    cat "$dir"/many/? && exits 0 || return 1
	"$ctl" diff "$dir/cat1.policy" "$dir/cat2.policy" >"$dir/err" || return 1
	says "+ cat2: the file view has besides: read $dir/many/2" &&
	    ! grep -q '^-' "$dir/err" || return 1
	"$ctl" diff "$dir/cat2.policy" "$dir/cat3.policy" >"$dir/err" || return 1
	says "+ cat3: the file view has besides: read $dir/many/**" &&
	    ! grep -q '^-' "$dir/err"
}
try what_is_learned_next_only_widens

secrets_are_granted_by_nobody_but_the_reader() {
	learn secret -- cat /etc/shadow /proc/self/mem /proc/self/status \
	    /sys/kernel/mm/transparent_hugepage/enabled
	says 'not granted: AllowOpen=read /proc/self/status: ' &&
	    says 'not granted: AllowOpen=read /sys/' &&
	    has '#AllowOpen=read /proc/self/status' secret &&
	    ! grep -E '^AllowOpen=.*(/etc|/proc|/sys)' "$dir/secret.policy" ||
	    return 1
	strictly_good secret || return 1
	# Only root can have read these.
	[ "$(id -u)" -ne 0 ] || {
		has '#AllowOpen=read /etc/shadow' secret &&
		    has "# Not granted: the users' passwords." secret
	} || return 1
	run secret -- cat /etc/shadow
	[ ! -s "$dir/out" ]
}
try secrets_are_granted_by_nobody_but_the_reader

no_more_secrets_are_told_than_are_read() {
	local i
	for i in $(seq 20); do
		mkdir -p "$dir/keys/$i" && echo secret >"$dir/keys/$i/id_rsa"
	done
	learn keys -- cat "$dir"/keys/*/id_rsa
	exits 0 && [ "$(grep -c 'not granted: AllowOpen=' "$dir/err")" = 16 ] &&
	    says 'not granted: 4 other lines, which are comments' &&
	    [ "$(grep -c '^#AllowOpen=read' "$dir/keys.policy")" = 20 ]
}
try no_more_secrets_are_told_than_are_read

more_than_can_be_kept_is_told() {
	mkdir "$dir/crowd"
	(cd "$dir/crowd" && seq 33000 | xargs touch)
	script crowd.pl "-e \"$dir/crowd/\$_\" or die for 1 .. 33000;"
	learn crowd -- "$dir/crowd.pl"
	exits 125 && rm -r "$dir/crowd" && says 'more was seen than can be kept' &&
	    [ ! -e "$dir/crowd.policy" ]
}
try more_than_can_be_kept_is_told

what_failed_needs_no_line() {
	script tries 'open(my $f, "<", "/etc/privsep-is-not-there");' \
	    'mkdir("/privsep/there"); print "done\n";'
	learn tries -- "$dir/tries"
	exits 0 && ! grep -E '^#?AllowOpen=.*privsep-is-not|/privsep/there' \
	    "$dir/tries.policy"
}
try what_failed_needs_no_line

temporary_files_are_learned_as_a_place() {
	script temps 'mkdir("/tmp/privsep.$$") or die;' \
	    'open(my $f, "+>", "/tmp/privsep.$$/x") or die; print $f "hi\n";' \
	    'seek($f, 0, 0); print <$f>; close($f);' \
	    'unlink("/tmp/privsep.$$/x") or die; rmdir("/tmp/privsep.$$");'
	learn temps -- "$dir/temps"
	exits 0 && has 'TemporaryFileSystem=/tmp:size=64M' temps || return 1
	run temps -- "$dir/temps"
	exits 0 && [ "$(cat "$dir/out")" = hi ] && ! says refused &&
	    strictly_good temps
}
try temporary_files_are_learned_as_a_place

places_to_write_are_learned_as_they_were_opened() {
	mkdir -p "$dir/a/made" && chmod 777 "$dir/a/made"
	echo old >"$dir/a/old" && chmod 666 "$dir/a/old"
	script writes "open(my \$f, '>>', '$dir/a/old') or die;" \
	    'print $f "more\n"; close($f);' \
	    "open(\$f, '>', '$dir/a/made/new') or die; print \$f 'x';" \
	    "close(\$f); print 'ok';"
	learn writes -- "$dir/writes"
	exits 0 && has "AllowOpen=read,write $dir/a/old" writes &&
	    has "AllowOpen=read,write,create $dir/a/made/**" writes || return 1
	rm "$dir/a/made/new"
	run writes -- "$dir/writes"
	exits 0 && [ "$(cat "$dir/out")" = ok ] && [ -s "$dir/a/made/new" ] &&
	    strictly_good writes
}
try places_to_write_are_learned_as_they_were_opened

# It looks for nscd, which is not there, as the C library does.
what_nobody_answers_is_not_told() {
	learn id -- id root
	exits 0 || return 1
	[ -e /run/nscd/socket ] || ! grep -E 'socket|connect' \
	    "$dir/id.policy" | grep -v '^Call=' || return 1
	cp "$dir/out" "$dir/id.out.1" && : >"$dir/id.in.1"
	again id 1 -- id root
}
try what_nobody_answers_is_not_told

datagrams_are_told_and_not_granted() {
	script net 'socket(my $s, 2, 2, 0);' \
	    'connect($s, pack("S n C4 x8", 2, 9, 127, 0, 0, 1)); print "ok";'
	learn net -- "$dir/net"
	exits 0 && has '#AllowConnect=udp 127.0.0.1:9' net &&
	    has '#SystemCallFilter=socket' net &&
	    has '#SystemCallFilter=connect' net &&
	    says 'not granted: AllowConnect=udp 127.0.0.1:9: ' &&
	    strictly_good net
}
try datagrams_are_told_and_not_granted

# A server at a port that the system chooses, which it writes into a file.
ports_are_learned() {
	local server port
	script server 'use IO::Socket; my $l = IO::Socket::INET->new(' \
	    'Listen => 5, LocalAddr => "127.0.0.1") or die;' \
	    "open(my \$f, '>', '$dir/port.new'); print \$f \$l->sockport;" \
	    "close(\$f); rename('$dir/port.new', '$dir/port');" \
	    'while (my $c = $l->accept) { print $c "hello\n"; close $c; }'
	script client 'use Socket; socket(my $s, AF_INET, SOCK_STREAM, 0) or' \
	    'die; connect($s, sockaddr_in($ARGV[0], inet_aton("127.0.0.1")))' \
	    'or die "connect: $!"; print <$s>;'
	"$dir/server" &
	server=$!
	until_so [ -s "$dir/port" ]
	port=$(cat "$dir/port")
	learn client -- "$dir/client" "$port" &&
	    [ "$(cat "$dir/out")" = hello ] &&
	    has "AllowConnect=tcp *:$port" client &&
	    says "a weakness: AllowConnect=tcp *:$port: " &&
	    cp "$dir/out" "$dir/client.out.1" && : >"$dir/client.in.1" &&
	    again client 1 -- "$dir/client" "$port" && strictly_good client
	set -- $?
	kill "$server"
	wait "$server" 2>/dev/null
	return "$1"
}
try ports_are_learned

file_that_is_there_stays() {
	echo mine >"$dir/mine.policy"
	learn mine -- true
	exits 125 && says 'is there already: add to it with --merge=' &&
	    [ "$(cat "$dir/mine.policy")" = mine ] || return 1
	learn mine --merge="$dir/mine.policy" -- true
	exits 125 && says 'nothing was learned' &&
	    [ "$(cat "$dir/mine.policy")" = mine ] || return 1
	learn mine --force -- true
	exits 0 && has 'Type=filter' mine || return 1
	learn mine --merge="$dir/mine.policy" -- cat
	exits 125 && says 'was learned of another program than' && has 'Runs=1' mine
}
try file_that_is_there_stays

status_is_that_of_the_program() {
	learn three -- sh -c 'exit 3'
	exits 3 && has 'Type=filter' three || return 1
	learn killed -- sh -c 'kill -TERM $$'
	exits 143 && has 'Type=filter' killed || return 1
	learn none -- /no/such/program
	exits 127 && says "/no/such/program: there is no such program" &&
	    [ ! -e "$dir/none.policy" ] || return 1
	echo 'no program' >"$dir/text" && chmod 755 "$dir/text"
	learn none -- "$dir/text"
	exits 126 && [ ! -e "$dir/none.policy" ]
}
try status_is_that_of_the_program

wrong_use_is_told() {
	timeout 60 "$ctl" learn -- true 2>"$dir/err"
	exits 2 && says '--output' || return 1
	learn none --type=native -- true
	exits 2 && says 'filter or inetd' || return 1
	timeout 60 "$ctl" learn --output="$dir/none.policy" 2>"$dir/err"
	exits 2 && says 'usage: privsepctl learn' || return 1
	learn none --strict -- true
	exits 2 && says 'learn does not take --strict' || return 1
	learn ../none/x -- true
	exits 125 && [ ! -e "$dir/none.policy" ]
}
try wrong_use_is_told

server_of_inetd_can_be_learned() {
	learn -i "$dir/json" inetd --type=inetd -- cat
	exits 0 && cmp "$dir/json" "$dir/out" && has 'Type=inetd' inetd &&
	    has 'ListenStream=/run/cat.sock' inetd && strictly_good inetd
}
try server_of_inetd_can_be_learned

# A handler is called between the calls, and none is lost or made twice; one that
# waits is interrupted, as a call that waits may be.
signals_do_no_harm() {
	script storm 'use Time::HiRes qw(setitimer ITIMER_REAL);' \
	    '$SIG{ALRM} = sub { $n++ }; setitimer(ITIMER_REAL, 0.0005, 0.0005);' \
	    'for (1 .. 400) { 1 until open($f, "<", "/etc/passwd"); $m++; }' \
	    'setitimer(ITIMER_REAL, 0); print "$m ", $n > 0 ? "some" : "none";'
	learn storm -- "$dir/storm"
	exits 0 && [ "$(cat "$dir/out")" = '400 some' ] &&
	    has 'AllowOpen=read /etc/passwd' storm
}
try signals_do_no_harm

program_without_libraries_gets_none() {
	learn tiny -- "$B/tests/helpers/tiny_exit"
	! grep -E '@loader|@runtime' "$dir/tiny.policy" &&
	    has 'SystemCallFilter=@filter' tiny
}
try program_without_libraries_gets_none

files_of_root_alone_are_told() {
	echo secret >"$dir/private" && chmod 600 "$dir/private"
	learn private -- cat "$dir/private"
	exits 0 && says "not enough: AllowOpen=read $dir/private: " &&
	    has "AllowOpen=read $dir/private" private
}
if [ "$(id -u)" -eq 0 ]; then
	try files_of_root_alone_are_told
else
	echo "ok $((number += 1)) - files_of_root_alone_are_told # SKIP" \
	    "its owner runs it"
fi

# A child that lives on, and one that left the session.
nothing_outlives_the_program() {
	learn lives -- sh -c '
		sleep 4711 & setsid sleep 4712 & echo out'
	exits 0 && [ "$(cat "$dir/out")" = out ] &&
	    nobody_runs 'sleep 471[12]'
}
try nothing_outlives_the_program

nothing_outlives_privsepctl() {
	"$ctl" learn --output="$dir/shot.policy" -- sleep 4713 2>/dev/null &
	until_so pgrep -f 'sleep 4713' >/dev/null
	kill -KILL $!
	wait $! 2>/dev/null
	nobody_runs 'sleep 4713' && [ ! -e "$dir/shot.policy" ] &&
	    [ -z "$(find "$dir" -name 'learned-*')" ]
}
try nothing_outlives_privsepctl

# Its child observes, and has the watcher and the program as children.
child_of() { pgrep -P "$1" ${2:+-f "$2"} | head -n 1; }
has_child() { [ -n "$(child_of "$@")" ]; }

nothing_goes_on_without_who_observes() {
	local ctl_pid observer who
	script waits 'while (1) { open(my $f, "<", "/etc/passwd"); ' \
	    'select(undef, undef, undef, 0.05); }'
	for who in observer watcher; do
		"$ctl" learn --output="$dir/alone.policy" -- "$dir/waits" \
		    </dev/null 2>"$dir/err" &
		ctl_pid=$!
		until_so has_child "$ctl_pid" || return 1
		observer=$(child_of "$ctl_pid")
		until_so has_child "$observer" "$dir/waits" &&
		    until_so has_child "$observer" watcher || return 1
		case $who in
		observer) kill -KILL "$observer" ;;
		watcher) kill -KILL "$(child_of "$observer" watcher)" ;;
		esac
		wait "$ctl_pid"
		exits 125 && nobody_runs "$dir/waits" &&
		    [ ! -e "$dir/alone.policy" ] || return 1
	done
	says 'the watcher has ended'
}
try nothing_goes_on_without_who_observes

bytes_pass_in_both_directions() {
	head -c 8388608 /dev/urandom >"$dir/random"
	learn -i "$dir/random" bytes -- cat
	exits 0 && cmp "$dir/random" "$dir/out"
}
try bytes_pass_in_both_directions

ordinary_user_can_learn() {
	local user=nobody
	mkdir "$dir/theirs" && chown "$user" "$dir/theirs" || return 1
	(cd / && setpriv --reuid="$user" --regid=nogroup --clear-groups \
	    timeout 60 "$ctl" learn --output="$dir/theirs/user.policy" -- \
	    sh -c 'cat /etc/passwd | wc -l') >"$dir/out" 2>"$dir/err"
	exits 0 && mv "$dir/theirs/user.policy" "$dir" &&
	    has 'AllowOpen=read /etc/passwd' user &&
	    has 'AllowExec=/usr/bin/wc' user
}
if [ "$(id -u)" -eq 0 ]; then
	try ordinary_user_can_learn
else
	echo "ok $((number += 1)) - ordinary_user_can_learn # SKIP we are one"
fi

echo "1..$number"
