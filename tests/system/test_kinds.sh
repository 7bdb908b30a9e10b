#!/bin/bash
# SPDX-License-Identifier: ISC
#
# The policies of privsepd-kinds(7) and README.md as they are printed: cut out,
# compared with those that are shipped, judged, and used with real clients, in
# a network, a /srv and a /usr/local of their own.
set -u

: "${B:?run me by make check}"
if [ "$(id -u)" -ne 0 ]; then
	echo 'SKIP: starting confined helpers with uids of their own takes root'
	exit 77
fi
if [ -z "${IN_OWN_PLACE:-}" ]; then
	unshare --mount --net true 2>/dev/null || {
		echo 'SKIP: no namespaces can be made here'
		exit 77
	}
	IN_OWN_PLACE=yes exec unshare --mount --net "$0" "$@"
fi

# What the policies name.  Where it is built may be hidden by what is mounted.
dir=$(mktemp -d /var/tmp/privsep.XXXXXX)
daemon=
upstream=
finish() {
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null
	[ -z "$upstream" ] || kill "$upstream" 2>/dev/null
	wait
	rm -rf "$dir"
}
trap finish EXIT
umask 022
chmod 755 "$dir"
mkdir "$dir/etc" "$dir/run" "$dir/readme" "$dir/libexec"
cp "$B"/helpers/* "$dir/libexec"
cp "$B/privsepd" "$B/privsepctl" "$B/tests/helpers/puppet" "$dir"
mount -t tmpfs -o mode=755 tmpfs /usr/local &&
    mount -t tmpfs -o mode=755 tmpfs /srv || exit 1
mkdir -p /usr/local/libexec /srv/www/.git
mv "$dir/libexec" /usr/local/libexec/privsepd
echo '<h1>Hello.</h1>' >/srv/www/index.html
echo 'secret' >/srv/www/.git/config
ip link set lo up
ip addr add 192.0.2.53/32 dev lo
number=0

report() {
	number=$((number + 1))
	echo "$1 $number - $2"
}
try() {
	if "$@" >"$dir/out" 2>&1; then
		report ok "$1"
	else
		report 'not ok' "$1"
		sed 's/^/# /' "$dir/out" "$dir/log"
	fi
}
# try_with PROGRAM NAME: or a file.
try_with() {
	if command -v "$1" >/dev/null || [ -e "$1" ]; then
		try "$2"
	else
		report ok "$2 # SKIP there is no $1 here"
	fi
}

# printed NAME: as the page has it, without mdoc's escapes.
printed() {
	awk -v first="# /etc/privsepd/$1.policy" '
	$0 == first { is = 1; next }
	/^\.Ed/ { is = 0 }
	is { gsub(/\\e/, "\\"); print }' man/privsepd-kinds.7
}
# in_readme NAME: the same of README.md, where it is indented.
in_readme() {
	awk -v first="    # /etc/privsepd/$1.policy" '
	$0 == first { is = 1; next }
	is && /^[^ ]/ { is = 0 }
	is { sub(/^    /, ""); print }' README.md | sed '${/^$/d}'
}
shipped() {
	grep -v '^#' "policy/examples/$1.policy"
}

for name in www forwarder convert micro-httpd pack; do
	printed "$name" >"$dir/etc/$name.policy"
done

printed_policies_are_those_that_are_shipped() {
	local name
	for name in www forwarder convert micro-httpd pack; do
		[ -s "$dir/etc/$name.policy" ] &&
		    shipped "$name" | diff - "$dir/etc/$name.policy" || return 1
	done
}
try printed_policies_are_those_that_are_shipped

readme_prints_the_same() {
	local name
	for name in www forwarder convert micro-httpd pack; do
		in_readme "$name" >"$dir/readme/$name"
		[ -s "$dir/readme/$name" ] &&
		    shipped "$name" | diff - "$dir/readme/$name" || return 1
	done
}
try readme_prints_the_same

# Those whose programs are there.
has() { [ -e "$dir/etc/$1.policy" ]; }
[ -x /usr/local/libexec/privsepd/httpd ] || rm "$dir/etc/www.policy"
[ -x /usr/sbin/micro-httpd ] || rm "$dir/etc/micro-httpd.policy"
[ -x /usr/bin/convert ] || rm "$dir/etc/convert.policy"

each_is_sound() {
	"$dir/privsepctl" check --strict "$dir"/etc/*.policy
}
try each_is_sound

# A helper whose policy has AllowRun=pack, and that does as it is told.
cat >"$dir/etc/caller.policy" <<END
[Helper]
ExecStart=$dir/puppet
ListenStream=$dir/run/caller.sock
[Policy]
SystemCallFilter=@helper @loader @network-io @basic-io
AllowOpen=@runtime
AllowAccept=yes
AllowRun=pack
END
"$dir/privsepd" ${PSD_SANITIZED:+--config "$PSD_SANITIZED"} \
    --policy-dir "$dir/etc" --runtime-dir "$dir/run" \
    >"$dir/log" 2>&1 &
daemon=$!

until_so() {
	local i
	for ((i = 0; i < 300; i++)); do
		"$@" && return 0
		sleep 0.1
	done
	echo "not in time: $*"
	return 1
}
daemon_is_ready() { until_so grep -q '^ready' "$dir/log"; }
try daemon_is_ready

web_server_serves_and_hides() {
	[ "$(curl -sS http://127.0.0.1/)" = '<h1>Hello.</h1>' ] &&
	    [ "$(curl -sS -o /dev/null -w '%{http_code}' \
		http://127.0.0.1/.git/config)" = 403 ] &&
	    grep -E '^www\[[0-9]+\]: refused open\(read, "/srv/www/.git/config"\): .*www.policy:[0-9]+: DenyOpen=' \
		"$dir/log"
}
if has www; then
	try_with curl web_server_serves_and_hides
else
	report ok 'web_server_serves_and_hides # SKIP httpd is not built'
fi

# Anybody can be asked for names below one label; the answer is 192.0.2.1.
# shellcheck disable=SC2016 # perl expands it.
perl -MSocket -e '
    socket(my $s, AF_INET, SOCK_DGRAM, 0);
    bind($s, pack_sockaddr_in(53, inet_aton("192.0.2.53"))) or die;
    while (my $from = recv($s, my $q, 512, 0)) {
	    my $end = index($q, "\0", 12) + 5;
	    send($s, substr($q, 0, 2) . "\x81\x80\0\1\0\1\0\0\0\0"
		. substr($q, 12, $end - 12)
		. "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1", 0, $from);
    }' &
upstream=$!
# The upstream may not listen yet: then it is asked again.
asked() {
	dig @127.0.0.1 +tries=1 +timeout=20 www.example.org +short |
	    grep -x '192\.0\.2\.1'
}
forwarder_answers() { until_so asked; }
try_with dig forwarder_answers

pages_come_from_a_server_of_inetd() {
	[ "$(curl -sS http://127.0.0.1:8080/)" = '<h1>Hello.</h1>' ] &&
	    until_so grep -Eq '^micro-httpd\[[0-9]+\]: ended: orderly \(exit status 0\)' \
		"$dir/log"
}
if has micro-httpd; then
	try_with curl pages_come_from_a_server_of_inetd
else
	report ok 'pages_come_from_a_server_of_inetd # SKIP no micro-httpd'
fi

# What the first bytes of its output are, which no newline follows.
program_packs_for_a_helper() {
	# shellcheck disable=SC2016 # perl expands it.
	timeout 60 perl -MIO::Socket::UNIX -e '
	    my $s = IO::Socket::UNIX->new(shift) or die "$!\n";
	    for (@ARGV) {
		    print $s "$_\n";
		    my $answer = <$s>;
		    print unpack("H*", substr($answer, 0, 3)), "\n";
	    }' "$dir/run/caller.sock" 'run pack' 'input some words' \
	    close-input output | tail -n 1 | grep -x 1f8b08 &&
	    until_so grep -Eq '^pack\[[0-9]+\]: ended: orderly \(exit status 0\)' \
		"$dir/log"
}
try program_packs_for_a_helper

# converts WHOSE...: in front of the commands of the page.
converts() {
	"$@" "$dir/privsepctl" run --policy="$dir/etc/convert.policy" \
	    <"$dir/in.jpg" >"$dir/out.png" || return 1
	cmp <(convert "$dir/in.jpg" rgb:-) <(convert "png:$dir/out.png" rgb:-) ||
	    return 1
	"$@" "$dir/privsepctl" run --policy="$dir/etc/convert.policy" -- \
	    /usr/bin/convert - -resize 50% jpeg:- <"$dir/in.jpg" \
	    >"$dir/out.jpg" || return 1
	[ "$(identify -format '%m %wx%h' "$dir/out.jpg")" = 'JPEG 20x15' ]
}
image_is_converted() {
	convert -size 40x30 gradient:red-blue "$dir/in.jpg" && converts
}
try_with convert image_is_converted
image_is_converted_for_an_ordinary_user() {
	chown -R 65534 "$dir/etc"
	converts setpriv --reuid=65534 --regid=65534 --clear-groups
}
try_with convert image_is_converted_for_an_ordinary_user

echo "1..$number"
