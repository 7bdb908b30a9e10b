#!/bin/bash
# SPDX-License-Identifier: ISC
#
# A helper in Perl that knows privsep-protocol(7) and nothing of our library
# speaks with the daemon: what the page says is enough.
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

# No module is needed, so that the helper needs no file of Perl's.
{
	printf '#!%s\n' "$perl"
	sed "s|@DIR@|$dir|" <<'END'
my ($n, $id, $s) = (0, 0);
for (split /:/, $ENV{LISTEN_FDNAMES}) { last if $_ eq "privsep"; $n++ }
exit 2 if $ENV{LISTEN_PID} != $$ || $n >= $ENV{LISTEN_FDS};
open($s, "+<&=", 3 + $n) or exit 3;
sub string { pack("v", length $_[0]) . $_[0] . chr(0) }
sub request { syswrite($s, pack("vvVV", 1, $_[0], $_[1], 0) . $_[2]) }
sub reply {
	my $record;
	sysread($s, $record, 16384) or exit 4;
	my ($type, $op, $of, $status) = unpack("vvVl<", $record);
	exit 5 if $type != 2;
	return ($op, $of, $status, substr($record, 12));
}
sub ask {
	my ($op, $body) = @_;
	request($op, ++$id, $body);
	my ($reply_op, $of, $status, $rest) = reply();
	exit 6 if $reply_op != $op || $of != $id;
	return ($status, $rest);
}
sub say_it { ask(4, pack("V", 6) . string("says: $_[0]")) }

my ($status, $rest) = ask(1, pack("VV", 1, 7));
my ($version, $len) = unpack("Vv", $rest);
say_it("version $version, service " . substr($rest, 6, $len) .
    ", status $status");
($status, $rest) = ask(2, pack("Q<", 81985529216486895));
say_it("cookie " . unpack("Q<", $rest));
($status, $rest) = ask(7, string("@DIR@/data/list"));
my @stat = unpack("V4Q<q<", $rest);
say_it("regular " . ($stat[0] >> 12) . ", size $stat[4], age " .
    (time - $stat[5] / 1e9 < 3600 ? "young" : "old"));
($status, $rest) = ask(7, string("/etc/passwd"));
say_it("refused $status, body " . length $rest);
my ($cursor, $names) = (0, "");
do {
	($status, $rest) = ask(8, string("@DIR@/data") . pack("Q<", $cursor));
	my $batch = unpack("V/a", $rest);
	$cursor = unpack("Q<", substr($rest, -8));
	$n = length $batch;
	while (length $batch) {
		my ($type, $name) = unpack("CC/a", $batch);
		$names .= " $type:$name";
		substr($batch, 0, 2 + length $name) = "";
	}
} while ($n);
say_it("entries$names");
request(5, 100, "");
request(2, 101, pack("Q<", 1));
my ($first, $first_id) = reply();
say_it("while accept waits: $first, id $first_id");
ask(3, pack("V", 7));
($status) = ask(7, string("@DIR@/data/list"));
say_it("given up: $status");
shutdown($s, 1);
my @last = reply();
exit 7 if $last[0] != 5 || $last[1] != 100 || $last[2] >= 0;
exit(sysread($s, $n, 16384) == 0 ? 0 : 8);
END
} >"$dir/helper"
chmod 755 "$dir/helper"

cat >"$dir/etc/pearl.policy" <<END
[Helper]
ExecStart=$dir/helper
ListenStream=$dir/socket
Restart=no
[Policy]
SystemCallFilter=@helper @loader
# What perl tries at its start, and can do without.
OnViolation=errno
AllowOpen=@runtime
AllowAccept=yes
AllowStat=$dir/data/list
AllowReadDirectory=$dir/data
AllowLog=info
END

"$B/privsepd" ${PSD_SANITIZED:+--config "$PSD_SANITIZED"} \
    --policy-dir "$dir/etc" --runtime-dir "$dir/run" \
    >"$dir/log" 2>&1 &
daemon=$!
for _ in $(seq 300); do
	grep -q 'ended:' "$dir/log" && break
	kill -0 "$daemon" 2>/dev/null || break
	sleep 0.1
done

number=0
# says NAME TEXT: the log has this line of the helper, or of the daemon.
says() {
	number=$((number + 1))
	if grep -qF -- "$2" "$dir/log"; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		echo "# missing: $2"
		sed 's/^/# daemon: /' "$dir/log"
	fi
}
says hello_agrees_on_a_version \
    'says: version 1, service pearl, status 0'
says ping_gives_the_cookie_back 'says: cookie 81985529216486895'
says stat_tells_of_a_file 'says: regular 8, size 12, age young'
says a_refusal_is_a_status_without_a_body 'says: refused -1, body 0'
says a_directory_is_told_in_batches 'says: entries 8:list'
says others_are_answered_while_accept_waits \
    'says: while accept waits: 2, id 101'
says an_operation_is_given_up 'says: given up: -1'
says the_end_is_orderly 'ended: orderly (exit status 0)'
echo "1..$number"
