#!/bin/bash
# SPDX-License-Identifier: ISC
#
# tests/ports/tftpd-hpa: a real server, Debian's in.tftpd as it is packaged, as
# the helper of its own monitor, serves a real client in a network of its own.
set -u

: "${B:?run me by make check}"
port=tests/ports/tftpd-hpa

skip() {
	echo "SKIP: $1"
	exit 77
}

[ "$(id -u)" -eq 0 ] || skip 'binding port 69 takes root'
[ -z "${PSD_ASAN:-}" ] || skip 'the program is not built with sanitizers'
for tool in tftp perl pgrep apt-get dpkg-deb unshare nsenter ip; do
	command -v "$tool" >/dev/null || skip "$tool is not installed"
done
unshare -n true 2>/dev/null || skip 'no network of its own can be made'

dir=$(mktemp -d)
server=
finish() {
	[ -z "$server" ] || kill "$server" 2>/dev/null
	wait
	rm -rf "$dir"
}
trap finish EXIT
umask 022
chmod 755 "$dir"
mkdir "$dir/srv" "$dir/got"

# Not installed: its package would start it.
fetch() {
	cd "$dir" && apt-get -q download tftpd-hpa && dpkg-deb -x tftpd-hpa_* .
}
(fetch) >"$dir/fetch" 2>&1 || {
	tail -n 3 "$dir/fetch"
	skip 'the package tftpd-hpa cannot be had'
}
ldd "$dir/usr/sbin/in.tftpd" | grep -q 'not found' &&
    skip 'a library of in.tftpd is not installed'

"${CC:-cc}" -Wall -Wextra -Werror -O2 -shared -fPIC -I. \
    -DTFTPD_POLICY="\"$dir/tftpd.policy\"" \
    -DTFTPD_PRIVSEPD="\"$B/privsepd\"" -o "$dir/calls.so" "$port/calls.c" \
    "$B/libprivsep.a" -pthread || exit 1
sed "s|/srv/tftp/\*\*|$dir/srv/open*|" "$port/tftpd.policy" \
    >"$dir/tftpd.policy"
printf 'hello\n' >"$dir/srv/open"
head -c 300000 /dev/urandom >"$dir/srv/open.large"
printf 'not for everybody\n' >"$dir/srv/closed"

# A network of its own, in which port 69 is free, and no descriptor of ours.
serve() {
	local fd
	ip link set lo up
	for fd in /proc/self/fd/*; do
		fd=${fd##*/}
		[ "$fd" -le 2 ] || eval "exec $fd>&-"
	done
	LD_PRELOAD=$dir/calls.so exec "$dir/usr/sbin/in.tftpd" \
	    --foreground -v --user nobody --secure "$dir/srv"
}
export dir
export -f serve
unshare -n bash -c serve >"$dir/log" 2>&1 </dev/null &
server=$!

# get NAME FILE
get() {
	timeout 30 nsenter -t "$server" -n tftp -m binary 127.0.0.1 \
	    -c get "$1" "$dir/got/$2" 2>&1
}
for _ in $(seq 100); do
	get open hello >/dev/null
	[ -s "$dir/got/hello" ] && break
	kill -0 "$server" 2>/dev/null || break
	sleep 0.1
done

number=0
# report NAME COMMAND...
report() {
	local name=$1
	shift
	number=$((number + 1))
	if "$@" >"$dir/out" 2>&1; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		sed 's/^/# /' "$dir/out" "$dir/log"
	fi
}

same() {
	get "$1" "$2" && cmp "$dir/srv/$1" "$dir/got/$2"
}

# refused NAME: nothing comes, and the log has the request.
refused() {
	rm -f "$dir/got/none"
	get "$1" none | grep -q 'Operation not permitted' || return 1
	[ ! -s "$dir/got/none" ] &&
	    grep -qF "refused open(read, \"$dir/srv/$2\")" "$dir/log"
}

says() {
	grep -qF -- "$1" "$dir/log"
}

lacks() {
	! says "$1"
}

four_at_once() {
	local i pids=()
	for i in 1 2 3 4; do
		get open.large "at.$i" &
		pids+=($!)
	done
	wait "${pids[@]}"
	for i in 1 2 3 4; do
		cmp "$dir/srv/open.large" "$dir/got/at.$i" || return 1
	done
}

# rights_of PID: none, whatever its program is.
rights_of() {
	local field
	cat "/proc/$1/status"
	for field in Inh Prm Eff Bnd Amb; do
		grep -q "^Cap$field:.0000000000000000" "/proc/$1/status" ||
		    return 1
	done
	grep -q '^Uid:.19000' "/proc/$1/status" &&
	    grep -q '^NoNewPrivs:.1' "/proc/$1/status" &&
	    grep -q '^Seccomp:.2' "/proc/$1/status"
}

# A client that asks and then says nothing: its process waits for it.
rights_of_child() {
	local pid
	nsenter -t "$server" -n perl -MSocket -e '
	    socket(S, AF_INET, SOCK_DGRAM, 0);
	    send(S, "\0\1open.large\0octet\0", 0,
		pack_sockaddr_in(69, inet_aton("127.0.0.1")));
	    sleep 5' &
	for _ in $(seq 100); do
		pid=$(pgrep -P "$server" | head -n 1)
		[ -n "$pid" ] && break
		sleep 0.1
	done
	rights_of "$pid"
}

# SIGTERM is how it is told to end.
ends_orderly() {
	kill "$server"
	for _ in $(seq 100); do
		says 'ended: orderly' && return 0
		sleep 0.1
	done
	return 1
}

report a_granted_file_is_served same open hello
report a_large_one_too same open.large large
report what_the_policy_does_not_grant_is_refused refused closed closed
report what_lies_outside_is_refused refused ../tftpd.policy ../tftpd.policy
report an_absolute_name_is_below_the_served_directory \
    refused /etc/passwd etc/passwd
report the_process_that_waits_has_no_rights rights_of "$server"
report a_process_that_serves_has_none_either rights_of_child
report it_is_a_helper_of_its_monitor says 'confined itself: uid'
report its_messages_go_to_the_log says 'RRQ from 127.0.0.1 filename open'
report four_clients_at_once_are_served four_at_once
report no_call_was_missing lacks 'dropped:'
report it_ends_in_an_orderly_way ends_orderly
echo "1..$number"
