#!/bin/bash
# SPDX-License-Identifier: ISC
#
# The files for systemd as systemd sees them, and the sockets that it owns for
# the daemon.
set -u

. tests/support/systemd.sh
guest_need curl perl
[ -x "$B/helpers/httpd" ] || guest_skip 'the httpd helper is not built'
guest_boot
. tests/support/systemd_www.sh

units=$guest_prefix/lib/systemd/system
drop_ins=$guest_prefix/share/privsepd/drop-ins

sysusers_makes_the_groups() {
	guest systemd-sysusers && guest getent group privsepd &&
	    guest getent group privsepd-inetd
}
guest_try sysusers_makes_the_groups

tmpfiles_makes_the_directories() {
	guest systemd-tmpfiles --create privsepd.conf &&
	    [ "$(guest stat -c '%U %a' /run/privsepd /etc/privsepd)" = \
	    $'root 755\nroot 755' ]
}
guest_try tmpfiles_makes_the_directories

preset_enables_the_service_alone() {
	guest systemctl preset privsepd.service privsepd.socket &&
	    guest systemctl is-enabled privsepd.service &&
	    ! guest systemctl is-enabled privsepd.socket
}
guest_try preset_enables_the_service_alone

verify_finds_nothing() {
	local said
	said=$(guest systemd-analyze verify --man=no \
	    "$units/privsepd.service" "$units/privsepd.socket" \
	    "$units/privsepd-listen@www.socket" \
	    "$units/privsepd-inetd.socket" \
	    "$units/privsepd-inetd@0.service" 2>&1)
	printf '%s\n' "$said"
	[ -z "$said" ]
}
guest_try verify_finds_nothing

# exposed UNIT MOST: what systemd-analyze thinks of it, in tenths.
exposed() {
	guest systemd-analyze security --offline=true \
	    --threshold="$2" "$1" 2>&1 | tail -n 1
	[ "${PIPESTATUS[0]}" -eq 0 ]
}
service_is_exposed_as_little_as_can_be() {
	exposed "$units/privsepd.service" 45
}
guest_try service_is_exposed_as_little_as_can_be
carrier_of_connections_is_hardly_exposed() {
	exposed "$units/privsepd-inetd@.service" 12
}
guest_try carrier_of_connections_is_hardly_exposed
# with NAME...: the drop-ins of those names and no others.
with() {
	local name
	guest rm -rf /etc/systemd/system/privsepd.service.d
	guest mkdir -p /etc/systemd/system/privsepd.service.d
	for name; do
		guest ln -s "$drop_ins/$name.conf" \
		    /etc/systemd/system/privsepd.service.d || return 1
	done
	guest systemctl daemon-reload
}
service_without_files_is_exposed_less() {
	with no-files && exposed privsepd.service 35
}
guest_try service_without_files_is_exposed_less

it_serves_as_a_user_of_its_own() {
	www 'Instances=2' && guest systemctl start privsepd.service && page &&
	    [ "$(guest ps -o user= -p "$(show MainPID)")" = privsepd ]
}
guest_try it_serves_as_a_user_of_its_own

it_comes_before_its_helpers() {
	local main
	main=$(show MainPID)
	[ "$(guest ps -o ni= -p "$main" | tr -d ' ')" = -20 ] &&
	    [ "$(guest ps -o ni= --ppid "$main" | sort -u | tr -d ' ')" = 0 ]
}
guest_try it_comes_before_its_helpers

# listens NAME ADDRESS...: a socket unit for a service.
listens() {
	local name=$1
	shift
	guest mkdir -p "/etc/systemd/system/privsepd-listen@$name.socket.d"
	{
		printf '%s\n' '[Socket]' ListenStream=
		printf 'ListenStream=%s\n' "$@"
	} >"$guest_shared/ports.conf"
	guest cp /run/shared/ports.conf \
	    "/etc/systemd/system/privsepd-listen@$name.socket.d"
	guest systemctl daemon-reload
	guest systemctl start "privsepd-listen@$name.socket"
}
owner() { guest ss -Hltnp "sport = :$1" | grep -o '"[a-z]*"' | sort -u; }

