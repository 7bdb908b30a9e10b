#!/bin/bash
# SPDX-License-Identifier: ISC
#
# The web helper with a real daemon, all layers on, over TCP.
set -u

: "${B:?run me by make check}"
if [ "$(id -u)" -ne 0 ]; then
	echo 'SKIP: starting confined helpers with uids of their own takes root'
	exit 77
fi
if [ ! -x "$B/helpers/httpd" ]; then
	echo 'SKIP: the httpd helper is not built (libmicrohttpd is missing)'
	exit 77
fi
if ! command -v curl >/dev/null; then
	echo 'SKIP: curl is not installed'
	exit 77
fi
dir=$(mktemp -d)
number=0
umask 022
chmod 755 "$dir"
mkdir -m 755 "$dir/etc" "$dir/run" "$dir/site" "$dir/site/sub" \
    "$dir/site/private"
# A helper has no way to the build tree if that is below somebody's home.
install -m 755 "$B/helpers/httpd" "$dir/httpd"
ctl=("$B/privsepctl" --runtime-dir "$dir/run")

printf '<h1>home</h1>\n' >"$dir/site/index.html"
printf 'below\n' >"$dir/site/sub/index.html"
printf '0123456789' >"$dir/site/ten.txt"
: >"$dir/site/empty.css"
printf 'odd\n' >"$dir/site/a b%é+c.json"
printf 'secret\n' >"$dir/site/private/key"
head -c 6000000 /dev/urandom >"$dir/site/big.bin"
# More than the sockets hold, so that it is under way when somebody looks.
truncate -s 40M "$dir/site/huge.bin"

# write_policy PORT
write_policy() {
	cat >"$dir/etc/www.policy" <<-END
	[Helper]
	ExecStart=$dir/httpd --root=$dir/site
	ListenStream=127.0.0.1:$1
	Instances=2
	[Policy]
	SystemCallFilter=@helper @loader @network-io
	AllowOpen=@runtime
	AllowAccept=yes
	AllowOpen=read $dir/site/**
	DenyOpen=any $dir/site/private/**
	END
}

# Some port is free; the daemon says at once when one is not.
daemon=
start() {
	local i
	for _ in $(seq 10); do
		port=$((20000 + RANDOM % 10000))
		write_policy "$port"
		"$B/privsepd" ${PSD_SANITIZED:+--config "$PSD_SANITIZED"} \
		    --policy-dir "$dir/etc" \
		    --runtime-dir "$dir/run" >"$dir/log" 2>&1 &
		daemon=$!
		for i in $(seq 300); do
			grep -q '^ready' "$dir/log" && return 0
			kill -0 "$daemon" 2>/dev/null || break
			sleep 0.1
		done
		kill "$daemon" 2>/dev/null
		wait "$daemon"
	done
	return 1
}

finish() {
	kill "$daemon" 2>/dev/null
	wait "$daemon"
	rm -rf "$dir"
}
trap finish EXIT

# try NAME: one case, the function of that name.
try() {
	number=$((number + 1))
	if "$1"; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		head -c 2000 "$dir/head" | sed 's/^/# head: /'
		tail -n 20 "$dir/log" | sed 's/^/# daemon: /'
	fi
}

# get PATH OPTION...: leaves $dir/head and $dir/body.
get() {
	local path=$1
	shift
	: >"$dir/body"
	curl -sS -m 30 --path-as-is -o "$dir/body" -D "$dir/head.crlf" "$@" \
	    "http://127.0.0.1:$port$path" 2>"$dir/curl.err"
	tr -d '\r' <"$dir/head.crlf" >"$dir/head"
}

# answers STATUS: the status of the last answer.
answers() {
	head -n 1 "$dir/head" | grep -q "^HTTP/1.1 $1 " && return 0
	echo "# $(head -n 1 "$dir/head"), not $1"
	return 1
}

has() { grep -qix -- "$1" "$dir/head"; }
lacks() { ! grep -qi -- "^$1:" "$dir/head"; }
body() { [ "$(cat "$dir/body")" = "$1" ]; }
value() { sed -n "s/^$1: //Ip" "$dir/head"; }

# raw TEXT: speaks to the port without any notion of HTTP, prints the answer.
# In a shell of its own, that outlives a server that hangs up.
raw() (
	trap '' PIPE
	exec 9<>"/dev/tcp/127.0.0.1/$port" || exit 1
	# shellcheck disable=SC2059 # The caller writes \r\n.
	printf "$1" >&9
	timeout 3 cat <&9
)

pids() { "${ctl[@]}" status www | awk '$2 == "ready" { print $3 }'; }

pages_come_with_type_length_and_date() {
	get / && answers 200 && body '<h1>home</h1>' || return 1
	has 'Content-Type: text/html; charset=utf-8' || return 1
	has 'Content-Length: 14' && has 'Server: privsepd' || return 1
	has 'Last-Modified: .* GMT' && has 'Date: .* GMT' || return 1
	get /empty.css && answers 200 && has 'Content-Length: 0' || return 1
	has 'Content-Type: text/css; charset=utf-8' || return 1
	get /big.bin && answers 200 || return 1
	has 'Content-Type: application/octet-stream'
}

a_large_file_arrives_whole() {
	get /big.bin && cmp "$dir/body" "$dir/site/big.bin"
}

an_odd_name_is_decoded_once() {
	get '/a%20b%25%C3%A9+c.json' && answers 200 && body odd || return 1
	get '/a%2520b%25%C3%A9+c.json' && answers 404
}

a_query_does_not_count() {
	get '/ten.txt?a=%2e%2e/b' && answers 200 && body 0123456789
}

head_has_everything_but_the_body() {
	get /ten.txt --head && answers 200 && has 'Content-Length: 10' &&
	    lacks Content-Range || return 1
	get /ten.txt --head -r 2-4 && answers 200 && has 'Content-Length: 10'
}

a_range_is_a_part() {
	get /ten.txt -r 2-4 && answers 206 && body 234 || return 1
	has 'Content-Range: bytes 2-4/10' && has 'Content-Length: 3' ||
	    return 1
	get /ten.txt -r 7- && answers 206 && body 789 || return 1
	get /ten.txt -r -2 && answers 206 && body 89 || return 1
	get /ten.txt -r 0-0 && answers 206 && body 0 || return 1
	get /ten.txt -r 8-99999999999999999999999 && answers 206 && body 89 ||
	    return 1
	get /ten.txt -r -99 && answers 206 && has 'Content-Range: bytes 0-9/10'
}

a_range_behind_the_end_is_refused() {
	get /ten.txt -r 10- && answers 416 || return 1
	has 'Content-Range: bytes \*/10' || return 1
	get /ten.txt -r -0 && answers 416 || return 1
	get /empty.css -r 0-0 && answers 416
}

