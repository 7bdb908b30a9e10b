#!/bin/bash
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016 # The single quotes hold programs.
#
# policy/examples: servers in the manner of inetd, each with its policy as it
# stands and real clients, in a network and a /srv of their own.
set -u

if [ "$(id -u)" -ne 0 ] || [ -n "${PSD_ASAN:-}" ]; then
	echo 'SKIP: helpers of any program take root, and no sanitizer'
	exit 77
fi
if ! command -v systemd-socket-activate >/dev/null; then
	echo 'SKIP: nothing to start the servers by without privsepd'
	exit 77
fi
if [ "${1:-}" != apart ]; then
	unshare -mn true 2>/dev/null && exec unshare -mn "$0" apart
	echo 'SKIP: no namespaces of mounts and network here'
	exit 77
fi
. tests/support/run.sh
servers=(micro-httpd busybox-httpd git-daemon fingerd)
daemon=
activated=()
finish() {
	kill ${daemon:+"$daemon"} "${activated[@]}" 2>/dev/null
	wait
	rm -rf "$dir"
}
trap finish EXIT

ip link set lo up
mount -t tmpfs tmpfs /srv
mkdir -p "$dir/etc" "$dir/run" /srv/www/cgi-bin /srv/git
printf '[Daemon]\nRelay=%s/helpers/relay\n' "$B" >"$dir/conf"
for name in "${servers[@]}"; do
	program=$(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' \
	    "policy/examples/$name.policy")
	[ -x "$program" ] && cp "policy/examples/$name.policy" "$dir/etc"
done

# What everybody may read, so that nothing but the view is in the way.
echo 'secret words' >"$dir/secret"
script attack 'open(my $f, "<", $_) and print <$f>' \
    "    for \"/etc/shadow\", \"$dir/secret\";" \
    'socket(my $s, 2, 1, 0) and print "socket\n";' \
    'my $p = fork; exec { "/bin/sh" } "sh", "-c", "echo owned"' \
    '    if defined $p && !$p; waitpid $p, 0 if $p;'
head -c 3000000 /dev/urandom | base64 >/srv/www/big.txt
echo '<h1>home</h1>' >/srv/www/index.html
printf '%s\n' '#!/bin/sh' 'echo "Content-type: text/plain"; echo' \
    'echo owned' >/srv/www/cgi-bin/evil
chmod 755 /srv/www/cgi-bin/evil
ln -s "$dir/secret" /srv/www/secret.txt
export HOME=$dir GIT_CONFIG_NOSYSTEM=1
git init -q --bare -b main /srv/git/a.git
touch /srv/git/a.git/git-daemon-export-ok
git init -q -b main "$dir/tree"
seq 20000 >"$dir/tree/numbers"
git -C "$dir/tree" add numbers
git -C "$dir/tree" -c user.name=n -c user.email=e@example.org \
    commit -qm numbers
git -C "$dir/tree" push -q /srv/git/a.git main

# page PORT PATH: what is below the header.
page() { curl -sf --max-time 60 "http://127.0.0.1:$1/${2:-}"; }

# ask NAME: what its client is told, with all that is in it.
ask() {
	case $1 in
	micro-httpd) page 8080 big.txt && page 8080 ;;
	busybox-httpd) page 8081 big.txt && page 8081 index.html ;;
	git-daemon)
		rm -rf "$dir/clone"
		git ls-remote git://127.0.0.1/a.git &&
		    git clone -q git://127.0.0.1/a.git "$dir/clone" &&
		    git -C "$dir/clone" log --format='%H %s' &&
		    cat "$dir/clone/numbers"
		;;
	fingerd) finger root@127.0.0.1 && finger @127.0.0.1 ;;
	esac
}

