#!/bin/bash
# SPDX-License-Identifier: ISC
#
# systemd's own features, taken away one by one: the daemon serves all the same,
# and status says what is missing.
set -u

. tests/support/systemd.sh
guest_need curl
[ -x "$B/helpers/httpd" ] || guest_skip 'the httpd helper is not built'
guest_boot
. tests/support/systemd_www.sh

www 'Instances=2'
guest mkdir -p /etc/systemd/system/privsepd.service.d

# without LINE...: starts the daemon with these in [Service], and asks.
without() {
	drop_in without '[Service]' "$@"
	guest systemctl restart privsepd.service || return 1
	until_so page && guest privsepctl status >"$guest_shared/status" &&
	    cat "$guest_shared/status"
}
tells() { grep -qF -- "$1" "$guest_shared/status"; }

# Controllers that the host has for control groups of version 1 are its own, and
# its kernel may be older.
nothing_is_missing_under_the_unit() {
	local controllers=/sys/fs/cgroup/system.slice/cgroup.controllers
	local missing='missing: none'

	guest grep -q memory "$controllers" && guest grep -q pids \
	    "$controllers" || missing='MISSING: cgroup, in part: no controller'
	printf '6.12\n%s\n' "$(uname -r)" | sort -VC ||
		missing='MISSING: landlock, in part: version'
	without && tells 'service manager: notify watchdog store journal' &&
	    ! tells 'service manager MISSING' && tells "$missing"
}
guest_try nothing_is_missing_under_the_unit

no_watchdog() {
	without WatchdogSec=0 && tells 'service manager: notify store journal' &&
	    tells 'service manager MISSING: watchdog: '
}
guest_try no_watchdog

no_store() {
	without FileDescriptorStoreMax=0 Environment= &&
	    tells 'service manager: notify watchdog journal' &&
	    tells 'service manager MISSING: store: ' &&
	    is NFileDescriptorStore 0 || return 1
	guest systemctl kill -s KILL --kill-who=main privsepd.service
	until_so is NRestarts 1 && until_so page
}
guest_try no_store

no_journal() {
	without StandardOutput=file:/run/shared/log \
	    StandardError=file:/run/shared/log &&
	    tells 'service manager MISSING: journal: ' &&
	    grep -q '^ready: ' "$guest_shared/log"
}
guest_try no_journal

no_notify_socket() {
	without Type=simple NotifyAccess=none WatchdogSec=0 \
	    FileDescriptorStoreMax=0 && tells 'service manager: journal' &&
	    tells 'service manager MISSING: notify: ' && tells 'store: '
}
guest_try no_notify_socket

# As root it may divide the group all the same; where nobody may, the layer is
# missing.
no_delegation() {
	without Delegate=no && without Delegate=no ProtectControlGroups=yes &&
	    tells ' cgroup: '
}
guest_try no_delegation

no_manager_at_all() {
	guest systemctl stop privsepd.service
	guest setsid --fork "$guest_prefix/sbin/privsepd" </dev/null \
	    >/dev/null 2>&1
	until_so page && guest privsepctl status >"$guest_shared/status" &&
	    tells 'service manager: none' && guest pkill -x privsepd
}
guest_try no_manager_at_all

guest_done