a_range_that_makes_no_sense_is_none() {
	local range
	for range in 'bytes=4-2' 'bytes=a-b' 'bytes=' 'bytes=-' 'lines=1-2' \
	    'bytes=0-1,3-4' 'bytes= 1-2' 'bytes=1-2x' 'bytes=--1'; do
		get /ten.txt -H "Range: $range" && answers 200 &&
		    body 0123456789 || return 1
	done
}

what_the_client_has_is_not_sent_again() {
	local tag date
	get /ten.txt || return 1
	tag=$(value ETag)
	date=$(value Last-Modified)
	get /ten.txt -H "If-None-Match: $tag" && answers 304 && body '' ||
	    return 1
	[ "$(value ETag)" = "$tag" ] || return 1
	get /ten.txt -H "If-None-Match: \"x\", W/$tag" && answers 304 ||
	    return 1
	get /ten.txt -H 'If-None-Match: *' && answers 304 || return 1
	get /ten.txt -H "If-Modified-Since: $date" && answers 304 || return 1
	get /ten.txt -H 'If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT' &&
	    answers 304 || return 1
	get /ten.txt -H 'If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT' &&
	    answers 200 || return 1
	get /ten.txt -H 'If-Modified-Since: yesterday' && answers 200 ||
	    return 1
	get /ten.txt -H 'If-None-Match: "x"' -H "If-Modified-Since: $date" &&
	    answers 200
}

a_changed_file_has_another_tag() {
	local tag
	get /ten.txt && tag=$(value ETag) || return 1
	printf 'abcdefghij' >"$dir/site/ten.txt"
	get /ten.txt -H "If-None-Match: $tag"
	printf '0123456789' >"$dir/site/ten.txt"
	answers 200 && body abcdefghij
}

