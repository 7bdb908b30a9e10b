#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Listeners in the service manager's descriptor store, under a real systemd:
# who connects while the daemon is away waits, and what is in the store and does
# not belong there is refused.
set -u

. tests/support/systemd.sh
guest_need curl python3
[ -x "$B/helpers/httpd" ] || guest_skip 'the httpd helper is not built'
guest_boot
. tests/support/systemd_www.sh

n_stored() { show NFileDescriptorStore; }
stored_is() { [ "$(n_stored)" = "$1" ]; }
killed() {
	local before
	before=$(show NRestarts)
	guest systemctl kill -s KILL --kill-who=main privsepd.service
	until_so is NRestarts $((before + 1)) && until_so is ActiveState active
}

# forge NAME WHAT: puts what python makes of WHAT into the store, as a process of
# the unit's that may speak for it.
cat >"$guest_shared/forge" <<'END'
import os, socket, subprocess, sys, time

def stored():
    return int(subprocess.check_output(["systemctl", "show", "-P",
        "NFileDescriptorStore", "privsepd.service"]))

def listener(family, kind, address):
    it = socket.socket(family, kind)
    it.bind(address)
    it.listen(1)
    return it

name, what = sys.argv[1:]
with open("/sys/fs/cgroup/system.slice/privsepd.service/daemon/"
          "cgroup.procs", "w") as group:
    group.write(str(os.getpid()))
thing = eval(what)
if isinstance(thing, socket.socket):
    cookie = int.from_bytes(thing.getsockopt(socket.SOL_SOCKET, 57, 8),
                            sys.byteorder)
    name = name.replace("COOKIE", "%x" % cookie)
before = stored()
to = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
to.connect("/run/systemd/notify")
socket.send_fds(to, [b"FDSTORE=1\nFDPOLL=0\nFDNAME=" + name.encode()],
                [thing.fileno()])
# It has to be there while it is looked at, whose process it is.
for i in range(300):
    if stored() > before:
        sys.exit(0)
    time.sleep(0.1)
sys.exit("not stored")
END
forge() { guest python3 /run/shared/forge "$1" "$2"; }

www 'Instances=2'

listeners_go_into_the_store() {
	guest systemctl start privsepd.service && page && stored_is 1
}
guest_try listeners_go_into_the_store

same_socket_is_used_after_a_crash_and_a_restart() {
	local before
	before=$(guest ss -Hltne 'sport = :8080' | grep -o 'ino:[0-9]*')
	killed && page && stored_is 1 &&
	    guest systemctl restart privsepd.service && page &&
	    stored_is 1 || return 1
	[ "$(guest ss -Hltne 'sport = :8080' | grep -o 'ino:[0-9]*')" = \
	    "$before" ]
}
guest_try same_socket_is_used_after_a_crash_and_a_restart

inode_of() { guest ss -Hltne "sport = :$1" | grep -o 'ino:[0-9]*'; }
service_of_another_name_listens_on_after_a_restart() {
	local before
	before=$(inode_of 8080)
	guest mv /etc/privsepd/www.policy /etc/privsepd/web.policy &&
	    guest systemctl restart privsepd.service && page && stored_is 1 &&
	    [ "$(inode_of 8080)" = "$before" ] && killed && page &&
	    guest mv /etc/privsepd/web.policy /etc/privsepd/www.policy &&
	    guest systemctl restart privsepd.service && page && stored_is 1
}
guest_try service_of_another_name_listens_on_after_a_restart

who_waits_in_the_backlog_is_served_after_a_crash() {
	local waiting
	guest systemctl kill -s STOP --kill-who=main privsepd.service
	guest pkill -KILL -x httpd
	guest curl -s --max-time 30 http://127.0.0.1:8080/ \
	    >"$guest_shared/page" &
	waiting=$!
	until_so has_backlog && killed && wait "$waiting" &&
	    grep -qx page "$guest_shared/page"
}
has_backlog() { [ "$(guest ss -Hltn 'sport = :8080' | awk '{print $2}')" = 1 ]; }
guest_try who_waits_in_the_backlog_is_served_after_a_crash

listener_that_a_reload_takes_away_leaves_the_store() {
	www 'ListenStream=127.0.0.1:8081' 'Instances=2' &&
	    guest systemctl reload privsepd.service && until_so stored_is 2 ||
	    return 1
	www 'Instances=2' && guest systemctl reload privsepd.service &&
	    until_so stored_is 1 || return 1
	! guest curl -s http://127.0.0.1:8081/ && killed && page
}
guest_try listener_that_a_reload_takes_away_leaves_the_store

door_stays_open_over_a_crash_and_a_restart() {
	local name=/run/privsepd/service/cat.sock inode
	policy cat '[Helper]' Type=filter ExecStart=/bin/cat \
	    Clients=user:root '[Policy]' \
	    'SystemCallFilter=@filter @loader' 'AllowOpen=@runtime'
	guest systemctl reload privsepd.service && until_so stored_is 2 ||
	    return 1
	inode=$(guest stat -c %i "$name")
	killed && guest systemctl restart privsepd.service || return 1
	[ "$(guest stat -c %i "$name")" = "$inode" ] && stored_is 2 &&
	    [ "$(echo one | guest privsepctl run --policy=cat)" = one ] &&
	    guest rm /etc/privsepd/cat.policy &&
	    guest systemctl reload privsepd.service && until_so stored_is 1 &&
	    ! guest test -e "$name"
}
guest_try door_stays_open_over_a_crash_and_a_restart

what_is_no_listener_of_its_name_is_refused() {
	drop_in forge '[Service]' NotifyAccess=all
	forge listen/www/1 'listener(socket.AF_INET, socket.SOCK_STREAM,
	    ("127.0.0.1", 8090))' &&
	    forge listen/www/COOKIE 'listener(socket.AF_INET,
	    socket.SOCK_STREAM, ("127.0.0.1", 8091))' &&
	    forge listen/www/COOKIE 'socket.socket()' &&
	    forge listen/www/2 'open("/etc/passwd")' &&
	    forge door/www/COOKIE 'listener(socket.AF_UNIX,
	    socket.SOCK_STREAM, "/run/one")' &&
	    forge www 'open("/etc/passwd")' && forge %s%n 'open("/dev/null")' &&
	    stored_is 8 || return 1
	killed && page && until_so stored_is 1 || return 1
	says 'the service manager passed as listen/www/1: ' &&
	    says 'passed as listen/www/2: ' && says 'passed as www: ' &&
	    says 'passed as door/www/' && says 'passed as %s%n: ' &&
	    [ -z "$(guest ss -Hltn 'sport = :8090 or sport = :8091')" ]
}
guest_try what_is_no_listener_of_its_name_is_refused

another_socket_under_the_right_name_is_refused_alone() {
	local name
	name=listen/www/$(guest ss -Hltne 'sport = :8080' |
	    sed -n 's/.* sk:\([0-9a-f]*\).*/\1/p')
	forge "$name" 'listener(socket.AF_INET, socket.SOCK_STREAM,
	    ("127.0.0.1", 8090))' && forge "$name" 'open("/etc/passwd")' &&
	    stored_is 3 && killed && page && until_so stored_is 1 &&
	    killed && page && stored_is 1
}
guest_try another_socket_under_the_right_name_is_refused_alone

stop_ends_it_all() {
	guest systemctl stop privsepd.service && stored_is 0 &&
	    [ -z "$(guest ss -Hltn 'sport = :8080')" ] &&
	    ! guest test -e /run/privsepd/service
}
guest_try stop_ends_it_all

guest_done