# Each by its own command line, without privsepd.
unconfined() {
	local name=$1 port command
	port=$(sed -n 's/^ListenStream=//p' "$dir/etc/$name.policy")
	read -ra command < <(sed -n 's/^ExecStart=//p' "$dir/etc/$name.policy")
	systemd-socket-activate --inetd -a -l "127.0.0.1:$port" -E PATH \
	    -E HOME "${command[@]}" 2>/dev/null &
	activated+=($!)
	until_so ask "$name" >/dev/null 2>&1
	ask "$name" >"$dir/$name.want" 2>&1
}
for policy in "$dir"/etc/*.policy; do
	unconfined "$(basename "$policy" .policy)"
done
page 8080 secret.txt >"$dir/secret.want"
page 8081 cgi-bin/evil >"$dir/evil.want"
kill "${activated[@]}"
wait
activated=()

"$B/privsepd" --policy-dir "$dir/etc" --runtime-dir "$dir/run" \
    --config "$dir/conf" >"$dir/log" 2>&1 &
daemon=$!
ready() { grep -q '^ready' "$dir/log"; }
until_so ready || cat "$dir/log"
logs() { grep -qF -- "$1" "$dir/log"; }
is_logged() { until_so logs "$1"; }

# quiet NAME: it was refused nothing.
quiet() { ! grep -E "^$1(\[[0-9]+\])?: refused" "$dir/log"; }

# alike NAME: its clients are told what they were told before.
alike() {
	ask "$1" >"$dir/$1.got" 2>&1
	[ -s "$dir/$1.want" ] && cmp "$dir/$1.want" "$dir/$1.got"
}

# attack NAME COMMAND...: what has taken its place gets no further.
attack() {
	local name=$1
	shift
	mkdir "$dir/etc/$name.policy.d"
	printf '%s\n' '[Helper]' 'ExecStart=' "ExecStart=$dir/attack" \
	    >"$dir/etc/$name.policy.d/attack.conf"
	"$ctl" --runtime-dir "$dir/run" reload >"$dir/err" 2>&1 || return 1
	"$@" >"$dir/out" 2>/dev/null
	! grep -qE 'root:|secret|socket|owned' "$dir/out" &&
	    grep -A1 "^$name\[.*refused socket(AF_INET" "$dir/log" |
	    grep -qF 'to allow: SystemCallFilter=socket'
}

# under_load PORT: many at a time, each by a helper of its own.
under_load() {
	wrk -t 1 -c 8 -d 1 "http://127.0.0.1:$1/index.html" >"$dir/out"
	grep -q '[1-9][0-9]* requests in' "$dir/out" &&
	    ! grep -q Non-2xx "$dir/out" && ! logs 'refused a client'
}

micro_httpd_serves() {
	alike micro-httpd && under_load 8080 &&
	    grep -qx 'secret words' "$dir/secret.want" &&
	    ! page 8080 secret.txt && quiet micro-httpd &&
	    attack micro-httpd page 8080 index.html
}
try_with micro-httpd micro_httpd_serves

busybox_httpd_serves() {
	alike busybox-httpd && under_load 8081 &&
	    quiet busybox-httpd &&
	    grep -qx owned "$dir/evil.want" &&
	    ! page 8081 cgi-bin/evil &&
	    is_logged 'refused pipe2(' &&
	    is_logged 'to allow: SystemCallFilter=pipe2' &&
	    attack busybox-httpd page 8081 index.html
}
try_with busybox busybox_httpd_serves

git_daemon_serves() {
	alike git-daemon && cmp "$dir/tree/numbers" "$dir/clone/numbers" &&
	    quiet git-daemon &&
	    attack git-daemon page 9418
}
try_with git git_daemon_serves

fingerd_serves() {
	alike fingerd && grep -q 'Directory: /root' "$dir/fingerd.want" &&
	    quiet fingerd &&
	    attack fingerd finger root@127.0.0.1
}
try_with finger fingerd_serves

policies_are_without_errors() {
	"$ctl" check "$dir"/etc/*.policy >"$dir/out" 2>"$dir/err"
}
rm -rf "$dir"/etc/*.d
try policies_are_without_errors
daemon_without_a_relay_does_not_start() {
	mkdir "$dir/other"
	printf '[Helper]\nType=inetd\nExecStart=/bin/cat\n%s\n' \
	    "ListenStream=$dir/other/cat.sock" >"$dir/etc/cat.policy"
	printf '%s\n' '[Policy]' 'SystemCallFilter=@filter @loader' \
	    'AllowOpen=@runtime' >>"$dir/etc/cat.policy"
	printf '[Daemon]\nRelay=/no/such/relay\n' >"$dir/conf"
	timeout 60 "$B/privsepd" --config "$dir/conf" \
	    --policy-dir "$dir/etc" --runtime-dir "$dir/other" 2>"$dir/err"
	exits 78 && says 'Type=inetd needs the relay /no/such/relay, which'
}
try daemon_without_a_relay_does_not_start
echo "1..$number"
