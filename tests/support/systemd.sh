# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# Sourced by tests that boot a systemd of their own, with what make install
# installs.  It sees this machine's files and changes none: see
# systemd-guest.sh.  Everything of it is in one control group, which is killed
# at the end of the test; when the test itself is killed, so is the guest.
#
#   guest_need PROGRAM...   skips the test where it cannot run
#   guest_boot              boots, with the build that is in $B; or another
#                           Debian as it is, when $guest_root is its root
#   guest COMMAND...        runs a command there, where / is the guest's
#   guest_try NAME          one case: the function of that name
#   until_so COMMAND...     it succeeds within a while
#
# The source tree is at its place in the guest; what a test puts into
# $guest_shared is in /run/shared there.

guest_number=0
guest_failed=0
guest_dir=
guest_root=/
guest_group=
guest_starter=
guest_init=
guest_deadline=60
# Of the build, since programs of ours look below it.
guest_prefix=$(cat "${B:?run me by make check}/prefix" 2>/dev/null) || exit 1

guest_skip() {
	echo "SKIP: $*"
	exit 77
}

# Where this process is in cgroup2, as a directory; empty where it is not.
guest_find_group() {
	local at
	at=$(awk '{
		for (i = 1; $i != "-"; i++)
			;
		if ($(i + 1) == "cgroup2") { print $5; exit }
	}' /proc/self/mountinfo)
	[ -n "$at" ] && at=$at$(sed -n 's/^0:://p' /proc/self/cgroup) &&
	    printf '%s\n' "${at%/}"
}

guest_need() {
	local program
	[ "$(id -u)" -eq 0 ] || guest_skip 'booting a systemd takes root'
	[ -z "${PSD_ASAN:-}" ] ||
	    guest_skip 'what the unit confines has no room for a sanitizer'
	for program in unshare setpriv nsenter pivot_root tar ip \
	    /lib/systemd/systemd "$@"; do
		command -v "$program" >/dev/null ||
		    guest_skip "$program is not installed"
	done
	grep -qw overlay /proc/filesystems || guest_skip 'no overlay here'
	guest_group=$(guest_find_group)
	[ -w "${guest_group:-/none}/cgroup.procs" ] ||
	    guest_skip 'no control groups (cgroup2) here'
}

# Groups of tests that were killed; what was in them died with them.
guest_sweep() {
	local left
	for left in "$guest_group"/guest-*; do
		if [ ! -d "$left" ] || [ -d "/proc/${left##*-}" ]; then
			continue
		fi
		find "$left" -depth -type d -exec rmdir {} + 2>/dev/null
	done
}

guest_finish() {
	local try
	[ -n "$guest_dir" ] || return 0
	if [ -d "$guest_group" ]; then
		echo 1 >"$guest_group/cgroup.kill"
		[ -n "$guest_starter" ] && wait "$guest_starter" 2>/dev/null
		for try in {1..200}; do
			find "$guest_group" -depth -type d -exec rmdir {} + \
			    2>/dev/null
			[ -d "$guest_group" ] || break
			sleep 0.05
		done
		[ -d "$guest_group" ] && echo "# left after $try looks"
	fi
	rm -rf --one-file-system "$guest_dir"
}

# Nothing is built anew: the flags of this make may be others.
guest_install() {
	env -u MAKEFLAGS -u MAKELEVEL "${MAKE:-make}" -s -o all install \
	    B="$B" DESTDIR="$1" PREFIX="$guest_prefix"
}

# What the daemon executes is counted below the source tree, which its unit
# has it see read-only.
guest_count() {
	local drop_ins=$guest_dir/installed/etc/systemd/system/privsepd.service.d
	[ -d "$B/profiles" ] || return 0
	mkdir -p "$drop_ins" || return 1
	printf '[Service]\nReadWritePaths=%s\n' "$B/profiles" \
	    >"$drop_ins/coverage.conf"
}

guest() {
	nsenter -t "$guest_init" -r -w -m -p -u -i -C -n -- env -i \
	    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
	    HOME=/root LANG=C.UTF-8 TERM=dumb B="$B" NO_COLOR=1 \
	    SYSTEMD_COLORS=0 SYSTEMD_PAGER='' "$@"
}

until_so() {
	local i
	for ((i = 0; i < guest_deadline * 10; i++)); do
		"$@" && return 0
		sleep 0.1
	done
	echo "# not in time: $*"
	return 1
}

guest_is_there() {
	guest_init=$(cat "/proc/$guest_starter/task/$guest_starter/children") &&
	    guest_init=${guest_init%% *} && [ -n "$guest_init" ] &&
	    [ "$(cat "/proc/$guest_init/comm")" = systemd ] &&
	    guest test -S /run/systemd/private
} 2>/dev/null

guest_boot() {
	guest_dir=$(mktemp -d) && chmod 755 "$guest_dir" || exit 1
	guest_shared=$guest_dir/shared
	mkdir "$guest_dir/root" "$guest_dir/installed" "$guest_shared"
	guest_sweep
	guest_group=$guest_group/guest-$$
	trap guest_finish EXIT
	trap 'exit 143' TERM INT HUP
	mkdir "$guest_group" || guest_skip 'no control group can be made'
	if [ "$guest_root" = / ]; then
		guest_install "$guest_dir/installed" || exit 1
		guest_count || exit 1
	fi
	# Told by a name that this shell, which goes on, does not have.
	# shellcheck disable=SC2016
	"$BASH" -c 'echo $$ >"$1/cgroup.procs" && shift &&
	    exec setpriv --pdeathsig KILL unshare --mount --pid --fork \
	    --kill-child --uts --ipc --cgroup --net "$BASH" "$@"' guest \
	    "$guest_group" tests/support/systemd-guest.sh "$guest_dir" \
	    "$PWD" "$guest_root" </dev/null >"$guest_dir/boot" 2>&1 &
	guest_starter=$!
	if ! until_so guest_is_there ||
	    ! guest timeout "$guest_deadline" systemctl is-system-running \
	    --wait >>"$guest_dir/boot"; then
		sed 's/^/# boot: /' "$guest_dir/boot"
		guest journalctl --no-pager 2>/dev/null | tail -n 40
		echo 'not ok 1 - boots'
		exit 1
	fi
	guest ip link set lo up
}

# What the unit wrote to the journal, without anything before each line.
guest_journal() {
	guest journalctl --sync
	guest journalctl -q --no-pager -o cat -u "$1"
}

guest_try() {
	guest_number=$((guest_number + 1))
	if "$1" >"$guest_dir/out" 2>&1; then
		echo "ok $guest_number - $1"
		return
	fi
	echo "not ok $guest_number - $1"
	guest_failed=1
	sed 's/^/# /' "$guest_dir/out"
	guest journalctl -q --no-pager -o short-monotonic -n 15 |
	    sed 's/^/# journal: /'
}

guest_done() {
	echo "1..$guest_number"
	return "$guest_failed"
}
