#!/bin/bash
# SPDX-License-Identifier: ISC
#
# The forwarder helper with a real daemon, all layers on, between dig and
# upstreams that do what may be expected of the internet.
set -u

: "${B:?run me by make check}"
if [ "$(id -u)" -ne 0 ]; then
	echo 'SKIP: starting confined helpers with uids of their own takes root'
	exit 77
fi
for program in dig ip perl; do
	command -v "$program" >/dev/null || {
		echo "SKIP: $program is not installed"
		exit 77
	}
done
# In a network of our own, where port 53 is free.
if [ -z "${IN_OWN_NETWORK:-}" ]; then
	unshare --net true 2>/dev/null || {
		echo 'SKIP: no network namespace can be made here'
		exit 77
	}
	IN_OWN_NETWORK=yes exec unshare --net "$0" "$@"
fi
ip link set lo up
ip addr add 192.0.2.53/32 dev lo

dir=$(mktemp -d)
upstream=
daemon=
number=0
finish() {
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null
	[ -z "$upstream" ] || kill "$upstream" 2>/dev/null
	wait
	rm -rf "$dir"
}
trap finish EXIT
umask 022
chmod 755 "$dir"
mkdir -m 755 "$dir/etc" "$dir/run"
install -m 755 "$B/helpers/forwarder" "$dir/forwarder"

try() {
	number=$((number + 1))
	if "$@" >"$dir/out" 2>&1; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		sed 's/^/# /' "$dir/out" "$dir/log"
	fi
}

# An upstream at 192.0.2.53.  Of a name the first label says what it does; the
# address of an answer that is to be believed is 192.0.2.1.
cat >"$dir/upstream.pl" <<'END'
use strict;
use Socket;
socket(my $s, AF_INET, SOCK_DGRAM, 0) or die;
bind($s, pack_sockaddr_in(53, inet_aton('192.0.2.53'))) or die "bind: $!\n";
open(my $seen, '>', $ARGV[0]) or die;
select($seen); $| = 1;
print "ready\n";
while (my $from = recv($s, my $q, 65535, 0)) {
	my ($port) = sockaddr_in($from);
	my ($id, $end, @labels) = (unpack('n', $q), 12);
	while (my $n = ord(substr($q, $end, 1))) {
		push @labels, substr($q, $end + 1, $n);
		$end += 1 + $n;
	}
	my $question = substr($q, 12, $end + 5 - 12);
	print "$labels[0] $port $id\n";
	my $answer = sub {
		my ($id, $question, $flags, $last) = @_;
		send($s, pack('n n n4', $id, $flags, 1, 1, 0, 0) . $question
		    . "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2" . chr($last), 0, $from);
	};
	if ($labels[0] =~ /^forged/) {
		$answer->($id ^ 1, $question, 0x8180, 66);
		$answer->($id, "\3bad\0\0\1\0\1", 0x8180, 66);
		$answer->($id, $question, 0x0100, 66);
		send($s, $_, 0, $from) for '', 'x', pack('n', $id) . "\x81\x80";
	}
	if ($labels[0] eq 'huge') {
		send($s, pack('n n n4', $id, 0x8180, 1, 1, 0, 0) . $question
		    . "\xc0\x0c\0\x10\0\1\0\0\0\x3c" . pack('n', 256 * 200)
		    . ("\xff" . 'y' x 255) x 200, 0, $from);
	} elsif ($labels[0] !~ /^(slow|forgedonly)/) {
		$answer->($id, $question, 0x8180, 1);
	}
}
END
perl "$dir/upstream.pl" "$dir/seen" &
upstream=$!

# policy LINE...: with these arguments of the helper.
cat >"$dir/etc/forwarder.policy" <<END
[Helper]
ExecStart=$dir/forwarder --listen=127.0.0.1:53 --listen=[::1]:53 --upstream=192.0.2.53:53
[Policy]
SystemCallFilter=@helper @loader @network-io @datagrams
AllowOpen=@runtime
AllowBind=udp 127.0.0.1:53
AllowBind=udp [::1]:53
AllowConnect=udp 192.0.2.53:53
AllowLog=err
END
# One with two upstreams: nobody is at the first.
sed -e 's/:53/:5301/g' -e 's/--up.*/--upstream=192.0.2.53:54 --upstream=192.0.2.53:53/' \
    -e '/Connect/d' "$dir/etc/forwarder.policy" >"$dir/etc/second.policy"
