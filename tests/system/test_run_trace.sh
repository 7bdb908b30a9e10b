#!/bin/bash
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016 # The single quotes hold perl.
#
# privsepctl run with a native helper, and what --trace shows of it.
set -u

. tests/support/run.sh

command -v perl >/dev/null || {
	echo 'SKIP: perl is not installed'
	exit 77
}
mkdir "$dir/files"
printf 'twelve bytes' >"$dir/files/list"
# Where an ordinary user finds them, too.
cp "$ctl" "$B/privsepd" "$dir"
ctl=$dir/privsepctl

# A native helper that takes its frames from its arguments: NUMBER=BODY asks,
# "~0a" in BODY is a byte; "end" shuts down, "wait" reads to the end, "sleep"
# does neither, and "flood=N" asks for N echoes.
cat >"$dir/helper" <<'END'
#!/usr/bin/perl
use strict;
my $id = 0;
open(my $pair, '+<&=', 3) or exit 10;
sub hear { return sysread($pair, my $record, 16384) }
for (@ARGV) {
	if ($_ eq 'end') {
		shutdown($pair, 1);
	} elsif ($_ eq 'wait') {
		1 while hear();
	} elsif ($_ eq 'sleep') {
		sleep 1000;
	} elsif (/^flood=(.*)/) {
		for (1 .. $1) {
			syswrite($pair, pack('v v V l< Q<', 1, 2, ++$id, 0, $id));
			hear();
		}
	} elsif (/^exit=(.*)/) {
		exit $1;
	} elsif (/^(\d+)=(.*)/s) {
		my ($op, $body) = ($1, $2);
		$body =~ s/~(..)/chr(hex($1))/ge;
		syswrite($pair, pack('v v V l< a*', 1, $op, ++$id, 0, $body));
		hear();
	}
}
END
chmod 755 "$dir/helper"
hello='1=~01~00~00~00~01~00~00~00'

# helper NAME ARGUMENTS LINE...: a policy of it; lines of [Policy].
helper() {
	local name=$1 arguments=$2
	shift 2
	printf '%s\n' '[Helper]' "ExecStart=$dir/helper $arguments" \
	    'TimeoutStopSec=20s' '[Policy]' \
	    'SystemCallFilter=@helper @loader @network-io' \
	    'OnViolation=errno' 'LogVerdicts=none' 'AllowOpen=@runtime' \
	    "$@" >"$dir/$name.policy"
}

shows() { grep -qE -- "^[0-9]+\.[0-9]{6} $1\$" "$dir/err"; }