service_without_files_and_network_is_exposed_least() {
	with no-files no-network && exposed privsepd.service 25
}
guest_try service_without_files_and_network_is_exposed_least

its_own_network_has_no_place_to_listen() {
	guest systemctl stop privsepd.service
	! guest systemctl start privsepd.service && says \
	    'www.policy:3: cannot listen on 127.0.0.1:8080: Address family' ||
	    return 1
	# It would be tried again, since an address may come up late.
	guest systemctl stop privsepd.service
}
guest_try its_own_network_has_no_place_to_listen

clients_of_a_socket_unit_are_served_all_the_same() {
	listens www 127.0.0.1:8080 && guest systemctl start privsepd.service &&
	    page || return 1
	guest systemctl stop privsepd.service privsepd-listen@www.socket
	with
}
guest_try clients_of_a_socket_unit_are_served_all_the_same

# asks LINE...: a service whose policy has these lines, too.
asks() {
	policy asks '[Helper]' 'ListenStream=127.0.0.1:8123' \
	    "ExecStart=$guest_prefix/libexec/privsepd/httpd --root=/srv/www" \
	    '[Policy]' 'SystemCallFilter=@helper @loader @network-io' \
	    'AllowOpen=@runtime' 'AllowAccept=yes' "$@"
}
has() { guest privsepctl --json status | grep -q "\"\(cap_\)\?$1\""; }
# takes NAME CAPABILITY: what is asked for now comes with that drop-in alone.
takes() {
	local upper=${2^^}
	guest systemctl start privsepd.service &&
	    says "asks.policy:8: warning: asks for CAP_$upper, which" &&
	    ! has "$2" || return 1
	with "$1" && guest systemctl restart privsepd.service && has "$2" ||
	    return 1
	with && guest rm /etc/privsepd/asks.policy &&
	    guest systemctl stop privsepd.service
}

clock_is_not_in_the_units_power_without_a_drop_in() {
	asks 'AllowAdjustClock=yes max=1s' && takes machine sys_time
}
guest_try clock_is_not_in_the_units_power_without_a_drop_in

frames_are_not_in_the_units_power_without_a_drop_in() {
	asks 'AllowPacketSocket=lo:0x88cc' && takes packets net_raw
}
guest_try frames_are_not_in_the_units_power_without_a_drop_in

homes_are_hidden_without_a_drop_in() {
	guest mkdir -p /home/somebody/www
	asks 'AllowStat=/home/somebody/www/**'
	! guest systemctl start privsepd.service &&
	    says 'asks.policy:8: the directory /home/somebody/www is hidden' &&
	    with homes && guest systemctl start privsepd.service || return 1
	with && guest rm /etc/privsepd/asks.policy &&
	    guest systemctl stop privsepd.service
}
guest_try homes_are_hidden_without_a_drop_in

# other is before www in the alphabet, and its sockets come after.
sockets_of_units_are_taken_by_name() {
	www 'ListenStream=[::1]:80' 'ListenStream=127.0.0.1:80'
	policy other '[Helper]' 'ListenStream=127.0.0.1:81' \
	    "ExecStart=$guest_prefix/libexec/privsepd/httpd --root=/srv/other" \
	    '[Policy]' 'SystemCallFilter=@helper @loader @network-io' \
	    'AllowOpen=@runtime' 'AllowAccept=yes' \
	    'AllowOpen=read /srv/other/**'
	guest sh -c 'mkdir /srv/other; echo other >/srv/other/index.html'
	listens www 127.0.0.1:80 '[::1]:80' && listens other 127.0.0.1:81 &&
	    guest systemctl start privsepd.service && page || return 1
	[ "$(guest curl -s http://127.0.0.1/)" = page ] &&
	    [ "$(guest curl -s 'http://[::1]/')" = page ] &&
	    [ "$(guest curl -s http://127.0.0.1:81/)" = other ] &&
	    [ "$(owner 80)" = $'"privsepd"\n"systemd"' ] &&
	    ! says 'refused a descriptor'
}
guest_try sockets_of_units_are_taken_by_name

