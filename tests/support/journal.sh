# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# Sourced by tests that want a real journald: journal_run COMMAND... runs it
# where /run has but a journald of its own, which journalctl, logger and the
# daemon there take for the host's.  Nothing of it outlives the command.

. tests/support/puppets.sh

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

journal_start() {
	local try
	(journal_stderr "$B/privsepd" --policy-dir "$puppets_dir/etc" \
	    --runtime-dir "$puppets_dir/run") &
	puppets_daemon=$!
	for try in $(seq 300); do
		journalctl -q -o cat -t privsepd | grep -q '^ready: ' && return
		kill -0 "$puppets_daemon" 2>/dev/null || break
		sleep 0.1
	done
	echo "# not ready after $try looks"
	journalctl -q
	return 1
}

# journal_has PATTERN MATCH...: an entry with these fields, as JSON, comes to
# match the jq expression PATTERN.
journal_has() {
	local try
	for try in $(seq 300); do
		journalctl -q -o json "${@:2}" >"$puppets_dir/entries"
		jq -es "any(.[]; $1)" <"$puppets_dir/entries" >/dev/null &&
		    return 0
		sleep 0.1
	done
	echo "# no such entry after $try looks: $*"
	cat "$puppets_dir/entries"
	return 1
}