path="$dir/files/list"
# A path as it travels: its length in two bytes, and a NUL behind it.
sent() {
	printf '~%02x~%02x%s~00' $((${#1} & 255)) $((${#1} >> 8)) "$1"
}

helper asks "$hello 7=$(sent "$path") 7=$(sent /etc/passwd) end wait exit=3" \
    "AllowStat=$dir/files/*"

each_request_and_reply_is_shown_decoded() {
	run asks --trace
	exits 3 && [ ! -s "$dir/out" ] &&
	    shows 'asks\[[0-9]+\] asks 1 hello\(oldest=1, newest=1\): allowed: needs no grant' &&
	    shows 'asks\[[0-9]+\] told 1 hello: version=1, service="asks"' &&
	    shows "asks\[[0-9]+\] asks 2 stat\(path=\"$path\"\): allowed: $dir/asks.policy:9: AllowStat=$dir/files/\*" &&
	    shows 'asks\[[0-9]+\] told 2 stat: mode=33188, links=1, .*, size=12, modified=[0-9]+' &&
	    shows 'asks\[[0-9]+\] asks 3 stat\(path="/etc/passwd"\): refused: not in asks.policy' &&
	    shows 'asks\[[0-9]+\] told 3 stat: EPERM'
}
try each_request_and_reply_is_shown_decoded

end_of_the_conversation_and_of_the_process_are_shown() {
	run asks --trace
	shows 'asks\[[0-9]+\] has ended the conversation' &&
	    shows 'asks\[[0-9]+\] ended: orderly \(exit status 3\)'
}
try end_of_the_conversation_and_of_the_process_are_shown

as_json_each_event_is_an_object() {
	run asks --trace --json
	exits 3 || return 1
	perl -MJSON::PP -ne 'my $o = decode_json($_);
	    push @seen, join(" ", $o->{event}, $o->{operation} // "-",
		$o->{verdict} // "-", $o->{error} // "-");
	    $size = $o->{fields}{size} if $o->{event} eq "reply" && $o->{id} == 2;
	    $line = $o->{reason} if $o->{event} eq "request" && $o->{id} == 2;
	    END { print "$_\n" for @seen, $size, $line }' "$dir/out" >"$dir/got"
	cmp "$dir/got" - <<-END
	request hello allowed -
	reply hello - -
	request stat allowed -
	reply stat - -
	request stat refused -
	reply stat - EPERM
	end - - -
	gone - - -
	12
	$dir/asks.policy:9: AllowStat=$dir/files/*
	END
}
try as_json_each_event_is_an_object

hostile_bytes_are_escaped() {
	helper hostile "$hello 7=~08~00/~1b[2J~0a~22~9b~00 end wait"
	run hostile --trace
	exits 0 && says 'stat(path="/\x1b[2J\x0a\"\x9b")' &&
	    ! LC_ALL=C grep -q "[^[:print:]]" "$dir/err" || return 1
	run hostile --trace --json
	exits 0 && perl -MJSON::PP -ne 'my $o = decode_json($_);
	    $path = $o->{fields}{path} // $path;
	    END { exit $path ne q(/\x1b[2J\x0a\"\x9b) }' "$dir/out"
}
try hostile_bytes_are_escaped

# It is killed, unless it sees its end before that and exits.
frame_that_breaks_the_protocol_is_shown_with_the_reason() {
	helper broken "$hello 7=~0a~00/cut~0a sleep"
	run broken --trace
	exits 137 && shows 'broken\[[0-9]+\] asks 2 stat\("\\x0a\\x00/cut\\x0a"\): dropped: sent a malformed operation 7' &&
	    shows 'broken\[[0-9]+\] ended: abrupt \(killed by SIGKILL\)' ||
	    return 1
	helper broken "$hello 999=xyz sleep"
	run broken --trace
	exits 137 && shows 'broken\[[0-9]+\] asks 2 operation 999\("xyz"\): dropped: sent an unknown operation 999'
}
try frame_that_breaks_the_protocol_is_shown_with_the_reason

long_frame_is_shown_whole() {
	helper long "$hello 7=~ff~0f$(printf '/%04094d' 7)~00 end wait"
	run long --trace
	exits 0 && says "stat(path=\"/$(printf '%04094d' 7)\"): refused"
}
try long_frame_is_shown_whole

# The daemon of the run writes its log to the same place: what is written at
# once stays together, and here comes as one record.  Which of the two is last, and
# so says that it has ended, is not settled.
each_line_is_written_at_once_however_long() {
	local as
	for as in '' --json; do
		timeout 60 perl -MSocket -e '
		    my ($line, $longest) = ("", 0);
		    socketpair(my $ours, my $theirs, AF_UNIX, SOCK_SEQPACKET, 0) or die;
		    my $pid = fork // die;
		    if (!$pid) {
			open(STDERR, ">&", $theirs) and open(STDOUT, ">&STDERR");
			exec @ARGV;
		    }
		    close $theirs;
		    while (defined recv($ours, $line, 1 << 18, 0) && $line ne "") {
			$line =~ /\A[^\n]+\n\z/ or die "in pieces: $line\n";
			$longest = length $line if length $line > $longest;
		    }
		    waitpid($pid, 0);
		    exit !($? == 0 && $longest > 4094)' \
		    "$ctl" run --policy "$dir/long.policy" --trace ${as:+"$as"} \
		    </dev/null 2>"$dir/err" || return 1
	done
}
try each_line_is_written_at_once_however_long

without_trace_it_runs_as_well() {
	run asks
	exits 3 && [ ! -s "$dir/out" ] && ! says 'told 1'
}
try without_trace_it_runs_as_well

helper stays "$hello 2=~00~00~00~00~00~00~00~00 wait exit=4"

# signalled SIGNAL: sent to privsepctl, while its helper runs.
signalled() {
	"$ctl" run --policy "$dir/stays.policy" --trace \
	    </dev/null >"$dir/out" 2>"$dir/err" &
	until_so says 'told 2 ping' && kill "-$1" $!
	wait $! 2>/dev/null
}

terminated_it_lets_the_helper_end() {
	signalled TERM
	exits 4 && shows 'stays\[[0-9]+\] is told to end' &&
	    shows 'stays\[[0-9]+\] ended: orderly \(exit status 4\)' && nobody_runs "$dir/helper"
}
try terminated_it_lets_the_helper_end

killed_it_leaves_nothing_behind() {
	signalled KILL
	exits 137 && nobody_runs "$dir/helper"
}
try killed_it_leaves_nothing_behind

second_signal_does_not_wait_for_the_helper() {
	helper stays "$hello 2=~00~00~00~00~00~00~00~00 sleep"
	"$ctl" run --policy "$dir/stays.policy" --trace \
	    </dev/null >"$dir/out" 2>"$dir/err" &
	until_so says 'told 2 ping' && kill -TERM $! &&
	    until_so says 'is told to end' && kill -TERM $!
	wait $! 2>/dev/null
	exits 143 && nobody_runs "$dir/helper"
}
try second_signal_does_not_wait_for_the_helper

slow_reader_loses_nothing() {
	helper floods "$hello flood=3000 end wait"
	timeout 60 "$ctl" run --policy "$dir/floods.policy" --trace \
	    </dev/null 2>&1 >/dev/null | { sleep 0.5; cat; } >"$dir/err"
	[ "$(grep -c ' asks [0-9]* ping(cookie=' "$dir/err")" -eq 3000 ] &&
	    [ "$(grep -c ' told [0-9]* ping: cookie=' "$dir/err")" -eq 3000 ] &&
	    shows 'floods\[[0-9]+\] ended: orderly \(exit status 0\)'
}
try slow_reader_loses_nothing

clones_are_told_apart() {
	cp "$B/tests/helpers/puppet" "$dir"
	printf '%s\n' '[Helper]' "ExecStart=$dir/puppet" \
	    "ListenStream=$dir/clones.sock" '[Policy]' \
	    'SystemCallFilter=@helper @loader @network-io @basic-io' \
	    'AllowOpen=@runtime' 'AllowAccept=yes' 'AllowClone=yes' \
	    >"$dir/clones.policy"
	"$ctl" run --policy "$dir/clones.policy" --trace \
	    </dev/null >"$dir/out" 2>"$dir/err" &
	until_so [ -S "$dir/clones.sock" ] || return 1
	perl -MIO::Socket::UNIX -e '
	    my $s = IO::Socket::UNIX->new($ARGV[0]) or die "$!\n";
	    for (1 .. 2) { print $s "clone 1\n"; <$s> }' "$dir/clones.sock"
	until_so says '/2] has ended the conversation'
	kill -TERM $! && wait $!
	shows 'clones\[[0-9]+\] told [0-9]+ clone: conversation=descriptor' &&
	    shows 'clones\[[0-9]+/1\] asks 1 hello\(.*\): allowed: needs no grant' &&
	    shows 'clones\[[0-9]+/2\] asks 2 ping\(.*\): allowed: needs no grant' &&
	    shows 'clones\[[0-9]+/1\] has ended the conversation'
}
try clones_are_told_apart

helper_that_says_no_hello_is_overdue() {
	helper mute wait
	sed -i 's/^TimeoutStopSec=.*/TimeoutStartSec=300ms/' "$dir/mute.policy"
	run mute --trace
	exits 124 && shows 'mute\[[0-9]+\] ended: overdue \(killed by SIGKILL\)'
}
try helper_that_says_no_hello_is_overdue

what_is_not_to_be_traced_is_told() {
	policy filter ExecStart=/bin/cat
	run filter --trace
	exits 125 && says "$dir/filter.policy: is a filter's, which speaks no frames; --trace" || return 1
	timeout 60 "$ctl" run --policy=www --trace 2>"$dir/err"
	exits 2 && says "what helpers of the service www say is not yours" ||
	    return 1
	run asks --trace --progress
	exits 2 || return 1
	run asks --progress
	exits 125 && says '--progress is of a filter'
}
try what_is_not_to_be_traced_is_told

what_takes_a_daemon_is_told_with_its_line() {
	helper clients "$hello" AllowAccept=yes
	sed -i '3iClients=user:root' "$dir/clients.policy"
	run clients --trace
	exits 125 && says "$dir/clients.policy:3: Clients= come to a daemon"
}
try what_takes_a_daemon_is_told_with_its_line

clients_of_listeners_are_served() {
	helper listens "$hello 5= end wait" AllowAccept=yes
	sed -i "3iListenStream=$dir/socket" "$dir/listens.policy"
	run listens --trace &
	until_so [ -S "$dir/socket" ] || return 1
	perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new($ARGV[0]) or die "$!\n"' \
	    "$dir/socket"
	wait $!
	exits 0 && shows 'listens\[[0-9]+\] told 2 accept: connection=descriptor, listener=0'
}
try clients_of_listeners_are_served

# As privsepctl starts it, but with settings that name the built resolver.
names_are_looked_up_and_it_ends() {
	local zeros
	zeros=$(printf '~00%.0s' {1..20})
	helper names "$hello 32=~09~00localhost$zeros end wait exit=5" \
	    AllowResolve=localhost
	printf '[Daemon]\nResolver=%s\n' "$PWD/$B/helpers/resolver" |
	    sed "s,=$PWD//,=/," >"$dir/conf"
	timeout 60 perl -MSocket -MPOSIX -e '
	    socketpair(my $ours, my $theirs, AF_UNIX, SOCK_SEQPACKET, 0) or die;
	    my $pid = fork;
	    $pid or POSIX::dup2(fileno($theirs), 3) and exec @ARGV;
	    close $theirs;
	    waitpid($pid, 0);
	    exit $? >> 8' "$B/privsepd" --run --policy "$dir/names.policy" \
	    --config "$dir/conf" >"$dir/out" 2>"$dir/err"
	exits 5
}
try names_are_looked_up_and_it_ends

ordinary_user_traces_his_own() {
	chown -R 65534 "$dir"
	timeout 60 setpriv --reuid=65534 --regid=65534 --clear-groups \
	    "$ctl" run --policy "$dir/asks.policy" --trace \
	    </dev/null >"$dir/out" 2>"$dir/err"
	exits 3 && shows 'asks\[[0-9]+\] told 3 stat: EPERM'
}
if [ "$(id -u)" -eq 0 ]; then
	try ordinary_user_traces_his_own
fi

echo "1..$number"