a_part_of_a_changed_file_is_the_whole() {
	local tag
	get /ten.txt && tag=$(value ETag) || return 1
	get /ten.txt -r 1-2 -H "If-Range: $tag" && answers 206 || return 1
	get /ten.txt -r 1-2 -H 'If-Range: "x"' && answers 200
}

a_directory_shows_its_index() {
	get /sub/ && answers 200 && body below || return 1
	get /sub && answers 301 && has 'Location: /sub/' || return 1
	get /private/ && answers 403
}

what_is_missing_or_refused_says_so() {
	get /nowhere && answers 404 || return 1
	get /ten.txt/x && answers 404 || return 1
	get /private/key && answers 403 || return 1
	! grep -q secret "$dir/body"
}

other_methods_are_not_allowed() {
	local method
	for method in POST PUT DELETE OPTIONS PATCH; do
		get / -X "$method" -d x && answers 405 &&
		    has 'Allow: GET, HEAD' || return 1
	done
}

a_path_in_disguise_is_refused_before_the_daemon_is_asked() {
	local path before
	before=$(grep -c refused "$dir/log")
	for path in /../etc/passwd /sub/../ten.txt /%2e%2e/x /.%2e/x /./ten.txt \
	    /sub%2findex.html /sub%2Findex.html /ten.txt%00 /ten.txt%00.html \
	    //ten.txt /sub//index.html /%0a /%7f /% /%1 /%zz /%%30 /..; do
		get "$path"
		if ! answers 400; then
			echo "# $path"
			return 1
		fi
	done
	[ "$(grep -c refused "$dir/log")" -eq "$before" ]
}

too_long_a_target_is_refused() {
	get "/$(printf 'a%.0s' $(seq 5000))" && answers 414
}

what_is_no_http_kills_no_helper() {
	local before
	before=$(pids)
	raw 'GARBAGE\r\n\r\n' >/dev/null
	raw '\0\0\0\0\r\n\r\n' >/dev/null
	raw 'GET / HTTP/9.9\r\n\r\n' >/dev/null
	raw 'GET / HTTP/1.1\r\nContent-Length: -1\r\nHost: x\r\n\r\n' \
	    >/dev/null
	raw 'GET http://other/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' |
	    grep -q '^HTTP/1.1 400' || return 1
	# The answer may be lost, since more is sent than is read.
	raw "GET / HTTP/1.1\r\nHost: x\r\nX: $(head -c 40000 /dev/zero |
	    tr '\0' x)\r\n\r\n" >/dev/null 2>&1
	get / && answers 200 || return 1
	[ "$(wc -w <<<"$before")" -eq 2 ] && [ "$(pids)" = "$before" ]
}

a_connection_is_kept() {
	curl -sS -m 30 -v -o "$dir/body" -o "$dir/body2" \
	    "http://127.0.0.1:$port/" "http://127.0.0.1:$port/ten.txt" \
	    2>"$dir/curl.err" || return 1
	grep -qi 're-using existing connection' "$dir/curl.err" &&
	    [ "$(cat "$dir/body2")" = 0123456789 ]
}

requests_sent_together_are_answered_in_order() {
	local get='HTTP/1.1\r\nHost: x\r\n'
	raw "GET /ten.txt $get\r\nGET /sub/ $get\r\nGET /nowhere ${get}Connection: close\r\n\r\n" |
	    grep -aoE '0123456789|below|^HTTP/1.1 404' >"$dir/body"
	[ "$(tr -d '\n' <"$dir/body")" = '0123456789belowHTTP/1.1 404' ]
}

a_body_that_nobody_asked_for_is_passed_over() {
	get /ten.txt -X GET -d "$(head -c 20000 /dev/zero | tr '\0' x)" &&
	    answers 200 && body 0123456789
}

many_clients_at_once_are_all_served() {
	local i
	rm -f "$dir"/many.*
	for i in $(seq 40); do
		curl -sS -m 60 -o "$dir/many.$i" \
		    "http://127.0.0.1:$port/ten.txt" \
		    "http://127.0.0.1:$port/sub" -o /dev/null &
	done
	# shellcheck disable=SC2046 # One word a job.
	wait $(jobs -p | grep -vx "$daemon")
	[ "$(cat "$dir"/many.* | wc -c)" -eq 400 ]
}

