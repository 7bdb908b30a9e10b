#!/bin/bash
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016 # The single quotes hold perl.
#
# privsepctl run: programs that make their sockets themselves.
set -u

. tests/support/run.sh

# Two listeners at ports that the system chose; what comes is answered.
cat >"$dir/listen" <<'END'
#!/usr/bin/perl
use Socket;
my @all = map { socket(my $s, AF_INET, SOCK_STREAM, 0) or die;
	bind($s, pack_sockaddr_in(0, INADDR_LOOPBACK)) && listen($s, 9) or die;
	$s } 1 .. 2;
open(my $out, ">", "$ARGV[0].new") or die;
print $out join(" ", map { (unpack_sockaddr_in(getsockname $_))[0] } @all);
close $out;
rename "$ARGV[0].new", $ARGV[0] or die;
while (1) {
	my $bits = "";
	vec($bits, fileno $_, 1) = 1 for @all;
	select $bits, undef, undef, undef;
	for (grep { vec $bits, fileno $_, 1 } @all) {
		accept(my $client, $_) or next;
		syswrite $client, "answer";
	}
}
END
# Without modules, which would have to be in view.
script dial 'my $to = sub { pack "S n C4 x8", 2, $_[0], 127, 0, 0, 1 };' \
    'for my $port (@ARGV) {' \
    'socket(my $s, 2, 1, 0) or print("socket: $!\n"), next;' \
    'connect($s, $to->($port)) or print("connect: $!\n"), next;' \
    'sysread $s, my $said, 9; print "$said\n"; }'
script others 'socket(my $u, 2, 2, 0) and print "datagrams\n";' \
    'socket(my $m, 2, 1, 262) and print "paths\n";' \
    'socket(my $l, 1, 1, 0) and print "local\n"; print "$!\n";' \
    'socket(my $s, 2, 1, 0) or die;' \
    'send($s, "x", 0x20000000, pack "S n C4 x8", 2, $ARGV[0], 127, 0, 0, 1)' \
    'and print "sent\n";' \
    'bind($s, pack "S n x12", 2, 0) and print "bound\n";' \
    'listen($s, 1) and print "listens\n";'
script serves 'my $at = sub { pack "S n C4 x8", 2, $_[0], 127, 0, 0, 1 };' \
    'socket(my $s, 2, 1, 0) or die;' \
    'bind($s, $at->($ARGV[1])) and print "other\n"; print "$!\n";' \
    'bind($s, $at->($ARGV[0])) && listen($s, 1) or die "$!";' \
    'print "ready\n"; accept(my $c, $s) or die; print while <$c>;'

policy none
policy any
perl "$dir/listen" "$dir/ports" 2>/dev/null &
listener=$!
daemon=
finish() {
	kill "$listener" "$daemon" 2>/dev/null
	wait
	rm -rf "$dir"
}
trap finish EXIT
until_so test -e "$dir/ports"
read -r one two <"$dir/ports"
echo "AllowConnect=tcp *:$one" >>"$dir/any.policy"

only_the_port_that_is_granted_is_reached() {
	run any -- "$dir/dial" "$one" "$two" "$one"
	exits 0 && cmp "$dir/out" <(printf '%s\n' answer \
	    'connect: Permission denied' answer) && [ ! -s "$dir/err" ]
}
try only_the_port_that_is_granted_is_reached

other_sockets_are_not_to_be_had() {
	run any -- "$dir/others" "$two"
	exits 0 && cmp "$dir/out" <(echo 'Address family not supported by' \
	    'protocol') && says 'refused socket(AF_INET, SOCK_DGRAM' &&
	    says ', 262)' && says 'refused sendto(' && says 'refused bind(' &&
	    says 'refused listen('
}
try other_sockets_are_not_to_be_had

# What opens in the filter leads nowhere: there is no network.
without_a_line_there_is_no_network() {
	run none -- "$dir/dial" "$one"
	exits 0 && grep -qx 'socket: Operation not permitted' "$dir/out" &&
	    says 'to allow: SystemCallFilter=socket, or AllowConnect=tcp' || return 1
	cp "$dir/none.policy" "$dir/calls.policy"
	echo 'SystemCallFilter=socket connect' >>"$dir/calls.policy"
	run calls -- "$dir/dial" "$one"
	exits 0 && grep -qE 'connect: (Permission denied|Network is unr)' \
	    "$dir/out"
}
try without_a_line_there_is_no_network

