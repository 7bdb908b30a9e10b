#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Credentials that a real systemd passes to the shipped unit, for real helpers.
set -u

. tests/support/systemd.sh
guest_need perl
[ -x "$B/tests/helpers/puppet" ] || guest_skip 'the puppet is not built'
guest_boot
. tests/support/systemd_www.sh

drop_ins=$guest_prefix/share/privsepd/drop-ins
passed=(SetCredential=token:plain 'LoadCredential=tls.key:/etc/tls.key'
    SetCredential=other:no)

guest systemd-sysusers 2>"$guest_shared/sysusers"
guest install -m 755 "$B/tests/helpers/puppet" /srv/puppet

# key TEXT: the file of root's that the unit loads.
key() {
	echo "$1" >"$guest_shared/tls.key"
	guest install -m 600 /run/shared/tls.key /etc/tls.key
}

# says_puppet LINE...: to a helper, over one connection, and its answers.
# shellcheck disable=SC2016 # Perl expands it.
says_puppet() {
	guest timeout 60 perl -MIO::Socket::INET -e '
	    my $s = IO::Socket::INET->new("127.0.0.1:8081") or die "$!\n";
	    $| = 1;
	    for (@ARGV) {
		    print $s "$_\n";
		    defined(my $answer = <$s>) or last;
		    print $answer;
	    }' "$@" | tee "$guest_shared/said"
}
# answers LINE EXPECTED
answers() {
	says_puppet "$1"
	[ "$(cat "$guest_shared/said")" = "$2" ]
}

without_any_the_policy_is_warned_of() {
	key first
	policy puppet '[Helper]' ExecStart=/srv/puppet \
	    'ListenStream=127.0.0.1:8081' '[Policy]' \
	    'SystemCallFilter=@helper @loader @network-io' \
	    'AllowOpen=@runtime' AllowAccept=yes \
	    'AllowCredential=token,tls.key,gone'
	guest systemctl start privsepd.service &&
	    says 'warning: there are no credentials' &&
	    answers 'credential token' -2
}
guest_try without_any_the_policy_is_warned_of

helper_gets_what_the_unit_was_passed_and_the_policy_grants() {
	drop_in credentials '[Service]' "${passed[@]}"
	guest systemctl restart privsepd.service || return 1
	says_puppet 'credential token' 'credential tls.key' \
	    'credential other' 'credential gone' \
	    'variable CREDENTIALS_DIRECTORY' 'read /etc/tls.key' fds
	[ "$(cat "$guest_shared/said")" = \
	    $'ok plain\nok first\n-1\n-2\nnone\n-1\n0 1 2 3 4' ]
}
guest_try helper_gets_what_the_unit_was_passed_and_the_policy_grants

# They are the start's: one that is replaced comes with the next.
changed_one_comes_with_a_restart() {
	key second
	guest systemctl reload privsepd.service &&
	    answers 'credential tls.key' 'ok first' &&
	    guest privsepctl reexec && answers 'credential tls.key' 'ok first' &&
	    guest systemctl restart privsepd.service &&
	    answers 'credential tls.key' 'ok second'
}
guest_try changed_one_comes_with_a_restart

crash_leaves_them_as_they_were() {
	key third
	guest systemctl kill -s KILL --kill-who=main privsepd.service
	until_so is NRestarts 1 && until_so is ActiveState active &&
	    answers 'credential token' 'ok plain'
}
guest_try crash_leaves_them_as_they_were

daemon_that_is_not_root_hands_them_out_too() {
	guest ln -s "$drop_ins/no-files.conf" \
	    /etc/systemd/system/privsepd.service.d
	guest systemctl daemon-reload
	guest systemctl restart privsepd.service &&
	    [ "$(guest ps -o user= -p "$(show MainPID)")" = privsepd ] &&
	    answers 'credential tls.key' 'ok third' &&
	    answers 'credential other' -1
}
guest_try daemon_that_is_not_root_hands_them_out_too

guest_done