echo 'AllowConnect=udp 192.0.2.53:53-54' >>"$dir/etc/second.policy"
# And one whose policy does not let it ask.
sed -e 's/:53/:5302/g' -e '/Connect/d' "$dir/etc/forwarder.policy" \
    >"$dir/etc/mute.policy"

until_so() {
	local i
	for ((i = 0; i < 300; i++)); do
		"$@" && return 0
		sleep 0.1
	done
	echo "not in time: $*"
	return 1
}

"$B/privsepd" ${PSD_SANITIZED:+--config "$PSD_SANITIZED"} \
    --policy-dir "$dir/etc" --runtime-dir "$dir/run" \
    >"$dir/log" 2>&1 &
daemon=$!
until_so grep -q '^ready' "$dir/log" || cat "$dir/log"
until_so grep -q '^ready' "$dir/seen"

# ask NAME [OPTION...]: what dig has to say.
ask() {
	local name=$1
	shift
	dig +tries=1 +timeout=30 @127.0.0.1 "$name" "$@"
}
# is_found NAME [OPTION...]
is_found() {
	ask "$@" +short | grep -x '192\.0\.2\.1'
}
pid() {
	"$B/privsepctl" --runtime-dir "$dir/run" --json status forwarder |
	    perl -MJSON::PP -0777 -ne \
		'print decode_json($_)->{instances}[0]{pid}'
}
first=$(pid)

answer_comes_back() {
	ask www.example.org >"$dir/answer"
	cat "$dir/answer"
	grep -q 'status: NOERROR' "$dir/answer" &&
	    grep -q 'SERVER: 127.0.0.1#53' "$dir/answer" &&
	    grep -Eq '^www\.example\.org\..*A[[:space:]]192\.0\.2\.1$' \
		"$dir/answer"
}
try answer_comes_back

clients_of_another_family_are_answered_too() {
	dig +tries=1 +timeout=30 @::1 six.example.org +short |
	    grep -x '192\.0\.2\.1'
}
try clients_of_another_family_are_answered_too

# The client's own id and port are the same each time.
each_query_has_an_id_and_a_port_of_its_own() {
	perl -MSocket -e '
	    socket(my $s, AF_INET, SOCK_DGRAM, 0);
	    connect($s, pack_sockaddr_in(53, inet_aton("127.0.0.1")));
	    for (1 .. 60) {
		    send($s, "\x12\x34\1\0\0\1\0\0\0\0\0\0\4same\0\0\1\0\1", 0);
		    recv($s, my $got, 512, 0);
		    die unless substr($got, 0, 2) eq "\x12\x34";
	    }' || return 1
	grep '^same' "$dir/seen" >"$dir/same"
	[ "$(cut -d' ' -f2 "$dir/same" | sort -u | wc -l)" -ge 55 ] &&
	    [ "$(cut -d' ' -f3 "$dir/same" | sort -u | wc -l)" -ge 55 ]
}
try each_query_has_an_id_and_a_port_of_its_own

answers_to_something_else_are_not_believed() {
	is_found forged.example.org
}
try answers_to_something_else_are_not_believed

answer_as_long_as_they_come_is_passed_on() {
	ask huge.example.org +bufsize=65535 +ignore TXT +short |
	    tr -dc y | wc -c | grep -x 51000
}
try answer_as_long_as_they_come_is_passed_on

# These wait for each other's deadlines, so they do so together.
ask slow.example.org >"$dir/slow" 2>&1 &
slow=$!
ask forgedonly.example.org >"$dir/only" 2>&1 &
only=$!

another_upstream_is_asked_when_one_is_not_there() {
	is_found a.example.org -p 5301 && is_found b.example.org -p 5301 &&
	    is_found c.example.org -p 5301
}
try another_upstream_is_asked_when_one_is_not_there

what_the_policy_refuses_is_an_error_and_told() {
	ask x.example.org -p 5302 | grep 'status: SERVFAIL' &&
	    grep -F 'to allow: AllowConnect=udp 192.0.2.53:53' "$dir/log"
}
try what_the_policy_refuses_is_an_error_and_told

other_operations_are_not_implemented() {
	ask x.example.org +opcode=5 +noedns | grep 'status: NOTIMP'
}
try other_operations_are_not_implemented