# program TYPE LINE...: the same as a service; it needs no rights of the daemon.
program() {
	printf '%s\n' '[Helper]' "Type=$1" "ExecStart=$dir/dial $one $two" \
	    "${@:2}" '[Policy]' 'SystemCallFilter=@filter @loader' \
	    'AllowOpen=@runtime' "AllowConnect=tcp *:$one" \
	    >"$dir/etc/$1.policy"
}
answered() { cmp "$dir/out" <(printf '%s\n' answer 'connect: Permission denied'); }
services_have_it_as_well() {
	local held
	mkdir "$dir/etc" "$dir/run"
	chmod 755 "$dir/run"
	printf '[Daemon]\nRelay=%s\n' "$B/helpers/relay" >"$dir/conf"
	cp "$ctl" "$dir/privsepctl"
	program filter 'Clients=user:1'
	program inetd "ListenStream=$dir/run/inetd.sock"
	"$B/privsepd" --config "$dir/conf" --policy-dir "$dir/etc" \
	    --runtime-dir "$dir/run" 2>"$dir/log" &
	daemon=$!
	until_so grep -q '^ready' "$dir/log" || return 1
	timeout 60 setpriv --reuid=1 --regid=1 --clear-groups \
	    "$dir/privsepctl" --runtime-dir "$dir/run" run --policy=filter \
	    </dev/null >"$dir/out" 2>"$dir/err"
	exits 0 && answered || return 1
	perl -e 'use Socket; socket(my $s, AF_UNIX, SOCK_STREAM, 0);
	    connect($s, pack_sockaddr_un($ARGV[0])) or die "$!\n";
	    shutdown $s, 1; print while <$s>' "$dir/run/inetd.sock" \
	    >"$dir/out" 2>"$dir/err"
	answered || return 1
	held=$((0x$(sed -n 's/^CapPrm:[[:space:]]*//p' "/proc/$daemon/status")))
	# CAP_NET_BIND_SERVICE and CAP_NET_ADMIN
	[ $((held & (1 << 10 | 1 << 12))) -eq 0 ]
}
if [ "$(id -u)" -eq 0 ] && [ -z "${PSD_ASAN:-}" ]; then
	try services_have_it_as_well
fi

# The second of the ports is free once its listener has gone.
port_that_is_granted_is_bound_and_no_other() {
	local pid answer=1
	kill "$listener"
	wait "$listener" 2>/dev/null
	cp "$dir/none.policy" "$dir/bind.policy"
	echo "AllowBind=tcp *:$two" >>"$dir/bind.policy"
	: >"$dir/out"
	"$ctl" run --policy "$dir/bind.policy" -- "$dir/serves" "$two" "$one" \
	    </dev/null >"$dir/out" 2>"$dir/err" &
	pid=$!
	until_so grep -q -e ready -e refused "$dir/out" "$dir/err" &&
	    (echo hello >"/dev/tcp/127.0.0.1/$two") && answer=0
	wait "$pid" && [ "$answer" -eq 0 ] &&
	    cmp "$dir/out" <(printf '%s\n' 'Permission denied' ready hello)
}

as_an_ordinary_user_it_is_the_same() {
	mkdir "$dir/user"
	cp "$ctl" "$B/privsepd" "$dir/any.policy" "$dir/dial" "$dir/user"
	chown -R 65534 "$dir/user"
	timeout 60 setpriv --reuid=65534 --regid=65534 --clear-groups \
	    "$dir/user/privsepctl" run --policy "$dir/user/any.policy" -- \
	    "$dir/user/dial" "$one" "$two" </dev/null >"$dir/out" 2>"$dir/err"
	exits 0 && cmp "$dir/out" <(printf '%s\n' answer \
	    'connect: Permission denied')
}
if [ "$(id -u)" -eq 0 ]; then
	try as_an_ordinary_user_it_is_the_same
fi
try port_that_is_granted_is_bound_and_no_other

echo "1..$number"
