# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# Sourced by tests that want a real journald: journal_run COMMAND... runs it
# where /run has but a journald of its own, which journalctl, logger and the
# daemon there take for the host's.  Nothing of it outlives the command.

journal_is_possible() {
	[ "$(id -u)" -eq 0 ] && [ -x /lib/systemd/systemd-journald ] &&
	    command -v journalctl systemd-cat unshare >/dev/null
}

journal_run() {
	unshare --mount --net --pid --fork --kill-child --mount-proc \
	    bash -c '. tests/support/journal.sh; journal_inside "$@"' \
	    journal "$@"
}

# The first process of the new namespaces.
journal_inside() {
	local journald try
	# Where daemons of the host note which user ids they give stays: each
	# kills what is left under those.
	mkdir -p /run/privsepd && exec 9</run/privsepd &&
	    mount -t tmpfs -o mode=755 tmpfs /run &&
	    mkdir -p /run/privsepd /run/systemd/journald.conf.d &&
	    mount --bind /proc/self/fd/9 /run/privsepd && exec 9<&- ||
	    return 125
	printf '%s\n' '[Journal]' Storage=volatile ReadKMsg=no Audit=no \
	    ForwardToSyslog=no RateLimitIntervalSec=0 \
	    >/run/systemd/journald.conf.d/test.conf
	/lib/systemd/systemd-journald </dev/null >/dev/null 2>&1 &
	journald=$!
	for try in $(seq 300); do
		[ -S /run/systemd/journal/socket ] &&
		    journalctl -q -n 1 >/dev/null 2>&1 && break
		sleep 0.1
	done
	"$@"
	try=$?
	kill "$journald"
	wait "$journald"
	return "$try"
}

# A process whose standard error is the journal, as a service's is.
journal_stderr() {
	# shellcheck disable=SC2016 # The shell in it expands them.
	exec systemd-cat -t service bash -c '
	    export JOURNAL_STREAM=$(stat -Lc %d:%i /proc/self/fd/2)
	    exec "$@"' service "$@"
}

# journal_enter "$@": goes on in there with the script that says it, or skips.
journal_enter() {
	[ "${1-}" = inside ] && return
	if ! journal_is_possible || ! command -v jq >/dev/null; then
		echo 'SKIP: takes root, systemd-journald, journalctl and jq'
		exit 77
	fi
	if [ -n "${PSD_ASAN:-}" ]; then
		echo 'SKIP: no sanitizer in the namespaces of this test'
		exit 77
	fi
	journal_run bash "$0" inside
	exit
}

# What follows is for inside.

journal_number=0
# journal_try NAME: one case, the function of that name.
journal_try() {
	journal_number=$((journal_number + 1))
	if "$1" >/run/out 2>&1; then
		echo "ok $journal_number - $1"
	else
		echo "not ok $journal_number - $1"
		sed 's/^/# /' /run/out
	fi
}

# journal_policy NAME OTHER LINES: a puppet (tests/helpers/puppet.c) with those
# lines in [Helper] and in [Policy].
journal_policy() {
	printf '[Helper]\nExecStart=%s\nListenStream=%s\n%s\n
[Policy]\nSystemCallFilter=@helper @loader @network-io\nAllowOpen=@runtime
AllowAccept=yes\n%s\n' "$journal_dir/puppet" "$journal_dir/run/$1.sock" "$2" \
	    "$3" >"$journal_dir/etc/$1.policy"
}

# Directories for a daemon, and a puppet where helpers can get at it.
journal_prepare() {
	journal_dir=$(mktemp -d)
	umask 022
	chmod 755 "$journal_dir"
	mkdir -m 755 "$journal_dir/etc" "$journal_dir/run"
	install -m 755 "$B/tests/helpers/puppet" "$journal_dir/puppet"
	journal_daemon=
}

journal_start() {
	local try
	(journal_stderr "$B/privsepd" --policy-dir "$journal_dir/etc" \
	    --runtime-dir "$journal_dir/run") &
	journal_daemon=$!
	for try in $(seq 300); do
		journalctl -q -o cat -t privsepd | grep -q '^ready: ' && return
		kill -0 "$journal_daemon" 2>/dev/null || break
		sleep 0.1
	done
	echo "# not ready after $try looks"
	journalctl -q
	return 1
}

journal_stop() {
	kill "$journal_daemon" && wait "$journal_daemon"
}

# journal_say NAME LINE...: says them to a puppet of that service, over one
# connection, and prints what it answers.
journal_say() {
	# shellcheck disable=SC2016 # Perl expands it.
	timeout 60 perl -MIO::Socket::UNIX -e '
	    my $s = IO::Socket::UNIX->new(shift) or die "connect: $!\n";
	    $| = 1;
	    for (@ARGV) {
		    print $s "$_\n";
		    defined(my $answer = <$s>) or last;
		    print $answer;
	    }' "$journal_dir/run/$1.sock" "${@:2}"
}

# journal_has PATTERN MATCH...: an entry with these fields, as JSON, comes to
# match the jq expression PATTERN.
journal_has() {
	local try
	for try in $(seq 300); do
		journalctl -q -o json "${@:2}" >"$journal_dir/entries"
		jq -es "any(.[]; $1)" <"$journal_dir/entries" >/dev/null &&
		    return 0
		sleep 0.1
	done
	echo "# no such entry after $try looks: $*"
	cat "$journal_dir/entries"
	return 1
}
