#!/bin/bash
# SPDX-License-Identifier: ISC
#
# A program in Perl that was written from privsep-protocol(7) alone, and has
# IO::Handle on its end, holds a whole conversation with the daemon; and what
# goes wrong with a socket pair in such a language, and what helps.
set -u

: "${B:?run me by make check}"
if [ "$(id -u)" -ne 0 ]; then
	echo 'SKIP: starting confined helpers with uids of their own takes root'
	exit 77
fi
perl=$(command -v perl) || {
	echo 'SKIP: perl is not installed'
	exit 77
}
perl=$(readlink -f "$perl")
dir=$(mktemp -d)
daemon=
finish() {
	if [ -n "$daemon" ]; then
		kill "$daemon" 2>/dev/null
		wait "$daemon"
	fi
	rm -rf "$dir"
}
trap finish EXIT
umask 022
chmod 755 "$dir"
mkdir -m 755 "$dir/etc" "$dir/run" "$dir/data"
printf 'twelve bytes' >"$dir/data/list"
ln -s /no/where "$dir/data/link"
mkdir -m 755 "$dir/data/many"
(cd "$dir/data/many" && seq -f '%040.0f' 1500 | xargs touch)
sed "1s|.*|#!$perl|" tests/helpers/conversation.pl >"$dir/helper"
chmod 755 "$dir/helper"

cat >"$dir/etc/pearl.policy" <<END
[Helper]
ExecStart=$dir/helper $dir/data
ListenStream=$dir/socket
Restart=no
[Policy]
SystemCallFilter=@helper @loader @network-io
# What perl tries at its start, and can do without.
OnViolation=errno
AllowOpen=@runtime
AllowOpen=read $dir/data/**
AllowOpen=write,create $dir/data/made
AllowAccept=yes
AllowStat=$dir/data/*
AllowReadlink=$dir/data/*
AllowReadDirectory=$dir/data/**
AllowLog=info
END

"$B/privsepd" ${PSD_SANITIZED:+--config "$PSD_SANITIZED"} \
    --policy-dir "$dir/etc" --runtime-dir "$dir/run" \
    >"$dir/log" 2>&1 &
daemon=$!

# waits TEXT: until the log has it, or there is nothing more to come.
waits() {
	local _

	for _ in $(seq 300); do
		grep -qF -- "$1" "$dir/log" && return
		grep -q 'ended:' "$dir/log" && return
		kill -0 "$daemon" 2>/dev/null || return
		sleep 0.1
	done
}
waits 'says: meanwhile'
# shellcheck disable=SC2016 # They are Perl's.
answer=$(timeout 30 "$perl" -MSocket -MIO::Handle -e '
	socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die "$!\n";
	connect($s, pack_sockaddr_un($ARGV[0])) or die "$!\n";
	print STDOUT scalar(<$s>);
	$s->autoflush(1);
	print $s "thank you\n";
	<$s>;' "$dir/socket")
waits 'ended:'

number=0 failed=0
verdict() {
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		failed=1
	fi
}
# says NAME TEXT: the log has this line of the helper, or of the daemon.
says() {
	local r=0

	grep -qF -- "$2" "$dir/log" || r=1
	[ "$r" -eq 0 ] || echo "# missing: $2"
	verdict "$r" "$1"
}
# equals NAME WANTED GOT
equals() {
	local r=0

	[ "$2" = "$3" ] || r=1
	[ "$r" -eq 0 ] || echo "# wanted $2, got $3"
	verdict "$r" "$1"
}
says hello_agrees_on_a_version 'says: version 1, service pearl'
says ping_gives_the_cookie_back 'says: ping 1234567890123'
says the_longest_text_is_taken 'says: longest text 0'
says stat_tells_of_a_file 'says: stat 100644, 1 link, 12 bytes'
says readlink_tells_where_a_link_leads 'says: readlink /no/where'
says what_is_no_link_is_invalid 'says: no link -22'
says a_directory_is_told_whole 'says: directory link list many'
says a_large_one_is_told_in_batches 'says: many 1500 in batches'
says a_descriptor_is_received_and_read 'says: open 0 line twelve bytes'
says it_is_for_what_was_asked 'says: write to it refused'
says a_file_is_made 'says: made 0'
equals it_has_what_the_helper_wrote 'made by a helper' \
    "$(cat "$dir/data/made" 2>&1)"
equals it_has_the_mode_that_was_asked_for 640 \
    "$(stat -c %a "$dir/data/made" 2>&1)"
says a_path_that_leads_out_is_refused \
    "says: refused $dir/data/../etc -1 body 0"
says what_exists_is_refused 'says: refused /etc/passwd -1 body 0'
says what_does_not_exist_is_refused_alike 'says: refused /etc/none -1 body 0'
says others_are_answered_while_accept_waits 'says: meanwhile 1 2 3 4 5'
equals a_client_is_served 'you are served' "$answer"
says a_client_is_heard 'says: client 0 thank you'
says an_operation_is_given_up 'says: restrict 0'
says it_is_refused_from_then_on 'says: given up -1'
says others_are_not 'says: not given up 0'
says the_end_is_orderly 'ended: orderly (exit status 0)'
echo "1..$number"
timeout 60 "$perl" tests/helpers/pitfalls.pl || failed=1
[ "$failed" -eq 0 ] || sed 's/^/# daemon: /' "$dir/log" | cut -c 1-200