reload_and_restart_keep_them() {
	guest rm /etc/privsepd/other.policy
	guest systemctl reload privsepd.service || return 1
	guest install -m 644 /run/shared/other.policy /etc/privsepd
	guest systemctl reload privsepd.service &&
	    [ "$(guest curl -s http://127.0.0.1:81/)" = other ] &&
	    guest systemctl restart privsepd.service &&
	    [ "$(guest curl -s http://127.0.0.1:81/)" = other ] &&
	    [ "$(guest curl -s http://127.0.0.1/)" = page ]
}
guest_try reload_and_restart_keep_them

socket_unit_that_no_policy_listens_at_waits_for_one() {
	guest systemctl stop privsepd.service
	listens late 127.0.0.1:82 && guest systemctl start privsepd.service &&
	    says 'late: its socket unit listens where no ListenStream= of' ||
	    return 1
	sed 's/:81/:82/' "$guest_shared/other.policy" \
	    >"$guest_shared/late.policy"
	guest install -m 644 /run/shared/late.policy /etc/privsepd
	guest systemctl reload privsepd.service &&
	    [ "$(guest curl -s http://127.0.0.1:82/)" = other ]
}
guest_try socket_unit_that_no_policy_listens_at_waits_for_one

nobody_else_gets_a_units_socket() {
	guest mv /etc/privsepd/late.policy /etc/privsepd/thief.policy
	! guest systemctl reload privsepd.service &&
	    says "127.0.0.1:82 is late's, by the FileDescriptorName=" &&
	    guest mv /etc/privsepd/thief.policy /etc/privsepd/late.policy &&
	    guest systemctl reload privsepd.service
}
guest_try nobody_else_gets_a_units_socket

control_socket_of_a_unit_starts_the_daemon() {
	guest systemctl stop privsepd.service
	guest systemctl start privsepd.socket &&
	    [ "$(guest stat -c '%G %a' /run/privsepd/control.sock)" = \
	    'privsepd 660' ] && is ActiveState inactive || return 1
	# The daemon answers from the start, and is ready once its helpers are.
	guest privsepctl status && until_so is ActiveState active &&
	    guest systemctl restart privsepd.service && guest privsepctl status
}
guest_try control_socket_of_a_unit_starts_the_daemon

connections_that_systemd_accepts_reach_a_filter() {
	policy pages '[Helper]' Type=filter ExecStart=/bin/cat Instances=2 \
	    Clients=group:privsepd-inetd '[Policy]' \
	    'SystemCallFilter=@filter @loader' 'AllowOpen=@runtime'
	guest systemctl reload privsepd.service &&
	    guest cp "$units/privsepd-inetd.socket" \
	    /etc/systemd/system/pages.socket &&
	    guest cp "$units/privsepd-inetd@.service" \
	    /etc/systemd/system/pages@.service &&
	    guest systemctl daemon-reload &&
	    guest systemctl start pages.socket || return 1
	# shellcheck disable=SC2016 # Perl expands it.
	[ "$(guest perl -MIO::Socket::UNIX -e '
	    my $s = IO::Socket::UNIX->new("/run/privsepd/listen/pages.sock")
	        or die "connect: $!\n";
	    print $s "there and back\n"; $s->shutdown(1);
	    print while <$s>;')" = 'there and back' ]
}
guest_try connections_that_systemd_accepts_reach_a_filter

nothing_is_left_of_it() {
	guest systemctl stop privsepd.socket pages.socket \
	    'privsepd-listen@*.socket' privsepd.service &&
	    [ -z "$(guest find /run/privsepd -type s)" ] &&
	    [ -z "$(guest ss -Hltn)" ]
}
guest_try nothing_is_left_of_it

guest_done
