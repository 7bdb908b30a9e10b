# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# Sourced by tests that run a program of theirs as a confined helper of a real
# daemon, in $service_dir.  service_report NAME COMMAND... is one case.

service_dir=$(mktemp -d)
service_daemon=
service_number=0
service_finish() {
	if [ -n "$service_daemon" ]; then
		kill "$service_daemon" 2>/dev/null
		wait "$service_daemon"
	fi
	rm -rf "$service_dir"
}
trap service_finish EXIT
umask 022
chmod 755 "$service_dir"
mkdir -m 755 "$service_dir/etc" "$service_dir/run" "$service_dir/files"

service_report() {
	local name=$1
	shift
	service_number=$((service_number + 1))
	if "$@" >"$service_dir/out" 2>&1; then
		echo "ok $service_number - $name"
	else
		echo "not ok $service_number - $name"
		sed 's/^/# /' "$service_dir/out"
	fi
}

service_skip() {
	service_number=$((service_number + 1))
	echo "ok $service_number # SKIP $1"
}

# Can helpers be started here?
service_is_possible() {
	[ "$(id -u)" -eq 0 ] && [ -z "${PSD_ASAN:-}" ]
}

# service_start PROGRAM LINES: LINES of the [Policy] section are the test's,
# "%s" in them is the directory.
service_start() {
	local try
	printf '[Helper]\nExecStart=%s\nListenStream=%s/run/one.sock\n
[Policy]\nSystemCallFilter=@helper @loader\nAllowOpen=@runtime
AllowAccept=yes\n%s\n' "$1" "$service_dir" "${2//%s/$service_dir}" \
	    >"$service_dir/etc/one.policy"
	# What an earlier one wrote is not its log.
	rm -f "$service_dir/log"
	"$B/privsepd" --policy-dir "$service_dir/etc" \
	    --runtime-dir "$service_dir/run" >"$service_dir/log" 2>&1 &
	service_daemon=$!
	for try in $(seq 300); do
		grep -qs '^ready' "$service_dir/log" && return 0
		kill -0 "$service_daemon" 2>/dev/null || break
		sleep 0.1
	done
	echo "not ready after $try looks"
	cat "$service_dir/log"
	service_daemon=
	return 1
}

# What the helper tells a client before it closes the connection.
service_ask() {
	# shellcheck disable=SC2016 # Perl expands it.
	timeout 60 perl -MIO::Socket::UNIX -e '
	    my $s = IO::Socket::UNIX->new($ARGV[0]) or die "connect: $!\n";
	    print while <$s>;' "$service_dir/run/one.sock"
}

# service_says TEXT: and nothing else.
service_says() {
	local said
	said=$(service_ask)
	[ "$said" = "$1" ] && return 0
	printf '%s\n' "$said"
	cat "$service_dir/log"
	return 1
}

# The daemon is told to stop, and the helper has to end in an orderly way.
service_ends_orderly() {
	kill "$service_daemon" && wait "$service_daemon" || return 1
	service_daemon=
	cat "$service_dir/log"
	grep -q 'ended: orderly' "$service_dir/log" &&
	    ! grep -q refused "$service_dir/log"
}
