#!/bin/bash
# SPDX-License-Identifier: ISC
#
# The whole of it under a real systemd, as an administrator and clients see it:
# installed, enabled, serving, reloaded, killed a hundred times under load, hung,
# stopped; and afterwards nothing is left.
set -u

. tests/support/systemd.sh
guest_need curl python3
[ -x "$B/helpers/httpd" ] || guest_skip 'the httpd helper is not built'
guest_boot
. tests/support/systemd_www.sh

kills=100

# What there is before and after: files, mounts and groups, but for the service
# manager's own and the log.
list_all() {
	guest find /dev /etc /run /srv /tmp /var -xdev \
	    ! -path '/run/systemd/*' ! -path '/run/log/*' \
	    ! -path '/run/shared/*' ! -path '/var/log/*' \
	    ! -path '/etc/systemd/*'
	guest cat /proc/mounts
	guest find /sys/fs/cgroup -type d ! -path '*/init.scope*'
}

guest systemd-sysusers
guest systemd-tmpfiles --create privsepd.conf
www 'Instances=3..20' 'ListenStream=/run/www.sock'
guest touch /run/www.sock
# The unit's second, which a test does not have a hundred times.
drop_in quick '[Service]' RestartSec=0 WatchdogSec=2 TimeoutAbortSec=5
list_all >"$guest_dir/before"

enabled_it_serves() {
	guest systemctl enable --now privsepd.service && page
}
guest_try enabled_it_serves

reloads_take_good_policies_and_refuse_bad_ones() {
	www 'Instances=4..20' 'ListenStream=/run/www.sock' &&
	    guest systemctl reload privsepd.service && page || return 1
	www 'Instances=4..20' 'Instnaces=5'
	! guest systemctl reload privsepd.service && page &&
	    says 'www.policy:5: there is no key Instnaces=' &&
	    status_says 'reload refused' || return 1
}
guest_try reloads_take_good_policies_and_refuse_bad_ones

good_policy_is_taken_again() {
	www 'Instances=4..20' 'ListenStream=/run/www.sock' &&
	    guest systemctl reload privsepd.service && page
}
guest_try good_policy_is_taken_again

# Counts what becomes of connections, one after the other, until a file comes:
# those that were refused, those that a helper had and that ended with it, and
# those that were served.
cat >"$guest_shared/client" <<'END'
import os, socket, sys, threading

counts = {"refused": 0, "cut": 0, "served": 0}
lock = threading.Lock()

def once(family, address):
    it = socket.socket(family, socket.SOCK_STREAM)
    it.settimeout(60)
    try:
        it.connect(address)
    except OSError as error:
        print(error, file=sys.stderr)
        return "refused"
    try:
        it.sendall(b"GET / HTTP/1.0\r\n\r\n")
        said = b""
        while True:
            part = it.recv(4096)
            if not part:
                break
            said += part
        return "served" if said.endswith(b"page\n") else "cut"
    except OSError:
        return "cut"
    finally:
        it.close()

def client(*where):
    while not os.path.exists("/run/shared/enough"):
        result = once(*where)
        with lock:
            counts[result] += 1

threads = [threading.Thread(target=client, args=where) for where in
           [(socket.AF_INET, ("127.0.0.1", 8080))] * 2 +
           [(socket.AF_UNIX, "/run/www.sock")]]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(counts["refused"], counts["cut"], counts["served"])
END

# Each of them when the one before is over, and a page has been served since.
cat >"$guest_shared/kill" <<'END'
for i in $(seq "$1"); do
	systemctl kill -s KILL --kill-who=main privsepd.service
	until [ "$(systemctl show -P NRestarts privsepd.service)" -ge "$i" ] &&
	    [ "$(systemctl is-active privsepd.service)" = active ]; do
		sleep 0.01
	done
	[ "$(curl -s --max-time 60 http://127.0.0.1:8080/)" = page ] ||
	    sleep 0.05
done
END

killed_a_hundred_times_it_refuses_nobody() {
	local client refused cut served start=$SECONDS
	guest python3 /run/shared/client >"$guest_shared/counts" &
	client=$!
	guest timeout 200 sh /run/shared/kill "$kills"
	: >"$guest_shared/enough"
	wait "$client"
	is NRestarts "$kills" || return 1
	read -r refused cut served <"$guest_shared/counts"
	echo "$served served, $cut cut off, $refused refused," \
	    "$kills kills in $((SECONDS - start)) s"
	[ "$refused" -eq 0 ] && [ "$served" -gt "$kills" ] && page
}
guest_try killed_a_hundred_times_it_refuses_nobody
sed -n 's/^.* served, /# &/p' "$guest_dir/out"

# Here: re-executed while a download and a conversation go on.

hung_it_is_started_again() {
	local before
	before=$(show NRestarts)
	guest systemctl kill -s STOP --kill-who=main privsepd.service
	until_so is NRestarts $((before + 1)) &&
	    until_so is ActiveState active && says 'Watchdog timeout' && page
}
guest_try hung_it_is_started_again

stopped_it_leaves_nothing() {
	guest systemctl disable --now privsepd.service && is Result success ||
	    return 1
	! guest pgrep -x 'privsepd|httpd' || return 1
	# Two files that are locked and never removed: who removed one would
	# let two have the lock.
	list_all >"$guest_dir/after"
	diff "$guest_dir/before" "$guest_dir/after" |
	    grep -vx '> /run/privsepd/lock\|> /run/privsepd/uids\|[0-9].*' \
	    >"$guest_dir/left"
	cat "$guest_dir/left"
	[ ! -s "$guest_dir/left" ] &&
	    [ "$(show NFileDescriptorStore)" = 0 ] &&
	    [ -z "$(guest ss -Hltn)" ] && [ "$(guest ps -eo uid= |
	    awk '$1 >= 1900000000' | wc -l)" -eq 0 ]
}
guest_try stopped_it_leaves_nothing

guest_done
