#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Variables that steer the C library (character sets, locale, time zone,
# resolver) name a directory of somebody else's.  What is started and run with
# them looks for nothing there.
set -u

. tests/support/puppets.sh

puppets_prepare
trap 'rm -rf "$puppets_dir"' EXIT
number=0

skip_all() {
	echo "SKIP: $1"
	exit 0
}
[ "$(id -u)" -eq 0 ] || skip_all 'no helpers of other users without root'
[ -z "${PSD_ASAN:-}" ] || skip_all 'nobody traces a program with sanitizers'
command -v strace >/dev/null || skip_all 'there is no strace here'
strace -o /dev/null true 2>/dev/null || skip_all 'nothing can be traced here'

try() {
	number=$((number + 1))
	if "$1"; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		[ -e "$puppets_dir/log" ] && sed 's/^/# /' "$puppets_dir/log"
	fi
}

hostile=$puppets_dir/hostile
mkdir -m 755 "$hostile"
variables=(LANG=xx_YY.XX LC_ALL=xx_YY.XX LANGUAGE=xx_YY LOCPATH="$hostile"
    I18NPATH="$hostile" NLSPATH="$hostile/%N" GCONV_PATH="$hostile"
    OUTPUT_CHARSET=XX TZ=":$hostile/zone" TZDIR="$hostile"
    HOSTALIASES="$hostile/aliases" LOCALDOMAIN=hostile.test
    RES_OPTIONS=debug RESOLV_HOST_CONF="$hostile/host.conf"
    GETCONF_DIR="$hostile" MALLOC_TRACE="$hostile/malloc" TMPDIR="$hostile"
    HOME="$hostile" SYSTEMD_LOG_TARGET="$hostile"
    CREDENTIALS_DIRECTORY=/nonexistent XDG_CONFIG_HOME="$hostile")

# traced PROGRAM...: every name of a file that it and its children say to the
# kernel is in $puppets_dir/names.
traced() {
	env "${variables[@]}" strace -f -qq -s 4096 -e trace=%file,connect \
	    -e signal=none -o "$puppets_dir/names" "$@"
}
named() { grep -F -- "$hostile" "$puppets_dir/names"; }

# Or the others would say nothing.
program_that_heeds_them_looks_there() {
	traced date >/dev/null && named >/dev/null
}
try program_that_heeds_them_looks_there

cat >"$puppets_dir/privsepd.conf" <<END
[Daemon]
Resolver=$B/helpers/resolver
Relay=$B/helpers/relay
END

ready() {
	local i
	for ((i = 0; i < 300; i++)); do
		grep -qs '^ready' "$puppets_dir/log" && return 0
		sleep 0.1
	done
	return 1
}

# asks LINE...: an asker, whose answers end without a newline.
asks() {
	# shellcheck disable=SC2016 # Perl expands it.
	timeout 60 perl -MIO::Socket::UNIX -e '
	    my $s = IO::Socket::UNIX->new(shift) or die "connect: $!\n";
	    for (@ARGV) {
		    syswrite($s, "$_\n");
		    sysread($s, my $answer, 4096) or last;
		    print "$answer\n";
	    }' "$puppets_dir/run/two.sock" "$@"
}

# What a day of it has: lookups, files, log lines that are no characters,
# a reload, a new program.
day() {
	puppets_say one 'ping 3' "read $puppets_dir/etc/one.policy" \
	    $'log 6 \xff\xfe\xc3' >"$puppets_dir/said" &&
	    asks 'resolve 0 1 0 localhost 80' 'user root' \
		>>"$puppets_dir/said" &&
	    grep -q '127.0.0.1' "$puppets_dir/said" &&
	    puppets_ctl reload >/dev/null && puppets_ctl reexec >/dev/null &&
	    puppets_ctl status >/dev/null &&
	    asks 'resolve 0 1 0 localhost 80' >/dev/null
}

daemon_and_helpers_look_for_nothing_there() {
	local r=0
	traced "$B/privsepd" --policy-dir "$puppets_dir/etc" \
	    --runtime-dir "$puppets_dir/run" \
	    --config "$puppets_dir/privsepd.conf" >"$puppets_dir/log" 2>&1 &
	{ ready && day; } || r=1
	puppets_ctl status | sed -n 's/.*pid \([0-9]*\).*/\1/p' | head -n 1 |
	    xargs -r kill
	wait
	[ "$r" -eq 0 ] || sed 's/^/# said: /' "$puppets_dir/said"
	# It did look for its own.
	grep -qF "$puppets_dir/etc" "$puppets_dir/names" || r=1
	if named | sed 's/^/# /' | grep .; then
		r=1
	fi
	return "$r"
}
puppets_policy one '' "AllowOpen=read $puppets_dir/etc/**
AllowLog=info"
install -m 755 "$B/tests/helpers/asker" "$puppets_dir/asker"
puppets_policy two "ExecStart=
ExecStart=$puppets_dir/asker" 'AllowResolve=localhost
AllowGetUser=root'
try daemon_and_helpers_look_for_nothing_there

one_run_of_a_program_looks_for_nothing_there() {
	printf '%s\n' '[Helper]' Type=filter '[Policy]' \
	    'SystemCallFilter=@filter @loader' AllowOpen=@runtime \
	    >"$puppets_dir/cat.policy"
	echo well | traced "$B/privsepctl" run \
	    --policy "$puppets_dir/cat.policy" -- /bin/cat \
	    >"$puppets_dir/out" 2>"$puppets_dir/log"
	[ "$(cat "$puppets_dir/out")" = well ] &&
	    grep -q '/privsepd"' "$puppets_dir/names" || return 1
	! named | sed 's/^/# /' | grep .
}
try one_run_of_a_program_looks_for_nothing_there
echo "1..$number"