# say BYTES: and what comes back within a while, in hexadecimal.
say() {
	perl -MSocket -e '
	    socket(my $s, AF_INET, SOCK_DGRAM, 0);
	    connect($s, pack_sockaddr_in(53, inet_aton("127.0.0.1")));
	    my $bytes = shift;
	    $bytes =~ s/\\x(..)/chr(hex($1))/ge;
	    send($s, $bytes, 0);
	    vec(my $look = "", fileno($s), 1) = 1;
	    select($look, undef, undef, shift) and recv($s, my $got, 512, 0);
	    print unpack("H*", $got // "");' "$@"
}

query_without_a_good_question_is_a_format_error() {
	[ "$(say '\xab\xcd\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00' 30)" = \
	    abcd81010000000000000000 ] &&
	    [ "$(say '\xab\xcd\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\xc0\x0c\x00\x01\x00\x01' 30)" = \
	    abcd81010000000000000000 ]
}
try query_without_a_good_question_is_a_format_error

what_is_no_query_is_not_answered() {
	[ -z "$(say '\xab\xcd\x81\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01' 0.3)" ] &&
	    [ -z "$(say 'short' 0.3)" ] && [ -z "$(say '' 0.3)" ]
}
try what_is_no_query_is_not_answered

any_bytes_from_clients_do_no_harm() {
	perl -MSocket -e '
	    socket(my $s, AF_INET, SOCK_DGRAM, 0);
	    connect($s, pack_sockaddr_in(53, inet_aton("127.0.0.1")));
	    srand(1);
	    for my $n (1 .. 3000) {
		    my $bytes = join("", map { chr(rand(256)) } 1 .. rand(80));
		    substr($bytes, 2, 4) = "\1\0\0\1" if $n % 2 && length($bytes) > 5;
		    send($s, $bytes, 0);
		    send($s, "x" x 60000, 0) if $n % 500 == 0;
	    }'
	until_so is_found after.example.org && [ "$(pid)" = "$first" ]
}
try any_bytes_from_clients_do_no_harm

silence_and_forgeries_alone_end_in_an_error() {
	wait "$slow" "$only"
	cat "$dir/slow" "$dir/only"
	grep 'status: SERVFAIL' "$dir/slow" &&
	    grep 'status: SERVFAIL' "$dir/only" && ! grep 192.0.2.66 "$dir/only"
}
try silence_and_forgeries_alone_end_in_an_error

# In KiB, and descriptors.
takes() {
	awk '/^VmRSS/ { print $2 }' "/proc/$first/status"
}
holds() {
	find "/proc/$first/fd" -mindepth 1 | wc -l
}

queries_that_nobody_answers_take_no_more_than_their_table() {
	local before
	before=$(takes)
	perl -MSocket -e '
	    socket(my $s, AF_INET, SOCK_DGRAM, 0);
	    connect($s, pack_sockaddr_in(53, inet_aton("127.0.0.1")));
	    for my $n (1 .. 4000) {
		    send($s, pack("n", $n) . "\1\0\0\1\0\0\0\0\0\0\4slow\0\0\1\0\1", 0);
		    select(undef, undef, undef, 0.001) if $n % 20 == 0;
	    }'
	until_so is_found full.example.org && [ "$(holds)" -le 270 ] &&
	    [ "$(takes)" -le $((before + 1024)) ] && [ "$(pid)" = "$first" ]
}
try queries_that_nobody_answers_take_no_more_than_their_table

wrong_options_are_told() {
	local words
	for words in '' '--listen=127.0.0.1:53' '--upstream=192.0.2.1:53' \
	    '--listen=127.0.0.1 --upstream=192.0.2.1:53' \
	    '--listen=127.0.0.1:0 --upstream=192.0.2.1:53' \
	    '--listen=127.0.0.1:65536 --upstream=192.0.2.1:53' \
	    '--listen=::1:53 --upstream=192.0.2.1:53' \
	    '--listen=[]:53 --upstream=192.0.2.1:53' \
	    '--listen=]:53 --upstream=[:53' \
	    '--listen=[::1]:53 --upstream=name:53' \
	    '--listen=[::1]:53 --upstream=192.0.2.1:53 --what'; do
		# shellcheck disable=SC2086 # They are words.
		"$dir/forwarder" $words
		[ $? -eq 2 ] || return 1
	done
	"$dir/forwarder" --listen=127.0.0.1:53 --upstream=192.0.2.1:53
	[ $? -eq 1 ]
}
try wrong_options_are_told

it_ends_in_an_orderly_way() {
	kill "$daemon" && wait "$daemon"
	daemon=
	grep -F "forwarder[$first]: ended: orderly (exit status 0)" "$dir/log" &&
	    ! grep -e abrupt -e overdue "$dir/log"
}
try it_ends_in_an_orderly_way

echo "1..$number"