# Two helpers hold 256 connections each; the rest wait in the kernel's queue
# until one of these is hung up on.
more_clients_than_connections_wait_their_turn() {
	local fds=() fd line served=0
	ulimit -n 1024 || return 1
	for _ in $(seq 520); do
		exec {fd}<>"/dev/tcp/127.0.0.1/$port" || return 1
		printf 'GET /ten.txt HTTP/1.1\r\nHost: x\r\n\r\n' >&"$fd"
		fds+=("$fd")
	done
	# Nothing can come for the last, so this is no race with a deadline.
	if read -r -t 1 -u "$fd" line; then
		echo "# the last of ${#fds[@]} has an answer: $line"
		served=-1
	fi
	for fd in "${fds[@]}"; do
		read -r -t 20 -u "$fd" line &&
		    [ "${line%$'\r'}" = 'HTTP/1.1 200 OK' ] &&
		    served=$((served + 1))
		exec {fd}>&-
	done
	[ "$served" -eq 520 ] || echo "# $served served"
	[ "$served" -eq 520 ]
}

# What a client left half said does not hold up the others for long.
silent_clients_do_not_shut_out_the_others() {
	local fds=() fd i
	for i in $(seq 8); do
		exec {fd}<>"/dev/tcp/127.0.0.1/$port" || return 1
		printf 'GET / HT' >&"$fd"
		fds+=("$fd")
	done
	get /ten.txt && answers 200
	i=$?
	for fd in "${fds[@]}"; do
		exec {fd}>&-
	done
	return "$i"
}

fifty_re_executions_disturb_no_download() {
	local download i
	curl -s --limit-rate 2M -o "$dir/slow" \
	    "http://127.0.0.1:$port/big.bin" &
	download=$!
	for ((i = 0; i < 50; i++)); do
		"${ctl[@]}" reexec >"$dir/reexec" || return 1
		get /ten.txt && body 0123456789 || return 1
	done
	wait "$download" && cmp "$dir/slow" "$dir/site/big.bin" &&
	    "${ctl[@]}" status | grep -q 're-executed 50 times'
}

an_answer_under_way_is_finished_at_the_end() {
	local client
	curl -sS -m 30 --limit-rate 20M -o "$dir/body" \
	    "http://127.0.0.1:$port/huge.bin" &
	client=$!
	sleep 0.3
	[ "$(stat -c %s "$dir/body")" -lt 20000000 ] || return 1
	kill "$daemon"
	wait "$client" || return 1
	wait "$daemon" && cmp "$dir/body" "$dir/site/huge.bin"
}

every_helper_ended_in_an_orderly_way() {
	[ "$(grep -c 'ended: orderly' "$dir/log")" -eq 2 ] &&
	    ! grep -qE 'abrupt|overdue|refused [a-z]+\((AF_|[0-9])' "$dir/log"
}

cases='pages_come_with_type_length_and_date
    a_large_file_arrives_whole
    an_odd_name_is_decoded_once
    a_query_does_not_count
    head_has_everything_but_the_body
    a_range_is_a_part
    a_range_behind_the_end_is_refused
    a_range_that_makes_no_sense_is_none
    what_the_client_has_is_not_sent_again
    a_changed_file_has_another_tag
    a_part_of_a_changed_file_is_the_whole
    a_directory_shows_its_index
    what_is_missing_or_refused_says_so
    other_methods_are_not_allowed
    a_path_in_disguise_is_refused_before_the_daemon_is_asked
    too_long_a_target_is_refused
    what_is_no_http_kills_no_helper
    a_connection_is_kept
    requests_sent_together_are_answered_in_order
    a_body_that_nobody_asked_for_is_passed_over
    many_clients_at_once_are_all_served
    more_clients_than_connections_wait_their_turn
    silent_clients_do_not_shut_out_the_others
    fifty_re_executions_disturb_no_download
    an_answer_under_way_is_finished_at_the_end
    every_helper_ended_in_an_orderly_way'

if ! start; then
	sed 's/^/# daemon: /' "$dir/log"
	echo 'not ok 1 - the_daemon_starts'
	echo '1..1'
	exit 1
fi
: >"$dir/head"
for case in $cases; do
	try "$case"
done
echo "1..$number"
