#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Tests that run inside the shipped unit: whatever it takes away, they do not
# miss.  Without INSIDE_TESTS they are those of some operations; make check-unit
# runs all.
set -u

. tests/support/systemd.sh
guest_need perl
guest_boot
# A test asks for an address of everybody, and is to be told that it may not.
guest ip route add 255.255.255.255/32 dev lo

# The unit's directives, but for what makes it this daemon: its life and its
# sockets; with the drop-ins for what some tests do.  The tests' log is in the
# source tree; they look into what they have started, and give files away with the
# modes that they say.
drop_ins=(systemd/drop-ins/{machine,packets}.conf)
case $PWD in
/home/* | /root/* | /run/user/*)
	drop_ins+=(systemd/drop-ins/homes.conf)
	;;
esac
{
	sed -e "s|@PREFIX@|$guest_prefix|" -e '/^\[Install\]/,$d' \
	    -e '/^ExecStart=/d;/^ExecReload=/d;/^Type=/d;/^Restart/d' \
	    -e '/^WatchdogSec=/d;/^Environment=/d;/^RuntimeDirectory/d' \
	    -e '/^UMask=/d' \
	    systemd/privsepd.service
	sed '/^\[Service\]/d' "${drop_ins[@]}"
	printf '%s\n' Type=oneshot "WorkingDirectory=$PWD" \
	    'CapabilityBoundingSet=CAP_SYS_PTRACE CAP_SETFCAP' IgnoreSIGPIPE=no \
	    "ReadWritePaths=$B" \
	    "Environment=B=$B TEST_LOG=$B/tests/inside TEST_TIMEOUT=300" \
	    'Environment=HOME=/tmp CCACHE_DISABLE=1' \
	    'StandardOutput=file:/run/shared/report' \
	    'StandardError=file:/run/shared/report' TimeoutStartSec=infinity \
	    'ExecStart=/usr/bin/unshare --mount --cgroup sh /run/shared/begin'
} >"$guest_shared/inside.service"

# The tests' daemons shall have control groups to divide, as the unit's own has,
# though their shell is there, too: they see its group as a top.
cat >"$guest_shared/begin" <<'END'
set -eu
umount /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
# shellcheck disable=SC2046 # A path a word.
exec scripts/run-tests $(cat /run/shared/tests)
END

some() {
	local name
	for name in op/test_op_{accept,open,open_write,listen,connect,log,run} \
	    op/test_op_{packet_socket,change_owner,connect_unix,write_sysctl} \
	    system/test_{ends,service}; do
		echo "$B/tests/$name"
	done
	echo "$PWD/tests/system/test_report_opens.sh"
}

all_pass() {
	guest cp /run/shared/inside.service /etc/systemd/system
	guest systemctl daemon-reload
	guest systemctl start inside.service
}

if [ -n "${INSIDE_TESTS:-}" ]; then
	printf '%s\n' "$INSIDE_TESTS"
else
	some
fi >"$guest_shared/tests"
guest_try all_pass
cat "$guest_shared/report"

guest_done
