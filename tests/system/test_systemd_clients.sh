#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Clients= with a unit's name, under a real systemd: who is in that unit comes
# to the service, and nobody else does, whatever else it is called.
set -u

. tests/support/systemd.sh
guest_need python3
guest_boot
. tests/support/systemd_www.sh

policy say '[Helper]' Type=filter 'ExecStart=/bin/cat' \
    'Clients=unit:gallery.service unit:a@b.service' '[Policy]' \
    'SystemCallFilter=@filter @loader' 'AllowOpen=@runtime'

# asks WORD...: what the filter answers to one who is started with systemd-run.
asks() {
	[ "$(guest systemd-run -q --wait --pipe "$@" sh -c \
	    'echo hello | privsepctl run --policy=say 2>&1')" = hello ]
}

those_in_the_unit_are_admitted_whoever_they_are() {
	guest systemctl start privsepd.service || return 1
	asks --unit=gallery.service && asks --unit=a@b.service &&
	    asks --unit=gallery.service --uid=nobody &&
	    asks --unit=gallery.service --slice=some-where.slice
}
guest_try those_in_the_unit_are_admitted_whoever_they_are

those_in_others_are_refused() {
	! asks --unit=gallery2.service && ! asks --unit=a@c.service &&
	    ! asks --unit=other.service --slice=gallery.slice &&
	    ! guest sh -c 'echo hello | privsepctl run --policy=say' &&
	    says ': not in Clients='
}
guest_try those_in_others_are_refused

# A group of that name is made by a unit that was given its own part.
name_below_another_unit_counts_for_nothing() {
	cat >"$guest_shared/pretend" <<'END'
set -eu
below=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)/system.slice
mkdir -p "$below/gallery.service"
echo $$ >"$below/gallery.service/cgroup.procs"
grep gallery.service$ /proc/self/cgroup
echo hello | privsepctl run --policy=say
END
	! guest systemd-run -q --wait --pipe --unit=pretender.service \
	    -p Delegate=yes sh /run/shared/pretend >"$guest_shared/said" &&
	    cat "$guest_shared/said" && [ "$(wc -l <"$guest_shared/said")" = 1 ]
}
guest_try name_below_another_unit_counts_for_nothing

# Its child has the connection, but that is not who connected.
one_who_has_ended_meanwhile_is_refused() {
	cat >"$guest_shared/leave" <<'END'
import os, signal, socket, subprocess
daemon = int(subprocess.check_output(
    ["systemctl", "show", "-P", "MainPID", "privsepd.service"]))
os.kill(daemon, signal.SIGSTOP)
it = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
child = os.fork()
if child == 0:
    it.connect("/run/privsepd/service/say.sock")
    os._exit(0)
os.waitpid(child, 0)
os.kill(daemon, signal.SIGCONT)
it.settimeout(60)
while it.recv(4096):
    pass
END
	guest systemd-run -q --wait --pipe --unit=gallery.service \
	    python3 /run/shared/leave
	says 'not in Clients=, and its unit cannot be told'
}
guest_try one_who_has_ended_meanwhile_is_refused
guest_done
